"""Does a name that is nowhere on the shelf make it refuse, and nothing else?

    python -m bench.absences DATA_FOLDER

puts half of the pages of TimeQA's sample, and half of CLAP NQ's passages, on a shelf and asks the questions of both
halves, once as they are answered and once as they would be without the rule. TimeQA's questions are as people wrote
them. CLAP NQ's are in lower case; a word that its passage writes with a capital within a sentence gets one. Prints a
table and writes `bench/results/absences.json`. The data is not part of the project.
"""

import argparse
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from bench.quality.sets import Article, QuestionSet, read_clapnq_set, read_timeqa_set
from index.core.settings import Settings
from index.pipeline.library import build_library, sync_library
from rag.answering.pipeline import answer_question
from rag.evaluation.evaluate import commit_of
from rag.retrieval.missing_terms import Absences, find_absences

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "absences.json"
_WITHIN = re.compile(r"(?<=[a-z,] )([A-Z][a-z]+)")
_SMALL = re.compile(r"\b[a-z]+")


def with_capitals(question: str, article: Article) -> str:
    """Write the words of a question with a capital that the article writes with one within a sentence."""
    names, small = set(_WITHIN.findall(article.text)), set(_SMALL.findall(article.text))
    words = [
        word.capitalize() if word.capitalize() in names and word not in small else word for word in question.split()
    ]
    return " ".join(words)


def ask(data: QuestionSet) -> Iterator[dict[str, object]]:
    """Put every second article on a shelf, ask everything, and tell of each question what became of it."""
    paths = [article.path for article in data.articles]
    shelved = set(paths[::2])
    by_path = {article.path: article for article in data.articles}
    with tempfile.TemporaryDirectory() as place:
        seeds = Path(place) / "seeds"
        seeds.mkdir()
        for path in shelved:
            (seeds / path).write_text(by_path[path].file, encoding="utf-8")
        library = build_library(Settings(seeds=seeds, store=Path(place) / "store", _env_file=None))
        for _ in sync_library(library):
            pass
        for question in data.questions:
            (path,) = {place.path for place in question.relevant}
            text = with_capitals(question.text, by_path[path]) if data.name == "clapnq" else question.text
            with library.shelf.read() as reading:
                absent = find_absences(text, reading)
            found = answer_question(text, library=library)
            with patch("rag.answering.pipeline.find_absences", return_value=Absences((), all_named=False)):
                without = answer_question(text, library=library)
            yield {
                "question": text,
                "there": path in shelved,
                "absent": absent.words,
                "all named": absent.all_named,
                "answered": found.refusal is None,
                "answered without": without.refusal is None,
            }
        library.index.disown()


def main() -> None:
    """Ask, print the table and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--each", action="store_true", help="print each question that the rule refused")
    said = parser.parse_args()
    rows = []
    print("| set | asked | questions | answered without the rule | with it |\n|---|---|---|---|---|")
    for data in (read_timeqa_set(said.data), read_clapnq_set(said.data)):
        asked = list(ask(data))
        for there, kind in ((True, "its article is there"), (False, "its article is gone")):
            some = [one for one in asked if one["there"] is there]
            row = {
                "set": data.name,
                "asked": kind,
                "questions": len(some),
                "answered without": sum(bool(one["answered without"]) for one in some),
                "answered": sum(bool(one["answered"]) for one in some),
            }
            rows.append(row)
            print(f"| {' | '.join(str(value) for value in row.values())} |")
        if said.each:
            for one in asked:
                if one["answered"] != one["answered without"]:
                    print(one)
    RESULT.write_text(json.dumps({"rows": rows, "commit": commit_of(ROOT)}) + "\n")


if __name__ == "__main__":
    main()
