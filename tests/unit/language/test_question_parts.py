"""Question parts: the questions of a long text are found, and several in one are told apart."""

import pytest

from rag.language.question_parts import LONGEST_MAIN, main_questions

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
