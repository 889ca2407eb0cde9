"""The notebook: pins keep their order, their notes and the article as it was quoted."""

import csv
import io
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import docx
import pytest

from index.core.errors import StoreMismatch, UnknownPin
from index.text.spans import Span
from rag.evidence.citations import Citation
from rag.output.export import FORMS, export_notebook
from rag.storage.notebook import DAMAGED, FILE_NAME, LONGEST_NOTE, Notebook, has_notebook
from tests.conftest import FENTANYL, Newsroom

ASKED = "What was agreed on fentanyl precursors?"


@pytest.fixture
def quotes(archive: Newsroom) -> list[Citation]:
    """Four quotes: two of an answer, and two parts of the first."""
    first, second, *_ = archive.ask(FENTANYL).quotes
    start = first.span.start
    return [first, second, Citation(first.article, Span(start, start + 5)), Citation(first.article, Span(0, 4))]


def test_pins_stay_in_the_readers_order_with_their_notes(tmp_path: Path, quotes: list[Citation]) -> None:
    assert not has_notebook(tmp_path)
    notebook = Notebook(tmp_path)
    for quote in (*quotes, quotes[0]):
        notebook.pin(quote, question=f" {ASKED}\n")
    pins = notebook.pins()
    assert [pin.citation for pin in pins] == quotes, "a quote is pinned once"
    assert {pin.question for pin in pins} == {ASKED}
    notebook.move(pins[0].number, 2)
    notebook.move(pins[3].number, -9)
    notebook.move(pins[1].number, 9)
    notebook.note(pins[0].number, "  Check this.\n\nTwice. ", was="")
    notebook.note(pins[1].number, "x" * (LONGEST_NOTE + 1), was="")
    again = Notebook(tmp_path).pins()
    assert [pin.citation for pin in again] == [quotes[3], quotes[2], quotes[0], quotes[1]]
    assert [pin.note for pin in again] == ["", "", "Check this.\n\nTwice.", "x" * LONGEST_NOTE]
    notebook.unpin(pins[2].number)
    assert [pin.citation for pin in notebook.pins()] == [quotes[3], quotes[0], quotes[1]]
    changes = (
        partial(notebook.unpin, pins[2].number),
        partial(notebook.note, 99, "", was=""),
        partial(notebook.move, 99, 1),
    )
    for change in changes:
        with pytest.raises(UnknownPin, match="is not in the notebook"):
            change()


def test_an_article_is_kept_as_long_as_a_quote_of_it_is_pinned(tmp_path: Path, newsroom: Newsroom) -> None:
    newsroom.write("pier.txt", "The pier of Oakhaven vbnmjkl closed on Monday after a storm.\n")
    newsroom.indexed()
    (quote, *_) = newsroom.ask("Why did the pier of Oakhaven close?").quotes
    notebook = Notebook(tmp_path)
    notebook.pin(quote, question="Why?")
    (newsroom.seeds / "pier.txt").unlink()
    newsroom.indexed()
    (pin,) = notebook.pins()
    assert pin.citation is not None
    assert pin.citation.quote == quote.quote
    assert pin.citation.quote == pin.citation.article.text[quote.span.start : quote.span.end]
    notebook.unpin(pin.number)
    files = [file for file in tmp_path.iterdir() if file.name.startswith(FILE_NAME)]
    assert not any(b"vbnmjkl" in file.read_bytes() for file in files)


def test_a_damaged_pin_is_not_shown_and_can_be_removed(tmp_path: Path, quotes: list[Citation]) -> None:
    notebook = Notebook(tmp_path)
    for quote in quotes[:2]:
        notebook.pin(quote, question=ASKED)
    with closing(sqlite3.connect(notebook.path)) as connection, connection:
        connection.execute("UPDATE articles SET article = replace(article, 'officers', 'offizers') WHERE rowid = 1")
    pins = notebook.pins()
    assert None in [pin.citation for pin in pins]
    assert DAMAGED in "\n".join(
        one.text for one in docx.Document(io.BytesIO(export_notebook(pins, "docx").content)).paragraphs
    )
    for pin in pins:
        notebook.unpin(pin.number)
    assert notebook.pins() == []


def test_a_file_that_is_not_a_notebook_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"something else")
    with pytest.raises(StoreMismatch):
        Notebook(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == b"something else"


def test_a_notebook_is_exported_in_every_format(tmp_path: Path, quotes: list[Citation]) -> None:
    notebook = Notebook(tmp_path)
    notebook.pin(quotes[0], question=ASKED)
    notebook.pin(quotes[1], question="=1+1 <b>?")
    notebook.note(notebook.pins()[0].number, "=cmd <i>\n*mine*\n\nNext.", was="")
    pins = notebook.pins()
    made = {form: export_notebook(pins, form, page="http://localhost:8501/").content for form in FORMS}
    markdown = made["md"].decode()
    assert markdown.startswith(f"# Notebook\n\n## {ASKED}\n\n> ")
    assert "\\=cmd \\<i\\>  \n\\*mine\\*\n\nNext\\." in markdown
    assert "[open](http://localhost:8501/?article=" in markdown
    paragraphs = [paragraph.text for paragraph in docx.Document(io.BytesIO(made["docx"])).paragraphs]
    assert paragraphs[:2] == ["Notebook", ASKED]
    assert paragraphs[3:7] == ["=cmd <i>", "*mine*", "Next.", "=1+1 <b>?"]
    csv.field_size_limit(100_000)  # reading tables may have set a lower one in this process
    rows = list(csv.DictReader(io.StringIO(made["csv"].decode("utf-8-sig"))))
    assert [row["quote"] for row in rows] == [" ".join(quote.quote.split()) for quote in quotes[:2]]
    assert (rows[0]["note"], rows[1]["question"]) == ("'=cmd <i> *mine* Next.", "'=1+1 <b>?")
    assert b"@" in made["bibtex"]


def test_a_note_that_was_changed_in_another_window_is_not_lost(tmp_path: Path, quotes: list[Citation]) -> None:
    notebook = Notebook(tmp_path)
    notebook.pin(quotes[0], question=ASKED)
    (pin,) = notebook.pins()
    notebook.note(pin.number, "One", was="")
    notebook.note(pin.number, "Two", was="")
    notebook.note(pin.number, "One\n\nTwo", was="")
    notebook.note(pin.number, "Three", was="One\n\nTwo")
    assert [one.note for one in notebook.pins()] == ["Three"]
    notebook.note(pin.number, "Four", was="Two")
    for _ in range(3):
        notebook.note(pin.number, "Four", was="Two")
    notebook.note(pin.number, "", was="Two")
    assert [one.note for one in notebook.pins()] == ["Three\n\nFour"]
    notebook.note(pin.number, "x" * LONGEST_NOTE, was="Two")
    assert notebook.pins()[0].note == "Three\n\nFour\n\n" + "x" * LONGEST_NOTE
