"""Articles: what a seed file is read into.

The text is normalised once, by the reader that made the article. Every span of every later stage refers to that text.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, get_args

from index.text.day_origins import UNKNOWN, DayOrigin
from index.text.days import Order, read_numeric_day
from index.text.languages import UNKNOWN as UNKNOWN_LANGUAGE
from index.text.spans import Span

# What a day that the file states in numbers is more certain than, once its order is known.
_LESS_CERTAIN = ("", "dateline", "file_name")
# What a person can correct, by the names of its fields.
Correctable = Literal["title", "published", "outlet", "author", "place"]


@dataclass(frozen=True, slots=True)
class Corrected:
    """A fact of an article that a person has corrected."""

    field: Correctable
    own: str | None  # what the file says; a day as YYYY-MM-DD; None: nothing


@dataclass(frozen=True, slots=True)
class Article:
    """One news article. None means that the article does not say."""

    id: str
    path: str  # relative to the seeds folder, with forward slashes
    title: str
    text: str
    body: Span  # where sentences come from: the text without headline and dateline
    published: date | None
    place: str | None
    outlet: str | None
    author: str | None
    url: str | None
    pages: tuple[int, ...] = ()  # where each page begins in the text; empty if there are no pages
    day: DayOrigin = UNKNOWN  # where the day that the file states comes from
    corrected: tuple[Corrected, ...] = ()  # the facts that are not as the file states them
    language: str = UNKNOWN_LANGUAGE  # of the body, as its ISO 639-1 code
    ocr: tuple[int, ...] = ()  # the numbers, from 1, of the pages that were read by OCR

    @property
    def heading(self) -> str:
        """Title, outlet, place and date in one line; embedded with each chunk, never quoted."""
        when = self.published.isoformat() if self.published else None
        return " · ".join(part for part in (self.title, self.outlet, self.place, when) if part)

    def page(self, place: int) -> int | None:
        """Return the number, from 1, of the page with this character offset, or None if there are no pages."""
        return bisect_right(self.pages, place) or None

    def pages_of(self, span: Span) -> range:
        """Return the numbers, from 1, of the pages on which these characters are; none if there are no pages."""
        first, last = (bisect_right(self.pages, place) for place in (span.start, max(span.start, span.end - 1)))
        return range(max(first, 1), last + 1)

    def with_numeric_day(self, order: Order) -> "Article":
        """Return the article with the day that the file states in numbers, if the order of day and month is known."""
        numeric = read_numeric_day(self.day.written)
        day = numeric and numeric.read(order)
        if not day or not (self.day.of_update or self.day.code in _LESS_CERTAIN):
            return self
        of_update = self.day.of_update and not self.day.code  # otherwise, only the certain day was that of an update
        return replace(self, published=day, day=DayOrigin("numeric_order", "", of_update, self.day.written))

    def fact(self, name: Correctable) -> str | None:
        """Return a fact as text; a day as YYYY-MM-DD."""
        value = getattr(self, name)
        return value.isoformat() if isinstance(value, date) else value

    def own(self) -> "Article":
        """Return the article as its file states it, without corrections."""
        return replace(self, corrected=(), **{one.field: _value(one.field, one.own) for one in self.corrected})

    def corrected_by(self, stated: Mapping[Correctable, str | None]) -> "Article":
        """Return the article with these facts in place of those of its file, and no other corrections."""
        own = self.own()
        fields = [field for field in get_args(Correctable) if field in stated]
        corrected = tuple(Corrected(field, own.fact(field)) for field in fields)
        return replace(own, corrected=corrected, **{field: _value(field, stated[field]) for field in fields})


def _value(field: Correctable, written: str | None) -> Any:
    return date.fromisoformat(written) if field == "published" and written else written


def article_id(path: str, content: bytes) -> str:
    """Return the id of an article, a digest of its path and bytes: an edited file is another article."""
    return hashlib.sha256(path.encode() + b"\0" + content).hexdigest()[:20]


def text_digest(text: str) -> str:
    """Return a digest of an article's text, eight characters long. It stays the same if the file is renamed."""
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=4).hexdigest()
