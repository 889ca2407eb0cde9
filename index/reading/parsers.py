"""Parsers: extract the text of files that are not plain text. They run in the sandbox only.

Each takes the bytes of a file and returns its visible text: no comments, scripts, hidden elements or alternative texts.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy
from email.parser import BytesParser
from typing import IO, TYPE_CHECKING

from index.core.errors import UnreadableArticle
from index.core.limits import LIMITS
from index.reading.encodings import clean, decode_html

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from lxml.html import HtmlElement

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d]*[1-9])")
_UNSEEN = ("script", "style", "noscript", "template", "iframe", "object", "svg")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The text of one article, clean, and what the file states about it."""

    text: str
    stated: Mapping[str, str] = field(default_factory=dict)  # by the names that `readers.py` uses
    pages: tuple[int, ...] = ()  # where each page begins in the text
    guessed: str = ""  # the encoding, if it was guessed


def parse_html(path: str, content: bytes) -> Parsed:
    """Extract the article of a web page with trafilatura."""
    decoded = decode_html(path, content)
    parsed = _parse_page(decoded.text)
    if not parsed.text:
        raise UnreadableArticle(
            f"{path}: no article text on this page. Expected some paragraphs; a page that a script fills has "
            "none. Save the article as text, or print the page to PDF."
        )
    return Parsed(parsed.text, parsed.stated, guessed=decoded.guessed)


def parse_pdf(path: str, content: bytes) -> Parsed:
    """Extract the text of a PDF, page by page, with pypdf."""
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableArticle(
                f"{path}: the PDF is locked with a password. Expected one without a password. Save it unlocked."
            )
        if len(reader.pages) > LIMITS.pdf_pages:
            raise UnreadableArticle(
                f"{path}: {len(reader.pages):,} pages. Expected at most {LIMITS.pdf_pages:,}. Split the file."
            )
        pages = [clean(page.extract_text()).strip() for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise UnreadableArticle(
            f"{path}: the PDF is damaged ({type(error).__name__}). Expected one that a viewer opens. Save or download "
            "it again."
        ) from None
    if not any(pages):
        raise UnreadableArticle(
            f"{path}: a PDF without text, perhaps a scan. Expected text that can be selected. Run it through OCR first."
        )
    text, begins = "", []
    for page in pages:
        text += "\n\n" if text and page else ""
        begins.append(len(text))
        text += page
    return Parsed(text, pages=tuple(begins))


def parse_docx(path: str, content: bytes) -> Parsed:
    """Extract the paragraphs and tables of a Word file, in their order, with python-docx."""
    _check_zip(path, content)
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import LxmlError

    try:
        document = docx.Document(io.BytesIO(content))
        text = "\n\n".join(block for block in _blocks(document) if block.strip())
        title = _title_of(document)
    except (PackageNotFoundError, LxmlError, ValueError, KeyError, AttributeError, zipfile.BadZipFile) as error:
        raise UnreadableArticle(
            f"{path}: the Word file is damaged ({type(error).__name__}). Expected one that Word opens. Save it again."
        ) from None
    return Parsed(clean(text), {"title": title} if title else {})


def parse_mail(path: str, content: bytes) -> Parsed:
    """Extract a newsletter: its text, or else its HTML. The subject is the title, the sender the outlet."""
    message = BytesParser(policy=policy.default).parsebytes(content)
    body = message.get_body(("plain", "html"))
    try:
        written = body.get_content() if body is not None else ""
    except (LookupError, UnicodeDecodeError, ValueError) as error:
        raise UnreadableArticle(
            f"{path}: the mail's text cannot be decoded ({type(error).__name__}). Expected a valid mail. Save it as "
            "text or HTML."
        ) from None
    headers = {"title": message["subject"], "published": message["date"]}
    sender = message["from"]
    if sender is not None and sender.addresses:
        headers["outlet"] = sender.addresses[0].display_name or sender.addresses[0].domain
    stated = {fact: str(value) for fact, value in headers.items() if value}
    if not isinstance(written, str) or "�" in written:
        raise UnreadableArticle(
            f"{path}: the mail's text cannot be decoded. Expected a valid mail. Save it as text or HTML."
        )
    if body is not None and body.get_content_subtype() == "html":
        page = _parse_page(clean(written))
        return Parsed(page.text, {**page.stated, **stated})
    return Parsed(clean(written).strip(), stated)


PARSERS: Mapping[str, Callable[[str, bytes], Parsed]] = {
    ".html": parse_html,
    ".htm": parse_html,
    ".pdf": parse_pdf,
    ".docx": parse_docx,
    ".eml": parse_mail,
}


def _parse_page(page: str) -> Parsed:
    import trafilatura
    from lxml import etree, html

    try:
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", page))
    except (etree.ParserError, ValueError):  # an empty page
        return Parsed("")
    _drop_unseen(tree)
    found = trafilatura.bare_extraction(
        tree, with_metadata=True, include_comments=False, include_tables=True, include_links=False, include_images=False
    )
    if found is None or isinstance(found, dict) or not found.text:
        return Parsed("")
    facts = {
        "title": found.title,
        "published": found.date,
        "outlet": found.sitename or found.hostname,
        "author": found.author,
        "url": found.url,
    }
    return Parsed(clean(found.text).strip(), {fact: str(value) for fact, value in facts.items() if value})


def _drop_unseen(tree: "HtmlElement") -> None:
    from lxml import etree

    etree.strip_elements(tree, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    for element in list(tree.iter(etree.Element)):
        hidden = (
            element.tag in _UNSEEN
            or "hidden" in element.attrib
            or element.get("aria-hidden") == "true"
            or _HIDDEN_STYLE.search((element.get("style") or "").lower())
        )
        # trafilatura reads the page's metadata from these.
        if hidden and element.get("type") != "application/ld+json" and element.getparent() is not None:
            element.drop_tree()


def _check_zip(path: str, content: bytes) -> None:
    """Check the directory of a Word file before anything in it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if not any(part.filename == "word/document.xml" for part in parts):
                raise UnreadableArticle(
                    f"{path}: not a Word file, despite its name. Expected one that Word saved as .docx. Save it again."
                )
            if len(parts) > LIMITS.word_entries or sum(part.file_size for part in parts) > LIMITS.word_bytes:
                raise UnreadableArticle(
                    f"{path}: the Word file unpacks to more than {LIMITS.word_entries:,} parts or "
                    f"{LIMITS.word_bytes // 1_000_000} MB. Expected an ordinary document. Save only its text."
                )
            for part in parts:
                with packed.open(part) as opened:
                    if _declares_entities(opened):
                        raise UnreadableArticle(
                            f"{path}: the Word file declares XML entities. Expected none, as in files that Word "
                            "saved. Save only its text."
                        )
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError):
        raise UnreadableArticle(
            f"{path}: the Word file is damaged, or not a Word file. Expected one that Word saved as .docx. Save it "
            "again."
        ) from None


def _declares_entities(part: IO[bytes]) -> bool:
    """Return True if there is a DOCTYPE before the first element, in any encoding and after any comment."""
    from xml.parsers import expat

    seen = list[bool]()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: seen.append(True)
    parser.StartElementHandler = lambda *_: seen.append(False)
    with suppress(expat.ExpatError):  # an image, or XML that python-docx rejects too
        while not seen and (piece := part.read(4096)):
            parser.Parse(piece)
    return bool(seen) and seen[0]


def _blocks(document: "Document") -> Iterator[str]:
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield "\n".join(_rows(block))
        else:
            yield block.text


def _rows(table: "Table") -> Iterator[str]:
    for row in table.rows:
        cells = [" ".join(cell.text.split()) for cell in row.cells]
        # A merged cell appears once for each column it covers.
        yield " | ".join(cell for place, cell in enumerate(cells) if place == 0 or cell != cells[place - 1])


def _title_of(document: "Document") -> str:
    """Return the first paragraph if its style is that of a title."""
    first = next((paragraph for paragraph in document.paragraphs if paragraph.text.strip()), None)
    style = first.style.name if first is not None and first.style is not None else ""
    return first.text.strip() if first is not None and style in ("Title", "Heading 1") else ""
