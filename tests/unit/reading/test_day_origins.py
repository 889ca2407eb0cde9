"""Day origins: each article says where its day is from, and what of a day in numbers can be read in two ways."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from index.reading.readers import read_article, read_articles
from index.text.articles import Article
from index.text.day_origins import DayOrigin

PROSE = "The lock at Ostermere was drained on Monday. Engineers found a crack of two metres in the lower gate."
PARAGRAPHS = f"<p>{PROSE}</p><p>{PROSE.replace('two', 'three')}</p><p>{PROSE.replace('Monday', 'Friday')}</p>"
MAIL = (
    "From: The Ostermere Bee <desk@bee.example>\nSubject: {subject}\nDate: Thu, 5 Feb 2026 08:00:00 +0000\n\n{body}\n"
)
FORWARDED = (
    f"Begin forwarded message:\n\nFrom: Bee <desk@bee.example>\nSent: {{sent}}\nSubject: Lock drained\n\n{PROSE}"
)
DAY = date(2026, 2, 5)
FEED = f"""<rss><channel><title>Bee</title><item><title>Lock drained</title><description>{PROSE}</description>
<pubDate>Thu, 05 Feb 2026 08:00:00 GMT</pubDate></item></channel></rss>"""
NEXIS = f"""Lock drained
The Ostermere Bee
February 5, 2026 Thursday
Length: 90 words
Body
{PROSE}
Load-Date: February 6, 2026
End of Document
"""


def page(head: str = "", above: str = "") -> str:
    return (
        f"<html><head><title>Lock drained</title>{head}</head><body><main><article><h1>Lock drained</h1>{above}"
        f"{PARAGRAPHS}</article></main></body></html>"
    )


def json_ld(**fields: str) -> str:
    node = {"@type": "NewsArticle", "headline": "Lock drained", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def read_all(path: str, content: bytes) -> Sequence[Article]:
    return [read.article for read in read_articles(path, io.BytesIO(content), max_bytes=10**6) if read.article]


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("a.html", page(json_ld(datePublished="2026-02-05T10:00:00+01:00")), "from the page's JSON-LD"),
        (
            "a.html",
            page('<meta property="article:published_time" content="2026-02-05">'),
            "from the page's metadata (article:published_time)",
        ),
        ("a.html", page('<meta name="date" content="2026-02-05">'), "from the page's metadata (date)"),
        ("a.html", page(above="<time datetime='2026-02-05'>5 Feb</time>"), "from a line near the headline"),
        ("a.html", page(above="<time>Thu 05/02/2026</time>"), "from a line near the headline"),
        ("a.html", page(above="<p>Thursday 05/02/2026, 10:30</p>"), "from a line near the headline"),
        ("a.html", page('<link rel="canonical" href="https://bee.example/2026/02/05/a">'), "from the page's address"),
        ("a.html", f"<!-- saved from url=(9)https://bee.example/2026/02/05/a -->{page()}", "from the page's address"),
        ("2026-02-05 lock.html", page(), "from the file's name"),
        ("a.html", page(json_ld(dateModified="2026-02-05")), "from the page's JSON-LD (of an update)"),
        ("2026/02/05/lock.txt", PROSE, "from the file's name"),
        ("a.txt", f"OSTERMERE, Feb 5, 2026 (Bee) - {PROSE}", "from the dateline"),
        ("a.txt", f"Lock drained\nBy Asha Rao | 5 February 2026\n\n{PROSE}", "from a line near the headline"),
        ("a.txt", f"Title: Lock drained\nDate: 2026-02-05\n\n{PROSE}", "from a line near the headline"),
        ("a.txt", f"Lock drained\n\nA crack was found.\n\nUpdated: 5 February 2026\n\n{PROSE}",
         "from a line near the headline (of an update)"),
        ("a.md", f"---\nPublish Date: 2026-02-05\n---\n# Lock drained\n\n{PROSE}",
         "from the field Publish Date of the front matter"),
        ("a.md", f"+++\npubDate = 2026-02-05\n+++\n{PROSE}", "from the field pubDate of the front matter"),
        ("a.json", json.dumps({"text": PROSE, "publishedAt": "2026-02-05T10:00Z"}), "from the JSON field publishedAt"),
        ("a.json", json.dumps({"text": PROSE, "meta": {"pub-date": 1770285600}}), "from the JSON field pub-date"),
        ("a.csv", f"Title,Date Published,Text\nLock,5 Feb 2026,{PROSE}\n", "from the column Date Published"),
        ("a.eml", MAIL.format(subject="Lock drained", body=PROSE), "from the mail's Date header"),
        ("a.eml", MAIL.format(subject="Fwd: Lock", body=FORWARDED.format(sent="5 February 2026 10:30")),
         "from the header of the forwarded mail"),
        ("a.txt", NEXIS, "from the press database"),
        ("a.rss", FEED, "from the date of the item in the XML"),
    ],
)  # fmt: skip
def test_an_article_says_where_its_day_is_from(path: str, content: str, words: str) -> None:
    (article,) = read_all(path, content.encode())
    assert (article.published, article.day.words, article.day.note) == (DAY, words, "")


def test_fields_with_given_names_are_named_as_the_file_spells_them() -> None:
    names = {"erschienen_am": "published", "beitrag": "text"}
    files = {
        "a.json": json.dumps([{"beitrag": PROSE, "erschienenAm": "5 February 2026"}]),
        "a.csv": f"Beitrag;Erschienen am\n{PROSE};5.2.2026\n",
    }
    for path, content in files.items():
        (read,) = read_articles(path, io.BytesIO(content.encode()), max_bytes=10**6, names=names)
        assert read.article
        assert read.article.published == DAY
        assert read.article.day.name in ("erschienenAm", "Erschienen am")


@pytest.mark.parametrize(
    ("path", "content", "written"),
    [
        ("a.html", page(json_ld(datePublished="05/02/2026")), "05/02/2026"),
        ("a.html", page('<meta name="pubdate" content="05-02-2026 10:30">'), "05-02-2026"),
        ("a.html", page(above='<p class="date">5/2/2026</p>'), "5/2/2026"),
        ("a.txt", f"Lock drained\nBy Asha Rao\n05/02/2026\n\n{PROSE}", "05/02/2026"),
        ("a.txt", f"Lock drained\nBy Asha Rao | 05/02/2026, 10:30\n\n{PROSE}", "05/02/2026"),
        ("a.txt", f"Lock drained\nPublished: 5/2/26\n\n{PROSE}", "5/2/26"),
        ("a.txt", f"Title: Lock drained\nDate: 05/02/2026\n\n{PROSE}", "05/02/2026"),
        ("a.md", f"---\ndate: 05/02/2026\n---\n{PROSE}", "05/02/2026"),
        ("a.json", json.dumps({"text": PROSE, "publishedAt": "05/02/2026 10:30:00"}), "05/02/2026"),
        ("a.tsv", f"date\ttext\n05/02/2026\t{PROSE}\n", "05/02/2026"),
        ("a.eml", MAIL.format(subject="Fwd: Lock", body=FORWARDED.format(sent="05/02/2026 10:30")), "05/02/2026"),
    ],
)
def test_a_day_in_numbers_is_undated_until_its_order_is_known(path: str, content: str, written: str) -> None:
    (article,) = read_all(path, content.encode())
    assert article.published is None
    assert article.day.note == f"the file says {written}, which may be 5 February or 2 May 2026"
    by_day, by_month = article.with_numeric_day("dmy"), article.with_numeric_day("mdy")
    assert (by_day.published, by_month.published) == (DAY, date(2026, 5, 2))
    assert by_day.day.words == f"from {written}, read as DATELINE_NUMERIC_DAYS says"
    assert by_day.day.note == ""
    assert by_day.body.cut(by_day.text).startswith("The lock at Ostermere was drained")


def test_a_certain_day_counts_before_one_in_numbers() -> None:
    stated = {"text": PROSE, "date": "05/02/2026", "created": "", "posted_on": "2026-02-07"}
    article = read_article("a.json", json.dumps(stated).encode())
    assert (str(article.published), article.day.name) == ("2026-02-07", "posted_on")
    assert article.with_numeric_day("dmy") == article
    named = read_article("2026-02-09.txt", f"Lock drained\n05/02/2026\n\n{PROSE}".encode())
    assert (str(named.published), named.day.words) == ("2026-02-09", "from the file's name")
    assert named.with_numeric_day("dmy").published == DAY, "that of the article counts before that of the file"


@pytest.mark.parametrize(
    ("path", "content", "day"),
    [
        ("a.txt", f"Lock drained\nUpdated: 06/02/2026\n\nTARN, Jan. 3, 2026 (Bee) - {PROSE}", "2026-01-03"),
        ("2026-01-03.txt", f"Lock drained\nUpdated: 06/02/2026\n\n{PROSE}", "2026-01-03"),
        ("a.txt", f"Lock drained\nPublished: 05/02/2026\n\nTARN, Feb. 5, 2026 (Bee) - {PROSE}", "2026-02-05"),
        ("2026-02-05-lock.txt", f"Lock drained\n05/02/2026\n\n{PROSE}", "2026-02-05"),
    ],
)
def test_an_update_or_a_day_already_known_replaces_no_certain_day(path: str, content: str, day: str) -> None:
    article = read_article(path, content.encode())
    assert str(article.published) == day
    assert article.with_numeric_day("dmy") == article.with_numeric_day("mdy") == article


def test_a_day_in_numbers_is_that_of_an_update_only_if_the_file_says_so() -> None:
    text = "Lock drained\n{}Updated: {}\n\n" + PROSE
    update = read_article("a.txt", text.format("", "05/02/2026").encode()).with_numeric_day("dmy")
    assert (update.published, update.day.of_update) == (DAY, True)
    both = read_article("a.txt", text.format("Published: 05/02/2026\n", "9 February 2026").encode())
    assert (str(both.published), both.day.of_update) == ("2026-02-09", True)
    published = both.with_numeric_day("dmy")
    assert (published.published, published.day.of_update) == (DAY, False)


@pytest.mark.parametrize(
    "line",
    ["Thu 05/02/2026", "Thursday, 05/02/26 10:30", "jeudi 05/02/2026", "Giovedì, 05/02/2026", "donderdag 5-2-2026"],
)
def test_a_weekday_decides_a_day_in_numbers(line: str) -> None:
    article = read_article("a.txt", f"Lock drained\n{line}\n\n{PROSE}".encode())
    assert (article.published, article.day.words) == (DAY, "from a line near the headline")


@pytest.mark.parametrize(
    "line", ["Track 05/02/2026", "Kits cost 5/2/20 crowns", "Monday 13/13/2026", "Flight 05/02/2026/7"]
)
def test_other_numbers_are_no_days(line: str) -> None:
    article = read_article("a.txt", f"{line}\n\n{PROSE}".encode())
    assert (article.published, article.day) == (None, DayOrigin())


def test_the_ids_of_articles_in_a_file_do_not_depend_on_where_a_day_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = "".join(f"From - Thu, 5 Feb 2026 08:00:00\n{MAIL.format(subject=n, body=PROSE)}\n" for n in range(2))
    before = [article.id for article in read_all("a.mbox", mailbox.encode())]
    from index.formats.sandbox import parse

    def parse_otherwise(path: str, content: bytes) -> Sequence[object]:
        return [replace(parsed, origins={}) for parsed in parse(path, content)]

    monkeypatch.setattr("index.reading.readers.parse", parse_otherwise)
    after = read_all("a.mbox", mailbox.encode())
    assert [article.id for article in after] == before
    assert {article.day for article in after} == {DayOrigin()}


def test_an_origin_from_a_hostile_parser_is_plain_and_short() -> None:
    assert DayOrigin.read("metadata:" + "x\n\x1b[31m" * 100).name.isprintable()
    assert len(DayOrigin.read("metadata:" + "x" * 1000).words) < 200
    assert DayOrigin.read("no such code") == DayOrigin()


def test_articles_in_archives_say_where_their_days_are_from() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", f"OSTERMERE, Feb 5, 2026 (Bee) - {PROSE}")
        archive.writestr("b.jsonl", json.dumps({"body": PROSE, "pubDate": "5 Feb 2026"}))
    found = {article.path: article.day.words for article in read_all("a.zip", packed.getvalue())}
    assert found == {"a.zip#a.txt": "from the dateline", "a.zip#b.jsonl#1": "from the JSON field pubDate"}
