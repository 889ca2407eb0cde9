"""Measure whether the speaker of a sentence is right, on articles whose attributions people marked.

    python -m bench.attribution DATA_FOLDER [--show]

It reads every `.jsonl` file of `polnear/` (PolNeAR, Newell et al. 2018: US news of 2016, each attribution marked as
source, cue and content). A sentence is attributed if a quarter of its characters is the content of one attribution.
It counts if the source has a name, since who "he" is was not marked. A speaker is right if it has a word of that name.

It prints a table and writes `bench/results/attribution.json`. The data is not part of the project: no licence is
stated, so it is measured only.
"""

import argparse
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.text.articles import Article
from index.text.spans import Span
from index.text.terms import STOP_WORDS
from rag.evaluation.evaluate import commit_of
from rag.evidence.attribution import read_speeches

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "attribution.json"
_ATTRIBUTED = 0.25  # of a sentence's characters
_WORD = re.compile(r"[^\W\d_][\w.'’-]*")

Marked = Mapping[str, Sequence[tuple[int, int]]]  # "source", "cue", "content" -> character offsets


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, what people marked, and the speaker that the rules read ("": none)."""

    text: str
    source: str  # the words of the source that are names; "" if it has none
    attributed: bool
    marked: bool  # some word of the sentence is a cue or content
    speaker: str


def read_labelled(data: Path) -> Iterator[Labelled]:
    """Yield the sentences of all articles."""
    for file in sorted((data / "polnear").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            text = one["text"]
            article = Article(one["id"], one["id"], "", text, Span(0, len(text)), None, None, None, None, None)
            for sentence, speech in read_speeches(article):
                yield _labelled(text, sentence, one["attributions"], speech.speaker)


def _labelled(text: str, sentence: Span, attributions: Sequence[Marked], speaker: str) -> Labelled:
    most, shares = max(
        ((_shared(one["content"], sentence), number) for number, one in enumerate(attributions)), default=(0, 0)
    )
    attributed = bool(most) and most >= _ATTRIBUTED * len(sentence)
    source = " ".join(text[start:end] for start, end in attributions[shares]["source"]) if attributed else ""
    touched = any(_shared((*one["content"], *one["cue"]), sentence) for one in attributions)
    return Labelled(sentence.cut(text), " ".join(names(source)), attributed, touched, speaker)


def _shared(spans: Sequence[tuple[int, int]], sentence: Span) -> int:
    return sum(max(0, min(end, sentence.end) - max(start, sentence.start)) for start, end in spans)


def names(source: str) -> list[str]:
    """Return the words of a source that are names, in lower case.

    >>> names("The governor's aide Ana Lind"), names("They")
    (['ana', 'lind'], [])
    """
    written = (word for word in _WORD.findall(source) if word[0].isupper() and word.lower() not in STOP_WORDS)
    return [_bare(word) for word in written]


def is_right(one: Labelled) -> bool:
    """Return True if the speaker has a word of the source that is a name."""
    return not set(one.source.split()).isdisjoint(_bare(word) for word in _WORD.findall(one.speaker))


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.rstrip(".")).lower()


def figures(labelled: Sequence[Labelled]) -> dict[str, float]:
    """Return precision and recall of the speakers, and how often a sentence is wrongly the article's own or not."""
    named = [one for one in labelled if one.attributed and one.source]
    read = [one for one in named if one.speaker]
    right = [one for one in read if is_right(one)]
    others = [one for one in labelled if not one.marked]
    return {
        "sentences": len(labelled),
        "attributed to a name": len(named),
        "precision": round(len(right) / len(read), 3),
        "recall": round(len(right) / len(named), 3),
        "given no speaker": round(1 - len(read) / len(named), 3),
        "unattributed": len(others),
        "unattributed, given a speaker": round(sum(bool(one.speaker) for one in others) / len(others), 3),
    }


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--show", action="store_true", help="print the sentences whose speaker is wrong")
    given = parser.parse_args()
    labelled = list(read_labelled(given.data))
    measured = figures(labelled)
    RESULT.write_text(
        json.dumps(
            {"data": "PolNeAR dev, 84 US news articles of 2016", "commit": commit_of(ROOT), "figures": measured},
            indent=2,
        )
        + "\n"
    )
    for name, value in measured.items():
        print(f"{name:32} {value:>8}")
    for one in labelled if given.show else ():
        if one.speaker and one.source and not is_right(one):
            print(f"{one.speaker!r} for {one.source!r}: {' '.join(one.text.split())}")


if __name__ == "__main__":
    main()
