"""Typing slips: the word of the articles that a question's word was meant to be.

For words that no article has: another transliteration ("Juergen" for "Jürgen"), the nearest word of the shelf, or a
space too few or too many.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from string import ascii_lowercase

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.shelf.queries import Reading
from index.text.divided_words import is_ordinary, ordinary_words
from index.text.terms import folded, terms
from rag.language.matching import word_forms

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SHORTEST = 4  # letters; a shorter word is near too many others
_LONG = 8  # letters; in so many, two slips are allowed
_FIRST_MAY_DIFFER = 6  # letters; in fewer, the first one is right
# The shelf's terms are read by their first letters; a slip in these is tried letter by letter.
_START = 3
_LONGEST_ENDING = 5  # letters that the stemmer may have cut from a term
_CANDIDATES = 12  # terms whose written forms are looked up
_CHUNKS_READ = 3
_LEAST_PART = 2  # letters of a word that was run together with another
_TRANSLITERATED = {"ae": "a", "oe": "o", "ue": "u", "aa": "a", "dj": "d"}
_SPELT_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "dj"}
_DIGRAPH = re.compile("|".join(_TRANSLITERATED))
_MOST_DIGRAPHS = 3


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that no article has, and the one it was probably meant to be."""

    typed: str
    meant: str  # as articles write it
    sure: bool  # False if the typed word is a common word itself, or a name that is near to no name


def correct(word: str, reading: Reading) -> Correction | None:
    """Return what a word that no article has was meant to be, or None if no word of the articles is near.

    One slip is allowed in 4 to 7 letters, two in more; two letters in the wrong order are one slip. Of words that are
    equally near, the one in most chunks is returned.
    """
    word = without_possessive(word)
    typed = folded(word)
    if len(typed) < _SHORTEST or not typed.isalpha() or not typed.isascii():
        return None
    near = _nearest(typed, reading)
    meant = near[1] if near and near[0] == 1 else _taken_apart(typed, reading) or (near[1] if near else "")
    return Correction(word, meant, _is_sure(word, meant)) if meant else None


def correct_pair(first: str, second: str, reading: Reading) -> Correction | None:
    """Return the one word that articles write for two, of which no article has at least one."""
    (joined,) = terms(first + second)[:1] or ("",)
    written = _as_written(joined, reading) if len(joined) >= _SHORTEST else []
    return Correction(f"{first} {second}", written[0], sure=True) if written else None


def transliterated(word: str, reading: Reading) -> str:
    """Return how articles write a name that is typed in another transliteration, or ""."""
    variants = [term for variant in islice(transliterations(word), 2**_MOST_DIGRAPHS) for term in terms(variant)]
    found = reading.chunk_counts(variants)
    written = _as_written(max(found, key=lambda term: found[term]), reading) if found else []
    return written[0] if written else ""


def transliterations(word: str) -> Iterator[str]:
    """Yield the other ways to write a word's umlauts and related letters, most changed first.

    >>> list(transliterations("Juergen")), list(transliterations("Jürgen"))
    (['jurgen'], ['juergen'])
    """
    typed = unicodedata.normalize("NFC", word).casefold()
    spelt_out = "".join(_SPELT_OUT.get(letter, letter) for letter in typed)
    if spelt_out != typed:
        yield folded(spelt_out)
    found = list(_DIGRAPH.finditer(folded(word)))[:_MOST_DIGRAPHS]
    for number in range(len(found), 0, -1):
        for some in combinations(found, number):
            variant = folded(word)
            for digraph in reversed(some):
                variant = variant[: digraph.start()] + _TRANSLITERATED[digraph.group()] + variant[digraph.end() :]
            yield variant


def _nearest(typed: str, reading: Reading) -> tuple[int, str] | None:
    """Return the nearest word of the articles and how many slips away it is."""
    most = 2 if len(typed) >= _LONG else 1
    stem = terms(typed)[0]
    counts = reading.terms_starting(typed[:_START]) | reading.chunk_counts(sorted(_begun_otherwise(typed)))
    near = sorted((_slips(typed, stem, term), -count, term) for term, count in counts.items() if term.isalpha())
    written = [
        (OSA.distance(typed, folded(word), score_cutoff=most), count, word)
        for _, count, term in islice((one for one in near if one[0] <= most), _CANDIDATES)
        for word in _as_written(term, reading)
    ]
    distance, _, word = min(written, default=(most + 1, 0, ""))
    return (distance, word) if 0 < distance <= most else None


def _slips(typed: str, stem: str, term: str) -> int:
    """Return how far a term, which is a stem, is from a typed word at least."""
    distance = min(OSA.distance(typed, term), OSA.distance(stem, term))
    if len(term) >= _SHORTEST and 0 < len(typed) - len(term) <= _LONGEST_ENDING:
        distance = min(distance, OSA.distance(typed[: len(term)], term))
    return distance


def _begun_otherwise(typed: str) -> set[str]:
    """Return the terms that a word becomes if one slip in its first letters is undone."""
    begin = 0 if len(typed) >= _FIRST_MAY_DIFFER else 1
    words: set[str] = set()
    for place in range(begin, _START):
        before, letter, after = typed[:place], typed[place], typed[place + 1 :]
        words |= {before + after, before + after[:1] + letter + after[1:]}
        words |= {f"{before}{other}{rest}" for other in ascii_lowercase for rest in (after, letter + after)}
    return {term for word in words - {typed} for term in terms(word)}


def _taken_apart(typed: str, reading: Reading) -> str:
    """Return the two consecutive words of an article that were typed as one, or ""."""
    cuts = [(typed[:cut], typed[cut:]) for cut in range(_LEAST_PART, len(typed) - _LEAST_PART + 1)]
    pairs = [(terms(first)[0], terms(second)[0]) for first, second in cuts]
    counts = reading.chunk_counts([term for pair in pairs for term in pair])
    for (first, second), pair in zip(cuts, pairs, strict=True):
        if counts.keys() >= set(pair):
            for text in _texts_with(" ".join(pair), reading):
                if found := re.search(rf"\b{first}\w*[\s-]{second}\b", text, re.IGNORECASE):
                    return found.group()
    return ""


def _as_written(term: str, reading: Reading) -> list[str]:
    """Return the words of a few articles that have this term, most frequent first."""
    found: dict[str, int] = {}
    for text in _texts_with(term, reading):
        for match in WORD.finditer(text):
            word = without_possessive(match.group())
            if folded(word).startswith(term[:1]) and terms(word) == [term]:
                found[word] = found.get(word, 0) + 1
    return sorted(found, key=lambda word: -found[word])


def _texts_with(phrase: str, reading: Reading) -> Iterator[str]:
    chunks = reading.chunks_with(phrase, _CHUNKS_READ)
    articles = reading.articles([chunk.article_id for chunk in chunks])
    return (chunk.embedded_text(articles[chunk.article_id].text) for chunk in chunks)


def without_possessive(word: str) -> str:
    """Return a word without "'s"."""
    return re.sub("['’]s$", "", word, flags=re.IGNORECASE)


def is_common(word: str) -> bool:
    """Return True if a word is common in English, also with an ending or one slip: then it is probably no name.

    >>> is_common("bridges"), is_common("goverment"), is_common("Kalorkan")
    (True, True, False)
    """
    typed = folded(word)
    near = process.extractOne(typed, ordinary_words(), scorer=OSA.distance, score_cutoff=1)
    return is_ordinary(typed) or near is not None


def _is_sure(typed: str, meant: str) -> bool:
    if folded(typed) in ordinary_words():
        return False
    return not typed.istitle() or not meant.islower()


def is_on_shelf(term: str, reading: Reading) -> bool:
    """Return True if an article has the term in any of its forms."""
    return bool(reading.chunk_counts(sorted(word_forms(term))))
