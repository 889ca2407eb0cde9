"""The page's front door: `streamlit run app.py`, or `dateline serve`. The HTTP API is served next to it.

The server starts indexing when it starts, and releases the store when it ends. The page itself is
`ui/app/script.py`.
"""

from pathlib import Path

import streamlit as st
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

import ui
from index.core.errors import DatelineError
from ui.server.api import api_routes, lifespan, middleware
from ui.server.pulse import send_pulse
from ui.server.services import get_services
from ui.server.streamlit_patch import patch_streamlit
from ui.server.unexpected import log_script_error


async def show_pulse(socket: WebSocket) -> None:
    """Tell an open page when what it shows has changed; close the socket if there is no usable store."""
    try:
        services = get_services()
    except DatelineError:
        await socket.close()
        return
    await send_pulse(socket, services.pulse)


patch_streamlit()
base = f"/{path}" if (path := (st.get_option("server.baseUrlPath") or "").strip("/")) else ""
script = Path(ui.__file__).parent / "app" / "script.py"  # this file is copied elsewhere when Dateline is installed
app = st.App(
    script,
    lifespan=lifespan,
    routes=[WebSocketRoute(f"{base}/dateline/pulse", show_pulse), *api_routes(base)],
    # Streamlit checks these names for its socket only; this checks them for the page too.
    middleware=middleware(st.get_option("server.allowedHosts") or ["*"], base=base),
    on_script_error=log_script_error,
)
