"""Word files: extract paragraphs and tables in their order."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from index.core.errors import UnreadableArticle
from index.core.limits import LIMITS
from index.formats.encodings import clean
from index.formats.parsed import Parsed

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table


def parse_docx(path: str, content: bytes) -> Sequence[Parsed]:
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
