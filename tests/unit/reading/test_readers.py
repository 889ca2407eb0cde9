"""Readers: the headline, dateline and body of a file, and which files are refused."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.core.errors import UnreadableArticle
from index.reading.readers import read_article, read_articles
from tests.conftest import FICTION, SEED


def test_the_users_article_is_read_as_it_is() -> None:
    article = read_article(SEED.name, SEED.read_bytes())
    assert article.text == SEED.read_text()
    assert (article.published, article.place) == (date(2026, 2, 12), "New Delhi")
    assert article.title == "India and Canada have agreed to establish liaison officers in each other's countries…"
    assert article.body.cut(article.text).startswith("India and Canada have agreed")
    assert article.body.cut(article.text).endswith("law enforcement priorities.")


@pytest.mark.parametrize(
    ("name", "title", "published", "place", "outlet", "author", "first"),
    [
        (
            "ferries.txt",
            "Port Ellery to replace its two oldest ferries",
            date(2026, 3, 3),
            "Port Ellery",
            "Fictional Wire",
            "Mara Quill",
            "The harbour authority",
        ),
        (
            "river.md",
            "River Lind falls after the highest flood in forty years",
            date(2026, 1, 19),
            "Lindenau",
            "The Lindenau Post (fictional)",
            "Tom Ashgrove",
            "The River Lind fell",
        ),
        (
            "strike.txt",
            "Rail strike in Castlemere ends after nine days",
            date(2026, 2, 2),
            "Castlemere",
            "Castlemere Courier (fictional)",
            None,
            "Train drivers",
        ),
        (
            "lunches.txt",
            "Every pupil in the municipality of Oakhaven will be offered a free hot lunch from August…",
            None,
            "Oakhaven",
            "Fictional Wire",
            None,
            "Every pupil",
        ),
    ],
)
def test_the_head_of_an_article_gives_its_facts(
    name: str, title: str, published: date | None, place: str, outlet: str, author: str | None, first: str
) -> None:
    article = read_article(name, (FICTION / name).read_bytes())
    assert (article.title, article.published, article.place) == (title, published, place)
    assert (article.outlet, article.author) == (outlet, author)
    assert article.body.cut(article.text).startswith(first)


def test_a_markdown_heading_is_the_title_and_is_not_quoted() -> None:
    article = read_article("a.md", b"# Talks *resume*\n\nThe talks resumed on Monday.")
    assert article.title == "Talks *resume*"
    assert article.body.cut(article.text) == "The talks resumed on Monday."


def test_a_day_in_the_path_dates_an_undated_article() -> None:
    assert read_article("2025/03/04-talks.txt", b"The talks resumed.").published == date(2025, 3, 4)
    assert read_article("20250304.txt", b"The talks resumed.").published is None


@pytest.mark.parametrize(
    ("text", "title", "first"),
    [
        ("India and Canada have agreed to establish liaison\nofficers in each capital.", "India and", "India and"),
        ("Talks resume\n\nThe talks resumed.", "Talks resume", "The talks"),
        ("Crisis: India, Canada Sign\nBy Asha Rao\n\nOTTAWA, Feb 12 (Reuters) - Both signed.", "Crisis: ", "Both"),
        ("Talks resume\nUpdated: Feb 12, 2026, 10:30 IST\n\nThe talks resumed.", "Talks resume", "The talks"),
        ("Feb 12, 2026 10:30 AM IST\n\nTalks resume\n\nThe talks resumed.", "Talks resume", "The talks"),
        ("Talks resume\nBy John D. Smith, Staff Writer\n\nThe talks resumed.", "Talks resume", "The talks"),
        ("Date: 05/06/2026\nTitle: The pact\nCategory: World\nPlace: Oslo\n\nBoth signed.", "The pact", "Both"),
        ("BY ASHA RAO\n\nThe talks resumed.", "The talks resumed", "The talks"),
        ("By Tuesday they had agreed.", "By Tuesday they had agreed", "By Tuesday"),
        ("Date night: ten films.\n\nThe first is old.", "Date night: ten films", "Date night"),
        ("Headline\r\n\r\nThe talks resumed.", "Headline", "The talks"),
        ("Only a headline", "Only a headline", "Only a headline"),
    ],
)
def test_the_lines_above_an_article_are_not_quoted(text: str, title: str, first: str) -> None:
    article = read_article("a.txt", text.encode())
    assert article.title.startswith(title)
    assert article.body.cut(article.text).startswith(first)


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("title: No", "No"),
        ("title: 007", "007"),
        ('title: "\\ud800half"', "half"),
        ('title: "\\e[31mRed"', "[31mRed"),
        ("title: !!bool x", "x"),
        ("title: [one, two]", "one, two"),
        ("title: {a: b}", "Both signed"),
        ("- no mapping", "Both signed"),
    ],
)
def test_front_matter_is_text_and_builds_nothing(front: str, title: str) -> None:
    assert read_article("a.md", f"---\n{front}\n---\nBoth signed.".encode()).title == title


@pytest.mark.parametrize(
    "front",
    [
        (
            '---\ntitle: Pass closed\nsource: "https://echo.example/pass"\nauthor:\n  - "[[Asha Rao]]"\n'
            "published: 2026-03-09\ncreated: 2026-04-01\n---\n"
        ),
        "---\ntitle: Pass closed\nurl: https://echo.example/pass\nauthor: {name: Asha Rao}\ndate: 9 mars 2026\n---\n",
        (
            '+++\ntitle = "Pass closed"\ndate = 2026-03-09T08:00:00Z\nauthors = ["Asha Rao"]\n'
            'link = "https://echo.example/pass"\n+++\n'
        ),
    ],
)
def test_front_matter_of_clippers_gives_the_facts(front: str) -> None:
    article = read_article("a.md", f"{front}\n# Pass closed\n\nSnow closed the pass.".encode())
    assert (article.title, article.published, article.author) == ("Pass closed", date(2026, 3, 9), "Asha Rao")
    assert (article.outlet, article.url) == (None, "https://echo.example/pass")
    assert article.body.cut(article.text) == "Snow closed the pass."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_a_byte_order_mark_is_read(encoding: str) -> None:
    text = "Zürich’s mayor said “nein”.\n"
    assert read_article("a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("The guideâ€™s cafÃ© in ZÃ¼rich cost â‚¬5.", "The guide’s café in Zürich cost €5."),
        ("The guide’s café cost â‚¬5.\nSÃO PAULO", "The guide’s café cost €5.\nSÃO PAULO"),
        ("Ação – ÂNGULO, Le château à côté, 5 °C", "Ação – ÂNGULO, Le château à côté, 5 °C"),
    ],
)
def test_text_that_was_encoded_twice_is_read_as_it_was_and_reported(written: str, text: str) -> None:
    content = written.encode()
    read = next(read_articles("a.txt", io.BytesIO(content), max_bytes=len(content)))
    assert read.article is not None
    assert read.article.text == text
    assert read.note == ("" if written == text else "read as UTF-8 that was encoded twice, which is a guess")


def test_line_ends_are_normalised_and_control_characters_removed() -> None:
    assert read_article("a.txt", b"One.\r\nTwo.\rThr\x00ee.\x1b").text == "One.\nTwo.\nThree."


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.gif", b"GIF89a", "this kind of file is not supported"),
        ("a.txt", b" \n\n", "no text in it"),
        ("a.txt", b"", "no text in it"),
        ("a.txt", b"GIF89a\x01\x00\x01\x00\x80\xff\x00", "the encoding of its text is not clear"),
        ("a.md", b"---\ntitle: [\n---\nText.", "front matter is not valid YAML in line 3"),
        ("a.txt", b"SQLite format 3\x00\x10\x00\x01\x01 articles", "a SQLite database, despite its name"),
        ("a.md", b"\x89PNG\r\n\x1a\n", "a PNG image, despite its name"),
        ("a.md", b"+++\ntitle = no\n+++\nText.", "front matter is not valid TOML"),
        ("a.md", b"---\ntitle: Only a head\n---\n", "no text in it"),
    ],
)
def test_a_file_that_is_no_article_is_refused_with_a_reason(name: str, content: bytes, why: str) -> None:
    with pytest.raises(UnreadableArticle, match=why) as caught:
        read_article(name, content)
    assert str(caught.value).startswith(f"{name}: ")


@given(st.text(), st.sampled_from(["a.txt", "a.md"]))
def test_any_text_is_an_article_or_refused(text: str, name: str) -> None:
    try:
        article = read_article(name, text.encode(errors="ignore"))
    except UnreadableArticle:
        return
    assert 0 <= article.body.start <= article.body.end <= len(article.text)
    assert article.title
    assert "\n" not in article.title
