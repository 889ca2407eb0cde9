"""Spans: where a piece of text is in its article.

Every quote is cut from the article with a span, so it cannot differ from its source.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters (code points, as Python counts them).

    >>> Span(4, 9).cut("The quote is exact.")
    'quote'
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"Span({self.start}, {self.end}): expected 0 <= start <= end.")

    def __len__(self) -> int:
        return self.end - self.start

    def cut(self, text: str) -> str:
        """Return the characters of `text` that the span covers.

        Raises ValueError if the text is too short: a truncated quote would look like a complete one.
        """
        if self.end > len(text):
            raise ValueError(f"Span({self.start}, {self.end}) reaches past a text of {len(text)} characters.")
        return text[self.start : self.end]

    def shifted(self, by: int) -> "Span":
        """Return the range moved by `by` characters."""
        return Span(self.start + by, self.end + by)

    def overlaps(self, other: "Span") -> bool:
        """Return True if the two ranges share a character.

        >>> Span(0, 4).overlaps(Span(4, 6))
        False
        """
        return max(self.start, other.start) < min(self.end, other.end)
