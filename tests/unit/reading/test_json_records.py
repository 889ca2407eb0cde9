"""JSON records: articles as services, crawlers and databases write them."""

import io
import json
from datetime import date

import pytest

from index.reading.readers import read_article, read_articles
from index.text.articles import Article

TEXT = "Snow closed the Halden pass for nine days. Guides led forty hikers down."
HTML = "<p>Snow closed the Halden pass for nine days.</p><p>Guides led forty hikers&nbsp;down.</p>"
DAY = date(2026, 3, 9)


def only_article(whole: object) -> Article:
    reads = list(read_articles("a.json", io.BytesIO(json.dumps(whole).encode()), max_bytes=10_000))
    assert len(reads) == 1
    assert reads[0].article is not None, reads[0].reason
    return reads[0].article


@pytest.mark.parametrize(
    "whole",
    [
        {"articles": [{"source": {"id": None, "name": "The Halden Echo"}, "title": "Pass closed", "content": TEXT,
                       "publishedAt": "2026-03-09T08:00:00Z"}]},
        {"response": {"results": [{"webTitle": "Pass closed", "webPublicationDate": "2026-03-09T08:00:00Z",
                                   "publication": "The Halden Echo", "fields": {"bodyText": TEXT}}]}},
        {"response": {"docs": [{"headline": {"main": "Pass closed"}, "pub_date": "2026-03-09T08:00:00+0000",
                                "source": "The Halden Echo", "abstract": "Snow.", "lead_paragraph": TEXT}]}},
        {"articles": {"results": [{"title": "Pass closed", "body": TEXT, "dateTimePub": "2026-03-09T07:59:00Z",
                                   "source": {"uri": "echo.example", "title": "The Halden Echo"}}]}},
        {"hits": {"hits": [{"_index": "news", "_source": {"title": "Pass closed", "text": TEXT, "date": "2026-03-09",
                                                          "source": "The Halden Echo"}}]}},
        {"version": "https://jsonfeed.org/version/1.1", "title": "The Halden Echo",
         "items": [{"title": "Pass closed", "content_html": HTML, "date_published": "2026-03-09T08:00:00Z"}]},
        {"rss": {"channel": {"title": "The Halden Echo", "item": [
            {"title": "Pass closed", "description": TEXT, "pubDate": "Mon, 09 Mar 2026 08:00:00 GMT"}]}}},
        {"objects": [{"title": "Pass closed", "text": TEXT, "siteName": "The Halden Echo",
                      "date": "Mon, 09 Mar 2026 08:00:00 GMT"}]},
        {"@graph": [{"@type": "WebSite", "name": "Echo"},
                    {"@type": "NewsArticle", "headline": "Pass closed", "articleBody": TEXT,
                     "datePublished": "2026-03-09", "publisher": {"name": "The Halden Echo"}}]},
        [{"title": {"rendered": "Pass closed"}, "content": {"rendered": HTML}, "date": "2026-03-09T08:00:00",
          "outlet": "The Halden Echo"}],
        {"_id": {"$oid": "64"}, "title": "Pass closed", "text": TEXT, "published": {"$date": 1773043200000},
         "source": "The Halden Echo"},
        {"title": "Pass closed", "textContent": TEXT, "content": HTML, "siteName": "The Halden Echo",
         "publishedTime": "2026-03-09T08:00:00Z"},
        {"paragraphs": [TEXT],
         "metadata": {"title": "Pass closed", "date": "2026-03-09"},
         "thread": {"site": "The Halden Echo"}},
        {"posts": [{"title": "Pass closed", "html": HTML, "published_at": "2026-03-09T08:00:00.000+00:00",
                    "site": "The Halden Echo"}]},
        {"title": "Pass closed", "body": [{"type": "p", "text": TEXT}], "timestamp": 1773043200,
         "source": "The Halden Echo"},
        {"title": "Pass closed", "maintext": TEXT, "date_download": "2026-05-05", "date_publish": "2026-03-09 08:00:00",
         "source_domain": "echo.example", "publisher": "The Halden Echo"},
    ],
)  # fmt: skip
def test_an_article_of_a_service_is_read_with_its_facts(whole: object) -> None:
    article = only_article(whole)
    assert (article.title, article.published, article.outlet) == ("Pass closed", DAY, "The Halden Echo")
    assert article.body.cut(article.text).split() == TEXT.split()


@pytest.mark.parametrize(
    ("fields", "outlet", "url"),
    [
        ({"source": "https://echo.example/pass"}, None, "https://echo.example/pass"),
        ({"source": "https://echo.example/pass", "source-hostname": "The Halden Echo"}, "The Halden Echo",
         "https://echo.example/pass"),
        ({"domain": "echo.example", "url": "https://echo.example/pass"}, "echo.example", "https://echo.example/pass"),
        ({"publisher": "The Halden Echo", "domain": "echo.example"}, "The Halden Echo", None),
    ],
)  # fmt: skip
def test_an_address_is_no_outlet(fields: dict[str, str], outlet: str | None, url: str | None) -> None:
    article = only_article({"text": TEXT} | fields)
    assert (article.outlet, article.url) == (outlet, url)


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"published": "05/02/2026"}, None),
        ({"published": "soon", "date": "2026-03-09"}, DAY),
        ({"created": "2026-03-09", "date_download": "2026-03-09", "saved": "2026-03-09"}, None),
        ({"published": True}, None),
        ({"published": "1773043200"}, DAY),
        ({"published": 20260309}, DAY),
        ({"published": 7}, None),
    ],
)
def test_only_a_certain_day_of_publication_counts(fields: dict[str, object], day: date | None) -> None:
    assert only_article({"text": TEXT} | fields).published == day


def test_each_block_of_html_is_a_paragraph() -> None:
    article = read_article("a.json", json.dumps({"text": HTML}).encode())
    assert article.text == "Snow closed the Halden pass for nine days.\n\nGuides led forty hikers down."


def test_the_mark_of_a_cut_text_is_not_part_of_it() -> None:
    assert only_article({"content": f"{TEXT} Buses… [+1234 chars]"}).text == f"{TEXT} Buses…"


def test_a_list_with_a_title_is_not_a_feed() -> None:
    assert only_article({"title": "My export", "articles": [{"text": TEXT}]}).outlet is None


def test_the_name_of_an_author_is_read_without_by_and_links() -> None:
    assert only_article({"text": TEXT, "byline": {"original": "By Asha Rao"}}).author == "Asha Rao"
    assert only_article({"text": TEXT, "authors": [{"name": "Asha Rao"}, "Per Nye"]}).author == "Asha Rao, Per Nye"


def test_a_long_space_in_a_text_takes_no_time() -> None:
    space = " " * 200_000
    assert read_article("a.json", json.dumps({"text": f"Snow{space}fell … [+812 chars] "}).encode()).text.endswith("…")
