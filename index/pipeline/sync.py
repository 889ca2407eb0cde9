"""Sync: the shelf is brought in line with the seeds folder.

The story of a file: it is read, cut, made visible and searchable by its words in one
transaction; then its chunks are embedded; then the vectors go to Chroma. Killed anywhere,
the next run finds what is missing and goes on from there.
"""

import json
import os
import stat
import time
from collections.abc import Container, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from typing import IO

import filelock

from index.core.errors import ChromaUnreachable, ShelfBusy, UnreadableArticle
from index.inbox.folder import check_folder, entries_below
from index.pipeline.chroma_sync import sync_chroma
from index.reading.readers import check_size, read_articles, streams
from index.shelf.shelf import Shelf
from index.shelf.updates import UNFINISHED, Writing
from index.text import chunks
from index.text import near_duplicates as copies
from index.text import terms as words
from index.text.articles import Article
from index.text.chunks import Chunk, chunk_article
from index.vectors.chroma import VectorIndex
from index.vectors.embedders import Embedder

# Articles become visible in groups: a commit costs a disk flush.
_GROUP_STEPS = 100
_GROUP_SECONDS = 0.5
_EMBEDDED_AT_ONCE = 64
_REASONS_TOLD = 3  # of a file with many articles


@dataclass(frozen=True, slots=True)
class Waiting:
    """Another process is indexing; this one goes on when it has finished."""

    process: str


@dataclass(frozen=True, slots=True)
class BuiltAgain:
    """The shelf was made anew and is built again from the seeds; the reason says what was wrong with it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Visible:
    """An article can be found by its words from now on."""

    path: str
    title: str
    chunks: int
    note: str = ""  # what was guessed on the way


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
    ended: str  # ISO 8601, UTC; `record("last_run")` of the shelf, as `last_found` is what it did


Event = Waiting | BuiltAgain | Visible | Removed | Rejected | Embedded | Done


def sync_shelf(
    seeds: Path,
    *,
    shelf: Shelf,
    index: VectorIndex,
    embedder: Embedder,
    chunk_tokens: int,
    max_file_bytes: int,
    wait_seconds: float = 0,
    rebuild: bool = False,
) -> Iterator[Event]:
    """Bring the shelf in line with the folder `seeds`, telling each step once it is committed.

    Raises SeedsMissing where there is no folder (an unmounted disk is no reason to forget
    the articles), ShelfBusy where another process indexes for longer than `wait_seconds`,
    EmbeddingFailed where vectors cannot be had, ChromaUnreachable, after all else is done, where
    a Chroma server cannot be given them; what was made visible stays. A damaged shelf
    is made anew first, and a whole one where `rebuild` is asked for.
    """
    started = time.monotonic()
    check_folder(seeds)
    lock = filelock.FileLock(shelf.path.with_name("indexing.lock"), thread_local=False)
    try:
        yield from _take(lock, wait_seconds)
        if reason := "It was asked for." if rebuild else shelf.damage(thorough=True):
            shelf.start_over()
            yield BuiltAgain(reason)
        _settle_words(shelf, cutting=f"{chunks.VERSION}/{chunk_tokens}")
        told: dict[type, int] = {Visible: 0, Removed: 0, Rejected: 0}
        for event in _sync_files(seeds, shelf, chunk_tokens, max_file_bytes):
            told[type(event)] += 1
            yield event
        shelf.forget()
        # Only now: an endpoint that is down keeps nothing from being found by its words, or forgotten.
        _settle_model(shelf, embedder)
        with shelf.read() as reading:
            before = reading.counts().embedded
        yield from _embed(shelf, embedder)
        unreachable = None
        try:
            sync_chroma(shelf, index)
        except ChromaUnreachable as error:
            unreachable = error  # the shelf is whole without it
        ended = datetime.now(UTC).isoformat(timespec="seconds")
        with shelf.write() as writing:
            writing.drop_spare_vectors()
            writing.set_record("last_run", ended)
            # For pages of other processes.
            writing.set_record("last_found", json.dumps([told[Visible], told[Removed], told[Rejected]]))
            counts = writing.counts()
        shelf.save_checksum()
        yield Done(
            visible=told[Visible],
            removed=told[Removed],
            rejected=told[Rejected],
            unchanged=counts.articles - told[Visible],
            embedded=counts.embedded - before,
            articles=counts.articles,
            chunks=counts.chunks,
            seconds=round(time.monotonic() - started, 3),
            ended=ended,
        )
        if unreachable:
            raise unreachable
    finally:
        lock.release()


def _take(lock: filelock.FileLock, wait_seconds: float) -> Iterator[Waiting]:
    note = Path(lock.lock_file).with_suffix(".pid")
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        process = note.read_text() if note.exists() else "unknown"
        yield Waiting(process)
        try:
            lock.acquire(timeout=wait_seconds)
        except filelock.Timeout:
            raise ShelfBusy(
                f"Process {process} is indexing this shelf. Expected to be alone. Try again when it has finished; "
                "what it has made visible can be asked already."
            ) from None
    note.write_text(str(os.getpid()))


def _settle_words(shelf: Shelf, *, cutting: str) -> None:
    """Have articles read again that were cut in another way, and what was made of their words in another made again."""
    with shelf.read() as reading:
        cut, made_with, printed = reading.record("cutting"), reading.record("words"), reading.record("copies")
    if made_with != words.VERSION:
        with shelf.write() as writing:
            writing.rebuild_keywords()
            writing.set_record("words", words.VERSION)
    if printed != copies.VERSION:
        with shelf.write() as writing:
            writing.rebuild_fingerprints()
            writing.set_record("copies", copies.VERSION)
    if cut != cutting:
        with shelf.write() as writing:
            writing.forget_hashes()
            writing.set_record("cutting", cutting)


def _settle_model(shelf: Shelf, embedder: Embedder) -> None:
    """Drop the vectors of another model."""
    with shelf.read() as reading:
        model = reading.record("embedding_model")
    if model != embedder.model:
        # Asked once before anything is dropped: a slip in the settings must not cost the vectors.
        dimensions = len(embedder.embed_question("Is anyone there?"))
        with shelf.write() as writing:
            _start_vectors(writing, embedder.model, dimensions)


def _start_vectors(writing: Writing, model: str, dimensions: int) -> None:
    writing.drop_vectors()
    writing.set_record("embedding_model", model)
    writing.set_record("dimensions", str(dimensions))
    # No collection of that name: one is made before the first new vector is placed.
    writing.set_record("collection", "")


def _list(seeds: Path) -> tuple[list[str], list[Rejected], list[Rejected]]:
    """List the regular files below `seeds`, hidden ones left out, the links and the folders that are closed to us.

    A link can lead anywhere on this machine, to what nobody meant to put on a shelf.
    """
    found: list[str] = []
    links: list[Rejected] = []
    closed: list[Rejected] = []

    def note(error: OSError) -> None:
        path = _printable(_relative(Path(error.filename), seeds))
        reason = f"{path}: cannot be looked into ({error.strerror}). Mend its permissions and index again."
        closed.append(Rejected(path, f"{reason} The articles known from it stay."))

    for entry in entries_below(seeds, note=note):
        path = _relative(Path(entry.path), seeds)
        if entry.is_symlink():
            name = _printable(path)
            links.append(Rejected(name, f"{name}: a link, which is not followed. Put the file or folder itself here."))
        elif entry.is_file(follow_symlinks=False):
            found.append(path)
    return sorted(found), sorted(links, key=lambda link: link.path), closed


def _relative(path: Path, seeds: Path) -> str:
    return path.relative_to(seeds).as_posix()


def _sync_files(
    seeds: Path, shelf: Shelf, chunk_tokens: int, max_file_bytes: int
) -> Iterator[Visible | Removed | Rejected]:
    paths, links, closed = _list(seeds)
    yield from links
    yield from closed
    with shelf.read() as reading:
        known = reading.files()
    here = set(paths)
    for path in sorted(known.keys() - {_printable(path) for path in paths}):
        if any(path.startswith(f"{folder.path}/") or folder.path == "." for folder in closed):
            continue  # not seen is not gone
        with shelf.write() as writing:
            gone = writing.remove_file(path)
        yield from map(Removed, gone)
    group = _Group(shelf)
    for path in paths:
        if (name := _printable(path)) != path and name in here:
            yield _nameless(name)  # and nothing is noted of it: the file that really has this name keeps its place
            continue
        hash_, reason = known.get(path, (b"", None))
        for step in _read(seeds, path, hash_, shelf, chunk_tokens, max_file_bytes):
            if step is None:
                if reason:
                    yield Rejected(path, reason)
            elif isinstance(step, _Finished) and step.reason and known.get(step.file) == (step.hash, step.reason):
                yield Rejected(step.file, step.reason)  # as before: nothing is written, nothing has changed
            else:
                yield from group.take(step)
    yield from group.commit()


@dataclass(frozen=True, slots=True)
class _Taken:
    """An article that was read."""

    file: str
    article: Article
    chunks: Sequence[Chunk]
    note: str


@dataclass(frozen=True, slots=True)
class _Finished:
    """A file was read to its end, or as far as it can be."""

    file: str
    hash: bytes  # empty: read it again next time
    paths: Sequence[str] | None  # of all its articles; None: it could not be seen, what is known stays
    reason: str | None = None


class _Group:
    """Steps that are written in one transaction, and told of afterwards."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._steps: list[_Taken | _Finished] = []
        self._opened = time.monotonic()

    def take(self, step: _Taken | _Finished) -> Iterator[Visible | Removed | Rejected]:
        """Add a step; write where there are enough, or enough time has passed."""
        self._steps.append(step)
        if len(self._steps) >= _GROUP_STEPS or time.monotonic() - self._opened >= _GROUP_SECONDS:
            yield from self.commit()

    def commit(self) -> Iterator[Visible | Removed | Rejected]:
        """Write what there is, then tell of each step."""
        steps, self._steps = self._steps, []
        told: list[Visible | Removed | Rejected] = []
        if steps:
            with self._shelf.write() as writing:
                for step in steps:
                    told += self._write(writing, step)
        self._opened = time.monotonic()
        yield from told

    @staticmethod
    def _write(writing: Writing, step: _Taken | _Finished) -> Iterator[Visible | Removed | Rejected]:
        if isinstance(step, _Taken):
            writing.put_articles(step.file, [(step.article, step.chunks)])
            yield Visible(step.article.path, step.article.title, len(step.chunks), step.note)
            return
        gone = writing.finish_file(step.file, step.hash, step.paths, reason=step.reason)
        # A file that can no longer be read is told as rejected, not as removed.
        yield from (Removed(path) for path in gone if path != step.file)
        if step.reason:
            yield Rejected(step.file, step.reason)


def _read(
    seeds: Path, path: str, known: bytes, shelf: Shelf, chunk_tokens: int, max_bytes: int
) -> Iterator[_Taken | _Finished | None]:
    """Yield what a file holds and that it was read; None where its hash is known, nothing where it went away."""
    if (name := _printable(path)) != path:
        yield _Finished(name, b"", (), _nameless(name).reason)
        return
    hash_ = b""
    try:
        with _open(seeds / path) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return
            if not streams(path):
                check_size(path, os.fstat(file.fileno()).st_size, max_bytes)
            before = _state(file)
            hash_ = file_digest(file, "sha256").digest()
            if hash_ == known:
                yield None
                return
            file.seek(0)
            # An article that was cut in another way is read again, though it is known.
            finished = yield from _read_open(path, file, _ids(shelf, path) if known else {}, chunk_tokens, max_bytes)
            # What changed while it was read is read again next time.
            yield replace(finished, hash=hash_ if _state(file) == before else UNFINISHED)
    except UnreadableArticle as error:
        yield _Finished(path, hash_, (), str(error))
    except FileNotFoundError:
        return
    except OSError as error:
        # A share that hangs, a lost permission: not read is not gone.
        reason = f"{path}: cannot be read ({error.strerror}). Mend that and index again."
        yield _Finished(path, b"", None, f"{reason} What is known from it stays.")


def _open(file: Path) -> BufferedReader:
    """Open a file that was listed; should a link or a pipe stand in its place by now, neither lead off nor wait."""
    flags = (getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"))
    return os.fdopen(os.open(file, sum(flags, start=os.O_RDONLY)), "rb")


def _read_open(
    path: str, file: IO[bytes], known: Container[str], chunk_tokens: int, max_bytes: int
) -> Generator[_Taken, None, _Finished]:
    """Yield the articles that are not known, and return what all of the file came to."""
    paths, reasons, refused = list[str](), list[str](), 0
    for read in read_articles(path, file, max_bytes=max_bytes, known=known):
        if read.reason:
            refused += 1
            reasons += [read.reason] if refused <= _REASONS_TOLD else []
            continue
        paths.append(read.path)
        if read.article:
            yield _Taken(path, read.article, chunk_article(read.article, max_tokens=chunk_tokens), read.note)
    return _Finished(path, b"", paths, _summary(path, reasons, refused, len(paths)))


def _ids(shelf: Shelf, path: str) -> Container[str]:
    with shelf.read() as reading:
        return reading.article_paths(path)


def _state(file: IO[bytes]) -> tuple[int, int]:
    told = os.fstat(file.fileno())
    return told.st_size, told.st_mtime_ns


def _summary(path: str, reasons: Sequence[str], refused: int, read: int) -> str | None:
    """Say what of a file with many articles is not on the shelf, with the first reasons."""
    if not refused and read:
        return None
    if not refused:
        return f"{path}: no article in it. Expected one at least; fill it or remove the file."
    if refused == 1 and not read:
        return reasons[0]
    return f"{path}: {refused:,} of {refused + read:,} articles were not read. {' '.join(reasons)}"


def _embed(shelf: Shelf, embedder: Embedder) -> Iterator[Embedded]:
    """Embed the chunks that have no vector, a group a transaction."""
    with shelf.read() as reading:
        dimensions = int(reading.record("dimensions"))
    while True:
        with shelf.read() as reading:
            waiting = reading.unembedded(_EMBEDDED_AT_ONCE)
        if not waiting:
            return
        vectors = embedder.embed_articles([text for _, text in waiting])
        with shelf.write() as writing:
            if vectors.shape[1] != dimensions:
                # Another model behind the same name: its vectors cannot stand beside the old ones.
                dimensions = vectors.shape[1]
                _start_vectors(writing, embedder.model, dimensions)
            writing.put_vectors([number for number, _ in waiting], vectors)
            counts = writing.counts()
        yield Embedded(counts.embedded, counts.chunks)


def _nameless(name: str) -> Rejected:
    return Rejected(name, f"{name}: the file's name is not UTF-8. Rename it and index again.")


def _printable(path: str) -> str:
    """Write the bytes of a file's name that are no text as numbers; other names stay as they are."""
    return path.encode(errors="backslashreplace").decode()
