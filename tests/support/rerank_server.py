"""A reranker on loopback that answers in the form of several servers, or fails as a test asks.

A double at the network's edge: the client talks to it over real HTTP. A text's score grows with the words of the
question in it.
"""

import json
import math
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

KEY = "sk-secret-of-the-reader"
LONG_WAIT = 60.0  # longer than any test's deadline

# The message that each fault must get.
FAULTS: dict[str, str] = {
    "wrong key": "refused the key (status 401). Expected one score for each text. Check DATELINE_RERANK_API_KEY.",
    "unknown": "is not known there (status 404).",
    "rate limit": "has had too many requests (status 429).",
    "server error": "has an internal error (status 500).",
    "no reranker": "has an internal error (status 501).",
    "refused": "refused the request (status 422).",
    "redirect": "redirects to another address (status 307), which is not followed",
    "login page": "answered with a web page instead of scores.",
    "no JSON": "sent something that is not JSON.",
    "deep JSON": "sent something that is not JSON.",
    "an error": "sent no list of results.",
    "numbers only": "sent no list of results.",
    "too few": "sent scores for other texts than the 3 it was sent.",
    "twice the same": "sent scores for other texts than the 3 it was sent.",
    "wrong indices": "sent scores for other texts than the 3 it was sent.",
    "not a number": "sent a score that is not a number.",
    "no number": "sent a score that is not a number.",
    "huge number": "sent a score that is not a number.",
    "too long": "sent more than 1,000,000 bytes.",
    "cut off": "broke off its answer.",
    "hang": "did not answer within 2 seconds.",
    "drip": "did not answer within 2 seconds.",
}
_STATUS = {
    "wrong key": 401,
    "unknown": 404,
    "rate limit": 429,
    "server error": 500,
    "no reranker": 501,
    "refused": 422,
    "redirect": 307,
}
_OTHER_BODIES = {
    "no JSON": "{" + KEY,
    "deep JSON": "[" * 200_000,
    "an error": json.dumps({"error": {"message": KEY}}),
    "numbers only": json.dumps({"results": [0.5, 0.5, 0.5]}),
}
# Changes of the results, which are sorted by their scores; the second argument is the name of the score.
_SPOIL: dict[str, Callable[[list[dict[str, Any]], str], object]] = {
    "too few": lambda results, _: results.pop(),
    "twice the same": lambda results, _: results[-1].update(results[0]),
    "wrong indices": lambda results, _: results[0].update(index=len(results)),
    "not a number": lambda results, name: results[-1].update({name: math.nan}),
    "no number": lambda results, name: results[-1].update({name: None}),
    "huge number": lambda results, name: results[-1].update({name: 10**400}),
    "too long": lambda results, _: results[0].update(document="x" * 1_100_000),
}


@dataclass(slots=True)
class RerankServer:
    """The endpoint's port, the requests it received, and how it answers from now on."""

    port: int = 0
    paths: tuple[str, ...] = ("/rerank", "/v1/rerank")
    tei: bool = False  # the form of Text Embeddings Inference, else that of Cohere and Jina
    logits: bool = False
    fault: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # the paths
    keys: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def logit(question: str, text: str) -> float:
    """Return how much a text shares with a question, as a number below and above zero."""
    words = set(question.lower().strip("?").split())
    return 4.0 * len(words & set(text.lower().strip(".").split())) / len(words) - 1.5


class _Endpoint(BaseHTTPRequestHandler):
    state: RerankServer
    stopping: threading.Event

    def do_POST(self) -> None:
        state = self.state
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        state.requests.append(asked)
        state.asked.append(self.path)
        state.keys.append(self.headers.get("Authorization", ""))
        texts = asked.get("texts" if state.tei else "documents")
        if self.path not in state.paths:
            self._send(404, "{}")
        elif state.fault in _STATUS:
            self._send(_STATUS[state.fault], json.dumps({"message": f"no, not with {state.keys[-1]}: {asked}"}))
        elif texts is None:
            self._send(422, "Failed to deserialize the JSON body: missing field", "text/plain")
        elif state.fault in ("hang", "drip", "cut off"):
            self._break()
        elif state.fault == "login page":
            self._send(200, f"<html>Please log in, {state.keys[-1]}</html>", "text/html; charset=utf-8")
        else:
            self._send(200, self._body(asked["query"], texts))

    def _body(self, question: str, texts: list[str]) -> str:
        name = "score" if self.state.tei else "relevance_score"
        logits = [logit(question, text) for text in texts]
        scores = logits if self.state.logits else [1 / (1 + math.exp(-score)) for score in logits]
        results: list[dict[str, Any]] = [{"index": number, name: score} for number, score in enumerate(scores)]
        results.sort(key=lambda result: -result[name])
        if self.state.fault in _OTHER_BODIES:
            return _OTHER_BODIES[self.state.fault]
        if spoil := _SPOIL.get(self.state.fault):
            spoil(results, name)
        return json.dumps(results if self.state.tei else {"id": "1", "results": results, "meta": {}})

    def _break(self) -> None:
        self.close_connection = True
        if self.state.fault == "cut off":
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"res')
            self.wfile.flush()
            # Reset, not ended in good order.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        if self.state.fault == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        deadline = time.monotonic() + LONG_WAIT
        while time.monotonic() < deadline and not self.stopping.wait(0.1):
            if self.state.fault == "drip":
                self.wfile.write(b"X: y\r\n")

    def _send(self, status: int, body: str, kind: str = "application/json") -> None:
        self.send_response(status)
        if status == 307:
            self.send_header("Location", f"http://127.0.0.1:9/elsewhere?key={quote(self.state.keys[-1])}")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: object) -> None:
        """Stay quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: the tests look at the client's side."""


@contextmanager
def serve_rerank() -> Iterator[RerankServer]:
    """Run the endpoint until the block ends."""
    state, stopping = RerankServer(), threading.Event()
    server = _Server(("127.0.0.1", 0), type("Endpoint", (_Endpoint,), {"state": state, "stopping": stopping}))
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
