"""The page's indexing thread: it keeps running whatever happens to the store."""

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import index.inbox.watch
import ui.server.indexer
from index.feeds.feed_list import FeedList
from index.feeds.polling import keep_polling
from index.vectors.chroma import VectorIndex
from rag.storage.alerts import AlertStore
from tests.conftest import FENTANYL, SEED, Newsroom, wait_until
from tests.support.web_server import Answer, serve_web
from ui.server.alerts import Alerts
from ui.server.indexer import Indexer
from ui.server.suggestions import Suggestions


@pytest.fixture
def indexer(newsroom: Newsroom) -> Iterator[Indexer]:
    shutil.copy(SEED, newsroom.seeds)
    made = Indexer(newsroom.library, Alerts(newsroom.library), Suggestions(newsroom.library))
    yield made
    made.stop()


def removed(folder: Path) -> bool:
    """Try to remove a folder. The thread's regular checks may write files to it meanwhile."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def run(indexer: Indexer) -> None:
    indexer.start()
    wait_until(lambda: not indexer.progress.running)


def test_a_run_reports_what_it_found(indexer: Indexer) -> None:
    indexer.start_once()
    indexer.start_once()
    wait_until(lambda: indexer.progress.done is not None and not indexer.progress.running)
    assert indexer.progress.done is not None
    assert indexer.progress.done.visible == 1
    assert indexer.progress.problem == ""


@pytest.mark.slow
def test_a_deleted_store_is_built_again_at_the_next_run(indexer: Indexer, newsroom: Newsroom) -> None:
    run(indexer)
    wait_until(lambda: removed(newsroom.library.settings.store))
    run(indexer)
    wait_until(lambda: newsroom.paths() == [SEED.name])
    assert newsroom.ask(FENTANYL).statements


def test_a_failed_run_is_reported_and_the_next_one_works(indexer: Indexer, newsroom: Newsroom) -> None:
    newsroom.seeds.rename(newsroom.seeds.with_name("away"))
    run(indexer)
    assert "There is no folder" in indexer.progress.problem
    newsroom.seeds.with_name("away").rename(newsroom.seeds)
    run(indexer)
    assert indexer.progress.problem == ""
    assert newsroom.paths() == [SEED.name]


def test_an_unexpected_error_is_a_failed_run_for_the_alerts(
    indexer: Indexer, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    outbox = AlertStore(newsroom.library.settings.store).outbox
    monkeypatch.setattr(ui.server.indexer, "sync_shelf", fail)
    run(indexer)
    assert "An unexpected error stopped indexing" in indexer.progress.problem
    wait_until(lambda: outbox.failing_since() is not None)
    monkeypatch.undo()
    run(indexer)
    wait_until(lambda: outbox.failing_since() is None)


@pytest.mark.slow
def test_a_watched_folder_is_indexed_when_it_changes(indexer: Indexer, newsroom: Newsroom) -> None:
    run(indexer)
    indexer.watch(True)
    assert indexer.watching
    newsroom.write("river.txt", "The River Lind fell to 4.1 metres.")
    wait_until(lambda: "river.txt" in newsroom.paths())
    newsroom.seeds.rename(newsroom.seeds.with_name("away"))
    wait_until(lambda: "There is no folder" in indexer.progress.problem)
    newsroom.seeds.with_name("away").rename(newsroom.seeds)
    (newsroom.seeds / "river.txt").unlink()
    wait_until(lambda: newsroom.paths() == [SEED.name] and not indexer.progress.problem)
    indexer.watch(False)
    assert not indexer.watching


@pytest.mark.slow
def test_watching_continues_after_a_restart(indexer: Indexer, newsroom: Newsroom) -> None:
    indexer.watch(True)
    wait_until(lambda: indexer.progress.done is not None and not indexer.progress.running)
    indexer.stop()
    assert not indexer.watching
    newsroom.write("river.txt", "The River Lind fell to 4.1 metres.")
    second = Indexer(newsroom.library, Alerts(newsroom.library), Suggestions(newsroom.library))
    try:
        second.start_once()
        wait_until(lambda: second.progress.done is not None and not second.progress.running)
        assert second.watching
        assert second.progress.done is not None
        assert second.progress.done.visible == 1, "one run, not a second one that finds nothing"
        newsroom.write("strike.txt", "Train drivers went back to work.")
        wait_until(lambda: "strike.txt" in newsroom.paths())
        second.watch(False)
    finally:
        second.stop()
    indexer.start()
    wait_until(lambda: not indexer.progress.running)
    assert not indexer.watching, "switched off is remembered too"


@pytest.mark.slow
def test_a_watch_setting_that_cannot_be_saved_is_reported(indexer: Indexer, newsroom: Newsroom) -> None:
    run(indexer)
    indexer.stop()
    store = newsroom.library.settings.store
    shutil.rmtree(store)
    store.write_text("")
    indexer.watch(True)
    wait_until(lambda: f"The store {store} cannot be opened" in indexer.progress.problem)
    store.unlink()
    run(indexer)
    assert newsroom.paths() == [SEED.name]
    indexer.watch(False)
    wait_until(lambda: not indexer.progress.problem)


def test_a_failed_watch_is_reported_and_can_be_switched_on_again(
    indexer: Indexer, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("Permission denied")  # as with a subfolder that cannot be read

    run(indexer)
    with monkeypatch.context() as refusing:
        refusing.setattr(index.inbox.watch, "watch", refuse)
        indexer.watch(True)
        wait_until(lambda: not indexer.watching)
    run(indexer)
    assert "cannot be watched (Permission denied)" in indexer.progress.problem, "a run does not clear it"
    indexer.watch(True)
    assert indexer.progress.problem == ""
    assert indexer.watching


@pytest.mark.slow
def test_chroma_is_not_rebuilt_again_and_again_if_rebuilding_does_not_help(
    indexer: Indexer, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    looks: list[None] = []
    start_over, rebuild = VectorIndex.start_over, Indexer._rebuild_if_damaged

    def counted_start(self: VectorIndex) -> str:
        made.append(start_over(self))
        return made[-1]

    def counted_look(self: Indexer) -> None:
        looks.append(None)
        rebuild(self)

    monkeypatch.setattr("index.pipeline.chroma_sync._SAME", 2.0)
    monkeypatch.setattr(VectorIndex, "start_over", counted_start)
    monkeypatch.setattr(Indexer, "_rebuild_if_damaged", counted_look)
    monkeypatch.setattr(ui.server.indexer, "_LOOK_SECONDS", 0.01)
    run(indexer)
    seen = len(looks)
    wait_until(lambda: len(looks) > seen + 20)
    # Once by the run, and once by the first check after it.
    assert 1 <= len(made) <= 2
    assert newsroom.library.index.owned
    assert newsroom.ask(FENTANYL).statements
    monkeypatch.setattr("index.pipeline.chroma_sync._SAME", 0.999)
    newsroom.write("river.txt", "The River Lind fell to 4.1 metres.")
    run(indexer)
    wait_until(lambda: newsroom.library.index.usable)


@pytest.mark.slow
def test_files_damaged_while_chroma_is_checked_are_rebuilt(
    indexer: Indexer, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, damaged = VectorIndex.check, threading.Event()

    def check_and_damage(self: VectorIndex) -> None:
        check(self)
        if newsroom.library.index.usable and not damaged.is_set():
            next(newsroom.library.settings.store.rglob("data_level0.bin")).write_bytes(b"")
            damaged.set()

    monkeypatch.setattr(VectorIndex, "check", check_and_damage)
    run(indexer)
    wait_until(lambda: damaged.is_set() and newsroom.library.index.usable)
    assert newsroom.library.index.owned


def test_chroma_is_released_when_the_thread_stops(indexer: Indexer, newsroom: Newsroom) -> None:
    run(indexer)
    wait_until(lambda: newsroom.library.index.owned)
    indexer.stop()
    assert not newsroom.library.index.owned
    assert newsroom.ask(FENTANYL).statements, "the shelf is searched without Chroma"


@pytest.mark.slow
def test_the_items_of_a_feed_come_onto_the_shelf_by_themselves(
    indexer: Indexer, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = (
        b"<rss><channel><title>Echo</title><item><title>Ferry</title><description>The ferry to Marl sank.</description>"
    )
    with serve_web() as web:
        web.answers["/feed"] = Answer(feed + b"</item></channel></rss>", "application/rss+xml")
        monkeypatch.setattr(ui.server.indexer, "keep_polling", partial(keep_polling, network=web.network()))
        FeedList(newsroom.library.settings.store).add(f"http://news.example:{web.port}/feed", "Echo")
        indexer.start_once()
        wait_until(lambda: newsroom.paths() == [SEED.name, "feeds/Echo/Ferry.json"])
