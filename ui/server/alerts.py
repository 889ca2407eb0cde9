"""Asking: the alerts of the page's process, and when they are asked of what is new.

The thread that indexes asks them between two runs, so no reader waits for it, and a run that is asked for waits for
one question at most. The file is not made before a question is kept.
"""

import time
from collections.abc import Callable

from index.core.errors import DatelineError
from index.core.scope import Scope
from index.pipeline.library import Library
from rag.answering.models import Answer
from rag.storage.alert_runs import run_alerts
from rag.storage.alerts import AlertListing, AlertStore, alerts_file

# A list of them in the page's script may be as old as that: it is made for each answer that is drawn.
_KNOWN_SECONDS = 2.0
_ASK_AGAIN_SECONDS = 60.0


class Alerts:
    """The alerts of one store, for its pages and for the thread that asks."""

    def __init__(self, library: Library) -> None:
        """Prepare; nothing is opened before it is needed."""
        self.problem = ""  # why they were not asked of what is new
        self._library = library
        self._store: AlertStore | None = None
        self._known = frozenset[tuple[str, Scope]]()
        self._known_until = 0.0  # of a clock that only goes forward
        self._asked_of = ""
        self._due = 0.0  # when to try again; 0: not before the shelf changes

    @property
    def is_there(self) -> bool:
        """Whether a question was ever kept in the store."""
        return alerts_file(self._library.settings.store).exists()

    @property
    def store(self) -> AlertStore:
        """The questions. Raises StoreMismatch where the file is not ours."""
        if self._store is None:
            self._store = AlertStore(self._library.settings.store)
        return self._store

    def listings(self) -> list[AlertListing]:
        """List the questions, those that have found something first."""
        return self.store.listings() if self.is_there else []

    def keep(self, answer: Answer) -> None:
        """Have the question of an answer stand. Raises DatelineError where it cannot be kept."""
        self.store.keep(answer.question, answer.standalone, scope=answer.scope, shelf=self._library.shelf)
        self._known_until = 0.0

    def is_kept(self, answer: Answer) -> bool:
        """Tell whether the question of an answer stands, as it was a moment ago."""
        if time.monotonic() >= self._known_until:
            try:
                self._known = frozenset((one.asked.standalone.question, one.asked.scope) for one in self.listings())
            except DatelineError:
                self._known = frozenset()  # the list in the sidebar tells what is wrong; answers are shown all the same
            self._known_until = time.monotonic() + _KNOWN_SECONDS
        return (answer.searched_as, answer.scope) in self._known

    def remove(self, number: int) -> None:
        """Remove a question. Raises UnknownAlert."""
        self.store.remove(number)
        self._known_until = 0.0

    def ask(self, shelf: str, *, stop: Callable[[], bool]) -> None:
        """Ask them, unless that was done of the shelf in the state `shelf`.

        Where `stop` ends it, the next call goes on. What they find is kept, and seen by the pages' next look. Why they
        could not be asked is told in `problem`.
        """
        due = 0 < self._due <= time.monotonic()
        if (shelf == self._asked_of and not due) or not self.is_there:
            return
        self._asked_of, self._due = shelf, 0.0
        try:
            for _ in run_alerts(self._library, self.store, stop=stop):
                pass
            self.problem = ""
            if stop():
                self._asked_of = ""
        except DatelineError as error:
            self.problem = f"Alerts could not search the new articles: {error}"
            self._due = time.monotonic() + _ASK_AGAIN_SECONDS
