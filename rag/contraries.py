"""Contraries: two sentences of different articles that cannot both be right about the same thing.

Each rule takes two sentences and yields what one has where the other has something else, with the
words' places. The rules read words and not meaning, and hold back: other things counted, other
places and a rounded figure are no contraries. What they find and what they cry wolf at is measured
by `bench/disagreements.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import product

from index.spans import Span
from index.words import STOP_WORDS, content_terms, terms
from rag.citations import Citation
from rag.claims import SAYING, denial
from rag.dates import NamedTime, read_times
from rag.differences import pieces, tokens
from rag.facts import DATE_WORD, TITLES, is_of_a_date, names_in
from rag.firmness import Firmness, find_firmness
from rag.matching import clauses, is_irregular, is_listed, meets, names_meet, sides, synonyms, term_set
from rag.numbers import Number, read_numbers
from rag.questioned import NOTHING_ASKED, Questioned
from rag.times import read_when

# The numbers below were chosen on the tune half of PoisonedRAG's questions (`bench/disagreements.py`).
# Two sentences are on one thing when so many of their content words meet, and this share of the shorter one's.
_LEAST_SHARED = 3
_SHARED = 0.5
_SHARED_AROUND_FIGURES = 0.4
_OF_LONGER = 0.5  # of that share, of the longer one's
_LEAST_EQUAL = 2
# For what only a "not" tells apart.
_SHARED_DENIED = 0.7
_LEAST_SHARED_DENIED = 4
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
_LONGEST = 600  # characters: what is longer is a table or a list

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
_NONE_OTHER = re.compile(r"\bnone other\b|\bno longer than\b|\bno (?:more|less|fewer) than\b", re.IGNORECASE)
_NO_NAMES = frozenset(("I", "TV", "It's", "U.S", "US", "UK", "AI"))
_SAY = "|".join((*SAYING, "according to"))
_FUTURE_DAY = date(2100, 1, 1)
_YEAR_NAMED = re.compile(r"\d{4}")
# What cannot both be so of one thing.
_CONTRARY: frozenset[frozenset[Firmness]] = frozenset(
    frozenset(pair)
    for pair in (
        ("agreed", "denied"),
        ("agreed", "refused"),
        ("agreed", "considered"),
        ("pledged", "refused"),
        ("planned", "refused"),
        ("planned", "denied"),
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """What a sentence has where another has something else."""

    shown: str
    place: Span  # in the sentence
    value: Number | NamedTime | str


@dataclass(frozen=True, eq=False)
class Told:
    """A sentence of an article, and what stands around it."""

    citation: Citation
    near: str  # itself and two sentences on each side
    before: str = ""  # the sentence before it
    after: str = ""  # the one after it
    asked: Questioned = NOTHING_ASKED

    @cached_property
    def quote(self) -> str:
        """The sentence's own characters."""
        return self.citation.quote

    @cached_property
    def answers(self) -> bool:
        """Tell whether it is about what the question asks for."""
        return self.asked.is_about(self.quote, before=self.before, after=self.after, heading=self.heading)

    @cached_property
    def own(self) -> tuple[str, ...]:
        """Its content terms, figures left out."""
        return tuple(term for term in content_terms(self.quote) if not term[0].isdigit())

    @cached_property
    def own_set(self) -> frozenset[str]:
        """The same as a set."""
        return frozenset(self.own)

    @cached_property
    def heading(self) -> frozenset[str]:
        """The terms of its article's heading."""
        return term_set(self.citation.article.heading)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in it, without days, months and "I"."""
        found = (part for name in names_in(self.quote) for part in re.split(r"\sand\s(?:the\s)?", name))
        return tuple(name for name in found if not (DATE_WORD.match(name) or name in _NO_NAMES or "I'" in name))

    @cached_property
    def figures(self) -> tuple[Word, ...]:
        """Its numbers that are of no date."""
        found = (number for number in read_numbers(self.quote) if not is_of_a_date(number))
        placed = ((number, _place(number, self.quote)) for number in found if not number.is_ordinal)
        return tuple(Word(n.shown, place, n) for n, place in placed if place)

    @cached_property
    def times(self) -> tuple[Word, ...]:
        """The days in it, by its article's date; without one, those that name their year."""
        published = self.citation.article.published
        found: list[Word] = []
        if published:
            at = 0
            for when in read_when(self.quote, published):
                start = self.quote.find(when.phrase, at)
                if start >= 0 and not when.of_saying:
                    at = start + len(when.phrase)
                    time = NamedTime(start, at, when.first, when.last, comes_round=False)
                    found.append(Word(when.phrase, Span(start, at), time))
            return tuple(found)
        for time in read_times(self.quote, as_of=_FUTURE_DAY):
            shown = self.quote[time.start : time.end]
            if _YEAR_NAMED.search(shown):
                found.append(Word(shown, Span(time.start, time.end), time))
        return tuple(found)


def _place(number: Number, quote: str) -> Span | None:
    """Find where a number stands; what was folded away in reading it is not found."""
    plain, at = quote.lower(), -1
    places = list[int]()
    while (at := plain.find(number.shown, at + 1)) >= 0:
        places.append(at)
    exact = [place for place in places if plain[:place].endswith(number.before)]
    start = next(iter(exact or places), None)
    return None if start is None else Span(start, start + len(number.shown))


def may_be_one(one: Told, other: Told) -> bool:
    """Tell at once whether it is worth a closer look if two sentences speak of one thing."""
    return len(one.own_set & other.own_set) >= _LEAST_EQUAL


def same_thing(one: Told, other: Told, *, share: float = _SHARED, least: int = _LEAST_SHARED) -> bool:
    """Tell whether two sentences have most of their words in common, and none names somebody else."""
    return may_be_one(one, other) and is_alike(one.own, other.own, share=share, least=least) and not name_others(one, other)


def is_alike(one: tuple[str, ...], other: tuple[str, ...], *, share: float, least: int) -> bool:
    """Tell whether of two sets of terms so many meet."""
    short, long = sorted((one, other), key=len)
    known = frozenset(long)
    shared = sum(meets(term, known) for term in short)
    return shared >= least and shared >= share * len(short) and shared >= share * _OF_LONGER * len(long)


def name_others(one: Told, other: Told) -> bool:
    """Tell whether each sentence names somebody or somewhere that the other's surroundings do not: Ontario, Quebec."""
    return _names_strange(one, other) and _names_strange(other, one)


def _names_strange(one: Told, other: Told) -> bool:
    known = term_set(f"{other.near} {other.citation.article.heading} {other.citation.article.place or ''}")
    for name in one.names:
        parts = [term for term in terms(name) if term not in STOP_WORDS]
        speaks = re.search(rf"{re.escape(name)},?\s(?:{_SAY})|(?:{_SAY})\s{re.escape(name)}", one.quote)
        if not speaks and not any(names_meet(term, known) for term in parts):
            return True
    return False


def figures(one: Told, other: Told, asked: Questioned) -> Iterator[tuple[Word, Word]]:
    """Yield numbers of the same things that are not the same."""
    if _days_differ(one, other, by=_SAME_STORY):
        return
    if asked.slot == "number" and one.answers and other.answers:
        if name_others(one, other):
            return
        mine, theirs = asked.counted(one.figures), asked.counted(other.figures)
        if mine and theirs and not any(_agree(a, b) for a, b in product(mine, theirs)):
            comparable = [(a, b) for a, b in product(mine, theirs) if _is_of_one_unit(a, b)]
            if comparable and not _holds(other, mine, asked) and not _holds(one, theirs, asked):
                yield comparable[0]
        return
    if asked.slot == "number" and one.answers != other.answers:
        return
    if not same_thing(one, other, share=_SHARED_AROUND_FIGURES):
        return
    mine, theirs = asked.without_own(one.figures), asked.without_own(other.figures)
    scores = {(a, b): _frames_meet(a, b) for a, b in product(mine, theirs)}
    for (a, b), score in scores.items():
        best = max(value for (c, d), value in scores.items() if c == a or d == b)
        equal = any(_agree(c, b) for c in one.figures) or any(_agree(a, d) for d in other.figures)
        if score and score == best and not equal:
            yield a, b


def _holds(told: Told, words: list[Word], asked: Questioned) -> bool:
    """Tell whether what stands around a sentence has one of these numbers, of the same things."""
    near = [Word(n.shown, Span(0, 0), n) for n in read_numbers(told.near) if not _is_denied(n.before)]
    return any(_agree(a, b) for a, b in product(words, asked.counted(tuple(near))))


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
    if after and after_other and not meets(after[0], frozenset(after_other)):
        if not meets(after_other[0], frozenset(after)):
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
        step = Decimal(10) ** rounded.normalize().as_tuple().exponent
        fewer = step > Decimal(10) ** exact.normalize().as_tuple().exponent
        large = abs(rounded) >= _LEAST_ROUNDED or exact != int(exact)
        if fewer and large and abs(rounded - exact) <= min(step / 2, abs(rounded) * _ROUNDING):
            return True
    return False


def times(one: Told, other: Told, asked: Questioned) -> Iterator[tuple[Word, Word]]:
    """Yield days on which one thing happened that have no day in common."""
    if not one.times or not other.times:
        return
    if asked.slot == "date":
        if not (one.answers and other.answers) or name_others(one, other):
            return
    else:
        published = one.citation.article.published, other.citation.article.published
        apart = abs((published[0] - published[1]).days) if published[0] and published[1] else _SAME_STORY + 1
        single = len(one.times) == len(other.times) == 1
        if not single or apart > _SAME_STORY or not same_thing(one, other, share=_SHARED_DENIED):
            return
        if _days_apart(one, other) > _SAME_EVENT:
            return
    if not any(_overlap(a, b) for a, b in product(one.times, other.times)):
        yield one.times[0], other.times[0]


def _overlap(one: Word, other: Word) -> bool:
    a, b = one.value, other.value
    return isinstance(a, NamedTime) and isinstance(b, NamedTime) and a.first <= b.last and b.first <= a.last


def _days_differ(one: Told, other: Told, *, by: int = 0) -> bool:
    """Tell whether both name days and each of one is more than so many days from each of the other."""
    return bool(one.times and other.times) and _days_apart(one, other) > by


def _days_apart(one: Told, other: Told) -> int:
    """Count the days between the times that two sentences name, where they are nearest; 0: they overlap."""
    pairs = product((word.value for word in one.times), (word.value for word in other.times))
    gaps = (
        max((b.first - a.last).days, (a.first - b.last).days, 0)
        for a, b in pairs
        if isinstance(a, NamedTime) and isinstance(b, NamedTime)
    )
    return min(gaps, default=0)


def names(one: Told, other: Told, asked: Questioned) -> Iterator[tuple[Word, Word]]:
    """Yield names that stand in the same place of two sentences: what the question asks for, or a swap."""
    if asked.slot in ("who", "where", "name") and not asked.of_many:
        if one.answers and other.answers:
            mine, theirs = answering(one, asked), answering(other, asked)
            few = 0 < len(mine) <= _MOST_NAMES and 0 < len(theirs) <= _MOST_NAMES
            if few and not _any_held(mine, other) and not _any_held(theirs, one):
                yield mine[0], theirs[0]
                return
    yield from _swapped(one, other)


def answering(told: Told, asked: Questioned) -> list[Word]:
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
        in_question = sum(meets(term, asked.all_terms) for term in parts)
        placed = bool(_PLACED.search(before))
        people = " " not in name and (is_listed("".join(terms(name)[:1])) and asked.slot == "who")
        people |= bool(_PEOPLE.search(name) and re.match(r"\s[a-z]|[a-z]", told.quote[at:]))
        fits = {"who": not (placed or people or _TITLED.search(before)), "where": placed or bool(_NAMED.search(before)), "name": bool(_NAMED.search(before))}
        if parts and 2 * in_question < len(parts) and fits[asked.slot] and not _is_denied(before):
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
    if not may_be_one(one, other) or not is_alike(one.own, other.own, share=_SHARED_DENIED, least=_LEAST_SHARED):
        return
    told = pieces(tokens(one.quote), tokens(other.quote))
    differ = [piece for piece in told if not piece.same]
    # Where figures differ too, two events are told: England by 5 wickets, Australia by 7.
    if len(differ) != 1 or len(told) == 1:
        return
    for piece in differ:
        said, written = piece.said.strip(" ,."), piece.written.strip(" ,.")
        if said in one.names and written in other.names and not any(map(read_numbers, (said, written))):
            if not _any_held([Word(said, Span(0, 0), said)], other):
                a, b = one.quote.find(said), other.quote.find(written)
                yield Word(said, Span(a, a + len(said)), said), Word(written, Span(b, b + len(written)), written)


def outcomes(one: Told, other: Told, asked: Questioned) -> Iterator[tuple[Word, Word]]:
    """Yield words by which one thing came out otherwise: agreed and refused, rose and fell, is and is not."""
    if not same_thing(one, other) or _days_differ(one, other):
        return
    firmness, words = find_firmness(one.quote)
    other_firmness, other_words = find_firmness(other.quote)
    if frozenset((firmness, other_firmness)) in _CONTRARY:
        yield _word(words, one), _word(other_words, other)
        return
    for clause, other_clause in product(clauses(one.quote), clauses(other.quote)):
        mine, theirs = tuple(content_terms(clause)), tuple(content_terms(other_clause))
        if not is_alike(mine, theirs, share=_SHARED, least=_LEAST_SHARED):
            continue
        denied, denied_there = denial(clause), denial(other_clause)
        if _NONE_OTHER.search(clause) or _NONE_OTHER.search(other_clause):
            continue
        if bool(denied) != bool(denied_there):
            if is_alike(mine, theirs, share=_SHARED_DENIED, least=_LEAST_SHARED_DENIED):
                yield _denied_word(clause, one), _denied_word(other_clause, other)
                return
            continue
        for term in mine:
            far = frozenset().union(*(far for _, far in sides(term)))
            near = frozenset().union(*(near for near, _ in sides(term)), synonyms(term))
            turned = [t for t in theirs if t in far and t not in near]
            if turned and not near & frozenset(theirs) and not far & frozenset(mine):
                if not is_irregular(term) or is_alike(mine, theirs, share=_SHARED_DENIED, least=_LEAST_SHARED):
                    yield _term_word(term, one), _term_word(turned[0], other)
                    return


def _word(words: str, told: Told) -> Word:
    start = told.quote.find(words)
    return Word(words, Span(start, start + len(words)), words.casefold())


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
    return _word("", told)


def is_same(one: Word, other: Word) -> bool:
    """Tell whether two words that were found to be contrary to others say the same.

    >>> is_same(Word("Lalo Schifrin", Span(0, 13), "Lalo Schifrin"), Word("Schifrin", Span(4, 12), "Schifrin"))
    True
    """
    if isinstance(one.value, Number):
        return _agree(one, other)
    if isinstance(one.value, NamedTime):
        return _overlap(one, other)
    mine, theirs = (frozenset(_named(word.shown)) for word in (one, other))
    return bool(mine & theirs) or one.value == other.value


def _named(name: str) -> list[str]:
    """Return the terms of a name without titles and stop words."""
    parts = (term for part in name.split() if part.lower() not in TITLES for term in terms(part))
    return [term for term in parts if term not in STOP_WORDS]
