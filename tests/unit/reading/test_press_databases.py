"""Press databases: each article of a download has its own title, day, outlet and author."""

import io
import re
from datetime import date

import pytest

from index.reading.press_databases import split_download
from index.reading.readers import read_articles
from index.text.articles import Article
from tests.unit.formats.test_word_files import paragraph, run, word_file

WEIR = "The weir at Tarn held on Monday, divers said.\n\nIt was built in 1931."
SNOW = "Snow fell on Tarn, and the school was shut."
NEW_NEXIS = """Documents (2)

1. Weir holds after flood

2. Snow shuts school

Weir holds after flood

The Tarn Letter

May 4, 2026 Monday

Copyright 2026 Tarn Letter Ltd All Rights Reserved

Section: NEWS; Pg. 4

Length: 57 words

Byline: Ilse Brandt

Highlight: Divers went down twice.

Body

The weir at Tarn held on Monday, divers said.

It was built in 1931.

Classification

Language: ENGLISH

Load-Date: May 5, 2026

End of Document

Snow shuts school

Marl Monthly

March 2026

Length: 9 words

Body

Snow fell on Tarn, and the school was shut.

Load-Date: March 9, 2026

End of Document
"""
OLD_NEXIS = """
                               1 of 2 DOCUMENTS

                              The Tarn Letter

                             May 4, 2026 Monday
                                Final Edition

Weir holds
after flood

BYLINE: Ilse Brandt,
Tom Lyle

SECTION: NEWS; Pg. 4

LENGTH: 57 words

DATELINE: TARN

   The weir at Tarn held on Monday, divers said.

It was built in 1931.

LOAD-DATE: May 5, 2026

LANGUAGE: ENGLISH

                      Copyright 2026 Tarn Letter Ltd

                               2 of 2 DOCUMENTS

                               Marl Courier

                             March 9, 2026

HEADLINE: Snow shuts school

LENGTH: 9 words

Snow fell on Tarn, and the school was shut.

LOAD-DATE: March 9, 2026
"""
FACTIVA_CODES = """HD
Weir holds after flood
BY By Ilse Brandt
WC 57 words
PD 4 May 2026
SN The Tarn Letter
SC TARNL
LA English
CY Copyright 2026 Tarn Letter
LP
The weir at Tarn held on Monday, divers said.

TD
It was built in 1931.

NS
gflood : Floods | gcat : News
AN
Document TARNL00020260504em5400001

HD | Snow shuts school
WC | 9 words
PD | 9 March 2026
SN | Marl Courier
LP | Snow fell on Tarn, and the school was shut.
AN | Document MARLC00020260309em3900002

Search Summary
Text tarn
"""
FACTIVA_DISPLAY = """Weir holds after flood
By Ilse Brandt
57 words
4 May 2026
06:30
The Tarn Letter
TARNL
4
English
(c) 2026 Tarn Letter.  All rights reserved.

The weir at Tarn held on Monday, divers said.

It was built in 1931.

Document TARNL00020260504em5400001

News
Snow shuts school
9 words
9 March 2026
Marl Courier
MARLC
English
Snow fell on Tarn, and the school was shut.

Document MARLC00020260309em3900002
Page 1 of 1 © 2026 Factiva, Inc. All rights reserved.
"""
PROQUEST = """____________________________________________________________

Report Information from ProQuest

____________________________________________________________

Weir holds after flood

Author: Ilse Brandt

Publication info: The Tarn Letter ; Tarn [Tarn]04 May 2026: A.4.

ProQuest document link: https://proquest.example/1

Full text: The weir at Tarn held on Monday, divers said.

It was built in 1931.

Subject: Weirs

Title: Weir holds after flood

Publication title: The Tarn Letter

Publication date: May 4, 2026

ProQuest document ID: 123

____________________________________________________________

Full text: Snow fell on Tarn, and the school was shut.

Title: Snow shuts school

Publication title: Marl Courier

Publication date: Mar 9, 2026

ProQuest document ID: 124
"""


def articles_of(text: str | bytes, name: str = "a.txt") -> list[Article]:
    content = text.encode() if isinstance(text, str) else text
    found = [read.article for read in read_articles(name, io.BytesIO(content), max_bytes=100_000)]
    return [article for article in found if article]


@pytest.mark.parametrize(
    "text",
    [
        NEW_NEXIS,
        NEW_NEXIS.replace("\n", "\r\n"),
        OLD_NEXIS,
        FACTIVA_CODES,
        FACTIVA_DISPLAY,
        FACTIVA_DISPLAY.replace("\n", "\n\n"),
        PROQUEST,
    ],
)
def test_each_article_of_a_download_has_its_own_facts(text: str) -> None:
    weir, snow = articles_of(text)
    assert (weir.path, weir.title, weir.outlet) == ("a.txt#1", "Weir holds after flood", "The Tarn Letter")
    assert weir.published == date(2026, 5, 4)
    assert weir.author is not None
    assert weir.author.startswith("Ilse Brandt")
    assert weir.body.cut(weir.text).removeprefix("Divers went down twice.\n\n") == WEIR
    assert (snow.path, snow.title, snow.text) == ("a.txt#2", "Snow shuts school", SNOW)
    assert (snow.outlet, snow.published) in (("Marl Courier", date(2026, 3, 9)), ("Marl Monthly", None))


def test_a_download_as_word_file_is_split() -> None:
    blocks = [paragraph(run(block)) for block in NEW_NEXIS.split("\n\n")]
    weir, snow = articles_of(word_file(*blocks), "Files (2).DOCX")
    assert (weir.path, weir.title) == ("Files (2).DOCX#1", "Weir holds after flood")
    assert (snow.path, snow.outlet) == ("Files (2).DOCX#2", "Marl Monthly")


def test_a_download_as_web_page_is_split() -> None:
    lines = "".join(f"<div><span>{line}</span></div>" for line in FACTIVA_DISPLAY.split("\n") if line)
    codes = re.sub(
        r"(?m)^(HD|BY|WC|PD|SN|SC|LA|CY|LP|TD|NS|AN)\b[ |]*", r"<tr><td><b>\1</b>&nbsp;</td><td><p>", FACTIVA_CODES
    )
    for page in (lines, f"<table>{codes}</table>"):
        weir, snow = articles_of(f"<html><head><title>Factiva</title></head><body>{page}</body></html>", "a.html")
        assert (weir.path, weir.title, weir.outlet) == ("a.html#1", "Weir holds after flood", "The Tarn Letter")
        assert weir.body.cut(weir.text) == WEIR
        assert (snow.title, snow.text, snow.published) == ("Snow shuts school", SNOW, date(2026, 3, 9))


def test_a_web_page_that_only_mentions_a_database_is_one_article() -> None:
    said = "<p>The search page of the archive shows a Load-Date: for each of its articles, readers of it said.</p>" * 3
    (article,) = articles_of(f"<html><body><article><h1>Archive</h1>{said}</article></body></html>", "a.html")
    assert article.path == "a.html"


def test_a_download_of_one_article_has_the_path_of_its_file() -> None:
    (weir,) = articles_of(
        NEW_NEXIS[NEW_NEXIS.index("Weir holds after flood\n\nThe") : NEW_NEXIS.index("Snow shuts school\n\nMarl")]
    )
    assert (weir.path, weir.title, weir.outlet) == ("a.txt", "Weir holds after flood", "The Tarn Letter")


def test_a_paragraph_that_begins_like_a_code_is_text() -> None:
    text = FACTIVA_CODES.replace("It was built in 1931.", "IN London they cheered.\n\nRE the weir: it was built.")
    (weir, _) = articles_of(text)
    assert weir.text.endswith("IN London they cheered.\n\nRE the weir: it was built.")


@pytest.mark.parametrize(
    ("text", "paragraph"),
    [
        (NEW_NEXIS, "Subject: Re: the bridge"),
        (NEW_NEXIS, "Classification"),
        (OLD_NEXIS, "Language: few spoke it."),
        (PROQUEST, "Location: The meeting is at the hall."),
        (PROQUEST, "Title: none was given."),
        (FACTIVA_DISPLAY, "Copyright lawyers said that it was theirs."),
    ],
)
def test_a_paragraph_that_begins_like_a_line_of_the_database_is_text(text: str, paragraph: str) -> None:
    weir, snow = articles_of(text.replace("It was built in 1931.", f"{paragraph}\n\nIt was built in 1931."))
    assert weir.body.cut(weir.text).endswith(f"{WEIR[:45]}\n\n{paragraph}\n\nIt was built in 1931.")
    assert (weir.title, snow.text) == ("Weir holds after flood", SNOW)


def test_the_last_paragraph_of_a_text_is_kept() -> None:
    text = PROQUEST.replace("It was built in 1931.", "It was built in 1931.\n\nLocation: The hall.")
    assert articles_of(text)[0].text.endswith("Location: The hall.")
    text = PROQUEST.replace("It was built in 1931.\n", "Location: The hall is at Tarn.\n").replace("Weirs", "Weir Inc.")
    assert articles_of(text)[0].text.endswith("Location: The hall is at Tarn.")
    text = PROQUEST.replace(
        "It was built in 1931.\n\nSubject: Weirs\n", "Subject: No one was hurt.\n\nLocation: Tarn\n"
    )
    assert articles_of(text)[0].text.endswith("Subject: No one was hurt.")
    text = OLD_NEXIS.replace("\nLOAD-DATE: May", "\nSUBJECT: Re: the bridge\n\nLANGUAGE: ENGLISH\n\nLOAD-DATE: May")
    assert articles_of(text)[0].text.endswith("SUBJECT: Re: the bridge")


def test_a_document_without_its_length_is_read() -> None:
    assert [article.title for article in articles_of(NEW_NEXIS.replace("Length: 9 words\n\n", ""))] == [
        "Weir holds after flood",
        "Snow shuts school",
    ]


@pytest.mark.parametrize(
    "text",
    [
        NEW_NEXIS.replace(f"Length: 9 words\n\nBody\n\n{SNOW}", ""),
        PROQUEST.replace(f"Full text: {SNOW}", "Abstract: Snow."),
    ],
)
def test_a_document_without_text_is_reported(text: str) -> None:
    weir, snow = read_articles("a.txt", io.BytesIO(text.encode()), max_bytes=100_000)
    assert weir.article
    assert (snow.path, snow.article) == ("a.txt#2", None)
    assert snow.reason.startswith("a.txt#2: no text found for “Snow shuts school”.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Minutes\n\nLength: 90 words\n\nEnd of Document",
        "1 of 2 DOCUMENTS\n\nThe weir held.",
        "HD\nPD\nSN\nLP\nThe weir held.",
        "57 words\n\nDocument number 4 says that it held.",
        "Full text: The weir held.",
    ],
)
def test_nothing_else_is_split(text: str) -> None:
    assert split_download(text) == ()


def test_a_long_text_takes_no_time() -> None:
    assert split_download("Load-Date: " + "HD | 1 of 1 " * 100_000 + "\n" * 100_000) == ()


@pytest.mark.parametrize(
    "line", [f"Document A{'1' * 200_000}!", f"Document TARNLE0020260505em55000a1\n\nSE x{' ' * 200_000}y\n\nHD z"]
)
def test_long_lines_take_no_time(line: str) -> None:
    assert not split_download(line)


def test_the_codes_of_a_table_are_read_without_its_rules() -> None:
    rows = ["|SE|   News |", "|HD | Weir  holds |", "PD  5 May 2026", "SN|The Tarn Letter||", f"LP  {WEIR}"]
    document = "\n".join([*rows, "Document TARNLE0020260505em55000a1"])
    assert [found.stated["outlet"] for found in split_download(document)] == ["The Tarn Letter"]
    assert [found.stated["title"] for found in split_download(document)] == ["Weir  holds"]
