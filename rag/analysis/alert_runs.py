"""Run alerts: ask each one of the articles that are new to it.

Each question is answered in quotes from the editions that it has not seen. Sentences that it has seen, word for word,
in other articles are not quoted. The editions are marked as seen together with saving the result. So a process that is
killed in between loses nothing, and if two ask at once, one result is saved.
"""

import re
from collections.abc import Callable, Iterator

from index.core.errors import UnknownAlert
from index.core.scope import Scope
from index.pipeline.library import Library
from rag.answering.models import Answer
from rag.answering.pipeline import answer_from
from rag.answering.query import make_query
from rag.storage.alerts import Alert, AlertResult, AlertStore, Compose, no_messages

# As in: PORT ELLERY, 3 March 2026 (Wire) - The ferry
_DATELINE = re.compile(r"^[^a-zß-ÿ]{2,}[^.!?\n]{0,60}?(?:\s[-–—]+\s|:\s)")


def run_alerts(
    library: Library,
    alerts: AlertStore,
    *,
    stop: Callable[[], bool] = lambda: False,
    compose: Compose = no_messages,
) -> Iterator[tuple[Alert, AlertResult]]:
    """Ask every alert of the articles that are new to it, and yield what each found; it is saved by then.

    While passages wait for their vectors nothing is asked, and the next call does it. `stop` may end the run between
    two questions. `compose` makes the messages about a result, which are saved together with it. Raises what asking a
    question raises.
    """
    with library.shelf.read(checked=True) as reading:
        if not alerts.note(reading):
            return
    for listing in alerts.listings():
        if stop():
            return
        if found := _ask(listing.asked.number, library, alerts, compose):
            yield found


def _ask(number: int, library: Library, alerts: AlertStore, compose: Compose) -> tuple[Alert, AlertResult] | None:
    """Ask one alert; again if another process was faster or the shelf has changed meanwhile."""
    while True:
        try:
            asked = alerts.question(number)
        except UnknownAlert:
            return None  # removed meanwhile
        pending, up_to = alerts.pending(asked)
        if not pending:
            return None
        here = _visible(pending, library)
        if here is None or (asked.seen == up_to and not here):
            return None
        answer = _answer(asked, here, library, alerts) if here else None
        if _visible(pending, library) != here:
            continue
        found = answer if answer and answer.quoted.is_likely else None
        gone = sorted(pending - here)
        settled, result = alerts.settle(asked, up_to=up_to, gone=gone, answer=found, compose=compose)
        if settled:
            return (asked, result) if result else None


def _visible(ids: frozenset[str], library: Library) -> frozenset[str] | None:
    """Return those ids that are on the shelf; None while passages wait for their vectors."""
    with library.shelf.read() as reading:
        counts = reading.counts()
        if counts.chunks != counts.embedded:
            return None
        return frozenset(listing.id for listing in reading.listings(scope=Scope(articles=ids))) if ids else ids


def _answer(asked: Alert, articles: frozenset[str], library: Library, alerts: AlertStore) -> Answer:
    with alerts.seen_sentences(asked) as is_seen:
        query = make_query(asked.question, scope=asked.scope, standalone=asked.standalone)
        return answer_from(articles, query, library=library, passed_over=lambda text: _is_seen(text, is_seen))


def _is_seen(text: str, is_seen: Callable[[str], bool]) -> bool:
    """Return True if a sentence was seen, with or without the dateline that reprints put before the first one."""
    return is_seen(text) or is_seen(_DATELINE.sub("", text))
