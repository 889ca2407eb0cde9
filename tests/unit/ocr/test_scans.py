"""Scanned PDF are read page by page, and what is quoted from them says that OCR read it."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from index.core.errors import UnknownSeed, UnreadableArticle
from index.formats import sandbox
from index.formats.parsed import Parsed
from index.formats.pdf_files import parse_scanned_pdf
from index.ocr.engine import Box, Page
from index.pipeline.page_pictures import picture_of_page
from index.reading import readers
from index.reading.readers import _content_of, read_article, read_articles
from index.text.articles import Article
from index.vectors.embedders import Embedder
from rag.evidence.citations import Citation
from rag.output.answer_json import answer_json
from rag.output.answer_text import answer_text
from tests.conftest import Newsroom, make_newsroom
from tests.support.formats import make_pdf, make_zip
from tests.support.scans import needs_ocr, scanned_pdf

FERRY = ["The ferry Aurelia was sold to a yard in Norway", "for 3.2 million crowns, its owner said."]
CREW_ASKED = "How large is the crew of the ferry?"
CREW = ["The crew of 41 keeps its work until October."]


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sandbox, readers):
        monkeypatch.setattr(module, "is_installed", lambda: False)


@pytest.mark.usefixtures("without_ocr")
def test_without_ocr_a_scan_is_rejected_with_what_to_do() -> None:
    with pytest.raises(UnreadableArticle, match=r"a PDF without text, perhaps a scan.* Install OCR"):
        read_article("scan.pdf", scanned_pdf([FERRY]))


@pytest.mark.usefixtures("without_ocr")
def test_without_ocr_the_pages_that_are_pictures_are_named(newsroom: Newsroom) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for content in (make_pdf([["The ferry was sold.", "Its crew stays."]]), scanned_pdf([CREW])):
        for page in PdfReader(io.BytesIO(content)).pages:
            writer.add_page(page)
    file = io.BytesIO()
    writer.write(file)
    newsroom.write("half.pdf", file.getvalue())
    notes = [event.note for event in newsroom.index() if hasattr(event, "note") and event.note]
    assert any("without what is printed on the picture of page 2: OCR is not installed" in note for note in notes)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory, model: Embedder) -> Iterator[Newsroom]:
    """A newsroom with a scan of two pages."""
    made = make_newsroom(tmp_path_factory.mktemp("scans"), model)
    made.write("scan.pdf", scanned_pdf([FERRY, CREW]))
    assert made.indexed().articles == 1
    yield made
    made.library.index.release()


@needs_ocr
@pytest.mark.slow
def test_pages_are_turned_stamps_are_no_text_and_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The first page lies on its side and has a stamp as text, the second is upside down, the third no text at all."""
    content = scanned_pdf([FERRY, CREW, []], turns=(1, 2, 0), stamp="Scanned by Fictional Wire")
    (read,) = list(read_articles("turned.pdf", io.BytesIO(content), max_bytes=len(content)))
    assert read.article is not None
    assert read.article.text.split() == " ".join([*FERRY, *CREW]).split()
    assert read.article.ocr == (1, 2)
    assert (
        read.note == "read by OCR: pages 1, 2, without what is printed on the picture of page 3: OCR read nothing there"
    )


@needs_ocr
@pytest.mark.slow
def test_a_page_in_another_script_is_not_guessed() -> None:
    with pytest.raises(UnreadableArticle, match=r"OCR read none\. Expected a scan of print in Latin script"):
        read_article("cyrillic.pdf", scanned_pdf([["Ӂ Ж Щ Ю Ѫ Ѯ Ж Щ Ѫ", "Щ Ж Ю Ӂ Ѯ Ѫ Щ Ю Ж"] * 4]))


def test_what_ocr_reads_of_a_page_becomes_lines_headline_and_columns() -> None:
    """A headline of two lines, whose heights differ as OCR measures them, and two columns."""
    boxes = [Box("Ferry Aurelia is sold", 60, 400, 60, 90), Box("to a Norwegian yard", 60, 380, 100, 131.5)]
    for column, left in enumerate((60, 330)):
        boxes += [
            Box(f"c{column} line {row} of it", left, left + 220, 200 + 14 * row, 210 + 14 * row) for row in range(8)
        ]
    (parsed,) = parse_scanned_pdf("a.pdf", make_pdf([[]]), {1: Page(boxes, 842)})
    assert parsed.stated["title"] == "Ferry Aurelia is sold to a Norwegian yard"
    places = [parsed.text.index(f"c{column} line {row}") for column in (0, 1) for row in range(8)]
    assert places == sorted(places)


def test_the_id_of_a_mail_in_a_mailbox_does_not_depend_on_ocr() -> None:
    """An id that changes makes every old link to the article say that it was changed."""
    parsed = Parsed("The ferry was sold.", {"title": "Ferry"})
    assert _content_of(parsed) == _content_of(replace(parsed, ocr=(1,), scanned=(2,)))
    assert b"ocr" not in _content_of(parsed)


@needs_ocr
@pytest.mark.slow
def test_a_scan_is_read_and_its_quotes_say_so(scanned: Newsroom) -> None:
    answer = scanned.ask(CREW_ASKED)
    (quote,) = [one for one in answer.quotes if "41" in one.quote]
    assert quote.quote == quote.article.text[quote.span.start : quote.span.end] == CREW[0]
    assert (quote.page, quote.by_ocr) == (2, True)
    assert "page 2, read by OCR" in answer_text(answer)
    statements = answer_json(answer)["statements"]
    assert isinstance(statements, list)
    assert all(citation["ocr"] for statement in statements for citation in statement["citations"])


@needs_ocr
@pytest.mark.slow
def test_the_picture_of_a_page_is_shown_below_the_article(scanned: Newsroom, tmp_path: Path) -> None:
    quote = next(one for one in scanned.ask(CREW_ASKED).quotes if one.page == 2)
    page = show(quote.article, quote, scanned)
    page.toggle[0].set_value(True).run()
    (shown,) = page.get("image")
    assert shown.proto.imgs[0].caption == "scan.pdf, page 2"
    picture = Image.open(io.BytesIO(picture_of_page(quote.article, 2, scanned.seeds)))
    assert picture.width > picture.height
    assert picture.getextrema() != (255, 255), "something is printed on it"
    (tmp_path / "scan.pdf").write_bytes(scanned_pdf([FERRY]))
    with pytest.raises(UnknownSeed, match="was changed since it was read"):
        picture_of_page(quote.article, 1, tmp_path)


def show(article: Article, quote: Citation | None, newsroom: Newsroom) -> AppTest:
    def script() -> None:
        import streamlit as st

        from ui.article.page_picture import show_page_picture

        show_page_picture(*st.session_state["given"])

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["given"] = (article, quote, newsroom.seeds)
    return page.run()


def notes(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def test_other_pages_have_no_picture(newsroom: Newsroom) -> None:
    newsroom.write("text.pdf", make_pdf([["The crew of 41 keeps its work."]]))
    newsroom.indexed()
    (quote,) = newsroom.ask(CREW_ASKED).quotes
    page = show(quote.article, quote, newsroom)
    assert not page.toggle
    assert not page.exception
    assert not notes(page)


def test_an_article_without_a_clicked_quote_offers_the_first_page_that_ocr_read(newsroom: Newsroom) -> None:
    newsroom.write("text.pdf", make_pdf([["The crew of 41 keeps its work."]]))
    newsroom.indexed()
    (quote,) = newsroom.ask(CREW_ASKED).quotes
    scanned = replace(quote.article, pages=(0, quote.span.start, quote.span.end - 3), ocr=(2, 3))
    for clicked, note in ((None, "2 pages were read"), (replace(quote, article=scanned), "2 pages were read")):
        page = show(scanned, clicked, newsroom)
        assert note in notes(page)
        assert [toggle.label for toggle in page.toggle] == ["Show page 2 as it was scanned"]
    one = replace(scanned, ocr=(3,))
    assert "Page 3 was read by OCR" in notes(show(one, None, newsroom))


@pytest.mark.parametrize("path", ["pack.zip#text.pdf", f"pack.zip#{'long' * 80}.pdf"])
def test_an_entry_of_an_archive_says_that_ocr_read_it_and_offers_no_picture(path: str, newsroom: Newsroom) -> None:
    newsroom.write("pack.zip", make_zip({"text.pdf": make_pdf([["The crew of 41 keeps its work."]])}))
    newsroom.indexed()
    (quote,) = newsroom.ask(CREW_ASKED).quotes
    assert quote.article.path == "pack.zip#text.pdf"
    page = show(replace(quote.article, path=path, ocr=(1,)), None, newsroom)
    assert "Page 1 was read by OCR" in notes(page)
    assert not page.toggle
    assert not page.exception
