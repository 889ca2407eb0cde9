"""Figure history: figures of one thing are joined day by day, and figures of two things never."""

import io
import json
from dataclasses import replace

import docx
import pytest

from index.reading.readers import read_article
from index.text.sentences import split_sentences
from rag.analysis.disagreements import disagreements_of
from rag.analysis.figure_history import figure_history, find_figures
from rag.answering.models import Answer, Prose
from rag.evidence.citations import Citation
from rag.evidence.permalinks import link
from rag.output.answer_json import answer_json
from rag.output.answer_text import answer_text
from rag.output.export import export
from rag.retrieval.passages import Passage
from tests.conftest import Newsroom
from tests.support.landslide import ELEVEN, FIVE, HOW_MANY, TOLD_LATER, TWO, write_landslide
from tests.support.levels import at_level
from tests.support.reprints import reprint

Told = tuple[str, str]  # day and text; the day may be ""


def history_of(question: str, *told: Told, quoted: int = -1, title: str = "The news") -> list[str]:
    """Return the history of an article of each text; one sentence of the article `quoted` is the answer."""
    made = []
    for number, (day, text) in enumerate(told, start=1):
        file = reprint(f"Paper {number}", day, text, title=title) if day else f"{title}\n\n{text}"
        article = read_article(f"{number}.md", file.encode())
        made.append(Passage(number, article, tuple(split_sentences(article.text, article.body))))
    answering = made[quoted]
    quotes = tuple(Citation(answering.article, span) for span in answering.sentences)
    return [f"{one.value} ({one.day:%d %b})" for one in find_figures(question, quotes, tuple(made))]


CHANGED = [
    (
        HOW_MANY,
        [("2026-05-02", TWO), ("2026-05-03", FIVE), ("2026-05-06", ELEVEN)],
        ["2 (02 May)", "5 (03 May)", "11 (06 May)"],
    ),
    # The first day of a figure is kept.
    (
        HOW_MANY,
        [("2026-05-02", TWO), ("2026-05-06", ELEVEN), ("2026-05-20", TOLD_LATER)],
        ["2 (02 May)", "11 (06 May)"],
    ),
    # Both figures of one day, if one is said to have risen.
    (
        HOW_MANY,
        [("2026-05-03", TWO), ("2026-05-03", FIVE), ("2026-05-06", ELEVEN)],
        ["2 (03 May)", "5 (03 May)", "11 (06 May)"],
    ),
    (
        "How many trains were cancelled at Brack Junction?",
        [
            ("2026-05-02", "Forty trains were cancelled at Brack Junction on Saturday, the railway said."),
            (
                "2026-05-03",
                "The railway said that 55 trains were cancelled at Brack Junction, revising an earlier figure of 40.",
            ),
        ],
        ["40 (02 May)", "55 (03 May)"],
    ),
    (
        "How much will the Brack tunnel cost?",
        [
            ("2026-05-02", "The Brack tunnel will cost between 90 million and 110 million crowns, the region said."),
            ("2026-06-03", "The Brack tunnel will cost 140 million crowns, the region said."),
        ],
        ["between 90 million and 110 million crowns (02 May)", "140 million crowns (03 Jun)"],
    ),
    # A correction may lower the number of dead.
    (
        HOW_MANY,
        [
            ("2026-05-06", ELEVEN),
            ("2026-05-09", "Ten people died in the Brack landslide, police said, correcting their figure."),
        ],
        ["11 (06 May)", "10 (09 May)"],
    ),
]


@pytest.mark.parametrize(("question", "told", "expected"), CHANGED)
def test_figures_of_one_thing_are_joined_by_day(question: str, told: list[Told], expected: list[str]) -> None:
    assert history_of(question, *told) == expected


TRAINS = "How many trains a day use Brack Junction?"
UNCHANGED = {
    "the same figure twice": (HOW_MANY, [("2026-05-06", ELEVEN), ("2026-05-20", TOLD_LATER)]),
    "an article without a day": (HOW_MANY, [("", TWO), ("2026-05-06", ELEVEN)]),
    "no question for a number": ("Who died in the Brack landslide?", [("2026-05-02", TWO), ("2026-05-06", ELEVEN)]),
    "another place": (
        HOW_MANY,
        [("2026-05-02", "Three people died in the Tolm landslide, police said."), ("2026-05-06", ELEVEN)],
    ),
    "another toll": (
        HOW_MANY,
        [("2026-05-02", "In the Brack landslide 30 people were injured, police said."), ("2026-05-06", ELEVEN)],
    ),
    "an earlier state that is reported again": (
        HOW_MANY,
        [
            ("2026-05-06", ELEVEN),
            ("2026-05-07", "Police had previously said that five people died in the Brack landslide."),
        ],
    ),
    "a landslide of another year": (
        HOW_MANY,
        [("2026-05-06", ELEVEN), ("2026-05-07", "The Brack landslide of 1987 killed 46 people.")],
    ),
    "fewer deaths without a correction": (
        HOW_MANY,
        [("2026-05-06", ELEVEN), ("2026-05-07", "In Brack four people died in the landslide, a paper said.")],
    ),
    "a newest figure that contradicts": (
        HOW_MANY,
        [
            ("2026-05-06", ELEVEN),
            ("2026-05-07", "Fourteen people died in the Brack landslide, a paper said."),
            ("2026-05-20", TOLD_LATER),
        ],
    ),
    "a figure that may be reached": (
        HOW_MANY,
        [("2026-05-02", "Up to 40 people may have died in the Brack landslide, police said."), ("2026-05-06", ELEVEN)],
    ),
    "people who only met the dead": (
        HOW_MANY,
        [("2026-05-02", "In Brack 50 soldiers carried the bodies from the landslide."), ("2026-05-06", ELEVEN)],
    ),
    "two estimates of what does not move": (
        TRAINS,
        [
            ("2026-05-02", "Some 300 trains a day use Brack Junction, the railway said."),
            ("2026-05-03", "About 340 trains a day use Brack Junction, a union said."),
        ],
    ),
    "other money": (
        "How much will the Brack tunnel cost?",
        [
            ("2026-05-02", "The Brack tunnel will cost 90 million crowns, the region said."),
            ("2026-05-03", "The Brack tunnel will cost 12 million euros, the region said."),
        ],
    ),
    "another thing that costs": (
        "How much will the Brack tunnel cost?",
        [
            ("2026-05-02", "The Brack station will cost 9 million crowns, the region said."),
            ("2026-05-03", "The Brack tunnel will cost 90 million crowns, the region said."),
        ],
    ),
    "other trains": (
        "How many trains were cancelled at Brack Junction?",
        [
            ("2026-05-02", "At Brack Junction 12 trains were delayed, the railway said."),
            ("2026-05-03", "The number of trains cancelled at Brack Junction rose to 55, the railway said."),
        ],
    ),
    "two events that nothing names": (
        "How many people have died?",
        [
            ("2026-05-02", "Three people have died in the Tolm fire, police said."),
            ("2026-05-06", "Eleven people have died in the Brack landslide, police said."),
        ],
    ),
}


@pytest.mark.parametrize("case", UNCHANGED)
@pytest.mark.parametrize("quoted", [0, -1])
def test_figures_of_two_things_are_not_joined(case: str, quoted: int) -> None:
    question, told = UNCHANGED[case]
    assert history_of(question, *told, quoted=quoted) == []


@pytest.fixture
def answer(newsroom: Newsroom) -> Answer:
    write_landslide(newsroom.seeds)
    newsroom.indexed()
    return at_level(newsroom.ask(HOW_MANY), "answers")


def test_a_history_has_the_quote_of_each_figure(answer: Answer) -> None:
    assert [(one.value, one.citation.quote) for one in figure_history(answer)] == [
        ("2", TWO),
        ("5", FIVE),
        ("11", ELEVEN),
    ]


def test_there_is_no_history_while_a_model_writes_or_if_nothing_is_found(answer: Answer) -> None:
    writing = Prose("m", "writing", (), refused=False, problem="", usage=None, seconds=0.0)
    assert figure_history(replace(answer, prose=replace(writing, state="whole")))
    assert not figure_history(replace(answer, prose=writing))
    assert not figure_history(at_level(answer, "nothing"))


def test_every_form_of_an_answer_shows_the_history(answer: Answer) -> None:
    line = "Over time: 2 (2 May) → 5 (3 May) → 11 (6 May)"
    assert line in answer_text(answer).splitlines()
    figures = json.loads(json.dumps(answer_json(answer)))["figures"]
    assert [(one["value"], one["day"], one["quote"]) for one in figures] == [
        ("2", "2026-05-02", TWO),
        ("5", "2026-05-03", FIVE),
        ("11", "2026-05-06", ELEVEN),
    ]
    first = figure_history(answer)[0]
    markdown = export("Brack", [answer], "md", page="http://127.0.0.1:1/").content.decode()
    assert f"[2](http://127.0.0.1:1/{link(first.citation)}) (2 May) → " in markdown
    word = docx.Document(io.BytesIO(export("Brack", [answer], "docx").content))
    assert line in [paragraph.text for paragraph in word.paragraphs]


def test_an_overtaken_figure_is_no_disagreement(newsroom: Newsroom) -> None:
    write_landslide(newsroom.seeds)
    (newsroom.seeds / "d.md").unlink()
    newsroom.indexed()
    assert disagreements_of(at_level(newsroom.ask(HOW_MANY), "answers")) == ()
    against = "Fourteen people died in the Brack landslide, the mayor said on Wednesday."
    newsroom.write("same.md", reprint("The Herald", "2026-05-06", against, title="Mayor of Brack speaks"))
    newsroom.indexed()
    (found,) = disagreements_of(at_level(newsroom.ask(HOW_MANY), "answers"))
    assert [side.words.lower() for side in found.sides] == ["eleven", "fourteen"]
