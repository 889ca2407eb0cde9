"""The file of chats: questions and answers, kept in the store until the user deletes them.

An answer is saved with the articles it rests on as they were then, each once. A quote of a saved answer is still cut
from its article by its offsets, even if the article was edited or removed since. The file is separate from the shelf:
the shelf can be rebuilt from the seeds, the chats cannot.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from index.core.errors import UnknownChat
from index.core.formatting import one_line
from index.shelf.database import Database, FileFormat
from index.text.articles import Article
from index.text.terms import folded
from rag.answering.models import Answer
from rag.llm.client import Usage
from rag.storage.answer_codec import digest, is_as_written, put_together, read_article, take_apart

FILE_NAME = "chats.db"
VERSION = 1
LONGEST_TITLE = 120  # characters
BROKEN_OFF = "The answer was not finished when Dateline ended. Expected a complete one. Ask again."
_DAMAGED = "This answer differs from what was saved (a damaged disk?). Expected it word for word. Ask again."
_UNREADABLE = (
    "This answer was saved by another version of Dateline and cannot be read. Expected one of this version. Ask again."
)
_APPLICATION_ID = 0x444C4348  # "DLCH": marks our file among SQLite files
_SCHEMA = """
CREATE TABLE chats (id TEXT PRIMARY KEY, title TEXT NOT NULL, changed TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX chats_by_time ON chats (changed DESC);
CREATE TABLE turns (
    chat TEXT NOT NULL REFERENCES chats ON DELETE CASCADE, place INTEGER NOT NULL, turn TEXT NOT NULL,
    said TEXT NOT NULL, PRIMARY KEY (chat, place)
);
CREATE TABLE articles (id TEXT PRIMARY KEY, article TEXT NOT NULL);
CREATE TABLE rests_on (
    chat TEXT NOT NULL, place INTEGER NOT NULL, article TEXT NOT NULL, PRIMARY KEY (chat, place, article),
    FOREIGN KEY (chat, place) REFERENCES turns ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX rests_on_by_article ON rests_on (article);
"""


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question of a chat, and its answer."""

    id: str
    question: str
    answer: Answer | None
    problem: str  # why there is no answer; "" if there is one
    spent: Usage | None  # usage of the answers that this one replaced


@dataclass(frozen=True, slots=True)
class KeptChat:
    """A saved chat."""

    id: str
    title: str
    turns: tuple[KeptTurn, ...]

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers there are."""
        return tuple(turn.answer for turn in self.turns if turn.answer)


@dataclass(frozen=True, slots=True)
class ChatListing:
    """One line of the list of chats."""

    id: str
    title: str
    changed: datetime  # UTC
    turns: int


class Chats:
    """The saved chats of one store. Safe to share between threads."""

    def __init__(self, store: Path) -> None:
        """Open the file, or make it if it is missing. Raises StoreMismatch if it is not ours."""
        self.path = store / FILE_NAME
        self._database = Database(
            self.path,
            FileFormat(
                schema=_SCHEMA,
                application_id=_APPLICATION_ID,
                version=VERSION,
                name="a file of chats",
                remedy="Move this file away, or run `dateline index --rebuild` if it is damaged. A new one is made.",
            ),
        )

    def keep(self, chat: str, place: int, turn: KeptTurn) -> None:
        """Save the turn at that place (from 0) of the chat of that id, and replace what was there.

        The first turn of an unknown id makes the chat, with its question as title. A later one is dropped: the chat
        was deleted while it was answered.
        """
        written, articles = _write(turn)
        said = folded(f"{turn.question}\n{turn.answer.searchable_text if turn.answer else ''}")
        with self._database.writing() as connection:
            now = datetime.now(UTC).isoformat()
            if connection.execute("UPDATE chats SET changed = ? WHERE id = ?", (now, chat)).rowcount == 0:
                if place:
                    return
                title = one_line(turn.question)[:LONGEST_TITLE]
                connection.execute("INSERT INTO chats VALUES (?, ?, ?)", (chat, title, now))
            connection.execute("DELETE FROM turns WHERE chat = ? AND place = ?", (chat, place))
            connection.execute("INSERT INTO turns VALUES (?, ?, ?, ?)", (chat, place, written, said))
            for id_, article in articles.items():
                connection.execute("INSERT OR IGNORE INTO articles VALUES (?, ?)", (id_, article))
                connection.execute("INSERT INTO rests_on VALUES (?, ?, ?)", (chat, place, id_))
            connection.execute(_FORGET_ARTICLES)

    def chat(self, id_: str) -> KeptChat:
        """Return a chat with its turns. Raises UnknownChat."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT title FROM chats WHERE id = ?", (id_,)).fetchone()
            if row is None:
                raise UnknownChat("There is no such chat. Expected one that was not deleted. Start a new chat.")
            turns = connection.execute("SELECT turn, place FROM turns WHERE chat = ? ORDER BY place", (id_,)).fetchall()
            articles = dict(
                connection.execute(
                    "SELECT id, article FROM articles WHERE id IN (SELECT article FROM rests_on WHERE chat = ?)", (id_,)
                )
            )
        return KeptChat(id_, row[0], tuple(_read(turn, place, articles) for turn, place in turns))

    def articles(self, path: str, edition: str) -> list[Article]:
        """Return an article as answers quoted it, by its path and the beginning of its id.

        There are several if it was corrected, or another text was read from its file.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT article FROM articles WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id", (edition,)
            ).fetchall()
        try:
            kept = [read_article(row) for (row,) in rows]
        except ValidationError:
            return []  # of another version, or damaged: its turn says so
        return [article for article in kept if article.path == path]

    def count(self) -> int:
        """Count the chats."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM chats").fetchone()[0])

    def listings(self, limit: int = -1, *, holding: str = "") -> list[ChatListing]:
        """List the chats whose title, questions or answers contain `holding`, the one used last first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, title, changed, (SELECT count(*) FROM turns WHERE chat = c.id) FROM chats c "
                "WHERE ?1 = '' OR instr(folded(title), ?1) "
                "OR EXISTS (SELECT 1 FROM turns WHERE chat = c.id AND instr(said, ?1)) "
                "ORDER BY changed DESC, id LIMIT ?2",
                (folded(" ".join(holding.split())), limit),
            ).fetchall()
        return [ChatListing(id_, title, datetime.fromisoformat(day), turns) for id_, title, day, turns in rows]

    def rename(self, id_: str, title: str) -> None:
        """Change the title of a chat; an empty title changes nothing."""
        if title := one_line(title)[:LONGEST_TITLE].strip():
            with self._database.writing() as connection:
                connection.execute("UPDATE chats SET title = ? WHERE id = ?", (title, id_))

    def delete(self, id_: str) -> None:
        """Delete a chat, and the articles that no other chat rests on."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM chats WHERE id = ?", (id_,))
            connection.execute(_FORGET_ARTICLES)
        self._database.empty_log()


_FORGET_ARTICLES = "DELETE FROM articles WHERE id NOT IN (SELECT article FROM rests_on)"


def _write(turn: KeptTurn) -> tuple[str, dict[str, str]]:
    """Return a turn as JSON that refers to its articles by id, and the articles by id."""
    answer, articles = take_apart(turn.answer) if turn.answer else (None, {})
    written = {
        "id": turn.id,
        "question": turn.question,
        "answer": answer,
        "problem": turn.problem,
        "spent": asdict(turn.spent) if turn.spent else None,
    }
    return json.dumps({**written, "digest": digest(written, articles)}, ensure_ascii=False), articles


def _read(written: str, place: int, articles: Mapping[str, str]) -> KeptTurn:
    try:
        kept = json.loads(written)
        if not is_as_written(kept, articles):
            return KeptTurn(str(kept["id"]), str(kept["question"]), None, _DAMAGED, None)
    except (ValueError, TypeError, KeyError, AttributeError):
        return KeptTurn(f"damaged-{place}", "A question that is damaged", None, _DAMAGED, None)
    problem = kept["problem"]
    try:
        answer = put_together(kept["answer"], articles) if kept["answer"] else None
    except (ValidationError, KeyError):
        answer, problem = None, _UNREADABLE
    if answer is None and not problem:
        problem = BROKEN_OFF
    return KeptTurn(kept["id"], kept["question"], answer, problem, Usage(**kept["spent"]) if kept["spent"] else None)
