"""Measure news in other languages: are articles found, answers quoted and other questions refused?

    python -m bench.languages DATA [LANGUAGE ...]

XQuAD has the same paragraphs and questions in several languages. The paragraphs of one half of the articles become a
shelf. It is asked the questions of its own paragraphs (all of them for the search, one of each paragraph for the
answer) and one of each paragraph that is not on it. Numbers were chosen with the first half on the shelf; the second
half is held out.

On the shelf it counts how often a quote holds the answer, and how often it is also called an answer. Off the shelf it
counts how often nothing is shown, and how often what is shown is at least not called an answer. The result is written
only if all languages are measured.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from index.core.settings import Settings
from index.pipeline.library import Library, build_library
from index.pipeline.sync import sync_shelf
from rag.answering.models import Level
from rag.answering.pipeline import answer_question, find_passages
from rag.evaluation.evaluate import commit_of

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "languages.json"
LANGUAGES = ("en", "es", "de", "ru", "zh", "ar", "hi")
HALVES = ("chosen on", "held out")
_COLUMNS = ("questions", "holds", "answers and holds", "off: nothing", "off: no answer", "hits@1")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what is to be found."""

    question: str
    path: str
    answer: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of an encyclopedia, with its questions."""

    path: str
    article: str
    text: str
    asked: tuple[Asked, ...]


def read_paragraphs(data: Path, language: str) -> list[Paragraph]:
    """Read the paragraphs of a language."""
    paragraphs = []
    for line in (data / "xquad" / f"{language}.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        path = f"{entry['id']}.txt"
        asked = tuple(Asked(one["question"], path, one["answer"]) for one in entry["questions"])
        paragraphs.append(Paragraph(path, entry["id"].partition("-")[0], entry["text"], asked))
    return paragraphs


def by_half(paragraphs: Sequence[Paragraph], half: int) -> tuple[list[Paragraph], list[Paragraph]]:
    """Return the paragraphs on the shelf and those off it; an article is in one of them as a whole."""
    articles = list(dict.fromkeys(one.article for one in paragraphs))
    first = set(articles[: len(articles) // 2])
    on = [one for one in paragraphs if (one.article in first) == (half == 0)]
    return on, [one for one in paragraphs if one not in on]


@contextmanager
def shelf_of(paragraphs: Sequence[Paragraph]) -> Iterator[Library]:
    """Make a shelf with an article for each paragraph."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(seeds=Path(folder) / "seeds", store=Path(folder) / "store")
        settings.seeds.mkdir()
        for one in paragraphs:
            (settings.seeds / one.path).write_text(one.text, encoding="utf-8")
        library = build_library(settings)
        list(sync_shelf(library))
        try:
            yield library
        finally:
            library.index.release()


def measure(paragraphs: Sequence[Paragraph], half: int) -> dict[str, float]:
    """Return the counts and the share of one shelf. The halves ask different questions of a paragraph."""
    on, off = by_half(paragraphs, half)
    with shelf_of(on) as library:
        held = [_level_of_holding(one.asked[half % len(one.asked)], library) for one in on]
        levels = [answer_question(one.asked[half % len(one.asked)].question, library=library).level for one in off]
        first = [_is_first(asked, library) for one in on for asked in one.asked]
    holding = [level for level in held if level != "nothing"]
    counts = (
        len(held),
        len(holding),
        holding.count("answers"),
        levels.count("nothing"),
        len(levels) - levels.count("answers"),
    )
    return dict(zip(_COLUMNS, (*counts, round(mean(first), 3)), strict=True))


def _level_of_holding(asked: Asked, library: Library) -> Level:
    """Return the level of an answer that holds what is asked for, and "nothing" otherwise."""
    answer = answer_question(asked.question, library=library)
    held = any(quote.article.path == asked.path and asked.answer in quote.quote for quote in answer.quotes)
    return answer.level if held else "nothing"


def _is_first(asked: Asked, library: Library) -> bool:
    hits, _ = find_passages(asked.question, library=library, k=1)
    return bool(hits) and hits[0][1].article.path == asked.path


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("languages", nargs="*", default=LANGUAGES)
    given = parser.parse_args()
    print(f"{'':14}", *(f"{name:>17}" for name in _COLUMNS))
    measured: dict[str, dict[str, dict[str, float]]] = {}
    for language in given.languages:
        paragraphs = read_paragraphs(given.data, language)
        measured[language] = {}
        for half, name in enumerate(HALVES):
            figures = measured[language][name] = measure(paragraphs, half)
            print(f"{language}, {name:10}", *(f"{figure:17}" for figure in figures.values()), flush=True)
    if set(LANGUAGES) <= measured.keys():
        RESULT.write_text(json.dumps({"commit": commit_of(ROOT), "languages": measured}, indent=2) + "\n")


if __name__ == "__main__":
    main()
