"""Damage: whatever happens to the store's files, no wrong answer goes unreported, and one command repairs it."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from index.core.checksums import digest_files
from index.core.errors import DatelineError, ShelfDamaged, StoreMismatch, VectorsDamaged
from index.core.settings import Settings
from index.pipeline.chroma_sync import sync_chroma
from index.pipeline.events import BuiltAgain, Done
from index.pipeline.library import Library, set_damaged_aside
from index.pipeline.sync import sync_shelf
from index.shelf.integrity import IntegrityCheck
from index.shelf.shelf import Shelf
from index.vectors import chroma as vectors
from index.vectors.chroma import VectorIndex
from index.vectors.embedders import Embedder
from rag.answering.models import Answer
from rag.storage.chats import FILE_NAME as CHATS
from rag.storage.chats import Chats, KeptTurn
from tests.conftest import (
    FENTANYL,
    FICTION,
    ROOT,
    SEED,
    CommandLine,
    Newsroom,
    ids_in_chroma,
    make_newsroom,
    wait_until,
)
from ui.server.alerts import Alerts
from ui.server.indexer import Indexer
from ui.server.suggestions import Suggestions

ASKED = {
    FENTANYL: SEED.name,
    "How many sandbags were filled by volunteers?": "river.md",
    "What will the new ferries cost?": "ferries.txt",
    "How much was the pay rise that train drivers accepted?": "strike.txt",
}
SHELF = "articles.db"
HNSW = ("data_level0.bin", "header.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")


@pytest.fixture(autouse=True)
def small_persists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make Chroma write its graph to files after a few vectors instead of thousands."""
    monkeypatch.setitem(vectors._HNSW, "sync_threshold", 8)
    monkeypatch.setitem(vectors._HNSW, "batch_size", 8)


@dataclass(frozen=True, slots=True)
class Truth:
    """An undamaged store, its seeds, and what it answers."""

    folder: Path
    quotes: dict[str, tuple[str, ...]]  # by question
    rows: list[object]


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory, model: Embedder) -> Truth:
    folder = tmp_path_factory.mktemp("truth")
    shutil.copytree(FICTION, folder / "seeds")
    shutil.copy(SEED, folder / "seeds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(vectors._HNSW, "sync_threshold", 8)
        patch.setitem(vectors._HNSW, "batch_size", 8)
        room = open_room(folder, model)
        room.index()
        quoted = {question: quotes(room.ask(question)) for question in ASKED}
        assert {question: read_of(room.ask(question)) for question in ASKED} == ASKED
        room.library.index.release()
    assert {path.name for path in (folder / "store" / "chroma").rglob("*") if path.is_file()} == {
        *HNSW,
        "chroma.sqlite3",
    }
    return Truth(folder, quoted, rows_of(folder / "store"))


@pytest.fixture
def folder(truth: Truth, tmp_path: Path) -> Path:
    """A copy of the store that no process has open. Its files have new modification times."""
    shutil.copytree(truth.folder, tmp_path / "copy")
    return tmp_path / "copy"


def open_room(folder: Path, model: Embedder) -> Newsroom:
    settings = Settings(seeds=folder / "seeds", store=folder / "store", _env_file=None)
    library = Library(settings, Shelf(settings.store), VectorIndex(settings.store), model, model)
    return Newsroom(settings.seeds, library)


def quotes(answer: Answer) -> tuple[str, ...]:
    return tuple(statement.text for statement in answer.statements)


def read_of(answer: Answer) -> str:
    return answer.statements[0].citations[0].article.path if answer.statements else ""


def rows_of(store: Path) -> list[object]:
    """Return all that the shelf has, except numbers and times that differ from run to run."""
    with closing(sqlite3.connect(store / SHELF)) as connection:
        return [
            connection.execute(select).fetchall()
            for select in (
                "SELECT * FROM articles ORDER BY id",
                "SELECT * FROM files ORDER BY path",
                "SELECT id, article_id, sentences, vector FROM chunks, vectors WHERE chunk = number ORDER BY id",
                "SELECT * FROM vocabulary ORDER BY term",
                "SELECT name, value FROM record WHERE name IN ('cutting', 'dimensions', 'embedding_model', 'words')",
                "SELECT sql FROM sqlite_master ORDER BY name",
                "PRAGMA integrity_check",
            )
        ]


def cut_short(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def overwrite(path: Path) -> None:
    """Overwrite the middle third with random bytes, not starting at a page boundary."""
    content = bytearray(path.read_bytes())
    third = max(1, len(content) // 3)
    content[third : 2 * third] = random.Random(7).randbytes(third)
    path.write_bytes(content)


def overwrite_head(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(random.Random(7).randbytes(min(100, len(content))) + content[100:])


def flip(path: Path) -> None:
    """Change a few single bits."""
    content, chance = bytearray(path.read_bytes()), random.Random(7)
    for _ in range(5):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def delete(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


DAMAGES = (cut_short, empty, overwrite, overwrite_head, flip, delete)


def part_of(store: Path, name: str) -> Path:
    if name in HNSW:
        return next((store / "chroma").glob(f"*/{name}"))
    if name == "segment folder":
        return next((store / "chroma").glob("*/data_level0.bin")).parent
    return store / "chroma" / name if name == "chroma.sqlite3" else store / name


def ask_all(room: Newsroom, truth: Truth) -> str:
    """Ask all questions. Each answer must be right; a message about damage is returned."""
    for question in ASKED:
        try:
            answer = room.ask(question)
        except DatelineError as error:
            return str(error)
        assert quotes(answer) == truth.quotes[question]
    return ""


def is_sound(room: Newsroom) -> bool:
    return room.library.index.usable


def is_as_fresh(folder: Path, model: Embedder, truth: Truth) -> None:
    """Check that the shelf and Chroma equal newly built ones, and that all answers are right, without a message."""
    room = open_room(folder, model)
    try:
        assert sync_chroma(room.library.shelf, room.library.index)
        assert room.library.index.usable
        assert room.library.shelf.damage() == ""
        assert ask_all(room, truth) == ""
        with room.library.shelf.read() as reading:
            stored = reading.sample(10_000)
            collection = reading.record("collection")
        assert ids_in_chroma(room.library.index, collection) == sorted(stored)
        matrix, ids = np.stack(list(stored.values())), list(stored)
        for vector in stored.values():
            exact = [ids[row] for row in np.argsort(-(matrix @ vector), kind="stable")[:5]]
            assert list(room.library.index.ranking(collection, vector, 5)) == exact
    finally:
        room.library.index.release()
    assert rows_of(folder / "store") == truth.rows


CHROMA = ("chroma.sqlite3", *HNSW)
OF_CHROMA = [(name, damage) for name in CHROMA for damage in (cut_short, overwrite, delete)]
OF_CHROMA += [("data_level0.bin", empty), ("data_level0.bin", flip), ("index_metadata.pickle", overwrite_head)]
OF_CHROMA += [("segment folder", delete), ("chroma", delete), ("chroma.seal", delete), ("chroma.seal", overwrite)]


@pytest.mark.parametrize(("name", "damage"), OF_CHROMA, ids=lambda value: getattr(value, "__name__", value))
def test_a_damaged_chroma_is_rebuilt_before_it_answers(
    folder: Path, model: Embedder, truth: Truth, name: str, damage: Callable[[Path], None]
) -> None:
    path = part_of(folder / "store", name)
    before = path.read_bytes() if path.is_file() else b"-"
    damage(path)
    harmed = not path.exists() or path.read_bytes() != before
    room = open_room(folder, model)
    assert ask_all(room, truth) == "", "one that does not own Chroma never looks at it"
    assert room.library.index.acquire()
    assert not room.library.index.usable
    assert ask_all(room, truth) == "", "the owner has not looked yet"
    if harmed:
        with pytest.raises(VectorsDamaged, match="Run `dateline index`: they are rebuilt"):
            room.library.index.check()
    done = room.indexed()
    assert (done.embedded, done.visible) == (0, 0)
    room.library.index.release()
    is_as_fresh(folder, model, truth)


def test_an_interrupted_check_of_a_damaged_chroma_does_not_mark_it_sound(
    folder: Path, model: Embedder, truth: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while the files are compared with their seal must not seal them as they are."""
    overwrite(part_of(folder / "store", "data_level0.bin"))
    room = open_room(folder, model)

    def broken_off(_: Path) -> str:
        patch.setattr(vectors, "digest_files", digest_files)  # once only
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(vectors, "digest_files", broken_off)
        with pytest.raises(KeyboardInterrupt):
            sync_chroma(room.library.shelf, room.library.index)
    assert not room.library.index.usable
    room.library.index.release()
    room = open_room(folder, model)
    assert room.library.index.acquire()
    with pytest.raises(VectorsDamaged):
        room.library.index.check()
    assert ask_all(room, truth) == ""
    room.library.index.release()


def test_a_shelf_is_checked_once_a_day_and_after_any_change(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that asks one question would take longer to look for damage than to answer."""
    store = folder / "store"
    assert Shelf(store).damage() == "", "a copy is another file: it was read through"
    monkeypatch.setattr(IntegrityCheck, "_compare", lambda *_: "it was read through")
    assert Shelf(store).damage() == ""
    assert "it was read through" in Shelf(store).damage(thorough=True)
    file = store / "articles.db"
    seen = file.stat()
    flip(file)
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))  # as if it had not been written to
    assert "it was read through" in Shelf(store).damage()


def test_a_shelf_found_sound_yesterday_is_checked_again(folder: Path) -> None:
    store = folder / "store"
    assert Shelf(store).damage() == ""
    note = store / "articles.sound"
    noted = json.loads(note.read_text())
    note.write_text(json.dumps({**noted, "day": "2026-02-12"}))
    assert Shelf(store).damage() == ""
    assert json.loads(note.read_text()) == noted


@pytest.mark.parametrize("damage", [cut_short, overwrite], ids=lambda value: value.__name__)
@pytest.mark.parametrize("name", CHROMA)
def test_a_chroma_damaged_while_open_is_no_longer_asked(
    folder: Path, model: Embedder, truth: Truth, name: str, damage: Callable[[Path], None]
) -> None:
    path = part_of(folder / "store", name)
    room = open_room(folder, model)
    assert sync_chroma(room.library.shelf, room.library.index)
    assert is_sound(room)
    damage(path)
    assert not is_sound(room)
    assert ask_all(room, truth) == ""
    assert sync_chroma(room.library.shelf, room.library.index)
    assert is_sound(room)
    room.library.index.release()
    is_as_fresh(folder, model, truth)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda value: value.__name__)
def test_a_damaged_shelf_is_reported_before_it_answers_and_rebuilt(
    folder: Path, model: Embedder, truth: Truth, damage: Callable[[Path], None]
) -> None:
    store = folder / "store"
    damage(store / SHELF)
    try:
        reported = ask_all(open_room(folder, model), truth)
    except StoreMismatch as error:
        reported = str(error)
    if reported or damage is not flip:  # a changed bit may have no effect
        assert "is damaged" in reported
        assert "dateline index" in reported
    run = dateline(folder, "index", "--rebuild")
    assert run.returncode == 0, run.stderr
    is_as_fresh(folder, model, truth)


def dateline(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return CommandLine(folder)(*arguments, "--seeds", str(folder / "seeds"), "--store", str(folder / "store"))


@pytest.mark.parametrize(
    ("damage", "killed"),
    [
        (cut_short, False),
        (overwrite_head, False),
        (delete, False),
        (overwrite, True),
        (overwrite_head, True),
    ],
    ids=lambda value: getattr(value, "__name__", "holder killed" if value is True else "holder lives"),
)
def test_a_damaged_write_ahead_log_is_reported_and_the_shelf_rebuilt(
    folder: Path, model: Embedder, truth: Truth, damage: Callable[[Path], None], killed: bool
) -> None:
    """The last run's changes are still in SQLite's log, because another process has the file open."""
    (folder / "seeds" / "strike.txt").rename(folder / "strike.txt")
    room = open_room(folder, model)
    room.index()
    with holding(folder / "store" / SHELF) as holder:
        (folder / "strike.txt").rename(folder / "seeds" / "strike.txt")
        assert room.indexed().visible == 1
        room.library.index.release()
        damage(folder / "store" / f"{SHELF}-wal")
        if killed:
            holder.kill()
            holder.wait()
        reported = ask_all(open_room(folder, model), truth)
        # A process that has the log open no longer needs the log's header.
        assert "dateline index" in reported or (damage is overwrite_head and not killed)
        run = dateline(folder, "index", "--rebuild")
        assert run.returncode == 0, run.stderr
        is_as_fresh(folder, model, truth)


@contextmanager
def holding(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Keep an SQLite file open in another process."""
    said = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM record').fetchall(); "
    said += "print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", said, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


def test_an_earlier_or_foreign_shelf_is_reported_and_rebuilt(
    folder: Path, model: Embedder, truth: Truth, tmp_path: Path
) -> None:
    shelf, room = folder / "store" / SHELF, open_room(folder, model)
    earlier = shelf.read_bytes()
    room.write("new.txt", "The depot in Gull Bay was closed on Monday.")
    room.index()
    shelf.write_bytes(earlier)
    assert "it is an earlier version" in ask_all(room, truth)
    (folder / "seeds" / "new.txt").unlink()

    other = make_newsroom(tmp_path / "other", model)
    for number in range(8):
        other.write("a.txt", f"The ferry sailed {number} times.")
        other.index()
    other.library.index.release()
    shutil.copy(other.library.shelf.path, shelf)
    assert "it belongs to another store" in ask_all(room, truth)
    events = room.index()
    assert isinstance(events[0], BuiltAgain)
    assert "it belongs to another store" in events[0].reason
    room.library.index.release()
    is_as_fresh(folder, model, truth)


CHANGES = {
    "a text": "UPDATE articles SET text = replace(text, '4.2', '9.9') WHERE path = 'strike.txt'",
    "a title": "UPDATE articles SET title = 'Nothing' WHERE path = 'strike.txt'",
    "sentences": "UPDATE chunks SET sentences = replace(sentences, '1', '2')",
    "vectors": "UPDATE vectors SET vector = (SELECT vector FROM vectors ORDER BY chunk DESC)",
    "a vector's length": "UPDATE vectors SET vector = x'00000000'",
    "words": "INSERT INTO keywords (keywords) VALUES ('delete-all')",
    "a missing article": "DELETE FROM vectors; DELETE FROM chunks; DELETE FROM articles",
    "a missing index": "DROP INDEX articles_listed; DROP INDEX chunks_by_article; DROP TABLE vectors",
    "a hash": "UPDATE files SET hash = x'00'",
    "the generation": "UPDATE record SET value = 'many' WHERE name = 'generation'",
}


@pytest.mark.parametrize("change", CHANGES)
def test_rows_changed_by_another_program_are_reported_and_rebuilt(
    folder: Path, model: Embedder, truth: Truth, change: str
) -> None:
    with closing(sqlite3.connect(folder / "store" / SHELF)) as connection:
        connection.executescript(CHANGES[change])
    room = open_room(folder, model)
    assert "dateline index" in ask_all(room, truth)
    events = room.index()
    assert isinstance(events[0], BuiltAgain)
    room.library.index.release()
    is_as_fresh(folder, model, truth)


@pytest.mark.parametrize("change", ["a text", "a title", "sentences", "a vector's length"])
def test_a_row_changed_during_a_run_cannot_be_quoted(folder: Path, model: Embedder, truth: Truth, change: str) -> None:
    """The whole file cannot be compared during a run, but each article is compared with its chunks' ids when read."""
    room = open_room(folder, model)
    with room.library.shelf.write() as writing:
        writing.put_file("new.txt", b"hash", [])
    with closing(sqlite3.connect(folder / "store" / SHELF)) as connection:
        connection.executescript(CHANGES[change])
    assert room.library.shelf.damage() == ""
    for question in ASKED:
        with suppress(ShelfDamaged):
            assert set(quotes(room.ask(question))) <= set(truth.quotes[question])


def test_a_killed_run_is_not_reported_as_damage(folder: Path, model: Embedder, truth: Truth) -> None:
    room = open_room(folder, model)
    room.write("new.txt", "The depot in Gull Bay was closed on Monday.")
    for event in sync_shelf(room.library):
        if not isinstance(event, Done):
            break
    room.library.index.release()
    assert ask_all(open_room(folder, model), truth) == ""
    (folder / "seeds" / "new.txt").unlink()
    again = open_room(folder, model)
    assert not any(isinstance(event, BuiltAgain) for event in again.index())
    again.library.index.release()
    is_as_fresh(folder, model, truth)


@pytest.mark.parametrize("damage", [cut_short, overwrite, delete], ids=lambda value: value.__name__)
@pytest.mark.parametrize("name", [SHELF, "data_level0.bin"])
def test_the_page_repairs_its_store_without_help(
    folder: Path, model: Embedder, truth: Truth, name: str, damage: Callable[[Path], None]
) -> None:
    room = open_room(folder, model)
    indexing = Indexer(room.library, Alerts(room.library), Suggestions(room.library))
    indexing.start()
    try:
        wait_until(lambda: not indexing.progress.running and room.library.index.usable)
        damage(part_of(folder / "store", name))
        reported = ask_all(room, truth)
        assert not reported or "dateline index" in reported
        wait_until(lambda: room.library.shelf.damage() == "" and room.library.index.usable and bool(room.paths()))
        wait_until(lambda: not indexing.progress.running)
        assert ask_all(room, truth) == ""
        assert indexing.progress.problem == ""
    finally:
        indexing.stop()
    is_as_fresh(folder, model, truth)


def test_a_killed_page_leaves_a_usable_chroma(folder: Path, model: Embedder, truth: Truth) -> None:
    said = (
        "import sys; from index.pipeline.library import build_library; from index.core.settings import Settings; "
        "from index.pipeline.chroma_sync import sync_chroma; from pathlib import Path; f = Path(sys.argv[1]); "
        "p = build_library(Settings(seeds=f / 'seeds', store=f / 'store', _env_file=None)); "
        "assert sync_chroma(p.shelf, p.index); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", said, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        process.send_signal(signal.SIGKILL)
    room = open_room(folder, model)
    assert room.library.index.acquire()
    room.library.index.check()
    assert room.library.index.usable
    room.library.index.release()


@pytest.fixture
def chats(folder: Path, model: Embedder) -> Chats:
    """Saved chats, with rows in every table."""
    made = Chats(folder / "store")
    room = open_room(folder, model)
    for number, question in enumerate(ASKED):
        made.keep(f"chat-{number}", 0, KeptTurn(f"t{number}", question, room.ask(question), "", None))
    return made


@pytest.mark.parametrize("damage", [cut_short, overwrite_head], ids=lambda value: value.__name__)
def test_damaged_chats_are_reported_and_moved_aside(
    folder: Path, model: Embedder, truth: Truth, chats: Chats, damage: Callable[[Path], None]
) -> None:
    damage(chats.path)
    reported, harmed = read_chats(folder, truth), chats.path.read_bytes()
    assert "dateline index --rebuild" in reported
    assert ask_all(open_room(folder, model), truth) == "", "the shelf does not rest on the chats"
    run = dateline(folder, "index", "--rebuild")
    assert run.returncode == 0, run.stderr
    aside = chats.path.with_name(f"{CHATS}.aside-1")
    assert f"{chats.path} is damaged, foreign or of another version. It was renamed to {aside}." in run.stderr
    assert aside.read_bytes() == harmed
    assert read_chats(folder, truth) == ""
    is_as_fresh(folder, model, truth)


def read_chats(folder: Path, truth: Truth) -> str:
    """Read every saved chat. Each answer must be as it was saved; a message shown instead is returned."""
    reported = ""
    try:
        chats = Chats(folder / "store")
        for listing in chats.listings():
            for turn in chats.chat(listing.id).turns:
                reported = turn.problem or reported
                assert turn.answer is None or quotes(turn.answer) in truth.quotes.values()
    except DatelineError as error:
        return str(error)
    return reported


@pytest.mark.parametrize("table", ["articles SET article", "turns SET turn"])
def test_a_kept_answer_that_was_changed_is_not_shown(chats: Chats, table: str) -> None:
    with closing(sqlite3.connect(chats.path)) as connection:
        connection.execute(f"UPDATE {table} = replace({table.split()[-1]}, 'e', 'a')")
        connection.commit()
    for number in range(len(ASKED)):
        (turn,) = chats.chat(f"chat-{number}").turns
        assert turn.answer is None
        assert "differs from what was saved" in turn.problem


def test_undamaged_chats_are_not_moved(folder: Path, truth: Truth, chats: Chats) -> None:
    before = chats.path.read_bytes()
    assert set_damaged_aside(folder / "store") == []
    assert dateline(folder, "index", "--rebuild").stderr == ""
    assert chats.path.read_bytes() == before
    assert len(chats.listings()) == len(ASKED)


def test_a_foreign_file_is_moved_only_on_request(folder: Path, model: Embedder, truth: Truth) -> None:
    shelf = folder / "store" / SHELF
    shelf.unlink()
    with closing(sqlite3.connect(shelf)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    recipes = shelf.read_bytes()
    run = dateline(folder, "index")
    assert run.returncode == 1
    assert "not a shelf of ours" in run.stderr
    assert "dateline index --rebuild" in run.stderr
    assert shelf.read_bytes() == recipes
    assert dateline(folder, "index", "--rebuild").returncode == 0
    assert shelf.with_name(f"{SHELF}.aside-1").read_bytes() == recipes
    is_as_fresh(folder, model, truth)
