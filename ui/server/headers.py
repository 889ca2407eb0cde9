"""Response headers and origins: the page loads nothing from elsewhere, and no other site may send requests to it.

Foreign text is always shown as text. If any were ever interpreted as HTML, the browser would still fetch nothing
for it.
"""

import os
from functools import cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.core.errors import DatelineError
from index.core.settings import load_settings

HEALTH = "/_stcore/health"
# They show nothing of the shelf, and what watches the server asks for them without a login.
_OPEN = (HEALTH, "/healthz", "/readyz")

# Streamlit's page needs inline scripts and styles, and blobs; everything else comes from its own host.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "script-src 'self' 'unsafe-inline' blob:",
        "style-src 'self' 'unsafe-inline'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class PageHeaders:
    """Middleware that adds the policy to every HTTP response."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and return the response with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        await self._app(scope, receive, send_with_headers)


class OwnOrigin:
    """Middleware that refuses requests and sockets from the pages of other sites.

    Streamlit refuses most of them too. But it first asks a server on the internet for this machine's public address,
    to compare, and it allows pages from any other port of this machine.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on requests from the page itself or from no page at all; answer all others with 403."""
        headers = Headers(scope=scope) if _is_request(scope) else Headers()
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != headers.get("host"):
            await PlainTextResponse("Requests from other sites are refused.", status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class ProxyLogin:
    """Middleware that refuses requests without the header in which a proxy names its user, if one is set.

    The header proves nothing by itself. It keeps a page from being open by mistake; the network must see to it that
    only the proxy reaches the page.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        """Wrap `app`, whose paths begin with `base`."""
        self._app, self._open = app, tuple(base + path for path in _OPEN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on requests that the proxy has let in, and those for the server's health.

        Answer others with 401, and with 503 if it cannot be known whether there is a proxy.
        """
        refusal = _refusal(Headers(scope=scope)) if _is_request(scope) and scope["path"] not in self._open else None
        await (refusal or self._app)(scope, receive, send)


def _is_request(scope: Scope) -> bool:
    return scope["type"] in ("http", "websocket")


def _refusal(headers: Headers) -> PlainTextResponse | None:
    try:
        name = _proxy_user_header()
    except DatelineError:
        # It may be one of the settings that cannot be read. What is wrong with them is not for everyone.
        return PlainTextResponse("Dateline's settings cannot be used. `dateline doctor` says why.", status_code=503)
    if name and not headers.get(name, "").strip():
        return PlainTextResponse("This page is behind a login. Open it at the address of its proxy.", status_code=401)
    return None


@cache
def _proxy_user_header() -> str:
    # `dateline serve` has put it into the environment: a file of settings may have changed since it started.
    name = os.environ.get("DATELINE_PROXY_USER_HEADER")
    return load_settings().proxy_user_header if name is None else name
