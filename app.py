"""The page's front door: `streamlit run app.py`, or `dateline serve`.

The server starts indexing when it starts, and releases the store when it ends. The page itself is
`ui/app/script.py`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

import ui
from index.core.errors import DatelineError
from index.core.logs import is_logging, set_up_logging
from ui.server.headers import OwnOrigin, PageHeaders, ProxyLogin
from ui.server.pulse import send_pulse
from ui.server.services import get_services
from ui.server.streamlit_patch import patch_streamlit
from ui.server.unexpected import log_script_error


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any] | None]:
    """Index while the server is up."""
    try:
        services = get_services()
    except DatelineError:
        yield None  # the page says what is wrong
        return
    settings = services.library.settings
    if not is_logging():  # as `dateline serve` does already
        set_up_logging(settings.store, level=settings.log_level, secrets=settings.secrets)
    services.start()
    try:
        yield None
    finally:
        services.indexer.stop()


async def show_pulse(socket: WebSocket) -> None:
    """Tell an open page when what it shows has changed; close the socket if there is no usable store."""
    try:
        services = get_services()
    except DatelineError:
        await socket.close()
        return
    await send_pulse(socket, services.pulse)


patch_streamlit()
# Streamlit checks these names for its socket only; this checks them for the page too.
hosts = Middleware(TrustedHostMiddleware, allowed_hosts=st.get_option("server.allowedHosts") or ["*"])
base = f"/{path}" if (path := (st.get_option("server.baseUrlPath") or "").strip("/")) else ""
script = Path(ui.__file__).parent / "app" / "script.py"  # this file is copied elsewhere when Dateline is installed
app = st.App(
    script,
    lifespan=lifespan,
    routes=[WebSocketRoute(f"{base}/dateline/pulse", show_pulse)],
    middleware=[hosts, Middleware(OwnOrigin), Middleware(ProxyLogin, base=base), Middleware(PageHeaders)],
    on_script_error=log_script_error,
)
