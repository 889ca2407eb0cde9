"""Suggestions: what is offered to be asked is answered, and reads as a question."""

import re
import shutil

from hypothesis import given
from hypothesis import strategies as st

from index.reading.readers import read_article
from index.text.articles import Article
from index.text.spans import Span
from rag.answering.models import Refusal
from rag.suggestions.question_generation import LONGEST_SUGGESTION, questions_of
from rag.suggestions.suggest import suggest_questions
from tests.conftest import SEED, Newsroom


def test_each_of_four_questions_is_answered_from_another_article(archive: Newsroom) -> None:
    questions = suggest_questions(archive.library)
    assert len(set(questions)) == 4
    sources = []
    for question in questions:
        quoted = archive.ask(question).quoted
        assert not isinstance(quoted, Refusal), question
        sources.append(quoted[0].citations[0].article.id)
    assert len(set(sources)) == 4
    assert suggest_questions(archive.library) == questions, "the same shelf gives the same questions"


def test_a_shelf_of_one_article_gives_four_questions_of_it(newsroom: Newsroom) -> None:
    shutil.copy(SEED, newsroom.seeds)
    newsroom.indexed()
    questions = suggest_questions(newsroom.library)
    assert len(questions) == 4
    assert "What did Randhir Jaiswal say about liaison officers?" in questions
    assert not any(isinstance(newsroom.ask(question).quoted, Refusal) for question in questions)
    assert suggest_questions(newsroom.library, count=2) == questions[:2]


def test_an_empty_shelf_suggests_nothing(newsroom: Newsroom) -> None:
    assert suggest_questions(newsroom.library) == ()


def test_an_article_of_markup_suggests_no_markup(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", "![x](http://a.example) <img src=x> {{7*7}} `rm` $x$ :smile:\n" * 20)
    newsroom.write("b.txt", "Mara Quill said that the ![x](http://a.example) <b>ferries</b> will cost $5.\n" * 3)
    newsroom.indexed()
    for question in suggest_questions(newsroom.library):
        assert re.fullmatch(r"[\w\s.'’&-]+\?", question)


def article(text: str) -> Article:
    return Article("id", "a.txt", "A title", text, Span(0, len(text)), None, None, None, None, None)


NEWS = st.lists(
    st.sampled_from(
        "Mara Quill said told agreed to on that the The ministry of health, U.S. will cost 5 million crowns approved "
        'replaced ferries . " , was were by Monday after because He it who – Dr. Holt and ’s'.split()
    ),
    max_size=60,
).map(" ".join)


@given(NEWS | st.text(max_size=400))
def test_of_any_text_come_short_plain_questions_on_one_line(text: str) -> None:
    for question in questions_of(article(text)):
        assert len(question.text) <= LONGEST_SUGGESTION
        assert question.text.endswith("?")
        assert question.text[0].isupper()
        assert "\n" not in question.text
        assert question.text.isprintable()


def test_no_question_leans_on_a_word_of_the_sentence_before() -> None:
    read = read_article("seed.txt", SEED.read_bytes())
    for question in questions_of(read):
        assert not re.search(r"\b(?:he|she|they|him|her|his|it|this|these)\b", question.text, re.IGNORECASE), question
