"""Citations: from a statement to the characters that support it.

A citation is an article and a span, without a text: its quote is cut from the article each time it is read, so
there is nothing to type or alter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from index.text.articles import Article
from index.text.languages import is_english
from index.text.spans import Span

# "unclear": the quotes do not say it. "contradicted": they say something else. "unfinished": the answer broke off in
# this statement, so it was not checked. "unchecked": it, or a quote, is not in English.
Verdict = Literal["supported", "unclear", "contradicted", "uncited", "unfinished", "unchecked"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in an article that a statement points to."""

    article: Article
    span: Span

    @property
    def quote(self) -> str:
        """The article's own characters in the span."""
        return self.span.cut(self.article.text)

    @property
    def in_english(self) -> bool:
        """False if the rules that read who speaks, when and how certain it is were not made for the quote."""
        return is_english(self.article.language)

    @property
    def page(self) -> int | None:
        """The page on which the quote begins, from 1; None if the article has no pages."""
        return self.article.page(self.span.start)

    @property
    def by_ocr(self) -> bool:
        """True if a page of the quote was read by OCR, which may misread letters."""
        return not set(self.article.ocr).isdisjoint(self.article.pages_of(self.span))


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a statement is not supported."""

    rule: str  # which check failed, for programs; "" in chats that were saved before doubts had one
    message: str  # for people


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, its citations, and whether they support it."""

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    doubt: Doubt | None = None  # what is wrong, if the verdict is "unclear", "contradicted" or "uncited"
    unresolved: tuple[str, ...] = ()  # sentence numbers the model cited that do not exist
    new_line: bool = False  # it starts a new line of the answer

    @property
    def message(self) -> str:
        """What is wrong, for people, or "" if nothing is."""
        return self.doubt.message if self.doubt else ""


def number_citations(statements: Iterable[Statement]) -> dict[Citation, int]:
    """Number the citations of an answer from 1, in the order of first use."""
    cited = dict.fromkeys(citation for statement in statements for citation in statement.citations)
    return {citation: number for number, citation in enumerate(cited, start=1)}
