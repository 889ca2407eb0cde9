"""Figure history: how the figure that answers a question changed from day to day.

"4 (9 Mar) → 7 (10 Mar) → 10 (30 Jun)": each figure is a number of one sentence of a dated article. It is shown only
if it is sure that all figures are of the same thing and that the figure moves. Two newspapers that estimate one
thing differently are a disagreement, and no history.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from index.text.terms import STOP_WORDS, terms
from rag.analysis.sentence_context import Mention, SentenceContext, names_differ, read_sentences
from rag.answering.models import Answer
from rag.evidence.citations import Citation
from rag.language.date_words import DATE_WORD
from rag.language.lexicon import lines, words
from rag.language.matching import meets, names_meet, term_set
from rag.language.names import names_in
from rag.language.numbers import Number
from rag.language.question_type import QuestionType, alike, read_question_type
from rag.retrieval.passages import Passage

MOST_FIGURES = 8
_LEAST_NAMED = 0.6  # of the question's words without names, in a sentence that gives no toll
_FARTHEST = 20  # times another figure: one of something else
_TOLL_AFTER, _TOLL_BEFORE = 5, 4  # words from a number to the word of its toll
_DEATHS = 1  # the kind of toll that falls only by a correction

_IN_CLAUSE, _RIGHT_BEFORE = ("|".join(line.split()) for line in lines("earlier_figures"))
_EARLIER = re.compile(rf"\b(?:{_IN_CLAUSE})\b[^,;:.()]*$|\b(?:{_RIGHT_BEFORE})\s(?:about\s|some\s|the\s)?$")
_EXPECTED = re.compile(rf"\b(?:{'|'.join(words('expected_figures'))})\b")
_IS_A_MARK = re.compile(r"(?:\s\w+){0,2}[\s-](?:mark|target|goal|threshold|limit)\b")
_EARLIER_AFTER = re.compile(r"[^,;.()]{0,20}\b(?:ago|earlier|previously|before|last\s(?:week|month|year))\b")
_REPEATS_EARLIER = re.compile(
    r"^\W*(?:earlier|before|at first|last\s\w+)\b|\bat first\b|\bearlier version\b"
    rf"|\b(?:{'|'.join(words('repeats_earlier'))})\b"
    r"|\bhad\s(?:\w+ly\s)?(?:said|reported|announced|put|estimated|given|expected|promised)\b",
    re.IGNORECASE,
)
_IS_CORRECTED = re.compile(r"\b(?:correct|revis|earlier|previous|recount|mistake|turned out)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!since )\b(?:19|20)\d\d\b")
_RANGE = re.compile(r"\s?(?:and|to|or|[-–])\s?")
_RANGE_OPENS = re.compile(r"\bbetween\s$")
_MIXED = re.compile(r"\sand\sa\s(?:half|quarter)\b")
_LEADS_TO = re.compile(r"\b(?:to|at|is|was|reache[ds])\s(?:at least\s)?$")
_IN_BRACKETS = re.compile(r"\([^)]*\)")
_CLAUSE = re.compile(r"[,;:()]\s")
_FUTURE = re.compile(r"\b(?:will|would|going to|be expected|planned|expected)\b", re.IGNORECASE)
_CHANGES = frozenset(term for word in words("figure_changes") for term in terms(word))


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a day, and the sentence that gives it."""

    value: str  # as the article writes it; a small number in words is in digits
    day: date  # on which the article was published
    citation: Citation
    amounts: frozenset[Decimal]  # two if it is a range or its notation is ambiguous
    unit: str  # as of `Number`
    moved: bool  # the sentence says that it rose, fell or was revised

    def is_number(self, number: Number) -> bool:
        """Return True if a number is this figure, or one end of its range."""
        return number.unit == self.unit and bool(number.values & self.amounts)


@dataclass(frozen=True, slots=True)
class _Given:
    """A figure, and the sentence that gives it."""

    figure: Figure
    sentence: SentenceContext


def figure_history(answer: Answer) -> tuple[Figure, ...]:
    """Return the figures that answered a question from day to day, oldest first; empty if it did not change.

    Nothing while a model still writes, and nothing for several questions at once.
    """
    if answer.level == "nothing" or answer.parts or answer.about_shelf or (answer.prose and answer.prose.under_way):
        return ()
    return find_figures(answer.searched_as, answer.quotes, answer.passages)


def overtaken(history: Sequence[Figure]) -> tuple[Figure, ...]:
    """Return the figures of a history that a newer one replaces: all but the last, if a sentence says that it moved."""
    return tuple(history[:-1]) if any(figure.moved for figure in history) else ()


# One answer is drawn, copied, kept and exported with the same history.
@lru_cache(maxsize=16)
def find_figures(question: str, quotes: tuple[Citation, ...], passages: tuple[Passage, ...]) -> tuple[Figure, ...]:
    """Return at least two different figures of at least two days that sentences of the passages give, oldest first.

    Args:
        question: If it does not ask for a number, nothing is returned.
        quotes: The quotes of its answer, the first one first. The history has the figure of the first that gives one.
        passages: Where figures are looked for.
    """
    asked = read_question_type(question)
    if asked.expected != "number" or asked.how not in ("", "many", "much", "long"):
        return ()
    read = read_sentences(passages, asked).values()
    about = (sentence for sentence in read if sentence.answers or sentence.citation in quotes)
    given = [one for sentence in about for one in _read_given(sentence, question)]
    given.sort(key=lambda one: _nearness(one, quotes))
    if not given or given[0].sentence.citation not in quotes:
        return ()
    lead = given[0]
    same = [one for one in given if _is_same_thing(one, lead, question)]
    days = _without_falls(list(_by_day(same, lead)), asked)
    history = list(_without_repeats(one.figure for one in days))
    has_lead = any(_same(lead.figure, one) for one in history)
    changed = len({figure.day for figure in history}) > 1 and _moves(asked, question, days)
    return tuple(history[-MOST_FIGURES:]) if has_lead and changed else ()


def _nearness(given: _Given, quotes: Sequence[Citation]) -> tuple[int, int]:
    """Return what orders sentences by how near they are to the question: quotes first, in their order."""
    sentence = given.sentence
    place = quotes.index(sentence.citation) if sentence.citation in quotes else len(quotes)
    return place, -sum(meets(term, term_set(sentence.quote)) for term in sentence.asked.subject)


def _read_given(sentence: SentenceContext, question: str) -> Iterator[_Given]:
    """Yield the figure of a sentence that answers the question; none if it gives several."""
    published = sentence.citation.article.published
    if not published or not _is_of_today(sentence.quote, published):
        return
    if not (_has_names(sentence, question) and _has_subject(sentence, question)):
        return
    current = [one for one in sentence.numbers if _counts(sentence, one) and not _is_earlier(sentence, one)]
    if not _FUTURE.search(question):
        current = [one for one in current if not _is_expected(sentence, one)]
    figures = [_figure(sentence, one, published) for one in current]
    if figures and all(_same(figures[0], other) for other in figures):
        yield _Given(figures[0], sentence)


def _counts(sentence: SentenceContext, mention: Mention) -> bool:
    """Return True if a number counts what is asked for, by all words of its sentence, or of its clause."""
    number, asked = mention.value, sentence.asked
    if not isinstance(number, Number):
        return False
    before = sentence.quote[: mention.span.start].lower()
    after = sentence.quote[mention.span.end :].lower()
    if asked.toll:
        return asked.counts(replace(number, before=before, after=after)) and _is_toll(asked, before, after)
    return asked.counts(replace(number, before=_CLAUSE.split(before)[-1], after=after))


def _is_toll(asked: QuestionType, before: str, after: str) -> bool:
    """Return True if the word of the toll is close to a number, or a rise leads to the number.

    "Four soldiers carried the dead" and "three and a half weeks after nine had died" give no toll of 4 or 3.
    """
    if _MIXED.match(after):
        return False
    kind = frozenset[str]().union(*(alike(term) for term in asked.subject if len(alike(term)) > 1))
    next_words = terms(after)[:_TOLL_AFTER]
    of_toll = next((place for place, term in enumerate(next_words) if term in kind), None)
    if of_toll is not None and "the" not in next_words[:of_toll]:
        return True
    earlier = terms(before)
    return bool(kind.intersection(earlier[-_TOLL_BEFORE:]) or (_LEADS_TO.search(before) and kind.intersection(earlier)))


def _is_of_today(quote: str, published: date) -> bool:
    """Return True if a sentence does not repeat what was said before, and names no earlier year."""
    if _REPEATS_EARLIER.search(quote) or quote.rstrip().endswith("?"):
        return False
    return all(int(year) >= published.year - 1 for year in _YEAR.findall(quote))


def _is_earlier(sentence: SentenceContext, mention: Mention) -> bool:
    """Return True if a number is a figure of an earlier state: "up from 23", "an earlier figure of 14"."""
    before, after = sentence.quote[: mention.span.start].lower(), sentence.quote[mention.span.end :].lower()
    return bool(_EARLIER.search(before) or _EARLIER_AFTER.match(after))


def _is_expected(sentence: SentenceContext, mention: Mention) -> bool:
    """Return True if a number is one that may be reached: "could rise to 30", "the 4 million mark"."""
    before, after = sentence.quote[: mention.span.start].lower(), sentence.quote[mention.span.end :].lower()
    return bool(_EXPECTED.search(before) or _IS_A_MARK.match(after))


def _figure(sentence: SentenceContext, mention: Mention, published: date) -> Figure:
    number = mention.value
    assert isinstance(number, Number)
    amounts, start = number.values, mention.span.start
    for other in sentence.numbers:
        between = sentence.quote[other.span.end : mention.span.start]
        if other.span < mention.span and _RANGE.fullmatch(between) and isinstance(other.value, Number):
            opens = _RANGE_OPENS.search(sentence.quote[: other.span.start])
            amounts, start = amounts | other.value.values, opens.start() if opens else other.span.start
    value = sentence.quote[start : mention.span.end]
    moved = bool((_CHANGES - sentence.asked.all_terms) & term_set(sentence.quote))
    return Figure(_in_digits(value, number), published, sentence.citation, amounts, number.unit, moved)


def _in_digits(value: str, number: Number) -> str:
    """Return a number as it is written, or in digits if it is written in words alone."""
    amount = min(number.values)
    if number.unit or any(letter.isdigit() for letter in value) or amount != int(amount):
        return " ".join(value.split())
    return f"{int(amount):,}"


def _has_names(sentence: SentenceContext, question: str) -> bool:
    """Return True if a sentence is about what the question names.

    The heading may name it for a sentence that names nothing else.
    """
    named = [term for name in names_in(question) for term in terms(name) if term not in STOP_WORDS]
    own = term_set(sentence.quote)
    missing = [term for term in named if not names_meet(term, own)]
    if not missing:
        return True
    around = sentence.heading | term_set(sentence.citation.article.place or "")
    others = (term for name in sentence.names for term in terms(name) if term not in STOP_WORDS)
    known = around | frozenset(named)
    return all(names_meet(term, around) for term in missing) and all(names_meet(term, known) for term in others)


def _has_subject(sentence: SentenceContext, question: str) -> bool:
    """Return True if a sentence says itself most of what is asked, names and tolls apart.

    "Flights were delayed" does not answer how many flights were diverted.
    """
    asked = sentence.asked
    if asked.toll:
        return True
    named = term_set(" ".join(names_in(question)))
    subject = [term for term in asked.subject if term not in named]
    own = term_set(sentence.quote)
    return sum(meets(term, own) for term in subject) >= _LEAST_NAMED * len(subject)


def _is_same_thing(one: _Given, other: _Given, question: str) -> bool:
    """Return True if two figures can be of the same thing."""
    if one.figure.unit != other.figure.unit:
        return False
    if one.sentence is not other.sentence:
        if names_differ(one.sentence, other.sentence):
            return False
        # "How many died?" names nothing that tells one event from another.
        if not names_in(question) and not _names_around(one.sentence) & _names_around(other.sentence):
            return False
    least, most = sorted((max(one.figure.amounts), max(other.figure.amounts)))
    return bool(one.sentence.asked.toll) or most <= _FARTHEST * least


def _names_around(sentence: SentenceContext) -> frozenset[str]:
    """Return the terms of the names in a sentence and its article's heading, without the agency in brackets."""
    article = sentence.citation.article
    text = _IN_BRACKETS.sub("", f"{sentence.quote}\n{article.heading}\n{article.place or ''}")
    names = (name for name in names_in(text) if not DATE_WORD.match(name))
    return frozenset(term for name in names for term in terms(name) if term not in STOP_WORDS)


def _by_day(given: Sequence[_Given], lead: _Given) -> Iterator[_Given]:
    """Yield the figure of each day: the lead's, else a new one rather than one of an earlier day.

    A sentence that was published on an earlier day too is left out.
    """
    known: list[Figure] = []
    seen: set[tuple[str, ...]] = set()
    for day in sorted({one.figure.day for one in given}):
        todays = [one for one in given if one.figure.day == day and tuple(terms(one.sentence.quote)) not in seen]
        new = [one for one in todays if not any(_same(one.figure, other) for other in known)]
        chosen = [lead] if lead in todays else _risen(new) or (new or todays)[:1]
        yield from chosen
        known += [one.figure for one in chosen]
        seen.update(tuple(terms(one.sentence.quote)) for one in todays)


def _risen(todays: Sequence[_Given]) -> list[_Given]:
    """Return a toll of a morning and the one to which it has risen on the same day; nothing if none is said to rise."""
    risen = next((one for one in todays if one.figure.moved), None)
    if risen is None:
        return []
    lower = [one for one in todays if max(one.figure.amounts) < max(risen.figure.amounts)]
    return [*(lower[:1] if risen.sentence.asked.toll else []), risen]


def _without_falls(days: Sequence[_Given], asked: QuestionType) -> list[_Given]:
    """Leave out deaths that are fewer than before without a correction; all, if the newest figure is such a one."""
    kept: list[_Given] = []
    for one in days:
        falls = any(max(one.figure.amounts) < max(other.figure.amounts) for other in kept)
        if asked.toll != _DEATHS or not falls or _IS_CORRECTED.search(one.sentence.near):
            kept.append(one)
        elif one is days[-1]:
            return []
    return kept


def _without_repeats(figures: Iterable[Figure]) -> Iterator[Figure]:
    last: Figure | None = None
    for figure in figures:
        if last is None or not _same(figure, last):
            yield figure
            last = figure


def _same(one: Figure, other: Figure) -> bool:
    return one.unit == other.unit and one.amounts == other.amounts


def _moves(asked: QuestionType, question: str, days: Sequence[_Given]) -> bool:
    """Return True if the figure is one that moves: a toll, the cost of a plan, or one that is said to rise or fall."""
    return bool(
        asked.toll or asked.order == "latest" or _FUTURE.search(question) or any(one.figure.moved for one in days)
    )
