"""The days that a quote refers to, counted from its article's date.

"Saturday" in an article of Thursday 12 February is 7 February, which a reader a month later cannot know. News looks
back, so a day of the week is the last one; it is the next one if the clause looks forward: "will … on Saturday", "by
Friday", "next Tuesday". Without the article's date nothing is read, and what is doubtful is not read either.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from index.core.formatting import one_line, scope_words
from index.core.scope import Scope
from rag.evidence.citations import Citation
from rag.language.date_phrases import WEEKDAYS, read_times
from rag.language.lexicon import SAYING, SPEAKING

_WEEKDAY = re.compile(
    rf"(?:\b(?P<which>next|last|this|coming|this coming)\s)?(?<![\w-])(?P<day>{'|'.join(WEEKDAYS)})\b"
    r"(?!\s(?:(?-i:[A-Z])|of\b))(?P<part>\s(?:morning|afternoon|evening|night))?(?:\s(?P<week>this|last|next)\sweek\b)?",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\b(?:tomorrow|next\s(?P<unit>week|month|year))\b", re.IGNORECASE)
_FORWARD = re.compile(
    r"\b(?:will|shall|going\sto|to\sbe|(?:set|due|expected|scheduled|plan(?:s|ned)?|planning|hopes?|likely|ready)\s(?:to|for))\b"
    r"|['’]ll\b|\bwon['’]t\b|\b(?:once|as\ssoon\sas)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:by|until|till|before|from|starting)\s(?:the\s)?(?:end\sof\s)?$", re.IGNORECASE)
_CLAUSE = re.compile(
    rf"[.,;:!?\"“”]\s|\b(?:which|who|that|after|because|but)\b|\b(?:{'|'.join(SAYING)})\b", re.IGNORECASE
)
_SAYS_ON = re.compile(
    rf"\b(?:{'|'.join({*SAYING, *SPEAKING})})\s(?:[^\s,.;]+\s){{0,2}}?(?:on\s)?(?:late\s|early\s)?$",
    re.IGNORECASE,
)
_FOUR_FIGURES = re.compile(r"\d{4}")
# A date without a year comes round again after so many days.
_YEAR = timedelta(364)


@dataclass(frozen=True, slots=True)
class When:
    """A time that a quote names, and the days it means."""

    phrase: str  # as the quote has it
    first: date
    last: date  # inclusive
    of_saying: bool  # when it was said, not when it happened: "said on Thursday"

    @property
    def words(self) -> str:
        """The time and its days, as they are shown.

        >>> When("Saturday", date(2026, 2, 7), date(2026, 2, 7), of_saying=False).words
        'Saturday → 7 Feb 2026'
        """
        return f"{one_line(self.phrase)} → {days_words(self.first, self.last)}"

    @property
    def is_relative(self) -> bool:
        """Return True if only the article's date shows which days they are."""
        return not _FOUR_FIGURES.search(self.phrase)


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
    """Return the times that a quote names, in order; none if its article has no date."""
    published = citation.article.published
    return read_when(citation.quote, published) if published else ()


def read_when(quote: str, published: date) -> tuple[When, ...]:
    """Return the times that a quote published on a day names, in order.

    >>> for one in read_when("The two met on Saturday and will meet again on Friday.", date(2026, 2, 12)):
    ...     print(one.words)
    Saturday → 7 Feb 2026
    Friday → 13 Feb 2026
    """
    text = one_line(quote)
    found: list[tuple[int, int, date, date]] = []
    for one in [*_weekdays(text, published), *_coming(text, published), *_others(text, published)]:
        if all(one[1] <= start or one[0] >= end for start, end, _, _ in found):
            found.append(one)
    return tuple(
        When(text[start:end], first, last, of_saying=bool(_SAYS_ON.search(text[:start])))
        for start, end, first, last in sorted(found)
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
    """Yield times that news mentions and questions do not: tomorrow, next week."""
    for found in _NEXT.finditer(text):
        first = last = published + timedelta(1)
        unit = (found["unit"] or "").casefold()
        if unit == "week":
            first = published + timedelta(7 - published.weekday())
            last = first + timedelta(6)
        elif unit == "month":
            first = (published.replace(day=1) + timedelta(31)).replace(day=1)
            last = (first + timedelta(31)).replace(day=1) - timedelta(1)
        elif unit == "year":
            first, last = date(published.year + 1, 1, 1), date(published.year + 1, 12, 31)
        yield found.start(), found.end(), first, last


def _others(text: str, published: date) -> Iterator[tuple[int, int, date, date]]:
    ahead = {(one.start, one.end): one for one in read_times(text, as_of=published + _YEAR)}
    for one in read_times(text, as_of=published):
        coming = ahead.get((one.start, one.end))
        # A month or a day without a year is the next one if the clause looks forward.
        is_to_come = one.comes_round and coming and looks_forward(text, one.start) and coming.first >= published
        read = coming if is_to_come and coming else one
        yield read.start, read.end, read.first, read.last


def looks_forward(text: str, place: int) -> bool:
    """Return True if the clause that has the time is about the future."""
    if _SAYS_ON.search(text[:place]):
        return False
    if _UNTIL.search(text[:place]):
        return True
    before = text[:place]
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
    has_past = re.search(r"\b(?:was|were|had|has|have|met|held|[a-z]{3,}ed)\b", nearest)
    return bool(_FORWARD.search(nearest) or (not has_past and _FORWARD.search(following)))
