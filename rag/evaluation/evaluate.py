"""Evaluate a shelf: how well it answers questions whose answers are known.

The published figures are of one collection. For another shelf, or after changing a setting, write down a few dozen
questions with the articles and sentences that answer them, and measure.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import mean

import numpy as np

from index.core.errors import BadQuestion, ResultUnwritable
from index.core.formatting import counted, long_day, one_line
from index.core.scope import Scope
from index.pipeline.library import Library
from index.shelf.queries import Counts, Reading
from index.text.sentences import split_sentences
from rag.answering.batch_file import Line, read_batch, read_names
from rag.answering.models import Level
from rag.answering.pipeline import answer_question, find_passages
from rag.answering.query import make_query
from rag.evaluation.metrics import bootstrap_interval, hits_at, ndcg_at, reciprocal_rank, set_scores

# The first field of a result, which distinguishes it from any other file.
KIND = "dateline evaluation"
_KS = (1, 4, 10)
_DEEPEST = max(_KS)  # articles
_PASSAGES = 3 * _DEEPEST  # looked at, so that long articles leave room for others
FIGURES = (
    *(f"hits@{k}" for k in _KS),
    f"MRR@{_DEEPEST}",
    f"nDCG@{_DEEPEST}",
    "answered when answerable",
    "not answered when unanswerable",
    "right sentence shown",
    "sentence precision",
    "sentence recall",
    "sentence F1",
)
_FIELDS = frozenset(("id", "question", "paths", "quotes", "answerable", "since", "as_of", "outlet"))
_EXPECTED = (
    '{"id": …, "question": "…", "paths": ["…"], "quotes": ["…"], "answerable": true, "since": "2026-02-01", '
    '"as_of": "2026-02-15", "outlet": "…"}'
)
_PACKAGES = ("chromadb", "onnxruntime", "nupunkt", "snowballstemmer")
_AT_ONCE = 200  # articles
_LONGEST_SHOWN = 80  # characters of a quote, in a message about it
_ROOT = Path(__file__).parents[2]
_Wanted = tuple[int, str]  # the place of a case, and a quote of it


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is known of its answer."""

    line: Line
    paths: tuple[str, ...]  # of the articles that answer; empty: not given
    quotes: tuple[str, ...]  # the sentences that answer; empty: not given
    answerable: bool | None  # None: not given


@dataclass(frozen=True, slots=True)
class Outcome:
    """The shelf's answer to a case."""

    case: Case
    found: tuple[str, ...]  # paths of articles, best first
    level: Level
    quotes: tuple[tuple[str, str], ...]  # path and sentence, of what is shown; empty: nothing was found
    milliseconds: float  # that the answer took
    problem: str  # why only keywords were searched; "" if all was

    def scores(self) -> dict[str, float]:
        """Return each figure that can be computed for this question, between 0 and 1."""
        case, scores = self.case, dict[str, float]()
        if case.paths:
            scores |= {f"hits@{k}": hits_at(k, self.found, case.paths) for k in _KS}
            scores[f"MRR@{_DEEPEST}"] = reciprocal_rank(self.found, case.paths, _DEEPEST)
            scores[f"nDCG@{_DEEPEST}"] = ndcg_at(_DEEPEST, self.found, dict.fromkeys(case.paths, 1))
        if case.answerable is True:
            scores["answered when answerable"] = float(self.level == "answers")
        if case.answerable is False:
            scores["not answered when unanswerable"] = float(self.level != "answers")
        if case.quotes:
            of_quotes = set_scores(
                [_on_one_line(quote) for _, quote in self.quotes], [_on_one_line(one) for one in case.quotes]
            )
            scores["right sentence shown"] = float(of_quotes.recall > 0)
            scores["sentence precision"] = of_quotes.precision
            scores["sentence recall"] = of_quotes.recall
            scores["sentence F1"] = of_quotes.f1
        return scores


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over questions, with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int  # questions


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The results of all questions, and what they were measured with."""

    outcomes: tuple[Outcome, ...]
    figures: Mapping[str, Figure]  # those that at least one question has
    median: float  # milliseconds of an answer
    p95: float  # milliseconds that 95 % of the answers took at most
    model: str  # that embedded the shelf
    chunk_tokens: int
    counts: Counts
    commit: str | None  # of Dateline
    day: date


def read_cases(file: Path, scope: Scope) -> list[Case]:
    """Read a file of questions with answers. Raises BadQuestion if a line is wrong, or no line has an answer."""
    cases = read_batch(file, scope, _read_case, expected=_EXPECTED)
    if not cases:
        raise BadQuestion(f"{file} has no question. Expected a line such as {_EXPECTED}. Write one for each question.")
    if not any(case.paths or case.quotes or case.answerable is not None for case in cases):
        raise BadQuestion(
            f'{file}: no line has an answer. Expected "paths", "quotes" or "answerable" with a question. '
            "Add what you know of the answer to each question; nothing was asked."
        )
    return cases


def _read_case(line: Line) -> Case:
    entry = line.entry
    # An answer under a misspelled name would be ignored without notice.
    if strange := sorted(entry.keys() - _FIELDS):
        raise BadQuestion(
            f"a question has no field {', '.join(map(repr, strange))}. Expected {_EXPECTED}. "
            "Rename it or take it out; nothing was asked."
        )
    paths, quotes = (tuple(dict.fromkeys(read_names(entry.get(name) or []))) for name in ("paths", "quotes"))
    answerable = entry.get("answerable")
    if not isinstance(answerable, bool | None) or not all(_on_one_line(quote) for quote in quotes):
        raise TypeError
    if quotes and answerable is False:
        raise BadQuestion(
            'there are quotes that answer, but "answerable" is false. Expected one or the other. '
            "Take one out; nothing was asked."
        )
    if answerable is None and (paths or quotes):
        answerable = True
    return Case(line, paths, quotes, answerable)


def check_truth(cases: Sequence[Case], library: Library) -> None:
    """Raise BadQuestion if a path or a quote is in no article that may answer its question.

    No search could find it. That is a mistake in the file, or an article was removed, and not a fault of the search.
    """
    wanted: dict[_Wanted, frozenset[str]] = {}
    with library.shelf.read(checked=True) as reading:
        on_shelf = {listing.path: listing.id for listing in reading.listings()}
        # One scope at a time, and one string for each id: of 10,000 articles a list for each question is too much.
        for scope in dict.fromkeys(case.line.scope for case in cases):
            in_scope = frozenset(on_shelf[listing.path] for listing in reading.listings(scope=scope))
            for place, case in enumerate(cases):
                if case.line.scope == scope:
                    _check_paths(case, on_shelf, in_scope)
                    may_answer = frozenset(on_shelf[path] for path in case.paths) or in_scope
                    wanted |= {(place, _on_one_line(quote)): may_answer for quote in case.quotes}
        sentences, within = _look_for(wanted, reading)
    for place, quote in wanted:
        if (place, quote) not in sentences:
            is_what = (
                "is not one whole sentence of its article" if (place, quote) in within else "is in no such article"
            )
            raise BadQuestion(
                f"{cases[place].line.place}: the quote {_shortened(quote)!r} {is_what}. Expected sentences of articles "
                "that may answer, each by itself, as `dateline ask` quotes them. Fix it; nothing was asked."
            )


def _check_paths(case: Case, on_shelf: Mapping[str, str], in_scope: Collection[str]) -> None:
    for path in case.paths:
        if path not in on_shelf:
            raise BadQuestion(
                f"{case.line.place}: no article {path!r} is on the shelf. Expected a path as `dateline list` shows it. "
                "Fix it, or run `dateline index` if the file is new; nothing was asked."
            )
        if on_shelf[path] not in in_scope:
            raise BadQuestion(
                f"{case.line.place}: the article {path!r} is outside the days or outlets of its question. "
                "Expected one that can be found. Widen them, or take the path out; nothing was asked."
            )


def _look_for(wanted: Mapping[_Wanted, frozenset[str]], reading: Reading) -> tuple[set[_Wanted], set[_Wanted]]:
    """Return which of the wanted quotes are sentences of the articles named by id, and which are anywhere in them."""
    looked_at = sorted(frozenset[str]().union(*wanted.values()))
    sentences, within = set(), set()
    for start in range(0, len(looked_at), _AT_ONCE):
        for id_, article in reading.articles(looked_at[start : start + _AT_ONCE]).items():
            text = _on_one_line(article.text)
            held = {key for key, ids in wanted.items() if id_ in ids and key[1] in text}
            if held:  # the others need not be split into sentences, which takes longest
                cut = {_on_one_line(span.cut(article.text)) for span in split_sentences(article.text, article.body)}
                sentences |= {key for key in held if key[1] in cut}
                within |= held
    return sentences, within


def run_cases(cases: Sequence[Case], library: Library) -> Iterator[Outcome]:
    """Ask each question, without a model, and yield its outcome."""
    for case in cases:
        asked, scope = case.line.question, case.line.scope
        answer = answer_question(make_query(asked, scope=scope), library=library)
        # In the days that the question names, if the answer comes from them.
        hits, _ = find_passages(asked, library=library, k=_PASSAGES, scope=answer.searched.scope)
        cited = [statement.citations[0] for statement in answer.statements]
        yield Outcome(
            case,
            found=tuple(dict.fromkeys(passage.article.path for _, passage in hits)),
            level=answer.level,
            quotes=tuple((citation.article.path, citation.quote) for citation in cited),
            milliseconds=answer.seconds["total"] * 1000,
            problem=answer.searched.problem,
        )


def sum_up(outcomes: Sequence[Outcome], library: Library) -> Evaluation:
    """Compute the figures of one or more outcomes, and note what they were measured with."""
    columns: dict[str, list[float]] = {name: [] for name in FIGURES}
    for outcome in outcomes:
        for name, score in outcome.scores().items():
            columns[name].append(score)
    with library.shelf.read() as reading:
        counts, model, cutting = reading.counts(), reading.record("embedding_model"), reading.record("cutting")
    milliseconds = [outcome.milliseconds for outcome in outcomes]
    return Evaluation(
        outcomes=tuple(outcomes),
        figures={
            name: Figure(mean(column), *bootstrap_interval(column), len(column))
            for name, column in columns.items()
            if column
        },
        median=float(np.quantile(milliseconds, 0.5)),
        p95=float(np.quantile(milliseconds, 0.95)),
        model=model,
        # As the shelf was indexed: the setting may have changed since.
        chunk_tokens=int(cutting.rpartition("/")[2] or library.settings.chunk_tokens),
        counts=counts,
        commit=commit_of(_ROOT),
        day=datetime.now(UTC).date(),
    )


def evaluation_json(evaluation: Evaluation) -> dict[str, object]:
    """Return the fields of `dateline evaluate --json`."""
    return {
        "kind": KIND,
        "day": evaluation.day.isoformat(),
        "commit": evaluation.commit,
        "versions": {name: version(name) for name in _PACKAGES},
        "model": evaluation.model,
        "chunk_tokens": evaluation.chunk_tokens,
        "articles": evaluation.counts.articles,
        "chunks": evaluation.counts.chunks,
        "embedded": evaluation.counts.embedded,
        "figures": {
            name: {"value": round(it.value, 4), "low": round(it.low, 4), "high": round(it.high, 4), "n": it.n}
            for name, it in evaluation.figures.items()
        },
        "milliseconds": {
            "median": round(evaluation.median, 1),
            "p95": round(evaluation.p95, 1),
            "n": len(evaluation.outcomes),
        },
        "questions": [_outcome_json(outcome) for outcome in evaluation.outcomes],
    }


def _outcome_json(outcome: Outcome) -> dict[str, object]:
    case, line = outcome.case, outcome.case.line
    return {
        **({"id": line.entry["id"]} if "id" in line.entry else {}),
        "question": line.question,
        "since": line.scope.since.isoformat() if line.scope.since else None,
        "as_of": line.scope.until.isoformat() if line.scope.until else None,
        "outlets": sorted(line.scope.outlets),
        "paths": list(case.paths),
        "answerable": case.answerable,
        "found": list(outcome.found),
        "level": outcome.level,
        "refusal": outcome.level == "nothing",
        "quotes": [{"path": path, "quote": quote} for path, quote in outcome.quotes],
        "scores": {name: round(score, 4) for name, score in outcome.scores().items()},
        "milliseconds": round(outcome.milliseconds, 1),
        "problem": outcome.problem or None,
    }


def evaluation_lines(evaluation: Evaluation) -> Iterator[str]:
    """Yield the figures as a Markdown table, and what they were measured with."""
    yield "| figure | value | 95 % | questions |"
    yield "|---|---|---|---|"
    for name, it in evaluation.figures.items():
        yield f"| {name} | {it.value:.3f} | {it.low:.3f} to {it.high:.3f} | {it.n:,} |"
    asked = len(evaluation.outcomes)
    yield f"| milliseconds, median | {evaluation.median:.0f} | | {asked:,} |"
    yield f"| milliseconds, 95th percentile | {evaluation.p95:.0f} | | {asked:,} |"
    yield ""
    counts = evaluation.counts
    embedded = f"{counts.embedded:,} of them embedded with {one_line(evaluation.model)}"
    yield (
        f"{counted(counts.articles, 'article')}, {counted(counts.chunks, 'passage')} of at most "
        f"{evaluation.chunk_tokens:,} tokens, {embedded if counts.embedded else 'none of them embedded'}. "
        f"{long_day(evaluation.day)}, {f'commit {evaluation.commit}' if evaluation.commit else 'commit unknown'}."
    )
    problems = [outcome.problem for outcome in evaluation.outcomes if outcome.problem]
    if problems:
        yield f"Keyword search only: {counted(len(problems), 'question')}. {one_line(problems[0])}"


def check_place(file: Path) -> None:
    """Raise ResultUnwritable if a result cannot be written to `file`, or would overwrite another file."""
    if not file.parent.is_dir():
        raise ResultUnwritable(
            f"{file.parent} is not a folder. Expected one to write the result to. Make it, or name another; "
            "nothing was asked."
        )
    if file.exists() and not _is_result(file):
        raise ResultUnwritable(
            f"{file} exists and is not a result of `dateline evaluate`. Expected a new name, or an earlier result to "
            "replace. Name another file; nothing was asked."
        )


def _is_result(file: Path) -> bool:
    if not file.is_file():
        return False
    try:
        result = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        return False
    return isinstance(result, dict) and result.get("kind") == KIND


def save(evaluation: Evaluation, file: Path) -> None:
    """Write the result, completely or not at all. Raises ResultUnwritable as `check_place` does."""
    check_place(file)
    part = file.with_name(f".{file.name}.part")
    part.write_text(json.dumps(evaluation_json(evaluation), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    part.replace(file)


def commit_of(folder: Path) -> str | None:
    """Return the commit that is checked out in `folder`, with "-dirty" if a file differs from it.

    None if `folder` is not a checkout itself: an installed Dateline may be inside another one.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != folder.resolve():
        return None
    return _git(folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")


def _git(folder: Path, *arguments: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    # GIT_DIR, as in a hook, would name another repository.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    run = subprocess.run(  # noqa: S603 (arguments of our own)
        [git, "--no-optional-locks", "-C", str(folder), *arguments],
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout.strip() if run.returncode == 0 else None


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _shortened(quote: str) -> str:
    return quote if len(quote) <= _LONGEST_SHOWN else f"{quote[:_LONGEST_SHOWN]}…"
