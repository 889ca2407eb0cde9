"""Database: one SQLite file of the store, created, checked, read and written as a whole.

A block that reads sees one moment. What a block writes becomes visible at its end, or not at all, even if the machine
is switched off in the middle.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import filelock

from index.core.errors import ShelfDamaged, ShelfUnusable, StoreMismatch
from index.text.terms import folded

# SQLite's error codes for a damaged file; None is the code for text that is not UTF-8.
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, None)


@dataclass(frozen=True, slots=True)
class FileFormat:
    """The format of an SQLite file: its tables, how it is recognised, and how messages speak of it."""

    schema: str  # SQL statements, each ending in ";\n"
    application_id: int  # SQLite's application id, which distinguishes the file from other SQLite files
    version: int
    name: str  # for a reader, such as "a shelf"
    remedy: str  # what to do if the file cannot be used
    migrations: Mapping[int, str] = field(default_factory=dict)  # SQL that turns a version into the next, by version


class Database:
    """One SQLite file. Safe to share between threads: each use has its own connection."""

    def __init__(self, path: Path, form: FileFormat) -> None:
        """Open the file; it and its folder are created if they are missing.

        Raises StoreMismatch if it is not a file of this format, in this version or one that can be migrated. The file
        is left unchanged.
        """
        self.path = path
        self._format = form
        self._open_or_create()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read the file as it is now; what others write meanwhile is not seen. Raises ShelfUnusable."""
        with self._using() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Change the file: everything in the block becomes visible at its end, or nothing does.

        Raises ShelfUnusable if SQLite fails; the file is then as it was before.
        """
        with self._using() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def empty_log(self) -> bool:
        """Move what was written from SQLite's write-ahead log to the file, and empty the log.

        Returns False if another connection still reads an earlier moment; the log then stays until the next time.
        """
        with self._using() as connection:
            connection.execute("PRAGMA busy_timeout = 2000")
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def vacuum(self) -> None:
        """Rewrite the file without its free space."""
        with self._using() as connection:
            connection.execute("VACUUM")

    def start_over(self) -> None:
        """Empty the file. Those who are reading it continue to see what was there.

        If SQLite cannot overwrite it, the file is renamed first.
        """
        with filelock.FileLock(self.path.parent / "making.lock"), closing(sqlite3.connect(":memory:")) as empty:
            self._create(empty)
            try:
                with closing(self._connect()) as connection:
                    # Under SQLite's own locks: replacing the file would break the connections of other processes.
                    empty.backup(connection)
            except sqlite3.DatabaseError:
                set_aside(self.path)
        self._open_or_create()

    def _open_or_create(self) -> None:
        store = self.path.parent
        try:
            store.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.path.exists():  # touching an existing file would look like a change
                self.path.touch(mode=0o600)
            # Two processes may start at once, and SQLite does not wait for a change of journal.
            with filelock.FileLock(store / "making.lock"), closing(self._connect()) as connection:
                self._check_or_create(connection)
        except (OSError, sqlite3.OperationalError) as error:
            raise StoreMismatch(
                f"The store {store} cannot be opened ({error}). Expected a folder this user can write to. "
                "Fix its permissions, check for a full disk, or choose another folder with DATELINE_STORE."
            ) from None
        except sqlite3.DatabaseError as error:
            raise StoreMismatch(
                f"{self.path} is damaged or not an SQLite file ({error}). Expected {self._format.name} created by "
                f"Dateline. {self._format.remedy}"
            ) from None

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            self._open_or_create()  # deleting the store is allowed
        try:
            with closing(self._connect()) as connection:
                yield connection
        except sqlite3.Error as error:
            name, remedy = self._format.name, self._format.remedy
            if getattr(error, "sqlite_errorcode", None) in _DAMAGE:
                raise ShelfDamaged(
                    f"{self.path} is damaged ({error}). Expected {name} as it was written. {remedy}"
                ) from None
            raise ShelfUnusable(
                f"{self.path} cannot be used now ({error}). Expected to read and write {name}. Check for a full disk, "
                f"missing permissions or another program that has locked the file. If it is damaged: {remedy}"
            ) from None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        # SQLite's own lower() and LIKE ignore case for ASCII only.
        connection.create_function("folded", 1, folded, deterministic=True)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")  # what was reported as visible survives a power cut
        connection.execute("PRAGMA secure_delete = ON")  # deleted content is overwritten with zeros
        return connection

    def _check_or_create(self, connection: sqlite3.Connection) -> None:
        if connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0]:
            connection.execute("PRAGMA journal_mode = WAL")
            self._create(connection)
        form = self._format
        found = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if found == form.application_id and all(step in form.migrations for step in range(version, form.version)):
            version = self._migrate(connection, version)
        if found != form.application_id or version != form.version:
            what = f"{form.name} of version {version}" if found == form.application_id else f"not {form.name} of ours"
            raise StoreMismatch(
                f"{self.path} is {what}; this Dateline reads version {form.version}. Choose another folder with "
                f"DATELINE_STORE, or: {form.remedy}"
            )

    def _create(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        _run(connection, self._format.schema)
        connection.execute(f"PRAGMA application_id = {self._format.application_id}")
        connection.execute(f"PRAGMA user_version = {self._format.version}")
        connection.execute("COMMIT")

    def _migrate(self, connection: sqlite3.Connection, version: int) -> int:
        """Migrate a file of an older version in one transaction. Returns its version after that."""
        if version < self._format.version:
            connection.execute("BEGIN IMMEDIATE")
            for step in range(version, self._format.version):
                _run(connection, self._format.migrations[step])
            connection.execute(f"PRAGMA user_version = {self._format.version}")
            connection.execute("COMMIT")
        return max(version, self._format.version)


def copy_database(path: Path, target: Path) -> None:
    """Copy an SQLite file as it is at one moment, while others read and write it. Raises ShelfUnusable.

    What is in the write-ahead log is copied too, and nothing is written to the original.
    """
    try:
        target.touch(mode=0o600, exist_ok=False)
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)  # all pages at once: none can change in between
    except sqlite3.Error as error:
        raise ShelfUnusable(
            f"{path} cannot be copied ({error}). Expected an SQLite file that can be read, and room for its copy. Run "
            "`dateline doctor` to check it."
        ) from None
    if is_damaged(target):
        raise ShelfDamaged(
            f"{path} is damaged. Expected a file that SQLite can read. Run `dateline index --rebuild`, which renames "
            "it, or restore an earlier backup. Then back up again."
        )


def set_aside(path: Path) -> Path:
    """Rename an SQLite file, with the files that SQLite keeps next to it, and return the new name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.aside-{number}")).exists():
        number += 1
    path.replace(aside)
    for ending in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).replace(aside.with_name(aside.name + ending))
    return aside


def is_damaged(path: Path) -> bool:
    """Return True if the file exists and SQLite cannot read all of it."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok")
    except sqlite3.DatabaseError as error:
        return getattr(error, "sqlite_errorcode", None) in _DAMAGE


def _run(connection: sqlite3.Connection, statements: str) -> None:
    # Not executescript(), which commits the open transaction.
    for statement in statements.strip().split(";\n"):
        connection.execute(statement)
