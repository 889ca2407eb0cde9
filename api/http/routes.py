"""The routes of the API: `/api/v1`, the chat completions in `/v1`, and the two that show how the server is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from http import HTTPStatus
from pathlib import Path
from typing import get_origin

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Router

from api.access.problems import json_bytes, json_response
from api.access.service import Service
from api.http.completions import completion_routes
from api.http.events import answer_events, problem_event, stream_response
from api.http.guard import GetService, Guard, check_scope, read_json, refused
from api.http.health import health_routes
from api.http.leaving import has_left, unless_left
from api.http.mcp_route import mcp_route
from api.http.paths import AllBelow, ExactRoute
from api.operations import alerts, articles, questions
from api.operations.requests import (
    AddArticle,
    Ask,
    Changes,
    ChangesByAddress,
    Check,
    KeepAlert,
    ListArticles,
    Nothing,
    OneAlert,
    OneArticle,
    Request,
    Search,
    SearchByAddress,
    Timeline,
    TimelineByAddress,
)

PREFIX = "/api/v1"
EVENTS = "text/event-stream"
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Operation:
    """What a method does at a path."""

    method: str
    path: str
    run: Callable[..., object]  # of the service and the request; returns JSON, or None if there is nothing to say
    request: type[Request]
    returns: str  # the name of a schema in docs/reference/schemas; "" for nothing
    write: bool = False  # whether the token's scope must be "write"
    streams: bool = False  # whether the answer can be sent as events

    @property
    def in_body(self) -> bool:
        """Return True if the request is JSON in the body, and not in the address."""
        return self.method == "POST"


OPERATIONS = (
    Operation("GET", "/status", articles.status, Nothing, "status"),
    Operation("GET", "/articles", articles.list_articles, ListArticles, "articles"),
    Operation("POST", "/articles", articles.add, AddArticle, "add", write=True),
    Operation("GET", "/articles/{id:path}", articles.show_article, OneArticle, "show"),
    Operation("DELETE", "/articles/{id:path}", articles.remove, OneArticle, "", write=True),
    Operation("POST", "/ask", questions.ask, Ask, "ask", streams=True),
    Operation("GET", "/search", questions.search, SearchByAddress, "search"),
    Operation("POST", "/search", questions.search, Search, "search"),
    Operation("GET", "/timeline", questions.timeline, TimelineByAddress, "timeline"),
    Operation("POST", "/timeline", questions.timeline, Timeline, "timeline"),
    Operation("GET", "/changes", questions.changes, ChangesByAddress, "changes"),
    Operation("POST", "/changes", questions.changes, Changes, "changes"),
    Operation("POST", "/check", questions.check, Check, "check"),
    Operation("GET", "/alerts", alerts.list_alerts, Nothing, "alerts"),
    Operation("POST", "/alerts", alerts.keep_alert, KeepAlert, "alerts", write=True),
    Operation("DELETE", "/alerts/{number}", alerts.remove_alert, OneAlert, "", write=True),
)


def make_routes(get_service: GetService, *, page: str = "", base: str = "") -> list[BaseRoute]:
    """Return all routes of the API.

    Args:
        get_service: Returns the shelf that is served.
        page: Address of the page that links open; "" if it is served at `base` where a request is sent to.
        base: The path before all routes, such as "/shelf".
    """
    api = [*_routes(), ExactRoute("/openapi.json", _openapi)]
    chat = completion_routes(page, base)
    return [
        *health_routes(get_service, base),
        AllBelow(base + PREFIX, Guard(Router(api, redirect_slashes=False), get_service)),
        mcp_route(get_service, base),
        AllBelow(f"{base}/v1", Guard(Router(chat, redirect_slashes=False), get_service, as_openai=True)),
    ]


def openapi_file() -> Path:
    """Return the OpenAPI document, installed or in a checkout."""
    installed = Path(__file__).parent / "openapi.json"
    return installed if installed.exists() else _ROOT / "docs" / "reference" / "openapi.json"


def _routes() -> list[ExactRoute]:
    """Return one route for each path, so that a method that it does not have is answered with all that it has."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [_route(path, operations) for path, operations in by_path.items()]


def _route(path: str, operations: Mapping[str, Operation]) -> ExactRoute:
    async def answer(http: HttpRequest) -> Response:
        operation = operations["GET" if http.method == "HEAD" else http.method]
        try:
            check_scope(http, write=operation.write)
            return await _answer(operation, http)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 (one that we did not expect is logged)
            return refused(error, http)

    return ExactRoute(path, answer, methods=list(operations))


async def _answer(operation: Operation, http: HttpRequest) -> Response:
    service: Service = http.state.service
    token = http.state.token.name
    if operation.in_body:
        asked = operation.request.model_validate_json(await read_json(http))
    else:
        asked = operation.request.model_validate({**_query(operation.request, http), **http.path_params})
    if operation.streams and EVENTS in http.headers.get("accept", "") and isinstance(asked, Ask):
        return await stream_response(answer_events(service, asked, token), problem_event, has_left(http))
    more = operation.streams  # it has a model to stop
    work = service.work.run(lambda stop: operation.run(service, asked, *([stop] if more else [])), token=token)
    result = await unless_left(work, has_left(http))
    if result is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return json_response(result) if operation.in_body else _tagged(http, json_bytes(result))


def _query(request: type[Request], http: HttpRequest) -> Mapping[str, object]:
    """Return the parameters in the address; those that may be repeated, or are, as lists."""
    given = {name: http.query_params.getlist(name) for name in http.query_params}
    lists = {name for name, field in request.model_fields.items() if get_origin(field.annotation) is list}
    return {name: values if name in lists or len(values) > 1 else values[0] for name, values in given.items()}


def _tagged(http: HttpRequest, body: bytes) -> Response:
    """Return JSON with its ETag, or 304 if the client has it already."""
    tag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = [one.strip().removeprefix("W/") for one in http.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


async def _openapi(http: HttpRequest) -> Response:
    return _tagged(http, openapi_file().read_bytes())
