"""CSV: an answer as a fact-check sheet with a row for each statement and quote, or a timeline as a table.

A spreadsheet runs a cell that begins with = + - or @ as a formula. Such cells get an apostrophe in front, so an
article's text is shown and never computed.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from index.core.formatting import one_line
from rag.analysis.timeline import Timeline
from rag.answering.models import Answer
from rag.evidence.citations import Citation
from rag.evidence.permalinks import link
from rag.output.answer_text import level_words, page_words, said_words, verdict_mark
from rag.storage.notebook import Pin

_PLACE = ("quote", "article", "file", "page", "outlet", "date", "start", "end", "link")
COLUMNS = ("question", "claim", *_PLACE, "verdict", "initials")
TIMELINE_COLUMNS = ("first", "last", "phrase", "said", *_PLACE)
NOTEBOOK_COLUMNS = ("question", "note", *_PLACE)
# Some programs treat the full-width characters in the same way.
_FORMULA = tuple("=+-@＝＋－＠")


def check_sheet(answers: Sequence[Answer], *, page: str = "") -> str:
    """Return answers as CSV with a byte order mark; the last column is for the initials of the person who checks.

    If `page` is the address of a page on this shelf, the `link` of each row opens its quote there. `page` also
    says if OCR read it.
    """
    return _written(COLUMNS, ((answer.question, *row, "") for answer in answers for row in _rows(answer, page)))


def timeline_sheet(timeline: Timeline, *, page: str = "") -> str:
    """Return a timeline as CSV, a row for each quote; `first` and `last` are the days it refers to."""
    rows = [
        [
            *(event.first.isoformat() if event.first else "", event.last.isoformat() if event.last else ""),
            *(event.phrase, said_words(event.citation), *_place(event.citation, page)),
        ]
        for event in timeline.events
    ]
    return _written(TIMELINE_COLUMNS, rows)


def notebook_sheet(pins: Sequence[Pin], *, page: str = "") -> str:
    """Return a notebook as CSV, a row for each quote."""
    return _written(NOTEBOOK_COLUMNS, ((pin.question, pin.note, *_place(pin.citation, page)) for pin in pins))


def _written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(map(_guarded, row))
    return "\ufeff" + text.getvalue()


def _rows(answer: Answer, page: str) -> Iterator[tuple[str, ...]]:
    for statement in answer.statements:
        verdict = verdict_mark(statement) or statement.verdict
        verdict = "may answer" if answer.level == "may_answer" and verdict == "supported" else verdict
        for citation in statement.citations or (None,):
            yield (statement.text, *_place(citation, page), verdict)
    if answer.level == "nothing":
        yield (level_words(answer), *_place(None, page), "nothing found")


def _place(citation: Citation | None, page: str) -> tuple[str, ...]:
    if citation is None:
        return ("",) * len(_PLACE)
    article, span = citation.article, citation.span
    day = article.published.isoformat() if article.published else ""
    opens = page + link(citation) if page else ""
    where = (article.path, page_words(citation), article.outlet or "", day, str(span.start), str(span.end))
    return citation.quote, article.title, *where, opens


def _guarded(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run.

    >>> _guarded("=1+1"), _guarded(" @SUM(A1)"), _guarded("4 - 2")
    ("'=1+1", "'@SUM(A1)", '4 - 2')
    """
    line = one_line(cell)
    return f"'{line}" if line.startswith(_FORMULA) else line
