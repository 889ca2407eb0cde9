"""Chroma server: the vectors on a Chroma server, for a shelf that one machine cannot search fast enough.

The server gets the ids and vectors of the chunks, and no text of the articles. It can be refilled from the shelf at
any time. While it does not respond, the shelf is searched without it.
"""

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from index.core.checksums import Stamp
from index.core.errors import ChromaUnreachable, DatelineError, VectorsDamaged
from index.core.urls import shown_address
from index.vectors.chroma import VectorIndex

if TYPE_CHECKING:
    from chromadb.api.client import Client

logger = logging.getLogger(__name__)

# After a failure the server is not asked for this long; otherwise each question would wait for it.
_REST_SECONDS = 15.0


class ServerIndex(VectorIndex):
    """A collection on a Chroma server. One process at a time writes to it; any process may search it."""

    def __init__(self, store: Path, *, url: str, token: str = "") -> None:
        """Prepare the index of the store on the server at `url`; no request is sent yet.

        `token` is sent with each request as `Authorization: Bearer …`, for a proxy in front of the server.
        """
        super().__init__(store)
        self._url = url
        self._token = token
        # Several stores may share a server; each recognises its own collections by this prefix.
        owner = blake2b(f"{socket.gethostname()}\0{store}".encode(), digest_size=8).hexdigest()
        self._prefix = f"dateline-{owner}"
        self._rests_until = 0.0

    @property
    def usable(self) -> bool:
        """Return True unless the server has just failed."""
        return time.monotonic() >= self._rests_until

    def check(self) -> None:
        """Check that the server responds. Raises ChromaUnreachable."""
        with self._calling():
            self._open().heartbeat()

    def save_checksum(self) -> None:
        """Record that what this process wrote has been checked."""
        self._checked = ()

    def start_over(self) -> str:
        """Delete the store's collections and return the name of an empty one."""
        return self.make_collection()

    def _close(self) -> None:
        if self._client is not None:
            from index.vectors.chroma_client import close_client

            close_client(self._client)
            self._client = None

    def _drop_checksum(self) -> None:
        self._checked = None

    def _stamp(self) -> Stamp:
        return ()

    def _open(self) -> "Client":
        if self._client is None:
            from index.vectors.chroma_client import open_client

            self._client = open_client(self._url, token=self._token)
        return self._client

    @contextmanager
    def _calling(self) -> Iterator[None]:
        from chromadb.errors import NotFoundError

        with self._calls:
            if not self.usable:
                raise self._unreachable("it has just failed")
            try:
                yield
            except DatelineError:
                raise
            except NotFoundError as error:
                raise VectorsDamaged(
                    f"The Chroma server at {shown_address(self._url)} does not have this collection. Expected the one "
                    "of this store. Run `dateline index`: the vectors are copied again from the shelf, without "
                    "embedding."
                ) from error
            except Exception as error:
                # A failing server or network raises errors of httpx, Chroma or JSON, or a plain ValueError.
                self._rests_until = time.monotonic() + _REST_SECONDS
                self._close()
                logger.warning("The Chroma server failed (%s); it is not asked for a while", type(error).__name__)
                raise self._unreachable(type(error).__name__) from error

    def _unreachable(self, why: str) -> ChromaUnreachable:
        return ChromaUnreachable(
            f"The Chroma server at {shown_address(self._url)} cannot be used ({why}). Expected it to answer. Start it "
            "or fix DATELINE_CHROMA_URL. Until then the vectors in the store are searched: complete, but slower."
        )
