"""Problems: why a request is refused, in the form of RFC 9457, or as clients of OpenAI expect it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from pydantic import ValidationError
from starlette.responses import Response

from index.core import errors
from index.core.logs import log_unexpected

_RETRY_SECONDS = "5"
# Any other error that a user can fix is one of the machine that serves.
_STATUSES: Mapping[type[errors.DatelineError], HTTPStatus] = {
    errors.BadQuestion: HTTPStatus.BAD_REQUEST,
    errors.BadDraft: HTTPStatus.BAD_REQUEST,
    errors.UnknownArticle: HTTPStatus.NOT_FOUND,
    errors.UnknownSeed: HTTPStatus.NOT_FOUND,
    errors.UnknownAlert: HTTPStatus.NOT_FOUND,
}
_MOST_FAULTS = 10


@dataclass(slots=True)
class Problem(Exception):
    """A request that is refused, and why."""

    status: HTTPStatus
    code: str  # for programs, such as "unknown_article"
    detail: str  # for people: what is wrong, what was expected, what to do
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: Exception) -> "Problem":
        """Return the problem that an error is; one that we did not expect is logged."""
        if isinstance(error, Problem):
            return error
        if isinstance(error, ValidationError):
            return cls(HTTPStatus.BAD_REQUEST, "bad_request", _what_is_wrong(error))
        if isinstance(error, errors.DatelineError):
            known = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), None)
            headers = {} if known else {"Retry-After": _RETRY_SECONDS}
            return cls(known or HTTPStatus.SERVICE_UNAVAILABLE, _code(type(error).__name__), str(error), headers)
        log_unexpected(error)
        detail = "An unexpected error ended this request. The details are in the log of the machine that serves."
        return cls(HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", detail)

    @property
    def json(self) -> dict[str, object]:
        """The problem as RFC 9457 has it."""
        title = {"title": self.status.phrase, "status": int(self.status)}
        return {"type": "about:blank", **title, "code": self.code, "detail": self.detail}

    @property
    def openai_json(self) -> dict[str, object]:
        """The problem as clients of OpenAI expect it."""
        kind = "invalid_request_error" if self.status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error"
        return {"error": {"message": self.detail, "type": kind, "param": None, "code": self.code}}

    def response(self, *, as_openai: bool) -> Response:
        """Return the response to a request, in one of the two forms."""
        if as_openai:
            return json_response(self.openai_json, self.status, headers=self.headers)
        return json_response(self.json, self.status, kind="application/problem+json", headers=self.headers)


def json_response(
    body: object, status: int = HTTPStatus.OK, *, kind: str = "application/json", headers: Mapping[str, str] = {}
) -> Response:
    """Return a response with JSON. It belongs to one reader, so no cache may keep it for another."""
    return Response(json_bytes(body), status, {"Cache-Control": "private, no-cache", **headers}, kind)


def json_bytes(body: object) -> bytes:
    """Return JSON in UTF-8. What UTF-8 cannot write, such as parts of a file's name, is escaped."""
    return json.dumps(body, ensure_ascii=False).encode(errors="backslashreplace")


def _what_is_wrong(error: ValidationError) -> str:
    """Return which fields are wrong and why, without the values that were given."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_FAULTS]
    said = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in found)
    return f"The request cannot be used ({said}). Expected what /api/v1/openapi.json describes. Correct it."


def _code(name: str) -> str:
    """Return the name of a class as a code.

    >>> _code("UnknownArticle")
    'unknown_article'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
