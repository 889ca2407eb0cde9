"""Chat: any OpenAI-compatible language model, asked once and read as it writes.

The client's silences are named here: an endpoint may send a login page, end in the middle
of a word or hang, and the `openai` client takes each of these for an answer. Nothing that
an endpoint or the client says is repeated in our sentences: it may hold the key.
"""

import json
import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast
from urllib.parse import urlsplit

from index.errors import ChatFailed, MissingKey
from index.settings import Settings
from index.tokens import count_tokens

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam


class Message(TypedDict):
    """A part of what is sent to a model."""

    role: Literal["system", "user", "assistant"]
    content: str


LONGEST_ANSWER = 12_000  # characters; what goes on beyond is a model that cannot stop
_OPENAI = "https://api.openai.com/v1"
_CONNECT_SECONDS = 5.0
# Told to come back sooner than this, we wait; later, the reader is told.
_LONGEST_WAIT_SECONDS = 5.0
_RETRY_SECONDS = 0.5
_LOOK_SECONDS = 0.05  # how soon a stop is noticed


@dataclass(frozen=True, slots=True)
class Thinking:
    """The model is at work and has written nothing for the reader yet."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took."""

    tokens_in: int
    tokens_out: int
    counted_here: bool  # by our tokenizer, as the endpoint did not say
    dollars: float | None  # None: no price is set

    def __add__(self, other: "Usage") -> "Usage":
        """Sum what two answers took; an unknown price makes the whole unknown."""
        return Usage(
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.counted_here or other.counted_here,
            None if self.dollars is None or other.dollars is None else self.dollars + other.dollars,
        )


class Stopped(Exception):
    """The reader has stopped the answer."""


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
        """Ask `name` at `base_url`, or at OpenAI's own address where that is empty."""
        self.name = name
        self.seconds = seconds
        self._base_url = base_url
        self._key = key
        self._answer_tokens = answer_tokens
        self._price = price
        self._takes_extras = True  # until the endpoint refuses what not all of them know
        parts = urlsplit(base_url)
        # Without a password that somebody put into the address: this is shown.
        self.where = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() or "OpenAI"

    def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, object] | None = None,
        stop: threading.Event | None = None,
        seconds: float | None = None,
        temperature: float = 0.0,
    ) -> Iterator[str | Thinking | Usage]:
        """Yield the answer's text as it comes, and last what it took.

        `schema` asks for JSON of that shape; an endpoint that cannot do so answers as it likes.
        Nothing is asked again once text has come. Raises ChatFailed where the answer does not
        end well within `seconds`, Stopped soon after `stop` is set, MissingKey before anything
        is sent.
        """
        self._check_key()
        pieces: queue.SimpleQueue[str | Thinking | Usage | ChatFailed | None] = queue.SimpleQueue()
        given_up = threading.Event()
        limit = self.seconds if seconds is None else seconds
        deadline = time.monotonic() + limit
        # The client blocks while it reads; here a stop and the deadline must be noticed all the same.
        extras = self._extras(schema, temperature) if self._takes_extras else {}
        arguments = (messages, extras, deadline, pieces, given_up)
        threading.Thread(target=self._read, args=arguments, name="chat", daemon=True).start()
        try:
            while True:
                if stop is not None and stop.is_set():
                    raise Stopped
                if time.monotonic() >= deadline:
                    raise self._failed(
                        f"did not finish within {limit:g} seconds", "Ask again, or raise DATELINE_CHAT_SECONDS"
                    )
                try:
                    piece = pieces.get(timeout=_LOOK_SECONDS)
                except queue.Empty:
                    continue
                if piece is None:
                    return
                if isinstance(piece, ChatFailed):
                    raise piece
                yield piece
        finally:
            given_up.set()

    def gave_nothing(self) -> ChatFailed:
        """Return what is said of an answer in which there is no word for the reader."""
        return self._failed("gave an empty answer", "Ask again, or try another model with DATELINE_CHAT_MODEL")

    def _read(
        self,
        messages: Sequence[Message],
        extras: Mapping[str, Any],
        deadline: float,
        pieces: "queue.SimpleQueue[str | Thinking | Usage | ChatFailed | None]",
        given_up: threading.Event,
    ) -> None:
        """Read the endpoint in a thread of its own; every way it can end is put on the queue."""
        try:
            for piece in self._ask(messages, extras, deadline, given_up):
                if given_up.is_set():
                    return
                pieces.put(piece)
            pieces.put(None)
        except ChatFailed as error:
            pieces.put(error)
        except Exception as error:  # noqa: BLE001 (the one boundary: the client lets all sorts of errors through)
            pieces.put(self._named(error))

    def _ask(
        self,
        messages: Sequence[Message],
        extras: Mapping[str, Any],
        deadline: float,
        given_up: threading.Event,
    ) -> Iterator[str | Thinking | Usage]:
        import openai

        answer = self._open(messages, extras, deadline, given_up)
        try:
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind == "application/json":
                yield from self._read_whole(json.loads(answer.http_response.read()), messages)
            elif kind in ("text/event-stream", ""):
                yield from self._read_chunks(answer.parse(), messages, given_up)
            else:
                raise self._failed(
                    f"answered with a page ({kind}) instead of a stream of text",
                    "Look at DATELINE_CHAT_BASE_URL: a login page or a web site may be there; the API's address often "
                    "ends in /v1",
                )
        except openai.APIConnectionError:
            raise self._failed("broke off in the middle of its answer", "Ask again") from None
        finally:
            answer.http_response.close()  # an endpoint whose reader has gone stops writing

    def _open(
        self,
        messages: Sequence[Message],
        extras: Mapping[str, Any],
        deadline: float,
        given_up: threading.Event,
    ) -> Any:
        """Send the question, once more where that may help, and return the answer before its text is read."""
        import openai

        tried_again = False
        while True:
            # While it reads, the deadline is kept by `stream`, which can say what it was.
            timeout = openai.Timeout(max(0.0, deadline - time.monotonic()) + 5, connect=_CONNECT_SECONDS)
            asking = self._client.with_options(timeout=timeout).chat.completions.with_raw_response
            try:
                answer = asking.create(
                    model=self.name, messages=cast("list[ChatCompletionMessageParam]", messages), stream=True, **extras
                )
            except openai.APIStatusError as error:
                if error.status_code in (400, 422) and extras and not _is_too_long(error):
                    extras = {}  # not every endpoint knows every wish: ask for the bare thing
                    continue
                wait = _seconds_to_wait(error)
                if tried_again or wait is None or wait > deadline - time.monotonic():
                    raise
            except openai.APITimeoutError:
                raise
            except openai.APIConnectionError:
                if tried_again:
                    raise
                wait = _RETRY_SECONDS
            else:
                self._takes_extras = bool(extras)
                return answer
            tried_again = True
            if given_up.wait(wait):
                raise Stopped

    def _extras(self, schema: Mapping[str, object] | None, temperature: float) -> dict[str, Any]:
        """Return what is asked for beside the text."""
        extras: dict[str, Any] = {"stream_options": {"include_usage": True}}
        if self._base_url:  # OpenAI's own reasoning models refuse both
            extras |= {"max_tokens": self._answer_tokens, "temperature": temperature}
        if schema:
            shape = {"name": "answer", "strict": True, "schema": schema}
            extras["response_format"] = {"type": "json_schema", "json_schema": shape}
        return extras

    def _read_chunks(
        self, stream: "openai.Stream[ChatCompletionChunk]", messages: Sequence[Message], given_up: threading.Event
    ) -> Iterator[str | Thinking | Usage]:
        text, reason, usage, called_tool, chunks = "", None, None, False, 0
        for chunk in stream:
            if given_up.is_set():
                return
            chunks += 1
            usage = getattr(chunk, "usage", None) or usage
            for choice in (getattr(chunk, "choices", None) or [])[:1]:
                reason = choice.finish_reason or reason
                delta = choice.delta
                if delta is None:
                    continue
                called_tool = called_tool or bool(delta.tool_calls)
                if isinstance(delta.content, str) and delta.content:
                    text += delta.content
                    yield delta.content
                else:
                    yield Thinking()
            if len(text) > LONGEST_ANSWER:
                raise self._failed(
                    f"wrote more than {LONGEST_ANSWER:,} characters and was stopped", "Ask again, or try another model"
                )
        if not chunks:
            raise self._failed(
                "ended its answer before the first word", "Ask again; look at DATELINE_CHAT_BASE_URL if it stays so"
            )
        took = (getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None))
        yield from self._end(text, reason, took, messages, called_tool=called_tool)

    def _read_whole(self, completion: Any, messages: Sequence[Message]) -> Iterator[str | Thinking | Usage]:
        """Read the JSON of an endpoint that does not stream."""
        choice = _first(_entry(completion, "choices"))
        message = _entry(choice, "message")
        text = _entry(message, "content")
        text = text[:LONGEST_ANSWER] if isinstance(text, str) else ""
        if text:
            yield text
        usage = _entry(completion, "usage")
        took = (_entry(usage, "prompt_tokens"), _entry(usage, "completion_tokens"))
        called_tool = bool(_entry(message, "tool_calls"))
        yield from self._end(text, _entry(choice, "finish_reason"), took, messages, called_tool=called_tool)

    def _end(
        self,
        text: str,
        reason: str | None,
        took: tuple[int | None, int | None],
        messages: Sequence[Message],
        *,
        called_tool: bool,
    ) -> Iterator[Usage]:
        """Yield what the answer took, or say why it is none."""
        tokens_in, tokens_out = took
        counted_here = tokens_in is None or tokens_out is None
        if tokens_in is None or tokens_out is None:
            tokens_in = sum(count_tokens(message["content"]) for message in messages)
            tokens_out = count_tokens(text)
        dollars = None
        if self._price is not None:
            dollars = (tokens_in * self._price[0] + tokens_out * self._price[1]) / 1_000_000
        yield Usage(tokens_in, tokens_out, counted_here, dollars)
        if not text.strip():
            if called_tool:
                raise self._failed(
                    "asked for a tool instead of answering", "Try another model with DATELINE_CHAT_MODEL"
                )
            raise self.gave_nothing()
        if reason == "length":
            raise self._failed("reached its length limit", "Raise DATELINE_CHAT_ANSWER_TOKENS, or ask for less at once")
        if reason == "content_filter":
            raise self._failed("was stopped by its provider's content filter", "Read the quotes, or try another model")
        if reason is None:
            raise self._failed("broke off without saying that it had finished", "Ask again")

    def _check_key(self) -> None:
        if not self._key and not self._base_url:
            raise MissingKey(
                f"The language model is {self.name!r}, but there is no OPENAI_API_KEY and no DATELINE_CHAT_BASE_URL. "
                "Set one of them in .env, or unset DATELINE_CHAT_MODEL to answer in quotes alone."
            )

    @cached_property
    def _client(self) -> "openai.OpenAI":
        import openai

        return openai.OpenAI(
            # The client insists on a key; a local server ignores it.
            api_key=self._key or "none",
            # Named outright: the client would take another address from OPENAI_BASE_URL.
            base_url=self._base_url or _OPENAI,
            max_retries=0,  # the client would sleep up to two minutes where an endpoint tells it to
            # A redirect would carry the articles to an address nobody set.
            http_client=openai.DefaultHttpxClient(follow_redirects=False),
        )

    def _named(self, error: Exception) -> ChatFailed:
        """Name what went wrong, without a word of the error: it may hold the key or the prompt."""
        import openai

        if isinstance(error, openai.APIStatusError):
            return self._named_status(error)
        if isinstance(error, openai.APITimeoutError):
            return self._failed(
                f"could not be reached within {_CONNECT_SECONDS:g} seconds",
                "See that it is running, and look at DATELINE_CHAT_BASE_URL",
            )
        if isinstance(error, openai.APIConnectionError):
            return self._failed("cannot be reached", "See that it is running, and look at DATELINE_CHAT_BASE_URL")
        if isinstance(error, openai.APIError):
            return self._failed("reported an error in the middle of its answer", "Ask again")
        if isinstance(error, ValueError):  # JSONDecodeError and UnicodeDecodeError are such
            return self._failed(
                "sent something that is not JSON", "Look at DATELINE_CHAT_BASE_URL; the API's address often ends in /v1"
            )
        return self._failed("broke off in the middle of its answer", "Ask again")

    def _named_status(self, error: "openai.APIStatusError") -> ChatFailed:
        status = error.status_code
        if _is_too_long(error):
            return self._failed("was sent more text than it can read", "Lower DATELINE_CHAT_PROMPT_TOKENS")
        if status in (401, 403):
            return self._failed(f"refused the key (status {status})", "Check OPENAI_API_KEY")
        if status == 404:
            return self._failed(
                "is not known there (status 404)",
                "Check DATELINE_CHAT_MODEL, and DATELINE_CHAT_BASE_URL, which often ends in /v1",
            )
        if status == 429:
            if error.type == "insufficient_quota" or error.code == "insufficient_quota":
                return self._failed("says that the account has no credit left (status 429)", "Look at its account")
            wait = _told_to_wait(error)
            when = f"in {wait:.0f} seconds" if wait else "in a minute"
            return self._failed("has had too many questions for now (status 429)", f"Ask again {when}")
        if 300 <= status < 400:
            return self._failed(
                f"points to another address (status {status}), which is not followed: the articles would go there",
                "Set DATELINE_CHAT_BASE_URL to the right address",
            )
        if status >= 500:
            return self._failed(f"has trouble of its own (status {status})", "Ask again in a while")
        return self._failed(f"refused the question (status {status})", "Check DATELINE_CHAT_MODEL")

    def _failed(self, what: str, remedy: str) -> ChatFailed:
        return ChatFailed(f"The language model ({self.name} at {self.where}) {what}. {remedy}.")


def build_chats(settings: Settings) -> tuple[ChatModel, ...]:
    """Build the models that the settings name, the preferred one first; none where answers are quotes alone."""
    return tuple(build_chat(settings, name) for name in settings.chat_models)


def build_chat(settings: Settings, name: str) -> ChatModel:
    """Build one model by name, at the endpoint of the settings."""
    return ChatModel(
        name,
        base_url=settings.chat_base_url,
        key=settings.openai_api_key.get_secret_value(),
        seconds=settings.chat_seconds,
        answer_tokens=settings.chat_answer_tokens,
        price=settings.prices.get(name),
    )


def _entry(of: Any, name: str) -> Any:
    return of.get(name) if isinstance(of, dict) else None


def _first(of: Any) -> Any:
    return of[0] if isinstance(of, list) and of else None


def _is_too_long(error: "openai.APIStatusError") -> bool:
    return "context_length_exceeded" in (error.code, error.type) or error.type == "exceed_context_size_error"


def _seconds_to_wait(error: "openai.APIStatusError") -> float | None:
    """Tell how long to wait before asking once more, or None where that would not help."""
    if error.status_code == 429:
        wait = _told_to_wait(error)
        return wait if wait is not None and wait <= _LONGEST_WAIT_SECONDS else None
    return _RETRY_SECONDS if error.status_code in (408, 409) or error.status_code >= 500 else None


def _told_to_wait(error: "openai.APIStatusError") -> float | None:
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return None  # not given, or given as a date
