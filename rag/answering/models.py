"""What an answer is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from index.core.scope import Scope
from index.shelf.queries import Listing, Reach
from rag.catalogue.answers import ShelfAnswer
from rag.evidence.citations import Citation, Statement
from rag.llm.client import Usage
from rag.retrieval.passages import Passage
from rag.retrieval.spelling import Correction

State = Literal["waiting", "writing", "whole", "stopped", "failed"]
# How sure it is that the sentences shown answer the question. At "nothing" none are shown.
Level = Literal["answers", "may_answer", "nothing"]
# What answers with at least this chance is news to an alert, and counts as a change.
_LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that can be searched for without the chat before it."""

    question: str
    subject: str  # what was taken over from an earlier question; "" if nothing was
    parts: tuple["Standalone", ...] = ()  # several questions in one, each as it was searched for


@dataclass(frozen=True, slots=True)
class Quoted:
    """The sentences found for a question, word for word, and how sure it is that they answer it."""

    level: Level
    statements: tuple[Statement, ...]
    # That a sentence which answers is among them, 0 to 1 (`bench/levels.py`); None in chats of earlier versions.
    chance: float | None

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The places of the sentences."""
        return tuple(statement.citations[0] for statement in self.statements)

    @property
    def is_likely(self) -> bool:
        """Return True if the sentences answer more probably than not."""
        return self.level == "answers" or (self.level == "may_answer" and (self.chance or 0.0) >= _LIKELY)


NOTHING = Quoted("nothing", (), 0.0)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sentence that was weighed against the question, and its scores."""

    citation: Citation
    weight: float  # of both below
    similarity: float  # cosine to the question
    coverage: float  # of the question's words by weight, with the sentences on each side; 0 to 1
    chance: float | None = None  # that it answers, 0 to 1; None in chats of earlier versions


@dataclass(frozen=True, slots=True)
class Prose:
    """What a model has written so far, or its complete text."""

    model: str
    state: State
    statements: tuple[Statement, ...]
    refused: bool  # the model found no answer in the passages
    problem: str  # why it, or the second look at it, failed; "" otherwise
    usage: Usage | None  # None until the end, or if it failed before
    seconds: float  # since it was asked

    @property
    def under_way(self) -> bool:
        """Return True if more may come."""
        return self.state in ("waiting", "writing")

    @property
    def unfinished(self) -> bool:
        """Return True if it broke off in the middle."""
        return self.state in ("stopped", "failed") and bool(self.statements)


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched for an answer: how many articles, and from when."""

    reach: Reach  # of the articles in the scope
    on_shelf: int  # articles, in the scope or not
    chunks: int
    embedded: int
    scope: Scope
    problem: str  # why only keywords were searched; "" if all was
    outlets: tuple[tuple[str, int], ...] = ()  # those with most articles in the scope; "": no outlet named
    more_outlets: int = 0  # that are not listed
    nearest: tuple[Weighed, ...] = ()  # the sentences that weigh most, best first
    absent: tuple[str, ...] = ()  # the question's words that no article has
    absent_names: tuple[str, ...] = ()  # the names among them
    corrections: tuple[Correction, ...] = ()  # of words that no article has; the sure ones were searched for


@dataclass(frozen=True, slots=True)
class Dated:
    """The days of publication that a question asks for by a phrase such as "last week"."""

    phrase: str
    since: date | None
    until: date | None
    used: bool  # False: nothing that was published then answers, so all days were searched
    chosen: Scope  # the scope that was asked, without the question's days


@dataclass(frozen=True, slots=True)
class Part:
    """One of several questions that were asked at once, and the sentences found for it."""

    question: str
    quoted: Quoted
    absent: tuple[str, ...] = ()  # its words that no article has


@dataclass(frozen=True, slots=True)
class Answer:
    """The shelf's answer to a question, and what it rests on."""

    question: str
    standalone: Standalone  # what was searched for, and the subject of an earlier question
    quoted: Quoted  # the sentences found without a model, word for word
    passages: tuple[Passage, ...]
    prose: Prose | None  # None: quotes only
    searched: Searched
    seconds: Mapping[str, float]
    # By article id: of the articles quoted; with a model, of all that were read, because it may cite them.
    copies: Mapping[str, tuple[Listing, ...]] = field(default_factory=dict)
    dated: Dated | None = None  # the days that the question names
    parts: tuple[Part, ...] = ()  # if several questions were asked at once; `quoted` has the sentences of all
    about_shelf: ShelfAnswer | None = None  # if the question is about the shelf itself
    outlet_groups: str = ""  # as the setting of that name

    @property
    def searched_as(self) -> str:
        """The question that was searched for."""
        return self.standalone.question

    @property
    def scope(self) -> Scope:
        """The articles that were asked; the search may be narrowed by the question's days."""
        return self.dated.chosen if self.dated else self.searched.scope

    @property
    def quotes(self) -> tuple[Citation, ...]:
        """The quotes that were found without a model; none if nothing was found."""
        return () if self.level == "nothing" else self.quoted.citations

    @property
    def level(self) -> Level:
        """How sure it is that the statements answer.

        A model that finds no answer in the passages lowers it, but does not hide quotes that answer more probably than
        not. One that writes a supported statement lifts it; with several questions, each must be answered.
        """
        written = self.prose
        if written and written.refused:
            likely = any(quoted.is_likely for quoted in (self.quoted, *(part.quoted for part in self.parts)))
            return "may_answer" if likely else "nothing"
        if written and any(statement.verdict == "supported" for statement in written.statements):
            return "answers" if self._answers_each_part(written) else "may_answer"
        return self.quoted.level

    def _answers_each_part(self, written: Prose) -> bool:
        """Return True if each of several questions is answered, by its quotes or by a statement that cites one."""
        supported = [statement for statement in written.statements if statement.verdict == "supported"]
        cited = {citation for statement in supported for citation in statement.citations}
        return all(part.quoted.level == "answers" or cited.intersection(part.quoted.citations) for part in self.parts)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of the answer: the model's if it made some, else the quotes."""
        if self.prose and self.prose.statements:
            return self.prose.statements
        return () if self.level == "nothing" else self.quoted.statements

    @property
    def searchable_text(self) -> str:
        """The text of the answer: statements, quotes and the headlines of their articles, one a line."""
        stated = [statement.text for statement in self.statements]
        cited = [citation for statement in self.statements for citation in statement.citations]
        quoted = [line for one in (*self.quotes, *cited) for line in (one.quote, one.article.title)]
        return "\n".join(dict.fromkeys([*stated, *quoted]))
