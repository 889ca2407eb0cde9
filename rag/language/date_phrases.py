"""Date phrases: the days that a question names.

"What did the minister say last week?" asks for what was published last week. The days are read by rules and shown,
so a user can change them. A day read wrongly hides articles, a day not read hides none: in doubt, nothing is read.

* Weeks run Monday to Sunday. "Last week" is the one before this one, "the past week" and "the last
  three days" reach back from the day of asking; "two weeks ago" is a whole week, months likewise.
* A month, day or weekday without its year is the latest one. It is not read with "will", nor after "by", "until",
  "before" or "from" alone: "by Friday" mostly means the next Friday.
* Early, mid and late are thirds. Winter has the year in which it ends, as meteorologists count.
* "After last week's vote" may still be in last week, so it counts.
* Two times are one if they are joined ("from … to") or if one lies within the other. What is
  compared ("than last year"), ambiguous (03/04/2026) or impossible (31 February) leaves all unread.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

_Period = tuple[date, date]  # first and last day

_MONTHS = "january february march april may june july august september october november december".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_WEEKDAYS = [day.lower() for day in WEEKDAYS]
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
_COUNTS = {word: value for value, word in enumerate(_NUMBERS, start=1)} | {"a": 1, "an": 1, "couple": 2, "few": 3}
_LENGTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120}  # months
_PLACES = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "last": -1}
_SEASONS = {"winter": -1, "spring": 2, "summer": 5, "autumn": 8, "fall": 8}  # months after January of its year
_THIRDS = {"early": 0, "start of": 0, "beginning of": 0, "mid": 1, "middle of": 1, "late": 2, "end of": 2}

# The words before a time: they say on which side of it the days are, and make "February" or "2025" a time at all.
_UNTIL = frozenset(("until", "till", "by", "up to", "up until", "as of", "through"))
_SIDES = _UNTIL | {"since", "after", "before"}
_TO = frozenset("to - – —".split())
_JOINTS = _TO | {"and", "or"}
_IN = _SIDES | _JOINTS | frozenset("in of during throughout within from between".split())
_ON = _SIDES | _JOINTS | frozenset("on from between".split())
_OVER = _SIDES | _JOINTS | frozenset("over at on during from".split())
_THE = _IN | {"the"}
# "By May" and "after May" may speak of a woman of that name.
_IN_MAY = _JOINTS | frozenset("in during throughout since until till from between".split())
_LEADS = "|".join(sorted((_IN | _ON | _OVER | {"about", "for"}) - set("-–—"), key=len, reverse=True))

_WORDS_AFTER = "|".join(
    """about after and as at because before between but by concerning did do does during for from had has have in into
    is nor of on or over regarding said since than that the then through till to under until was were what when where
    which while who why with""".split()
)
_NO_NAME = re.compile(
    rf" ?(?:$|[?!,;:)\"”\d]|\.(?!\w)|[-–—] ?(?:\d|{'|'.join(_MONTHS)})|(?:{_WORDS_AFTER})\b)", re.IGNORECASE
)
# "In 2000 homes", "in 2000 empty homes" and "February 12 people" count things.
_NO_COUNT = (
    r"(?! ?%)(?!(?:(?<=00) [a-z]+)? (?!(?:this|does|says|goes|always|perhaps|\w+wards)\b)"
    r"(?:[a-z]{2,}[^\W\d_su]s|people|men|women|children|police|staff|dead|per ?cent|km|kg|thousand|million|billion)\b)"
)
_CENTURY = r"(?:18|19|20)"
_FIGURES = (
    rf"(?<![\d$€£.,/]){_CENTURY}\d\d(?![\w%]|[.,:/]\d|[-–—]\d(?!\d{{3}})){_NO_COUNT}"
    rf"(?! to (?!{_CENTURY}\d\d\b)\d[\d,]*\b(?! [A-Z]))"
)
_YEAR = rf"(?: ?,?(?: of)? (?P<year>{_FIGURES}|(?:the )?(?:last|this|previous) year\b))"
_MAYBE_YEAR = rf"(?:{_YEAR}|(?!\.? ?,? ?\d{{3}}))"  # January 1548 is no January of late
_DAY = rf"(?P<day>(?<![\d.,:/$€£])\d{{1,2}}(?P<th>st|nd|rd|th)?)(?![\w%]|[.,:/]\d){_NO_COUNT}"
_DAYS = (
    r"(?:(?P<first>(?<![\d.,:/$€£])\d{1,2}(?:st|nd|rd|th)?)"
    rf"(?P<joint> ?[-–—] ?| (?:to|and|until|till|through) ))?{_DAY}"
)
_MONTH = rf"(?P<month>(?:{'|'.join(_MONTHS)})\b|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
MONTH_NAMED = re.compile(rf"\b{_MONTH}", re.IGNORECASE)
_WEEKDAY = rf"(?P<weekday>(?:{'|'.join(_WEEKDAYS)})\b|(?:mon|wed|sat|sun)\.|(?:tues?|thurs?|thu|fri)\b\.?)"
_HOURS = "(?: (?:morning|afternoon|evening|night))?"
_UNITS = (
    rf"(?<![\w.,-])(?<!half )(?P<count>\d{{1,3}}|(?:a )?(?:couple of|few)|an?|{'|'.join(_NUMBERS)})[ -]"
    r"(?P<unit>hour|day|week|fortnight|month|year|decade)s?\b"
)
_BEFORE = (
    rf"(?:(?P<lead>(?<![\w-])(?:{_LEADS})(?= )|[-–—]) ?)?(?:(?<!\w)(?P<the>the|this(?= past)) )?"
    r"(?:(?<!\w)(?P<part>so far|earlier|early|mid|late|(?:start|beginning|middle|end|week|(?:first|last) week) of)[ -]"
    r"(?:the )?)?(?<!\w)"
)
_AFTER = r"(?P<own>['’]s\b)?(?P<onwards> onwards?\b)?"

# "Will it open in May?" asks of the May to come.
_WILL = re.compile(r"^Will\b|\b(?:will|shall|going to|won['’]t)\b|['’]ll\b")
_COMPARED = re.compile(
    r"\b(?:than|versus|vs\.?|(?:compar\w+|relative) (?:to|with))(?: in| on| during)? ?$", re.IGNORECASE
)
_COMPARING = re.compile(r"\b(?:versus|vs|compar\w+|differ\w*)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a question speaks of, and what else it says."""

    phrase: str  # as the question has it: "last week", "since February"
    since: date | None  # first day; None: open
    until: date | None  # last day, inclusive; None: open
    rest: str  # the question without the phrase; the question itself if nothing is left


def read_days(question: str, *, as_of: date) -> Days | None:
    """Read the days that a question of the day `as_of` names; None if it names none or they are in doubt.

    >>> found = read_days("What did Canada say last week?", as_of=date(2026, 2, 18))
    >>> found.phrase, found.since.isoformat(), found.until.isoformat(), found.rest
    ('last week', '2026-02-09', '2026-02-15', 'What did Canada say?')
    >>> read_days("Did fares rise since February 2025?", as_of=date(2026, 2, 18)).until is None
    True
    >>> read_days("What did Theresa May say?", as_of=date(2026, 2, 18)) is None
    True
    """
    text = " ".join(question.split())
    try:
        found = list(_readings(text, as_of))
    except (ValueError, OverflowError):  # 31 February, the year 0, and what is raised below if a time is in doubt
        return None
    if len(found) > 1 and _COMPARING.search(text):
        return None
    since = max((one.since for one in found if one.since), default=None)
    until = min((one.until for one in found if one.until), default=None)
    # The one that lies within all others.
    phrase = next((one.phrase for one in found if (one.since, one.until) == (since, until)), None)
    return Days(phrase, since, until, _without(text, [one.cut for one in found]) or question) if phrase else None


@dataclass(frozen=True, slots=True)
class NamedTime:
    """A time that a text names, by itself."""

    start: int  # without the "in" or "on" before it
    end: int
    first: date
    last: date  # inclusive
    comes_round: bool  # a month or a day without its year


def read_times(text: str, *, as_of: date) -> list[NamedTime]:
    """Return every time that a text of the day `as_of` names, each as the latest one; none if one is in doubt.

    >>> [one.first.isoformat() for one in read_times("Since last week, and in May.", as_of=date(2026, 2, 18))]
    ['2026-02-09', '2025-05-01']
    """
    try:
        times = [(time, time.days()) for time in _times(text, as_of)]
    except (ValueError, OverflowError):
        return []
    return [NamedTime(time.cut_to, time.end, *period, comes_round=time.cycle > 0) for time, period in times if period]


@dataclass(frozen=True, slots=True)
class _Reading:
    """The days of one time, or of two that are joined."""

    phrase: str
    since: date | None
    until: date | None
    cut: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Time:
    """A time in a question, with the words around it: "since last week's"."""

    found: re.Match[str]
    form: "_Form"
    as_of: date

    def __getitem__(self, group: str) -> str:
        return (self.found.groupdict().get(group) or "").lower()

    @property
    def cycle(self) -> int:
        """Days after which the same words mean another time; 0 if they include the day of asking or a year."""
        if self["year"] or self["which"] or self["week"]:
            return 0
        return 365 if self["month"] else 7 if self["weekday"] else 0

    @property
    def is_in_doubt(self) -> bool:
        """Return True if it may be one that is still to come: "by Friday"."""
        is_open = self["onwards"] or self["first"]
        return self.cycle > 0 and self["lead"] in _UNTIL | {"before", "from"} and not is_open

    @property
    def has_event(self) -> bool:
        """Return True if it says when something was: "last year's budget", "the March 2025 deal"."""
        return bool(self["own"] or (self["the"] and self["month"] and not self["th"] and not self["part"]))

    @property
    def start(self) -> int:
        """The start of the phrase: at the "since", but not at an "in", nor at the "the" of "the March 2025 deal"."""
        if self["lead"] in _SIDES or (self["lead"] in ("from", "between") and self["first"]):
            return self.found.start()
        before = "the" if self["month"] and self.has_event and self["the"] else "lead"
        end = self.found.end(before) if self[before] else self.found.start()
        return end + self.found.string.startswith(" ", end)

    @property
    def cut_to(self) -> int:
        """The start of the time itself, after "since" or "in"."""
        return (
            self.found.end("lead") + self.found.string.startswith(" ", self.found.end("lead"))
            if self["lead"]
            else self.start
        )

    @property
    def end(self) -> int:
        return self.found.start("own") if self["own"] else self.found.end()

    @property
    def cut(self) -> tuple[int, int]:
        """What the rest goes without: the "in" of "in May" too, but not that of "in last year's budget"."""
        before = ("the" if self["month"] and self["the"] else "lead") if self.has_event else ""
        return self.found.end(before) if before and self[before] else self.found.start(), self.found.end()

    def days(self) -> _Period | None:
        """Return its first and its last day; None if it is no time, or in the future without a year."""
        is_definite = (
            self["which"] or self["part"] or (self["month"] and self["year"]) or (self["own"] and self["lead"])
        )
        if self.form.leads and not is_definite and self.form.leads.isdisjoint((self["lead"], self["the"])):
            return None
        period = self.form.read(self)
        if period is None:
            return None
        first, last = _part(self["part"], period, self.as_of)
        return None if first > self.as_of and not self["year"] else (first, last)

    def sided(self, period: _Period) -> tuple[date | None, date | None]:
        """Return the first and the last day that are meant, None if that side is open."""
        lead, (first, last) = self["lead"], period
        if lead == "since" or self["onwards"] or (lead == "after" and self.has_event):
            return first, None
        if lead == "after":
            return last + timedelta(1), None
        if lead in _UNTIL or (lead == "before" and (self.has_event or self["part"] == "end of")):
            return None, last
        return (None, first - timedelta(1)) if lead == "before" else (first, last)


def _readings(text: str, as_of: date) -> Iterator[_Reading]:
    times, is_to_come = _times(text, as_of), _WILL.search(text) is not None
    while times:
        time = times.pop(0)
        if _COMPARED.search(text[max(0, time.start - 40) : time.start]) or (time["lead"] == "over" and time["ago"]):
            raise ValueError(text)
        if times and _are_joined(time, times[0]):
            last = times.pop(0)
            start = time.found.start() if time["lead"] in ("from", "between") else time.start
            if not (last.cycle and is_to_come):
                yield _Reading(text[start : last.end], *_joined(time, last), (time.cut[0], last.cut[1]))
        elif time["lead"] == "between" and not time["first"]:
            raise ValueError(text)
        elif (period := time.days()) and not (time.is_in_doubt or (time.cycle and is_to_come)):
            yield _Reading(text[time.start : time.end], *time.sided(period), time.cut)


def _times(text: str, as_of: date) -> list[_Time]:
    """Return the times of a text in order, the first and longest if they overlap."""
    times = [
        _Time(found, form, as_of) for form in _FORMS if form.cue.search(text) for found in form.pattern.finditer(text)
    ]
    chosen: list[_Time] = []
    for time in sorted(times, key=lambda time: (time.found.start(), -time.found.end())):
        end = chosen[-1].found.end() if chosen else 0
        # "… and March" is a time only right behind another one.
        is_loose = (
            time["lead"] in _JOINTS and time.form.leads and (not chosen or text[end : time.found.start()].strip(" ,"))
        )
        if time.found.start() >= end and not is_loose and time.days():
            chosen.append(time)
    return chosen


def _are_joined(time: _Time, other: _Time) -> bool:
    gap = time.found.string[time.found.end() : other.found.start()]
    if gap.strip(" ,") not in ("", "and", "but") or time["lead"] in _UNTIL | {"before"}:
        return False
    return other["lead"] in _TO | _UNTIL | {"before"} or (time["lead"], other["lead"]) == ("between", "and")


def _joined(time: _Time, other: _Time) -> tuple[date | None, date | None]:
    """Return the days from one time until another; the one without a year has it from the other."""
    first, last = time.days(), other.days()
    if first and other.cycle and not time.cycle:
        last = replace(other, as_of=first[0] + timedelta(other.cycle - 1)).days()
    elif last and time.cycle:
        first = replace(time, as_of=last[1]).days()
    if not first or not last:
        raise ValueError(time.found.string)
    since = time.sided(first)[0]
    until = other.sided(last)[1] if other["lead"] in _SIDES else last[1]
    if since and until and since > until:
        raise ValueError(time.found.string)
    return since, until


def _without(text: str, cuts: list[tuple[int, int]]) -> str:
    """Return a question without some of its characters, tidied; "" if no word is left."""
    for start, end in sorted(cuts, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    text = re.sub(r"[ ,]+(?=[?!.,;:])", "", " ".join(text.split())).strip(" ,;:-–—")
    return text if re.search(r"\w", text) else ""


def _part(part: str, period: _Period, as_of: date) -> _Period:
    first, last = period
    start, months = _month_number(first), _month_number(last) - _month_number(first) + 1
    if part in ("so far", "earlier"):
        return first, max(first, min(last, as_of))
    if part.endswith("week of"):
        if first == last:
            return _ago(first, "week", 0)
        return (last - timedelta(6), last) if part == "last week of" else (first, first + timedelta(6))
    if part not in _THIRDS or (last - first).days < 27:
        return period
    third = _THIRDS[part]
    if months >= 3:
        return _months(start + third * (months // 3), months // 3)
    return first + timedelta(10 * third), last if third == 2 else first + timedelta(10 * third + 9)


def _months(start: int, count: int) -> _Period:
    """Return `count` months from the one that is number `start`, counted from January of the year 0."""
    (year, month), (last_year, last_month) = divmod(start, 12), divmod(start + count - 1, 12)
    last_day = monthrange(last_year, last_month + 1)[1]
    return date(year, month + 1, 1), date(last_year, last_month + 1, last_day)


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _ago(day: date, unit: str, count: int) -> _Period:
    """Return the whole day, week, month … that was so many of them before a day."""
    if unit in _LENGTHS:
        return _months((_month_number(day) // _LENGTHS[unit] - count) * _LENGTHS[unit], _LENGTHS[unit])
    if unit == "day":
        return day - timedelta(count), day - timedelta(count)
    monday = day - timedelta(day.weekday() + 7 * count * (2 if unit == "fortnight" else 1))
    return monday, monday + timedelta(6)


def _reaching_back(day: date, unit: str, count: int) -> _Period:
    """Return the days until a day, from so many days, weeks, months … before it."""
    if unit not in _LENGTHS:
        return day - timedelta(hours=count * {"hour": 1, "day": 24, "week": 168, "fortnight": 336}[unit]), day
    first, last = _months(_month_number(day) - count * _LENGTHS[unit], 1)
    return min(last, first + timedelta(day.day - 1)), day


def _year(time: _Time) -> int:
    """Return the year that is named, "last year" too; 0 if none is."""
    named = time["year"]
    return int(named) if named.isdigit() else time.as_of.year - ("this" not in named) if named else 0


def _number_of(name: str, names: list[str]) -> int:
    return next(number for number, full in enumerate(names) if full.startswith(name[:3]))


def _names_more(time: _Time) -> bool:
    """Return True if a name goes on behind it: the Sunday Times, April Jones."""
    text, end = time.found.string, time.found.end()
    return text[end + 1 : end + 2].isupper() and not _NO_NAME.match(text, end)


def _is_month(time: _Time) -> bool:
    """Return True if the name of a month, with no day next to it, is one."""
    word = time.found["month"]
    if time["year"].isdigit():
        return True
    if word.lower() in _MONTHS and word not in ("May", "may", "March", "march", "august"):
        return not _names_more(time)
    is_led = time["lead"] in _IN_MAY or ((time["part"] or time["which"]) and word[0].isupper())
    return bool(is_led and not time["own"] and _NO_NAME.match(time.found.string, time.found.end()))


def _some_day(time: _Time) -> _Period | None:
    if time.found["word"].istitle() and time.found.start():
        return None  # USA Today
    first = time.as_of - timedelta({"yesterday": 1, "last night": 1, "day before yesterday": 2}.get(time["word"], 0))
    return first, time.as_of if time["word"] == "last night" else first


def _some_unit(time: _Time) -> _Period | None:
    which, unit, is_one_more = time["which"], time["unit"], time["more"] != ""
    if not which and not is_one_more and not time["part"].endswith(" of"):
        return None
    if which == "past" or (which == "last" and time["the"] and not time["part"] and unit != "quarter"):
        return _reaching_back(time.as_of, unit, 1)
    return _ago(time.as_of, unit, 2 if is_one_more else int(which in ("last", "previous")))


def _some_units(time: _Time) -> _Period | None:
    word, unit = time["count"].removeprefix("a ").removesuffix(" of"), time["unit"]
    if unit == "hour" and time["ago"]:
        return None
    return (_ago if time["ago"] else _reaching_back)(time.as_of, unit, _COUNTS.get(word) or int(word))


def _weekend(time: _Time) -> _Period | None:
    which, is_now = time["which"], time.as_of.weekday() >= 5
    if not (which or time["the"]) or (which == "this" and not is_now):
        return None
    saturday = time.as_of - timedelta((time.as_of.weekday() - 5) % 7 + 7 * (which == "last" and is_now))
    return saturday, saturday + timedelta(1)


def _weekday(time: _Time) -> _Period | None:
    number, which = _number_of(time["weekday"], _WEEKDAYS), time["week"] or time["which"]
    if _names_more(time):
        return None
    if time["week"] or which == "this":
        day = _ago(time.as_of, "week", int(which == "last"))[0] + timedelta(number)
    else:
        back = (time.as_of.weekday() - number) % 7
        day = time.as_of - timedelta(back or (7 if which else 0))
    return day, day


def _day(time: _Time) -> _Period | None:
    is_verb = time.found["month"] in ("may", "march") and time["lead"] not in _ON  # "he may 5 times"
    is_name = time["the"] and not time["th"]  # "the January 6 committee"
    if not time["year"] and (is_verb or is_name):
        return None
    if time["first"] and "and" in time["joint"] and time["lead"] != "between":
        raise ValueError(time.found.string)
    month, day = _number_of(time["month"], _MONTHS) + 1, int(time["day"].rstrip("stndrh"))
    first = int(time["first"].rstrip("stndrh") or day)
    # The latest one; 29 February may have been eight years ago.
    latest = range(time.as_of.year, max(0, time.as_of.year - 9), -1)
    years = (year for year in latest if day <= monthrange(year, month)[1] and date(year, month, day) <= time.as_of)
    year = _year(time) or next(years, 0)
    if first > day:
        raise ValueError(time.found.string)
    return date(year, month, first), date(year, month, day)


def _month(time: _Time) -> _Period | None:
    if not _is_month(time):
        return None
    month, year = _number_of(time["month"], _MONTHS), _year(time)
    if not year:
        is_earlier = month > time.as_of.month - 1 or (time["which"] == "last" and month == time.as_of.month - 1)
        year = time.as_of.year - (is_earlier and time["which"] != "this")
    return _months(year * 12 + month, 1)


def _bare_year(time: _Time) -> _Period | None:
    is_name = time["the"] and not time["part"] and not time["word"]  # "in the 2026 budget"
    return None if is_name else _months(int(time["year"]) * 12, 12)


def _decade(time: _Time) -> _Period:
    return _months(int(time["year"]) * 12, 120)


def _season(time: _Time) -> _Period | None:
    start, year, this_year = _SEASONS[time["season"]], _year(time), time.as_of.year
    if time["which"] == "this":
        year = this_year + (start < 0 and time.as_of.month == 12)
    elif time["which"] == "last":
        ended = (year for year in range(this_year, 0, -1) if _months(year * 12 + start, 3)[1] < time.as_of)
        year = next(ended, 0)
    return _months(year * 12 + start, 3) if year else None


def _fraction(time: _Time) -> _Period:
    length = _LENGTHS[time["fraction"] or ("half" if time["half"] else "quarter")]
    place = _PLACES[time["place"]] if time["place"] else int(time["half"] or time["quarter"]) - 1
    return _months(_year(time) * 12 + place % (12 // length) * length, length)


def _figures(time: _Time) -> _Period:
    one, two, year = (int(time[name]) for name in ("one", "two", "year"))
    if one <= 12 and two <= 12 and time["slash"]:
        raise ValueError(time.found.string)  # which one is the month?
    day = date(year, two, one) if one > 12 else date(year, one, two)
    return day, day


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of times: how it is written, how it is read, and what must precede it (empty: nothing)."""

    cue: re.Pattern[str]  # is in every time of this form, and is found faster
    pattern: re.Pattern[str]
    read: Callable[[_Time], _Period | None]
    leads: frozenset[str]


def _form(cue: str, atom: str, read: Callable[[_Time], _Period | None], leads: frozenset[str] = frozenset()) -> _Form:
    return _Form(re.compile(cue, re.IGNORECASE), re.compile(_BEFORE + atom + _AFTER, re.IGNORECASE), read, leads)


_A_MONTH = rf"\b(?:{'|'.join(name[:3] for name in _MONTHS)})"
_A_WEEKDAY = rf"\b(?:{'|'.join(name[:3] for name in _WEEKDAYS)})"


_FORMS = (
    _form(
        r"yesterday|today|night|this (?:morn|after|even)",
        rf"(?P<word>today|tonight|last night|(?:day before )?yesterday|this (?:morning|afternoon|evening)){_HOURS}\b",
        _some_day,
    ),
    _form(
        r"\b(?:week|month|quarter|year|decade)\b",
        r"(?:(?P<which>this|current|last|past|previous) )?(?P<unit>week|month|quarter|year|decade)\b"
        r"(?P<more> before last\b(?! (?:week|month|year)))?(?! of\b| and a half\b)",
        _some_unit,
    ),
    _form(r"(?:last|past|previous) ", rf"(?:last|past|previous) {_UNITS}(?! of\b| and a half\b)", _some_units),
    _form(r" ago\b", rf"{_UNITS}(?P<ago> ago)\b", _some_units),
    _form("weekend", r"(?:(?P<which>this|last|past) )?weekend\b(?! of\b)", _weekend, _OVER),
    _form(
        _A_WEEKDAY,
        rf"(?:(?P<which>this|last|past) )?{_WEEKDAY}{_HOURS}(?:,? (?:of )?(?P<week>this|last) week\b)?"
        r"(?! of\b|\.\w|-| the \d)",
        _weekday,
        _ON,
    ),
    _form(
        r"\d[-/]\d",
        r"(?P<year>\d{4})(?P<dash>[-/])(?P<one>\d\d)(?P=dash)(?P<two>\d\d)(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?(?![\d/-])",
        _figures,
    ),
    _form(
        r"\d[/.-]\d",
        rf"(?P<one>\d{{1,2}})(?P<slash>[/.-])(?P<two>\d{{1,2}})(?P=slash)(?P<year>{_CENTURY}\d\d)(?![\d/-])",
        _figures,
    ),
    _form(_A_MONTH, rf"(?:{_WEEKDAY},? )?(?:the )?{_DAYS}(?: of)? {_MONTH}{_MAYBE_YEAR}", _day),
    _form(_A_MONTH, rf"(?:{_WEEKDAY},? )?{_MONTH} {_DAYS}{_MAYBE_YEAR}", _day),
    _form(_A_MONTH, rf"(?:(?P<which>this|last) )?(?<!\d ){_MONTH}{_MAYBE_YEAR}", _month, _IN),
    _form(_CENTURY + r"\d", rf"(?P<word>year )?(?P<year>{_FIGURES})", _bare_year, _IN),
    _form(r"\d0s\b", rf"(?P<year>{_CENTURY}\d0)s\b", _decade, _THE),
    _form(
        rf"\b(?:{'|'.join(_SEASONS)})\b",
        rf"(?:(?P<which>this|last) )?(?P<season>{'|'.join(_SEASONS)})\b{_YEAR}?(?! of\b)",
        _season,
        _THE,
    ),
    _form(
        r"\b(?:[qh][1-4]|quarter|half)",
        r"(?:q(?P<quarter>[1-4])|h(?P<half>[12])"
        rf"|(?P<place>{'|'.join(_PLACES)})[ -](?P<fraction>quarter|half)){_YEAR}",
        _fraction,
    ),
)
