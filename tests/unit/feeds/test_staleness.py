"""Staleness: what is old or fails is said, and is a problem after a while."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from index.feeds.feed_list import FeedList
from index.feeds.staleness import failure_line, newest_line, read_staleness

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)  # a Monday
HOURS = timedelta(hours=1)


def failing_since(store: Path, hours: int) -> None:
    feeds = FeedList(store)
    feed = feeds.add("https://echo.example/feed", "The Echo")
    feeds.fail(feed, "https://echo.example/feed: the server answered 404.", now=NOW - hours * HOURS)
    feeds.fail(feed, "https://echo.example/feed: the server does not answer.", now=NOW)


def test_a_feed_that_fails_is_named_at_once_and_a_problem_after_a_day(tmp_path: Path) -> None:
    failing_since(tmp_path, 23)
    staleness = read_staleness(tmp_path, NOW.date())
    line = "Feed The Echo has failed since Sun 29 Nov: https://echo.example/feed: the server does not answer."
    assert [failure_line(feed) for feed in staleness.failing] == [line]
    assert staleness.problems(stale_days=7, now=NOW) == []
    assert staleness.problems(stale_days=7, now=NOW + 2 * HOURS) == [line]


def test_the_key_of_a_feed_is_not_shown(tmp_path: Path) -> None:
    feeds = FeedList(tmp_path)
    feed = feeds.add("https://echo.example/feed?key=secret", "The Echo")
    feeds.fail(
        feed, "https://echo.example/feed?key=secret: redirects to http://b.example/?k=secret, from https.", now=NOW
    )
    (line,) = map(failure_line, feeds.feeds())
    assert line.endswith(": https://echo.example/feed: redirects to http://b.example/, from https.")


@pytest.mark.parametrize(
    ("newest", "stale_days", "problem"),
    [
        (date(2026, 11, 23), 7, ""),
        (date(2026, 11, 22), 7, "Newest article: 22 Nov 2026 (8 days old). Expected one of the last 7 days."),
        (date(2026, 11, 22), 0, ""),
        (None, 1, "Newest article: none is dated until today. Expected one of the last 1 day."),
    ],
)
def test_an_old_shelf_is_a_problem_if_that_is_asked(
    tmp_path: Path, newest: date | None, stale_days: int, problem: str
) -> None:
    found = read_staleness(tmp_path, newest).problems(stale_days=stale_days, now=NOW)
    assert [line.startswith(problem) for line in found] == ([True] if problem else [])
    assert not (tmp_path / "feeds.db").exists()


def test_the_age_of_the_newest_article_is_in_days() -> None:
    today = date(2026, 11, 30)
    days = [date(2026, 11, 27), date(2026, 11, 29), today, date(2026, 12, 1)]
    assert [newest_line(day, today=today).partition("(")[2] for day in days] == [
        "3 days old)",
        "1 day old)",
        "today)",
        "",
    ]
    assert newest_line(today, today=today, with_age=False) == "Newest article: 30 Nov 2026"
