"""The notebook of the page's process. The file is made when the first quote is pinned."""

import threading
import time
from collections.abc import Iterable
from contextlib import suppress

from index.core.errors import DatelineError, UnknownPin
from index.pipeline.library import Library
from rag.evidence.citations import Citation
from rag.storage.notebook import Notebook, Pin, has_notebook

# How old the list may be when an answer is drawn; it would otherwise be read for each of them.
_KNOWN_SECONDS = 2.0


class SharedNotebook:
    """The pinned quotes of one store, for its pages. All readers of a server share it."""

    def __init__(self, library: Library) -> None:
        """Prepare; the file is opened when it is needed."""
        self._library = library
        self._notebook: Notebook | None = None
        self._knowing = threading.Lock()
        self._known: dict[Citation, Pin] = {}
        self._known_until = 0.0  # on the monotonic clock

    def pins(self) -> list[Pin]:
        """Return the pinned quotes in their order. Raises DatelineError if they cannot be read."""
        return self._opened().pins() if has_notebook(self._library.settings.store) else []

    def state(self) -> list[tuple[int, str]]:
        """Return what changes if another window changes the notebook. Raises DatelineError."""
        return self._opened().numbers_and_notes() if has_notebook(self._library.settings.store) else []

    def pinned(self, citations: Iterable[Citation]) -> list[Pin]:
        """Return the pins of those quotes that are pinned; the list may be a moment old."""
        with self._knowing:
            if time.monotonic() >= self._known_until:
                try:
                    self._known = {pin.citation: pin for pin in self.pins() if pin.citation}
                except DatelineError:
                    self._known = {}  # the page of the notebook shows the problem
                self._known_until = time.monotonic() + _KNOWN_SECONDS
            return [self._known[citation] for citation in citations if citation in self._known]

    def pin(self, citation: Citation, *, question: str) -> None:
        """Pin a quote, unless it is pinned. Raises DatelineError if that cannot be saved."""
        self._opened().pin(citation, question=question)
        self._forget()

    def unpin_plain(self, citation: Citation) -> None:
        """Unpin a quote if it is pinned and has no note. Raises DatelineError if that cannot be saved."""
        for pin in self.pins():
            if pin.citation == citation and not pin.note:
                self.unpin(pin.number)

    def unpin(self, number: int) -> None:
        """Unpin a quote, unless that was done in another window. Raises DatelineError if that cannot be saved."""
        with suppress(UnknownPin):
            self._opened().unpin(number)
        self._forget()

    def note(self, number: int, text: str, *, was: str) -> None:
        """Save a note; `was` is the one that the reader has changed. Raises DatelineError if that cannot be saved."""
        self._opened().note(number, text, was=was)

    def move(self, number: int, by: int) -> None:
        """Move a pin by so many places, unless it was removed in another window. Raises DatelineError."""
        with suppress(UnknownPin):
            self._opened().move(number, by)

    def _opened(self) -> Notebook:
        if self._notebook is None:
            self._notebook = Notebook(self._library.settings.store)
        return self._notebook

    def _forget(self) -> None:
        with self._knowing:
            self._known_until = 0.0
