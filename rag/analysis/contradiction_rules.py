"""Rules for when the numbers or the times of two sentences contradict each other.

Each rule takes a sentence of each of two articles and yields the pairs of mentions that contradict each other.
The rules compare words, not meaning. They are cautious: different things counted, different places and a rounded
number are no contradiction. `bench/disagreements.py` measures how many they find, and their false alarms.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import product

from index.text.spans import Span
from index.text.terms import content_terms
from rag.analysis.sentence_context import (
    SHARED_CLOSELY,
    Mention,
    SentenceContext,
    days_apart,
    days_differ,
    is_alike,
    may_be_same,
    names_differ,
    same_thing,
    times_meet,
)
from rag.language.date_phrases import NamedTime
from rag.language.matching import meets
from rag.language.numbers import Number, read_numbers

# The numbers below were chosen on the tune half of PoisonedRAG's questions (`bench/disagreements.py`).
_SHARED_AROUND_NUMBERS = 0.4  # of the content words of two sentences with numbers of the same thing
# So many of the words around two numbers are shared.
_FRAME = 2
_WORDS_BEFORE = 3
_WORDS_AFTER = 2
_READ_AFTER = 30  # characters, of which the last may be half a word
# A number that ends in zeros may be another one rounded, at most this part of it away.
_ROUNDING = Decimal("0.05")
_LEAST_ROUNDED = 100
_SAME_STORY = 7  # days between two articles on one meeting
_SAME_EVENT = 31  # days between two times of one event

_DENIED_BEFORE = re.compile(
    r"(?:\bnot|n['’]t|\bnever|\bno longer|\brather than|\binstead of|\bunlike|\bnor|\bfrom being|\bmistaken(?:ly)? for"
    r"|\bassumed|\bbelieved to be)\W+(?:[\w'’]+\W+){0,4}$",
    re.IGNORECASE,
)


def differing_numbers(one: SentenceContext, other: SentenceContext) -> Iterator[tuple[Mention, Mention]]:
    """Yield different numbers of the same thing."""
    if not one.numbers or not other.numbers:
        return
    if one.asked.expected == "number":
        if one.answers and other.answers:
            yield from _differing_answers(one, other)
        if one.answers or other.answers:
            return
    if not same_thing(one, other, share=_SHARED_AROUND_NUMBERS) or days_differ(one, other, by=_SAME_STORY):
        return
    mine, theirs = _not_asked(one), _not_asked(other)
    scores = {(a, b): _shared_frame(a, b) for a, b in product(mine, theirs)}
    for (a, b), score in scores.items():
        best = max(value for (c, d), value in scores.items() if c == a or d == b)
        equal = any(agree(c, b) for c in one.numbers) or any(agree(a, d) for d in other.numbers)
        if score and score == best and not equal:
            yield a, b


def _differing_answers(one: SentenceContext, other: SentenceContext) -> Iterator[tuple[Mention, Mention]]:
    """Yield the first numbers with which two sentences answer the question differently."""
    if names_differ(one, other) or days_differ(one, other, by=_SAME_STORY):
        return
    mine, theirs = _counted(one), _counted(other)
    if not mine or not theirs or any(agree(a, b) for a, b in product(mine, theirs)):
        return
    comparable = [(a, b) for a, b in product(mine, theirs) if _have_one_unit(a, b)]
    if comparable and not _has_near(other, mine) and not _has_near(one, theirs):
        yield comparable[0]


def _counted(sentence: SentenceContext) -> list[Mention]:
    """Return the numbers of a sentence that count what the question asks for."""
    return [one for one in sentence.numbers if isinstance(one.value, Number) and sentence.asked.counts(one.value)]


def _not_asked(sentence: SentenceContext) -> list[Mention]:
    """Return the numbers of a sentence that are not in the question itself."""
    return [one for one in sentence.numbers if isinstance(one.value, Number) and not sentence.asked.has(one.value)]


def _has_near(sentence: SentenceContext, mentions: list[Mention]) -> bool:
    """Return True if the context of a sentence has one of these numbers, of the same things."""
    near = [n for n in read_numbers(sentence.near) if sentence.asked.counts(n) and not _is_denied(n.before)]
    return any(agree(a, Mention(n.shown, Span(0, 0), n)) for a, n in product(mentions, near))


def _is_denied(before: str) -> bool:
    return bool(_DENIED_BEFORE.search(before))


def _have_one_unit(one: Mention, other: Mention) -> bool:
    a, b = one.value, other.value
    return isinstance(a, Number) and isinstance(b, Number) and a.unit == b.unit and a.negative == b.negative


def _shared_frame(one: Mention, other: Mention) -> int:
    """Count the shared words around two numbers; 0 if they count different things."""
    a, b = one.value, other.value
    if not isinstance(a, Number) or not isinstance(b, Number) or not _have_one_unit(one, other):
        return 0
    if a.shown in ("one", "first") or b.shown in ("one", "first"):
        return 0
    (after, before), (after_other, before_other) = _frame(a), _frame(b)
    counted, counted_other = frozenset(after), frozenset(after_other)
    if after and after_other and not (meets(after[0], counted_other) or meets(after_other[0], counted)):
        return 0
    mine, theirs = dict.fromkeys((*after, *before)), frozenset((*after_other, *before_other))
    shared = sum(meets(term, theirs) for term in mine)
    # "and 30 were injured" has no other word to share.
    return shared if shared >= min(_FRAME, len(mine), len(theirs)) else 0


def _frame(number: Number) -> tuple[list[str], list[str]]:
    """Return the terms of what a number counts, and the terms before it in its clause."""
    whole = number.after if len(number.after) < _READ_AFTER else number.after.rsplit(" ", 1)[0]
    after = content_terms(re.split(r"[,;:.()]|\band\b", whole)[0])[:_WORDS_AFTER]
    before = content_terms(re.split(r"[,;:()]|\band\b", number.before)[-1])[-_WORDS_BEFORE:]
    return [t for t in after if not t[0].isdigit()], [t for t in before if not t[0].isdigit()]


def differing_times(one: SentenceContext, other: SentenceContext) -> Iterator[tuple[Mention, Mention]]:
    """Yield times of one event that have no day in common."""
    if one.asked.expected == "date":
        if not (one.answers and other.answers) or names_differ(one, other):
            return
    elif not _times_comparable(one, other):
        return
    pairs = (*product(one.times, other.near_times), *product(one.near_times, other.times))
    if one.times and other.times and not any(times_meet(a, b) for a, b in pairs):
        yield one.times[0], other.times[0]


def _times_comparable(one: SentenceContext, other: SentenceContext) -> bool:
    """Return True if two sentences that no question was asked about each give one time for the same event."""
    if not may_be_same(one, other) or not is_alike(one.own, other.own, share=SHARED_CLOSELY):
        return False
    published = one.citation.article.published, other.citation.article.published
    apart = abs((published[0] - published[1]).days) if published[0] and published[1] else _SAME_STORY + 1
    if apart > _SAME_STORY or len(one.times) != 1 or len(other.times) != 1:
        return False
    return same_thing(one, other, share=SHARED_CLOSELY) and days_apart(one, other) <= _SAME_EVENT


def agree(one: Mention, other: Mention) -> bool:
    """Return True if two mentions can both be right: equal, rounded, "more than", or with a day in common.

    >>> ten, twelve = (Mention(n.shown, Span(0, 2), n) for n in read_numbers("10 and 12"))
    >>> agree(ten, twelve), agree(ten, ten)
    (False, True)
    """
    a, b = one.value, other.value
    if isinstance(a, NamedTime) or isinstance(b, NamedTime):
        return times_meet(one, other)
    if a.is_held_by(b) or b.is_held_by(a):
        return True
    if a.unit != b.unit:
        return False
    return any(_rounds(x, y) or _is_open(a, x, y) or _is_open(b, y, x) for x, y in product(a.values, b.values))


def _is_open(number: Number, value: Decimal, other: Decimal) -> bool:
    return (number.side > 0 and other >= value) or (number.side < 0 and other <= value)


def _rounds(one: Decimal, other: Decimal) -> bool:
    """Return True if one of two values is the other one rounded."""
    for rounded, exact in ((one, other), (other, one)):
        step = _step(rounded)
        fewer = step > _step(exact)
        large = abs(rounded) >= _LEAST_ROUNDED or exact != int(exact)
        if fewer and large and abs(rounded - exact) <= min(step / 2, abs(rounded) * _ROUNDING):
            return True
    return False


def _step(value: Decimal) -> Decimal:
    """Return the place value of the last figure that is not zero: 10,000 for 20,000."""
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)
