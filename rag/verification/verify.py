"""Verify: check a statement against the quotes it cites.

A check is a rule whose failure can be shown in one sentence. The rules read words and not meaning: they raise doubts
and prove nothing. `bench/checks.py` measures what they catch and how often they doubt a right statement.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from types import MappingProxyType

from index.text.plain_text import plain
from index.text.terms import content_terms, terms
from rag.evidence.citations import Doubt, Verdict
from rag.language.lexicon import TITLES
from rag.language.lexicon import words as words_of
from rag.language.matching import WORD, as_written, is_irregular, meets, term_set
from rag.language.numbers import NUMBER_WORDS
from rag.verification.claim import Claim
from rag.verification.claim_rules import commitment, negation, opposites
from rag.verification.fact_rules import addresses, dates, figures, names, numbers
from rag.verification.messages import does_not_say, has_unseen, says_otherwise

# The numbers below were chosen on halves of SummEdits and FaithBench (`docs/design/decisions/checks.md`).
# The share of a statement's content words that may be in none of its quotes.
MOST_STRANGE = 0.4
# How many of its content words may not even be around the quotes.
MOST_UNREAD = 3
# A phrase may have been added to a true sentence if no word of it was read, and it has so many.
_PHRASE_WORDS = 2
# A word is swapped if it replaces another, with at least so many copied words around it.
_COPIED_AROUND = 5
# It is copied closely with so many on each side.
_COPIED_CLOSELY = 2

# Words of place and time: a swap for another kind of word shows nothing.
_LITTLE = term_set(
    """among across along amid between beside despite during inside near outside since toward towards within without via
    yet still already now then however meanwhile both below above behind make made take taken"""
)
_NO_SWAP = _LITTLE | NUMBER_WORDS
_ABOUT_TEXTS = term_set(" ".join(words_of("about_texts")))
_LIST_MARK = re.compile(r"^\s*(?:[-*•#]+|\(?\d{1,2}[.)])\s+", re.MULTILINE)
# Characters that show what follows them backwards.
_REVERSING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ACCORDING = re.compile(r"\baccording to\b", re.IGNORECASE)
_PHRASE = re.compile(
    r"\b(?:over|for|amid|following|due to|because of|with|in|at|by|from|to|on|about|against|as|and|but|after|before"
    r"|during|when|while|which|who|of)\b|[,;:]"
)
_LETTERS = re.compile(r"[^\W\d_]+")

_VERB_BEFORE = frozenset("to will would may might could can shall must should not".split())
_VERB_ENDING = re.compile(r"\w{3,}(?:ed|ing|ly)", re.IGNORECASE)

Rule = Callable[[Claim], str | None]  # returns a message if the claim fails


def find_doubt(statement: str, quotes: Sequence[str], *, around: str = "") -> Doubt | None:
    """Return the first check that the statement fails, or None if its quotes support it.

    `around` is what else was read of the article. It counts for names and dates, and for words in part.

    >>> find_doubt("Four officers went to Ottawa.", ["India sent 4 officers, who went to Ottawa."])
    >>> find_doubt("Five officers went to Ottawa.", ["India sent 4 officers, who went to Ottawa."])
    Doubt(rule='figures', message='The quote says "4", the statement "five".')
    """
    if terms(statement):
        if any(_plain(statement) == _plain(quote) for quote in quotes):
            return None
        if _REVERSING.search(statement):
            return Doubt("characters", has_unseen())
    claim = read_claim(statement, quotes, around)
    failed = ((name, message) for name, rule in RULES.items() if (message := rule(claim)))
    return next((Doubt(name, message) for name, message in failed), None)


def grade(doubt: Doubt | None) -> Verdict:
    """Return the verdict on a statement with this doubt."""
    if doubt is None:
        return "supported"
    return "contradicted" if doubt.rule in CONTRADICTIONS else "unclear"


def read_claim(statement: str, quotes: Sequence[str], around: str = "") -> Claim:
    """Return a statement without marks of a list, with its quotes and the text around them, as the rules read them."""
    return Claim.of(_LIST_MARK.sub("", plain(statement)).strip(), map(plain, quotes), plain(around))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def emptiness(claim: Claim) -> str | None:
    """Check that the statement has words and asks nothing, and that a quote has words."""
    if not claim.statement.terms:
        return "The statement has no words."
    if claim.statement.text.endswith("?"):
        return "The statement is a question."
    return None if claim.quoted_terms else "There is no quote."


def other_name(claim: Claim) -> str | None:
    """Check that no name replaces another one in a passage that is otherwise copied; "Mr" may replace "President"."""
    for written, said, message in _swapped(claim):
        titled = TITLES & {written.lower().rstrip("."), said.lower().rstrip(".")}
        if written[0].isupper() and said[0].isupper() and not titled:
            return message
    return None


def swaps(claim: Claim) -> str | None:
    """Check that no word replaces another one in a passage that is otherwise copied."""
    return next((message for *_, message in _swapped(claim)), None)


def _swapped(claim: Claim) -> Iterator[tuple[str, str, str]]:
    """Yield each word of a quote that is replaced in an otherwise copied passage, the word for it, and a message.

    In a closely copied passage any other word is a swap; elsewhere only a word that no quote has. Words that look like
    verbs do not count: they are reworded much more often than they are falsified.
    """
    statement, said = claim.statement.text, claim.statement.sequence
    # The "co" of "co-operation" is no word.
    strange = [term for term in strange_terms(claim) if len(term) > 2]
    for quote in claim.quotes:
        for word, replaced, closely in _replacements(said, quote.sequence):
            other = closely and replaced not in said and not meets(word, frozenset({replaced}))
            if (
                (other or word in strange)
                and not (_is_verbal(word, statement) or _is_verbal(replaced, quote.text))
                and not {word, replaced} & _NO_SWAP
                and _has_digit(replaced) <= _has_digit(word)
                and len(replaced) > 2
            ):
                shown = as_written(replaced, quote.text), as_written(word, statement)
                yield *shown, says_otherwise(*shown, [quote])


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)


def _replacements(said: Sequence[str], written: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield each word among copied ones, the word it replaces, and whether it is closely copied there."""
    # Not rapidfuzz, as in `word_diff`: its Indel doubts more true statements, its Levenshtein catches fewer swaps.
    steps = SequenceMatcher(None, said, written, autojunk=False).get_opcodes()
    for before, (kind, start, end, written_start, written_end), after in zip(steps, steps[1:], steps[2:], strict=False):
        copied = [before[2] - before[1], after[2] - after[1]]
        if kind == "replace" and end - start == written_end - written_start == 1 and sum(copied) >= _COPIED_AROUND:
            yield said[start], written[written_start], min(copied) >= _COPIED_CLOSELY


def _is_verbal(term: str, text: str) -> bool:
    """Return True if a word looks like a verb or an adverb."""
    found = WORD.findall(text)
    return is_irregular(term) or any(
        _VERB_ENDING.fullmatch(word) or before.lower() in _VERB_BEFORE
        for before, word in zip(["", *found], found, strict=False)
        if term in terms(word)
    )


def words(claim: Claim, most_unread: int = MOST_UNREAD) -> str | None:
    """Check that enough words of the statement are in its quotes, and the others in the text around them."""
    statement, quotes = claim.statement.text, claim.quotes
    if foreign := _in_another_script(statement, claim.known):
        return does_not_say(foreign, quotes)
    # "Prime Minister" before a known name: the rule for names checks it.
    named = frozenset().union(*(term_set(name) for name in claim.statement.names if term_set(name) & claim.known_terms))
    said = [term for term in claim.statement.content if term not in _ABOUT_TEXTS]
    if _NO_SWAP.issuperset(said):
        # It says nothing that could be compared, as "Here is a summary:".
        missing = [term for term in terms(statement) if term not in claim.quoted_terms]
        is_heading = statement.endswith(":") and claim.statement.content and not said
        return does_not_say(as_written(missing[0], statement), quotes) if missing and not is_heading else None
    strange = [term for term in strange_terms(claim) if term in said and term not in named]
    unread = [term for term in strange_terms(claim, with_around=True) if term in strange]
    added = _added(statement, frozenset(unread))
    if added or len(unread) > most_unread or len(strange) > MOST_STRANGE * len(said):
        return does_not_say(as_written(added or strange[0], statement), quotes)
    return None


def _added(statement: str, unread: frozenset[str]) -> str:
    """Return a word of a phrase of which no word was read: it may have been added to a true sentence; "" if none."""
    pieces = ([term for term in content_terms(one) if term not in _LITTLE] for one in _PHRASE.split(statement))
    return next((piece[0] for piece in pieces if len(piece) >= _PHRASE_WORDS and unread.issuperset(piece)), "")


def _in_another_script(statement: str, texts: Sequence[str]) -> str:
    """Find a word in a script that none of the texts uses: it may look like one of their words."""
    known = {_script(letter) for letter in set("".join(texts)) if letter.isalpha()}
    for word in _LETTERS.findall(statement):
        scripts = {_script(letter) for letter in word}
        if (scripts - known or len(scripts) > 1) and not any(word in text for text in texts):
            return str(word)
    return ""


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").partition(" ")[0]


def strange_terms(claim: Claim, *, with_around: bool = False) -> list[str]:
    """Return the content terms of the statement that meet none in the quotes. Numbers have a rule of their own."""
    have = claim.known_terms if with_around else claim.quoted_terms
    named = frozenset().union(*map(term_set, claim.statement.names)) & claim.around.terms
    return [
        term
        for term in content_terms(_ACCORDING.sub("", claim.statement.text)) or terms(claim.statement.text)
        if not (term in named or term in _LITTLE or term in NUMBER_WORDS or term[0].isdigit() or meets(term, have))
    ]


# What the quotes say otherwise. In this order: the first rule that fails is shown.
CONTRADICTIONS: Mapping[str, Rule] = MappingProxyType(
    {"figures": figures, "other_name": other_name, "negation": negation, "opposites": opposites}
)
# What the quotes do not say. Rules that name one thing come before those that weigh all.
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        **CONTRADICTIONS,
        "emptiness": emptiness,
        "addresses": addresses,
        "numbers": numbers,
        "dates": dates,
        "names": names,
        "commitment": commitment,
        "swaps": swaps,
        "words": words,
    }
)
