"""Addresses of the web: which are whole, how an endpoint may be shown, and whether it is this machine."""

import ipaddress
from urllib.parse import urlsplit

OPENAI = "https://api.openai.com/v1"


def shown_address(base_url: str) -> str:
    """Write an endpoint's address without what may be secret: a password, a query.

    >>> shown_address("https://me:secret@gateway.example/v1?api_key=secret"), shown_address("")
    ('https://gateway.example/v1', 'OpenAI')
    """
    parts = urlsplit(base_url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl() or "OpenAI"


def is_this_machine(base_url: str) -> bool:
    """Tell whether an endpoint is on this machine: no proxy belongs in between.

    >>> [is_this_machine(f"http://{host}/v1") for host in ("localhost:11434", "127.0.0.1", "[::1]:80", "example.org")]
    [True, True, True, False]
    """
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_web_address(address: str) -> bool:
    """Tell whether this is an address of the web, whole enough to be gone to.

    >>> [is_web_address(a) for a in ("https://example.org/x", "javascript:alert(1)", "http://", "http://a:99999/")]
    [True, False, False, False]
    """
    try:
        parts = urlsplit(address)
        # Reading the port is what checks it.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False  # its words would repeat the address, password and all
