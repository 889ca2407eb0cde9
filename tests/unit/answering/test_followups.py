"""Follow-ups: a question that depends on an earlier one is searched for as a standalone question."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.terms import terms
from rag.answering.followups import Earlier, carry_over, is_follow_up
from rag.answering.models import Answer, Standalone
from rag.answering.pipeline import find_passages
from rag.answering.query_rewriting import followup_messages, read_standalone
from tests.conftest import FENTANYL, FICTION, SEED, Newsroom
from tests.support.followup_cases import CASES, FERRIES, INDIA, RIVER, STRIKE, Case

POINTING_BACK = """
why?
WHEN WILL THAT HAPPEN?
ok, and who was there?
tell me more
Can you explain that?
and in Canada?
And in January?
And in 2025?
Did the NSA agree to this?
who said that?
What did Jaiswal say about it?
Does that include Peru?
Is that so?
Thanks! When will they be appointed?
What does the article say about drugs?
when was the deal signed?
And then?
What else was agreed?
Anything else?
whose idea was it?
Is it going to happen soon?
Was it expected?
Which ones?
Who attended that meeting?
Did Canada say that?
Was anyone hurt?
How about the officers?
""".strip().splitlines()
STANDING_ALONE = """
What about the rail strike?
What caused the strike?
And the ferries in Port Ellery?
Did it rain in Castlemere?
Is it raining in Oakhaven?
Is it true that the mayor resigned?
Which union rejected the plan that North Vale announced?
When will the liaison officers be appointed in Canada?
Who is Ajit Doval?
who is ajit doval?
What is fentanyl?
How long does it take to cross by ferry?
Why did Petra Vaughan say that she was surprised?
fentanyl
What did the president of Peru say about his visit?
how many turbines stand off skerry bay?
banana bread recipe
And how much will the turbines cost?
Tell me about the rail strike
Were those who voted against the lunches right?
Why was the mayor at odds with her council?
What time is it?
""".strip().splitlines()


def earlier_of(answer: Answer, subject: str = "") -> Earlier:
    """Return an asked question with the words of the cited articles, or of the best passage if it was refused."""
    cited = {citation.article.id for statement in answer.statements for citation in statement.citations}
    rests_on = [passage for passage in answer.passages if passage.article.id in cited] or answer.passages[:1]
    words = (term for passage in rests_on for text in (passage.article.heading, passage.text) for term in terms(text))
    return Earlier(answer.searched_as, subject, frozenset(words))


def chat(newsroom: Newsroom, *questions: str) -> list[Standalone]:
    """Ask the questions in order, each as the rules rewrite it."""
    before: list[Earlier] = []
    asked: list[Standalone] = []
    for question in questions:
        asked.append(carry_over(question, before))
        before.append(earlier_of(newsroom.ask(asked[-1].question), asked[-1].subject))
    return asked


def first_hit(newsroom: Newsroom, question: str) -> str:
    hits, _ = find_passages(question, library=newsroom.library, k=1)
    return hits[0][1].article.path


def about(path: str, question: str) -> Earlier:
    """Return an answered question without a shelf, since the rules read only its article's words."""
    file = SEED if path == INDIA else FICTION.parent / path
    return Earlier(question, "", frozenset(terms(file.read_text())))


AFTER_FENTANYL = about(INDIA, FENTANYL)
AFTER_FERRIES = about("fiction/ferries.txt", FERRIES)
AFTER_RIVER = about("fiction/river.md", RIVER)
AFTER_STRIKE = about("fiction/strike.txt", STRIKE)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.follow_up)
def test_a_follow_up_finds_the_article_it_is_about(archive: Newsroom, case: Case) -> None:
    asked = chat(archive, case.first, case.follow_up)[-1]
    assert asked.subject
    hits, _ = find_passages(asked.question, library=archive.library, k=8)
    assert hits[0][1].article.path == case.path
    assert any(case.says in passage.text for _, passage in hits)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.follow_up)
def test_a_models_rewriting_finds_the_article_it_is_about(archive: Newsroom, case: Case) -> None:
    before = [Earlier(case.first, "", frozenset())]
    last = followup_messages(case.follow_up, before)[-1]["content"]
    assert case.first in last
    assert last.endswith(case.follow_up)
    written = read_standalone(f'Standalone question: "{case.by_model}"\n', case.follow_up, before)
    assert written == case.by_model
    assert first_hit(archive, written) == case.path


def test_follow_ups_searched_for_alone_find_fewer_articles(archive: Newsroom) -> None:
    assert sum(first_hit(archive, case.follow_up) == case.path for case in CASES) < len(CASES)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("questions", "searched"),
    [
        (
            (FENTANYL, "when will that happen?", "And who said so?", "What about Canada?"),
            "What about Canada? (agreed on fentanyl precursors)",
        ),
        (
            ("Who is Nathalie Drouin?", "Who did she meet?", "What is her role?", "And why?"),
            "And why? (Nathalie Drouin)",
        ),
        (
            (FERRIES, "How much will that cost?", "Who pays for it?", "And the fares?"),
            "And the fares? (ferries Port Ellery replace)",
        ),
        ((FERRIES, "How much will that cost?", STRIKE, "What had they asked for?"), None),
        ((STRIKE, RIVER, "Was anyone injured?", "What about the dam?"), "What about the dam? (River Lind rise)"),
    ],
)
def test_a_chain_keeps_its_subject_and_its_length(
    archive: Newsroom, questions: Sequence[str], searched: str | None
) -> None:
    last = chat(archive, *questions)[-1]
    assert last.question == (searched or "What had they asked for? (pay rise the train drivers accept)")


@pytest.mark.slow
def test_a_new_topic_drops_the_subject(archive: Newsroom) -> None:
    asked = chat(archive, FENTANYL, "when will that happen?", "What about the rail strike?", "Why did it end?")
    assert [one.subject for one in asked] == ["", "agreed on fentanyl precursors", "", "rail strike"]
    assert first_hit(archive, asked[-1].question) == "fiction/strike.txt"


def test_a_chat_may_return_to_a_subject_that_it_left() -> None:
    before = [AFTER_FERRIES, AFTER_STRIKE]
    assert carry_over("And the fares?", before).question == "And the fares? (ferries Port Ellery replace)"
    # A question without a content word can only follow the last one.
    assert carry_over("Why?", before).question == "Why? (pay rise the train drivers accept)"


@pytest.mark.parametrize(
    "question",
    POINTING_BACK,
)
def test_a_question_that_points_back_is_a_follow_up(question: str) -> None:
    assert is_follow_up(question, AFTER_FENTANYL)


@pytest.mark.parametrize(
    "question",
    STANDING_ALONE,
)
def test_a_question_that_names_its_topic_is_left_as_it_is(question: str) -> None:
    assert carry_over(question, [AFTER_FENTANYL]) == Standalone(question, "")


@pytest.mark.parametrize(
    "question",
    [
        "Wann wird das passieren?",
        "Was hat sie gesagt?",
        "¿Cuándo ocurrirá eso?",
        "Quand cela arrivera-t-il ?",
        "Hvad sker der her?",
        "ما الجديد",
        "那什么时候发生？",
        "?",
        "🚢",
    ],
)
def test_a_question_in_another_language_is_left_as_it_is(question: str) -> None:
    assert carry_over(question, [AFTER_FENTANYL]) == Standalone(question, "")


def test_words_that_the_cited_articles_lack_open_a_new_topic() -> None:
    for question in ("What about the dam?", "Is there an inquiry?", "How many sandbags were filled?", "And the mayor?"):
        assert is_follow_up(question, AFTER_RIVER)
    for question in ("What about the dam?", "How many sandbags were filled?", "And the mayor?"):
        assert not is_follow_up(question, AFTER_STRIKE)


QUESTIONS = st.one_of(st.text(), st.lists(st.sampled_from(" ".join(c.follow_up for c in CASES).split())).map(" ".join))
EARLIERS = st.builds(
    Earlier, QUESTIONS, st.one_of(st.just(""), QUESTIONS), st.frozensets(st.sampled_from(["boat", "fare"]))
)


@given(QUESTIONS)
def test_the_first_question_comes_back_unchanged(question: str) -> None:
    assert carry_over(question, []) == Standalone(question, "")


@given(QUESTIONS, st.lists(st.builds(Earlier, QUESTIONS, st.just(""), st.just(frozenset[str]())), max_size=5))
def test_any_text_may_follow_any_text(question: str, before: list[Earlier]) -> None:
    for _ in range(4):
        asked = carry_over(question, before)
        assert len(asked.question) <= len(question) + 130
        assert asked.subject or asked.question == question
        before = [*before, Earlier(asked.question, asked.subject, frozenset(terms(question)))]
    messages = followup_messages(question, before)
    assert [message["role"] for message in messages] == ["system", *["user", "assistant"] * 3, "user"]


@pytest.mark.slow
@given(st.text(), QUESTIONS, st.lists(EARLIERS, max_size=3))
def test_any_reply_is_one_line_or_none(reply: str, question: str, before: list[Earlier]) -> None:
    written = read_standalone(reply, question, before)
    assert written is None or (0 < len(written) <= 300 and len(written.splitlines()) == 1)


def test_a_model_sees_the_last_three_questions_and_no_article() -> None:
    before = [Earlier(f"Question {number}?", "", frozenset({"secret"})) for number in range(5)]
    said = followup_messages("why?", before)
    assert said[-1]["content"] == (
        "Earlier questions:\n- Question 2?\n- Question 3?\n- Question 4?\n\nLast question: why?"
    )
    assert not any("secret" in message["content"] for message in said)


GOOD = "When will the liaison officers be appointed?"


@pytest.mark.parametrize(
    "reply",
    [
        GOOD,
        f"  {GOOD}\n",
        f'"{GOOD}"',
        f"“{GOOD}”",
        f"**{GOOD}**",
        f"- {GOOD}",
        f"1. {GOOD}",
        f"Standalone question: {GOOD}",
        f"**Standalone question:** {GOOD}",
        f"Rewritten question:\n\n{GOOD}",
        f"Sure! Here is the standalone question:\n\n{GOOD}",
        f"Here's the rewritten question: '{GOOD}'",
        f"<think>They mean the officers.\n\nSo ask that.</think>\n\n{GOOD}",
        f"They mean the officers.</think>{GOOD}",
        f"```\n{GOOD}\n```",
        f"```text\nQuestion: {GOOD}\n```",
    ],
)
def test_a_question_is_taken_out_of_its_wrapping(reply: str) -> None:
    before = [Earlier("What was agreed on liaison officers?", "", frozenset())]
    assert read_standalone(reply, "When will they be appointed?", before) == GOOD


@pytest.mark.parametrize(
    "reply",
    [
        "",
        " \n",
        '""',
        "Standalone question:",
        "<think>The user asks when",
        "The liaison officers will be appointed in May.",
        "India and Canada have agreed to appoint liaison officers.",
        "I'm sorry, I can't help with that.",
        "Could you clarify what you mean by liaison officers?",
        "As an AI, I do not know when they will be appointed?",
        "How can I help you with the liaison officers?",
        "When will it happen?",  # what does?
        "When will they be appointed?",  # an echo
        "What was agreed on liaison officers?",  # asked before
        "Who agreed on liaison officers?",  # another question
        "When will a person be appointed?",  # nothing put in
        "When was the leader of the lighthouse museum of Quarrow appointed?",  # copied from our example
        "Will the 24 liaison officers be appointed?",  # who said 24?
        f"{GOOD}\n\nThis question can be understood without the chat.",
        f"{GOOD}\nWhy will the liaison officers be appointed?",
        f"When will the liaison officers be appointed{' and the liaison officers' * 15}?",
    ],
)
def test_an_unusable_reply_is_not_searched_for(reply: str) -> None:
    before = [Earlier("What was agreed on liaison officers?", "", frozenset())]
    assert read_standalone(reply, "When will they be appointed?", before) is None
