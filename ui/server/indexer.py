"""Indexing: the only thread of the page's process that writes to the shelf.

Questions can be asked while it works. Between two runs it brings Chroma up to date with what another process, such as
`dateline index`, has added. It also rebuilds a damaged shelf, and runs the alerts on new articles. If watching is on,
a second thread starts a run whenever something changes in the seeds. A third one polls the feeds, and a fourth one
sends what alerts have found.
"""

import threading
from dataclasses import dataclass, replace
from functools import partial

from index.core.errors import ChromaUnreachable, DatelineError, ShelfDamaged
from index.core.formatting import counted
from index.feeds.polling import keep_polling
from index.inbox.watch import watch_seeds
from index.pipeline.chroma_sync import sync_chroma
from index.pipeline.events import BuiltAgain, Done, Embedded, Rejected, Visible, Waiting
from index.pipeline.library import Library
from index.pipeline.sync import WAIT_SECONDS, sync_shelf
from rag.delivery.sending import keep_delivering, note_failed_run
from ui.server.alerts import Alerts
from ui.server.suggestions import Suggestions
from ui.server.unexpected import log_and_explain

_LOOK_SECONDS = 2.0
_WATCH_SECONDS = 10.0  # it takes a while to start watching very many folders


@dataclass(frozen=True, slots=True)
class Progress:
    """What the thread is doing, for the page to show."""

    running: bool = False
    doing: str = ""  # a message of Dateline, never text of an article
    share: float = 0.0  # 0 to 1, the share of the passages that have vectors
    done: Done | None = None  # the last run without an error
    rejected: tuple[Rejected, ...] = ()  # in the current run, or else the last one
    problem: str = ""  # why the last run failed, or else why watching did


class Indexer:
    """Owns the indexing thread, and Chroma."""

    def __init__(self, library: Library, alerts: Alerts, suggestions: Suggestions) -> None:
        """Prepare; nothing runs before `start`."""
        self._library, self._alerts, self._suggestions = library, alerts, suggestions
        self._progress = Progress()
        self._asked = threading.Event()
        self._ended = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._watch_ended = threading.Event()
        self._watch_problem = ""
        self._watcher: threading.Thread | None = None
        self._poller: threading.Thread | None = None
        self._sender: threading.Thread | None = None
        self._damage = ""  # what was wrong with the shelf at the last check
        self._not_placed = ""  # the generation of the shelf that could not be copied to Chroma
        self._unexpected = ("", "")  # the unexpected error that was logged last, and where
        self._unreachable = False  # whether the Chroma server was unreachable at the last attempt

    @property
    def progress(self) -> Progress:
        """What the thread is doing now."""
        now = self._progress
        return replace(now, problem=now.problem or self._watch_problem)

    @property
    def watching(self) -> bool:
        """Whether changes in the seeds folder start a run by themselves."""
        return self._watcher is not None and self._watcher.is_alive() and not self._watch_ended.is_set()

    def start(self) -> None:
        """Index now, in the background; if a run is in progress, another one follows.

        The first start resumes watching if it was on when the store was last used.
        """
        with self._starting:
            self._start()

    def _start(self) -> None:
        self._progress = replace(self._progress, running=True, doing="Looking through the seeds folder", problem="")
        self._asked.set()
        if self._thread is None or not self._thread.is_alive():
            self._ended.clear()
            self._thread = threading.Thread(target=self._work, name="indexing", daemon=True)
            self._thread.start()

    def start_once(self) -> bool:
        """Start indexing unless it was started before. Return True if this call started it."""
        if self._thread is not None:
            return False
        self.start()
        polling = partial(keep_polling, self._library.settings, ended=self._ended, found=self.start)
        self._poller = threading.Thread(target=polling, name="feeds", daemon=True)
        self._poller.start()
        sending = partial(keep_delivering, self._library.settings, ended=self._ended)
        self._sender = threading.Thread(target=sending, name="sending", daemon=True)
        self._sender.start()
        return True

    def watch(self, on: bool) -> None:
        """Switch watching of the seeds folder on or off, and store the choice for the next start.

        Switching it on starts a run. Never raises: if watching ended or the choice could not be stored, `progress`
        says why.
        """
        with self._starting:
            if not on:
                self._watch_ended.set()
                self._watch_problem = ""
            elif not self.watching:
                self._start_watching()
            try:
                with self._library.shelf.write() as writing:
                    writing.set_record("watch", "on" if on else "")
            except DatelineError as error:
                self._watch_problem = str(error)

    def stop(self) -> None:
        """End the threads after their current step, and release Chroma."""
        with self._starting:
            self._ended.set()
            self._asked.set()
            self._watch_ended.set()
        for thread in (self._watcher, self._poller, self._sender, self._thread):
            if thread is not None:
                thread.join(timeout=5)
        self._library.index.release()

    def _start_watching(self) -> threading.Event:
        """Start the watcher; the event is set once it has requested a run, or failed."""
        self._watch_ended, self._watch_problem, on = threading.Event(), "", threading.Event()
        self._watcher = threading.Thread(target=self._watch, args=(self._watch_ended, on), name="watching", daemon=True)
        self._watcher.start()
        return on

    def _watch(self, ended: threading.Event, on: threading.Event) -> None:
        try:
            for _ in watch_seeds(self._library.settings.seeds, ended=ended):
                with self._starting:
                    if not ended.is_set():
                        self._start()
                on.set()
        except DatelineError as error:
            if not ended.is_set():
                self._watch_problem = str(error)
        except Exception as error:  # noqa: BLE001 (logged; the page says so)
            self._watch_problem = _watch_failed(error)
        finally:
            on.set()

    def _resume_watching(self) -> None:
        """Watch if that was the stored choice, and wait until it has begun, so that the first run misses nothing."""
        with self._starting:
            if self._ended.is_set() or self.watching:
                return
            try:
                with self._library.shelf.read() as reading:
                    remembered = reading.record("watch")
            except ShelfDamaged:
                return  # the next run rebuilds it and reports that
            except DatelineError as error:
                self._watch_problem = str(error)
                return
            if not remembered:
                return
            on = self._start_watching()
        on.wait(_WATCH_SECONDS)

    def _work(self) -> None:
        try:
            self._resume_watching()
        except Exception as error:  # noqa: BLE001 (logged; the thread goes on)
            self._watch_problem = _watch_failed(error)
        placed = ""  # the generation of the shelf that is in Chroma
        while True:
            asked = self._asked.wait(_LOOK_SECONDS)
            if self._ended.is_set():
                return
            try:
                if asked:
                    self._asked.clear()
                    self._run()
                self._rebuild_if_damaged()
                with self._library.shelf.read(checked=True) as reading:
                    seen, store = reading.record("generation"), reading.record("store")
                if seen != placed or not self._library.index.usable:
                    placed = self._place(seen)
                self._alerts.ask(f"{store} {seen}", stop=lambda: self._asked.is_set() or self._ended.is_set())
                if asked:
                    self._alerts.note_run()
                if not self._asked.is_set():
                    self._suggestions.update(seen)
            except DatelineError as error:
                self._unreachable = isinstance(error, ChromaUnreachable)
                self._fail(str(error))
                note_failed_run(self._library.settings, str(error))
            except Exception as error:  # noqa: BLE001 (logged; the thread goes on)
                self._fail_unexpectedly(error)

    def _rebuild_if_damaged(self) -> None:
        """Rebuild the shelf if it is damaged, but only once for the same damage: the disk may be failing."""
        damage, earlier = self._library.shelf.damage(), self._damage
        self._damage = damage
        if damage and damage != earlier:
            self._run()

    def _place(self, generation: str) -> str:
        """Bring Chroma up to date with the shelf. Return the generation that it has, "" if another process owns it.

        If that fails, or Chroma is wrong even after a rebuild, questions are answered without it. The next attempt is
        made when the shelf changes.
        """
        if generation == self._not_placed:
            return generation
        self._not_placed = generation
        try:
            owned = sync_chroma(self._library.shelf, self._library.index)
        except ChromaUnreachable as error:
            self._unreachable, self._not_placed = True, ""  # it may return at any moment
            self._fail(str(error))
            return ""
        if self._unreachable:
            self._unreachable = False
            self._progress = replace(self._progress, problem="")
        if not owned or not self._library.index.changed:
            self._not_placed = ""
        return generation if owned else ""

    def _fail_unexpectedly(self, error: Exception) -> None:
        # The same error may occur at each check: it is logged once until the next run.
        if repr(error) != self._unexpected[0]:
            self._unexpected = repr(error), log_and_explain(error)
        details = self._unexpected[1]
        self._fail(f"An unexpected error stopped indexing. Indexed articles stay. Press Re-index to retry. {details}")
        note_failed_run(self._library.settings, f"An unexpected error stopped indexing. {details}")

    def _fail(self, problem: str) -> None:
        self._progress = replace(self._progress, running=self._asked.is_set(), problem=problem)

    def _run(self) -> None:
        self._progress = Progress(running=True, doing="Looking through the seeds folder", done=self._progress.done)
        self._unexpected = ("", "")
        visible = 0
        for event in sync_shelf(self._library, wait_seconds=WAIT_SECONDS):
            if self._ended.is_set():
                return
            now = self._progress
            match event:
                case Waiting():
                    self._progress = replace(now, doing="Waiting for another process to finish indexing")
                case BuiltAgain():
                    self._progress = replace(now, doing="The shelf was damaged. Rebuilding it from the seeds folder")
                case Visible():
                    visible += 1
                    self._progress = replace(now, doing=f"Read {counted(visible, 'new or changed article')}")
                case Rejected():
                    self._progress = replace(now, rejected=(*now.rejected, event))
                case Embedded(done, total):
                    doing = f"Preparing semantic search: {done:,} of {total:,} passages"
                    self._progress = replace(now, doing=doing, share=done / total)
                case Done():
                    self._progress = replace(now, done=event)
        self._progress = replace(self._progress, running=self._asked.is_set())


def _watch_failed(error: Exception) -> str:
    return f"An unexpected error ended watching. Switch it off and on again. {log_and_explain(error)}"
