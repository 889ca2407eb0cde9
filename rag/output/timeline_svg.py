"""Timelines as an image: an SVG that stands by itself, fetches nothing, and is as readable in print.

SVG wraps no lines, so they are broken here, by how wide letters are in the widest of the fonts named. No font comes
with the file: which of them draws it is the reader's, and a narrower one leaves the lines a little short.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from math import log2
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from index.core.formatting import xml_line
from rag.analysis.timeline import Event, Timeline
from rag.output.answer import said_words
from rag.output.timeline import by_days, event_days, reported_line, timeline_notes, timeline_summary

_WIDTH = 860  # all lengths in pixels
_MARGIN = 48
_LINE_AT = 196  # the line on which the days stand
_LEFT = 228  # where quotes begin
_RIGHT = _WIDTH - _MARGIN
_INK, _FAINT, _LINE, _PAPER, _DAY, _LIT = "#1c1b19", "#605b52", "#dcd7cb", "#fefdfb", "#0b6e63", "#d9a514"
_SERIF = "'Source Serif 4', 'Source Serif', Georgia, 'Noto Serif', 'DejaVu Serif', serif"
_SANS = "'Source Sans 3', 'Source Sans', 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans', 'DejaVu Sans', sans-serif"
# The space between two days grows with the time between them, from this much to that.
_LEAST_GAP, _MOST_GAP, _GAP_BY_DOUBLING = 22, 78, 6
# Widths in parts of the height, from DejaVu Serif, the widest of the fonts named.
_WIDTHS = (
    ("' ,.’‘ijl/:;\\|", 0.35), ("-()[]!tfIJr", 0.48), ("\"*_`–s“”z?cvxy", 0.57), ("eaok", 0.62),
    ("bdghnpqu0123456789${}LYPT", 0.67), ("FSZXAVBEKR", 0.76), ("CDGOQU#+<=>^~w", 0.87), ("HN&m%", 0.96),
    ("@—…MW", 1.04),
)  # fmt: skip
_KNOWN = {character: width for characters, width in _WIDTHS for character in characters}
_BOLD = 1.13  # how much wider bold letters are
# These turn the letters of all that follows them round, and a line of their own would not end that.
_TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_NEVER_FIRST = frozenset("、。，．：；！？）］｝」』】〉》〕”’…ー々")
_JOINER = "\u200d"
Kind = Literal["title", "summary", "day", "quote", "said", "source"]


@dataclass(frozen=True, slots=True)
class _Style:
    size: int
    leading: int
    bold: bool = False


_STYLES: dict[Kind, _Style] = {
    "title": _Style(27, 35, bold=True),
    "summary": _Style(14, 21),
    "day": _Style(15, 21, bold=True),
    "quote": _Style(17, 26),
    "said": _Style(13, 19),
    "source": _Style(13, 19),
}
_CSS = (
    f"text{{fill:{_INK};font-family:{_SANS}}}"
    f".title,.quote{{font-family:{_SERIF}}}"
    + "".join(
        f".{kind}{{font-size:{style.size}px{';font-weight:600' if style.bold else ''}}}"
        for kind, style in _STYLES.items()
    )
    + f".summary,.source,.said{{fill:{_FAINT}}}.day{{fill:{_DAY}}}"
)


def timeline_image(timeline: Timeline) -> str:
    """Draw a timeline as SVG: the question, then a line of days, each with its quotes and where they stand."""
    sheet = _Sheet()
    sheet.y = _MARGIN + 22
    sheet.write(timeline.question, "title", _MARGIN, _RIGHT)
    sheet.y += 2
    for note in (*timeline_notes(timeline), *([timeline_summary(timeline)] if timeline.events else ())):
        sheet.write(note, "summary", _MARGIN, _RIGHT)
    sheet.y += 30
    _draw_days(sheet, timeline.events)
    height = round(sheet.y + _MARGIN - 14)
    title = xml_line(timeline.question)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" role="img" aria-label={quoteattr(f"Timeline: {title}")}>\n'
        f"<title>{escape(title)}</title>\n<style>{_CSS}</style>\n"
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>\n' + "\n".join(sheet.drawn) + "\n</svg>\n"
    )


def _draw_days(sheet: "_Sheet", events: Sequence[Event]) -> None:
    before = None
    first_dot = last_dot = 0.0
    for (first, last), those in by_days(events):
        if before and first:
            sheet.y += min(_MOST_GAP, _LEAST_GAP + _GAP_BY_DOUBLING * log2(1 + max(0, (first - before).days)))
        elif last_dot:
            sheet.y += _LEAST_GAP if first else _MOST_GAP
        before = last or before
        last_dot = sheet.y - 6
        first_dot = first_dot or last_dot
        top = sheet.y
        sheet.write(event_days(first, last), "day", _MARGIN, _LINE_AT - 18, to_the_right=True)
        below_label, sheet.y = sheet.y, top
        # A day is a dot, and days of which it may be any, or none, a ring.
        sheet.dot(last_dot, filled=first is not None and first == last)
        for place, event in enumerate(those):
            sheet.y += 18 if place else 0
            _draw_event(sheet, event)
        sheet.y = max(sheet.y, below_label)
    sheet.line(first_dot, last_dot)


def _draw_event(sheet: "_Sheet", event: Event) -> None:
    citation, article = event.citation, event.citation.article
    quote = xml_line(citation.quote)
    top = sheet.y
    sheet.write(quote, "quote", _LEFT + 14, _RIGHT - 14)
    sheet.bar(top - 17, sheet.y - 20, to_the_right=_runs_left(quote))
    sheet.y -= 3
    if said := said_words(citation):
        sheet.write(said, "said", _LEFT + 14, _RIGHT - 14)
    sheet.write(_first_line(article.title), "source", _LEFT + 14, _RIGHT - 14)
    sheet.write(reported_line(citation), "source", _LEFT + 14, _RIGHT - 14)
    sheet.y += 4


def _first_line(title: str) -> str:
    """Shorten a title to one line: it stands under each quote of its article."""
    first, *more = wrap(xml_line(title), (_RIGHT - _LEFT - 28) / _STYLES["source"].size - 1) or [""]
    return f"{first.rstrip(' .…')}…" if more else first


class _Sheet:
    """What is drawn so far, and the base line of what comes next."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.y = 0.0

    def write(self, text: str, kind: Kind, left: int, right: int, *, to_the_right: bool = False) -> None:
        """Set foreign text in lines between two edges, each line a paragraph of its own direction."""
        style = _STYLES[kind]
        words = xml_line(text).translate(_TURNING)
        from_right = _runs_left(words)
        direction = ' direction="rtl"' if from_right else ""
        anchor = ' text-anchor="end"' if to_the_right and not from_right else ""
        x = right if from_right or to_the_right else left
        for line in wrap(words, (right - left) / style.size / (_BOLD if style.bold else 1)):
            self.drawn.append(f'<text class="{kind}" x="{x}" y="{self.y:g}"{direction}{anchor}>{escape(line)}</text>')
            self.y += style.leading

    def bar(self, top: float, bottom: float, *, to_the_right: bool) -> None:
        """Draw the bar beside a quote, on the side where its lines begin."""
        x = _RIGHT - 3 if to_the_right else _LEFT
        self.drawn.append(f'<rect x="{x}" y="{top:g}" width="3" height="{bottom - top:g}" fill="{_LIT}"/>')

    def dot(self, y: float, *, filled: bool) -> None:
        """Mark a day on the line."""
        inside = _DAY if filled else _PAPER
        self.drawn.append(
            f'<circle cx="{_LINE_AT}" cy="{y:g}" r="5" fill="{inside}" stroke="{_DAY}" stroke-width="2"/>'
        )

    def line(self, top: float, bottom: float) -> None:
        """Draw the line of days, below all else."""
        if bottom > top:
            self.drawn.insert(
                0, f'<path d="M{_LINE_AT} {top:g}V{bottom:g}" stroke="{_LINE}" stroke-width="2" fill="none"/>'
            )


def wrap(text: str, width: float) -> list[str]:
    """Break one line of text into lines that are at most `width` heights of a letter wide.

    Between words; where a script writes no spaces between its signs; and inside a word that is wider than a line.

    >>> wrap("The ferry sank.", 6)
    ['The ferry', 'sank.']
    """
    lines, line, used = list[str](), "", 0.0
    for piece in _pieces(text):
        wide = _wide(piece)
        if line and used + _wide(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line, used = "", 0.0
        if wide > width:
            *full, piece = _broken(piece, width)
            lines += full
            wide = _wide(piece)
        line, used = line + piece, used + wide
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> Iterator[str]:
    """Cut a text into what must stay together: words, each with the space behind it, and signs that stand alone."""
    piece = ""
    for before, character in zip(chain(" ", text), text, strict=False):
        ends = before == " " or ((_is_sign(character) or _is_sign(before)) and character not in _NEVER_FIRST)
        if piece and character != " " and ends and _advance(character) and before != _JOINER:
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _broken(word: str, width: float) -> list[str]:
    """Break a word that is wider than a line, never between a letter and its accent."""
    lines, line, used = list[str](), "", 0.0
    for character in word:
        wide = _advance(character)
        if line and wide and used + wide > width and not line.endswith(_JOINER):
            lines.append(line)
            line, used = "", 0.0
        line, used = line + character, used + wide
    return [*lines, line]


def _is_sign(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _wide(text: str) -> float:
    return sum(map(_advance, text))


@cache
def _advance(character: str) -> float:
    """Estimate the width of a character, in parts of its height; 0 for what stands on or in the one before."""
    if known := _KNOWN.get(character):
        return known
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return 0.0
    if _is_sign(character):
        return 1.3 if category == "So" else 1.0
    if plain := _KNOWN.get(unicodedata.normalize("NFD", character)[0]):
        return plain  # a letter is as wide as without its accent
    return 0.9 if category in ("Lu", "So", "Sm", "Mc") else 0.75


def _runs_left(text: str) -> bool:
    """Tell whether a text is read from the right, by its first letter that says so (UAX #9, P2 and P3)."""
    strong = (kind for character in text if (kind := unicodedata.bidirectional(character)) in ("L", "R", "AL"))
    return next(strong, "L") != "L"
