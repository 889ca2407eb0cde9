"""Table rows: give each cell of a table the header of its column, so that a row says what its figures are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_LONGEST_HEADER = 60  # characters; a longer one is a sentence
_WIDEST = 100  # columns that one cell may cover


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, the column that it begins in, and how many columns it covers."""

    text: str
    column: int
    width: int = 1


def column_headers(rows: Iterable[Sequence[Cell]]) -> Mapping[int, str]:
    """Return the header of each column, from the header rows of a table.

    >>> column_headers([[Cell("", 0), Cell("2025", 1, 2)], [Cell("Town", 0), Cell("Rain", 1), Cell("Days", 2)]])
    {0: 'Town', 1: '2025 Rain', 2: '2025 Days'}
    """
    headers = dict[int, str]()
    for row in rows:
        for cell in row if len(row) > 1 else ():  # a single cell is the title of the table
            for column in range(cell.column, cell.column + min(cell.width, _WIDEST)):
                above = headers.get(column, "")
                headers[column] = above if cell.text == above else f"{above} {cell.text}".strip()
    return {column: text for column, text in headers.items() if text and len(text) <= _LONGEST_HEADER}


def header_before(cell: Cell, headers: Mapping[int, str]) -> str:
    """Return what to write before a cell: the header of its column, or "" if the cell is empty or names its row.

    >>> [header_before(cell, {0: "Town", 1: "Rain"}) for cell in (Cell("Skerry Bay", 0), Cell("301", 1), Cell("", 1))]
    ['', 'Rain: ', '']
    """
    header = headers.get(cell.column, "").rstrip(": ")
    names_row = not cell.column and any(map(str.isalpha, cell.text))
    says = any(map(str.isalnum, cell.text)) and cell.text != header
    return f"{header}: " if header and says and not names_row else ""
