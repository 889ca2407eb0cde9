"""Scanned PDF are read page by page, and what is quoted from them says that OCR read it."""

import io

import pytest

from index.core.errors import UnreadableArticle
from index.formats import sandbox
from index.reading.readers import read_article
from rag.answering.models import Answer
from rag.output.answer_json import answer_json
from rag.output.answer_text import answer_text
from tests.conftest import Newsroom
from tests.support.formats import make_pdf
from tests.support.scans import needs_ocr, scanned_pdf

FERRY = ["The ferry Aurelia was sold to a yard in Norway", "for 3.2 million crowns, its owner said."]
CREW = ["The crew of 41 keeps its work until October."]


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "is_installed", lambda: False)


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
    assert any("without the text of page 2, a picture" in note for note in notes)


@needs_ocr
@pytest.mark.slow
def test_a_scan_is_read_and_its_quotes_say_so(newsroom: Newsroom) -> None:
    newsroom.write("scan.pdf", scanned_pdf([FERRY, CREW]))
    assert newsroom.indexed().articles == 1
    answer = newsroom.ask("How large is the crew of the ferry?")
    (quote,) = [one for one in answer.quotes if "41" in one.quote]
    assert quote.quote == quote.article.text[quote.span.start : quote.span.end] == CREW[0]
    assert (quote.page, quote.by_ocr) == (2, True)
    assert "page 2, read by OCR" in answer_text(answer)
    assert ocr_in_json(answer) == [True] * len(answer.quotes)


def ocr_in_json(answer: Answer) -> list[object]:
    statements = answer_json(answer)["statements"]
    assert isinstance(statements, list)
    return [citation["ocr"] for statement in statements for citation in statement["citations"]]
