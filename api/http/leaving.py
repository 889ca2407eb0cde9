"""Leaving: a request ends if its client leaves before it is answered."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request

Result = TypeVar("Result")


async def unless_left(result: Awaitable[Result], left: Awaitable[None]) -> Result:
    """Return a result; if `left` ends first, cancel it and raise ClientDisconnect."""
    waiting, leaving = asyncio.ensure_future(result), asyncio.ensure_future(left)
    try:
        await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            return waiting.result()
        leaving.result()
        raise ClientDisconnect
    finally:
        for one in (waiting, leaving):
            one.cancel()
        await asyncio.gather(waiting, leaving, return_exceptions=True)  # so that all is closed, and counts as seen


async def has_left(request: Request) -> None:
    """Return when the client has left. Nothing may read the request's body meanwhile."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
