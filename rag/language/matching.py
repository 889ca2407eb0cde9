"""Matching: when a word of one text meets a word of another.

Words are compared as terms (`index.text.terms`). Two terms meet if they are equal, if one is a form of the other, or
if a word list says that one may replace the other.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from index.text.terms import STOP_WORDS, content_terms, terms
from rag.language.lexicon import lines

WORD = re.compile(r"\w(?:[\w'’&.-]*\w)?")

# Two terms are forms of one word if they begin alike for this share of the longer one, and for this many letters.
_ALIKE = 0.7
_ALIKE_LETTERS = 4
# Or if one is at least this share of the other: "phone" of "smartphone", but no word of a sentence without spaces.
_PART = 0.4
_NEGATING = ("un", "non")
# "Active" is not in "inactive", but "inform" does not negate "form".
_REVERSING = (*_NEGATING, "in", "dis", "im", "ir", "il", "mis", "anti")
_SIZING = ("mini", "mega", "micro", "super")
_CLAUSE_END = re.compile(
    r"[,;:—–()\n]|\s-\s|\b(?:but|while|although|though|whereas|because|which|who|and|despite|after|before|if|when)\b",
    re.IGNORECASE,
)
# Shorter ones end so by chance, such as "Oman" and "omen".
_MEN_LETTERS = 6
_PEOPLE_ENDINGS = frozenset("i n an ian ean es ese ish ic ni is".split())

_Sides = tuple[frozenset[str], frozenset[str]]


@lru_cache(maxsize=4096)
def term_set(text: str) -> frozenset[str]:
    """Return the terms of a text, stop words included."""
    return frozenset(terms(text))


def all_terms(texts: Iterable[str]) -> frozenset[str]:
    """Return the terms of several texts."""
    return frozenset().union(*map(term_set, texts))


def content_sequence(text: str) -> list[str]:
    """Return the content terms of a text with their repeats, in order."""
    return [term for term in terms(text) if term not in STOP_WORDS]


def clauses(text: str) -> list[str]:
    """Cut a text into clauses.

    >>> clauses("The mine, which was unsafe, has closed.")
    ['The mine', ' was unsafe', ' has closed.']
    """
    return [clause for clause in _CLAUSE_END.split(text) if clause.strip()]


def nearest(text: str, others: Sequence[str]) -> str:
    """Return the one of `others` that shares most content words with the text, or all of them if none shares any."""
    wanted = content_terms(text)
    shared = [sum((term in term_set(other)) + meets(term, term_set(other)) for term in wanted) for other in others]
    return others[shared.index(max(shared))] if any(shared) else " ".join(others)


def meets(term: str, others: frozenset[str]) -> bool:
    """Return True if one of `others` is the same word, a form of it, or a synonym.

    >>> meets("phone", term_set("a smartphone")), meets("accord", term_set("two treaties"))
    (True, True)
    >>> meets("crew", term_set("uncrewed"))
    False
    """
    return term in others or bool(synonyms(term) & others) or any(_is_kindred(term, other) for other in others)


def names_meet(term: str, others: frozenset[str]) -> bool:
    """Return True if one of `others` is the same name, or the people of that place."""
    return term in others or bool(peoples(term) & others) or any(_are_people(term, other) for other in others)


def peoples(term: str) -> frozenset[str]:
    """Return the terms of a place and its people if they do not begin alike: "netherlands" and "dutch"."""
    return _by_term("peoples").get(term, frozenset())


def forms(term: str) -> frozenset[str]:
    """Return the terms of a verb's forms: "buy" and "bought"."""
    return _by_term("irregular_verbs").get(term, frozenset({term}))


def word_forms(term: str) -> frozenset[str]:
    """Return the terms of one word that the stemmer keeps apart: irregular forms, and British or American spelling.

    >>> sorted(word_forms("steal")), sorted(word_forms("women")), sorted(word_forms("color"))
    (['steal', 'stole', 'stolen'], ['woman', 'women'], ['color', 'colour'])
    """
    listed = _word_forms().get(term)
    if listed is None and len(term) >= _MEN_LETTERS and term.endswith(("man", "men")):
        return frozenset({f"{term[:-2]}an", f"{term[:-2]}en"})
    return listed or frozenset({term})


def with_forms(some: Iterable[str]) -> frozenset[str]:
    """Return these terms with all forms of each: a sentence has a question's word if this has its term."""
    return frozenset().union(*map(word_forms, some))


def is_irregular(term: str) -> bool:
    """Return True if the term is a form of an irregular verb."""
    return term in _by_term("irregular_verbs")


def is_listed(term: str) -> bool:
    """Return True if a word list has the term: then it is an ordinary word."""
    return term in _synonyms() or term in _opposites()


def synonyms(term: str) -> frozenset[str]:
    """Return the terms that may replace this one."""
    return frozenset().union(*(_synonyms().get(form, frozenset()) for form in forms(term)))


def sides(term: str) -> Sequence[_Sides]:
    """Return, for each pair of opposites the term is in, its own side and the other."""
    return _opposites().get(term, ())


def negated(term: str) -> Iterator[str]:
    """Yield the term with a prefix for "not" added or removed.

    >>> "known" in negated("unknown"), "unknown" in negated("known")
    (True, True)
    """
    for prefix in _NEGATING:
        if len(term) >= _ALIKE_LETTERS:
            yield prefix + term
        if term.startswith(prefix) and len(term) - len(prefix) >= _ALIKE_LETTERS:
            yield term.removeprefix(prefix)


def as_written(term: str, text: str) -> str:
    """Return the first word of the text that has this term.

    >>> as_written("offic", "Two officers.")
    'officers'
    """
    return next((word for word in WORD.findall(text) if term in terms(word)), term)


@lru_cache(maxsize=100_000)
def _is_kindred(term: str, other: str) -> bool:
    short, long = sorted((term, other), key=len)
    if len(short) < _ALIKE_LETTERS:
        return False
    if short in long and len(short) >= _PART * len(long):
        # "clifftop" says "cliff"; "uncrewed" does not say "crewed".
        return long.removesuffix(short) not in (*_REVERSING, *_SIZING)
    alike = next((place for place, (one, two) in enumerate(zip(short, long, strict=False)) if one != two), len(short))
    return alike >= max(_ALIKE_LETTERS, _ALIKE * len(long)) or _are_people(term, other)


def _are_people(term: str, other: str) -> bool:
    """Return True if one is a place and the other its people: "canada" and "canadian"."""
    short, long = sorted((term, other), key=len)
    stem = short.rstrip("aeiouy")
    return (
        len(short) >= _ALIKE_LETTERS
        and len(stem) >= _ALIKE_LETTERS - 1
        and (long.removeprefix(stem) in _PEOPLE_ENDINGS or long.removeprefix(short) in _PEOPLE_ENDINGS)
    )


@cache
def _synonyms() -> Mapping[str, frozenset[str]]:
    spellings = {word: line for line in lines("spellings") for word in line.split()}
    same = (" ".join(spellings.get(word, word) for word in line.split()) for line in lines("synonyms"))
    return _grouped((*lines("irregular_verbs"), *lines("spellings"), *same, *lines("peoples")))


@cache
def _word_forms() -> Mapping[str, frozenset[str]]:
    return _grouped((*lines("irregular_verbs"), *lines("irregular_plurals"), *lines("spellings")))


@cache
def _by_term(name: str) -> Mapping[str, frozenset[str]]:
    return _grouped(lines(name))


def _grouped(groups: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Return, for each term, the terms of all groups that it is in."""
    table: dict[str, set[str]] = {}
    for group in map(terms, groups):
        for term in group:
            table.setdefault(term, set()).update(group)
    return {term: frozenset(alike) for term, alike in table.items()}


@cache
def _opposites() -> Mapping[str, Sequence[_Sides]]:
    table: dict[str, list[_Sides]] = {}
    for line in lines("opposites"):
        left, right = (frozenset[str]().union(*map(forms, terms(side))) for side in line.split("|"))
        for near, far in ((left, right), (right, left)):
            for term in near:
                table.setdefault(term, []).append((near, far))
    return table
