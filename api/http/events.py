"""Server-sent events: an answer as it grows. The quotes come first, then the prose, then the whole answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from api.access.problems import Problem, json_bytes
from api.access.service import Service
from api.http.leaving import unless_left
from api.operations import questions
from api.operations.requests import Ask
from rag.output.answer_json import answer_json
from rag.output.answer_text import prose_text

QUIET_SECONDS = 15.0  # the longest pause in a stream
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def answer_events(service: Service, request: Ask, token: str) -> AsyncIterator[bytes]:
    """Yield an event `quotes`, then `prose` as it is written, then `answer`.

    Each `prose` has what is to be put after the first `start` characters of the prose so far. A model may rewrite a
    follow-up; if that finds other quotes, `quotes` is sent again.
    """
    shown, last = "", None
    growing = service.work.stream(lambda stop: questions.answers(service, request, stop), token=token)
    async with aclosing(growing):
        async for answer in growing:
            if last is None or answer.quoted != last.quoted:
                yield _event("quotes", answer_json(answer))
            last = answer
            if answer.prose and (text := prose_text(answer.prose)) != shown:
                start = _same_start(shown, text)
                yield _event("prose", {"start": start, "text": text[start:]})
                shown = text
    if last is not None:
        yield _event("answer", answer_json(last))


def problem_event(problem: Problem) -> bytes:
    """Return the event that ends an answer that breaks off."""
    return _event("problem", problem.json)


async def stream_response(
    events: AsyncIterator[bytes], last_event: Callable[[Problem], bytes], left: Awaitable[None]
) -> StreamingResponse:
    """Return a response with events, and with a `last_event` if they break off.

    Raises what happens before the first of them, so that it gets its own status; and ClientDisconnect if `left` ends
    before.
    """
    first = await unless_left(anext(events), left)

    async def all_events() -> AsyncIterator[bytes]:
        yield first
        try:
            async for event in _with_comments(events):
                yield event
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 (one that we did not expect is logged)
            yield last_event(Problem.of(error))

    return StreamingResponse(all_events(), headers=_HEADERS, media_type="text/event-stream")


async def _with_comments(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield events, and a comment in each pause, which keeps proxies from closing the connection."""
    while True:
        awaited = asyncio.ensure_future(anext(events))
        try:
            while not (await asyncio.wait({awaited}, timeout=QUIET_SECONDS))[0]:
                yield b": still writing\n\n"
            try:
                event = awaited.result()
            except StopAsyncIteration:
                return
        finally:
            awaited.cancel()
            await asyncio.gather(awaited, return_exceptions=True)
        yield event


def _event(name: str, body: object) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), event_data(body))


def event_data(body: object) -> bytes:
    """Return JSON as the data of an event. Some clients end a line at more characters than the standard does."""
    written = json_bytes(body)
    for ending in "\u0085\u2028\u2029":
        written = written.replace(ending.encode(), rf"\u{ord(ending):04x}".encode())
    return written


def _same_start(one: str, other: str) -> int:
    """Return how many characters both texts begin with.

    >>> _same_start("He left.", "He left. She")
    8
    """
    pairs = zip(one, other, strict=False)
    return next((place for place, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))
