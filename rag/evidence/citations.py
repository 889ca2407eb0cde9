"""Citations: from a statement to the characters it rests on.

A citation holds an article and a span, never a text of its own: its quote is cut each
time it is asked for, so there is nothing that could be typed or altered. A model names a
sentence with a marker such as [2.3], passage 2, sentence 3; here markers become citations.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from index.text.articles import Article
from index.text.spans import Span
from rag.retrieval.passages import Passage

# "unfinished": the answer was cut off in it, so nothing is said of whether it holds.
Verdict = Literal["supported", "doubtful", "uncited", "unfinished"]

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
# No shelf has passages or sentences by the ten thousand.
_NUMBERS = re.compile(r"(\d{1,4})\.(\d{1,4})\s*[–-]\s*(?:\1\.)?(\d{1,4})(?![\d.])|\d+(?:\.\d+)*")
_LONGEST_RANGE = 10


@dataclass(frozen=True, slots=True)
class Citation:
    """The place in an article that a statement points to."""

    article: Article
    span: Span

    @property
    def quote(self) -> str:
        """The article's own characters in the span."""
        return self.span.cut(self.article.text)

    @property
    def page(self) -> int | None:
        """The page on which the quote begins, from 1; None where the article has none."""
        return self.article.page(self.span.start)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, what it rests on, and whether that holds."""

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    rule: str = ""  # what failed, in words, where the verdict is "doubtful" or "uncited"
    unresolved: tuple[str, ...] = ()  # numbers the model named that are no sentence's
    new_line: bool = False  # it starts a line of its own in the answer


@dataclass(frozen=True, slots=True)
class Marker:
    """Numbers of sentences, and where in the text without markers they stood."""

    position: int
    numbers: tuple[str, ...]


def number_citations(statements: Iterable[Statement]) -> dict[Citation, int]:
    """Number the citations of an answer from 1, in the order of first use."""
    cited = dict.fromkeys(citation for statement in statements for citation in statement.citations)
    return {citation: number for number, citation in enumerate(cited, start=1)}


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
    """Cut a marker that is still being written off the end of `text`.

    >>> without_begun_marker("Both agreed [1."), without_begun_marker("Both agreed [1.2]")
    ('Both agreed', 'Both agreed [1.2]')
    """
    return _BEGUN.sub("", text)


def resolve(number: str, passages: Sequence[Passage]) -> Citation | None:
    """Return the citation of the sentence with that number, or None where there is none."""
    for passage in passages:
        for place, sentence in enumerate(passage.sentences, start=1):
            if number == f"{passage.number}.{place}":
                return Citation(passage.article, sentence)
    return None


def read_numbers(written: str) -> Iterator[str]:
    """Yield the numbers of sentences in what a model has put between brackets.

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
