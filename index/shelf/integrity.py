"""IntegrityCheck: whether the shelf is still what the last run left.

SQLite answers from an overwritten file as if nothing had happened, so a seal beside the shelf
sums up all that an answer rests on. To compare takes a second for each few hundred megabytes:
it is done once a day and whenever the file was touched, and what was found is noted.
"""

import json
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

REBUILT = (
    "Run `dateline index`, or press Re-index: it is built again from the seeds. The chats are kept apart and stay."
)
# What a seal sums up: all that an answer rests on, the keywords as they lie in the file.
_CHECKED = (
    "SELECT path, hash, reason FROM files ORDER BY path",
    "SELECT id, path, file, title, text, body_start, body_end, pages FROM articles ORDER BY id",
    "SELECT id, published, place, outlet, author, url FROM articles ORDER BY id",
    "SELECT number, id, article_id, sentences, heading, digest FROM chunks ORDER BY number",
    "SELECT chunk, vector FROM vectors ORDER BY chunk",
    "SELECT id, block FROM keywords_data ORDER BY id",
    "SELECT segid, term, pgno FROM keywords_idx ORDER BY segid, term",
    "SELECT id, sz FROM keywords_docsize ORDER BY id",
)


class IntegrityCheck:
    """What is known of one shelf's file. Safe to share between threads."""

    def __init__(
        self, path: Path, reading: Callable[[], AbstractContextManager[sqlite3.Connection]], *, version: int
    ) -> None:
        """Watch over the file at `path`, which `reading` opens; `version` is that of its tables."""
        self._path = path
        self._reading = reading
        self._version = str(version)
        self._checksum_file = path.with_suffix(".seal")
        self._note = path.with_suffix(".sound")
        self._found: Stamp | None = None  # of the file when it was last found whole
        self._looking = threading.Lock()

    def damage(self, *, thorough: bool = False) -> str:
        """Tell what is wrong with the shelf and what to do, or nothing.

        While nobody has touched the file this costs a look at its times; `thorough` compares it
        all the same where another process has done so before. While a run is under way, and after
        one that was killed, there is nothing to compare with. Raises ShelfUnusable where SQLite
        fails for another reason.
        """
        if self._stamp() == self._found:
            return ""
        # Of many who ask at once, one looks.
        with self._looking:
            now, seal = self._stamp(), read_checksums(self._checksum_file)
            if now == self._found or (not thorough and read_checksums(self._note) == _noted(now, seal)):
                self._found = now
                return ""
            try:
                with self._reading() as connection:
                    what = self._compare(connection, seal)
            except ShelfDamaged as error:
                return str(error)
            if what:
                return f"{self._path} is damaged: {what}. Expected the shelf that the last run left. {REBUILT}"
            self._remember(now, seal)
            return ""

    def save_checksum(self) -> None:
        """Note what the shelf is now, as what to expect of it. For the end of a run, while nobody else indexes."""
        now, seal = self._stamp(), read_checksums(self._checksum_file)
        with self._reading() as connection:
            known = {
                "version": self._version,
                "store": read_record(connection, "store"),
                "generation": str(read_generation(connection)),
            }
            if not known.items() <= seal.items():
                seal = {**known, "digest": _digest(connection)}
                write_checksums(self._checksum_file, seal)
        self._remember(now, seal)

    def forget(self) -> None:
        """Know nothing any more: the file was made anew."""
        for file in (self._checksum_file, self._note):
            file.unlink(missing_ok=True)
        self._found = None

    def _remember(self, now: Stamp, seal: Mapping[str, str]) -> None:
        self._found = now
        with suppress(OSError):  # on a full disk, or one that may only be read, the next process looks again
            write_checksums(self._note, _noted(now, seal))

    def _stamp(self) -> Stamp:
        return stamp({name: self._path.with_name(name) for name in (self._path.name, f"{self._path.name}-wal")})

    def _compare(self, connection: sqlite3.Connection, seal: Mapping[str, str]) -> str:
        if seal.get("version") != self._version:
            return ""  # made before there were seals, or by another version
        store, generation = read_record(connection, "store"), read_generation(connection)
        if store != seal.get("store"):
            return "it was deleted, or is another store's" if not store else "it is another store's"
        if str(generation) == seal.get("generation"):
            return _torn(connection) or (
                "" if _digest(connection) == seal.get("digest") else "its rows are not those written"
            )
        return "it is an earlier one" if generation < int(seal.get("generation", "0")) else ""


def _noted(now: Stamp, seal: Mapping[str, str]) -> dict[str, str]:
    today = datetime.now().astimezone().date().isoformat()
    return {"file": json.dumps(now), "seal": json.dumps(dict(seal), sort_keys=True), "day": today}


def read_record(connection: sqlite3.Connection, name: str) -> str:
    """Return a remembered fact about the store, or "" where it was never set."""
    row = connection.execute("SELECT value FROM record WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""


def read_generation(connection: sqlite3.Connection) -> int:
    """Return how many times what is on the shelf has changed. Raises ShelfDamaged."""
    try:
        return int(read_record(connection, "generation") or 0)
    except ValueError:
        raise ShelfDamaged(
            f"The shelf's count of its changes is no number. Expected what Dateline wrote. {REBUILT}"
        ) from None


def _torn(connection: sqlite3.Connection) -> str:
    """Tell where the file contradicts itself, or nothing; a change of its contents alone is not seen."""
    found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    return "" if found == "ok" else " ".join(found.split()).rstrip(".")


def _digest(connection: sqlite3.Connection) -> str:
    """Sum up all that an answer rests on."""
    digest = blake2b(digest_size=16)
    for select in _CHECKED:
        rows = connection.execute(select)
        while some := rows.fetchmany(500):
            digest.update(marshal.dumps(some, 2))  # 2: the last form that depends on the values alone
    return digest.hexdigest()
