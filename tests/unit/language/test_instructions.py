"""Instructions: they choose the form of an answer, and what is left is the question as it was typed."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.terms import content_terms
from rag.language.instructions import Asked, Form, collapsed, read_instructions, without_courtesies
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("text", "question", "form", "how_many"),
    [
        ("Give me a timeline of the Marl quarry", "the Marl quarry", "timeline", None),
        ("timeline of the Marl quarry", "the Marl quarry", "timeline", None),
        ("Can you make a chronology of events in Tamber please?", "Tamber", "timeline", None),
        ("The quarry fire in chronological order", "The quarry fire", "timeline", None),
        ("List all towns that were flooded", "towns that were flooded", "list", None),
        ("list towns that were flooded", "towns that were flooded", "list", None),
        ("List the ministers who resigned.", "ministers who resigned", "list", None),
        ("Give me a list of the ministers who resigned", "ministers who resigned", "list", None),
        ("Name three ministers who resigned", "ministers who resigned", "list", 3),
        ("Which ferries are there to Tamber?", "Which ferries are there to Tamber?", "list", None),
        ("Summarise the loss of the Aster", "the loss of the Aster", "brief", None),
        ("Please summarize the article about the lighthouse", "the lighthouse", "brief", None),
        ("Summarise the debate on trams in a nutshell", "the debate on trams", "brief", None),
        ("sum up the debate on trams", "the debate on trams", "brief", None),
        ("What are the main points of the olive treaty?", "the olive treaty", "brief", None),
        ("What are the three key points of the olive treaty?", "the olive treaty", "brief", 3),
        ("Main points of the olive treaty", "the olive treaty", "brief", None),
        ("tl;dr of the Marl quarry story", "the Marl quarry", "brief", None),
        ("TL;DR: the Marl quarry", "the Marl quarry", "brief", None),
        ("Briefly: the strike in Lesk", "the strike in Lesk", "brief", None),
        ("The strike in Lesk, briefly", "The strike in Lesk", "brief", None),
        ("Could you briefly: what was agreed?", "what was agreed?", "answer", None),
        ("Can you briefly tell me about the strike?", "the strike", "brief", None),
        ("Tell me about the new bishop in three bullet points", "the new bishop", "brief", 3),
        ("Now tell me about the strike in Lesk", "the strike in Lesk", "brief", None),
        ("What is aster.txt about?", "aster.txt", "brief", None),
        ("What is “Lesk to build trams” about?", "“Lesk to build trams”", "brief", None),
        ("What's the story with the tram lines?", "the tram lines", "brief", None),
        ("What do you have on Holm Minerals?", "Holm Minerals", "brief", None),
        ("what is there about the Beacon prize", "the Beacon prize", "brief", None),
        ("What's new on the strike?", "the strike", "brief", None),
        ("Do you have anything on the aqueduct?", "the aqueduct", "brief", None),
        ("I'd like to know more about the strike", "the strike", "brief", None),
        ("Write a short summary of the treaty in 100 words", "the treaty", "brief", None),
        ("I need an overview of the treaty", "the treaty", "brief", None),
        ("Explain the olive treaty", "the olive treaty", "brief", None),
        ("Give me an overview of the strike as a list", "the strike", "list", None),
        ("Tell me who owned the quarry", "who owned the quarry", "answer", None),
        ("Can you tell me who owned the quarry?", "who owned the quarry?", "answer", None),
        ("Could you please tell me when the pool opens?", "when the pool opens?", "answer", None),
        ("I would like to know who the bishop is", "who the bishop is", "answer", None),
        ("I was wondering if the quarry has reopened", "if the quarry has reopened", "answer", None),
        ("Do you know who the captain was?", "who the captain was?", "answer", None),
        ("give me the name of the bishop", "the name of the bishop", "answer", None),
        ("Explain why the quarry closed", "why the quarry closed", "answer", None),
        ("Help me understand why the quarry closed", "why the quarry closed", "answer", None),
        ("What did she promise, in three bullet points?", "What did she promise", "answer", 3),
        ("Who was convicted? Answer in two sentences.", "Who was convicted?", "answer", 2),
        ("In two sentences, what did she promise?", "what did she promise?", "answer", 2),
        ("Briefly, what did she promise?", "what did she promise?", "answer", None),
        ("Hi, who is the new bishop?", "who is the new bishop?", "answer", None),
        ("hello who is the new bishop", "who is the new bishop", "answer", None),
        ("Dear Ann, when does the pool open?", "when does the pool open?", "answer", None),
        ("Who is the bishop? Thanks!", "Who is the bishop?", "answer", None),
        ("Who is the bishop, thanks in advance", "Who is the bishop", "answer", None),
        ("who is the bishop please", "who is the bishop", "answer", None),
        ("Now, who pays for the quarry?", "who pays for the quarry?", "answer", None),
        ("I have a question: who owned the quarry?", "who owned the quarry?", "answer", None),
        ("Based on the articles, who owned the quarry?", "who owned the quarry?", "answer", None),
        (
            "You are a helpful assistant. Answer only from the articles. Who owned the quarry?",
            "Who owned the quarry?",
            "answer",
            None,
        ),
        ("You are a journalist: summarise the strike", "the strike", "brief", None),
    ],
)
def test_an_instruction_chooses_the_form_and_is_not_content(
    text: str, question: str, form: Form, how_many: int | None
) -> None:
    assert read_instructions(text) == Asked(question, form, how_many)


@pytest.mark.parametrize(
    "text",
    [
        "The timeline for appointing judges",
        "What was the timeline of the rescue?",
        "list of candidates",
        "list prices of cars",
        "summary judgment in the Holm case",
        "Who can give me a lift to Lesk?",
        "Can you buy tickets at the port?",
        "What is the bishop angry about?",
        "What is the strike about?",
        "what crimes is this about",
        "What is new in the bill?",
        "Who was briefly detained?",
        "Did she say thanks?",
        "Hello Dolly opening hours",
        "Good Morning Tamber programme",
        "search for survivors",
        "in short supply: olives",
        "What does the word please mean?",
        "Now that the quarry is closed, who pays?",
        "Shortly before the vote, who resigned?",
        'Who said "tell me about the quarry in two sentences"?',
        "“Give me a timeline” protest",
        "Tell me more",
        "hello",
        "Thanks!",
        "summarise",
        "",
        " \n",
    ],
)
def test_content_is_never_removed(text: str) -> None:
    assert read_instructions(text) == Asked(text, "answer", None)


@pytest.mark.parametrize("text", ["Tell me about it", "summarise that", "What is the article about?"])
def test_a_text_without_a_subject_stays_itself(text: str) -> None:
    assert read_instructions(text) == Asked(text, "brief", None)


def test_natural_questions_are_not_changed() -> None:
    for line in (ROOT / "bench" / "natural.jsonl").read_text().splitlines():
        question = json.loads(line)["question"]
        assert read_instructions(question) == Asked(question, "answer", None)


def test_courtesies_are_removed_from_both_ends() -> None:
    assert without_courtesies("Hello there! Is the pool open? Many thanks.") == "Is the pool open?"
    assert without_courtesies("Many thanks.") == "Many thanks."


READ_HOSTILE = r"""
from rag.language.instructions import read_instructions, without_courtesies
from rag.language.question_parts import main_questions, read_questions, split_questions

PHRASES = ("please", "now", "can you", "tell me", "hi", "timeline of", "in two sentences", "and who", "thanks")
RUNS = (" " * 2000, "\t" * 2000, "\n" * 2000, " \n" * 1000, "\u00a0" * 2000, "," * 2000, " ," * 1000)
PIECES = ("?", "? ", "thanks ", "now please ", "what is about ", "the a story ", "and who ")
texts = [(phrase + run) * 6 + "who won?" for phrase in PHRASES for run in RUNS]
texts += [piece * (16_000 // len(piece)) for piece in PIECES]
texts += ["please " * 500, ("please" + " " * 20) * 3 + "who won?", " " * 10_000_000]
for read in (read_instructions, without_courtesies, read_questions, main_questions, split_questions):
    for text in texts:
        read(text)
print(len(texts))
"""


def test_hostile_texts_are_read_to_their_end() -> None:
    """The limit ends the process: a slow pattern would take hours for one of these texts."""
    command = [sys.executable, "-c", READ_HOSTILE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["73"], done.stderr


@pytest.mark.parametrize("gap", [" " * 50, "\t" * 50, "\u00a0" * 50, "\n" * 50])
def test_instructions_are_found_between_long_runs_of_white_space(gap: str) -> None:
    text = f"please{gap}give me a{gap}timeline of{gap}the strike"
    assert read_instructions(text) == Asked("the strike", "timeline", None)
    assert read_instructions(f"the strike  at the{' ' * 50}quarry").question == "the strike  at the quarry"


PIECES = st.sampled_from(
    "give me|a|timeline|summary|of|the|Aster|please|now|can you|tell|about|who|sank?|list|all|in|two|sentences|,|.|"
    "“|”|hi|thanks|what is|tl;dr|story|three|main points".split("|")
)


@given(st.lists(PIECES, max_size=14).map(" ".join) | st.text(max_size=60))
def test_what_is_left_was_typed(text: str) -> None:
    asked = read_instructions(text)
    if asked.question != text:
        assert set(content_terms(asked.question)) <= set(content_terms(text))
        assert all(line in collapsed(text) for line in (asked.question.rstrip("?.!"), asked.question[:1]))
