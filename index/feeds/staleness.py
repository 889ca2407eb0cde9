"""Staleness: how old the newest article is, which feeds fail, and whether that is a problem."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from index.core.formatting import counted, long_day, one_line
from index.core.urls import without_queries
from index.feeds.feed_list import Feed, FeedList, has_feeds_file

_LONGEST_FAILURE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Staleness:
    """How up to date a shelf is."""

    newest: date | None  # day of its newest article, of those dated until today
    feeds: Sequence[Feed]

    @property
    def failing(self) -> Sequence[Feed]:
        """The feeds whose last poll failed."""
        return [feed for feed in self.feeds if feed.failed_since]

    def problems(self, *, stale_days: int, now: datetime) -> list[str]:
        """Return what somebody should look after; `stale_days` is 0 if the newest article may be of any age."""
        found = [
            failure_line(feed)
            for feed in self.failing
            if feed.failed_since and now - feed.failed_since > _LONGEST_FAILURE
        ]
        if stale_days and (self.newest is None or (now.date() - self.newest).days > stale_days):
            found.append(
                f"{newest_line(self.newest, today=now.date())}. Expected one of the last {counted(stale_days, 'day')}. "
                "Add articles, look at `dateline feeds list`, or set DATELINE_STALE_DAYS."
            )
        return found


def read_staleness(store: Path, newest: date | None) -> Staleness:
    """Return how up to date the shelf of a store is. Raises StoreMismatch if its list of feeds is not ours."""
    return Staleness(newest, _feed_list(store).feeds() if has_feeds_file(store) else ())


@cache
def _feed_list(store: Path) -> FeedList:
    return FeedList(store)  # pages read it every few seconds


def newest_line(newest: date | None, *, today: date | None = None, with_age: bool = True) -> str:
    """Return a line with the newest article's day, and with its age.

    >>> newest_line(date(2026, 11, 27), today=date(2026, 11, 30))
    'Newest article: 27 Nov 2026 (3 days old)'
    """
    if newest is None:
        return "Newest article: none is dated until today"
    days = ((today or datetime.now(UTC).date()) - newest).days if with_age else -1
    age = f" ({counted(days, 'day')} old)" if days > 0 else " (today)" if days == 0 else ""
    return f"Newest article: {long_day(newest)}{age}"


def failure_line(feed: Feed) -> str:
    """Return a line that says since when a feed has failed, and why, without the keys that addresses may have."""
    since = f"{feed.failed_since:%a} {feed.failed_since.day} {feed.failed_since:%b}" if feed.failed_since else ""
    return f"Feed {one_line(feed.name)} has failed since {since}: {without_queries(one_line(feed.problem))}"
