"""Requests: what each operation takes. The OpenAPI document describes them from here."""

import re
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from index.core.scope import Scope
from index.text.languages import NAMES, UNKNOWN
from rag.analysis.draft_check import LONGEST_DRAFT
from rag.answering.followups import MOST_EARLIER
from rag.answering.query import LONGEST_QUESTION

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_NAMED = 50  # outlets or languages
_LONGEST_IN_ADDRESS = 2000  # characters of a question; servers take about 64,000 bytes of an address


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("expected text without NUL characters")
    return text


def _is_a_language(code: str) -> str:
    known = code.strip().casefold()
    if known not in (UNKNOWN, *NAMES):
        raise ValueError(f"expected a code such as {', '.join(sorted(NAMES)[:6])}")
    return known


def _is_a_day(given: object) -> object:
    if not isinstance(given, date) and not (isinstance(given, str) and _DAY.fullmatch(given)):
        raise ValueError("expected a day as YYYY-MM-DD")
    return given


Text = Annotated[str, AfterValidator(_without_nul)]
Name = Annotated[Text, Field(max_length=300)]
ShortQuestion = Annotated[
    Text,
    Field(min_length=1, max_length=_LONGEST_IN_ADDRESS, description="The question; a longer one can be posted."),
]
Day = Annotated[date, BeforeValidator(_is_a_day)]  # a number or a time would be read as another day
Language = Annotated[str, Field(max_length=10), AfterValidator(_is_a_language)]


class Request(BaseModel):
    """What an operation takes; a field that it does not have is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Request):
    """A request without fields."""


class Scoped(Request):
    """A request about some articles only."""

    since: Day | None = Field(None, description="Only articles published on this day or later.")
    as_of: Day | None = Field(None, description="Only articles published on this day or earlier.")
    outlet: list[Name] = Field(
        [], max_length=_MOST_NAMED, description='Only articles of these outlets; "" for articles without one.'
    )
    language: list[Language] = Field(
        [], max_length=_MOST_NAMED, description='Only articles in these languages, such as de; "" if unknown.'
    )

    @model_validator(mode="after")
    def _has_days(self) -> Self:
        if self.scope.is_void:
            raise ValueError(f"since {self.since} is later than as_of {self.as_of}; swap them")
        return self

    @property
    def scope(self) -> Scope:
        """The articles that are asked."""
        return Scope(self.since, self.as_of, frozenset(self.outlet), languages=frozenset(self.language))


class Asking(Scoped):
    """A request with a question."""

    question: Text = Field(min_length=1, max_length=LONGEST_QUESTION, description="The question.")


class Ask(Asking):
    """A question to answer."""

    after: list[Annotated[Text, Field(min_length=1, max_length=LONGEST_QUESTION)]] = Field(
        [], max_length=MOST_EARLIER, description="Earlier questions that this one follows up, oldest first."
    )
    all_days: bool = Field(False, description='Search all days, even if the question names some, such as "last week".')
    model: Name | None = Field(
        None, description="One of the language models in DATELINE_CHAT_MODEL. Default: the first of them."
    )
    quotes: bool = Field(False, description="Answer with quotes only, without a language model.")


class Search(Asking):
    """A search for passages."""

    k: int = Field(10, ge=1, le=100, description="How many passages.")


class SearchByAddress(Search):
    """A search whose question is in the address."""

    question: ShortQuestion


class Timeline(Asking):
    """A question to answer in the order of events."""

    all_days: bool = Field(False, description="Search all days, even if the question names some.")


class TimelineByAddress(Timeline):
    """A timeline whose question is in the address."""

    question: ShortQuestion


class Changes(Request):
    """A question whose older and newer answers are compared."""

    question: Text = Field(min_length=1, max_length=LONGEST_QUESTION, description="The question.")
    since: Day = Field(description="The last day of the earlier coverage.")
    as_of: Day | None = Field(None, description="Only articles published on this day or earlier.")
    outlet: list[Name] = Field([], max_length=_MOST_NAMED, description="Only articles of these outlets.")

    @property
    def scope(self) -> Scope:
        """The articles that are asked."""
        return Scope(until=self.as_of, outlets=frozenset(self.outlet))


class ChangesByAddress(Changes):
    """Changes whose question is in the address."""

    question: ShortQuestion


class Check(Scoped):
    """A draft to compare with the shelf."""

    text: Text = Field(min_length=1, max_length=LONGEST_DRAFT, description="The draft, as plain text.")


class ListArticles(Scoped):
    """A part of the list of articles."""

    undated: bool = Field(False, description="Only articles without a day of publication.")
    title: Name = Field("", description="Only articles whose title contains this.")
    limit: int = Field(50, ge=1, le=200, description="Most articles in one response.")
    offset: int = Field(0, ge=0, le=10_000_000, description="How many articles to skip, newest first.")

    @property
    def scope(self) -> Scope:
        """The articles that are listed."""
        outlets, languages = frozenset(self.outlet), frozenset(self.language)
        return Scope(self.since, self.as_of, outlets, undated=self.undated, languages=languages)


class OneArticle(Request):
    """An article."""

    id: Text = Field(max_length=1000, description="The path of the article, as the list of articles has it.")


class KeepAlert(Asking):
    """A question to ask again of new articles."""


class OneAlert(Request):
    """An alert."""

    number: int = Field(ge=1, le=2**62, description="The number of the alert, as the list of alerts has it.")


class AddArticle(Request):
    """A web page to add."""

    url: Text = Field(max_length=2000, pattern="^https?://", description="Address of the page, on the public internet.")
