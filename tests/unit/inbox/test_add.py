"""Adding: files and pages become seeds, and each outcome is reported."""

import os
from pathlib import Path

import pytest

from index.core.settings import Settings
from index.inbox.add import Outcome, add_article
from tests.conftest import SEED, Newsroom
from tests.support.web_server import TEXT, Answer, serve_web


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "seeds").mkdir()
    return Settings(seeds=tmp_path / "seeds", store=tmp_path / "store", max_file_megabytes=1, _env_file=None)


def test_a_file_is_copied_once(settings: Settings) -> None:
    assert add_article(str(SEED), settings) == Outcome(str(SEED), SEED.name, new=True)
    assert (settings.seeds / SEED.name).read_bytes() == SEED.read_bytes()
    assert add_article(str(SEED), settings) == Outcome(str(SEED), SEED.name, new=False)
    inside = str(settings.seeds / SEED.name)
    assert add_article(inside, settings) == Outcome(inside, SEED.name, new=False)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("folder", "folder: a folder. Expected files. Give them as folder/*.txt"),
        ("nowhere.txt", "nowhere.txt: there is no such file. Expected a file, or an address that begins with https://"),
        ("www.example.org/news", "or an address that begins with https://"),
        ("", ": a folder. Expected files."),
        ("a\0b", "there is no such file"),
        ("x" * 300, "cannot be read (File name too long)"),
        ("pipe.txt", "pipe.txt: not a regular file."),
        ("/dev/zero", "/dev/zero: not a regular file."),
        ("dangling.txt", "there is no such file"),
        ("picture.png", "picture.png: this kind of file is not supported"),
        ("empty.txt", "empty.txt: no text in it"),
        ("big.txt", "big.txt: 2 MB, larger than the limit of 1 MB"),
        ("http://127.0.0.1/a.txt", "http://127.0.0.1/a.txt: leads to 127.0.0.1, which is not on the public internet"),
        ("file:///etc/passwd", "file:///etc/passwd: not an address that can be fetched"),
    ],
)
def test_what_cannot_be_added_is_reported_and_leaves_no_file(settings: Settings, given: str, why: str) -> None:
    Path("folder").mkdir()
    os.mkfifo("pipe.txt")
    Path("dangling.txt").symlink_to("nowhere")
    Path("picture.png").write_bytes(b"\x89PNG")
    Path("empty.txt").touch()
    Path("big.txt").write_bytes(b"word " * 300_000)
    outcome = add_article(given, settings)
    assert why in (outcome.reason or "")
    assert outcome == Outcome(given, reason=outcome.reason)
    assert list(settings.seeds.iterdir()) == []


def test_a_fetched_article_can_be_quoted_and_has_its_address(newsroom: Newsroom) -> None:
    with serve_web() as web:
        web.answers["/2026-02-12/lind.txt"] = Answer(TEXT)
        address = f"http://news.example:{web.port}/2026-02-12/lind.txt"
        outcome = add_article(address, newsroom.library.settings, network=web.network())
        assert outcome == Outcome(address, "lind.txt", new=True, url=address)
        assert add_article(address, newsroom.library.settings, network=web.network()).new is False
    newsroom.index()
    (statement, *_) = newsroom.ask("How far did the River Lind fall?").statements
    assert statement.citations[0].article.url == address


def test_the_address_does_not_decide_where_a_file_is_written(settings: Settings) -> None:
    with serve_web() as web:
        web.answers["/..%2f..%2f.profile"] = Answer(TEXT)
        outcome = add_article(f"http://news.example:{web.port}/..%2f..%2f.profile", settings, network=web.network())
    assert outcome.path == "profile.txt"
    assert [file.name for file in settings.seeds.iterdir()] == ["profile.txt"]


def test_a_feed_can_be_added_as_a_file(settings: Settings) -> None:
    feed = (
        b"<rss><channel><item><title>Snow</title><description>Snow fell on Tarn.</description></item></channel></rss>"
    )
    with serve_web() as web:
        web.answers["/feed"] = Answer(feed, "application/rss+xml; charset=utf-8")
        outcome = add_article(f"http://news.example:{web.port}/feed", settings, network=web.network())
    assert (outcome.path, outcome.new) == ("feed.xml", True)
    assert (settings.seeds / "feed.xml").read_bytes() == feed
