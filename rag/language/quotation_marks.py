"""Quotation marks: the parts of a text that are other people's words.

There are two ways to pair the marks. An article is edited: its quotations run over sentences and paragraphs, and single
marks are mostly apostrophes (`article_quotations`). A draft may have any marks, of several languages, and a mark left
open must not turn the rest of the text into a quotation (`draft_quotations`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from index.text.spans import Span

# One that is not closed after so many characters was no quotation: a mark was lost, or meant inches.
_LONGEST = 3000

_TWO_APOSTROPHES = "''"  # typed for one mark
_MARK = re.compile(rf"{_TWO_APOSTROPHES}|[\"“”„«»]|\n[ \t]*\n\s*|\n")
_OPENING = frozenset("“„«")
# Single marks are apostrophes too: only pairs with words that end after a full stop or comma count. In ‘the residents’
# bridge,’ the second mark is one.
_SINGLE = re.compile(
    r"(?<![\w\"“”])['‘](?=\w)(?:[^'’‘\n]|(?<=\w)['’](?=\w)|(?<=s)['’](?=\s[a-z])){4,600}?[.,!?…]['’](?!\w)"
)


def article_quotations(text: str) -> tuple[Span, ...]:
    """Return the spans of the quotations of an article, with their marks, in order and without overlaps.

    A paragraph that opens with a mark while the one before is not closed continues the same quotation.

    >>> text = 'The head "agreed." Later she said: “We start. Soon.”'
    >>> [span.cut(text) for span in article_quotations(text)]
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
            goes_on = text.startswith((opener, '"'), end)
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
    """Return True if a mark opens a quotation: a straight one by the characters on its sides."""
    mark = _TWO_APOSTROPHES if text.startswith(_TWO_APOSTROPHES, place) else text[place]
    if mark not in ('"', _TWO_APOSTROPHES):
        return mark in _OPENING
    end = place + len(mark)
    before, after = text[place - 1 : place] if place else "", text[end : end + 1]
    return (not before or before.isspace() or before in "([—–-/") and bool(after) and not after.isspace()


# Each opening mark with those that may close it.
_PAIRS = {"“": '”“"', "„": '“”"', "«": "»", "»": "«", "‹": "›", "「": "」", "『": "』", "‘": "’"}
_LONGEST_QUOTED = 5_000  # characters; one that is not closed by then is no quotation
_BOTH = "\"'＂"  # open and close
_WORD = re.compile(r"[^\W_]")
_PARAGRAPH = re.compile(r"(?:(?!\n[ \t]*\n).)+", re.DOTALL)
# A bracket takes the rest of its word along: of "[T]he plan" the article may have "The plan".
_LEFT_OUT = re.compile(r"[(\[]?\s*(?:…|\.{3,}|\.(?:\s\.){2,})\s*[)\]]?|\[[^\]\n]{0,200}\][^\W_]*")


def draft_quotations(text: str) -> tuple[Span, ...]:
    """Return the spans between the quotation marks of a draft, in order; of one inside another the outer.

    A mark without a closing one opens a quotation to the end of its paragraph if it can only be an opening mark: news
    repeats it at the start of each paragraph of a long quotation.

    >>> text = 'He calls it "a deal", they don’t: «un accord».'
    >>> [span.cut(text) for span in draft_quotations(text)]
    ['a deal', 'un accord']
    """
    return tuple(
        span
        for paragraph in _PARAGRAPH.finditer(text)
        for span in _in_paragraph(text, paragraph.start(), paragraph.end())
    )


def said_parts(text: str, quotation: Span) -> tuple[Span, ...]:
    """Cut a quotation at what its writer left out or put in.

    >>> text = "The officers … will [in May] begin"
    >>> [span.cut(text) for span in said_parts(text, Span(0, len(text)))]
    ['The officers', 'will', 'begin']
    """
    parts, start = [], quotation.start
    for found in _LEFT_OUT.finditer(text, quotation.start, quotation.end):
        parts.append((start, found.start()))
        start = found.end()
    parts.append((start, quotation.end))
    return tuple(_trimmed(text, *part) for part in parts if _WORD.search(text, *part))


def _in_paragraph(text: str, start: int, end: int) -> Iterator[Span]:
    place = start
    while place < end:
        mark = text[place]
        if not _opens_quoted(text, place, start):
            place += 1
            continue
        closing = _PAIRS.get(mark, mark)
        far = min(end, place + _LONGEST_QUOTED)
        last = next((at for at in range(place + 1, far) if text[at] in closing and _closes(text, at, end)), None)
        if last is None and (mark not in "“„«" or text[start:place].strip(" \t\n>*_-")):
            place += 1
            continue
        last = far if last is None else last
        if _WORD.search(text, place + 1, last):
            yield _trimmed(text, place + 1, last)
        place = last + 1


def _opens_quoted(text: str, place: int, start: int) -> bool:
    """Return True if the mark there opens a quotation: an apostrophe and the mark of inches do not."""
    mark = text[place]
    if mark not in _PAIRS and mark not in _BOTH:
        return False
    before, after = text[max(start, place - 1) : place], text[place + 1 : place + 2]
    if mark in "“„«「『‹":
        return True
    return not _WORD.match(before) and bool(after.strip())


def _closes(text: str, place: int, end: int) -> bool:
    """Return True if the mark there closes a quotation: a mark inside a word does not."""
    after = text[place + 1 : min(end, place + 2)]
    if text[place] in "'’":
        return not _WORD.match(after)
    return text[place] not in _BOTH or not _WORD.match(after)


def _trimmed(text: str, start: int, end: int) -> Span:
    cut = text[start:end]
    return Span(start + len(cut) - len(cut.lstrip()), start + len(cut.rstrip()))
