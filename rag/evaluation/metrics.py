"""Metrics: how good a ranking or a set of quotes is, as a number.

Pure functions of what was found and what is right, used by the command line and the benchmarks alike. Each measures
one question and is between 0 and 1; a figure is the mean over the questions, and `bootstrap_interval` shows how far to
trust it. A ranking lists ids, best first, each once. If nothing is wanted, a figure would be 0 / 0 and ValueError is
raised: such a question has to be left out, and a 0 would hide that.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np

from index.text.spans import Span


@dataclass(frozen=True, slots=True)
class SetScores:
    """How far two sets agree."""

    precision: float  # how much of what was found is wanted
    recall: float  # how much of what is wanted was found
    f1: float  # their harmonic mean


@dataclass(frozen=True, slots=True)
class SpanScores:
    """How far the characters of two lists of spans agree."""

    recall: float
    precision: float
    iou: float  # characters in both, as a share of those in either


def hits_at(k: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Return 1 if one of the first `k` is relevant, else 0: trec_eval's `success_k`.

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
    """Return 1 / rank of the first that is relevant, or 0 if none is among the first `k` (None: among all).

    Its mean is the MRR of TREC-8's question answering (Voorhees 1999).

    >>> reciprocal_rank(["b", "x", "a"], {"a", "c"}), reciprocal_rank(["b", "x", "a"], {"a"}, k=2)
    (0.3333333333333333, 0.0)
    """
    looked_at = _first(len(ranking) or 1 if k is None else k, ranking)
    return next((1 / rank for rank, id_ in enumerate(looked_at, start=1) if id_ in relevant), 0.0)


def ndcg_at(k: int, ranking: Sequence[str], gains: Mapping[str, float]) -> float:
    """Return the discounted gain of the first `k`, as a share of what the best order would give: nDCG.

    Each gain is divided by log2(rank + 1). `gains` has the gain of each id; an id that is not in it has none. As in
    trec_eval's `ndcg_cut_k`, the gain itself is summed (Järvelin & Kekäläinen 2002), not 2 to its power.

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
    """Return precision, recall and F1 of what was found; all 0 if nothing was.

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
    with two differences. They count tokens, but a span may end inside one. So characters are counted here, without
    white space, which belongs to neither of two sentences. And a character in two of the found spans counts once.

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


def bootstrap_interval(
    values: Sequence[float], *, level: float = 0.95, rounds: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Return the interval that the true mean lies in, at that level: the percentile bootstrap.

    Each round draws as many values as there are, with repeats, and takes their mean. The interval leaves out as many
    of the lowest means as of the highest (Efron & Tibshirani 1993, chapter 13). The same values give the same
    interval. Few or equal values give one that is too narrow.

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
    """Return the places of the characters in the spans, without white space."""
    return {
        place for span in spans for place, character in enumerate(span.cut(text), span.start) if not character.isspace()
    }
