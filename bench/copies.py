"""Measure how many copies of an article are recognised, and how many other articles are linked by mistake.

    python -m bench.copies DATA_FOLDER

It takes real articles (`wice/claim_dev.jsonl`, ODC-BY; `summedits/summedits_news.json`, Apache-2.0) and makes six
kinds of copy of each. It puts all on one shelf, and counts the copies that are linked to their article and the pairs
of different articles that are linked. It prints a table and writes `bench/results/copies.json`. The data is not part
of the project.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from statistics import median

from index.reading.readers import read_article
from index.shelf.shelf import Shelf
from index.text.articles import Article
from index.text.chunks import chunk_article
from index.text.near_duplicates import prints
from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.evaluation.evaluate import commit_of

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "copies.json"
_LEAST_WORDS = 100


def read_articles(folder: Path) -> list[str]:
    """Return the different texts of at least a hundred words, as their sets have them."""
    texts = [
        "\n\n".join(line for line in json.loads(entry)["evidence"] if not line.startswith("(meta data)"))
        for entry in (folder / "wice" / "claim_dev.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    texts += [
        entry["doc"] for entry in json.loads((folder / "summedits" / "summedits_news.json").read_text(encoding="utf-8"))
    ]
    return [text for text in dict.fromkeys(texts) if len(text.split()) >= _LEAST_WORDS]


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [span.cut(text) for span in split_sentences(text, Span(0, len(text)))]


def changed(text: str, *, every: int, chance: random.Random) -> str:
    """Put another word of the text in the place of one in so many."""
    words = text.split(" ")
    for place in range(chance.randrange(every), len(words), every):
        words[place] = chance.choice(words)
    return " ".join(words)


def make_copies(text: str, chance: random.Random, other: str) -> Mapping[str, str]:
    """Return a copy of each kind."""
    said = sentences(text)
    paragraph = " ".join(other.split()[:40])
    cut = " ".join(said[: max(1, round(len(said) * 0.6))])
    return {
        "word for word, other headline": text,
        "cut after 60 % of its sentences": cut,
        "a tenth of its sentences left out": " ".join(s for s in said if chance.random() > 0.1),
        "one word in 50 changed": changed(text, every=50, chance=chance),
        "one word in 25 changed": changed(text, every=25, chance=chance),
        "40 words put before and after": f"{paragraph}\n\n{text}\n\n{paragraph}",
        "cut, one word in 50 changed, 40 words put before": f"{paragraph}\n\n{changed(cut, every=50, chance=chance)}",
    }


def measure(texts: list[str], folder: Path) -> dict[str, object]:
    """Put all on a shelf and ask it for copies."""
    chance = random.Random(7)
    shelf = Shelf(folder)
    articles: dict[tuple[int, str], Article] = {}
    for number, text in enumerate(texts):
        for kind, copy in {"": text, **make_copies(text, chance, texts[number - 1])}.items():
            article = read_article(f"{number}-{len(articles)}.txt", f"Headline {len(articles)}\n\n{copy}".encode())
            articles[number, kind] = article
    with shelf.write() as writing:
        for article in articles.values():
            writing.put_file(article.path, b"-", [(article, chunk_article(article, max_tokens=200))])
    found: dict[str, list[bool]] = {}
    seconds, false = [], set()
    with shelf.read() as reading:
        for (number, kind), article in articles.items():
            if kind:
                continue
            started = time.perf_counter()
            copies = {listing.path for listing in reading.copies(article)}
            seconds.append(time.perf_counter() - started)
            for (of, name), other in articles.items():
                if of == number and name:
                    found.setdefault(name, []).append(other.path in copies)
                elif not name and of > number and other.path in copies:
                    false.add((number, of))
    return {
        "found": {kind: round(sum(each) / len(each), 3) for kind, each in found.items()},
        "pairs of different articles": len(texts) * (len(texts) - 1) // 2,
        "linked": [[texts[one][:160], texts[other][:160]] for one, other in sorted(false)],
        "milliseconds": {
            "to make the prints of an article": _timed(lambda text: prints(text), texts),
            "to find its copies": round(median(seconds) * 1000, 2),
        },
    }


def _timed(make: Callable[[str], object], texts: list[str]) -> float:
    def each() -> Iterator[float]:
        for text in texts:
            started = time.perf_counter()
            make(text)
            yield time.perf_counter() - started

    return round(median(each()) * 1000, 2)


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    texts = read_articles(parser.parse_args().data)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(texts, Path(folder))
    linked = figures.pop("linked")
    assert isinstance(linked, list)
    result = {
        "data": f"WiCE dev and SummEdits news, {len(texts)} articles",
        "commit": commit_of(ROOT),
        "versions": {"rensa": version("rensa")},
        "figures": {**figures, "different articles that are linked": len(linked)},
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
    print("Linked, to be looked at:")
    for one, other in linked:
        print(f"- {' '.join(one.split())}\n  {' '.join(other.split())}")


if __name__ == "__main__":
    main()
