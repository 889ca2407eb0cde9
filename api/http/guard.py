"""The guard of the API: without a valid token, every request gets the same answer, whatever it asks for."""

import asyncio
import logging
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.problems import Problem
from api.access.service import Service
from api.access.tokens import Token
from index.core.errors import DatelineError

logger = logging.getLogger(__name__)

# The longest draft takes 400,000 bytes of UTF-8.
MOST_BYTES = 1_000_000

GetService = Callable[[], Service]  # raises DatelineError if the settings or the store cannot be used


class Guard:
    """Middleware that lets in requests with a valid token, so often, and so large."""

    def __init__(self, app: ASGIApp, get_service: GetService, *, as_openai: bool = False) -> None:
        """Wrap `app`, whose requests get the service and the token as `state.service` and `state.token`.

        Its problems have the form of RFC 9457, or with `as_openai` the one that clients of OpenAI expect.
        """
        self._app, self._get_service, self._as_openai = app, get_service, as_openai

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with what is wrong."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        request = Request(scope, receive)
        request.state.as_openai = self._as_openai
        try:
            request.state.service, request.state.token = await self._let_in(request)
            _check_length(request.headers)
            await self._app(scope, _limited(receive), send)
        except ClientDisconnect:
            return
        except HTTPException as error:
            problem = _problem(error, request)
        except Problem as error:
            problem = error
        else:
            return
        await problem.response(as_openai=self._as_openai)(scope, receive, send)

    async def _let_in(self, request: Request) -> tuple[Service, Token]:
        given = _bearer(request.headers)
        if not given:
            raise _unauthorized()
        try:
            service = await asyncio.to_thread(self._get_service)
            token = await asyncio.to_thread(service.tokens.find, given)
        except DatelineError as error:
            _log_failure(str(error))
            detail = "The API cannot be used now. The reason is in the log of the machine that serves."
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, {"Retry-After": "5"}) from None
        _log_failure.cache_clear()
        if token is None:
            raise _unauthorized()
        service.rates.take(token.name)
        return service, token


@lru_cache(maxsize=1)
def _log_failure(reason: str) -> None:
    """Log once why no request can be answered, and not again until one is or there is another reason."""
    logger.warning("The API cannot be used: %s", reason)


def _unauthorized() -> Problem:
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "unauthorized",
        "This needs a token. Expected the header `Authorization: Bearer TOKEN`. Make one with `dateline tokens add "
        "NAME` on the machine that serves.",
        {"WWW-Authenticate": 'Bearer realm="dateline"'},
    )


def check_scope(request: Request, *, write: bool) -> None:
    """Raise Problem if the request changes something and its token may only read."""
    if write and not request.state.token.may_write:
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "forbidden",
            "This token may only read. Expected one with the scope write. Make one with `dateline tokens add NAME "
            "--write`.",
        )


async def read_json(request: Request) -> bytes:
    """Return the body of a request. Raises Problem if it is not marked as JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "The body of this request is not marked as JSON. Expected the header `Content-Type: application/json`. "
            "Send JSON with that header.",
        )
    return await request.body()


def _bearer(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _check_length(headers: Headers) -> None:
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise _too_large()


def _limited(receive: Receive) -> Receive:
    """Return a `receive` that raises Problem if a body without a length is too large."""
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MOST_BYTES:
            raise _too_large()
        return message

    return limited


def _too_large() -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too_large",
        f"The body of this request is too large. Expected at most {MOST_BYTES:,} bytes. Send less, or in parts.",
    )


def _problem(error: HTTPException, request: Request) -> Problem:
    """Return a problem for a path or a method that does not exist."""
    status, headers = HTTPStatus(error.status_code), error.headers or {}
    detail = "There is nothing for this address. Expected what /api/v1/openapi.json describes. Check the spelling."
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = " or ".join(sorted(headers.get("Allow", "another method").split(", ")))
        detail = (
            f"The method {request.method} is not allowed at this address. Expected {allowed}. See what "
            "/api/v1/openapi.json describes."
        )
    return Problem(status, status.name.lower(), detail, headers)


def refused(error: Exception, request: Request) -> Response:
    """Return the response to a request that raised an error."""
    return Problem.of(error).response(as_openai=request.state.as_openai)
