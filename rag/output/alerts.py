"""Alerts as lines for a terminal and as JSON for programs."""

from collections.abc import Iterator, Sequence

from index.core.formatting import counted, long_day, one_line, scope_words
from rag.output.answer_json import Json, citation_json
from rag.output.answer_text import foot_lines
from rag.storage.alerts import Alert, AlertListing, AlertResult


def quotes_words(count: int) -> str:
    """Return how many new quotes there are.

    >>> quotes_words(0), quotes_words(2)
    ('nothing new', '2 new quotes')
    """
    return counted(count, "new quote") if count else "nothing new"


def asked_words(asked: Alert) -> str:
    """Return the first day of an alert, and its scope if that is not the whole shelf."""
    since = f"since {long_day(asked.kept.astimezone().date())}"
    return f"{since}; only {scope_words(asked.scope)}" if not asked.scope.is_whole else since


def result_lines(asked: Alert, result: AlertResult) -> Iterator[str]:
    """Yield what an alert has found: how many quotes, then the quotes with their articles."""
    yield f"{quotes_words(result.count)} on “{one_line(asked.standalone.question)}”"
    lines = foot_lines(result.answer) if result.answer else [result.problem]
    yield from (f"  {line}" for line in lines)


def listing_lines(listing: AlertListing, found: Sequence[AlertResult]) -> Iterator[str]:
    """Yield one alert of the list with its new quotes."""
    asked, state = listing.asked, f"{asked_words(listing.asked)}): {quotes_words(listing.quotes)}"
    yield f"{asked.number}. {one_line(asked.standalone.question)} ({state}"
    for result in found:
        lines = foot_lines(result.answer) if result.answer else [result.problem]
        yield from (f"   {line}" for line in lines)


def listing_json(listing: AlertListing, found: Sequence[AlertResult]) -> Json:
    """Return the fields of one alert in `dateline alerts --json`."""
    asked, scope = listing.asked, listing.asked.scope
    return {
        "number": asked.number,
        "question": asked.question,
        "searched_as": asked.standalone.question,
        "since": scope.since and scope.since.isoformat(),
        "as_of": scope.until and scope.until.isoformat(),
        "outlets": sorted(scope.outlets),
        "languages": sorted(scope.languages),
        "kept": asked.kept.isoformat(),
        "new": [_result_fields(result) for result in found],
    }


def result_json(asked: Alert, result: AlertResult) -> Json:
    """Return the line that `index --json` and `watch --json` print for what an alert has found."""
    return {
        "event": "alert",
        "number": asked.number,
        "searched_as": asked.standalone.question,
        **_result_fields(result),
    }


def _result_fields(result: AlertResult) -> Json:
    return {
        "found": result.found.isoformat(),
        "quotes": [citation_json(quote) for quote in result.quotes],
        "problem": result.problem or None,
    }
