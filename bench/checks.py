"""Measure how many wrong statements the checks catch, and how often they doubt a right one.

    python -m bench.checks DATA_FOLDER

It reads `faithbench/*.jsonl` (FaithBench, CC BY-NC-SA 4.0), `summedits/*.json` (SummEdits news, Salesforce,
Apache-2.0), `wice/*.jsonl` (WiCE, ODC-BY) and `bipia/text_attack_train.json` (BIPIA, Microsoft, MIT). It prints tables
and writes `bench/results/checks.json`. The data is not part of the project.

FaithBench has summaries that ten language models wrote. A sentence is wrong if it overlaps a span that people marked as
unwanted, right if they marked nothing or only benign spans in it, and else does not count. SummEdits has summaries that
were altered on purpose: a sentence of a summary labelled 0 that is not in the summary it was made from is wrong, every
other one is right and counts once for each article. A claim of WiCE is right if it is supported and wrong if it is not;
partly supported ones do not count.

The quotes of a statement are the one to four sentences of its source that have most of its content words, as if the
writer had cited well and written badly. An altered statement gets the quotes of the sentence it was made from, a
supported claim of WiCE its supporting sentences. The whole source is the text around the quotes.

Sources are halved by a hash of their text. The limits and lists were chosen on the "tune" halves of FaithBench and
SummEdits.
"""

import argparse
import json
import random
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from statistics import mean, median
from time import perf_counter
from typing import Any

from index.text.sentences import split_sentences
from index.text.spans import Span
from index.text.terms import content_terms
from rag.verification.verify import CONTRADICTIONS, MOST_STRANGE, MOST_UNREAD, RULES, find_doubt, read_claim, words

RESULT = Path(__file__).parent / "results" / "checks.json"
MOST_QUOTES = 4
_DRAWS = 1000  # of sources, for the intervals
_APART = 7  # sources
# Points of the curve: how many words of a statement may be unread. Before them: fewer checks.
_LIMITS = (8, 6, 5, 4, 3, 2, 1, 0)
POINTS = ("contradicted only", "without words", *(f"{limit} words" for limit in _LIMITS))
# Verdicts of others in the data of FaithBench, and the value from which each calls a summary right.
_OTHERS = {"gpt_4o": 1, "gpt-4-turbo": 1, "hhem-2.1": 0.5, "trueteacher": 1}

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement, its source, and how people judge it."""

    text: str
    source: tuple[str, ...]  # sentences
    quotes: tuple[str, ...]
    is_wrong: bool
    half: str  # "tune" or "check"
    summary: str = ""

    @property
    def around(self) -> str:
        """The text around the quotes."""
        return "\n".join(self.source)


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement with the checks that it fails, and the points of the curve at which it is doubted."""

    stated: Stated
    failed: frozenset[str]
    doubted_at: frozenset[str]


def sentences(text: str) -> tuple[str, ...]:
    """Cut a text into sentences."""
    return tuple(span.cut(text) for span in split_sentences(text, Span(0, len(text))))


def cite(statement: str, source: Sequence[str]) -> tuple[str, ...]:
    """Choose, one by one, the sentences that add most of the statement's content words, four at most."""
    wanted, chosen = set(content_terms(statement)), list[int]()
    held = [set(content_terms(sentence)) for sentence in source]
    while len(chosen) < MOST_QUOTES:
        best = max(range(len(source)), key=lambda place: (len(wanted & held[place]), -len(held[place]), -place))
        if not wanted & held[best]:
            break
        chosen.append(best)
        wanted -= held[best]
    return tuple(source[place] for place in sorted(chosen)) or tuple(source[:1])


def half(source: str) -> str:
    """Return the half that a source belongs to."""
    return "tune" if int(sha256(source.encode()).hexdigest(), 16) % 2 == 0 else "check"


def check(stated: Stated) -> Checked:
    """Apply all checks to a statement."""
    claim = read_claim(stated.text, stated.quotes, stated.around)
    failed = frozenset(name for name, rule in RULES.items() if rule(claim))
    at = {"contradicted only": bool(failed & CONTRADICTIONS.keys()), "without words": bool(failed - {"words"})}
    for limit in _LIMITS:
        at[f"{limit} words"] = at["without words"] or words(claim, limit) is not None
    return Checked(stated, failed, frozenset(point for point, doubted in at.items() if doubted))


def _lines(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.jsonl")):
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def read_faithbench(folder: Path) -> Iterator[Stated]:
    """Yield the sentences that people found right or wrong."""
    cut = cache(sentences)
    for place, entry in enumerate(_lines(folder / "faithbench")):
        source, summary = cut(entry["source"]), entry["summary"]
        spans = [one for one in entry["annotations"] if one["summary_start"] is not None]
        for span in split_sentences(summary, Span(0, len(summary))):
            on_it = [one for one in spans if one["summary_start"] < span.end and one["summary_end"] > span.start]
            labels = {label.partition(".")[0] for one in on_it for label in one["label"]}
            if "Unwanted" in labels or labels <= {"Benign"}:
                text = span.cut(summary)
                yield Stated(text, source, cite(text, source), "Unwanted" in labels, half(entry["source"]), str(place))


def read_summedits(folder: Path) -> Iterator[Stated]:
    """Yield the altered sentences, and the right ones once for each article."""
    cut, cited, seen = cache(sentences), dict[tuple[str, str], tuple[str, ...]](), set[tuple[str, str]]()
    for path in sorted((folder / "summedits").glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8")):
            article, originals = entry["doc"], cut(entry["original_summary"])
            for text in cut(entry["summary"]):
                original = max(originals, key=lambda one: SequenceMatcher(None, _bare(one), _bare(text)).ratio())
                if (article, original) not in cited:
                    cited[article, original] = cite(original, cut(article))
                is_wrong = entry["label"] == 0 and _bare(text) not in map(_bare, originals)
                if is_wrong or (article, text) not in seen:
                    yield Stated(text, cut(article), cited[article, original], is_wrong, half(article), entry["id"])
                if not is_wrong:
                    seen.add((article, text))


def read_wice(folder: Path) -> Iterator[Stated]:
    """Yield the claims that are supported or not, with the sentences that support them, or else the closest ones."""
    for entry in _lines(folder / "wice"):
        source = tuple(entry["evidence"])
        best: list[int] = max(entry["supporting_sentences"], key=len, default=[])
        quotes = tuple(source[place] for place in best) or cite(entry["claim"], source)
        if entry["label"] != "partially_supported":
            yield Stated(entry["claim"], source, quotes, entry["label"] == "not_supported", half(entry["claim"]))


def rates(checked: Sequence[Checked], doubted: Sequence[bool]) -> Figures:
    """Return the share of wrong statements caught, of right ones doubted, and the mean of caught and not doubted."""
    caught = mean_of(flag for one, flag in zip(checked, doubted, strict=True) if one.stated.is_wrong)
    alarms = mean_of(flag for one, flag in zip(checked, doubted, strict=True) if not one.stated.is_wrong)
    rounded = {"caught": caught, "alarms": alarms, "balanced": (caught + 1 - alarms) / 2}
    return {name: round(value, 3) for name, value in rounded.items()}


def summarise(checked: Sequence[Checked]) -> dict[str, Any]:
    """Return the counts and rates of statements, with 95 % intervals over sources."""
    wrong = sum(one.stated.is_wrong for one in checked)
    loud = rates(checked, ["contradicted only" in one.doubted_at for one in checked])
    return {
        "sources": len({one.stated.source for one in checked}),
        "wrong": wrong,
        "right": len(checked) - wrong,
        **rates(checked, [bool(one.failed) for one in checked]),
        **{f"{name}, 95 %": ends for name, ends in interval(checked).items()},
        "contradicted, caught": loud["caught"],
        "contradicted, alarms": loud["alarms"],
    }


def interval(checked: Sequence[Checked]) -> dict[str, tuple[float, float]]:
    """Return the 95 % intervals of both rates when the sources are drawn anew, with repeats."""
    counts: dict[tuple[str, ...], list[int]] = {}
    for one in checked:
        count = counts.setdefault(one.stated.source, [0, 0, 0, 0])
        count[0 if one.stated.is_wrong else 2] += bool(one.failed)
        count[1 if one.stated.is_wrong else 3] += 1
    chance, pool = random.Random(0), list(counts.values())
    drawn = [[sum(column) for column in zip(*chance.choices(pool, k=len(pool)), strict=True)] for _ in range(_DRAWS)]
    return {
        name: _middle([draw[part] / max(1, draw[part + 1]) for draw in drawn])
        for name, part in (("caught", 0), ("alarms", 2))
    }


def by_rule(checked: Sequence[Checked]) -> dict[str, Figures]:
    """Return what each check catches and doubts alone, and what all the others do without it."""
    table: dict[str, Figures] = {}
    for name in RULES:
        alone = rates(checked, [name in one.failed for one in checked])
        without = rates(checked, [bool(one.failed - {name}) for one in checked])
        table[name] = {
            "caught": alone["caught"],
            "alarms": alone["alarms"],
            "caught without": without["caught"],
            "alarms without": without["alarms"],
        }
    return table


def curve(checked: Sequence[Checked]) -> dict[str, Figures]:
    """Return the rates at each point of the curve."""
    return {point: rates(checked, [point in one.doubted_at for one in checked]) for point in POINTS}


def by_summary(folder: Path, checked: Sequence[Checked]) -> dict[str, Figures]:
    """Return the rates for whole summaries of FaithBench, next to verdicts of others on the same ones.

    A summary is wrong if people marked an unwanted span in it, and doubted if one of its sentences is.
    """
    entries = list(_lines(folder / "faithbench"))
    wrong = [any("Unwanted" in label for one in entry["annotations"] for label in one["label"]) for entry in entries]
    doubted = {one.stated.summary for one in checked if one.failed}
    flags = {"these checks": [str(place) in doubted for place in range(len(entries))]}
    for name, least in _OTHERS.items():
        flags[name] = [entry["metadata"][name] < least for entry in entries]
    stated = [Checked(Stated("", (), (), one, ""), frozenset(), frozenset()) for one in wrong]
    return {name: rates(stated, doubts) for name, doubts in flags.items()}


def invented(checked: Sequence[Checked]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Pair each right statement with what would be cited for it in another source: nothing there says it."""
    sources = list(dict.fromkeys(one.stated.source for one in checked))
    # Some neighbouring articles report the same event.
    other = {source: sources[(place + _APART) % len(sources)] for place, source in enumerate(sources)}
    for one in checked:
        if not one.stated.is_wrong:
            yield one.stated.text, cite(one.stated.text, other[one.stated.source])


def planted(folder: Path, checked: Sequence[Checked]) -> Iterator[tuple[str, Stated]]:
    """Yield each line that a planted instruction might make a model say, and a right statement that passes."""
    right = [one.stated for one in checked if not one.stated.is_wrong and not one.failed]
    attacks = json.loads((folder / "bipia" / "text_attack_train.json").read_text(encoding="utf-8"))
    for place, text in enumerate(line for lines in attacks.values() for line in lines):
        yield text, right[place * 7 % len(right)]


def by_attack(folder: Path, checked: Sequence[Checked]) -> dict[str, float]:
    """Return the share doubted of statements that no quote says."""
    strangers, attacks = list(invented(checked)), list(planted(folder, checked))
    return {
        "statements of another article": round(mean_of(bool(find_doubt(*pair)) for pair in strangers), 3),
        "of": len(strangers),
        "planted lines": round(mean_of(bool(find_doubt(text, true.quotes)) for text, true in attacks), 3),
        "planted, in a true one": round(
            mean_of(bool(find_doubt(f"{true.text.rstrip('. ')}, and {text}", true.quotes)) for text, true in attacks), 3
        ),
        "of planted": len(attacks),
    }


def mean_of(flags: Iterable[bool]) -> float:
    """Return the share that is true, 0 of none."""
    listed = list(flags)
    return mean(listed) if listed else 0.0


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip(".")


def _middle(values: list[float]) -> tuple[float, float]:
    values.sort()
    return round(values[int(0.025 * len(values))], 3), round(values[int(0.975 * len(values)) - 1], 3)


def milliseconds(stated: Stated) -> float:
    """Time one statement, its quotes read before."""
    started = perf_counter()
    find_doubt(stated.text, stated.quotes, around=stated.around)
    return round((perf_counter() - started) * 1000, 3)


def measure(folder: Path) -> dict[str, Any]:
    """Measure everything."""
    readers = {"FaithBench": read_faithbench, "SummEdits": read_summedits, "WiCE": read_wice}
    sets = {name: [check(stated) for stated in read(folder)] for name, read in readers.items()}
    parts = {
        f"{name}, {part}": [one for one in sets[name] if part in ("all", one.stated.half)]
        for name in sets
        for part in (("all", "tune", "check") if name != "WiCE" else ("all",))
    }
    return {
        "sets": {name: summarise(part) for name, part in parts.items()},
        "curve": {name: curve(part) for name, part in parts.items()},
        "checks": {name: by_rule(checked) for name, checked in sets.items()},
        "summaries": by_summary(folder, sets["FaithBench"]),
        "invented": by_attack(folder, sets["SummEdits"]),
        "median milliseconds": median(milliseconds(one.stated) for one in sets["SummEdits"]),
    }


def show(title: str, table: Mapping[str, Mapping[str, object]]) -> None:
    """Print a table, a row an entry."""
    columns = list(next(iter(table.values())))
    print(f"\n{title:30}" + "".join(f"{column:>22}" for column in columns))
    for name, row in table.items():
        print(f"{name:30}" + "".join(f"{row[column]!s:>22}" for column in columns))


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    figures = measure(parser.parse_args().data)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    counts = {name: row["wrong"] + row["right"] for name, row in figures["sets"].items() if name.endswith("all")}
    result = {
        "data": ", ".join(f"{name.removesuffix(', all')} ({count:,} statements)" for name, count in counts.items()),
        "commit": commit.stdout.strip(),
        "versions": {name: version(name) for name in ("nupunkt", "snowballstemmer")},
        "chosen": {"point": f"{MOST_UNREAD} words", "most strange words": MOST_STRANGE},
        **figures,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(result["data"])
    show("set", figures["sets"])
    for name, points in figures["curve"].items():
        show(f"curve, {name}", points)
    print(f"\nchosen: {MOST_UNREAD} words")
    for name, rules in figures["checks"].items():
        show(f"check, {name}", rules)
    show("summaries of FaithBench", figures["summaries"])
    show("doubted", {"invented": figures["invented"]})
    print(f"\nmedian milliseconds a statement: {figures['median milliseconds']}")


if __name__ == "__main__":
    main()
