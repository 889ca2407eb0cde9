"""Measure how often a sentence of news gets the right speaker, kind of speech and certainty.

    python -m bench.speakers DATA_FOLDER

It reads `summedits/summedits_news.json` (SummEdits, Salesforce, Apache-2.0) and the project's seed article. It compares
every sentence of seventeen articles with a person's labels in `bench/speakers.jsonl`: the article, a digest of the
sentence, who says it, in whose words, and how certain it is. The file has no text of the articles. If two answers are
right, it has both, with a bar between them.

The rules were made on the "tune" articles. The "check" articles were labelled after the rules were finished, and only
totals were counted. The bench prints tables and writes `bench/results/speakers.json`.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from index.reading.readers import read_article
from index.text.articles import Article
from index.text.sentences import split_sentences
from index.text.spans import Span
from index.text.terms import terms
from rag.evaluation.evaluate import commit_of
from rag.evidence.attribution import speech_of
from rag.evidence.citations import Citation
from rag.language.certainty import read_certainty

ROOT = Path(__file__).parent.parent
LABELS = ROOT / "bench" / "speakers.jsonl"
RESULT = ROOT / "bench" / "results" / "speakers.json"
HALVES = ("tune", "check")
KINDS = ("direct", "indirect", "statement", "own")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, and what a person and the rules say of it; several right answers of a person in a tuple."""

    half: str
    citation: Citation
    right: Mapping[str, tuple[str, ...]]  # "speaker", "kind" -> right answers
    read: Mapping[str, str]  # the same -> what the rules say


def digest(text: str) -> str:
    """Name a text by what it says."""
    return sha256(text.encode()).hexdigest()[:12]


def read_labelled(folder: Path) -> Iterator[Labelled]:
    """Yield the labelled sentences in order. Raises KeyError where the data is not the labelled one."""
    articles = dict(_articles(folder))
    cut = {
        name: {digest(span.cut(one.text)): span for span in split_sentences(one.text, one.body)}
        for name, one in articles.items()
    }
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        citation = Citation(articles[label["article"]], cut[label["article"]][label["sentence"]])
        right = {field: tuple(label[field].split("|")) for field in ("speaker", "kind", "certainty")}
        yield Labelled(label["half"], citation, right, _read(citation))


def _read(citation: Citation) -> dict[str, str]:
    speech = speech_of(citation)
    return {"speaker": speech.speaker, "kind": speech.kind, "certainty": read_certainty(citation.quote)}


def _articles(folder: Path) -> Iterator[tuple[str, Article]]:
    for seed in (ROOT / "seeds").glob("*.txt"):
        yield seed.name, read_article(seed.name, seed.read_bytes())
    entries = json.loads((folder / "summedits" / "summedits_news.json").read_text(encoding="utf-8"))
    for text in dict.fromkeys(entry["doc"] for entry in entries):
        name = f"summedits/{digest(text)}"
        yield name, Article(name, name, "", text, Span(0, len(text)), None, None, None, None, None)


def same_speaker(read: str, right: str) -> bool:
    """Return True if two names of a speaker are equal, except for an article and for capitals."""
    return _bare(read) == _bare(right)


def _bare(name: str) -> list[str]:
    return [term for term in terms(name.replace("(", " ")) if term not in ("the", "a", "an")]


def score(labelled: Sequence[Labelled], field: str, *, none: str, same: Callable[[str, str], bool]) -> dict[str, float]:
    """Count what is read and is right; `none` is what is said of a sentence that has nothing to read.

    Precision: of the sentences of which something was read, the share that is right. Recall: of the
    sentences in which a person found something, the share that was read right. A sentence that a
    person would let pass either way counts in neither where nothing was read.
    """
    read = [one for one in labelled if one.read[field] != none]
    there = [one for one in labelled if none not in one.right[field] or one.read[field] != none]
    there = [one for one in there if one.right[field] != (none,)]
    right = [one for one in read if any(same(one.read[field], answer) for answer in one.right[field])]
    return {
        "precision": round(len(right) / len(read), 3) if read else 0.0,
        "recall": round(len([one for one in right if one in there]) / len(there), 3) if there else 0.0,
        "right": len(right),
        "read": len(read),
        "there": len(there),
    }


def equal(read: str, right: str) -> bool:
    """Return True if two words are the same."""
    return read == right


def table(labelled: Sequence[Labelled]) -> dict[str, dict[str, float]]:
    """Return the scores of the speaker and of each kind."""
    rows = {
        "speaker": score(labelled, "speaker", none="", same=same_speaker),
        "kind": score(labelled, "kind", none="own", same=equal),
        "certainty": score(labelled, "certainty", none="reported", same=equal),
    }
    for kind in KINDS:
        of_kind = [one for one in labelled if one.read["kind"] == kind]
        right = [one for one in of_kind if kind in one.right["kind"]]
        there = [
            one for one in labelled if one.right["kind"] == (kind,) or (kind in one.right["kind"] and one in right)
        ]
        rows[f"kind: {kind}"] = {
            "precision": round(len(right) / len(of_kind), 3) if of_kind else 0.0,
            "recall": round(len(right) / len(there), 3) if there else 0.0,
            "right": len(right),
            "read": len(of_kind),
            "there": len(there),
        }
    return rows


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--show", action="store_true", help="Print what is read wrongly among the tune articles.")
    asked = parser.parse_args()
    labelled = list(read_labelled(asked.data))
    halves = {half: [one for one in labelled if one.half == half] for half in HALVES}
    result = {
        "data": "SummEdits news and the seed, labelled by hand",
        "commit": commit_of(ROOT),
        "halves": {
            half: {
                "articles": len({one.citation.article.id for one in those}),
                "sentences": len(those),
                "figures": table(those),
            }
            for half, those in halves.items()
        },
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    for half, those in halves.items():
        print(f"{half}: {len(those)} sentences")
        for name, row in table(those).items():
            print(f"  {name:18} " + "  ".join(f"{key} {value}" for key, value in row.items()))
    for one in halves["tune"] if asked.show else ():
        for field in one.read:
            same = same_speaker if field == "speaker" else equal
            if not any(same(one.read[field], answer) for answer in one.right[field]):
                print(f"{field}: {one.read[field]!r} for {one.right[field]}: {one.citation.quote}")


if __name__ == "__main__":
    main()
