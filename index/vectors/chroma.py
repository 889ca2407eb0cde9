"""Vectors: the only module that speaks to Chroma.

Chroma has no lock of its own, and two processes that write to one store break it without
an error, so one process owns it: the one that holds the lock file. The others search the
vectors in SQLite. So does the owner where Chroma's files are not as they were left: with a
file cut short or written over, Chroma gives wrong neighbours and no error.
"""

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import filelock
import numpy as np

from index.core.checksums import Stamp, digest_files, files_below, read_checksums, stamp, write_checksums
from index.core.errors import DamagedVectors
from index.vectors.embedders import Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

FOLDER_NAME = "chroma"
_CHECKSUM_NAME = "chroma.seal"
# Writes hold the GIL, 69 ms for 200 rows: more would be felt by those who read the page.
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
        self._left: Stamp | None = None  # of the files when they were last found or left whole

    @property
    def owned(self) -> bool:
        """Tell whether this process may use Chroma."""
        return self._lock.is_locked

    @property
    def usable(self) -> bool:
        """Tell whether Chroma may be believed: this process owns it, has checked it, and nobody wrote to it since."""
        return self.owned and self._left is not None and self._left == self._stamp()

    @property
    def changed(self) -> bool:
        """Tell whether this process has written to Chroma and not sealed it yet."""
        return self._left is None

    def acquire(self) -> bool:
        """Become the owner if nobody else is. Returns whether this process is it."""
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
            self._left = None
            self._lock.release()

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def check(self) -> None:
        """Compare Chroma's files with their seal, before they are opened: some damage ends the process.

        Raises DamagedVectors where they differ, and where there is no seal: the last owner was
        killed in the middle of a change.
        """
        with self._calling():
            if self.usable:
                return
            sealed = read_checksums(self._checksum_file).get("digest")
            if sealed is None or sealed != digest_files(self._folder):
                what = "not as they were left" if sealed else "left in the middle of a change"
                raise DamagedVectors(
                    f"Chroma's files are {what}. Expected those of the last run. Run `dateline index`: "
                    "they are made again from the shelf, without embedding."
                )
            # Opening writes to them, and so does the first look into a collection.
            with self.saved_on_interrupt():
                for collection in self._open().list_collections():
                    collection.count()
            self.save_checksum()

    def save_checksum(self) -> None:
        """Note what Chroma's files are now, as the ones to be believed."""
        with self._calling():
            left = self._stamp()
            write_checksums(self._checksum_file, {"digest": digest_files(self._folder)})
            self._left = left

    @contextmanager
    def saved_on_interrupt(self) -> Iterator[None]:
        """Seal files that are known to be whole where Ctrl-C ends the block.

        It is noticed once Chroma's call has ended: what that left is whole, and the next run goes on from it.
        """
        try:
            yield
        except KeyboardInterrupt:
            self.save_checksum()
            raise

    def collection_names(self) -> list[str]:
        """List the collections that are there."""
        with self._calling():
            return [
                name
                for collection in self._open().list_collections()
                if (name := collection.name).startswith(self._prefix)
            ]

    def make_collection(self) -> str:
        """Make an empty collection in place of all others, and return its name."""
        with self._calling():
            self._drop_checksum()
            client = self._open()
            for old in self.collection_names():
                client.delete_collection(old)
            name = f"{self._prefix}-{uuid4().hex[:12]}"
            client.create_collection(name, embedding_function=None, configuration={"hnsw": _HNSW})
            return name

    def start_over(self) -> str:
        """Throw away Chroma's files and return the name of an empty collection."""
        with self._calls:
            self._close()
            _forget_systems()
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
        """Add vectors; one whose id is known already is passed over, as it is the same one."""
        for start in range(0, len(ids), BATCH):
            batch = slice(start, start + BATCH)
            # Let go between two batches, so that a reader's search gets its turn.
            with self._calling():
                self._drop_checksum()
                self._get(collection).add(ids=list(ids[batch]), embeddings=np.stack(vectors[batch]))

    def remove(self, collection: str, ids: Sequence[str]) -> None:
        """Remove vectors; ids that are not there are passed over."""
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
        with self._calls, _naming_damage():
            yield

    def _drop_checksum(self) -> None:
        self._left = None
        self._checksum_file.unlink(missing_ok=True)

    def _stamp(self) -> Stamp:
        return stamp(files_below(self._folder))

    def _open(self) -> "Client":
        if not self.owned:
            raise DamagedVectors("Chroma is used by its owner only. Expected to own it. Search the shelf instead.")
        if self._client is None:
            import chromadb
            from chromadb.config import Settings

            # Named outright: Chroma would take another implementation, and a host, from the environment.
            settings = Settings(
                anonymized_telemetry=False, allow_reset=False, chroma_api_impl="chromadb.api.rust.RustBindingsAPI"
            )
            self._client = cast("Client", chromadb.PersistentClient(str(self._folder), settings=settings))
        return self._client

    def _get(self, collection: str) -> "Collection":
        # Fetched per use: a handle kept while the collection was made again is dead.
        return self._open().get_collection(collection, embedding_function=None)


def _forget_systems() -> None:
    """Have Chroma forget what it keeps of a folder in this process: a broken start stays broken otherwise."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()


@contextmanager
def _naming_damage() -> Iterator[None]:
    try:
        yield
    except DamagedVectors:
        raise
    except Exception as error:
        # With damaged files Chroma raises whatever it comes to: InternalError, AttributeError, ValueError.
        raise DamagedVectors(
            f"Chroma cannot use its files ({type(error).__name__}). Expected the vectors it was given. Look for a full "
            "disk, then run `dateline index`: they are placed again from the shelf, without embedding."
        ) from error
