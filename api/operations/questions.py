"""Questions: ask, search, timeline, changes and check, as the commands of the same names answer them."""

import threading
import time
from collections.abc import Iterator
from http import HTTPStatus

from api.access.problems import Problem
from api.access.service import Service
from api.access.work import go_on
from api.operations.requests import Ask, Changes, Check, Search, Timeline
from rag.analysis.changes import find_changes
from rag.analysis.draft_check import check_draft, clean_draft
from rag.analysis.timeline import find_timeline
from rag.answering.models import Answer
from rag.answering.pipeline import answer_earlier, find_passages, stream_answer
from rag.answering.query import clean_question, make_query
from rag.llm.client import choose_chat
from rag.output.answer_json import Json, answer_json, hits_json
from rag.output.changes import changes_json
from rag.output.draft import draft_json
from rag.output.timeline import timeline_json

# A growing answer is sent so often at most.
_SENT_SECONDS = 0.1


def answers(service: Service, request: Ask, stop: threading.Event) -> Iterator[Answer]:
    """Yield the answer as it grows, first in quotes; the last one is whole. Raises DatelineError or Problem."""
    library, known = service.library, service.library.settings.chat_models
    if request.model is not None and request.model not in known:
        expected = f"Expected {' or '.join(known)}. Choose one of them" if known else "Expected no model. Leave it out"
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "unknown_model",
            f"The language model of this request is not set here. {expected}, or add it to DATELINE_CHAT_MODEL.",
        )
    chat = None if request.quotes else choose_chat(library.settings, request.model)
    before = answer_earlier(request.after, request.scope, library=library, all_days=request.all_days, stop=stop)
    go_on(stop)
    query = make_query(request.question, scope=request.scope, before=before, all_days=request.all_days)
    sent, quoted = 0.0, None
    for growing in stream_answer(query, library=library, chat=chat, stop=stop):
        writing = growing.prose is not None and growing.prose.under_way
        if not writing or growing.quoted != quoted or time.monotonic() - sent >= _SENT_SECONDS:
            sent, quoted = time.monotonic() if writing else sent, growing.quoted
            yield growing


def answer(service: Service, request: Ask, stop: threading.Event) -> Answer:
    """Return the whole answer. Raises DatelineError."""
    *_, whole = answers(service, request, stop)
    return whole


def ask(service: Service, request: Ask, stop: threading.Event) -> Json:
    """Answer a question with quotes from the shelf; with a language model, in prose that is checked too."""
    return answer_json(answer(service, request, stop))


def search(service: Service, request: Search) -> Json:
    """List the passages that match a question best, without answering it."""
    found = find_passages(request.question, library=service.library, k=request.k, scope=request.scope)
    return hits_json(clean_question(request.question), *found)


def timeline(service: Service, request: Timeline) -> Json:
    """List what the shelf says in the order in which it happened."""
    query = make_query(request.question, scope=request.scope, all_days=request.all_days)
    return timeline_json(find_timeline(query, library=service.library))


def changes(service: Service, request: Changes) -> Json:
    """Show what articles published after a day add to, or contradict in, earlier coverage."""
    found = find_changes(request.question, library=service.library, since=request.since, scope=request.scope)
    return changes_json(found)


def check(service: Service, request: Check) -> Json:
    """Compare a draft with the shelf: which sentences are there word for word, altered, or not at all."""
    text = clean_draft(request.text)
    with service.library.shelf.read(checked=True) as reading:
        return draft_json(check_draft(text, reading=reading, scope=request.scope))
