"""A web server on loopback that answers or misbehaves by path, and a network with no other server."""

import ssl
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from index.inbox.fetch import Network

TEXT = b"The River Lind fell to 4.1 metres."
PAGE = b"<!doctype html><html><head><title>Lind</title></head><body><p>The River Lind fell.</p></body></html>"
BOMB_BYTES = 100_000_000


@dataclass(slots=True)
class Answer:
    """What the server answers to one path."""

    content: bytes = TEXT
    kind: str = "text/plain"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    claims: int | None = None  # a false Content-Length
    drips: str = ""  # "head" or "body": sent slowly and without end


@dataclass(slots=True)
class WebServer:
    """The server's port, its answers and the requests it received."""

    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)  # asked for in the TLS handshake

    def network(self, places: dict[str, list[str]] | None = None, **more: ssl.SSLContext) -> Network:
        """Return a network in which all names not in `places` lead to this server, the only one allowed."""
        known = places or {}
        return Network(
            look_up=lambda name, _: known.get(name, ["127.0.0.1"]),
            allows=lambda place: place in ("127.0.0.1", "127.0.0.2"),
            ports=frozenset({self.port, 80, 443}),
            certificates=more.get("certificates"),
        )


class _Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Site)
        self.web = WebServer(self.server_port)
        self.ended = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: the tests look at the client's side."""


class _Site(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        web = self.server.web
        web.asked.append((self.path, dict(self.headers)))
        answer = web.answers.get(self.path, Answer(b"Not here.", status=404))
        if answer.drips == "head":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            self._drip(b"X: y\r\n")
            return
        self.send_response(answer.status)
        if answer.kind:
            self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.drips:
            self.end_headers()
            self._drip(b"word ")
            return
        size = len(answer.content) if answer.claims is None else answer.claims
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(answer.content)

    def _drip(self, drop: bytes) -> None:
        while not self.server.ended.wait(0.02):
            self.wfile.write(drop)

    def handle(self) -> None:
        with suppress(OSError):  # whoever asked has gone
            super().handle()

    def log_message(self, *arguments: object) -> None:
        """Stay quiet."""


@contextmanager
def serve_web(certificate: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """Run the server until the block ends."""
    server = _Server()
    web = server.web
    if certificate:
        certificate.sni_callback = lambda _socket, name, _context: web.names.append(name)
        server.socket = certificate.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def packed(size: int) -> bytes:
    """Compress that many spaces with gzip."""
    squeeze = zlib.compressobj(1, wbits=31)
    spaces = b" " * 1_000_000
    whole, rest = divmod(size, len(spaces))
    return b"".join(
        [*(squeeze.compress(spaces) for _ in range(whole)), squeeze.compress(spaces[:rest]), squeeze.flush()]
    )
