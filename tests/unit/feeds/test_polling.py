"""Polling: the items of feeds become files once, edits replace them, and failures are kept and stop nothing."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from index.core.errors import FetchFailed
from index.core.settings import Settings
from index.feeds import polling
from index.feeds.feed_list import Feed, FeedList
from index.feeds.items import Fields, edition
from index.feeds.polling import Polled, Poller
from index.reading.readers import read_article
from index.text.articles import Article
from tests.support.web_server import Answer, WebServer, serve_web

SNOW = "Snow closed the Orrin pass on Tuesday, and the road office expects to open it again on Friday. "
WHOLE = SNOW + "Drivers have to go by Tarn, which takes two hours more, said Ines Mohr of the road office. " * 9
PAGE = """<!doctype html><html><head><title>Pass closed</title></head><body><nav><a href="/">Home</a></nav><article>
<h1>Pass closed</h1><p>{}</p></article></body></html>"""
KIND = "application/rss+xml"


def item(text: str, *, guid: str = "n1", title: str = "Pass closed", link: str = "") -> str:
    address = f"<link>{link}</link>" if link else ""
    return (
        f"<item><title>{title}</title>{address}<guid isPermaLink='false'>{guid}</guid><description>{text}</description>"
        "<pubDate>Tue, 03 Nov 2026 08:00:00 GMT</pubDate><author>Ada Penrose</author></item>"
    )


def rss(*items: str, title: str = "The Orrin Courier") -> Answer:
    return Answer(f"<rss><channel><title>{title}</title>{''.join(items)}</channel></rss>".encode(), KIND)


@pytest.fixture
def web() -> Iterator[WebServer]:
    with serve_web() as served:
        yield served


@pytest.fixture
def poller(tmp_path: Path, web: WebServer, monkeypatch: pytest.MonkeyPatch) -> Poller:
    (tmp_path / "seeds").mkdir()
    settings = Settings(seeds=tmp_path / "seeds", store=tmp_path / "store", max_file_megabytes=1, _env_file=None)
    # Otherwise a second poll would have to wait for five minutes.
    monkeypatch.setattr("index.feeds.feed_list.LEAST_BETWEEN", timedelta())
    return Poller(settings, FeedList(settings.store), network=web.network(), pause_seconds=0)


def add(poller: Poller, web: WebServer, answer: Answer, path: str = "/feed", *, follows_links: bool = True) -> Polled:
    web.answers[path] = answer
    return poller.add(f"http://news.example:{web.port}{path}", follows_links=follows_links)


def only_feed(poller: Poller) -> Feed:
    (feed,) = poller.feeds.feeds()
    return feed


def articles(poller: Poller) -> dict[str, Article]:
    seeds = poller.settings.seeds
    files = sorted(file for file in seeds.rglob("*") if file.is_file())
    return {
        path: read_article(path, file.read_bytes()) for file in files if (path := file.relative_to(seeds).as_posix())
    }


def test_each_item_becomes_a_file_with_its_facts_once(poller: Poller, web: WebServer) -> None:
    polled = add(
        poller, web, rss(item(WHOLE), item(WHOLE.replace("Orrin", "Marl"), guid="n2", title="Ferry/../aground?"))
    )
    assert (polled.new, polled.changed, polled.note) == (2, 0, "")
    found = articles(poller)
    folder = "feeds/The Orrin Courier"
    assert list(found) == [f"{folder}/2026-11-03-Ferry-aground.json", f"{folder}/2026-11-03-Pass-closed.json"]
    article = found[f"{folder}/2026-11-03-Pass-closed.json"]
    assert (article.title, article.published) == ("Pass closed", date(2026, 11, 3))
    assert (article.outlet, article.author) == ("The Orrin Courier", "Ada Penrose")
    assert article.text == WHOLE.strip()
    (again,) = poller.poll_now()
    assert (again.new, again.changed, again.problem) == (0, 0, "")
    assert only_feed(poller).taken == 2


def test_an_edited_item_replaces_its_file_but_never_one_that_a_user_changed(poller: Poller, web: WebServer) -> None:
    add(poller, web, rss(item(WHOLE), item(WHOLE, guid="n2", title="Mine"), item(WHOLE, guid="n3", title="Gone")))
    mine, edited, gone = (poller.settings.seeds / path for path in sorted(articles(poller), key=lambda path: path[-9:]))
    names = {file.name[11:-5]: file for file in (mine, edited, gone)}
    names["Mine"].write_text(json.dumps({"title": "Mine", "text": "I corrected this."}))
    names["Gone"].unlink()
    new = WHOLE.replace("Friday", "Sunday")
    web.answers["/feed"] = rss(item(new), item(new, guid="n2", title="Mine"), item(new, guid="n3", title="Gone"))
    (polled,) = poller.poll_now()
    assert (polled.new, polled.changed) == (0, 1)
    found = {article.title: article.text for article in articles(poller).values()}
    assert found == {"Pass closed": new.strip(), "Mine": "I corrected this."}
    (polled,) = poller.poll_now()
    assert not polled.found, "what a user changed is not looked at again"


def test_a_file_of_the_users_with_that_name_stays(poller: Poller, web: WebServer) -> None:
    mine = poller.settings.seeds / "feeds" / "The Orrin Courier" / "2026-11-03-Pass-closed.json"
    mine.parent.mkdir(parents=True)
    mine.write_text('{"text": "Mine."}')
    add(poller, web, rss(item(WHOLE)))
    assert mine.read_text() == '{"text": "Mine."}'
    assert mine.with_name("2026-11-03-Pass-closed-2.json").exists()


def test_the_page_of_a_teaser_is_read_with_the_facts_of_the_feed(poller: Poller, web: WebServer) -> None:
    site = f"http://news.example:{web.port}"
    web.answers["/pass"] = Answer(PAGE.format(WHOLE).encode(), "text/html")
    web.answers["/login"] = Answer(
        PAGE.format("Please log in to read what our reporters write. " * 20).encode(), "text/html"
    )
    items = [
        item("Snow closed the Orrin pass …", link=f"{site}/pass"),
        item("A ferry ran aground near Skerry.", guid="n2", title="Ferry", link=f"{site}/login"),
        item("Bees are back in Oakhaven.", guid="n3", title="Bees", link="http://10.0.0.1/bees"),
        item(WHOLE * 3, guid="n4", title="Whole", link=f"{site}/whole"),
    ]  # fmt: skip
    polled = add(poller, web, rss(*items))
    assert polled.new == 4
    assert polled.note.startswith("1 item not read as a whole. http://10.0.0.1/bees: leads to 10.0.0.1")
    found = {article.title: article for article in articles(poller).values()}
    assert found["Pass closed"].text == WHOLE.strip()
    assert (found["Pass closed"].url, found["Pass closed"].outlet) == (f"{site}/pass", "The Orrin Courier")
    assert found["Ferry"].text == "A ferry ran aground near Skerry."
    assert found["Bees"].text == "Bees are back in Oakhaven."
    assert [path for path, _ in web.asked] == ["/feed", "/pass", "/login"]


def test_a_long_teaser_and_a_long_page_are_compared_in_little_time(poller: Poller, web: WebServer) -> None:
    words = [f"word{number}" for number in range(36_000)]
    page = " ".join(words)
    web.answers["/long"] = Answer(f"{page}. {page}.".encode(), "text/plain")
    add(poller, web, rss(item(f"{page[:200_000]} Read more", link=f"http://news.example:{web.port}/long")))
    assert [len(article.text) for article in articles(poller).values()] == [2 * len(page) + 3]


def test_a_busy_page_is_read_later(poller: Poller, web: WebServer) -> None:
    web.answers["/pass"] = Answer(b"", status=429, headers={"Retry-After": "60"})
    teaser = "Snow closed the Orrin pass."
    answer = rss(item(teaser, link=f"http://news.example:{web.port}/pass"))
    answer.headers["ETag"] = '"v1"'
    polled = add(poller, web, answer)
    assert (polled.new, "429" in polled.note) == (1, True)
    assert [polled.found for polled in poller.poll_now()] == [False]
    web.answers["/pass"] = Answer(PAGE.format(WHOLE).encode(), "text/html")
    assert [polled.changed for _ in range(2) for polled in poller.poll_now()] == [1, 0]
    assert [article.text for article in articles(poller).values()] == [WHOLE.strip()]
    asks = [headers.get("If-None-Match") for path, headers in web.asked if path == "/feed"]
    assert asks == [None, None, None, '"v1"'], "an unchanged feed is sent again as long as a page is to be read"


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("news.example", Answer(b"", status=503, headers={"Retry-After": "60"})),
        ("news.example", Answer(b"", status=503)),
        ("news.example", Answer(b"", status=500)),
        ("news.example", Answer(b"Snow", "text/plain", claims=90)),
        ("down.example", Answer()),
    ],
)
def test_an_item_with_only_a_link_waits_for_its_page(poller: Poller, web: WebServer, host: str, answer: Answer) -> None:
    poller = replace(poller, network=web.network({"down.example": ["127.0.0.2"]}))
    web.answers["/pass"] = answer
    feed = rss(item("", link=f"http://{host}:{web.port}/pass"))
    assert (add(poller, web, feed).new, only_feed(poller).taken) == (0, 0)
    web.answers["/pass"] = Answer(PAGE.format(WHOLE).encode(), "text/html")
    poller = replace(poller, network=web.network())
    assert [(polled.new, polled.changed) for _ in range(2) for polled in poller.poll_now()] == [(1, 0), (0, 0)]
    assert [article.text for article in articles(poller).values()] == [WHOLE.strip()]


def test_an_item_whose_page_is_gone_for_a_while_keeps_its_one_file(poller: Poller, web: WebServer) -> None:
    link = f"http://news.example:{web.port}/pass"
    web.answers["/pass"] = Answer(PAGE.format(WHOLE).encode(), "text/html")
    add(poller, web, rss(item("", link=link)))
    del web.answers["/pass"]
    web.answers["/feed"] = rss(item("", title="Pass shut", link=link))
    assert [polled.found for polled in poller.poll_now()] == [False]
    web.answers["/pass"] = Answer(PAGE.format(WHOLE).encode(), "text/html")
    web.answers["/feed"] = rss(item("", title="Pass closed again", link=link))
    assert [(polled.new, polled.changed) for polled in poller.poll_now()] == [(0, 1)]
    assert [article.title for article in articles(poller).values()] == ["Pass closed again"]


def test_an_item_with_only_a_link_to_another_text_has_no_file(poller: Poller, web: WebServer) -> None:
    web.answers["/pass"] = Answer(PAGE.format("Please log in to read what we write. " * 20).encode(), "text/html")
    polled = add(poller, web, rss(item("", title="Orrin snowed under", link=f"http://news.example:{web.port}/pass")))
    assert (polled.new, articles(poller)) == (0, {})
    assert "/pass: the page has another text. Expected the article 'Orrin snowed under'." in polled.note


def test_a_busy_server_is_asked_once_a_poll_and_holds_up_no_item(
    poller: Poller, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "MOST_ITEMS", 3)
    busy = [item("", guid=f"n{n}", link=f"http://busy.example:{web.port}/{n}") for n in range(4)]
    for n in range(4):
        web.answers[f"/{n}"] = Answer(b"", status=503, headers={"Retry-After": "3600"})
    whole = [item(WHOLE, guid=f"w{n}", title=f"Number {n}") for n in range(2)]
    assert add(poller, web, rss(*busy, *whole)).new == 0
    assert [polled.new for _ in range(2) for polled in poller.poll_now()] == [2, 0]
    pages = [path for path, _ in web.asked if path != "/feed"]
    assert pages == ["/0", "/3", "/0"]


def test_an_unexpected_error_in_one_feed_stops_no_other(
    poller: Poller, web: WebServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add(poller, web, rss(item(WHOLE), title="A Courier"), "/a")
    add(poller, web, rss(item(WHOLE), title="B Echo"), "/b")
    web.answers["/b"] = rss(item(WHOLE, guid="n2", title="New"), title="B Echo")
    web.answers["/a"] = rss(item(WHOLE, guid="n2", title="Broken"), title="A Courier")

    def break_at(fields: Fields) -> bytes:
        if fields.get("title") == "Broken":
            raise ZeroDivisionError
        return edition(fields)

    monkeypatch.setattr(polling, "edition", break_at)
    failed, echo = poller.poll_now()
    assert failed.problem == "unexpected error (ZeroDivisionError). Expected a feed. Read dateline.log in the store."
    assert [feed.problem for feed in poller.feeds.feeds()] == [failed.problem, ""]
    assert (echo.new, echo.problem) == (1, "")
    assert any(record.exc_info for record in caplog.records)


def test_a_feed_that_is_followed_already_stays_as_it_is_and_this_is_said(poller: Poller, web: WebServer) -> None:
    web.answers["/feed"] = rss(item(WHOLE))
    address = f"http://news.example:{web.port}/feed"
    assert poller.add(address).note == ""
    again = poller.add(address, name="Mine", follows_links=False)
    assert again.note == "Already followed: its name and --teasers stay as they were."
    assert (again.feed.name, again.feed.follows_links) == ("The Orrin Courier", True)


def test_the_user_agent_says_that_a_feed_is_followed(poller: Poller, web: WebServer) -> None:
    web.answers["/pass"] = Answer(PAGE.format(WHOLE).encode(), "text/html")
    add(poller, web, rss(item("Snow …", link=f"http://news.example:{web.port}/pass")))
    agents = {headers["User-Agent"] for _, headers in web.asked}
    assert agents == {"Dateline (a feed that a user follows, and pages of its items)"}


def test_a_folder_of_feeds_that_is_a_link_is_not_written_to(poller: Poller, web: WebServer, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (poller.settings.seeds / "feeds").symlink_to(tmp_path / "outside")
    polled = add(poller, web, rss(item(WHOLE)))
    assert "is hidden, a link, or not in" in polled.problem
    assert only_feed(poller).problem == polled.problem
    assert list((tmp_path / "outside").iterdir()) == []


def test_items_that_are_called_alike_are_all_taken_and_markup_is_no_edit(poller: Poller, web: WebServer) -> None:
    site = "http://news.example"
    items = (item(WHOLE, link=f"{site}/1"), item(WHOLE.replace("Orrin", "Tarn"), title="Tarn", link=f"{site}/2"))
    assert add(poller, web, rss(*items)).new == 2
    web.answers["/feed"] = rss(*(each.replace("<description>", "<description>&lt;img src='?7'&gt;") for each in items))
    assert [polled.found for polled in poller.poll_now()] == [False]


def test_teasers_are_kept_if_that_is_asked(poller: Poller, web: WebServer) -> None:
    add(poller, web, rss(item("Snow fell …", link=f"http://news.example:{web.port}/pass")), follows_links=False)
    assert [path for path, _ in web.asked] == ["/feed"]


def test_the_server_is_asked_for_a_newer_version_only(poller: Poller, web: WebServer) -> None:
    answer = rss(item(WHOLE))
    answer.headers |= {"ETag": '"v1"', "Last-Modified": "Tue, 03 Nov 2026 08:00:00 GMT"}
    add(poller, web, answer)
    web.answers["/feed"] = Answer(b"", "", status=304)
    (polled,) = poller.poll_now()
    assert (polled.problem, polled.new) == ("", 0)
    headers = web.asked[-1][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"v1"', "Tue, 03 Nov 2026 08:00:00 GMT")
    assert headers["User-Agent"] == web.asked[0][1]["User-Agent"]


def test_a_long_feed_is_taken_in_parts_and_none_is_lost(
    poller: Poller, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "MOST_ITEMS", 2)
    answer = rss(*(item(WHOLE, guid=f"n{number}", title=f"Number {number}") for number in range(5)))
    answer.headers["ETag"] = '"v1"'
    assert add(poller, web, answer).new == 2
    assert [polled.new for _ in range(3) for polled in poller.poll_now()] == [2, 1, 0]
    assert ["If-None-Match" in headers for _, headers in web.asked] == [False, False, False, True]


def test_a_failing_feed_is_kept_with_the_reason_and_stops_no_other(
    poller: Poller, web: WebServer, caplog: pytest.LogCaptureFixture
) -> None:
    add(poller, web, rss(item(WHOLE), title="A Courier"), "/feed?key=secret")
    add(poller, web, rss(item(WHOLE), title="B Echo"), "/echo")
    web.answers["/feed?key=secret"] = Answer(b"<rss><channel><item>", KIND)
    web.answers["/echo"] = rss(item(WHOLE), item(WHOLE, guid="n2", title="New"), title="B Echo")
    with caplog.at_level(logging.WARNING):
        failed, echo = poller.poll_now()
    assert "no feed: not well-formed XML (line 1" in failed.problem
    assert (echo.new, echo.problem) == (1, "")
    assert "Feed 'A Courier' has failed since 20" in caplog.text
    assert "secret" not in caplog.text
    since = poller.feeds.feeds()[0].failed_since
    assert since is not None
    list(poller.poll_now())
    assert poller.feeds.feeds()[0].failed_since == since
    web.answers["/feed?key=secret"] = rss(item(WHOLE), title="A Courier")
    list(poller.poll_now())
    assert [(feed.failed_since, feed.problem) for feed in poller.feeds.feeds()] == [(None, ""), (None, "")]


def test_a_feed_is_not_polled_before_it_is_due_or_the_server_allows(poller: Poller, web: WebServer) -> None:
    add(poller, web, rss(item(WHOLE)))
    assert list(poller.poll_due(every=timedelta(minutes=30))) == []
    web.answers["/feed"] = Answer(b"", status=503, headers={"Retry-After": "3600"})
    (busy,) = poller.poll_due(every=timedelta())
    assert "503 (Service Unavailable)" in busy.problem
    asked = len(web.asked)
    assert list(poller.poll_due(every=timedelta())) == []
    (waits,) = poller.poll_now()
    assert waits.note.startswith("not polled before ")
    assert len(web.asked) == asked
    feed = only_feed(poller)
    assert feed.not_before is not None
    assert feed.not_before > datetime.now(UTC) + timedelta(minutes=50)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(b"<html><body><p>None.</p></body></html>", "text/html"), "no feed: XML whose first element is 'html'"),
        (Answer(b"<rss/>", KIND, status=404), "the server answered 404"),
        (Answer(b"<rss>" + b" " * 1_000_001, KIND), "larger than the limit of 1 MB"),
        (Answer(b'<!DOCTYPE r [<!ENTITY e "x">]><rss/>', KIND), "declares XML entities"),
        (Answer(b"GIF89a", "image/gif"), "the type image/gif is not supported"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_not_added(poller: Poller, web: WebServer, answer: Answer, why: str) -> None:
    with pytest.raises(FetchFailed) as refused:
        add(poller, web, answer)
    assert why in str(refused.value)
    assert poller.feeds.feeds() == []
    with pytest.raises(FetchFailed, match="not on the public internet"):
        poller.add("http://10.0.0.1/feed")


def test_the_feed_that_a_page_names_is_added(poller: Poller, web: WebServer) -> None:
    web.answers["/news/rss"] = rss(item(WHOLE))
    page = (
        b'<html><head><link type="application/rss+xml" href="http://[bad"><link type="application/rss+xml" href="rss">'
        b"</head><body>News.<br></body></html>"
    )
    assert add(poller, web, Answer(page, "text/html"), "/news/").new == 1
    assert only_feed(poller).address.endswith("/news/rss")


def test_a_page_that_leaves_out_all_text_and_cannot_be_read_is_noted(poller: Poller, web: WebServer) -> None:
    polled = add(poller, web, rss(item("", link=f"http://news.example:{web.port}/gone"), item(WHOLE, guid="n2")))
    assert (polled.new, "404" in polled.note) == (1, True)
    (again,) = poller.poll_now()
    assert [path for path, _ in web.asked].count("/gone") == 1
    assert again.note == ""
