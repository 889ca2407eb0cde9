"""The notebook of the page's process. The file is made when the first quote is pinned."""

import time

from index.core.errors import DatelineError
from index.pipeline.library import Library
from rag.evidence.citations import Citation
from rag.storage.notebook import Notebook, Pin, has_notebook

# How old the list may be when an answer is drawn; it would otherwise be read for each of them.
_KNOWN_SECONDS = 2.0


class SharedNotebook:
    """The pinned quotes of one store, for its pages."""

    def __init__(self, library: Library) -> None:
        """Prepare; the file is opened when it is needed."""
        self._library = library
        self._notebook: Notebook | None = None
        self._known: dict[Citation, int] = {}
        self._known_until = 0.0  # on the monotonic clock

    @property
    def notebook(self) -> Notebook:
        """The stored notebook. Raises StoreMismatch if the file is not one of Dateline."""
        if self._notebook is None:
            self._notebook = Notebook(self._library.settings.store)
        return self._notebook

    def pins(self) -> list[Pin]:
        """Return the pinned quotes in their order."""
        return self.notebook.pins() if has_notebook(self._library.settings.store) else []

    def has(self, citation: Citation) -> bool:
        """Return True if a quote is pinned; the list may be a moment old."""
        if time.monotonic() >= self._known_until:
            try:
                self._known = {pin.citation: pin.number for pin in self.pins() if pin.citation}
            except DatelineError:
                self._known = {}  # the page of the notebook shows the problem
            self._known_until = time.monotonic() + _KNOWN_SECONDS
        return citation in self._known

    def turn(self, citation: Citation, *, question: str) -> None:
        """Pin a quote, or unpin it if it is pinned. Raises DatelineError if that cannot be saved."""
        self._known_until = 0.0
        if self.has(citation):
            self.notebook.unpin(self._known[citation])
        else:
            self.notebook.pin(citation, question=question)
        self._known_until = 0.0
