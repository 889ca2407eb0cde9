"""Sync: the shelf depends on the seeds, not on their history."""

import json
import os
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import filelock
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.core.arrays import Vectors
from index.core.errors import EmbeddingFailed, IndexMismatch, SeedsMissing, ShelfBusy
from index.core.settings import Settings
from index.pipeline.chroma_sync import sync_chroma
from index.pipeline.events import Done, Embedded, Rejected, Removed, Visible
from index.pipeline.library import Library
from index.pipeline.sync import sync_shelf
from index.reading import facts, readers
from index.shelf.shelf import Shelf
from index.vectors.chroma import VectorIndex
from index.vectors.embedders import Embedder, EndpointEmbedder, MiniLM
from rag.answering.pipeline import find_passages
from tests.conftest import SEED, Newsroom, ids_in_chroma, make_newsroom
from tests.support.embedding_server import serve_embeddings

TEXTS = (
    "India and Canada agreed on liaison officers.",
    "The River Lind fell to 4.1 metres. No one was injured.",
    "Title: Strike ends\nDate: 2026-02-02\n\nTrain drivers went back to work.",
    "",
)
NAMES = ("a.txt", "b.md", "deep/c.txt", "d.pdf")
steps = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from([*TEXTS, None])), min_size=1, max_size=6)


def contents(newsroom: Newsroom) -> dict[str, object]:
    """Return everything that a reader could notice about a shelf."""
    library = newsroom.library
    with library.shelf.read() as reading:
        ids = reading.keyword_ranking(["the", "india", "lind", "work", "no"], 100)
        question = library.embedder.embed_question("what happened?")
        dense = list(reading.vector_ranking(question, 100))
        collection = reading.record("collection")
        seen = {
            "listings": reading.listings(),
            "counts": reading.counts(),
            "keywords": sorted(ids),
            "dense": dense,
            "rejected": {path: reason for path, (_, reason) in reading.files().items() if reason},
        }
        assert reading.removed_but_in_chroma(10) == []
        assert reading.not_in_chroma(10) == []
    chroma = ids_in_chroma(library.index, collection) if collection in library.index.collection_names() else []
    assert chroma == sorted(dense)
    return seen


@pytest.mark.slow
@given(st.lists(steps, min_size=1, max_size=3))
@settings(max_examples=15)
def test_a_shelf_with_a_history_equals_one_built_at_once(
    model: Embedder, rounds: list[list[tuple[str, str | None]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lived, fresh = make_newsroom(Path(folder) / "lived", model), make_newsroom(Path(folder) / "fresh", model)
        for changes in rounds:
            for name, text in changes:
                if text is None:
                    (lived.seeds / name).unlink(missing_ok=True)
                else:
                    lived.write(name, text)
            lived.index()
        shutil.copytree(lived.seeds, fresh.seeds, dirs_exist_ok=True)
        fresh.index()
        assert contents(lived) == contents(fresh)
        assert lived.indexed().embedded == 0
        lived.library.index.release()
        fresh.library.index.release()


def test_indexing_twice_changes_nothing(newsroom: Newsroom) -> None:
    shutil.copy(SEED, newsroom.seeds)
    first = newsroom.indexed()
    before = contents(newsroom)
    second = newsroom.indexed()
    assert (first.visible, first.embedded) == (1, first.chunks)
    assert (second.visible, second.embedded, second.unchanged) == (0, 0, 1)
    assert contents(newsroom) == before


def test_a_changed_article_replaces_the_old_one_and_a_deleted_one_is_removed(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", TEXTS[0])
    newsroom.write("b.txt", TEXTS[1])
    newsroom.index()
    newsroom.write("a.txt", TEXTS[0].replace("Canada", "Norway"))
    (newsroom.seeds / "b.txt").unlink()
    events = newsroom.index()
    assert [type(event) for event in events if isinstance(event, Visible | Removed)] == [Removed, Visible]
    assert newsroom.paths() == ["a.txt"]
    assert newsroom.ask("Did Norway agree on liaison officers?").statements
    assert not newsroom.ask("River Lind metres").statements


def test_files_that_an_earlier_version_read_are_read_again(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.write("a.json", json.dumps({"text": TEXTS[1], "released": "2026-02-02"}))
    newsroom.index()
    assert newsroom.indexed().visible == 0
    monkeypatch.setattr(readers, "VERSION", "later")
    monkeypatch.setitem(facts.FACT_OF, "released", "published")
    done = newsroom.indexed()
    assert (done.visible, done.removed) == (1, 0)
    with newsroom.library.shelf.read() as reading:
        assert reading.article("a.json").published == date(2026, 2, 2)


def test_days_in_numbers_are_read_as_the_setting_says(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", f"Weir holds\nBy Asha Rao | 05/02/2026\n\n{TEXTS[1]}")
    newsroom.index()
    for order, day in (("dmy", date(2026, 2, 5)), ("mdy", date(2026, 5, 2)), ("", None)):
        chosen = newsroom.library.settings.model_copy(update={"numeric_days": order})
        list(sync_shelf(replace(newsroom.library, settings=chosen)))
        with newsroom.library.shelf.read() as reading:
            article = reading.article("a.txt")
        assert (article.published, bool(article.day.note)) == (day, day is None)


def test_fields_have_the_names_that_the_seeds_folder_gives(newsroom: Newsroom) -> None:
    newsroom.write("a.json", json.dumps({"storyText": TEXTS[1], "kop": "A pact"}))
    newsroom.write("b.csv", f'kop;storyText\nA table;"{TEXTS[0]}"\n')
    newsroom.index()
    assert newsroom.paths() == []
    newsroom.write("dateline.toml", '[fields]\ntext = "storyText"\ntitle = "kop"\n')
    done = newsroom.indexed()
    assert (done.visible, done.rejected) == (2, 0)
    with newsroom.library.shelf.read() as reading:
        assert [reading.article(path).title for path in ("a.json", "b.csv#1")] == ["A pact", "A table"]
    newsroom.write("dateline.toml", '[fields]\ntxt = "storyText"\n')
    reasons = [event.reason for event in newsroom.index() if isinstance(event, Rejected)]
    assert reasons[0].startswith("dateline.toml: not read ('txt' is none of text, title,")


def test_a_moved_article_is_not_embedded_again(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", TEXTS[1])
    newsroom.index()
    (newsroom.seeds / "2026").mkdir()
    (newsroom.seeds / "a.txt").rename(newsroom.seeds / "2026" / "b.txt")
    done = newsroom.indexed()
    assert (done.visible, done.removed, done.embedded) == (1, 1, 0)
    with newsroom.library.shelf.read() as reading:
        assert reading.counts().embedded == done.chunks


def test_an_unreadable_file_is_listed_each_time_and_stops_no_other(newsroom: Newsroom) -> None:
    newsroom.write("good.txt", TEXTS[0])
    newsroom.write("scan.pdf", b"%PDF")
    newsroom.write("picture.txt", b"GIF89a\x80\xff\x00")
    newsroom.write(".hidden.txt", TEXTS[1])
    newsroom.write(os.fsdecode(b"n\xe4me.txt"), TEXTS[1])
    for _ in range(2):
        rejected = {event.path for event in newsroom.index() if isinstance(event, Rejected)}
        assert rejected == {"scan.pdf", "picture.txt", "n\\udce4me.txt"}
        assert newsroom.paths() == ["good.txt"]
    newsroom.write("picture.txt", TEXTS[1])
    newsroom.index()
    assert newsroom.paths() == ["good.txt", "picture.txt"]


def test_a_file_rejected_as_before_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.write("good.txt", TEXTS[0])
    newsroom.write("sheet.xlsx", b"PK")
    newsroom.write("big.txt", b"word " * 5_000_000)
    newsroom.write(os.fsdecode(b"n\xe4me.txt"), TEXTS[1])
    generations = []
    for _ in range(2):
        assert sum(isinstance(event, Rejected) for event in newsroom.index()) == 3
        with newsroom.library.shelf.read() as reading:
            generations.append(reading.record("generation"))
    assert generations[0] == generations[1]


def test_an_article_that_becomes_unreadable_leaves_the_shelf(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", TEXTS[0])
    newsroom.index()
    newsroom.write("a.txt", b"\xff\x00\xfa")
    assert any(isinstance(event, Rejected) for event in newsroom.index())
    assert newsroom.paths() == []


def test_a_file_over_the_limit_is_not_read(newsroom: Newsroom) -> None:
    newsroom.write("big.txt", b"word " * 300_000)
    settings = newsroom.library.settings.model_copy(update={"max_file_megabytes": 1})
    events = list(sync_shelf(replace(newsroom.library, settings=settings)))
    (rejected,) = [event for event in events if isinstance(event, Rejected)]
    assert "2 MB, larger than the limit of 1 MB" in rejected.reason


def test_without_its_folder_the_shelf_is_unchanged(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", TEXTS[0])
    newsroom.index()
    newsroom.seeds.rename(newsroom.seeds.with_name("unmounted"))
    with pytest.raises(SeedsMissing, match="There is no folder"):
        newsroom.index()
    assert newsroom.paths() == ["a.txt"]


def test_a_second_indexing_process_waits_or_names_the_first(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", TEXTS[0])
    run = sync_shelf(newsroom.library)
    assert isinstance(next(run), Visible)
    with pytest.raises(ShelfBusy, match=f"Process {os.getpid()} is indexing this shelf"):
        newsroom.index()
    assert isinstance(list(run)[-1], Done)
    assert newsroom.indexed().unchanged == 1


class _Stops(MiniLM):
    """Embeds a number of times and is then killed."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def embed_articles(self, texts: object) -> Vectors:
        if not self.groups:
            raise KeyboardInterrupt
        self.groups -= 1
        return super().embed_articles(texts)  # type: ignore[arg-type]


@pytest.fixture
def half_done(newsroom: Newsroom) -> Newsroom:
    """A newsroom whose first run was stopped while embedding."""
    for number in range(80):
        newsroom.write(
            f"{number:02}.txt", f"Report number {number} on the River Lind. It rose by {number} centimetres."
        )
    library = newsroom.library
    stopped = Library(library.settings, library.shelf, library.index, _Stops(2), library.sentence_model)
    with pytest.raises(KeyboardInterrupt):
        list(sync_shelf(stopped))
    return newsroom


@pytest.mark.slow
def test_a_stopped_run_is_finished_by_the_next(half_done: Newsroom) -> None:
    with half_done.library.shelf.read() as reading:
        counts = reading.counts()
    assert (counts.articles, counts.embedded) == (80, 64)
    assert half_done.ask("What does report number 77 say on the River Lind?").statements
    done = half_done.indexed()
    assert (done.visible, done.embedded) == (0, 16)
    contents(half_done)


def test_chroma_is_rebuilt_from_the_shelf_without_embedding(newsroom: Newsroom) -> None:
    shutil.copy(SEED, newsroom.seeds)
    newsroom.index()
    before = contents(newsroom)
    newsroom.library.index.release()
    shutil.rmtree(newsroom.library.settings.store / "chroma")
    assert newsroom.indexed().embedded == 0
    assert contents(newsroom) == before


def test_missing_and_stale_vectors_in_chroma_are_fixed(newsroom: Newsroom) -> None:
    shutil.copy(SEED, newsroom.seeds)
    newsroom.index()
    before = contents(newsroom)
    library = newsroom.library
    with library.shelf.read() as reading:
        collection = reading.record("collection")
    library.index.add(collection, ["stray"], [np.ones(384, np.float32)])
    sync_chroma(library.shelf, library.index)
    assert contents(newsroom) == before
    with library.shelf.read() as reading:
        collection = reading.record("collection")
    library.index.remove(collection, ids_in_chroma(library.index, collection)[:1])
    sync_chroma(library.shelf, library.index)
    assert contents(newsroom) == before


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["garbage", "a file for a folder", "an empty folder"])
def test_a_chroma_that_cannot_be_opened_is_rebuilt(newsroom: Newsroom, damage: str) -> None:
    shutil.copy(SEED, newsroom.seeds)
    newsroom.index()
    before = contents(newsroom)
    newsroom.library.index.release()
    folder = newsroom.library.settings.store / "chroma"
    if damage == "garbage":
        (folder / "chroma.sqlite3").write_bytes(b"no database at all" * 1000)
    else:
        shutil.rmtree(folder)
        folder.write_text("") if damage == "a file for a folder" else folder.mkdir()
    assert newsroom.indexed().embedded == 0
    assert contents(newsroom) == before


def test_a_rebuilt_chroma_that_fails_its_check_is_not_used(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As with a thousand equal passages, for which Chroma's graph sometimes loses the others."""
    newsroom.write("a.txt", TEXTS[0])
    monkeypatch.setattr("index.pipeline.chroma_sync._SAME", 2.0)
    done = newsroom.indexed()
    assert done.embedded == done.chunks
    assert newsroom.library.index.owned
    assert not newsroom.library.index.usable
    (record,) = [record for record in caplog.records if record.getMessage().startswith("The rebuilt Chroma fails")]
    assert record.exc_info
    assert "A search in Chroma misses" in str(record.exc_info[1])
    assert newsroom.ask("Did India and Canada agree on liaison officers?").statements
    monkeypatch.undo()
    newsroom.index()
    assert newsroom.library.index.usable


def test_vectors_that_are_not_in_chroma_yet_are_found(newsroom: Newsroom) -> None:
    """Between embedding and adding to Chroma, a question is answered from the shelf."""
    newsroom.write("a.txt", TEXTS[0])
    newsroom.index()
    newsroom.write("b.txt", TEXTS[1])
    asked = "By how much has the water gone down?"
    for event in sync_shelf(newsroom.library):
        if isinstance(event, Embedded):
            passages, _ = find_passages(asked, library=newsroom.library, k=1)
            assert passages[0][1].article.path == "b.txt"
            assert passages[0][0].found_by.dense == 1


def test_another_model_behind_the_same_name_is_noticed(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", TEXTS[0])
    library = newsroom.library
    with serve_embeddings() as server:
        embedder = EndpointEmbedder("m", base_url=server.base_url, key="")
        other = Newsroom(
            newsroom.seeds, Library(library.settings, library.shelf, library.index, embedder, library.sentence_model)
        )
        other.index()
        server.dimensions = 32
        with pytest.raises(IndexMismatch, match="now gives 32 numbers a text, the shelf has 16"):
            other.ask("What was agreed?")
        other.write("b.txt", TEXTS[1])
        other.index()
        assert {len(vector) for _, _, vector in _all_vectors(library)} == {32}
        assert other.ask("liaison officers India Canada agreed").statements


def test_a_new_way_to_make_terms_rebuilds_the_keywords(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", TEXTS[0])
    newsroom.index()
    before = contents(newsroom)
    with newsroom.library.shelf.write() as writing:
        writing.set_record("words", "of an older version")
        writing._connection.execute("INSERT INTO keywords (keywords) VALUES ('delete-all')")
        writing._connection.execute("UPDATE articles SET language = ''")  # as before languages were recognised
        assert writing.count_chunks_with("liaison") == 0
        writing._touch()  # otherwise the shelf would count as damaged
    assert newsroom.indexed().embedded == 0
    assert contents(newsroom) == before


def test_the_articles_of_an_unreadable_folder_stay(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.write("open.txt", TEXTS[0])
    newsroom.write("shut/a.txt", TEXTS[1])
    (newsroom.seeds / "link").symlink_to(newsroom.seeds / "shut")
    newsroom.index()
    scandir = os.scandir

    def refuse(path: str) -> object:  # as for a user without the permission; these tests may run as root
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    events = newsroom.index()
    reasons = {event.path: event.reason for event in events if isinstance(event, Rejected)}
    assert "the folder cannot be read (Permission denied)" in reasons["shut"]
    assert "a link, which is not followed" in reasons["link"]
    assert not any(isinstance(event, Removed) for event in events)
    assert newsroom.paths() == ["open.txt", "shut/a.txt"]


@pytest.mark.slow
def test_another_model_embeds_every_chunk_again(newsroom: Newsroom) -> None:
    shutil.copy(SEED, newsroom.seeds)
    chunks = newsroom.indexed().chunks
    with serve_embeddings() as server:
        library = newsroom.library
        embedder = EndpointEmbedder("words", base_url=server.base_url, key="")
        other = Newsroom(
            newsroom.seeds, Library(library.settings, library.shelf, library.index, embedder, library.sentence_model)
        )
        server.fault = "wrong key"
        with pytest.raises(EmbeddingFailed, match="401"):
            other.index()
        assert other.paths() == [SEED.name]
        server.fault = ""
        assert other.indexed().embedded == chunks
        with library.shelf.read() as reading:
            assert reading.record("embedding_model") == embedder.model
            assert {len(vector) for _, _, vector in _all_vectors(library)} == {16}
        assert other.ask("what was agreed on fentanyl precursors?").statements
    assert newsroom.indexed().embedded == chunks
    contents(newsroom)


def _all_vectors(library: Library) -> list[tuple[int, str, Vectors]]:
    with library.shelf.write() as writing:
        writing.mark_chroma_empty()
        writing.set_record("collection", "")
    with library.shelf.read() as reading:
        return reading.not_in_chroma(1000)


@pytest.mark.slow
def test_another_chunk_size_reads_the_articles_again_and_keeps_them_visible(newsroom: Newsroom) -> None:
    shutil.copy(SEED, newsroom.seeds)
    chunks = newsroom.indexed().chunks
    settings_ = Settings(seeds=newsroom.seeds, store=newsroom.library.settings.store, chunk_tokens=80)
    library = newsroom.library
    smaller = Newsroom(
        newsroom.seeds, Library(settings_, library.shelf, library.index, library.embedder, library.sentence_model)
    )
    assert smaller.indexed().chunks > chunks
    contents(smaller)


@pytest.mark.slow
def test_two_processes_share_a_shelf(newsroom: Newsroom, model: Embedder) -> None:
    """A process that does not own Chroma writes the shelf, and the owner catches up."""
    shutil.copy(SEED, newsroom.seeds)
    newsroom.index()
    owner = newsroom.library
    store = owner.settings.store
    other = Newsroom(newsroom.seeds, Library(owner.settings, Shelf(store), VectorIndex(store), model, model))
    newsroom.write("river.txt", TEXTS[1])
    assert other.indexed().embedded == 1
    assert not other.library.index.owned
    for room in (other, newsroom):
        (statement, *_) = room.ask("How high is the River Lind in metres?").statements
        assert statement.text == "The River Lind fell to 4.1 metres."
    assert sync_chroma(owner.shelf, owner.index)
    contents(newsroom)


def test_the_lock_is_released(newsroom: Newsroom) -> None:
    newsroom.index()
    lock = filelock.FileLock(newsroom.library.settings.store / "indexing.lock")
    lock.acquire(blocking=False)
    lock.release()


def test_a_rejected_file_is_logged_by_its_path_only(newsroom: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    newsroom.write("a.txt", TEXTS[0])
    newsroom.write("torn.md", "---\ntitle: [\n---\nThe secret text.")
    newsroom.index()
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "Rejected a file: torn.md"
    ]


def test_an_unexpected_error_is_left_for_the_caller_to_log_and_the_next_run_works(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    newsroom.write("a.txt", TEXTS[0])
    with monkeypatch.context() as broken:
        broken.setattr("index.pipeline.sync.sync_files", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            newsroom.index()
    assert [record for record in caplog.records if record.exc_info] == []
    newsroom.index()
    assert newsroom.paths() == ["a.txt"]
