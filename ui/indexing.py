"""Indexing: the one thread of the page's process that writes to the shelf.

It runs apart from the readers' pages, so a question can be asked while it works. Between
two runs it puts into Chroma what another process, such as `dateline index`, has added.
"""

import threading
from dataclasses import dataclass, replace
from functools import cache

from index.errors import DatelineError
from index.parts import Parts, build_parts, sync_parts
from index.settings import load_settings
from index.sync import Done, Embedded, Rejected, Visible, Waiting, place_vectors

_LOOK_SECONDS = 2.0
_WAIT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Progress:
    """What the thread is doing, for the page to show."""

    running: bool = False
    doing: str = ""  # our own words, never an article's
    share: float = 0.0  # 0 to 1, of the reading for meaning
    done: Done | None = None  # the last run that ended well
    rejected: tuple[Rejected, ...] = ()  # of the run under way or the last one
    problem: str = ""  # why the last run stopped


class Indexing:
    """Owns the thread, and Chroma with it."""

    def __init__(self, parts: Parts) -> None:
        """Prepare; nothing runs before `start`."""
        self.parts = parts
        self._progress = Progress()
        self._asked = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="indexing", daemon=True)

    @property
    def progress(self) -> Progress:
        """What is going on now."""
        return self._progress

    def start_once(self) -> None:
        """Index if that was never asked for: the page was started without its front door."""
        if not self._thread.is_alive() and not self._ended.is_set() and not self._progress.running:
            self.start()

    def start(self) -> None:
        """Index now, in the background; asked twice it runs once more afterwards."""
        self._progress = replace(self._progress, running=True, doing="Looking through the seeds", problem="")
        self._asked.set()
        if not self._thread.is_alive() and not self._ended.is_set():
            self._thread.start()

    def stop(self) -> None:
        """End the thread after its present step, and give Chroma back."""
        self._ended.set()
        self._asked.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self.parts.index.disown()

    def _work(self) -> None:
        generation = ""
        while True:
            asked = self._asked.wait(_LOOK_SECONDS)
            if self._ended.is_set():
                return
            if asked:
                self._asked.clear()
                self._run()
            try:
                with self.parts.shelf.read() as reading:
                    seen = reading.record("generation")
                if seen != generation and place_vectors(self.parts.shelf, self.parts.index):
                    generation = seen
            except DatelineError as error:
                self._progress = replace(self._progress, running=False, problem=str(error))

    def _run(self) -> None:
        before = self._progress
        self._progress = Progress(running=True, doing="Looking through the seeds", done=before.done)
        visible = 0
        try:
            for event in sync_parts(self.parts, wait_seconds=_WAIT_SECONDS):
                if self._ended.is_set():
                    return
                now = self._progress
                match event:
                    case Waiting():
                        self._progress = replace(now, doing="Waiting for another process that is indexing")
                    case Visible():
                        visible += 1
                        self._progress = replace(now, doing=f"Read {visible:,} new or changed articles")
                    case Rejected():
                        self._progress = replace(now, rejected=(*now.rejected, event))
                    case Embedded(done, total):
                        doing = f"Reading for meaning: {done:,} of {total:,} passages"
                        self._progress = replace(now, doing=doing, share=done / total)
                    case Done():
                        self._progress = replace(now, done=event)
        except DatelineError as error:
            self._progress = replace(self._progress, problem=str(error))
        finally:
            self._progress = replace(self._progress, running=self._asked.is_set())


_making = threading.Lock()


def get_indexing() -> Indexing:
    """Return the one of this process. Raises DatelineError where the settings or the store are at fault."""
    with _making:
        return _make()


@cache
def _make() -> Indexing:
    return Indexing(build_parts(load_settings()))
