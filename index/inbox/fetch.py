"""Fetch: download one web page that a user or a feed names, or post to one, and nothing on a private network.

An address may come from anyone, and its name may lead to a private network. So a name is looked up once, all its IP
addresses are checked, and the connection goes to one of these: a second look-up could have another answer. Redirects
are checked in the same way.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx2

from index.core.errors import FetchFailed, PageUnchanged, ServerBusy, TryLater
from index.core.formatting import one_line

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONNECT_SECONDS = 5.0  # to one IP address of a name; then the next is tried
_LONGEST_SHOWN = 200
_LONGEST_WAIT = 7 * 86_400  # seconds that a server may ask to wait
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_LATER = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.GATEWAY_TIMEOUT,
)
_HEADERS = {
    "Accept": "text/html, text/markdown, text/plain, application/pdf, application/rss+xml;q=0.8, "
    "application/atom+xml;q=0.8, application/xml;q=0.8, */*;q=0.1",
    "Accept-Encoding": "gzip",
}
_PIECE = 2**20  # bytes decompressed at a time
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/pdf": ".pdf",
    "application/json": ".json",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "message/rfc822": ".eml",
    **dict.fromkeys(("application/rss+xml", "application/rdf+xml", "application/xml", "text/xml"), ".xml"),
    "application/atom+xml": ".atom",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
# Servers send these types for files they do not know. The name then decides the kind.
_UNKNOWN_TYPES = ("", "text/plain", "application/octet-stream", "binary/octet-stream", "application/x-download")
_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")

# IANA's special-purpose registries, including networks that are globally reachable but have no web pages.
_NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # looks public, but in Azure it is the host of the machine
    )
)
# Public addresses are in 2000::/3; NAT64 (64:ff9b::), IPv4-mapped and private ones are not.
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocols such as Teredo, which embeds an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4 embeds an IPv4 address too
        "3fff::/20",
    )
)


@dataclass(frozen=True, slots=True)
class Version:
    """What a server calls the version of a page, so that it can be asked whether there is a newer one."""

    etag: str = ""
    modified: str = ""  # as the server wrote the day

    @property
    def headers(self) -> dict[str, str]:
        """The headers that ask for a newer version only (RFC 9110)."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}


ANY_VERSION = Version()


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was fetched."""

    address: str  # after redirects
    name: str  # made from the address; its ending is the kind of file
    content: bytes  # decompressed
    version: Version = ANY_VERSION


def is_public(place: str) -> bool:
    """Return True if an IP address is public and does not embed another address.

    >>> [is_public(place) for place in ("9.9.9.9", "2620:fe::fe", "10.0.0.1", "::ffff:9.9.9.9", "64:ff9b::909:909")]
    [True, True, False, False, False]
    """
    try:
        address = ipaddress.ip_address(place)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return (
        address.scope_id is None and address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)
    )


def look_up(name: str, port: int) -> list[str]:
    """Return the IP addresses of a name. Raises OSError or UnicodeError if it has none."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


@dataclass(frozen=True, slots=True)
class Network:
    """The network that a fetch may use, and who asks there. Only tests use another network than `INTERNET`."""

    look_up: Callable[[str, int], Sequence[str]] = look_up
    allows: Callable[[str], bool] = is_public
    ports: frozenset[int] = frozenset(_PORTS.values())
    certificates: ssl.SSLContext | None = None  # None: those that this system trusts
    agent: str = "Dateline (one page, requested by a user)"  # the User-Agent


INTERNET = Network()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be fetched."""

    kinds: Collection[str]
    max_bytes: int
    known: Version


def fetch(
    address: str,
    *,
    kinds: Collection[str],
    max_bytes: int,
    seconds: float = 30.0,
    network: Network = INTERNET,
    known: Version = ANY_VERSION,
) -> Page:
    """Fetch a page of one of these `kinds`, such as ".html" and ".txt".

    `max_bytes` limits its decompressed size. `seconds` limits the whole time, including look-ups and redirects. Raises
    PageUnchanged if the server still has the `known` version, ServerBusy if it asks to come back later or takes too
    long, TryLater if there may be a page later, and FetchFailed with the reason if there is none.
    """
    wanted = _Wanted(kinds, max_bytes, known)
    # In another thread, because the caller's thread may have an event loop.
    with ThreadPoolExecutor(max_workers=1) as one:
        return one.submit(lambda: asyncio.run(_fetch_in_time(address, wanted, seconds, network))).result()


def post(
    address: str, content: bytes, *, headers: Mapping[str, str], seconds: float = 10.0, network: Network = INTERNET
) -> None:
    """Post to an address that is guarded in the same way; redirects are not followed.

    Returns if the server answers with a status from 200 to 299. Raises FetchFailed, or one of its kinds as `fetch`
    does, with the reason. The messages name the host only: the rest of the address may be a key.
    """
    parsed = _parsed(address)
    host = _name(parsed) if parsed else "the address"
    try:
        with ThreadPoolExecutor(max_workers=1) as one:
            one.submit(lambda: asyncio.run(_post_in_time(address, content, headers, seconds, network))).result()
    except FetchFailed as error:
        said = str(error).replace(_shown(parsed or address), host)
        if isinstance(error, ServerBusy):
            raise ServerBusy(said, error.seconds) from None
        raise type(error)(said) from None


async def _post_in_time(
    address: str, content: bytes, headers: Mapping[str, str], seconds: float, network: Network
) -> None:
    shown = _shown(_parsed(address) or address)
    try:
        async with asyncio.timeout(seconds):
            url = _read_address(address, shown, network)
            places = await _checked_addresses(url, network)
            async with _client(network) as client:
                response = await _ask(client, url, places, {"User-Agent": network.agent, **headers}, content)
                await response.aclose()
    except TimeoutError:
        raise ServerBusy(f"{shown}: no answer within {seconds:g} s. Expected a status from 200 to 299.") from None
    if not response.is_success:
        wait = _seconds_to_wait(_header(response, "Retry-After")) if response.status_code in _BUSY else 0
        raise ServerBusy(
            f"{shown}: the server answered {_status(response.status_code)}. Expected a status from 200 to 299.", wait
        )


async def _fetch_in_time(address: str, wanted: _Wanted, seconds: float, network: Network) -> Page:
    try:
        async with asyncio.timeout(seconds):
            return await _follow(address, wanted, network)
    except TimeoutError:
        raise ServerBusy(
            f"{_shown(address)}: the page did not arrive within {seconds:g} s. Expected all of it. Try again later, "
            "or save the page in a browser and add the file."
        ) from None


async def _follow(address: str, wanted: _Wanted, network: Network) -> Page:
    """Fetch a page and follow its redirects, each of which is checked like the first address."""
    url = _read_address(address, _shown(address), network)
    for _ in range(_MOST_REDIRECTS + 1):
        places = await _checked_addresses(url, network)
        # A new client each time, so that no cookie or connection is used for another name.
        async with _client(network) as client:
            response = await _ask(client, url, places, {"User-Agent": network.agent, **wanted.known.headers})
            try:
                if response.status_code not in _REDIRECTS:
                    return await _read(response, url, wanted)
                url = _next_address(url, response.headers.get("Location", ""), network)
            finally:
                await response.aclose()
    raise FetchFailed(
        f"{_shown(address)}: redirects more than {_MOST_REDIRECTS} times. Expected a page. Open it in a browser and "
        "add the final address."
    )


def _client(network: Network) -> httpx2.AsyncClient:
    timeout = httpx2.Timeout(None, connect=_CONNECT_SECONDS)
    return httpx2.AsyncClient(verify=network.certificates or True, trust_env=False, timeout=timeout)


def _read_address(address: str, shown: str, network: Network) -> httpx2.URL:
    """Parse an address once, so that every later step uses the same reading."""
    url = _parsed(address)
    if url is None:
        raise FetchFailed(
            f"{shown}: not an address that can be fetched. Expected http or https and a plain host name, such as "
            "https://example.org/news. Copy it from a browser, or save the page and add the file."
        )
    if url.userinfo:
        raise FetchFailed(
            f"{shown}: the address has a user name or password. Expected a public page. Leave it out, or save the page "
            "in a browser and add the file."
        )
    if _port(url) not in network.ports:
        raise FetchFailed(
            f"{shown}: port {_port(url)} is not allowed. Expected the ports of the web, 80 and 443. Save the page in a "
            "browser and add the file."
        )
    return url


def _parsed(address: str) -> httpx2.URL | None:
    """Parse a web address; return None unless it is unambiguous."""
    if "\\" in address:
        return None  # browsers read it as a slash, other programs do not
    try:
        url = httpx2.URL(address).copy_with(fragment=None)
        return url if url.scheme in _PORTS and _name(url) else None
    except (httpx2.InvalidURL, ValueError):
        return None


def _name(url: httpx2.URL) -> str:
    """Return the host, or "" if it is invalid or an IP address in an ambiguous form."""
    host = url.raw_host.decode("ascii").lower()
    if ":" in host:
        return ipaddress.IPv6Address(host).compressed if "%" not in host else ""
    host = host.removesuffix(".")
    if not _NAME.fullmatch(host):
        return ""
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return str(ipaddress.IPv4Address(host))  # four numbers; octal, short and hexadecimal forms raise ValueError
    return host


def _port(url: httpx2.URL) -> int:
    return _PORTS[url.scheme] if url.port is None else url.port


async def _checked_addresses(url: httpx2.URL, network: Network) -> list[str]:
    """Look the name up once, and return its IP addresses if all of them are allowed."""
    name = _name(url)
    try:
        ipaddress.ip_address(name)
        places = [name]
    except ValueError:
        try:
            places = list(dict.fromkeys(await _look_up_in_thread(network.look_up, name, _port(url))))
        except (OSError, UnicodeError):
            places = []
    if not places:
        raise FetchFailed(
            f"{_shown(url)}: the name {name} is unknown. Expected the name of a server. Check its spelling and this "
            "machine's connection, then try again."
        )
    for place in places:
        if not network.allows(place):
            raise FetchFailed(
                f"{_shown(url)}: leads to {one_line(place)}, which is not on the public internet. Expected a public "
                "page. If you trust it, save it in a browser and add the file."
            )
    return places


async def _look_up_in_thread(ask: Callable[[str, int], Sequence[str]], name: str, port: int) -> Sequence[str]:
    """Look up in a separate thread: a look-up cannot be cancelled, and asyncio would wait for its own threads."""
    answer: Future[Sequence[str]] = Future()
    answer.set_running_or_notify_cancel()

    def look() -> None:
        try:
            answer.set_result(ask(name, port))
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)

    threading.Thread(target=look, daemon=True).start()
    return await asyncio.wrap_future(answer)


async def _ask(
    client: httpx2.AsyncClient,
    url: httpx2.URL,
    places: Sequence[str],
    headers: Mapping[str, str],
    content: bytes | None = None,
) -> httpx2.Response:
    """Send the request to the first IP address that answers, under the name in the address."""
    name = _name(url)
    host = f"[{name}]" if ":" in name else name
    problem: httpx2.HTTPError | None = None
    for place in places:
        request = client.build_request(
            "GET" if content is None else "POST",
            url.copy_with(host=place),
            content=content,
            headers={**_HEADERS, **headers, "Host": host if url.port is None else f"{host}:{url.port}"},
            extensions={"sni_hostname": name},
        )
        try:
            return await client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            problem = error
        except httpx2.HTTPError as error:
            raise _broken_off(url, error) from None
    for cause in _causes(problem):
        if isinstance(cause, ssl.SSLError):
            raise FetchFailed(
                f"{_shown(url)}: no safe connection ({getattr(cause, 'verify_message', '') or cause.reason}). Expected "
                f"a valid certificate for {name}. Nothing was read. If you trust the page in a browser, save it there "
                "and add the file."
            ) from None
    raise TryLater(
        f"{_shown(url)}: the server does not answer. Expected one at {name}. Check the address and this machine's "
        "connection, then try again."
    ) from None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _next_address(url: httpx2.URL, location: str, network: Network) -> httpx2.URL:
    shown = f"{_shown(url)}: redirects to {_shown(location)}"
    try:
        following = str(url.join(location)) if location else ""
    except (httpx2.InvalidURL, ValueError):
        following = ""
    following_url = _read_address(following, shown, network)
    if (url.scheme, following_url.scheme) == ("https", "http"):
        raise FetchFailed(
            f"{shown}, from https to http, which anyone on the network could change. Expected only https. Save the "
            "page in a browser and add the file."
        )
    return following_url


async def _read(response: httpx2.Response, url: httpx2.URL, wanted: _Wanted) -> Page:
    """Read the page, up to its limit."""
    shown = _shown(url)
    _check_status(response, shown, wanted.known)
    ending = _kind(response, url, wanted.kinds)
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip"):
        raise FetchFailed(
            f"{shown}: compressed as {one_line(packing)[:_LONGEST_SHOWN]!r}. Expected gzip or no compression. "
            "Save the page in a browser and add the file."
        )
    page, gunzip = bytearray(), _Gunzip() if packing == "gzip" else None
    try:
        async for part in response.aiter_raw():
            for piece in gunzip.pieces(part) if gunzip else [part]:
                page += piece
                if len(page) > wanted.max_bytes:
                    raise _too_long(shown, wanted.max_bytes)
        if gunzip:
            gunzip.close()
    except (httpx2.HTTPError, zlib.error) as error:
        raise _broken_off(url, error) from None
    version = Version(*(_header(response, name) for name in ("ETag", "Last-Modified")))
    return Page(str(url), _file_name(url)[0] + ending, bytes(page), version)


def _check_status(response: httpx2.Response, shown: str, known: Version) -> None:
    """Raise PageUnchanged, ServerBusy, TryLater or FetchFailed unless the server sends the page."""
    status = response.status_code
    if status == HTTPStatus.NOT_MODIFIED and known != ANY_VERSION:
        raise PageUnchanged(f"{shown}: not changed. Expected a newer version. There is nothing to do.")
    if status == HTTPStatus.OK:
        return
    message = (
        f"{shown}: the server answered {_status(status)}. Expected the page. Check the address in a browser. If it "
        "shows the page, save it there and add the file."
    )
    seconds = _seconds_to_wait(_header(response, "Retry-After"))
    if seconds or status in _BUSY:
        raise ServerBusy(message, seconds)
    raise TryLater(message) if status in _LATER else FetchFailed(message)


def _header(response: httpx2.Response, name: str) -> str:
    """Return a header that can be stored and sent back, or "" if it is too long or not ASCII."""
    value = response.headers.get(name, "").strip()
    return value if len(value) <= _LONGEST_SHOWN and value.isascii() and value.isprintable() else ""


def _seconds_to_wait(written: str) -> int:
    """Read a number of seconds or a moment (RFC 9110); 0 if it is neither."""
    if written.isdecimal():
        return min(int(written), _LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(written) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):  # it has no zone, for example
        return 0
    return max(0, min(round(seconds), _LONGEST_WAIT))


def _kind(response: httpx2.Response, url: httpx2.URL, kinds: Collection[str]) -> str:
    """Return the ending for the file, by what the server says of it or else by its name."""
    said = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    ending = _file_name(url)[1]
    if said not in _UNKNOWN_TYPES or ending not in kinds:
        ending = _ENDINGS.get(said, "")
    if ending not in kinds:
        what = f"the type {one_line(said)[:_LONGEST_SHOWN]} is not supported" if said else "the page has no type"
        raise FetchFailed(
            f"{_shown(url)}: {what}. Expected one of {', '.join(kinds)}. Save it as text and add the file."
        )
    return ending


class _Gunzip:
    """Decompresses in small pieces, and notices a truncated page, which httpx2 would return as complete."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        piece = b""
        while packed or (len(piece) == _PIECE and not self._member.eof):
            if self._member.eof:
                self._member = zlib.decompressobj(wbits=31)  # a gzip file may have several members
            piece = self._member.decompress(packed, _PIECE)
            yield piece
            packed = self._member.unconsumed_tail or self._member.unused_data

    def close(self) -> None:
        if not self._member.eof:
            raise zlib.error("its end is missing")


def _file_name(url: httpx2.URL) -> tuple[str, str]:
    """Make a stem and an ending for the file from the last part of an address, or else from its host."""
    last = url.path.rstrip("/").rpartition("/")[2]
    stem, dot, ending = last.rpartition(".")
    if dot and stem.strip(". ") and re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
        return stem, dot + ending.lower()
    return last.strip(". ") or _name(url).replace(":", "-"), ""


def _status(code: int) -> str:
    known = {status.value: status.phrase for status in HTTPStatus}
    return f"{code} ({known[code]})" if code in known else str(code)


def _too_long(shown: str, max_bytes: int) -> FetchFailed:
    return FetchFailed(
        f"{shown}: larger than the limit of {max_bytes / 1e6:.0f} MB. Expected an article. Add a shorter page, or "
        "raise DATELINE_MAX_FILE_MEGABYTES."
    )


def _broken_off(url: httpx2.URL, error: httpx2.HTTPError | zlib.error) -> TryLater:
    return TryLater(
        f"{_shown(url)}: the answer cannot be read ({one_line(str(error))[:_LONGEST_SHOWN] or 'it is truncated'}). "
        "Expected a complete page. Try again, or save the page in a browser and add the file."
    )


def _shown(address: httpx2.URL | str) -> str:
    """Return an address that can be shown: one line, not too long, without a password."""
    shown = one_line(re.sub(r"(//|^)[^/?#]*@", r"\1", str(address)))
    shown = "".join(character for character in shown if character.isprintable())
    return shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + "…"
