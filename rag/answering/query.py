"""A question, made ready once for everything that is done with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from index.core.errors import BadQuestion
from index.core.scope import WHOLE, Scope
from index.text.languages import UNKNOWN, is_english, read_language
from index.text.terms import terms
from rag.answering.followups import Earlier, carry_over
from rag.answering.models import Answer, Dated, Standalone
from rag.language.date_phrases import Days, read_days
from rag.language.instructions import Asked, Form
from rag.language.question_parts import read_questions

LONGEST_QUESTION = 16_000  # characters; the questions in a long text are found
# In a longer text, a mail for example, the question is what was found in it.
_LONGEST_TYPED = 500
# What happened on a day is reported on it or soon after.
_REPORTED_WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched for, and the articles that are searched.

    A question that names days ("last week") is asked twice at most: first of the articles `within` those days, then,
    if none of them answers, of the whole scope. `attempts` has both.
    """

    raw: str  # as it was typed, without white space around it
    standalone: Standalone  # as it is searched for, and what an earlier question lent to it
    text: str  # what is searched for; within the days, without the words that name them
    bare: str  # the same, without what an earlier question lent
    scope: Scope  # the articles that are searched
    today: date  # the last day of the scope, or else the day of asking
    as_of: date | None  # the day from which "last week" is counted; None: days in the question narrow nothing
    before: tuple[Earlier, ...] = ()  # the questions of the chat so far
    days: Dated | None = None  # the days of publication that the question names
    within: "Query | None" = None  # the same question, of those days alone
    form: Form = "answer"  # of the answer that is asked for
    how_many: int | None = None  # sentences of it
    parts: tuple[Asked, ...] = ()  # several questions in one, which are answered one by one
    language: str = UNKNOWN  # of the question, as its ISO 639-1 code; if it is unknown, the shelf's languages decide

    @property
    def subject(self) -> str:
        """The subject that an earlier question lent; "" if there is none."""
        return self.standalone.subject

    @property
    def attempts(self) -> tuple["Query", ...]:
        """The searches to make, in order, until one answers."""
        return (self.within, self) if self.within else (self,)

    @property
    def plain(self) -> "Query | None":
        """The question as it was typed, to be tried if its completed form finds nothing; None if it was not completed.

        What it finds can only *may answer*: without its subject a follow-up finds sentences about something else.
        """
        return None if self.standalone.question == self.bare else self.rewritten(clean_question(self.raw))

    @property
    def asked(self) -> tuple[Asked, ...]:
        """The questions as a model is asked them: as they were typed, unless an earlier question is needed for that."""
        if self.parts:
            return tuple(one for number in range(len(self.parts)) for one in self.part(number).asked)
        as_typed = self.standalone.question == self.bare and len(self.raw) <= _LONGEST_TYPED
        return (Asked(self.raw if as_typed else self.standalone.question, self.form, self.how_many),)

    def among(self, articles: frozenset[str]) -> "Query":
        """Return the question asked of these articles alone, by id."""
        within = self.within.among(articles) if self.within else None
        return replace(self, scope=replace(self.scope, articles=articles), within=within)

    def part(self, number: int, answered: Sequence[Answer] = ()) -> "Query":
        """Return a part, counted from 0, as a question of its own.

        It is completed by the chat and the parts `answered` before it, unless it was completed already.
        """
        asked, known = self.parts[number], self.standalone.parts
        earlier = (*self.before, *map(_earlier, answered))
        query = replace(self, raw=asked.question, before=earlier, parts=())
        return _make(asked, query, known[number] if known else None)

    def completed(self, standalone: Standalone) -> "Query":
        """Return several questions in one with each part as `standalone` has it; another question as it is."""
        return replace(self, standalone=standalone) if len(standalone.parts) == len(self.parts) > 1 else self

    def written(self, text: str, bare: str, language: str) -> "Query":
        """Return the question as articles write its words, in the language that it is in."""
        return replace(self, text=text, bare=bare, language=language)

    def rewritten(self, text: str) -> "Query":
        """Return the question in other words, which need no earlier question."""
        query = replace(self, standalone=Standalone(text, ""), text=text, days=None, within=None)
        return _with_days(replace(query, bare=clean_question(self.raw)))


def make_query(
    question: str,
    *,
    scope: Scope = WHOLE,
    before: Sequence[Answer] = (),
    standalone: Standalone | None = None,
    all_days: bool = False,
    today: date | None = None,
) -> Query:
    """Make a question ready to be searched for.

    Instructions ("give me", "in three points") choose the form of the answer and are not searched for; several
    questions become its parts. A follow-up to the answers `before` becomes a question that can be understood alone;
    `standalone` is one that was made already. Days that the question names narrow the search, unless `all_days` is
    set. They are counted from the last day of the scope, or else from `today`. Raises BadQuestion for an empty or
    overlong question.
    """
    whole = clean_question(question)
    today = scope.until or today or datetime.now().astimezone().date()
    as_of = None if all_days else today
    earlier = tuple(_earlier(answer) for answer in before)
    query = Query(_as_text(question), Standalone(whole, ""), whole, whole, scope, today, as_of, earlier)
    query = replace(query, language=read_language(whole))
    if not is_english(query.language):
        # Instructions, several questions, days and follow-ups are understood in English only.
        return replace(query, standalone=standalone, text=standalone.question) if standalone else query
    parts = read_questions(query.raw)
    if standalone and (standalone.subject or len(parts) == 1):
        bare = query.bare if standalone.subject else standalone.question
        query = replace(query, form=parts[0].form, how_many=parts[0].how_many)
        return _with_days(replace(query, standalone=standalone, text=standalone.question, bare=bare))
    if len(parts) == 1:
        return _make(parts[0], query)
    query = replace(query, parts=parts)
    return query.completed(standalone) if standalone else query


def _make(asked: Asked, query: Query, standalone: Standalone | None = None) -> Query:
    """Make a query of one question, without its instructions; `standalone` is its completed form if that is known."""
    bare = clean_question(asked.question)
    standalone = standalone or carry_over(bare, query.before)
    query = replace(query, form=asked.form, how_many=asked.how_many)
    return _with_days(replace(query, standalone=standalone, text=standalone.question, bare=bare))


def clean_question(question: str) -> str:
    """Return the question on one line. Raises BadQuestion if it is empty or too long."""
    typed = _as_text(question)
    if not typed:
        raise BadQuestion("The question is empty. Expected a few words. Type what you want to know.")
    if len(typed) > LONGEST_QUESTION:
        raise BadQuestion(
            f"The question has {len(typed):,} characters. Expected at most {LONGEST_QUESTION:,}. Leave out what the "
            "question does not need."
        )
    return " ".join(typed.split())


def _as_text(question: str) -> str:
    """Strip white space, and replace bytes of a terminal that are not text: SQLite and JSON accept text only."""
    return question.strip().encode(errors="replace").decode()


def _with_days(query: Query) -> Query:
    """Read the days that a question names, and narrow a copy of it to them."""
    if query.as_of is None or (days := read_days(query.text, as_of=query.as_of)) is None:
        return query
    scope = _published_then(days, query.as_of, query.scope)
    dated = Dated(days.phrase, scope.since, scope.until, used=True, chosen=query.scope)
    bare = read_days(query.bare, as_of=query.as_of)
    # The phrase has done its work: in the text its words would count as missing.
    within = replace(query, text=days.rest, bare=bare.rest if bare else query.bare, scope=scope, days=dated)
    return replace(query, days=replace(dated, used=False), within=within)


def _published_then(days: Days, as_of: date, scope: Scope) -> Scope:
    """Narrow a scope to what was published in the days that a question names, or soon after."""
    since = max(filter(None, (scope.since, days.since)), default=None)
    # "Before 10 January" leaves out what was reported later.
    reported = days.until
    if days.since and days.until:
        reported = max(days.until, min(as_of, days.until + _REPORTED_WITHIN))
    return replace(scope, since=since, until=min(filter(None, (scope.until, reported)), default=None))


def _earlier(answer: Answer) -> Earlier:
    # All passages would be nearly all of a small shelf, and no topic would be a new one.
    cited = {citation.article.id for statement in answer.statements for citation in statement.citations}
    cited = cited or {passage.article.id for passage in answer.passages[:1]}
    rests_on = [passage for passage in answer.passages if passage.article.id in cited]
    read = " ".join(f"{passage.article.heading} {passage.text}" for passage in rests_on)
    return Earlier(answer.searched_as, answer.standalone.subject, frozenset(terms(read)))
