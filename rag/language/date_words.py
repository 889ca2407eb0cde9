"""Words of a date."""

import re
from functools import lru_cache

from rag.language.numbers import Number

_MONTHS = "January February March April May June July August September October November December".replace(" ", "|")

_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".replace(" ", "|")

_SHORT_MONTH = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?=\.|\s\d)"

DATE_WORD = re.compile(rf"\b(?:(?:{_MONTHS})|(?:{_DAYS})(?=s?\b)|{_SHORT_MONTH})")

_DAY_AFTER_MONTH = re.compile(rf"(?:{_MONTHS}|{_SHORT_MONTH}\.?)\s(?:\d+\s?[-–]\s?|\d+ And )?$")

_DAY_BEFORE_MONTH = re.compile(
    rf"(?:St|Nd|Rd|Th)?(?:\s?[-–]\s?\d+| And \d+)?\s(?:Of )?(?:{_MONTHS}|{_SHORT_MONTH.split('(?=')[0]}\b)"
)


@lru_cache(maxsize=4096)
def is_of_a_date(number: Number) -> bool:
    """Return True if a number is a year, or the day next to a month."""
    year = not number.unit and any(value == int(value) and 1900 <= value <= 2100 for value in number.values)
    before, after = number.before.title(), number.after.title()
    return year or bool(_DAY_AFTER_MONTH.search(before) or _DAY_BEFORE_MONTH.match(after))
