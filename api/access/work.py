"""Work: questions are answered in a few threads, and every request is bounded in time."""

import asyncio
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TypeVar

from api.access.problems import Problem

Result = TypeVar("Result")
_THREADS = 8  # most of them wait for a language model
_THREADS_OF_ONE = 6  # of one token, so that the others never wait for it alone
# Requests that wait for a thread or have one. Each has at most one request's body and one answer in memory.
_MOST_UNDER_WAY = 64
_MOST_OF_ONE = 32


def go_on(stop: threading.Event) -> None:
    """Raise Problem if a request was ended before its answer was begun."""
    if stop.is_set():
        detail = "This request was ended before its answer was begun. Expected a server that stays up. Try again soon."
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "ended", detail, {"Retry-After": "5"})


class Work:
    """Answers the requests of one process."""

    def __init__(self, seconds: float) -> None:
        """Prepare; `seconds` is the longest time for a request."""
        self.seconds = seconds
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="api")
        self._under_way = Counter[str]()  # by token
        self._shares = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(_THREADS_OF_ONE))
        self._stops = set[threading.Event]()
        self._ending = False

    async def run(self, function: Callable[[threading.Event], Result], *, token: str = "") -> Result:
        """Run a function in a thread. It is given an event, which is set if the request ends before it does.

        Raises Problem if too many requests are under way, of all or of this token, or if the time is up.
        """
        stop = threading.Event()
        try:
            async with asyncio.timeout(self.seconds):
                return await asyncio.shield(await self._begin(function, stop, token))
        except TimeoutError:
            raise self.late() from None
        finally:
            stop.set()

    async def stream(
        self, function: Callable[[threading.Event], Iterator[Result]], *, token: str = ""
    ) -> AsyncGenerator[Result]:
        """Yield what a function yields in its thread, as it comes. Raises as `run` does."""
        loop, stop, queue = asyncio.get_running_loop(), threading.Event(), asyncio.Queue[Result | None]()
        until = loop.time() + self.seconds

        def hand_over(result: Result | None) -> None:
            with suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(queue.put_nowait, result)

        def work(stop: threading.Event) -> None:
            for result in function(stop):
                hand_over(result)

        try:
            async with asyncio.timeout_at(until):
                future = await self._begin(work, stop, token)
            future.add_done_callback(lambda _: queue.put_nowait(None))
            while (result := await asyncio.wait_for(queue.get(), until - loop.time())) is not None:
                yield result
            await future  # raises what the function raised
        except TimeoutError:
            raise self.late() from None
        finally:
            stop.set()

    def end(self) -> None:
        """Stop what is under way, and begin nothing more. Safe to call from any thread."""
        self._ending = True
        for stop in list(self._stops):
            stop.set()

    async def _begin(
        self, function: Callable[[threading.Event], Result], stop: threading.Event, token: str
    ) -> "asyncio.Future[Result]":
        """Run a function as soon as this token may have a thread."""
        if self._under_way.total() >= _MOST_UNDER_WAY or self._under_way[token] >= _MOST_OF_ONE:
            one = self._under_way[token] >= _MOST_OF_ONE
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS if one else HTTPStatus.SERVICE_UNAVAILABLE,
                "busy",
                f"Too many requests {'of this token ' if one else ''}are being answered. Expected fewer at once. Try "
                "again in a few seconds.",
                {"Retry-After": "5"},
            )
        self._under_way[token] += 1
        try:
            await self._shares[token].acquire()
        except BaseException:
            self._under_way[token] -= 1
            raise
        self._stops.add(stop)
        if self._ending:
            stop.set()

        def begun() -> Result:
            go_on(stop)
            return function(stop)

        future = asyncio.get_running_loop().run_in_executor(self._threads, begun)
        future.add_done_callback(partial(self._ended, stop, token))
        return future

    def _ended(self, stop: threading.Event, token: str, future: "asyncio.Future[Result]") -> None:
        self._stops.discard(stop)
        self._under_way[token] -= 1
        self._shares[token].release()
        if not future.cancelled():
            future.exception()  # so that it counts as seen, even if the request has ended

    def late(self) -> Problem:
        """Return the problem of a request that took too long."""
        return Problem(
            HTTPStatus.GATEWAY_TIMEOUT,
            "timeout",
            f"This request took longer than {self.seconds:g} seconds and was ended. Expected a faster answer. Ask for "
            "less, or set DATELINE_CHAT_SECONDS if a language model is slow.",
        )
