"""How an article's text is laid out: its quotes, the line ends that only fill a line, and the repeated headline.

The text itself is never changed: what is joined or hidden is only shown in another way.
"""

import re
from itertools import pairwise

from index.text.articles import Article
from index.text.spans import Span

_WIDEST = 100  # characters of a line; the lines of a text that has longer ones are paragraphs
_NARROWEST = 40
_FULL_LINES = 0.9  # the share of the lines that is at most as long as the width of the text
_CONTINUED = 0.3  # the least share of line ends with a sentence going on: one-line paragraphs have none, German has .6
_LONGEST_HEAD = 12  # lines in which a headline is looked for
# Lists, tables, headings and what is said by turns begin on a line of their own.
_OWN_LINE = re.compile(r"[-*•·–—|#>]|\d+[.)]|[A-Z][A-Za-z .]{0,30}:\s")
_SENTENCE_ENDS = ".!?…:;。！？।؟”»\"')]"
_OPENING = "“„«‹\"'‘"  # words that begin with these after the end of a sentence are another speaker's


def segments(article: Article, quotes: dict[int, Span]) -> list[dict[str, object]]:
    """Cut an article into quoted and other runs, each as its lines; all line ends between them only fill a line.

    The lines of all runs, joined with line feeds, are the text. A run is `hidden` if it is a headline that is shown
    above the text, and not quoted.
    """
    text, cuts = article.text, list[tuple[Span, int | None]]()
    end = 0
    for number, span in sorted(quotes.items(), key=lambda entry: entry[1]):
        if span.start >= end:  # otherwise it is highlighted already
            cuts += [(Span(end, span.start), None), (span, number)]
            end = span.end
    cuts.append((Span(end, len(text)), None))
    again = headline(article)
    if again and not any(number is not None and span.start < again.end for span, number in cuts):
        cuts = [(Span(0, again.start), None), (again, None), (Span(again.end, cuts[0][0].end), None), *cuts[1:]]
    filling = line_fills(text)
    return [
        {"lines": _lines(text, span, filling), "number": number, "hidden": span == again}
        for span, number in cuts
        if span.start < span.end
    ]


def line_fills(text: str) -> frozenset[int]:
    r"""Return the places of the line ends that only fill a line: the next word would not have fitted into it.

    There are none if sentences hardly ever go on in the next line: then each line is a paragraph or a part of a list.

    >>> text = "The ferry leaves Ostrand at ten past five\nevery morning, and it is almost empty then.\n\nMore"
    >>> [text[:place] for place in line_fills(text)]
    ['The ferry leaves Ostrand at ten past five']
    """
    lines = text.split("\n")
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    width = lengths[min(len(lengths) - 1, int(len(lengths) * _FULL_LINES))] if lengths else 0
    if not _NARROWEST <= width <= _WIDEST:
        return frozenset()
    found, continued, place = set[int](), list[bool](), -1
    for line, following in pairwise(lines):
        place += len(line) + 1
        line, following = line.rstrip(), following.lstrip()
        if not line or not following or "|" in line or _OWN_LINE.match(following):
            continue
        ended = line[-1] in _SENTENCE_ENDS
        continued.append(not ended and following[0].islower())
        if len(line) + 1 + len(following.split(maxsplit=1)[0]) > width and not (ended and following[0] in _OPENING):
            found.add(place)
    wrapped = sum(continued) >= _CONTINUED * len(continued)
    return frozenset(found) if wrapped else frozenset()


def headline(article: Article) -> Span | None:
    """Return where the text repeats the title, with the empty lines after it; None if it does not begin with it."""
    text, title = article.text, _words(article.title)
    ends = [found.end() for found in re.finditer(r"[^\n]*(?:\n+|$)", text)][:_LONGEST_HEAD]
    for start in (0, *ends):
        for end in ends:
            again = text[start:end]
            is_above = start < end and start + len(again.rstrip()) <= article.body.start
            if title and is_above and _words(again) == title:
                return Span(start, end)
    return None


def _words(text: str) -> str:
    # Around a headline there may be marks of Markdown. All other characters count: "by .5%" is not "by 5%".
    return " ".join(text.casefold().split()).strip("#*_= ")


def _lines(text: str, span: Span, filling: frozenset[int]) -> list[str]:
    cuts = [span.start, *(place for place in sorted(filling) if span.start <= place < span.end), span.end]
    return [text[start + bool(number) : end] for number, (start, end) in enumerate(pairwise(cuts))]
