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
    "percentage point": "point",
    "percentage-point": "point",
}
# Written out, they have no sign that news uses.
_COINS = (
    "crown|krona|krone|kroner|kronor|franc|rouble|ruble|lira|peso|rand|zloty|yuan|renminbi|shekel|dirham|dinar|riyal"
)
MONEY = frozenset((*"$€£¥₹", *_COINS.split("|")))  # the units of `Number` that are money
_FRACTION_WORDS: Mapping[str, int] = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_TIMES: Mapping[str, int] = {"tw": 2, "do": 2, "th": 3, "tr": 3, "qu": 4}
NUMBER_WORDS = frozenset(
    (*_SMALL, *_SCALES, *"half quarter twice thrice doubl tripl trebl quadrupl halv twofold".split())
)

_SCALE = "|".join(_SCALES)
# Thirty days are not thirty years.
_UNIT = (
    r"(?:\s?(?P<percent>%)(?!\spoints?\b)|[\s-]+(?P<unit>percentage[\s-]point|per\s?cent(?!age)|dollar|euro|pound|yen"
    rf"|rupee|{_COINS}|second|minute|hour|day|week|month|year|decade)(?:s|es)?\b)?"
)
_UNIT_OF_A_RANGE = re.compile(
    r"\s?(?:to|and|or|[-–])\s?[\w.,]+?\s?(?P<unit>%(?!\spoints?\b)|percentage[\s-]point|per\s?cent(?!age))"
)
_FIGURES = re.compile(
    r"(?:(?<![^\s(\"'“‘])(?P<minus>[-−–](?=[\d$€£¥₹])|minus\s))?(?:(?P<currency>[$€£¥₹])\s?)?(?<![\d.,])(?P<digits>\d{1,3}(?:,\d{2,3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:(?P<glued>bn|mn|tn|k|m|b)\b)?(?:[\s-]+(?P<scale>{_SCALE})\b)?{_UNIT}"
)
# "2024-25" says "2025" too.
_RANGE_OF_YEARS = re.compile(r"\b(?P<century>19|20)\d\d\s?[-–/]{1,2}\s?(?P<year>\d\d)$")
_WORD = "|".join(sorted((*_SMALL, *_SCALES), key=len, reverse=True))
_SPELLED = re.compile(
    rf"\b(?P<minus>minus\s)?(?P<a>(?:half )?a )?(?P<words>(?:{_WORD})(?:[\s-]+(?:and\s+)?(?:{_WORD}))*)"
    rf"(?P<more>\s+and\s+a\s+half)?\b{_UNIT}"
)
_FRACTION = re.compile(
    r"(?:(?<!first )(?<!second )(?<!other )(?<!latter )(?<!and a )\b(?:(?:a|one)[\s-])?(?P<half>half)"
    rf"\b(?![-’'])(?!\s(?:a|an)\s(?:{_SCALE}|hour|day|year|century)\b)(?!\s(?:time|year|century|brother|sister)\b)"
    r"|\b(?:a|one)[\s-](?P<one>quarter|(?:third|fifth|tenth)(?=\sof\b))"
    r"|\b(?P<many>two|three|four|nine)[\s-](?P<part>third|quarter|fifth|tenth)s\b)"
    r"(?:\sof)?(?:\san?)?(?:\s(?P<unit>percentage[\s-]point))?"
)
_MULTIPLE = re.compile(
    r"\b(?:twice|thrice|twofold|threefold|(?:doubl|tripl|trebl|quadrupl)(?:ed|ing)"
    r"|(?:double|triple|treble|quadruple)s?(?=\s(?:the|its|their|his|her|our|as|that|what|in|to|from|by|over)\b)"
    r"|(?P<half>halv(?:ed|es?|ing)))\b"
)
_BELOW_ZERO = re.compile(r"\s?(?:degrees?|°)?\s?(?:c|f|celsius|fahrenheit)?\s?below\b")
_FALLING = re.compile(
    r"\b(?:f[ae]ll\w*|drop\w*|declin\w*|down|decreas\w*|shr[aiu]nk\w*|contract\w*|los[st]\w*|los(?:es|ing)|lower\w*"
    r"|cut\w*|reduc\w*|sl(?:id|ip)\w*|tumbl\w*|slump\w*|plunge\w*|minus|below|deficit)\b"
)
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
    values: frozenset[Decimal]  # two if the notation is ambiguous: "5m" is metres or millions
    unit: str  # "%", "point", "$", "day" …, "part" (of a whole), "times"; "" if none is written
    negative: bool
    before: str  # some characters of the text, in lower case
    after: str

    @property
    def is_ordinal(self) -> bool:
        """Return True if it is a place in a row: "third", "3rd"."""
        return self.shown.endswith(tuple(_ORDINALS)) or self.after.startswith(("st", "nd", "rd", "th"))

    @property
    def side(self) -> int:
        """Return 1 for "more than", -1 for "less than", else 0."""
        return 1 if _ABOVE.search(self.before) else -1 if _BELOW.search(self.before) else 0

    def leaves_open(self, other: "Number") -> bool:
        """Return True if this number says "more than" or "less than" itself, and `other` is that."""
        pairs = ((one, two) for one in self.values for two in other.values)
        return self.side != 0 and any(self.side * two >= self.side * one for one, two in pairs)

    def is_held_by(self, other: "Number") -> bool:
        """Return True if `other` is the same number, or one that this one says it rounds."""
        if self.negative != other.negative:
            positive = other if self.negative else self
            if not _FALLING.search(positive.before):
                return False
        if {self.unit, other.unit} == {"part", "%"}:
            percents = {value if self.unit == "%" else 100 * value for value in self.values}
            others = {value if other.unit == "%" else 100 * value for value in other.values}
            return any(abs(one - two) < 1 or self._rounds(one, two) for one in percents for two in others)
        if not self._is_counted_like(other):
            return False
        if self.values & other.values:
            return True
        return any(self._rounds(value, exact) for value in self.values for exact in other.values)

    def _is_counted_like(self, other: "Number") -> bool:
        """Return True if two units may be one: a bare number may count anything, but it is no percentage."""
        units = {self.unit, other.unit}
        return len(units) == 1 or ("" in units and "%" not in units)

    def _rounds(self, value: Decimal, exact: Decimal) -> bool:
        margin = _ROUNDING * value
        if _ABOVE.search(self.before):
            return value <= exact <= value + margin
        if _BELOW.search(self.before):
            return value - margin <= exact <= value
        return bool(_ABOUT.search(self.before)) and abs(value - exact) <= margin


@dataclass(frozen=True, slots=True)
class Amount:
    """A "hundreds" or "thousands" in a text, and what it may mean."""

    shown: str
    least: Decimal
    most: Decimal

    def is_held_by(self, number: Number) -> bool:
        """Return True if the number is of that order."""
        return any(self.least <= value <= self.most for value in number.values)


@lru_cache(maxsize=1024)
def read_numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers of `text`, those in figures first.

    >>> [sorted(map(str, number.values)) for number in read_numbers("Twenty-one paid $1,240 or 4.2 per cent.")]
    [['1240'], ['4.2'], ['21']]
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    others = [*_fractions(plain), *_multiples(plain)]
    # "Two thirds" are neither two nor a third one.
    for found in _FRACTION.finditer(plain):
        plain = plain[: found.start()] + " " * len(found.group()) + plain[found.end() :]
    return (*_in_figures(plain), *_in_words(plain), *others)


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
        if words == ["zero"] and plain[: found.start()].endswith(("below ", "above ")):
            continue  # it counts no degrees
        total, part = 0, 0
        for word in words:
            if word in _SMALL:
                part += _SMALL[word]
            elif word in ("hundred", "dozen"):
                part = (part or 1) * _SCALES[word]
            else:
                total, part = total + (part or 1) * _SCALES[word], 0
        value = total + part + (Decimal("0.5") if found["more"] else Decimal(0))
        yield _number(found, {value / 2 if (found["a"] or "").startswith("half") else value}, plain)


def _fractions(plain: str) -> Iterator[Number]:
    for found in _FRACTION.finditer(plain):
        many = _SMALL[found["many"]] if found["many"] else 1
        part = Decimal(many) / _FRACTION_WORDS[found["half"] or found["one"] or found["part"]]
        yield _number(found, {part}, plain, unit=found["unit"] or "part")


def _multiples(plain: str) -> Iterator[Number]:
    for found in _MULTIPLE.finditer(plain):
        if found["half"]:
            yield _number(found, {Decimal("0.5")}, plain, unit="part")
        else:
            yield _number(found, {Decimal(_TIMES[found.group()[:2]])}, plain, unit="times")


def _number(found: re.Match[str], values: set[Decimal], plain: str, *, unit: str = "") -> Number:
    named, after = found.groupdict(), plain[found.end() : found.end() + 30]
    unit = unit or named.get("currency") or named.get("percent") or named.get("unit") or ""
    if not unit and (ranged := _UNIT_OF_A_RANGE.match(after)):
        unit = ranged["unit"]
    unit = re.sub(r"^per\s?cent$", "%", unit)
    return Number(
        shown=found.group().strip(" –−-" if not named.get("minus") else " "),
        values=frozenset(values),
        unit=_SIGNS.get(unit, unit),
        negative=bool(named.get("minus") or _BELOW_ZERO.match(after)),
        before=plain[max(0, found.start() - 40) : found.start()],
        after=after,
    )
