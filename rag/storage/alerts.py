"""The file of alerts: questions that are asked again of new articles, and what they found.

It lists every edition of an article that was on the shelf since the first alert, by id, with a hash of each of its
sentences and never a word. So it is known what is new for an alert, and which sentences it has seen, even after the
shelf was rebuilt or an edition is gone. The file is separate from the shelf, which can be rebuilt from the seeds, and
from the chats, whose file is not written to by every run of indexing.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path

import filelock
from pydantic import TypeAdapter, ValidationError

from index.core.errors import ShelfDamaged, UnknownAlert
from index.core.scope import Scope
from index.shelf.database import Database, FileFormat
from index.shelf.queries import Reading
from index.shelf.shelf import Shelf
from index.text.terms import folded
from rag.answering.models import Answer, Standalone
from rag.evidence.citations import Citation
from rag.storage.answer_codec import digest, is_as_written, put_together, take_apart
from rag.storage.outbox import SCHEMA as OUTBOX
from rag.storage.outbox import NewMessage, Outbox, hold, put_messages

logger = logging.getLogger(__name__)

FILE_NAME = "alerts.db"
_FORMER_NAME = "standing.db"  # until version 0.2
VERSION = 3
DAMAGED = (
    "This result differs from what was saved (a damaged disk?), or was saved by another version of Dateline. "
    "Expected it word for word. Ask the whole shelf, which still has the articles, and delete this with what was read."
)
_APPLICATION_ID = 0x444C5354  # "DLST": marks our file among SQLite files
_SCHEMA = f"""
CREATE TABLE questions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, question TEXT NOT NULL, searched_as TEXT NOT NULL, subject TEXT NOT NULL,
    scope TEXT NOT NULL, kept TEXT NOT NULL, seen INTEGER NOT NULL, asked INTEGER NOT NULL DEFAULT 0,
    parts TEXT NOT NULL DEFAULT '[]', UNIQUE (searched_as, scope)
);
-- An edition is an article by its id. Its outlet is a hash, because it is a word of the article.
CREATE TABLE editions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, article TEXT NOT NULL UNIQUE, published TEXT, outlet INTEGER NOT NULL,
    language TEXT
);
CREATE TABLE sentences (
    sentence INTEGER NOT NULL, edition INTEGER NOT NULL, PRIMARY KEY (sentence, edition)
) WITHOUT ROWID;
-- Editions that were removed before the question was asked of them: not seen, though they are not after `seen`.
CREATE TABLE missed (
    question INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE, edition INTEGER NOT NULL,
    PRIMARY KEY (question, edition)
) WITHOUT ROWID;
CREATE TABLE news (
    number INTEGER PRIMARY KEY AUTOINCREMENT, question INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE,
    found TEXT NOT NULL, quotes INTEGER NOT NULL, answer TEXT NOT NULL, read TEXT NOT NULL DEFAULT ''
);
CREATE INDEX news_by_question ON news (question);
CREATE TABLE articles (id TEXT PRIMARY KEY, article TEXT NOT NULL);
CREATE TABLE rests_on (
    news INTEGER NOT NULL REFERENCES news ON DELETE CASCADE, article TEXT NOT NULL, PRIMARY KEY (news, article)
) WITHOUT ROWID;
CREATE INDEX rests_on_by_article ON rests_on (article);
{OUTBOX}
"""
# SQL that turns a file of a version into one of the next.
_MIGRATIONS = {
    # The parts of several questions in one were not stored before.
    1: "ALTER TABLE questions ADD COLUMN parts TEXT NOT NULL DEFAULT '[]';\n",
    # Results that were marked as read were deleted before. An edition that was noted before has no language, and
    # counts as seen in any.
    2: "ALTER TABLE news ADD COLUMN read TEXT NOT NULL DEFAULT '';\n"
    f"ALTER TABLE editions ADD COLUMN language TEXT;\n{OUTBOX}",
}
_SELECT = "SELECT number, question, searched_as, subject, scope, kept, seen, asked, parts FROM questions"
_FORGET_ARTICLES = "DELETE FROM articles WHERE id NOT IN (SELECT article FROM rests_on)"
# Editions `e` that the question has seen and that are in its scope.
_SEEN = (
    "e.number <= :seen AND (:since IS NULL OR e.published >= :since) AND (:until IS NULL OR e.published <= :until) "
    "AND (:outlets IS NULL OR e.outlet IN (SELECT value FROM json_each(:outlets))) "
    "AND (:languages IS NULL OR e.language IS NULL OR e.language IN (SELECT value FROM json_each(:languages))) "
    "AND NOT EXISTS (SELECT 1 FROM missed m WHERE m.question = :question AND m.edition = e.number)"
)
_NOTED_AT_ONCE = 200  # articles
# Typography is ignored: quotation marks, dashes.
_TYPE = str.maketrans(dict.fromkeys("\"'“”„«»‹›‘’‚「」『』") | dict.fromkeys("‐‑‒–—―−", "-"))


@dataclass(frozen=True, slots=True)
class Alert:
    """A question that is asked again of new articles."""

    number: int
    question: str  # as it was typed
    standalone: Standalone  # what is searched for
    scope: Scope  # the new articles that it is asked of
    kept: datetime  # UTC; articles that were on the shelf then count as seen
    seen: int  # number of the last edition that it was asked of
    asked: int  # how many times it was asked since it was kept


@dataclass(frozen=True, slots=True)
class AlertResult:
    """What an alert found in new articles."""

    number: int
    found: datetime  # UTC
    count: int  # quotes
    answer: Answer | None  # with these quotes only
    problem: str  # why there is no answer; "" if there is one

    @property
    def quotes(self) -> tuple[Citation, ...]:
        """The new quotes."""
        return self.answer.quotes if self.answer else ()


@dataclass(frozen=True, slots=True)
class AlertListing:
    """One line of the list of alerts."""

    asked: Alert
    quotes: int  # new ones, not marked as read


# Makes the messages about what an alert has found.
Compose = Callable[[Alert, AlertResult], Sequence[NewMessage]]


def no_messages(_asked: Alert, _result: AlertResult) -> Sequence[NewMessage]:
    """Make no message."""
    return ()


class AlertStore:
    """The alerts of one store. Safe to share between threads."""

    def __init__(self, store: Path) -> None:
        """Open the file, or make it if it is missing. Raises StoreMismatch if it is not ours."""
        self.path = store / FILE_NAME
        _rename_former(store)
        self._database = Database(
            self.path,
            FileFormat(
                schema=_SCHEMA,
                application_id=_APPLICATION_ID,
                version=VERSION,
                name="a file of alerts",
                remedy="Move this file away, or run `dateline index --rebuild` if it is damaged. A new one is made.",
                migrations=_MIGRATIONS,
            ),
        )
        self.outbox = Outbox(self._database)

    def keep(self, question: str, standalone: Standalone, *, scope: Scope, shelf: Shelf) -> Alert:
        """Add an alert; all that is on the shelf counts as seen. If there is one already, return that."""
        written = _write_scope(scope)
        with shelf.read(checked=True) as reading, self._database.writing() as connection:
            found = (standalone.question, written)
            if not connection.execute("SELECT 1 FROM questions WHERE searched_as = ? AND scope = ?", found).fetchone():
                seen = _note(connection, reading)
                now = datetime.now(UTC).isoformat(timespec="seconds")
                connection.execute(
                    "INSERT INTO questions (question, searched_as, subject, scope, kept, seen, parts) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (question, standalone.question, standalone.subject, written, now, seen, _write_parts(standalone)),
                )
            row = connection.execute(f"{_SELECT} WHERE searched_as = ? AND scope = ?", found).fetchone()
        return _alert(row)

    def remove(self, number: int) -> None:
        """Delete an alert, and all that was kept only for it. Raises UnknownAlert."""
        with self._database.writing() as connection:
            if not connection.execute("DELETE FROM questions WHERE number = ?", (number,)).rowcount:
                raise _unknown(number)
            connection.execute(_FORGET_ARTICLES)
            if not connection.execute("SELECT 1 FROM questions").fetchone():
                connection.execute("DELETE FROM sentences")
                connection.execute("DELETE FROM editions")
        self._database.empty_log()

    def question(self, number: int) -> Alert:
        """Return the alert of that number. Raises UnknownAlert."""
        with self._database.reading() as connection:
            row = connection.execute(f"{_SELECT} WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise _unknown(number)
        return _alert(row)

    def listings(self) -> list[AlertListing]:
        """List the alerts: those with new quotes first, the newest quotes on top, then in the order they were added."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT q.*, coalesce(n.quotes, 0) FROM questions q LEFT JOIN (SELECT question, sum(quotes) AS quotes, "
                "max(number) AS newest FROM news WHERE read = '' GROUP BY question) n ON n.question = q.number "
                "ORDER BY n.newest DESC NULLS LAST, q.number"
            ).fetchall()
        return [AlertListing(_alert(row), quotes) for *row, quotes in rows]

    def results(self, number: int, *, limit: int = -1) -> tuple[AlertResult, ...]:
        """Return the results of an alert that are not marked as read, oldest first, at most `limit` of them.

        Raises UnknownAlert.
        """
        return self._results(number, "read = '' ORDER BY number", limit)

    def history(self, number: int, *, limit: int = -1) -> tuple[AlertResult, ...]:
        """Return the results of an alert that are marked as read, newest first, at most `limit` of them.

        Raises UnknownAlert.
        """
        return self._results(number, "read <> '' ORDER BY number DESC", limit)

    def _results(self, number: int, chosen: str, limit: int) -> tuple[AlertResult, ...]:
        with self._database.reading() as connection:
            if not connection.execute("SELECT 1 FROM questions WHERE number = ?", (number,)).fetchone():
                raise _unknown(number)
            rows = connection.execute(
                f"SELECT number, found, quotes, answer FROM news WHERE question = ? AND {chosen} LIMIT ?",  # noqa: S608
                (number, limit),
            ).fetchall()
            articles = dict(
                connection.execute(
                    "SELECT id, article FROM articles WHERE id IN "
                    "(SELECT article FROM rests_on WHERE news IN (SELECT value FROM json_each(?)))",
                    (json.dumps([row[0] for row in rows]),),
                )
            )
        return tuple(_result(row, articles) for row in rows)

    def mark_read(self, number: int, *, up_to: int) -> None:
        """Mark the results of an alert up to that number as read; those that came later stay new."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE news SET read = ? WHERE question = ? AND number <= ? AND read = ''", (now, number, up_to)
            )

    def forget_read(self, number: int) -> None:
        """Delete the results of an alert that are marked as read, and the articles that were kept only for them."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM news WHERE question = ? AND read <> ''", (number,))
            connection.execute(_FORGET_ARTICLES)
        self._database.empty_log()

    def note(self, reading: Reading) -> bool:
        """Note the editions on the shelf, and return True if there is an alert to ask of them."""
        with self._database.reading() as connection:
            has_alerts = connection.execute("SELECT 1 FROM questions").fetchone() is not None
            if not has_alerts or not _unknown_editions(connection, reading):
                return has_alerts
        with self._database.writing() as connection:
            _note(connection, reading)
        return has_alerts

    def pending(self, asked: Alert) -> tuple[frozenset[str], int]:
        """Return the ids of the editions that an alert has not seen, and the number of the last edition."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT article FROM editions WHERE number > :seen UNION SELECT e.article FROM missed m "
                "JOIN editions e ON e.number = m.edition WHERE m.question = :question",
                {"seen": asked.seen, "question": asked.number},
            ).fetchall()
            last = connection.execute("SELECT coalesce(max(number), 0) FROM editions").fetchone()[0]
        return frozenset(id_ for (id_,) in rows), last

    @contextmanager
    def seen_sentences(self, asked: Alert) -> Iterator[Callable[[str], bool]]:
        """Yield a function that returns True for a sentence of an article in the scope that the alert has seen."""
        scope = asked.scope
        values = {
            "question": asked.number,
            "seen": asked.seen,
            "since": scope.since and scope.since.isoformat(),
            "until": scope.until and scope.until.isoformat(),
            "outlets": json.dumps([_number_of(name) for name in sorted(scope.outlets)]) if scope.outlets else None,
            "languages": json.dumps(sorted(scope.languages)) if scope.languages else None,
        }
        with self._database.reading() as connection:

            def is_seen(sentence: str) -> bool:
                found = connection.execute(
                    "SELECT 1 FROM sentences s JOIN editions e ON e.number = s.edition "  # noqa: S608 (constants)
                    f"WHERE s.sentence = :sentence AND {_SEEN} LIMIT 1",
                    {**values, "sentence": _number_of(plain(sentence))},
                )
                return found.fetchone() is not None

            yield is_seen

    def settle(
        self, asked: Alert, *, up_to: int, gone: Sequence[str], answer: Answer | None, compose: Compose = no_messages
    ) -> tuple[bool, AlertResult | None]:
        """Save that an alert was asked of all editions up to that number except those `gone`, and what it found.

        The messages about it that `compose` makes are put into the outbox in the same transaction. Returns whether it
        was saved, and the result. If two processes ask at once, the second one saves nothing and asks again, so that
        no result comes twice.
        """
        with self._database.writing() as connection:
            settled = connection.execute(
                "UPDATE questions SET seen = max(seen, ?), asked = asked + 1 WHERE number = ? AND asked = ?",
                (up_to, asked.number, asked.asked),
            ).rowcount
            if not settled:
                return False, None
            connection.execute("DELETE FROM missed WHERE question = ?", (asked.number,))
            connection.execute(
                "INSERT INTO missed SELECT ?, number FROM editions WHERE article IN (SELECT value FROM json_each(?))",
                (asked.number, json.dumps(gone)),
            )
            if answer is None:
                return True, None
            result = _add_result(connection, asked.number, answer)
            put_messages(connection, compose(asked, result), question=asked.number)
            return True, result


def has_alerts_file(store: Path) -> bool:
    """Return True if a store has a file of alerts, under its present or its former name."""
    # The former name first: a file that is renamed between the two looks is then seen by the second.
    return (store / _FORMER_NAME).exists() or (store / FILE_NAME).exists()


def hold_messages(store: Path) -> int:
    """Have the messages of a restored store wait until they are asked for, and return how many there are.

    They may have been sent since the backup was made. Raises ShelfDamaged if the file is not one of alerts.
    """
    held = 0
    for file in (store / FILE_NAME, store / _FORMER_NAME):
        try:
            held += hold(file) if file.exists() else 0
        except sqlite3.Error as error:
            raise ShelfDamaged(
                f"{file.name} of the backup cannot be read ({error}). Expected a file of alerts. Nothing was changed. "
                "Use an earlier backup."
            ) from None
    return held


def _rename_former(store: Path) -> None:
    """Rename a file of the former name, once: other threads and processes may open the same store now."""
    path, former = store / FILE_NAME, store / _FORMER_NAME
    if not former.exists():
        return
    with filelock.FileLock(store / "alerts.lock"):
        if not former.exists():
            return
        if path.exists():
            logger.warning("%s is used, and %s, the file of an earlier version, is left alone", path, former)
            return
        # The log first: a database without its log would lose the last commits.
        for suffix in ("-wal", "-shm", ""):
            file = former.with_name(f"{_FORMER_NAME}{suffix}")
            if file.exists():
                file.rename(f"{path}{suffix}")


def plain(sentence: str) -> str:
    """Return a sentence for comparison: without typography, case and the marks at its end.

    >>> plain("“It’s  1,240 – done.”") == plain("'It's 1,240 - Done'") != plain("It's 1.240 - done")
    True
    """
    flat = folded(sentence)
    # Most are, and translate() would take as long as all the rest.
    flat = flat.replace('"', "").replace("'", "") if flat.isascii() else flat.translate(_TYPE)
    return "".join(flat.split()).rstrip(".,;:-")


def _number_of(text: str) -> int:
    """Return a hash of a text as a signed 64-bit integer, as SQLite stores it."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), signed=True)


_Edition = tuple[str, date | None, str | None, str]  # id, day, outlet and language of an article


def _unknown_editions(connection: sqlite3.Connection, reading: Reading) -> list[_Edition]:
    known = {id_ for (id_,) in connection.execute("SELECT article FROM editions")}
    listings = reading.listings()
    return [(one.id, one.published, one.outlet, one.language) for one in listings if one.id not in known]


def _note(connection: sqlite3.Connection, reading: Reading) -> int:
    """Note the editions on the shelf that are not known, and return the number of the last edition."""
    unknown = _unknown_editions(connection, reading)
    for start in range(0, len(unknown), _NOTED_AT_ONCE):
        numbers = dict[str, int | None]()
        for id_, published, outlet, language in unknown[start : start + _NOTED_AT_ONCE]:
            added = connection.execute(
                "INSERT INTO editions (article, published, outlet, language) VALUES (?, ?, ?, ?)",
                (id_, published and published.isoformat(), _number_of(outlet or ""), language),
            )
            numbers[id_] = added.lastrowid
        connection.executemany(
            "INSERT OR IGNORE INTO sentences VALUES (?, ?)",
            [(_number_of(plain(sentence)), numbers[id_]) for id_, sentence in reading.sentences(list(numbers))],
        )
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM editions").fetchone()[0])


def _add_result(connection: sqlite3.Connection, question: int, answer: Answer) -> AlertResult:
    written, articles = take_apart(answer)
    kept: dict[str, object] = {"answer": written}
    now = datetime.now(UTC).replace(microsecond=0)
    number = connection.execute(
        "INSERT INTO news (question, found, quotes, answer) VALUES (?, ?, ?, ?)",
        (
            question,
            now.isoformat(),
            len(answer.quotes),
            json.dumps({**kept, "digest": digest(kept, articles)}, ensure_ascii=False),
        ),
    ).lastrowid
    assert number is not None
    for id_, article in articles.items():
        connection.execute("INSERT OR IGNORE INTO articles VALUES (?, ?)", (id_, article))
        connection.execute("INSERT INTO rests_on VALUES (?, ?)", (number, id_))
    return AlertResult(number, now, len(answer.quotes), answer, "")


def _result(row: Sequence[object], articles: Mapping[str, str]) -> AlertResult:
    number, found, count, written = row
    answer, problem = None, DAMAGED
    try:
        kept = json.loads(str(written))
        if "digest" in kept and is_as_written(kept, articles):
            answer, problem = put_together(kept["answer"], articles), ""
    except (ValueError, TypeError, KeyError, AttributeError, ValidationError):
        pass  # `problem` says so
    return AlertResult(int(str(number)), datetime.fromisoformat(str(found)), int(str(count)), answer, problem)


def _alert(row: Sequence[object]) -> Alert:
    number, question, searched_as, subject, scope, kept, seen, asked, parts = row
    completed = tuple(Standalone(*part) for part in json.loads(str(parts)))
    standalone = Standalone(str(searched_as), str(subject), completed)
    narrowed, when = _scopes().validate_json(str(scope)), datetime.fromisoformat(str(kept))
    return Alert(int(str(number)), str(question), standalone, narrowed, when, int(str(seen)), int(str(asked)))


def _write_parts(standalone: Standalone) -> str:
    return json.dumps([(part.question, part.subject) for part in standalone.parts], ensure_ascii=False)


def _write_scope(scope: Scope) -> str:
    """Return a scope as JSON; equal scopes give equal text."""
    days = (day and day.isoformat() for day in (scope.since, scope.until))
    written = dict(zip(("since", "until", "outlets"), (*days, sorted(scope.outlets)), strict=True))
    # Only if there are any: scopes that were written before have none.
    return json.dumps(written | ({"languages": sorted(scope.languages)} if scope.languages else {}))


@cache
def _scopes() -> TypeAdapter[Scope]:
    return TypeAdapter(Scope)


def _unknown(number: int) -> UnknownAlert:
    return UnknownAlert(
        f"There is no alert {number}. Expected one that was not removed. "
        "List them with `dateline alerts`, or in the sidebar of the page."
    )
