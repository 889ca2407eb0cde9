"""Timed: Chroma's client for a server, with limits.

As it comes it waits for an answer for ever, and asks a proxy from the environment for a server on this machine.
"""

import os
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.config import Settings

from index.core.urls import is_this_machine

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.fastapi import FastAPI

_SECONDS = httpx.Timeout(20, connect=5)


def open_client(url: str, *, token: str) -> "Client":
    """Return a client of the server at `url`, each of whose requests ends.

    Raises what httpx and Chroma raise where the server does not answer as one.
    """
    if is_this_machine(url):
        # In the environment, as Chroma's own first requests ask there, and they carry the token.
        others = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
        host = urlsplit(url).hostname or ""
        if host not in others.split(","):
            os.environ["no_proxy"] = f"{others},{host}".strip(",")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connections = httpx.Client(timeout=_SECONDS, headers=headers, follow_redirects=False)
    try:
        # Making a client asks the server already, without a limit of time: so first whether it is there at all.
        connections.get(f"{url.rstrip('/')}/api/v2/heartbeat").raise_for_status()
        settings = Settings(
            anonymized_telemetry=False,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=url.rstrip("/"),
            chroma_server_http_port=urlsplit(url).port or (443 if url.startswith("https:") else 80),
            chroma_server_headers=dict(headers) or None,
        )
        client = cast("Client", chromadb.Client(settings))
        for server in _servers(client):
            connections.headers = server._session.headers
            server._session.close()
            server._session = connections
    except BaseException:
        connections.close()
        raise
    return client


def close_client(client: "Client") -> None:
    """Close the client and its connections."""
    for server in _servers(client):
        server._session.close()
    client.close()


def _servers(client: "Client") -> tuple["FastAPI", "FastAPI"]:
    # The second one asks about the database only, over connections of its own.
    admin = cast("Client", client._admin_client)
    return cast("FastAPI", client._server), cast("FastAPI", admin._server)
