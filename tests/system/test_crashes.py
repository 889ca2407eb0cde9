"""Crashes: an indexer killed at any moment leaves whole articles, and the next run finishes the work.

A trial is a new newsroom in which a run is killed, and sometimes the next run too. Afterwards nothing
may be lost. `DATELINE_TRIALS=50` runs that many trials; `DATELINE_CRASH_SEED=7` runs that one. The first four have
every kind of moment, one crash and two, and both ways to recover.
"""

import os
import shutil
import signal
from pathlib import Path
from random import Random

import pytest

from index.core.errors import VectorsDamaged
from index.core.settings import Settings
from index.pipeline.events import Done
from index.pipeline.library import Library
from index.pipeline.sync import sync_shelf
from index.shelf.shelf import Shelf
from index.vectors.chroma import VectorIndex
from index.vectors.embedders import Embedder
from rag.answering.pipeline import answer_question, find_passages
from tests.support.crashing import (
    CHUNK_TOKENS,
    Moment,
    Run,
    Stories,
    change,
    everything,
    invent,
    is_marked,
    run_index,
    take_small_steps,
    write_stories,
)

SEED = os.environ.get("DATELINE_CRASH_SEED")
SEEDS = [int(SEED)] if SEED else list(range(int(os.environ.get("DATELINE_TRIALS", "4"))))


def make_library(folder: Path, seeds: Path, embedder: Embedder) -> Library:
    settings = Settings(seeds=seeds, store=folder, chunk_tokens=CHUNK_TOKENS, _env_file=None)
    return Library(settings, Shelf(folder), VectorIndex(folder), embedder, embedder)


class Trial:
    """One newsroom and its crashes, all drawn from one seed."""

    def __init__(self, seed: int, folder: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make the newsroom and index its first articles."""
        self.chance = Random(seed)
        self.embedder = embedder
        self.seeds, self.store = folder / "seeds", folder / "store"
        self.rewrite_after = self.chance.choice([2, 3, 10, 1000])
        take_small_steps(self.rewrite_after, monkeypatch.setattr)
        self.stories: Stories = {f"{number:02}.txt": invent(number, 0) for number in range(12)}
        write_stories(self.stories, self.seeds)
        self.index(self.store)

    def index(self, store: Path) -> None:
        """Index to the end in this process, as the page does."""
        library = make_library(store, self.seeds, self.embedder)
        assert isinstance(list(sync_shelf(library))[-1], Done)
        library.index.release()

    def change_folder(self) -> None:
        """Change some of the articles."""
        self.stories = change(self.stories, self.chance)
        write_stories(self.stories, self.seeds)

    def crash(self) -> None:
        """Change the folder, kill one or two runs, and check the store after each."""
        visible, runs = self.stories, self.chance.choice([1, 1, 2])
        while runs:
            # A second run finds what the first one left. In half of the trials the articles have changed again.
            if visible is self.stories or self.chance.random() < 0.5:
                self.change_folder()
            moment = self.moment()
            run = run_index(self.seeds, self.store, rewrite_after=self.rewrite_after, until=moment)
            print(f"{moment}: ended with {run.code} after {len(run.lines)} lines, marked: {is_marked(self.store)}")
            assert run.code in (-signal.SIGKILL, 0)
            assert run.complaint == ""
            visible = self.look(visible, run)
            if run.code == 0:
                visible = self.stories  # it ended before its moment came: try another
            else:
                runs -= 1

    def moment(self) -> Moment:
        return self.chance.choice(
            [
                Moment(self.chance.randrange(1, 18), "lines", self.chance.uniform(0, 0.03)),
                Moment(self.chance.randrange(1, 10), "calls", self.chance.uniform(0, 0.01)),
                Moment(self.chance.randrange(1, 10), "calls"),
                Moment(self.chance.randrange(1, 25), "rewrites", self.chance.uniform(0, 0.005)),
                Moment(self.chance.randrange(50, 1200), "milliseconds"),
            ]
        )

    def look(self, before: Stories, run: Run) -> Stories:
        """Read the store as a process that leaves Chroma to others, then as one that asks Chroma."""
        for owner in (False, True):
            library = make_library(self.store, self.seeds, self.embedder)
            assert not owner or library.index.acquire()
            visible = check_shelf(library, before, self.stories, run)
            check_questions(library, visible)
            library.index.release()
        return visible

    def recover(self) -> None:
        """Index to the end, here or in a separate process. The store then equals one that never crashed."""
        if self.chance.random() < 0.5:
            self.index(self.store)
        else:
            run = run_index(self.seeds, self.store, rewrite_after=self.rewrite_after)
            assert (run.code, run.complaint) == (0, "")
        fresh = self.store.with_name("fresh")
        self.index(fresh)
        assert everything(make_library(self.store, self.seeds, self.embedder)) == everything(
            make_library(fresh, self.seeds, self.embedder)
        )
        shutil.rmtree(fresh)
        library = make_library(self.store, self.seeds, self.embedder)
        assert library.index.acquire()
        assert check_shelf(library, {}, self.stories, Run((), "", 0)) == self.stories
        check_questions(library, self.stories)
        library.index.release()


def check_shelf(library: Library, before: Stories, after: Stories, run: Run) -> Stories:
    """Check that each visible article is the old or the new one, as the run reported. Returns the visible ones."""
    visible: Stories = {}
    with library.shelf.read() as reading:
        for path in [listing.path for listing in reading.listings()]:
            text = reading.article(path).text
            (visible[path],) = {story for story in (before.get(path), after.get(path)) if story and story.text == text}
    for path in before.keys() & after.keys():
        assert path in visible
    for path in run.reported("visible"):
        assert visible[path] == after[path]
    assert not run.reported("removed") & visible.keys()
    return visible


def check_questions(library: Library, visible: Stories) -> None:
    """Find the head, the middle and the tail of each article, and answer a question on some of them."""
    for place, (path, story) in enumerate(visible.items()):
        for question, sentence in story.facts:
            passages, problem = find_passages(question, library=library, k=10)
            assert problem == ""
            assert any(passage.article.path == path and sentence in passage.text for _, passage in passages), question
        if place % 4:
            continue
        question, sentence = story.facts[len(path) % len(story.facts)]
        answer = answer_question(question, library=library)
        assert sentence in [statement.text for statement in answer.statements], question


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_run_leaves_whole_articles_and_the_next_run_finishes(
    seed: int, tmp_path: Path, model: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        trial = Trial(seed, tmp_path, model, monkeypatch)
        trial.crash()
        trial.recover()
    except BaseException as error:
        error.add_note(
            f"To repeat this trial: DATELINE_CRASH_SEED={seed} python -m pytest tests/system/test_crashes.py"
        )
        raise


@pytest.fixture
def changed(tmp_path: Path, model: Embedder, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """A newsroom with changes that are not indexed yet."""
    trial = Trial(0, tmp_path, model, monkeypatch)
    trial.change_folder()
    return trial


def test_files_that_chroma_was_writing_when_killed_are_rebuilt_unopened(changed: Trial) -> None:
    """A torn header crashes the process that opens it. Most other damage raises an error or loses vectors."""
    for _ in range(10):  # on a busy machine a call may end before the signal is sent
        run = run_index(changed.seeds, changed.store, rewrite_after=2, until=Moment(1, "calls"))
        if is_marked(changed.store):
            break
        changed.change_folder()
    assert run.code == -signal.SIGKILL
    for header in (changed.store / "chroma").glob("*/header.bin"):
        os.truncate(header, 50)
    library = make_library(changed.store, changed.seeds, changed.embedder)
    assert library.index.acquire()
    with pytest.raises(VectorsDamaged, match="Chroma's files are left in the middle of a change"):
        library.index.check()
    check_questions(library, changed.stories)
    library.index.release()
    changed.recover()


@pytest.mark.parametrize(
    ("ending", "until"),
    [(signal.SIGINT, Moment(13, "lines")), (signal.SIGTERM, Moment(2, "calls"))],
    ids=["embedding", "Chroma"],
)
def test_indexing_that_is_asked_to_end_lets_chroma_finish_and_keeps_its_work(
    changed: Trial, ending: signal.Signals, until: Moment
) -> None:
    run = run_index(changed.seeds, changed.store, rewrite_after=2, until=until, ending=ending)
    assert run.code == 128 + ending
    assert run.complaint == "Indexing ended early. What was indexed stays; the next run goes on from there.\n"
    assert not is_marked(changed.store)
    library = make_library(changed.store, changed.seeds, changed.embedder)
    with library.shelf.read() as reading:
        collection = reading.record("collection")
    changed.index(changed.store)
    with library.shelf.read() as reading:
        assert reading.record("collection") == collection, "Chroma's files were whole: they were not made again"
