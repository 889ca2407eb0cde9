"""Work: questions are answered in a few threads, and every request is bounded in time."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from typing import TypeVar

from api.access.problems import Problem

Result = TypeVar("Result")
_THREADS = 8  # most of them wait for a language model
# Requests that wait for a thread or have one. Each has at most one request's body and one answer in memory.
_MOST_UNDER_WAY = 64


class Work:
    """Answers the requests of one process."""

    def __init__(self, seconds: float) -> None:
        """Prepare; `seconds` is the longest time for a request."""
        self.seconds = seconds
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="api")
        self._under_way = 0

    async def run(self, function: Callable[[threading.Event], Result]) -> Result:
        """Run a function in a thread. It is given an event, which is set if the request ends before it does.

        Raises Problem if too many requests are under way, or if the time is up.
        """
        stop = threading.Event()
        future = self._begin(function, stop)
        try:
            return await asyncio.wait_for(asyncio.shield(future), self.seconds)
        except TimeoutError:
            raise self.late() from None
        finally:
            stop.set()

    async def stream(self, function: Callable[[threading.Event], Iterator[Result]]) -> AsyncGenerator[Result]:
        """Yield what a function yields in its thread, as it comes. Raises as `run` does."""
        loop, stop, queue = asyncio.get_running_loop(), threading.Event(), asyncio.Queue[Result | None]()
        until = loop.time() + self.seconds

        def hand_over(result: Result | None) -> None:
            with suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(queue.put_nowait, result)

        def work(stop: threading.Event) -> None:
            try:
                for result in function(stop):
                    hand_over(result)
                    if stop.is_set():
                        break
            finally:
                hand_over(None)

        future = self._begin(work, stop)
        try:
            while (result := await asyncio.wait_for(queue.get(), until - loop.time())) is not None:
                yield result
            await future  # raises what the function raised
        except TimeoutError:
            raise self.late() from None
        finally:
            stop.set()

    def _begin(self, function: Callable[[threading.Event], Result], stop: threading.Event) -> "asyncio.Future[Result]":
        if self._under_way >= _MOST_UNDER_WAY:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "busy",
                "Too many requests are being answered. Expected fewer at once. Try again in a few seconds.",
                {"Retry-After": "5"},
            )
        self._under_way += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, function, stop)
        future.add_done_callback(self._ended)
        return future

    def _ended(self, future: "asyncio.Future[Result]") -> None:
        self._under_way -= 1
        if not future.cancelled():
            future.exception()  # so that it counts as seen, even if the request has ended

    def late(self) -> Problem:
        """Return the problem of a request that took too long."""
        return Problem(
            HTTPStatus.GATEWAY_TIMEOUT,
            "too_late",
            f"This request took longer than {self.seconds:g} seconds and was ended. Expected a faster answer. Ask for "
            "less, or set DATELINE_CHAT_SECONDS if a language model is slow.",
        )
