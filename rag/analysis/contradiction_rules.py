"""Contraries: two sentences of different articles that cannot both be right about the same thing.

Each rule takes two sentences and yields what one has where the other has something else, with the
words' places. The rules read words and not meaning, and hold back: other things counted, other
places and a rounded figure are no contraries. What they find and what they cry wolf at is measured
by `bench/disagreements.py`.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import product

from index.text.spans import Span
from index.text.terms import STOP_WORDS, content_terms, terms
from rag.analysis.sentence_context import (
    LEAST_SHARED,
    SHARED_CLOSELY,
    Told,
    Word,
    days_apart,
    days_differ,
    is_alike,
    may_be_one,
    name_others,
    same_thing,
    times_meet,
)
from rag.language.certainty import Certainty, find_certainty
from rag.language.date_phrases import NamedTime
from rag.language.lexicon import TITLES
from rag.language.matching import clauses, is_listed, meets, names_meet, sides, synonyms, term_set
from rag.language.negation import denial, is_softly_denied
from rag.language.numbers import Number, read_numbers
from rag.language.word_diff import pieces, tokens

# The numbers below were chosen on the tune half of PoisonedRAG's questions (`bench/disagreements.py`).
# Two sentences with numbers are on one thing when this share of their content words meet.
_SHARED_AROUND_FIGURES = 0.4
# For what only a "not" tells apart, so many words meet.
_LEAST_SHARED_DENIED = 4
# Of the clauses that hold "agreed" and "refused", without these words.
_SHARED_OF_CLAUSE = 0.4
_LEAST_OF_CLAUSE = 2
# Of the words around two numbers so many meet.
_FRAME = 2
_WORDS_BEFORE = 3
_WORDS_AFTER = 2
_READ_AFTER = 30  # characters, of which the last may be half a word
# A figure with zeros at its end may round another one, this part of it away at most.
_ROUNDING = Decimal("0.05")
_LEAST_ROUNDED = 100
# Days between two articles that may still tell of one meeting.
_SAME_STORY = 7
_SAME_EVENT = 31  # days between two times of one event
_MOST_NAMES = 3

_DENIED_BEFORE = re.compile(
    r"(?:\bnot|n['’]t|\bnever|\bno longer|\brather than|\binstead of|\bunlike|\bnor|\bfrom being|\bmistaken(?:ly)? for"
    r"|\bassumed|\bbelieved to be)\W+(?:[\w'’]+\W+){0,4}$",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"\b(?:in|at|from|near|on|of|to|into|inside|outside|within|around|across|for)\s(?:the\s)?[\"“‘']?$", re.IGNORECASE
)
# A work, not a person.
_TITLED = re.compile(
    r"(?:\b(?:movie|film|song|series|show|book|novel|game|album|play|track|classic|hit)\W{1,3}|[\"“‘]|(?<!\w)['’])$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:(?:code-?)?named|called|titled|entitled|dubbed|known\sas|name|title|is|was|were|namely)\b[^.;]{0,25}$",
    re.IGNORECASE,
)
# "European power": an adjective, not a place.
_PEOPLE = re.compile(r"(?:an|ish|ese|ic|ek|ench|jan|ans)$")
# What is denied is done, not a word beside another one: "not Paris but Vienna" denies no clause.
_IS_NOT = re.compile(
    r"\b(?:is|are|was|were|be|been|do|does|did|ha[sd]|have|will|would|can|could|shall|should|may|might|must)\s(?:not|never)"
    r"\s(?!only\b|just\b|the\b|an?\b|in\b|until\b|yet\b)|\w{2}n['’]t\b|\bcannot\b|\b(?:fail|refuse)(?:s|d|ed)?\sto\b",
    re.IGNORECASE,
)
_RATHER = re.compile(r"\b(?:but|rather|instead|none other)\b", re.IGNORECASE)
# What cannot both be so of one thing.
_CONTRARY: frozenset[frozenset[Certainty]] = frozenset(
    frozenset(pair)
    for pair in (
        ("agreed", "denied"),
        ("agreed", "refused"),
        ("agreed", "considered"),
        ("pledged", "refused"),
    )
)


def figures(one: Told, other: Told) -> Iterator[tuple[Word, Word]]:
    """Yield numbers of the same things that are not the same."""
    if not one.figures or not other.figures:
        return
    if one.asked.slot == "number" and one.answers and other.answers:
        if name_others(one, other) or days_differ(one, other, by=_SAME_STORY):
            return
        mine, theirs = _counted(one), _counted(other)
        if mine and theirs and not any(_agree(a, b) for a, b in product(mine, theirs)):
            comparable = [(a, b) for a, b in product(mine, theirs) if _is_of_one_unit(a, b)]
            if comparable and not _holds(other, mine) and not _holds(one, theirs):
                yield comparable[0]
        return
    if one.asked.slot == "number" and one.answers != other.answers:
        return
    if not same_thing(one, other, share=_SHARED_AROUND_FIGURES) or days_differ(one, other, by=_SAME_STORY):
        return
    mine, theirs = _not_asked(one), _not_asked(other)
    scores = {(a, b): _frames_meet(a, b) for a, b in product(mine, theirs)}
    for (a, b), score in scores.items():
        best = max(value for (c, d), value in scores.items() if c == a or d == b)
        equal = any(_agree(c, b) for c in one.figures) or any(_agree(a, d) for d in other.figures)
        if score and score == best and not equal:
            yield a, b


def _counted(told: Told) -> list[Word]:
    """Return the numbers of a sentence that count what is asked for."""
    return [word for word in told.figures if isinstance(word.value, Number) and told.asked.counts(word.value)]


def _not_asked(told: Told) -> list[Word]:
    """Return the numbers of a sentence that the question does not have itself."""
    return [word for word in told.figures if isinstance(word.value, Number) and not told.asked.has(word.value)]


def _holds(told: Told, words: list[Word]) -> bool:
    """Tell whether what stands around a sentence has one of these numbers, of the same things."""
    near = [n for n in read_numbers(told.near) if told.asked.counts(n) and not _is_denied(n.before)]
    return any(_agree(a, Word(n.shown, Span(0, 0), n)) for a, n in product(words, near))


def _is_of_one_unit(one: Word, other: Word) -> bool:
    a, b = one.value, other.value
    return isinstance(a, Number) and isinstance(b, Number) and a.unit == b.unit and a.negative == b.negative


def _frames_meet(one: Word, other: Word) -> int:
    """Count the words around two numbers that meet; 0 where they count other things."""
    a, b = one.value, other.value
    if not isinstance(a, Number) or not isinstance(b, Number) or not _is_of_one_unit(one, other):
        return 0
    if a.shown in ("one", "first") or b.shown in ("one", "first"):
        return 0
    (after, before), (after_other, before_other) = _frame(a), _frame(b)
    counted, counted_other = frozenset(after), frozenset(after_other)
    if after and after_other and not (meets(after[0], counted_other) or meets(after_other[0], counted)):
        return 0
    mine, theirs = dict.fromkeys((*after, *before)), frozenset((*after_other, *before_other))
    met = sum(meets(term, theirs) for term in mine)
    # Of "and 30 were injured" nothing more can meet.
    return met if met >= min(_FRAME, len(mine), len(theirs)) else 0


def _frame(number: Number) -> tuple[list[str], list[str]]:
    """Return the terms of what a number counts, and of what stands before it in its clause."""
    whole = number.after if len(number.after) < _READ_AFTER else number.after.rsplit(" ", 1)[0]
    after = content_terms(re.split(r"[,;:.()]|\band\b", whole)[0])[:_WORDS_AFTER]
    before = content_terms(re.split(r"[,;:()]|\band\b", number.before)[-1])[-_WORDS_BEFORE:]
    return [t for t in after if not t[0].isdigit()], [t for t in before if not t[0].isdigit()]


def _agree(one: Word, other: Word) -> bool:
    """Tell whether two numbers may be one: equal, rounded, or within what "more than" leaves open."""
    a, b = one.value, other.value
    if not isinstance(a, Number) or not isinstance(b, Number):
        return False
    if a.is_held_by(b) or b.is_held_by(a):
        return True
    if a.unit != b.unit:
        return False
    return any(_rounds(x, y) or _is_open(a, x, y) or _is_open(b, y, x) for x, y in product(a.values, b.values))


def _is_open(number: Number, value: Decimal, other: Decimal) -> bool:
    return (number.side > 0 and other >= value) or (number.side < 0 and other <= value)


def _rounds(one: Decimal, other: Decimal) -> bool:
    """Tell whether one of two values is the other one with fewer figures."""
    for rounded, exact in ((one, other), (other, one)):
        step = _step(rounded)
        fewer = step > _step(exact)
        large = abs(rounded) >= _LEAST_ROUNDED or exact != int(exact)
        if fewer and large and abs(rounded - exact) <= min(step / 2, abs(rounded) * _ROUNDING):
            return True
    return False


def _step(value: Decimal) -> Decimal:
    """Return what the last figure of a value that is no zero counts: 1,000 of 20,000."""
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)


def times(one: Told, other: Told) -> Iterator[tuple[Word, Word]]:
    """Yield days on which one thing happened that have no day in common."""
    if one.asked.slot == "date":
        if not (one.answers and other.answers) or name_others(one, other):
            return
    elif not may_be_one(one, other) or not is_alike(one.own, other.own, share=SHARED_CLOSELY, least=LEAST_SHARED):
        return
    else:
        published = one.citation.article.published, other.citation.article.published
        apart = abs((published[0] - published[1]).days) if published[0] and published[1] else _SAME_STORY + 1
        single = len(one.times) == len(other.times) == 1
        if not single or apart > _SAME_STORY or not same_thing(one, other, share=SHARED_CLOSELY):
            return
        if days_apart(one, other) > _SAME_EVENT:
            return
    if (
        one.times
        and other.times
        and not any(
            times_meet(a, b) for a, b in (*product(one.times, other.near_times), *product(one.near_times, other.times))
        )
    ):
        yield one.times[0], other.times[0]


def names(one: Told, other: Told) -> Iterator[tuple[Word, Word]]:
    """Yield names that stand in the same place of two sentences: what the question asks for, or a swap."""
    asks_one = one.asked.slot in ("who", "where", "name") and not one.asked.of_many
    if asks_one and one.answers and other.answers:
        mine, theirs = answering(one), answering(other)
        few = 0 < len(mine) <= _MOST_NAMES and 0 < len(theirs) <= _MOST_NAMES
        if few and not _any_held(mine, other) and not _any_held(theirs, one):
            yield mine[0], theirs[0]
            return
    yield from _swapped(one, other)


def answering(told: Told) -> list[Word]:
    """Return the names of a sentence that may be what the question asks for."""
    found: list[Word] = []
    at = 0
    for name in told.names:
        start = told.quote.find(name, at)
        if start < 0:
            continue
        at = start + len(name)
        before = told.quote[:start]
        parts = [term for term in terms(name) if term not in STOP_WORDS]
        in_question = sum(meets(term, told.asked.all_terms) for term in parts)
        placed = bool(_PLACED.search(before))
        people = " " not in name and (is_listed("".join(terms(name)[:1])) and told.asked.slot == "who")
        people |= bool(_PEOPLE.search(name) and re.match(r"\s[a-z]|[a-z]", told.quote[at:]))
        fits = {
            "who": not (placed or people or _TITLED.search(before)),
            "where": placed or bool(_NAMED.search(before)),
            "name": bool(_NAMED.search(before)),
        }
        if parts and 2 * in_question < len(parts) and fits[told.asked.slot] and not _is_denied(before):
            found.append(Word(name, Span(start, at), name))
    return found


def _is_denied(before: str) -> bool:
    return bool(_DENIED_BEFORE.search(before))


def _any_held(words: list[Word], told: Told) -> bool:
    """Tell whether what stands around a sentence has one of these names, not to deny it."""
    for word in words:
        parts = _named(word.shown)
        for found in re.finditer(rf"(?<!\w){re.escape(word.shown.split()[-1])}(?!\w)", told.near):
            if not _is_denied(told.near[: found.start()]):
                return True
        if any(names_meet(term, term_set(told.quote)) for term in parts) and not any(
            _is_denied(told.quote[: found.start()]) for found in re.finditer(re.escape(word.shown), told.quote)
        ):
            return True
    return False


def _swapped(one: Told, other: Told) -> Iterator[tuple[Word, Word]]:
    """Yield a name that stands in the place of another one in sentences that are else nearly alike."""
    if not one.names or not other.names or len(one.own_set & other.own_set) < SHARED_CLOSELY * len(one.own) - 1:
        return
    if not is_alike(one.own, other.own, share=SHARED_CLOSELY, least=LEAST_SHARED):
        return
    told = pieces(tokens(one.quote), tokens(other.quote))
    differ = [piece for piece in told if not piece.same]
    # Where figures differ too, two events are told: England by 5 wickets, Australia by 7.
    if len(differ) != 1 or len(told) == 1:
        return
    for piece in differ:
        said, written = piece.said.strip(" ,."), piece.written.strip(" ,.")
        mine, theirs = word_at(said, one), word_at(written, other)
        if said in one.names and written in other.names and not _any_held([mine], other):
            yield mine, theirs


def outcomes(one: Told, other: Told) -> Iterator[tuple[Word, Word]]:
    """Yield words by which one thing came out otherwise: agreed and refused, rose and fell, is and is not."""
    if not same_thing(one, other) or days_differ(one, other):
        return
    certainty, words = find_certainty(one.quote)
    other_certainty, other_words = find_certainty(other.quote)
    if frozenset((certainty, other_certainty)) in _CONTRARY:
        if is_alike(_about(words, one), _about(other_words, other), share=_SHARED_OF_CLAUSE, least=_LEAST_OF_CLAUSE):
            yield word_at(words, one), word_at(other_words, other)
        return
    for clause, other_clause in product(clauses(one.quote), clauses(other.quote)):
        mine, theirs = tuple(content_terms(clause)), tuple(content_terms(other_clause))
        if not is_alike(mine, theirs, share=SHARED_CLOSELY, least=LEAST_SHARED):
            continue
        if bool(denial(clause)) == bool(denial(other_clause)):
            if turned := _turned(mine, theirs):
                yield _term_word(turned[0], one), _term_word(turned[1], other)
                return
        elif _only_one_denies(clause, other_clause, one, other):
            yield _denied_word(clause, one), _denied_word(other_clause, other)
            return


def _about(words: str, told: Told) -> tuple[str, ...]:
    """Return the content terms of the clause in which words stand, without their own."""
    clause = next((clause for clause in clauses(told.quote) if words in clause), told.quote)
    return tuple(term for term in content_terms(clause) if term not in terms(words))


def _only_one_denies(clause: str, other: str, one: Told, told_other: Told) -> bool:
    """Tell whether what one clause says is not, the other says is, and neither says what is instead."""
    denied, affirmed = (clause, other) if denial(clause) else (other, clause)
    plain = not any(_RATHER.search(told.quote) for told in (one, told_other))
    alike = is_alike(
        tuple(content_terms(clause)), tuple(content_terms(other)), share=SHARED_CLOSELY, least=_LEAST_SHARED_DENIED
    )
    return bool(plain and alike and _IS_NOT.search(denied)) and not is_softly_denied(affirmed, denied)


def _turned(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, str] | None:
    """Find a term of one clause whose opposite stands in the other, where neither has both."""
    for term in mine:
        far = frozenset().union(*(far for _, far in sides(term)))
        near = frozenset().union(*(near for near, _ in sides(term)), synonyms(term))
        opposite = next((other for other in theirs if other in far - near), None)
        if opposite and not near & frozenset(theirs) and not far & frozenset(mine):
            return term, opposite
    return None


def word_at(words: str, told: Told) -> Word:
    """Return words of a sentence where they first stand in it; of such as do not, no place is marked."""
    found = re.search(re.escape(words), told.quote, re.IGNORECASE)
    return Word(words, Span(*found.span()) if found else Span(0, 0), words.casefold())


def _denied_word(clause: str, told: Told) -> Word:
    """Mark the "not" of a clause, or, where there is none, the clause's first verb or the clause."""
    found = denial(clause)
    at = told.quote.find(clause)
    if found:
        return Word(found.group(), Span(at + found.start(), at + found.end()), "not")
    start = at + len(clause) - len(clause.lstrip())
    return Word(clause.strip(), Span(start, start + len(clause.strip())), "so")


def _term_word(term: str, told: Told) -> Word:
    for found in re.finditer(r"[\w'’-]+", told.quote):
        if term in terms(found.group()):
            return Word(found.group(), Span(*found.span()), term)
    return word_at("", told)


def is_same(one: Word, other: Word) -> bool:
    """Tell whether two words that were found to be contrary to others say the same.

    >>> is_same(Word("Lalo Schifrin", Span(0, 13), "Lalo Schifrin"), Word("Schifrin", Span(4, 12), "Schifrin"))
    True
    """
    if isinstance(one.value, Number):
        return _agree(one, other)
    if isinstance(one.value, NamedTime):
        return times_meet(one, other)
    mine, theirs = (frozenset(_named(word.shown)) for word in (one, other))
    return bool(mine & theirs) or one.value == other.value


def _named(name: str) -> list[str]:
    """Return the terms of a name without titles and stop words."""
    parts = (term for part in name.split() if part.lower() not in TITLES for term in terms(part))
    return [term for term in parts if term not in STOP_WORDS]
