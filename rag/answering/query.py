"""The question, as it is searched for."""

from dataclasses import dataclass

from index.core.errors import BadQuestion

LONGEST_QUESTION = 2000  # characters


@dataclass(frozen=True, slots=True)
class Earlier:
    """A question of this chat that was answered, and the words of the articles that the answer rests on."""

    searched_as: str
    subject: str  # what its own search carried over, "" where it stood alone: a chain keeps its first subject
    terms: frozenset[str]  # `index.words.terms` of the articles' headings and passages


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that can be searched for without the chat before it."""

    question: str
    subject: str  # what was carried over, "" where the question stands alone as it is


def clean_question(question: str) -> str:
    """Return the question on one line. Raises BadQuestion where there is nothing to ask, or too much."""
    asked = " ".join(_as_text(question).split())
    if not asked:
        raise BadQuestion("The question is empty. Expected a few words. Type what you want to know.")
    if len(asked) > LONGEST_QUESTION:
        raise BadQuestion(
            f"The question has {len(asked)} characters. Expected at most {LONGEST_QUESTION}. "
            "Ask for one thing at a time."
        )
    return asked


def _as_text(question: str) -> str:
    """Replace what a terminal handed over and is no text: SQLite and JSON take text only."""
    return question.encode(errors="replace").decode()
