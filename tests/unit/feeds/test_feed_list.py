"""Feed list: names are free, a feed is claimed once, and what a feed reader exported can be read."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.core.errors import UnknownFeed, UnreadableArticle
from index.feeds.feed_list import FILE_NAME, FeedList, has_feeds_file
from index.feeds.opml import read_opml

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def feeds(tmp_path: Path) -> FeedList:
    return FeedList(tmp_path)


def test_feeds_have_names_of_their_own_and_an_address_is_added_once(feeds: FeedList, tmp_path: Path) -> None:
    names = [
        feeds.add(f"https://{n}.example/feed", name).name for n, name in enumerate(["Echo", "ECHO", "../Echo", ""])
    ]
    assert names == ["Echo", "ECHO-2", "___Echo", "feed"]
    assert feeds.add("https://0.example/feed", "Other").name == "Echo"
    assert len(feeds.feeds()) == 4
    assert has_feeds_file(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_a_feed_is_claimed_by_one_process_and_again_when_it_is_due(feeds: FeedList, tmp_path: Path) -> None:
    feed = feeds.add("https://echo.example/feed", "Echo")
    assert feeds.claim(feed, now=NOW, every=HOUR)
    assert not FeedList(tmp_path).claim(feed, now=NOW, every=HOUR)
    assert not feeds.claim(feed, now=NOW + timedelta(minutes=4), every=timedelta())
    assert not feeds.claim(feed, now=NOW + timedelta(minutes=59), every=HOUR)
    assert feeds.claim(feed, now=NOW + HOUR, every=HOUR)


def test_a_feed_is_removed_by_its_name_or_address(feeds: FeedList) -> None:
    feeds.add("https://echo.example/feed", "Echo")
    feeds.add("https://lamp.example/feed", "Lamp")
    assert feeds.remove("Echo").address == "https://echo.example/feed"
    assert feeds.remove("https://lamp.example/feed").name == "Lamp"
    with pytest.raises(UnknownFeed, match="No feed has the address or name 'Echo'"):
        feeds.remove("Echo")


def test_the_feeds_of_an_opml_file_are_found_at_any_depth(tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(
        '<opml version="2.0"><head><title>Mine</title></head><body><outline text="News"><outline type="rss" text="Echo"'
        ' xmlUrl="https://echo.example/feed?a=1&amp;b=2"/><outline text="x" xmlUrl="javascript:alert(1)"/></outline>'
        '<outline title="Lamp" text="L" xmlurl="https://lamp.example/feed"/></body></opml>'
    )
    assert read_opml(file) == [("https://echo.example/feed?a=1&b=2", "Echo"), ("https://lamp.example/feed", "Lamp")]


@pytest.mark.parametrize("title", ["", "https://echo.example/feed?key=secret", "echo.example/feed?key=secret"])
def test_a_feed_without_a_title_is_named_by_its_host_and_not_by_its_key(tmp_path: Path, title: str) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(f'<opml><outline text="{title}" xmlUrl="https://echo.example/feed?key=secret"/></opml>')
    assert read_opml(file) == [("https://echo.example/feed?key=secret", "echo.example")]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("<opml><body/></opml>", "no feed in it"),
        ("<opml>", "not well-formed XML"),
        ('<!DOCTYPE o [<!ENTITY e "x">]><opml/>', "declares XML entities"),
        (None, r"cannot be read \(No such file"),
    ],
)
def test_a_file_without_feeds_is_refused(tmp_path: Path, written: str | None, why: str) -> None:
    file = tmp_path / "feeds.opml"
    if written:
        file.write_text(written)
    with pytest.raises(UnreadableArticle, match=why):
        read_opml(file)
