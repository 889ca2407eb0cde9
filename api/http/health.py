"""How the server is, for what watches it. These two need no token and show nothing of the shelf."""

import asyncio
import math
import time
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from api.access.problems import json_response
from api.http.guard import GetService
from api.http.paths import ExactRoute
from index.core.errors import DatelineError

# A damaged shelf is compared as a whole each time, which strangers may not cause as often as they like.
AGAIN_SECONDS = 10.0


def health_routes(get_service: GetService, base: str) -> list[BaseRoute]:
    """Return `/healthz`, which responds while the server is alive, and `/readyz`, if the shelf can be read."""

    async def alive(_: Request) -> Response:
        return json_response({"alive": True})

    checking, failed_at = asyncio.Lock(), -math.inf

    async def ready(_: Request) -> Response:
        nonlocal failed_at
        async with checking:
            is_ready = False
            if time.monotonic() - failed_at >= AGAIN_SECONDS:
                is_ready = await asyncio.to_thread(_is_sound, get_service)
                failed_at = -math.inf if is_ready else time.monotonic()
        return json_response({"ready": is_ready}, HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)

    return [ExactRoute(f"{base}/healthz", alive), ExactRoute(f"{base}/readyz", ready)]


def _is_sound(get_service: GetService) -> bool:
    """Return True if the shelf is what the last run left."""
    try:
        with get_service().library.shelf.read(checked=True) as reading:
            reading.counts()
    except DatelineError:
        return False
    return True
