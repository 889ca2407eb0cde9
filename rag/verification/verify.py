"""Verify: check a statement against the quotes it cites.

A check is a rule whose failure can be shown in one sentence. The rules read words and not meaning: they raise doubts
and prove nothing. `bench/checks.py` measures what they catch and how often they doubt a true statement.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from types import MappingProxyType

from index.text.plain_text import plain
from index.text.terms import content_terms, terms
from rag.evidence.citations import Doubt
from rag.language.matching import WORD, as_written, is_irregular, meets, term_set
from rag.language.numbers import NUMBER_WORDS
from rag.verification.claim import Claim
from rag.verification.claim_rules import commitment, negation, opposites, speaker
from rag.verification.fact_rules import addresses, dates, names, numbers
from rag.verification.messages import does_not_say, has_unseen, says_otherwise

# The numbers below were chosen on half of SummEdits (`bench/checks.py`, `docs/design/decisions/checks.md`).
# The share of a statement's content words that may be in none of its quotes.
MOST_STRANGE = 0.4
# The same for a clause of at least so many content words: it may have been added to a true sentence.
_MOST_STRANGE_IN_CLAUSE = 0.75
_CLAUSE_WORDS = 2
# A word is swapped if at most so many replace another, with at least so many copied words around them.
_LONGEST_SWAP = 2
_COPIED_AROUND = 3
# It is copied closely with so many on each side.
_COPIED_CLOSELY = 2

# Words of place and time: a swap for another kind of word shows nothing.
_LITTLE = term_set(
    """among across along amid between beside despite during inside near outside since toward towards within without via
    yet still already now then however meanwhile both below above behind make made take taken"""
)
_NO_SWAP = _LITTLE | NUMBER_WORDS
# "It" and "this" refer to the sentence before.
_LEANS = re.compile(r"\b(?:it|this|that|these|those)\b", re.IGNORECASE)
# Characters that show what follows them backwards.
_REVERSING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ACCORDING = re.compile(r"\baccording to\b", re.IGNORECASE)
# The start of a phrase that may have been added to a true sentence.
_PHRASE = re.compile(
    r"\b(?:over|for|amid|following|due to|because of|with|in|at|by|from|to|on|about|against|as|and|after|during|of)\b"
    r"|[,;:]"
)
_REASON = re.compile(r"\b(?:over|amid|following|due to|because of|against|after|for|because)\b")
_DEED = re.compile(r"\band(?=\s(?:was|were|has|had|is|are|will|[a-z]+ed)\b)")
_LETTERS = re.compile(r"[^\W\d_]+")

_VERB_BEFORE = frozenset("to will would may might could can shall must should not".split())
_VERB_ENDING = re.compile(r"\w{3,}(?:ed|ing|ly)", re.IGNORECASE)

Rule = Callable[[Claim], str | None]  # returns a message if the claim fails


def find_doubt(statement: str, quotes: Sequence[str], *, around: str = "") -> Doubt | None:
    """Return the first check that the statement fails, or None if its quotes support it.

    `around` counts only for names, places and dates. It is the article's title, outlet, place and day, and the
    sentence before the quote.

    >>> find_doubt("Four officers went to Ottawa.", ["India sent 4 officers, who went to Ottawa."])
    >>> find_doubt("Five officers went to Ottawa.", ["India sent 4 officers, who went to Ottawa."])
    Doubt(rule='numbers', message='The quote does not say "five".')
    """
    if terms(statement):
        if any(_plain(statement) == _plain(quote) for quote in quotes):
            return None
        if _REVERSING.search(statement):
            return Doubt("characters", has_unseen())
    claim = Claim.of(plain(statement), map(plain, quotes), plain(around))
    failed = ((name, message) for name, rule in RULES.items() if (message := rule(claim)))
    return next((Doubt(name, message) for name, message in failed), None)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def emptiness(claim: Claim) -> str | None:
    """Check that the statement has words, and that a quote has words."""
    if not claim.statement.terms:
        return "The statement has no words."
    return None if claim.quoted_terms else "There is no quote."


def swaps(claim: Claim) -> str | None:
    """Check that no word replaces another one in a passage that is otherwise copied.

    In a closely copied passage any other word is a swap; elsewhere only a word that no quote has. Words that look like
    verbs do not count: they are reworded much more often than they are falsified.
    """
    statement, said = claim.statement.text, claim.statement.sequence
    # The "co" of "co-operation" is no word.
    strange = [term for term in strange_terms(claim) if len(term) > 2]
    for quote in claim.quotes:
        for place, replaced, closely in _replacements(said, quote.sequence):
            word = said[place]
            other = closely and replaced not in said and not meets(word, frozenset({replaced}))
            if (
                (other or word in strange)
                and not (_is_verbal(word, statement) or _is_verbal(replaced, quote.text))
                and not {word, replaced} & _NO_SWAP
                and _has_digit(replaced) <= _has_digit(word)
            ):
                return says_otherwise(as_written(replaced, quote.text), as_written(word, statement), [quote])
    return None


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)


def _replacements(said: Sequence[str], written: Sequence[str]) -> Iterator[tuple[int, str, bool]]:
    """Yield the place of each replaced word of `said`, the word it replaces, and whether it is closely copied there."""
    # Not rapidfuzz, as in `word_diff`: its Indel doubts more true statements, its Levenshtein catches fewer swaps.
    steps = SequenceMatcher(None, said, written, autojunk=False).get_opcodes()
    for at, (kind, start, end, written_start, written_end) in enumerate(steps):
        neighbours = [steps[other] for other in (at - 1, at + 1) if 0 <= other < len(steps)]
        copied = [step[2] - step[1] for step in neighbours]
        if kind != "replace" or end - start > _LONGEST_SWAP or sum(copied) < _COPIED_AROUND:
            continue
        # At the start or the end of the statement, the quote may go on.
        inside = len(neighbours) == 2
        if inside and written_end - written_start > _LONGEST_SWAP:
            continue
        one_for_one = end - start == written_end - written_start == 1
        closely = inside and one_for_one and min(copied) >= _COPIED_CLOSELY
        replaced = written[written_start] if at else written[written_end - 1]
        for place in range(start, end):
            # In "new ferries" for "vessels", "new" is added and replaces nothing.
            if not any(
                meets(word, frozenset({replaced})) for at, word in enumerate(said[start:end], start) if at != place
            ):
                yield place, replaced, closely


def _is_verbal(term: str, text: str) -> bool:
    """Return True if a word looks like a verb or an adverb."""
    found = WORD.findall(text)
    return is_irregular(term) or any(
        _VERB_ENDING.fullmatch(word) or before.lower() in _VERB_BEFORE
        for before, word in zip(["", *found], found, strict=False)
        if term in terms(word)
    )


def words(claim: Claim) -> str | None:
    """Check that most words of the statement are in its quotes, and some of each clause."""
    statement, quotes = claim.statement.text, claim.quotes
    if foreign := _in_another_script(statement, claim.known):
        return does_not_say(foreign, quotes)
    # "Prime Minister" before a known name: the rule for names checks it.
    named = frozenset().union(*(term_set(name) for name in claim.statement.names if term_set(name) & claim.known_terms))
    leans = any(_LEANS.search(quote) for quote in claim.quoted)
    strange = [term for term in strange_terms(claim, with_around=leans) if term not in named]
    if len(strange) > MOST_STRANGE * len(claim.statement.content):
        return does_not_say(as_written(strange[0], statement), quotes)
    for clause in claim.statement.clauses:
        about = content_terms(clause)
        unmet = [term for term in about if term in strange]
        if len(about) >= _CLAUSE_WORDS and len(unmet) > _MOST_STRANGE_IN_CLAUSE * len(about):
            return does_not_say(as_written(unmet[0], statement), quotes)
    unknown = strange_terms(claim, with_around=True)
    added = next(_added(statement, frozenset(unknown).intersection(strange)), "")
    return does_not_say(as_written(added, statement), quotes) if added else None


def _added(statement: str, strange: frozenset[str]) -> Iterator[str]:
    """Yield a word of each phrase, or of a last one that gives a reason or another deed, of which no word is quoted."""
    for ends, least, last in ((_PHRASE, _CLAUSE_WORDS, False), (_REASON, 1, True), (_DEED, 1, True)):
        pieces = ends.split(statement)[1:]
        for piece in pieces[-1:] if last else pieces:
            about = content_terms(piece)
            if len(about) >= least and strange.issuperset(about):
                yield about[0]


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


# In this order: the first rule that fails is shown, so rules that name one thing come before those that weigh all.
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
