"""A sentence with its context, and tests for whether two sentences describe the same event."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import product

from index.text.languages import is_english
from index.text.spans import Span
from index.text.terms import STOP_WORDS, content_terms, terms
from rag.evidence.citations import Citation
from rag.evidence.event_dates import read_when
from rag.language.date_phrases import NamedTime, read_times
from rag.language.date_words import DATE_WORD, is_of_a_date
from rag.language.lexicon import SAYING
from rag.language.matching import meets, names_meet, term_set
from rag.language.names import names_in
from rag.language.numbers import Number, read_numbers
from rag.language.question_type import NOTHING_ASKED, QuestionType
from rag.retrieval.passages import Passage

# The numbers below were chosen on the tune half of PoisonedRAG's questions (`bench/disagreements.py`).
LEAST_SHARED = 3  # content words that two sentences about the same thing share
SHARED_CLOSELY = 0.7  # the share of the shorter sentence's content words, for a close match
_OF_LONGER = 0.5  # of that share, in the longer sentence
_LEAST_EQUAL = 2
_EQUAL = 0.5  # of the shared words, in the same form

_NEAR = 2  # sentences on each side
_NO_NAMES = frozenset(("I", "TV", "It's", "U.S", "US", "UK", "AI"))
_SAYS_AFTER = re.compile(rf",?\s(?:{'|'.join(SAYING)})\b")
_SAYS_BEFORE = re.compile(rf"\b(?:{'|'.join(SAYING)}|according to)\s$", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:(?P<not>\b(?:not|never)\b|n['’]t\b)[^,;.]{0,40})?"
    r"\b(?:(?P<by>by|before|no later than)|(?P<from>after|from))\s(?:the\s)?$",
    re.IGNORECASE,
)
_FUTURE_DAY = date(2100, 1, 1)
_PART_AFTER = re.compile(
    r"\s(?:more|others?|further|additional|extra|of\s(?:the|them|those|these|whom|its|his|her|their))\b|[/:]\d"
)
_PART_BEFORE = re.compile(r"(?:\b(?:another|other|further|additional)\s|\d[/:])$")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Mention:
    """A number or a time in a sentence."""

    shown: str
    span: Span  # in the sentence
    value: Number | NamedTime
    side: int = 0  # of a time: -1 for "by" and "before", 1 for "after" and "from"; the opposite after "not"


@dataclass(frozen=True, eq=False)
class SentenceContext:
    """A sentence of an article with its context."""

    citation: Citation
    near: str  # the sentence and two on each side
    before: str = ""  # the sentence before it
    after: str = ""  # the sentence after it
    asked: QuestionType = NOTHING_ASKED

    @cached_property
    def quote(self) -> str:
        """The sentence's own characters."""
        return self.citation.quote

    @property
    def article_id(self) -> str:
        """The id of its article."""
        return self.citation.article.id

    @cached_property
    def answers(self) -> bool:
        """True if it is about the subject of the question."""
        return self.asked.is_about(self.quote, before=self.before, after=self.after, heading=self.heading)

    @cached_property
    def own(self) -> tuple[str, ...]:
        """Its content terms without figures."""
        return own_terms(self.quote)

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
        """Its names without days, months and "I"."""
        found = (part for name in names_in(self.quote) for part in re.split(r"\sand\s(?:the\s)?", name))
        return tuple(name for name in found if not (DATE_WORD.match(name) or name in _NO_NAMES or "I'" in name))

    @cached_property
    def numbers(self) -> tuple[Mention, ...]:
        """Its numbers that are not part of a date."""
        found = (n for n in read_numbers(self.quote) if not (is_of_a_date(n) or _is_of_a_part(n)))
        located = ((number, _locate(number, self.quote)) for number in found if not number.is_ordinal)
        return tuple(Mention(n.shown, span, n) for n, span in located if span)

    @cached_property
    def times(self) -> tuple[Mention, ...]:
        """Its days, read by the date of its article; without a date, only days with their year."""
        return _times(self.quote, self.citation.article.published)

    @cached_property
    def near_times(self) -> tuple[Mention, ...]:
        """The days in it and around it; their spans are in `near`."""
        return _times(self.near, self.citation.article.published)


def read_sentences(passages: Sequence[Passage], asked: QuestionType) -> dict[Citation, SentenceContext]:
    """Return each sentence of the passages with its context, in the order of the passages.

    Passages that are not in English are left out: the rules for what differs would misread them.
    """
    read: dict[Citation, SentenceContext] = {}
    for passage in passages:
        if not is_english(passage.article.language):
            continue
        text, spans = passage.article.text, passage.sentences
        for place, span in enumerate(spans):
            first, last = max(0, place - _NEAR), min(len(spans), place + _NEAR + 1) - 1
            near = text[spans[first].start : spans[last].end]
            before = spans[place - 1].cut(text) if place else ""
            citation = Citation(passage.article, span)
            after = spans[place + 1].cut(text) if place + 1 < len(spans) else ""
            read[citation] = SentenceContext(citation, near, before, after, asked)
    return read


def _is_of_a_part(number: Number) -> bool:
    """Return True if a number counts an addition, a part, or nothing: "two more", "two of them", "24/7"."""
    return bool(_PART_AFTER.match(number.after) or _PART_BEFORE.search(number.before))


def own_terms(text: str) -> tuple[str, ...]:
    """Return the content terms of a text without figures.

    >>> own_terms("On Monday 12 people died.")
    ('monday', 'peopl', 'die')
    """
    return tuple(term for term in content_terms(text) if not term[0].isdigit())


def _times(text: str, published: date | None) -> tuple[Mention, ...]:
    if published:
        found, at = list[Mention](), 0
        for when in read_when(text, published):
            start = text.find(when.phrase, at)
            if start < 0:
                continue
            at = start + len(when.phrase)
            if not when.of_saying:
                time = NamedTime(start, at, when.first, when.last, comes_round=False)
                found.append(Mention(when.phrase, Span(start, at), time, _side(text[:start])))
        return tuple(found)
    named = read_times(text, as_of=_FUTURE_DAY)
    return tuple(
        Mention(text[time.start : time.end], Span(time.start, time.end), time, _side(text[: time.start]))
        for time in named
        if _YEAR.search(text[time.start : time.end])
    )


def _side(before: str) -> int:
    """Return on which side of a time it is, by the words before it: -1 until it, 1 from it on, 0 in it."""
    found = _LEAD.search(before)
    if not found:
        return 0
    side = 1 if found["from"] else -1
    return -side if found["not"] else side


def _locate(number: Number, quote: str) -> Span | None:
    """Return the span of a number in the quote it was read from; None if folding changed its characters.

    >>> quote = "İİ said 3 of 13 people died."
    >>> [_locate(number, quote).cut(quote) for number in read_numbers(quote)]
    ['3', '13']
    """
    # Never in a lower-cased copy: some letters become two.
    whole = rf"(?<!\d){re.escape(number.shown)}(?!\d)"
    spans = [Span(*found.span()) for found in re.finditer(whole, quote, re.IGNORECASE)]
    exact = (span for span in spans if _folded(quote[: span.start]).endswith(number.before))
    return next(exact, spans[0] if spans else None)


def _folded(text: str) -> str:
    """Return a text as numbers are read in it."""
    return unicodedata.normalize("NFKC", text).lower()


def may_be_same(one: SentenceContext, other: SentenceContext) -> bool:
    """Return True if two sentences share enough words to be worth comparing; this is fast."""
    return len(one.own_set & other.own_set) >= _LEAST_EQUAL


def same_thing(one: SentenceContext, other: SentenceContext, *, share: float) -> bool:
    """Return True if two sentences share this part of their words and do not name different people or places."""
    equal = len(one.own_set & other.own_set)
    # Words in the same form first: the others take time.
    if equal < max(_LEAST_EQUAL, share * _EQUAL * min(len(one.own), len(other.own))):
        return False
    return is_alike(one.own, other.own, share=share) and not names_differ(one, other)


@lru_cache(maxsize=4096)
def is_alike(one: tuple[str, ...], other: tuple[str, ...], *, share: float) -> bool:
    """Return True if two sets of terms share at least `LEAST_SHARED` terms and this part of the smaller set."""
    short, long = sorted((one, other), key=len)
    known = frozenset(long)
    shared = sum(meets(term, known) for term in short)
    return shared >= LEAST_SHARED and shared >= share * len(short) and shared >= share * _OF_LONGER * len(long)


def names_differ(one: SentenceContext, other: SentenceContext) -> bool:
    """Return True if each sentence has a name that is missing around the other: Ontario and Quebec."""
    return _has_missing_name(one, other) and _has_missing_name(other, one)


def _has_missing_name(one: SentenceContext, other: SentenceContext) -> bool:
    known = term_set(f"{other.near} {other.citation.article.heading} {other.citation.article.place or ''}")
    for name in one.names:
        parts = [term for term in terms(name) if term not in STOP_WORDS]
        before, _, after = one.quote.partition(name)
        speaks = _SAYS_AFTER.match(after) or _SAYS_BEFORE.search(before)
        if not speaks and not any(names_meet(term, known) for term in parts):
            return True
    return False


def times_meet(one: Mention, other: Mention) -> bool:
    """Return True if two times have a day in common; unless both name their year, any year fits."""
    a, b = one.value, other.value
    if not isinstance(a, NamedTime) or not isinstance(b, NamedTime):
        return False
    one_first, one_last = _open(one, a, other)
    other_first, other_last = _open(other, b, one)
    if one_first <= other_last and other_first <= one_last:
        return True
    years_named = _YEAR.search(one.shown) and _YEAR.search(other.shown)
    return not years_named and (a.first.month, a.first.day) == (b.first.month, b.first.day)


def _open(mention: Mention, time: NamedTime, other: Mention) -> tuple[date, date]:
    """Return the days that a time allows; two deadlines are compared by their own days."""
    if mention.side == other.side:
        return time.first, time.last
    return date.min if mention.side < 0 else time.first, date.max if mention.side > 0 else time.last


def days_differ(one: SentenceContext, other: SentenceContext, *, by: int) -> bool:
    """Return True if both sentences name days, all of them more than `by` days apart."""
    return bool(one.times and other.times) and days_apart(one, other) > by


def days_apart(one: SentenceContext, other: SentenceContext) -> int:
    """Return the days between the nearest times of two sentences; 0 if they overlap."""
    if any(times_meet(a, b) for a, b in product(one.times, other.times)):
        return 0
    pairs = product((mention.value for mention in one.times), (mention.value for mention in other.times))
    gaps = (
        max((b.first - a.last).days, (a.first - b.last).days, 0)
        for a, b in pairs
        if isinstance(a, NamedTime) and isinstance(b, NamedTime)
    )
    return min(gaps, default=0)
