"""Markers in a model's text, such as [2.3]: passage 2, sentence 3."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.evidence.citations import Citation
from rag.retrieval.passages import Passage

_LONGEST_MARKER = 80  # characters

# Brackets that hold numbers and what models put between them, within parentheses or not.
_MARKER = re.compile(
    rf"[ \t]*(?P<round>\(\s*)?[\[【](?=[^\]】]{{0,{_LONGEST_MARKER}}}\d)"
    r"(?P<numbers>(?:[\s\d.,;:&^#<>†–-]|and|passages?|sentences?)+)[\]】](?(round)\s*\))",
    re.IGNORECASE,
)

_WITHIN = rf"[^\[\]【】\n]{{0,{_LONGEST_MARKER}}}"

_BEGUN = re.compile(rf"[ \t]*(?:\(\s*(?:[\[【]{_WITHIN}[\]】]?\s*)?|[\[【]{_WITHIN})$")

_IN_WORDS = re.compile(r"passages?\s*(\d+)\s*[,.;:]?\s*sentences?\s*(?=\d)", re.IGNORECASE)

# No prompt has ten thousand passages or sentences.
_NUMBERS = re.compile(r"(\d{1,4})\.(\d{1,4})\s*[–-]\s*(?:\1\.)?(\d{1,4})(?![\d.])|\d+(?:\.\d+)*")

_LONGEST_RANGE = 10


@dataclass(frozen=True, slots=True)
class Marker:
    """Numbers of sentences, and the marker's place in the text without markers."""

    position: int
    numbers: tuple[str, ...]


def take_markers(text: str) -> tuple[str, tuple[Marker, ...]]:
    """Take the markers out of a model's text.

    >>> take_markers("Both agreed [1.2, 1.4]. Nobody left [2.1-2].")
    ('Both agreed. Nobody left.', (Marker(position=11, numbers=('1.2', '1.4')), Marker(position=24, \
numbers=('2.1', '2.2'))))
    """
    plain, markers, end = "", [], 0
    for found in _MARKER.finditer(text):
        plain += text[end : found.start()]
        markers.append(Marker(len(plain), tuple(read_numbers(found["numbers"]))))
        end = found.end()
        # "drugs.[1.2]They" must not become one word.
        if plain and not plain[-1].isspace() and text[end : end + 1].isalnum():
            plain += " "
    return plain + text[end:], tuple(markers)


def without_begun_marker(text: str) -> str:
    """Remove an incomplete marker from the end of `text`.

    >>> without_begun_marker("Both agreed [1."), without_begun_marker("Both agreed [1.2]")
    ('Both agreed', 'Both agreed [1.2]')
    """
    return _BEGUN.sub("", text)


def resolve(number: str, passages: Sequence[Passage]) -> Citation | None:
    """Return the citation of the sentence with that number, or None if there is none."""
    for passage in passages:
        for place, sentence in enumerate(passage.sentences, start=1):
            if number == f"{passage.number}.{place}":
                return Citation(passage.article, sentence)
    return None


def read_numbers(written: str) -> Iterator[str]:
    """Yield the numbers of sentences between the brackets of a marker.

    >>> list(read_numbers("1.2, 1.4-1.5 and passage 2, sentence 3"))
    ['1.2', '1.4', '1.5', '2.3']
    """
    plain = _IN_WORDS.sub(r"\1.", written.replace("<", "").replace(">", ""))
    for found in _NUMBERS.finditer(plain):
        passage, first, last = found.groups()
        if passage is None:
            yield found.group()[:_LONGEST_MARKER]
            continue
        steps = range(int(first), int(last) + 1)
        if 0 < len(steps) <= _LONGEST_RANGE:
            yield from (f"{passage}.{step}" for step in steps)
        else:
            yield f"{passage}.{first}"
            yield f"{passage}.{last}"
