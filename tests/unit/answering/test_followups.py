"""Follow-ups: a question that depends on an earlier one is searched for as a standalone question."""

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.core.scope import WHOLE
from index.text.terms import terms
from rag.answering.followups import Earlier, carry_over, is_follow_up
from rag.answering.models import Answer, Standalone
from rag.answering.pipeline import answer_earlier, find_passages
from rag.answering.query import make_query
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
How much will the new ferries cost?
When will the new mayor take office?
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
    """Return an asked question with the words of the cited articles, or of the best passage if nothing was found."""
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
            "What about Canada, on fentanyl precursors?",
        ),
        (
            ("Who is Nathalie Drouin?", "Who did she meet?", "What is her role?", "And why?"),
            "Why: what is her role, about Nathalie Drouin?",
        ),
        (
            (FERRIES, "How much will that cost?", "Who pays for it?", "And the fares?"),
            "And the fares, about ferries and Port Ellery?",
        ),
        ((FERRIES, "How much will that cost?", STRIKE, "What had they asked for?"), None),
        ((STRIKE, RIVER, "Was anyone injured?", "What about the dam?"), "What about the dam, about the River Lind?"),
    ],
)
def test_a_chain_keeps_its_subject_and_its_length(
    archive: Newsroom, questions: Sequence[str], searched: str | None
) -> None:
    last = chat(archive, *questions)[-1]
    assert last.question == (searched or "What had they asked for, about pay rise and the train drivers?")


@pytest.mark.slow
def test_a_new_topic_drops_the_subject(archive: Newsroom) -> None:
    asked = chat(archive, FENTANYL, "when will that happen?", "What about the rail strike?", "Why did it end?")
    assert [one.subject for one in asked] == ["", "fentanyl precursors", "", "the rail strike"]
    assert first_hit(archive, asked[-1].question) == "fiction/strike.txt"


def test_a_chat_may_return_to_a_subject_that_it_left() -> None:
    before = [AFTER_FERRIES, AFTER_STRIKE]
    assert carry_over("And the fares?", before).question == "And the fares, about ferries and Port Ellery?"
    # A question without a content word can only follow the last one.
    assert carry_over("Why?", before).question == "Why: what pay rise did the train drivers accept?"


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


def after(first: str, *words: str) -> Earlier:
    """Return an answered question, with words of the articles that answered it."""
    return Earlier(first, "", frozenset(terms(" ".join((first, *words)))))


FERRY = after("When did the ferry Selkie sink?", "The captain and the crew of the ferry were rescued off Tarn Head.")
WHEAT = after("How much wheat did Aldria harvest?", "The wheat harvest in Aldria and Benmore fell after a drought.")
BRIDGE = after("How many people died in the Harlow bridge collapse?", "An engineer had warned of cracks in a report.")
OFFER = after("Did the dockers reject the offer?", "The dockers of Port Ellery rejected the offer, said their union.")
MINISTER = after("Who is Ilse Varga?", "Varga is minister of energy and visited Canada.")


@pytest.mark.parametrize(
    ("earlier", "question", "searched"),
    [
        (BRIDGE, "Who warned of cracks?", "Who warned of cracks, in the Harlow bridge collapse?"),
        (BRIDGE, "what did the report say", "what did the report say, in the Harlow bridge collapse?"),
        (BRIDGE, "Was anyone hurt?", "Was anyone hurt, in the Harlow bridge collapse?"),
        (BRIDGE, "Tell me about its cracks.", "Tell me about its cracks, in the Harlow bridge collapse."),
        (FERRY, "And who was the captain?", "And who was the captain, about the ferry Selkie?"),
        (FERRY, "Who owns it?", "Who owns it, about the ferry Selkie?"),
        (FERRY, "Was it sold to Norvik?", "Was it sold to Norvik, about the ferry Selkie?"),
        (FERRY, "How does Norvik do it?", "How does Norvik do it, about the ferry Selkie?"),
        (FERRY, "Which was first?", "Which was first, about the ferry Selkie?"),
        (FERRY, "Where can I complain?", "Where can I complain, about the ferry Selkie?"),
        (FERRY, "I meant the crew", "I meant the crew, about the ferry Selkie?"),
        (FERRY, "why?", "Why did the ferry Selkie sink?"),
        (FERRY, "Ok, but where exactly?", "Where did the ferry Selkie sink?"),
        (OFFER, "Why?", "Why did the dockers reject the offer?"),
        (OFFER, "and when?", "When did the dockers reject the offer?"),
        (WHEAT, "How?", "How: how much wheat did Aldria harvest?"),
        (WHEAT, "And in Benmore?", "How much wheat did Benmore harvest?"),
        (WHEAT, "What about Estmark?", "How much wheat did Estmark harvest?"),
        (WHEAT, "And in 2025?", "How much wheat did Aldria harvest in 2025?"),
        (after("How many came in May 2024?"), "And in 2025?", "How many came in May 2025?"),
        (after("Who won in Tarn on Monday?"), "And on Tuesday?", "Who won in Tarn on Tuesday?"),
        (MINISTER, "What about Jon Okoro?", "Who is Jon Okoro?"),
        (MINISTER, "What about Canada?", "What about Canada, about Ilse Varga?"),
        *((OFFER, more, OFFER.searched_as) for more in ("more", "Tell me more", "go on", "ok, tell me more please")),
        *((WHEAT, sure, WHEAT.searched_as) for sure in ("Are you sure?", "really?", "Are you really sure?", "Sure?")),
    ],
)
def test_a_follow_up_is_searched_for_as_a_sentence(earlier: Earlier, question: str, searched: str) -> None:
    assert carry_over(question, [earlier]).question == searched


STANDALONE = """
Now tell me about the strike in Port Ellery
Which countries signed the fisheries pact?
Who chairs the central bank of Aldria?
How many children learn to swim in Estmark?
What do you mean by binary options?
Is it not possible to cross the border in Norvik by train?
Did it snow in Tarn?
The port said that it is full. How many ships wait off Norvik?
Does the harbour master think that it will rain?
More than how many people live in Estmark?
Why did prices rise in Norvik?
Where is Tarn?
What about the new museum in Norvik?
And the floods in Estmark?
Thanks!
hello
""".strip().splitlines()


@pytest.mark.parametrize("earlier", [FERRY, BRIDGE, OFFER], ids=["ferry", "bridge", "offer"])
@pytest.mark.parametrize("question", STANDALONE)
def test_a_question_with_nouns_of_its_own_stays_itself(earlier: Earlier, question: str) -> None:
    assert carry_over(question, [earlier]) == Standalone(question, "")


def test_a_subject_outlives_the_turns_that_use_it() -> None:
    before = [FERRY]
    for question in ("And who was the captain?", "Were there any lifeboats on it?"):
        asked = carry_over(question, before)
        before.append(Earlier(asked.question, asked.subject, FERRY.terms))
    assert carry_over("Was anyone hurt?", before) == Standalone(
        "Was anyone hurt, about the ferry Selkie?", "the ferry Selkie"
    )


def test_a_completed_question_can_be_tried_as_it_was_typed(archive: Newsroom) -> None:
    query = make_query("And  the fares?", before=[archive.ask(FERRIES)])
    assert query.text == "And the fares, about ferries and Port Ellery?"
    assert query.plain
    assert (query.plain.text, query.plain.subject) == ("And the fares?", "")
    assert make_query("Who is Ines Okafor?", before=[archive.ask(FERRIES)]).plain is None


@given(
    st.sampled_from(["Who leads", "Which union left", "What caused the fire in", "How many people live in"]),
    st.sampled_from(["Quarrow", "the port of Quarrow", "the Quarrow tram company"]),
    st.lists(st.sampled_from([FERRY, BRIDGE, OFFER, WHEAT]), max_size=4),
)
def test_a_question_that_names_something_new_stays_itself_after_any_chat(
    start: str, name: str, before: list[Earlier]
) -> None:
    assert carry_over(f"{start} {name}?", before) == Standalone(f"{start} {name}?", "")


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What did the mayor of Tarn say in the town hall?", "the mayor of Tarn and the town hall"),
        ("When will the inquiry report?", "the inquiry"),
        ("Why did Ilse Varga visit Norvik?", "Ilse Varga and Norvik"),
        ("Which bronze figure is still missing?", "bronze figure"),
        ("How tall is the lighthouse?", "the lighthouse"),
        ("Is it late?", "late"),
    ],
)
def test_the_subject_is_the_noun_phrases_of_a_question(question: str, subject: str) -> None:
    asked = carry_over("And why is that?", [Earlier(question, "", frozenset())])
    assert asked.subject == subject


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
        longest = max([len(question) + 130, *(len(question) + len(one.searched_as) + 10 for one in before[-1:])])
        assert len(asked.question) <= longest
        assert asked.question or not question
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


def test_earlier_questions_are_not_answered_after_a_stop(archive: Newsroom) -> None:
    stop = threading.Event()
    assert len(answer_earlier([FENTANYL], WHOLE, library=archive.library, stop=stop)) == 1
    stop.set()
    assert answer_earlier([FENTANYL], WHOLE, library=archive.library, stop=stop) == []
