"""The alerts of the page's process, and when they search the new articles.

The indexing thread runs them between two runs, so readers do not wait for them. A run that is requested meanwhile
waits for one alert at most. The file is created when the first alert is kept.
"""

import time
from collections.abc import Callable

from index.core.errors import DatelineError
from index.core.scope import Scope
from index.pipeline.library import Library
from rag.analysis.alert_runs import run_alerts
from rag.answering.models import Answer
from rag.delivery.messages import compose_with
from rag.delivery.sending import note_failed_run
from rag.storage.alerts import AlertListing, AlertStore, has_alerts_file

# How old the list may be when an answer is drawn; it would otherwise be read for each of them.
_KNOWN_SECONDS = 2.0
_ASK_AGAIN_SECONDS = 60.0


class Alerts:
    """The alerts of one store, for its pages and for the thread that runs them."""

    def __init__(self, library: Library) -> None:
        """Prepare; the file is opened when it is needed."""
        self.problem = ""  # why they could not search the new articles
        self._library = library
        self._store: AlertStore | None = None
        self._known = frozenset[tuple[str, Scope]]()
        self._known_until = 0.0  # on the monotonic clock
        self._searched = ""  # the state of the shelf that was searched last
        self._due = 0.0  # when to try again; 0: not before the shelf changes

    @property
    def is_there(self) -> bool:
        """Whether an alert was ever kept in the store."""
        return has_alerts_file(self._library.settings.store)

    @property
    def store(self) -> AlertStore:
        """The stored alerts. Raises StoreMismatch if the file is not one of Dateline."""
        if self._store is None:
            self._store = AlertStore(self._library.settings.store)
        return self._store

    def listings(self) -> list[AlertListing]:
        """List the alerts, those that have found something first."""
        return self.store.listings() if self.is_there else []

    def keep(self, answer: Answer) -> None:
        """Keep the question of an answer as an alert. Raises DatelineError if that is not possible."""
        self.store.keep(answer.question, answer.standalone, scope=answer.scope, shelf=self._library.shelf)
        self._known_until = 0.0

    def is_kept(self, answer: Answer) -> bool:
        """Return True if the question of an answer is an alert; the list may be a moment old."""
        if time.monotonic() >= self._known_until:
            try:
                self._known = frozenset((one.asked.standalone.question, one.asked.scope) for one in self.listings())
            except DatelineError:
                self._known = frozenset()  # the sidebar shows the problem; answers are shown anyway
            self._known_until = time.monotonic() + _KNOWN_SECONDS
        return (answer.searched_as, answer.scope) in self._known

    def remove(self, number: int) -> None:
        """Remove an alert. Raises UnknownAlert."""
        self.store.remove(number)
        self._known_until = 0.0

    def ask(self, shelf: str, *, stop: Callable[[], bool]) -> None:
        """Run the alerts, unless that was done for the state `shelf` of the shelf.

        If `stop` ends it, the next call continues. The results are stored, and pages show them at their next redraw.
        If the alerts could not run, `problem` says why.
        """
        due = 0 < self._due <= time.monotonic()
        if (shelf == self._searched and not due) or not self.is_there:
            return
        self._searched, self._due = shelf, 0.0
        try:
            compose = compose_with(self._library.settings)
            for _ in run_alerts(self._library, self.store, stop=stop, compose=compose):
                pass
            self.problem = ""
            if stop():
                self._searched = ""
        except DatelineError as error:
            self.problem = f"Alerts could not search the new articles: {error}"
            self._due = time.monotonic() + _ASK_AGAIN_SECONDS
            note_failed_run(self._library.settings, str(error))

    def note_run(self) -> None:
        """Store that indexing went well, unless the alerts could not run after it. Raises DatelineError."""
        if self.is_there and not self.problem:
            self.store.outbox.note_success()
