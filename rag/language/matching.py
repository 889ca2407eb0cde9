"""Matching: when a word of a statement meets a word of a quote.

Words meet as the terms of `index.words`. Two terms meet when they are equal, when one is a
form of the other, or when a word list says that they may stand for each other.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from index.text.terms import STOP_WORDS, content_terms, terms
from rag.language.lexicon import IRREGULAR, OPPOSITES, PEOPLES, SAME, SPELLINGS

WORD = re.compile(r"\w(?:[\w'’&.-]*\w)?")


# Two terms are forms of one word when they begin alike for this share of the longer one, and this many letters.
_ALIKE = 0.7
_ALIKE_LETTERS = 4
# Or when one is so large a part of the other: "phone" of "smartphone", but no word of a whole sentence without spaces.
_PART = 0.4
_NEGATING = ("un", "non")
# "Active" is not in "inactive", but "form" is not turned round in "inform".
_TURNING = (*_NEGATING, "in", "dis", "im", "ir", "il", "mis", "anti")
_SIZING = ("mini", "mega", "micro", "super")
_CLAUSE_END = re.compile(
    r"[,;:—–()\n]|\s-\s|\b(?:but|while|although|though|whereas|because|which|who|and|despite|after|before|if|when)\b",
    re.IGNORECASE,
)
_PEOPLE_ENDINGS = frozenset("i n an ian ean es ese ish ic ni is".split())


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
    """Cut a text where one thing said ends and another begins.

    >>> clauses("The mine, which was unsafe, has closed.")
    ['The mine', ' was unsafe', ' has closed.']
    """
    return [clause for clause in _CLAUSE_END.split(text) if clause.strip()]


def nearest(text: str, others: Sequence[str]) -> str:
    """Return the one of `others` that shares most content words with the text, or all of them where none shares any."""
    wanted = content_terms(text)
    shared = [sum((term in term_set(other)) + meets(term, term_set(other)) for term in wanted) for other in others]
    return others[shared.index(max(shared))] if any(shared) else " ".join(others)


def meets(term: str, others: frozenset[str]) -> bool:
    """Tell whether one of `others` is the same word, a form of it, or a synonym.

    >>> meets("phone", term_set("a smartphone")), meets("accord", term_set("two treaties"))
    (True, True)
    >>> meets("crew", term_set("uncrewed"))
    False
    """
    return term in others or bool(synonyms(term) & others) or any(_is_kindred(term, other) for other in others)


def names_meet(term: str, others: frozenset[str]) -> bool:
    """Tell whether one of `others` is the same name, or the people of that place."""
    return term in others or bool(peoples(term) & others) or any(_are_people(term, other) for other in others)


def peoples(term: str) -> frozenset[str]:
    """Return the terms of a place and its people where they do not begin alike: "netherlands" and "dutch"."""
    return _peoples().get(term, frozenset())


def forms(term: str) -> frozenset[str]:
    """Return the terms of a verb's forms: "buy" and "bought"."""
    return _irregular().get(term, frozenset({term}))


def is_irregular(term: str) -> bool:
    """Tell whether the term is a form of an irregular verb."""
    return term in _irregular()


def is_listed(term: str) -> bool:
    """Tell whether a word list has the term: then it is an ordinary word."""
    return term in _same() or term in _sides()


def synonyms(term: str) -> frozenset[str]:
    """Return the terms that may stand for this one."""
    return frozenset().union(*(_same().get(form, frozenset()) for form in forms(term)))


def sides(term: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Return, for each pair of opposites the term is in, its own side and the other."""
    return _sides().get(term, ())


def negated(term: str) -> Iterator[str]:
    """Yield what the term is with a "not" put before it or taken away.

    >>> "known" in negated("unknown"), "unknown" in negated("known")
    (True, True)
    """
    for prefix in _NEGATING:
        if len(term) >= _ALIKE_LETTERS:
            yield prefix + term
        if term.startswith(prefix) and len(term) - len(prefix) >= _ALIKE_LETTERS:
            yield term.removeprefix(prefix)


@lru_cache(maxsize=100_000)
def _is_kindred(term: str, other: str) -> bool:
    short, long = sorted((term, other), key=len)
    if len(short) < _ALIKE_LETTERS:
        return False
    if short in long and len(short) >= _PART * len(long):
        # "clifftop" says "cliff"; "uncrewed" does not say "crewed".
        return long.removesuffix(short) not in (*_TURNING, *_SIZING)
    alike = next((place for place, (one, two) in enumerate(zip(short, long, strict=False)) if one != two), len(short))
    return alike >= max(_ALIKE_LETTERS, _ALIKE * len(long)) or _are_people(term, other)


def _are_people(term: str, other: str) -> bool:
    """Tell whether one is a place and the other its people: "canada" and "canadian"."""
    short, long = sorted((term, other), key=len)
    stem = short.rstrip("aeiouy")
    return (
        len(short) >= _ALIKE_LETTERS
        and len(stem) >= _ALIKE_LETTERS - 1
        and (long.removeprefix(stem) in _PEOPLE_ENDINGS or long.removeprefix(short) in _PEOPLE_ENDINGS)
    )


@cache
def _same() -> Mapping[str, frozenset[str]]:
    spelled = {term: " ".join(group.split()) for group in SPELLINGS.split(",") for term in group.split()}
    same = ",".join(" ".join(spelled.get(word, word) for word in group.split()) for group in SAME.split(","))
    return _by_term(",".join((IRREGULAR, SPELLINGS, same, PEOPLES)))


@cache
def _irregular() -> Mapping[str, frozenset[str]]:
    return _by_term(IRREGULAR)


@cache
def _peoples() -> Mapping[str, frozenset[str]]:
    return _by_term(PEOPLES)


def _by_term(groups: str) -> Mapping[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for group in groups.split(","):
        alike = terms(group)
        for term in alike:
            table.setdefault(term, set()).update(alike)
    return {term: frozenset(alike) for term, alike in table.items()}


@cache
def _sides() -> Mapping[str, tuple[tuple[frozenset[str], frozenset[str]], ...]]:
    table: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
    for pair in OPPOSITES.split(","):
        left, right = (frozenset().union(*map(forms, terms(side))) for side in pair.split("|"))
        for near, far in ((left, right), (right, left)):
            for term in near:
                table.setdefault(term, []).append((near, far))
    return {term: tuple(sides) for term, sides in table.items()}


def as_written(term: str, text: str) -> str:
    """Return the first word of the text that has this term.

    >>> as_written("offic", "Two officers.")
    'officers'
    """
    return next((word for word in WORD.findall(text) if term in terms(word)), term)
