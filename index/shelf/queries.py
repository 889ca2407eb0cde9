"""Queries: read articles, chunks, keywords and vectors from the shelf, all as of one moment."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np

from index.core.arrays import Vectors
from index.core.errors import ShelfDamaged, UnknownArticle
from index.core.scope import WHOLE, Scope
from index.shelf.integrity import REBUILT, read_record
from index.text.articles import Article, Corrected, text_digest
from index.text.chunks import Chunk
from index.text.day_origins import DayOrigin
from index.text.languages import UNKNOWN
from index.text.near_duplicates import are_copies, shingles_kept
from index.text.spans import Span
from index.text.terms import folded

_SELECT_ARTICLE = (
    "SELECT id, path, title, text, body_start, body_end, published, place, outlet, author, url, pages, day, corrected, "
    "language FROM articles"
)

# The columns of a listing, for an article `a`.
_LISTED = (
    "a.id, a.path, a.title, a.published, a.place, a.outlet, a.corrected, a.language, "
    "(SELECT count(*) FROM chunks c WHERE c.article_id = a.id)"
)
# Articles `a` in a scope. Days and names are bound as values, never put into the SQL.
_IN_SCOPE = (
    "(:since IS NULL OR a.published >= :since) AND (:until IS NULL OR a.published <= :until) "
    "AND (:outlets IS NULL OR coalesce(a.outlet, '') IN (SELECT value FROM json_each(:outlets))) "
    "AND (:languages IS NULL OR a.language IN (SELECT value FROM json_each(:languages))) "
    "AND (NOT :undated OR a.published IS NULL) "
    "AND (:articles IS NULL OR a.id IN (SELECT value FROM json_each(:articles))) "
    "AND (:titled = '' OR instr(folded(a.title), :titled))"
)
# Vectors compared with a question's at a time: 30 MB.
_VECTORS_AT_ONCE = 20_000
_COSINE_DIGITS = 5
# If an article has more copies than this, the most similar ones are returned.
_MOST_COPIES = 100
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
    """One entry of the list of articles."""

    id: str
    path: str
    title: str
    published: date | None
    place: str | None
    outlet: str | None
    chunks: int
    corrected: tuple[Corrected, ...] = ()
    language: str = UNKNOWN  # ISO 639-1 code


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of the shelf."""

    articles: int
    chunks: int
    embedded: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How many articles a scope has, and the days of publication they cover."""

    articles: int
    undated: int
    first: date | None  # day of publication
    last: date | None


class Reading:
    """The shelf as of one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read over a connection with an open transaction."""
        self._connection = connection

    def record(self, name: str) -> str:
        """Return a recorded fact about the store, or "" if it was never set."""
        return read_record(self._connection, name)

    def counts(self) -> Counts:
        """Count what is visible."""
        row = self._connection.execute(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM chunks), (SELECT count(*) FROM vectors), "
            "(SELECT count(*) FROM files WHERE reason IS NOT NULL)"
        ).fetchone()
        return Counts(*row)

    def reach(self, *, scope: Scope = WHOLE) -> Reach:
        """Return how many articles are in the scope, and their days of publication."""
        if scope.is_whole:  # each from an index, without reading every article
            count, undated, first, last = self._connection.execute(
                "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM articles WHERE published IS NULL), "
                "(SELECT min(published) FROM articles), (SELECT max(published) FROM articles)"
            ).fetchone()
        else:
            count, undated, first, last = self._in_scope(
                "SELECT count(*), count(*) - count(a.published), min(a.published), max(a.published) FROM articles a",
                scope,
            ).fetchone()
        return Reach(count, undated, _date(first), _date(last))

    def newest_day(self, *, until: date) -> date | None:
        """Return the last day of publication until a day: a shelf may have articles that are dated in the future."""
        sql = "SELECT max(published) FROM articles WHERE published <= ?"
        return _date(self._connection.execute(sql, (until.isoformat(),)).fetchone()[0])

    def files(self) -> dict[str, tuple[bytes, str | None]]:
        """Return every file that was read, with its hash and the reason if it was rejected."""
        rows = self._connection.execute("SELECT path, hash, reason FROM files")
        return {path: (hash_, reason) for path, hash_, reason in rows}

    def article_paths(self, file: str) -> dict[str, str]:
        """Return the paths of the articles in a file, by article id."""
        return dict(self._connection.execute("SELECT id, path FROM articles WHERE file = ?", (file,)))

    def listings(
        self, limit: int = -1, *, offset: int = 0, scope: Scope = WHOLE, titled: str = "", order: Order = "newest"
    ) -> list[Listing]:
        """List the visible articles in the scope whose title contains `titled`, compared as `terms.folded` does.

        Returns at most `limit` articles after the first `offset`, or all if `limit` is negative. Articles that lack the
        field to order by come last; equal ones are ordered by path.
        """
        rows = self._in_scope(
            f"SELECT {_LISTED} FROM articles a",  # noqa: S608 (a constant)
            scope,
            f"ORDER BY {_ORDERS[order]} LIMIT :limit OFFSET :offset",
            titled=titled,
            limit=limit,
            offset=offset,
        )
        return [_listing(row) for row in rows]

    def copies(self, article: Article, *, scope: Scope = WHOLE) -> list[Listing]:
        """List the visible articles in the scope that are copies of this one, oldest first."""
        rows = self._in_scope(
            f"SELECT {_LISTED}, a.text, a.body_start, a.body_end FROM prints mine JOIN prints other "  # noqa: S608
            "ON other.print = mine.print JOIN articles a ON a.id = other.article_id",
            scope,
            "AND mine.article_id = :id AND a.id <> :id GROUP BY a.id ORDER BY count(*) DESC, a.path LIMIT :limit",
            id=article.id,
            limit=_MOST_COPIES,
        ).fetchall()
        own = shingles_kept(article.body.cut(article.text)) if rows else frozenset()
        found = [_listing(row) for *row, text, start, end in rows if are_copies(own, shingles_kept(text[start:end]))]
        return sorted(found, key=lambda listing: (listing.published or date.max, listing.path))

    def count(self, *, scope: Scope = WHOLE, titled: str = "") -> int:
        """Count what `listings` would return without a limit."""
        return int(self._in_scope("SELECT count(*) FROM articles a", scope, titled=titled).fetchone()[0])

    def outlets(self, *, scope: Scope = WHOLE) -> list[tuple[str, int]]:
        """Count the articles of each outlet in the scope, most first; "" is for articles that name no outlet."""
        return self._in_scope(
            "SELECT coalesce(a.outlet, '') AS name, count(*) AS number FROM articles a",
            scope,
            "GROUP BY name ORDER BY number DESC, name",
        ).fetchall()

    def languages(self) -> list[str]:
        """Return the languages of the articles on the shelf, the most common first."""
        # Each is looked up in the index, without reading the entries in between: nearly every shelf has only one.
        found = self._connection.execute(
            "WITH RECURSIVE found (language) AS (SELECT min(language) FROM articles UNION ALL "
            "SELECT (SELECT min(language) FROM articles a WHERE a.language > found.language) FROM found "
            "WHERE found.language IS NOT NULL) SELECT language FROM found WHERE language IS NOT NULL"
        ).fetchall()
        if len(found) > 1:
            found = self._connection.execute(
                "SELECT language FROM articles GROUP BY language ORDER BY count(*) DESC, language"
            ).fetchall()
        return [row[0] for row in found]

    def authors(self, *, scope: Scope = WHOLE) -> list[tuple[str, int]]:
        """Count the articles of each author in the scope, as bylines spell them, most first."""
        return self._in_scope(
            "SELECT a.author, count(*) AS number FROM articles a",
            scope,
            "AND a.author IS NOT NULL GROUP BY a.author ORDER BY number DESC, a.author",
        ).fetchall()

    def written_by(self, authors: Collection[str], *, scope: Scope = WHOLE) -> list[Listing]:
        """List the articles in the scope with one of these bylines, newest first."""
        rows = self._in_scope(
            f"SELECT {_LISTED} FROM articles a",  # noqa: S608 (a constant)
            scope,
            "AND a.author IN (SELECT value FROM json_each(:authors)) ORDER BY a.published DESC NULLS LAST, a.path",
            authors=json.dumps(sorted(authors)),
        )
        return [_listing(row) for row in rows]

    def articles_with(
        self, wanted: Sequence[Collection[str]], *, part: Literal["heading", "body"], scope: Scope = WHOLE
    ) -> set[str]:
        """Return the ids of the articles in the scope with a chunk that has one term of each group.

        Terms are as `terms.terms` makes them. The heading has the title, and the outlet, place and day as well.
        """
        groups = (" OR ".join('"' + term.replace('"', '""') + '"' for term in sorted(group)) for group in wanted)
        rows = self._in_scope(
            "SELECT DISTINCT a.id FROM keywords k JOIN chunks c ON c.number = k.rowid "
            "JOIN articles a ON a.id = c.article_id",
            scope,
            "AND keywords MATCH :query",
            query=f"{part} : ({' AND '.join(f'({group})' for group in groups)})",
        )
        return {row[0] for row in rows}

    def months(self, *, scope: Scope = WHOLE, titled: str = "") -> list[tuple[str, int]]:
        """Count the dated articles of `listings` by month ("2026-02"), in order, without empty months."""
        rows = self._in_scope(
            "SELECT substr(a.published, 1, 7) AS month, count(*) FROM articles a",
            scope,
            "AND a.published IS NOT NULL GROUP BY month ORDER BY month",
            titled=titled,
        )
        return rows.fetchall()

    def article(self, path: str) -> Article:
        """Return the visible article with that path. Raises UnknownArticle."""
        row = self._connection.execute(_SELECT_ARTICLE + " WHERE path = ?", (path,)).fetchone()
        if row is None:
            raise UnknownArticle(
                f"No article {path!r} is on the shelf. Expected a path as `dateline list` shows it. "
                "If the file is new, run `dateline index`."
            )
        return self._whole(_article(row))

    def corrected_paths(self) -> list[str]:
        """Return the paths of the visible articles that a person has corrected."""
        return [row[0] for row in self._connection.execute("SELECT path FROM articles WHERE corrected <> '[]'")]

    def articles_at(self, paths: Sequence[str]) -> dict[str, Article]:
        """Return the visible articles with these paths, by path."""
        rows = self._connection.execute(
            _SELECT_ARTICLE + " WHERE path IN (SELECT value FROM json_each(?))",  # noqa: S608 (both are constants)
            (json.dumps(paths),),
        )
        return {row[1]: self._whole(_article(row)) for row in rows.fetchall()}

    def day_origins(self, paths: Sequence[str]) -> dict[str, DayOrigin]:
        """Return where the days of the visible articles with these paths come from, by path. Slow for very many."""
        rows = self._connection.execute(
            "SELECT path, day FROM articles WHERE path IN (SELECT value FROM json_each(?))", (json.dumps(paths),)
        )
        with _reporting_damage():
            return {path: DayOrigin(**json.loads(day)) for path, day in rows}

    def titles(self, paths: Sequence[str]) -> dict[str, str]:
        """Return the titles of the visible articles among these paths, by path."""
        rows = self._connection.execute(
            "SELECT path, title FROM articles WHERE path IN (SELECT value FROM json_each(?))", (json.dumps(paths),)
        )
        return dict(rows.fetchall())

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Return the visible articles among these ids, by id."""
        rows = self._connection.execute(
            _SELECT_ARTICLE + " WHERE id IN (SELECT value FROM json_each(?))",  # noqa: S608 (both are constants)
            (json.dumps(ids),),
        )
        return {row[0]: self._whole(_article(row)) for row in rows.fetchall()}

    def article_by_digest(self, digest: str) -> Article | None:
        """Return the first visible article by path whose text has that `text_digest`. Slow: it reads every text."""
        rows = self._connection.execute("SELECT path, text FROM articles ORDER BY path")
        path = next((path for path, text in rows if text_digest(text) == digest), None)
        return None if path is None else self.article(path)

    def text_digests(self, paths: Collection[str] | None) -> dict[str, str]:
        """Return the `text_digest` of the visible articles with these paths, or of all if None, by path."""
        query = "SELECT path, text FROM articles"
        if paths is None:
            rows = self._connection.execute(query)
        else:
            query += " WHERE path IN (SELECT value FROM json_each(?))"
            rows = self._connection.execute(query, (json.dumps([*paths]),))
        return {path: text_digest(text) for path, text in rows}

    def count_titled(self, title: str, *, below: str) -> int:
        """Count the visible articles with this title whose paths begin with `below`."""
        row = self._connection.execute(
            "SELECT count(*) FROM articles WHERE title = ? AND substr(path, 1, ?) = ?", (title, len(below), below)
        ).fetchone()
        return int(row[0])

    def _whole(self, article: Article) -> Article:
        """Return the article after checking the text of each chunk against the chunk's id. Raises ShelfDamaged."""
        rows = self._connection.execute(
            "SELECT id, article_id, sentences, heading FROM chunks WHERE article_id = ?", (article.id,)
        )
        if not all(chunk_of_row(*row).is_cut_from(article) for row in rows):
            raise ShelfDamaged(
                f"The text of {article.path} has changed since it was indexed. Expected it unchanged. {REBUILT}"
            )
        return article

    def chunks(self, ids: Sequence[str], *, scope: Scope = WHOLE) -> dict[str, Chunk]:
        """Return the chunks among these ids whose article is visible and in the scope, by id."""
        rows = self._in_scope(
            "SELECT c.id, c.article_id, c.sentences, c.heading FROM chunks c JOIN articles a ON a.id = c.article_id",
            scope,
            "AND c.id IN (SELECT value FROM json_each(:ids))",
            ids=json.dumps(ids),
        )
        return {row[0]: chunk_of_row(*row) for row in rows}

    def days_of(self, ids: Sequence[str]) -> dict[str, date]:
        """Return the day of publication of the chunks among these ids whose article has one, by chunk id."""
        rows = self._connection.execute(
            "SELECT c.id, a.published FROM chunks c JOIN articles a ON a.id = c.article_id "
            "WHERE c.id IN (SELECT value FROM json_each(?)) AND a.published IS NOT NULL",
            (json.dumps(ids),),
        )
        return {id_: date.fromisoformat(published) for id_, published in rows}

    def sentences(self, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield each sentence of the visible articles among these ids, as the article's id and the sentence."""
        rows = self._connection.execute(
            "SELECT c.article_id, c.sentences, a.text FROM chunks c JOIN articles a ON a.id = c.article_id "
            "WHERE a.id IN (SELECT value FROM json_each(?))",
            (json.dumps(ids),),
        )
        for id_, sentences, text in rows:
            with _reporting_damage():
                spans = [Span(start, end) for start, end in json.loads(sentences)]
            yield from ((id_, span.cut(text)) for span in spans)

    def keyword_ranking(self, question_terms: Sequence[str], k: int, *, scope: Scope = WHOLE) -> dict[str, float]:
        """Return the ids of the `k` chunks in the scope that match best, with their BM25 scores, best first.

        Scores are 0 or more.

        A word in the heading counts twice. Each term is quoted, so no character in it is query syntax.
        """
        if not question_terms:
            return {}
        query = " OR ".join('"' + term.replace('"', '""') + '"' for term in question_terms)
        if scope.is_whole:
            # Ranked before the join: a common word is in tens of thousands of chunks. Twice as many as requested, so
            # that equal chunks are ordered by id, whenever they were indexed.
            rows = self._connection.execute(
                "SELECT c.id, k.score FROM (SELECT rowid, -bm25(keywords, 2.0, 1.0) AS score FROM keywords "
                "WHERE keywords MATCH :query ORDER BY score DESC LIMIT 2 * :k) k "
                "JOIN chunks c ON c.number = k.rowid ORDER BY k.score DESC, c.id LIMIT :k",
                {"query": query, "k": k},
            )
        else:
            rows = self._in_scope(
                "SELECT c.id, -bm25(keywords, 2.0, 1.0) AS score FROM keywords k "
                "JOIN chunks c ON c.number = k.rowid JOIN articles a ON a.id = c.article_id",
                scope,
                "AND keywords MATCH :query ORDER BY score DESC, c.id LIMIT :k",
                query=query,
                k=k,
            )
        return dict(rows.fetchall())

    def count_chunks_with(self, term: str) -> int:
        """Count the chunks that contain `term`, as `terms.terms` makes it."""
        row = self._connection.execute("SELECT doc FROM vocabulary WHERE term = ?", (term,)).fetchone()
        return int(row[0]) if row else 0

    def chunk_counts(self, some_terms: Sequence[str]) -> dict[str, int]:
        """Count the chunks with each of these terms, for those that any chunk has."""
        rows = self._connection.execute(
            "SELECT term, doc FROM vocabulary WHERE term IN (SELECT value FROM json_each(?))", (json.dumps(some_terms),)
        )
        return dict(rows.fetchall())

    def terms_starting(self, letters: str) -> dict[str, int]:
        """Count the chunks with each term that starts with these letters. Three letters take some 10 ms at most."""
        rows = self._connection.execute(
            "SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ?", (letters, letters + "\U0010ffff")
        )
        return dict(rows.fetchall())

    def chunks_with(self, phrase: str, most: int) -> list[Chunk]:
        """Return up to `most` chunks that contain these consecutive terms, in no particular order."""
        rows = self._connection.execute(
            "SELECT c.id, c.article_id, c.sentences, c.heading FROM chunks c JOIN "
            "(SELECT rowid FROM keywords WHERE keywords MATCH ? LIMIT ?) k ON c.number = k.rowid",
            ('"' + phrase.replace('"', '""') + '"', most),
        )
        return [chunk_of_row(*row) for row in rows]

    def vector_ranking(self, question: Vectors, k: int, *, scope: Scope = WHOLE) -> dict[str, float]:
        """Return the ids of the `k` chunks in the scope nearest to a unit vector with their cosines, by exact search.

        For a process that does not own Chroma, whose files the owner may rewrite at any moment.
        """
        if scope.is_whole:
            rows = self._connection.execute("SELECT chunk, vector FROM vectors")
        else:
            # CROSS keeps the order of the tables, so that only the vectors in the scope are read.
            rows = self._in_scope(
                "SELECT v.chunk, v.vector FROM articles a CROSS JOIN chunks c ON c.article_id = a.id "
                "CROSS JOIN vectors v ON v.chunk = c.number",
                scope,
            )
        numbers, parts = list[int](), list[Vectors]()
        while some := rows.fetchmany(_VECTORS_AT_ONCE):
            with _reporting_damage():
                parts.append(
                    np.frombuffer(b"".join(row[1] for row in some), np.float32).reshape(len(some), -1) @ question
                )
            numbers += (row[0] for row in some)
        if not parts:
            return {}
        cosines = np.concatenate(parts)
        if not np.all(np.abs(cosines) < 1.01):  # cosines of unit vectors; NaN compares as false
            raise ShelfDamaged(f"Stored vectors have changed. Expected each to have length 1. {REBUILT}")
        # The last bits differ with the place of a row, and with what it was embedded with.
        cosines = np.round(cosines, _COSINE_DIGITS)
        # Twice as many, as for keywords, so that equal chunks are ordered by id.
        best = {numbers[row]: float(cosines[row]) for row in np.argsort(-cosines, kind="stable")[: 2 * k]}
        ids = self._connection.execute(
            "SELECT id, number FROM chunks WHERE number IN (SELECT value FROM json_each(?))", (json.dumps(list(best)),)
        )
        ranked = sorted(((id_, best[number]) for id_, number in ids), key=lambda entry: (-entry[1], entry[0]))
        return dict(ranked[:k])

    def unembedded(self, limit: int) -> list[tuple[int, str]]:
        """Return chunks that have no vector yet: number and the text to embed."""
        rows = self._connection.execute(
            "SELECT c.number, c.id, c.article_id, c.sentences, c.heading, a.text FROM chunks c "
            "JOIN articles a ON a.id = c.article_id LEFT JOIN vectors v ON v.chunk = c.number "
            "WHERE v.chunk IS NULL ORDER BY c.number LIMIT ?",
            (limit,),
        )
        return [(row[0], chunk_of_row(*row[1:5]).embedded_text(row[5])) for row in rows]

    def without_vectors(self, ids: Sequence[str]) -> set[str]:
        """Return the ids among these of visible chunks that have no vector yet."""
        rows = self._connection.execute(
            "SELECT c.id FROM chunks c LEFT JOIN vectors v ON v.chunk = c.number "
            "WHERE c.id IN (SELECT value FROM json_each(?)) AND v.chunk IS NULL",
            (json.dumps(ids),),
        )
        return {row[0] for row in rows}

    def not_in_chroma(self, limit: int) -> list[tuple[int, str, Vectors]]:
        """Return up to `limit` vectors that are not in Chroma yet: chunk number, chunk id, vector."""
        rows = self._connection.execute(
            "SELECT v.chunk, c.id, v.vector FROM vectors v JOIN chunks c ON c.number = v.chunk "
            "WHERE v.placed = 0 LIMIT ?",
            (limit,),
        )
        return [(number, id_, np.frombuffer(vector, np.float32)) for number, id_, vector in rows]

    def sample(self, k: int) -> dict[str, Vectors]:
        """Return up to `k` vectors that Chroma should have, spread evenly over the shelf, by chunk id."""
        numbers = [row[0] for row in self._connection.execute("SELECT chunk FROM vectors WHERE placed = 1")]
        step = max(1, -(-len(numbers) // k))
        rows = self._connection.execute(
            "SELECT c.id, v.vector FROM vectors v JOIN chunks c ON c.number = v.chunk "
            "WHERE v.chunk IN (SELECT value FROM json_each(?))",
            (json.dumps(numbers[::step]),),
        )
        return {id_: np.frombuffer(vector, np.float32) for id_, vector in rows}

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of the chunks among these ids that have one, by id."""
        rows = self._connection.execute(
            "SELECT c.id, v.vector FROM chunks c JOIN vectors v ON v.chunk = c.number "
            "WHERE c.id IN (SELECT value FROM json_each(?))",
            (json.dumps(ids),),
        )
        return {id_: np.frombuffer(vector, np.float32) for id_, vector in rows}

    def all_in_chroma(self) -> bool:
        """Return True if Chroma has every vector."""
        row = self._connection.execute("SELECT NOT EXISTS (SELECT 1 FROM vectors WHERE placed = 0)").fetchone()
        return bool(row[0])

    def count_in_chroma(self) -> int:
        """Count the vectors that Chroma should have."""
        return int(self._connection.execute("SELECT count(*) FROM vectors WHERE placed = 1").fetchone()[0])

    def removed_but_in_chroma(self, limit: int) -> list[str]:
        """Return up to `limit` ids of chunks that were removed here and are still in Chroma."""
        return [row[0] for row in self._connection.execute("SELECT chunk_id FROM leavers LIMIT ?", (limit,))]

    def _in_scope(
        self, select: str, scope: Scope, then: str = "", *, titled: str = "", **values: str | int
    ) -> sqlite3.Cursor:
        """Run `select`, which calls the articles `a`, on the scope; `select` and `then` are constants."""
        bound = {
            "since": scope.since and scope.since.isoformat(),
            "until": scope.until and scope.until.isoformat(),
            "outlets": json.dumps(sorted(scope.outlets)) if scope.outlets else None,
            "articles": None if scope.articles is None else json.dumps(sorted(scope.articles)),
            "languages": json.dumps(sorted(scope.languages)) if scope.languages else None,
            "undated": scope.undated,
            "titled": folded(titled),
        }
        return self._connection.execute(f"{select} WHERE {_IN_SCOPE} {then}", {**bound, **values})


def _article(row: Sequence[object]) -> Article:
    id_, path, title, text, start, end, published, *rest, pages, day, corrected, language = row
    with _reporting_damage():
        body, origin = Span(start, end), DayOrigin(**json.loads(str(day)))  # type: ignore[arg-type]
        begins, ocr = _pages(pages)
        made = Article(id_, path, title, text, body, _date(published), *rest, begins, origin)  # type: ignore[arg-type, call-arg]
        return replace(made, corrected=_corrected(corrected), language=str(language), ocr=ocr)


def _pages(written: object) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return where each page begins, and the pages that were read by OCR, which most articles have none of."""
    found = json.loads(str(written))
    begins, ocr = (found["begins"], found["ocr"]) if isinstance(found, dict) else (found, ())
    return tuple(begins), tuple(ocr)


def _listing(row: Sequence[object]) -> Listing:
    id_, path, title, published, place, outlet, corrected, language, chunks = row
    facts = (id_, path, title, _date(published), place, outlet, chunks)
    return Listing(*facts, _corrected(corrected), str(language))  # type: ignore[arg-type]


def _corrected(written: object) -> tuple[Corrected, ...]:
    with _reporting_damage():
        return tuple(Corrected(field, own) for field, own in json.loads(str(written)))


def chunk_of_row(id_: str, article_id: str, sentences: str, heading: str) -> Chunk:
    """Make a chunk from its row. Raises ShelfDamaged."""
    with _reporting_damage():
        spans = tuple(Span(start, end) for start, end in json.loads(sentences))
        return Chunk(id_, article_id, Span(spans[0].start, spans[-1].end), spans, heading)


@contextmanager
def _reporting_damage() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, IndexError) as error:
        raise ShelfDamaged(
            f"The shelf has a row that cannot be read ({type(error).__name__}). Expected what Dateline wrote. {REBUILT}"
        ) from error


def _date(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None
