"""Datelines: read the place and the day before the first sentence of an article.

"NEW DELHI, Feb 12 (Reuters) - Officials said …": what is before the dash describes the article and is never quoted.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from dateutil import parser as dateutil_parser

from index.text.days import EARLIEST, LATEST, MONTH, read_numeric_day, read_written_day
from index.text.spans import Span

_MONTH = rf"(?i:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\b|{MONTH})\.?"
_NUMBER = r"\d{1,2}(?:st|nd|rd|th|er|\.)?"
_DATE = (
    rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|{_NUMBER}\s+(?:de\s+)?{_MONTH}(?:,?\s+(?:de\s+)?\d{{4}})?"
    rf"|{_MONTH}\s+{_NUMBER}(?:,?\s+\d{{4}})?)"
)
_WEEKDAY = r"(?:Mon|Tues?|Wednes|Thurs?|Fri|Satur|Sun)(?:day)?\b,?"
# Up to four capitalised words, joined by spaces, hyphens, slashes or commas: "Port-au-Prince", "WASHINGTON/LONDON".
_NAME = rf"(?!{_WEEKDAY})[^\W\d_a-z][\w.'’]*(?:-[\w.'’]+)*"
_SMALL = ("de", "del", "da", "do", "di", "la", "am", "es", "sur")  # words within the name of a place
_PLACE = rf"{_NAME}(?:(?:\s(?:(?:{'|'.join(_SMALL)})\s)?|/|,\s){_NAME}){{0,3}}"
_AGENCY = r"(?:[^\W\d_a-z][\w.&'/ -]{1,30}|dpa(?:/\w+)?|epd|sda|ots)"
# Agencies that are also written without brackets: "LINDENAU, Feb. 3, Kyodo -", "Lindenau, SANA –".
_BARE_AGENCY = (
    r"(?:AAP|AFP|AGI|ANI|ANP|ANSA|AP|APA|APP|Belga|BelTA|Bernama|CNA|CTK|DPA|dpa|EFE|GNA|IANS|INTERFAX|Interfax|IRNA|"
    r"Kyodo\sNews|Kyodo|Lusa|MENA|NAN|NTB|PTI|QNA|Reuters|SANA|SPA|TASS|ТАСС|РИА\sНовости|TT|UPI|WAM|Xinhua|Yonhap)\b"
)
_DASH = r"(?:--|[–—]|(?<=\s)-(?=\s))"
_DATELINE = re.compile(
    rf"""
    (?:\((?P<first>{_AGENCY})\)\s*{_DASH}\s*(?=[^\n]{{3,60}}{_DASH}))?
    (?:(?P<label>(?:[Dd]ated?|[Pp]ublished)\b)\s*:?\s*)?
    (?:(?P<before>{_DATE})[\s,:|–—-]*)?
    (?P<place>{_PLACE})?
    (?:\s*\[(?P<country>[\w .'-]+)\])?
    (?:[,.]?\s*(?:{_WEEKDAY}\s*)?(?P<after>{_DATE}))?
    (?:
        ,?\s*\((?P<agency>{_AGENCY})\)
        |\.?\s*/(?P<slashed>[^\W\d_a-z][\w. -]+)/
        |[,.]\s*(?P<bare>{_BARE_AGENCY})
        |--\((?P<tight>[A-Z][A-Z ]+)\)(?=--)
    )?
    \s*(?P<mark>:|\.?{_DASH}|\.-|_(?=\s)|(?<=/)\.(?=\s)|(?<=[)/])(?=\s[^\W\d_a-z]|\s["“]))\s*
    (?:(?P<late>{_BARE_AGENCY})\.\s+)?
    (?=(?P<next>\S))
    """,
    re.VERBOSE,
)
_AGENCY_GROUPS = ("agency", "slashed", "bare", "tight", "late", "first")
# "新华社北京2月3日电 …": agency, place and day run together.
_CHINESE = re.compile(
    r"[（(]?(?P<agency>新华社|中新社|中新网|中央社|人民网|央视网|共同社|路透社)(?P<place>[\u4e00-\u9fff]{2,6}?)"
    r"(?P<when>(?:\d{4}年)?\d{1,2}月\d{1,2}日)(?:电|電)[）)]?[\s:：]*(?:[（(]记者[^）)\n]{1,20}[）)]\s*)?(?=\S)"
)
_AGENCY_AT_END = re.compile(rf",\s(?P<agency>{_BARE_AGENCY})$")
# "date 2026-02-12 Officials said": a labelled day without a place.
_LABELLED_DATE = re.compile(rf"(?:[Dd]ated?|[Pp]ublished)\b\s*:?\s*(?P<date>{_DATE})[\s,:|–—-]*(?=\S)")
_LONGEST = 160  # characters
_NUMBERS = re.compile(r"\d\D+\d|\d{6}")  # a day and a year have at least these
# Words before a colon at the start of an article that are not places.
_LABELS = frozenset(
    """advertisement analysis answer author background breaking by caption clarification column comment commentary
    conclusion contact context correction credit date details editor's editorial email embargo example exclusive
    explained explainer fact factbox facts feature figure file focus graphic headline how image interview key live more
    news note obituary opinion participants phone photo photos picture podcast poll posted profile published question
    quote read reading recap related reminder result results review see source sources speaker statement subject summary
    tags tel timeline tip title topic topics translation update updated verdict video warning watch what when where who
    why winner winners""".split()
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """What a dateline says, and its span, including the white space after it."""

    span: Span
    published: date | None
    place: str | None
    outlet: str | None


def read_dateline(text: str, start: int = 0) -> Dateline | None:
    """Read the dateline at `start`, or return None if there is none.

    >>> read_dateline(" date 2026-02-12 New Delhi: India and Canada have agreed")
    Dateline(span=Span(start=0, end=28), published=datetime.date(2026, 2, 12), place='New Delhi', outlet=None)
    >>> read_dateline("NEW DELHI, Feb 12 (Reuters) - Officials said").outlet
    'Reuters'
    >>> read_dateline("Opinion: we should talk") is None
    True
    """
    first = re.compile(r"\S").search(text, start)
    if first is None:
        return None
    # A dateline is short, so only this much text is searched.
    window = (first.start(), first.start() + _LONGEST)
    if chinese := _CHINESE.match(text, *window):
        return Dateline(
            Span(start, chinese.end()), parse_date(chinese["when"]), place=chinese["place"], outlet=chinese["agency"]
        )
    found = _DATELINE.match(text, *window)
    if not found or "\n" in found.group().strip() or not _is_certain(found, text):
        labelled = _LABELLED_DATE.match(text, *window)
        if not labelled:
            return None
        return Dateline(Span(start, labelled.end()), parse_date(labelled["date"]), place=None, outlet=None)
    place, when = found["place"], found["before"] or found["after"]
    agency = _agency(found)
    if place and not agency and (ending := _AGENCY_AT_END.search(place)):
        place, agency = place[: ending.start()], ending["agency"]
    return Dateline(
        span=Span(start, found.end()),
        published=parse_date(when) if when else None,
        place=_place_name(place) if place else None,
        outlet=agency,
    )


@lru_cache(maxsize=128)  # the lines of a head are looked at several times
def parse_date(text: str) -> date | None:
    """Read a date with an unambiguous day, month and year, or return None.

    >>> parse_date("12 February 2026"), parse_date("Feb 12"), parse_date("05/06/2026")
    (datetime.date(2026, 2, 12), None, None)
    """
    if len(text) > _LONGEST or not _NUMBERS.search(text):
        return None
    try:
        return _possible(datetime.fromisoformat(text.strip().replace("/", "-")).date(), text)
    except ValueError:
        pass
    if day := read_written_day(text):
        return _possible(day, text)
    if numeric := read_numeric_day(text):
        return numeric.certain
    # dateutil fills gaps from a default and guesses the order of day and month. Two readings with different defaults
    # and orders agree only if nothing was filled in or guessed.
    try:
        one = dateutil_parser.parse(text, default=datetime(2001, 1, 1, tzinfo=UTC), dayfirst=False, ignoretz=True)
        other = dateutil_parser.parse(text, default=datetime(2004, 2, 2, tzinfo=UTC), dayfirst=True, ignoretz=True)
    except (ValueError, ArithmeticError):
        return None
    return _possible(one.date(), text) if one.date() == other.date() else None


def state_day(fact: str, words: str) -> dict[str, str]:
    """Return the day that words state, as this fact, or as its numeric one if day and month may be exchanged.

    >>> state_day("updated", "5 February 2026"), state_day("updated", "05/02/2026"), state_day("updated", "Sunday")
    ({'updated': '2026-02-05'}, {'updated_numeric': '05/02/2026'}, {})
    """
    if day := parse_date(words):
        return {fact: str(day)}
    return {f"{fact}_numeric": numeric.written} if (numeric := read_numeric_day(words)) else {}


def _possible(day: date, written: str) -> date | None:
    """Return the day unless it is one that programs write if they know none."""
    unknown = not EARLIEST <= day.year <= LATEST or (day == date(1970, 1, 1) and "00:00" in written)
    return None if unknown else day


def _is_certain(found: re.Match[str], text: str) -> bool:
    """Return True for a dateline, False for a sentence that happens to have a colon or a dash."""
    place, mark = found["place"], found["mark"]
    named = _agency(found)
    if mark in ("", "."):
        return bool(place and named and found["after"])
    if place and (
        place.partition(" ")[0].casefold() in _LABELS
        or any(word[0].islower() for word in place.split() if word not in _SMALL)
    ):
        return False
    if found["before"] or found["after"] or named or found["country"]:
        return True
    if not place or len(place) > 40 or any(character.isdigit() for character in place):
        return False
    if any(word.strip(",").casefold() in _LABELS for word in place.split()):
        return False
    if place.isupper() and mark != ":":
        return True
    if mark != ":":
        # "Donald Trump — the former president — said" continues in lower case; "Geneva — Delegates met" does not.
        return mark != "-" and (found["next"].isupper() or found["next"] in "\"'“‘")
    # "London: The mayor said …" is followed by a complete sentence. A headline ("Union Budget: Key Changes") is not,
    # and a speaker appears more than once ("Jaiswal: …" in an interview).
    line = text[found.end() : text.find("\n", found.end()) if "\n" in text[found.end() :] else len(text)]
    whole = re.search(r"[.!?][\"'”’)]*\s*$", line) is not None
    return found["next"].isupper() and whole and text.count(f"\n{place}:", found.end()) == 0


def _agency(found: re.Match[str]) -> str | None:
    return next((named for name in _AGENCY_GROUPS if (named := found[name])), None)


def _place_name(words: str) -> str:
    """Return a place in ordinary capitals: "LINDENAU, Aldria" becomes "Lindenau, Aldria", "D.C." stays."""
    parts = re.split(r"(,\s|/)", re.sub(r"(?<=\w{4})\.$", "", words))
    return "".join(_in_capitals(part) if part.isupper() and len(part) > 3 else part for part in parts)


def _in_capitals(part: str) -> str:
    if re.fullmatch(r"(?:\w\.)+", part):
        return part
    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)*", lambda word: word[0].capitalize(), part)
