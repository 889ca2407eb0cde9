"""Prose, from the question to the level: what a model is asked, what it reads, and what its words change."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from index.core.scope import Scope
from rag.answering.models import Answer, Level, Part, Prose, Quoted
from rag.answering.pipeline import answer_question
from rag.answering.query import make_query
from rag.evidence.citations import Statement
from rag.language.instructions import Asked
from rag.llm.client import ChatModel
from tests.conftest import FENTANYL, Newsroom
from tests.support.chat_server import KEY, ChatServer, as_json, serve_chat
from tests.support.levels import at_level

BOTH = "What pay rise did the train drivers accept, and what was agreed on fentanyl precursors?"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ChatServer]:
    with serve_chat() as running:
        running.say = lambda _: as_json()
        yield running


def asked_of(endpoint: ChatServer, newsroom: Newsroom, question: str, **options: object) -> tuple[str, str]:
    """Return the rules and the text that the model is sent for a question."""
    endpoint.requests.clear()
    chat = ChatModel("m", base_url=endpoint.base_url, key=KEY, seconds=20, answer_tokens=200)
    answer_question(make_query(question, **options), library=newsroom.library, chat=chat)  # type: ignore[arg-type]
    system, user = (message["content"] for message in endpoint.requests[-1]["messages"])
    return system, user


def test_a_model_is_asked_the_question_as_it_was_typed_and_in_its_form(endpoint: ChatServer, archive: Newsroom) -> None:
    typed = "Give me a timeline of the rail strike in Castlemere, in plain English"
    system, user = asked_of(endpoint, archive, typed)
    assert user.endswith(f"\nQuestion: {typed}")
    assert "Write a timeline: one short sentence a line" in system


def test_the_day_of_a_scope_is_the_day_as_of_which_a_model_answers(endpoint: ChatServer, archive: Newsroom) -> None:
    system, user = asked_of(endpoint, archive, FENTANYL, scope=Scope(until=date(2026, 2, 12)))
    assert "Today is 12 February 2026." in system
    assert "12 February 2026: " in user
    system, _ = asked_of(endpoint, archive, FENTANYL, today=date(2026, 7, 1))
    assert "Today is 1 July 2026." in system


def test_each_question_is_asked_and_its_best_passage_is_read(endpoint: ChatServer, archive: Newsroom) -> None:
    small = replace(archive.library, settings=archive.library.settings.model_copy(update={"chat_prompt_tokens": 900}))
    _, user = asked_of(endpoint, replace(archive, library=small), BOTH)
    assert re.search(r"\nQuestion 1: What pay rise .*\?\nQuestion 2: what was agreed on fentanyl precursors\?$", user)
    assert "4.2 per cent over two years" in user
    assert "\nPassage 2, 12 February 2026: " in user


def test_a_question_that_points_back_is_asked_with_its_subject(archive: Newsroom) -> None:
    query = make_query("when will that happen?", before=[archive.ask(FENTANYL)])
    assert query.asked == (Asked(query.standalone.question, "answer", None),)
    assert "fentanyl" in query.asked[0].question
    assert query.rewritten("When does the deal take effect?").asked[0].question == "When does the deal take effect?"


def test_of_a_long_mail_only_the_question_in_it_is_asked() -> None:
    mail = f"Dear all,\n\n{'I read your paper every day on the tram. ' * 30}\n\nWhy was the Quarrow bridge closed?\n"
    (asked,) = make_query(mail).asked
    assert asked.question == "Why was the Quarrow bridge closed?"


def in_parts(answer: Answer, *levels: Level) -> Answer:
    """Return an answer to several questions, each with its own sentence of `answer`, at these levels."""
    sentences = answer.quoted.statements
    parts = [
        Part(f"question {number}", Quoted(level, sentences[number : number + 1] if level != "nothing" else (), 0.3))
        for number, level in enumerate(levels)
    ]
    shown = tuple(one for part in parts for one in part.quoted.statements)
    level: Level = levels[0] if len(set(levels)) == 1 else "may_answer"
    return replace(answer, quoted=Quoted(level, shown, 0.3), parts=tuple(parts))


def with_prose(answer: Answer, *supported: Statement, refused: bool = False) -> Answer:
    return replace(answer, prose=Prose("m", "whole", supported, refused, "", None, 1.0))


def test_several_questions_are_answered_if_each_is(archive: Newsroom) -> None:
    asked = archive.ask(FENTANYL)
    first, second, *_ = asked.quoted.statements
    unsure = in_parts(asked, "may_answer", "may_answer")
    assert with_prose(unsure).level == "may_answer"
    assert with_prose(unsure, first).level == "may_answer", "the second question has no answer"
    assert with_prose(unsure, first, second).level == "answers"
    assert with_prose(in_parts(asked, "answers", "may_answer"), second).level == "answers"
    assert with_prose(in_parts(asked, "answers", "nothing"), first).level == "may_answer"
    assert with_prose(in_parts(asked, "nothing", "nothing"), first).level == "may_answer"
    assert with_prose(at_level(asked, "nothing"), first).level == "answers"


def test_a_model_that_refuses_all_hides_no_part_that_is_answered(archive: Newsroom) -> None:
    asked = archive.ask(FENTANYL)
    assert with_prose(in_parts(asked, "answers", "nothing"), refused=True).level == "may_answer"
    assert with_prose(in_parts(asked, "may_answer", "nothing"), refused=True).level == "nothing"
