"""Prose: a model's text becomes statements with citations and verdicts, whatever the model writes."""

import json
import threading
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.articles import Article
from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.answering.generative import Writer, answer, read_answer
from rag.answering.models import Prose
from rag.answering.prompt import NOT_HERE
from rag.evidence.citations import Doubt
from rag.language.instructions import Asked, Form
from rag.llm.client import ChatModel
from rag.output.answer_text import prose_text
from rag.retrieval.passages import Passage
from tests.support.chat_server import BREAKS_OFF, FAULTS, KEY, ChatServer, as_json, serve_chat

TEXT = (
    "Mayor Ada Brandt said the Quarrow bridge would reopen in May. Engineers found a crack of 4 centimetres. "
    "The council has not agreed on a price."
)
BODY = Span(0, len(TEXT))
ARTICLE = Article("a", "a.txt", "Quarrow bridge", TEXT, BODY, None, None, None, None, None)
WHY = Asked("Why?", "answer", None)
TODAY = date(2026, 3, 9)
PASSAGES = [Passage(1, ARTICLE, split_sentences(TEXT, BODY))]


def read(raw: str, *, whole: bool = True) -> list[tuple[str, list[str], str]]:
    draft = read_answer(raw, PASSAGES, whole=whole)
    return [(s.text, [citation.quote[:8] for citation in s.citations], s.verdict) for s in draft.statements]


SO = "Engineers found a crack of 4 centimetres."


def test_each_statement_gets_its_own_markers_and_verdict() -> None:
    assert read(f"{SO[:-1]} [1.2]. The council has agreed on a price [1.3]. All is well.") == [
        (SO, ["Engineer"], "supported"),
        ("The council has agreed on a price.", ["The coun"], "contradicted"),
        ("All is well.", [], "uncited"),
    ]


def test_a_marker_after_the_full_stop_belongs_to_the_statement_before_it() -> None:
    assert read(f"{SO} [1.2] No price is agreed. [1.3]")[0] == (SO, ["Engineer"], "supported")


def test_a_marker_of_no_sentence_is_kept_and_makes_the_statement_unclear() -> None:
    (nothing,) = read_answer("The bridge is open [7.7].", PASSAGES, whole=True).statements
    assert (nothing.verdict, nothing.doubt, nothing.unresolved) == (
        "uncited",
        Doubt("unknown_source", "The model cites a sentence that does not exist."),
        ("7.7",),
    )
    (half,) = read_answer(f"{SO[:-1]} [1.2, 9.9, 8].", PASSAGES, whole=True).statements
    assert (half.verdict, half.doubt, half.unresolved) == (
        "unclear",
        Doubt("unknown_source", "The model cites sentences that do not exist."),
        ("9.9", "8"),
    )
    assert "[9.9?] [8?]" in prose_text(Prose("m", "whole", (half,), False, "", None, 0.0))


def test_json_says_the_same() -> None:
    assert read(as_json((SO, ["1.2"]), ("All is well.", []))) == [
        (SO, ["Engineer"], "supported"),
        ("All is well.", [], "uncited"),
    ]
    assert read(f"```json\n{as_json((SO, ['1.2']))}\n```") == [(SO, ["Engineer"], "supported")]
    assert read(f"{as_json((SO, ['1.2']))}\nI hope this helps!") == [(SO, ["Engineer"], "supported")]


@pytest.mark.parametrize(
    "raw",
    [
        NOT_HERE,
        f"{NOT_HERE}.",
        "Not on the shelf",
        f"**{NOT_HERE}** [1.1]",
        '{"statements": []}',
        f"{NOT_HERE}. The articles tell of another bridge.",
        f"The sentences do not answer this. {NOT_HERE}",
        as_json((NOT_HERE, [])),
    ],
)
def test_a_refusal_is_known_however_it_is_written(raw: str) -> None:
    draft = read_answer(raw, PASSAGES, whole=True)
    assert draft.refused
    assert draft.statements == ()
    phrase = raw.upper().find(NOT_HERE)
    for end in range(len(raw) if phrase <= 2 else 0):
        assert read_answer(raw[:end], PASSAGES, whole=False).statements == (), "no half of it is shown"


def test_an_answer_may_begin_like_a_refusal() -> None:
    ((text, cited, _),) = read("Not on the shelf: engineers found a crack of 4 centimetres [1.2].")
    assert text.startswith("Not on the shelf: engineers")
    assert cited == ["Engineer"]


@pytest.mark.parametrize(
    "sentences",
    ['["1.2"]', '["[1.2]"]', '"1.2"', "[1.2]", '["1.2, 9.9"]', '["passage 1, sentence 2"]', '["1.2", 3, null, {}]'],
)
def test_numbers_in_json_are_read_however_models_write_them(sentences: str) -> None:
    (statement,) = read_answer(
        f'{{"statements": [{{"sentences": {sentences}, "text": "{SO}"}}]}}', PASSAGES, whole=True
    ).statements
    assert [citation.quote for citation in statement.citations] == [SO]


@pytest.mark.parametrize(
    "raw",
    [
        f"{SO[:-1]} [1.2]. {NOT_HERE}.",
        f"{NOT_HERE}\n{SO[:-1]} [1.2].",
        as_json((SO, ["1.2"]), (NOT_HERE, ["1.1"])),
    ],
)
def test_a_refused_question_next_to_an_answered_one_is_left_out(raw: str) -> None:
    draft = read_answer(raw, PASSAGES, whole=True)
    assert not draft.refused
    assert [(one.text, one.verdict) for one in draft.statements] == [(SO, "supported")]
    for end in range(len(raw)):
        shown = read_answer(raw[:end], PASSAGES, whole=False).statements
        assert not any("NOT" in one.text for one in shown), "no half of it is shown"


def test_only_refusals_are_one_refusal() -> None:
    assert read_answer(f"{NOT_HERE} [1.1]\n{NOT_HERE} [1.2]", PASSAGES, whole=True).refused


def test_a_number_is_never_taken_for_another_one() -> None:
    (statement,) = read_answer(
        f'{{"statements": [{{"sentences": [1.10], "text": "{SO}"}}]}}', PASSAGES, whole=True
    ).statements
    assert (statement.citations, statement.unresolved) == ((), ("1.10",))


@pytest.mark.parametrize(
    "raw",
    [
        f"Here is the answer:\n```json\n{as_json((SO, ['1.2']))}\n```",
        f"Sure! {as_json((SO, ['1.2']))}",
        json.dumps([{"sentences": ["1.2"], "text": SO}]),
    ],
)
def test_json_is_found_wherever_models_put_it(raw: str) -> None:
    assert read(raw) == [(SO, ["Engineer"], "supported")]


def test_markers_before_the_sentences_belong_to_what_follows() -> None:
    no_price = "The council has not agreed on a price."
    for between in (" ", "\n"):
        assert read(f"[1.2] {SO}{between}[1.3] {no_price}") == [
            (SO, ["Engineer"], "supported"),
            (no_price, ["The coun"], "supported"),
        ]


@pytest.mark.parametrize(
    "number", ["1.99999999999999999999", "1.1-99999999999999999999", "1." + "9" * 5000, "9" * 5000]
)
def test_a_huge_number_names_nothing(number: str) -> None:
    for raw in (f"{SO[:-1]} [{number}].", as_json((SO, [number]))):
        for statement in read_answer(raw, PASSAGES, whole=True).statements:
            assert all(len(unknown) <= 80 for unknown in statement.unresolved)


def test_an_answer_in_another_script_streams() -> None:
    assert read("Инженеры нашли", whole=False) == [("Инженеры нашли", [], "unfinished")]


def test_invisible_characters_are_left_out_and_invalid_ones_replaced() -> None:
    assert read("A \u202ecr\ud800ck\u202c of\u200b 4 centimetres.")[0][0] == "A cr?ck of 4 centimetres."


def test_list_numbers_are_not_figures_of_the_answer() -> None:
    assert [verdict for _, _, verdict in read(f"1. {SO} [1.2]\n2. The council has not agreed on a price. [1.3]")] == [
        "supported",
        "supported",
    ]


def test_thoughts_are_not_shown() -> None:
    for raw in (
        f"<think>Hm, [1.1]?</think>\n{SO} [1.2]",
        f"Hm.</think>{SO} [1.2]",
        f"<thinking>a</thinking>{SO} [1.2]",
        f"[THINK]Hm[/THINK]{SO} [1.2]",
    ):
        assert read(raw) == [(SO, ["Engineer"], "supported")]
    assert read("<think>It never ends") == []
    assert read("<thi", whole=False) == []


@pytest.mark.parametrize("raw", ["", "{", "{}", '{"statements": 3}', '{"statements": [3, {"text": 4}, {"text": ""}]}'])
def test_odd_answers_are_neither_statements_nor_a_refusal(raw: str) -> None:
    draft = read_answer(raw, PASSAGES, whole=True)
    assert (draft.statements, draft.refused) == ((), False)


def test_line_breaks_are_kept() -> None:
    draft = read_answer(f"- {SO} [1.2]\n- The council has not agreed on a price. [1.3]", PASSAGES, whole=True)
    assert [statement.new_line for statement in draft.statements] == [False, True]


def test_a_name_may_be_in_the_sentence_before_or_in_the_heading() -> None:
    (statement,) = read_answer(
        "At the Quarrow bridge engineers found a crack of 4 centimetres [1.2].", PASSAGES, whole=True
    ).statements
    assert statement.verdict == "supported"


WORDS = st.lists(
    st.sampled_from(
        [
            "crack",
            "Mr.",
            "bridge",
            "[1.2]",
            "[9.9]",
            "[1.",
            "1.3]",
            "\n",
            ".",
            "!",
            '"',
            "May",
            "4",
            "<think>",
            "</think>",
            "4.2",
            "U.S.",
            "not",
            "(",
            "[",
            "- ",
            NOT_HERE[:5],
            "said",
        ]
    ),
    max_size=25,
).map(" ".join)


@given(WORDS)
def test_any_text_is_read(raw: str) -> None:
    draft = read_answer(raw, PASSAGES, whole=True)
    assert all(statement.text.strip() for statement in draft.statements)
    assert all(s.citations for s in draft.statements if s.verdict in ("supported", "unclear", "contradicted"))
    assert all(s.doubt for s in draft.statements if s.verdict in ("unclear", "contradicted", "uncited"))


@given(st.text(alphabet='ab .,[]12\n"A', max_size=80), st.integers(0, 80))
def test_text_shown_while_an_answer_is_written_stays(raw: str, cut: int) -> None:
    """A terminal gets only new text, so what was shown must be the beginning of what is shown next."""

    def shown(text: str) -> str:
        statements = read_answer(text, PASSAGES, whole=False).statements
        return "".join("".join(statement.text for statement in statements).split())

    assert shown(raw).startswith(shown(raw[:cut]))


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.text(max_size=20), st.lists(st.sampled_from(["1.1", "1.2", "7.1"]), max_size=2)), max_size=4)
)
def test_half_of_a_json_answer_is_the_beginning_of_the_whole(statements: list[tuple[str, list[str]]]) -> None:
    raw = as_json(*statements)
    texts = [statement.text for statement in read_answer(raw, PASSAGES, whole=True).statements]
    for cut in range(len(raw)):
        part = [statement.text for statement in read_answer(raw[:cut], PASSAGES, whole=False).statements]
        assert "".join("".join(texts).split()).startswith("".join("".join(part[:-1]).split()))


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serve_chat() as running:
        yield running


def ask(
    server: ChatServer,
    *,
    seconds: float = 10,
    stop: threading.Event | None = None,
    form: str = "json",
    asked: Asked = WHY,
) -> list[Prose]:
    chat = ChatModel("scripted", base_url=server.base_url, key=KEY, seconds=seconds, answer_tokens=100)
    writer = Writer(chat=chat, max_tokens=2000, as_json=form == "json", today=TODAY, stop=stop)
    return list(answer([asked], PASSAGES, writer))


@pytest.mark.slow
def test_an_answer_grows_and_ends_whole(server: ChatServer) -> None:
    server.say, server.pause = lambda _: f"{SO[:-1]} [1.2]. No price is agreed [1.3].", 0.03
    *growing, last = ask(server)
    assert len(growing) > 3
    assert {prose.state for prose in growing} == {"writing"}
    texts = [prose_text(prose) for prose in [*growing, last]]
    assert all(after.startswith(before) for before, after in pairwise(texts))
    assert (last.state, last.problem, last.refused, last.unfinished) == ("whole", "", False, False)
    assert last.usage is not None
    assert last.statements[0].verdict == "supported"


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_reported_and_the_text_so_far_is_kept(server: ChatServer, fault: str) -> None:
    server.fault, server.say = fault, lambda _: f"{SO[:-1]} [1.2]. The council has not agreed on a price [1.3]."
    last = ask(server, seconds=2 if fault.startswith("hang") else 30)[-1]
    assert last.state == "failed"
    assert FAULTS[fault] in last.problem
    assert last.unfinished == (fault in BREAKS_OFF)
    if last.unfinished:
        assert (last.statements[0].text, last.statements[0].verdict) == (SO, "supported")
        assert last.statements[-1].verdict == "unfinished"


@pytest.mark.slow
def test_a_stopped_answer_is_marked_unfinished(server: ChatServer) -> None:
    server.say, server.pause = lambda _: f"{SO[:-1]} [1.2]. " * 50, 0.01
    stop = threading.Event()
    chat = ChatModel("scripted", base_url=server.base_url, key=KEY, seconds=30, answer_tokens=100)
    writer = Writer(chat=chat, max_tokens=2000, as_json=True, today=TODAY, stop=stop)
    for last in answer([WHY], PASSAGES, writer):
        if last.statements:
            stop.set()
    assert (last.state, last.unfinished, last.problem) == ("stopped", True, "")
    assert last.statements[-1].verdict == "unfinished"


def test_thoughts_before_an_answer_are_skipped(server: ChatServer) -> None:
    server.fault, server.say = "thoughts first", lambda _: f"{SO[:-1]} [1.2]."
    assert [statement.text for statement in ask(server)[-1].statements] == [SO]


@pytest.mark.parametrize(
    ("form", "starts"), [("timeline", [False, True]), ("list", [False, True]), ("answer", [False, False])]
)
def test_each_event_or_item_starts_a_line(server: ChatServer, form: Form, starts: list[bool]) -> None:
    server.say = lambda _: as_json((SO, ["1.2"]), ("The council has not agreed on a price.", ["1.3"]))
    last = ask(server, asked=Asked("the bridge", form, None))[-1]
    assert [statement.new_line for statement in last.statements] == starts


def test_json_is_asked_for_by_schema_and_markers_are_not(server: ChatServer) -> None:
    server.say = lambda _: json.dumps({"statements": []})
    assert ask(server)[-1].refused
    assert "response_format" in server.requests[0]
    ask(server, form="markers")
    assert "response_format" not in server.requests[1]
