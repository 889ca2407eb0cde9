"""Vector index: the vectors in Chroma, for searching many of them fast. Only this package uses Chroma.

Chroma has no lock: two processes that write to one store damage it without an error. So one process owns it, the one
that holds the lock file. All others search the vectors in SQLite. The owner does so too if Chroma's files are not as
the last run left them: from a truncated or overwritten file Chroma returns wrong neighbours, and no error.
"""

import logging
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import filelock
import numpy as np

from index.core.arrays import Vectors
from index.core.checksums import Stamp, digest_files, files_below, read_checksums, stamp, write_checksums
from index.core.errors import VectorsDamaged
from index.core.signals import Ended

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

logger = logging.getLogger(__name__)

FOLDER_NAME = "chroma"
_CHECKSUM_NAME = "chroma.seal"
# Writing holds the GIL, 69 ms for 200 rows. Readers of the page would notice more.
BATCH = 200
# Recall of the ten nearest on 100,000 news passages is .978 with these, .931 with the defaults.
_HNSW: "CreateHNSWConfiguration" = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": 200}


class VectorIndex:
    """A Chroma collection of chunk ids and vectors, owned by at most one process at a time."""

    def __init__(self, store: Path) -> None:
        """Prepare the index in the folder `store`; nothing is opened or locked yet."""
        self._folder = store / FOLDER_NAME
        self._prefix = "chunks"
        self._lock = filelock.FileLock(store / "chroma.lock", thread_local=False)
        self._calls = threading.RLock()
        self._client: Client | None = None
        self._checksum_file = store / _CHECKSUM_NAME
        self._checked: Stamp | None = None  # of the files when they were last checked or written completely

    @property
    def owned(self) -> bool:
        """Return True if this process may use Chroma."""
        return self._lock.is_locked

    @property
    def usable(self) -> bool:
        """Return True if Chroma's results can be trusted: this process owns and has checked it, and it is unchanged."""
        return self.owned and self._checked is not None and self._checked == self._stamp()

    @property
    def changed(self) -> bool:
        """Return True if this process has written to Chroma since it last saved a checksum."""
        return self._checked is None

    def acquire(self) -> bool:
        """Become the owner unless another process is. Returns True if this process is the owner."""
        with self._calls:
            if not self._lock.is_locked:
                try:
                    self._lock.acquire(blocking=False)
                except filelock.Timeout:
                    return False
            return True

    def release(self) -> None:
        """Let another process become the owner."""
        with self._calls:
            self._close()
            self._checked = None
            self._lock.release()

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def check(self) -> None:
        """Compare Chroma's files with their checksum before they are opened: some damage crashes the process.

        Raises VectorsDamaged if they differ, or if there is no checksum because the last owner was killed during a
        change.
        """
        with self._calling():
            if self.usable:
                return
            saved = read_checksums(self._checksum_file).get("digest")
            if saved is None or saved != digest_files(self._folder):
                what = "not as they were left" if saved else "left in the middle of a change"
                raise VectorsDamaged(
                    f"Chroma's files are {what}. Expected those of the last run. Run `dateline index`: "
                    "they are rebuilt from the shelf, without embedding."
                )
            # Opening the files writes to them, and so does the first use of a collection.
            with self.saved_on_interrupt():
                for collection in self._open().list_collections():
                    collection.count()
            self.save_checksum()

    def save_checksum(self) -> None:
        """Record what Chroma's files are now; they are trusted while they stay so."""
        with self._calling():
            found = self._stamp()
            write_checksums(self._checksum_file, {"digest": digest_files(self._folder)})
            self._checked = found

    @contextmanager
    def saved_on_interrupt(self) -> Iterator[None]:
        """Save the checksum if Ctrl-C or a signal ends the block, so that the next run continues from there.

        Python raises it after the call into Chroma has returned, so the files are complete.
        """
        try:
            yield
        except (KeyboardInterrupt, Ended):
            self.save_checksum()
            raise

    def collection_names(self) -> list[str]:
        """List the names of the store's collections."""
        with self._calling():
            return [
                name
                for collection in self._open().list_collections()
                if (name := collection.name).startswith(self._prefix)
            ]

    def make_collection(self) -> str:
        """Create an empty collection in place of all others, and return its name."""
        with self._calling():
            self._drop_checksum()
            client = self._open()
            for old in self.collection_names():
                client.delete_collection(old)
            name = f"{self._prefix}-{uuid4().hex[:12]}"
            client.create_collection(name, embedding_function=None, configuration={"hnsw": _HNSW})
            return name

    def start_over(self) -> str:
        """Delete Chroma's files and return the name of an empty collection."""
        with self._calls:
            self._close()
            _clear_systems()
            self._drop_checksum()
            if self._folder.is_dir():
                shutil.rmtree(self._folder, ignore_errors=True)
            else:
                self._folder.unlink(missing_ok=True)
            return self.make_collection()

    def count(self, collection: str) -> int:
        """Count the vectors in the collection."""
        with self._calling():
            return self._get(collection).count()

    def add(self, collection: str, ids: Sequence[str], vectors: Sequence[Vectors]) -> None:
        """Add vectors by id. An id that is there already keeps its vector, which is the same."""
        for start in range(0, len(ids), BATCH):
            batch = slice(start, start + BATCH)
            # The lock is released between two batches, so that a reader's search gets its turn.
            with self._calling():
                self._drop_checksum()
                self._get(collection).add(ids=list(ids[batch]), embeddings=np.stack(vectors[batch]))

    def remove(self, collection: str, ids: Sequence[str]) -> None:
        """Remove vectors; unknown ids are skipped."""
        for start in range(0, len(ids), BATCH):
            with self._calling():
                self._drop_checksum()
                self._get(collection).delete(ids=list(ids[start : start + BATCH]))

    def ranking(self, collection: str, question: Vectors, k: int) -> dict[str, float]:
        """Return the ids of the `k` chunks nearest to a unit vector with their cosines (-1 to 1), nearest first."""
        with self._calling():
            found = self._get(collection).query(
                query_embeddings=[question.tolist()], n_results=k, include=["distances"]
            )
            (ids,), (distances,) = found["ids"], found["distances"] or [[]]
            return {id_: 1.0 - distance for id_, distance in zip(ids, distances, strict=True)}

    @contextmanager
    def _calling(self) -> Iterator[None]:
        with self._calls, _reporting_damage():
            yield

    def _drop_checksum(self) -> None:
        self._checked = None
        self._checksum_file.unlink(missing_ok=True)

    def _stamp(self) -> Stamp:
        return stamp(files_below(self._folder))

    def _open(self) -> "Client":
        if not self.owned:
            raise VectorsDamaged("Another process may own Chroma. Expected to own it. Search the shelf instead.")
        if self._client is None:
            import chromadb
            from chromadb.config import Settings

            # Given explicitly: Chroma would read another implementation, and a host, from the environment.
            settings = Settings(
                anonymized_telemetry=False, allow_reset=False, chroma_api_impl="chromadb.api.rust.RustBindingsAPI"
            )
            self._client = cast("Client", chromadb.PersistentClient(str(self._folder), settings=settings))
        return self._client

    def _get(self, collection: str) -> "Collection":
        # Fetched for each use: an earlier object is invalid if the collection was created again.
        return self._open().get_collection(collection, embedding_function=None)


def _clear_systems() -> None:
    """Have Chroma forget what it keeps of each folder in this process, so that a folder can be opened again.

    If Chroma fails to open a folder, it keeps the half-opened system, and every later attempt in this process fails.
    Its public API has no way to discard it. A version of Chroma without this class keeps it.
    """
    try:
        from chromadb.api.shared_system_client import SharedSystemClient

        SharedSystemClient.clear_system_cache()
    except (ImportError, AttributeError):
        logger.warning("Chroma may not open its rebuilt files before this process is restarted")


@contextmanager
def _reporting_damage() -> Iterator[None]:
    try:
        yield
    except VectorsDamaged:
        raise
    except Exception as error:
        # With damaged files Chroma may raise anything: InternalError, AttributeError, ValueError.
        logger.warning("Chroma failed; its files are not used until they are rebuilt", exc_info=error)
        raise VectorsDamaged(
            f"Chroma cannot use its files ({type(error).__name__}). Expected the vectors it was given. Check for a "
            "full disk, then run `dateline index`: they are copied again from the shelf, without embedding."
        ) from error
