"""Served: the vectors on a Chroma server, for a shelf that outgrows one machine.

The server gets the chunks' ids and vectors and no word of the articles. What is on it can be made
again from the shelf, which also searches by itself while the server does not answer.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from index.core.checksums import Stamp
from index.core.errors import ChromaUnreachable, DamagedVectors, DatelineError
from index.core.urls import shown_address
from index.vectors.chroma import VectorIndex

if TYPE_CHECKING:
    from chromadb.api.client import Client

# After a failure the server is left alone so long: each question would wait for it.
_REST_SECONDS = 15.0


class ServerIndex(VectorIndex):
    """A collection on a Chroma server. One process at a time writes to it, any may search."""

    def __init__(self, store: Path, *, url: str, token: str = "") -> None:
        """Prepare the index of the store on the server at `url`; nothing is asked yet.

        `token` goes into each request as `Authorization: Bearer …`, for a proxy before the server.
        """
        super().__init__(store)
        self._url = url
        self._token = token
        # Several stores may share a server; each knows its own collections by their names.
        whose = blake2b(f"{socket.gethostname()}\0{store}".encode(), digest_size=8).hexdigest()
        self._prefix = f"dateline-{whose}"
        self._rests_until = 0.0

    @property
    def usable(self) -> bool:
        """Tell whether the server may be asked: it has not just failed."""
        return time.monotonic() >= self._rests_until

    def check(self) -> None:
        """Ask the server whether it is there. Raises ChromaUnreachable."""
        with self._calling():
            self._open().heartbeat()

    def save_checksum(self) -> None:
        """Note that what this process wrote has been looked at."""
        self._left = ()

    def start_over(self) -> str:
        """Throw away the store's collections and return the name of an empty one."""
        return self.make_collection()

    def _close(self) -> None:
        if self._client is not None:
            from index.vectors.chroma_client import close_client

            close_client(self._client)
            self._client = None

    def _drop_checksum(self) -> None:
        self._left = None

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
                raise DamagedVectors(
                    f"The Chroma server at {shown_address(self._url)} has no such collection. Expected the one of this "
                    "store. Run `dateline index`: the vectors are placed again from the shelf, without embedding."
                ) from error
            except Exception as error:
                # Whatever is wrong with a server or a network comes as httpx's, Chroma's, JSON's or plain ValueError.
                self._rests_until = time.monotonic() + _REST_SECONDS
                self._close()
                raise self._unreachable(type(error).__name__) from error

    def _unreachable(self, why: str) -> ChromaUnreachable:
        return ChromaUnreachable(
            f"The Chroma server at {shown_address(self._url)} cannot be used ({why}). Expected it to answer. Start it "
            "or mend DATELINE_CHROMA_URL. Until then the vectors in the store are searched: all is found, more slowly."
        )
