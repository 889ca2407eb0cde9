"""Citations: markers become places in articles, and no text of a model is lost or misread."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.articles import Article
from index.text.spans import Span
from rag.answering.markers import resolve, take_markers, without_begun_marker
from rag.evidence.citations import Citation, Statement, number_citations
from rag.output.answer_text import page_words
from rag.retrieval.passages import Passage

TEXT = "One went. Two stayed. Three fell."
SENTENCES = (Span(0, 9), Span(10, 21), Span(22, 33))


def article(name: str = "a") -> Article:
    return Article(name, f"{name}.txt", "T", TEXT, Span(0, len(TEXT)), None, None, None, None, None)


PASSAGES = [Passage(1, article("a"), SENTENCES), Passage(2, article("b"), SENTENCES[1:])]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (SENTENCES[0], "page 1"),
        (Span(4, 21), "pages 1 to 2, read by OCR"),
        (Span(4, 33), "pages 1 to 3, read by OCR"),
        (SENTENCES[1], "page 2, read by OCR"),
        (SENTENCES[2], "page 3"),
    ],
)
def test_a_quote_has_the_words_of_all_its_pages(span: Span, words: str) -> None:
    paged = replace(article(), pages=(0, 10, 22), ocr=(2,))
    assert page_words(Citation(paged, span)) == words
    assert Citation(paged, span).by_ocr == ("OCR" in words)
    assert not Citation(article(), span).by_ocr
    assert page_words(Citation(article(), span)) == ""


@pytest.mark.parametrize(
    ("written", "plain", "numbers"),
    [
        ("It is so [1.2].", "It is so.", ["1.2"]),
        ("It is so. [1.2]", "It is so.", ["1.2"]),
        ("It is so [1.2, 1.4].", "It is so.", ["1.2", "1.4"]),
        ("It is so [1.2][2.1].", "It is so.", ["1.2", "2.1"]),
        ("It is so [1.2; 1.3 and 2.1].", "It is so.", ["1.2", "1.3", "2.1"]),
        ("It is so [1.2-1.4].", "It is so.", ["1.2", "1.3", "1.4"]),
        ("It is so [1.2–4].", "It is so.", ["1.2", "1.3", "1.4"]),
        ("It is so [1.9-1.2].", "It is so.", ["1.9", "1.2"]),
        ("It is so 【1.2】.", "It is so.", ["1.2"]),
        ("It is so [^1.2].", "It is so.", ["1.2"]),
        ("It is so [<1>.<2>].", "It is so.", ["1.2"]),
        ("It is so [Passage 1.2].", "It is so.", ["1.2"]),
        ("It is so [3].", "It is so.", ["3"]),
        ("It is so [1.2.3].", "It is so.", ["1.2.3"]),
        ("It is so.[1.2]They went.", "It is so. They went.", ["1.2"]),
        ("He said [sic] it [is] so.", "He said [sic] it [is] so.", []),
        ("See [the 2 maps].", "See [the 2 maps].", []),
        ("Prices [1.2 per cent] rose.", "Prices [1.2 per cent] rose.", []),
        ("No end [1.2", "No end [1.2", []),
        ("[1.2] It is so.", " It is so.", ["1.2"]),
    ],
)
def test_markers_are_read_however_models_write_them(written: str, plain: str, numbers: list[str]) -> None:
    text, markers = take_markers(written)
    assert text == plain
    assert [number for marker in markers for number in marker.numbers] == numbers


def test_a_number_names_a_sentence_or_nothing() -> None:
    assert resolve("1.2", PASSAGES) == Citation(article("a"), SENTENCES[1])
    second = resolve("2.1", PASSAGES)
    assert second is not None
    assert second.quote == "Two stayed."
    for number in ("0.1", "1.0", "1.4", "3.1", "1", "1.2.3", "1.-1", "", "1.²", "١.١", "01.1"):
        assert resolve(number, PASSAGES) is None, number


def test_citations_are_numbered_in_the_order_of_first_use() -> None:
    one, two, three = (Citation(article("a"), span) for span in SENTENCES)
    statements = [Statement("x", (two, one), "supported"), Statement("y", (one, three, two), "supported")]
    assert number_citations(statements) == {two: 1, one: 2, three: 3}


@given(st.text(alphabet="ab .[]【】^-–,;1234.\n", max_size=60))
def test_text_without_a_marker_is_unchanged(text: str) -> None:
    plain, markers = take_markers(text)
    assert all(0 <= marker.position <= len(plain) for marker in markers)
    assert all(marker.numbers for marker in markers)
    letters = [character for character in text if character in "ab"]
    assert [character for character in plain if character in "ab"] == letters


@given(st.text(alphabet="ab .[]1234,", max_size=40), st.text(alphabet="ab .[]1234,", max_size=40))
def test_an_incomplete_marker_is_never_shown(begun: str, rest: str) -> None:
    """What is shown of a partial text is the beginning of what is shown later, apart from white space."""
    early = take_markers(without_begun_marker(begun).rstrip())[0].rstrip()
    late = take_markers(without_begun_marker(begun + rest))[0]
    assert "".join(late.split()).startswith("".join(early.split()))
