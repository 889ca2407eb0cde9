"""Measure how long a question takes as the shelf grows.

    python -m bench.latency DATA_FOLDER [--sizes 5000,50000,300000] [--keep FOLDER]

It makes shelves with that many passages of real, consecutive sentences (`timeqa/`, BSD-3; `chunking_evaluation/`, MIT;
`clapnq/`, Apache-2.0). Then it asks CLAP NQ's questions one after the other, answered in quotes, after some questions
to warm up. Embedding 300,000 passages would take an hour. So each passage has the vector of a real one, moved at random
by about the distance of its nearest neighbour. That is realistic for time, and says nothing about recall. With
`--keep`, the shelves are kept and used again. It prints a table, writes `bench/results/latency.json` and draws
`bench/results/latency.svg`.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from importlib.metadata import version
from itertools import count, islice
from pathlib import Path

import numpy as np

from bench.quoting import read_clapnq
from index.core.arrays import Vectors
from index.core.settings import Settings
from index.pipeline.chroma_sync import sync_chroma
from index.pipeline.library import Library, build_library
from index.text.articles import Article, article_id
from index.text.chunks import Chunk, make_chunk
from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.answering.pipeline import answer_question
from rag.evaluation.evaluate import commit_of

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"
SIZES = (5_000, 50_000, 300_000)
_REAL_PASSAGES = 2_000
_MOVED = 0.55  # length of the random step between unit vectors: a cosine of about .87
_QUESTIONS = 200
_WARM = 20


def read_runs(folder: Path) -> list[list[str]]:
    """Return runs of consecutive sentences."""
    texts = ["\n".join(asked.sentences) for asked in read_clapnq(folder)]
    pages = json.loads((folder / "timeqa" / "human_annotated_test.json").read_text(encoding="utf-8"))
    texts += [paragraph for page in pages for paragraph in page["paras"] if len(paragraph) > 200]
    for file in sorted((folder / "chunking_evaluation" / "corpora").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        texts += [text[start : start + 5_000] for start in range(0, len(text), 5_000)]
    runs = [[span.cut(text) for span in split_sentences(text, Span(0, len(text)))] for text in texts]
    return [run for run in runs if len(run) > 1]


def make_articles(runs: Sequence[Sequence[str]], chance: random.Random) -> Iterator[tuple[Article, tuple[Chunk, ...]]]:
    """Yield articles of six passages without end, of days in three years.

    They are cut here, where their sentences are known: to read and split them would take most of the time.
    """
    for number in count(1):
        text, groups = "", list[tuple[Span, ...]]()
        while len(groups) < 6:
            run = chance.choice(runs)
            start = chance.randrange(len(run))
            spans = list[Span]()
            for sentence in run[start : start + 6]:
                spans.append(Span(len(text), len(text) + len(sentence)))
                text += f"{sentence} "
            groups.append(tuple(spans))
        day = date(2023, 1, 1) + timedelta(days=chance.randrange(1_000))
        path, title = f"{number}.md", groups[0][0].cut(text)[:60]
        name = article_id(path, text.encode())
        article = Article(name, path, title, text, Span(0, len(text)), day, None, f"Paper {number % 40}", None, None)
        yield article, tuple(make_chunk(article, group) for group in groups)


def fill(library: Library, size: int, runs: Sequence[Sequence[str]]) -> int:
    """Add passages to the shelf and Chroma until there are at least this many; return how many there are."""
    chance, steps = random.Random(size), np.random.default_rng(size)
    real: Vectors | None = None
    with library.shelf.write() as writing:
        writing.set_record("embedding_model", library.embedder.model)
        writing.set_record("dimensions", "384")
    articles = make_articles(runs, chance)
    while True:
        with library.shelf.read() as reading:
            if (done := reading.counts()).chunks >= size and done.embedded == done.chunks:
                break
        with library.shelf.write() as writing:
            for article, chunks in islice(articles, 300):
                writing.put_file(article.path, b"-", [(article, chunks)])
        with library.shelf.read() as reading:
            waiting = reading.unembedded(2_000)
        if waiting:
            if real is None:
                real = library.embedder.embed_articles([" ".join(run[:6]) for run in runs[:_REAL_PASSAGES]])
            moved = real[steps.integers(len(real), size=len(waiting))]
            moved = moved + steps.normal(scale=_MOVED / np.sqrt(384), size=moved.shape).astype(np.float32)
            moved /= np.linalg.norm(moved, axis=1, keepdims=True)
            with library.shelf.write() as writing:
                writing.put_vectors([number for number, _ in waiting], moved.astype(np.float32))
    sync_chroma(library.shelf, library.index)
    library.shelf.save_checksum()
    return done.chunks


def measure(library: Library, questions: Sequence[str]) -> dict[str, float]:
    """Ask each question once, after some others; return milliseconds."""
    for question in questions[:_WARM]:
        answer_question(question, library=library)
    seconds = [answer_question(question, library=library).seconds for question in questions[_WARM:]]
    figures = {}
    for stage in ("search", "answer", "total"):
        ordered = sorted(each[stage] * 1000 for each in seconds)
        figures[f"{stage} p50"] = round(ordered[len(ordered) // 2], 1)
        figures[f"{stage} p95"] = round(ordered[int(len(ordered) * 0.95)], 1)
    return figures


def cold_start(library: Library, question: str) -> float:
    """Ask on the command line, in a new process; return seconds."""
    command = [sys.executable, "-m", "dateline", "ask", question, "--quotes"]
    places = ["--store", str(library.settings.store), "--seeds", str(library.settings.seeds)]
    started = time.perf_counter()
    subprocess.run([*command, *places], check=True, capture_output=True, cwd=Path(__file__).parent.parent)
    return round(time.perf_counter() - started, 2)


def draw(rows: Sequence[dict[str, float]]) -> str:
    """Draw p50 and p95 by number of passages as SVG, with logarithmic axes."""
    width, height, left, below = 640, 360, 60, 40
    most = max(max(row["total p95"] for row in rows), 400)
    xs = np.log10([row["passages"] for row in rows])
    span = (float(xs.min()), max(float(xs.max()), float(xs.min()) + 1))

    def place(passages: float, milliseconds: float) -> tuple[float, float]:
        x = left + (np.log10(passages) - span[0]) / (span[1] - span[0]) * (width - left - 20)
        y = height - below - np.log10(max(1.0, milliseconds)) / np.log10(most * 1.3) * (height - below - 20)
        return round(float(x), 1), round(float(y), 1)

    box = f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {box}>']
    parts.append(f'<rect width="{width}" height="{height}" fill="white"/>')
    for milliseconds in (1, 10, 100, 400):
        _, y = place(rows[0]["passages"], milliseconds)
        parts.append(f'<line x1="{left}" x2="{width - 20}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{milliseconds} ms</text>')
    for name, colour in (("total p50", "#0f766e"), ("total p95", "#c2410c")):
        points = [place(row["passages"], row[name]) for row in rows]
        line = " ".join(f"{x},{y}" for x, y in points)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{line}"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points]
        parts.append(
            f'<text x="{points[-1][0] - 4}" y="{points[-1][1] - 8}" text-anchor="end" fill="{colour}">{name[6:]}</text>'
        )
    for row in rows:
        x, _ = place(row["passages"], 1)
        parts.append(f'<text x="{x}" y="{height - 14}" text-anchor="middle">{int(row["passages"]):,}</text>')
    parts.append(f'<text x="{left}" y="14">milliseconds from question to quotes, by passages on the shelf</text></svg>')
    return "\n".join(parts) + "\n"


def main() -> None:
    """Run the benchmark and write its results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--keep", type=Path, help="a folder for the shelves, which take long to make")
    given = parser.parse_args()
    runs = read_runs(given.data)
    questions = [asked.question for asked in read_clapnq(given.data)][:: 300 // _QUESTIONS][: _QUESTIONS + _WARM]
    rows = []
    for size in map(int, given.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            place = given.keep / str(size) if given.keep else Path(folder)
            settings = Settings(seeds=place / "seeds", store=place / "store", _env_file=None)
            settings.seeds.mkdir(parents=True, exist_ok=True)
            library = build_library(settings)
            passages = fill(library, size, runs)
            figures = measure(library, questions)
            library.index.release()
            row = {"passages": passages, **figures, "cold start s": cold_start(library, questions[0])}
            rows.append(row)
            print(json.dumps(row), flush=True)
    result = {
        "data": f"made of {len(runs):,} runs of real sentences; {len(questions) - _WARM} questions of CLAP NQ dev",
        "commit": commit_of(ROOT),
        "versions": {name: version(name) for name in ("chromadb", "onnxruntime")},
        "rows": rows,
    }
    (RESULTS / "latency.json").write_text(json.dumps(result, indent=2) + "\n")
    (RESULTS / "latency.svg").write_text(draw(rows))


if __name__ == "__main__":
    main()
