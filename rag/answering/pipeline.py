"""Answers: the story of a question."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from index.core.errors import DatelineError
from index.core.scope import WHOLE, Scope
from index.pipeline.library import Library
from index.text.terms import content_terms, terms
from rag.answering import extractive as quoting
from rag.answering import generative as prose
from rag.answering.followups import carry_over
from rag.answering.models import Answer, Dated, Prose, Refusal, Searched, _quotes_of
from rag.answering.query import Earlier, Standalone, _as_text, clean_question
from rag.answering.query_rewriting import followup_messages, read_standalone
from rag.evidence.citations import Citation
from rag.language.date_phrases import Days, read_days
from rag.llm.client import ChatModel, Stopped, Usage
from rag.retrieval.missing_terms import missing_words
from rag.retrieval.passages import Passage, gather_passages
from rag.retrieval.search import Hit, search

_HITS_READ = 8
_OUTLETS_TOLD = 12
_HITS_FOR_ALL = 24
# What happened on a day is reported on it or soon after.
_REPORTED_WITHIN = timedelta(days=3)
# How far down the hits those are looked for: copies of what is read already are passed over.
_HITS_LOOKED_AT = 60
# A model that takes longer to put a follow-up into words does without: the rules' words are there.
_REWORDING_SECONDS = 10.0
# What a model is asked with when its most likely words were not good enough.
_OTHER_WORDS = 0.7


def answer_question(
    question: str,
    *,
    library: Library,
    scope: Scope = WHOLE,
    before: Sequence[Answer] = (),
    chat: ChatModel | None = None,
    all_days: bool = False,
    today: date | None = None,
) -> Answer:
    """Answer from what is on the shelf at this moment: the last of `stream_answer`."""
    *_, whole = stream_answer(
        question, library=library, scope=scope, before=before, chat=chat, all_days=all_days, today=today
    )
    return whole


def answer_from(
    articles: frozenset[str],
    question: str,
    standalone: Standalone,
    *,
    library: Library,
    scope: Scope,
    passed_over: Callable[[str], bool],
    today: date | None = None,
) -> Answer:
    """Answer in quotes from these articles of the scope alone, by id, for a question that stands.

    Sentences that are `passed_over` are not quoted. What was searched tells of these articles; its scope does not
    name them.
    """
    answer = _answer_in_quotes(
        question,
        standalone,
        library=library,
        scope=replace(scope, articles=articles),
        as_of=scope.until or today or datetime.now().astimezone().date(),
        passed_over=passed_over,
    )
    searched = replace(answer.searched, scope=replace(answer.searched.scope, articles=None))
    return replace(answer, searched=searched, dated=answer.dated and replace(answer.dated, chosen=scope))


def stream_answer(
    question: str,
    *,
    library: Library,
    scope: Scope = WHOLE,
    before: Sequence[Answer] = (),
    searched_as: str | None = None,
    chat: ChatModel | None = None,
    stop: threading.Event | None = None,
    again: bool = False,
    all_days: bool = False,
    today: date | None = None,
) -> Iterator[Answer]:
    """Yield the answer as it grows: in quotes at once, then, with `chat`, with what the model writes.

    Only articles of the scope are searched, whatever scope the answers `before` had.
    A follow-up to the answers `before` is searched for as a question that stands alone, or as
    `searched_as` where the reader has put it into words; `again` asks the model for other
    words than the most likely ones. Days that the question names ("last week", read as of the
    scope's last day or `today`) narrow the scope, unless nothing published then answers or
    `all_days` are asked for. Whatever the model does, the quotes were yielded before
    it was asked. Raises BadQuestion for an empty or overlong question.
    """
    asked = clean_question(question)
    earlier = [_earlier(answer) for answer in before]
    standalone = Standalone(clean_question(searched_as), "") if searched_as else carry_over(asked, earlier)
    as_of = None if all_days else scope.until or today or datetime.now().astimezone().date()
    in_quotes = partial(
        _answer_in_quotes, question, library=library, scope=scope, as_of=as_of, for_prose=chat is not None
    )
    answer = in_quotes(standalone)
    yield answer
    if chat is None or not answer.passages:
        return
    started = time.perf_counter()
    yield replace(answer, prose=prose.waiting(chat))
    took = None
    if standalone.subject:
        reworded, took = _reword(asked, earlier, chat=chat, stop=stop)
        if reworded and set(content_terms(reworded)) != set(content_terms(standalone.question)):
            answer = in_quotes(Standalone(reworded, ""))
            yield replace(answer, prose=prose.waiting(chat))
    for written in prose.answer(
        answer.searched_as,
        answer.passages,
        chat=chat,
        max_tokens=library.settings.chat_prompt_tokens,
        as_json=library.settings.chat_form == "json",
        stop=stop,
        seconds=chat.seconds - (time.perf_counter() - started),
        temperature=_OTHER_WORDS if again else 0.0,
    ):
        yield _with_prose(answer, written, took, time.perf_counter() - started)


def _with_prose(answer: Answer, written: Prose, took: Usage | None, elapsed: float) -> Answer:
    """Put a model's prose into an answer; `took` is what rewording the question cost."""
    usage = written.usage + took if written.usage and took else written.usage or took
    total = answer.seconds["total"] + elapsed
    seconds = {**answer.seconds, "prose": round(elapsed, 4), "total": round(total, 4)}
    return replace(answer, prose=replace(written, usage=usage), seconds=seconds)


def _answer_in_quotes(
    question: str,
    standalone: Standalone,
    *,
    library: Library,
    scope: Scope,
    as_of: date | None,
    for_prose: bool = False,
    passed_over: Callable[[str], bool] | None = None,
) -> Answer:
    """Answer from the days that the question names; where nothing published then answers, from all of the scope."""
    asked, bare = standalone.question, clean_question(question)
    quote = partial(_quote, question, standalone, library=library, for_prose=for_prose, passed_over=passed_over)
    days = read_days(asked, as_of=as_of) if as_of else None
    if days is None or as_of is None:
        return quote(asked, bare, scope=scope)
    narrow = _published_then(days, as_of, scope)
    # The phrase has done its work: in the text it would count as words that are missing.
    within = quote(days.rest, _without_days(bare, as_of), scope=narrow)
    dated = Dated(days.phrase, narrow.since, narrow.until, used=True, chosen=scope)
    if not isinstance(within.quoted, Refusal):
        return replace(within, dated=dated)
    everywhere = quote(asked, bare, scope=scope)
    seconds = {stage: round(took + within.seconds[stage], 4) for stage, took in everywhere.seconds.items()}
    return replace(everywhere, dated=replace(dated, used=False), seconds=seconds)


def _published_then(days: Days, as_of: date, scope: Scope) -> Scope:
    """Narrow a scope to what was published in the days that a question names, or soon after."""
    since = max(filter(None, (scope.since, days.since)), default=None)
    reported = days.until and max(days.until, min(as_of, days.until + _REPORTED_WITHIN))
    return replace(scope, since=since, until=min(filter(None, (scope.until, reported)), default=None))


def _without_days(question: str, as_of: date) -> str:
    days = read_days(question, as_of=as_of)
    return days.rest if days else question


def _quote(
    question: str,
    standalone: Standalone,
    asked: str,
    bare: str,
    *,
    library: Library,
    scope: Scope,
    for_prose: bool,
    passed_over: Callable[[str], bool] | None,
) -> Answer:
    started = time.perf_counter()
    with library.shelf.read(checked=True) as reading:
        found = search(
            asked, reading=reading, index=library.index, embedder=library.embedder, k=_HITS_LOOKED_AT, scope=scope
        )
        passages = gather_passages(found.hits, reading, most=_HITS_READ, passed_over=passed_over)
        searched = time.perf_counter()
        quoted, nearest = quoting.answer(
            asked,
            passages,
            reading=reading,
            sentence_model=library.sentence_model,
            bare=bare,
            subject=standalone.subject,
            passed_over=passed_over,
        )
        shown = {one.article.id: one.article for one in (*_quotes_of(quoted), *(passages if for_prose else ()))}
        absent = missing_words(asked, reading)
        copies = {id_: tuple(reading.copies(article, scope=scope)) for id_, article in shown.items()}
        counts, reach, outlets = reading.counts(), reading.reach(scope=scope), reading.outlets(scope=scope)
    ended = time.perf_counter()
    return Answer(
        question=_as_text(question),
        standalone=standalone,
        quoted=quoted,
        passages=tuple(passages),
        prose=None,
        searched=Searched(
            reach,
            counts.articles,
            counts.chunks,
            counts.embedded,
            scope,
            found.problem,
            outlets=tuple(outlets[:_OUTLETS_TOLD]),
            more_outlets=len(outlets[_OUTLETS_TOLD:]),
            nearest=nearest,
            absent=absent,
        ),
        seconds={
            "search": round(searched - started, 4),
            "answer": round(ended - searched, 4),
            "total": round(ended - started, 4),
        },
        copies={id_: found for id_, found in copies.items() if found},
    )


def _earlier(answer: Answer) -> Earlier:
    # All that was read would be nearly all of a small shelf, and no topic would be a new one.
    cited = {citation.article.id for statement in answer.statements for citation in statement.citations}
    cited = cited or {passage.article.id for passage in answer.passages[:1]}
    rests_on = [passage for passage in answer.passages if passage.article.id in cited]
    read = " ".join(f"{passage.article.heading} {passage.text}" for passage in rests_on)
    return Earlier(answer.searched_as, answer.standalone.subject, frozenset(terms(read)))


def _reword(
    question: str, earlier: Sequence[Earlier], *, chat: ChatModel, stop: threading.Event | None
) -> tuple[str | None, Usage | None]:
    """Have the model put a follow-up into words that stand alone; None where it cannot, or not soon."""
    reply, usage = "", None
    try:
        seconds = min(_REWORDING_SECONDS, chat.seconds / 2)
        for piece in chat.stream(followup_messages(question, earlier), stop=stop, seconds=seconds):
            if isinstance(piece, str):
                reply += piece
            elif isinstance(piece, Usage):
                usage = piece
    except (DatelineError, Stopped):
        return None, usage  # the answer itself is asked for next, and tells what is wrong
    return read_standalone(reply, question, earlier), usage


@dataclass(frozen=True, slots=True)
class Listed:
    """Every sentence that answers a question, best first."""

    quotes: tuple[Citation, ...]
    problem: str  # as in `Searched`
    dated: Dated | None  # as in `Answer`


def list_quotes(
    question: str,
    *,
    library: Library,
    scope: Scope = WHOLE,
    standalone: Standalone | None = None,
    all_days: bool = False,
    today: date | None = None,
) -> Listed:
    """Find every sentence that answers, of the days that the question names as `stream_answer` reads them.

    A follow-up is searched for as `standalone`, which its answer has. Raises BadQuestion.
    """
    bare = clean_question(question)
    asked = standalone or Standalone(bare, "")
    find = partial(_find_all, library=library, subject=asked.subject)
    as_of = scope.until or today or datetime.now().astimezone().date()
    days = None if all_days else read_days(asked.question, as_of=as_of)
    if days is None:
        return find(asked.question, bare, scope=scope)
    narrow = _published_then(days, as_of, scope)
    within = find(days.rest, _without_days(bare, as_of), scope=narrow)
    dated = Dated(days.phrase, narrow.since, narrow.until, used=bool(within.quotes), chosen=scope)
    return replace(within if within.quotes else find(asked.question, bare, scope=scope), dated=dated)


def _find_all(asked: str, bare: str, *, library: Library, scope: Scope, subject: str) -> Listed:
    with library.shelf.read(checked=True) as reading:
        found = search(
            asked, reading=reading, index=library.index, embedder=library.embedder, k=_HITS_LOOKED_AT, scope=scope
        )
        passages = gather_passages(found.hits, reading, most=_HITS_FOR_ALL)
        quotes = quoting.find_all(
            asked, passages, reading=reading, sentence_model=library.sentence_model, bare=bare, subject=subject
        )
    return Listed(quotes, found.problem, None)


def find_passages(
    question: str, *, library: Library, k: int, scope: Scope = WHOLE
) -> tuple[list[tuple[Hit, Passage]], str]:
    """Return the `k` best chunks with their articles' characters, and `Found.problem`, for `dateline search`."""
    asked = clean_question(question)
    with library.shelf.read(checked=True) as reading:
        found = search(asked, reading=reading, index=library.index, embedder=library.embedder, k=k, scope=scope)
        articles = reading.articles([hit.chunk.article_id for hit in found.hits])
    passages = [(hit, Passage(hit.rank, articles[hit.chunk.article_id], hit.chunk.sentences)) for hit in found.hits]
    return passages, found.problem
