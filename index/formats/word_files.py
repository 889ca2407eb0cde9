"""Word files: extract paragraphs, tables, text boxes and notes in their order.

Of tracked changes, what was inserted is text and what was deleted is not, as in Word's view without markup.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import IO, TYPE_CHECKING

from index.core.errors import UnreadableArticle
from index.formats.encodings import clean
from index.formats.packed import check_entries
from index.formats.parsed import Parsed
from index.text.table_rows import Cell, column_headers, header_before

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BOX = f"{_W}txbxContent"
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
# Deleted or moved away, or properties, field codes and the small reading aids above Asian characters.
_SKIPPED = {f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "tblPr", "instrText", "delText", "rt")}
_SIGNS = {f"{_W}tab": "\t", f"{_W}ptab": "\t", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_OFF = ("0", "false", "off")
_NOTES = ("footnote", "endnote")


def parse_docx(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the text of a Word file with python-docx; notes come last."""
    _check_zip(path, content)
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import LxmlError

    try:
        document = docx.Document(io.BytesIO(content))
        text = "\n\n".join(block for block in _all_blocks(document) if block.strip())
        title = _title_of(document)
    except (PackageNotFoundError, LxmlError, ValueError, KeyError, AttributeError, zipfile.BadZipFile) as error:
        raise UnreadableArticle(
            f"{path}: the Word file is damaged ({type(error).__name__}). Expected one that Word opens. Save it again."
        ) from None
    return [Parsed(clean(text), {"title": title} if title else {})]


def _check_zip(path: str, content: bytes) -> None:
    """Check the directory of a Word file before anything in it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if not any(part.filename == "word/document.xml" for part in parts):
                raise UnreadableArticle(
                    f"{path}: not a Word file, despite its name. Expected one that Word saved as .docx. Save it again."
                )
            check_entries(path, parts, remedy="Save only its text.")
            for part in parts:
                with packed.open(part) as opened:
                    if declares_entities(opened):
                        raise UnreadableArticle(
                            f"{path}: the Word file declares XML entities. Expected none, as in files that Word "
                            "saved. Save only its text."
                        )
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError):
        raise UnreadableArticle(
            f"{path}: the Word file is damaged, or not a Word file. Expected one that Word saved as .docx. Save it "
            "again."
        ) from None


def declares_entities(part: IO[bytes]) -> bool:
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


def _all_blocks(document: "Document") -> Iterator[str]:
    body = document.element.body
    yield from _blocks(body)
    for kind in _NOTES:
        named = {mark.get(f"{_W}id") for mark in _seen(body) if mark.tag == f"{_W}{kind}Reference"}
        for note in _notes(document, kind):
            if note.get(f"{_W}id") in named:
                yield from _blocks(note)


def _notes(document: "Document", kind: str) -> "Iterator[Element]":
    """Yield the footnotes or endnotes of a document, those without a reference included."""
    from lxml import etree

    for part in document.part.package.iter_parts():
        if part.partname == f"/word/{kind}s.xml":
            root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False))
            yield from root.iter(f"{_W}{kind}")


def _blocks(parent: "Element") -> Iterator[str]:
    """Yield the paragraphs and tables below an element. A text box follows the paragraph that it is anchored in."""
    begun, boxes = "", list["Element"]()
    for element in _parts(parent):
        if element.tag == f"{_W}p":
            begun += _text(element)
            boxes += [part for part in _seen(element) if part.tag == _BOX]
            if _ends_in_next(element):
                continue
            yield begun
            for box in boxes:
                yield from _blocks(box)
            begun, boxes = "", []
        elif element.tag == f"{_W}tbl":
            yield from _table(element)
        else:
            yield from _blocks(element)
    yield begun
    for box in boxes:
        yield from _blocks(box)


def _parts(element: "Element") -> "Iterator[Element]":
    """Yield what is shown of an element's children: no deleted text, no hints to fill in, and one of alternatives."""
    for child in element:
        if child.tag in _SKIPPED or _is_unseen(child):
            continue
        if child.tag == _ALTERNATIVES:
            # Old programs show the last one: the same text box again, drawn in another way.
            yield from (part for branch in list(child)[:1] for part in _parts(branch))
        else:
            yield child


def _is_unseen(element: "Element") -> bool:
    if element.tag == f"{_W}r":
        hidden = element.find(f"{_W}rPr/{_W}vanish")
        return hidden is not None and hidden.get(f"{_W}val") not in _OFF
    if element.tag == f"{_W}tr":
        return element.find(f"{_W}trPr/{_W}del") is not None
    return element.tag == f"{_W}sdt" and element.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None


def _seen(element: "Element") -> "Iterator[Element]":
    """Yield all that is shown below an element; text boxes, but not what is in them."""
    for part in _parts(element):
        yield part
        if part.tag != _BOX:
            yield from _seen(part)


def _text(element: "Element") -> str:
    return "".join(map(_written, _seen(element)))


def _written(part: "Element") -> str:
    if part.tag == f"{_W}t":
        return part.text or ""
    if part.tag == f"{_W}br":
        return "" if part.get(f"{_W}type") in ("page", "column") else "\n"
    return _SIGNS.get(str(part.tag), "")


def _ends_in_next(paragraph: "Element") -> bool:
    """Return True if the end of a paragraph was deleted, so that the next one continues it."""
    return any(paragraph.find(f"{_W}pPr/{_W}rPr/{_W}{change}") is not None for change in ("del", "moveFrom"))


def _table(table: "Element") -> Iterator[str]:
    """Yield the rows as one block, and tables in cells after them. A table of one column only sets paragraphs apart."""
    lines = list(_through(table, "tr"))
    rows = [[cell for cell in _through(row, "tc") if cell.find(f"{_W}tcPr/{_W}cellDel") is None] for row in lines]
    headings = sum(1 for _ in takewhile(_is_heading, lines))
    cells = [cell for row in rows for cell in row]
    if all(len(row) <= 1 for row in rows):
        for cell in cells:
            yield from _blocks(cell)
        return
    written = list(_rows(rows))
    headers = column_headers(written[:headings])
    yield "\n".join(
        " | ".join(header_before(cell, headers) + cell.text if place >= headings else cell.text for cell in row)
        for place, row in enumerate(written)
    )
    for cell in cells:
        for inner in _through(cell, "tbl"):
            yield from _table(inner)


def _through(element: "Element", name: str) -> "Iterator[Element]":
    """Yield the nearest elements with this name below an element, in content controls too."""
    for part in _parts(element):
        if part.tag == f"{_W}{name}":
            yield part
        elif part.tag not in (f"{_W}p", f"{_W}tbl"):
            yield from _through(part, name)


def _is_heading(row: "Element") -> bool:
    """Return True if Word repeats the row on each page, as the header of the table."""
    marked = row.find(f"{_W}trPr/{_W}tblHeader")
    return marked is not None and marked.get(f"{_W}val") not in _OFF


def _rows(rows: "Sequence[Sequence[Element]]") -> Iterator[Sequence[Cell]]:
    above = dict[int, str]()  # by column, of cells that extend over several rows
    for row in rows:
        written, column = list[Cell](), 0
        for cell in row:
            said = " ".join(_cell(cell).split())
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merged is not None and merged.get(f"{_W}val") != "restart":
                said = said or above.get(column, "")
            above[column] = said
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            width = int(span.get(f"{_W}val", "1")) if span is not None else 1
            written.append(Cell(said, column, width))
            column += width
        yield written


def _cell(cell: "Element") -> str:
    """Return the text of a cell, text boxes included, without the tables in it."""
    return " ".join(
        part
        for paragraph in _through(cell, "p")
        for part in (_text(paragraph), *(" ".join(_blocks(box)) for box in _seen(paragraph) if box.tag == _BOX))
    )


def _title_of(document: "Document") -> str:
    """Return the first paragraph if its style is that of a title."""
    from docx.text.paragraph import Paragraph

    first = next((part for part in _seen(document.element.body) if part.tag == f"{_W}p" and _text(part).strip()), None)
    style = Paragraph(first, document).style if first is not None else None
    return _text(first).strip() if style is not None and style.name in ("Title", "Heading 1") else ""
