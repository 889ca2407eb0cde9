"""Unexpected errors in the page's threads: the traceback is logged, and the page says so."""

import shutil
from collections.abc import Iterator

import pytest

from index.core.logs import log_path, set_up_logging, stop_logging
from rag.storage.chats import Chats
from tests.conftest import FENTANYL, SEED, Newsroom, wait_until
from ui.server.alerts import Alerts
from ui.server.chats import OpenChats
from ui.server.indexer import Indexer
from ui.server.suggestions import Suggestions

QUOTED = "words of an article"


@pytest.fixture(autouse=True)
def _logged(newsroom: Newsroom) -> Iterator[None]:
    shutil.copy(SEED, newsroom.seeds)
    set_up_logging(newsroom.library.settings.store, level="warning")
    yield
    stop_logging()


def fail(*_: object, **__: object) -> None:
    raise LookupError(QUOTED)


def test_an_answer_that_fails_is_logged_and_the_page_says_where(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.indexed()
    monkeypatch.setattr("ui.server.chats.stream_answer", fail)
    chat = OpenChats(newsroom.library).new()
    chat.ask(FENTANYL, None)
    wait_until(lambda: not chat.under_way)
    log = log_path(newsroom.library.settings.store)
    assert chat.turns[0].problem == f"An unexpected error stopped this answer. Ask again. The details are in {log}."
    written = log.read_text()
    assert "Traceback (most recent call last)" in written
    assert "in fail" in written
    assert QUOTED not in written
    assert FENTANYL not in written


def test_indexing_that_fails_is_logged_once_a_run_and_the_page_says_where(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.server.suggestions.suggest_questions", fail)
    monkeypatch.setattr("ui.server.indexer._LOOK_SECONDS", 0.01)
    looks: list[None] = []
    update = Suggestions.update

    def counted(self: Suggestions, generation: str) -> None:
        looks.append(None)
        update(self, generation)

    monkeypatch.setattr(Suggestions, "update", counted)
    library = newsroom.library
    indexer, log = Indexer(library, Alerts(library), Suggestions(library)), log_path(library.settings.store)
    try:
        indexer.start()
        wait_until(lambda: len(looks) > 5)
        assert indexer.progress.problem == (
            "An unexpected error stopped indexing. Indexed articles stay. Press Re-index to retry. "
            f"The details are in {log}."
        )
        assert newsroom.paths() == [SEED.name]
        assert log.read_text().count("in fail") == 1
        monkeypatch.undo()
        indexer.start()
        wait_until(lambda: not indexer.progress.running and not indexer.progress.problem)
    finally:
        indexer.stop()


def test_an_answer_that_cannot_be_saved_for_an_unexpected_reason_ends(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.indexed()
    monkeypatch.setattr(Chats, "keep", fail)
    chat = OpenChats(newsroom.library).new()
    chat.ask(FENTANYL, None)
    wait_until(lambda: not chat.under_way)
    log = log_path(newsroom.library.settings.store)
    assert chat.turns[0].answer is not None
    assert chat.turns[0].not_kept == (f"An unexpected error prevented saving this answer. The details are in {log}.")
    assert "in fail" in log.read_text()


@pytest.mark.parametrize("failing", ["ui.server.indexer.watch_seeds", "ui.server.indexer.Indexer._start_watching"])
def test_watching_that_fails_is_logged_and_the_page_says_where(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    library = newsroom.library
    with library.shelf.write() as writing:
        writing.set_record("watch", "on")
    monkeypatch.setattr(failing, fail)
    indexer, log = Indexer(library, Alerts(library), Suggestions(library)), log_path(library.settings.store)
    try:
        indexer.start()
        wait_until(lambda: not indexer.progress.running)
        assert indexer.progress.problem == (
            f"An unexpected error ended watching. Switch it off and on again. The details are in {log}."
        )
        assert newsroom.paths() == [SEED.name]
        assert log.read_text().count("in fail") == 1
    finally:
        indexer.stop()
