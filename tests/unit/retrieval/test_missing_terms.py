"""Absences: a name that no article has is not answered about, however near a sentence is."""

import pytest

from rag.answering.pipeline import list_quotes
from rag.output.answer import answer_json, searched_line
from rag.output.search_report import report_text
from rag.retrieval.missing_terms import Absences, find_absences
from tests.conftest import Newsroom

LEVEL = "To how many metres did the River {} fall?"


@pytest.fixture
def rivers(newsroom: Newsroom) -> Newsroom:
    newsroom.write("lind.txt", "Title: Water in Lind\n\nThe River Lind fell to 4.20 metres, engineers said.\n")
    newsroom.write(
        "ada.txt",
        "Title: Pier\nOutlet: Gull Bay Gazette\n\nMayor Jaiswal of Adelboden said Canadian and Dutch engineers met.\n",
    )
    newsroom.indexed()
    return newsroom


def absences(newsroom: Newsroom, question: str) -> Absences:
    """Return what a question has that no article of the newsroom does."""
    with newsroom.library.shelf.read() as reading:
        return find_absences(question, reading)


def test_a_river_that_no_article_names_is_refused(rivers: Newsroom) -> None:
    assert "4.20" in rivers.ask(LEVEL.format("Lind")).statements[0].text
    gone = rivers.ask(LEVEL.format("Tarn"))
    assert gone.refusal is not None
    assert "4.20" in gone.refusal.closest[0].quote
    assert gone.searched.absent == ("Tarn",)
    assert searched_line(gone).startswith("No article has “Tarn”. Searched 2 articles")
    assert "In no article: Tarn" in report_text(gone)
    assert answer_json(gone)["searched"]["absent"] == ["Tarn"]  # type: ignore[index]
    assert list_quotes(LEVEL.format("Tarn"), library=rivers.library).quotes == ()
    assert list_quotes(LEVEL.format("Lind"), library=rivers.library).quotes


def test_a_word_that_is_no_name_refuses_nothing(rivers: Newsroom) -> None:
    answer = rivers.ask("To how many metres did the River Lind fall lately?")
    assert answer.statements
    assert answer.searched.absent == ("lately",)


@pytest.mark.parametrize(
    ("question", "words", "all_named"),
    [
        ("Tarn: what fell there lately?", ["Tarn", "lately"], False),  # the first word has a capital anyhow
        ("WHAT DID THE RIVER TARN DO?", ["TARN"], False),
        ("What Did Tarn Engineers Say?", ["Tarn"], False),
        ("What did Tarn do?", ["Tarn"], True),
        ("How high is the River Tarn?", ["high", "Tarn"], True),  # one name, though the shelf has a river
        ("How high are Lind and Tarn?", ["high", "Tarn"], False),  # one of two is there
        ("What did NATO say of Tarn?", ["NATO", "Tarn"], False),  # who knows what the initials stand for
        ("What did Jaiswel say in Adleboden?", ["Jaiswel", "Adleboden"], False),  # spelled alike
        ("What did Canada and the Netherlands say?", ["Canada", "Netherlands"], False),  # has their people
        ("What did the Gull Bay Gazette report?", ["report"], False),  # an outlet
        ("What fell on Tuesday, 3 March, or in Feb 2026?", [], False),
        ("What fell in May?", [], False),
        ("Was ist in Jaiswals Stadt Tarn los?", ["ist", "Stadt", "Tarn", "los"], False),
        ("Did Tarn's mayor go?", ["Tarn's"], True),
        ("", [], False),
    ],
)
def test_what_no_article_has(rivers: Newsroom, question: str, words: list[str], all_named: bool) -> None:
    assert absences(rivers, question) == Absences(tuple(words), all_named)


def test_an_empty_shelf_lacks_no_word(newsroom: Newsroom) -> None:
    assert absences(newsroom, "What did Tarn do?") == Absences((), all_named=False)
