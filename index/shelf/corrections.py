"""The file of corrections: what a person has said instead of what an article's file says about it.

It is separate from the shelf, which can be rebuilt from the seeds. A correction belongs to an article by its path. The
text counts as well if its file has several articles, whose numbers may change, or if the article was gone for a time.
"""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.shelf.database import Database, FileFormat
from index.text.articles import Article, Correctable, text_digest

FILE_NAME = "corrections.db"
_FORMAT = FileFormat(
    schema="""
CREATE TABLE corrections (
    path TEXT PRIMARY KEY, stated TEXT NOT NULL, digest TEXT NOT NULL, title TEXT NOT NULL, made TEXT NOT NULL,
    waiting INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
""",
    application_id=0x444C434F,  # "DLCO": marks our file among SQLite files
    version=2,
    name="a file of corrections",
    remedy="Move this file away, or run `dateline index --rebuild` if it is damaged. A new one is made.",
    migrations={1: "ALTER TABLE corrections ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;\n"},
)
_NUMBERED = re.compile(r".*#\d+")


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person has said about an article."""

    path: str
    stated: Mapping[Correctable, str | None]  # days as YYYY-MM-DD; None: the article has none
    digest: str  # of the article's text when it was corrected, as `text_digest` makes it
    title: str  # its own title then
    made: datetime  # UTC
    waiting: bool = False  # its article was not on the shelf at the end of the last run

    @classmethod
    def of(cls, article: Article, stated: Mapping[Correctable, str | None]) -> "Correction":
        """Return a correction of an article that is made now."""
        now = datetime.now(UTC).replace(microsecond=0)
        return cls(article.path, stated, text_digest(article.text), article.own().title, now)

    def belongs_to(self, article: Article) -> bool:
        """Return True if this article is the one that was corrected.

        The same number may be that of another article, if one was added to the file above it. So may the name of a
        file that was gone.
        """
        by_path = not self.is_numbered and not self.waiting
        return self.path == article.path and (by_path or self.digest == text_digest(article.text))

    @property
    def is_numbered(self) -> bool:
        """Return True if the article is one of several in its file."""
        return _NUMBERED.fullmatch(self.path) is not None

    def apply_to(self, article: Article) -> Article:
        """Return the article as this correction has it, if it is the one that was corrected."""
        return article.corrected_by(self.stated) if self.belongs_to(article) else article


class CorrectionStore:
    """The corrections of one store. Safe to share between threads. The file is made with the first correction."""

    def __init__(self, store: Path) -> None:
        """Take the folder of the store."""
        self._path = store / FILE_NAME

    def all(self) -> Sequence[Correction]:
        """Return all corrections, by path."""
        if not self._path.exists():
            return []
        with self._database().reading() as connection:
            return [_correction(row) for row in connection.execute("SELECT * FROM corrections ORDER BY path")]

    def by_path(self) -> dict[str, Correction]:
        """Return all corrections by the path of their article."""
        return {one.path: one for one in self.all()}

    def put(self, correction: Correction) -> None:
        """Save a correction in place of the one that the article had."""
        with self._database().writing() as connection:
            _put(connection, correction)

    def remove(self, path: str) -> None:
        """Delete the correction of an article, if it has one."""
        if self._path.exists():
            with self._database().writing() as connection:
                connection.execute("DELETE FROM corrections WHERE path = ?", (path,))

    def move(self, corrections: Sequence[tuple[Correction, Correction]]) -> None:
        """Save each second correction in place of the first: its article has another path now."""
        with self._database().writing() as connection:
            for before, _ in corrections:
                connection.execute("DELETE FROM corrections WHERE path = ?", (before.path,))
            for _, now in corrections:
                _put(connection, now)

    def _database(self) -> Database:
        return Database(self._path, _FORMAT)


def _put(connection: sqlite3.Connection, one: Correction) -> None:
    stated, made = json.dumps(dict(one.stated), ensure_ascii=False), one.made.isoformat()
    connection.execute(
        "INSERT OR REPLACE INTO corrections VALUES (?, ?, ?, ?, ?, ?)",
        (one.path, stated, one.digest, one.title, made, one.waiting),
    )


def _correction(row: Sequence[Any]) -> Correction:
    path, stated, digest, title, made, waiting = row
    return Correction(path, json.loads(stated), digest, title, datetime.fromisoformat(made), bool(waiting))
