"""Metrics: how good a ranking, a set of quotes or a row of refusals is, as a number.

Pure functions of what was found and what is true, so that the command line, the benches and the
tests measure alike. Each is for one question and lies between 0 and 1; a figure is the mean over the
questions, and `bootstrap_interval` says how far to trust it. A ranking lists ids, best first, each
of them once. Where a figure would be 0 / 0, because nothing is wanted, ValueError is raised: such a
question has to be left out, and a 0 would hide that.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from statistics import mean

import numpy as np

from index.text.spans import Span


@dataclass(frozen=True, slots=True)
class SetScores:
    """How two sets agree."""

    precision: float  # how much of what was found is wanted
    recall: float  # how much of what is wanted was found
    f1: float  # their harmonic mean


@dataclass(frozen=True, slots=True)
class SpanScores:
    """How the characters of two lists of spans agree."""

    recall: float
    precision: float
    iou: float  # what both have, of what either has


@dataclass(frozen=True, slots=True)
class JudgedCitation:
    """What a judge, a person or a model, said of one citation of a statement."""

    alone: bool  # the quote says the statement by itself
    dispensable: bool  # the statement's other quotes say it without this one


@dataclass(frozen=True, slots=True)
class JudgedStatement:
    """What a judge said of a statement: do all its quotes together say it?"""

    supported: bool
    citations: tuple[JudgedCitation, ...]


@dataclass(frozen=True, slots=True)
class CitationScores:
    """How far an answer's citations can be trusted."""

    recall: float  # statements that their quotes say
    precision: float  # citations that help to say it


@dataclass(frozen=True, slots=True)
class RefusalScores:
    """Whether what cannot be answered is refused, and nothing else; None where no question could tell."""

    precision: float | None  # of the refused, those that have no answer
    recall: float | None  # of those that have no answer, the refused
    answered_when_answerable: float | None


def hits_at(k: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Return 1 where one of the first `k` is relevant, else 0: trec_eval's `success_k`.

    >>> hits_at(1, ["b", "a"], {"a"}), hits_at(2, ["b", "a"], {"a"})
    (0.0, 1.0)
    """
    return float(any(id_ in relevant for id_ in _first(k, ranking)))


def recall_at(k: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Return the share of the relevant that is among the first `k`: trec_eval's `recall_k`.

    >>> recall_at(3, ["b", "a", "x", "c"], {"a", "c"})
    0.5
    """
    wanted = frozenset(relevant)
    if not wanted:
        raise ValueError("Nothing is relevant. Expected an id at least. Leave the question out of recall.")
    return len(wanted.intersection(_first(k, ranking))) / len(wanted)


def reciprocal_rank(ranking: Sequence[str], relevant: Collection[str], k: int | None = None) -> float:
    """Return 1 / rank of the first that is relevant, 0 where none is among the first `k` (None: among all).

    Its mean is the MRR of TREC-8's question answering (Voorhees 1999).

    >>> reciprocal_rank(["b", "x", "a"], {"a", "c"}), reciprocal_rank(["b", "x", "a"], {"a"}, k=2)
    (0.3333333333333333, 0.0)
    """
    looked_at = _first(len(ranking) or 1 if k is None else k, ranking)
    return next((1 / rank for rank, id_ in enumerate(looked_at, start=1) if id_ in relevant), 0.0)


def ndcg_at(k: int, ranking: Sequence[str], gains: Mapping[str, float]) -> float:
    """Return what the first `k` give, each gain over log2(rank + 1), of what the best order would give.

    `gains` has what each id is worth; what is not in it is worth nothing. As trec_eval's `ndcg_cut_k`
    has it: the gain itself is summed (Järvelin & Kekäläinen 2002), not 2 to its power.

    Second place for the better of two: (1 / 1 + 3 / 1.585) / (3 / 1 + 1 / 1.585) = 2.893 / 3.631.

    >>> round(ndcg_at(10, ["b", "a"], {"a": 3, "b": 1}), 3)
    0.797
    """
    best = sorted((gain for gain in gains.values() if gain > 0), reverse=True)[:k]
    if not best:
        raise ValueError("No gain is above 0. Expected one at least. Leave the question out of nDCG.")
    found = [max(0.0, gains.get(id_, 0.0)) for id_ in _first(k, ranking)]
    return _discounted(found) / _discounted(best)


def set_scores(found: Collection[object], wanted: Collection[object]) -> SetScores:
    """Return precision, recall and F1 of what was found; all 0 where nothing was.

    >>> set_scores({"a", "b"}, {"a", "c", "d", "e"})
    SetScores(precision=0.5, recall=0.25, f1=0.3333333333333333)
    """
    if not wanted:
        raise ValueError("Nothing is wanted. Expected one thing at least. Leave the question out.")
    all_found, all_wanted = frozenset(found), frozenset(wanted)
    both = len(all_found & all_wanted)
    precision = both / len(all_found) if all_found else 0.0
    return SetScores(precision, both / len(all_wanted), 2 * both / (len(all_found) + len(all_wanted)))


def span_scores(found: Sequence[Span], wanted: Sequence[Span], text: str) -> SpanScores:
    """Return how the characters of `text` in `found` and in `wanted` agree.

    The measures of Smith & Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma 2024),
    with two differences. They count tokens; a token is cut in two where a span ends inside it, so
    characters are counted here, without white space: what stands between two sentences is in
    neither. And what two of the found spans share is counted once, not twice: a reader reads it once.

    `wanted` is "The mine " and "closed", 13 letters, of which "mine" and "closed", 10 letters, were found,
    and the "has" between them.

    >>> span_scores([Span(4, 12), Span(9, 19)], [Span(0, 9), Span(13, 19)], "The mine has closed.")
    SpanScores(recall=0.7692307692307693, precision=0.7692307692307693, iou=0.625)
    """
    in_found, in_wanted = _characters(found, text), _characters(wanted, text)
    if not in_wanted:
        raise ValueError("No character is wanted. Expected one at least. Leave the question out.")
    both = len(in_found & in_wanted)
    precision = both / len(in_found) if in_found else 0.0
    return SpanScores(both / len(in_wanted), precision, both / len(in_found | in_wanted))


def citation_scores(statements: Sequence[JudgedStatement]) -> CitationScores:
    """Return citation recall and precision of one answer, as ALCE defines them (Gao et al., EMNLP 2023).

    Recall is the share of statements that their quotes together say. A citation is precise where its
    statement is said, and it says it alone or is needed for it; an answer without citations has precision 0.

    Below, of three statements two are said; of four citations the third helps nobody, and the last
    is a false statement's.

    >>> yes, needed, idle = JudgedCitation(True, False), JudgedCitation(False, False), JudgedCitation(False, True)
    >>> said = JudgedStatement(True, (yes,)), JudgedStatement(True, (needed, idle))
    >>> citation_scores([*said, JudgedStatement(False, (needed,))])
    CitationScores(recall=0.6666666666666666, precision=0.5)
    """
    if not statements:
        raise ValueError("No statement was judged. Expected one at least. Leave the answer out.")
    recall = mean(float(statement.supported and bool(statement.citations)) for statement in statements)
    precise = [
        statement.supported and (citation.alone or not citation.dispensable)
        for statement in statements
        for citation in statement.citations
    ]
    return CitationScores(recall, sum(precise) / len(precise) if precise else 0.0)


def refusal_scores(refused: Sequence[bool], answerable: Sequence[bool]) -> RefusalScores:
    """Return how refusals fit questions, a place in each list for each question.

    Of four questions the first two have an answer; the second and the third are refused.

    >>> refusal_scores([False, True, True, False], [True, True, False, False])
    RefusalScores(precision=0.5, recall=0.5, answered_when_answerable=0.5)
    """
    pairs = list(zip(refused, answerable, strict=True))
    return RefusalScores(
        precision=_share([not has_answer for was_refused, has_answer in pairs if was_refused]),
        recall=_share([was_refused for was_refused, has_answer in pairs if not has_answer]),
        answered_when_answerable=_share([not was_refused for was_refused, has_answer in pairs if has_answer]),
    )


def bootstrap_interval(
    values: Sequence[float], *, level: float = 0.95, rounds: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Return between which means the true one lies, at that level: the percentile bootstrap.

    Each round draws as many values as there are, with repeats, and takes their mean; the interval
    leaves out as many of the lowest as of the highest (Efron & Tibshirani 1993, chapter 13). The
    same values give the same interval. Few or equal values give one that is too narrow.

    Half of 100 questions hit: 0.5 ± 1.96 × 0.05 by the normal distribution.

    >>> low, high = bootstrap_interval([0, 1] * 50)
    >>> round(low, 2), round(high, 2)
    (0.4, 0.6)
    """
    if not len(values):
        raise ValueError("There is no value. Expected one at least. Leave the figure out.")
    drawn_from, generator = np.asarray(values, dtype=float), np.random.default_rng(seed)
    # One round at a time: all at once would take 160 MB for 10,000 questions.
    means = [generator.choice(drawn_from, len(drawn_from)).mean() for _ in range(rounds)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _first(k: int, ranking: Sequence[str]) -> Sequence[str]:
    if k < 1:
        raise ValueError(f"k is {k}. Expected 1 or more.")
    if len(set(ranking)) < len(ranking):
        raise ValueError("The ranking names an id twice. Expected each once: it would be counted twice.")
    return ranking[:k]


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def _characters(spans: Sequence[Span], text: str) -> set[int]:
    """Return the places of the characters in the spans that are no white space."""
    return {
        place for span in spans for place, character in enumerate(span.cut(text), span.start) if not character.isspace()
    }


def _share(outcomes: Sequence[bool]) -> float | None:
    return sum(outcomes) / len(outcomes) if outcomes else None
