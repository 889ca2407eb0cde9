"""Quotations: where a text is in somebody else's words.

What stands between quotation marks is found for the whole text at once, because a quotation may run
over several sentences and over paragraphs, and a sentence in its middle has no mark of its own.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from index.text.spans import Span

# One that is not closed after so many characters was no quotation: a mark was lost, or stood for inches.
_LONGEST = 3000

_MARK = re.compile(r"[\"“”„«»]|\n[ \t]*\n\s*|\n")
_OPENING = frozenset("“„«")
# Single marks are apostrophes too: only those count that hold words and end behind a stop.
_SINGLE = re.compile(r"(?<![\w\"“”])['‘](?=\w)(?:[^'’\n]|(?<=\w)['’](?=\w)){4,600}?[.,!?…]['’](?!\w)")


def read_quotations(text: str) -> tuple[Span, ...]:
    """Return the spans of the quotations of a text, their marks included, in order and apart.

    A paragraph that opens with a mark while the one before is not closed goes on with the same quotation.

    >>> text = 'The head "agreed." Later she said: “We start. Soon.”'
    >>> [span.cut(text) for span in read_quotations(text)]
    ['"agreed."', '“We start. Soon.”']
    """
    double = list(_double(text))
    single = [Span(found.start(), found.end()) for found in _SINGLE.finditer(text)]
    return tuple(sorted([*double, *(span for span in single if _is_apart(span, double))]))


def _is_apart(span: Span, others: Sequence[Span]) -> bool:
    place = bisect_right(others, span.start, key=lambda other: other.end)
    return place == len(others) or others[place].start >= span.end


def _double(text: str) -> Iterator[Span]:
    start, opener = -1, ""
    for found in _MARK.finditer(text):
        mark, end = found.group(), found.end()
        if start >= 0 and end - start > _LONGEST:
            start = -1
        if mark[0] == "\n":
            goes_on = text[end : end + 1] in {opener, '"'}
            if start >= 0 and mark.count("\n") > 1 and not goes_on:
                yield Span(start, found.start())
                start = -1
        elif start < 0:
            if _opens(text, found.start()):
                start, opener = found.start(), mark
        elif not _opens(text, found.start()) or (mark == "“" and opener == "„"):
            yield Span(start, end)
            start = -1
        elif not text[: found.start()].rstrip(" \t").endswith("\n"):
            start, opener = found.start(), mark  # the one before was never closed


def _opens(text: str, place: int) -> bool:
    """Tell whether a mark opens a quotation: a straight one by what stands on its sides."""
    mark = text[place]
    if mark != '"':
        return mark in _OPENING
    before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
    return (not before or before.isspace() or before in "([—–-/") and bool(after) and not after.isspace()
