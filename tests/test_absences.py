"""Absences: a name that no article has is not answered about, however near a sentence is."""

import pytest

from rag.absences import Absent, find_absent
from rag.answers import find_quotes
from rag.receipts import receipt_text
from rag.rendering import answer_json, searched_line
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


def absent(newsroom: Newsroom, question: str) -> dict[str, bool]:
    """Return the words of a question that no article has, and whether each is a name."""
    with newsroom.parts.shelf.read() as reading:
        return {one.word: one.is_name for one in find_absent(question, reading)}


def test_a_river_that_no_article_names_is_refused(rivers: Newsroom) -> None:
    assert "4.20" in rivers.ask(LEVEL.format("Lind")).statements[0].text
    gone = rivers.ask(LEVEL.format("Tarn"))
    assert gone.refusal is not None
    assert "4.20" in gone.refusal.closest[0].quote
    assert gone.searched.absent == ("Tarn",)
    assert searched_line(gone).startswith("No article has “Tarn”. Searched 2 articles")
    assert "In no article: Tarn" in receipt_text(gone)
    assert answer_json(gone)["searched"]["absent"] == ["Tarn"]  # type: ignore[index]
    assert find_quotes(LEVEL.format("Tarn"), parts=rivers.parts) == ((), "")
    assert find_quotes(LEVEL.format("Lind"), parts=rivers.parts)[0]


def test_a_word_that_is_no_name_refuses_nothing(rivers: Newsroom) -> None:
    answer = rivers.ask("To how many metres did the River Lind fall lately?")
    assert answer.statements
    assert answer.searched.absent == ("lately",)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Tarn: what fell there lately?", {"Tarn": False, "lately": False}),  # the first word has a capital anyhow
        ("WHAT DID THE RIVER TARN DO?", {"TARN": False}),
        ("What Did Tarn Engineers Say?", {"Tarn": False}),
        ("What did Tarn do?", {"Tarn": True}),
        ("What did NATO say of Tarn?", {"NATO": False, "Tarn": True}),
        ("What did Jaiswel say in Adleboden?", {"Jaiswel": False, "Adleboden": False}),  # spelled alike
        ("What did Canada and the Netherlands say?", {"Canada": False, "Netherlands": False}),  # has their people
        ("What did the Gull Bay Gazette report?", {"report": False}),  # an outlet
        ("What fell on Tuesday, 3 March, or in Feb 2026?", {}),
        ("What fell in May?", {}),
        ("Was ist in Jaiswals Stadt Tarn los?", {"Stadt": False, "Tarn": False, "ist": False, "los": False}),
        ("", {}),
    ],
)
def test_what_is_a_name(rivers: Newsroom, question: str, expected: dict[str, bool]) -> None:
    assert absent(rivers, question) == expected


def test_an_empty_shelf_lacks_no_word(newsroom: Newsroom) -> None:
    assert absent(newsroom, "What did Tarn do?") == {}


def test_a_word_is_told_as_it_was_asked(rivers: Newsroom) -> None:
    with rivers.parts.shelf.read() as reading:
        assert find_absent("Did Tarn's mayor go?", reading) == (Absent("Tarn's", is_name=True),)
