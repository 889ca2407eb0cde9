"""The days that a quote refers to, counted from its article's date.

"Saturday" in an article of Thursday 12 February is 7 February, which a reader a month later cannot know. News looks
back, so a day of the week is the last one; it is the next one if the clause looks forward: "will … on Saturday", "by
Friday", "next Tuesday". A month or a day without its year is the nearest one that the tense of its clause allows.
Without the article's date nothing is read, and what is doubtful is not read either.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from index.core.formatting import one_line, scope_words
from index.core.scope import Scope
from rag.evidence.citations import Citation
from rag.language.date_phrases import MONTH_NAMED, WEEKDAYS, NamedTime, read_times
from rag.language.lexicon import PAST_FORMS, SAYING, SPEAKING

_WEEKDAY = re.compile(
    rf"(?:\b(?P<which>next|last|this|coming|this coming)\s)?(?<![\w-])(?P<day>{'|'.join(WEEKDAYS)})\b"
    r"(?!\s(?:(?-i:[A-Z])|of\b))(?P<part>\s(?:morning|afternoon|evening|night))?(?:\s(?P<week>this|last|next)\sweek\b)?",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"\b(?:tomorrow|next\s(?P<unit>week|month|year)|(?:the\s)?end\sof\s(?:the|this)\s(?P<ends>month|year))\b",
    re.IGNORECASE,
)
_INTENDED = "aim|due|expect|hope|intend|likely|plan|ready|schedule|set|want"
_DECIDED = "agree|decide|pledge|promise|propose|vote|vow"
_MEANT = f"{_INTENDED}|{_DECIDED}"
_FORWARD = re.compile(
    r"\b(?:will|shall|(?:should|must|would)(?!\shave)|going\sto|to\sbe|(?:is|are)\sto)\b"
    rf"|\b(?:(?:{_INTENDED})(?:d|s|n?ed|n?ing)?|(?:{_DECIDED})(?:s|n?ing)?)\s(?:to|for)\b"
    r"|\b(?-i:begins|starts|ends|opens|closes|expires|takes\s(?:effect|place))\b(?!\sto\b)"
    r"|['’]ll\b|\bwon['’]t\b|\b(?:once|as\ssoon\sas)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    rf"\b(?:was|were|had|since|(?:has|have)(?!\sto\b)|(?:{'|'.join(sorted(PAST_FORMS - {'set', 'cut', 'put', 'let'}))})"
    r"|(?<!\ba\s)(?<!\ban\s)(?<!\bthe\s)[a-z]{3,}ed)\b"
)
# Verbs whose past is written like their present.
_LIKE_PAST = re.compile(r"\b(?:beat|cut|hit|let|put|quit|read|set|shut|split|spread)\b")
_PRESENT = re.compile(
    r"\b(?:is|are|has|have|needs?|faces?|plays?|meets?|hosts?|visits?|decides?|votes?|[a-z]{3,}(?:ies|ses|zes|xes|kes|ves))\b"
)
_SENTENCE_END = re.compile(r"[.!?][\"”’)]?\s+(?=[\"“‘(]?[A-Z])")
# "Was due to open" may still be to come, and a correction has a later day than its article.
_ANY_TENSE = re.compile(
    rf"\b(?:was|were|had|been)\s(?:\w+\s)?(?:to|(?:{_MEANT})(?:d|n?ed)?\s(?:to|for))\b|\b(?:if\b|correct|amend|updat|clarif)",
    re.IGNORECASE,
)
# In "voted to close the mine on Monday", Monday may be the day of either.
_HAS_DECIDED = re.compile(rf"\b(?:{_DECIDED})e?d\s(?:to|for)\b", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:by|until|till|before|from|starting)\s(?:the\s)?(?:end\sof\s)?$", re.IGNORECASE)
# "The schools were closed until February 13": the verb's tense says nothing about that day.
_UP_TO = re.compile(r"\b(?:until|till)\s(?:at\sleast\s)?(?:the\s)?$", re.IGNORECASE)
# "Since the start of the year" is a day, or weeks, or months.
_VAGUE = re.compile(r"\b(?:start|beginning|middle)\sof\b", re.IGNORECASE)
_CLAUSE = re.compile(
    rf"[.,;:!?\"“”]\s|\b(?:which|who|that|after|because|but)\b|\b(?:{'|'.join(SAYING)})\b", re.IGNORECASE
)
_SAYS_ON = re.compile(
    rf"\b(?:{'|'.join({*SAYING, *SPEAKING})})\s(?:(?!(?:for|by|to|until|from)\s)[^\s,.;]+\s){{0,2}}?"
    r"(?:on\s)?(?:late\s|early\s)?$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b\d{4}\b")
# A date without a year is read on these days after its article's: it comes round once a year.
_ROUNDS = (0, 31, 365)
_SOON = 75  # days between an article and a time that is meant if its clause has no tense


@dataclass(frozen=True, slots=True)
class When:
    """A time that a quote names, and the days it means."""

    phrase: str  # as the quote has it
    first: date
    last: date  # inclusive
    of_saying: bool  # when it was said, not when it happened: "said on Thursday"
    is_relative: bool  # only the article's date shows which days they are, and more than the article's own year

    @property
    def words(self) -> str:
        """The time and its days, as they are shown.

        >>> When("Saturday", date(2026, 2, 7), date(2026, 2, 7), of_saying=False, is_relative=True).words
        'Saturday → 7 Feb 2026'
        """
        return f"{one_line(self.phrase)} → {days_words(self.first, self.last)}"


def days_words(first: date, last: date) -> str:
    """Write days as they are shown; a whole month or year by its name.

    >>> days_words(date(2026, 2, 1), date(2026, 2, 28)), days_words(date(2026, 2, 1), date(2026, 2, 2))
    ('Feb 2026', '1 Feb to 2 Feb 2026')
    """
    if first.day == 1 and (last + timedelta(1)).day == 1:
        if (first.year, first.month) == (last.year, last.month):
            return f"{first:%b} {first.year}"
        if first.year == last.year and (first.month, last.month) == (1, 12):
            return str(first.year)
    return scope_words(Scope(first, last))


def when_of(citation: Citation) -> tuple[When, ...]:
    """Return the times that a quote names, in order; none if its article has no date or is not in English."""
    published = citation.article.published
    return read_when(citation.quote, published) if published and citation.in_english else ()


def read_when(quote: str, published: date) -> tuple[When, ...]:
    """Return the times that a quote published on a day names, in order.

    >>> for one in read_when("The two met on Saturday and will meet again on Friday.", date(2026, 2, 12)):
    ...     print(one.words)
    Saturday → 7 Feb 2026
    Friday → 13 Feb 2026
    """
    text = one_line(quote)
    found: list[tuple[int, int, date, date]] = []
    read = [*_weekdays(text, published), *_coming(text, published), *_others(text, published)]
    # "Tuesday, 3 March" is one time.
    for one in sorted(read, key=lambda one: one[0] - one[1]):
        if all(one[1] <= start or one[0] >= end for start, end, _, _ in found):
            found.append(one)
    return tuple(_when(text, one, published) for one in sorted(found) if not _is_in_doubt(text, one[0], one[1]))


def _when(text: str, found: tuple[int, int, date, date], published: date) -> When:
    start, end, first, last = found
    phrase = text[start:end]
    names_its_day = MONTH_NAMED.search(phrase) is not None and first.year == published.year
    return When(
        phrase,
        first,
        last,
        of_saying=bool(_SAYS_ON.search(text[:start])),
        is_relative=not (_YEAR.search(phrase) or names_its_day),
    )


def _weekdays(text: str, published: date) -> Iterator[tuple[int, int, date, date]]:
    for found in _WEEKDAY.finditer(text):
        if not found["day"][0].isupper():
            continue
        number = [day.casefold() for day in WEEKDAYS].index(found["day"].casefold())
        which = (found["week"] or found["which"] or "").casefold()
        monday = published - timedelta(published.weekday())
        back = (published.weekday() - number) % 7
        if found["week"] or which == "next":
            shift = {"last": -7, "next": 7}.get(which, 0)
            day = monday + timedelta(shift + number)
        elif which == "last":
            day = published - timedelta(back or 7)
        elif which in ("this", "coming", "this coming") or looks_forward(text, found.start()):
            day = published + timedelta((7 - back) % 7 or (0 if which == "this" else 7))
        else:
            day = published - timedelta(back)
        yield found.start(), found.end(), day, day


def _coming(text: str, published: date) -> Iterator[tuple[int, int, date, date]]:
    """Yield times that news mentions and questions do not: tomorrow, next week, the end of the year."""
    for found in _NEXT.finditer(text):
        first = last = published + timedelta(1)
        unit, ends = (found["unit"] or "").casefold(), (found["ends"] or "").casefold()
        if unit == "week":
            first = published + timedelta(7 - published.weekday())
            last = first + timedelta(6)
        elif unit == "month":
            first = (published.replace(day=1) + timedelta(31)).replace(day=1)
            last = (first + timedelta(31)).replace(day=1) - timedelta(1)
        elif unit == "year":
            first, last = date(published.year + 1, 1, 1), date(published.year + 1, 12, 31)
        elif ends:
            first = date(published.year, 12, 1) if ends == "year" else published.replace(day=21)
            last = (first.replace(day=1) + timedelta(31)).replace(day=1) - timedelta(1)
        yield found.start(), found.end(), first, last


def _others(text: str, published: date) -> Iterator[tuple[int, int, date, date]]:
    rounds = dict[tuple[int, int], dict[date, NamedTime]]()
    for days in _ROUNDS:
        for one in read_times(text, as_of=published + timedelta(days)):
            if one.comes_round or not days:
                rounds.setdefault((one.start, one.end), {})[one.first] = one
    for (start, _), times in rounds.items():
        read = _meant(text, list(times.values()), published)
        # "In January 2030 …, and in November …" goes on in 2030.
        years = _YEAR.findall(text, 0, start)
        if (
            read
            and not _VAGUE.search(text[read.start : read.end])
            and not (read.comes_round and years and str(read.first.year) not in years)
        ):
            yield read.start, read.end, read.first, read.last


def _meant(text: str, times: Sequence[NamedTime], published: date) -> NamedTime | None:
    """Return which of some times a year apart, in order, is meant: the nearest that the tense allows; None in doubt."""
    if len(times) == 1:
        return times[0]
    start = times[0].start
    tense = 0 if _ANY_TENSE.search(text) else _tense(text, start)
    if tense < 0 and _UP_TO.search(text[:start]):
        tense = 0
    near = min(times, key=lambda one: _days_between(one, published))
    if not tense and _days_between(near, published) > _SOON:
        tense = (_FORWARD.search(text) is not None) - (_PAST.search(text) is not None)
        if not tense:
            return None
    if tense > 0:
        return next((one for one in times if one.last >= published), times[-1])
    if tense < 0:
        return next((one for one in reversed(times) if _has_begun(one, published)), times[0])
    return near


def _days_between(time: NamedTime, day: date) -> int:
    return max((day - time.last).days, (time.first - day).days, 0)


def _has_begun(time: NamedTime, day: date) -> bool:
    """Return True if a time, or the month that has it, began by a day."""
    return (time.first if time.first == time.last else time.first.replace(day=1)) <= day


def looks_forward(text: str, place: int) -> bool:
    """Return True if the clause that has the time is about the future."""
    if _SAYS_ON.search(text[:place]):
        return False
    return bool(_UNTIL.search(text[:place])) or _tense(text, place) > 0


def _is_in_doubt(text: str, start: int, end: int) -> bool:
    """Return True for a bare weekday in a sentence of the present: "Norvia needs a win on Wednesday"."""
    found = _WEEKDAY.fullmatch(text, start, end)
    if (
        not found
        or found["which"]
        or found["week"]
        or text[end : end + 2] in ("'s", "’s")
        or looks_forward(text, start)
        or _SAYS_ON.search(text[:start])
    ):
        return False
    begins = max((found.end() for found in _SENTENCE_END.finditer(text, 0, start)), default=0)
    ends = _SENTENCE_END.search(text, end)
    sentence = text[begins : ends.start() if ends else len(text)]
    return bool(_PRESENT.search(sentence)) and not (_PAST.search(sentence) or _LIKE_PAST.search(sentence))


def _tense(text: str, place: int) -> int:
    """Return 1 if the clause that has the time is about the future, -1 if about the past, 0 if that is in doubt."""
    before = text[:place]
    if _SAYS_ON.search(before):
        return -1
    start = max((found.end() for found in _CLAUSE.finditer(before)), default=0)
    end = _CLAUSE.search(text, place)
    following = text[place : end.start() if end else len(text)]
    # "On Saturday, the ministers will meet": a time that opens its sentence belongs to the clause after the comma.
    if end and end.group()[0] == "," and not re.search(r"[a-z]{3,}", before[start:]):
        after_comma = _CLAUSE.search(text, end.end())
        following = text[place : after_comma.start() if after_comma else len(text)]
    # In "had met on Monday and will meet on Friday" each time has its own verb: the one before it, if there is one.
    verbs = list(re.finditer(r"\b(?:and|or)\b", before[start:]))
    nearest = (
        before[start + verbs[-1].end() :]
        if verbs and _FORWARD.search(before[start + verbs[-1].end() :])
        else before[start:]
    )
    if _HAS_DECIDED.search(nearest):
        return 0
    # In "heard that it will be freed", the future counts.
    tenses = ((1, _FORWARD, nearest), (-1, _PAST, nearest), (1, _FORWARD, following), (-1, _PAST, following))
    return next((tense for tense, pattern, words in tenses if pattern.search(words)), 0)
