"""Answers at a chosen level, for what follows from the level alone."""

from dataclasses import replace

from rag.answering.models import NOTHING, Answer, Level


def at_level(answer: Answer, level: Level) -> Answer:
    """Return an answer as it would be if it were as sure as `level` says; its sentences stay, except at "nothing"."""
    return replace(answer, quoted=NOTHING if level == "nothing" else replace(answer.quoted, level=level))
