"""Web archives: extract the pages that were saved in one file, as MHTML, WARC or EPUB."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index.core.errors import UnreadableArticle
from index.core.limits import LIMITS
from index.formats.encodings import decode_html
from index.formats.packed import check_entries
from index.formats.page_facts import day_in_url
from index.formats.parsed import Parsed, unread
from index.formats.web_pages import parse_page

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
    from warcio.statusandheaders import StatusAndHeaders

_PAGES = ("text/html", "application/xhtml+xml")
_MOSTLY = 0.5  # share of its text in links: a page that only lists others
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"


def parse_mhtml(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the article of a page that a browser saved as MHTML."""
    message = BytesParser(policy=policy.compat32).parsebytes(content)
    for part in message.walk():
        if part.get_content_type() in _PAGES and isinstance(page := part.get_payload(decode=True), bytes):
            address = str(part["Content-Location"] or message["Snapshot-Content-Location"] or "")
            if (parsed := _page(path, page, address)).text:
                return [parsed]
    raise _no_article(path, "saved page")


def parse_warc(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the articles of the pages in a WARC file, compressed or not, with warcio."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    found, left = list[Parsed](), LIMITS.packed_bytes
    try:
        for record in ArchiveIterator(io.BytesIO(content)):
            if record.rec_type != "response" or not _is_page(record.http_headers):
                continue
            page = record.content_stream().read(left + 1)
            left -= len(page)
            if left < 0:
                raise UnreadableArticle(
                    f"{path}: its pages unpack to more than {LIMITS.packed_bytes // 1_000_000} MB. Expected less. "
                    "Split it."
                )
            parsed = _page_of_many(path, page, record.rec_headers.get_header("WARC-Target-URI") or "")
            if parsed.text or parsed.reason:
                found.append(parsed)
    except (ArchiveLoadFailed, ValueError, EOFError, OSError) as error:
        raise UnreadableArticle(
            f"{path}: the web archive is damaged ({type(error).__name__}). Expected WARC. Download it again."
        ) from None
    if not found:
        raise _no_article(path, "web archive")
    return found


def _is_page(headers: "StatusAndHeaders | None") -> bool:
    if headers is None:
        return False
    kind = headers.get_header("Content-Type") or ""
    return headers.get_statuscode() == "200" and kind.split(";")[0].strip().lower() in _PAGES


def parse_epub(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the articles of an EPUB, a page each, in the order in which they are read."""
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            check_entries(path, packed.infolist(), remedy="Split it.")
            found = list(_chapters(path, packed))
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError, KeyError, LxmlError) as error:
        raise UnreadableArticle(
            f"{path}: the EPUB is damaged or locked ({type(error).__name__}). Expected one that a reading program "
            "opens. Download it again."
        ) from None
    if not found:
        raise _no_article(path, "EPUB")
    return found


def _chapters(path: str, packed: zipfile.ZipFile) -> Iterator[Parsed]:
    place = _xml(packed, "META-INF/container.xml").xpath("string(//*[local-name()='rootfile']/@full-path)")
    package = _xml(packed, str(place))
    pages = {
        item.get("id"): posixpath.normpath(posixpath.join(posixpath.dirname(str(place)), unquote(item.get("href", ""))))
        for item in package.iter("{*}item")
        if item.get("media-type") in _PAGES and "nav" not in (item.get("properties") or "").split()
    }
    dates = [
        date.text for date in package.iter(f"{_DC}date") if date.get(f"{_OPF}event", "publication") == "publication"
    ]
    for entry in package.iter("{*}itemref"):
        if name := pages.get(entry.get("idref")):
            try:
                page = packed.read(name)
            except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
                yield unread(path, error)
                continue
            parsed = _page_of_many(path, page, "")
            if parsed.reason:
                yield parsed
            elif parsed.text and not _only_lists(page):
                stated, origins = parsed.stated, parsed.origins
                if dates and dates[0] and "published" not in stated:
                    stated, origins = {"published": dates[0], **stated}, {**origins, "published": "issue"}
                yield Parsed(parsed.text, stated, origins=origins)


def _xml(packed: zipfile.ZipFile, name: str) -> "Element":
    from lxml import etree

    return etree.fromstring(packed.read(name), etree.XMLParser(resolve_entities=False, no_network=True))


def _only_lists(page: bytes) -> bool:
    from lxml import html

    tree = html.document_fromstring(page)
    linked = sum(len(link.text_content()) for link in tree.iter("a"))
    return linked > _MOSTLY * len(tree.text_content().strip())


def _page_of_many(path: str, page: bytes, address: str) -> Parsed:
    try:
        return _page(path, page, address)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 (a page may break its parser in any way; the others are read)
        return unread(path, error)


def _page(path: str, page: bytes, address: str) -> Parsed:
    decoded = decode_html(path, page)
    parsed = parse_page(decoded.text)
    known = {"url": address, "published": day_in_url(address)} if address.startswith(("http://", "https://")) else {}
    stated = {fact: value for fact, value in known.items() if value}
    return replace(parsed, stated={**stated, **parsed.stated}, guessed=decoded.guessed)


def _no_article(path: str, kind: str) -> UnreadableArticle:
    return UnreadableArticle(
        f"{path}: no article text in this {kind}. Expected some paragraphs. Save the article as text."
    )
