"""Facts: the rules for what can be looked up in a quote: addresses, numbers, dates and names."""

# All rules have one signature.
# ruff: noqa: ARG001

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from index.words import STOP_WORDS, terms
from rag.doubts import WORD, does_not_name, does_not_say
from rag.matching import all_terms, names_meet
from rag.numbers import Number, read_amounts, read_numbers

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]{2,}(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)

_MONTHS = "January February March April May June July August September October November December".replace(" ", "|")
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".replace(" ", "|")
_SHORT_MONTH = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?=\.|\s\d)"
_DATE_WORD = re.compile(rf"\b(?:(?:{_MONTHS})|(?:{_DAYS})(?=s?\b)|{_SHORT_MONTH})")
_ALSO_VERBS = ("May", "March", "Mar")
_BEFORE_DATE = re.compile(r"(?:\b(?:in|of|since|until|till|by|last|next|this|from|early|mid|late|to|and)|\d)[\s,-]+$")
_DAY_AFTER_MONTH = re.compile(rf"(?:{_MONTHS}|{_SHORT_MONTH}\.?)\s(?:\d+\s?[-–]\s?|\d+ And )?$")
_DAY_BEFORE_MONTH = re.compile(
    rf"(?:St|Nd|Rd|Th)?(?:\s?[-–]\s?\d+| And \d+)?\s(?:Of )?(?:{_MONTHS}|{_SHORT_MONTH.split('(?=')[0]}\b)"
)

_CAPITALISED = r"(?<![\w'’-])[^\W\d_a-zß-öø-ÿ](?:[\w'’&.-]*\w)?"
_LINKING = "of the and de al bin von van for".split()
_NAME = re.compile(rf"{_CAPITALISED}(?:\s+(?:(?:{'|'.join(_LINKING)})\s+){{0,2}}{_CAPITALISED})*")
_DOES = re.compile(r"\s(?:(?:has|had|is|was|will|would|may|can|did|does|said|says)\b|\w+ed\b)")


def addresses(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """Web and mail addresses are copied letter by letter."""
    quoted = " ".join(quotes).casefold()
    for address in _addresses(statement):
        if address.casefold() not in quoted:
            return does_not_say(address, quotes)
    return ""


def _addresses(text: str) -> Iterator[str]:
    for token in text.split():
        if link := _LINK.search(token):
            yield token[link.start() :].rstrip(".,;:!?()[]\"'“”‘’")
        else:
            yield from (
                piece for piece in re.findall(r"[\w.@+-]*\w", token) if "@" in piece or _DOMAIN.fullmatch(piece)
            )


def numbers(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """Each number is in a quote, in figures or in words; a rounded one says that it is."""
    quoted = [number for quote in quotes for number in read_numbers(quote)]
    dated = [number for number in read_numbers(around) if _is_of_a_date(number)]
    for number in read_numbers(statement):
        # "One" and "first" seldom count anything.
        if number.shown in ("one", "first"):
            continue
        held = [other for other in quoted if _may_hold(other, number)]
        held += dated if _is_of_a_date(number) else []
        if not any(number.is_held_by(other) for other in held):
            return does_not_say(number.shown, quotes)
    for amount in read_amounts(statement):
        said = not all_terms(quotes).isdisjoint(terms(amount.shown))
        if not said and not any(amount.is_held_by(number) for number in quoted):
            return does_not_say(amount.shown, quotes)
    return ""


def _may_hold(quoted: Number, number: Number) -> bool:
    """Tell whether a number of a quote may be what the statement counts: "3 ferries" are not in "3 March"."""
    return not _is_of_a_date(quoted) or _is_of_a_date(number) or number.after.startswith(("st", "nd", "rd", "th"))


@lru_cache(maxsize=4096)
def _is_of_a_date(number: Number) -> bool:
    """Tell whether a number is a year, or the day beside a month."""
    year = not number.unit and any(value == int(value) and 1900 <= value <= 2100 for value in number.values)
    before, after = number.before.title(), number.after.title()
    return year or bool(_DAY_AFTER_MONTH.search(before) or _DAY_BEFORE_MONTH.match(after))


def dates(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """Each month and day of the week is in a quote or in what stands around it."""
    known = {found.group()[:3] for text in (*quotes, around) for found in _DATE_WORD.finditer(text.title())}
    for found in _DATE_WORD.finditer(statement):
        word, before, after = found.group(), statement[: found.start()], statement[found.end() :]
        surely = word not in _ALSO_VERBS or _BEFORE_DATE.search(before) or re.match(r"\.?\s+\d", after)
        if surely and word[:3] not in known:
            return does_not_say(word, quotes)
    return ""


def names(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """Each name is in a quote or around it: whole or in part, as its initials, or as the people of a place."""
    texts = (*quotes, around)
    known = all_terms(texts)
    for name in names_in(statement):
        parts = _parts(name)
        if _initials(parts) in known or all(_is_named(part, known, texts) for part in parts):
            continue
        for one in name.split(" and "):
            if not all(_is_named(part, known, texts) for part in _parts(one)):
                return does_not_name(one, quotes)
    return ""


@lru_cache(maxsize=1024)
def names_in(text: str) -> tuple[str, ...]:
    """Return the runs of capitalised words. Of a word that opens a sentence nobody knows: it counts when it acts.

    >>> names_in("Officials met Ajit Doval in Ottawa. Drouin has agreed.")
    ('Ajit Doval', 'Ottawa', 'Drouin')
    """
    found_names = []
    for found in _NAME.finditer(text):
        name, before = found.group(), text[: found.start()].rstrip(" \"'“‘(")
        if not before or before[-1] in ".!?:…\n":
            first, _, rest = name.partition(" ")
            if first.lower() in STOP_WORDS or not (rest or _acts(first, text[found.end() :])):
                name = rest
        if name:
            found_names.append(name)
    return tuple(found_names)


def _acts(word: str, rest: str) -> bool:
    return not word.lower().endswith(("s", "ing", "ed", "ly")) and bool(_DOES.match(rest))


def _is_named(part: str, known: frozenset[str], texts: Iterable[str]) -> bool:
    if any(character.isdigit() for character in part):
        # "F-16" is one name: an "F" here and a "16" there do not make it.
        squeezed = re.sub(r"[\s-]", "", part.casefold())
        return any(squeezed in re.sub(r"[\s-]", "", text.casefold()) for text in texts)
    if all(len(term) == 1 or names_meet(term, known) for term in terms(part)) or _DATE_WORD.match(part):
        return True
    bare = part.replace(".", "")
    return bare.isupper() and any(bare.lower() in initials for text in texts for initials in _all_initials(text))


def _parts(name: str) -> list[str]:
    return [part for part in WORD.findall(name) if part not in _LINKING]


def _initials(parts: Iterable[str]) -> str:
    return "".join(part[0] for part in parts).lower()


@lru_cache(maxsize=1024)
def _all_initials(text: str) -> tuple[str, ...]:
    return tuple(_initials(_parts(found.group())) for found in _NAME.finditer(text))
