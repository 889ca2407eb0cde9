"""Quotations: the passages of a text that stand in quotation marks, as the people who write news set them.

A quotation is a promise that somebody said exactly this. What a writer has left out (…) or put in
[brackets] is no part of it: it cuts the quotation into parts, each of which was said. Here it is the words between the
marks that count, a paragraph at a time; who speaks in an article, over paragraphs, is read by `quotations.py`.
"""

import re
from collections.abc import Iterator

from index.text.spans import Span

# Each opening mark with those that may close it.
_PAIRS = {"“": '”“"', "„": '“”"', "«": "»", "»": "«", "‹": "›", "「": "」", "『": "』", "‘": "’"}
_LONGEST = 5_000  # characters; what opens and is not closed for longer is no quotation
_BOTH = "\"'＂"  # open and close alike
_WORD_BESIDE = re.compile(r"[^\W_]")
_PARAGRAPH = re.compile(r"(?:(?!\n[ \t]*\n).)+", re.DOTALL)
# A bracket takes the rest of its word along: of "[T]he plan" the article may have "The plan".
_LEFT_OUT = re.compile(r"[(\[]?\s*(?:…|\.{3,}|\.(?:\s\.){2,})\s*[)\]]?|\[[^\]\n]{0,200}\][^\W_]*")


def find_quotations(text: str) -> tuple[Span, ...]:
    """Return what stands between quotation marks, without the marks, in order; of one inside another the outer.

    A mark that nothing closes opens a quotation to the end of its paragraph where it can only open one:
    news repeats it so at the head of each paragraph of a long quotation.

    >>> text = 'He calls it "a deal", they don’t: «un accord».'
    >>> [span.cut(text) for span in find_quotations(text)]
    ['a deal', 'un accord']
    """
    return tuple(
        span
        for paragraph in _PARAGRAPH.finditer(text)
        for span in _in_paragraph(text, paragraph.start(), paragraph.end())
    )


def said_parts(text: str, quotation: Span) -> tuple[Span, ...]:
    """Cut a quotation where its writer says that something was left out or put in.

    >>> text = "The officers … will [in May] begin"
    >>> [span.cut(text) for span in said_parts(text, Span(0, len(text)))]
    ['The officers', 'will', 'begin']
    """
    parts, start = [], quotation.start
    for found in _LEFT_OUT.finditer(text, quotation.start, quotation.end):
        parts.append((start, found.start()))
        start = found.end()
    parts.append((start, quotation.end))
    return tuple(_trimmed(text, *part) for part in parts if _WORD_BESIDE.search(text, *part))


def _in_paragraph(text: str, start: int, end: int) -> Iterator[Span]:
    place = start
    while place < end:
        mark = text[place]
        if not _opens(text, place, start):
            place += 1
            continue
        closing = _PAIRS.get(mark, mark)
        far = min(end, place + _LONGEST)
        last = next((at for at in range(place + 1, far) if text[at] in closing and _closes(text, at, end)), None)
        if last is None and (mark not in "“„«" or text[start:place].strip(" \t\n>*_-")):
            place += 1
            continue
        last = far if last is None else last
        if _WORD_BESIDE.search(text, place + 1, last):
            yield _trimmed(text, place + 1, last)
        place = last + 1


def _opens(text: str, place: int, start: int) -> bool:
    """Tell whether the mark there opens a quotation: an apostrophe and the mark of inches do not."""
    mark = text[place]
    if mark not in _PAIRS and mark not in _BOTH:
        return False
    before, after = text[max(start, place - 1) : place], text[place + 1 : place + 2]
    if mark in "“„«「『‹":
        return True
    return not _WORD_BESIDE.match(before) and bool(after.strip())


def _closes(text: str, place: int, end: int) -> bool:
    """Tell whether the mark there closes a quotation: a mark inside a word does not."""
    after = text[place + 1 : min(end, place + 2)]
    if text[place] in "'’":
        return not _WORD_BESIDE.match(after)
    return text[place] not in _BOTH or not _WORD_BESIDE.match(after)


def _trimmed(text: str, start: int, end: int) -> Span:
    cut = text[start:end]
    return Span(start + len(cut) - len(cut.lstrip()), start + len(cut.rstrip()))
