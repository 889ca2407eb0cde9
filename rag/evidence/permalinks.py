"""Permalinks: the place of a quote in a link, by which it is found again in an article that was edited.

A link has a span and the edition of the article that it is a span of. In another edition the span means nothing, and
the old edition may be gone. So a link also has a print of the quote: digests of its characters, of the characters on
each side, and of the whole text. No address has the words themselves. The amount of white space between two words is
ignored, because lines may be wrapped differently.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate
from typing import Self
from urllib.parse import urlencode

from index.text.articles import Article, text_digest
from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.evidence.citations import Citation
from rag.language.word_diff import likeness, tokens

_EDITION_CHARACTERS = 8
# So many characters on each side distinguish a quote from the same words elsewhere.
_AROUND = 24
_PRINT = (
    r"(?P<length>[1-9]\d{0,8})-(?P<sum>[0-9a-f]{4})(?P<words>[0-9a-f]{12})(?P<before>[0-9a-f]{4})(?P<after>[0-9a-f]{4})"
)
_QUOTE = re.compile(
    r"(?P<start>\d{1,9})-(?P<end>\d{1,9})"
    rf"(?:\.(?P<edition>[0-9a-f]{{{_EDITION_CHARACTERS}}})(?:\.{_PRINT}(?P<text>[0-9a-f]{{8}}))?)?"
)
# A sentence shown in place of one that is gone has this share of its words in common with it.
_CLOSEST = 0.4


@dataclass(frozen=True, slots=True)
class Print:
    """What identifies a quote, without a word of it."""

    length: int  # characters, each run of white space as one
    sum: str  # of the code points, modulo 65,536: fast to compare
    words: str  # of the characters, and of whether they begin or end within a word
    before: str
    after: str
    text: str  # of the whole article, by which a renamed file is found

    @classmethod
    def of(cls, citation: Citation) -> Self:
        """Return the print of a quote."""
        text, span = citation.article.text, citation.span
        words = " ".join(citation.quote.split())
        end = span.start + len(citation.quote.rstrip())
        start = span.end - len(citation.quote.lstrip())
        return cls(
            len(words),
            f"{sum(map(ord, words)) & 0xFFFF:04x}",
            _digest_words(words, text, start, end),
            _digest(_before(text, start), 4),
            _digest(_after(text, end), 4),
            text_digest(text),
        )

    def __str__(self) -> str:
        """Return the print as it is written in a link."""
        return f"{self.length}-{self.sum}{self.words}{self.before}{self.after}{self.text}"


@dataclass(frozen=True, slots=True)
class Place:
    """A quote's place, as it is written in a link."""

    span: Span
    edition: str  # the first characters of the article's id; "" if the link has none
    print: Print | None  # None: a link of an earlier version, or of one word of white space

    @classmethod
    def of(cls, citation: Citation) -> Self:
        """Return the place of a quote in its article."""
        has_words = bool(citation.quote.strip())
        return cls(citation.span, citation.article.id[:_EDITION_CHARACTERS], Print.of(citation) if has_words else None)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a place, or return None if there is none.

        >>> Place.read("120-250.bcfaf705")
        Place(span=Span(start=120, end=250), edition='bcfaf705', print=None)
        >>> Place.read("250-120") is Place.read("<script>") is None
        True
        """
        found = _QUOTE.fullmatch(text)
        if found is None or int(found["start"]) >= int(found["end"]):
            return None
        names = ("sum", "words", "before", "after", "text")
        print_ = Print(int(found["length"]), *(found[name] for name in names)) if found["length"] else None
        return cls(Span(int(found["start"]), int(found["end"])), found["edition"] or "", print_)

    def __str__(self) -> str:
        """Return the place in the form that `read` reads."""
        parts = (f"{self.span.start}-{self.span.end}", self.edition, str(self.print or ""))
        return ".".join(filter(None, parts))

    def names(self, citation: Citation) -> bool:
        """Return True if this is the place of a citation, in the edition that it cites."""
        other = Place.of(citation)
        same = (self.span, self.edition) == (other.span, other.edition)
        return same and (self.print is None or self.print == other.print)

    def may_be_in(self, article: Article) -> bool:
        """Return False if the place is in another edition of the article, or in another text of the same file.

        A later version of a reader, or OCR, may read another text from the same file. A link may name neither.
        """
        same_text = self.print is None or self.print.text == text_digest(article.text)
        return same_text and article.id.startswith(self.edition)


def link(citation: Citation) -> str:
    """Return the query to append to a page's address, to open it at a quote.

    >>> article = Article("bcfaf705aa", "a b.txt", "", "It sank.", Span(0, 8), None, None, None, None, None)
    >>> link(Citation(article, Span(0, 8)))
    '?article=a+b.txt&quote=0-8.bcfaf705.8-02b837660cbdaa90b1feb1fe921462da'
    """
    return "?" + urlencode({"article": citation.article.path, "quote": str(Place.of(citation))})


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """Where the characters of a quote are in an article."""

    citation: Citation
    places: int  # how many places are equally likely; 1 if there is no doubt


def find_again(place: Place, article: Article) -> FoundAgain | None:
    """Find the quote of a link in any edition of its article; None if it is not there.

    Only the same characters are returned, though the white space may differ. If they are there more than once, the
    characters on each side decide, then the place nearest to the old one.
    """
    print_ = place.print
    if print_ is None:
        within = place.span.end <= len(article.text)
        return FoundAgain(Citation(article, place.span), 1) if place.may_be_in(article) and within else None
    if place.span.end <= len(article.text) and Print.of(here := Citation(article, place.span)) == print_:
        return FoundAgain(here, 1)
    found = [(span, _same_sides(print_, article.text, span)) for span in _occurrences(print_, article.text)]
    if not found:
        return None
    most = max(alike for _, alike in found)
    likely = [span for span, alike in found if alike == most]
    nearest = min(likely, key=lambda span: abs(span.start - place.span.start))
    return FoundAgain(Citation(article, nearest), len(likely))


def closest_sentence(quote: str, article: Article) -> Citation | None:
    """Return the sentence of an article that has most words in common with a quote; None if none is close."""
    words = tokens(quote).words
    weighed = [
        (likeness(words, tokens(article.text, span).words), Citation(article, span))
        for span in split_sentences(article.text, article.body)
    ]
    best = max(weighed, key=lambda one: one[0], default=None)
    return best[1] if best and best[0] >= _CLOSEST else None


def _occurrences(print_: Print, text: str) -> Iterator[Span]:
    words, length, wanted = " ".join(text.split()), print_.length, int(print_.sum, 16)
    at = list[int]()  # the place of each character of `words` in the text
    for word in re.finditer(r"\S+", text):
        at += [word.start() - 1] if at else []
        at += range(word.start(), word.end())
    sums = list(accumulate(map(ord, words), initial=0))
    for first in range(len(words) - length + 1):
        if (sums[first + length] - sums[first]) & 0xFFFF == wanted:
            start, end = at[first], at[first + length - 1] + 1
            if _digest_words(words[first : first + length], text, start, end) == print_.words:
                yield Span(start, end)


def _digest_words(words: str, text: str, start: int, end: int) -> str:
    """Digest the words of the text from `start` to `end`, with whether they are cut out of longer words."""
    begins_within = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    ends_within = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return _digest(f"{begins_within:d}{ends_within:d}{words}", 12)


def _same_sides(print_: Print, text: str, span: Span) -> int:
    before = _digest(_before(text, span.start), 4) == print_.before
    return before + (_digest(_after(text, span.end), 4) == print_.after)


def _before(text: str, start: int) -> str:
    reach = 4 * _AROUND
    while len(found := _compact(text[max(0, start - reach) : start])) < _AROUND and reach < start:
        reach *= 4
    return found[-_AROUND:]


def _after(text: str, end: int) -> str:
    reach = 4 * _AROUND
    while len(found := _compact(text[end : end + reach])) < _AROUND and end + reach < len(text):
        reach *= 4
    return found[:_AROUND]


def _compact(text: str) -> str:
    return "".join(text.split())


def _digest(text: str, characters: int) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=(characters + 1) // 2).hexdigest()[:characters]
