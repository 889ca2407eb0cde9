"""The HTTP API of a shelf on loopback, in a thread of this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn
from starlette.applications import Starlette

from api.access.service import Service
from api.access.tokens import TokenStore
from api.http.routes import make_routes
from index.pipeline.library import Library
from tests.conftest import wait_until
from tests.support.ports import free_port
from ui.server.api import middleware


@dataclass(slots=True)
class ApiServer:
    """The server's address, its tokens, and how often it was asked to index."""

    address: str
    tokens: TokenStore
    reading: str  # a token
    writing: str
    runs: list[None] = field(default_factory=list)

    def client(self, token: str | None = None) -> httpx.Client:
        """Return a client with a token, the one for reading if none is given; "" for no token."""
        token = self.reading if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60)


@contextmanager
def serve_api(library: Library) -> Iterator[ApiServer]:
    """Serve a library until the block ends."""
    port = free_port()
    tokens = TokenStore(library.settings.store)
    for token in tokens.all():
        tokens.remove(token.name)
    made = ApiServer(f"http://127.0.0.1:{port}", tokens, tokens.add("reader", "read"), tokens.add("writer", "write"))
    service = Service.of(library, lambda: made.runs.append(None))
    app = Starlette(routes=make_routes(lambda: service), middleware=middleware(["localhost", "127.0.0.1"]))
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, access_log=False, log_config=None, ws="none", lifespan="off")
    )
    # A thread of its own: Playwright keeps a loop running in this one.
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield made
    finally:
        server.should_exit = True
        thread.join()
