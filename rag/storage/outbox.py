"""The outbox: messages about alerts, kept in the file of alerts until they are delivered.

What an alert has found and the messages about it are written in one transaction. A message keeps its id however often
it is sent, so a receiver that knows the id counts it once.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, cast
from uuid import uuid4

from index.shelf.database import Database

Channel = Literal["webhook", "mail"]
SCHEMA = """
-- Moments are seconds since 1970; 0 is never. A message is deleted when it is delivered. If it is never due, it comes
-- from a backup, and is sent on request only.
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, question INTEGER REFERENCES questions
    ON DELETE CASCADE, channel TEXT NOT NULL, recipient TEXT NOT NULL, body TEXT NOT NULL, made INTEGER NOT NULL,
    due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, problem TEXT NOT NULL DEFAULT ''
);
-- Since when runs have failed, and whether that was reported. One row.
CREATE TABLE runs (failed_since INTEGER NOT NULL, reported INTEGER NOT NULL);
INSERT INTO runs VALUES (0, 0);
"""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to one receiver."""

    channel: Channel
    recipient: str  # an e-mail address; "" for the webhook, whose address is a setting
    body: str  # JSON


@dataclass(frozen=True, slots=True)
class Message(NewMessage):
    """A message that is not delivered yet."""

    number: int  # grows with each message
    id: str  # the same at each attempt
    made: datetime  # UTC
    due: datetime | None  # UTC, when it is tried next; None: only on request, because it comes from a backup
    attempts: int  # that failed
    problem: str  # why the last one failed


class Outbox:
    """The messages of one store that wait. Safe to share between threads and processes."""

    def __init__(self, database: Database) -> None:
        """Use the file of alerts."""
        self._database = database

    def waiting(self) -> list[Message]:
        """List the messages, the oldest first."""
        with self._database.reading() as connection:
            return [_message(row) for row in connection.execute(f"{_SELECT} ORDER BY number")]

    def after(self, number: int) -> Message | None:
        """Return the oldest message after that number, as it is now; None if there is none."""
        with self._database.reading() as connection:
            row = connection.execute(f"{_SELECT} WHERE number > ? ORDER BY number LIMIT 1", (number,)).fetchone()
        return row and _message(row)

    def delivered(self, id_: str) -> None:
        """Delete a message: it was delivered."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM outbox WHERE id = ?", (id_,))
        self._database.empty_log()

    def failed(self, message: Message, problem: str, *, due: datetime, others_wait: bool = False) -> None:
        """Store why a message was not delivered, and when to try again; and whether others to its receiver wait too."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE outbox SET attempts = attempts + 1, problem = ?, due = ? WHERE id = ?",
                (problem, _seconds(due), message.id),
            )
            if others_wait:
                connection.execute(
                    "UPDATE outbox SET due = max(due, ?) WHERE channel = ? AND recipient = ? AND due > 0",
                    (_seconds(due), message.channel, message.recipient),
                )

    def discard(self) -> int:
        """Delete all messages, and return how many there were."""
        with self._database.writing() as connection:
            count = connection.execute("DELETE FROM outbox").rowcount
        self._database.empty_log()
        return count

    def note_failure(
        self, *, now: datetime, after: timedelta, compose: Callable[[datetime], Sequence[NewMessage]]
    ) -> bool:
        """Store that a run failed. If runs have failed for so long, put messages about it into the outbox, once.

        Returns True if it did; the messages and the note that they were made are one transaction.
        """
        with self._database.writing() as connection:
            since, reported = connection.execute("SELECT failed_since, reported FROM runs").fetchone()
            if not since:
                connection.execute("UPDATE runs SET failed_since = ?", (_seconds(now),))
                since = _seconds(now)
            if reported or not after or _seconds(now) - since < after.total_seconds():
                return False
            connection.execute("UPDATE runs SET reported = 1")
            put_messages(connection, compose(_moment(since)), question=None)
            return True

    def note_success(self) -> None:
        """Store that a run succeeded. Messages that runs have failed, if they still wait, are deleted."""
        with self._database.reading() as connection:
            if not connection.execute("SELECT failed_since FROM runs").fetchone()[0]:
                return
        with self._database.writing() as connection:
            connection.execute("UPDATE runs SET failed_since = 0, reported = 0")
            connection.execute("DELETE FROM outbox WHERE question IS NULL")  # all others are about an alert

    def failing_since(self) -> datetime | None:
        """Return since when runs have failed, or None if the last one succeeded."""
        with self._database.reading() as connection:
            since = connection.execute("SELECT failed_since FROM runs").fetchone()[0]
        return _moment(since) if since else None


def hold(file: Path) -> int:
    """Have the messages in a file of alerts wait until they are asked for, and return how many wait so.

    Raises sqlite3.Error if the file cannot be read. A file of a version without messages is left alone.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'outbox'").fetchone():
            return 0
        return connection.execute("UPDATE outbox SET due = 0").rowcount


_SELECT = "SELECT number, id, channel, recipient, body, made, due, attempts, problem FROM outbox"


def put_messages(connection: sqlite3.Connection, messages: Sequence[NewMessage], *, question: int | None) -> None:
    """Put messages into the outbox, as part of a transaction."""
    now = _seconds(datetime.now(UTC))
    connection.executemany(
        "INSERT INTO outbox (id, question, channel, recipient, body, made, due) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(uuid4().hex, question, one.channel, one.recipient, one.body, now, now) for one in messages],
    )


def _message(row: Sequence[object]) -> Message:
    number, id_, channel, recipient, body, made, due, attempts, problem = row
    said = cast("Channel", channel), str(recipient), str(body)
    moments = _moment(made), _moment(due) if due else None
    return Message(*said, int(str(number)), str(id_), *moments, int(str(attempts)), str(problem))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(seconds: object) -> datetime:
    return datetime.fromtimestamp(int(str(seconds)), tz=UTC)
