"""Measure how often the shelf quotes the right sentences, and refuses when it should.

    python -m bench.quoting DATA_FOLDER

It reads `clapnq/dev_answerable_*.jsonl` and `clapnq/dev_unanswerable_*.jsonl` (CLAP NQ, IBM, Apache-2.0), puts every
passage on one shelf as an article and asks every question. It prints a table and writes `bench/results/quoting.json`.
The data is not part of the project.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from statistics import mean

from index.core.arrays import Vectors
from index.core.settings import Settings
from index.pipeline.library import Library, build_library
from index.pipeline.sync import sync_shelf
from index.vectors.embedders import Embedder
from rag.answering import extractive as quoting
from rag.answering.pipeline import answer_question, find_passages
from rag.evaluation.evaluate import commit_of
from rag.evaluation.metrics import hits_at, reciprocal_rank, set_scores

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "quoting.json"
_KS = (1, 4, 10)
# How many passages the model reads whole, and what share of the question's weight a sentence further down must hold.
_READINGS = ((8, 0.0), (4, 0.2), (3, 0.1), (3, 0.2), (2, 0.2), (1, 0.2), (0, 0.2), (3, 0.4), (3, 1.1))
_THRESHOLDS = (0.45, 0.5, 0.55, 0.6, 0.65, 0.69, 0.73, 0.77, 0.81, 0.85, 0.9)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the passage it was asked of, and the sentences annotators chose in it."""

    question: str
    path: str
    title: str
    sentences: tuple[str, ...]
    chosen: frozenset[str]  # empty: the passage does not answer


def read_clapnq(folder: Path) -> Iterator[Asked]:
    """Read both halves; Wikipedia's spaces before punctuation stay as they are."""
    for kind in ("answerable", "unanswerable"):
        for file in sorted((folder / "clapnq").glob(f"dev_{kind}_*.jsonl")):
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
                entry = json.loads(line)
                (passage,) = entry["passages"]
                outputs = entry["output"] if kind == "answerable" else []
                yield Asked(
                    question=entry["input"],
                    path=f"{kind}-{number:03}.txt",
                    title=passage["title"],
                    sentences=tuple(passage["sentences"]),
                    chosen=frozenset(s for output in outputs for s in output.get("selected_sentences") or []),
                )


def measure(asked: list[Asked], library: Library) -> dict[str, float]:
    """Ask everything, and return each figure, all from 0 to 1."""
    runs, answered, refused, scores = [], [], [], []
    for one in asked:
        hits, _ = find_passages(one.question, library=library, k=max(_KS) * 3)
        runs.append((list(dict.fromkeys(passage.article.path for _, passage in hits)), {one.path}))
        answer = answer_question(one.question, library=library)
        if not one.chosen:
            refused.append(answer.refusal is not None)
            continue
        answered.append(answer.refusal is None)
        quotes = {(s.citations[0].article.path, s.text) for s in answer.statements}
        scores.append(set_scores(quotes, {(one.path, sentence) for sentence in one.chosen}))
    figures = {f"hits@{k}": mean(hits_at(k, *run) for run in runs) for k in _KS}
    figures["MRR"] = mean(reciprocal_rank(*run, max(_KS)) for run in runs)
    figures["answered when answerable"] = mean(answered)
    figures["refused when unanswerable"] = mean(refused)
    figures["sentence precision"] = mean(score.precision for score in scores)
    figures["sentence recall"] = mean(score.recall for score in scores)
    figures["sentence F1"] = mean(score.f1 for score in scores)
    return {name: round(value, 3) for name, value in figures.items()}


def measure_curve(asked: list[Asked], library: Library) -> list[dict[str, float]]:
    """Ask everything at each of several thresholds of a sentence's weight; the rule of words is unchanged."""
    chosen, rows = quoting._ENOUGH, []
    try:
        for threshold in _THRESHOLDS:
            quoting._ENOUGH = threshold
            outcomes = [_outcome(one, library) for one in asked]
            answerable = [outcome for outcome in outcomes if outcome[0] is not None]
            rows.append(
                {
                    "threshold": threshold,
                    "answered when answerable": round(mean(not refused for _, refused in answerable), 3),
                    "answered with a right sentence": round(mean(bool(right) for right, _ in answerable), 3),
                    "refused when unanswerable": round(
                        mean(refused for right, refused in outcomes if right is None), 3
                    ),
                }
            )
    finally:
        quoting._ENOUGH = chosen
    return rows


class _Counting:
    """The sentence model, and how many characters it was given."""

    def __init__(self, embedder: Embedder) -> None:
        self.model, self._embedder, self.characters = embedder.model, embedder, 0

    def embed_articles(self, texts: Sequence[str]) -> Vectors:
        self.characters += sum(map(len, texts))
        return self._embedder.embed_articles(texts)

    def embed_question(self, text: str) -> Vectors:
        return self._embedder.embed_question(text)


def measure_reading(asked: list[Asked], library: Library) -> list[dict[str, float]]:
    """Ask everything, with fewer and fewer sentences read by the model."""
    chosen, rows, most = (quoting._READ_WHOLE, quoting._WORTH_READING), [], 0
    try:
        for whole, worth in _READINGS:
            quoting._READ_WHOLE, quoting._WORTH_READING = whole, worth
            counting = _Counting(library.sentence_model)
            outcomes = [_outcome(one, replace(library, sentence_model=counting)) for one in asked]
            most = most or counting.characters
            rows.append(
                {
                    "passages read whole": whole,
                    "share of the weight further down": worth,
                    "characters read": round(counting.characters / most, 3),
                    "answered with a right sentence": round(
                        mean(right for right, _ in outcomes if right is not None), 3
                    ),
                    "refused when unanswerable": round(
                        mean(refused for right, refused in outcomes if right is None), 3
                    ),
                }
            )
    finally:
        quoting._READ_WHOLE, quoting._WORTH_READING = chosen
    return rows


def _outcome(one: Asked, library: Library) -> tuple[bool | None, bool]:
    """Return whether a right sentence was quoted (None if there is none), and whether the question was refused."""
    answer = answer_question(one.question, library=library)
    quoted = any(s.citations[0].article.path == one.path and s.text in one.chosen for s in answer.statements)
    return quoted if one.chosen else None, answer.refusal is not None


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    asked = list(read_clapnq(parser.parse_args().data))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(seeds=Path(folder) / "seeds", store=Path(folder) / "store")
        settings.seeds.mkdir()
        for one in asked:
            (settings.seeds / one.path).write_text(f"Title: {one.title}\n\n" + "\n".join(one.sentences))
        library = build_library(settings)
        list(sync_shelf(library))
        figures = measure(asked, library)
        curve = measure_curve(asked, library)
        readings = measure_reading(asked, library)
        library.index.release()
    result = {
        "data": f"CLAP NQ dev, {len(asked)} questions, one shelf of {len(asked)} passages",
        "model": library.embedder.model,
        "commit": commit_of(ROOT),
        "versions": {name: version(name) for name in ("chromadb", "onnxruntime", "nupunkt", "snowballstemmer")},
        "figures": figures,
        "curve": curve,
        "readings": readings,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(f"{result['data']}, {result['model']}")
    for name, value in figures.items():
        print(f"{name:28} {value}")
    for row in (*curve, *readings):
        print("  ".join(f"{name} {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
