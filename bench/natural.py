"""Measure how natural questions of two people are answered: one in a hurry, one careful.

    python -m bench.natural [--print]

The 60 questions of `natural.jsonl` are asked of the seed and five of the tests' own articles, put on one shelf. They
were written before the decision was changed, and are not used to choose a number. `has` lists words that a right
sentence has one of; it is empty for the third of the questions that no article answers. It prints a table and writes
`bench/results/natural.json`.
"""

import argparse
import json
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from index.core.settings import Settings
from index.pipeline.library import Library, build_library
from index.pipeline.sync import sync_shelf
from rag.answering.pipeline import answer_question
from rag.evaluation.evaluate import commit_of

ROOT = Path(__file__).parent.parent
QUESTIONS = Path(__file__).parent / "natural.jsonl"
RESULT = Path(__file__).parent / "results" / "natural.json"
_ARTICLES = ("bronzes.txt", "ferries.txt", "river.md", "strike.txt", "turbines.txt")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its article, and words of which a right sentence has one."""

    style: str
    question: str
    article: str
    has: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was shown for a question."""

    asked: Asked
    level: str
    shown: tuple[str, ...]
    right: bool  # a right sentence is among them


def read_questions() -> list[Asked]:
    """Read the questions."""
    entries = map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    return [Asked(one["style"], one["question"], one["article"], tuple(one["has"])) for one in entries]


def ask(asked: Asked, library: Library) -> Outcome:
    """Ask one question."""
    answer = answer_question(asked.question, library=library)
    quotes = answer.quotes
    right = any(one.article.path == asked.article and _has(one.quote, asked) for one in quotes)
    return Outcome(asked, answer.level, tuple(one.quote for one in quotes), right)


def _has(quote: str, asked: Asked) -> bool:
    return any(words in quote for words in asked.has)


def figures(outcomes: list[Outcome]) -> dict[str, float]:
    """Return the shares that are published."""
    answerable = [one for one in outcomes if one.asked.has]
    others = [one for one in outcomes if not one.asked.has]
    answers = [one for one in outcomes if one.level == "answers"]
    rows: dict[str, float] = {
        "right sentence shown": sum(one.right for one in answerable) / len(answerable),
        "right sentence at answers": sum(one.right and one.level == "answers" for one in answerable) / len(answerable),
        "answers where nothing answers": sum(one.level == "answers" for one in others) / len(others),
        "right of answers": sum(one.right for one in answers) / max(1, len(answers)),
    }
    for name, some in (("answerable", answerable), ("unanswerable", others)):
        counts = Counter(one.level for one in some)
        rows |= {f"{name}: {level}": counts[level] / len(some) for level in ("answers", "may_answer", "nothing")}
    return {name: round(value, 3) for name, value in rows.items()}


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--print", action="store_true", help="print every question with what was shown first")
    every = parser.parse_args().print
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(seeds=Path(folder) / "seeds", store=Path(folder) / "store")
        settings.seeds.mkdir()
        for name in _ARTICLES:
            shutil.copy(ROOT / "tests" / "data" / "fiction" / name, settings.seeds)
        for seed in (ROOT / "seeds").iterdir():
            shutil.copy(seed, settings.seeds)
        library = build_library(settings)
        list(sync_shelf(library))
        outcomes = [ask(one, library) for one in read_questions()]
        library.index.release()
    measured = figures(outcomes)
    result = {"commit": commit_of(ROOT), "model": library.embedder.model, "figures": measured}
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    for one in outcomes if every else ():
        mark = ("right" if one.right else "WRONG") if one.asked.has else "-"
        print(f"{one.level:10} {mark:5} {one.asked.question} → {one.shown[0] if one.shown else ''}")
    for name, value in measured.items():
        print(f"{name:32} {value}")


if __name__ == "__main__":
    main()
