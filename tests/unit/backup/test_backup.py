"""Backups: what is restored equals what was backed up, and a bad file changes nothing."""

import gzip
import io
import json
import os
import shutil
import sqlite3
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import BinaryIO

import filelock
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import index.backup.archive
import index.backup.backup
from api.access.tokens import TokenStore
from index.backup.backup import back_up
from index.backup.restore import check_backup, restore
from index.core.errors import BackupUnwritable, BadBackup, SeedsMissing, ShelfDamaged, ShelfUnusable, TargetNotEmpty
from index.core.settings import Settings
from index.pipeline.library import build_library
from rag.answering.pipeline import answer_question
from rag.answering.query import make_query
from rag.storage.chats import Chats, KeptTurn
from tests.conftest import FENTANYL, FICTION, ROOT, SEED, CommandLine, Newsroom, wait_until
from tests.support.forked import start_forked


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file below a folder, hidden ones excepted."""
    return {
        str(file.relative_to(folder)): sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    }


def rows(store: Path) -> dict[str, list[str]]:
    """Return everything in each database of a store, as SQL."""
    found = {}
    for file in sorted(store.glob("*.db")):
        with closing(sqlite3.connect(file)) as connection:
            found[file.name] = list(connection.iterdump())
    return found


def target(tmp_path: Path, name: str = "restored") -> Settings:
    return Settings(seeds=tmp_path / name / "seeds", store=tmp_path / name / "store", _env_file=None)


@pytest.fixture
def stocked(newsroom: Newsroom) -> Newsroom:
    """A newsroom with articles, a chat and a file that is rejected."""
    for file in (SEED, *FICTION.iterdir()):
        shutil.copy(file, newsroom.seeds)
    newsroom.write("desk/empty.txt", b"")
    newsroom.write("desk/Zoë – notes.bin", bytes(range(256)))
    newsroom.indexed()
    store = newsroom.library.settings.store
    Chats(store).keep("one", 0, KeptTurn("1", FENTANYL, newsroom.ask(FENTANYL), "", None))
    return newsroom


@pytest.mark.parametrize("name", ["shelf.tar", "shelf.tar.gz"])
def test_a_restored_backup_equals_the_original_and_answers_the_same(
    stocked: Newsroom, tmp_path: Path, name: str
) -> None:
    original = stocked.library.settings
    made = back_up(original, tmp_path / name)
    assert made.file.stat().st_mode & 0o077 == 0
    assert (made.size, made.left_out) == (made.file.stat().st_size, ())
    assert made.contents == check_backup(made.file)
    assert {file.name for file in tmp_path.iterdir()} == {"newsroom", name}, "nothing else is left"

    new = target(tmp_path)
    assert restore(new, made.file).aside == ()
    assert digests(new.seeds) == digests(original.seeds)
    assert rows(new.store) == rows(original.store)
    assert new.store.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in new.store.glob("*.db"))
    changed = {file.name: file.stat().st_mtime_ns for file in original.seeds.iterdir() if file.is_file()}
    assert {file.name: file.stat().st_mtime_ns for file in new.seeds.iterdir() if file.is_file()} == changed

    library = build_library(new)
    try:
        assert library.shelf.damage(thorough=True) == ""
        answer = answer_question(make_query(FENTANYL), library=library)
        assert answer.quotes == stocked.ask(FENTANYL).quotes != ()
        assert [event.visible for event in [Newsroom(new.seeds, library).indexed()]] == [0], "nothing is read again"
    finally:
        library.index.release()
    assert Chats(new.store).chat("one") == Chats(original.store).chat("one")


names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\0.") | st.sampled_from("\n\\ \udcff.é"),
    min_size=1,
    max_size=20,
).filter(lambda name: not name.startswith("."))
trees = st.dictionaries(st.lists(names, min_size=1, max_size=3).map("/".join), st.binary(max_size=2000), max_size=6)


@settings(max_examples=40)
@given(tree=trees, compressed=st.booleans())
def test_any_files_come_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, bytes], compressed: bool
) -> None:
    folder = tmp_path_factory.mktemp("any")
    old, new = target(folder, "old"), target(folder, "new")
    old.seeds.mkdir(parents=True)
    written = dict[str, bytes]()
    for name, content in tree.items():
        try:
            (old.seeds / name).parent.mkdir(parents=True, exist_ok=True)
            (old.seeds / name).write_bytes(content)
        except OSError:
            continue  # a name that is too long here, or a file where a folder would be
        written[name] = content
    made = back_up(old, folder / ("b.tgz" if compressed else "b"))
    restore(new, made.file)
    found = {str(file.relative_to(new.seeds)): file.read_bytes() for file in new.seeds.rglob("*") if file.is_file()}
    assert found == written


def test_the_store_is_backed_up_at_one_moment_while_others_write(stocked: Newsroom, tmp_path: Path) -> None:
    store, ended = stocked.library.settings.store, threading.Event()
    turn = KeptTurn("1", "How many?", None, "", None)

    def write() -> None:
        chats, place = Chats(store), 0
        while not ended.is_set():
            with chats._database.writing() as connection:
                for number in range(20):
                    connection.execute("INSERT INTO chats VALUES (?, 'x', '2026')", (f"{place}-{number}",))
            place += 1

    Chats(store).keep("one", 1, turn)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            made = back_up(stocked.library.settings, tmp_path / f"{number}.tar")
            new = target(tmp_path, f"copy-{number}")
            restore(new, made.file)
            assert (Chats(new.store).count() - 1) % 20 == 0, "a transaction is in it whole or not at all"
    finally:
        ended.set()
        writer.join()


def test_a_file_that_changes_while_it_is_read_is_read_again(
    stocked: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, copy, seen = stocked.write("growing.txt", b"one"), shutil.copyfileobj, list[int]()

    def copy_and_change(source: io.BufferedReader, spool: io.BytesIO, size: int) -> None:
        copy(source, spool, size)
        if source.name == str(file) or os.path.samestat(os.fstat(source.fileno()), file.stat()):
            seen.append(spool.tell())
            if len(seen) == 1:
                file.write_bytes(b"one and two")

    monkeypatch.setattr(shutil, "copyfileobj", copy_and_change)
    made = back_up(stocked.library.settings, tmp_path / "b.tar")
    monkeypatch.undo()
    restore(target(tmp_path), made.file)
    assert seen == [3, 11]
    assert (target(tmp_path).seeds / "growing.txt").read_bytes() == b"one and two"


def test_a_file_that_cannot_be_read_stops_no_other(
    stocked: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = index.backup.backup._read_unchanged

    def refuse(path: str, spool: BinaryIO) -> os.stat_result:
        if path.endswith("strike.txt"):
            raise PermissionError(13, "Permission denied")
        return read(path, spool)

    monkeypatch.setattr(index.backup.backup, "_read_unchanged", refuse)
    made = back_up(stocked.library.settings, tmp_path / "b.tar")
    assert made.left_out == (("strike.txt", "Permission denied"),)
    assert check_backup(made.file).seeds == len(digests(stocked.seeds)) - 1


def test_links_hidden_files_and_a_store_hidden_in_the_seeds_are_no_articles(tmp_path: Path) -> None:
    old = Settings(seeds=tmp_path / "seeds", store=tmp_path / "seeds" / ".dateline", _env_file=None)
    (old.seeds / ".git").mkdir(parents=True)
    (old.seeds / ".git" / "config").write_text("x")
    (old.seeds / "a.txt").write_text("A ferry sank.")
    (old.seeds / "link.txt").symlink_to(tmp_path / "elsewhere")
    Chats(old.store)
    made = back_up(old, tmp_path / "b.tar")
    assert sorted(made.contents.entries) == ["seeds/a.txt", "store/chats.db"]
    new = Settings(seeds=tmp_path / "new", store=tmp_path / "new" / ".dateline", _env_file=None)
    restore(new, made.file)
    assert sorted(file.name for file in new.seeds.iterdir()) == [".dateline", "a.txt"]
    assert Chats(new.store).count() == 0


def test_an_existing_file_is_replaced_only_on_request(stocked: Newsroom, tmp_path: Path) -> None:
    old, file = stocked.library.settings, tmp_path / "b.tar"
    file.write_text("mine")
    with pytest.raises(BackupUnwritable, match="--overwrite"):
        back_up(old, file)
    assert file.read_text() == "mine"
    assert check_backup(back_up(old, file, overwrite=True).file).seeds == len(digests(old.seeds))
    for place in (old.seeds, old.store):
        with pytest.raises(BackupUnwritable, match="which is backed up"):
            back_up(old, place / "b.tar")
    with pytest.raises(BackupUnwritable, match="was not written"):
        back_up(old, tmp_path / "nowhere" / "b.tar")
    with pytest.raises(SeedsMissing):
        back_up(target(tmp_path, "nothing"), tmp_path / "c.tar")


@pytest.mark.slow
def test_a_killed_backup_leaves_the_earlier_one_or_a_whole_one(stocked: Newsroom, tmp_path: Path) -> None:
    for number in range(200):
        stocked.write(f"many/{number}.txt", f"Ferry {number} sank.\n" * 500)
    chance, seen = Random(7), set[str]()
    for _ in range(12):
        process = start_forked(
            ["backup", "b.tar.gz", "--overwrite", "--seeds", str(stocked.seeds)],
            folder=tmp_path,
            environment={**os.environ, "PYTHONPATH": str(ROOT), "DATELINE_STORE": str(stocked.library.settings.store)},
            said=tmp_path / "said",
            complained=tmp_path / "said",
        )
        wait_until(lambda: bool(list(tmp_path.glob(".b.tar.gz.part-*/archive"))))
        time.sleep(chance.random() * 0.1)
        process.kill()
        process.join()
        seen.add("killed" if process.exitcode else "done")
        assert (tmp_path / "b.tar.gz").exists() or process.exitcode
        if (tmp_path / "b.tar.gz").exists():
            assert check_backup(tmp_path / "b.tar.gz").seeds == len(digests(stocked.seeds))
    assert "killed" in seen
    back_up(stocked.library.settings, tmp_path / "b.tar.gz", overwrite=True)
    assert list(tmp_path.glob(".b.tar.gz.part-*")) == []


def test_what_killed_backups_left_is_removed_by_the_next(stocked: Newsroom, tmp_path: Path) -> None:
    left, used = tmp_path / ".b.tar.part-left", tmp_path / ".b.tar.part-used"
    for folder in (left, used):
        folder.mkdir()
        (folder / "chats.db").write_text("x")
    with filelock.FileLock(used / "lock"):
        back_up(stocked.library.settings, tmp_path / "b.tar")
    assert not left.exists()
    assert used.exists(), "another backup works in it"


def test_a_damaged_database_is_not_backed_up(stocked: Newsroom, tmp_path: Path) -> None:
    file = stocked.library.settings.store / "chats.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    content[4096 * 2 : 4096 * 4] = b"x" * 8192
    file.write_bytes(content)
    with pytest.raises(ShelfDamaged, match="restore an earlier backup"):
        back_up(stocked.library.settings, tmp_path / "b.tar")
    assert [one.name for one in tmp_path.iterdir()] == ["newsroom"]


def test_nothing_is_replaced_unless_asked_and_then_moved_aside(stocked: Newsroom, tmp_path: Path) -> None:
    made, new = back_up(stocked.library.settings, tmp_path / "b.tar"), target(tmp_path)
    for folder, name in ((new.seeds, "mine.txt"), (new.store, "chats.db")):
        folder.mkdir(parents=True)
        (folder / name).write_text("mine")
        with pytest.raises(TargetNotEmpty, match="--replace"):
            restore(new, made.file)
        assert (folder / name).read_text() == "mine"
    done = restore(new, made.file, replace=True)
    assert done.aside == (new.seeds / ".before-restore-1", new.store / ".before-restore-1")
    assert [(done.aside[0] / "mine.txt").read_text(), (done.aside[1] / "chats.db").read_text()] == ["mine", "mine"]
    assert digests(new.seeds) == digests(stocked.seeds)
    assert restore(new, made.file, replace=True).aside[0].name == ".before-restore-2"
    assert rows(new.store) == rows(stocked.library.settings.store)


@pytest.mark.parametrize("lock", ["indexing.lock", "chroma.lock"])
def test_a_store_that_is_used_is_not_restored(stocked: Newsroom, tmp_path: Path, lock: str) -> None:
    made, new = back_up(stocked.library.settings, tmp_path / "b.tar"), target(tmp_path)
    new.store.mkdir(parents=True)
    with filelock.FileLock(new.store / lock), pytest.raises(TargetNotEmpty, match="End the page"):
        restore(new, made.file)
    assert digests(new.seeds) == {}
    restore(new, made.file)


@pytest.mark.parametrize("name", ["b.tar", "b.tar.gz"])
def test_a_damaged_backup_is_refused_wherever_the_damage_is(stocked: Newsroom, tmp_path: Path, name: str) -> None:
    whole = back_up(stocked.library.settings, tmp_path / name).file.read_bytes()
    sound = target(tmp_path, "sound")
    restore(sound, tmp_path / name)
    changed = [bytearray(whole) for _ in range(12)]
    for number, flipped in enumerate(changed):
        flipped[len(whole) * (2 * number + 1) // 24] ^= 0x41
    for content in (*map(bytes, changed), whole[: len(whole) // 2], whole[:100], b""):
        file = tmp_path / "damaged"
        file.write_bytes(content)
        new = target(tmp_path)
        try:
            check_backup(file)
        except BadBackup:
            with pytest.raises(BadBackup):
                restore(new, file)
            assert not new.seeds.exists()
            assert not new.store.exists()
        else:  # in bytes that pad the file
            restore(new, file)
            assert [digests(new.seeds), digests(new.store)] == [digests(sound.seeds), digests(sound.store)]
            shutil.rmtree(new.seeds.parent)


@pytest.mark.parametrize("name", ["b.tar", "b.tar.gz"])
def test_a_changed_byte_is_called_damage_or_changes_nothing(tmp_path: Path, name: str) -> None:
    old, chance, sound = target(tmp_path, "old"), Random(5), target(tmp_path, "sound")
    old.seeds.mkdir(parents=True)
    (old.seeds / "Zoë.txt").write_text("A ferry sank.")
    (old.seeds / "b.txt").write_bytes(chance.randbytes(300))
    whole = back_up(old, tmp_path / name).file.read_bytes()
    restore(sound, tmp_path / name)
    for place in range(len(whole)):
        content = bytearray(whole)
        content[place] ^= 1 << chance.randrange(8)
        file, new = tmp_path / f"changed-{name}", target(tmp_path)
        file.write_bytes(content)
        try:
            check_backup(file)
        except BadBackup as error:
            assert "damaged" in str(error)  # noqa: PT017 (any byte may be padding)
            continue
        restore(new, file)
        assert digests(new.seeds) == digests(sound.seeds)
        shutil.rmtree(new.seeds.parent)


def test_a_database_that_is_a_link_is_backed_up(stocked: Newsroom, tmp_path: Path) -> None:
    store, elsewhere = stocked.library.settings.store, tmp_path / "elsewhere"
    elsewhere.mkdir()
    for file in store.glob("chats.db*"):
        file.rename(elsewhere / file.name)
    (store / "chats.db").symlink_to(elsewhere / "chats.db")
    restore(target(tmp_path), back_up(stocked.library.settings, tmp_path / "b.tar").file)
    assert Chats(target(tmp_path).store).chat("one") == Chats(store).chat("one")
    (elsewhere / "chats.db").unlink()
    with pytest.raises(ShelfUnusable, match=r"chats\.db cannot be copied"):
        back_up(stocked.library.settings, tmp_path / "c.tar")


def archive(members: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """Make a tar file, with a list of digests that is right."""
    first = tarfile.TarInfo("dateline-backup.json")
    header = {"format": 1, "made": datetime.now(UTC).isoformat(), "dateline": "1"}
    every = [(first, json.dumps(header).encode()), *members]
    listed = {member.name: [len(content), sha256(content).hexdigest(), 0] for member, content in every}
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as made:
        for member, content in (*every, (tarfile.TarInfo("manifest.json"), json.dumps(listed).encode())):
            member.size = len(content) if member.isreg() else 0
            made.addfile(member, io.BytesIO(content))
    return written.getvalue()


def hostile() -> Iterator[tuple[str, tarfile.TarInfo]]:
    for name in (
        *("/tmp/x.txt", "seeds/../x.txt", "../x.txt", "seeds//tmp/x", "seeds/a/../../x", "seeds/.", "seeds/"),
        *("store/../seeds/x.db", "store/chroma/x.db", "store/.env", "seeds/.dateline/chats.db", "x", "store/x.py"),
    ):
        yield name, tarfile.TarInfo(name)
    for name in ("seeds/a.txt/b.txt", "seeds/a.txt/b/c.txt"):
        yield f"{name} in a file", tarfile.TarInfo(name)
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
        member = tarfile.TarInfo("seeds/x.txt")
        member.type, member.linkname = kind, "/etc/passwd"
        yield f"type {kind!r}", member


@pytest.mark.parametrize("member", [member for _, member in hostile()], ids=[name for name, _ in hostile()])
def test_paths_that_leave_the_folders_and_links_are_refused(tmp_path: Path, member: tarfile.TarInfo) -> None:
    file = tmp_path / "b.tar"
    file.write_bytes(archive([(tarfile.TarInfo("seeds/a.txt"), b"A ferry sank."), (member, b"x")]))
    with pytest.raises(BadBackup, match="does not belong in a backup"):
        restore(target(tmp_path), file)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["b.tar", "restored"]
    assert list((tmp_path / "restored").iterdir()) == []


def test_a_member_that_comes_twice_is_refused_and_a_right_archive_is_not(tmp_path: Path) -> None:
    file, member = tmp_path / "b.tar", tarfile.TarInfo("seeds/a.txt")
    file.write_bytes(archive([(member, b"x"), (member, b"x")]))
    with pytest.raises(BadBackup, match="does not belong"):
        restore(target(tmp_path), file)
    file.write_bytes(archive([(member, b"x")]))
    restore(target(tmp_path), file)
    assert (target(tmp_path).seeds / "a.txt").read_bytes() == b"x"


def listed(changed: str) -> bytes:
    """Make a backup with one file, whose time in the list is written so."""
    whole = archive([(tarfile.TarInfo("seeds/a.txt"), b"x")])
    place = whole.rindex(b", 0]")
    return whole[:place] + f", {changed}]}}".encode() + whole[place + 5 :]


def with_head(size: int, *, kind: bytes = tarfile.XHDTYPE) -> bytes:
    """Make a backup with a head of that many bytes before a file."""
    head = tarfile.TarInfo("head")
    head.type, head.size = kind, size
    record = b"%d comment=%s\n" % (size, b"x" * (size - len(str(size)) - 10))
    member = tarfile.TarInfo("seeds/a.txt")
    padded = record + b"\0" * (-len(record) % 512)
    before = archive([]).partition(b"manifest.json")[0]
    return before + head.tobuf() + padded + member.tobuf() + b"\0" * 1024


def sparse() -> tarfile.TarInfo:
    member = tarfile.TarInfo("seeds/a.txt")
    member.pax_headers = {"GNU.sparse.size": "99999999999", "GNU.sparse.map": "0,1", "GNU.sparse.name": "seeds/a.txt"}
    return member


def sparse_archive() -> bytes:
    head = sparse().tobuf(tarfile.PAX_FORMAT)
    return archive([]).partition(b"manifest.json")[0] + head + b"\0" * 1024


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (listed("9" * 30), "damaged"),
        (listed("1e999"), "damaged"),
        (listed("[" * 50_000), "damaged"),
        (archive([(tarfile.TarInfo("seeds/a/b.txt"), b"x"), (tarfile.TarInfo("seeds/a"), b"x")]), "does not belong"),
        (with_head(1 << 20), "what it says of a file is too long"),
        (with_head(100, kind=tarfile.XGLTYPE), "a head for several files"),
        (sparse_archive(), "does not belong"),
        (
            archive([(tarfile.TarInfo("manifest.json"), b'{"seeds/a.txt": [0, "' + b"x" * 20_000 + b'", 0]}')]),
            "manifest.json is too long",
        ),
    ],
    ids=["time", "endless time", "nested", "folder", "long head", "common head", "sparse", "long list"],
)
def test_a_crafted_backup_is_refused_with_the_reason(tmp_path: Path, content: bytes, message: str) -> None:
    for name, written in (("b.tar", content), ("b.tar.gz", gzip.compress(content))):
        (tmp_path / name).write_bytes(written)
        with pytest.raises(BadBackup, match=message):
            restore(target(tmp_path), tmp_path / name)
        assert list((tmp_path / "restored").iterdir()) == []


def test_a_backup_that_expands_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.backup.archive, "_ANY_TIMES", 100_000)
    file, whole = tmp_path / "b.tar.gz", archive([(tarfile.TarInfo("seeds/a.txt"), b"x" * 10_000_000)])
    file.write_bytes(gzip.compress(whole))
    with pytest.raises(BadBackup, match="expands to more than 200 times its size"):
        restore(target(tmp_path), file)
    (tmp_path / "b.tar").write_bytes(whole)
    restore(target(tmp_path), tmp_path / "b.tar")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Somebody's notes.", "is not a backup"),
        (gzip.compress(b"Somebody's notes."), "is not a backup"),
        (archive([]).replace(b"dateline-backup", b"somebody-backup"), "is not a backup|damaged"),
        (archive([]).replace(b'"format": 1', b'"format": 9'), "made by Dateline 1 in another format"),
        (archive([])[:1024], "its end is missing"),
    ],
)
def test_a_foreign_file_is_refused_by_name(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "notes.tar"
    file.write_bytes(content)
    with pytest.raises(BadBackup, match=message):
        restore(target(tmp_path), file)
    with pytest.raises(BadBackup, match="No such file"):
        restore(target(tmp_path), tmp_path / "nothing.tar")


def test_the_commands_say_what_they_did(dateline: CommandLine) -> None:
    dateline("index")
    run = dateline("backup", "b.tar.gz")
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("Backed up 1 file of articles and 1 database to ")
    assert dateline("restore", "b.tar.gz", "--check").stdout.startswith("The backup is sound: 1 file of articles")
    refused = dateline("restore", "b.tar.gz")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "seeds is not empty" in refused.stderr
    run = dateline("restore", "b.tar.gz", "--seeds", "new", "--store", "new-store")
    assert run.returncode == 0, run.stderr
    assert "Restored 1 file of articles and 1 database of the backup of 20" in run.stdout
    asked = [dateline("ask", FENTANYL, *where).stdout for where in ((), ("--seeds", "new", "--store", "new-store"))]
    assert asked[0] == asked[1] != ""


def test_a_restore_brings_no_token_back_unless_it_is_asked_to(stocked: Newsroom, tmp_path: Path) -> None:
    settings = stocked.library.settings
    TokenStore(settings.store).add("ana", "read")
    made = back_up(settings, tmp_path / "shelf.tar")
    TokenStore(settings.store).remove("ana")
    new = target(tmp_path)
    assert restore(new, made.file).left_tokens
    assert TokenStore(new.store).all() == []
    assert not restore(new, made.file, replace=True, tokens=True).left_tokens
    assert [token.name for token in TokenStore(new.store).all()] == ["ana"]
    TokenStore(new.store).add("ben", "read")
    assert restore(new, made.file, replace=True).left_tokens
    assert [token.name for token in TokenStore(new.store).all()] == ["ana", "ben"], "those of the store stay"


def test_a_link_to_nothing_is_named(stocked: Newsroom, tmp_path: Path) -> None:
    (stocked.library.settings.store / "articles.seal").unlink(missing_ok=True)
    (stocked.library.settings.store / "articles.seal").symlink_to(tmp_path / "nothing")
    with pytest.raises(BackupUnwritable, match=r"articles\.seal cannot be read"):
        back_up(stocked.library.settings, tmp_path / "shelf.tar")
