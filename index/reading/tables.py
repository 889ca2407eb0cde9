"""Tables: find the articles in the rows of a CSV or TSV file whose columns have the usual field names."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from index.core.errors import UnreadableArticle
from index.formats.encodings import clean, decode
from index.reading.facts import plain_name
from index.reading.field_names import FieldNames
from index.reading.json_records import TEXTS, Record, make_record

_SEPARATORS = ",\t;|"
_SAMPLE = 4_000  # bytes, of a file in an encoding with several bytes per letter
_LONE_RETURN = re.compile(rb"\r(?!\n)")  # part of a field, not the end of a line
_EXCEL_HINT = re.compile(r"sep=.\s*", re.IGNORECASE)


class _TooLong(Exception):
    """A row is longer than allowed."""


def read_table(path: str, file: IO[bytes], names: FieldNames, *, max_bytes: int) -> Iterator[Record]:
    """Yield the articles of a CSV or TSV file row by row. Empty rows are skipped and not counted.

    Raises UnreadableArticle if no column has the name of an article's text.
    """
    csv.field_size_limit(max_bytes)
    lines = _in_ascii(path, file, max_bytes)
    header = _read_header(path, lines, names, max_bytes)
    number = 0
    try:
        for row in _raw_rows(lines, header.separator, max_bytes):
            if row.strip():
                number += 1
                yield _record(f"{path}#{number}", row, header, names)
    except csv.Error as error:
        own = f"{path}#{number + 1}"
        reason = (
            f"{own}: not a row of a table ({error}). Expected fields with separators. The rows after it were not read. "
            "Fix it."
        )
        yield Record(own, b"", reason=reason)
    except _TooLong:
        own = f"{path}#{number + 1}"
        longest = f"{max_bytes / 1e6:.0f} MB"
        reason = (
            f"{own}: a row longer than the limit of {longest}; a quotation mark may be missing. The rows after it were "
            "not read. Fix it, or raise DATELINE_MAX_FILE_MEGABYTES."
        )
        yield Record(own, b"", reason=reason)


def _in_ascii(path: str, file: IO[bytes], max_bytes: int) -> IO[bytes]:
    """Return the file in an encoding in which line ends and separators are those of ASCII."""
    sample = file.read(_SAMPLE)
    file.seek(0)
    old_ends = b"\r" in sample and b"\n" not in sample  # as old programs of Apple write them
    if b"\x00" not in sample and not sample.startswith((b"\xff\xfe", b"\xfe\xff")) and not old_ends:
        return file
    content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise UnreadableArticle(
            f"{path}: a table in an unusual encoding or with old line ends, larger than the limit of "
            f"{max_bytes / 1e6:.0f} MB. Save it as CSV in UTF-8, or raise DATELINE_MAX_FILE_MEGABYTES."
        )
    return io.BytesIO(content.replace(b"\r", b"\n") if old_ends else decode(path, content).text.encode())


def _raw_rows(file: IO[bytes], separator: str, max_bytes: int) -> Iterator[bytes]:
    """Yield the bytes of each row; line ends within quotation marks do not end it.

    Raises _TooLong or csv.Error if a row is too long.
    """
    taken = list[bytes]()

    def lines() -> Iterator[str]:
        size = 0
        while line := file.readline(max_bytes + 1):
            size = size + len(line) if taken else len(line)
            if size > max_bytes:
                raise _TooLong
            taken.append(_LONE_RETURN.sub(b" ", line))
            yield taken[-1].decode("latin-1")

    for _ in csv.reader(lines(), delimiter=separator):
        yield b"".join(taken)
        taken.clear()


@dataclass(frozen=True, slots=True)
class _Header:
    """The first row: the names of the columns, and the separator that parts them."""

    columns: Sequence[str]
    separator: str

    def plain(self, names: FieldNames) -> Sequence[str]:
        """Return the names by which the columns are known."""
        return [names.get(name, name) for name in map(plain_name, self.columns)]


def _read_header(path: str, file: IO[bytes], names: FieldNames, max_bytes: int) -> _Header:
    rows = _raw_rows(file, ",", max_bytes)
    try:
        text = decode(path, next(rows, b"")).text
        if _EXCEL_HINT.fullmatch(text):
            text = decode(path, next(rows, b"")).text
    except (_TooLong, csv.Error):
        raise UnreadableArticle(
            f"{path}: its first row does not end. Expected the names of the columns. A quotation mark may be missing."
        ) from None
    found = [_Header(_columns(text, separator), separator) for separator in _SEPARATORS]
    best = max(found, key=lambda one: (_has_text(one, names), len(one.columns)))
    if not _has_text(best, names):
        columns = ", ".join(filter(None, best.plain(names)[:8]))[:200] or "none"
        raise UnreadableArticle(
            f"{path}: no column with an article's text. Expected one of {', '.join(TEXTS[:4])} in the first row, which "
            f"has {columns}. Rename it."
        )
    return best


def _has_text(header: _Header, names: FieldNames) -> bool:
    return any(name in TEXTS for name in header.plain(names))


def _columns(header: str, separator: str) -> Sequence[str]:
    columns = next(csv.reader(io.StringIO(header, newline=""), delimiter=separator), [])
    return [" ".join(column.split()) for column in columns]


def _cells(row: str, separator: str) -> Sequence[str]:
    """Return the fields of a row. Raises csv.Error if its quotation marks are not clear."""
    return next(csv.reader(io.StringIO(row, newline=""), delimiter=separator, strict=True), [])


def _record(path: str, row: bytes, header: _Header, names: FieldNames) -> Record:
    columns = header.columns
    try:
        decoded = decode(path, row)
        cells = _cells(decoded.text, header.separator)
    except UnreadableArticle as error:
        return Record(path, row, reason=str(error))
    except csv.Error as error:
        reason = (
            f"{path}: its quotation marks are not clear ({error}). Expected a field with separators or quotation marks "
            'in quotation marks, and those inside doubled (""). Fix it and index again.'
        )
        return Record(path, row, reason=reason)
    if any(cell.strip() for cell in cells[len(columns) :]):
        reason = (
            f"{path}: {len(cells)} fields. Expected at most {len(columns)}, as in the first row. Put a field with "
            "separators in quotation marks."
        )
        return Record(path, row, reason=reason)
    fields = {name: clean(cell) for name, cell in zip(columns, cells, strict=False) if name}
    return make_record(path, row, fields, decoded.guessed, names=names, kind="column")
