"""Formats: each kind of file answers its question with a quote, and its broken version is reported with a reason."""

import io
import json
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Generator, Iterator
from datetime import date
from pathlib import Path

import pytest

from index.core.errors import UnreadableArticle
from index.core.limits import LIMITS, Limits
from index.formats.parsers import kind_of
from index.formats.sandbox import Sandbox, _read, _write
from index.pipeline.events import Done, Removed, Visible
from index.pipeline.sync import sync_shelf
from index.reading.readers import Read, read_article, read_articles
from index.vectors.embedders import Embedder
from tests.conftest import ROOT, CommandLine, Newsroom, make_newsroom
from tests.support.formats import HTML, STORIES, make_bomb, make_docx, make_jsonl, make_mail, make_pdf, make_zip

PDF = [
    ["Council votes on lunches", "", "OAKHAVEN, March 2, 2026 - The council met on Monday."],
    ["It voted by nine to four for free hot lunches in all schools."],
]
GOOD = {
    "plain.txt": b"The River Lind fell to 4.1 metres on Monday.",
    "front.md": b"---\ntitle: Mine\n---\nThe Garnet mine closed after 94 years, its owner said.",
    "page.html": HTML.encode(),
    "old.htm": HTML.replace("utf-8", "windows-1252").replace("Skerry Bay", "Café Bay").encode("cp1252"),
    "votes.pdf": make_pdf(PDF),
    "works.docx": make_docx(),
    "wire.rtf": rb"{\rtf1\ansi\ansicpg1252 {\b Buoy lost}\par The caf\'e9 buoy of Marl was lost in a storm.\par}",
    "letter.eml": make_mail(),
    "one.json": json.dumps({"title": "Snow", "body": "Snow closed the Halden pass for nine days."}).encode(),
    "list.json": json.dumps({"articles": STORIES[:2]}).encode(),
    "archive.jsonl": make_jsonl(),
    "packed.zip": make_zip({"news/lamp.txt": b"The lamp of Skerry pier burns again, the pilots said."}),
    "talk.vtt": b"WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n<v Ilse Brandt>The Garnet quarry reopens in\nAugust.\n",
    "table.csv": b'title,text\nHeron,"Herons nest on the Skerry pylons again, wardens said."\n',
    "courier.xml": b"<rss><channel><item><description>The Orrin pass was closed by a landslide.</description></item>"
    b"</channel></rss>",
    "utf8mark.txt": b"\xef\xbb\xbf" + "The Zoë prize went to a baker, the jury said.".encode(),
    "utf16.txt": "The Ægir wreck was raised on Friday, divers said.".encode("utf-16"),
    "utf16bare.txt": "The Tarn viaduct reopened on Friday after repairs.".encode("utf-16-le"),
    "utf32.txt": "The Übersee museum lost a mask to thieves.".encode("utf-32"),
    "latin1.txt": "Señor Peña opened the Málaga observatory on Sunday.".encode("latin-1"),
    "units.txt": "The café’s garden in Ostend took 5 km² and 3 m³ of soil, 2 × as much.".encode("cp1252"),
    "old.jsonl": '{"text": "The Garoña reactor was shut for 9 days."}'.encode("cp1252"),
    "windows.txt": "The café’s owner said “prices rose by 9 per cent” – in Ghent.".encode("cp1252"),
    "cyrillic.txt": "Мэр Твери заявил в понедельник, что мост через Волгу откроют в мае.".encode("cp1251"),
}
ASKED = {
    "plain.txt": ("How far did the River Lind fall?", "4.1 metres"),
    "front.md": ("When did the Garnet mine close?", "94 years"),
    "page.html": ("What will the ferry fare to Skerry Bay be?", "12 euros"),
    "old.htm": ("What will the ferry fare to Café Bay be?", "Café Bay will rise to 12 euros"),
    "votes.pdf": ("How did the council vote on free hot lunches?", "nine to four"),
    "works.docx": ("Until when will the harbour works last?", "until October"),
    "wire.rtf": ("What was lost in a storm?", "The café buoy of Marl"),
    "letter.eml": ("When did the tram line to the Quarrow hospital open?", "opened on Thursday, café and all"),
    "one.json": ("How long did snow close the Halden pass?", "nine days"),
    "list.json#1": ("Why was the Quarrow bridge closed?", "cracks were found"),
    "archive.jsonl#3": ("How many hives did beekeepers count in Oakhaven?", "4,200 hives"),
    "packed.zip#news/lamp.txt": ("Where does the lamp burn again?", "The lamp of Skerry pier"),
    "talk.vtt": ("When does the Garnet quarry reopen?", "reopens in August"),
    "table.csv#1": ("Where do herons nest again?", "on the Skerry pylons"),
    "courier.xml#1": ("What closed the Orrin pass?", "a landslide"),
    "utf8mark.txt": ("Who won the Zoë prize?", "Zoë prize went to a baker"),
    "utf16.txt": ("When was the Ægir wreck raised?", "Ægir wreck was raised on Friday"),
    "utf16bare.txt": ("When did the Tarn viaduct reopen?", "on Friday"),
    "utf32.txt": ("What did the Übersee museum lose?", "lost a mask"),
    "latin1.txt": ("Who opened the Málaga observatory?", "Señor Peña"),
    "units.txt": ("How much soil did the garden in Ostend take?", "5 km² and 3 m³ of soil, 2 ×"),
    "old.jsonl#1": ("How long was the Garoña reactor shut?", "9 days"),
    "windows.txt": ("What did the owner of the café in Ghent say?", "café’s owner said “prices rose by 9 per cent” –"),
    "cyrillic.txt": ("мост через Волгу", "мост через Волгу откроют в мае"),
}
BROKEN = {
    "empty.txt": (b"  \n", "no text in it"),
    "torn.md": (b"---\ntitle: [\n---\nText.", "front matter is not valid YAML in line 3"),
    "menu.html": (b"<html><body><script>draw()</script></body></html>", "no article text on this page"),
    "torn.pdf": (make_pdf(PDF)[:300], "the PDF is damaged"),
    "scan.pdf": (make_pdf([[]]), "a PDF without text"),
    "torn.docx": (make_docx()[:2000], "damaged, or not a Word file"),
    "zip.docx": (b"PK\x05\x06" + bytes(18), "not a Word file, despite its name"),
    "bomb.docx": (make_bomb(), "unpacks to more than"),
    "torn.rtf": (rb"{\rtf1 The buoy", "the RTF file is damaged"),
    "text.rtf": (b"The buoy.", "not an RTF file, despite its name"),
    "none.eml": (b"Subject: Nothing\n\n", "no text in it"),
    "torn.json": (b'{"title": "A"', "not valid JSON (line 1)"),
    "half.json": (b'{"\\ud800": 3}', "no field with an article's text (?)"),
    "other.json": (b'{"name": "A", "price": 3}', "no field with an article's text (name, price)"),
    "deep.json": (b"[" * 100_000, "nested too deeply"),
    "long.json": (b"9" * 10_000, "a number with too many digits"),
    "none.json": (b"[]", "no article in it"),
    "torn.jsonl": (
        make_jsonl(more='{"title":'),
        "1 of 4 articles were not read. torn.jsonl#5: not valid JSON (line 1)",
    ),
    "torn.zip": (b"PK\x03\x04", "damaged, or not a ZIP file"),
    "torn.epub": (b"PK\x03\x04", "the EPUB is damaged"),
    "torn.warc": (b"WARC of old", "the web archive is damaged"),
    "text.mhtml": (b"The buoy.", "no article text in this saved page"),
    "text.srt": (b"The buoy.", "no times in it"),
    "torn.rss": (b"<rss><channel>", "not well-formed XML (line 1"),
    "none.csv": (b"title,price\nA,3\n", "no column with an article's text"),
    "picture.txt": (b"GIF89a\x80\xff\x00\x01", "byte 6 is not UTF-8, and the encoding of its text is not clear"),
    "polish.txt": ("Premier powiedział, że rozmowy będą trwać. Źródła są ważne.".encode("cp1250"), "is not clear"),
    "half.txt": ("The wreck was raised.".encode("utf-16")[:-1], "is not UTF-16"),
    "sheet.xlsx": (
        b"PK\x03\x04",
        "this kind of file is not supported. Expected .txt, .md, ",
    ),
}


@pytest.fixture(scope="module")
def of_all_kinds(tmp_path_factory: pytest.TempPathFactory, model: Embedder) -> Iterator[Newsroom]:
    made = make_newsroom(tmp_path_factory.mktemp("formats"), model)
    for name, content in GOOD.items():
        made.write(name, content)
    made.index()
    yield made
    made.library.index.release()


@pytest.mark.slow
@pytest.mark.parametrize("path", ASKED)
def test_each_kind_answers_its_question_with_a_quote(of_all_kinds: Newsroom, path: str) -> None:
    question, words = ASKED[path]
    answer = of_all_kinds.ask(question)
    quote = next(quote for quote in answer.quotes if words in quote.quote)
    with of_all_kinds.library.shelf.read() as reading:
        text = reading.article(quote.article.path).text
    assert quote.quote == text[quote.span.start : quote.span.end]
    # list.json and archive.jsonl have the same stories.
    assert quote.article.path == path or "#" in path
    assert answer.level != "nothing"


@pytest.mark.slow
def test_unreadable_files_are_listed_and_the_others_are_read(dateline: CommandLine) -> None:
    seeds = dateline.folder / "seeds"
    for name, content in GOOD.items():
        (seeds / name).write_bytes(content)
    for name, (content, _) in BROKEN.items():
        (seeds / name).write_bytes(content)
    for _ in range(2):  # an unchanged rejected file is reported again
        done = dateline("index", "--json")
        assert done.returncode == 0
        events = [json.loads(line) for line in done.stdout.splitlines()]
        rejected = {event["path"]: event["reason"] for event in events if event["event"] == "rejected"}
        for name, (_, why) in BROKEN.items():
            assert why in rejected[name]
            assert rejected[name].startswith(name)
            assert rejected[name].endswith(".")
        assert rejected.keys() == BROKEN.keys()
        assert events[-1]["articles"] == len(GOOD) + 1 + 2 + 1 + 3  # the seed, a list, an archive, a torn archive


def test_a_page_keeps_its_metadata_and_loses_invisible_text() -> None:
    article = read_article("page.html", HTML.encode())
    assert article.title == "Ferry fares rise"
    assert (article.outlet, article.author, article.url) == ("The Lamp", "Mara Quill", "https://lamp.example/ferry")
    assert article.published == date(2026, 3, 4)
    assert article.body.cut(article.text).startswith("The ferry company said")
    assert "Skerry Bay | Fare: 12 euros" in article.text
    for unseen in ("Ignore", "comment", "hidden", "script", "Sport", "rights"):
        assert unseen not in article.text


def test_a_citation_can_say_the_page_of_a_pdf() -> None:
    article = read_article("votes.pdf", make_pdf([*PDF, [], ["The mayor welcomed the vote."]]))
    assert (article.title, article.place, article.published) == (
        "Council votes on lunches", "Oakhaven", date(2026, 3, 2),
    )  # fmt: skip
    for words, page in (("It voted", 2), ("Council", 1), ("The mayor", 4)):
        assert article.page(article.text.index(words)) == page
    assert read_article("a.txt", b"No pages here.").page(3) is None


def test_a_word_file_is_read_in_order() -> None:
    article = read_article("works.docx", make_docx())
    assert (article.title, article.published) == ("Harbour works begin", date(2026, 3, 9))
    places = [article.text.index(words) for words in ("Works on the", "Part | Cost", "North wall | 7.4", "The harbour")]
    assert places == sorted(places)


def test_the_outlet_of_a_newsletter_is_its_sender() -> None:
    article = read_article("letter.eml", make_mail())
    assert (article.title, article.outlet) == ("Morning letter: tram line opens", "The Lamp")
    assert article.published == date(2026, 3, 5)


@pytest.mark.slow
def test_records_have_the_usual_names(of_all_kinds: Newsroom) -> None:
    with of_all_kinds.library.shelf.read() as reading:
        bridge, bees = reading.article("archive.jsonl#1"), reading.article("archive.jsonl#3")
    assert (bridge.title, bridge.outlet, bridge.author) == (
        "Bridge closed", "The Lindenau Post", "Ada Penrose, Tom Lyle",
    )  # fmt: skip
    assert (bridge.published, bridge.url) == (date(2026, 2, 3), "https://post.example/bridge")
    assert (bees.outlet, bees.published) == ("The Oakhaven Times", date(2026, 2, 4))


def test_a_guessed_encoding_is_reported(newsroom: Newsroom) -> None:
    newsroom.write("windows.txt", GOOD["windows.txt"])
    newsroom.write("old.jsonl", GOOD["old.jsonl"])
    newsroom.write("plain.txt", GOOD["plain.txt"])
    notes = {event.path: event.note for event in newsroom.index() if isinstance(event, Visible)}
    guess = "read as Windows-1252, which is a guess"
    assert notes == {"plain.txt": "", "windows.txt": guess, "old.jsonl#1": guess}


@pytest.mark.slow
def test_one_changed_line_of_an_archive_is_one_article_embedded(newsroom: Newsroom) -> None:
    lines = [json.dumps({"title": f"Note {n}", "text": f"The {n}th buoy was repaired."}) for n in range(400)]
    newsroom.write("archive.jsonl", "\n".join(lines))
    assert newsroom.indexed().embedded == 400
    lines[123] = json.dumps({"title": "Note 123", "text": "The buoy was lost."})
    newsroom.write("archive.jsonl", "\n".join(lines[:-1]))
    events = newsroom.index()
    assert [event.path for event in events if isinstance(event, Visible)] == ["archive.jsonl#124"]
    assert [event.path for event in events if isinstance(event, Removed)] == ["archive.jsonl#400"]
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.articles, done.embedded) == (399, 1)
    # A line inserted at the top moves all others, and none is embedded again.
    newsroom.write("archive.jsonl", "\n".join([json.dumps({"text": "New at the top."}), *lines[:-1]]))
    assert newsroom.indexed().embedded == 1
    newsroom.write("archive.jsonl", "\n".join(lines[:5]))
    assert newsroom.indexed().articles == 5


@pytest.mark.slow
def test_an_archive_streams(newsroom: Newsroom) -> None:
    line = json.dumps({"text": "The buoy was repaired. " * 200})
    file = newsroom.write("archive.jsonl", "\n".join([line] * 600))  # 2.8 MB
    tracemalloc.start()
    read = sum(1 for _ in _read_all(file))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == 600
    assert most < 700_000


def _read_all(file: Path) -> Iterator[Read]:
    with file.open("rb") as opened:
        yield from read_articles(file.name, opened, max_bytes=1_000_000)


@pytest.mark.slow
def test_an_interrupted_archive_is_continued(newsroom: Newsroom) -> None:
    lines = [json.dumps({"text": f"The {n}th buoy was repaired."}) for n in range(250)]
    newsroom.write("archive.jsonl", "\n".join(lines))
    run = sync_shelf(newsroom.library)
    assert isinstance(run, Generator)
    assert isinstance(next(run), Visible)
    run.close()
    events = newsroom.index()
    assert sum(isinstance(event, Visible) for event in events) == 150  # a group of 100 stayed
    done = events[-1]
    assert isinstance(done, Done)
    assert done.articles == 250


@pytest.mark.slow
def test_a_parser_that_hangs_or_needs_too_much_memory_costs_one_file() -> None:
    sandbox = Sandbox()
    try:
        assert "12 euros" in sandbox.parse("a.html", HTML.encode())[0].text
        sandbox._seconds = 1.0  # for this file only: on a busy machine, starting the process takes longer
        with pytest.raises(UnreadableArticle, match="more than 1 seconds"):
            sandbox.parse("slow.html", b"<p>" * 1_000_000 + b"text")
        sandbox._seconds = LIMITS.parser_seconds
        assert "12 euros" in sandbox.parse("a.html", HTML.encode())[0].text
    finally:
        sandbox.close()
    small = Sandbox(megabytes=300)
    try:
        with pytest.raises(UnreadableArticle, match=r"more than 300 MB of memory|cannot be parsed"):
            small.parse("big.html", b"<p>A long text.</p>" * 4_000_000)
    finally:
        small.close()


@pytest.mark.slow
def test_the_rest_of_an_answer_is_not_read_as_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox()
    try:
        assert sandbox.parse("a.html", HTML.encode())[0].text
        monkeypatch.setattr("index.formats.sandbox.LIMITS", Limits(parsed_bytes=100))
        with pytest.raises(UnreadableArticle, match=r"a\.html: parsing took more than"):
            sandbox.parse("a.html", HTML.encode())
        monkeypatch.undo()
        assert "tram line" in sandbox.parse("letter.eml", make_mail())[0].text
    finally:
        sandbox.close()


def test_the_sandbox_opens_no_connection_and_starts_no_process() -> None:
    script = """
import socket, subprocess, sys
from index.formats import sandbox
connect = lambda *_: socket.create_connection(("127.0.0.1", 9))
start = lambda *_: subprocess.run([sys.executable, "-V"])
sandbox.parser_of = {".html": connect, ".pdf": start}.get
sandbox._serve(1500)
"""
    asked = io.BytesIO()
    for name in ("a.html", "a.pdf"):
        _write(asked, json.dumps({"path": name, "job": kind_of(name)}).encode())
        _write(asked, b"content")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, timeout=60, input=asked.getvalue()
    )
    answers = io.BufferedReader(io.BytesIO(done.stdout))
    for name in ("a.html", "a.pdf"):
        reason = json.loads(_read(answers) or b"")["reason"]
        assert reason.startswith(f"{name}: cannot be parsed (PermissionError).")


@pytest.mark.slow
def test_the_sandbox_gets_no_keys_and_writes_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    sandbox = Sandbox()
    try:
        sandbox.parse("a.html", HTML.encode())
        assert sandbox._process is not None
        environment = Path(f"/proc/{sandbox._process.pid}/environ")
        if environment.exists():
            assert b"sk-secret" not in environment.read_bytes()
            assert re.search(r"Max file size\s+0\s+0", Path(f"/proc/{sandbox._process.pid}/limits").read_text())
    finally:
        sandbox.close()
