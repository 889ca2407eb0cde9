"""Answers at a chosen level, for what follows from the level alone."""

from dataclasses import replace

from rag.answering.models import NOTHING, Answer, Level, Quoted


def at_level(answer: Answer, level: Level, most: int | None = None) -> Answer:
    """Return an answer at a level with the first sentences that it has; at "nothing" there are none."""
    quoted = NOTHING if level == "nothing" else Quoted(level, answer.quoted.statements[:most], answer.quoted.chance)
    return replace(answer, quoted=quoted)
