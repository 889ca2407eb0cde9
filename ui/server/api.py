"""The HTTP API of this process: next to the page, or alone."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from types import FrameType

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute

from api.access.service import Service
from api.http.routes import make_routes
from index.core.errors import DatelineError
from index.core.logs import is_logging, set_up_logging
from ui.server.headers import OwnOrigin, PageHeaders, ProxyLogin
from ui.server.services import get_services

_opening = threading.Lock()


def get_api_service() -> Service:
    """Return what the API serves, and index from then on.

    Raises DatelineError if the settings or the store cannot be used.
    """
    with _opening:
        return _open()


@cache
def _open() -> Service:
    services = get_services()
    settings = services.library.settings
    if not is_logging():  # as `dateline serve` does already
        set_up_logging(settings.store, level=settings.log_level, secrets=settings.secrets)
    services.start()
    return Service.of(services.library, services.indexer.start)


def api_routes(base: str) -> list[BaseRoute]:
    """Return the routes of the API for a server that serves the page too, under the path `base`."""
    return make_routes(get_api_service, base=base)


def middleware(hosts: list[str], *, base: str = "") -> list[Middleware]:
    """Return who may send requests: for these names of this machine, from no other site, through the proxy if any."""
    named = Middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    return [named, Middleware(OwnOrigin), Middleware(ProxyLogin, base=base), Middleware(PageHeaders)]


def make_api_app(hosts: list[str], *, page: str) -> Starlette:
    """Return an application with the API alone; `page` is the address that links open.

    Raises DatelineError if the settings or the store cannot be used: no page would say so.
    """
    get_services()
    return Starlette(routes=make_routes(get_api_service, page=page), middleware=middleware(hosts), lifespan=lifespan)


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Index while the server is up, and end all answers when it ends."""
    with suppress(DatelineError):  # the page says what is wrong
        await asyncio.to_thread(get_api_service)
    _before_the_end(_end_answers)
    try:
        yield
    finally:
        if _open.cache_info().currsize:
            _end_answers()
            get_services().indexer.stop()


def _end_answers() -> None:
    if _open.cache_info().currsize:
        get_api_service().work.end()


def _before_the_end(end: Callable[[], None]) -> None:
    """Call `end` as soon as a signal ends the server, which waits for all answers before it ends the lifespan."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        handler = signal.getsignal(number)
        if not callable(handler):
            continue

        def end_first(
            given: int, frame: FrameType | None, then: Callable[[int, FrameType | None], object] = handler
        ) -> None:
            # Later: a handler of a signal may interrupt the code that holds the lock it needs.
            loop.call_soon_threadsafe(end)
            then(given, frame)

        signal.signal(number, end_first)
