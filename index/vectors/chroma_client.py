"""Chroma client: the client of a Chroma server, with limits that Chroma's own client lacks.

Chroma's client waits for an answer without a time limit, and sends requests to a server on this machine through a
proxy from the environment. Its settings cannot change either.
"""

import logging
import os
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.config import Settings

from index.core.urls import is_this_machine

if TYPE_CHECKING:
    from chromadb.api.client import Client

logger = logging.getLogger(__name__)

_SECONDS = httpx.Timeout(20, connect=5)


def open_client(url: str, *, token: str) -> "Client":
    """Return a client of the server at `url`, each of whose requests ends within seconds.

    Raises the errors of httpx and Chroma if the server does not answer as a Chroma server.
    """
    if is_this_machine(url):
        # In the environment, because Chroma's first requests, which carry the token, look for a proxy there.
        others = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
        host = urlsplit(url).hostname or ""
        if host not in others.split(","):
            os.environ["no_proxy"] = f"{others},{host}".strip(",")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connections = httpx.Client(timeout=_SECONDS, headers=headers, follow_redirects=False)
    try:
        # Creating a client already sends requests without a time limit, so check first that the server responds.
        connections.get(f"{url.rstrip('/')}/api/v2/heartbeat").raise_for_status()
        settings = Settings(
            anonymized_telemetry=False,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=url.rstrip("/"),
            chroma_server_http_port=urlsplit(url).port or (443 if url.startswith("https:") else 80),
            chroma_server_headers=dict(headers) or None,
        )
        client = cast("Client", chromadb.Client(settings))
        _limit_requests(client, connections)
    except BaseException:
        connections.close()
        raise
    return client


def close_client(client: "Client") -> None:
    """Close the client and its connections."""
    for server in _servers(client):
        server._session.close()
    client.close()


def _limit_requests(client: "Client", connections: httpx.Client) -> None:
    """Have a client send its requests over `connections`, which have time limits and follow no redirects.

    Chroma builds its connections with `timeout=None` and has no setting for it (chroma-core/chroma, issue 1227), so
    they are replaced in its private attributes. A version of Chroma without these attributes keeps its own.
    """
    servers = _servers(client)
    if len(servers) < 2:
        logger.warning("Chroma %s: requests to its server have no time limit", chromadb.__version__)
        connections.close()
        return
    for server in servers:
        connections.headers = server._session.headers
        server._session.close()
        server._session = connections


def _servers(client: "Client") -> list[Any]:
    """Return the objects that hold the client's connections; fewer than two if this version of Chroma has others."""
    # The second one asks about the database only, over its own connections.
    held = (getattr(client, "_server", None), getattr(getattr(client, "_admin_client", None), "_server", None))
    return [server for server in held if isinstance(getattr(server, "_session", None), httpx.Client)]
