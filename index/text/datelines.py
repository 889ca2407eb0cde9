"""Datelines: read the place and the day before the first sentence of an article.

"NEW DELHI, Feb 12 (Reuters) - Officials said …": what is before the dash describes the article and is never quoted.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from dateutil import parser as dateutil_parser

from index.text.spans import Span

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\.?"
_DATE = rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}\s+{_MONTH}(?:,?\s+\d{{4}})?|{_MONTH}\s+\d{{1,2}}(?:,?\s+\d{{4}})?)"
# Up to four capitalised words, joined by spaces, hyphens, slashes or commas: "Port-au-Prince", "WASHINGTON/LONDON".
_NAME = r"[^\W\d_a-z][\w.'’]*(?:-[\w.'’]+)*"
_PLACE = rf"{_NAME}(?:(?:\s|/|,\s){_NAME}){{0,3}}"
_AGENCY = r"[A-Z][\w.&' -]{1,30}"
_DATELINE = re.compile(
    rf"""
    (?:(?P<label>(?:[Dd]ated?|[Pp]ublished)\b)\s*:?\s*)?
    (?:(?P<before>{_DATE})[\s,:|–—-]*)?
    (?P<place>{_PLACE})?
    (?:\s*\[(?P<country>[\w .'-]+)\])?
    (?:,?\s*(?P<after>{_DATE}))?
    (?:,?\s*\((?P<agency>{_AGENCY})\))?
    \s*(?P<mark>:|--|[–—]|(?<=\s)-(?=\s))\s*
    (?=(?P<next>\S))
    """,
    re.VERBOSE,
)
# "date 2026-02-12 Officials said": a labelled day without a place.
_LABELLED_DATE = re.compile(rf"(?:[Dd]ated?|[Pp]ublished)\b\s*:?\s*(?P<date>{_DATE})[\s,:|–—-]*(?=\S)")
_LONGEST = 160  # characters
# Words before a colon at the start of an article that are not places.
_LABELS = frozenset(
    """advertisement analysis breaking column comment commentary correction date editor's editorial exclusive
    explained explainer factbox feature focus interview live news note obituary opinion photos podcast poll profile
    published review source summary timeline title update updated video watch""".split()
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
    found = _DATELINE.match(text, *window)
    if not found or "\n" in found.group().strip() or not _is_certain(found, text):
        labelled = _LABELLED_DATE.match(text, *window)
        if not labelled:
            return None
        return Dateline(Span(start, labelled.end()), parse_date(labelled["date"]), place=None, outlet=None)
    place, when = found["place"], found["before"] or found["after"]
    return Dateline(
        span=Span(start, found.end()),
        published=parse_date(when) if when else None,
        place=_place_name(place) if place else None,
        outlet=found["agency"],
    )


def parse_date(text: str) -> date | None:
    """Read a date with an unambiguous day, month and year, or return None.

    >>> parse_date("12 February 2026"), parse_date("Feb 12"), parse_date("05/06/2026")
    (datetime.date(2026, 2, 12), None, None)
    """
    if len(text) > _LONGEST:
        return None
    try:
        return datetime.fromisoformat(text.strip().replace("/", "-")).date()
    except ValueError:
        pass
    # dateutil fills gaps from a default and guesses the order of day and month. Two readings with different defaults
    # and orders agree only if nothing was filled in or guessed.
    try:
        one = dateutil_parser.parse(text, default=datetime(2001, 1, 1, tzinfo=UTC), dayfirst=False, ignoretz=True)
        other = dateutil_parser.parse(text, default=datetime(2004, 2, 2, tzinfo=UTC), dayfirst=True, ignoretz=True)
    except (ValueError, OverflowError):
        return None
    return one.date() if one.date() == other.date() else None


def _is_certain(found: re.Match[str], text: str) -> bool:
    """Return True for a dateline, False for a sentence that happens to have a colon or a dash."""
    place, mark = found["place"], found["mark"]
    if found["before"] or found["after"] or found["agency"] or found["country"]:
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


def _place_name(words: str) -> str:
    return words.title() if words.isupper() and len(words) > 3 else words
