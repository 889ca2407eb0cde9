"""Wording: counts, days and places as a reader expects them, on the page and on a terminal."""

import re
from datetime import date

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def counted(count: int, noun: str) -> str:
    """Write a count with its noun.

    >>> counted(1, "article"), counted(1200, "article")
    ('1 article', '1,200 articles')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def long_day(day: date | None) -> str:
    """Write a day as news does.

    >>> long_day(date(2026, 2, 5))
    '5 Feb 2026'
    """
    return f"{day.day} {day:%b %Y}" if day else ""


def place_line(outlet: str | None, place: str | None, published: date | None) -> str:
    """Tell where and when something is from, as far as that is known."""
    return ", ".join(part for part in (outlet, place, long_day(published)) if part)


def one_line(text: str) -> str:
    """Put foreign text on one line, without the control characters that could drive a terminal."""
    return _CONTROLS.sub("", " ".join(text.split()))
