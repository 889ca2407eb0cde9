"""The page's front door: `streamlit run app.py`, or `dateline serve`.

The server starts indexing as it comes up and gives the store back as it goes down; the
page itself is `ui/script.py`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from index.errors import DatelineError
from ui.headers import OwnOrigin, PageHeaders
from ui.indexing import get_indexing
from ui.sessions import send_before_next_run


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any] | None]:
    """Index while the server is up."""
    try:
        indexing = get_indexing()
    except DatelineError:
        yield None  # the page says what is wrong
        return
    indexing.start()
    try:
        yield None
    finally:
        indexing.stop()


send_before_next_run()
# Streamlit holds its socket to these names; this holds the page itself to them too.
hosts = Middleware(TrustedHostMiddleware, allowed_hosts=st.get_option("server.allowedHosts") or ["*"])
app = st.App("ui/script.py", lifespan=lifespan, middleware=[hosts, Middleware(OwnOrigin), Middleware(PageHeaders)])
