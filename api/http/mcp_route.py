"""MCP over HTTP ("streamable HTTP"), without sessions: each request is whole by itself, so nothing is kept for it."""

import asyncio
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from api.access.service import Service
from api.http.guard import GetService, Guard
from api.http.paths import ExactRoute
from index.pipeline.library import Library

if TYPE_CHECKING:
    from mcp.server import MCPServer


def mcp_route(get_service: GetService, base: str) -> ExactRoute:
    """Return the route of MCP, which needs a token as the API does."""
    return ExactRoute(f"{base}/mcp", Guard(_McpApp(f"{base}/mcp"), get_service))


class _McpApp:
    def __init__(self, path: str) -> None:
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. Raises HTTPException, and Problem if it takes too long."""
        if scope["method"] != "POST":  # the others are for sessions
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        from mcp.server.transport_security import TransportSecuritySettings

        service: Service = Request(scope).state.service
        server = await asyncio.to_thread(_server, service.library)
        app = server.streamable_http_app(
            streamable_http_path=self._path,
            json_response=True,
            stateless_http=True,
            # Host and Origin are checked before any request comes here.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        try:
            async with asyncio.timeout(service.work.seconds), app.router.lifespan_context(app):
                await app(scope, receive, send)
        except TimeoutError:
            raise service.work.late() from None


@cache
def _server(library: Library) -> "MCPServer[Any]":
    from api.mcp_server import make_server  # takes half a second, and most servers are never asked for it

    return make_server(library)
