"""Updates: add and remove articles with their chunks, keywords and vectors."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import blake2b

from index.core.arrays import Vectors
from index.shelf.integrity import read_generation
from index.shelf.queries import Reading, chunk_of_row
from index.text.articles import Article
from index.text.chunks import Chunk
from index.text.languages import read_language
from index.text.near_duplicates import prints
from index.text.terms import terms

# The hash of a file until it has been read to its end.
UNFINISHED = b"unfinished"
# Whether text of removed articles is left in the shelf's file. Older stores have no such record.
LEFT = "left_of_deleted"
NOTHING_LEFT = "nothing"
# The tables of the keyword index. The signs of Indian vowels are no letters to SQLite, but parts of terms to us.
KEYWORDS = """
CREATE VIRTUAL TABLE keywords
    USING fts5 (heading, body, content='', tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (keywords, row);
""".strip()


class Writing(Reading):
    """A transaction that changes the shelf; see `Shelf.write`."""

    def set_record(self, name: str, value: str) -> None:
        """Record a fact about the store."""
        self._connection.execute("INSERT OR REPLACE INTO record VALUES (?, ?)", (name, value))

    def put_articles(self, file: str, articles: Sequence[tuple[Article, Sequence[Chunk]]]) -> None:
        """Make articles of a file visible; each replaces the article that had its path."""
        # Without the file's hash: the file is read again unless `finish_file` is reached.
        self._connection.execute("INSERT OR IGNORE INTO files VALUES (?, ?, NULL)", (file, UNFINISHED))
        for article, chunks in articles:
            self._drop_article(article.path)
            self._add_article(file, article, chunks)
        self._touch()

    def rewrite_article(self, article: Article, chunks: Sequence[Chunk]) -> None:
        """Replace what is known of a visible article; what was recorded of its file stays."""
        (file,) = self._connection.execute("SELECT file FROM articles WHERE path = ?", (article.path,)).fetchone()
        self._drop_article(article.path)
        self._add_article(file, article, chunks)
        self._touch()

    def put_file(self, file: str, hash_: bytes, articles: Sequence[tuple[Article, Sequence[Chunk]]]) -> None:
        """Make the articles of a file visible in place of those it had before."""
        self.put_articles(file, articles)
        self.finish_file(file, hash_, [article.path for article, _ in articles])

    def finish_file(
        self, file: str, hash_: bytes, paths: Sequence[str] | None, *, reason: str | None = None
    ) -> list[str]:
        """Record that a file was read to its end, and that it contains exactly the articles with these paths.

        If `paths` is None, its articles stay as they are. `reason` says what of the file is not on the shelf. Returns
        the paths of the articles that were removed.
        """
        self._connection.execute(
            "INSERT INTO files VALUES (?1, ?2, ?3) ON CONFLICT (path) DO UPDATE SET hash = ?2, reason = ?3",
            (file, hash_, reason),
        )
        gone = [] if paths is None else sorted(set(self.article_paths(file).values()) - set(paths))
        for path in gone:
            self._drop_article(path)
        self._touch()
        return gone

    def remove_file(self, file: str) -> list[str]:
        """Remove a file and its articles. Returns their paths."""
        gone = self.finish_file(file, b"", ())
        self._connection.execute("DELETE FROM files WHERE path = ?", (file,))
        return gone

    def put_vectors(self, numbers: Sequence[int], vectors: Vectors) -> None:
        """Store the vectors of the chunks with these numbers; chunks that were removed meanwhile are skipped."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO vectors SELECT number, ?2, 0 FROM chunks WHERE number = ?1",
            [(number, vector.tobytes()) for number, vector in zip(numbers, vectors, strict=True)],
        )
        self._touch()

    def mark_in_chroma(self, numbers: Sequence[int]) -> None:
        """Record that Chroma has these vectors."""
        self._connection.executemany("UPDATE vectors SET placed = 1 WHERE chunk = ?", [(n,) for n in numbers])

    def mark_gone_from_chroma(self, ids: Sequence[str]) -> None:
        """Record that Chroma no longer has these chunks."""
        self._connection.executemany("DELETE FROM leavers WHERE chunk_id = ?", [(id_,) for id_ in ids])

    def mark_chroma_empty(self) -> None:
        """Record that Chroma is empty."""
        self._connection.execute("UPDATE vectors SET placed = 0 WHERE placed = 1")
        self._connection.execute("DELETE FROM leavers")

    def drop_vectors(self) -> None:
        """Delete every vector, because another model will make new ones."""
        self._connection.execute("DELETE FROM vectors")
        self._connection.execute("DELETE FROM spare_vectors")
        self._connection.execute("DELETE FROM leavers")
        self._touch()

    def drop_spare_vectors(self) -> None:
        """Delete the vectors of removed articles that no other article uses."""
        self._connection.execute("DELETE FROM spare_vectors")

    def merge_keywords(self) -> None:
        """Merge the parts of the keyword index, which erases deleted words."""
        self._connection.execute("INSERT INTO keywords (keywords) VALUES ('optimize')")
        self._touch()

    def rebuild_keywords(self) -> None:
        """Rebuild the keyword index from the articles, whose languages are recognised again."""
        self._read_languages()
        # Made again: an older version's table splits terms in another way.
        for statement in ("DROP TABLE vocabulary", "DROP TABLE keywords", *KEYWORDS.split(";\n")):
            self._connection.execute(statement)
        rows = self._connection.execute(
            "SELECT c.number, c.id, c.article_id, c.sentences, c.heading, a.text, a.language FROM chunks c "
            "JOIN articles a ON a.id = c.article_id"
        )
        for number, *chunk, text, language in rows.fetchall():
            self._add_keywords(number, chunk_of_row(*chunk), text, language)
        self._touch()

    def rebuild_fingerprints(self) -> None:
        """Rebuild the fingerprints by which copies of an article are found."""
        self._connection.execute("DELETE FROM prints")
        rows = self._connection.execute("SELECT id, text, body_start, body_end FROM articles")
        while some := rows.fetchmany(100):
            for id_, text, start, end in some:
                self._add_prints(id_, text[start:end])

    def forget_hashes(self) -> None:
        """Have the next run read every file again; their articles stay visible until then."""
        self._connection.execute("UPDATE files SET hash = x''")
        self._touch()

    def _read_languages(self) -> None:
        rows = self._connection.execute("SELECT id, text, body_start, body_end FROM articles")
        while some := rows.fetchmany(100):
            self._connection.executemany(
                "UPDATE articles SET language = ? WHERE id = ?",
                [(read_language(text[start:end]), id_) for id_, text, start, end in some],
            )

    def _touch(self) -> None:
        self.set_record("generation", str(read_generation(self._connection) + 1))

    def _add_article(self, file: str, article: Article, chunks: Sequence[Chunk]) -> None:
        published = article.published.isoformat() if article.published else None
        origin = (published, article.place, article.outlet, article.author, article.url)
        text = (article.title, article.text, article.body.start, article.body.end)
        self._connection.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.id,
                article.path,
                file,
                *text,
                *origin,
                _pages_json(article),
                json.dumps(asdict(article.day)),
                json.dumps([(one.field, one.own) for one in article.corrected]),
                article.language,
            ),
        )
        self._add_prints(article.id, article.body.cut(article.text))
        for chunk in chunks:
            digest = blake2b(chunk.embedded_text(article.text).encode(), digest_size=16).digest()
            spans = json.dumps([(sentence.start, sentence.end) for sentence in chunk.sentences])
            number = self._connection.execute(
                "INSERT INTO chunks (id, article_id, sentences, heading, digest) VALUES (?, ?, ?, ?, ?)",
                (chunk.id, chunk.article_id, spans, chunk.heading, digest),
            ).lastrowid
            self._add_keywords(number, chunk, article.text, article.language)
            # The same text may have a vector already: a syndicated copy, a moved file, an edited article.
            self._connection.execute(
                "INSERT INTO vectors SELECT ?1, vector, 0 FROM (SELECT v.vector FROM chunks c JOIN vectors v "
                "ON v.chunk = c.number WHERE c.digest = ?2 UNION ALL SELECT vector FROM spare_vectors "
                "WHERE digest = ?2) LIMIT 1",
                (number, digest),
            )
            # It is back before it was removed from Chroma.
            self._connection.execute("DELETE FROM leavers WHERE chunk_id = ?", (chunk.id,))

    def _add_prints(self, id_: str, body: str) -> None:
        self._connection.executemany("INSERT INTO prints VALUES (?, ?)", [(print_, id_) for print_ in prints(body)])

    def _add_keywords(self, number: int | None, chunk: Chunk, article_text: str, language: str) -> None:
        self._connection.execute(
            "INSERT INTO keywords (rowid, heading, body) VALUES (?, ?, ?)",
            (number, *_searchable(chunk, article_text, language)),
        )

    def _drop_article(self, path: str) -> None:
        rows = self._connection.execute(
            "SELECT c.number, c.digest, v.vector, v.placed, c.id, c.article_id, c.sentences, c.heading, a.text, "
            "a.language FROM chunks c JOIN articles a ON a.id = c.article_id LEFT JOIN vectors v ON v.chunk = c.number "
            "WHERE a.path = ?",
            (path,),
        ).fetchall()
        self._connection.execute("UPDATE record SET value = 'some' WHERE name = ? AND value = ?", (LEFT, NOTHING_LEFT))
        for number, digest, vector, placed, *chunk, text, language in rows:
            if vector is not None:
                self._connection.execute("INSERT OR IGNORE INTO spare_vectors VALUES (?, ?)", (digest, vector))
            if placed:
                self._connection.execute("INSERT OR IGNORE INTO leavers VALUES (?)", (chunk[0],))
            # A contentless FTS5 index deletes an entry only if given its exact text.
            self._connection.execute(
                "INSERT INTO keywords (keywords, rowid, heading, body) VALUES ('delete', ?, ?, ?)",
                (number, *_searchable(chunk_of_row(*chunk), text, language)),
            )
            self._connection.execute("DELETE FROM vectors WHERE chunk = ?", (number,))
            self._connection.execute("DELETE FROM chunks WHERE number = ?", (number,))
        self._connection.execute(
            "DELETE FROM prints WHERE article_id = (SELECT id FROM articles WHERE path = ?)", (path,)
        )
        self._connection.execute("DELETE FROM articles WHERE path = ?", (path,))


def _searchable(chunk: Chunk, article_text: str, language: str) -> tuple[str, str]:
    return " ".join(terms(chunk.heading, language)), " ".join(terms(chunk.span.cut(article_text), language))


def _pages_json(article: Article) -> str:
    return json.dumps({"begins": article.pages, "ocr": article.ocr} if article.ocr else article.pages)
