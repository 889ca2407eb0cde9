"""Sheets: an answer or a timeline as a table to be checked by hand, a line for each claim and quote it rests on.

A spreadsheet takes a cell that begins with = + - or @ for a formula, and runs it. Such cells get an
apostrophe in front: what an article says is shown, never computed.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from index.core.formatting import one_line
from rag.analysis.timeline import Timeline
from rag.answering.models import Answer
from rag.evidence.citations import Citation
from rag.evidence.permalinks import link
from rag.output.answer_text import refusal_words, said_words, verdict_mark

_PLACE = ("quote", "article", "file", "outlet", "date", "start", "end", "link")
COLUMNS = ("question", "claim", *_PLACE, "verdict", "initials")
TIMELINE_COLUMNS = ("first", "last", "phrase", "said", *_PLACE)
# Full-width ones too: some programs take them for the same.
_FORMULA = tuple("=+-@＝＋－＠")


def check_sheet(answers: Sequence[Answer], *, page: str = "") -> str:
    """Write the answers as CSV, with the mark by which spreadsheets know UTF-8; who has checked a line signs it.

    `page` is the address of a page on this shelf, on which the `link` of each line opens its quote; "": there is none.
    """
    return _written(COLUMNS, ((answer.question, *row, "") for answer in answers for row in _rows(answer, page)))


def timeline_sheet(timeline: Timeline, *, page: str = "") -> str:
    """Write a timeline as CSV, a line for each quote; `first` and `last` are the days it tells of."""
    rows = [
        [
            *(event.first.isoformat() if event.first else "", event.last.isoformat() if event.last else ""),
            *(event.phrase, said_words(event.citation), *_place(event.citation, page)),
        ]
        for event in timeline.events
    ]
    return _written(TIMELINE_COLUMNS, rows)


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
        for citation in statement.citations or (None,):
            yield (statement.text, *_place(citation, page), verdict)
    if answer.refusal:
        for citation in answer.refusal.closest or (None,):
            yield (
                refusal_words(answer),
                *_place(citation, page),
                "refusal, closest sentence" if citation else "refusal",
            )


def _place(citation: Citation | None, page: str) -> tuple[str, ...]:
    if citation is None:
        return ("",) * len(_PLACE)
    article, span = citation.article, citation.span
    day = article.published.isoformat() if article.published else ""
    opens = page + link(citation) if page else ""
    place = (article.title, article.path, article.outlet or "", day, str(span.start), str(span.end), opens)
    return citation.quote, *place


def _guarded(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would run.

    >>> _guarded("=1+1"), _guarded(" @SUM(A1)"), _guarded("4 - 2")
    ("'=1+1", "'@SUM(A1)", '4 - 2')
    """
    line = one_line(cell)
    return f"'{line}" if line.startswith(_FORMULA) else line
