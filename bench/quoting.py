"""Does the shelf quote the right sentences, and refuse where it should?

    python -m bench.quoting DATA_FOLDER

reads `clapnq/dev_answerable_*.jsonl` and `clapnq/dev_unanswerable_*.jsonl` (CLAP NQ, IBM,
Apache-2.0), puts every passage on one shelf as an article, asks every question, prints a
table and writes `bench/results/quoting.json`. The data is not part of the project.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import mean

from index.parts import Parts, build_parts, sync_parts
from index.settings import Settings
from rag import quoting
from rag.answers import answer_question, find_passages
from rag.evaluation import commit_of
from rag.metrics import hits_at, reciprocal_rank, set_scores

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "quoting.json"
_KS = (1, 4, 10)
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


def measure(asked: list[Asked], parts: Parts) -> dict[str, float]:
    """Ask everything and return each figure, all between 0 and 1 save the milliseconds."""
    runs, answered, refused, scores, milliseconds = [], [], [], [], []
    for one in asked:
        hits, _ = find_passages(one.question, parts=parts, k=max(_KS) * 3)
        runs.append((list(dict.fromkeys(passage.article.path for _, passage in hits)), {one.path}))
        answer = answer_question(one.question, parts=parts)
        milliseconds.append(answer.seconds["total"] * 1000)
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
    figures["median milliseconds"] = sorted(milliseconds)[len(milliseconds) // 2]
    return {name: round(value, 3) for name, value in figures.items()}


def measure_curve(asked: list[Asked], parts: Parts) -> list[dict[str, float]]:
    """Ask everything at each of several thresholds of a sentence's weight; the words' rule stays as it is."""
    chosen, rows = quoting._ENOUGH, []
    try:
        for threshold in _THRESHOLDS:
            quoting._ENOUGH = threshold
            refusals = {True: list[bool](), False: list[bool]()}
            right = 0
            for one in asked:
                answer = answer_question(one.question, parts=parts)
                refusals[bool(one.chosen)].append(answer.refusal is not None)
                right += any(
                    s.citations[0].article.path == one.path and s.text in one.chosen for s in answer.statements
                )
            rows.append(
                {
                    "threshold": threshold,
                    "answered when answerable": round(1 - mean(refusals[True]), 3),
                    "answered with a right sentence": round(right / len(refusals[True]), 3),
                    "refused when unanswerable": round(mean(refusals[False]), 3),
                }
            )
    finally:
        quoting._ENOUGH = chosen
    return rows


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
        parts = build_parts(settings)
        list(sync_parts(parts))
        figures = measure(asked, parts)
        curve = measure_curve(asked, parts)
        parts.index.disown()
    result = {
        "data": f"CLAP NQ dev, {len(asked)} questions, one shelf of {len(asked)} passages",
        "model": parts.embedder.model,
        "commit": commit_of(ROOT),
        "versions": {name: version(name) for name in ("chromadb", "onnxruntime", "nupunkt", "snowballstemmer")},
        "figures": figures,
        "curve": curve,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(f"{result['data']}, {result['model']}")
    for name, value in figures.items():
        print(f"{name:28} {value}")
    for row in curve:
        print("  ".join(f"{name} {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
