"""Measure the speed and the memory of embedding, compared with Chroma's embedding function on the same weights.

    python -m bench.indexing DATA_FOLDER

It reads CLAP NQ dev (IBM, Apache-2.0), which is not part of the project. It embeds the passages in turns with our
embedder and with Chroma's ONNXMiniLM_L6_V2 (padded to 256 tokens, batches of 32), and compares what the two find. Then
it indexes 10,000 invented articles twice with `dateline index`. It prints tables and writes
`bench/results/indexing.json`.

Both embedders use the same weights, processors and threads in one run. Memory is measured in a separate process that
does nothing else (Linux).
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.checks import show
from bench.quality.peers import default_function
from bench.quoting import read_clapnq
from index.core.arrays import Vectors
from index.vectors.embedders import MiniLM

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "indexing.json"
_ROUNDS = 5
_PASSAGES = 96  # in each round
_ARTICLES = 10_000
_SEED = 1
_WORDS = (
    "bridge river council ferry harbour mine school strike tram vote flood price court bank island farm road hospital "
    "union minister mayor company driver teacher report budget repair delay storm festival museum garden market train"
).split()

Way = Callable[[Sequence[str]], Vectors]


def our_way() -> Way:
    """Return the built-in embedder, loaded."""
    model = MiniLM()
    model.embed_question("Is anyone there?")
    return model.embed_articles


def plain_way(folder: Path) -> Way:
    """Return Chroma's embedding function on the package's weights, loaded, with its files in `folder`."""
    function = default_function(folder)
    return lambda texts: np.asarray(function(list(texts)), dtype=np.float32)


def time_pairs(ways: dict[str, Way], passages: Sequence[str]) -> dict[str, Any]:
    """Embed the same passages in turns; return passages per second and how the pairs compare."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    busy: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(_ROUNDS):
        # The embedders take turns in going first.
        for name in list(ways)[:: 1 if number % 2 else -1]:
            started, began = time.perf_counter(), time.process_time()
            ways[name](passages)
            rates[name].append(len(passages) / (time.perf_counter() - started))
            busy[name].append(len(passages) / (time.process_time() - began))
    ours, plain = rates["ours"], rates["plain"]
    ratios = [one / other for one, other in zip(ours, plain, strict=True)]
    return {
        "ratio": {"median": round(median(ratios), 2), "least": round(min(ratios), 2), "most": round(max(ratios), 2)},
        **{
            name: {
                "passages a second": round(median(rates[name]), 1),
                "passages a processor's second": round(median(busy[name]), 1),
            }
            for name in ways
        },
    }


def compare(ways: dict[str, Way], data: Path) -> dict[str, Any]:
    """Rank every passage for every answerable question by the vectors of each embedder."""
    asked = list(read_clapnq(data))
    texts = [f"{one.title}\n{' '.join(one.sentences)}" for one in asked]
    right = [number for number, one in enumerate(asked) if one.chosen]
    likeness, figures = {}, dict[str, Any]()
    for name, way in ways.items():
        likeness[name] = way([asked[number].question for number in right]) @ way(texts).T
        places = [int((row > row[number]).sum()) for row, number in zip(likeness[name], right, strict=True)]
        figures[name] = {
            f"hits@{k}": round(sum(place < k for place in places) / len(places), 3) for k in (1, 4, 10)
        } | {"MRR": round(float(np.mean([1 / (1 + place) for place in places])), 3)}
    ranks = {name: rows.argsort(axis=1).argsort(axis=1) for name, rows in likeness.items()}
    correlations = [
        float(np.corrcoef(one, other)[0, 1]) for one, other in zip(ranks["ours"], ranks["plain"], strict=True)
    ]
    return {
        **figures,
        "questions": len(right),
        "passages": len(texts),
        "rank correlation (Spearman), mean over questions": round(float(np.mean(correlations)), 4),
    }


def peak_memory(way: str, folder: str, texts: list[str]) -> float:
    """Return the peak memory, in MiB, of a process that only embeds these texts."""
    (our_way() if way == "ours" else plain_way(Path(folder)))(texts)
    # Not getrusage(): its peak includes that of the parent process.
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def measure_memory(folder: Path, texts: list[str]) -> dict[str, float]:
    """Return the peak memory of each embedder, each in a separate process."""
    found = dict[str, float]()
    for way in ("ours", "plain"):
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
            found[way] = round(process.submit(peak_memory, way, str(folder), texts).result())
    return found


def made_up(count: int) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of invented articles."""
    choose = random.Random(_SEED)
    for number in range(count):
        sentences = [
            f"The {' '.join(choose.choices(_WORDS, k=8))} was number {number} of {place}." for place in range(4)
        ]
        yield f"{number // 1000:02}/{number:05}.txt", " ".join(sentences)


def time_runs(folder: Path) -> dict[str, Any]:
    """Index many articles, then the same again; return the seconds of both runs, including process start."""
    for name, text in made_up(_ARTICLES):
        file = folder / "seeds" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "OPENAI_"))}
    seconds, said = list[float](), list[dict[str, Any]]()
    for _ in range(3):
        started = time.perf_counter()
        run = subprocess.run(
            [sys.executable, "-m", "dateline", "index", "--json", "--seeds", "seeds", "--store", "store"],
            cwd=folder, env={**kept, "PYTHONPATH": str(ROOT), "HOME": str(folder)}, capture_output=True, check=True,
        )  # fmt: skip
        seconds.append(time.perf_counter() - started)
        said.append(json.loads(run.stdout.splitlines()[-1]))
    assert [done["embedded"] for done in said] == [said[0]["chunks"], 0, 0]
    return {
        "articles": said[0]["articles"],
        "passages": said[0]["chunks"],
        "first run": round(seconds[0], 1),
        "unchanged": round(min(seconds[1:]), 2),
    }


def main() -> None:
    """Run the benchmark and write its results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    load = os.getloadavg()[0]
    print(f"load of the machine before: {load:.2f} on {os.cpu_count()} processors", flush=True)
    passages = [" ".join(one.sentences) for one in read_clapnq(data)][:_PASSAGES]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        ways = {"ours": our_way(), "plain": plain_way(folder)}
        speed = time_pairs(ways, passages)
        found = compare(ways, data)
        memory = measure_memory(folder, passages)
        runs = time_runs(folder)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    result = {
        "commit": commit.stdout.strip(),
        "versions": {name: version(name) for name in ("onnxruntime", "tokenizers", "chromadb", "numpy")},
        "processors": os.cpu_count(),
        "load before": round(load, 2),
        "speed": speed,
        "found": found,
        "peak memory, MiB": memory,
        "runs, seconds": runs,
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(f"\nours to plain, passages a second, paired: {speed.pop('ratio')}")
    show("embedding", speed)
    show("what is found", {name: found[name] for name in ways})
    for name in ("rank correlation (Spearman), mean over questions", "questions", "passages"):
        print(f"{name}: {found[name]}")
    print(f"peak memory, MiB: {memory}\nruns, seconds: {runs}")


if __name__ == "__main__":
    main()
