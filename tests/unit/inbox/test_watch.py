"""Watching: changes in the folder are reported once, when they have settled."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import watchfiles
from hypothesis import given
from hypothesis import strategies as st

import index.inbox.watch
from index.core.errors import SeedsUnwatchable
from index.inbox.watch import Beat, settled, watch_seeds

PATIENCE = 60.0  # seconds until a test gives up
BRIEFLY = 0.3  # seconds without changes, if a test makes one change at a time


class Watch:
    """A watch in a separate thread, with its reports."""

    def __init__(self, seeds: Path, **how: float) -> None:
        """Start the watch. Its first notice says that it is on."""
        self.reports: SimpleQueue[str] = SimpleQueue()
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, args=(seeds, how))
        self._thread.start()

    def _follow(self, seeds: Path, how: dict[str, float]) -> None:
        try:
            for _ in watch_seeds(seeds, ended=self.ended, **how):
                self.reports.put("notice")
            self.reports.put("end")
        except SeedsUnwatchable as error:
            self.reports.put(str(error))

    def next(self) -> str:
        return self.reports.get(timeout=PATIENCE)

    def end(self) -> list[str]:
        """End the watch. Returns the reports that were not read yet."""
        self.ended.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return [self.reports.get() for _ in range(self.reports.qsize())]


@contextmanager
def watching(seeds: Path, **how: float) -> Iterator[Watch]:
    """A watch that is on."""
    watch = Watch(seeds, **how)
    try:
        assert watch.next() == "notice"
        yield watch
    finally:
        watch.end()


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "news" / "seeds"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(params=["notifications", "polling"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1" if request.param == "polling" else "disabled")
    return str(request.param)


@pytest.mark.slow
def test_each_kind_of_change_is_reported_once(seeds: Path, either_way: str) -> None:
    many = [seeds / f"{number}.txt" for number in range(200)]

    def write_many() -> None:
        for file in many:
            file.write_text("One of many.")

    def remove_many() -> None:
        for file in many:
            file.unlink()

    changes: list[Callable[[], object]] = [
        lambda: (seeds / "a.txt").write_text("Train drivers went back to work."),
        lambda: (seeds / "a.txt").write_text("Train drivers did not go back to work, as it turned out."),
        lambda: (seeds / "2026" / "02").mkdir(parents=True),
        lambda: (seeds / "2026" / "02" / "b.txt").write_text("The River Lind fell."),
        lambda: (seeds / "2026").rename(seeds / "2025"),
        write_many,
        remove_many,
    ]
    if either_way == "polling":
        changes = changes[:1] + changes[-2:]
    with watching(seeds) as watch:
        for change in changes:
            change()
            assert watch.next() == "notice"
        assert watch.end() == ["end"]


@pytest.mark.slow
def test_a_growing_file_is_reported_when_it_has_settled(seeds: Path) -> None:
    """The writer's actual pauses count, so that a busy machine does not fail this test."""
    with watching(seeds) as watch, (seeds / "long.txt").open("w") as file:
        begun = last = time.monotonic()
        longest_pause = 0.0
        while last - begun < 2 * index.inbox.watch.QUIET_SECONDS:
            file.write("The River Lind rose. ")
            file.flush()
            longest_pause = max(longest_pause, time.monotonic() - last)
            last = time.monotonic()
        early = watch.reports.qsize()
        assert watch.next() == "notice"
        assert watch.end() == ["end"]
        assert early == 0 or longest_pause >= index.inbox.watch.QUIET_SECONDS / 2


@pytest.mark.slow
def test_changes_that_never_settle_are_reported_after_a_while(seeds: Path) -> None:
    with watching(seeds, quiet_seconds=3600, longest_seconds=0.5) as watch:
        stop = threading.Event()

        def write() -> None:
            while not stop.is_set():
                (seeds / "feed.txt").write_text("Something new.")

        writer = threading.Thread(target=write)
        writer.start()
        assert [watch.next() for _ in range(3)] == ["notice"] * 3
        stop.set()
        writer.join()


@pytest.mark.slow
def test_hidden_files_are_skipped(seeds: Path) -> None:
    """A second watch, on the hidden folder, shows when the first has had time to notice a change."""
    hidden = seeds / ".git"
    hidden.mkdir()
    with watching(seeds, quiet_seconds=0) as watch, watching(hidden) as witness:
        (hidden / "index").write_text("Nothing for the shelf.")
        (seeds / ".a.txt.part").write_text("Half an arti")
        assert witness.next() == "notice"
        assert watch.reports.qsize() == 0
        (seeds / ".a.txt.part").rename(seeds / "a.txt")
        assert watch.next() == "notice"


@pytest.mark.slow
def test_a_watch_continues_when_its_folder_is_deleted(seeds: Path, either_way: str) -> None:
    news = seeds.parent
    with watching(seeds, quiet_seconds=BRIEFLY) as watch:

        def goes_and_comes_back(go: Callable[[], object], come_back: Callable[[], object]) -> None:
            for change in (go, come_back, lambda: (seeds / "new.txt").write_text(str(go))):
                change()
                assert watch.next() == "notice"

        goes_and_comes_back(lambda: shutil.rmtree(seeds), lambda: (seeds / "2026").mkdir(parents=True))
        goes_and_comes_back(lambda: news.rename(news.with_name("away")), lambda: news.with_name("away").rename(news))
        if either_way == "notifications":
            goes_and_comes_back(lambda: seeds.rename(news / "away"), lambda: (news / "away").rename(seeds))
            goes_and_comes_back(lambda: shutil.rmtree(news), lambda: seeds.mkdir(parents=True))
            goes_and_comes_back(lambda: shutil.rmtree(seeds), lambda: seeds.mkdir())


@pytest.mark.slow
def test_another_folder_in_its_place_is_reported_and_watched(seeds: Path) -> None:
    with watching(seeds, quiet_seconds=BRIEFLY) as watch:
        for number in range(3):
            other = seeds.with_name("other")
            other.mkdir()
            seeds.rename(seeds.with_name(f"old{number}"))
            other.rename(seeds)
            assert watch.next() == "notice"
            (seeds / "a.txt").write_text("Train drivers went back to work.")
            assert watch.next() == "notice"


@pytest.mark.slow
def test_a_watch_waits_for_a_missing_folder(seeds: Path) -> None:
    seeds.rmdir()
    with watching(seeds) as watch:
        (seeds.parent / "something.txt").write_text("else")
        seeds.mkdir()
        assert watch.next() == "notice"
        (seeds / "a.txt").write_text("Train drivers went back to work.")
        assert watch.next() == "notice"
        assert watch.end() == ["end"]


@pytest.mark.slow
def test_a_name_that_is_not_utf8_is_a_change_like_others(seeds: Path) -> None:
    try:
        (seeds / os.fsdecode(b"n\xe4me.txt")).write_text("The River Lind fell.")
    except OSError:
        pytest.skip("this file system has UTF-8 names alone")
    with watching(seeds, quiet_seconds=BRIEFLY) as watch:
        for number in range(3):
            (seeds / os.fsdecode(b"n\xe4me%d.txt" % number)).write_text("The River Lind fell.")
            assert watch.next() == "notice"
        (seeds / "a.txt").write_text("Train drivers went back to work.")
        assert watch.next() == "notice"


@pytest.mark.slow
def test_changes_while_the_caller_is_busy_are_reported_afterwards(seeds: Path) -> None:
    ended = threading.Event()
    runs = []
    for number, _ in enumerate(watch_seeds(seeds, ended=ended)):
        runs.append(sorted(file.name for file in seeds.iterdir()))
        if number == 2:
            ended.set()
        else:
            (seeds / f"{number}.txt").write_text("Something new.")
    assert runs == [[], ["0.txt"], ["0.txt", "1.txt"]]


def test_a_watch_that_was_ended_before_it_began_reports_nothing(seeds: Path) -> None:
    ended = threading.Event()
    ended.set()
    assert list(watch_seeds(seeds, ended=ended)) == []


@pytest.mark.slow
def test_without_notifications_the_folder_is_polled(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways: list[bool | None] = []

    def refuse(*folders: Path, force_polling: bool | None, **how: Any) -> Any:
        ways.append(force_polling)
        if not force_polling:  # as if the system has no more to give
            raise OSError("OS file watch limit reached.")
        return watchfiles.watch(*folders, force_polling=force_polling, **how)

    monkeypatch.setattr(index.inbox.watch, "watch", refuse)
    with watching(seeds, quiet_seconds=0.2) as watch:
        (seeds / "a.txt").write_text("Train drivers went back to work.")
        assert watch.next() == "notice"
    assert ways == [None, True]


@pytest.mark.parametrize("error", [PermissionError("Permission denied"), OSError("Input/output error")])
def test_a_folder_that_cannot_be_watched_is_reported(
    seeds: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def refuse(*_: Path, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(index.inbox.watch, "watch", refuse)
    with pytest.raises(SeedsUnwatchable, match=f"{seeds} cannot be watched .{error}.. Expected notifications"):
        list(watch_seeds(seeds, ended=threading.Event(), quiet_seconds=0))


steps = st.lists(st.tuples(st.floats(0.05, 3), st.booleans()), max_size=60)


@pytest.mark.slow
@given(steps)
def test_only_changes_are_reported_each_after_a_pause(steps: list[tuple[float, bool]]) -> None:
    seconds, beats = 0.0, []
    for pause, changed in [*steps, (3.0, False)]:
        seconds += pause
        beats.append(Beat(seconds, changed))
    taken: list[Beat] = []

    def take() -> Iterator[Beat]:
        for beat in beats:
            taken.append(beat)
            yield beat

    waiting: list[Beat] = []
    seen = 0
    for _ in settled(take(), quiet_seconds=1.5, longest_seconds=10):
        waiting = [beat for beat in taken[seen:] if beat.changed]
        assert waiting, "a notice without a change"
        now = taken[-1].seconds
        assert now - waiting[-1].seconds >= 1.5 or now - waiting[0].seconds >= 10
        seen = len(taken)
    assert not any(beat.changed for beat in taken[seen:]), "a change that was not reported"
