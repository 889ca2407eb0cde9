"""Web addresses: which are complete, how they may be shown, and which are on this machine."""

import ipaddress
import re
from urllib.parse import urljoin, urlsplit

OPENAI = "https://api.openai.com/v1"
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")
_QUERY = re.compile(r"(\w://[^\s?#]*)[?#]\S*?(?=[.,:;)]?(?:\s|\Z))")


def shown_address(base_url: str) -> str:
    """Return an endpoint's address without what may be secret: a password, a query.

    >>> shown_address("https://me:secret@gateway.example/v1?api_key=secret"), shown_address("")
    ('https://gateway.example/v1', 'OpenAI')
    """
    parts = urlsplit(base_url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl() or "OpenAI"


def without_queries(text: str) -> str:
    """Return a text without the queries of the addresses in it, which may have keys.

    >>> without_queries("https://echo.example/feed?key=secret: the server answered 404. Is it up?")
    'https://echo.example/feed: the server answered 404. Is it up?'
    """
    return _QUERY.sub(r"\1", text)


def join(base: str, address: str) -> str:
    """Return an address that is relative to `base`, or "" if it is invalid.

    >>> join("https://echo.example/news/", "../feed"), join("https://echo.example/", "http://[bad")
    ('https://echo.example/feed', '')
    """
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def is_this_machine(base_url: str) -> bool:
    """Return True if an endpoint is on this machine, so that it must be reached without a proxy.

    >>> [is_this_machine(f"http://{host}/v1") for host in ("localhost:11434", "127.0.0.1", "[::1]:80", "example.org")]
    [True, True, True, False]
    """
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_host(name: str) -> bool:
    """Return True if a name, or an IP address, can be looked up.

    >>> names = ("mail.example.org", "zeitung-köln.de", "::1", "mail..example.org", "a b", "")
    >>> [is_host(name) for name in names]
    [True, True, True, False, False, False]
    """
    try:
        ipaddress.ip_address(name)
    except ValueError:
        try:
            return _HOST.fullmatch(name.encode("idna").decode("ascii")) is not None
        except UnicodeError:  # an empty part, or one that is too long
            return False
    return True


def is_web_address(address: str) -> bool:
    """Return True if this is a complete HTTP or HTTPS address.

    >>> [is_web_address(a) for a in ("https://example.org/x", "javascript:alert(1)", "http://a..b/", "http://a:99999/")]
    [True, False, False, False]
    """
    try:
        parts = urlsplit(address)
        # Reading the port checks it.
        return parts.scheme in ("http", "https") and is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        return False  # not raised: the error would repeat the address with its password
