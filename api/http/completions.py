"""Chat completions: the shelf as a model, for clients of OpenAI.

A client may show the text as Markdown, so text of articles and models is escaped: it loads nothing, and has no links
but bare addresses, which a client may make into links as in any text.
"""

import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from itertools import takewhile
from typing import Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from api.access.problems import Problem, json_response
from api.access.service import Service
from api.http.events import event_data, stream_response
from api.http.guard import read_json, refused
from api.http.leaving import has_left, unless_left
from api.http.paths import ExactRoute
from api.operations import questions
from api.operations.requests import Ask
from index.core.formatting import one_line
from rag.answering.followups import MOST_EARLIER
from rag.answering.models import Answer
from rag.answering.query import LONGEST_QUESTION
from rag.evidence.citations import Citation, Statement, number_citations
from rag.evidence.permalinks import link
from rag.output.answer_json import Json, citation_json
from rag.output.answer_text import (
    WITHOUT_MODEL,
    ending_note,
    head_lines,
    level_words,
    listed_lines,
    quotes_beside,
    searched_line,
    source_line,
    verdict_mark,
)

# With the language model that is set, and without.
MODELS = ("dateline", "dateline-quotes")
_MARKUP = re.compile(r"[\\`*_\[\]<>&~$|#]")
_BLANK = "\n\n"


class _Lenient(BaseModel):
    """A part of a request. Clients send many more fields, such as a temperature; they have no meaning here."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class TextPart(_Lenient):
    """A part of a message's content."""

    type: str
    text: str | None = None


class Message(_Lenient):
    """A message of the chat so far."""

    role: str
    content: str | list[TextPart] | None = None

    @property
    def text(self) -> str:
        """The text of the message."""
        if isinstance(self.content, list):
            return "\n".join(part.text or "" for part in self.content if part.type == "text").strip()
        return (self.content or "").strip()


class StreamOptions(_Lenient):
    """What a streamed answer has besides its text."""

    include_usage: bool | None = None


class Completion(_Lenient):
    """A chat to go on with. The last message of the user is the question; earlier ones are what it may follow up."""

    model: str
    messages: list[Message]
    stream: bool | None = None
    stream_options: StreamOptions | None = None

    @property
    def asked(self) -> Ask:
        """The question, and the questions before it. Raises Problem."""
        if self.model not in MODELS:
            raise _no_model()
        typed = [message.text for message in self.messages if message.role == "user" and message.text]
        if not typed:
            detail = "No message has a question. Expected a message of the user with text in `messages`. Add one."
            raise Problem(HTTPStatus.BAD_REQUEST, "no_question", detail)
        *before, question = typed
        if not _can_be_asked(question):
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                "bad_question",
                f"The last message of the user in `messages` has {len(question):,} characters. Expected at most "
                f"{LONGEST_QUESTION:,}, without NUL characters. Shorten it.",
            )
        # A chat sends all its messages each time: one that was no question would be in the way for good.
        earlier = [one for one in before if _can_be_asked(one)]
        return Ask(question=question, after=earlier[-MOST_EARLIER:], quotes=self.model == MODELS[1])


def _can_be_asked(text: str) -> bool:
    return len(text) <= LONGEST_QUESTION and "\0" not in text


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as a message."""

    text: str
    annotations: tuple[Json, ...]  # where the text names a quote, and the address of its sentence
    quotes: tuple[Json, ...]  # by number
    usage: Json

    @property
    def extras(self) -> Json:
        """What the response has besides the message: the address of each quote, and the quotes."""
        return {"citations": [one["url"] for one in self.quotes], "quotes": list(self.quotes)}


def completion_routes(page: str, base: str) -> list[BaseRoute]:
    """Return `/models` and `/chat/completions`; `page` and `base` are as for `make_routes`."""

    async def models(_: Request) -> Response:
        return json_response({"object": "list", "data": [_model(name) for name in MODELS]})

    async def model(http: Request) -> Response:
        name = http.path_params["id"]
        return json_response(_model(name)) if name in MODELS else refused(_no_model(), http)

    async def complete(http: Request) -> Response:
        try:
            return await _complete(http, page or f"{http.url.scheme}://{http.url.netloc}{base}/")
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 (one that we did not expect is logged)
            return refused(error, http)

    return [
        ExactRoute("/models", models),
        ExactRoute("/models/{id}", model),
        ExactRoute("/chat/completions", complete, methods=["POST"]),
    ]


def _model(name: str) -> Json:
    return {"id": name, "object": "model", "created": 0, "owned_by": "dateline"}


def _no_model() -> Problem:
    detail = f"There is no model of that name. Expected {' or '.join(MODELS)}. Choose one of them."
    return Problem(HTTPStatus.NOT_FOUND, "model_not_found", detail)


async def _complete(http: Request, page: str) -> Response:
    service: Service = http.state.service
    request = Completion.model_validate_json(await read_json(http))
    asked = request.asked
    page = service.library.settings.page_url or page
    if request.stream:
        chunks = _chunks(service, request, asked, page, http.state.token.name)
        return await stream_response(chunks, lambda problem: _data(problem.openai_json), has_left(http))
    work = service.work.run(lambda stop: questions.answer(service, asked, stop), token=http.state.token.name)
    answer = await unless_left(work, has_left(http))
    written = write(answer, page)
    message = {"role": "assistant", "content": written.text, "annotations": list(written.annotations)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    head = _head("chat.completion", request.model)
    return json_response({**head, "choices": [choice], "usage": written.usage, **written.extras})


async def _chunks(service: Service, request: Completion, asked: Ask, page: str, token: str) -> AsyncIterator[bytes]:
    """Yield the answer as it is written: whole statements, then the quotes with their addresses."""
    head, sent, last = _head("chat.completion.chunk", request.model), "", None

    def chunk(delta: Json, reason: Literal["stop"] | None = None, **more: object) -> bytes:
        return _data({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}], **more})

    growing = service.work.stream(lambda stop: questions.answers(service, asked, stop), token=token)
    async with aclosing(growing):
        async for answer in growing:
            if last is None:
                yield chunk({"role": "assistant", "content": ""})
            last = answer
            prose, _ = _prose(answer, page)
            if answer.prose and len(prose) > len(sent) and prose.startswith(sent):
                yield chunk({"content": prose[len(sent) :]})
                sent = prose
    assert last is not None
    # If the model has changed what it had written, the whole text follows.
    offset = 0 if write(last, page).text.startswith(sent) else len(sent + _BLANK)
    written = write(last, page, offset=offset)
    yield chunk({"content": (_BLANK + written.text) if offset else written.text[len(sent) :]})
    yield chunk({"annotations": list(written.annotations)}, "stop", **written.extras)
    if request.stream_options and request.stream_options.include_usage:
        yield _data({**head, "choices": [], "usage": written.usage})
    yield b"data: [DONE]\n\n"


def write(answer: Answer, page: str, *, offset: int = 0) -> Written:
    """Write an answer as a message: the prose if there is some, then each quote with its number and address.

    Args:
        answer: The whole answer.
        page: Address of the page.
        offset: How many characters are before the text, for the places of the annotations.
    """
    cited, beside = number_citations(answer.statements), quotes_beside(answer)
    numbers = {**cited, **{quote: number for number, quote in enumerate(beside, start=len(cited) + 1)}}
    text, annotations = _prose(answer, page)
    in_prose = bool(answer.prose and answer.prose.statements)
    for paragraph in _notes(answer):
        text += (_BLANK if text else "") + paragraph
    for citation, number in numbers.items():
        text += _BLANK if text else ""
        text += f"{WITHOUT_MODEL}{_BLANK}" if beside and citation == beside[0] else ""
        if not in_prose or citation in beside:
            annotations.append(_annotation(citation, page, len(text), len(f"[{number}]")))
        text += f"[{number}] “{_plain(citation.quote)}” {_plain(source_line(citation.article))}: {page}{link(citation)}"
    if answer.level != "answers" and not answer.about_shelf:
        text += (_BLANK if text else "") + _plain(searched_line(answer))
    quotes = tuple(
        {"number": number, "url": page + link(one), "citation": citation_json(one)} for one, number in numbers.items()
    )
    for one in annotations:
        one["url_citation"]["start_index"] += offset
        one["url_citation"]["end_index"] += offset
    return Written(text, tuple(annotations), quotes, _usage(answer))


def _prose(answer: Answer, page: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the statements of a model with the numbers of their quotes, and an annotation for each number.

    While it writes, those that are not finished are left out: their quotes and their verdicts are not known yet.
    """
    prose, text, annotations = answer.prose, "", list[dict[str, Any]]()
    if prose is None:
        return text, annotations
    numbers = number_citations(prose.statements)
    finished = takewhile(lambda one: not (prose.under_way and one.verdict == "unfinished"), prose.statements)
    for place, statement in enumerate(finished):
        text += ("\n" if statement.new_line else " ") if place else ""
        text += _plain(statement.text)
        for citation in statement.citations:
            marker = f"[{numbers[citation]}]"
            annotations.append(_annotation(citation, page, len(text) + 1, len(marker)))
            text += f" {marker}"
        text += _doubt(statement)
    return text, annotations


def _doubt(statement: Statement) -> str:
    mark = verdict_mark(statement)
    return f" ({_plain(mark)})" if mark else ""


def _notes(answer: Answer) -> Iterator[str]:
    """Yield what was searched for, how sure the answer is, and why it is incomplete, if anything is to be said."""
    yield from map(_plain, head_lines(answer))
    if note := ending_note(answer):
        yield _plain(note)
    if words := level_words(answer):
        yield _plain(words)
    if answer.about_shelf:
        yield from (f"- {_plain(line)}" for line in listed_lines(answer.about_shelf))


def _annotation(citation: Citation, page: str, start: int, length: int) -> dict[str, Any]:
    title = one_line(source_line(citation.article))
    where = {"start_index": start, "end_index": start + length}
    return {"type": "url_citation", "url_citation": {**where, "title": title, "url": page + link(citation)}}


def _usage(answer: Answer) -> Json:
    usage = answer.prose.usage if answer.prose else None
    spent, written = (usage.tokens_in, usage.tokens_out) if usage else (0, 0)
    return {"prompt_tokens": spent, "completion_tokens": written, "total_tokens": spent + written}


def _head(kind: str, model: str) -> Json:
    return {"id": f"chatcmpl-{uuid4().hex}", "object": kind, "created": int(time.time()), "model": model}


def _data(body: object) -> bytes:
    return b"data: %s\n\n" % event_data(body)


def _plain(text: str) -> str:
    r"""Return text on one line, so that Markdown shows its characters.

    >>> print(_plain("![x](http://a.example/)"))
    !\[x\](http://a.example/)
    """
    return _MARKUP.sub(r"\\\g<0>", one_line(text))
