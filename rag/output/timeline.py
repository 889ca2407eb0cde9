"""A timeline as JSON, and as lines for a terminal."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from index.core.formatting import counted, long_day, one_line, place_line
from rag.analysis.timeline import Event, Timeline
from rag.evidence.citations import Citation
from rag.evidence.event_dates import days_words
from rag.output.answer_json import Json, citation_json, dated_json
from rag.output.answer_text import KEYWORDS_ONLY, NOTHING_FOUND, dated_note, page_words, quote_note, source_line

NO_DAY = "No date"


def timeline_json(timeline: Timeline) -> Json:
    """Return the fields of `dateline timeline --json`."""
    return {
        "question": timeline.question,
        **({"problem": timeline.problem} if timeline.problem else {}),
        "days": dated_json(timeline.dated),
        **({"published": timeline.published} if timeline.published else {}),
        "events": [
            {
                "first": event.first.isoformat() if event.first else None,
                "last": event.last.isoformat() if event.last else None,
                "phrase": event.phrase or None,
                **citation_json(event.citation),
            }
            for event in timeline.events
        ],
    }


def timeline_lines(timeline: Timeline) -> Iterator[str]:
    """Yield a timeline for a terminal: each day once, with its quotes below."""
    yield from timeline_notes(timeline)
    for (first, last), those in by_days(timeline.events):
        yield event_days(first, last)
        for event in those:
            yield f"  {one_line(event.citation.quote)}{quote_note(event.citation)}"
            yield f"    {one_line(source_line(event.citation.article))}"


def timeline_notes(timeline: Timeline) -> Iterator[str]:
    """Yield notes on the search that belong before a timeline, and whether it is empty."""
    if timeline.problem:
        yield f"{KEYWORDS_ONLY} {timeline.problem}"
    if note := dated_note(timeline.dated):
        yield f"{note}."
    if not timeline.events:
        yield NOTHING_FOUND
    elif timeline.published:
        articles = {event.citation.article.id for event in timeline.events}
        some = "" if timeline.published == len(articles) else f" {len(articles):,} of"
        yield f"No subject given: the first sentence of{some} {counted(timeline.published, 'article')}."


def timeline_summary(timeline: Timeline) -> str:
    """Return how many quotes and articles a timeline has.

    >>> timeline_summary(Timeline("What sank?", (), None, ""))
    '0 quotes from 0 articles, by date of the event'
    """
    articles = {event.citation.article.id for event in timeline.events}
    quotes = counted(len(timeline.events), "quote")
    return f"{quotes} from {counted(len(articles), 'article')}, by date of the event"


def by_days(events: Sequence[Event]) -> Iterator[tuple[tuple[date | None, date | None], Iterator[Event]]]:
    """Group the events of a timeline by their days."""
    return groupby(events, key=lambda event: (event.first, event.last))


def event_days(first: date | None, last: date | None) -> str:
    """Return the days of an event as a heading.

    >>> event_days(date(2026, 2, 7), date(2026, 2, 7)), event_days(None, None)
    ('7 Feb 2026', 'No date')
    """
    return days_words(first, last) if first and last else NO_DAY


def reported_line(citation: Citation) -> str:
    """Return the outlet, place and day of the article of a quote.

    >>> from index.text.articles import Article
    >>> from index.text.spans import Span
    >>> fields = ("It sank.", Span(0, 8), date(2026, 2, 12), "Oslo", "Wire", None, None)
    >>> reported_line(Citation(Article("1", "a.txt", "Sunk", *fields), Span(0, 8)))
    'Wire, Oslo, reported 12 Feb 2026'
    """
    article = citation.article
    reported = f"reported {long_day(article.published)}" if article.published else ""
    where = place_line(article.outlet, article.place, None)
    line = ", ".join(filter(None, (where, page_words(citation), reported)))
    # A name is written as the article has it.
    return one_line(line if where else line[:1].upper() + line[1:])
