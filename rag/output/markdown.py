"""Markdown: a chat or a timeline, with every quote word for word.

All text of articles and models is escaped: a viewer shows its characters, runs nothing and loads nothing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from index.core.formatting import one_line
from rag.analysis.disagreements import Side, disagreements_of, sides_by_quote
from rag.analysis.figure_history import Figure, figure_history
from rag.analysis.timeline import Timeline
from rag.answering.models import Answer
from rag.evidence.citations import Citation, number_citations
from rag.evidence.permalinks import link
from rag.output.answer_text import (
    OVER_TIME,
    WITHOUT_MODEL,
    ending_note,
    level_words,
    page_words,
    quotes_beside,
    said_words,
    searched_line,
    sides_words,
    verdict_mark,
    with_days,
)
from rag.output.bibliography import Style, reference
from rag.output.timeline import by_days, event_days, timeline_notes
from rag.storage.notebook import Pin

# All characters that have a meaning in CommonMark or GitHub's Markdown.
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:$^=@])")


def chat_markdown(title: str, answers: Sequence[Answer], *, style: Style = "plain", page: str = "") -> str:
    """Return a chat: each question with its answer, and the quotes with their places.

    If `page` is the address of a page on this shelf, each quote has a link to it.
    """
    quote = partial(_quote, style=style, page=page)
    parts = [f"# {_plain(title)}"]
    for answer in answers:
        parts += [f"## {_plain(answer.question)}", *_answer_parts(answer, quote, page)]
    return "\n\n".join(parts) + "\n"


def timeline_markdown(timeline: Timeline, *, style: Style = "plain", page: str = "") -> str:
    """Return a timeline: the days as headings, with the quotes and their places below."""
    parts = [f"# {_plain(timeline.question)}", *map(_plain, timeline_notes(timeline))]
    for (first, last), those in by_days(timeline.events):
        quotes = (_quote(event.citation, "", style=style, page=page) for event in those)
        parts += [f"## {_plain(event_days(first, last))}", *quotes]
    return "\n\n".join(parts) + "\n"


def notebook_markdown(pins: Sequence[Pin], *, style: Style = "plain", page: str = "") -> str:
    """Return a notebook: its quotes in order, each with its note, below the question that it answers."""
    parts, asked = ["# Notebook"], ""
    for pin in pins:
        if pin.question != asked:
            parts.append(f"## {_plain(asked := pin.question)}")
        parts.append(_quote(pin.citation, "", style=style, page=page) if pin.citation else _plain(pin.problem))
        for paragraph in re.split(r"\n\s*\n", pin.note.strip()):
            parts += ["  \n".join(map(_plain, paragraph.splitlines()))] if paragraph else []
    return "\n\n".join(parts) + "\n"


def _answer_parts(answer: Answer, quote: Callable[..., str], page: str) -> Iterator[str]:
    numbers = number_citations(answer.statements)
    if answer.searched_as != one_line(answer.question):
        yield f"Searched for: {_plain(answer.searched_as)}"
    if answer.prose and answer.prose.statements:
        said = []
        for statement in answer.prose.statements:
            marks = "".join(f" \\[{numbers[citation]}\\]" for citation in statement.citations)
            doubt = verdict_mark(statement)
            said.append(_plain(statement.text) + marks + (f" *({_plain(doubt)})*" if doubt else ""))
        yield " ".join(said)
    if note := ending_note(answer):
        yield _plain(note)
    if words := level_words(answer):
        yield _plain(words)
    if history := figure_history(answer):
        yield _history(history, page)
    sides = sides_by_quote(answer)
    yield from (quote(citation, f"\\[{number}\\] ", marked=sides.get(citation)) for citation, number in numbers.items())
    if beside := quotes_beside(answer):
        yield WITHOUT_MODEL
        yield from (quote(citation, "", marked=sides.get(citation)) for citation in beside)
    if answer.level != "answers" and not answer.about_shelf:
        yield _plain(searched_line(answer))
    for disagreement in disagreements_of(answer):
        words = " · ".join(_plain(words) for _, words in sides_words(disagreement))
        yield f"**{disagreement.title}:** {words}. {_plain(disagreement.note)}".rstrip()
        below = (side for side in disagreement.sides if side.citation not in {*numbers, *beside})
        yield from (quote(side.citation, "", marked=side) for side in below)


def _history(history: Sequence[Figure], page: str) -> str:
    """Return a history of figures on one line, each with a link to its quote on the page."""
    figures = []
    for figure, day in with_days(history):
        value = _plain(figure.value)
        figures.append(f"[{value}]({page}{link(figure.citation)}) ({day})" if page else f"{value} ({day})")
    return f"**{OVER_TIME}** {' → '.join(figures)}"


def _quote(citation: Citation, number: str, *, style: Style, page: str, marked: Side | None = None) -> str:
    """Return a quote and its place, escaped; the differing words of `marked` are bold."""
    lines = [_plain(line) for line in citation.quote.splitlines() if line.strip()]
    if marked:
        before, words, after = marked.parts
        lines = [f"{_inside(before)}**{_plain(words)}**{_inside(after)}"]
    article, span = citation.article, citation.span
    source = reference(article, style).rstrip(".")
    place = f"{_plain(source)}, {_plain(article.path)}, characters {span.start} to {span.end}"
    place += f", {page_of}" if (page_of := page_words(citation)) else ""
    if said := said_words(citation):
        place = f"{_plain(said)}. {place}"
    if page:
        place += f" ([open]({page}{link(citation)}))"
    return f"> {number}" + "  \n> ".join(lines) + f"\n>\n> — {place}"


def _inside(text: str) -> str:
    """Escape part of a line, and keep the spaces at its ends."""
    return _MARKUP.sub(r"\\\1", re.sub(r"\s+", " ", text))


def _plain(text: str) -> str:
    r"""Escape a text, on one line.

    >>> print(_plain("![x](https://a.example) *5* < 6"))
    \!\[x\]\(https\://a\.example\) \*5\* \< 6
    """
    return _MARKUP.sub(r"\\\1", one_line(text))
