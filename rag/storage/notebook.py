"""The notebook: quotes that a reader has pinned, in the reader's order, each with a note.

A pin keeps the article as it was when it was quoted, so its quote is still cut from it by its offsets after the article
was edited or removed. The file is separate from the shelf, which can be rebuilt from the seeds.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from index.core.errors import UnknownPin
from index.core.formatting import one_line
from index.shelf.database import Database, FileFormat
from index.text.spans import Span
from rag.evidence.citations import Citation
from rag.storage.answer_codec import is_as_named, name_article, read_article

FILE_NAME = "notebook.db"
VERSION = 1
LONGEST_NOTE = 10_000  # characters
DAMAGED = "This quote differs from what was saved (a damaged disk?). Expected it word for word. Restore a backup."
UNREADABLE = "This quote was saved by another version of Dateline. Expected one of this version. Update Dateline."
_APPLICATION_ID = 0x444C4E42  # "DLNB": marks our file among SQLite files
_SCHEMA = """
CREATE TABLE articles (id TEXT PRIMARY KEY, article TEXT NOT NULL);
CREATE TABLE pins (
    number INTEGER PRIMARY KEY AUTOINCREMENT, place INTEGER NOT NULL, article TEXT NOT NULL REFERENCES articles,
    start INTEGER NOT NULL, ends INTEGER NOT NULL, question TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
    pinned TEXT NOT NULL, UNIQUE (article, start, ends)
);
"""
_FORGET_ARTICLES = "DELETE FROM articles WHERE id NOT IN (SELECT article FROM pins)"


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned quote."""

    number: int
    citation: Citation | None  # None if it cannot be read
    problem: str  # why not
    question: str  # that it answered
    note: str  # the reader's own
    pinned: datetime  # UTC


class Notebook:
    """The pinned quotes of one store. Safe to share between threads."""

    def __init__(self, store: Path) -> None:
        """Open the file, or make it if it is missing. Raises StoreMismatch if it is not ours."""
        self.path = store / FILE_NAME
        self._database = Database(
            self.path,
            FileFormat(
                schema=_SCHEMA,
                application_id=_APPLICATION_ID,
                version=VERSION,
                name="a notebook",
                remedy="Move this file away, or run `dateline index --rebuild` if it is damaged. A new one is made.",
            ),
        )

    def pin(self, citation: Citation, *, question: str) -> None:
        """Add a quote at the end, with the question that it answers. A quote that is pinned already stays as it is."""
        name, written = name_article(citation.article)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO articles VALUES (?, ?)", (name, written))
            connection.execute(
                "INSERT OR IGNORE INTO pins (place, article, start, ends, question, pinned) "
                "VALUES ((SELECT coalesce(max(place), 0) + 1 FROM pins), ?, ?, ?, ?, ?)",
                (name, citation.span.start, citation.span.end, one_line(question), now),
            )

    def unpin(self, number: int) -> None:
        """Remove a pin, and the article that was kept only for it. Raises UnknownPin."""
        with self._database.writing() as connection:
            if connection.execute("DELETE FROM pins WHERE number = ?", (number,)).rowcount == 0:
                raise _unknown()
            connection.execute(_FORGET_ARTICLES)
        self._database.empty_log()

    def note(self, number: int, text: str, *, was: str) -> None:
        """Replace the note `was` of a pin; of a longer text than `LONGEST_NOTE` the end is cut. Raises UnknownPin.

        If the note was changed elsewhere meanwhile, the new text is put below it, so that nothing is lost. A text that
        comes twice is put there once.
        """
        note = text.strip()[:LONGEST_NOTE]
        with self._database.writing() as connection:
            row = connection.execute("SELECT note FROM pins WHERE number = ?", (number,)).fetchone()
            if row is None:
                raise _unknown()
            stored: str = row[0]
            if stored != was.strip():
                is_there = not note or stored == note or stored.endswith(f"\n\n{note}")
                note = stored if is_there else f"{stored}\n\n{note}".strip()
            connection.execute("UPDATE pins SET note = ? WHERE number = ?", (note, number))

    def move(self, number: int, by: int) -> None:
        """Move a pin by so many places, up if negative; at the ends it stops. Raises UnknownPin."""
        with self._database.writing() as connection:
            order = [one for (one,) in connection.execute("SELECT number FROM pins ORDER BY place, number")]
            if number not in order:
                raise _unknown()
            place = order.index(number)
            order.insert(min(max(place + by, 0), len(order) - 1), order.pop(place))
            connection.executemany("UPDATE pins SET place = ? WHERE number = ?", enumerate(order, 1))

    def numbers_and_notes(self) -> list[tuple[int, str]]:
        """Return the number and the note of each pin, in their order, without reading articles."""
        with self._database.reading() as connection:
            return connection.execute("SELECT number, note FROM pins ORDER BY place, number").fetchall()

    def pins(self) -> list[Pin]:
        """Return the pins in their order."""
        with self._database.reading() as connection:
            articles = dict(connection.execute("SELECT id, article FROM articles"))
            rows = connection.execute(
                "SELECT number, article, start, ends, question, note, pinned FROM pins ORDER BY place, number"
            ).fetchall()
        return [
            Pin(
                number,
                *_citation(name, articles.get(name, ""), start, end),
                question,
                note,
                datetime.fromisoformat(pinned),
            )
            for number, name, start, end, question, note, pinned in rows
        ]


def has_notebook(store: Path) -> bool:
    """Return True if a quote was ever pinned in the store."""
    return (store / FILE_NAME).exists()


def _unknown() -> UnknownPin:
    return UnknownPin("This quote is not in the notebook. Expected a pinned one. Reload the page.")


def _citation(name: str, written: str, start: int, end: int) -> tuple[Citation | None, str]:
    """Return the quote, or why it cannot be read."""
    if not is_as_named(name, written):
        return None, DAMAGED
    try:
        article = read_article(written)
    except ValidationError:
        return None, UNREADABLE
    return (Citation(article, Span(start, end)), "") if 0 <= start < end <= len(article.text) else (None, DAMAGED)
