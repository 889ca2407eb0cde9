"""Answers: the path from a question to its answer."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from index.core.errors import BadQuestion
from index.core.scope import Scope
from index.shelf.queries import Reach
from rag.answering.models import Dated
from rag.answering.pipeline import answer_question, stream_answer
from rag.answering.query import make_query
from rag.llm.client import ChatModel
from rag.output.answer_json import answer_json
from rag.output.answer_text import answer_text
from tests.conftest import FENTANYL, OTTAWA, SEED, Newsroom
from tests.support.chat_server import KEY, ChatServer, as_json, serve_chat
from tests.support.followup_cases import CASES, Case
from tests.support.levels import at_level


def test_an_answer_has_what_was_asked_searched_and_read(archive: Newsroom) -> None:
    answer = archive.ask(f"  {FENTANYL}\n")
    assert answer.question == FENTANYL
    assert answer.searched_as == FENTANYL
    assert answer.prose is None
    assert answer.level != "nothing"
    assert answer.searched.reach == Reach(7, 1, date(2026, 1, 19), date(2026, 3, 3))
    assert set(answer.seconds) == {"search", "answer", "total"}
    read = {(passage.article.id, sentence) for passage in answer.passages for sentence in passage.sentences}
    for statement in answer.statements:
        assert statement.verdict == "supported"
        (citation,) = statement.citations
        assert statement.text == citation.quote
        assert (citation.article.id, citation.span) in read


def test_an_article_after_the_last_day_does_not_answer(archive: Newsroom) -> None:
    assert archive.ask(FENTANYL, Scope(until=date(2026, 2, 12))).statements
    assert archive.ask(FENTANYL, Scope(until=date(2026, 2, 11))).level != "answers"


def test_an_answer_uses_only_its_scope_and_reports_it(archive: Newsroom) -> None:
    scope = Scope(since=date(2026, 2, 1), outlets=frozenset({"", "Nobody"}))
    answer = archive.ask(FENTANYL, scope)
    assert answer.statements
    assert answer.searched.scope == scope
    assert (answer.searched.reach, answer.searched.on_shelf) == (Reach(2, 0, date(2026, 2, 12), date(2026, 2, 20)), 7)
    assert {passage.article.outlet for passage in answer.passages} == {None}
    nothing = archive.ask(FENTANYL, Scope(outlets=frozenset({"Nobody"})))
    assert nothing.level == "nothing"
    assert (nothing.passages, nothing.searched.reach) == ((), Reach(0, 0, None, None))


STRIKE = "What pay rise did the train drivers accept"
TODAY = date(2026, 2, 18)


def test_days_that_a_question_names_narrow_it_to_what_was_published_then(archive: Newsroom) -> None:
    answer = answer_question(make_query(f"{STRIKE} in early February 2026?", today=TODAY), library=archive.library)
    assert answer.dated == Dated("early February 2026", date(2026, 2, 1), date(2026, 2, 13), used=True, chosen=Scope())
    assert {passage.article.path for passage in answer.passages} == {"fiction/strike.txt", SEED.name}
    assert answer.searched.scope == Scope(date(2026, 2, 1), date(2026, 2, 13))
    assert answer.scope == Scope(), "what the reader chose"
    days = answer_json(answer)["days"]
    assert days == {"phrase": "early February 2026", "since": "2026-02-01", "until": "2026-02-13", "used": True}
    assert "4.2 per cent" in answer.quotes[0].quote
    assert answer.searched_as == f"{STRIKE} in early February 2026?"
    assert "\nRail strike" in answer_text(answer)
    assert answer_text(answer).startswith("Published 1 Feb to 13 Feb 2026, for “early February 2026”.")


def test_if_nothing_of_those_days_answers_all_days_are_searched(archive: Newsroom) -> None:
    answer = answer_question(make_query(f"{STRIKE} in January 2026?", today=TODAY), library=archive.library)
    assert answer.dated == Dated("January 2026", date(2026, 1, 1), date(2026, 2, 3), used=True, chosen=Scope()), (
        "reported within days"
    )
    answer = answer_question(make_query(f"{STRIKE} in May 2024?", today=TODAY), library=archive.library)
    assert answer.dated == Dated("May 2024", date(2024, 5, 1), date(2024, 6, 3), used=False, chosen=Scope())
    assert answer.searched.scope == Scope()
    assert answer.passages[0].article.path == "fiction/strike.txt"
    note = "Nothing published 1 May to 3 Jun 2024 (“May 2024”) answers this: all days were searched."
    assert answer_text(answer).splitlines()[0] == note


def test_days_are_counted_from_the_last_day_of_the_scope(archive: Newsroom) -> None:
    scope = Scope(until=date(2026, 2, 4))
    answer = answer_question(
        make_query(f"{STRIKE} this week?", scope=scope, today=date(2030, 1, 1)), library=archive.library
    )
    assert answer.dated == Dated("this week", date(2026, 2, 2), date(2026, 2, 4), used=True, chosen=scope)
    later = answer_question(make_query(f"{STRIKE} since yesterday?", scope=scope), library=archive.library)
    assert later.dated == Dated("since yesterday", date(2026, 2, 3), date(2026, 2, 4), used=False, chosen=scope)
    assert later.searched.scope == scope, "what the reader chose stays"


def test_all_days_may_be_asked_for_and_a_question_without_days_has_none(archive: Newsroom) -> None:
    asked = f"{STRIKE} in early February 2026?"
    whole = answer_question(make_query(asked, today=TODAY, all_days=True), library=archive.library)
    assert (whole.dated, whole.searched.scope) == (None, Scope())
    assert len({passage.article.path for passage in whole.passages}) > 2
    assert archive.ask(FENTANYL).dated is None


@pytest.mark.parametrize("question", ["", "  \n ", "x" * 16_001, f"a{' ' * 16_000}b"])
def test_an_empty_or_overlong_question_is_not_asked(archive: Newsroom, question: str) -> None:
    with pytest.raises(BadQuestion, match="Expected"):
        archive.ask(question)


def test_white_space_around_a_question_is_not_kept() -> None:
    query = make_query(f"\n{STRIKE}?{' ' * 16_000}")
    assert query.raw == f"{STRIKE}?"


@pytest.mark.slow
def test_a_question_may_be_any_text(archive: Newsroom) -> None:
    for question in ("?", "\x00", "NEAR(a, b) OR *", '"', "\ud800 fentanyl", "ما الجديد", "🚢" * 100):
        assert archive.ask(question).searched_as is not None


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ChatServer]:
    with serve_chat() as running:
        yield running


def model_of(endpoint: ChatServer, *, seconds: float = 20) -> ChatModel:
    return ChatModel("m", base_url=endpoint.base_url, key=KEY, seconds=seconds, answer_tokens=200)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.follow_up)
def test_a_follow_up_finds_its_article_with_and_without_a_model(
    archive: Newsroom, endpoint: ChatServer, case: Case
) -> None:
    def say(messages: list[dict[str, str]]) -> str:
        return case.by_model if "Last question" in messages[-1]["content"] else as_json()

    endpoint.say, endpoint.fault = say, ""
    first = archive.ask(case.first)
    for chat in (None, model_of(endpoint)):
        answer = answer_question(make_query(case.follow_up, before=[first]), library=archive.library, chat=chat)
        assert answer.passages[0].article.path == case.path
        assert case.says in answer.passages[0].text


@pytest.mark.slow
def test_a_follow_up_is_answered_from_its_own_scope(archive: Newsroom, endpoint: ChatServer) -> None:
    words = "When will the agreement on fentanyl precursors take effect?"
    endpoint.say = lambda messages: words if "Last question" in messages[-1]["content"] else as_json()
    endpoint.fault = ""
    here, elsewhere = Scope(until=date(2026, 2, 12), outlets=frozenset({""})), Scope(since=date(2026, 2, 13))
    for chat in (None, model_of(endpoint)):
        first = archive.ask(FENTANYL, here)
        again = answer_question(
            make_query("when will that happen?", scope=here, before=[first]), library=archive.library, chat=chat
        )
        assert {passage.article.path for passage in again.passages} == {SEED.name}
        assert again.searched.scope == here
        moved = answer_question(
            make_query("when will that happen?", scope=elsewhere, before=[first]), library=archive.library, chat=chat
        )
        assert moved.searched_as == again.searched_as, "the subject is carried into another scope"
        read = {passage.article.published for passage in moved.passages}
        assert read == {date(2026, 2, 20), date(2026, 3, 3)}


@pytest.mark.slow
def test_a_follow_up_rewritten_by_a_model_is_searched_for(archive: Newsroom, endpoint: ChatServer) -> None:
    words = "When will the agreement on fentanyl precursors take effect?"
    endpoint.say = lambda messages: words if "Last question" in messages[-1]["content"] else as_json()
    endpoint.fault = ""
    endpoint.requests.clear()
    first = archive.ask(FENTANYL)
    growing = list(
        stream_answer(
            make_query("when will that happen?", before=[first]), library=archive.library, chat=model_of(endpoint)
        )
    )
    searched = list(dict.fromkeys(answer.searched_as for answer in growing))
    assert searched == ["when will that happen, on fentanyl precursors?", words]
    assert growing[0].prose is None
    assert growing[0].quotes, "there are quotes before the model has said a word"
    assert words in endpoint.requests[-1]["messages"][-1]["content"]
    assert growing[-1].prose is not None
    assert growing[-1].prose.usage is not None
    assert growing[-1].prose.usage.tokens_in == 2 * 1234, "both of the model's answers count"


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["server error", "hang before the answer", "login page"])
def test_if_the_endpoint_fails_the_rules_rewrite_the_follow_up(
    archive: Newsroom, endpoint: ChatServer, fault: str
) -> None:
    endpoint.fault = fault
    first = archive.ask(FENTANYL)
    answer = answer_question(
        make_query("when will that happen?", before=[first]),
        library=archive.library,
        chat=model_of(endpoint, seconds=2),
    )
    assert answer.searched_as == "when will that happen, on fentanyl precursors?"
    assert answer.quotes
    assert answer.seconds["prose"] < 4, "one deadline for both"


def test_a_model_that_finds_nothing_lowers_the_level(archive: Newsroom, endpoint: ChatServer) -> None:
    endpoint.say, endpoint.fault = lambda _: as_json(), ""
    asked = answer_question(FENTANYL, library=archive.library, chat=model_of(endpoint))
    answer = at_level(asked, "answers")
    assert answer.level == "may_answer"
    assert answer.quotes == answer.quoted.citations != (), "an article that silences a model hides no quote"
    assert answer.statements == answer.quoted.statements
    unsure = at_level(answer, "may_answer")
    assert replace(unsure, quoted=replace(unsure.quoted, chance=0.6)).level == "may_answer"
    unlikely = replace(unsure, quoted=replace(unsure.quoted, chance=0.4))
    assert (unlikely.level, unlikely.quotes, unlikely.statements) == ("nothing", (), ())
    assert at_level(answer, "nothing").level == "nothing"


@pytest.mark.slow
def test_a_supported_statement_makes_an_answer_and_others_do_not(archive: Newsroom, endpoint: ChatServer) -> None:
    endpoint.say, endpoint.fault = lambda _: as_json(("Ottawa has 1,017,449 inhabitants.", ["1.1"])), ""
    answer = answer_question(OTTAWA, library=archive.library, chat=model_of(endpoint))
    assert answer.level == answer.quoted.level != "answers"
    (statement,) = answer.statements
    assert statement.verdict in ("unclear", "contradicted")
    true = "The NSA met his Canadian counterpart, MEA spokesperson Randhir Jaiswal said."
    endpoint.say = lambda messages: as_json((true, re.findall(r"\[(\d+\.\d+)\] Responding", messages[-1]["content"])))
    answer = answer_question(
        "What did the NSA do in Ottawa, of all places?", library=archive.library, chat=model_of(endpoint)
    )
    assert answer.quoted.level != "answers"
    assert (answer.level, answer.statements[0].verdict) == ("answers", "supported")


def test_an_empty_shelf_asks_no_model(newsroom: Newsroom, endpoint: ChatServer) -> None:
    newsroom.index()
    endpoint.requests.clear()
    answer = answer_question(FENTANYL, library=newsroom.library, chat=model_of(endpoint))
    assert (answer.prose, endpoint.requests) == (None, [])


@pytest.mark.slow
def test_a_stop_while_a_follow_up_is_rewritten_sends_no_article(archive: Newsroom, endpoint: ChatServer) -> None:
    stop = threading.Event()

    def say(_: object) -> str:
        stop.set()
        return ""

    endpoint.say, endpoint.fault = say, "hang before the answer"
    endpoint.requests.clear()
    first = archive.ask(FENTANYL)
    chat = model_of(endpoint)
    *_, last = stream_answer(
        make_query("when will that happen?", before=[first]), library=archive.library, chat=chat, stop=stop
    )
    assert last.prose is not None
    assert last.prose.state == "stopped"
    assert last.quotes
    (only,) = endpoint.requests
    assert "Last question" in only["messages"][-1]["content"]


@pytest.mark.slow
def test_asking_again_uses_a_higher_temperature(archive: Newsroom, endpoint: ChatServer) -> None:
    endpoint.say, endpoint.fault = lambda _: as_json(), ""
    endpoint.requests.clear()
    for again in (False, True):
        list(stream_answer(FENTANYL, library=archive.library, chat=model_of(endpoint), again=again))
    calm, other = (asked["temperature"] for asked in endpoint.requests)
    assert calm == 0 < other
