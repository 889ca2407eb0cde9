"""The shelf: articles, chunks, keywords and vectors in one SQLite file.

An article is written in one transaction, so all of it is visible or nothing. A question reads in one transaction too,
so the shelf does not change while it is answered. Chroma is an index over the vectors stored here and can be rebuilt
from them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from index.core.errors import ShelfDamaged
from index.shelf.database import Database, FileFormat
from index.shelf.integrity import IntegrityCheck
from index.shelf.queries import Reading
from index.shelf.updates import KEYWORDS, LEFT, NOTHING_LEFT, Writing

FILE_NAME = "articles.db"
VERSION = 6
_APPLICATION_ID = 0x444C4E45  # "DLNE", to distinguish our file from other SQLite files
# Fingerprints, to find copies of an article. Not part of the checksum: the articles' texts decide what is a copy.
_PRINTS = """
CREATE TABLE prints (print INTEGER, article_id TEXT, PRIMARY KEY (print, article_id)) WITHOUT ROWID;
CREATE INDEX prints_by_article ON prints (article_id);
"""
# Everything that a list of articles shows, because reading past the texts is slow.
_LISTED = (
    "CREATE INDEX articles_listed ON articles (published DESC, path, outlet, place, title, id, corrected, language);"
)
_BY_LANGUAGE = "CREATE INDEX articles_by_language ON articles (language);"
_SCHEMA = f"""
CREATE TABLE record (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (path TEXT PRIMARY KEY, hash BLOB NOT NULL, reason TEXT) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, file TEXT NOT NULL REFERENCES files, title TEXT NOT NULL,
    text TEXT NOT NULL, body_start INTEGER NOT NULL, body_end INTEGER NOT NULL,
    published TEXT, place TEXT, outlet TEXT, author TEXT, url TEXT, pages TEXT NOT NULL DEFAULT '[]',
    day TEXT NOT NULL DEFAULT '{{}}', corrected TEXT NOT NULL DEFAULT '[]',
    language TEXT NOT NULL DEFAULT ''
);
CREATE INDEX articles_by_file ON articles (file);
{_LISTED}
{_BY_LANGUAGE}
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, article_id TEXT NOT NULL REFERENCES articles,
    sentences TEXT NOT NULL, heading TEXT NOT NULL, digest BLOB NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article_id);
CREATE INDEX chunks_by_digest ON chunks (digest);
CREATE TABLE vectors (chunk INTEGER PRIMARY KEY REFERENCES chunks, vector BLOB NOT NULL, placed INTEGER NOT NULL);
CREATE INDEX vectors_by_placed ON vectors (placed);
-- Vectors of articles removed in the current run, so that a moved file is not embedded again.
CREATE TABLE spare_vectors (digest BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
-- Chunks that were removed here and are still in Chroma.
CREATE TABLE leavers (chunk_id TEXT PRIMARY KEY) WITHOUT ROWID;
{_PRINTS}
{KEYWORDS}
INSERT INTO record VALUES ('{LEFT}', '{NOTHING_LEFT}');
"""  # noqa: S608 (constants)
# SQL that turns a shelf of a version into one of the next.
_MIGRATIONS = {
    1: "ALTER TABLE articles ADD COLUMN pages TEXT NOT NULL DEFAULT '[]'",
    2: _PRINTS,
    3: "ALTER TABLE articles ADD COLUMN day TEXT NOT NULL DEFAULT '{}'",
    4: "ALTER TABLE articles ADD COLUMN corrected TEXT NOT NULL DEFAULT '[]'",
    5: f"""
ALTER TABLE articles ADD COLUMN language TEXT NOT NULL DEFAULT '';
DROP INDEX IF EXISTS articles_listed;
{_LISTED}
{_BY_LANGUAGE}
""",
}
_FORMAT = FileFormat(
    schema=_SCHEMA,
    application_id=_APPLICATION_ID,
    version=VERSION,
    name="a shelf",
    remedy="Run `dateline index --rebuild`: it is rebuilt from the seeds folder.",
    migrations=_MIGRATIONS,
)


class Shelf:
    """The SQLite file of one store. Safe to share between threads: each use has its own connection."""

    def __init__(self, store: Path) -> None:
        """Open the shelf in the folder `store`; both are created if they are missing.

        Raises StoreMismatch if the file is not a shelf of this version; it is left unchanged.
        """
        self.path = store / FILE_NAME
        self._database = Database(self.path, _FORMAT)
        self._integrity = IntegrityCheck(self.path, self._database.reading, version=VERSION)

    @contextmanager
    def read(self, *, checked: bool = False) -> Iterator[Reading]:
        """Read the shelf as it is now; what others write meanwhile is not seen.

        With `checked`, as for an answer, raises ShelfDamaged if the shelf is not what the last run left. Raises
        ShelfUnusable if SQLite fails.
        """
        if checked and (damage := self.damage()):
            raise ShelfDamaged(damage)
        with self._database.reading() as connection:
            yield Reading(connection)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """Change the shelf: everything in the block becomes visible at its end, or nothing does.

        Raises ShelfUnusable if SQLite fails; the shelf is then as it was before.
        """
        with self._database.writing() as connection:
            yield Writing(connection)

    def damage(self, *, thorough: bool = False) -> str:
        """Return what is wrong with the shelf and what to do, or ""; see `IntegrityCheck.damage`."""
        return self._integrity.damage(thorough=thorough)

    def save_checksum(self) -> None:
        """Record what the shelf is now. Call it at the end of a run, while no other process indexes."""
        with self.write() as writing:
            if not writing.record("store"):
                writing.set_record("store", uuid4().hex)
        self._integrity.save_checksum()

    def forget(self) -> None:
        """Erase the text of removed articles from every file of the shelf. Call it after a run that removed some.

        SQLite overwrites what is deleted from a table at once. But the keyword index keeps deleted words until its
        parts are merged, and the write-ahead log keeps what was written before.
        """
        with self.read() as reading:
            left = reading.record(LEFT)
        if left != NOTHING_LEFT:
            with self.write() as writing:
                writing.merge_keywords()
        if not left:
            self._database.vacuum()  # created before deleted text was overwritten
        if self._database.empty_log() and left != NOTHING_LEFT:
            with self.write() as writing:
                writing.set_record(LEFT, NOTHING_LEFT)

    def start_over(self) -> None:
        """Empty the shelf."""
        self._database.start_over()
        # Last: without a checksum, the damaged file would have been trusted until now.
        self._integrity.forget()


def size_on_disk(store: Path) -> int:
    """Return the size of all files of the store in bytes. SQLite makes and removes some at any time."""
    size = 0
    for folder, _, names in os.walk(store):
        for name in names:
            with suppress(FileNotFoundError):
                size += os.path.getsize(os.path.join(folder, name))
    return size
