"""The page's indexing thread: it outlives whatever happens to the store."""

import shutil
import time
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import FENTANYL, SEED, Newsroom
from ui.indexing import Indexing


@pytest.fixture
def indexing(newsroom: Newsroom) -> Iterator[Indexing]:
    shutil.copy(SEED, newsroom.seeds)
    made = Indexing(newsroom.parts)
    yield made
    made.stop()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def run(indexing: Indexing) -> None:
    indexing.start()
    wait_until(lambda: not indexing.progress.running)


def test_a_run_tells_what_it_found(indexing: Indexing) -> None:
    indexing.start_once()
    indexing.start_once()
    wait_until(lambda: indexing.progress.done is not None and not indexing.progress.running)
    assert indexing.progress.done is not None
    assert indexing.progress.done.visible == 1
    assert indexing.progress.problem == ""


def test_a_deleted_store_is_built_again_at_the_next_run(indexing: Indexing, newsroom: Newsroom) -> None:
    run(indexing)
    shutil.rmtree(newsroom.parts.settings.store)
    run(indexing)
    wait_until(lambda: newsroom.paths() == [SEED.name])
    assert newsroom.ask(FENTANYL).statements


def test_a_run_that_fails_is_told_and_the_next_one_works(indexing: Indexing, newsroom: Newsroom) -> None:
    newsroom.seeds.rename(newsroom.seeds.with_name("away"))
    run(indexing)
    assert "There is no folder" in indexing.progress.problem
    newsroom.seeds.with_name("away").rename(newsroom.seeds)
    run(indexing)
    assert indexing.progress.problem == ""
    assert newsroom.paths() == [SEED.name]


def test_after_its_end_chroma_is_free(indexing: Indexing, newsroom: Newsroom) -> None:
    run(indexing)
    wait_until(lambda: newsroom.parts.index.owned)
    indexing.stop()
    assert not newsroom.parts.index.owned
    assert newsroom.ask(FENTANYL).statements, "the shelf is searched without Chroma"
