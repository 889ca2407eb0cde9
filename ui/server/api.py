"""The HTTP API of this process: next to the page, or alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

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


@cache
def get_api_service() -> Service:
    """Return what the API serves. Raises DatelineError if the settings or the store cannot be used."""
    services = get_services()
    return Service.of(services.library, services.indexer.start)


def api_routes(base: str) -> list[BaseRoute]:
    """Return the routes of the API for a server that serves the page too, under the path `base`."""
    return make_routes(get_api_service, base=base)


def middleware(hosts: list[str], *, base: str = "") -> list[Middleware]:
    """Return who may send requests: for these names of this machine, from no other site, through the proxy if any."""
    named = Middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    return [named, Middleware(OwnOrigin), Middleware(ProxyLogin, base=base), Middleware(PageHeaders)]


def make_api_app(hosts: list[str], *, page: str) -> Starlette:
    """Return an application with the API alone; `page` is the address that links open."""
    return Starlette(routes=make_routes(get_api_service, page=page), middleware=middleware(hosts), lifespan=lifespan)


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Index while the server is up."""
    try:
        services = get_services()
    except DatelineError:
        yield  # the page says what is wrong
        return
    settings = services.library.settings
    if not is_logging():  # as `dateline serve` does already
        set_up_logging(settings.store, level=settings.log_level, secrets=settings.secrets)
    services.start()
    try:
        yield
    finally:
        services.indexer.stop()
