"""Database: one SQLite file of the store, made, checked, read and written whole.

A block that reads sees one moment; a block that writes becomes visible at its end, or not
at all, also when the machine is switched off in the middle.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import filelock

from index.core.errors import ShelfDamaged, ShelfUnusable, StoreMismatch
from index.text.terms import folded

# What SQLite says of a file that is not what was written to it; None: text that is no text.
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, None)


class Database:
    """One SQLite file. Safe to share between threads: each use has its own connection."""

    def __init__(
        self,
        path: Path,
        *,
        schema: str,
        mark: int,
        version: int,
        holds: str,
        remedy: str,
        migrations: Mapping[int, str] | None = None,
    ) -> None:
        """Open the file, making it and its folder where they are missing.

        `mark` (SQLite's application id) tells it from any other SQLite file, `holds` says what
        it is to a reader, `remedy` what to do when it is beyond use. `migrations` holds the SQL
        that makes a file of a version one of the next. Raises StoreMismatch where it is not such
        a file, of this version or one that leads to it; it is left untouched.
        """
        self.path = path
        self._schema = schema
        self._mark = mark
        self._version = version
        self._holds = holds
        self._remedy = remedy
        self._migrations = migrations or {}
        self._open_or_make()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Look at the file as it is now; what others write meanwhile is not seen. Raises ShelfUnusable."""
        with self._using() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Change the file: all of the block becomes visible at its end, or nothing does.

        Raises ShelfUnusable where SQLite fails; the file is then as it was before.
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
        """Have what was written go from SQLite's log (the "-wal") to the file, and nothing stay in the log.

        Returns whether it did: where somebody still looks at an earlier moment, it stays until the next time.
        """
        with self._using() as connection:
            connection.execute("PRAGMA busy_timeout = 2000")
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def vacuum(self) -> None:
        """Write the file anew, without the room that is free in it."""
        with self._using() as connection:
            connection.execute("VACUUM")

    def start_over(self) -> None:
        """Make the file anew with nothing in it; who reads meanwhile goes on reading what was there.

        Where SQLite cannot write over it, it is put aside first.
        """
        with filelock.FileLock(self.path.parent / "making.lock"), closing(sqlite3.connect(":memory:")) as empty:
            self._make(empty)
            try:
                with closing(self._connect()) as connection:
                    # Under SQLite's own locks: to put another file in its place would break who has this one open.
                    empty.backup(connection)
            except sqlite3.DatabaseError:
                set_aside(self.path)
        self._open_or_make()

    def _open_or_make(self) -> None:
        store = self.path.parent
        try:
            store.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.path.exists():  # or it would seem to have been written to
                self.path.touch(mode=0o600)
            # Two processes may start at once, and SQLite does not wait for a change of journal.
            with filelock.FileLock(store / "making.lock"), closing(self._connect()) as connection:
                self._check_or_make(connection)
        except (OSError, sqlite3.OperationalError) as error:
            raise StoreMismatch(
                f"The store {store} cannot be opened ({error}). Expected a folder this user can write to. "
                "Mend its permissions, look for a full disk, or name another with DATELINE_STORE."
            ) from None
        except sqlite3.DatabaseError as error:
            raise StoreMismatch(
                f"{self.path} is damaged or no SQLite file ({error}). Expected {self._holds} that Dateline made. "
                f"{self._remedy}"
            ) from None

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            self._open_or_make()  # it was deleted, as one may
        try:
            with closing(self._connect()) as connection:
                yield connection
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) in _DAMAGE:
                raise ShelfDamaged(
                    f"{self.path} is damaged ({error}). Expected {self._holds} as it was written. {self._remedy}"
                ) from None
            raise ShelfUnusable(
                f"{self.path} cannot be used now ({error}). Expected to read and write {self._holds}. Look for a full "
                f"disk, missing permissions or another program that holds the file. If it is damaged: {self._remedy}"
            ) from None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        # SQLite's own lower() and LIKE know the case of ASCII alone.
        connection.create_function("folded", 1, folded, deterministic=True)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")  # what was reported as visible survives a power cut
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted is written over with zeros
        return connection

    def _check_or_make(self, connection: sqlite3.Connection) -> None:
        if connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0]:
            connection.execute("PRAGMA journal_mode = WAL")
            self._make(connection)
        found = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if found == self._mark and all(step in self._migrations for step in range(version, self._version)):
            version = self._migrate(connection, version)
        if found != self._mark or version != self._version:
            what = f"{self._holds} of version {version}" if found == self._mark else f"not {self._holds} of ours"
            raise StoreMismatch(
                f"{self.path} is {what}; this Dateline reads version {self._version}. Name another folder with "
                f"DATELINE_STORE, or: {self._remedy}"
            )

    def _make(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        _run(connection, self._schema)
        connection.execute(f"PRAGMA application_id = {self._mark}")
        connection.execute(f"PRAGMA user_version = {self._version}")
        connection.execute("COMMIT")

    def _migrate(self, connection: sqlite3.Connection, version: int) -> int:
        """Make a file of an older version one of this, in one transaction; return the version it has then."""
        if version < self._version:
            connection.execute("BEGIN IMMEDIATE")
            for step in range(version, self._version):
                _run(connection, self._migrations[step])
            connection.execute(f"PRAGMA user_version = {self._version}")
            connection.execute("COMMIT")
        return max(version, self._version)


def set_aside(path: Path) -> Path:
    """Give an SQLite file, and what SQLite keeps beside it, a name that is free, and return it."""
    number = 1
    while (aside := path.with_name(f"{path.name}.aside-{number}")).exists():
        number += 1
    path.replace(aside)
    for ending in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).replace(aside.with_name(aside.name + ending))
    return aside


def is_damaged(path: Path) -> bool:
    """Tell whether SQLite cannot read a file that is there from end to end."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok")
    except sqlite3.DatabaseError as error:
        return getattr(error, "sqlite_errorcode", None) in _DAMAGE


def _run(connection: sqlite3.Connection, statements: str) -> None:
    # Not executescript(), which commits what has been begun.
    for statement in statements.strip().split(";\n"):
        connection.execute(statement)
