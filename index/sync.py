"""Sync: the shelf is brought in line with the seeds folder.

The story of a file: it is read, cut, made visible and searchable by its words in one
transaction; then its chunks are embedded; then the vectors go to Chroma. Killed anywhere,
the next run finds what is missing and goes on from there.
"""

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import filelock

from index import chunks
from index.articles import Article
from index.chunks import Chunk, chunk_article
from index.embeddings import Embedder
from index.errors import DamagedVectors, SeedsMissing, ShelfBusy, UnreadableArticle
from index.readers import read_article
from index.shelf import Shelf
from index.vectors import VectorIndex

# Articles become visible in groups: a commit costs a disk flush.
_GROUP_FILES = 50
_GROUP_SECONDS = 0.5
_EMBEDDED_AT_ONCE = 64
_PLACED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """Another process is indexing; this one goes on when it has finished."""

    process: str


@dataclass(frozen=True, slots=True)
class Visible:
    """An article can be found by its words from now on."""

    path: str
    title: str
    chunks: int


@dataclass(frozen=True, slots=True)
class Removed:
    """A file is gone, and its article with it."""

    path: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file is not on the shelf; the reason says what to do about it."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """So many of all chunks can be found by their meaning."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Done:
    """The shelf is in line with the folder: what this run did, and what there is now."""

    visible: int
    removed: int
    rejected: int
    unchanged: int
    embedded: int
    articles: int
    chunks: int
    seconds: float


Event = Waiting | Visible | Removed | Rejected | Embedded | Done


@dataclass(frozen=True, slots=True)
class _Seed:
    """A file as it was found; `fault` tells why its content could not be had."""

    path: str
    hash: bytes  # empty: read it again next time
    content: bytes
    fault: str


_Outcome = tuple[Article, Sequence[Chunk]] | str  # what is read of a file, or the reason for nothing


def sync_shelf(
    seeds: Path,
    *,
    shelf: Shelf,
    index: VectorIndex,
    embedder: Embedder,
    chunk_tokens: int,
    max_file_bytes: int,
    wait_seconds: float = 0,
) -> Iterator[Event]:
    """Bring the shelf in line with the folder `seeds`, telling each step once it is committed.

    Raises SeedsMissing where there is no folder (an unmounted disk is no reason to forget
    the articles), ShelfBusy where another process indexes for longer than `wait_seconds`,
    EmbeddingFailed where vectors cannot be had; what was made visible stays.
    """
    started = time.monotonic()
    if not seeds.is_dir():
        raise SeedsMissing(
            f"There is no folder {seeds}. Expected the articles in it. Make it, or name another with --seeds or "
            "DATELINE_SEEDS; the shelf was left as it is."
        )
    lock = filelock.FileLock(shelf.path.with_name("indexing.lock"), thread_local=False)
    yield from _take(lock, wait_seconds)
    try:
        _settle_record(shelf, embedder, cutting=f"{chunks.VERSION}/{chunk_tokens}")
        told: dict[type, int] = {Visible: 0, Removed: 0, Rejected: 0}
        paths = _list(seeds)
        for event in _sync_files(seeds, paths, shelf, chunk_tokens, max_file_bytes):
            told[type(event)] += 1
            yield event
        with shelf.read() as reading:
            before = reading.counts().embedded
        yield from _embed(shelf, embedder)
        place_vectors(shelf, index)
        with shelf.write() as writing:
            writing.drop_spare_vectors()
            writing.set_record("last_run", datetime.now(UTC).isoformat(timespec="seconds"))
            counts = writing.counts()
        yield Done(
            visible=told[Visible],
            removed=told[Removed],
            rejected=told[Rejected],
            unchanged=counts.articles - told[Visible],
            embedded=counts.embedded - before,
            articles=counts.articles,
            chunks=counts.chunks,
            seconds=round(time.monotonic() - started, 3),
        )
    finally:
        lock.release()


def place_vectors(shelf: Shelf, index: VectorIndex) -> bool:
    """Bring Chroma in line with the vectors on the shelf, if this process can own it.

    Returns whether it does. Where Chroma's files are damaged, they are made again.
    """
    if not index.own():
        return False
    try:
        _place(shelf, index)
    except DamagedVectors:
        _note_collection(shelf, index.start_over())
        _place(shelf, index)
    return True


def _place(shelf: Shelf, index: VectorIndex) -> None:
    with shelf.read() as reading:
        collection = reading.record("collection")
    if collection not in index.collection_names():
        collection = _note_collection(shelf, index.make_collection())
    while True:
        with shelf.read() as reading:
            leavers, unplaced = reading.leavers(_PLACED_AT_ONCE), reading.unplaced(_PLACED_AT_ONCE)
        if not leavers and not unplaced:
            break
        index.remove(collection, leavers)
        index.add(collection, [id_ for _, id_, _ in unplaced], [vector for _, _, vector in unplaced])
        with shelf.write() as writing:
            writing.mark_left(leavers)
            writing.mark_placed([number for number, _, _ in unplaced])
    with shelf.read() as reading:
        expected = reading.placed()
    if index.count(collection) != expected:
        _sweep(shelf, index, collection)


def _sweep(shelf: Shelf, index: VectorIndex, collection: str) -> None:
    """Remove from Chroma what the shelf does not know: a run was killed between the two."""
    ids = index.ids(collection)
    with shelf.read() as reading:
        known = reading.chunks(ids)
        expected = reading.placed()
    index.remove(collection, [id_ for id_ in ids if id_ not in known])
    if index.count(collection) != expected:
        raise DamagedVectors(
            f"Chroma holds {index.count(collection)} of {expected} vectors. Expected all of them. "
            "Run `dateline index`: they are placed again from the shelf, without embedding."
        )


def _note_collection(shelf: Shelf, collection: str) -> str:
    with shelf.write() as writing:
        writing.mark_all_unplaced()
        writing.set_record("collection", collection)
    return collection


def _take(lock: filelock.FileLock, wait_seconds: float) -> Iterator[Waiting]:
    name = Path(lock.lock_file).with_suffix(".pid")
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        process = name.read_text() if name.exists() else "unknown"
        yield Waiting(process)
        try:
            lock.acquire(timeout=wait_seconds)
        except filelock.Timeout:
            raise ShelfBusy(
                f"Process {process} is indexing this shelf. Expected to be alone. Try again when it has finished; "
                "what it has made visible can be asked already."
            ) from None
    name.write_text(str(os.getpid()))


def _settle_record(shelf: Shelf, embedder: Embedder, *, cutting: str) -> None:
    """Drop what another model or another way of cutting has left."""
    with shelf.read() as reading:
        model, cut = reading.record("embedding_model"), reading.record("cutting")
    if model != embedder.model:
        with shelf.write() as writing:
            writing.drop_vectors()
            writing.set_record("embedding_model", embedder.model)
            # No collection of that name: one is made before the first new vector is placed.
            writing.set_record("collection", "")
    if cut != cutting:
        with shelf.write() as writing:
            writing.forget_hashes()
            writing.set_record("cutting", cutting)


def _list(seeds: Path) -> list[str]:
    """List the regular files below `seeds`, hidden ones left out, as sorted relative paths."""
    found: list[str] = []
    for folder, names, files in os.walk(seeds):
        names[:] = [name for name in names if not name.startswith(".")]
        where = Path(folder).relative_to(seeds)
        found += [(where / file).as_posix() for file in files if not file.startswith(".")]
    return sorted(path for path in found if _is_regular(seeds / path))


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False  # gone, or a link that leads nowhere


def _sync_files(
    seeds: Path, paths: Sequence[str], shelf: Shelf, chunk_tokens: int, max_file_bytes: int
) -> Iterator[Visible | Removed | Rejected]:
    with shelf.read() as reading:
        known = reading.files()
    for path in sorted(known.keys() - set(paths)):
        with shelf.write() as writing:
            writing.remove_file(path)
        yield Removed(path)
    group: list[tuple[_Seed, _Outcome]] = []
    opened = time.monotonic()
    for path in paths:
        if not _is_utf8(path):
            name = path.encode(errors="backslashreplace").decode()
            yield Rejected(name, f"{name}: the file's name is not UTF-8. Rename it and index again.")
            continue
        seed = _load(seeds, path, max_file_bytes)
        hash_, reason = known.get(path, (b"", None))
        if seed is None:
            continue  # gone since the folder was listed; the next run sees that
        if seed.hash and seed.hash == hash_:
            if reason:
                yield Rejected(path, reason)
            continue
        group.append((seed, _read(seed, chunk_tokens)))
        if len(group) >= _GROUP_FILES or time.monotonic() - opened >= _GROUP_SECONDS:
            yield from _commit(shelf, group)
            group, opened = [], time.monotonic()
    yield from _commit(shelf, group)


def _load(seeds: Path, path: str, max_bytes: int) -> _Seed | None:
    file = seeds / path
    try:
        size = file.stat().st_size
        if size > max_bytes:
            fault = (
                f"{path}: {size / 1e6:.0f} MB, more than the {max_bytes / 1e6:.0f} MB read here. Split it, or raise "
                "DATELINE_MAX_FILE_MEGABYTES."
            )
            return _Seed(path, f"{size} bytes".encode(), b"", fault)
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        fault = f"{path}: cannot be read ({error.strerror}). Mend its permissions and index again."
        return _Seed(path, b"", b"", fault)
    return _Seed(path, sha256(content).digest(), content, "")


def _read(seed: _Seed, chunk_tokens: int) -> _Outcome:
    if seed.fault:
        return seed.fault
    try:
        article = read_article(seed.path, seed.content)
    except UnreadableArticle as error:
        return str(error)
    return article, chunk_article(article, max_tokens=chunk_tokens)


def _commit(shelf: Shelf, group: Sequence[tuple[_Seed, _Outcome]]) -> Iterator[Visible | Rejected]:
    """Write a group of files in one transaction, then tell of each."""
    if not group:
        return
    with shelf.write() as writing:
        for seed, outcome in group:
            if isinstance(outcome, str):
                writing.reject_file(seed.path, seed.hash, outcome)
            else:
                writing.put_file(seed.path, seed.hash, [outcome])
    for seed, outcome in group:
        if isinstance(outcome, str):
            yield Rejected(seed.path, outcome)
        else:
            article, cut = outcome
            yield Visible(seed.path, article.title, len(cut))


def _embed(shelf: Shelf, embedder: Embedder) -> Iterator[Embedded]:
    """Embed the chunks that have no vector, a group a transaction."""
    with shelf.read() as reading:
        counts = reading.counts()
    done = counts.embedded
    while True:
        with shelf.read() as reading:
            waiting = reading.unembedded(_EMBEDDED_AT_ONCE)
        if not waiting:
            return
        vectors = embedder.embed_articles([text for _, text in waiting])
        with shelf.write() as writing:
            writing.put_vectors([number for number, _ in waiting], vectors)
        done += len(waiting)
        yield Embedded(done, counts.chunks)


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
