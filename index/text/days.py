"""Days: read a full day as it is written in many languages, also with its weekday, time and zone."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Literal

EARLIEST, LATEST = 1700, 2199  # years
Order = Literal["", "dmy", "mdy"]  # of a day in numbers; "": unknown
# What may be written with a day, and is not part of it.
_WRITTEN_WITH = """a. m. am pm p.m a.m at on the of from as à á as às alle ore om um uhr am den der kl klo kl.
    le el il la las dia día de del do h hrs hours hs o'clock noon midnight local time utc gmt
    года г год в от часов року р ob godz godz. dne pada pukul في يوم م को से बजे ngày lúc 上午 下午
    凌晨 早上 中午 晚上 午前 午後 日 月 火 水 木 金 土 오전 오후 주"""


def _lines(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of each line of a list in `data`."""
    text = files(__package__).joinpath("data", f"{name}.txt").read_text(encoding="utf-8")
    return tuple(tuple(line.split()) for line in text.splitlines() if not line.startswith("#"))


_MONTHS = {name.replace("_", " "): month for month, names in enumerate(_lines("months"), start=1) for name in names}
_WORDS = {word for line in _lines("weekdays") for word in line} | set(_WRITTEN_WITH.split())
_WEEKDAYS = {name: number for number, names in enumerate(_lines("weekdays_in_order")) for name in names}
# The name of a month, in lower case.
MONTH = rf"(?:{'|'.join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))})(?![^\W\d_])"
# What is written before a day to say what it is, by the fact.
LABELS = {
    "published": (
        r"(?:first |originally |date )?published(?: on| at)?|posted(?: on| at)?|publication date|dated?|issued(?: on)?|"
        r"publiée? le|veröffentlicht(?: am)?|erschienen(?: am)?|publicado(?: el| em)?|pubblicato(?: il)?|"
        r"gepubliceerd(?: op)?|opublikowano|опубликовано|embargoed (?:until|till)|"
        r"发布时间|发布于|发表于|公開日?|配信|掲載"
    ),
    "updated": (
        r"(?:last )?(?:updated?|modified|edited|revised)(?: on| at)?|mise? à jour(?: le)?|modifiée? le|"
        r"aktualisiert(?: am)?|geändert(?: am)?|stand|actualizado(?: el)?|atualizado(?: em)?|aggiornato(?: il)?|"
        r"bijgewerkt(?: op)?|обновлено|更新(?:时间|日時|日|于)?"
    ),
}
_ORDINAL = r"(?:st|nd|rd|th|er|re|ro|[º°ª.’']|-?го|-е)?"
# A full day in text that is casefolded; see `day_of`.
DAY = re.compile(
    rf"""
    (?<![\w/.,-])
    (?:
    (?P<d1>\d\d?){_ORDINAL}\s*(?:of\s|de\s|di\s|d['’]|ב|[-/])?(?P<m1>{MONTH})[.,]*\s*(?:de\s|del\s|[-/])?(?P<y1>\d{{4}})
    |(?P<m2>{MONTH})\.?\s*(?P<d2>\d\d?){_ORDINAL},?\s+(?P<y2>\d{{4}})
    |(?P<y3>\d{{4}})[.,]?\s+(?P<m3>{MONTH})\.?\s*(?P<d3>\d\d?)\.?
    |(?:ngày\s)?(?P<d4>\d\d?)\stháng\s(?P<n4>\d\d?)(?:,|\snăm)?\s(?P<y4>\d{{4}})
    |(?P<y5>\d{{4}})\s?[年년]\s?(?P<n5>\d\d?)\s?[月월]\s?(?P<d5>\d\d?)\s?[日일]
    |(?P<y6>\d{{4}})(?P<sign>[-/.])(?P<n6>\d\d?)(?P=sign)(?P<d6>\d\d?)(?=\D|$)
    |(?P<d7>\d\d?)(?:\.\s?)(?P<n7>\d\d?)\.\s?(?P<y7>\d{{4}})
    )(?!(?<![日일])\d)
    """,
    re.VERBOSE,
)
_TIME = re.compile(
    r"(?<!\d)\d\d?(?:\s?[:.h時时시]\s?\d\d)(?:[:.]\d\d(?:[.,]\d+)?)?\s?(?:[ap]\.?\s?m\b\.?|h\b|z\b|[分분])?"
    r"|(?<!\d)\d\d?\s?(?:[ap]\.?\s?m\b\.?|h\b|[時时시])"
)
_NUMERIC = re.compile(
    r"(?<![\w/.,-])(?P<a>\d\d?)(?P<sign>[/-])(?P<b>\d\d?)(?P=sign)(?P<year>(?:19|20)?\d\d)(?![\w/-]|\.\d)"
)
_ZONE = re.compile(r"(?:utc|gmt)?\s?[+-]\d\d:?(?:\d\d)?\b|\b(?:[a-z]{1,3}[sd]?t|utc|gmt|z)\b")


def read_written_day(text: str) -> date | None:
    """Return the only day in a short text with nothing else than its weekday, time and zone, or None.

    Days with dots are day first wherever they are written. Those with slashes, such as 05/02/2026, are not read here.

    >>> read_written_day("mardi 3 février 2026 à 10h30"), read_written_day("2026年2月3日 星期二")
    (datetime.date(2026, 2, 3), datetime.date(2026, 2, 3))
    >>> read_written_day("The bridge was closed on 3 February 2026") is None
    True
    """
    lower = unicodedata.normalize("NFC", text).casefold()
    days = {day_of(found) for found in DAY.finditer(lower)}
    return days.pop() if len(days) == 1 and _is_only_day(DAY.sub(" ", lower)) else None


@dataclass(frozen=True, slots=True)
class NumericDay:
    """A day in numbers that can be read in two ways."""

    written: str
    day_first: date
    month_first: date
    certain: date | None  # if the weekday is written with it, and only one of the two is on that weekday

    def read(self, order: Order) -> date | None:
        """Return the day in this order, or None if the order is unknown."""
        return {"": None, "dmy": self.day_first, "mdy": self.month_first}[order]


def read_numeric_day(text: str) -> NumericDay | None:
    """Return the only day in a short text, as `read_written_day` does, if its day and month may be exchanged.

    >>> read_numeric_day("05/02/2026, 10:30").day_first
    datetime.date(2026, 2, 5)
    >>> read_numeric_day("25/02/2026") is read_numeric_day("Track 05/02/2026") is None
    True
    >>> read_numeric_day("Thursday 05/02/2026").certain
    datetime.date(2026, 2, 5)
    """
    lower = unicodedata.normalize("NFC", text).casefold()
    found = _NUMERIC.search(lower)
    if not found or not _is_only_day(_NUMERIC.sub(" ", lower, count=1)):
        return None
    year = found["year"] if len(found["year"]) == 4 else f"20{found['year']}"
    one, other = make_day(year, found["b"], found["a"]), make_day(year, found["a"], found["b"])
    if one is None or other is None or one == other:
        return None
    named = {_WEEKDAYS[word] for word in re.findall(r"[^\W\d_]+", lower) if word in _WEEKDAYS}
    fitting = [day for day in (one, other) if {day.weekday()} == named]
    return NumericDay(found.group(), one, other, fitting[0] if len(fitting) == 1 else None)


def _is_only_day(rest: str) -> bool:
    """Return True if what is left of a text without its day is nothing but its weekday, time and zone."""
    left = _ZONE.sub(" ", _TIME.sub(" ", rest))
    words = re.sub(r"[\s,;:|·•/()\[\]–—،、（）-]+", " ", left).split()
    return all(word in _WORDS or word.strip(".") in _WORDS or word == "." for word in words)


def day_of(found: re.Match[str]) -> date | None:
    """Return the day that `DAY` has matched, or None if there is no such day."""
    number = next(part for part in "1234567" if found[f"y{part}"])
    name = found[f"m{number}"] if number in "123" else ""
    return make_day(found[f"y{number}"], str(_MONTHS[name]) if name else found[f"n{number}"], found[f"d{number}"])


def make_day(year: str, month: str, day: str) -> date | None:
    """Return the day with these numbers, or None if there is none, or none that an article can have."""
    try:
        return date(int(year), int(month), int(day)) if EARLIEST <= int(year) <= LATEST else None
    except ValueError:
        return None
