"""Citations: from a statement to the characters it rests on.

A citation holds an article and a span, never a text of its own: its quote is cut each
time it is asked for, so there is nothing that could be typed or altered.
"""

from dataclasses import dataclass
from typing import Literal

from index.articles import Article
from index.spans import Span

Verdict = Literal["supported", "doubtful", "uncited"]


@dataclass(frozen=True, slots=True)
class Citation:
    """The place in an article that a statement points to."""

    article: Article
    span: Span

    @property
    def quote(self) -> str:
        """The article's own characters in the span."""
        return self.span.cut(self.article.text)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, what it rests on, and whether that holds."""

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    rule: str = ""  # the check that failed, in words, where the verdict is "doubtful"
