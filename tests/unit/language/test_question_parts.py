"""Question parts: the questions of a long text are found, and several in one are separated."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.terms import content_terms
from rag.language.question_parts import (
    LONGEST_MAIN,
    MOST_PARTS,
    main_questions,
    points_back,
    read_questions,
    split_questions,
)
from tests.conftest import ROOT

MAIL = """From: Ann Birk
Subject: Trams

Dear Bo,

thank you for the paper of last week. I read with interest about the tram lines in Lesk, which my sister uses.
When will the first tram run? My neighbour says that the mayor has promised free tickets for children. Is that true?
Please tell me about the depot, too.

Kind regards,
Ann
Was that a question?

On 3 March Bo Lind wrote:
> Dear Ann, who reads the paper?
"""


def test_the_questions_of_a_mail_are_found() -> None:
    assert main_questions(MAIL) == (
        "When will the first tram run?",
        "My neighbour says that the mayor has promised free tickets for children. Is that true?",
        "Please tell me about the depot, too.",
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who is the bishop?", ("Who is the bishop?",)),
        ("sandbags", ("sandbags",)),
        ("The Aster sank. Who was its captain?", ("The Aster sank. Who was its captain?",)),
        ("The Aster sank. Who is the bishop?", ("Who is the bishop?",)),
        ("Hello!\nThe bishop of Lesk\n-- \nAnn", ("The bishop of Lesk",)),
        ("> Who is the bishop?", ("> Who is the bishop?",)),
        ("Dr. Holm resigned. Can you tell me who follows?", ("Can you tell me who follows?",)),
        ("Hi", ("Hi",)),
    ],
)
def test_a_short_text_is_read_the_same_way(text: str, found: tuple[str, ...]) -> None:
    assert main_questions(text) == found


def test_without_a_question_the_beginning_is_kept_to_the_end_of_a_sentence() -> None:
    sentence = "The ferry of Halden Ford sails to Lesk every day."
    (kept,) = main_questions(" ".join([sentence] * 300))
    assert LONGEST_MAIN - len(sentence) <= len(kept) + 1 <= LONGEST_MAIN + 1
    assert kept.endswith("every day.")
    (cut,) = main_questions("ferry " * 2700)
    assert LONGEST_MAIN - 12 <= len(cut) <= LONGEST_MAIN


def test_questions_of_a_very_long_text_are_within_the_limit() -> None:
    text = " ".join(f"Who sailed on ferry number {number} to Lesk?" for number in range(400))
    assert sum(map(len, main_questions(text))) <= LONGEST_MAIN


@pytest.mark.parametrize(
    "parts",
    [
        ("When did the Aster sink", "who was its captain?"),
        ("Who is the new bishop of Lesk", "what did she promise", "who was her rival?"),
        ("How many people died in the quarry", "which towns signed the treaty?"),
        ("What is agreed", "when does it start?"),
        ("who is the bishop of lesk", "when was she elected?"),
        ("Where is Tamber", "how many people live there?"),
        ("What happened in Lesk", "what caused it?"),
        ("How much will it cost", "when will it open", "who will build it?"),
        ("When did the Aster sink", "did anyone die?"),
        ("Which towns were flooded", "are the roads open?"),
        ("Why did the weir break", "what could have been done to prevent it?"),
        ("What's the toll", "who's to blame?"),
        ("Who sank the ferry", "when it was raised?"),
        ("What did Holm deny", "what does the county say about it?"),
    ],
)
def test_questions_in_one_are_split(parts: tuple[str, ...]) -> None:
    text = ", ".join(parts[:-1]) + f" and {parts[-1]}"
    assert split_questions(text) == tuple(f"{part.rstrip('?')}?" for part in parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("What did the bank do? And what did Holm say?", ("What did the bank do?", "And what did Holm say?")),
        ("Who sank it, and when will it be raised", ("Who sank it?", "when will it be raised?")),
        ("Who sank the Aster; when will it be raised?", ("Who sank the Aster?", "when will it be raised?")),
        ("1. Who sank it?\n2. When was it raised?", ("Who sank it?", "When was it raised?")),
        ("who sank the ferry\nwhen was it raised", ("who sank the ferry", "when was it raised")),
        ("Dr. Holm resigned. Who follows? Who protested?", ("Dr. Holm resigned. Who follows?", "Who protested?")),
        ("Tell me about the bishop. Who was her rival?", ("Tell me about the bishop.", "Who was her rival?")),
        ("Tell me who won it and what they promised", ("Tell me who won it?", "what they promised?")),
        ("Who resigned? And why? What now happens in Lesk?", ("Who resigned? And why?", "What now happens in Lesk?")),
    ],
)
def test_sentences_and_lists_are_split(text: str, parts: tuple[str, ...]) -> None:
    assert split_questions(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "What did Tamber and Lesk agree on?",
        "How do the harvests of Tamber and Lesk compare?",
        "Who voted for and against?",
        "What did Holm say when the quarry closed?",
        "I want to know who sank it",
        "Who said what?",
        "Who resigned and why?",
        "Who resigned? And why?",
        "What did he say, and to whom?",
        "Has the quarry reopened, and if so when?",
        "Who decides when the pool opens and who pays?",
        "What did she say about who won and who lost?",
        "Did the bishop say when the pool opens and who pays?",
        "Is there a minister who resigned and who was replaced?",
        "What happened when the weir broke and who is to blame?",
        "Which ministers resigned and which stayed in office?",
        "Who won and who lost the election?",
        "What is and is not covered by the treaty?",
        "What is agreed and what is not?",
        "What do ministers and what do unions say about the treaty?",
        "When did the ferry, which sank in May, leave Tamber?",
        "Who is the minister, who was injured in 2024?",
        "The Aster sank in February. Who was its captain?",
        "Who said “when do we start and who will pay for it”?",
        "Which towns (and what do they pay) signed the treaty?",
        "the quarry and who owned it",
        "sandbags",
        "",
    ],
)
def test_one_question_stays_one(text: str) -> None:
    assert split_questions(text) == (text,)


def test_natural_questions_are_not_split() -> None:
    for line in (ROOT / "bench" / "natural.jsonl").read_text().splitlines():
        question = json.loads(line)["question"]
        assert split_questions(question) == (question,)


def test_a_part_that_points_back_is_recognised() -> None:
    assert points_back("what did she promise?")
    assert not points_back("which towns signed the treaty?")


def test_a_text_is_read_as_parts_with_their_forms() -> None:
    read = read_questions("Hi, can you tell me who won? And summarise the strike in two sentences. Thanks")
    assert [(asked.question, asked.form, asked.how_many) for asked in read] == [
        ("who won?", "answer", None),
        ("the strike", "brief", 2),
    ]
    assert read_questions(MAIL)[0].question == "When will the first tram run?"
    assert read_questions("> Who is the bishop?")[0].question == "> Who is the bishop?"


QUESTIONS = st.sampled_from(
    [
        "Who owned the quarry",
        "when did the Aster sink",
        "what is agreed on olives",
        "does the treaty cover cod",
        "which towns signed",
        "why",
        "and in Lesk",
        "“who pays and who sails”",
        "Holm resigned.",
        "Tell me about trams",
        "list all ministers",
    ]
)
JOINTS = st.sampled_from(["? ", "? And ", " and ", ", and ", ", ", "; ", "\n", ". "])


@given(st.lists(st.tuples(QUESTIONS, JOINTS), min_size=1, max_size=7).map(lambda some: "".join(map("".join, some))))
def test_no_word_is_lost_in_parts(text: str) -> None:
    parts = split_questions(text)
    assert 1 <= len(parts) <= MOST_PARTS
    assert set(content_terms(" ".join(parts))) == set(content_terms(text))
