"""Exports: a file has what the page shows, and contains nothing that runs."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import docx
import pytest
from lxml import etree
from typer.testing import CliRunner

from index.core.errors import ResultUnwritable
from index.reading.readers import read_article
from index.text.articles import Article
from index.text.spans import Span
from rag.analysis.timeline import find_timeline, make_timeline
from rag.answering.models import Answer, Prose
from rag.cli import commands
from rag.evidence.citations import Citation, Doubt, Statement
from rag.evidence.permalinks import Place, link
from rag.output.bibliography import bibtex, reference
from rag.output.csv import COLUMNS, check_sheet, timeline_sheet
from rag.output.export import FORMS, check_file, export, export_timeline, form_of, write_file
from rag.output.search_report import report_text
from tests.conftest import FENTANYL, OTTAWA, CommandLine, Newsroom
from tests.support.levels import at_level

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def in_prose(answer: Answer) -> Answer:
    one, two = answer.quotes
    statements = (
        Statement("They agreed on officers.", (one, two), "supported"),
        Statement("On Monday.", (two,), "unclear", Doubt("dates", "The quote does not say “Monday”.")),
        Statement("More will follow.", (), "uncited", Doubt("no_source", "No source cited.")),
    )
    return replace(answer, prose=Prose("m", "whole", statements, refused=False, problem="", usage=None, seconds=1.0))


def notes_of(content: bytes) -> tuple[list[str], list[str]]:
    """Return the numbers that a Word file's text refers to, and the texts of its footnotes in order."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        body = etree.fromstring(packed.read("word/document.xml"))
        notes = etree.fromstring(packed.read("word/footnotes.xml"))
        types = packed.read("[Content_Types].xml").decode()
        relations = packed.read("word/_rels/document.xml.rels").decode()
    assert types.count('PartName="/word/footnotes.xml"') == 1
    assert 'Target="footnotes.xml"' in relations
    ids = {note.get(f"{W}id"): "".join(note.itertext()) for note in notes}
    assert {"-1", "0"} <= ids.keys()
    referred = [str(one.get(f"{W}id")) for one in body.iter(f"{W}footnoteReference")]
    assert referred == [str(number) for number in range(1, len(ids) - 1)], "each note is referred to once, in order"
    return referred, [ids[number].strip() for number in referred]


@pytest.mark.slow
def test_a_word_file_has_each_quote_in_a_footnote_to_its_statement(archive: Newsroom) -> None:
    answer = in_prose(at_level(archive.ask(FENTANYL), "answers", 2))
    unsure = at_level(archive.ask(FENTANYL), "may_answer", 2)
    content = export("Drugs", [answer, unsure, at_level(unsure, "nothing")], "docx").content
    paragraphs = [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]
    assert paragraphs[:2] == ["Drugs", FENTANYL]
    assert paragraphs[2] == (
        "They agreed on officers. On Monday. (unclear: The quote does not say “Monday”.) "
        "More will follow. (uncited: No source cited.)"
    )
    place = paragraphs.index("Closest on the shelf; these may answer:")
    assert paragraphs[place + 1 : place + 3] == [f"“{quote.quote}”" for quote in unsure.quotes]
    assert "Nothing found on the shelf." in paragraphs[place + 3 :]
    _, notes = notes_of(content)
    first, second = answer.quotes
    for note, quote in zip(notes, (first, second, second), strict=False):
        assert note.startswith(f"“{quote.quote}”")
        assert note.endswith(f"{quote.article.path}, characters {quote.span.start} to {quote.span.end}.")
    assert "They agreed on officers." in read_article("taken.docx", content).text, "Dateline reads it as well"


def test_quotes_alone_are_the_text_and_their_sources_the_notes(archive: Newsroom) -> None:
    answer = at_level(archive.ask(FENTANYL), "answers", 2)
    content = export("x", [answer], "docx", style="chicago").content
    text = [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]
    assert [f"“{quote.quote}”" for quote in answer.quotes] == text[2:4]
    _, notes = notes_of(content)
    assert notes[0].startswith("“India and Canada have agreed to establish liaison officers")
    assert "February 12, 2026" in notes[0]


def test_text_that_xml_cannot_hold_is_left_out_and_markup_is_text(archive: Newsroom) -> None:
    answer = at_level(archive.ask(FENTANYL), "answers", 2)
    statement = Statement("</w:t>\x0b<w:p/>\ufffe & \ud800?", answer.quotes[:1], "supported")
    prose = Prose("m", "whole", (statement,), refused=False, problem="", usage=None, seconds=1.0)
    content = export("\x00<title>", [replace(answer, prose=prose)], "docx").content
    paragraphs = [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]
    assert paragraphs[0] == "<title>"
    assert paragraphs[2] == "</w:t> <w:p/> & ?"


def test_a_sheet_has_a_row_for_each_claim_and_quote(archive: Newsroom) -> None:
    answer = in_prose(at_level(archive.ask(FENTANYL), "answers", 2))
    unsure = at_level(archive.ask(FENTANYL), "may_answer", 2)
    sheet = check_sheet([answer, unsure, at_level(unsure, "nothing")])
    assert sheet.startswith("\ufeffquestion,claim,quote")
    rows = list(csv.DictReader(io.StringIO(sheet.removeprefix("\ufeff"))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["claim"] for row in rows[:4]] == ["They agreed on officers."] * 2 + ["On Monday.", "More will follow."]
    assert rows[2]["verdict"] == "unclear: The quote does not say “Monday”."
    assert rows[3]["quote"] == rows[3]["start"] == ""
    assert {row["initials"] for row in rows} == {""}
    for row, quote in zip(rows, (*answer.quotes, answer.quotes[1]), strict=False):
        assert quote.article.text[int(row["start"]) : int(row["end"])] == quote.quote
        assert row["date"] == "2026-02-12"
    assert [row["verdict"] for row in rows[4:]] == ["may answer", "may answer", "nothing found"]
    assert [row["quote"] for row in rows[4:]] == [*(quote.quote for quote in unsure.quotes), ""]
    assert rows[-1]["claim"] == "Nothing found on the shelf."


def test_a_sheet_says_on_which_page_a_quote_is_and_if_ocr_read_it(archive: Newsroom) -> None:
    answer = archive.ask(FENTANYL)
    quote = answer.quotes[0]
    scanned = Citation(replace(quote.article, pages=(0, quote.span.start), ocr=(2,)), quote.span)
    quoted = replace(answer.quoted, statements=(Statement("They agreed.", (scanned,), "supported"),))
    timeline = replace(find_timeline(FENTANYL, library=archive.library), events=make_timeline([scanned]))
    report = replace(answer.searched, nearest=(replace(answer.searched.nearest[0], citation=scanned),))
    for sheet in (check_sheet([replace(answer, quoted=quoted)]), timeline_sheet(timeline)):
        (row,) = csv.DictReader(io.StringIO(sheet.removeprefix("\ufeff")))
        assert (row["file"], row["page"]) == (quote.article.path, "page 2, read by OCR")
    assert f"{scanned.span.end}, page 2, read by OCR]" in report_text(replace(answer, searched=report))


def test_an_export_from_the_page_has_a_link_to_each_quote(archive: Newsroom) -> None:
    answer, page = in_prose(at_level(archive.ask(FENTANYL), "answers", 2)), "http://localhost:8501/"
    timeline = find_timeline(FENTANYL, library=archive.library)
    first, second = answer.quotes
    opened = {quote: page + link(quote) for quote in (first, second)}
    markdown = export("x", [answer], "md", page=page).content.decode()
    assert re.findall(r"\(\[open\]\((.+)\)\)$", markdown, re.MULTILINE) == list(opened.values())
    assert "[open]" not in export("x", [answer], "md").content.decode()
    _, notes = notes_of(export("x", [answer], "docx", page=page).content)
    assert all(note.endswith(f". {opened[quote]}") for note, quote in zip(notes, (first, second, second), strict=True))
    rows = list(csv.DictReader(io.StringIO(check_sheet([answer], page=page).removeprefix("\ufeff"))))
    assert [row["link"] for row in rows] == [opened[first], opened[second], opened[second], ""]
    table = export_timeline(timeline, "csv", page=page).content.decode().removeprefix("\ufeff")
    links = [row["link"] for row in csv.DictReader(io.StringIO(table))]
    assert links == [page + link(event.citation) for event in timeline.events]
    # The link in the file can be read back.
    quote = parse_qs(urlsplit(opened[first]).query)["quote"][0]
    place = Place.read(quote)
    assert place is not None
    assert place.names(first)


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", " \n=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(archive: Newsroom, start: str) -> None:
    answer = at_level(archive.ask(FENTANYL), "answers", 2)
    article = replace(answer.quotes[0].article, title=start, path=start, outlet=start, text=f"{start} and more.")
    citation = Citation(article, Span(0, len(article.text)))
    prose = Prose(
        *("m", "whole", (Statement(start, (citation,), "unclear", Doubt("words", start)),)),
        refused=False, problem="", usage=None, seconds=1.0,
    )  # fmt: skip
    hostile = replace(answer, question=start, prose=prose)
    for row in csv.reader(io.StringIO(check_sheet([hostile]).removeprefix("\ufeff"))):
        for cell in row:
            assert not cell.lstrip().startswith(tuple("=+-@＝")), cell


def make_article(**facts: object) -> Article:
    plain = Article("1", "a_b.txt", "Who left?", "…", Span(0, 1), None, None, None, None, None)
    return replace(plain, **facts)  # type: ignore[arg-type]


def test_chicago_notes_leave_out_what_is_not_known() -> None:
    day = date(2026, 3, 3)
    assert reference(make_article(), "chicago") == "“Who left?”."
    assert reference(make_article(title="Ferries", published=day), "chicago") == "“Ferries,” March 3, 2026."
    whole = make_article(author="Mara Quill", outlet="Wire", published=day, url="https://wire.example/1")
    assert reference(whole, "chicago") == "Mara Quill, “Who left?” Wire, March 3, 2026, https://wire.example/1."
    assert "javascript" not in reference(make_article(url="javascript:alert(1)"), "chicago")


def test_bibtex_names_each_article_once_and_writes_no_command() -> None:
    hostile = make_article(
        id="2", title="5% of $3 & \\input{/etc/passwd} #1_a^~", author="Mara {Quill}", outlet="Wire & Co"
    )
    dated = make_article(published=date(2026, 3, 3), url="https://wire.example/a_b?c={d}")
    text = bibtex([dated, dated, hostile, replace(dated, id="3")])
    names = re.findall(r"^@article\{([a-z0-9-]+),$", text, re.MULTILINE)
    assert names == ["article2026who", "quill5", "article2026whob"]
    assert r"5\% of \$3 \& \textbackslash{}input\{/etc/passwd\} \#1\_a\textasciicircum{}\textasciitilde{}" in text
    assert "url = {https://wire.example/a_b?c=%7Bd%7D}" in text
    assert r"note = {a\_b.txt}" in text
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")


@pytest.mark.parametrize(
    ("author", "written"),
    [
        ("Mara Quill", "{Mara Quill}"),
        ("Mara Quill and Jon Holt", "{Mara Quill and Jon Holt}"),
        ("Mara Quill, Jon Holt & Ida de la Cruz", "{Mara Quill and Jon Holt and Ida de la Cruz}"),
        ("Søren Bjørk-Dahl", "{Søren Bjørk-Dahl}"),
        ("Department of Health and Social Care", "{{Department of Health and Social Care}}"),
        ("Associated Press", "{{Associated Press}}"),
        ("Reuters", "{{Reuters}}"),
        ("AFP", "{{AFP}}"),
        ("Herald staff", "{{Herald staff}}"),
        ("The Wire", "{{The Wire}}"),
        ("Harlow Herald", "{{Harlow Herald}}"),
        ("Quill, Mara", "{{Quill, Mara}}"),
        ("mara_q & 5%", r"{{mara\_q \& 5\%}}"),
    ],
)
def test_bibtex_separates_people_and_keeps_bodies_whole(author: str, written: str) -> None:
    """BibTeX splits a name into first and last, which is right for people only; a second pair of braces prevents it."""
    assert f"author = {written}," in bibtex([make_article(author=author, outlet="Harlow Herald")])


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_no_export_overwrites_a_file(archive: Newsroom, tmp_path: Path, form: str) -> None:
    (known,) = [one for one in FORMS if one == form]
    exported = export("x", [archive.ask(FENTANYL), archive.ask(OTTAWA)], known)
    file = tmp_path / f"answer{exported.ending.upper()}"
    assert form_of(file) == form
    write_file(file, exported)
    assert file.read_bytes() == exported.content
    with pytest.raises(ResultUnwritable, match="exists already"):
        check_file(file)
    with pytest.raises(ResultUnwritable, match="does not exist"):
        check_file(tmp_path / "nowhere" / "a.md")


@pytest.mark.slow
def test_the_command_line_exports_an_answer_and_the_earlier_ones(dateline: CommandLine) -> None:
    first, then = FENTANYL, "when will that happen?"
    run = dateline("ask", then, "--after", first, "--quotes", "--output", "both.docx", "--style", "chicago")
    assert run.returncode == 0, run.stderr
    assert "Written: both.docx" in run.stderr
    headings = [p.text for p in docx.Document(str(dateline.folder / "both.docx")).paragraphs]
    assert {first, then} <= set(headings)
    again = dateline("ask", first, "--output", "both.docx")
    assert (again.returncode, "exists already" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    "wrong",
    [["--format", "pdf"], ["--format", "docx"], ["--output", "a.txt"], ["--format", "md", "--json"],
     ["--format", "md", "--style", "x"]],
)  # fmt: skip
def test_an_output_that_cannot_be_written_is_refused_before_anything_is_asked(wrong: list[str]) -> None:
    assert CliRunner().invoke(commands, ["ask", FENTANYL, *wrong]).exit_code == 2
