"""Formatting: counts, days, places and scopes as text, for the page and the terminal."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from index.core.scope import Scope

_MOST_NAMED = 4  # outlets in one line; of more than these, three are named and the others counted
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Characters that XML 1.0 does not allow.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def counted(count: int, noun: str, nouns: str = "") -> str:
    """Format a count with its noun.

    >>> counted(1, "article"), counted(1200, "article"), counted(2, "copy", "copies")
    ('1 article', '1,200 articles', '2 copies')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {nouns or f'{noun}s'}"


def long_day(day: date | None) -> str:
    """Format a day as news does; None gives an empty string.

    >>> long_day(date(2026, 2, 5))
    '5 Feb 2026'
    """
    return f"{day.day} {day:%b %Y}" if day else ""


def short_day(day: date | None) -> str:
    """Format a day of a known year; None gives an empty string.

    >>> short_day(date(2026, 2, 5))
    '5 Feb'
    """
    return f"{day.day} {day:%b}" if day else ""


def place_line(outlet: str | None, place: str | None, published: date | None) -> str:
    """Join the outlet, place and day of publication, leaving out what is unknown."""
    return ", ".join(part for part in (outlet, place, long_day(published)) if part)


def ago(then: datetime, *, now: datetime) -> str:
    """Say how long ago `then` was, or on which day if more than a week ago.

    >>> ago(datetime(2026, 2, 5, 9, 0), now=datetime(2026, 2, 5, 11, 30))
    '2 h ago'
    >>> ago(datetime(2026, 2, 5), now=datetime(2026, 3, 5))
    '5 Feb 2026'
    """
    seconds = (now - then).total_seconds()
    if seconds >= 7 * 86400:
        return long_day(then.date())
    return next((f"{int(seconds // size)} {unit} ago" for size, unit in _UNITS if seconds >= size), "just now")


_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def scope_words(scope: Scope) -> str:
    """Describe a scope in words, or return "" if it is the whole shelf.

    >>> scope_words(Scope(date(2026, 2, 1), date(2026, 2, 15), frozenset({"Reuters", "AP"})))
    'AP and Reuters, 1 Feb to 15 Feb 2026'
    >>> scope_words(Scope(since=date(2026, 2, 1), outlets=frozenset({""})))
    'unnamed outlets, since 1 Feb 2026'
    >>> scope_words(Scope(until=date(2026, 2, 15)))
    'up to 15 Feb 2026'
    >>> scope_words(Scope(undated=True, languages=frozenset({"de"})))
    'language de, without a date'
    """
    names = [one_line(name) for name in sorted(scope.outlets - {""}, key=lambda name: (name.casefold(), name))]
    names += ["unnamed outlets"] if "" in scope.outlets else []
    languages = _joined([one_line(code) or "unknown" for code in sorted(scope.languages)])
    spoken = f"language {languages}" if languages else ""
    parts = (_joined(names), spoken, _days_words(scope), "without a date" if scope.undated else "")
    return ", ".join(part for part in parts if part)


def none_in_scope(scope: Scope, articles: int) -> str:
    """Say that none of the `articles` on the shelf is in the scope, and what to do.

    >>> none_in_scope(Scope(outlets=frozenset({"reuters"})), 11)
    'None of the 11 articles on the shelf is in scope (reuters). Spell an outlet as its articles do.'
    """
    if scope.is_void:
        advice = "The first day is later than the last day. Swap them."
    elif scope.undated:
        advice = "Choose articles with a date too."
    elif scope.has_days:
        others = "other days or outlets" if scope.outlets else "other days"
        advice = f"Choose {others}. Undated articles are in scope only if no day is set."
    else:
        advice = "Spell an outlet as its articles do."
    none = "The article on the shelf is not" if articles == 1 else f"None of the {articles:,} articles on the shelf is"
    return f"{none} in scope ({scope_words(scope)}). {advice}"


def _joined(names: Sequence[str]) -> str:
    if len(names) > _MOST_NAMED:
        names = [*names[: _MOST_NAMED - 1], f"{len(names) - _MOST_NAMED + 1:,} others"]
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _days_words(scope: Scope) -> str:
    since, until = scope.since, scope.until
    if since is None or until is None:
        return f"since {long_day(since)}" if since else f"up to {long_day(until)}" if until else ""
    if since == until:
        return long_day(since)
    first = long_day(since) if since.year != until.year else f"{since.day} {since:%b}"
    return f"{first} to {long_day(until)}"


def one_line(text: str) -> str:
    """Put untrusted text on one line, without the control characters that a terminal would obey."""
    return " ".join(_CONTROLS.sub("", " ".join(text.split())).split())


def xml_line(text: str) -> str:
    """Put untrusted text on one line, without the characters that XML does not allow. It still has to be escaped.

    >>> xml_line(f"a{chr(0xfffe)} <b>")
    'a <b>'
    """
    return xml_text(one_line(text))


def xml_text(text: str) -> str:
    """Remove the characters that XML does not allow from untrusted text. It still has to be escaped."""
    return _NOT_XML.sub("", text)
