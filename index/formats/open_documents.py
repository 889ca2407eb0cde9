"""OpenDocument files: extract the text of what LibreOffice and others save as .odt."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from index.core.errors import UnreadableArticle
from index.formats.encodings import clean
from index.formats.packed import check_entries
from index.formats.parsed import Parsed
from index.formats.word_files import declares_entities
from index.text.table_rows import Cell, column_headers, header_before

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_HEADINGS = f"{_TABLE}table-header-rows/{_TABLE}table-row"
_NUMBER = re.compile(r"[0-9]{1,6}")
_PARAGRAPHS = (f"{_TEXT}p", f"{_TEXT}h")
# Deleted and hidden text, comments, and marks of notes.
_SKIPPED = (
    f"{_TEXT}tracked-changes",
    f"{_OFFICE}annotation",
    f"{_TEXT}note-citation",
    f"{_TEXT}ruby-text",
    f"{_TEXT}hidden-text",
)
_SIGNS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n", f"{_TEXT}s": " "}
_NOTE = f"{_TEXT}note"
_BOX = f"{_DRAW}text-box"


def parse_odt(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the paragraphs and tables of an OpenDocument text; notes come last, hidden text is left out."""
    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            part = packed.getinfo("content.xml")
            check_entries(path, packed.infolist(), remedy="Save only its text.")
            with packed.open(part) as opened:
                if declares_entities(opened):
                    raise UnreadableArticle(
                        f"{path}: the document declares XML entities. Expected none, as in files that LibreOffice "
                        "saved. Save only its text."
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


def _blocks(parent: "Element", headers: Mapping[int, str] | None = None) -> Iterator[str]:
    """Yield the paragraphs and tables below an element. A text box follows the paragraph that it is anchored in.

    `headers` are those of the columns if the element is part of a table.
    """
    for element in parent:
        if element.tag in _PARAGRAPHS:
            boxes = list["Element"]()
            yield _words(element, boxes)
            for box in boxes:
                yield from _blocks(box)
        elif element.tag == f"{_TABLE}table-row":
            yield " | ".join(header_before(cell, headers or {}) + cell.text for cell in _cells(element))
        elif element.tag == f"{_TABLE}table":
            headings = [_cells(row) for row in element.iterfind(_HEADINGS)]
            yield from (" | ".join(cell.text for cell in row) for row in headings)
            yield from _blocks(element, column_headers(headings))
        elif not _is_hidden(element) and not (headers is not None and element.tag == f"{_TABLE}table-header-rows"):
            yield from _blocks(element, headers)


def _cells(row: "Element") -> Sequence[Cell]:
    cells, column = list[Cell](), 0
    for cell in row:
        if cell.tag == f"{_TABLE}table-cell":
            text = " ".join(" ".join(_blocks(cell)).split())
            cells.append(Cell(text, column, _number(cell, "number-columns-spanned")))
        column += _number(cell, "number-columns-repeated")
    return cells


def _number(cell: "Element", name: str) -> int:
    written = cell.get(f"{_TABLE}{name}") or ""
    return int(written) if _NUMBER.fullmatch(written) else 1


def _notes(body: "Element") -> Iterator[str]:
    for note in body.iter(f"{_TEXT}note-body"):
        if not any(map(_is_hidden, note.iterancestors())):
            yield from _blocks(note)


def _words(element: "Element", boxes: "list[Element]") -> str:
    """Return the text of an element, and add the text boxes in it to `boxes`."""
    said = element.text or ""
    for child in element:
        if child.tag in _SIGNS:
            said += _SIGNS[str(child.tag)]
        elif child.tag == _BOX:
            boxes.append(child)
        elif child.tag != _NOTE and not _is_hidden(child):
            said += _words(child, boxes)
        said += child.tail or ""
    return said


def _is_hidden(element: "Element") -> bool:
    hidden = element.get(f"{_TEXT}display") == "none" or element.get(f"{_TEXT}is-hidden") == "true"
    return hidden or (element.tag in _SKIPPED and element.get(f"{_TEXT}is-hidden") != "false")
