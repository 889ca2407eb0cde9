"""Timelines: what the shelf says to a question, in the order of events.

A quote is listed under the day it refers to, which is often not the day of its article. If it has no day, or only
the day on which it was said, it is listed under the day of its article.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.core.formatting import one_line
from index.core.scope import Scope
from index.pipeline.library import Library
from index.shelf.queries import Reading
from index.text.sentences import split_sentences
from index.text.terms import content_terms
from rag.answering.models import Dated
from rag.answering.pipeline import list_quotes
from rag.answering.query import Query, clean_question, make_query
from rag.evidence.citations import Citation
from rag.evidence.event_dates import When, when_of

# For a question with days and no subject ("What happened in February?").
_MOST_LEADS = 60


@dataclass(frozen=True, slots=True)
class Event:
    """A quote and the days it refers to; None if neither it nor its article has a day."""

    citation: Citation
    first: date | None
    last: date | None
    phrase: str  # the quote's own words for the days; "": they are the article's day


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the shelf says to a question, event by event."""

    question: str  # as it was asked, on one line
    events: tuple[Event, ...]
    dated: Dated | None  # the days of publication that the question names
    problem: str  # why only the keyword search ran; "" if both did
    published: int = 0  # articles of those days if the question has no subject; else 0


def find_timeline(question: str | Query, *, library: Library, also: Sequence[Citation] = ()) -> Timeline:
    """Return everything that answers a question, in the order of events.

    The quotes `also`, of the answer that the timeline belongs to, are included. If the question has days and no
    subject, the timeline has the first sentence of each article published then. Raises BadQuestion.
    """
    query = make_query(question) if isinstance(question, str) else question
    listed = list_quotes(query, library=library)
    asked, dated = clean_question(query.raw), listed.dated
    if dated and not listed.quotes and not also and set(content_terms(asked)) <= set(content_terms(dated.phrase)):
        then = Scope(dated.since, dated.until, query.scope.outlets, languages=query.scope.languages)
        with library.shelf.read(checked=True) as reading:
            leads, published = _leads(reading, then), reading.count(scope=then)
        return Timeline(asked, make_timeline(leads), replace(dated, used=bool(leads)), "", published)
    quotes = {(quote.article.path, one_line(quote.quote)): quote for quote in (*also, *listed.quotes)}
    return Timeline(asked, make_timeline(quotes.values()), dated, listed.problem)


def _leads(reading: Reading, scope: Scope) -> tuple[Citation, ...]:
    """Cite the first sentence of each of the newest articles of a scope, and of copies once."""
    articles = reading.articles([listing.id for listing in reading.listings(_MOST_LEADS, scope=scope)])
    first: dict[str, Citation] = {}
    for article in sorted(articles.values(), key=lambda article: article.path):
        for sentence in split_sentences(article.text, article.body)[:1]:
            first.setdefault(one_line(sentence.cut(article.text)), Citation(article, sentence))
    return tuple(first.values())


def make_timeline(citations: Iterable[Citation]) -> tuple[Event, ...]:
    """Sort quotes by the days they refer to, then by article and place; the undated come last."""
    events = [_event(citation) for citation in citations]
    return tuple(
        sorted(
            events,
            key=lambda event: (
                event.first or date.max,
                event.last or date.max,
                event.citation.article.published or date.max,
                event.citation.article.path,
                event.citation.span,
            ),
        )
    )


def _event(citation: Citation) -> Event:
    named = when_of(citation)
    # "Said on Thursday" is the day of the saying; the shortest time is the most exact.
    happened = [when for when in named if not when.of_saying] or list(named)
    published = citation.article.published
    if not happened:
        return Event(citation, published, published, "")
    chosen = min(happened, key=_length)
    return Event(citation, chosen.first, chosen.last, chosen.phrase)


def _length(when: When) -> int:
    return (when.last - when.first).days
