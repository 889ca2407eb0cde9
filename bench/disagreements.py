"""Measure how many contradicting numbers and dates are found, and how often there is a false alarm.

    python -m bench.disagreements DATA_FOLDER

reads three data sets that are not part of the project, prints tables and writes `bench/results/disagreements.json`.

* `poisonedrag/nq.json` (PoisonedRAG, MIT): 100 questions with the true answer, a wrong one, and five passages that
  argue for the wrong one. The set has no passage for the true answer, so one is made from the first of the five that
  has the wrong answer and not the true one: the true answer replaces the wrong one. Only questions whose two answers
  both have a number are counted as *true side made*. All passages are on one shelf, each as an article. *Found*: one
  side of a disagreement has the true answer in its marked words, another side the wrong one. *False alarms*: any
  disagreement on a shelf of the five passages alone, which all say the same, or between each two of them.
* `summedits/summedits_news.json` (SummEdits, Apache-2.0): each statement of a summary is compared with the sentences
  of its news article that a writer would cite, as if they were two articles. Altered statements should be found, true
  ones not. Most alterations change neither a number nor a date. No question is asked.
* `multihoprag_partial` (MultiHop-RAG, ODC-BY): 91 articles of 2023, many on the same events, and questions on several
  articles. Their contradictions are not known: every disagreement is counted and printed for reading.

The rules were made on the first 50 questions, and on half of SummEdits' articles and of MultiHop-RAG's questions
("tune"). On the other half only totals were counted, after the rules were finished.
"""

import argparse
import json
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from statistics import median

from bench.checks import read_summedits
from index.core.settings import Settings
from index.pipeline.library import Library, build_library
from index.pipeline.sync import sync_shelf
from index.reading.readers import read_article
from index.text.sentences import split_sentences
from rag.analysis.disagreements import Disagreement, disagreements_of, find_disagreements
from rag.answering.pipeline import answer_question
from rag.evaluation.evaluate import commit_of
from rag.evidence.citations import Citation
from rag.language.numbers import read_numbers
from rag.retrieval.passages import Passage

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "disagreements.json"
_TUNE = 50  # of PoisonedRAG's questions, the first ones
HALVES = ("tune", "held out")
Figures = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Poisoned:
    """A question of PoisonedRAG."""

    question: str
    true: str
    wrong: str
    texts: tuple[str, ...]  # that argue for the wrong answer
    half: str

    @property
    def turned(self) -> tuple[int, str] | None:
        """The place of the text that is rewritten for the true answer, and its new words; None if there is none."""
        if not (read_numbers(self.true) and read_numbers(self.wrong)):
            return None
        wrong = re.compile(rf"(?<!\w){re.escape(self.wrong)}(?!\w)", re.IGNORECASE)
        for place, text in enumerate(self.texts):
            if wrong.search(text) and not _says(text, self.true):
                return place, wrong.sub(lambda _: self.true, text)
        return None


def _says(text: str, answer: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.IGNORECASE))


def read_poisoned(folder: Path) -> list[Poisoned]:
    """Read the set in its order."""
    entries = json.loads((folder / "poisonedrag" / "nq.json").read_text(encoding="utf-8")).values()
    return [
        Poisoned(
            entry["question"],
            entry["correct answer"],
            entry["incorrect answer"],
            tuple(entry["adv_texts"]),
            HALVES[place >= _TUNE],
        )
        for place, entry in enumerate(entries)
    ]


def is_found(disagreements: Sequence[Disagreement], one: Poisoned) -> bool:
    """Return True if one side has the true answer and another the wrong one."""
    return any(
        any(_means(side.words, one.true) for side in found.sides)
        and any(_means(side.words, one.wrong) for side in found.sides)
        for found in disagreements
    )


def _means(words: str, answer: str) -> bool:
    """Return True if marked words are an answer: all of it, a part, or the same number."""
    mine, theirs = read_numbers(words), read_numbers(answer)
    if mine and theirs:
        return any(a.values & b.values for a in mine for b in theirs)
    return _says(words, answer) or _says(answer, words)


def passage_of(number: int, path: str, text: str) -> Passage:
    """Return a text as an article, with all its sentences."""
    article = read_article(path, f"Title: Article {number}\n\n{text}".encode())
    return Passage(number, article, tuple(split_sentences(article.text, article.body)))


def against(question: str, *texts: str) -> tuple[Disagreement, ...]:
    """Return the disagreements of two texts."""
    passages = [passage_of(number, f"{number}.txt", text) for number, text in enumerate(texts, start=1)]
    quotes = [Citation(passages[0].article, span) for span in passages[0].sentences]
    return find_disagreements(question, tuple(quotes), tuple(passages))


def make_shelf(folder: Path, files: dict[str, str]) -> Library:
    """Index texts."""
    settings = Settings(seeds=folder / "seeds", store=folder / "store", _env_file=None)
    settings.seeds.mkdir(parents=True)
    for path, text in files.items():
        (settings.seeds / path).write_text(text, encoding="utf-8")
    library = build_library(settings)
    list(sync_shelf(library))
    return library


def measure_poisoned(asked: Sequence[Poisoned], folder: Path) -> Figures:
    """Ask each question on a shelf with the true side and on one without it."""
    with_true, without = dict[str, str](), dict[str, str]()
    for number, one in enumerate(asked):
        for place, text in enumerate(one.texts):
            name, turned = f"{number:03}-{place}.txt", one.turned
            without[name] = f"Title: Article {number}-{place}\n\n{text}"
            is_turned = turned is not None and turned[0] == place
            with_true[name] = f"Title: Article {number}-{place}\n\n{turned[1] if turned and is_turned else text}"
    figures = {part: dict.fromkeys(_POISONED, 0) for part in HALVES}
    shelves = (make_shelf(folder / "with", with_true), make_shelf(folder / "without", without))
    for one in asked:
        counts = figures[one.half]
        counts["questions"] += 1
        counts["true side made"] += one.turned is not None
        differing, agreeing = (answer_question(one.question, library=library) for library in shelves)
        if one.turned and differing.level == "answers":
            counts["answered"] += 1
            counts["found"] += is_found(disagreements_of(differing), one)
        if agreeing.level == "answers":
            counts["answers that agree"] += 1
            counts["of them with an alarm"] += bool(disagreements_of(agreeing))
        for pair in combinations(one.texts, 2):
            counts["pairs that agree"] += 1
            counts["of those with an alarm"] += bool(against(one.question, *pair))
    return figures


_POISONED = (
    "questions",
    "true side made",
    "answered",
    "found",
    "answers that agree",
    "of them with an alarm",
    "pairs that agree",
    "of those with an alarm",
)


def measure_summedits(folder: Path) -> Figures:
    """Compare each statement with the sentences of its article."""
    figures = {part: dict.fromkeys(("altered", "found", "true", "alarms"), 0) for part in HALVES}
    for one in read_summedits(folder):
        counts = figures[HALVES[one.half != "tune"]]
        counts["altered" if one.is_wrong else "true"] += 1
        counts["found" if one.is_wrong else "alarms"] += bool(against("", one.text, "\n\n".join(one.quotes)))
    return figures


def read_multihop(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Return the articles as Markdown files, and the questions."""
    parts = dict[tuple[str, str, str], list[str]]()
    data = folder / "multihoprag_partial"
    for line in (data / "chunks_seen.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        parts.setdefault((entry["title"], entry["published_at"][:10], entry["source"]), []).append(entry["text"])
    files = {
        f"{number:03}.md": f"---\ntitle: {json.dumps(title)}\ndate: {day}\noutlet: {json.dumps(outlet)}\n---\n\n"
        + "\n\n".join(texts)
        for number, ((title, day, outlet), texts) in enumerate(parts.items())
    }
    lines = (data / "queries_2556_with_gpt35_filters.jsonl").read_text(encoding="utf-8").splitlines()
    return files, list(dict.fromkeys(json.loads(line)["query"] for line in lines))


def measure_multihop(folder: Path, store: Path, lines: list[str]) -> tuple[Figures, dict[str, float]]:
    """Ask all questions on the news, and count the answers with a disagreement."""
    files, questions = read_multihop(folder)
    library = make_shelf(store, files)
    figures = {part: dict.fromkeys(("questions", "answered", "with a disagreement"), 0) for part in HALVES}
    seconds = list[float]()
    for question in questions:
        part = HALVES[int(sha256(question.encode()).hexdigest(), 16) % 2]
        answer = answer_question(question, library=library)
        figures[part]["questions"] += 1
        if answer.level != "answers":
            continue
        started = time.process_time()
        found = disagreements_of(answer)
        seconds.append(time.process_time() - started)
        figures[part]["answered"] += 1
        figures[part]["with a disagreement"] += bool(found)
        lines += (line for one in found for line in _lines(part, question, one))
    seconds.sort()
    tail = seconds[int(0.95 * len(seconds))]
    return figures, {"median": round(1000 * median(seconds), 1), "95 %": round(1000 * tail, 1), "answers": len(seconds)}


def _lines(part: str, question: str, found: Disagreement) -> Iterator[str]:
    yield f"[{part}] {question}\n  {found.kind}"
    for side in found.sides:
        before, words, after = side.parts
        yield f"  - {side.citation.article.published}: {' '.join(f'{before}[{words}]{after}'.split())}"


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data, lines = parser.parse_args().data, list[str]()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        poisoned = measure_poisoned(read_poisoned(data), folder / "poisoned")
        multihop, milliseconds = measure_multihop(data, folder / "multihop", lines)
    result = {
        "commit": commit_of(ROOT),
        "poisonedrag": poisoned,
        "summedits": measure_summedits(data),
        "multihoprag": multihop,
        "milliseconds of a processor": milliseconds,
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
    print("Disagreements in the news:", *lines, sep="\n")


if __name__ == "__main__":
    main()
