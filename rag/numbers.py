"""Numbers: figures and number words, read as values.

"4" meets "four", "$5m" meets "5 million dollars", and "more than 20,000" meets 20,312.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
    fifteenth sixteenth seventeenth eighteenth nineteenth twentieth""".split()
_SMALL: Mapping[str, int] = (
    {word: value for value, word in enumerate(_ONES)}
    | {word: 10 * value for value, word in enumerate(_TENS, start=2)}
    | {word: value for value, word in enumerate(_ORDINALS, start=1)}
)
_SCALES: Mapping[str, int] = {
    "dozen": 12,
    "hundred": 10**2,
    "thousand": 10**3,
    "lakh": 10**5,
    "million": 10**6,
    "crore": 10**7,
    "billion": 10**9,
    "trillion": 10**12,
}
_GLUED_SCALES: Mapping[str, int] = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
_SIGNS: Mapping[str, str] = {
    "percent": "%",
    "per cent": "%",
    "dollar": "$",
    "euro": "€",
    "pound": "£",
    "yen": "¥",
    "rupee": "₹",
}
NUMBER_WORDS = frozenset((*_SMALL, *_SCALES))

_SCALE = "|".join(_SCALES)
# Thirty days are not thirty years.
_UNIT = (
    r"(?:\s?(?P<percent>%)"
    r"|[\s-]+(?P<unit>per\s?cent|dollar|euro|pound|yen|rupee|second|minute|hour|day|week|month|year|decade)s?)?"
)
_FIGURES = re.compile(
    r"(?:(?P<currency>[$€£¥₹])\s?)?(?<![\d.,])(?P<digits>\d{1,3}(?:,\d{2,3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:(?P<glued>bn|mn|tn|k|m|b)\b)?(?:[\s-]+(?P<scale>{_SCALE})\b)?{_UNIT}"
)
# "2024-25" says "2025" too.
_RANGE_OF_YEARS = re.compile(r"\b(?P<century>19|20)\d\d\s?[-–/]\s?(?P<year>\d\d)$")
_WORD = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_SPELLED = re.compile(rf"\b(?P<a>(?:half )?a )?(?P<words>(?:{_WORD})(?:[\s-]+(?:and\s+)?(?:{_WORD}))*)\b{_UNIT}")
_VAGUE = re.compile(r"\b(?P<scale>dozen|hundred|thousand|million|billion|trillion)s\b")

_ABOUT = re.compile(r"\b(?:about|around|some|roughly|approximately|close to|near)\W+$")
_ABOVE = re.compile(r"\b(?:more than|over|at least|above|exceed\w*|upwards of|greater than|topp\w+)\W+$")
_BELOW = re.compile(r"\b(?:nearly|almost|less than|under|fewer than|up to|below|just short of)\W+$")
# How far a rounded number may be from the one it rounds.
_ROUNDING = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text."""

    shown: str
    values: frozenset[Decimal]  # two where the writing leaves it open: "5m" is metres or millions
    unit: str  # "%", "$", "day" …; "" where none is written
    before: str  # some characters of the text, in lower case
    after: str

    def is_held_by(self, other: "Number") -> bool:
        """Tell whether `other` is the same number, or one that this one says it rounds."""
        if self.unit and other.unit and self.unit != other.unit:
            return False
        if self.values & other.values:
            return True
        return any(self._rounds(value, exact) for value in self.values for exact in other.values)

    def _rounds(self, value: Decimal, exact: Decimal) -> bool:
        margin = _ROUNDING * value
        if _ABOVE.search(self.before):
            return value <= exact <= value + margin
        if _BELOW.search(self.before):
            return value - margin <= exact <= value
        return bool(_ABOUT.search(self.before)) and abs(value - exact) <= margin


@dataclass(frozen=True, slots=True)
class Amount:
    """A "hundreds" or "thousands" in a text, and what it may stand for."""

    shown: str
    least: Decimal
    most: Decimal

    def is_held_by(self, number: Number) -> bool:
        """Tell whether the number is of that order."""
        return any(self.least <= value <= self.most for value in number.values)


@lru_cache(maxsize=1024)
def read_numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers of `text`, those in figures first.

    >>> [sorted(map(str, number.values)) for number in read_numbers("Twenty-one paid $1,240 or 4.2 per cent.")]
    [['1240'], ['4.2'], ['21']]
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return (*_in_figures(plain), *_in_words(plain))


def read_amounts(text: str) -> tuple[Amount, ...]:
    """Return each "hundreds" or "thousands" of `text`.

    >>> [(amount.shown, int(amount.least), int(amount.most)) for amount in read_amounts("Hundreds fled.")]
    [('hundreds', 100, 10000)]
    """
    return tuple(
        Amount(found.group(), Decimal(_SCALES[found["scale"]]), Decimal(_SCALES[found["scale"]] * 100))
        for found in _VAGUE.finditer(text.lower())
    )


def _in_figures(plain: str) -> Iterator[Number]:
    for found in _FIGURES.finditer(plain):
        # `\d` finds the digits of every script, and Decimal reads them.
        value = Decimal(found["digits"].replace(",", ""))
        if found["scale"]:
            value *= _SCALES[found["scale"]]
        values = {value}
        if found["glued"]:
            scaled = value * _GLUED_SCALES[found["glued"]]
            values = {scaled} if found["currency"] else {value, scaled}
        if years := _RANGE_OF_YEARS.search(plain[: found.end()]):
            values.add(Decimal(years["century"] + years["year"]))
        yield _number(found, values, plain)


def _in_words(plain: str) -> Iterator[Number]:
    for found in _SPELLED.finditer(plain):
        words = re.findall(_WORD, found["words"])
        if not found["a"] and all(word in _SCALES for word in words):
            continue  # the "million" of "5 million" is read with its figures
        total, part = 0, 0
        for word in words:
            if word in _SMALL:
                part += _SMALL[word]
            elif word in ("hundred", "dozen"):
                part = (part or 1) * _SCALES[word]
            else:
                total, part = total + (part or 1) * _SCALES[word], 0
        value = Decimal(total + part)
        yield _number(found, {value / 2 if (found["a"] or "").startswith("half") else value}, plain)


def _number(found: re.Match[str], values: set[Decimal], plain: str) -> Number:
    named = found.groupdict()
    unit = named.get("currency") or named["percent"] or named["unit"] or ""
    return Number(
        shown=found.group().strip(" -"),
        values=frozenset(values),
        unit=_SIGNS.get(unit, unit),
        before=plain[max(0, found.start() - 40) : found.start()],
        after=plain[found.end() : found.end() + 15],
    )
