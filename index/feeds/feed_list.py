"""Feed list: the feeds that a shelf follows, when they were polled, and which of their items were taken.

It is an SQLite file of its own in the store: unlike the shelf, it cannot be rebuilt from the seeds folder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from index.core.errors import UnknownFeed
from index.inbox.fetch import Version
from index.inbox.folder import clean_name
from index.shelf.database import Database, FileFormat

FILE_NAME = "feeds.db"
LEAST_BETWEEN = timedelta(minutes=5)  # two polls of a feed, whoever asks for them
_LONGEST_NAME = 60  # characters
_SCHEMA = """
-- Moments are seconds since 1970; 0 is never.
CREATE TABLE feeds (
    number INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
    follows_links INTEGER NOT NULL, etag TEXT NOT NULL DEFAULT '', modified TEXT NOT NULL DEFAULT '',
    polled INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0, newest INTEGER NOT NULL DEFAULT 0,
    failed_since INTEGER NOT NULL DEFAULT 0, problem TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT ''
);
-- An item is a hash of what the feed calls it. `written` is the hash of its file as it was written.
CREATE TABLE items (
    feed INTEGER NOT NULL REFERENCES feeds ON DELETE CASCADE, item BLOB NOT NULL, seen BLOB NOT NULL,
    path TEXT NOT NULL, written BLOB NOT NULL, PRIMARY KEY (feed, item)
) WITHOUT ROWID;
"""
_FORMAT = FileFormat(
    schema=_SCHEMA,
    application_id=0x444C4644,  # "DLFD": marks our file among SQLite files
    version=1,
    name="a list of feeds",
    remedy=f"Rename {FILE_NAME} in it. A new one is made, to which the feeds must be added again.",
)
_SELECT = (
    "SELECT number, address, name, follows_links, etag, modified, polled, not_before, newest, failed_since, problem, "
    "note, (SELECT count(*) FROM items WHERE feed = number AND path != '') FROM feeds"
)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that the shelf follows."""

    number: int
    address: str
    name: str  # also of its folder in the seeds folder
    follows_links: bool  # if an item has only a teaser, its page is fetched
    version: Version  # of the feed, as its server calls it
    polled: datetime | None  # the last time, UTC
    not_before: datetime | None  # the server, or politeness, asks to wait until then
    newest: datetime | None  # when it last had a new or changed item
    failed_since: datetime | None  # None: the last poll succeeded
    problem: str  # why the last poll failed
    note: str  # what could not be read in the last poll that found something
    taken: int  # items that have a file


@dataclass(frozen=True, slots=True)
class Taken:
    """An item that was taken."""

    seen: bytes = b""  # hash of the item as the feed had it; empty: its page is to be read later
    path: str = ""  # of its file in the seeds folder, if it has one
    written: bytes = b""  # SHA-256 of that file as it was written


class FeedList:
    """The feeds of one store. Safe to share between threads and processes."""

    def __init__(self, store: Path) -> None:
        """Open the file, or make it if it is missing. Raises StoreMismatch if it is not ours."""
        self._database = Database(store / FILE_NAME, _FORMAT)

    def feeds(self) -> list[Feed]:
        """List the feeds by name."""
        with self._database.reading() as connection:
            return [_feed(row) for row in connection.execute(f"{_SELECT} ORDER BY folded(name)")]

    def add(self, address: str, name: str, *, follows_links: bool = True) -> Feed:
        """Add a feed under a free form of its name, or return the one with the address."""
        with self._database.writing() as connection:
            names = {taken.casefold() for (taken,) in connection.execute("SELECT name FROM feeds")}
            connection.execute(
                "INSERT INTO feeds (address, name, follows_links) VALUES (?, ?, ?) ON CONFLICT (address) DO NOTHING",
                (address, _free(folder_name(name), names), follows_links),
            )
            return _feed(connection.execute(f"{_SELECT} WHERE address = ?", (address,)).fetchone())

    def remove(self, given: str) -> Feed:
        """Remove the feed with this address or name; its articles stay. Raises UnknownFeed."""
        with self._database.writing() as connection:
            row = connection.execute(f"{_SELECT} WHERE ? IN (address, name)", (given,)).fetchone()
            if row is None:
                raise UnknownFeed(
                    f"No feed has the address or name {given!r}. Expected one that `dateline feeds list` shows. Copy "
                    "it from there."
                )
            connection.execute("DELETE FROM feeds WHERE number = ?", row[:1])
            return _feed(row)

    def claim(self, feed: Feed, *, now: datetime, every: timedelta) -> bool:
        """Return True if the feed is due, and mark it as polled, so that no other process polls it too."""
        moment = round(now.timestamp())
        with self._database.writing() as connection:
            claimed = connection.execute(
                "UPDATE feeds SET polled = ?, not_before = ? WHERE number = ? AND not_before <= ? AND polled <= ?",
                (
                    moment,
                    moment + round(LEAST_BETWEEN.total_seconds()),
                    feed.number,
                    moment,
                    moment - round(every.total_seconds()),
                ),
            )
            return claimed.rowcount == 1

    def taken(self, feed: Feed) -> Mapping[bytes, Taken]:
        """Return the items of a feed that were taken, by the hash of their name."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT item, seen, path, written FROM items WHERE feed = ?", (feed.number,))
            return {item: Taken(seen, path, written) for item, seen, path, written in rows}

    def take(self, feed: Feed, item: bytes, taken: Taken) -> None:
        """Store that an item was taken, unless the feed was removed meanwhile."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO items SELECT number, ?, ?, ?, ? FROM feeds WHERE number = ?",
                (item, taken.seen, taken.path, taken.written, feed.number),
            )

    def succeed(self, feed: Feed, version: Version, *, found: datetime | None, note: str) -> None:
        """Store that a poll succeeded, the feed's new version, and when something was found in it."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE feeds SET etag = ?, modified = ?, failed_since = 0, problem = '' WHERE number = ?",
                (version.etag, version.modified, feed.number),
            )
            if found:
                connection.execute(
                    "UPDATE feeds SET newest = ?, note = ? WHERE number = ?",
                    (round(found.timestamp()), note, feed.number),
                )

    def fail(self, feed: Feed, problem: str, *, now: datetime, wait_seconds: int = 0) -> None:
        """Store why a poll failed, and how long the server asks to wait."""
        moment = round(now.timestamp())
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE feeds SET problem = ?, failed_since = CASE failed_since WHEN 0 THEN ? ELSE failed_since END, "
                "not_before = max(not_before, ?) WHERE number = ?",
                (problem, moment, moment + wait_seconds, feed.number),
            )


def has_feeds_file(store: Path) -> bool:
    """Return True if a feed was ever added to the store."""
    return (store / FILE_NAME).exists()


def title_or_host(title: str, address: str) -> str:
    """Return the title of a feed, or the host if it has none or is an address, which may have a key.

    >>> title_or_host("The Echo", "https://echo.example/feed"), title_or_host("", "https://echo.example/feed?key=x")
    ('The Echo', 'echo.example')
    """
    is_address = "://" in title or title == address.partition("://")[2]
    return title if title and not is_address else urlsplit(address).hostname or ""


def folder_name(name: str) -> str:
    """Return a name that a folder can have.

    >>> folder_name("The Orrin Courier: News"), folder_name("news.example")
    ('The Orrin Courier_ News', 'news_example')
    """
    return clean_name(name[:_LONGEST_NAME].replace(".", "_").replace("/", "_")) if name.strip() else "feed"


def _free(name: str, names: set[str]) -> str:
    number, free = 1, name
    while free.casefold() in names:
        number += 1
        free = f"{name}-{number}"
    return free


def _feed(row: Sequence[Any]) -> Feed:
    number, address, name, follows, etag, modified, polled, not_before, newest, failed_since, problem, note, taken = row
    return Feed(
        number,
        address,
        name,
        bool(follows),
        Version(etag, modified),
        polled=_moment(polled),
        not_before=_moment(not_before),
        newest=_moment(newest),
        failed_since=_moment(failed_since),
        problem=problem,
        note=note,
        taken=taken,
    )


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None
