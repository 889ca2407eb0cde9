"""Integrity check: find out whether the shelf is still what the last run left.

SQLite answers from an overwritten file without an error. So a checksum file next to the shelf covers everything that
an answer depends on. Comparing takes a second for each few hundred megabytes. It is done once a day and whenever the
file was changed, and the result is recorded.
"""

import json
import logging
import marshal
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from index.core.checksums import Stamp, read_checksums, stamp, write_checksums
from index.core.errors import ShelfDamaged

logger = logging.getLogger(__name__)

REBUILT = (
    "Run `dateline index`, or press Re-index: it is rebuilt from the seeds folder. Chats, alerts, corrections and "
    "the list of feeds are not lost."
)
# What the checksum covers: everything that an answer depends on, the keywords as they are in the file.
_CHECKED = (
    "SELECT path, hash, reason FROM files ORDER BY path",
    "SELECT id, path, file, title, text, body_start, body_end, pages FROM articles ORDER BY id",
    "SELECT id, published, place, outlet, author, url, day, corrected, language FROM articles ORDER BY id",
    "SELECT number, id, article_id, sentences, heading, digest FROM chunks ORDER BY number",
    "SELECT chunk, vector FROM vectors ORDER BY chunk",
    "SELECT id, block FROM keywords_data ORDER BY id",
    "SELECT segid, term, pgno FROM keywords_idx ORDER BY segid, term",
    "SELECT id, sz FROM keywords_docsize ORDER BY id",
)


class IntegrityCheck:
    """The integrity check of one shelf's file. Safe to share between threads."""

    def __init__(
        self, path: Path, reading: Callable[[], AbstractContextManager[sqlite3.Connection]], *, version: int
    ) -> None:
        """Check the file at `path`, which `reading` opens; `version` is that of its tables."""
        self._path = path
        self._reading = reading
        self._version = str(version)
        self._checksum_file = path.with_suffix(".seal")
        self._note = path.with_suffix(".sound")
        self._found: Stamp | None = None  # of the file when it was last found undamaged
        self._looking = threading.Lock()

    def damage(self, *, thorough: bool = False) -> str:
        """Return what is wrong with the shelf and what to do, or "" if nothing is.

        While the file is unchanged, this only looks at its times. With `thorough`, the file is compared even if another
        process has done so. During a run, and after one that was killed, there is nothing to compare with. Raises
        ShelfUnusable if SQLite fails for another reason.
        """
        if self._stamp() == self._found:
            return ""
        # If several threads ask at once, one compares and the others wait.
        with self._looking:
            now, saved = self._stamp(), read_checksums(self._checksum_file)
            if now == self._found or (not thorough and read_checksums(self._note) == _noted(now, saved)):
                self._found = now
                return ""
            logger.debug("Checking the integrity of %s", self._path)
            try:
                with self._reading() as connection:
                    what = self._compare(connection, saved)
            except ShelfDamaged as error:
                return str(error)
            if what:
                return f"{self._path} is damaged: {what}. Expected the shelf as the last run left it. {REBUILT}"
            self._remember(now, saved)
            return ""

    def save_checksum(self) -> None:
        """Record what the shelf is now. Call it at the end of a run, while no other process indexes."""
        now, saved = self._stamp(), read_checksums(self._checksum_file)
        with self._reading() as connection:
            known = {
                "version": self._version,
                "store": read_record(connection, "store"),
                "generation": str(read_generation(connection)),
            }
            if not known.items() <= saved.items():
                saved = {**known, "digest": _digest(connection)}
                write_checksums(self._checksum_file, saved)
        self._remember(now, saved)

    def forget(self) -> None:
        """Delete all that is recorded: the file was created again."""
        for file in (self._checksum_file, self._note):
            file.unlink(missing_ok=True)
        self._found = None

    def _remember(self, now: Stamp, saved: Mapping[str, str]) -> None:
        self._found = now
        with suppress(OSError):  # on a full or read-only disk, the next process compares again
            write_checksums(self._note, _noted(now, saved))

    def _stamp(self) -> Stamp:
        return stamp({name: self._path.with_name(name) for name in (self._path.name, f"{self._path.name}-wal")})

    def _compare(self, connection: sqlite3.Connection, saved: Mapping[str, str]) -> str:
        if saved.get("version") != self._version:
            return ""  # there is no checksum, or another version wrote it
        store, generation = read_record(connection, "store"), read_generation(connection)
        if store != saved.get("store"):
            return "it was deleted, or belongs to another store" if not store else "it belongs to another store"
        if str(generation) == saved.get("generation"):
            return _torn(connection) or ("" if _digest(connection) == saved.get("digest") else "its rows have changed")
        return "it is an earlier version" if generation < int(saved.get("generation", "0")) else ""


def _noted(now: Stamp, saved: Mapping[str, str]) -> dict[str, str]:
    today = datetime.now().astimezone().date().isoformat()
    return {"file": json.dumps(now), "seal": json.dumps(dict(saved), sort_keys=True), "day": today}


def read_record(connection: sqlite3.Connection, name: str) -> str:
    """Return a recorded fact about the store, or "" if it was never set."""
    row = connection.execute("SELECT value FROM record WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""


def read_generation(connection: sqlite3.Connection) -> int:
    """Return how many times the contents of the shelf have changed. Raises ShelfDamaged."""
    try:
        return int(read_record(connection, "generation") or 0)
    except ValueError:
        raise ShelfDamaged(
            f"The shelf's count of its changes is not a number. Expected what Dateline wrote. {REBUILT}"
        ) from None


def _torn(connection: sqlite3.Connection) -> str:
    """Return what SQLite finds inconsistent in the file, or "". It does not notice a plain change of the contents."""
    found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    return "" if found == "ok" else " ".join(found.split()).rstrip(".")


def _digest(connection: sqlite3.Connection) -> str:
    """Compute one digest of everything that an answer depends on."""
    digest = blake2b(digest_size=16)
    for select in _CHECKED:
        rows = connection.execute(select)
        while some := rows.fetchmany(500):
            digest.update(marshal.dumps(some, 2))  # version 2 is the last one that depends on the values only
    return digest.hexdigest()
