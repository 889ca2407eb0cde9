"""Suggestions: each question has an answer, and each is about a different story."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.core.arrays import Vectors
from index.vectors.embedders import MiniLM
from rag.analysis.suggestions import ASKED_PER_SUGGESTION, LONGEST_SUGGESTION, question_about, suggest_questions
from tests.conftest import Newsroom, make_newsroom


def write(newsroom: Newsroom, name: str, title: str, day: str, text: str, outlet: str = "Wire") -> None:
    newsroom.write(f"{name}.md", f"---\ntitle: {title}\ndate: {day}\noutlet: {outlet}\n---\n\n{text}")


@pytest.mark.slow
def test_four_questions_are_answered_by_four_articles_the_newest_first(archive: Newsroom) -> None:
    questions = suggest_questions(archive.library)
    assert len(set(questions)) == 4
    assert questions[0] == "What is “Port Ellery to replace its two oldest ferries” about?"
    sources = []
    for question in questions:
        quoted = archive.ask(question).quoted
        assert quoted.is_likely, question
        sources.append(quoted.citations[0].article.id)
    assert len(set(sources)) == 4
    assert suggest_questions(archive.library) == questions, "the same shelf gives the same questions"
    assert suggest_questions(archive.library, count=2) == questions[:2]


def test_after_the_newest_story_the_best_covered_one_comes_first(newsroom: Newsroom) -> None:
    write(newsroom, "a", "Heron seen in Quarrow", "2026-03-05", "A heron was seen in Quarrow on Thursday.")
    write(newsroom, "b", "Bakery opens in Lindenau", "2026-03-04", "A bakery opened in Lindenau on Wednesday.")
    for place, outlet in enumerate(("The Lamp", "The Post", "The Courier")):
        text = f"The ferry Aster sank off Halden Ford, reporter {place} wrote from the harbour."
        write(newsroom, f"c{place}", "Ferry Aster sinks off Halden Ford", f"2026-03-0{place + 1}", text, outlet)
    newsroom.indexed()
    assert suggest_questions(newsroom.library) == (
        "What is “Heron seen in Quarrow” about?",
        "What is “Ferry Aster sinks off Halden Ford” about?",
        "What is “Bakery opens in Lindenau” about?",
    )


def test_an_article_that_states_nothing_is_not_suggested(newsroom: Newsroom) -> None:
    write(newsroom, "a", "Five things to know this morning", "2026-03-05", "Which ferry sank? Who was its captain?")
    write(newsroom, "b", "Bakery opens in Lindenau", "2026-03-04", "A bakery opened in Lindenau on Wednesday.")
    newsroom.indexed()
    assert suggest_questions(newsroom.library) == ("What is “Bakery opens in Lindenau” about?",)


def test_an_empty_shelf_suggests_nothing(newsroom: Newsroom) -> None:
    assert suggest_questions(newsroom.library) == ()


def test_one_text_under_two_headlines_is_suggested_once(newsroom: Newsroom) -> None:
    text = "The ferry Aster sank off Halden Ford on Sunday with a cargo of salt."
    write(newsroom, "a", "Ferry sinks with salt", "2026-03-05", text)
    write(newsroom, "b", "Cargo lost off Halden Ford", "2026-03-04", text)
    newsroom.indexed()
    assert len(suggest_questions(newsroom.library)) == 1


class Counting(MiniLM):
    """The built-in model, which also counts its questions."""

    asked = 0

    def embed_question(self, text: str) -> Vectors:
        self.asked += 1
        return super().embed_question(text)


@pytest.mark.slow
def test_the_work_does_not_grow_with_the_shelf(tmp_path: Path) -> None:
    model = Counting()
    newsroom = make_newsroom(tmp_path, model)
    for number in range(60):
        write(newsroom, f"{number}", f"Briefing {number}x of item{number}", "2026-03-05", "Rain is expected.")
    newsroom.indexed()
    assert len(suggest_questions(newsroom.library)) == 1  # all say the same
    # Each is embedded twice: for the search, and to compare sentences.
    assert 0 < model.asked <= 2 * 4 * ASKED_PER_SUGGESTION
    newsroom.library.index.release()


HEADLINES = st.lists(st.sampled_from(["Mara", "“Quill”", "said", '"the', "\u202e", "ferry\n", "<b>", "..."])).map(
    " ".join
)


@given(st.text(max_size=200) | HEADLINES)
def test_any_headline_makes_a_short_question_on_one_line(headline: str) -> None:
    question = question_about(headline)
    assert len(question) <= LONGEST_SUGGESTION
    assert question == "" or (question.startswith("What is “") and question.endswith("” about?"))
    assert question.count("“") == question.count("”") <= 1
    assert len(question.splitlines()) <= 1


def test_a_long_headline_is_cut_at_a_word() -> None:
    headline = "Council of Port Ellery decides to replace its two oldest ferries with battery-electric vessels by 2028"
    assert question_about(headline) == (
        "What is “Council of Port Ellery decides to replace its two oldest ferries with…” about?"
    )
    assert question_about("Halden " * 3 + "x" * 100) == "What is “Halden Halden Halden…” about?"
    assert question_about("the") == question_about(" \n") == ""
