"""Ask any OpenAI-compatible language model, and read its answer as it writes.

An endpoint may send a login page, end in the middle of a word or hang. The `openai` client takes each of these for an
answer; here each is an error.
"""

import asyncio
import contextlib
import json
import logging
import queue
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from index.core.errors import ChatFailed, MissingKey
from index.core.openai_import import load_openai
from index.core.settings import Settings
from index.core.urls import OPENAI, is_this_machine, shown_address
from index.text.tokens import count_tokens
from rag.llm import failures as faults
from rag.llm.failures import CONNECT_SECONDS, Fault
from rag.llm.messages import Message, has_system_role, text_of, without_system_role

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionMessageParam

logger = logging.getLogger(__name__)

LONGEST_ANSWER = 12_000  # characters; a model that writes more cannot stop
_LONGEST_BODY = 1_000_000  # bytes of an answer that comes in one piece
_MOST_TOKENS = 1_000_000_000  # a larger count is a mistake of the endpoint
_LOOK_SECONDS = 0.05  # how soon a stop is noticed
# Options of a request, in the order in which they are given up if an endpoint refuses them.
_OPTIONS = ("response_format", "temperature", "max_tokens", "stream_options")
_THOUGHT = "think|thinking|thought|reasoning"
_THOUGHTS = re.compile(
    rf"<({_THOUGHT})>.*?(?:</\1>|\Z)|\[({_THOUGHT})\].*?(?:\[/\2\]|\Z)|◁({_THOUGHT})▷.*?(?:◁/\3▷|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_THOUGHTS_END = re.compile(
    rf"\A.*(?:</(?:{_THOUGHT})>|\[/(?:{_THOUGHT})\]|◁/(?:{_THOUGHT})▷)", re.DOTALL | re.IGNORECASE
)
_TOO_LONG = Fault(
    f"wrote more than {LONGEST_ANSWER:,} characters and was stopped",
    "Ask again, or try another model with DATELINE_CHAT_MODEL",
)


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens and the cost of an answer."""

    tokens_in: int
    tokens_out: int
    counted_here: bool  # by our tokenizer, because the endpoint did not report it
    dollars: float | None  # None: no price is set

    def __add__(self, other: "Usage") -> "Usage":
        """Add the usage of two answers; if one price is unknown, so is the sum."""
        return Usage(
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.counted_here or other.counted_here,
            None if self.dollars is None or other.dollars is None else self.dollars + other.dollars,
        )


class Stopped(Exception):
    """The user has stopped the answer."""


class _Broken(Exception):
    """An answer that did not end well; becomes a ChatFailed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what)
        self.fault = fault


Piece = str | Usage


@dataclass(slots=True)
class Accepted:
    """What a model's endpoint is known to refuse; learnt while it is used."""

    refused: int = 0  # how many of the options
    system_role: bool = True


# What is known in this process, by address and model: a front end may make a new `ChatModel` for each question.
ACCEPTED: dict[tuple[str, str], Accepted] = {}


class ChatModel:
    """One language model at one endpoint, through the `openai` client. May be used from many threads."""

    def __init__(
        self,
        name: str,
        *,
        base_url: str,
        key: str,
        seconds: float,
        answer_tokens: int,
        price: tuple[float, float] | None = None,
    ) -> None:
        """Use the model `name` at `base_url`, or at OpenAI's own address if that is empty."""
        self.name = name
        self.where = shown_address(base_url)
        self.seconds = seconds
        self._base_url = base_url
        self._key = key
        self._answer_tokens = answer_tokens
        self._price = price
        self._accepted = ACCEPTED.setdefault((base_url, name), Accepted())

    def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, object] | None = None,
        stop: threading.Event | None = None,
        seconds: float | None = None,
        temperature: float = 0.0,
    ) -> Iterator[Piece]:
        """Yield the answer's text as it comes, "" while none comes, and last its usage.

        `schema` asks for JSON of that shape; an endpoint that does not support schemas ignores it. A request is not
        repeated once text has come. However the answer ends, the connection is closed then, so that the endpoint
        stops writing.

        Raises ChatFailed if the answer does not end well within `seconds`, Stopped soon after `stop` is set, and
        MissingKey before anything is sent.
        """
        if stop is not None and stop.is_set():
            raise Stopped
        self._check_key()
        deadline = time.monotonic() + (self.seconds if seconds is None else seconds)
        request = _Request(self, messages, self._options(schema, temperature))
        try:
            while True:
                if stop is not None and stop.is_set():
                    raise Stopped
                if time.monotonic() >= deadline:
                    what = f"did not finish within {self.seconds:g} seconds"
                    raise self.failed(Fault(what, "Ask again, or raise DATELINE_CHAT_SECONDS"))
                try:
                    piece = request.pieces.get(timeout=_LOOK_SECONDS)
                except queue.Empty:
                    yield ""
                    continue
                if piece is None:
                    return
                if isinstance(piece, Fault):
                    raise self.failed(piece)
                yield piece
        finally:
            request.give_up()

    def failed(self, fault: Fault) -> ChatFailed:
        """Return the error for a fault, and log it."""
        logger.warning("The language model (%s at %s) %s.", self.name, self.where, fault.what)
        return ChatFailed(f"The language model ({self.name} at {self.where}) {fault.what}. {fault.remedy}.")

    def make_client(self) -> "openai.AsyncOpenAI":
        """Make a client for one request."""
        import openai

        return openai.AsyncOpenAI(
            # The client requires a key; a local server ignores it.
            api_key=self._key or "none",
            # Always given: the client would take another address from OPENAI_BASE_URL.
            base_url=self._base_url or OPENAI,
            max_retries=0,  # the client would sleep up to two minutes if an endpoint asks it to
            timeout=openai.Timeout(None, connect=CONNECT_SECONDS),  # the deadline limits the rest
            # A redirect would send the articles to an address that is not in the settings, a proxy off this machine.
            http_client=openai.DefaultAsyncHttpxClient(
                follow_redirects=False, trust_env=not is_this_machine(self._base_url)
            ),
        )

    async def open(self, client: "openai.AsyncOpenAI", messages: Sequence[Message], options: Mapping[str, Any]) -> Any:
        """Send the request, a second time if that may help, and return the response before its text is read."""
        import openai

        tried_again = False
        accepted = self._accepted
        refused = accepted.refused
        sent = messages if accepted.system_role else without_system_role(messages)
        while True:
            granted = {name: options[name] for name in _OPTIONS[refused:] if name in options}
            try:
                answer = await client.chat.completions.with_raw_response.create(
                    model=self.name,
                    messages=cast("list[ChatCompletionMessageParam]", sent),
                    stream=True,
                    **granted,
                )
            except openai.APITimeoutError:
                raise
            except (openai.APIStatusError, openai.APIConnectionError) as error:
                may_refuse = _may_refuse_the_form(error)
                # An endpoint may refuse it without a reason, so it is given up after the options too.
                if has_system_role(sent) and (faults.names_system_role(error) or (may_refuse and not granted)):
                    sent = without_system_role(messages)
                    continue
                if granted and may_refuse:
                    # Not every endpoint knows every option: give them up, one by one.
                    refused = _OPTIONS.index(next(iter(granted))) + 1
                    continue
                wait = faults.seconds_to_wait(error)
                if tried_again or wait is None:
                    raise
            else:
                accepted.refused = refused
                accepted.system_role = accepted.system_role and sent is messages
                return answer
            tried_again = True
            await asyncio.sleep(wait)

    def gives_up_system_role(self, messages: Sequence[Message], error: "openai.APIError") -> bool:
        """Return True if an error in the stream is about the system role in `messages`, which is not sent again."""
        if not (self._accepted.system_role and has_system_role(messages) and faults.names_system_role(error)):
            return False
        self._accepted.system_role = False
        return True

    def count(self, messages: Sequence[Message], text: str, usage: Any) -> Usage:
        """Return the usage of an answer: as the endpoint reports it if that makes sense, else counted here."""
        counts = [_entry(usage, name) for name in ("prompt_tokens", "completion_tokens")]
        counted_here = not all(type(count) is int and 0 <= count < _MOST_TOKENS for count in counts)
        if counted_here:
            counts = [sum(count_tokens(message["content"]) for message in messages), count_tokens(text)]
        tokens_in, tokens_out = counts
        dollars = None
        if self._price is not None:
            dollars = (tokens_in * self._price[0] + tokens_out * self._price[1]) / 1_000_000
        return Usage(tokens_in, tokens_out, counted_here, dollars)

    def _check_key(self) -> None:
        if not self._key and not self._base_url:
            raise MissingKey(
                f"The language model is {self.name!r}, but there is no OPENAI_API_KEY and no DATELINE_CHAT_BASE_URL. "
                "Set one of them in .env, or unset DATELINE_CHAT_MODEL to answer with quotes only."
            )

    def _options(self, schema: Mapping[str, object] | None, temperature: float) -> dict[str, Any]:
        options: dict[str, Any] = {"stream_options": {"include_usage": True}}
        if self._base_url:  # OpenAI's own reasoning models refuse both
            options |= {"max_tokens": self._answer_tokens, "temperature": temperature}
        if schema:
            shape = {"name": "answer", "strict": True, "schema": schema}
            options["response_format"] = {"type": "json_schema", "json_schema": shape}
        return options


class _Request:
    """A request to a model, read in a separate thread because the client blocks while it reads.

    The caller watches for a stop and for the deadline. Giving up cancels the reading wherever it is, and closes the
    connection.
    """

    def __init__(self, chat: ChatModel, messages: Sequence[Message], options: Mapping[str, Any]) -> None:
        self.pieces: queue.SimpleQueue[Piece | Fault | None] = queue.SimpleQueue()
        self._chat = chat
        self._messages = messages
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._read())
        threading.Thread(target=self._run, name="chat", daemon=True).start()

    def give_up(self) -> None:
        """Stop reading; does nothing if it has ended."""
        # A loop that is closed raises RuntimeError.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._task.cancel)

    def _run(self) -> None:
        try:
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._task)
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _read(self) -> None:
        """Read the endpoint; put the text, and how it ended, on the queue."""
        try:
            load_openai()
            async with self._chat.make_client() as client:
                await self._read_from(client)
            self.pieces.put(None)
        except _Broken as error:
            self.pieces.put(error.fault)
        except Exception as error:  # the one boundary: the client lets all sorts of errors through
            fault = faults.fault_of_error(error)
            if fault is None:
                logger.exception("Cannot read the answer of the language model %s.", self._chat.name)
                fault = faults.unexpected(error)
            self.pieces.put(fault)

    async def _read_from(self, client: "openai.AsyncOpenAI") -> None:
        """Send the request and read its answer; a second time if its first word is that there is no system role."""
        import openai

        answer = await self._chat.open(client, self._messages, self._options)
        begun = False
        try:
            async for piece in self._read_answer(answer):
                begun = True
                self.pieces.put(piece)
        except openai.APIError as error:
            if begun or not self._chat.gives_up_system_role(self._messages, error):
                raise
        else:
            return
        finally:
            await answer.http_response.aclose()
        await self._read_from(client)

    async def _read_answer(self, answer: Any) -> AsyncIterator[Piece]:
        import openai

        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            if kind == "text/html":
                raise _Broken(faults.WEB_PAGE)
            if kind == "application/json":
                reading = self._read_whole(answer.http_response)
            else:
                reading = self._read_chunks(answer.parse())
            async for piece in reading:
                yield piece
        except openai.APIConnectionError:
            raise _Broken(faults.BROKE_OFF) from None

    async def _read_chunks(self, chunks: "openai.AsyncStream[Any]") -> AsyncIterator[Piece]:
        text, reason, usage, called_tool, any_chunk = "", None, None, False, False
        async for chunk in chunks:
            any_chunk = True
            fields = chunk.model_dump(warnings=False) if hasattr(chunk, "model_dump") else chunk
            usage = _entry(fields, "usage") or usage
            choice = _first(_entry(fields, "choices"))
            delta = _entry(choice, "delta")
            reason = _entry(choice, "finish_reason") or reason
            called_tool = called_tool or bool(_entry(delta, "tool_calls"))
            if piece := text_of(_entry(delta, "content")):
                text += piece
                yield piece
            if len(text) > LONGEST_ANSWER:
                raise _Broken(_TOO_LONG)
        if not any_chunk:
            raise _Broken(faults.NOTHING_AT_ALL)
        async for took in self._end(text, reason, usage, called_tool=called_tool):
            yield took

    async def _read_whole(self, response: Any) -> AsyncIterator[Piece]:
        """Read an endpoint that does not stream."""
        body = b""
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _LONGEST_BODY:
                raise _Broken(_TOO_LONG)
        fields = json.loads(body)
        choice = _first(_entry(fields, "choices"))
        message = _entry(choice, "message")
        text = text_of(_entry(message, "content"))
        if text:
            yield text[:LONGEST_ANSWER]
        if len(text) > LONGEST_ANSWER:
            raise _Broken(_TOO_LONG)
        reason, called_tool = _entry(choice, "finish_reason"), bool(_entry(message, "tool_calls"))
        async for took in self._end(text, reason, _entry(fields, "usage"), called_tool=called_tool):
            yield took

    async def _end(self, text: str, reason: Any, usage: Any, *, called_tool: bool) -> AsyncIterator[Usage]:
        """Yield the usage of the answer, then raise what is wrong with its end."""
        yield self._chat.count(self._messages, text, usage)
        if not text.strip():
            raise _Broken(faults.TOOL_CALL if called_tool else faults.NO_WORD)
        if fault := faults.fault_of_end(reason if isinstance(reason, str) else None):
            raise _Broken(fault)


def without_thoughts(text: str) -> str:
    """Leave out a model's marked thoughts, before or between its words.

    >>> without_thoughts("<think>Let me see.</think>Both agreed."), without_thoughts("Both [THINK]so I th")
    ('Both agreed.', 'Both ')
    """
    # Some models begin inside the tag.
    return _THOUGHTS_END.sub("", _THOUGHTS.sub("", text))


def build_chats(settings: Settings) -> tuple[ChatModel, ...]:
    """Build the models of the settings, the default one first; none if answers are quotes only."""
    return tuple(build_chat(settings, name) for name in settings.chat_models)


def choose_chat(settings: Settings, name: str | None = None) -> ChatModel | None:
    """Build the model of that name, or else the preferred one of the settings. Returns None if no model is set."""
    return build_chat(settings, name) if name else next(iter(build_chats(settings)), None)


def build_chat(settings: Settings, name: str) -> ChatModel:
    """Build the model of that name, at the endpoint of the settings."""
    return ChatModel(
        name,
        base_url=settings.chat_base_url,
        key=(settings.chat_api_key or settings.openai_api_key).get_secret_value(),
        seconds=settings.chat_seconds,
        answer_tokens=settings.chat_answer_tokens,
        price=settings.prices.get(name),
    )


def _may_refuse_the_form(error: Exception) -> bool:
    import openai

    if not isinstance(error, openai.APIStatusError):
        return False
    return error.status_code in (400, 422) and not faults.is_too_long(error)


def _entry(of: Any, name: str) -> Any:
    return of.get(name) if isinstance(of, dict) else None


def _first(of: Any) -> Any:
    return of[0] if isinstance(of, list) and of else None
