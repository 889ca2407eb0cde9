"""File sync: read new and changed files, put their articles on the shelf, and remove those of deleted files.

An article can be found by keyword search as soon as its file is read. A file that was not read to its end is read
again by the next run.
"""

import logging
import os
import stat
import time
from collections.abc import Container, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from typing import IO

from index.core.errors import DatelineError, UnreadableArticle
from index.core.limits import Limits
from index.core.logs import log_unexpected
from index.inbox.folder import entries_below
from index.pipeline.events import Rejected, Removed, Visible
from index.reading.field_names import FILE_NAME, FieldNames
from index.reading.readers import NO_ARTICLE, check_size, read_articles, streams
from index.shelf.corrections import Correction
from index.shelf.shelf import Shelf
from index.shelf.updates import UNFINISHED, Writing
from index.text.articles import Article
from index.text.chunks import Chunk, chunk_article
from index.text.days import Order

logger = logging.getLogger(__name__)

# Articles become visible in groups: a commit costs a disk flush.
_GROUP_STEPS = 100
_GROUP_SECONDS = 0.5
UNSETTLED = "unsettled"  # recorded if there are new articles for which corrections are not settled yet
_MOST_REASONS = 3  # for one file with many articles

FileEvent = Visible | Removed | Rejected


@dataclass(frozen=True, slots=True)
class HowToRead:
    """How files are read: what the settings, the seeds folder and the corrections say about that."""

    limits: Limits
    names: FieldNames = field(default_factory=dict)
    numeric_days: Order = ""
    corrections: Mapping[str, Correction] = field(default_factory=dict)  # by the article's path


def sync_files(seeds: Path, shelf: Shelf, how: HowToRead) -> Iterator[FileEvent]:
    """Bring the articles on the shelf in line with the files in `seeds`, and yield each change once it is committed."""
    paths, links, unreadable = list_files(seeds)
    yield from links
    yield from unreadable
    with shelf.read() as reading:
        known = reading.files()
    here = set(paths)
    for path in sorted(known.keys() - {_printable(path) for path in paths}):
        if any(path.startswith(f"{folder.path}/") or folder.path == "." for folder in unreadable):
            continue  # its folder cannot be read, so it may still be there
        with shelf.write() as writing:
            gone = writing.remove_file(path)
        yield from map(Removed, gone)
    group = _Group(shelf)
    for path in paths:
        if (name := _printable(path)) != path and name in here:
            yield _undecodable(name)  # not recorded: another file really has this name
            continue
        hash_, reason = known.get(path, (b"", None))
        for step in _read(seeds / path, path, hash_, shelf, how):
            if step is None:
                if reason:
                    yield Rejected(path, reason)
            elif isinstance(step, _Finished) and step.reason and known.get(step.file) == (step.hash, step.reason):
                yield Rejected(step.file, step.reason)  # as before: there is nothing to write
            else:
                yield from group.add(step)
    yield from group.commit()


def list_files(seeds: Path) -> tuple[list[str], list[Rejected], list[Rejected]]:
    """List the regular files in `seeds` and below, then the links, then the folders that cannot be read.

    Hidden files are left out. Links are not followed: one could lead to a private file elsewhere on this machine.
    """
    found: list[str] = []
    links: list[Rejected] = []
    unreadable: list[Rejected] = []

    def reject_folder(error: OSError) -> None:
        path = _printable(_relative(Path(error.filename), seeds))
        reason = f"{path}: the folder cannot be read ({error.strerror}). Its known articles stay on the shelf. "
        unreadable.append(Rejected(path, f"{reason}Fix its permissions and index again."))

    for entry in entries_below(seeds, on_error=reject_folder):
        path = _relative(Path(entry.path), seeds)
        if entry.is_symlink():
            name = _printable(path)
            links.append(Rejected(name, f"{name}: a link, which is not followed. Put the file or folder itself here."))
        elif entry.is_file(follow_symlinks=False) and path != FILE_NAME:
            found.append(path)
    return sorted(found), sorted(links, key=lambda link: link.path), unreadable


@dataclass(frozen=True, slots=True)
class _Article:
    """An article that was read from a file."""

    file: str
    article: Article
    chunks: Sequence[Chunk]
    note: str


@dataclass(frozen=True, slots=True)
class _Finished:
    """A file was read to its end, or cannot be read further."""

    file: str
    hash: bytes  # empty: read it again next time
    paths: Sequence[str] | None  # of all its articles; None: it could not be opened, its known articles stay
    reason: str | None = None


class _Group:
    """Steps that are written in one transaction and reported after it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._steps: list[_Article | _Finished] = []
        self._opened = time.monotonic()

    def add(self, step: _Article | _Finished) -> Iterator[FileEvent]:
        """Add a step; commit if there are enough steps or enough time has passed."""
        self._steps.append(step)
        if len(self._steps) >= _GROUP_STEPS or time.monotonic() - self._opened >= _GROUP_SECONDS:
            yield from self.commit()

    def commit(self) -> Iterator[FileEvent]:
        """Write the steps, then yield their events."""
        steps, self._steps = self._steps, []
        events: list[FileEvent] = []
        if steps:
            with self._shelf.write() as writing:
                for step in steps:
                    events += self._write(writing, step)
                if any(isinstance(step, _Article) for step in steps):
                    writing.set_record(UNSETTLED, "yes")
            logger.debug("Committed %d steps of reading files", len(steps))
        self._opened = time.monotonic()
        yield from events

    @staticmethod
    def _write(writing: Writing, step: _Article | _Finished) -> Iterator[FileEvent]:
        if isinstance(step, _Article):
            writing.put_articles(step.file, [(step.article, step.chunks)])
            yield Visible(step.article.path, step.article.title, len(step.chunks), step.note)
            return
        gone = writing.finish_file(step.file, step.hash, step.paths, reason=step.reason)
        # A file that can no longer be read is reported as rejected, not as removed.
        yield from (Removed(path) for path in gone if path != step.file)
        if step.reason:
            logger.warning("Rejected a file: %s", step.file)
            yield Rejected(step.file, step.reason)


def _read(file: Path, path: str, known: bytes, shelf: Shelf, how: HowToRead) -> Iterator[_Article | _Finished | None]:
    """Yield the articles of a file and then its end; None if its hash is `known`, nothing if it was deleted."""
    if (name := _printable(path)) != path:
        yield _Finished(name, b"", (), _undecodable(name).reason)
        return
    hash_ = b""
    try:
        with _open(file) as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                return
            if not streams(path):
                check_size(path, os.fstat(opened.fileno()).st_size, how.limits.file_bytes)
            before = _state(opened)
            hash_ = file_digest(opened, "sha256").digest()
            if hash_ == known:
                yield None
                return
            opened.seek(0)
            # After a change of reading or cutting no hash is known, and every article is read again.
            finished = yield from _read_open(path, opened, _ids(shelf, path) if known else {}, how)
            # A file that changed while it was read is read again next time.
            yield replace(finished, hash=hash_ if _state(opened) == before else UNFINISHED)
    except UnreadableArticle as error:
        yield _Finished(path, hash_, (), str(error))
    except FileNotFoundError:
        return
    except OSError as error:
        # A share that does not respond, a lost permission: the file may still be there.
        reason = f"{path}: cannot be read ({error.strerror}). Its known articles stay on the shelf. "
        yield _Finished(path, b"", None, f"{reason}Fix that and index again.")
    except DatelineError:
        raise  # not about this file: no room to unpack a table, for example
    except Exception as error:  # noqa: BLE001 (logged; the other files are read)
        written = log_unexpected(error)
        details = f"The details are in {written}." if written else "The details are in the terminal."
        reason = f"{path}: an unexpected error stopped reading it. Its known articles stay on the shelf. {details}"
        yield _Finished(path, b"", None, reason)


def _open(file: Path) -> BufferedReader:
    """Open a listed file. If a link or a pipe has replaced it, neither follow the link nor wait for the pipe."""
    flags = (getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"))
    return os.fdopen(os.open(file, sum(flags, start=os.O_RDONLY)), "rb")


def _read_open(
    path: str, file: IO[bytes], known: Container[str], how: HowToRead
) -> Generator[_Article, None, _Finished]:
    """Yield the articles that are not known, and return the end of the file."""
    paths, reasons, refused = list[str](), list[str](), 0
    for read in read_articles(path, file, max_bytes=how.limits.file_bytes, known=known, names=how.names):
        if read.reason:
            refused += 1
            reasons += [read.reason] if refused <= _MOST_REASONS else []
            continue
        paths.append(read.path)
        if read.article:
            article = read.article.with_numeric_day(how.numeric_days)
            if correction := how.corrections.get(article.path):
                article = correction.apply_to(article)
            chunks = chunk_article(article, max_tokens=how.limits.chunk_tokens)
            yield _Article(path, article, chunks, read.note)
    return _Finished(path, b"", paths, _summary(path, reasons, refused, len(paths)))


def _ids(shelf: Shelf, path: str) -> Container[str]:
    with shelf.read() as reading:
        return reading.article_paths(path)


def _state(file: IO[bytes]) -> tuple[int, int]:
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns


def _summary(path: str, reasons: Sequence[str], refused: int, read: int) -> str | None:
    """Say which articles of a file are not on the shelf, with the first reasons."""
    if not refused and read:
        return None
    if not refused:
        return f"{path}: {NO_ARTICLE}"
    if refused == 1 and not read:
        return reasons[0]
    return f"{path}: {refused:,} of {refused + read:,} articles were not read. {' '.join(reasons)}"


def _relative(path: Path, seeds: Path) -> str:
    return path.relative_to(seeds).as_posix()


def _undecodable(name: str) -> Rejected:
    return Rejected(name, f"{name}: the file's name is not UTF-8. Rename it and index again.")


def _printable(path: str) -> str:
    """Write the bytes of a file's name that are not text as numbers; leave other names unchanged."""
    return path.encode(errors="backslashreplace").decode()
