"""News: what alerts find in the articles that are new to them.

Each question is asked, in quotes, of the editions that it has not seen; sentences that stood word for word on the
shelf it has seen are not quoted. Only then are the editions noted as seen, together with what was found. So a process
that is killed in between loses nothing, and of two that ask at once one has its answer kept.
"""

from collections.abc import Callable, Iterator

from index.core.errors import UnknownAlert
from index.core.scope import Scope
from index.pipeline.library import Library
from rag.answering.models import Answer, Refusal
from rag.answering.pipeline import answer_from
from rag.answering.query import make_query
from rag.storage.alerts import Alert, AlertStore, News


def run_alerts(
    library: Library, alerts: AlertStore, *, stop: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Alert, News]]:
    """Ask every alert of what is new to it, and yield what each has found, kept as it is yielded.

    Asked are passages that can be found by their meaning: while some wait for their vectors nothing is asked, and
    the next call does it. Between two questions `stop` may end it, likewise. Raises what asking a question raises.
    """
    with library.shelf.read(checked=True) as reading:
        if not alerts.note(reading):
            return
    for listing in alerts.listings():
        if stop():
            return
        if found := _ask(listing.asked.number, library, alerts):
            yield found


def _ask(number: int, library: Library, alerts: AlertStore) -> tuple[Alert, News] | None:
    """Ask one question, again where another process was quicker or the shelf has changed under it."""
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
        told = answer if answer and not isinstance(answer.quoted, Refusal) else None
        settled, news = alerts.settle(asked, up_to=up_to, gone=sorted(pending - here), answer=told)
        if settled:
            return (asked, news) if news else None


def _visible(ids: frozenset[str], library: Library) -> frozenset[str] | None:
    """Return those that are on the shelf; None while passages wait for their vectors."""
    with library.shelf.read() as reading:
        counts = reading.counts()
        if counts.chunks != counts.embedded:
            return None
        return frozenset(listing.id for listing in reading.listings(scope=Scope(articles=ids))) if ids else ids


def _answer(asked: Alert, articles: frozenset[str], library: Library, alerts: AlertStore) -> Answer:
    with alerts.seen_sentences(asked) as is_seen:
        query = make_query(asked.question, scope=asked.scope, standalone=asked.standalone)
        return answer_from(articles, query, library=library, passed_over=is_seen)
