"""Answers: the story of a question."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from index.errors import BadQuestion
from index.parts import Parts
from index.shelf import Reach
from rag import quoting
from rag.citations import Statement
from rag.passages import Passage, gather_passages
from rag.quoting import Refusal
from rag.retrieval import Hit, search

LONGEST_QUESTION = 2000  # characters
_HITS_READ = 8


@dataclass(frozen=True, slots=True)
class Searched:
    """What an answer had to go by: how much there was to search, and from when."""

    reach: Reach  # of the articles published by `as_of`
    on_shelf: int  # articles, whenever published
    chunks: int
    embedded: int
    as_of: date | None
    problem: str  # why nothing was found by meaning; "" where all is well


@dataclass(frozen=True, slots=True)
class Answer:
    """What the shelf says to a question, and what it rests on."""

    question: str
    searched_as: str
    statements: tuple[Statement, ...]  # empty where the question is refused
    passages: tuple[Passage, ...]
    refusal: Refusal | None
    searched: Searched
    model: str | None  # None: quotes alone
    seconds: Mapping[str, float]


def answer_question(
    question: str,
    *,
    parts: Parts,
    as_of: date | None = None,
) -> Answer:
    """Answer from what is on the shelf at this moment, in quotes.

    Raises BadQuestion for an empty or overlong question.
    """
    started = time.perf_counter()
    asked = clean_question(question)
    with parts.shelf.read() as reading:
        found = search(asked, reading=reading, index=parts.index, embedder=parts.embedder, k=_HITS_READ, as_of=as_of)
        passages = gather_passages(found.hits, reading)
        searched = time.perf_counter()
        said = quoting.answer(asked, passages, reading=reading, sentence_model=parts.sentence_model)
        counts, reach = reading.counts(), reading.reach(as_of=as_of)
    ended = time.perf_counter()
    return Answer(
        question=_as_text(question),
        searched_as=asked,
        statements=() if isinstance(said, Refusal) else said,
        passages=tuple(passages),
        refusal=said if isinstance(said, Refusal) else None,
        searched=Searched(reach, counts.articles, counts.chunks, counts.embedded, as_of, found.problem),
        model=None,
        seconds={
            "search": round(searched - started, 4),
            "answer": round(ended - searched, 4),
            "total": round(ended - started, 4),
        },
    )


def find_passages(
    question: str, *, parts: Parts, k: int, as_of: date | None = None
) -> tuple[list[tuple[Hit, Passage]], str]:
    """Return the `k` best chunks with their articles' characters, and `Found.problem`, for `dateline search`."""
    asked = clean_question(question)
    with parts.shelf.read() as reading:
        found = search(asked, reading=reading, index=parts.index, embedder=parts.embedder, k=k, as_of=as_of)
        articles = reading.articles([hit.chunk.article_id for hit in found.hits])
    passages = [(hit, Passage(hit.rank, articles[hit.chunk.article_id], hit.chunk.sentences)) for hit in found.hits]
    return passages, found.problem


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
