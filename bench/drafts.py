"""Measure what the draft check finds, and how long it takes.

    python -m bench.drafts DATA_FOLDER

It puts articles on one shelf: SummEdits (`summedits/`, Salesforce, Apache-2.0), pages of WiCE (`wice/`, ODC-BY) and
pieces of TimeQA (`timeqa/`, BSD-3), CLAP NQ (`clapnq/`, Apache-2.0) and Chroma's chunking corpora
(`chunking_evaluation/`, MIT). It makes drafts of real sentences of the first two, and counts how each is marked. The
sentences are unchanged; have other typography (quotation marks, dashes, line ends); have one word, number or name
replaced; have a clause cut off; or are from articles that are not on the shelf. Quotations are runs of words of a
sentence. A hash of its text decides which half an article is in, and whether it is left off the shelf. The bench
prints tables and writes `bench/results/drafts.json`. The data is not part of the project.
"""

import argparse
import difflib
import json
import random
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from statistics import median

from rapidfuzz.distance import Indel

from bench.latency import read_runs
from index.core.settings import Settings
from index.pipeline.library import build_library
from index.reading.readers import read_article
from index.shelf.queries import Reading
from index.shelf.shelf import Shelf
from index.text.chunks import chunk_article
from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.analysis.draft_check import MARKS, Checked, check_draft
from rag.evaluation.evaluate import commit_of
from rag.language.names import names_in
from rag.language.word_diff import tokens

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "drafts.json"
ARTICLES = 3_000
_SENTENCES_EACH = 1  # of a page; of a news article, which are few, five times as many
_WORDS = (8, 45)
_WORD = re.compile(r"(?<![\w’'-])[a-z]{4,}(?![\w’'-])")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w.,]*\d)")
_SCANS = 40  # sentences that a plain scan is timed on
_SLOW_SCANS = 3  # the same, with difflib


@dataclass(frozen=True, slots=True)
class Source:
    """A text, and whether it is held out from the shelf."""

    text: str
    of: str  # "SummEdits" or "WiCE"
    held_out: bool
    half: str  # "one" or "other"


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence of a draft and what should become of it."""

    kind: str
    form: str  # "sentence" or "quotation"
    draft: str
    source: Source
    swapped: tuple[str, str] = ("", "")  # what the draft says, and the article


def read_sources(folder: Path) -> list[Source]:
    """Read the articles of SummEdits and the pages of WiCE; a fifth of each is held out."""
    texts = {
        entry["doc"]: "SummEdits" for entry in json.loads((folder / "summedits" / "summedits_news.json").read_text())
    }
    for line in (folder / "wice" / "claim_dev.jsonl").read_text().splitlines():
        evidence = [one for one in json.loads(line)["evidence"] if not one.startswith("(meta data)")]
        texts.setdefault("\n".join(evidence), "WiCE")
    sources = []
    for text, of in texts.items():
        number = sha256(text.encode()).digest()
        sources.append(Source(text, of, number[0] % 5 == 0, "one" if number[1] % 2 else "other"))
    return sources


def fill(shelf: Shelf, sources: Sequence[Source], folder: Path) -> list[str]:
    """Put what is not held out on the shelf, and other texts until there are enough; return all its sentences."""
    texts = [source.text for source in sources if not source.held_out]
    others = [" ".join(run) for run in read_runs(folder)]
    while len(texts) < ARTICLES and others:
        texts.append("\n\n".join(others.pop() for _ in range(min(2, len(others)))))
    sentences = list[str]()
    for start in range(0, len(texts), 200):
        with shelf.write() as writing:
            for number, text in enumerate(texts[start : start + 200], start):
                article = read_article(f"{number}.txt", text.encode())
                chunks = chunk_article(article, max_tokens=254)
                writing.put_file(article.path, b"-", [(article, chunks)])
                sentences += [span.cut(article.text) for chunk in chunks for span in chunk.sentences]
    return sentences


def make_cases(sources: Sequence[Source], on_shelf: set[tuple[str, ...]]) -> Iterator[Case]:
    """Make drafts of sentences of each article."""
    chance = random.Random(1)
    every = [span.cut(source.text) for source in sources for span in split_sentences(source.text, _whole(source))]
    names = sorted({name for text in every[:4_000] for name in names_in(text) if " " in name and len(name) < 30})
    words = sorted({word for text in every[:4_000] for word in _WORD.findall(text)})
    for source in sources:
        spans = [span.cut(source.text) for span in split_sentences(source.text, _whole(source))]
        good = [text for text in spans if _is_sentence(text)]
        each = _SENTENCES_EACH * (5 if source.of == "SummEdits" else 1)
        for text in chance.sample(good, min(each, len(good))):
            if source.held_out:
                if tokens(text).trimmed().keys not in on_shelf:
                    yield Case("not on the shelf", "sentence", text, source)
                continue
            yield Case("as it is", "sentence", text, source)
            yield Case("other type", "sentence", _other_type(text), source)
            yield from _swaps(text, source, chance, words, names)
            if cut := _without_clause(text, chance):
                yield Case("a clause cut", "sentence", cut, source)
            yield from _quotations(text, source, chance, words)


def _whole(source: Source) -> Span:
    return Span(0, len(source.text))


def _is_sentence(text: str) -> bool:
    return _WORDS[0] <= len(text.split()) <= _WORDS[1] and text[-1] in ".!?\"'”" and text[0].isupper()


def _other_type(text: str) -> str:
    made = re.sub(r'(^|[\s(])"', r"\1“", text).replace('"', "”").replace("'", "’").replace("--", "—")
    places = [found.start() for found in re.finditer(" ", made)]
    return made[: places[len(places) // 2]] + "\n" + made[places[len(places) // 2] + 1 :]


def _swaps(text: str, source: Source, chance: random.Random, words: list[str], names: list[str]) -> Iterator[Case]:
    other_names = [name for name in names if name not in source.text]
    name = [one for one in names_in(text) if " " in one and len(one) < 30]
    for kind, found, others in (
        ("one word changed", _WORD.findall(text), words),
        ("one number changed", _NUMBER.findall(text), []),
        ("one name changed", name, other_names),
    ):
        if not found:
            continue
        old = chance.choice(found)
        new = _other_number(old, chance) if not others else chance.choice(others)
        if new.casefold() != old.casefold():
            at = re.search(rf"(?<!\w){re.escape(old)}(?!\w)", text)
            if at and f"[{old}]" not in text:  # the number of a footnote is no word of a sentence
                yield Case(kind, "sentence", text[: at.start()] + new + text[at.end() :], source, (new, old))


def _other_number(old: str, chance: random.Random) -> str:
    digits = [place for place, character in enumerate(old) if character.isdigit()]
    place = chance.choice(digits)
    other = chance.choice([digit for digit in "123456789" if digit != old[place]])
    return old[:place] + other + old[place + 1 :]


def _without_clause(text: str, chance: random.Random) -> str:
    commas = [0, *(found.start() for found in re.finditer(r",(?=\s)", text)), len(text) - 1]
    choices = []
    for start, end in pairwise(commas):
        kept = text[:start] + text[end:] if start else text[end + 1 :].lstrip()
        if len(text[start:end].split()) >= 3 and len(kept.split()) >= 5:
            choices.append(kept[:1].upper() + kept[1:])
    return chance.choice(choices) if choices else ""


def _quotations(text: str, source: Source, chance: random.Random, words: list[str]) -> Iterator[Case]:
    plain = text.strip("\"'“”‘’")
    if any(mark in plain for mark in '"“”‘[]…') or "'" in re.sub(r"(?<=\w)'(?=\w)", "", plain):
        return
    said = plain.rstrip(".!?,;").split()
    length = min(len(said), chance.randint(6, 15))
    start = chance.randrange(len(said) - length + 1)
    run = said[start : start + length]
    frame = "That is what was said at the time: “{}”."
    yield Case("as it is", "quotation", frame.format(" ".join(run)), source)
    middle = length // 2
    yield Case("words left out …", "quotation", frame.format(" ".join([*run[:2], "…", *run[middle:]])), source)
    inner = [place for place, word in enumerate(run) if 0 < place < length - 1 and _WORD.fullmatch(word)]
    if inner:
        place, new = chance.choice(inner), chance.choice(words)
        if new != run[place]:
            changed = " ".join([*run[:place], new, *run[place + 1 :]])
            yield Case("one word changed", "quotation", frame.format(changed), source, (new, run[place]))


def judge(case: Case, reading: Reading) -> tuple[Checked | None, float]:
    """Check one sentence; return what became of it, and the milliseconds it took."""
    started = time.perf_counter()
    checked = check_draft(case.draft, reading=reading)
    took = (time.perf_counter() - started) * 1000
    parts = [part for part in checked.parts if part.form == case.form]
    return (parts[-1] if parts else None), took


def is_named(case: Case, part: Checked) -> bool:
    """Return True if the change is shown: word by word, and a number or a name by itself."""
    new, old = case.swapped
    if case.kind == "one word changed":
        return any(not piece.same and new in piece.said for piece in part.pieces)
    return any(
        (new in one.said or one.said in new) and (old in one.written or (one.written and one.written in old))
        for one in part.differences
    )


def table(rows: Sequence[dict[str, object]]) -> str:
    """Write the counts as a Markdown table."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [" | ".join(str(row.get(name, "")) for name in names) for row in rows]
    return "\n".join(["| " + " | ".join(names) + " |", "|" + "---|" * len(names), *(f"| {line} |" for line in lines)])


def count(cases: Sequence[tuple[Case, Checked | None]]) -> list[dict[str, object]]:
    """Count the marks of each kind of case."""
    kinds = defaultdict[tuple[str, str], list[tuple[Case, Checked | None]]](list)
    for case, part in cases:
        kinds[case.form, case.kind].append((case, part))
    rows = list[dict[str, object]]()
    for (form, kind), found in sorted(kinds.items(), key=lambda entry: entry[0][0], reverse=True):
        marks = Counter(part.mark if part else "not read as one" for _, part in found)
        row: dict[str, object] = {"form": form, "kind": kind, "n": len(found)}
        row |= {mark: marks[mark] for mark in (*MARKS, "not read as one")}
        right = sum(
            1
            for case, part in found
            if part
            and any(
                place.quote.split()[0] in case.source.text and _is_from(place.article.text, case)
                for place in part.places
            )
        )
        row["right article"] = right if kind != "not on the shelf" else ""
        if found[0][0].swapped[0]:
            row["named"] = sum(1 for case, part in found if part and is_named(case, part))
        rows.append(row)
    return rows


def _is_from(text: str, case: Case) -> bool:
    return " ".join(text.split()) == " ".join(case.source.text.split())


def scan_seconds(
    sentences: Sequence[str], asked: Sequence[str], alike: Callable[[list[str], list[str]], float]
) -> float:
    """Return the median milliseconds in which one sentence is compared with all of the shelf's."""
    cut = [list(tokens(text).words) for text in sentences]
    took = []
    for text in asked:
        words = list(tokens(text).words)
        started = time.perf_counter()
        max(map(partial(alike, words), cut))
        took.append((time.perf_counter() - started) * 1000)
    return median(took)


def _ratio(words: list[str], other: list[str]) -> float:
    return difflib.SequenceMatcher(None, other, words, autojunk=False).ratio()


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    sources = read_sources(data)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(seeds=Path(folder) / "seeds", store=Path(folder) / "store", _env_file=None)
        library = build_library(settings)
        sentences = fill(library.shelf, sources, data)
        on_shelf = {tokens(text).trimmed().keys for text in sentences}
        judged, took = list[tuple[Case, Checked | None]](), list[float]()
        with library.shelf.read() as reading:
            counts = reading.counts()
            for case in make_cases(sources, on_shelf):
                part, milliseconds = judge(case, reading)
                judged.append((case, part))
                if case.form == "sentence":
                    took.append(milliseconds)
            whole = [case.draft for case, _ in judged if case.form == "sentence"]
            asked = random.Random(2).sample(whole, _SCANS)
            started = time.perf_counter()
            check_draft("\n\n".join(asked), reading=reading)
            one_draft = (time.perf_counter() - started) * 1000 / len(asked)
        fast = scan_seconds(sentences, asked, Indel.normalized_similarity)
        slow = scan_seconds(sentences, asked[:_SLOW_SCANS], _ratio)
    rows = {
        half: count([one for one in judged if half in ("all", one[0].source.half)]) for half in ("all", "one", "other")
    }
    ours = median(took)
    result = {
        "data": f"{counts.articles:,} articles, {counts.chunks:,} chunks, {len(sentences):,} sentences on the shelf",
        "commit": commit_of(ROOT),
        "versions": {name: version(name) for name in ("rapidfuzz", "nupunkt", "snowballstemmer")},
        "marks": rows,
        "milliseconds a sentence": {
            "by itself, median": round(ours, 1),
            f"in a draft of {len(asked)}": round(one_draft, 1),
            f"plain scan with rapidfuzz, median of {len(asked)}": round(fast, 1),
            f"plain scan with difflib, median of {_SLOW_SCANS}": round(slow, 1),
        },
        "times as fast": {
            "as a scan with rapidfuzz": round(fast / ours, 1),
            "as a scan with difflib": round(slow / ours),
        },
    }
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(result["data"])
    for half, found in rows.items():
        print(f"\n{half}\n{table(found)}")
    print(json.dumps({name: result[name] for name in ("milliseconds a sentence", "times as fast")}, indent=2))


if __name__ == "__main__":
    main()
