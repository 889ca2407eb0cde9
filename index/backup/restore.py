"""Restore: put the files of a backup back, after all of them were checked.

They are first written to a hidden folder inside each target. Only when their digests are right do they take the place
of what is there, which is moved aside and never deleted.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import filelock

from index.backup.archive import SEEDS, STORE, STORE_NAMES, Contents, read_archive
from index.backup.backup import sync_folder
from index.core.errors import BackupUnwritable, TargetNotEmpty
from index.core.settings import Settings

_ASIDE = ".before-restore-"  # hidden, so that indexing skips it
_STAGED = ".restoring-"
_TOKENS = f"{STORE}/tokens.db"
_LOCKS = ("indexing.lock", "chroma.lock")
# In the store: all that is Dateline's own, except for locks and the log.
_OF_CHROMA = ("chroma", "chroma.seal")


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was restored."""

    contents: Contents
    aside: tuple[Path, ...]  # folders with what was there before
    held: int = 0  # messages about alerts that are not sent, because they may have been sent since
    left_tokens: bool = False  # whether it has tokens of the API, which were not restored


def check_backup(file: Path) -> Contents:
    """Check every file of a backup by its digest, and write nothing. Raises BadBackup."""
    return read_archive(file, lambda _: None)


def restore(
    settings: Settings,
    file: Path,
    *,
    replace: bool = False,
    tokens: bool = False,
    hold_messages: Callable[[Path], int] = lambda _: 0,
) -> Restored:
    """Restore a backup to the seeds folder and the store. Nothing is changed unless all of it is sound.

    Args:
        settings: Name the two folders; they are made if they are missing.
        file: The backup.
        replace: Move what is there into a folder `.before-restore-N` inside each of the two.
        tokens: Restore the tokens of the API too. Some of them may have been removed since the backup.
        hold_messages: Keeps the messages in a store from being sent, and returns how many there are. This package
            knows no alerts.

    Raises:
        TargetNotEmpty: There are articles or a store already, or another process uses the store.
        BadBackup: The file is not a backup, is damaged, or has a path that leaves the two folders.
        BackupUnwritable: A file cannot be written.
    """
    folders = {SEEDS: settings.seeds, STORE: settings.store}
    if not replace:
        for folder in folders.values():
            _check_empty(folder, settings)
    try:
        with ExitStack() as stack:
            # The store first: it may be hidden in the seeds folder.
            made = [folder for folder in (settings.store, settings.seeds) if _make(folder)]
            stack.callback(_remove_empty, made)
            staged = {name: stack.enter_context(_staging(folder)) for name, folder in folders.items()}
            left_out = () if tokens else (_TOKENS,)
            contents = read_archive(file, lambda name: None if name in left_out else _create(staged, name))
            held = hold_messages(staged[STORE])
            for name, entry in contents.entries.items():
                if name in left_out:
                    continue
                os.utime(_staged_path(staged, name), ns=(entry.changed, entry.changed))
            with _unused(settings.store):
                aside = (
                    tuple(_move_aside(folder, settings, tokens=tokens) for folder in folders.values())
                    if replace
                    else ()
                )
                for name, folder in folders.items():
                    _move_all(staged[name], folder)
            made.clear()
    except OSError as error:
        raise BackupUnwritable(
            f"The backup was not restored ({error}). Expected two folders that this user may write to, with room for "
            f"all of it: {settings.seeds} and {settings.store}. Fix that and restore it again, with --replace if files "
            "of it are there."
        ) from None
    has_tokens = _TOKENS in contents.entries and not tokens
    return Restored(contents, tuple(folder for folder in aside if folder), held, has_tokens)


def _check_empty(folder: Path, settings: Settings) -> None:
    if any(_is_replaced(entry.name, folder, settings) for entry in _entries(folder)):
        raise TargetNotEmpty(
            f"{folder} is not empty. Expected a new folder, so that nothing is lost. Name another with --seeds or "
            f"--store, or give --replace: what is there is then moved into {_ASIDE}1 inside it."
        )


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except FileNotFoundError:
        return []


def _is_replaced(name: str, folder: Path, settings: Settings) -> bool:
    """Return True if an entry of one of the two folders is part of what a backup replaces."""
    if folder == settings.seeds:
        return not name.startswith(".")  # the store may be in there, hidden
    own = name.removesuffix("-wal").removesuffix("-shm").removesuffix("-journal")
    return STORE_NAMES.fullmatch(own) is not None or own.endswith(".sound") or own in _OF_CHROMA


def _make(folder: Path) -> bool:
    is_new = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return is_new


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        if all(entry.name in (*_LOCKS, "making.lock") for entry in _entries(folder)):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Make a hidden folder on the disk of the target, and remove those that killed processes have left."""
    for entry in _entries(folder):
        if entry.name.startswith(_STAGED):
            shutil.rmtree(entry, ignore_errors=True)
    staged = Path(tempfile.mkdtemp(prefix=_STAGED, dir=folder))
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _staged_path(staged: dict[str, Path], name: str) -> Path:
    folder, _, rest = name.partition("/")
    return staged[folder] / rest


def _create(staged: dict[str, Path], name: str) -> BinaryIO:
    path = _staged_path(staged, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Never over another: some systems take two names for one.
    file = path.open("xb")
    if name.startswith(f"{STORE}/"):
        path.chmod(0o600)
    return file


@contextmanager
def _unused(store: Path) -> Iterator[None]:
    """Keep others from indexing and from opening Chroma. Raises TargetNotEmpty if a process does so now."""
    with ExitStack() as stack:
        for name in _LOCKS:
            try:
                stack.enter_context(filelock.FileLock(store / name, timeout=0))
            except filelock.Timeout:
                raise TargetNotEmpty(
                    f"Another process uses the store {store}. Expected none while a backup is restored. End the page, "
                    "`dateline watch` and `dateline index`, then restore again. Nothing was changed."
                ) from None
        yield


def _move_aside(folder: Path, settings: Settings, *, tokens: bool) -> Path | None:
    """Move what is in a folder into a hidden one inside it: the folder itself may be a mounted disk."""
    there = [entry for entry in _entries(folder) if _is_replaced(entry.name, folder, settings)]
    if folder == settings.store and not tokens:
        there = [entry for entry in there if not entry.name.startswith(Path(_TOKENS).name)]
    if not there:
        return None
    number = 1
    while (aside := folder / f"{_ASIDE}{number}").exists():
        number += 1
    aside.mkdir(mode=0o700)
    for entry in there:
        Path(entry).replace(aside / entry.name)
    return aside


def _move_all(staged: Path, folder: Path) -> None:
    for entry in _entries(staged):
        Path(entry).replace(folder / entry.name)
    sync_folder(folder)
