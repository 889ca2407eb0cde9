"""Claim: a statement with its quotes, and what the checks read in each of them, read once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from index.text.terms import content_terms, terms
from rag.language.matching import clauses, content_sequence
from rag.language.names import NAME_RUN, initials, names_in
from rag.language.numbers import Number, read_numbers


@dataclass(frozen=True)
class Text:
    """A statement, a quote, or the text around a quote."""

    text: str

    @cached_property
    def terms(self) -> frozenset[str]:
        """All terms, stop words included."""
        return frozenset(terms(self.text))

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The content terms, each once, in order."""
        return tuple(content_terms(self.text))

    @cached_property
    def sequence(self) -> tuple[str, ...]:
        """The content terms with their repeats, in order."""
        return tuple(content_sequence(self.text))

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        """The clauses, as written."""
        return tuple(clauses(self.text))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names, as written."""
        return names_in(self.text)

    @cached_property
    def initials(self) -> tuple[str, ...]:
        """The initials of each run of capitalised words, in lower case."""
        return tuple(initials(found.group()) for found in NAME_RUN.finditer(self.text))

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers, those in figures first."""
        return read_numbers(self.text)


@lru_cache(maxsize=1024)
def read(text: str) -> Text:
    """Return the value of a text, the same one for the same text: several statements cite one quote."""
    return Text(text)


@dataclass(frozen=True)
class Claim:
    """A statement, the quotes it cites, and the text around the quotes."""

    statement: Text
    quotes: tuple[Text, ...]
    around: Text

    @classmethod
    def of(cls, statement: str, quotes: Iterable[str], around: str = "") -> "Claim":
        """Make the claim of a statement and its quotes, all as plain text."""
        return cls(read(statement), tuple(map(read, quotes)), read(around))

    @cached_property
    def quoted_terms(self) -> frozenset[str]:
        """The terms of all quotes."""
        return all_terms(self.quotes)

    @cached_property
    def known_terms(self) -> frozenset[str]:
        """The terms of all quotes and of the text around them."""
        return self.quoted_terms | self.around.terms

    @property
    def quoted(self) -> list[str]:
        """The quotes as plain text."""
        return [quote.text for quote in self.quotes]

    @property
    def known(self) -> list[str]:
        """The quotes and the text around them, as plain text."""
        return [*self.quoted, self.around.text]


def all_terms(texts: Sequence[Text]) -> frozenset[str]:
    """Return the terms of several texts."""
    return frozenset().union(*(text.terms for text in texts))
