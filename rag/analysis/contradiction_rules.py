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
from rag.evidence.attribution import speech_of
from rag.language.date_phrases import NamedTime
from rag.language.date_words import DATE_WORD
from rag.language.lexicon import PAST_FORMS
from rag.language.matching import as_written, meets, term_set
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

_ASKED_IN_CLAUSE = 0.6  # of the words of the question, in the clause of a time or a number
# The union put it at 95 million.
_PUTS = re.compile(r"\bputs?\s(?:it|them|that|the\s\w+|its\s\w+)\sat\s", re.IGNORECASE)
_EARLIER = re.compile(
    r"\b(?:earlier|previously|before that|at first|originally|had\s(?:said|put|given))\b", re.IGNORECASE
)
_PERIOD = re.compile(r"\b(?:last|past)\s(?:\w+\s)?(?:days|weeks|months|years|decades?)\b", re.IGNORECASE)
_POINTS_BACK = re.compile(r"\b(?:it|there|they)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b\d{4}\b")
_AFTER_PREPOSITION = re.compile(r"\b(?:of|for|after|in|from|since|before|about|over)\s(?:[\w'’-]+\s){0,4}$")
_PAST_VERB = re.compile(rf"\b(?:{'|'.join(sorted(PAST_FORMS))}|[a-z]{{3,}}ed)\b")
_BREAK = re.compile(r"[,;:()–—]\s|\s(?:and|but|while|which|who|that|because|after|when|where|as)\s")
_DENIED_BEFORE = re.compile(
    r"(?:\bnot|n['’]t|\bnever|\bno longer|\brather than|\binstead of|\bunlike|\bnor|\bfrom being|\bmistaken(?:ly)? for"
    r"|\bassumed|\bbelieved to be)\W+(?:[\w'’]+\W+){0,3}$",
    re.IGNORECASE,
)


def differing_numbers(one: SentenceContext, other: SentenceContext) -> Iterator[tuple[Mention, Mention]]:
    """Yield different numbers of the same thing."""
    # "In the last seven years" counts less than "since then".
    if not one.numbers or not other.numbers or bool(_PERIOD.search(one.quote)) != bool(_PERIOD.search(other.quote)):
        return
    if one.asked.expected == "number":
        if one.answers and other.answers:
            yield from _differing_answers(one, other)
        if one.answers or other.answers:
            return
    if not same_thing(one, other, share=_SHARED_AROUND_NUMBERS) or days_differ(one, other, by=_SAME_STORY):
        return
    # Weeks later a toll has risen, and a question about something else did not ask for that.
    if _published_apart(one, other) > _SAME_STORY:
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
    if one.article_id == other.article_id:  # two people of one article often speak of two things
        mine = [number for number in mine if _is_of_all(one, number)]
        theirs = [number for number in theirs if _is_of_all(other, number)]
    comparable = [(a, b) for a, b in product(mine, theirs) if _have_one_unit(a, b)]
    is_known = one.article_id != other.article_id and (_has_near(other, mine) or _has_near(one, theirs))
    if comparable and not is_known:
        yield comparable[0]


def _counted(sentence: SentenceContext) -> list[Mention]:
    """Return the numbers of a sentence that count what is asked for; first those of the clause with most of its words.

    In "the union put the figure at 95 million", the sentence before says of what.
    """
    found = [
        one
        for one in _stated(sentence)
        if isinstance(one.value, Number) and (sentence.asked.counts(one.value) or _is_put(sentence, one))
    ]
    return sorted(found, key=lambda one: -_share_of_clause(sentence, one))


def _not_asked(sentence: SentenceContext) -> list[Mention]:
    """Return the numbers of a sentence that are not in the question itself."""
    return [one for one in _stated(sentence) if isinstance(one.value, Number) and not sentence.asked.has(one.value)]


def _stated(sentence: SentenceContext) -> Iterator[Mention]:
    """Yield the numbers of a sentence that it does not deny: "not the 40 that ministers named"."""
    return (one for one in sentence.numbers if isinstance(one.value, Number) and not _is_denied(one.value.before))


def _is_of_all(sentence: SentenceContext, mention: Mention) -> bool:
    """Return True if a number is of what was asked, not of another thing: "300 jobs are at risk".

    A toll always is: what it counts was compared already.
    """
    return bool(
        sentence.asked.toll
        or _is_put(sentence, mention)
        or _POINTS_BACK.search(_clause(sentence.quote, mention.span))
        or _share_of_clause(sentence, mention) >= _ASKED_IN_CLAUSE
    )


def _is_put(sentence: SentenceContext, mention: Mention) -> bool:
    return _PUTS.search(sentence.quote[: mention.span.start]) is not None


def _share_of_clause(sentence: SentenceContext, mention: Mention) -> float:
    """Return the share of the question's subject, names apart, that the clause of a number or a time has."""
    return sentence.asked.share_in(term_set(_clause(sentence.quote, mention.span)))


def _clause(quote: str, span: Span) -> str:
    start = max((found.end() for found in _BREAK.finditer(quote, 0, span.start)), default=0)
    end = _BREAK.search(quote, span.end)
    return quote[start : end.start() if end else len(quote)]


def _has_near(sentence: SentenceContext, mentions: list[Mention]) -> bool:
    """Return True if the context of a sentence has one of these numbers, of the same things."""
    near = [n for n in read_numbers(sentence.near) if sentence.asked.counts(n) and not _is_denied(n.before)]
    return any(agree(a, Mention(n.shown, Span(0, 0), n)) for a, n in product(mentions, near))


def _is_denied(before: str) -> bool:
    return bool(_DENIED_BEFORE.search(before))


def _have_one_unit(one: Mention, other: Mention) -> bool:
    a, b = one.value, other.value
    if not isinstance(a, Number) or not isinstance(b, Number) or a.negative != b.negative:
        return False
    return a.unit == b.unit or ("" in (a.unit, b.unit) and bool(_PUTS.search(a.before) or _PUTS.search(b.before)))


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
    mine, theirs = list(one.times), list(other.times)
    if one.asked.expected == "date":
        if not (one.answers and other.answers) or names_differ(one, other):
            return
        mine, theirs = _of_what_is_asked(one, other), _of_what_is_asked(other, one)
    elif not _times_comparable(one, other):
        return
    pairs = [*product(mine, theirs)]
    if one.article_id != other.article_id:
        pairs += [*product(mine, other.near_times), *product(one.near_times, theirs)]
    if mine and theirs and not any(times_meet(a, b) for a, b in pairs):
        yield mine[0], theirs[0]


def _of_what_is_asked(sentence: SentenceContext, other: SentenceContext) -> list[Mention]:
    """Return the times of a sentence that may answer a question which another sentence answers too.

    If one of them has the question's verb, both must have it. It must be in the clause of a time if the sentence has
    several times, or if the time has no year: "on Wednesday" may be the day of anything.
    """
    verb, own = sentence.asked.subject[-1], term_set(sentence.quote)
    is_name = any(as_written(verb, each.quote)[0].isupper() for each in (sentence, other))
    if not is_name and meets(verb, own) != meets(verb, term_set(other.quote)):
        return []

    def is_asked(mention: Mention) -> bool:
        if verb in own and _is_of_another_verb(sentence.quote, as_written(verb, sentence.quote), mention.span):
            return False
        found = term_set(_clause(sentence.quote, mention.span))
        if (verb in found if verb in own else meets(verb, found)) or sentence.asked.share_in(found) >= _ASKED_IN_CLAUSE:
            return True
        has_other_time = DATE_WORD.search(sentence.quote.replace(mention.shown, "", 1))
        return bool(_YEAR.search(mention.shown)) and (is_name or verb not in own or not has_other_time)

    return [one for one in sentence.times if is_asked(one)]


def _is_of_another_verb(quote: str, verb: str, time: Span) -> bool:
    """Return True if a verb is a noun here, and a time is of another: "the search after its fall ended on Friday"."""
    start = quote.find(verb)
    if _PAST_VERB.fullmatch(verb) or not _AFTER_PREPOSITION.search(quote[:start]):
        return False
    between = quote[start + len(verb) : time.start] if start < time.start else quote[time.end : start]
    return _PAST_VERB.search(between) is not None


def are_of_one_article(one: SentenceContext, other: SentenceContext) -> bool:
    """Return True if two sentences next to each other in one article are what two people or bodies answer."""
    first, second = (one, other) if one.citation.span < other.citation.span else (other, one)
    if (
        second.before != first.quote
        or not (one.answers and other.answers)
        or any(_EARLIER.search(each.quote) for each in (one, other))
    ):
        return False
    if _PUTS.search(second.quote):
        return True
    speaker, other_speaker = speech_of(first.citation).speaker, speech_of(second.citation).speaker
    return speaker != other_speaker != "" and (speaker != "" or one.asked.expected == "date")


def _times_comparable(one: SentenceContext, other: SentenceContext) -> bool:
    """Return True if two sentences that no question was asked about each give one time for the same event."""
    if not may_be_same(one, other) or not is_alike(one.own, other.own, share=SHARED_CLOSELY):
        return False
    if _published_apart(one, other, unknown=_SAME_STORY + 1) > _SAME_STORY:
        return False
    if len(one.times) != 1 or len(other.times) != 1:
        return False
    return same_thing(one, other, share=SHARED_CLOSELY) and days_apart(one, other) <= _SAME_EVENT


def _published_apart(one: SentenceContext, other: SentenceContext, *, unknown: int = 0) -> int:
    """Return the days between the articles of two sentences; `unknown` if one of them has no date."""
    first, second = one.citation.article.published, other.citation.article.published
    return abs((first - second).days) if first and second else unknown


def agree(one: Mention, other: Mention) -> bool:
    """Return True if two mentions can both be right: equal, rounded, "more than", or with a day in common.

    >>> ten, twelve = (Mention(n.shown, Span(0, 2), n) for n in read_numbers("10 and 12"))
    >>> agree(ten, twelve), agree(ten, ten)
    (False, True)
    """
    a, b = one.value, other.value
    if isinstance(a, NamedTime) or isinstance(b, NamedTime):
        return times_meet(one, other)
    if _holds(a, b) or _holds(b, a):
        return True
    if a.unit != b.unit:
        return False
    return a.leaves_open(b) or b.leaves_open(a) or any(_rounds(x, y) for x, y in product(a.values, b.values))


def _holds(number: Number, other: Number) -> bool:
    """Return True if a number says what another one says: "about 40,000" holds 42,000, "about 38,000" does not."""
    if not number.is_held_by(other):
        return False
    finest = min(map(_step, number.values))
    is_same = not number.values.isdisjoint(other.values)
    return is_same or number.unit != other.unit or any(_step(value) < finest for value in other.values)


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
