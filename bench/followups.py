"""Measure how often the last question of a conversation finds its passage: alone, joined, and completed by the rules.

    python -m bench.followups DATA_FOLDER [--store FOLDER] [--print]

It reads `mtragun/*.jsonl` (MTRAG-UN, IBM, Apache-2.0). All passages are put on one shelf, each as an article. The
passages that people marked for the last question of an answerable conversation are the right ones. Those of earlier
questions are not in the data, so the agent's replies give the words that an answer would rest on. It prints a table
and writes `bench/results/followups.json`.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from pathlib import Path
from statistics import mean

from index.core.settings import Settings
from index.pipeline.library import Library, build_library
from index.pipeline.sync import sync_shelf
from index.text.terms import terms
from rag.answering.followups import Earlier, carry_over
from rag.answering.models import Standalone
from rag.answering.pipeline import answer_question, find_passages
from rag.answering.query import clean_question, make_query
from rag.evaluation.evaluate import commit_of
from rag.evaluation.metrics import hits_at, reciprocal_rank

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "followups.json"
_READ = 5  # articles
_CHUNKS = 15  # that are looked at for them


@dataclass(frozen=True, slots=True)
class Conversation:
    """Earlier questions with their replies, the last question, and the passages that answer it."""

    turns: tuple[tuple[str, str], ...]
    question: str
    right: frozenset[str]  # paths; empty: nothing answers

    @property
    def before(self) -> tuple[Earlier, ...]:
        """The earlier questions, each completed as it would have been in a chat."""
        before: tuple[Earlier, ...] = ()
        for question, reply in self.turns:
            asked = carry_over(question, before)
            before = (*before, Earlier(asked.question, asked.subject, frozenset(terms(reply))))
        return before


Form = Callable[[Conversation, Library], str]


def read_conversations(folder: Path, seeds: Path) -> Iterator[Conversation]:
    """Write every passage to the seeds folder, and yield the conversations of two turns or more."""
    for file in sorted((folder / "mtragun").glob("*.jsonl")):
        for entry in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            paths = [_write(passage, seeds) for passage in entry["contexts"]]
            said = [(" ".join(turn["text"].split()), turn["speaker"] == "user") for turn in entry["input"]]
            asked = [number for number, (_, by_user) in enumerate(said) if by_user]
            turns = tuple(
                (said[number][0], " ".join(text for text, _ in said[number + 1 : later]))
                for number, later in pairwise(asked)
            )
            kind = entry["answerability"]
            if turns and kind in (["ANSWERABLE"], ["UNANSWERABLE"]):
                right = frozenset(paths if kind == ["ANSWERABLE"] else ())
                yield Conversation(turns, clean_question(said[asked[-1]][0]), right)


def _write(passage: dict[str, str], seeds: Path) -> str:
    name = "".join(letter if letter.isalnum() else "-" for letter in passage["document_id"]) + ".txt"
    title = " ".join(passage.get("title", "").split())
    (seeds / name).write_text(f"Title: {title}\n\n{passage['text']}" if title else passage["text"], encoding="utf-8")
    return name


def plain(one: Conversation, _library: Library) -> str:
    """The question as it was typed."""
    return one.question


def joined(one: Conversation, _library: Library) -> str:
    """The question and the one before it."""
    return f"{one.question} {one.turns[-1][0]}"


def by_rules(one: Conversation, _library: Library) -> str:
    """The question as the rules complete it."""
    return carry_over(one.question, one.before).question


def by_rules_or_plain(one: Conversation, library: Library) -> str:
    """The same, or the question as it was typed if only that one is answered."""
    rules = by_rules(one, library)
    only_plain = rules != one.question and not answers(rules, one, library) and answers(one.question, one, library)
    return one.question if only_plain else rules


def answers(text: str, one: Conversation, library: Library) -> bool:
    """Return True if the shelf answers the question in this form."""
    asked = carry_over(one.question, one.before)
    standalone = asked if text == asked.question else Standalone(text, "")
    query = make_query(one.question, standalone=standalone, all_days=True)
    return answer_question(query, library=library).level != "nothing"


FORMS: dict[str, Form] = {
    "plain": plain,
    "joined to the question before": joined,
    "rules": by_rules,
    "rules, or plain if nothing is found": by_rules_or_plain,
}


def found(text: str, library: Library) -> list[str]:
    """Return the paths of the articles found, best first."""
    hits, _ = find_passages(text[:2000], library=library, k=_CHUNKS)
    return list(dict.fromkeys(passage.article.path for _, passage in hits))


def figures(ranked: Sequence[list[str]], conversations: Sequence[Conversation]) -> dict[str, float]:
    """Return the share with a right passage first and among the first five, and the mean reciprocal rank."""
    runs = [(paths, set(one.right)) for paths, one in zip(ranked, conversations, strict=True)]
    rows = {f"hits@{k}": mean(hits_at(k, *run) for run in runs) for k in (1, _READ)}
    rows["MRR"] = mean(reciprocal_rank(*run, _READ) for run in runs)
    return {name: round(value, 3) for name, value in rows.items()}


def measure(conversations: Sequence[Conversation], library: Library) -> dict[str, dict[str, dict[str, float]]]:
    """Search for each form, and return its figures for all, and for those that the rules complete or leave."""
    completed = [by_rules(one, library) != one.question for one in conversations]
    ranked = {name: [found(form(one, library), library) for one in conversations] for name, form in FORMS.items()}
    groups = {"all": [True] * len(completed), "completed": completed, "left": [not one for one in completed]}
    return {
        f"answerable, {group} ({sum(among)})": {
            name: figures(list(compress(run, among)), list(compress(conversations, among)))
            for name, run in ranked.items()
        }
        for group, among in groups.items()
        if any(among)
    }


def measure_unanswerable(conversations: Sequence[Conversation], library: Library) -> dict[str, dict[str, float]]:
    """Return how often what nothing answers is answered in each form."""
    some = [one for one in conversations if by_rules(one, library) != one.question]
    return {
        name: {"answered": round(mean(answers(form(one, library), one, library) for one in some), 3)}
        for name, form in FORMS.items()
        if name != "joined to the question before"
    } | {"questions": {"completed": len(some)}}


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--print", action="store_true", help="print every question as the rules complete it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(seeds=Path(folder) / "seeds", store=Path(folder) / "store")
        settings.seeds.mkdir()
        conversations = list(read_conversations(options.data, settings.seeds))
        library = build_library(settings)
        list(sync_shelf(library))
        groups = measure([one for one in conversations if one.right], library)
        groups["unanswerable"] = measure_unanswerable([one for one in conversations if not one.right], library)
        library.index.release()
    for one in conversations if options.print else ():
        print(f"{one.turns[-1][0]} → {one.question} → {by_rules(one, library)}")
    result = {"commit": commit_of(ROOT), "model": library.embedder.model, "figures": groups}
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    for group, rows in groups.items():
        print(group)
        for name, row in rows.items():
            print(f"  {name:36}" + "  ".join(f"{key} {value:.3f}" for key, value in row.items()))


if __name__ == "__main__":
    main()
