"""An OpenAI-compatible embeddings endpoint on loopback that answers or fails as a test asks.

A double at the network's edge: the real `openai` client talks to it over real HTTP.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

# Those with a body repeat the key in it.
FAULTS = ("wrong key", "login page", "not json", "too few", "not a number", "redirect")


@dataclass(slots=True)
class EmbeddingServer:
    """The endpoint's address, the requests it received, and how it answers from now on."""

    port: int = 0
    fault: str = ""
    dimensions: int = 16
    requests: list[dict[str, object]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


@contextmanager
def serve_embeddings() -> Iterator[EmbeddingServer]:
    """Run the endpoint until the block ends."""
    state = EmbeddingServer()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append(asked)
            state.keys.append(self.headers.get("Authorization", ""))
            rows = [
                {"object": "embedding", "index": n, "embedding": embed(t, state.dimensions)}
                for n, t in enumerate(asked["input"])
            ]
            body = json.dumps({"object": "list", "model": asked["model"], "data": rows[::-1]})
            status, kind = 200, "application/json"
            match state.fault:
                case "wrong key":
                    status, body = 401, json.dumps({"error": {"message": f"bad key {state.keys[-1]}"}})
                case "login page":
                    kind, body = "text/html", f"<html>Please log in, {state.keys[-1]}</html>"
                case "not json":
                    body = "{" + state.keys[-1]
                case "too few":
                    body = json.dumps({"object": "list", "model": "m", "data": rows[1:]})
                case "not a number":
                    rows[0]["embedding"] = [float("nan")] * 16
                    body = json.dumps({"object": "list", "model": "m", "data": rows})
                case "redirect":
                    status = 307
            self.send_response(status)
            if status == 307:
                self.send_header("Location", f"http://127.0.0.1:9/elsewhere?key={quote(state.keys[-1])}")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *arguments: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def embed(text: str, dimensions: int = 16) -> list[float]:
    """Return a vector of a text's words. Texts that share words have similar vectors."""
    vector = [0.0] * dimensions
    for word in text.lower().split():
        vector[hashlib.sha256(word.encode()).digest()[0] % dimensions] += 1.0
    return vector
