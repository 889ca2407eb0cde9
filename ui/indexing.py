"""Indexing: the one thread of the page's process that writes to the shelf.

It runs apart from the readers' pages, so a question can be asked while it works. Between
two runs it puts into Chroma what another process, such as `dateline index`, has added.
"""

import threading
from dataclasses import dataclass, replace
from functools import cache

from index.errors import DatelineError
from index.parts import WAIT_SECONDS, Parts, build_parts, sync_parts
from index.settings import load_settings
from index.sync import Done, Embedded, Rejected, Visible, Waiting, place_vectors
from index.wording import counted
from rag.chat import build_chats, warm_up

_LOOK_SECONDS = 2.0


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
        self.chats = build_chats(parts.settings)
        self._progress = Progress()
        self._asked = threading.Event()
        self._ended = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def progress(self) -> Progress:
        """What is going on now."""
        return self._progress

    def start(self) -> None:
        """Index now, in the background; asked while it runs, it runs once more afterwards."""
        with self._starting:
            self._progress = replace(self._progress, running=True, doing="Looking through the seeds", problem="")
            self._asked.set()
            if self._thread is None or not self._thread.is_alive():
                self._ended.clear()
                self._thread = threading.Thread(target=self._work, name="indexing", daemon=True)
                self._thread.start()
                if self.chats:
                    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()

    def start_once(self) -> None:
        """Index if that was never asked for: the page was started without its front door."""
        if self._thread is None:
            self.start()

    def stop(self) -> None:
        """End the thread after its present step, and give Chroma back."""
        self._ended.set()
        self._asked.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.parts.index.disown()

    def _work(self) -> None:
        generation = ""
        while True:
            asked = self._asked.wait(_LOOK_SECONDS)
            if self._ended.is_set():
                return
            try:
                if asked:
                    self._asked.clear()
                    self._run()
                with self.parts.shelf.read() as reading:
                    seen = reading.record("generation")
                if seen != generation and place_vectors(self.parts.shelf, self.parts.index):
                    generation = seen
            except DatelineError as error:
                self._fail(str(error))
            except Exception as error:  # noqa: BLE001 (the thread outlives what nobody thought of; the page tells it)
                self._fail(f"Indexing stopped ({type(error).__name__}). What was indexed stays. Press Re-index.")

    def _fail(self, problem: str) -> None:
        self._progress = replace(self._progress, running=self._asked.is_set(), problem=problem)

    def _run(self) -> None:
        self._progress = Progress(running=True, doing="Looking through the seeds", done=self._progress.done)
        visible = 0
        for event in sync_parts(self.parts, wait_seconds=WAIT_SECONDS):
            if self._ended.is_set():
                return
            now = self._progress
            match event:
                case Waiting():
                    self._progress = replace(now, doing="Waiting for another process that is indexing")
                case Visible():
                    visible += 1
                    self._progress = replace(now, doing=f"Read {counted(visible, 'new or changed article')}")
                case Rejected():
                    self._progress = replace(now, rejected=(*now.rejected, event))
                case Embedded(done, total):
                    doing = f"Reading for meaning: {done:,} of {total:,} passages"
                    self._progress = replace(now, doing=doing, share=done / total)
                case Done():
                    self._progress = replace(now, done=event)
        self._progress = replace(self._progress, running=self._asked.is_set())


_making = threading.Lock()


def get_indexing() -> Indexing:
    """Return the one of this process. Raises DatelineError where the settings or the store are at fault."""
    with _making:
        return _make()


@cache
def _make() -> Indexing:
    return Indexing(build_parts(load_settings()))
