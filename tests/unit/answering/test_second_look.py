"""Second look: a model may doubt a statement that the checks let pass, and clears none that they doubt."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest

from index.text.articles import Article
from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.answering.generative import Writer, answer
from rag.answering.models import Prose
from rag.answering.pipeline import answer_question
from rag.evidence.citations import Doubt
from rag.language.instructions import Asked
from rag.llm.client import ChatModel
from rag.output.answer_text import ending_note
from rag.retrieval.passages import Passage
from tests.conftest import FENTANYL, Newsroom
from tests.support.chat_server import KEY, ChatServer, as_json, serve_chat

TEXT = "The lock at Penhallow sluice was shut on Friday. Divers saw that 3 of its 8 hinges were bent."
SHUT, BENT = "The lock was shut on Friday.", "Divers saw on Monday that hinges were bent."
ARTICLE = Article("a", "a.txt", "Penhallow sluice", TEXT, Span(0, len(TEXT)), None, None, None, None, None)
PASSAGES = [Passage(1, ARTICLE, split_sentences(TEXT, Span(0, len(TEXT))))]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serve_chat() as running:
        yield running


def chat_of(server: ChatServer) -> ChatModel:
    return ChatModel("scripted", base_url=server.base_url, key=KEY, seconds=20, answer_tokens=100)


def ask(
    server: ChatServer, judge: Callable[[str], str], *, looks_again: bool = True, stop: threading.Event | None = None
) -> list[Prose]:
    """Ask a model that writes two statements and an uncited one, and judges as `judge` does."""

    def say(messages: list[dict[str, str]]) -> str:
        asked = messages[-1]["content"]
        return judge(asked) if "Statement:" in asked else as_json((SHUT, ["1.1"]), (BENT, ["1.2"]), ("So it is.", []))

    server.say = say
    writer = Writer(
        chat=chat_of(server), max_tokens=2000, as_json=True, today=date(2026, 3, 9), stop=stop, looks_again=looks_again
    )
    return list(answer([Asked("Why?", "answer", None)], PASSAGES, writer))


def verdicts(prose: Prose) -> list[str]:
    return [statement.verdict for statement in prose.statements]


def test_without_the_setting_a_model_is_asked_once(server: ChatServer) -> None:
    last = ask(server, lambda _: "contradicted", looks_again=False)[-1]
    assert verdicts(last) == ["supported", "unclear", "uncited"]
    assert len(server.requests) == 1


def test_each_cited_statement_is_judged_by_its_sentences_alone(server: ChatServer) -> None:
    (only,) = ask(server, lambda _: "Supported.")
    assert (verdicts(only), only.state, only.problem) == (["supported", "unclear", "uncited"], "whole", "")
    sent = [one["messages"][-1]["content"] for one in server.requests[1:]]
    first, second = (sentence.cut(TEXT) for sentence in PASSAGES[0].sentences)
    assert sent == [
        f"Sentences:\n- {first}\n\nStatement:\n{SHUT}",
        f"Sentences:\n- {second}\n\nStatement:\n{BENT}",
    ]
    assert only.usage is not None
    assert only.usage.tokens_in == 3 * 1234


@pytest.mark.parametrize(
    ("word", "verdict", "message"),
    [
        ("unclear", "unclear", "The language model does not find this in the quotes."),
        ("Verdict: **Contradicted**", "contradicted", "The language model finds that the quotes say something else."),
        (
            "<think>supported?</think>contradicted",
            "contradicted",
            "The language model finds that the quotes say something else.",
        ),
    ],
)
def test_the_worse_verdict_is_shown_with_its_reason(server: ChatServer, word: str, verdict: str, message: str) -> None:
    (only,) = ask(server, lambda asked: word if SHUT in asked else "supported")
    assert verdicts(only) == [verdict, "unclear", "uncited"]
    assert only.statements[0].doubt == Doubt("second_look", message)
    assert only.statements[1].doubt == Doubt("dates", 'The quote does not say "Monday".')


@pytest.mark.parametrize("fault", ["server error", "cut stream", "empty answer"])
def test_a_model_that_fails_leaves_the_verdicts_of_the_checks_and_says_so(
    server: ChatServer, fault: str, archive: Newsroom
) -> None:
    def fail(_: str) -> str:
        server.fault = fault
        return "contradicted"

    (only,) = ask(server, fail)
    assert (verdicts(only), only.state) == (["supported", "unclear", "uncited"], "whole")
    assert only.problem.startswith("The second look ended after 0 of 2 statements. The language model (scripted at ")
    assert ending_note(replace(archive.ask(FENTANYL), prose=only)) == only.problem
    assert not any(BENT in asked["messages"][-1]["content"] for asked in server.requests[1:]), "it is not asked on"


def test_an_answer_that_is_no_verdict_is_a_failure(server: ChatServer) -> None:
    (only,) = ask(server, lambda asked: "contradicted" if SHUT in asked else "I would say so.")
    assert verdicts(only) == ["contradicted", "unclear", "uncited"]
    assert re.fullmatch(
        r"The second look ended after 1 of 2 statements\. The language model \(scripted at \S+\) gave no verdict on a "
        r"statement\. Try another model, or unset DATELINE_CHECK_WITH_MODEL\.",
        only.problem,
    )


def test_a_stop_ends_the_second_look(server: ChatServer) -> None:
    stop = threading.Event()

    def judge(_: str) -> str:
        stop.set()
        server.pause = 0.2  # of the verdict; the answer came without
        return "contradicted"

    (only,) = ask(server, judge, stop=stop)
    assert verdicts(only)[1:] == ["unclear", "uncited"]
    assert only.problem.endswith("of 2 statements. It was stopped.")


def test_the_setting_makes_a_shelf_look_again(archive: Newsroom, server: ChatServer) -> None:
    server.say = lambda messages: (
        "contradicted" if "Statement:" in messages[-1]["content"] else as_json(("Both sides agreed.", ["1.1"]))
    )
    library = replace(archive.library, settings=archive.library.settings.model_copy(update={"check_with_model": True}))
    answered = answer_question(FENTANYL, library=library, chat=chat_of(server))
    assert [statement.verdict for statement in answered.statements] == ["contradicted"]
