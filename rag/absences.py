"""Absences: what a question names and no article does.

A sentence may be near to a question in meaning and tell of another river, another minister. What
is asked about a name that stands in no article is not on the shelf, however near the sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.shelf import Reading
from index.words import STOP_WORDS, terms
from rag.facts import DATE_WORD
from rag.matching import forms, names_meet, peoples

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SHORTEST, _LONGEST = 3, 30  # letters; a sentence without spaces is no word
# Words that no language has that writes nouns with capitals.
_ENGLISH = frozenset("the of to and what did does how who where when why which has have say said are is".split())
# Terms that are one letter apart are the same name, spelled in two ways, if they have this many letters.
_SPELLED_LETTERS = 5
_PREFIX = 2


@dataclass(frozen=True, slots=True)
class Absent:
    """A word of a question that stands in no article, as it was asked."""

    word: str
    is_name: bool


def find_absent(question: str, reading: Reading) -> tuple[Absent, ...]:
    """Return the words of a question that stand in no article of the shelf, in any of their forms.

    A name is what is written with a capital that does not begin the question; days, months and initials are none,
    nor is one that the shelf spells with another letter, nor the people of a place that it has. An outlet's name
    counts as on the shelf. Of a question in capitals, or in German, nothing is known to be a name.
    """
    return tuple(_absent(question, reading))


def _absent(question: str, reading: Reading) -> Iterator[Absent]:
    words = list(_WORD.finditer(question))
    written = {found.group() for found in words}
    # With capitals at every word, or at every noun as in German, they tell no names.
    telling = bool({word for word in written if word.islower()} - STOP_WORDS) or len(written & STOP_WORDS) > 1
    telling = telling and not _ENGLISH.isdisjoint(word.lower() for word in written)
    outlets: frozenset[str] | None = None
    for place, found in enumerate(words):
        word = found.group()
        own = terms(word)
        if len(own) != 1 or own[0] in STOP_WORDS or word.lower() in STOP_WORDS:
            continue
        if not _SHORTEST <= len(word) <= _LONGEST or DATE_WORD.match(question, found.start()):
            continue
        if any(reading.chunks_holding(form) for form in forms(own[0])):
            continue
        if outlets is None:
            if not reading.counts().chunks:
                return  # of an empty shelf every word is missing
            outlets = _outlet_terms(reading)
        if own[0] in outlets:
            continue
        named = bool(place) and telling and word[0].isupper() and not word.isupper()
        yield Absent(word, named and not _known_otherwise(own[0], reading))


def _outlet_terms(reading: Reading) -> frozenset[str]:
    return frozenset(term for name, _ in reading.outlets() for term in terms(name))


def _known_otherwise(term: str, reading: Reading) -> bool:
    """Tell whether the shelf has the name in another spelling, or the people of that place."""
    beginning_alike = frozenset(reading.terms_from(term[:_PREFIX]))
    held = beginning_alike | {other for other in peoples(term) if reading.chunks_holding(other)}
    return names_meet(term, held) or any(_is_spelled_alike(term, other) for other in beginning_alike)


def _is_spelled_alike(one: str, other: str) -> bool:
    """Tell whether two terms differ by one letter, or by two neighbours that changed places.

    >>> _is_spelled_alike("zelenski", "zelenskii"), _is_spelled_alike("carnye", "carney")
    (True, True)
    >>> _is_spelled_alike("niger", "nigeria"), _is_spelled_alike("iran", "iraq")
    (False, False)
    """
    if min(len(one), len(other)) < _SPELLED_LETTERS or abs(len(one) - len(other)) > 1:
        return False
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) <= 1 or (len(one) == len(other) == 2 and one == other[::-1])
