"""Absences: what a question names and no article does.

A sentence may be near to a question in meaning and tell of another river, another minister. What
is asked about a name that stands in no article is not on the shelf, however near the sentence.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.shelf.queries import Reading
from index.text.terms import STOP_WORDS, terms
from rag.language.date_words import DATE_WORD
from rag.language.matching import forms, names_meet, peoples

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SHORTEST, _LONGEST = 3, 30  # letters; a sentence without spaces is no word
# Words that no language has that writes nouns with capitals.
_ENGLISH = frozenset("the of to and what did does how who where when why which has have say said are is".split())
# Terms that are one letter apart are the same name, spelled in two ways, if they have this many letters.
_SPELLED_LETTERS = 5
_PREFIX = 2


@dataclass(frozen=True, slots=True)
class Absences:
    """What a question has that no article does."""

    words: tuple[str, ...]  # as they were asked
    all_named: bool  # it names something, and nothing that it names stands in an article


def find_absences(question: str, reading: Reading) -> Absences:
    """Find the words of a question that stand in no article of the shelf, in any of their forms.

    A name is what is written with a capital and does not begin the question; days, months and initials are none,
    nor is one that the shelf spells with another letter, nor the people of a place that it has. An outlet's name
    counts as on the shelf. "River Tarn" is one name, and absent if a part of it is. Of a question in capitals, or in
    German, nothing is known to be a name.
    """
    words = list(_WORD.finditer(question))
    written = {found.group() for found in words}
    # With capitals at every word, or at every noun as in German, they tell no names.
    telling = bool({word for word in written if word.islower()} - STOP_WORDS) or len(written & STOP_WORDS) > 1
    telling = telling and not _ENGLISH.isdisjoint(word.lower() for word in written)
    absent = dict(_absent(question, words, reading))
    names: list[list[int]] = []
    for place, found in enumerate(words):
        word = found.group()
        if not place or not telling or not word[0].isupper() or not _says_something(question, found):
            continue
        if names and names[-1][-1] == place - 1 and question[words[place - 1].end() : found.start()] in (" ", "-"):
            names[-1].append(place)
        else:
            names.append([place])
    lacking = [name for name in names if any(_is_missing(place, words, absent, reading) for place in name)]
    return Absences(tuple(words[place].group() for place in absent), bool(names) and len(lacking) == len(names))


def _absent(question: str, words: Sequence[re.Match[str]], reading: Reading) -> Iterator[tuple[int, str]]:
    """Yield the places of the words that stand in no article, with their terms."""
    outlets: frozenset[str] | None = None
    for place, found in enumerate(words):
        if not _says_something(question, found):
            continue
        (term,) = terms(found.group())
        if any(reading.chunks_holding(form) for form in forms(term)):
            continue
        if outlets is None:
            if not reading.counts().chunks:
                return  # of an empty shelf every word is missing
            outlets = _outlet_terms(reading)
        if term not in outlets:
            yield place, term


def _says_something(question: str, found: re.Match[str]) -> bool:
    """Tell whether a word is one that an article on what is asked would have: no day, no "what"."""
    word = found.group()
    own = terms(word)
    if len(own) != 1 or own[0] in STOP_WORDS or word.lower() in STOP_WORDS:
        return False
    return _SHORTEST <= len(word) <= _LONGEST and not DATE_WORD.match(question, found.start())


def _is_missing(place: int, words: Sequence[re.Match[str]], absent: Mapping[int, str], reading: Reading) -> bool:
    """Tell whether a part of a name is nowhere on the shelf; what initials stand for may be."""
    return place in absent and not words[place].group().isupper() and not _known_otherwise(absent[place], reading)


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
