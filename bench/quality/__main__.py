"""Measure how well passages are found, compared with Chroma, LangChain, LlamaIndex, haiku.rag and keywords alone.

    python -m bench.quality DATA_FOLDER [--sets clapnq,timeqa] [--systems Dateline,Chroma] [--questions N]

It puts each set's articles on a shelf of every system, each in a separate process, and asks the set's questions. It
prints a table for each set, and writes each set that was measured completely to `bench/results/quality.json`. A full
run takes about twenty minutes on two cores. The data is not part of the project.
"""

import argparse
import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from importlib.metadata import version
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from bench.quality.peers import SYSTEMS
from bench.quality.runs import Run, run_system
from bench.quality.sets import (
    SETS,
    Article,
    Place,
    QuestionSet,
    check_port,
    evidence_rank,
    paper_figures,
    read_sets,
)
from index.text.spans import Span
from rag.evaluation.evaluate import commit_of
from rag.evaluation.metrics import bootstrap_interval, hits_at, recall_at, reciprocal_rank, span_scores

ROOT = Path(__file__).parent.parent.parent
RESULT = ROOT / "bench" / "results" / "quality.json"
_KS = (1, 4, 10)
_EVIDENCE = "evidence by MultiHop-RAG's metric"
_SPANS_READ = 5  # as in Chroma's technical report
# Several passages of one article may be found before the next article's.
_PASSAGES_FOR_ARTICLES = 30


def score(asked: QuestionSet, run: Run) -> dict[str, list[float]]:
    """Return each figure of each question, in the order of the questions."""
    columns: dict[str, list[float]] = {}
    shelf = Shelf(asked.articles)
    for question, found in zip(asked.questions, run.found, strict=True):
        if asked.judged == "article":
            ranking = list(dict.fromkeys(place.path for place in found))
            relevant = {place.path for place in question.relevant}
        else:
            ranking = list(dict.fromkeys(map(str, found)))
            relevant = {str(place) for place in found if holds(place, question.relevant)}
        figures = {f"hits@{k}": hits_at(k, ranking, relevant) for k in _KS}
        figures["MRR@10"] = reciprocal_rank(ranking, relevant, max(_KS))
        if len(question.relevant) > 1 and asked.judged == "article":
            figures["recall@10"] = recall_at(max(_KS), ranking, relevant)
        if asked.judged == "span":
            scores = span_scores(shelf.spans(found[:_SPANS_READ]), shelf.spans(question.relevant), shelf.text)
            figures |= {f"{name} of 5": value for name, value in asdict(scores).items()}
        for name, value in figures.items():
            columns.setdefault(name, []).append(value)
    return columns


def holds(place: Place, relevant: Sequence[Place]) -> bool:
    """Return True if a passage has at least half of one of the ranges.

    >>> holds(Place("a", 0, 10), [Place("a", 6, 14)]), holds(Place("a", 0, 10), [Place("a", 7, 14)])
    (True, False)
    """
    return any(
        place.path == wanted.path
        and min(place.end, wanted.end) - max(place.start, wanted.start) >= (wanted.end - wanted.start) / 2
        for wanted in relevant
    )


class Shelf:
    """A set's articles as one text, for measures that know of one only."""

    def __init__(self, articles: Sequence[Article]) -> None:
        """Put the texts one after the other."""
        self.text = "".join(article.text for article in articles)
        starts = accumulate((len(article.text) for article in articles), initial=0)
        self._starts = dict(zip((article.path for article in articles), starts, strict=False))

    def spans(self, places: Sequence[Place]) -> list[Span]:
        """Return where the places are in the whole text; what lies in a head is nowhere."""
        return [
            Span(self._starts[place.path] + place.start, self._starts[place.path] + place.end)
            for place in places
            if place.start < place.end
        ]


def judge(
    asked: QuestionSet, run: Run, columns: dict[str, list[float]], ours: dict[str, list[float]]
) -> dict[str, Any]:
    """Return what is written down of a system on a set."""
    texts = {article.path: article.text for article in asked.articles}
    lengths = [sum(place.end - place.start for place in found[:_SPANS_READ]) for found in run.found]
    length = sum(len(article.file) for article in asked.articles)
    milliseconds = np.asarray(run.query_seconds) * 1000
    judged: dict[str, Any] = {
        "figures": {
            name: {"mean": round(mean(values), 3), "95 %": rounded(bootstrap_interval(values))}
            for name, values in columns.items()
        },
        "passages": run.passages,
        "characters in the first 5": round(mean(lengths)),
        "indexing": {
            "seconds": round(run.index_seconds, 1),
            "passages a second": round(run.passages / run.index_seconds, 1),
            "kilobytes a second": round(length / 1000 / run.index_seconds, 1),
        },
        "query, ms": {f"p{p}": round(float(np.percentile(milliseconds, p)), 1) for p in (50, 95)},
        "peak memory, MiB": round(run.mebibytes),
    }
    if ours is not columns:
        judged["Dateline's lead"] = {
            name: {
                "mean": round(mean(ours[name]) - mean(values), 3),
                "95 %": rounded(
                    bootstrap_interval([one - other for one, other in zip(ours[name], values, strict=True)])
                ),
            }
            for name, values in columns.items()
        }
    with_facts = [
        evidence_rank([texts[place.path][place.start : place.end] for place in found], question.facts)
        for question, found in zip(asked.questions, run.found, strict=True)
        if question.facts
    ]
    if with_facts:
        judged[_EVIDENCE] = {"questions": len(with_facts), **paper_figures(with_facts)}
    return judged


def rounded(interval: tuple[float, float]) -> list[float]:
    """Round both ends as the figures are."""
    return [round(end, 3) for end in interval]


def measure(asked: QuestionSet, systems: Sequence[str]) -> dict[str, Any]:
    """Run each system on a set, one after the other, and judge what it found."""
    found, columns = dict[str, Run](), dict[str, dict[str, list[float]]]()
    texts = [question.text for question in asked.questions]
    k = _PASSAGES_FOR_ARTICLES if asked.judged == "article" else max(_KS)
    for name in systems:
        started = time.perf_counter()
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
            found[name] = process.submit(run_system, name, asked.articles, texts, k).result()
        columns[name] = score(asked, found[name])
        print(f"{asked.name}, {name}: {time.perf_counter() - started:.0f} s", flush=True)
    ours = columns.get("Dateline")
    return {name: judge(asked, found[name], columns[name], ours or columns[name]) for name in systems}


def table(systems: dict[str, Any]) -> str:
    """Write a set's figures as a table in Markdown, each mean with its interval in brackets.

    ▼ marks a row in which Dateline leads by more than chance, ▲ one in which it trails: the interval
    of the difference, question by question, does not contain 0.
    """
    names = list(next(iter(systems.values()))["figures"])
    rows = [
        "| | "
        + " | ".join([*names, "characters read", "passages", "kB/s indexed", "query p50 / p95, ms", "MiB"])
        + " |",
        "|---" * (len(names) + 6) + "|",
    ]
    for system, judged in systems.items():
        cells = list[str]()
        for name, figure in judged["figures"].items():
            low, high = judged.get("Dateline's lead", {}).get(name, {}).get("95 %", (0, 0))
            mark = " ▼" if low > 0 else " ▲" if high < 0 else ""
            cells.append(f"{_short(figure['mean'])} [{' '.join(map(_short, figure['95 %']))}]{mark}")
        query = judged["query, ms"]
        cells += [
            str(judged["characters in the first 5"]),
            str(judged["passages"]),
            str(judged["indexing"]["kilobytes a second"]),
            f"{query['p50']} / {query['p95']}",
            str(judged["peak memory, MiB"]),
        ]
        rows.append(f"| {system} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def main() -> None:
    """Measure and write the result."""
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", default=",".join(SETS), help="by commas")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="by commas")
    parser.add_argument("--questions", type=int, help="ask so many of each set, drawn with a fixed seed")
    chosen = parser.parse_args()
    systems = chosen.systems.split(",")
    if unknown := [*(set(systems) - set(SYSTEMS)), *(set(chosen.sets.split(",")) - set(SETS))]:
        parser.error(f"{', '.join(unknown)}: not known. Expected of {', '.join(SETS)} and of {', '.join(SYSTEMS)}.")
    if missing := [name for name in systems if not SYSTEMS[name].is_installed()]:
        print(f"Not installed here and left out: {', '.join(missing)}. No result is kept without it.", flush=True)
        systems = [name for name in systems if name not in missing]
    if not systems:
        parser.error("there is no system to measure.")
    print(f"MultiHop-RAG's own example, by our port of its metric: {check_port(chosen.data)}", flush=True)
    packages = sorted({package for name in systems for package in SYSTEMS[name].packages})
    commit = commit_of(ROOT)  # before the first result makes the checkout differ
    for asked in read_sets(chosen.data, chosen.sets.split(","), chosen.questions):
        load, started = os.getloadavg()[0], time.perf_counter()
        print(f"load of the machine before: {load:.2f} on {os.cpu_count()} processors", flush=True)
        judged = measure(asked, systems)
        print(f"\n{asked.name}: {asked.about}, {len(asked.articles)} articles, {len(asked.questions)} questions\n")
        print(table(judged) + "\n", flush=True)
        for name, one in judged.items():
            if evidence := one.get(_EVIDENCE):
                print(f"{name}, {_EVIDENCE}: {evidence}")
        # What was not measured of every system with every question is no result to keep.
        if set(systems) == set(SYSTEMS) and not chosen.questions:
            keep(
                asked.name,
                {
                    "data": asked.about,
                    "commit": commit,
                    "versions": {package: version(package) for package in packages},
                    "processors": os.cpu_count(),
                    "load before": round(load, 2),
                    "minutes": round((time.perf_counter() - started) / 60, 1),
                    "articles": len(asked.articles),
                    "characters": sum(len(article.text) for article in asked.articles),
                    "questions": len(asked.questions),
                    "judged by": asked.judged,
                    "systems": judged,
                },
            )


def keep(name: str, result: dict[str, Any]) -> None:
    """Write the result of a set next to those of the others."""
    kept = json.loads(RESULT.read_text()) if RESULT.exists() else {"settings": {}, "sets": {}}
    kept["settings"] = {system: SYSTEMS[system].settings for system in SYSTEMS}
    kept["sets"][name] = result
    RESULT.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    main()
