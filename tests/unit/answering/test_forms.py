"""What people type: instructions, several questions at once, and questions about the shelf."""

import pytest

from rag.analysis.timeline import find_timeline
from rag.answering.models import Answer
from rag.answering.pipeline import answer_question
from rag.answering.query import make_query
from rag.output.answer_json import answer_json
from rag.output.answer_text import answer_text
from rag.storage.answer_codec import put_together, take_apart
from tests.conftest import Newsroom

ARTICLES = {
    "1.txt": ("2026-01-05", "Explosion at Marl pit", "An explosion at the Marl pit killed 12 people on Monday."),
    "2.txt": ("2026-01-06", "Marl pit: 19 dead", "The number of dead at the Marl pit has risen to 19."),
    "3.txt": ("2026-01-12", "Search at Marl pit ends", "The search at the Marl pit ended on Monday. In all, 27 died."),
    "4.txt": (
        "2026-02-19",
        "Lindenau has a new mayor",
        "Zora Vey was sworn in as mayor of Lindenau on Thursday. She promised two tram lines. Her rival was Per Nye.",
    ),
}


@pytest.fixture
def shelf(newsroom: Newsroom) -> Newsroom:
    for name, (day, title, text) in ARTICLES.items():
        newsroom.write(name, f"Title: {title}\nDate: {day}\nAuthor: Ida Moss\n\n{text}\n")
    newsroom.indexed()
    return newsroom


def shown(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.statements]


def test_a_timeline_has_the_first_sentence_of_each_article_oldest_first(shelf: Newsroom) -> None:
    answer = shelf.ask("Give me a timeline of the Marl pit, please")
    assert answer.level == "answers"
    assert [quote.article.path for quote in answer.quotes] == ["1.txt", "2.txt", "3.txt"]
    assert answer.searched_as == "the Marl pit"


def test_a_brief_is_newest_first_and_as_long_as_asked_for(shelf: Newsroom) -> None:
    assert [quote.article.path for quote in shelf.ask("tl;dr of the Marl pit").quotes] == ["3.txt", "2.txt", "1.txt"]
    brief = shelf.ask("Summarise the new mayor of Lindenau in two sentences")
    assert shown(brief) == [
        "Zora Vey was sworn in as mayor of Lindenau on Thursday.",
        "She promised two tram lines.",
    ]


def test_a_question_that_is_asked_again_as_it_was_understood_keeps_its_form_and_its_parts(shelf: Newsroom) -> None:
    """An alert and the timeline of an answer ask the same question again."""
    for question in ("tl;dr of the Marl pit", "Who is the new mayor of Lindenau and what did she promise?"):
        answer = shelf.ask(question)
        again = make_query(question, standalone=answer.standalone)
        assert shown(answer_question(again, library=shelf.library)) == shown(answer)


def test_the_timeline_of_two_questions_has_the_quotes_of_both(shelf: Newsroom) -> None:
    events = find_timeline("How many died at the Marl pit? Who is the new mayor?", library=shelf.library).events
    quoted = " ".join(event.citation.quote for event in events)
    assert "27 died" in quoted
    assert "Zora Vey" in quoted


def test_two_questions_are_answered_one_by_one(shelf: Newsroom) -> None:
    answer = shelf.ask("Who is the new mayor of Lindenau and what did she promise?")
    assert [part.question for part in answer.parts] == ["Who is the new mayor of Lindenau?", "what did she promise?"]
    assert all(quote.quote in quote.article.text for quote in answer.quotes)
    first, second = (part.quoted.citations for part in answer.parts)
    assert any("Zora Vey" in quote.quote for quote in first)
    assert any("tram lines" in quote.quote for quote in second), "“she” is whom the first question is about"
    lines = answer_text(answer).splitlines()
    assert lines.index("Who is the new mayor of Lindenau?") < lines.index("what did she promise?")
    parts = answer_json(answer)["parts"]
    assert isinstance(parts, list)
    assert [part["level"] for part in parts] == [part.quoted.level for part in answer.parts]


COACHES = {
    "5.txt": "Bela Ohm, the new coach of Marl rowing club, was presented on Friday. She promised two medals.",
    "6.txt": "Ute Karst opened her bakery in Emden on Saturday. She promised bread without salt.",
}
BOTH = "Who is the new mayor of Lindenau and what did she promise?"


def test_the_timeline_of_two_questions_has_nothing_about_others(shelf: Newsroom) -> None:
    """What "she" promised is asked of the mayor, in a chat too, and if the answer was saved."""
    for name, text in COACHES.items():
        shelf.write(name, text)
    shelf.indexed()
    first = shelf.ask("Who is the new mayor of Lindenau?")
    follow_up = answer_question(
        make_query("Who was her rival and what did she promise?", before=[first]), library=shelf.library
    )
    written, articles = take_apart(answer := shelf.ask(BOTH))
    assert put_together(written, articles) == answer
    for query in (
        make_query(BOTH),
        make_query(BOTH, standalone=answer.standalone),
        make_query(follow_up.question, standalone=follow_up.standalone),
    ):
        events = find_timeline(query, library=shelf.library).events
        assert "She promised two tram lines." in [event.citation.quote for event in events]
        assert {event.citation.article.path for event in events} == {"4.txt"}
    assert "Lindenau" in follow_up.searched_as, "the chat is not needed to understand it"


def test_a_part_that_points_back_is_asked_of_a_model_with_its_subject(shelf: Newsroom) -> None:
    answer = shelf.ask(BOTH)
    first, second = make_query(BOTH).completed(answer.standalone).asked
    assert first.question == "Who is the new mayor of Lindenau?"
    assert second.question != "what did she promise?"
    assert "Lindenau" in second.question


def test_a_part_without_an_answer_says_so_and_the_other_is_answered(shelf: Newsroom) -> None:
    answer = shelf.ask("Who is the new mayor of Lindenau? And what did Kalorkan Bixby say?")
    assert [part.quoted.level == "nothing" for part in answer.parts] == [False, True]
    assert answer.level == "may_answer"
    assert "Kalorkan" in answer_text(answer).split("what did Kalorkan Bixby say?")[1]


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("How many articles mention the Marl pit?", "3 articles mention"),
        ("How many articles are there?", "4 articles are on the shelf"),
        ("What is the newest article?", "The newest article is “Lindenau has a new mayor”"),
    ],
)
def test_a_question_about_the_shelf_is_answered_by_counting(shelf: Newsroom, question: str, begins: str) -> None:
    answer = shelf.ask(question)
    assert answer.about_shelf
    assert answer.level == "answers"
    assert answer_text(answer).startswith(begins)


def test_a_greeting_answers_nothing_and_says_what_can_be_asked(shelf: Newsroom) -> None:
    answer = shelf.ask("hello")
    assert (answer.level, answer.quotes) == ("nothing", ())
    assert "Ask a question" in answer_text(answer)
    assert "No article" not in answer_text(answer)


def test_the_question_in_a_long_mail_is_found(shelf: Newsroom) -> None:
    away = "I have been away for a while and read little. " * 60
    mail = f"Dear desk,\n\n{away}\nHow many died at the Marl pit?\n\nBest,\nBo"
    answer = shelf.ask(mail)
    assert answer.searched_as == "How many died at the Marl pit?"
    assert answer.question == mail
    assert any("27" in text for text in shown(answer))
