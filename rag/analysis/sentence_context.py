"""Tellings: what a sentence of an article tells, with what stands around it, and whether two tell of one thing."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import product

from index.text.spans import Span
from index.text.terms import STOP_WORDS, content_terms, terms
from rag.analysis.question_type import NOTHING_ASKED, Questioned
from rag.evidence.citations import Citation
from rag.evidence.event_dates import read_when
from rag.language.date_phrases import NamedTime, read_times
from rag.language.date_words import DATE_WORD, is_of_a_date
from rag.language.lexicon import SAYING
from rag.language.matching import meets, names_meet, term_set
from rag.language.names import names_in
from rag.language.numbers import Number, read_numbers

# The numbers below were chosen on the tune half of PoisonedRAG's questions (`bench/disagreements.py`).
# Two sentences are on one thing when so many of their content words meet, and this share of the shorter one's.
LEAST_SHARED = 3
SHARED = 0.5
# For what only a "not" or a name tells apart.
SHARED_CLOSELY = 0.7
_OF_LONGER = 0.5  # of that share, of the longer one's
_LEAST_EQUAL = 2
_EQUAL = 0.5  # of the share that is to meet

_NO_NAMES = frozenset(("I", "TV", "It's", "U.S", "US", "UK", "AI"))
_SAYS_AFTER = re.compile(rf",?\s(?:{'|'.join(SAYING)})\b")
_SAYS_BEFORE = re.compile(rf"\b(?:{'|'.join(SAYING)}|according to)\s$", re.IGNORECASE)
_FUTURE_DAY = date(2100, 1, 1)
_DAY_FOLLOWS = re.compile(r",?\s(?:\d{1,2}\b|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\.?\s\d)")
_SOME_AFTER = re.compile(
    r"\s(?:more|others?|further|additional|extra|of\s(?:the|them|those|these|whom|its|his|her|their))\b|[/:]\d"
)
_SOME_BEFORE = re.compile(r"(?:\b(?:another|other|further|additional)\s|\d[/:])$")
_YEAR_NAMED = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Word:
    """What a sentence has where another has something else."""

    shown: str
    place: Span  # in the sentence
    value: Number | NamedTime | str


@dataclass(frozen=True, eq=False)
class Told:
    """A sentence of an article, and what stands around it."""

    citation: Citation
    near: str  # itself and two sentences on each side
    before: str = ""  # the sentence before it
    after: str = ""  # the one after it
    asked: Questioned = NOTHING_ASKED

    @cached_property
    def quote(self) -> str:
        """The sentence's own characters."""
        return self.citation.quote

    @cached_property
    def answers(self) -> bool:
        """Tell whether it is about what the question asks for."""
        return self.asked.is_about(self.quote, before=self.before, after=self.after, heading=self.heading)

    @cached_property
    def own(self) -> tuple[str, ...]:
        """Its content terms, figures left out."""
        return own_terms(self.quote)

    @cached_property
    def own_set(self) -> frozenset[str]:
        """The same as a set."""
        return frozenset(self.own)

    @cached_property
    def heading(self) -> frozenset[str]:
        """The terms of its article's heading."""
        return term_set(self.citation.article.heading)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in it, without days, months and "I"."""
        found = (part for name in names_in(self.quote) for part in re.split(r"\sand\s(?:the\s)?", name))
        return tuple(name for name in found if not (DATE_WORD.match(name) or name in _NO_NAMES or "I'" in name))

    @cached_property
    def figures(self) -> tuple[Word, ...]:
        """Its numbers that are of no date."""
        found = (n for n in read_numbers(self.quote) if not (is_of_a_date(n) or _is_of_some(n)))
        placed = ((number, _place(number, self.quote)) for number in found if not number.is_ordinal)
        return tuple(Word(n.shown, place, n) for n, place in placed if place)

    @cached_property
    def times(self) -> tuple[Word, ...]:
        """The days in it, by its article's date; without one, those that name their year."""
        return _times(self.quote, self.citation.article.published)

    @cached_property
    def near_times(self) -> tuple[Word, ...]:
        """The days in it and around it; their places are in `near`."""
        return _times(self.near, self.citation.article.published)


def _is_of_some(number: Number) -> bool:
    """Tell whether a number counts what comes on top, a part, or nothing: "two more", "two of them", "24/7"."""
    return bool(_SOME_AFTER.match(number.after) or _SOME_BEFORE.search(number.before))


def own_terms(text: str) -> tuple[str, ...]:
    """Return the content terms of a text, figures left out.

    >>> own_terms("On Monday 12 people died.")
    ('monday', 'peopl', 'die')
    """
    return tuple(term for term in content_terms(text) if not term[0].isdigit())


def _times(text: str, published: date | None) -> tuple[Word, ...]:
    if published:
        found, at = list[Word](), 0
        for when in read_when(text, published):
            start = text.find(when.phrase, at)
            if start < 0:
                continue
            at = start + len(when.phrase)
            if not when.of_saying:
                time = NamedTime(start, at, when.first, when.last, comes_round=False)
                found.append(Word(when.phrase, Span(start, at), time))
        # "Tuesday, 3 March" is one day.
        return tuple(one for one in found if not _DAY_FOLLOWS.match(text[one.place.end :]))
    named = read_times(text, as_of=_FUTURE_DAY)
    return tuple(
        Word(text[time.start : time.end], Span(time.start, time.end), time)
        for time in named
        if _YEAR_NAMED.search(text[time.start : time.end])
    )


def _place(number: Number, quote: str) -> Span | None:
    """Find where a number stands; what was folded away in reading it is not found.

    >>> quote = "İİ said 3 of 13 people died."
    >>> [_place(number, quote).cut(quote) for number in read_numbers(quote)]
    ['3', '13']
    """
    # Never in a lower-cased copy: some letters become two.
    whole = rf"(?<!\d){re.escape(number.shown)}(?!\d)"
    places = [Span(*found.span()) for found in re.finditer(whole, quote, re.IGNORECASE)]
    exact = (place for place in places if _folded(quote[: place.start]).endswith(number.before))
    return next(exact, places[0] if places else None)


def _folded(text: str) -> str:
    """Return a text as numbers are read in it."""
    return unicodedata.normalize("NFKC", text).lower()


def may_be_one(one: Told, other: Told) -> bool:
    """Tell at once whether it is worth a closer look if two sentences speak of one thing."""
    return len(one.own_set & other.own_set) >= _LEAST_EQUAL


def same_thing(one: Told, other: Told, *, share: float = SHARED, least: int = LEAST_SHARED) -> bool:
    """Tell whether two sentences have most of their words in common, and none names somebody else."""
    equal = len(one.own_set & other.own_set)
    # Words of the same form first: the others take time.
    if equal < max(_LEAST_EQUAL, share * _EQUAL * min(len(one.own), len(other.own))):
        return False
    return is_alike(one.own, other.own, share=share, least=least) and not name_others(one, other)


@lru_cache(maxsize=4096)
def is_alike(one: tuple[str, ...], other: tuple[str, ...], *, share: float, least: int) -> bool:
    """Tell whether of two sets of terms so many meet."""
    short, long = sorted((one, other), key=len)
    known = frozenset(long)
    shared = sum(meets(term, known) for term in short)
    return shared >= least and shared >= share * len(short) and shared >= share * _OF_LONGER * len(long)


def name_others(one: Told, other: Told) -> bool:
    """Tell whether each sentence names somebody or somewhere that the other's surroundings do not: Ontario, Quebec."""
    return _names_strange(one, other) and _names_strange(other, one)


def _names_strange(one: Told, other: Told) -> bool:
    known = term_set(f"{other.near} {other.citation.article.heading} {other.citation.article.place or ''}")
    for name in one.names:
        parts = [term for term in terms(name) if term not in STOP_WORDS]
        before, _, after = one.quote.partition(name)
        speaks = _SAYS_AFTER.match(after) or _SAYS_BEFORE.search(before)
        if not speaks and not any(names_meet(term, known) for term in parts):
            return True
    return False


def times_meet(one: Word, other: Word) -> bool:
    """Tell whether two times have a day in common; without its year, a day is the same in every year."""
    a, b = one.value, other.value
    if not isinstance(a, NamedTime) or not isinstance(b, NamedTime):
        return False
    if a.first <= b.last and b.first <= a.last:
        return True
    is_open = not (_YEAR_NAMED.search(one.shown) and _YEAR_NAMED.search(other.shown))
    return is_open and (a.first.month, a.first.day) == (b.first.month, b.first.day)


def days_differ(one: Told, other: Told, *, by: int = 0) -> bool:
    """Tell whether both name days and each of one is more than so many days from each of the other."""
    return bool(one.times and other.times) and days_apart(one, other) > by


def days_apart(one: Told, other: Told) -> int:
    """Count the days between the times that two sentences name, where they are nearest; 0: they overlap."""
    if any(times_meet(a, b) for a, b in product(one.times, other.times)):
        return 0
    pairs = product((word.value for word in one.times), (word.value for word in other.times))
    gaps = (
        max((b.first - a.last).days, (a.first - b.last).days, 0)
        for a, b in pairs
        if isinstance(a, NamedTime) and isinstance(b, NamedTime)
    )
    return min(gaps, default=0)
