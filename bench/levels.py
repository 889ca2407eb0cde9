"""Choose the numbers that decide how sure an answer is, and show how well each kind of evidence does.

    python -m bench.levels DATA_FOLDER

It asks the questions of `bench.quoting` (CLAP NQ on one large shelf, XQuAD one article at a time). A logistic
regression predicts from the best sentence's features whether a right sentence was quoted. It is fitted on the
questions of even number and measured on the others: area under the ROC curve, and the share of questions that can be
called answered if 85 % of these must be right. It prints the coefficients to put into `rag/answering/weighing.py`,
and writes `bench/results/levels.json`.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.quoting import Asked, read_clapnq, read_xquad, shelf_of
from index.pipeline.library import Library
from rag.answering.extractive import MOST_MAY_ANSWER, MOST_QUOTES, choose
from rag.answering.pipeline import read_passages
from rag.answering.query import make_query
from rag.answering.weighing import Candidate, rank, read_query, weigh
from rag.evaluation.evaluate import commit_of

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "levels.json"
# Evidence that was compared; the last is used.
EVIDENCE: tuple[tuple[str, ...], ...] = (
    ("similarity",),
    ("similarity", "coverage"),
    ("similarity", "coverage", "own_coverage"),
    ("similarity", "coverage", "own_coverage", "around", "size"),
    ("similarity", "coverage", "own_coverage", "around", "size", "lacks"),
)
_RIGHT = 0.85
_PENALTY = 0.05  # of a coefficient's square, against overfitting
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Example:
    """The best sentence of a question, and whether right sentences are quoted and shown."""

    best: Candidate
    number: int
    quoted: bool
    shown: bool
    answerable: bool

    def features(self, names: Sequence[str]) -> list[float]:
        """Return the named features, with a one in front for the base."""
        return [1.0, *(float(getattr(self.best.evidence, name)) for name in names)]


def examples(asked: Sequence[Asked], library: Library) -> Iterator[Example]:
    """Weigh the sentences of each question."""
    for one in asked:
        query = make_query(one.question)
        with library.shelf.read() as reading:
            _, passages = read_passages(query, reading, library)
            about = read_query(query)
            ranked = rank(weigh(about, passages, reading=reading, sentence_model=library.sentence_model))
        if ranked:
            quoted = _right(choose(about, ranked, ranked)[:MOST_QUOTES], one)
            shown = _right(ranked[:MOST_MAY_ANSWER], one)
            yield Example(ranked[0], one.number, quoted, shown, bool(one.chosen))


def _right(candidates: Sequence[Candidate], asked: Asked) -> bool:
    return any(one.passage.article.path == asked.path and one.text in asked.chosen for one in candidates)


def fit(some: Sequence[Example], names: Sequence[str]) -> NDArray[np.float64]:
    """Return the base and the coefficients of a logistic regression, by Newton's method."""
    features = np.array([one.features(names) for one in some])
    right = np.array([one.quoted for one in some], dtype=float)
    penalty = _PENALTY * np.diag([0.0, *(1.0 for _ in names)])
    found = np.zeros(features.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-features @ found))
        slope = features.T @ (chance - right) + penalty @ found
        found -= np.linalg.solve((features.T * (chance * (1 - chance))) @ features + penalty, slope)
    return found


def judge(some: Sequence[Example], names: Sequence[str], found: NDArray[np.float64]) -> dict[str, float]:
    """Return the area under the curve, and how many may be called answered, with the chance to ask for."""
    scores = np.array([one.features(names) for one in some]) @ found
    right = np.array([one.quoted for one in some])
    wins = scores[right][:, None] - scores[~right]
    order = np.argsort(-scores)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= _RIGHT)
    last = int(enough[-1]) if len(enough) else 0
    return {
        "AUC": round(float(np.mean((wins > 0) + 0.5 * (wins == 0))), 3),
        "share answered": round((last + 1) / len(order), 3) if len(enough) else 0.0,
        "chance asked for": round(float(1 / (1 + np.exp(-scores[order[last]]))), 3),
        "right sentence shown": round(float(np.mean([one.shown for one in some if one.answerable])), 3),
    }


def main() -> None:
    """Fit, measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    clapnq = list(read_clapnq(data))
    with shelf_of(clapnq) as library:
        sets = {"large shelf": list(examples(clapnq, library))}
    sets["one article"] = []
    for asked in read_xquad(data):
        with shelf_of(asked[:1]) as library:
            sets["one article"] += examples(asked, library)
    rows: list[Mapping[str, object]] = []
    for names in EVIDENCE:
        found = fit([one for some in sets.values() for one in some if one.number % 2 == 0], names)
        row = {"coefficients": dict(zip(("base", *names), (round(float(it), 2) for it in found), strict=True))}
        for name, some in sets.items():
            for half, which in (("chosen on", 0), ("held out", 1)):
                row[f"{name}, {half}"] = judge([one for one in some if one.number % 2 == which], names, found)
        rows.append(row)
        print(*(f"{key}: {value}" for key, value in row.items()), sep="\n  ")
    RESULT.write_text(json.dumps({"commit": commit_of(ROOT), "evidence": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
