"""Measure how sure an answer may be: whether the right sentences are quoted, and at which level.

    python -m bench.quoting DATA_FOLDER

Two kinds of shelf. *Large*: every passage of `clapnq/dev_*.jsonl` (CLAP NQ, IBM, Apache-2.0) as an article on one
shelf; half of the questions have no answer in their passage. *One article*: each paragraph of `xquad/en.jsonl` (XQuAD,
CC BY-SA 4.0) alone on a shelf, whole and without the sentence that answers. Numbers were chosen on the questions of
even number (`bench/levels.py`); the others are published beside them. It prints tables and writes
`bench/results/quoting.json`. The data is not part of the project.
"""

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from statistics import mean

from index.core.settings import Settings
from index.pipeline.library import Library, build_library
from index.pipeline.sync import sync_shelf
from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.answering.models import Answer, Level
from rag.answering.pipeline import answer_question, find_passages
from rag.evaluation.evaluate import commit_of
from rag.evaluation.metrics import hits_at, reciprocal_rank, set_scores

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "quoting.json"
LEVELS: tuple[Level, ...] = ("answers", "may_answer", "nothing")
_KS = (1, 4, 10)
_PARAGRAPHS = 60  # of XQuAD; each makes about six shelves
_ALONE = "article.txt"  # the path of an article that is alone on a shelf
_EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)  # of the reliability table


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the passage it was asked of, and the sentences that answer in it."""

    question: str
    path: str
    title: str
    sentences: tuple[str, ...]
    chosen: frozenset[str]  # empty: the passage does not answer
    number: int = 0  # of its passage: the even ones may be used to choose numbers


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was shown for a question."""

    asked: Asked
    level: Level
    chance: float
    shown: tuple[tuple[str, str], ...]  # paths and quotes

    @property
    def right(self) -> bool:
        """A right sentence is shown."""
        return any(path == self.asked.path and quote in self.asked.chosen for path, quote in self.shown)

    @property
    def f1(self) -> float:
        """F1 of the sentences shown."""
        return set_scores(set(self.shown), {(self.asked.path, one) for one in self.asked.chosen}).f1


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
                    number=number,
                )


def read_xquad(folder: Path, language: str = "en") -> Iterator[list[Asked]]:
    """Read the paragraphs, each as a list of questions for every shelf that is made of it.

    The first list is asked of the whole paragraph, the others of the paragraph without a sentence that answers them.
    """
    lines = (folder / "xquad" / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines[:_PARAGRAPHS]):
        entry = json.loads(line)
        text = entry["text"]
        spans = split_sentences(text, Span(0, len(text)))
        sentences = tuple(span.cut(text) for span in spans)
        held: dict[int, list[str]] = {}
        for one in entry["questions"]:
            at = next((n for n, span in enumerate(spans) if span.start <= one["start"] < span.end), None)
            if at is not None:
                held.setdefault(at, []).append(one["question"])

        chosen = {at: frozenset({sentence}) for at, sentence in enumerate(sentences)}
        yield [Asked(q, _ALONE, "", sentences, chosen[at], number) for at, asked in held.items() for q in asked]
        for at, asked in held.items() if len(sentences) > 1 else ():
            left = sentences[:at] + sentences[at + 1 :]
            yield [Asked(question, _ALONE, "", left, frozenset(), number) for question in asked]


@contextmanager
def shelf_of(articles: Iterable[Asked]) -> Iterator[Library]:
    """Make a shelf of the passages."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(seeds=Path(folder) / "seeds", store=Path(folder) / "store")
        settings.seeds.mkdir()
        for one in articles:
            title = f"Title: {one.title}\n\n" if one.title else ""
            (settings.seeds / one.path).write_text(title + "\n".join(one.sentences), encoding="utf-8")
        library = build_library(settings)
        list(sync_shelf(library))
        try:
            yield library
        finally:
            library.index.release()


def ask(asked: Asked, library: Library) -> Outcome:
    """Ask one question."""
    answer = answer_question(asked.question, library=library)
    return Outcome(asked, answer.level, answer.quoted.chance or 0.0, _shown(answer))


def _shown(answer: Answer) -> tuple[tuple[str, str], ...]:
    return tuple((quote.article.path, quote.quote) for quote in answer.quotes)


def measure_search(asked: Sequence[Asked], library: Library) -> dict[str, float]:
    """Return how often the search finds the passage."""
    runs = []
    for one in asked:
        hits, _ = find_passages(one.question, library=library, k=max(_KS) * 3)
        runs.append((list(dict.fromkeys(passage.article.path for _, passage in hits)), {one.path}))
    figures = {f"hits@{k}": mean(hits_at(k, *run) for run in runs) for k in _KS}
    figures["MRR"] = mean(reciprocal_rank(*run, max(_KS)) for run in runs)
    return {name: round(value, 3) for name, value in figures.items()}


def figures_of(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return each figure, all from 0 to 1."""
    answerable = [one for one in outcomes if one.asked.chosen]
    others = [one for one in outcomes if not one.asked.chosen]
    answers = [one for one in outcomes if one.level == "answers"]
    figures = {
        "right sentence shown": mean(one.right for one in answerable),
        "right among answers": mean(one.right for one in answers) if answers else 0.0,
        "nothing though answerable": mean(one.level == "nothing" for one in answerable),
        "answers though unanswerable": mean(one.level == "answers" for one in others),
        "sentence F1 of answers": mean(one.f1 for one in answerable if one.level == "answers"),
        "sentence F1 of all shown": mean(one.f1 for one in answerable),
    }
    for name, some in (("answerable", answerable), ("unanswerable", others)):
        figures |= {f"{name}: {level}": mean(one.level == level for one in some) for level in LEVELS}
    return {name: round(value, 3) for name, value in figures.items()}


def reliability(outcomes: Sequence[Outcome]) -> list[dict[str, float]]:
    """Return, for each range of the stated chance, how many questions have it and how many were right."""
    rows = []
    for low, high in pairwise(_EDGES):
        some = [one for one in outcomes if one.shown and low <= one.chance < high]
        if some:
            stated, right = mean(one.chance for one in some), mean(one.right for one in some)
            rows.append({"questions": len(some), "stated": round(stated, 2), "right": round(right, 2)})
    return rows


def by_halves(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, list[Outcome]]]:
    """Yield the questions that numbers were chosen on, and the others."""
    for half, name in enumerate(("chosen on", "held out")):
        yield name, [one for one in outcomes if one.asked.number % 2 == half]


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    clapnq = list(read_clapnq(data))
    with shelf_of(clapnq) as library:
        search = measure_search(clapnq, library)
        outcomes = {"large shelf": [ask(one, library) for one in clapnq]}
        model = library.embedder.model
    alone: list[Outcome] = []
    for asked in read_xquad(data):
        with shelf_of(asked[:1]) as library:
            alone += [ask(one, library) for one in asked]
    outcomes["one article"] = alone
    result = {
        "data": f"CLAP NQ dev, {len(clapnq)} questions, one shelf; XQuAD en, {len(alone)} questions, a shelf each",
        "model": model,
        "commit": commit_of(ROOT),
        "versions": {name: version(name) for name in ("chromadb", "onnxruntime", "nupunkt", "snowballstemmer")},
        "search": search,
        "halves": {
            f"{kind}, {half}": figures_of(some) for kind, all_ in outcomes.items() for half, some in by_halves(all_)
        },
        "reliability": {
            f"{kind}, {half}": reliability(some) for kind, all_ in outcomes.items() for half, some in by_halves(all_)
        },
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    _print(result["data"], search, result["halves"], result["reliability"])  # type: ignore[arg-type]


def _print(
    data: str,
    search: Mapping[str, float],
    halves: Mapping[str, Mapping[str, float]],
    reliable: Mapping[str, Sequence[Mapping[str, float]]],
) -> None:
    print(data, search, sep="\n")
    for name in next(iter(halves.values())):
        print(f"{name:28}", *(f"{figures[name]:6.3f}" for figures in halves.values()))
    for name, rows in reliable.items():
        print(name, *(f"{row['stated']:.2f}→{row['right']:.2f} ({row['questions']})" for row in rows))


if __name__ == "__main__":
    main()
