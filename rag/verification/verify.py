"""Checks: do the quotes hold the statement?

A check is a rule whose failure can be shown in a sentence. Each one is a pure function of
the statement and its quotes, and returns what fails, in words for the reader, or "".

The rules read words and not meaning: they raise a doubt, they prove nothing. What they catch
and what they doubt without need is measured by `bench/checks.py`.
"""

# All rules have one signature.
# ruff: noqa: ARG001

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

from index.text.terms import content_terms, terms, without_unseen
from rag.language.matching import WORD, all_terms, as_written, clauses, content_sequence, is_irregular, meets, term_set
from rag.language.names import names_in
from rag.language.numbers import NUMBER_WORDS
from rag.verification.claim_rules import commitment, negation, opposites, speaker
from rag.verification.fact_rules import addresses, dates, names, numbers
from rag.verification.messages import does_not_say, has_unseen, says_otherwise

# The numbers below were chosen on half of the articles of SummEdits (`bench/checks.py`; README, "Checks").
# The share of a statement's content words that its quotes may lack.
MOST_STRANGE = 0.4
# The same for one clause of it that has so many content words: what was added to a true sentence.
_MOST_STRANGE_IN_CLAUSE = 0.75
_CLAUSE_WORDS = 2
# A word is swapped when at most so many stand in the place of another, with so many copied ones around them.
_LONGEST_SWAP = 2
_COPIED_AROUND = 3
# It is copied closely with so many on each side.
_COPIED_CLOSELY = 2

# Words that say where or when: a swap for another kind of word shows nothing.
_LITTLE = term_set(
    """among across along amid between beside despite during inside near outside since toward towards within without via
    yet still already now then however meanwhile both below above behind make made take taken"""
)
_NO_SWAP = _LITTLE | NUMBER_WORDS
# "It" and "this" speak of the sentence before.
_LEANS = re.compile(r"\b(?:it|this|that|these|those)\b", re.IGNORECASE)
# Characters that show what follows them backwards.
_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ACCORDING = re.compile(r"\baccording to\b", re.IGNORECASE)
# Where a phrase begins that may have been added to a true sentence.
_PHRASE = re.compile(
    r"\b(?:over|for|amid|following|due to|because of|with|in|at|by|from|to|on|about|against|as|and|after|during|of)\b"
    r"|[,;:]"
)
_REASON = re.compile(r"\b(?:over|amid|following|due to|because of|against|after|for|because)\b")
_DEED = re.compile(r"\band(?=\s(?:was|were|has|had|is|are|will|[a-z]+ed)\b)")
_LETTERS = re.compile(r"[^\W\d_]+")

_VERB_BEFORE = frozenset("to will would may might could can shall must should not".split())
_VERB_ENDING = re.compile(r"\w{3,}(?:ed|ing|ly)", re.IGNORECASE)


class Rule(Protocol):
    """A way in which quotes can fail to hold a statement."""

    def __call__(self, statement: str, quotes: Sequence[str], *, around: str = "") -> str:
        """Return what fails, in words for the reader, or "" where nothing does."""


def failed_check(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """Return the first rule that fails, in words for the reader, or "" where the quotes hold the statement.

    `around` is text that counts too for names, places and dates, and for nothing else: the
    article's title, outlet, place and day, and the sentence before the quote.

    >>> failed_check("Four officers went to Ottawa.", ["India sent 4 officers, who went to Ottawa."])
    ''
    >>> failed_check("Five officers went to Ottawa.", ["India sent 4 officers, who went to Ottawa."])
    'The quote does not say "five".'
    """
    if terms(statement) and any(_plain(statement) == _plain(quote) for quote in quotes):
        return ""
    if _TURNED.search(statement):
        return has_unseen()
    said, around = without_unseen(statement), without_unseen(around)
    seen = [without_unseen(quote) for quote in quotes]
    return next((failure for rule in RULES.values() if (failure := rule(said, seen, around=around))), "")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def emptiness(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """A statement has words, and there is a quote with words for it."""
    if not terms(statement):
        return "The statement has no words."
    return "" if all_terms(quotes) else "There is no quote."


def swaps(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """No word stands in the place of another one in a passage that is otherwise copied.

    Where the passage is copied closely, any other word is a swap; else only a strange one. Words
    that look like verbs do not count: they are reworded much oftener than they are falsified.
    """
    # The "co" of "co-operation" is no word.
    strange = [term for term in strange_terms(statement, quotes, around=around) if len(term) > 2]
    said = content_sequence(statement)
    for quote in quotes:
        for place, replaced, closely in _replacements(said, content_sequence(quote)):
            word = said[place]
            other = closely and replaced not in said and not meets(word, frozenset({replaced}))
            verbal = _is_verbal(word, statement) or _is_verbal(replaced, quote)
            if (
                (other or word in strange)
                and not verbal
                and not {word, replaced} & _NO_SWAP
                and _has_digit(replaced) <= _has_digit(word)
            ):
                return says_otherwise(as_written(replaced, quote), as_written(word, statement), [quote])
    return ""


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)


def _replacements(said: list[str], written: list[str]) -> Iterator[tuple[int, str, bool]]:
    """Yield the place of each replaced word of `said`, the word it replaces, and whether it is closely copied there."""
    steps = SequenceMatcher(None, said, written, autojunk=False).get_opcodes()
    for at, (kind, start, end, written_start, written_end) in enumerate(steps):
        beside = [steps[other] for other in (at - 1, at + 1) if 0 <= other < len(steps)]
        copied = [step[2] - step[1] for step in beside]
        if kind != "replace" or end - start > _LONGEST_SWAP or sum(copied) < _COPIED_AROUND:
            continue
        # Where the statement starts or ends, the quote may go on.
        inside = len(beside) == 2
        if inside and written_end - written_start > _LONGEST_SWAP:
            continue
        one_for_one = end - start == written_end - written_start == 1
        closely = inside and one_for_one and min(copied) >= _COPIED_CLOSELY
        replaced = written[written_start] if at else written[written_end - 1]
        for place in range(start, end):
            # In "new ferries" for "vessels", "new" is put before and replaces nothing.
            if not any(
                meets(word, frozenset({replaced})) for at, word in enumerate(said[start:end], start) if at != place
            ):
                yield place, replaced, closely


@lru_cache(maxsize=4096)
def _is_verbal(term: str, text: str) -> bool:
    """Tell whether a word looks like a verb or an adverb."""
    found = WORD.findall(text)
    return is_irregular(term) or any(
        _VERB_ENDING.fullmatch(word) or before.lower() in _VERB_BEFORE
        for before, word in zip(["", *found], found, strict=False)
        if term in terms(word)
    )


def words(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """Most of what the statement is about is in its quotes, and something of each clause."""
    if foreign := _in_another_script(statement, (*quotes, around)):
        return does_not_say(foreign, quotes)
    leans = any(_LEANS.search(quote) for quote in quotes)
    strange = strange_terms(statement, (*quotes, around) if leans else quotes, around=around)
    # "Prime Minister" before a name that is known: whether it is right is for another rule to say.
    known = all_terms((*quotes, around))
    named = all_terms(name for name in names_in(statement) if term_set(name) & known)
    strange = [term for term in strange if term not in named]
    if len(strange) > MOST_STRANGE * len(content_terms(statement)):
        return does_not_say(as_written(strange[0], statement), quotes)
    for clause in clauses(statement):
        about = content_terms(clause)
        unmet = [term for term in about if term in strange]
        if len(about) >= _CLAUSE_WORDS and len(unmet) > _MOST_STRANGE_IN_CLAUSE * len(about):
            return does_not_say(as_written(unmet[0], statement), quotes)
    unknown = strange_terms(statement, (*quotes, around))
    added = next(_added(statement, frozenset(unknown).intersection(strange)), "")
    return does_not_say(as_written(added, statement), quotes) if added else ""


def _added(statement: str, strange: frozenset[str]) -> Iterator[str]:
    """Yield a word of each phrase, or of a last one that gives a reason or another deed, of which no word is quoted."""
    for ends, least, last in ((_PHRASE, _CLAUSE_WORDS, False), (_REASON, 1, True), (_DEED, 1, True)):
        pieces = ends.split(statement)[1:]
        for piece in pieces[-1:] if last else pieces:
            about = content_terms(piece)
            if len(about) >= least and strange.issuperset(about):
                yield about[0]


def _in_another_script(statement: str, texts: Sequence[str]) -> str:
    """Find a word with letters of a script that none of the texts is in: it may look like one of theirs."""
    known = {_script(letter) for text in texts for letter in text if letter.isalpha()}
    for word in _LETTERS.findall(statement):
        scripts = {_script(letter) for letter in word}
        if (scripts - known or len(scripts) > 1) and not any(word in text for text in texts):
            return str(word)
    return ""


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").partition(" ")[0]


def strange_terms(statement: str, quotes: Sequence[str], *, around: str = "") -> list[str]:
    """Return the content terms of the statement that meet none in the quotes; numbers have a rule of their own."""
    have = all_terms(quotes)
    named = all_terms(names_in(statement)) & term_set(around)
    return [
        term
        for term in content_terms(_ACCORDING.sub("", statement)) or terms(statement)
        if not (term in named or term in _LITTLE or term in NUMBER_WORDS or term[0].isdigit() or meets(term, have))
    ]


# In this order: the rule that fails first is shown, so what names one thing comes before what weighs all of them.
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "emptiness": emptiness,
        "addresses": addresses,
        "numbers": numbers,
        "dates": dates,
        "names": names,
        "negation": negation,
        "opposites": opposites,
        "commitment": commitment,
        "speaker": speaker,
        "swaps": swaps,
        "words": words,
    }
)
