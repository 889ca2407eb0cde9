"""Differences: a text against an article, word by word.

Both are cut into words and marks. What type does to them counts for nothing: which quotation marks and dashes are set,
how lines are wrapped and words divided, whether an accent or "ﬁ" is one character or two, Markdown's stars.
All else counts, capital letters and commas too.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from rapidfuzz.distance import Indel

from index.text.plain_text import plain, plain_text
from index.text.spans import Span
from index.text.terms import STOP_WORDS, terms
from rag.language.date_words import DATE_WORD
from rag.language.matching import names_meet, term_set
from rag.language.names import CAPITALISED, names_in
from rag.language.numbers import Number, read_numbers

_TOKEN = re.compile(
    # What Markdown adds to words, Dateline's own numbers among it.
    r"(?P<markup>\]\([^)\s]*\)|\[(?=[^\]\n]*\]\()|\\?\[\^?\d+(?:\\?[.,]\s?\d+)*\\?\]|[*_`#>|\\]+)"
    r"|(?P<number>\d+(?:[.,]\d+)+)"
    r"|(?P<sign>[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])"
    r"|(?P<word>[^\W_](?:[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[\u0300-\u036f]|['’ʼ](?=[^\W_]))*)"
    r"|(?P<ellipsis>…|\.{2,})"
    r"|(?P<dash>[-‐-―−]+)"
    r"|(?P<quote>[\"“”„«»‹›＂‘’'「」『』]+)"
    r"|(?P<other>\S)"
)
# Marks that do not count at the start or end of a text: a comma at the end of a quotation is its writer's.
_EDGES = frozenset('.,;:"-…')
_NAMES = re.compile(rf"{CAPITALISED}(?:\s{CAPITALISED})*")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_BETWEEN = "\x1f"
Kind = Literal["figure", "day", "name"]


@dataclass(frozen=True)
class Tokens:
    """The words and marks of a part of a text, and their offsets in it."""

    text: str
    keys: tuple[str, ...]  # as they are compared
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words alone, in lower case."""
        return tuple(key.casefold() for key in self.keys if key[0].isalnum())

    @cached_property
    def line(self) -> str:
        """All keys in a row, to be searched."""
        return _BETWEEN + "".join(key + _BETWEEN for key in self.keys)

    def span(self, first: int, last: int) -> Span:
        """Return the span of the tokens from `first` up to `last`, without it."""
        return Span(self.starts[first], self.ends[last - 1])

    def part(self, first: int, last: int) -> "Tokens":
        """Return the tokens from `first` up to `last`."""
        return Tokens(self.text, self.keys[first:last], self.starts[first:last], self.ends[first:last])

    def within(self, span: Span) -> "Tokens":
        """Return the tokens inside a span of the text."""
        return self.part(bisect_left(self.starts, span.start), bisect_left(self.starts, span.end))

    def trimmed(self) -> "Tokens":
        """Leave out the marks at both ends that do not count there."""
        first, last = 0, len(self.keys)
        while first < last and self.keys[first] in _EDGES:
            first += 1
        while last > first and self.keys[last - 1] in _EDGES:
            last -= 1
        return self.part(first, last)

    def without_quotes(self) -> "Tokens":
        """Leave out the quotation marks."""
        kept = [place for place, key in enumerate(self.keys) if key != '"']
        keys, starts, ends = self.keys, self.starts, self.ends
        return Tokens(
            self.text,
            tuple(keys[place] for place in kept),
            tuple(starts[place] for place in kept),
            tuple(ends[place] for place in kept),
        )

    def find(self, other: "Tokens", start: int = 0) -> int:
        """Return the place of the other tokens among these, from `start` on, or -1."""
        begin = -1
        if start:
            begin = sum(map(len, self.keys[:start])) + start
        place = self.line.find(other.line, max(0, begin))
        return self.line.count(_BETWEEN, 0, place) if place >= 0 else -1


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words in which a text is like an article (`same`), or not."""

    said: str  # in the text; "" if it leaves out what is written
    written: str  # in the article; "" if the text has added something
    same: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure, a day or a name that the text has and the article has not, or has otherwise."""

    kind: Kind
    said: str
    written: str  # what the article has in its place; "" if there is nothing of the kind


def tokens(text: str, span: Span | None = None) -> Tokens:
    """Cut a text, or the span of it, into words and marks.

    >>> tokens("“It’s 1,240—*done*”").keys
    ('"', "It's", '1,240', '-', 'done', '"')
    """
    span = span or Span(0, len(text))
    typed = plain_text(span.cut(text))
    found = [one for one in _TOKEN.finditer(typed.text) if one.lastgroup != "markup"]
    printed = [typed.printed(Span(*one.span())).shifted(span.start) for one in found]
    return Tokens(
        text,
        tuple(_key(one.group(), one.lastgroup) for one in found),
        tuple(one.start for one in printed),
        tuple(one.end for one in printed),
    )


def _key(token: str, kind: str | None) -> str:
    match kind:
        case "ellipsis":
            return "…"
        case "dash":
            return "-"
        case "quote":
            return '"'
        case "word" if not token.isascii():
            return unicodedata.normalize("NFC", token.replace("’", "'").replace("ʼ", "'"))
    return token


def likeness(said: Sequence[str], written: Sequence[str]) -> float:
    """Return the share of words, of both together, that are in both in the same order, from 0 to 1.

    >>> likeness("four officers went".split(), "five officers went".split())  # 4 of 6
    0.6666666666666667
    """
    return float(Indel.normalized_similarity(said, written))


def pieces(said: Tokens, written: Tokens) -> tuple[Piece, ...]:
    """Return the two word by word: joined, what is said gives the text again, and what is written the article's.

    Quotation marks are passed over, unless nothing else differs.

    >>> [(p.said, p.written) for p in pieces(tokens("Four officers went."), tokens("Five officers went."))]
    [('Four ', 'Five '), ('officers went.', 'officers went.')]
    """
    bare, other = said.without_quotes(), written.without_quotes()
    if bare.keys and bare.keys != other.keys:
        said, written = bare, other
    made: list[tuple[bool, int, int, int, int]] = []
    for step in Indel.opcodes(said.keys, written.keys):
        same, here = step.tag == "equal", (step.src_start, step.src_end, step.dest_start, step.dest_end)
        if made and made[-1][0] == same:
            _, first, _, start, _ = made.pop()
            here = (first, here[1], start, here[3])
        made.append((same, *here))
    return tuple(
        Piece(_cut(said, first, last), _cut(written, start, end), same) for same, first, last, start, end in made
    )


def _cut(of: Tokens, first: int, last: int) -> str:
    if first == last:
        return ""
    return of.text[of.starts[first] : of.starts[last] if last < len(of.keys) else of.ends[last - 1]]


def differences(said: str, written: str, compared: Sequence[Piece], *, around: str = "") -> tuple[Difference, ...]:
    """Name the figures, days and names in which a sentence is not what the article's sentence says.

    `compared` is the two word by word. A name that is in `around`, the rest of the article, is no difference, unless
    the sentence has another one in its place.
    """
    said, written, around = map(plain, (said, written, around))
    found = dict.fromkeys(
        (*_figures(said, written, compared), *_days(said, written), *_names(said, written, compared, around))
    )
    return tuple(found)


def difference_words(difference: Difference) -> str:
    """Say what differs.

    >>> difference_words(Difference("figure", "8 per cent", "7 per cent"))
    'The article says “7 per cent”, the draft “8 per cent”.'
    """
    if difference.written:
        return f"The article says “{difference.written}”, the draft “{difference.said}”."
    return f"The article’s sentence does not say “{difference.said}”."


def _figures(said: str, written: str, compared: Sequence[Piece]) -> Iterator[Difference]:
    here, there = read_numbers(said), read_numbers(written)
    named: set[str] = set()
    for piece in compared:
        digits = zip(_DIGITS.findall(piece.said), _DIGITS.findall(piece.written), strict=False)
        for one, other in () if piece.same else digits:
            # Even if 880,000 would count as "about 880,009".
            if one != other:
                shown = [next((n.shown for n in of if d in n.shown), d) for of, d in ((here, one), (there, other))]
                named.update(shown)
                yield Difference("figure", *shown)
    strange = [number for number in here if not any(number.is_held_by(other) for other in there)]
    left = [number for number in there if not any(other.is_held_by(number) for other in here)]
    left = [number for number in left if number.shown not in named]
    for number in strange:
        if number.shown in named:
            continue
        like = next((other for other in left if _counts_alike(number, other)), None)
        if like is None and number.shown in ("one", "first"):
            continue  # they seldom count anything
        if like:
            left.remove(like)
        yield Difference("figure", number.shown, like.shown if like else "")


def _counts_alike(number: Number, other: Number) -> bool:
    return number.unit == other.unit and number.is_ordinal == other.is_ordinal


def _days(said: str, written: str) -> Iterator[Difference]:
    here = [found.group() for found in DATE_WORD.finditer(said)]
    there = [found.group() for found in DATE_WORD.finditer(written)]
    left = [day for day in there if all(day[:3] != other[:3] for other in here)]
    for day in here:
        if all(day[:3] != other[:3] for other in there):
            like = next((other for other in left if other.endswith("day") == day.endswith("day")), "")
            left = [other for other in left if other != like]
            yield Difference("day", day, like)


def _names(said: str, written: str, compared: Sequence[Piece], around: str) -> Iterator[Difference]:
    swapped = [(piece, _capitalised(piece.said), _capitalised(piece.written)) for piece in compared if not piece.same]
    paired: set[str] = set()
    for _, here, there in swapped:
        for one, other in zip(here, there, strict=False):
            if not term_set(one) & term_set(other) and not _is_held(one, written):
                paired.update(one.split())
                yield Difference("name", _whole(one, said), _whole(other, written))
    for name in names_in(said):
        if paired.isdisjoint(name.split()) and not _is_held(name, f"{written}\n{around}"):
            yield Difference("name", name, "")


def _capitalised(text: str) -> list[str]:
    return [run for run in _NAMES.findall(text) if run.lower() not in STOP_WORDS and not DATE_WORD.match(run)]


def _is_held(name: str, text: str) -> bool:
    known = term_set(text)
    return bool(DATE_WORD.match(name)) or all(len(term) == 1 or names_meet(term, known) for term in terms(name))


def _whole(name: str, text: str) -> str:
    """Return the whole name of which a word was swapped: of "Singh", "Ajit Singh"."""
    return next((run for run in _NAMES.findall(text) if set(name.split()) <= set(run.split())), name)
