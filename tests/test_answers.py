"""Answers: the story of a question."""

from datetime import date

import pytest

from index.errors import BadQuestion
from index.shelf import Reach
from tests.conftest import FENTANYL, Newsroom


def test_an_answer_tells_what_was_asked_searched_and_read(archive: Newsroom) -> None:
    answer = archive.ask(f"  {FENTANYL}\n")
    assert answer.question == f"  {FENTANYL}\n"
    assert answer.searched_as == FENTANYL
    assert answer.prose is None
    assert answer.refusal is None
    assert answer.searched.reach == Reach(7, 1, date(2026, 1, 19), date(2026, 3, 3))
    assert set(answer.seconds) == {"search", "answer", "total"}
    read = {(passage.article.id, sentence) for passage in answer.passages for sentence in passage.sentences}
    for statement in answer.statements:
        assert statement.verdict == "supported"
        (citation,) = statement.citations
        assert statement.text == citation.quote
        assert (citation.article.id, citation.span) in read


def test_as_of_a_day_a_later_article_answers_nothing(archive: Newsroom) -> None:
    assert archive.ask(FENTANYL, as_of=date(2026, 2, 12)).statements
    assert archive.ask(FENTANYL, as_of=date(2026, 2, 11)).refusal


@pytest.mark.parametrize("question", ["", "  \n ", "x" * 2001])
def test_what_is_no_question_is_not_asked(archive: Newsroom, question: str) -> None:
    with pytest.raises(BadQuestion, match="Expected"):
        archive.ask(question)


def test_a_question_may_be_any_text(archive: Newsroom) -> None:
    for question in ("?", "\x00", "NEAR(a, b) OR *", '"', "\ud800 fentanyl", "ما الجديد", "🚢" * 100):
        assert archive.ask(question).searched_as is not None
