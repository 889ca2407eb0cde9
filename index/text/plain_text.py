"""Plain text: a text as people type it, and where each character of it is in the text as printed.

Text from PDF files and old archives has words divided at line ends, letters joined to one sign ("ﬁ") and invisible
characters. Search, checks and models read the plain text. Quotes are cut from the text as it is stored.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.text.divided_words import is_divided
from index.text.spans import Span

# Soft hyphen, zero-width characters, bidi controls, tag characters.
_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f"
_SURE_HYPHENS = "\u00ad¬"  # that only divide
_LONGEST_PART = 40  # letters
_JOINED = "\ufb00-\ufb06"
# One set of characters comes first, which is several times as fast to search as alternatives.
_PRINTED = re.compile(
    rf"[-\u2010{_SURE_HYPHENS}{_JOINED}{_UNSEEN}](?:"
    rf"(?<=[^\W\d_][-\u2010{_SURE_HYPHENS}])(?P<line_end>[^\S\n]*\n[^\S\n]*(?=[^\W\d_]))"
    rf"|(?<=(?P<joined>[{_JOINED}]))|(?<=[{_UNSEEN}]))"
)
_UNSEEN_ONES = re.compile(f"[{_UNSEEN}]")
_WORD_BEFORE = re.compile(r"(?<![^\W_])(?<!-)[^\W\d_]+\Z")
_WORD_AFTER = re.compile(r"[^\W\d_]+(?![^\W_]|-)")


@dataclass(frozen=True, slots=True)
class PlainText:
    """A plain text, and the offsets of its characters in the text as printed."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def printed(self, span: Span) -> Span:
        """Return where characters of the plain text, at least one, are in the text as printed."""
        return Span(self.starts[span.start], self.ends[span.end - 1])


def plain_text(text: str) -> PlainText:
    r"""Return a text with its divided words and joined letters as they are typed, without invisible characters.

    >>> text = "The ofﬁ-\ncials’ long-\nterm plan"
    >>> plain_text(text).text
    'The officials’ long-\nterm plan'
    >>> plain_text(text).printed(Span(4, 13)).cut(text)
    'ofﬁ-\ncials'
    """
    starts, ends, last = array("q"), array("q"), 0
    for span, typed in _undone(text):
        starts.extend((*range(last, span.start), *[span.start] * len(typed)))
        ends.extend((*range(last + 1, span.start + 1), *[span.end] * len(typed)))
        last = span.end
    if not last:
        return PlainText(text, range(len(text)), range(1, len(text) + 1))
    starts.extend(range(last, len(text)))
    ends.extend(range(last + 1, len(text) + 1))
    return PlainText(plain(text), starts, ends)


def plain(text: str) -> str:
    """Return only the characters of the plain text."""
    parts, last = list[str](), 0
    for span, typed in _undone(text):
        parts += (text[last : span.start], typed)
        last = span.end
    return "".join((*parts, text[last:])) if last else text


def without_unseen(text: str) -> str:
    """Remove invisible characters, in which instructions to a model can be hidden.

    >>> without_unseen("pre\u00adcursors\U000e0041")
    'precursors'
    """
    return _UNSEEN_ONES.sub("", text)


def _undone(text: str) -> Iterator[tuple[Span, str]]:
    """Yield where print changed a word, and what is typed there."""
    for found in _PRINTED.finditer(text):
        if found["line_end"] is None or _divides(text, found.start(), found.end()):
            yield Span(*found.span()), unicodedata.normalize("NFKC", found["joined"] or "")


def _divides(text: str, start: int, end: int) -> bool:
    """Return True if the hyphen and line end there divide a word, and surely belong to none."""
    if text[start] in _SURE_HYPHENS:
        return True
    if not (text[start - 1].islower() and text[end].islower()):
        return False
    first = _WORD_BEFORE.search(text, max(0, start - _LONGEST_PART), start)
    second = _WORD_AFTER.match(text, end, end + _LONGEST_PART)
    return first is not None and second is not None and is_divided(first.group(), second.group())
