"""Timelines: what the shelf says to a question, in the order in which it happened.

A quote stands under the day it speaks of, which is often not the day of its article. Where it
names no day, or only the day on which it was said, it stands under that of its article.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.core.formatting import one_line
from index.core.scope import WHOLE, Scope
from index.pipeline.library import Library
from index.shelf.queries import Reading
from index.text.sentences import split_sentences
from index.text.terms import content_terms
from rag.answering.models import Dated
from rag.answering.pipeline import list_quotes
from rag.answering.query import Standalone, clean_question
from rag.evidence.citations import Citation
from rag.evidence.event_dates import When, when_of

# Where a question names days and nothing else ("What happened in February?").
_MOST_LEADS = 60


@dataclass(frozen=True, slots=True)
class Event:
    """A quote and the days it speaks of; None where neither it nor its article has one."""

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
    problem: str  # why only words were searched; "" where all is well
    published: int = 0  # in those days, of which the newest tell their first sentence; 0: a subject was searched for


def find_timeline(
    question: str,
    *,
    library: Library,
    scope: Scope = WHOLE,
    standalone: Standalone | None = None,
    all_days: bool = False,
    today: date | None = None,
    also: Sequence[Citation] = (),
) -> Timeline:
    """Put all that answers a question in its order; the arguments are those of `list_quotes`.

    What is quoted `also`, by the answer that it is the timeline of, stands in it too.
    Of a question that names days and no subject, it is the first sentence of what was published then. Raises
    BadQuestion.
    """
    listed = list_quotes(question, library=library, scope=scope, standalone=standalone, all_days=all_days, today=today)
    asked, dated = clean_question(question), listed.dated
    if dated and not listed.quotes and not also and set(content_terms(asked)) <= set(content_terms(dated.phrase)):
        then = Scope(dated.since, dated.until, scope.outlets)
        with library.shelf.read(checked=True) as reading:
            leads, published = _leads(reading, then), reading.count(scope=then)
        return Timeline(asked, make_timeline(leads), replace(dated, used=bool(leads)), "", published)
    quotes = {(quote.article.path, one_line(quote.quote)): quote for quote in (*also, *listed.quotes)}
    return Timeline(asked, make_timeline(quotes.values()), dated, listed.problem)


def _leads(reading: Reading, scope: Scope) -> tuple[Citation, ...]:
    """Cite the first sentence of each of the newest articles of a scope; of copies that of one."""
    articles = reading.articles([listing.id for listing in reading.listings(_MOST_LEADS, scope=scope)])
    first: dict[str, Citation] = {}
    for article in sorted(articles.values(), key=lambda article: article.path):
        for sentence in split_sentences(article.text, article.body)[:1]:
            first.setdefault(one_line(sentence.cut(article.text)), Citation(article, sentence))
    return tuple(first.values())


def make_timeline(citations: Iterable[Citation]) -> tuple[Event, ...]:
    """Put quotes in the order of the days they speak of, those of one day by article and place, the undated last."""
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
    # "Said on Thursday" tells of the saying, and the shortest time tells most of the day.
    happened = [when for when in named if not when.of_saying] or list(named)
    published = citation.article.published
    if not happened:
        return Event(citation, published, published, "")
    chosen = min(happened, key=_length)
    return Event(citation, chosen.first, chosen.last, chosen.phrase)


def _length(when: When) -> int:
    return (when.last - when.first).days
