"""The shelf: articles, chunks, keywords and vectors in one SQLite file.

SQLite is the truth. An article is written in one transaction, so it is visible whole or
not at all; a question reads in one transaction too, so nothing changes under it. Chroma is
an index over the vectors kept here and can be made again from them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from index.core.errors import ShelfDamaged
from index.shelf.database import Database, FileFormat
from index.shelf.integrity import IntegrityCheck
from index.shelf.queries import Reading
from index.shelf.updates import LEFT, NOTHING_LEFT, Writing

FILE_NAME = "articles.db"
VERSION = 3
_APPLICATION_ID = 0x444C4E45  # "DLNE": tells our file from any other SQLite file
# By what copies of an article are found; no part of the seal, as their texts decide.
_PRINTS = """
CREATE TABLE prints (print INTEGER, article_id TEXT, PRIMARY KEY (print, article_id)) WITHOUT ROWID;
CREATE INDEX prints_by_article ON prints (article_id);
"""
_SCHEMA = f"""
CREATE TABLE record (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (path TEXT PRIMARY KEY, hash BLOB NOT NULL, reason TEXT) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, file TEXT NOT NULL REFERENCES files, title TEXT NOT NULL,
    text TEXT NOT NULL, body_start INTEGER NOT NULL, body_end INTEGER NOT NULL,
    published TEXT, place TEXT, outlet TEXT, author TEXT, url TEXT, pages TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX articles_by_file ON articles (file);
-- All that a list of articles tells: the text lies in between, and reading past it is what costs. No part of the
-- version: on a store made before, lists are slower and the same.
CREATE INDEX articles_listed ON articles (published DESC, path, outlet, place, title, id);
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, article_id TEXT NOT NULL REFERENCES articles,
    sentences TEXT NOT NULL, heading TEXT NOT NULL, digest BLOB NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article_id);
CREATE INDEX chunks_by_digest ON chunks (digest);
CREATE TABLE vectors (chunk INTEGER PRIMARY KEY REFERENCES chunks, vector BLOB NOT NULL, placed INTEGER NOT NULL);
CREATE INDEX vectors_by_placed ON vectors (placed);
-- Vectors of articles that went away in the run under way: a moved file needs no embedding.
CREATE TABLE spare_vectors (digest BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
-- Chunks that are gone from here and still in Chroma.
CREATE TABLE leavers (chunk_id TEXT PRIMARY KEY) WITHOUT ROWID;
{_PRINTS}
CREATE VIRTUAL TABLE keywords USING fts5 (heading, body, content='', tokenize='unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (keywords, row);
INSERT INTO record VALUES ('{LEFT}', '{NOTHING_LEFT}');
"""  # noqa: S608 (constants)
# What makes a shelf of a version one of the next.
_MIGRATIONS = {1: "ALTER TABLE articles ADD COLUMN pages TEXT NOT NULL DEFAULT '[]'", 2: _PRINTS}
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
        """Open the shelf in the folder `store`, making both where they are missing.

        Raises StoreMismatch where the file is not a shelf of this version; it is left untouched.
        """
        self.path = store / FILE_NAME
        self._database = Database(self.path, _FORMAT)
        self._integrity = IntegrityCheck(self.path, self._database.reading, version=VERSION)

    @contextmanager
    def read(self, *, checked: bool = False) -> Iterator[Reading]:
        """Look at the shelf as it is now; what others write meanwhile is not seen.

        Raises ShelfUnusable where SQLite fails; with `checked`, as for an answer, ShelfDamaged
        where the shelf is not what the last run left.
        """
        if checked and (told := self.damage()):
            raise ShelfDamaged(told)
        with self._database.reading() as connection:
            yield Reading(connection)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """Change the shelf: all of the block becomes visible at its end, or nothing does.

        Raises ShelfUnusable where SQLite fails; the shelf is then as it was before.
        """
        with self._database.writing() as connection:
            yield Writing(connection)

    def damage(self, *, thorough: bool = False) -> str:
        """Tell what is wrong with the shelf and what to do, or nothing; see `IntegrityCheck.damage`."""
        return self._integrity.damage(thorough=thorough)

    def save_checksum(self) -> None:
        """Note what the shelf is now, as what to expect of it. For the end of a run, while nobody else indexes."""
        with self.write() as writing:
            if not writing.record("store"):
                writing.set_record("store", uuid4().hex)
        self._integrity.save_checksum()

    def forget(self) -> None:
        """Leave no word of an article that is gone in any file of the shelf. For a run that has removed them.

        What is deleted from a table is written over at once; the keyword index keeps the words it was told to forget
        until its pieces are merged, and the log holds what has been written before.
        """
        with self.read() as reading:
            left = reading.record(LEFT)
        if left != NOTHING_LEFT:
            with self.write() as writing:
                writing.merge_keywords()
        if not left:
            self._database.vacuum()  # made before deleted text was written over
        if self._database.empty_log() and left != NOTHING_LEFT:
            with self.write() as writing:
                writing.set_record(LEFT, NOTHING_LEFT)

    def start_over(self) -> None:
        """Make the shelf anew, with nothing on it."""
        self._database.start_over()
        # Last: without a seal the damaged file would have been believed until now.
        self._integrity.forget()


def size_on_disk(store: Path) -> int:
    """Return the bytes that all files of the store take."""
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(store) for name in names)
