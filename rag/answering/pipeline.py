"""From a question to its answer, step by step."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from index.core.errors import DatelineError
from index.core.scope import WHOLE, Scope
from index.core.settings import Settings
from index.pipeline.library import Library
from index.shelf.queries import Listing, Reading
from index.text.languages import is_english
from index.text.terms import content_terms
from rag.answering import extractive, generative
from rag.answering.models import NOTHING, Answer, Dated, Level, Part, Prose, Quoted, Searched, Standalone, Weighed
from rag.answering.query import Query, clean_question, make_query
from rag.answering.query_rewriting import followup_messages, read_standalone
from rag.catalogue.answers import answer_shelf_question
from rag.catalogue.questions import read_shelf_question
from rag.evidence.citations import Citation, Statement
from rag.llm.client import ChatModel, Stopped, Usage
from rag.llm.rerank import Reranker, build_reranker
from rag.retrieval.originals import of_original
from rag.retrieval.passages import Passage, gather_passages
from rag.retrieval.search import Found, Hit, search
from rag.retrieval.understanding import Words, language_of, understand_words

Kind = TypeVar("Kind")
logger = logging.getLogger(__name__)

_HITS_READ = 8
_HITS_FOR_ALL = 24
# How far down the hits those are looked for: copies of what is read already are left out.
_HITS_LOOKED_AT = 60
_OUTLETS_LISTED = 12
# Questions about the shelf that no article answers.
_TALK = frozenset({"hello", "thanks", "help", "topics"})
# If no article has a name of the question, sentences are shown that have this share of its words.
_WITHOUT_NAME = 0.15
# If the model takes longer to rewrite a follow-up, the question made by the rules is used.
_REWRITING_SECONDS = 10.0
# The temperature at which a model is asked again: its most likely words were not good enough.
_OTHER_WORDS = 0.7


def answer_question(question: str | Query, *, library: Library, chat: ChatModel | None = None) -> Answer:
    """Answer from what is on the shelf at this moment: the last answer of `stream_answer`."""
    *_, whole = stream_answer(question, library=library, chat=chat)
    return whole


def answer_earlier(
    questions: Sequence[str],
    scope: Scope,
    *,
    library: Library,
    all_days: bool = False,
    stop: threading.Event | None = None,
) -> list[Answer]:
    """Answer the earlier questions of a chat in quotes, each as a follow-up to those before it. Raises BadQuestion.

    Those that come after `stop` is set are left out.
    """
    answers: list[Answer] = []
    for question in questions:
        if stop is not None and stop.is_set():
            break
        query = make_query(question, scope=scope, before=answers, all_days=all_days)
        answers.append(answer_question(query, library=library))
    return answers


def stream_answer(
    question: str | Query,
    *,
    library: Library,
    chat: ChatModel | None = None,
    stop: threading.Event | None = None,
    again: bool = False,
) -> Iterator[Answer]:
    """Yield the answer as it grows: first in quotes, then, with `chat`, with the statements that the model writes.

    A question given as text is asked of all articles; `make_query` takes a chat, a scope and days into account. Setting
    `stop` ends the model's writing, and `again` asks it for other words than the most likely ones. The quotes are
    yielded before the model is asked, so they never depend on it. Raises BadQuestion for an empty or overlong question.
    """
    query = _as_query(question)
    answer = _answer_in_quotes(query, library, for_prose=chat is not None)
    yield answer
    if chat is None or not answer.passages:
        return
    started = time.perf_counter()
    yield replace(answer, prose=generative.waiting(chat))
    rewritten, spent = _rewrite_follow_up(query, chat, stop)
    if rewritten is not query:
        answer = _answer_in_quotes(rewritten, library, for_prose=True)
        yield replace(answer, prose=generative.waiting(chat))
    writer = generative.Writer(
        chat=chat,
        max_tokens=library.settings.chat_prompt_tokens,
        as_json=library.settings.chat_form == "json",
        today=query.today,
        stop=stop,
        seconds=chat.seconds - (time.perf_counter() - started),
        temperature=_OTHER_WORDS if again else 0.0,
        looks_again=library.settings.check_with_model,
    )
    for prose in generative.answer(rewritten.completed(answer.standalone).asked, answer.passages, writer):
        yield _with_prose(answer, prose, spent, time.perf_counter() - started)


def answer_from(
    articles: frozenset[str], query: Query, *, library: Library, passed_over: Callable[[str], bool]
) -> Answer:
    """Answer in quotes from these articles alone, by id, and quote no sentence that is `passed_over`.

    What the answer says of its search is about these articles; its scope does not list them.
    """
    completed = complete(query, library=library)
    answer = _answer_in_quotes(completed.among(articles), library, passed_over=passed_over)
    searched = replace(answer.searched, scope=replace(answer.searched.scope, articles=None))
    return replace(answer, searched=searched)


@dataclass(frozen=True, slots=True)
class Listed:
    """Every sentence that answers a question, best first."""

    quotes: tuple[Citation, ...]
    problem: str  # as in `Searched`
    dated: Dated | None  # as in `Answer`


def list_quotes(question: str | Query, *, library: Library) -> Listed:
    """Find every sentence that answers, in the days that the question names if one does. Raises BadQuestion."""
    whole = complete(_as_query(question), library=library)
    if whole.parts:
        parts = [list_quotes(whole.part(number), library=library) for number in range(len(whole.parts))]
        dated = next((part.dated for part in parts if part.dated), None)
        return Listed(_unique(part.quotes for part in parts), parts[0].problem, dated)
    for attempt in whole.attempts:
        with library.shelf.read(checked=True) as reading:
            query, _ = _understood(attempt, reading)
            found, passages = read_passages(query, reading, library, most=_HITS_FOR_ALL)
            quotes = extractive.find_all(query, passages, reading=reading, sentence_model=library.sentence_model)
        listed = Listed(quotes, found.problem, query.days)
        if listed.quotes:
            break
    return listed


def complete(query: Query, *, library: Library) -> Query:
    """Return several questions in one with each part as it can be searched for alone.

    "Who is the mayor and what did she promise?" is answered for that: the first answer says who "she" is.
    """
    if not query.parts or query.standalone.parts:
        return query
    return query.completed(_answer_parts(query, library, for_prose=False, passed_over=None).standalone)


def find_passages(
    question: str, *, library: Library, k: int, scope: Scope = WHOLE
) -> tuple[list[tuple[Hit, Passage]], str]:
    """Return the `k` best chunks with their articles' characters, and `Found.problem`, for `dateline search`."""
    asked = clean_question(question)
    with library.shelf.read(checked=True) as reading:
        found = search(
            asked,
            reading=reading,
            index=library.index,
            embedder=library.embedder,
            k=k,
            scope=scope,
            language=language_of(asked, reading),
        )
        articles = reading.articles([hit.chunk.article_id for hit in found.hits])
    passages = [(hit, Passage(hit.rank, articles[hit.chunk.article_id], hit.chunk.sentences)) for hit in found.hits]
    return passages, found.problem


def _as_query(question: str | Query) -> Query:
    return make_query(question) if isinstance(question, str) else question


def _answer_in_quotes(
    query: Query, library: Library, *, for_prose: bool = False, passed_over: Callable[[str], bool] | None = None
) -> Answer:
    """Answer a question about the shelf exactly, each of several questions for itself, and any other from articles."""
    if passed_over is None and (about_shelf := _answer_about_shelf(query, library)):
        return about_shelf
    answer = _answer_parts if query.parts else _answer_one
    return answer(query, library, for_prose=for_prose, passed_over=passed_over)


def _answer_parts(
    query: Query, library: Library, *, for_prose: bool, passed_over: Callable[[str], bool] | None
) -> Answer:
    answered: list[Answer] = []
    completed: list[Standalone] = []
    for number in range(len(query.parts)):
        part = query.part(number, answered)
        completed.append(part.standalone)
        answered.append(_answer_one(part, library, for_prose=for_prose, passed_over=passed_over))
    question = query.standalone.question
    if query.before and any(one.subject for one in completed):
        question = " ".join(one.question for one in completed)  # as typed, it needs the chat
    return _joined(query.completed(Standalone(question, "", tuple(completed))), answered)


def _answer_about_shelf(query: Query, library: Library) -> Answer | None:
    if not is_english(query.language):
        return None
    started = time.perf_counter()
    with library.shelf.read(checked=True) as reading:
        asked = read_shelf_question(query.raw, reading, today=query.today)
        if asked is None:
            return None
        about = answer_shelf_question(asked, reading, scope=query.scope)
        statements = tuple(Statement(one.quote, (one,), "supported") for one in about.citations)
        level: Level = "nothing" if asked.kind in _TALK else "answers"
        quoted = Quoted(level, statements, 1.0 if level == "answers" else 0.0)
        report = _report(query, reading, Found((), ""), ())
        copies = _copies(about.citations, reading, query.scope)
    spent = round(time.perf_counter() - started, 4)
    seconds = {"search": spent, "answer": 0.0, "total": spent}
    # It is counted or listed as it was typed, and the answer names its days itself.
    as_typed = Standalone(clean_question(query.raw), "")
    return Answer(query.raw, as_typed, quoted, (), None, report, seconds, copies, about_shelf=about)


def _joined(query: Query, answered: Sequence[Answer]) -> Answer:
    """Return the answers to the parts of a question as one."""
    parts = tuple(Part(one.question, one.quoted, one.searched.absent) for one in answered)
    levels = {part.quoted.level for part in parts}
    level: Level = levels.pop() if len(levels) == 1 else "may_answer"
    statements = _unique(part.quoted.statements for part in parts)
    # The best of each part come first: a model may not be given all of them.
    ranked = sorted((one for answer in answered for one in answer.passages), key=lambda one: one.number)
    passages = {(one.article.id, one.span): one for one in ranked}
    searched = replace(
        answered[0].searched,
        absent=_unique(one.searched.absent for one in answered),
        absent_names=_unique(one.searched.absent_names for one in answered),
        corrections=_unique(one.searched.corrections for one in answered),
        nearest=tuple(one for answer in answered for one in answer.searched.nearest),
    )
    return replace(
        answered[0],
        question=query.raw,
        standalone=query.standalone,
        quoted=Quoted(level, statements, min(part.quoted.chance or 0.0 for part in parts)),
        passages=tuple(replace(one, number=number) for number, one in enumerate(passages.values(), start=1)),
        searched=searched,
        seconds=_summed(answered),
        copies={id_: copies for answer in answered for id_, copies in answer.copies.items()},
        parts=parts,
    )


def _unique(groups: Iterable[Iterable[Kind]]) -> tuple[Kind, ...]:
    return tuple(dict.fromkeys(one for group in groups for one in group))


def _summed(answers: Sequence[Answer]) -> dict[str, float]:
    return {stage: round(sum(one.seconds[stage] for one in answers), 4) for stage in answers[0].seconds}


def _answer_one(
    query: Query, library: Library, *, for_prose: bool, passed_over: Callable[[str], bool] | None
) -> Answer:
    """Answer from the days that the question names; if nothing published then answers, from the whole scope."""
    tried: list[Answer] = []
    for attempt in query.attempts:
        tried.append(_quote(attempt, library, for_prose=for_prose, passed_over=passed_over))
        if tried[-1].quoted.is_likely:
            break
    # What may answer from those days is nearer to the question than what may answer from others.
    answer = tried[0] if tried[-1].level != "answers" and tried[0].level != "nothing" else tried[-1]
    # An alert is not asked without its subject: a new article about something else is no news to it.
    if answer.level == "nothing" and query.plain and content_terms(query.bare) and passed_over is None:
        tried.append(_quote(query.plain, library, for_prose=for_prose, passed_over=passed_over))
        if tried[-1].level != "nothing":
            answer = replace(tried[-1], quoted=replace(tried[-1].quoted, level="may_answer"))
    return replace(answer, seconds=_summed(tried))


def _quote(query: Query, library: Library, *, for_prose: bool, passed_over: Callable[[str], bool] | None) -> Answer:
    """Search, read and quote: one attempt at an answer."""
    started = time.perf_counter()
    with library.shelf.read(checked=True) as reading:
        query, words = _understood(query, reading)
        most = _HITS_READ if query.form == "answer" else _HITS_FOR_ALL
        found, passages = read_passages(query, reading, library, most=most, passed_over=passed_over)
        searched = time.perf_counter()
        nearest: tuple[Weighed, ...] = ()
        asks_outline = query.form != "answer" and passed_over is None
        quoted = extractive.outline(query, passages, reading) if asks_outline else None
        if quoted is None:
            quoted, nearest = extractive.answer(
                query,
                passages,
                reading=reading,
                sentence_model=library.sentence_model,
                passed_over=passed_over,
                reranker=_reranker(library.settings),
            )
        quoted = _with_names(quoted, words, nearest)
        cited = [*quoted.citations, *(passages if for_prose else ())]
        copies = _copies(cited, reading, query.scope)
        report = replace(
            _report(query, reading, found, nearest),
            absent=words.absent,
            absent_names=words.absent_names,
            corrections=words.corrections,
        )
    ended = time.perf_counter()
    return Answer(
        question=query.raw,
        standalone=query.standalone,
        quoted=quoted,
        passages=tuple(passages),
        prose=None,
        searched=report,
        seconds={
            "search": round(searched - started, 4),
            "answer": round(ended - searched, 4),
            "total": round(ended - started, 4),
        },
        copies=copies,
        dated=query.days,
        outlet_groups=library.settings.outlet_groups,
    )


def _understood(query: Query, reading: Reading) -> tuple[Query, Words]:
    """Return the question as articles write its words, and what was found out about them."""
    language = query.language or language_of(query.text, reading)
    words = understand_words(query.text, reading, language)
    bare = understand_words(query.bare, reading, language).text if query.subject else words.text
    return query.written(words.text, bare, language), words


def read_passages(
    query: Query,
    reading: Reading,
    library: Library,
    *,
    most: int = _HITS_READ,
    passed_over: Callable[[str], bool] | None = None,
) -> tuple[Found, list[Passage]]:
    """Search, and return what was found with the passages that are read for an answer."""
    found = search(
        query.text,
        reading=reading,
        index=library.index,
        embedder=library.embedder,
        k=_HITS_LOOKED_AT,
        scope=query.scope,
        language=query.language,
    )
    passages = gather_passages(found.hits, reading, most=most, passed_over=passed_over)
    # An alert is about the new article, a copy or not.
    return found, passages if passed_over else [of_original(one, reading, query.scope) for one in passages]


# One for each process: it remembers what its endpoint accepts.
@lru_cache(maxsize=4)
def _reranker(settings: Settings) -> Reranker | None:
    return build_reranker(settings)


def _copies(cited: Sequence[Citation | Passage], reading: Reading, scope: Scope) -> dict[str, tuple[Listing, ...]]:
    """Return the other copies of each article on the shelf, by the article's id."""
    articles = {one.article.id: one.article for one in cited}
    copies = {id_: tuple(reading.copies(article, scope=scope)) for id_, article in articles.items()}
    return {id_: found for id_, found in copies.items() if found}


def _report(query: Query, reading: Reading, found: Found, nearest: tuple[Weighed, ...]) -> Searched:
    counts, outlets = reading.counts(), reading.outlets(scope=query.scope)
    return Searched(
        reading.reach(scope=query.scope),
        counts.articles,
        counts.chunks,
        counts.embedded,
        query.scope,
        found.problem,
        outlets=tuple(outlets[:_OUTLETS_LISTED]),
        more_outlets=len(outlets[_OUTLETS_LISTED:]),
        nearest=nearest,
    )


def _with_names(quoted: Quoted, words: Words, nearest: Sequence[Weighed]) -> Quoted:
    """Lower the level if no article has a name that the question asks for: nothing surely answers then."""
    if not words.absent_names or quoted.level == "nothing":
        return quoted
    if nearest and all(one.coverage < _WITHOUT_NAME for one in nearest):
        return NOTHING
    return replace(quoted, level="may_answer")


def _rewrite_follow_up(query: Query, chat: ChatModel, stop: threading.Event | None) -> tuple[Query, Usage | None]:
    """Have the model rewrite a follow-up, and return the query to answer with what the rewriting took.

    It is the query itself if it is no follow-up, if the model cannot, or if its words search for the same.
    """
    if not query.subject:
        return query, None
    reply, usage = "", None
    try:
        seconds = min(_REWRITING_SECONDS, chat.seconds / 2)
        messages = followup_messages(clean_question(query.raw), query.before)
        for piece in chat.stream(messages, stop=stop, seconds=seconds):
            if isinstance(piece, str):
                reply += piece
            elif isinstance(piece, Usage):
                usage = piece
    except Stopped:
        return query, usage
    except DatelineError as error:
        logger.info("The follow-up was not rewritten by the model: %s", error)
        return query, usage  # the answer itself is asked for next, and reports what is wrong
    rewritten = read_standalone(reply, clean_question(query.raw), query.before)
    if rewritten is None or set(content_terms(rewritten)) == set(content_terms(query.standalone.question)):
        return query, usage
    return query.rewritten(rewritten), usage


def _with_prose(answer: Answer, prose: Prose, spent: Usage | None, elapsed: float) -> Answer:
    """Add a model's prose to an answer; `spent` is what rewriting the question took."""
    usage = prose.usage + spent if prose.usage and spent else prose.usage or spent
    total = answer.seconds["total"] + elapsed
    seconds = {**answer.seconds, "prose": round(elapsed, 4), "total": round(total, 4)}
    return replace(answer, prose=replace(prose, usage=usage), seconds=seconds)
