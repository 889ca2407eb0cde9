"""OpenDocument files: extract the text of what LibreOffice and others save as .odt."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from index.core.errors import UnreadableArticle
from index.core.limits import LIMITS
from index.formats.encodings import clean
from index.formats.parsed import Parsed

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_PARAGRAPHS = (f"{_TEXT}p", f"{_TEXT}h")
# Deleted text, comments, and marks of notes.
_SKIPPED = (f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_TEXT}note-citation", f"{_TEXT}ruby-text")
_SIGNS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n", f"{_TEXT}s": " "}
_NOTE = f"{_TEXT}note"


def parse_odt(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the paragraphs and tables of an OpenDocument text; notes come last, deleted text is left out."""
    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            part = packed.getinfo("content.xml")
            if part.file_size > LIMITS.packed_bytes:
                raise UnreadableArticle(
                    f"{path}: unpacks to more than {LIMITS.packed_bytes // 1_000_000} MB. Expected an ordinary "
                    "document. Save only its text."
                )
            body = etree.fromstring(packed.read(part), etree.XMLParser(resolve_entities=False, no_network=True))
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        OSError,
        EOFError,
        RuntimeError,
        KeyError,
        etree.LxmlError,
    ) as error:
        raise UnreadableArticle(
            f"{path}: the document is damaged or locked ({type(error).__name__}). Expected one that LibreOffice opens. "
            "Save it again."
        ) from None
    blocks = [block for block in (*_blocks(body), *_notes(body)) if block.strip()]
    return [Parsed(clean("\n\n".join(blocks)))]


def _blocks(parent: "Element") -> Iterator[str]:
    for element in parent:
        if element.tag in _PARAGRAPHS:
            yield _words(element)
        elif element.tag == f"{_TABLE}table-row":
            cells = (" ".join(" ".join(_blocks(cell)).split()) for cell in element.iter(f"{_TABLE}table-cell"))
            yield " | ".join(cells)
        elif element.tag not in _SKIPPED:
            yield from _blocks(element)


def _notes(body: "Element") -> Iterator[str]:
    for note in body.iter(f"{_TEXT}note-body"):
        yield from _blocks(note)


def _words(element: "Element") -> str:
    said = element.text or ""
    for child in element:
        if child.tag in _SIGNS:
            said += _SIGNS[str(child.tag)]
        elif child.tag != _NOTE and child.tag not in _SKIPPED:
            said += _words(child)
        said += child.tail or ""
    return said
