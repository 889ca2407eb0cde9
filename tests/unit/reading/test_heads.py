"""Heads: the lines above an article, as papers and agencies write them and as people paste them."""

from datetime import date

import pytest

from index.core.errors import UnreadableArticle
from index.reading.head_lines import read_head_line
from index.reading.readers import read_article

BODY = "Snow closed the Halden pass for nine days, the county said. Guides led forty hikers down to the valley."
DAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("head", "title", "author"),
    [
        ("Is the pass safe?\nBy Asha Rao\n9 March 2026", "Is the pass safe?", "Asha Rao"),
        ("The pass is closed.\nBy Asha Rao in Halden\n9 March 2026", "The pass is closed.", "Asha Rao"),
        ("“We saw nothing”: hikers\nBy Asha Rao | 9 March 2026", "“We saw nothing”: hikers", "Asha Rao"),
        ("‘It fell’, says guide of ‘lost pass’\n9 March 2026", "‘It fell’, says guide of ‘lost pass’", None),
        ("Pass closed\nAsha Rao, Chief Reporter\n9 March 2026", "Pass closed", "Asha Rao"),
        ("Pass closed\nBy Asha Rao, asha@echo.example\n9 March 2026", "Pass closed", "Asha Rao"),
        ("Pass closed\nAsha Rao, 9 March 2026", "Pass closed", None),
        ("Pass closed\nBy Asha Rao, XN\n4 min read\nUpdated 4:32 PM EST, Mon March 9, 2026", "Pass closed", "Asha Rao"),
        ("Pass closed\n\nAsha Rao\nXB News, Halden\nPublished\n9 March 2026\nUpdated 2 hours ago", "Pass closed", None),
        ("WORLD NEWS\nPass closed\nBy Asha Rao\n9 March 2026", "Pass closed", "Asha Rao"),
        ("Opinion\n\nClose the pass\n\n9 March 2026", "Close the pass", None),
        ("Pass closed\nThe Halden Echo\nMonday, 9 March 2026, 10:30", "Pass closed", None),
        ("The Halden Echo\nMonday, March 9, 2026\n\nPass closed", "Pass closed", None),
        ("https://echo.example/pass\n\nPass closed\n\n9th March, 2026", "Pass closed", None),
        ("FOR IMMEDIATE RELEASE\nMarch 9, 2026\n\nContact: Per Nye, 555 0199\n\nPASS CLOSED", "PASS CLOSED", None),
        ("EMBARGOED UNTIL 00.01 GMT, MONDAY 9 MARCH 2026\n\nPass closed", "Pass closed", None),
        ("Pass closed\nUpdated: 10 March 2026\nFirst published: 9 March 2026", "Pass closed", None),
        ("Pass closed\nPublished: 9 March 2026, 08:00 GMT Updated: 10 March 2026", "Pass closed", None),
        ("Pass closed\nUpdated - March 09, 2026 10:30 am IST - HALDEN", "Pass closed", None),
        ("Pass closed\nMarch 9, 2026 / 10:30 AM / XBS News", "Pass closed", None),
        ("BC-NV--Pass Closed, 1st Ld,250\n^Pass closed^<\n^By Asha Rao=\n^Associated Press=\n9 March 2026",
         "Pass closed", "Asha Rao"),
        ("Le col est fermé\nPar Asha Rao\nPublié le 9 mars 2026 à 10h30", "Le col est fermé", "Asha Rao"),
        ("Hikers are led\ndown to the valley\n9 March 2026", "Hikers are led down to the valley", None),
        ("哈尔登山口关闭\n2026-03-09 10:30:00 来源：哈尔登日报", "哈尔登山口关闭", None),
    ],
)  # fmt: skip
def test_the_lines_of_a_head_are_distinguished(head: str, title: str, author: str | None) -> None:
    article = read_article("a.txt", f"{head}\n\n{BODY}\n\nIt opens on Friday.".encode())
    assert (article.title, article.author) == (title, author)
    assert article.published == DAY
    assert article.body.cut(article.text).startswith("Snow closed")


def test_a_standfirst_stays_in_the_article() -> None:
    article = read_article(
        "a.txt", f"Pass closed\n\nForty were led down.\n\nBy Asha Rao\n9 March 2026\n\n{BODY}".encode()
    )
    assert (article.title, article.author, article.published) == ("Pass closed", "Asha Rao", DAY)
    assert article.body.cut(article.text).startswith("Forty were led down.")


@pytest.mark.parametrize(
    ("head", "outlet"),
    [
        ("Pass closed\nHalden Gazette\n9 March 2026", "Halden Gazette"),
        ("The Halden Echo\n\nPass closed\n9 March 2026", "The Halden Echo"),
        ("Hard Times\nBy Asha Rao", None),
        ("Team News\n\nPer Nye plays", None),
    ],
)
def test_an_outlet_is_stated_only_where_it_is_certain(head: str, outlet: str | None) -> None:
    assert read_article("a.txt", f"{head}\n\n{BODY}".encode()).outlet == outlet


@pytest.mark.parametrize("written", ["05/02/2026", "2 days ago", "March 9", "Monday"])
def test_a_day_that_is_not_certain_is_not_stated(written: str) -> None:
    assert read_article("a.txt", f"Pass closed\nBy Asha Rao\n{written}\n\n{BODY}".encode()).published is None


@pytest.mark.parametrize(
    "line",
    [
        "The pass was closed on 9 March 2026.",
        "9 March 2026 was a cold day",
        "Dear editor,",
        "By Friday they had left",
        "Published authors met in Halden",
        "They are:",
        "Asha Rao, the engineer, said that it was safe.",
        "",
    ],
)
def test_a_sentence_is_no_line_of_a_head(line: str) -> None:
    assert read_head_line(line) is None


def test_the_metadata_of_a_read_later_service_is_read() -> None:
    metadata = "## Metadata\n- Author: [[Asha Rao]]\n- Category: #news\n- URL: https://e.example/pass"
    text = f"# Pass closed\n\n![cover](https://e.example/i.png)\n\n{metadata}\n\n## Highlights\n- {BODY}"
    article = read_article("a.md", text.encode())
    assert (article.title, article.author, article.url) == ("Pass closed", "Asha Rao", "https://e.example/pass")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "Save\n" * 3_900 + "Snow fell. " * 100_000),
        ("a.txt", f"Pass closed\n{'Print' + chr(10) * 2}" * 3 + "Save\n" * 3_900 + "Snow fell.\n" * 20_000),
        ("a.md", f"---\ntitle: Snow\nauthor: '{'[' * 60_000}'\n---\nSnow fell."),
        ("a.md", f"---\ntitle: Snow\nauthor: '{'[a](' * 15_000}'\n---\nSnow fell."),
    ],
)
def test_hostile_heads_take_no_time(name: str, text: str) -> None:
    assert read_article(name, text.encode()).text


@pytest.mark.parametrize("key", [f"{'a.' * 30_000}a = 1", f"[{'a.' * 30_000}a]", f"x = {{{'a . ' * 15_000}a = 1}}"])
def test_a_deep_key_of_front_matter_is_refused(key: str) -> None:
    with pytest.raises(UnreadableArticle, match="more than 20 dots"):
        read_article("a.md", f"+++\n{key}\n+++\nSnow fell.".encode())


def test_dots_in_a_value_of_front_matter_are_no_keys() -> None:
    front = f'title = "Pass closed"\nsummary = "{"It snowed. " * 40}"\nsource.name = "The Halden Echo"'
    assert read_article("a.md", f"+++\n{front}\n+++\nSnow fell.".encode()).outlet == "The Halden Echo"


@pytest.mark.parametrize("key", ["tıtle", "ſource"])
def test_a_key_in_other_letters_is_none(key: str) -> None:
    assert read_article("a.txt", f"{key}: Pass closed\n\n{BODY}".encode()).outlet is None


def test_keys_may_have_spaces_or_none() -> None:
    article = read_article("a.txt", f"Title: Pass closed\nPUB DATE: 9 March 2026\nfulltitle: Snow\n\n{BODY}".encode())
    assert (article.title, article.published) == ("Pass closed", DAY)
    assert article.body.cut(article.text).startswith("Snow closed")
