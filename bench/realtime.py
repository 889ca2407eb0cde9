"""Measure whether news questions find the article of their day, with and without the preference for fresher articles.

    python -m bench.realtime DATA_FOLDER [--store FOLDER]

It reads `realtimeqa/questions.jsonl` and `realtimeqa/articles.jsonl.gz` (RealTime QA, Kasai et al. 2023), puts every
article on one shelf with its day, and asks each question twice: of all days, and as a reader of the question's day
would, of the articles published until then. Questions with even numbers chose the preference's two figures; those
with odd numbers did not. It prints a table and writes `bench/results/realtime.json`. `--store` keeps the shelf for
the next run. The data is not part of the project.
"""

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import mean

from index.core.scope import WHOLE, Scope
from index.core.settings import Settings
from index.pipeline.library import Library, build_library
from index.pipeline.sync import sync_shelf
from rag.answering.pipeline import find_passages
from rag.evaluation.evaluate import commit_of
from rag.evaluation.metrics import hits_at, reciprocal_rank
from rag.retrieval import freshness

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "realtime.json"
_KS = (1, 10)
_DEPTH = 100  # chunks: MRR is 0 for what is found further down


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a news quiz, the day it was asked, and the articles that answer."""

    text: str
    day: date
    gold: frozenset[str]  # paths


def read_articles(data: Path) -> dict[str, dict[str, str]]:
    """Return the articles by the path that each gets on the shelf."""
    with gzip.open(data / "realtimeqa" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {f"{number:04}.txt": json.loads(line) for number, line in enumerate(lines)}


def file_of(article: Mapping[str, str]) -> str:
    """Return an article as a file; the title line is left out if there is no title."""
    title = " ".join(article["title"].split())
    return (f"Title: {title}\n" if title else "") + f"Date: {article['date']}\n\n{article['text']}"


def read_questions(data: Path, articles: Mapping[str, Mapping[str, str]]) -> list[Asked]:
    """Return the questions in their order."""
    paths = {article["id"]: path for path, article in articles.items()}
    lines = (data / "realtimeqa" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Asked(one["question"], date.fromisoformat(one["as_of"]), frozenset(paths[id_] for id_ in one["gold"]))
        for one in map(json.loads, lines)
    ]


def figures(asked: Sequence[Asked], library: Library, *, dated: bool) -> dict[str, dict[str, float]]:
    """Ask the questions and return the figures by passage and by article."""
    columns: dict[str, dict[str, list[float]]] = {"passage": {}, "article": {}}
    for one in asked:
        scope = Scope(until=one.day) if dated else WHOLE
        hits, _ = find_passages(one.text, library=library, k=_DEPTH, scope=scope)
        passages = {f"{passage.article.path}:{passage.span.start}": passage.article.path for _, passage in hits}
        articles = list(dict.fromkeys(passages.values()))
        right = {name for name, path in passages.items() if path in one.gold}
        for kind, ranking, relevant in (("passage", list(passages), right), ("article", articles, one.gold)):
            columns[kind].setdefault("MRR", []).append(reciprocal_rank(ranking, relevant))
            for k in _KS:
                columns[kind].setdefault(f"hits@{k}", []).append(hits_at(k, ranking, relevant))
    return {kind: {name: round(mean(values), 3) for name, values in each.items()} for kind, each in columns.items()}


@contextmanager
def _without_preference() -> Iterator[None]:
    weight = freshness.WEIGHT
    freshness.WEIGHT = 0.0
    try:
        yield
    finally:
        freshness.WEIGHT = weight


def measure(asked: Sequence[Asked], library: Library) -> dict[str, dict[str, dict[str, float]]]:
    """Return the figures of these questions, undated and dated, without the preference and with it."""
    measured = {}
    for name, dated in (("undated", False), ("dated", True)):
        with _without_preference():
            measured[f"{name}, no preference"] = figures(asked, library, dated=dated)
        measured[name] = figures(asked, library, dated=dated)
    return measured


def put_on_shelf(articles: Mapping[str, Mapping[str, str]], folder: Path) -> Library:
    """Index the articles in a folder; what it has from an earlier run is used."""
    settings = Settings(seeds=folder / "seeds", store=folder / "store")
    settings.seeds.mkdir(parents=True, exist_ok=True)
    for path, article in articles.items():
        (settings.seeds / path).write_text(file_of(article), encoding="utf-8")
    library = build_library(settings)
    list(sync_shelf(library))
    return library


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--store", type=Path, help="a folder that keeps the shelf for the next run")
    given = parser.parse_args()
    articles = read_articles(given.data)
    asked = read_questions(given.data, articles)
    with tempfile.TemporaryDirectory() as folder:
        library = put_on_shelf(articles, given.store or Path(folder))
        halves = {"all": asked, "even (chosen on)": asked[::2], "odd (held out)": asked[1::2]}
        measured = {half: measure(some, library) for half, some in halves.items()}
        library.index.release()
    result = {
        "data": f"RealTime QA, {len(asked)} questions, one shelf of {len(articles)} articles",
        "model": library.embedder.model,
        "commit": commit_of(ROOT),
        "versions": {name: version(name) for name in ("chromadb", "onnxruntime", "nupunkt", "snowballstemmer")},
        "figures": measured,
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(f"{result['data']}, {result['model']}")
    for half, rows in measured.items():
        for name, kinds in rows.items():
            said = "  ".join(
                f"{kind} {figure} {value:.3f}" for kind, each in kinds.items() for figure, value in each.items()
            )
            print(f"{half:18} {name:22} {said}")


if __name__ == "__main__":
    main()
