"""Measure how many altered statements the checks catch, and how often they doubt a true one.

    python -m bench.checks DATA_FOLDER

It reads `summedits/summedits_news.json` (SummEdits, Salesforce, Apache-2.0), `wice/claim_dev.jsonl` (WiCE, ODC-BY) and
`bipia/text_attack_train.json` (BIPIA, Microsoft, MIT). It prints tables and writes `bench/results/checks.json`. The
data is not part of the project.

A statement is a sentence of a summary. Its quotes are the one to four sentences of the article that have most of its
content words. An altered statement gets the quotes of the sentence it was made from, as if the writer had cited well
and written badly. An altered statement is a sentence of a summary labelled 0 that is not in the summary it was made
from. Every other sentence is a true statement, and counts once for each article. The labels decide, not the kinds of
edit: seven summaries labelled 0 name no kind, and two labelled 1 name some.

The articles are halved by a hash of their text. The rules and lists were made on the "tune" half. On the "check" half
only totals were counted.
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
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from time import perf_counter
from typing import Any

from index.text.sentences import split_sentences
from index.text.spans import Span
from index.text.terms import content_terms
from rag.verification.claim import Claim
from rag.verification.verify import MOST_STRANGE, RULES, find_doubt, strange_terms

RESULT = Path(__file__).parent / "results" / "checks.json"
MOST_QUOTES = 4
_DRAWS = 1000  # of articles, for the intervals
_APART = 7  # articles
_SHARES = (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement, where it comes from, and the rules it fails."""

    text: str
    article: str
    summary: str
    kinds: tuple[str, ...]  # of edit
    altered: bool
    edited: bool  # it is not in the summary that the edits started from
    summary_altered: bool
    quotes: tuple[str, ...]
    failed: frozenset[str]
    failed_whole: frozenset[str]  # with the whole article as its quotes

    def fails(self, rules: Iterable[str]) -> bool:
        """Return True if one of `rules` fails."""
        return not self.failed.isdisjoint(rules)


@dataclass(frozen=True, slots=True)
class WikiClaim:
    """A claim of Wikipedia and what its source says."""

    label: str  # supported, partially_supported or not_supported
    text: str
    quotes: tuple[str, ...]
    around: str  # the page's title and day, and the sentence before each quote

    @property
    def doubted(self) -> bool:
        """Whether a check fails."""
        return find_doubt(self.text, self.quotes, around=self.around) is not None

    @property
    def failed(self) -> frozenset[str]:
        """The rules that fail, all of them."""
        return failures(self.text, self.quotes, self.around)


def sentences(text: str) -> tuple[str, ...]:
    """Cut a text into sentences."""
    return tuple(span.cut(text) for span in split_sentences(text, Span(0, len(text))))


def cite(statement: str, article: Sequence[str]) -> tuple[str, ...]:
    """Choose, one by one, the sentences that add most of the statement's content words, four at most."""
    wanted, chosen = set(content_terms(statement)), list[int]()
    held = [set(content_terms(sentence)) for sentence in article]
    while len(chosen) < MOST_QUOTES:
        best = max(range(len(article)), key=lambda place: (len(wanted & held[place]), -len(held[place]), -place))
        if not wanted & held[best]:
            break
        chosen.append(best)
        wanted -= held[best]
    return tuple(article[place] for place in sorted(chosen)) or tuple(article[:1])


def half(article: str) -> str:
    """Return the half that an article belongs to."""
    return "tune" if int(sha256(article.encode()).hexdigest(), 16) % 2 == 0 else "check"


def failures(statement: str, quotes: Sequence[str], around: str = "") -> frozenset[str]:
    """Return the names of the rules that fail, all of them."""
    claim = Claim.of(statement, quotes, around)
    return frozenset(name for name, rule in RULES.items() if rule(claim))


def read_summedits(folder: Path) -> Iterator[Checked]:
    """Yield the statements of all summaries with their failures."""
    cut = cache(sentences)
    cited: dict[tuple[str, str], tuple[str, ...]] = {}
    whole = cache(failures)
    for entry in json.loads((folder / "summedits" / "summedits_news.json").read_text(encoding="utf-8")):
        article, originals = entry["doc"], cut(entry["original_summary"])
        for statement in cut(entry["summary"]):
            original = max(originals, key=lambda one: SequenceMatcher(None, _bare(one), _bare(statement)).ratio())
            if (article, original) not in cited:
                cited[article, original] = cite(original, cut(article))
            quotes = cited[article, original]
            edited = _bare(statement) not in map(_bare, originals)
            yield Checked(
                text=statement,
                article=article,
                summary=entry["id"],
                kinds=tuple(entry["edit_types"]),
                altered=entry["label"] == 0 and edited,
                edited=edited,
                summary_altered=entry["label"] == 0,
                quotes=quotes,
                failed=failures(statement, quotes),
                failed_whole=whole(statement, cut(article)),
            )


def read_wice(folder: Path) -> Iterator[WikiClaim]:
    """Yield the claims with the sentences that support them, or else the closest ones."""
    for line in (folder / "wice" / "claim_dev.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        evidence: list[str] = entry["evidence"]
        best: list[int] = max(entry["supporting_sentences"], key=len, default=[])
        quotes = tuple(evidence[place] for place in best) or cite(entry["claim"], evidence)
        around = [line for line in evidence if line.startswith("(meta data)")]
        around += [before for before, line in pairwise(evidence) if line in quotes]
        yield WikiClaim(entry["label"], entry["claim"], quotes, "\n".join(around))


def split_true(checked: Iterable[Checked]) -> tuple[list[Checked], list[Checked]]:
    """Return the altered statements, and the true ones once each."""
    altered, true = list[Checked](), dict[tuple[str, str], Checked]()
    for one in checked:
        if one.altered:
            altered.append(one)
        else:
            true[one.article, one.text] = one
    return altered, list(true.values())


def rates(checked: Sequence[Checked], rules: Iterable[str]) -> Figures:
    """Return the share of altered statements caught, and of true ones doubted."""
    altered, true = split_true(checked)
    kept = frozenset(rules)
    return {"caught": share(one.fails(kept) for one in altered), "alarms": share(one.fails(kept) for one in true)}


def summary_rates(checked: Sequence[Checked]) -> Figures:
    """Return the same for whole summaries: one is caught, or doubted, when one of its statements is."""
    failing: dict[tuple[str, bool], bool] = {}
    for one in checked:
        summary = (one.summary, one.summary_altered)
        failing[summary] = failing.get(summary, False) or bool(one.failed)
    return {
        "caught": share(fails for (_, altered), fails in failing.items() if altered),
        "alarms": share(fails for (_, altered), fails in failing.items() if not altered),
    }


def interval(checked: Sequence[Checked]) -> dict[str, tuple[float, float]]:
    """Return the 95 % intervals of both rates when the articles are drawn anew, with repeats."""
    counts = dict[str, tuple[int, int, int, int]]()
    for article in dict.fromkeys(one.article for one in checked):
        altered, true = split_true(one for one in checked if one.article == article)
        counts[article] = (_failing(altered), len(altered), _failing(true), len(true))
    chance, pool = random.Random(0), list(counts.values())
    caught, alarms = list[float](), list[float]()
    for _ in range(_DRAWS):
        hit, of_altered, doubted, of_true = (
            sum(column) for column in zip(*chance.choices(pool, k=len(pool)), strict=True)
        )
        caught.append(hit / max(1, of_altered))
        alarms.append(doubted / max(1, of_true))
    return {name: _middle(values) for name, values in (("caught", caught), ("alarms", alarms))}


def by_kind(checked: Sequence[Checked]) -> dict[str, Figures]:
    """Return the share caught for each kind of edit, alone and in any company."""
    altered, _ = split_true(checked)
    table: dict[str, Figures] = {}
    for kind in sorted({kind for one in altered for kind in one.kinds}):
        alone = [bool(one.failed) for one in altered if one.kinds == (kind,)]
        company = [bool(one.failed) for one in altered if kind in one.kinds]
        table[kind] = {"alone": share(alone), "of": len(alone), "any": share(company), "of any": len(company)}
    unnamed = [bool(one.failed) for one in altered if not one.kinds]
    table["(none named)"] = {"alone": share(unnamed), "of": len(unnamed), "any": share(unnamed), "of any": len(unnamed)}
    return table


def by_rule(checked: Sequence[Checked]) -> dict[str, Figures]:
    """Return what each rule catches and doubts alone, and what all the others do without it."""
    table: dict[str, Figures] = {}
    for name in RULES:
        without = rates(checked, RULES.keys() - {name})
        table[name] = {
            **rates(checked, [name]),
            "caught without": without["caught"],
            "alarms without": without["alarms"],
        }
    return table


def by_label(claims: Sequence[WikiClaim]) -> dict[str, Figures]:
    """Return the share of claims doubted, by all rules and by each."""
    table: dict[str, Figures] = {}
    for label in dict.fromkeys(claim.label for claim in claims):
        labelled = [claim for claim in claims if claim.label == label]
        table[label] = {
            "doubted": share(claim.doubted for claim in labelled),
            "of": len(labelled),
            **{f"by {name}": share(name in claim.failed for claim in labelled) for name in RULES},
        }
    return table


def by_share(checked: Sequence[Checked], strangers: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, Figures]:
    """Return what all rules do when a statement may lack other shares of words than it may now."""
    altered, true = split_true(checked)
    others = RULES.keys() - {"words"}

    def flags(one: Checked, most: float) -> bool:
        return one.fails(others) or lacks(one.text, one.quotes, most)

    return {
        str(most): {
            "caught": share(flags(one, most) for one in altered),
            "alarms": share(flags(one, most) for one in true),
            "strangers caught": share(lacks(text, quotes, most) for text, quotes in strangers),
        }
        for most in _SHARES
    }


def lacks(statement: str, quotes: Sequence[str], most: float) -> bool:
    """Return True if the quotes lack more than that share of the statement's content words."""
    return len(strange_terms(Claim.of(statement, quotes))) > most * len(content_terms(statement))


def invented(checked: Sequence[Checked]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Pair each true statement with what would be cited for it in another article: nothing there says it."""
    articles = list(dict.fromkeys(one.article for one in checked))
    # Some neighbouring articles report the same event.
    other = {article: articles[(place + _APART) % len(articles)] for place, article in enumerate(articles)}
    cut = cache(sentences)
    for one in split_true(checked)[1]:
        yield one.text, cite(one.text, cut(other[one.article]))


def planted(folder: Path, checked: Sequence[Checked]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each line that a planted instruction might make a model say, a true statement, and its quotes."""
    true = [one for one in split_true(checked)[1] if not one.failed]
    attacks = json.loads((folder / "bipia" / "text_attack_train.json").read_text(encoding="utf-8"))
    for place, text in enumerate(line for lines in attacks.values() for line in lines):
        one = true[place * 7 % len(true)]
        yield text, one.text, one.quotes


def share(flags: Iterable[bool]) -> float:
    """Return the share that is true, to three places."""
    listed = list(flags)
    return round(mean(listed), 3) if listed else 0.0


def _failing(checked: Iterable[Checked]) -> int:
    return sum(bool(one.failed) for one in checked)


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip(".")


def _middle(values: list[float]) -> tuple[float, float]:
    values.sort()
    return round(values[int(0.025 * len(values))], 3), round(values[int(0.975 * len(values)) - 1], 3)


def measure(folder: Path) -> dict[str, Any]:
    """Measure everything."""
    checked = list(read_summedits(folder))
    halves: dict[str, Any] = {}
    parts = {name: [one for one in checked if half(one.article) == name] for name in ("tune", "check")}
    strangers = list(invented(checked))
    for name, part in {**parts, "all": checked}.items():
        altered, true = split_true(part)
        halves[name] = {
            "articles": len({one.article for one in part}),
            "altered": len(altered),
            "true": len(true),
            "statements": rates(part, RULES),
            "95 %": interval(part),
            "true, not edited": {
                "alarms": share(bool(one.failed) for one in true if not one.edited),
                "of": sum(not one.edited for one in true),
            },
            "summaries": summary_rates(part),
            "whole article quoted": {
                "caught": share(bool(one.failed_whole) for one in altered),
                "alarms": share(bool(one.failed_whole) for one in true),
            },
            "kinds": by_kind(part),
            "rules": by_rule(part),
            "share of strange words": by_share(part, strangers),
        }
    wice = by_label(list(read_wice(folder)))
    attacks = list(planted(folder, checked))
    return {
        "summedits": halves,
        "wice": wice,
        "invented": {
            "statements of another article": share(bool(find_doubt(*pair)) for pair in strangers),
            "of": len(strangers),
            "planted lines": share(bool(find_doubt(text, quotes)) for text, _, quotes in attacks),
            "planted, in a true one": share(
                bool(find_doubt(f"{true.rstrip('. ')}, and {text}", quotes)) for text, true, quotes in attacks
            ),
            "of planted": len(attacks),
        },
        "median milliseconds": median(map(milliseconds, split_true(checked)[1])),
    }


def milliseconds(one: Checked) -> float:
    """Time one statement, its quotes read before."""
    started = perf_counter()
    find_doubt(one.text, one.quotes)
    return round((perf_counter() - started) * 1000, 3)


def show(title: str, table: Mapping[str, Mapping[str, object]]) -> None:
    """Print a table, a row an entry."""
    columns = list(next(iter(table.values())))
    print(f"\n{title:30}" + "".join(f"{column:>18}" for column in columns))
    for name, row in table.items():
        print(f"{name:30}" + "".join(f"{row[column]!s:>18}" for column in columns))


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    figures = measure(parser.parse_args().data)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    result = {
        "data": "SummEdits news (819 summaries of 25 articles), WiCE dev (349 claims), BIPIA text attacks, train",
        "commit": commit.stdout.strip(),
        "versions": {name: version(name) for name in ("nupunkt", "snowballstemmer")},
        "most strange words": MOST_STRANGE,
        **figures,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(result["data"])
    for name, part in result["summedits"].items():
        print(f"\n== {name} ==")
        show("", {key: part[key] for key in ("statements", "95 %", "summaries", "whole article quoted")})
        print(f"of {part['altered']} altered and {part['true']} true statements; true and not edited: ", end="")
        print(f"{part['true, not edited']['alarms']} of {part['true, not edited']['of']} doubted")
        show("kind of edit, share caught", part["kinds"])
        show("rule", part["rules"])
        show("share of strange words", part["share of strange words"])
    show("WiCE", {label: {"doubted": row["doubted"], "of": row["of"]} for label, row in result["wice"].items()})
    show("caught", {"invented": result["invented"]})
    print(f"\nmedian milliseconds a statement: {result['median milliseconds']}")


if __name__ == "__main__":
    main()
