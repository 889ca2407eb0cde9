"""Measure how a small language model answers from the passages: whether it cites correctly and refuses rightly.

    python -m bench.prose DATA_FOLDER MODEL.gguf [--questions 20] [--k 3]

It puts all 300 passages of CLAP NQ dev (IBM, Apache-2.0) on one shelf. It asks a real model on a local server (the
package `xllamacpp`) the first questions of both halves, once with answers in JSON and once with markers. It prints a
table and adds the rows to `bench/results/prose.json`. The data and the model are not part of the project.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

from bench.quoting import Asked, read_clapnq
from index.core.settings import Settings
from index.pipeline.library import Library, build_library
from index.pipeline.sync import sync_shelf
from rag.answering import generative as prose
from rag.answering.pipeline import answer_question
from rag.answering.query import make_query
from rag.llm.client import ChatModel
from tests.support.model_server import KEY, serve_model

RESULT = Path(__file__).parent / "results" / "prose.json"
_SECONDS = 300


def measure(asked: Sequence[Asked], library: Library, chat: ChatModel, *, k: int, as_json: bool) -> dict[str, float]:
    """Ask everything; each figure is a share, except the counts and seconds."""
    refused: dict[bool, list[bool]] = {True: [], False: []}
    verdicts: list[str] = []
    right: list[bool] = []
    broken, unresolved, seconds = 0, 0, []
    for one in asked:
        quoted = answer_question(one.question, library=library)
        passages = quoted.passages[:k]
        query = make_query(one.question)
        writer = prose.Writer(chat=chat, max_tokens=2500, as_json=as_json, today=query.today)
        *_, written = prose.answer(query.asked, passages, writer)
        whole = replace(quoted, prose=written)
        broken += written.state != "whole"
        seconds.append(written.seconds)
        refused[bool(one.chosen)].append(whole.level == "nothing")
        unresolved += sum(len(statement.unresolved) for statement in written.statements)
        verdicts += [statement.verdict for statement in written.statements]
        if one.chosen:
            cited = {(c.article.path, c.quote) for statement in written.statements for c in statement.citations}
            right += [path == one.path and quote in one.chosen for path, quote in cited]
    figures: dict[str, float] = {
        "answered when answerable": 1 - mean(refused[True]),
        "refused when unanswerable": mean(refused[False]),
        "statements": len(verdicts),
        **{
            kind: mean(verdict == kind for verdict in verdicts)
            for kind in ("supported", "unclear", "contradicted", "uncited")
        },
        "numbers of no sentence": unresolved,
        "citation precision": mean(right) if right else 0.0,
        "answers that broke off": broken,
        "median seconds": sorted(seconds)[len(seconds) // 2],
    }
    return {name: round(value, 3) for name, value in figures.items()}


def main() -> None:
    """Measure and add the rows to the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--name", default="")
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--k", type=int, default=3, help="passages read")
    given = parser.parse_args()
    everything = list(read_clapnq(given.data))
    halves = ([one for one in everything if one.chosen], [one for one in everything if not one.chosen])
    asked = [one for half in halves for one in half[: given.questions // 2]]
    name = given.name or given.model.stem
    with tempfile.TemporaryDirectory() as folder, serve_model(given.model, context_tokens=4096) as url:
        settings = Settings(seeds=Path(folder) / "seeds", store=Path(folder) / "store")
        settings.seeds.mkdir()
        for one in everything:
            (settings.seeds / one.path).write_text(f"Title: {one.title}\n\n" + "\n".join(one.sentences))
        library = build_library(settings)
        list(sync_shelf(library))
        chat = ChatModel(name, base_url=url, key=KEY, seconds=_SECONDS, answer_tokens=400)
        rows = {form: measure(asked, library, chat, k=given.k, as_json=form == "json") for form in ("json", "markers")}
        library.index.release()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    known = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    known[name] = {
        "data": f"CLAP NQ dev, {len(asked)} questions, half of them answerable; {given.k} passages read",
        "commit": commit.stdout.strip(),
        "figures": rows,
    }
    RESULT.write_text(json.dumps(known, indent=2) + "\n")
    print(f"{name}: {known[name]['data']}")
    print(f"{'':28} {'json':>10} {'markers':>10}")
    for figure in rows["json"]:
        print(f"{figure:28} {rows['json'][figure]:>10} {rows['markers'][figure]:>10}")


if __name__ == "__main__":
    main()
