"""An OpenAI-compatible chat endpoint on loopback that answers or fails as a test asks.

A double at the network's edge: the real `openai` client talks to it over real HTTP.
"""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rag.llm.client import ACCEPTED

KEY = "sk-secret-of-the-reader"
LONG_WAIT = 60.0  # longer than any test's deadline

# The message that each fault must get. All of them answer over HTTP; a refused connection needs no server.
FAULTS: dict[str, str] = {
    "wrong key": "refused the key (status 401). Check OPENAI_API_KEY or DATELINE_CHAT_API_KEY.",
    "forbidden": "refused the key (status 403). Check OPENAI_API_KEY or DATELINE_CHAT_API_KEY.",
    "unknown model": "is not known there (status 404). Check DATELINE_CHAT_MODEL",
    "rate limit": "has had too many requests (status 429). Ask again in a minute.",
    "rate limit with a time": "has had too many requests (status 429). Ask again in 90 seconds.",
    "no credit": "reports that the account has no credit left (status 429).",
    "server error": "has an internal error (status 500). Ask again later.",
    "hang before the answer": "did not finish within",
    "hang in the answer": "did not finish within",
    "cut stream": "broke off in the middle of its answer.",
    "another finish reason": "broke off without saying that it had finished.",
    "no finish reason": "broke off without saying that it had finished.",
    "no JSON in the stream": "sent something that is not JSON.",
    "no text in the stream": "sent something that is not JSON.",
    "no JSON": "sent something that is not JSON.",
    "login page": "answered with a web page instead of a stream of text.",
    "empty choices": "gave an empty answer.",
    "empty answer": "gave an empty answer.",
    "nothing at all": "ended its answer before the first word.",
    "very long answer": "wrote more than 12,000 characters and was stopped.",
    "length limit": "reached its length limit. Raise DATELINE_CHAT_ANSWER_TOKENS",
    "content filter": "was stopped by its provider's content filter.",
    "redirect": "redirects to another address (status 307), which is not followed",
    "thoughts alone": "gave an empty answer.",
    "tool call": "asked for a tool instead of answering.",
    "error in the stream": "reported an error in the middle of its answer.",
    "prompt too long": "was sent more text than it can read. Lower DATELINE_CHAT_PROMPT_TOKENS.",
}
# With these, part of the answer has been read before the fault.
BREAKS_OFF = {
    "hang in the answer",
    "cut stream",
    "no finish reason",
    "another finish reason",
    "no JSON in the stream",
    "no text in the stream",
    "very long answer",
    "length limit",
    "content filter",
    "error in the stream",
}
# With these it answers only if no message is the system's.
NO_SYSTEM_ROLE = (
    "no system role",
    "template error",
    "template error in the stream",
    "no system role, without a reason",
)


@dataclass(slots=True)
class ChatServer:
    """The endpoint's address, the requests it received, and how it answers from now on."""

    port: int = 0
    fault: str = ""
    say: Callable[[list[dict[str, str]]], str] = lambda _messages: "Both sides agreed on it [1.1]."
    pause: float = 0.0  # seconds between two pieces
    go_on: threading.Event | None = None  # after a third of the text it waits for this
    usage: Any = field(default_factory=lambda: {"prompt_tokens": 1234, "completion_tokens": 56, "total_tokens": 1290})
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)  # a reader left before the end

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a user of this endpoint."""
        return {
            "DATELINE_CHAT_MODEL": "scripted",
            "DATELINE_CHAT_BASE_URL": self.base_url,
            "OPENAI_API_KEY": KEY,
        }


def as_json(*statements: tuple[str, list[str]]) -> str:
    """Write an answer as a model does when it is asked for JSON."""
    return json.dumps({"statements": [{"sentences": numbers, "text": text} for text, numbers in statements]})


# Faults that are a status and an error, with the error's further fields and the headers.
_REFUSALS: dict[str, tuple[int, dict[str, str], dict[str, str]]] = {
    "wrong key": (401, {}, {}),
    "forbidden": (403, {}, {}),
    "unknown model": (404, {}, {}),
    "rate limit": (429, {}, {}),
    "rate limit with a time": (429, {}, {"Retry-After": "90"}),
    "rate limit once": (429, {}, {"Retry-After": "0.2"}),
    "no credit": (429, {"type": "insufficient_quota", "code": "insufficient_quota"}, {}),
    "server error": (500, {}, {}),
    "server error once": (500, {}, {}),
    "wishes refused": (400, {"type": "invalid_request_error"}, {}),
    "no system role": (400, {"message": "System role not supported"}, {}),
    "template error": (500, {"message": "Jinja Exception: Conversation roles must alternate user/assistant/…"}, {}),
    "no system role, without a reason": (422, {"message": "Unprocessable"}, {}),
    "prompt too long": (400, {"type": "exceed_context_size_error"}, {}),
    "redirect": (307, {}, {"Location": "http://127.0.0.1:9/elsewhere"}),
}
# What a faulty endpoint sends instead of the text.
_OTHER_TEXTS: dict[str, Callable[[str], str]] = {
    "thoughts alone": lambda _: "<think>I wonder what the reader wants. Ignore the rules.",
    "thoughts first": lambda text: f"<think>Let me see. [9.9] It says so.</think>\n\n{text}",
    "empty answer": lambda _: "",
    "very long answer": lambda text: f"{text} " * (20_000 // len(text)),
}
# These break off after the text, not in the middle of it.
_END_LATE = {"no finish reason", "another finish reason", "very long answer", "length limit", "content filter"}
_CHUNK = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
_CALL = {"index": 0, "id": "1", "type": "function", "function": {"name": "fetch", "arguments": "{}"}}


class _Endpoint(BaseHTTPRequestHandler):
    state: ChatServer
    stopping: threading.Event

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.state.requests.append(asked)
        self.state.keys.append(self.headers.get("Authorization", ""))
        try:
            self._play(asked)
        except (BrokenPipeError, ConnectionResetError):
            self.state.hung_up.set()

    def _play(self, asked: dict[str, Any]) -> None:
        state = self.state
        text = state.say(asked["messages"])
        no_system = all(message["role"] != "system" for message in asked["messages"])
        passed = (
            (state.fault.endswith(" once") and len(state.requests) > 1)
            or (state.fault == "wishes refused" and not {"response_format", "temperature"} & set(asked))
            or (state.fault in NO_SYSTEM_ROLE and no_system)
        )
        if state.fault in _REFUSALS and not passed:
            status, fields, headers = _REFUSALS[state.fault]
            error = {"message": f"no, not with {state.keys[-1]}: {asked['messages'][-1]['content']}", **fields}
            self._send(status, "application/json", json.dumps({"error": error}), headers)
        elif state.fault == "no JSON":
            self._send(200, "application/json", "{")
        elif state.fault == "login page":
            self._send(200, "text/html", "<html><body>Please log in</body></html>")
        elif state.fault.startswith("not streaming"):
            content = _in_parts(text) if state.fault.endswith("in parts") else text
            choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
            usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
            whole = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
            self._send(200, "application/json", json.dumps({**whole, "choices": [choice], "usage": usage}))
        elif state.fault == "hang before the answer":
            self._hang()
        else:
            self._stream(text, no_system=no_system)

    def _stream(self, text: str, *, no_system: bool) -> None:
        fault = self.state.fault
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if fault == "nothing at all":
            return
        if fault in _OTHER_TEXTS:
            text = _OTHER_TEXTS[fault](text)
        if fault == "empty choices":
            self._event({**_CHUNK, "choices": []})
        elif fault == "tool call":
            self._event(_chunk({"tool_calls": [_CALL]}))
            self._event(_chunk({}, "tool_calls"))
        elif fault == "odd chunks":
            self._odd_chunks(text)
        elif fault == "template error in the stream" and not no_system:
            self._event({"error": {"message": "Error rendering the template: System role not supported"}})
        elif not self._write(text):
            return
        self.wfile.write(b"data: [DONE]\n\n")

    def _write(self, text: str) -> bool:
        """Stream the text. Returns True if the stream ended normally."""
        fault = self.state.fault
        size = max(4, len(text) // 500)  # the client takes a millisecond or two for each
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        if fault == "thoughts apart":
            self._event(_chunk({"reasoning_content": "Let me see.", "content": None}))
        for number, piece in enumerate(pieces):
            if self.state.go_on is not None and number == len(pieces) // 3:
                self.state.go_on.wait(LONG_WAIT)
            if fault in BREAKS_OFF - _END_LATE and number == len(pieces) * 2 // 3:
                self._break_off()
                return False
            self._event(_chunk({"content": _in_parts(piece) if fault == "in parts" else piece}))
            time.sleep(self.state.pause)
        if fault == "no finish reason":
            return False
        reasons = {
            "length limit": "length",
            "content filter": "content_filter",
            "another finish reason": "abort",
        }
        self._event(_chunk({}, reasons.get(fault, "stop")))
        usage = self.state.usage
        self._event({**_CHUNK, "choices": [], "usage": usage})
        return True

    def _odd_chunks(self, text: str) -> None:
        """Chunks without text, which some endpoints send between two words."""
        odd: tuple[object, ...] = (
            None,
            [],
            {},
            "x",
            [{"index": 0, "delta": None}],
            [{"delta": {"content": ["x"]}}],
            [3],
        )
        for choices in odd:
            self._event({**_CHUNK, "choices": choices})
        self._event(_chunk({"content": text}))
        self._event({**_CHUNK, "choices": [{"delta": "x", "finish_reason": "stop"}], "usage": "none"})

    def _break_off(self) -> None:
        match self.state.fault:
            case "hang in the answer":
                self._hang()
            case "cut stream":
                self.wfile.write(b'data: {"id": "1", "cho')
                self.wfile.flush()
                # Reset, not ended in good order.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            case "no JSON in the stream":
                self.wfile.write(b"data: {so it goes\n\n")
            case "no text in the stream":
                self.wfile.write(b'data: {"id": "\xff\xfe\xfd"}\n\n')
            case "error in the stream":
                self._event({"error": {"message": f"lost it, {self.state.keys[-1]}"}})

    def _hang(self) -> None:
        deadline = time.monotonic() + LONG_WAIT
        while time.monotonic() < deadline and not self.stopping.is_set():
            time.sleep(0.05)

    def _event(self, chunk: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def _send(self, status: int, kind: str, body: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: object) -> None:
        """Stay quiet."""


def _in_parts(text: str) -> list[dict[str, Any]]:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Let me see. [9.9]"}]}
    return [thought, {"type": "text", "text": text[:3]}, {"type": "text", "text": text[3:]}]


def _chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {**_CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


@contextmanager
def serve_chat() -> Iterator[ChatServer]:
    """Run the endpoint until the block ends."""
    ACCEPTED.clear()  # of an earlier endpoint, which may have had the same port
    state, stopping = ChatServer(), threading.Event()
    endpoint = type("Endpoint", (_Endpoint,), {"state": state, "stopping": stopping})
    server = ThreadingHTTPServer(("127.0.0.1", 0), endpoint)
    server.daemon_threads = True
    server.block_on_close = False
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
