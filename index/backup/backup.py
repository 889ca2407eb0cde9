"""Back up: write the seeds folder and the databases of a store to one file, while others use them.

Each database is copied as it is at one moment. The databases come first: a feed whose list says that an article was
taken then has its file in the backup. What is added meanwhile is found by the next index run after a restore.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import filelock

from index.backup.archive import SEEDS, STORE, STORE_NAMES, ArchiveWriter, Contents, writing_archive
from index.core.errors import BackupUnwritable
from index.core.settings import Settings
from index.inbox.folder import check_folder, entries_below
from index.shelf.database import copy_database

_PIECE = 1 << 20  # bytes copied at once
_IN_MEMORY = 1 << 24  # bytes of a file; larger ones are copied to the disk first
_READINGS = 5  # of a file that changes while it is read


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was written."""

    file: Path
    size: int  # bytes
    contents: Contents
    left_out: tuple[tuple[str, str], ...]  # paths in the seeds folder that cannot be read, and why


def back_up(settings: Settings, file: Path, *, overwrite: bool = False) -> BackedUp:
    """Write a backup. The file appears complete or not at all, even if this process is killed.

    Args:
        settings: Name the seeds folder and the store.
        file: The backup. It is compressed if its name ends in .gz or .tgz.
        overwrite: Replace an existing file, once the new one is complete.

    Raises:
        SeedsMissing: There is no seeds folder.
        BackupUnwritable: The file exists, is in one of the two folders, or cannot be written.
        ShelfUnusable: A database is damaged or cannot be read.
    """
    check_folder(settings.seeds)
    target = file.expanduser().absolute()
    _check_target(target, settings, overwrite=overwrite)
    try:
        with _work_folder(target) as folder:
            written = folder / "archive"
            with writing_archive(written, name=target.name) as archive:
                _add_store(archive, settings.store, folder)
                left_out = tuple(_add_seeds(archive, settings.seeds, folder))
                contents = archive.finish()
            _publish(written, target, overwrite=overwrite)
            return BackedUp(target, target.stat().st_size, contents, left_out)
    except OSError as error:
        raise BackupUnwritable(
            f"The backup {target} was not written ({error.strerror or error}). Expected a folder that this user may "
            "write to, with room for the backup and a copy of the databases. Nothing was changed."
        ) from None


def _check_target(target: Path, settings: Settings, *, overwrite: bool) -> None:
    if target.is_dir() or (target.exists() and not overwrite):
        raise BackupUnwritable(
            f"{target} exists. Expected the name of a new file. Name another, or replace it with --overwrite."
        )
    place = target.parent.resolve()
    for folder in (settings.seeds, settings.store):
        if place == folder or folder in place.parents:
            raise BackupUnwritable(
                f"{target} is in {folder}, which is backed up. Expected a file elsewhere, best on another disk."
            )


@contextmanager
def _work_folder(target: Path) -> Iterator[Path]:
    """Make a hidden folder next to the backup, and remove those that killed processes have left."""
    prefix = f".{target.name}.part-"
    for entry in list(os.scandir(target.parent)):
        if entry.name.startswith(prefix) and entry.is_dir(follow_symlinks=False):
            with suppress(filelock.Timeout, OSError), filelock.FileLock(Path(entry) / "lock", timeout=0):
                shutil.rmtree(entry, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    try:
        with filelock.FileLock(folder / "lock"):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _add_store(archive: ArchiveWriter, store: Path, folder: Path) -> None:
    names = [file.name for file in store.glob("*") if STORE_NAMES.fullmatch(file.name)]
    # The checksum before its database: of the two, the database may be the newer one.
    for name in sorted(names, key=lambda name: (name.endswith(".db"), name)):
        source, copy = store / name, folder / name  # a link is followed: the file may be on another disk
        if name.endswith(".db"):
            copy_database(source, copy)
        else:
            _copy(source, copy)
        with copy.open("rb") as content:
            facts = os.fstat(content.fileno())
            archive.add(f"{STORE}/{name}", content, size=facts.st_size, changed=facts.st_mtime_ns)
        copy.unlink()


def _copy(source: Path, copy: Path) -> None:
    try:
        shutil.copyfile(source, copy)
    except FileNotFoundError:
        raise BackupUnwritable(
            f"{source} cannot be read. Expected a file of the store, or a link to one. Restore what it links to, or "
            "remove the link."
        ) from None


def _add_seeds(archive: ArchiveWriter, seeds: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Add every file that indexing looks at, links excepted; yield those that cannot be read, and why."""
    problems = list[OSError]()
    paths = sorted(entry.path for entry in entries_below(seeds, on_error=problems.append) if _is_file(entry))
    for path in paths:
        name = Path(path).relative_to(seeds).as_posix()
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(folder)) as spool:
            content = cast("BinaryIO", spool)
            try:
                facts = _read_unchanged(path, content)
            except FileNotFoundError:
                continue  # removed meanwhile
            except PermissionError as error:
                yield name, str(error.strerror)
                continue
            archive.add(f"{SEEDS}/{name}", content, size=content.tell(), changed=facts.st_mtime_ns)
    yield from ((str(problem.filename), str(problem.strerror)) for problem in problems)


def _is_file(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False)


def _read_unchanged(path: str, spool: BinaryIO) -> os.stat_result:
    """Copy a file, again if it is changed while it is read, and return its facts."""
    for _ in range(_READINGS):
        spool.seek(0)
        spool.truncate()
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with open(handle, "rb") as source:  # noqa: PTH123 (a handle)
            before = os.fstat(handle)
            shutil.copyfileobj(source, spool, _PIECE)
            after = os.fstat(handle)
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            break
    return after


def _publish(written: Path, target: Path, *, overwrite: bool) -> None:
    """Give the complete file its name, so that a power cut leaves all of it or nothing."""
    with written.open("rb") as file:
        os.fsync(file.fileno())
    written.chmod(0o600)
    if not overwrite and target.exists():
        raise FileExistsError(17, "a file of this name was made meanwhile")
    written.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
