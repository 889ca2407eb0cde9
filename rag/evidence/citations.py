"""Citations: from a statement to the characters it rests on.

A citation holds an article and a span, never a text of its own: its quote is cut each
time it is asked for, so there is nothing that could be typed or altered. A model names a
sentence with a marker such as [2.3], passage 2, sentence 3; here markers become citations.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from index.text.articles import Article
from index.text.spans import Span

# "unfinished": the answer was cut off in it, so nothing is said of whether it holds.
Verdict = Literal["supported", "doubtful", "uncited", "unfinished"]


@dataclass(frozen=True, slots=True)
class Citation:
    """The place in an article that a statement points to."""

    article: Article
    span: Span

    @property
    def quote(self) -> str:
        """The article's own characters in the span."""
        return self.span.cut(self.article.text)

    @property
    def page(self) -> int | None:
        """The page on which the quote begins, from 1; None where the article has none."""
        return self.article.page(self.span.start)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, what it rests on, and whether that holds."""

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    rule: str = ""  # what failed, in words, where the verdict is "doubtful" or "uncited"
    unresolved: tuple[str, ...] = ()  # numbers the model named that are no sentence's
    new_line: bool = False  # it starts a line of its own in the answer


def number_citations(statements: Iterable[Statement]) -> dict[Citation, int]:
    """Number the citations of an answer from 1, in the order of first use."""
    cited = dict.fromkeys(citation for statement in statements for citation in statement.citations)
    return {citation: number for number, citation in enumerate(cited, start=1)}
