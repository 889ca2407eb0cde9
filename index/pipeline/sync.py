"""Sync: bring the shelf in line with the seeds folder.

A file is read, its articles are cut into chunks, and both become visible to keyword search in one transaction. Then
the chunks are embedded, and their vectors are copied to Chroma. If a run is killed, the next one finds what is
missing and continues from there.
"""

import json
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import filelock

from index.core.errors import ChromaUnreachable, ShelfBusy, UnreadableArticle
from index.inbox.folder import check_folder
from index.pipeline.chroma_sync import sync_chroma
from index.pipeline.corrections import settle_corrections
from index.pipeline.events import BuiltAgain, Done, Embedded, Event, Rejected, Removed, Visible, Waiting
from index.pipeline.file_sync import UNSETTLED, HowToRead, sync_files
from index.pipeline.library import Library
from index.reading import readers
from index.reading.field_names import FILE_NAME, FieldNames, read_field_names
from index.shelf.corrections import CorrectionStore
from index.shelf.shelf import Shelf
from index.shelf.updates import Writing
from index.text import chunks, languages, near_duplicates, terms
from index.vectors.embedders import Embedder

logger = logging.getLogger(__name__)

# A second indexing process waits this long for the first.
WAIT_SECONDS = 3600.0
_EMBEDDED_AT_ONCE = 64


def sync_shelf(library: Library, *, wait_seconds: float = 0, rebuild: bool = False) -> Iterator[Event]:
    """Bring the shelf in line with the seeds folder, and yield each step once it is committed.

    A damaged shelf is emptied first; so is an intact one if `rebuild` is true. What was made visible stays, whatever
    is raised later.

    Raises SeedsMissing if there is no seeds folder (an unmounted disk is no reason to forget the articles). Raises
    ShelfBusy if another process indexes for longer than `wait_seconds`, and EmbeddingFailed if the embedding endpoint
    gives no vectors. Raises ChromaUnreachable, after everything else is done, if a Chroma server does not respond.
    """
    lock = _lock(library)
    try:
        check_folder(library.settings.seeds)
        yield from _acquire(lock, wait_seconds)
        yield from _sync(library, rebuild=rebuild)
    finally:
        lock.release()


def _sync(library: Library, *, rebuild: bool) -> Iterator[Event]:
    started = time.monotonic()
    shelf, limits = library.shelf, library.settings.limits
    if reason := "A rebuild was requested." if rebuild else shelf.damage(thorough=True):
        logger.warning("The shelf is emptied and rebuilt: %s", reason)
        shelf.start_over()
        yield BuiltAgain(reason)
    seen, fresh = Counter[type](), list[str]()
    names: FieldNames = {}
    try:
        names = read_field_names(library.settings.seeds)
    except UnreadableArticle as error:
        seen[Rejected] += 1
        yield Rejected(FILE_NAME, str(error))
    order = library.settings.numeric_days
    version = f"{readers.VERSION}/{chunks.VERSION}/{limits.chunk_tokens}{order and f'/{order}'}"
    corrections = CorrectionStore(library.settings.store).by_path()
    with shelf.read() as reading:
        was_stopped = bool(reading.record(UNSETTLED))
    _refresh_outdated(shelf, article_version=f"{version}/{sorted(names.items())}" if names else version)
    for event in sync_files(library.settings.seeds, shelf, HowToRead(limits, names, order, corrections)):
        seen[type(event)] += 1
        if isinstance(event, Visible):
            fresh.append(event.path)
        yield event
    settle_corrections(library, None if was_stopped else fresh)
    if was_stopped or fresh:
        with shelf.write() as writing:
            writing.set_record(UNSETTLED, "")
    shelf.forget()
    # Only now: keyword search and deletion must work even if the embedding endpoint does not.
    _drop_vectors_of_another_model(shelf, library.embedder)
    with shelf.read() as reading:
        before = reading.counts().embedded
    yield from _embed(shelf, library.embedder)
    unreachable = _copy_to_chroma(library)
    done = _finish(shelf, seen, before, time.monotonic() - started)
    logger.debug("Indexing finished: %s", done)
    yield done
    if unreachable:
        raise unreachable


def complete_vectors(library: Library, *, wait_seconds: float = 0) -> Iterator[Event]:
    """Embed the passages that have no vector, without looking at the seeds folder, and yield each step.

    If another model was set since the last run, nothing is embedded until the next one. Raises as `sync_shelf` does.
    """
    lock = _lock(library)
    try:
        yield from _acquire(lock, wait_seconds)
        with library.shelf.read() as reading:
            same_model = reading.record("embedding_model") == library.embedder.model
        if same_model:
            yield from _embed(library.shelf, library.embedder)
        unreachable = _copy_to_chroma(library)
        with library.shelf.write() as writing:
            writing.drop_spare_vectors()
        library.shelf.save_checksum()
        if unreachable:
            raise unreachable
    finally:
        lock.release()


def _lock(library: Library) -> filelock.FileLock:
    return filelock.FileLock(library.shelf.path.with_name("indexing.lock"), thread_local=False)


def _acquire(lock: filelock.FileLock, wait_seconds: float) -> Iterator[Waiting]:
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
                f"Process {process} is indexing this shelf. Expected only one process to index at a time. Try again "
                "when it has finished; you can already ask questions about the articles it has added."
            ) from None
    note.write_text(str(os.getpid()))


def _refresh_outdated(shelf: Shelf, *, article_version: str) -> None:
    """Rebuild keywords and fingerprints made by another version, and have files read or cut otherwise read again.

    With the keywords, the languages of the articles are recognised again.
    """
    with shelf.read() as reading:
        articles, keywords, fingerprints = map(reading.record, ("cutting", "words", "copies"))
    words = f"{terms.VERSION}/{languages.VERSION}"
    if keywords != words:
        with shelf.write() as writing:
            writing.rebuild_keywords()
            writing.set_record("words", words)
    if fingerprints != near_duplicates.VERSION:
        with shelf.write() as writing:
            writing.rebuild_fingerprints()
            writing.set_record("copies", near_duplicates.VERSION)
    if articles != article_version:
        with shelf.write() as writing:
            writing.forget_hashes()
            writing.set_record("cutting", article_version)


def _drop_vectors_of_another_model(shelf: Shelf, embedder: Embedder) -> None:
    with shelf.read() as reading:
        model = reading.record("embedding_model")
    if model != embedder.model:
        # Called once before anything is dropped: a mistake in the settings must not cost the vectors.
        dimensions = len(embedder.embed_question("Is anyone there?"))
        logger.debug("Every chunk is embedded again: the model is %s, it was %s", embedder.model, model or "not set")
        with shelf.write() as writing:
            _start_vectors(writing, embedder.model, dimensions)


def _start_vectors(writing: Writing, model: str, dimensions: int) -> None:
    writing.drop_vectors()
    writing.set_record("embedding_model", model)
    writing.set_record("dimensions", str(dimensions))
    # No collection has that name, so one is made before the first new vector is added.
    writing.set_record("collection", "")


def _embed(shelf: Shelf, embedder: Embedder) -> Iterator[Embedded]:
    """Embed the chunks that have no vector, one group in each transaction."""
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
                # Another model behind the same name: its vectors cannot be compared with the old ones.
                dimensions = vectors.shape[1]
                _start_vectors(writing, embedder.model, dimensions)
            writing.put_vectors([number for number, _ in waiting], vectors)
            counts = writing.counts()
        logger.debug("Embedded %d of %d chunks", counts.embedded, counts.chunks)
        yield Embedded(counts.embedded, counts.chunks)


def _copy_to_chroma(library: Library) -> ChromaUnreachable | None:
    """Copy the vectors to Chroma. Returns the error if a server does not respond: the shelf is complete without it."""
    try:
        sync_chroma(library.shelf, library.index)
    except ChromaUnreachable as error:
        return error
    return None


def _finish(shelf: Shelf, seen: Counter[type], embedded_before: int, seconds: float) -> Done:
    """Record the run on the shelf and sum it up."""
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    with shelf.write() as writing:
        writing.drop_spare_vectors()
        writing.set_record("last_run", ended)
        # For the pages of other processes.
        found = [seen[Visible], seen[Removed], seen[Rejected]]
        writing.set_record("last_found", json.dumps(found))
        if seen[Visible] or seen[Removed]:
            writing.set_record("last_change", json.dumps([ended, found]))
        counts, undated = writing.counts(), writing.reach().undated
    shelf.save_checksum()
    return Done(
        visible=seen[Visible],
        removed=seen[Removed],
        rejected=seen[Rejected],
        unchanged=counts.articles - seen[Visible],
        embedded=counts.embedded - embedded_before,
        articles=counts.articles,
        undated=undated,
        chunks=counts.chunks,
        seconds=round(seconds, 3),
        ended=ended,
    )
