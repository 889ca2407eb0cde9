"""The words of a question that no article has."""

import pytest

from rag.output.answer_json import answer_json
from rag.output.answer_text import answer_text
from rag.output.search_report import report_text
from rag.retrieval.missing_terms import missing_words
from tests.conftest import Newsroom


@pytest.fixture
def rivers(newsroom: Newsroom) -> Newsroom:
    newsroom.write("lind.txt", "Title: Water in Lind\n\nThe River Lind fell to 4.20 metres, engineers said.\n")
    newsroom.write(
        "ada.txt",
        "Title: Pier\nOutlet: Gull Bay Gazette\n\nMayor Jaiswal of Adelboden said Canadian and Dutch engineers met.\n",
    )
    newsroom.indexed()
    return newsroom


def missing(newsroom: Newsroom, question: str) -> tuple[str, ...]:
    with newsroom.library.shelf.read() as reading:
        return missing_words(question, reading)


def test_a_missing_word_is_reported(rivers: Newsroom) -> None:
    answer = rivers.ask("Who mined cobalt in Tarn?")
    assert answer.level == "nothing"
    assert answer.searched.absent == ("mined", "cobalt", "Tarn")
    absent = "No article mentions “mined” or “cobalt” or “Tarn”."
    assert answer_text(answer).startswith(f"{absent} Nothing found on the shelf.\nSearched 2 articles")
    assert "In no article: mined, cobalt, Tarn" in report_text(answer)
    assert answer_json(answer)["searched"]["absent"] == ["mined", "cobalt", "Tarn"]  # type: ignore[index]


def test_a_missing_word_does_not_stop_an_answer(rivers: Newsroom) -> None:
    answer = rivers.ask("To how many metres did the River Lind fall lately?")
    assert answer.statements
    assert answer.searched.absent == ("lately",)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Tarn: what fell there lately?", ["Tarn", "lately"]),
        ("WHAT DID THE RIVER TARN DO?", ["TARN"]),
        ("How high are Lind and Tarn?", ["high", "Tarn"]),
        ("What did Tarn say to Tarn?", ["Tarn"]),
        ("What did the Gull Bay Gazette report?", ["report"]),  # an outlet is present
        ("What fell on Tuesday, 3 March, or in Feb 2026?", []),
        ("What fell in May?", []),
        ("Was ist in Jaiswals Stadt Tarn los?", ["ist", "Stadt", "Tarn", "los"]),
        ("Did Tarn's mayor go?", ["Tarn's"]),
        ("", []),
    ],
)
def test_each_word_without_an_article_is_listed_once(rivers: Newsroom, question: str, words: list[str]) -> None:
    assert missing(rivers, question) == tuple(words)


def test_no_word_is_missing_from_an_empty_shelf(newsroom: Newsroom) -> None:
    assert missing(newsroom, "What did Tarn do?") == ()
