"""Questions: which sentence is asked for what, and which sentences are left alone."""

import re
from pathlib import Path

import pytest

from index.text.articles import Article
from index.text.spans import Span
from index.vectors.embedders import MiniLM, Vectors
from rag.suggestions.question_generation import questions_of
from rag.suggestions.suggest import ASKED_PER_QUESTION, suggest_questions
from tests.conftest import Newsroom, make_newsroom

FERRIES = "Harbour authority to replace ferries"


def asked(text: str, *, title: str = FERRIES) -> set[str]:
    article = Article("id", "a.txt", title, text, Span(0, len(text)), None, None, None, None, None)
    return {question.text for question in questions_of(article)}


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (
            "The crew of the Gull Star has agreed to establish a night service in May.",
            "What has the crew of the Gull Star agreed to establish?",
        ),
        (
            "The harbour authority of Port Ellery will replace its two oldest ferries by 2028.",
            "What will the harbour authority of Port Ellery replace?",
        ),
        ("In June, Gull Ferries raised about $30 million from banks.", "How much did Gull Ferries raise?"),
        ("Gull Ferries was fined 5 million crowns over the spill.", "How much was Gull Ferries fined?"),
        ("Gull Ferries has sold more than 20,000 tickets in a week.", "How many tickets has Gull Ferries sold?"),
        ("Some 212 ferries were moored in Port Ellery on Monday.", "How many ferries were moored in Port Ellery?"),
        ("Lind Council accused Gull Ferries of hiding the leaks.", "What did Lind Council accuse Gull Ferries of?"),
        ("Gull Ferries was accused of hiding the leaks by police.", "What was Gull Ferries accused of?"),
        ("Gull Ferries is expected to close the yard soon.", "What is Gull Ferries expected to close?"),
        ("The ferry Gull Star was moved because of the storm.", "Why was the ferry Gull Star moved?"),
        ("The Gull Star was launched in March in the harbour.", "When was the Gull Star launched?"),
        ("Gull Ferries was founded by Mara Quill with a loan from the bank.", "Who founded Gull Ferries?"),
        (
            "Train drivers in Castlemere went back to work on Monday after nine days.",
            "When did train drivers in Castlemere go back to work?",
        ),
        ("GULL said on Friday it had signed a contract for new ships.", "What has GULL signed?"),
        (
            "Ines Okafor spoke at noon. Okafor said the crossing was safe.",
            "What did Ines Okafor say?",
        ),
        (
            "The plan for liaison officers is old. Ines Okafor said that there is no date for liaison officers.",
            "What did Ines Okafor say about liaison officers?",
        ),
        (
            "The ferries are old, director Ines Okafor said. Mrs. Okafor will not wait for more money.",
            "Who is Ines Okafor?",
        ),
    ],
)
def test_a_sentence_is_asked_for_what_it_tells(text: str, question: str) -> None:
    assert question in asked(text), asked(text)


@pytest.mark.parametrize(
    "text",
    [
        # Each was asked about once, in a way that a reader could not have understood.
        "The company will replace its two oldest ferries by 2028.",
        "The Japanese car maker has sought a series of financial bailouts.",
        "The Bronx native has announced a new record for the summer.",
        "They have agreed to establish liaison officers in May.",
        "Shares of tobacco companies closed higher after the ruling on Friday.",
        "United's famous faces did not disappoint the many fans at all.",
        "Every time Turk introduced a new formation, the crowd went wild.",
        "Michelle Tan was handed over to the police on Friday evening.",
        "The Final Phase will be played in Cordoba late in the summer.",
        "Gull Ferries released a statement late on Friday about the leaks.",
        "GULL FERRIES HAS AGREED TO REPLACE THE OLD SHIPS IN MAY.",
        "Die Hafenbehörde von Port Ellery wird ihre zwei ältesten Fähren bis 2028 ersetzen.",
    ],
)
def test_what_the_rules_are_not_sure_of_is_not_asked(text: str) -> None:
    assert asked(text, title="A title") == set()


def test_a_name_is_written_in_full_or_not_at_all() -> None:
    told = "Scott White was held in Sydney. White was arrested in Perth that year."
    assert "Where was Scott White arrested?" in asked(told)
    assert not any("arrested" in question for question in asked(f"Ann White came to court as well. {told}"))
    assert "What did Mrs Parker Bowles say?" in asked("Mrs Parker Bowles said the ring was old and very dear.")
    assert not any(" Bowles" in question for question in asked("Bowles said the ring was old and very dear to her."))


def test_dots_of_initials_and_titles_are_kept() -> None:
    assert "What did Susan T. Mayne say?" in asked("Susan T. Mayne said the rule was right for most of the farms.")


def test_copies_of_an_article_do_not_keep_its_questions_away(newsroom: Newsroom) -> None:
    text = "PORT ELLERY - Gull Ferries will replace its two oldest ships by 2028, its owners said on Friday.\n"
    for name in "abc":
        newsroom.write(f"{name}.txt", text)
    newsroom.indexed()
    assert suggest_questions(newsroom.library) == ("What will Gull Ferries replace?",)


class Counting(MiniLM):
    """The built-in model, counting the questions it is given."""

    asked = 0

    def embed_question(self, text: str) -> Vectors:
        self.asked += 1
        return super().embed_question(text)


def test_the_work_does_not_grow_with_the_shelf(tmp_path: Path) -> None:
    model = Counting()
    newsroom = make_newsroom(tmp_path, model)
    for number in range(60):
        # Each rests on a sentence that all have, so none can be told from the others.
        newsroom.write(
            f"{number}.txt", f"Gull Ferries will replace its ships.\n\nThis is copy number {number} of it.\n"
        )
    newsroom.indexed()
    assert suggest_questions(newsroom.library) == ("What will Gull Ferries replace?",)
    # Each is embedded twice: to be searched for, and to weigh sentences.
    assert 0 < model.asked <= 2 * 4 * ASKED_PER_QUESTION
    newsroom.library.index.disown()


def test_markup_in_a_name_is_no_part_of_a_question() -> None:
    for question in asked("Mara <b>Quill</b> said [x](http://a.example) will replace the ferries. Ann `rm` said so."):
        assert re.fullmatch(r"[\w\s.'’&-]+\?", question)
