"""The shelf: articles, chunks, keywords and vectors in one SQLite file.

SQLite is the truth. An article is written in one transaction, so it is visible whole or
not at all; a question reads in one transaction too, so nothing changes under it. Chroma is
an index over the vectors kept here and can be made again from them.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import numpy as np

from index.articles import Article
from index.chunks import Chunk
from index.database import Database
from index.embeddings import Vectors
from index.errors import UnknownArticle
from index.scope import WHOLE, Scope
from index.spans import Span
from index.words import folded, terms

FILE_NAME = "articles.db"
VERSION = 1
_APPLICATION_ID = 0x444C4E45  # "DLNE": tells our file from any other SQLite file
_SCHEMA = """
CREATE TABLE record (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (path TEXT PRIMARY KEY, hash BLOB NOT NULL, reason TEXT) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, file TEXT NOT NULL REFERENCES files, title TEXT NOT NULL,
    text TEXT NOT NULL, body_start INTEGER NOT NULL, body_end INTEGER NOT NULL,
    published TEXT, place TEXT, outlet TEXT, author TEXT, url TEXT
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
CREATE VIRTUAL TABLE keywords USING fts5 (heading, body, content='', tokenize='unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (keywords, row);
"""
_SELECT_ARTICLE = (
    "SELECT id, path, title, text, body_start, body_end, published, place, outlet, author, url FROM articles"
)

# Articles `a` in a scope. Days and names come as values, never as SQL.
_IN_SCOPE = (
    "(:since IS NULL OR a.published >= :since) AND (:until IS NULL OR a.published <= :until) "
    "AND (:outlets IS NULL OR coalesce(a.outlet, '') IN (SELECT value FROM json_each(:outlets))) "
    "AND (:titled = '' OR instr(folded(a.title), :titled))"
)
Order = Literal["newest", "oldest", "title", "outlet", "place"]
_ORDERS: Mapping[Order, str] = {
    "newest": "a.published DESC NULLS LAST, a.path",
    "oldest": "a.published NULLS LAST, a.path",
    "title": "folded(a.title), a.path",
    "outlet": "coalesce(a.outlet, '') = '', folded(coalesce(a.outlet, '')), a.path",
    "place": "coalesce(a.place, '') = '', folded(coalesce(a.place, '')), a.path",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """One line of the list of articles."""

    id: str
    path: str
    title: str
    published: date | None
    place: str | None
    outlet: str | None
    chunks: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is on the shelf."""

    articles: int
    chunks: int
    embedded: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the shelf reaches."""

    articles: int
    undated: int
    first: date | None  # day of publication
    last: date | None


class Shelf:
    """The SQLite file of one store. Safe to share between threads: each use has its own connection."""

    def __init__(self, store: Path) -> None:
        """Open the shelf in the folder `store`, making both where they are missing.

        Raises StoreMismatch where the file is not a shelf of this version; it is left untouched.
        """
        self.path = store / FILE_NAME
        self._database = Database(
            self.path,
            schema=_SCHEMA,
            mark=_APPLICATION_ID,
            version=VERSION,
            holds="a shelf",
            remedy="Delete this file and run `dateline index`: it is built from the seeds.",
        )

    @contextmanager
    def read(self) -> Iterator["Reading"]:
        """Look at the shelf as it is now; what others write meanwhile is not seen.

        Raises ShelfUnusable where SQLite fails.
        """
        with self._database.reading() as connection:
            yield Reading(connection)

    @contextmanager
    def write(self) -> Iterator["Writing"]:
        """Change the shelf: all of the block becomes visible at its end, or nothing does.

        Raises ShelfUnusable where SQLite fails; the shelf is then as it was before.
        """
        with self._database.writing() as connection:
            yield Writing(connection)


class Reading:
    """What a question sees: the shelf at one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read through an open transaction."""
        self._connection = connection

    def record(self, name: str) -> str:
        """Return a remembered fact about the store, or "" where it was never set."""
        row = self._connection.execute("SELECT value FROM record WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def counts(self) -> Counts:
        """Count what is visible."""
        row = self._connection.execute(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM chunks), (SELECT count(*) FROM vectors), "
            "(SELECT count(*) FROM files WHERE reason IS NOT NULL)"
        ).fetchone()
        return Counts(*row)

    def reach(self, *, scope: Scope = WHOLE) -> Reach:
        """Tell how many articles there are to search in the scope, and from when."""
        count, dated, first, last = self._in_scope(
            "SELECT count(*), count(a.published), min(a.published), max(a.published) FROM articles a", scope
        ).fetchone()
        return Reach(count, count - dated, _date(first), _date(last))

    def files(self) -> dict[str, tuple[bytes, str | None]]:
        """Return every file that was read, with its hash and the reason it was rejected."""
        rows = self._connection.execute("SELECT path, hash, reason FROM files")
        return {path: (hash_, reason) for path, hash_, reason in rows}

    def listings(
        self, limit: int = -1, *, offset: int = 0, scope: Scope = WHOLE, titled: str = "", order: Order = "newest"
    ) -> list[Listing]:
        """List the visible articles of the scope whose title holds the text `titled`, as `words.folded` compares.

        At most `limit` after the first `offset`; all the rest where it is negative. Those that do
        not say what is ordered by come last, and what is equal is in the order of the paths.
        """
        rows = self._in_scope(
            "SELECT a.id, a.path, a.title, a.published, a.place, a.outlet, "
            "(SELECT count(*) FROM chunks c WHERE c.article_id = a.id) FROM articles a",
            scope,
            f"ORDER BY {_ORDERS[order]} LIMIT :limit OFFSET :offset",
            titled=titled,
            limit=limit,
            offset=offset,
        )
        return [
            Listing(id_, path, title, _date(published), place, outlet, chunks)
            for id_, path, title, published, place, outlet, chunks in rows
        ]

    def count(self, *, scope: Scope = WHOLE, titled: str = "") -> int:
        """Count what `listings` would list without a limit."""
        return int(self._in_scope("SELECT count(*) FROM articles a", scope, titled=titled).fetchone()[0])

    def outlets(self) -> list[tuple[str, int]]:
        """Count the articles of each outlet, most first; "" stands for articles that name none."""
        rows = self._connection.execute(
            "SELECT coalesce(outlet, '') AS name, count(*) AS number FROM articles GROUP BY name "
            "ORDER BY number DESC, name"
        )
        return rows.fetchall()

    def months(self, *, scope: Scope = WHOLE, titled: str = "") -> list[tuple[str, int]]:
        """Count the dated ones of `listings` in each month that has some ("2026-02"), in order."""
        rows = self._in_scope(
            "SELECT substr(a.published, 1, 7) AS month, count(*) FROM articles a",
            scope,
            "AND a.published IS NOT NULL GROUP BY month ORDER BY month",
            titled=titled,
        )
        return rows.fetchall()

    def article(self, path: str) -> Article:
        """Return the visible article of that path. Raises UnknownArticle."""
        row = self._connection.execute(_SELECT_ARTICLE + " WHERE path = ?", (path,)).fetchone()
        if row is None:
            raise UnknownArticle(
                f"No article {path!r} is on the shelf. Expected a path as `dateline list` shows it. "
                "If the file is new, run `dateline index`."
            )
        return _article(row)

    def titles(self, paths: Sequence[str]) -> dict[str, str]:
        """Return the titles of those of the articles that are visible, by path."""
        rows = self._connection.execute(
            "SELECT path, title FROM articles WHERE path IN (SELECT value FROM json_each(?))", (json.dumps(paths),)
        )
        return dict(rows.fetchall())

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Return those of the articles that are visible, by id."""
        rows = self._connection.execute(
            _SELECT_ARTICLE + " WHERE id IN (SELECT value FROM json_each(?))",  # noqa: S608 (both are constants)
            (json.dumps(ids),),
        )
        return {row[0]: _article(row) for row in rows}

    def chunks(self, ids: Sequence[str], *, scope: Scope = WHOLE) -> dict[str, Chunk]:
        """Return those of the chunks whose article is visible and in the scope, by id."""
        rows = self._in_scope(
            "SELECT c.id, c.article_id, c.sentences, c.heading FROM chunks c JOIN articles a ON a.id = c.article_id",
            scope,
            "AND c.id IN (SELECT value FROM json_each(:ids))",
            ids=json.dumps(ids),
        )
        return {row[0]: _chunk(*row) for row in rows}

    def keyword_ranking(self, question_terms: Sequence[str], k: int, *, scope: Scope = WHOLE) -> list[str]:
        """Return the ids of the `k` chunks in the scope that match best by BM25, best first.

        Terms are text, whatever they hold: each is quoted, so nothing in it is query syntax.
        """
        if not question_terms:
            return []
        query = " OR ".join('"' + term.replace('"', '""') + '"' for term in question_terms)
        rows = self._in_scope(
            "SELECT c.id FROM keywords k JOIN chunks c ON c.number = k.rowid JOIN articles a ON a.id = c.article_id",
            scope,
            "AND keywords MATCH :query ORDER BY bm25(keywords), c.id LIMIT :k",
            query=query,
            k=k,
        )
        return [row[0] for row in rows]

    def chunks_holding(self, term: str) -> int:
        """Count the chunks that hold `term`, one of `words.terms`."""
        row = self._connection.execute("SELECT doc FROM vocabulary WHERE term = ?", (term,)).fetchone()
        return int(row[0]) if row else 0

    def vector_ranking(self, question: Vectors, k: int, *, scope: Scope = WHOLE) -> list[str]:
        """Return the ids of the `k` chunks in the scope nearest to a unit vector, by exact search.

        For a process that does not own Chroma: its files may be rewritten by the owner at any
        moment, these rows may not.
        """
        # CROSS keeps the order of the tables: of a narrow scope only its own vectors are read.
        rows = self._in_scope(
            "SELECT c.id, v.vector FROM articles a CROSS JOIN chunks c ON c.article_id = a.id "
            "CROSS JOIN vectors v ON v.chunk = c.number",
            scope,
            "ORDER BY c.id",
        ).fetchall()
        if not rows:
            return []
        similarities = np.frombuffer(b"".join(row[1] for row in rows), np.float32).reshape(len(rows), -1) @ question
        return [rows[row][0] for row in np.argsort(-similarities, kind="stable")[:k]]

    def unembedded(self, limit: int) -> list[tuple[int, str]]:
        """Return chunks that have no vector yet: number and the text to embed."""
        rows = self._connection.execute(
            "SELECT c.number, c.id, c.article_id, c.sentences, c.heading, a.text FROM chunks c "
            "JOIN articles a ON a.id = c.article_id LEFT JOIN vectors v ON v.chunk = c.number "
            "WHERE v.chunk IS NULL ORDER BY c.number LIMIT ?",
            (limit,),
        )
        return [(row[0], _chunk(*row[1:5]).embedded_text(row[5])) for row in rows]

    def without_vectors(self, ids: Sequence[str]) -> set[str]:
        """Return those of the visible chunks that have no vector yet."""
        rows = self._connection.execute(
            "SELECT c.id FROM chunks c LEFT JOIN vectors v ON v.chunk = c.number "
            "WHERE c.id IN (SELECT value FROM json_each(?)) AND v.chunk IS NULL",
            (json.dumps(ids),),
        )
        return {row[0] for row in rows}

    def unplaced(self, limit: int) -> list[tuple[int, str, Vectors]]:
        """Return vectors that Chroma has not got yet: number, chunk id, vector."""
        rows = self._connection.execute(
            "SELECT v.chunk, c.id, v.vector FROM vectors v JOIN chunks c ON c.number = v.chunk "
            "WHERE v.placed = 0 LIMIT ?",
            (limit,),
        )
        return [(number, id_, np.frombuffer(vector, np.float32)) for number, id_, vector in rows]

    def all_placed(self) -> bool:
        """Tell whether Chroma has every vector there is."""
        row = self._connection.execute("SELECT NOT EXISTS (SELECT 1 FROM vectors WHERE placed = 0)").fetchone()
        return bool(row[0])

    def placed(self) -> int:
        """Count the vectors that Chroma should have."""
        return int(self._connection.execute("SELECT count(*) FROM vectors WHERE placed = 1").fetchone()[0])

    def leavers(self, limit: int) -> list[str]:
        """Return ids that Chroma should no longer have."""
        return [row[0] for row in self._connection.execute("SELECT chunk_id FROM leavers LIMIT ?", (limit,))]

    def _in_scope(
        self, select: str, scope: Scope, then: str = "", *, titled: str = "", **values: str | int
    ) -> sqlite3.Cursor:
        """Run `select`, which names the articles `a`, on those in the scope; it and `then` are constants."""
        bound = {
            "since": scope.since and scope.since.isoformat(),
            "until": scope.until and scope.until.isoformat(),
            "outlets": json.dumps(sorted(scope.outlets)) if scope.outlets else None,
            "titled": folded(titled),
        }
        return self._connection.execute(f"{select} WHERE {_IN_SCOPE} {then}", {**bound, **values})


class Writing(Reading):
    """A change to the shelf; see `Shelf.write`."""

    def set_record(self, name: str, value: str) -> None:
        """Remember a fact about the store."""
        self._connection.execute("INSERT OR REPLACE INTO record VALUES (?, ?)", (name, value))

    def put_file(self, file: str, hash_: bytes, articles: Sequence[tuple[Article, Sequence[Chunk]]]) -> None:
        """Make the articles of one file visible in place of those it held before."""
        self._drop_articles(file)
        self._connection.execute("INSERT OR REPLACE INTO files VALUES (?, ?, NULL)", (file, hash_))
        for article, chunks in articles:
            self._add_article(file, article, chunks)
        self._touch()

    def reject_file(self, file: str, hash_: bytes, reason: str) -> None:
        """Remember why a file is not on the shelf; what it held before goes."""
        self._drop_articles(file)
        self._connection.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (file, hash_, reason))
        self._touch()

    def remove_file(self, file: str) -> bool:
        """Forget a file and its articles. Returns whether there were any."""
        dropped = self._drop_articles(file)
        self._connection.execute("DELETE FROM files WHERE path = ?", (file,))
        self._touch()
        return dropped

    def put_vectors(self, numbers: Sequence[int], vectors: Vectors) -> None:
        """Store the vectors of the chunks of those numbers; chunks that went away meanwhile are passed over."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO vectors SELECT number, ?2, 0 FROM chunks WHERE number = ?1",
            [(number, vector.tobytes()) for number, vector in zip(numbers, vectors, strict=True)],
        )
        self._touch()

    def mark_placed(self, numbers: Sequence[int]) -> None:
        """Note that Chroma has these vectors."""
        self._connection.executemany("UPDATE vectors SET placed = 1 WHERE chunk = ?", [(n,) for n in numbers])

    def mark_left(self, ids: Sequence[str]) -> None:
        """Note that Chroma no longer has these chunks."""
        self._connection.executemany("DELETE FROM leavers WHERE chunk_id = ?", [(id_,) for id_ in ids])

    def mark_all_unplaced(self) -> None:
        """Note that Chroma is empty."""
        self._connection.execute("UPDATE vectors SET placed = 0 WHERE placed = 1")
        self._connection.execute("DELETE FROM leavers")

    def drop_vectors(self) -> None:
        """Forget every vector: another model will make new ones."""
        self._connection.execute("DELETE FROM vectors")
        self._connection.execute("DELETE FROM spare_vectors")
        self._connection.execute("DELETE FROM leavers")
        self._touch()

    def drop_spare_vectors(self) -> None:
        """Forget the vectors that nothing took over in this run."""
        self._connection.execute("DELETE FROM spare_vectors")

    def make_keywords_again(self) -> None:
        """Fill the keyword index anew: a contentless one forgets only what it is told word for word."""
        self._connection.execute("INSERT INTO keywords (keywords) VALUES ('delete-all')")
        rows = self._connection.execute(
            "SELECT c.number, c.id, c.article_id, c.sentences, c.heading, a.text FROM chunks c "
            "JOIN articles a ON a.id = c.article_id"
        )
        for number, *chunk, text in rows.fetchall():
            self._add_keywords(number, _chunk(*chunk), text)
        self._touch()

    def forget_hashes(self) -> None:
        """Have every file read again by the next run, while what it held stays visible until then."""
        self._connection.execute("UPDATE files SET hash = x''")

    def _touch(self) -> None:
        self.set_record("generation", str(int(self.record("generation") or 0) + 1))

    def _add_article(self, file: str, article: Article, chunks: Sequence[Chunk]) -> None:
        published = article.published.isoformat() if article.published else None
        origin = (published, article.place, article.outlet, article.author, article.url)
        text = (article.title, article.text, article.body.start, article.body.end)
        self._connection.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (article.id, article.path, file, *text, *origin),
        )
        for chunk in chunks:
            digest = blake2b(chunk.embedded_text(article.text).encode(), digest_size=16).digest()
            spans = json.dumps([(sentence.start, sentence.end) for sentence in chunk.sentences])
            number = self._connection.execute(
                "INSERT INTO chunks (id, article_id, sentences, heading, digest) VALUES (?, ?, ?, ?, ?)",
                (chunk.id, chunk.article_id, spans, chunk.heading, digest),
            ).lastrowid
            self._add_keywords(number, chunk, article.text)
            # The same words were embedded before: in a syndicated copy, a moved file, an edited article.
            self._connection.execute(
                "INSERT INTO vectors SELECT ?1, vector, 0 FROM (SELECT v.vector FROM chunks c JOIN vectors v "
                "ON v.chunk = c.number WHERE c.digest = ?2 UNION ALL SELECT vector FROM spare_vectors "
                "WHERE digest = ?2) LIMIT 1",
                (number, digest),
            )
            # Back again before Chroma was told to forget it.
            self._connection.execute("DELETE FROM leavers WHERE chunk_id = ?", (chunk.id,))

    def _add_keywords(self, number: int | None, chunk: Chunk, article_text: str) -> None:
        self._connection.execute(
            "INSERT INTO keywords (rowid, heading, body) VALUES (?, ?, ?)", (number, *_searchable(chunk, article_text))
        )

    def _drop_articles(self, file: str) -> bool:
        rows = self._connection.execute(
            "SELECT c.number, c.digest, v.vector, v.placed, c.id, c.article_id, c.sentences, c.heading, a.text "
            "FROM chunks c JOIN articles a ON a.id = c.article_id LEFT JOIN vectors v ON v.chunk = c.number "
            "WHERE a.file = ?",
            (file,),
        ).fetchall()
        for number, digest, vector, placed, *chunk, text in rows:
            if vector is not None:
                self._connection.execute("INSERT OR IGNORE INTO spare_vectors VALUES (?, ?)", (digest, vector))
            if placed:
                self._connection.execute("INSERT OR IGNORE INTO leavers VALUES (?)", (chunk[0],))
            # A contentless index forgets only what it is told word for word.
            self._connection.execute(
                "INSERT INTO keywords (keywords, rowid, heading, body) VALUES ('delete', ?, ?, ?)",
                (number, *_searchable(_chunk(*chunk), text)),
            )
            self._connection.execute("DELETE FROM vectors WHERE chunk = ?", (number,))
            self._connection.execute("DELETE FROM chunks WHERE number = ?", (number,))
        return self._connection.execute("DELETE FROM articles WHERE file = ?", (file,)).rowcount > 0


def size_on_disk(store: Path) -> int:
    """Return the bytes that all files of the store take."""
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(store) for name in names)


def _searchable(chunk: Chunk, article_text: str) -> tuple[str, str]:
    return " ".join(terms(chunk.heading)), " ".join(terms(chunk.span.cut(article_text)))


def _article(row: Sequence[object]) -> Article:
    id_, path, title, text, start, end, published, *rest = row
    return Article(id_, path, title, text, Span(start, end), _date(published), *rest)  # type: ignore[arg-type]


def _chunk(id_: str, article_id: str, sentences: str, heading: str) -> Chunk:
    spans = tuple(Span(start, end) for start, end in json.loads(sentences))
    return Chunk(id_, article_id, Span(spans[0].start, spans[-1].end), spans, heading)


def _date(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None
