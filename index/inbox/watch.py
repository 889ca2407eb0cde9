"""Watch: notice changes in the seeds folder, and wait until they have settled.

The system's notifications come through `watchfiles`. It groups changes by how many files have changed, so one file that
is still growing would count as settled. Here the time since the last change decides.
"""

import stat
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from watchfiles import Change, watch
from watchfiles.main import FileChange

from index.core.errors import SeedsUnwatchable

QUIET_SECONDS = 1.5
LONGEST_SECONDS = 60.0
_BEAT_MS = 100
_POLL_MS = 1000


@dataclass(frozen=True, slots=True)
class Beat:
    """A moment at which the folder was checked."""

    seconds: float  # on a monotonic clock
    changed: bool  # True if anything changed since the previous beat


def watch_seeds(
    seeds: Path,
    *,
    ended: threading.Event,
    quiet_seconds: float = QUIET_SECONDS,
    longest_seconds: float = LONGEST_SECONDS,
) -> Iterator[None]:
    """Yield as soon as the watch has started, and then each time changes have settled.

    Changes have settled if nothing changed for `quiet_seconds`. If they do not end, this yields every
    `longest_seconds`. Changes made while the caller is busy are reported afterwards. Hidden files are skipped, as in
    indexing. If the folder disappears, is replaced or returns, that is a change. Ends soon after `ended` is set.

    If the system has no notifications, or none are left, the folder is read every second instead. A network share sends
    no notifications of changes made by other machines: for these, set WATCHFILES_FORCE_POLLING=1. Raises
    SeedsUnwatchable if neither works.
    """
    with closing(_beats(seeds, ended, quiet_seconds)) as beats:
        if next(beats, None):
            yield
            yield from settled(beats, quiet_seconds=quiet_seconds, longest_seconds=longest_seconds)


def settled(beats: Iterable[Beat], *, quiet_seconds: float, longest_seconds: float) -> Iterator[None]:
    """Yield at beats when there was no change for `quiet_seconds`, or there were changes for `longest_seconds`.

    >>> beats = [Beat(0, True), Beat(1, True), Beat(2, False), Beat(3, False), Beat(4, False)]
    >>> len(list(settled(beats, quiet_seconds=1.5, longest_seconds=60)))
    1
    """
    first = last = None
    for beat in beats:
        if beat.changed:
            first, last = beat.seconds if first is None else first, beat.seconds
        if first is None or last is None:
            continue
        if beat.seconds - last >= quiet_seconds or beat.seconds - first >= longest_seconds:
            first = last = None
            yield


@dataclass(frozen=True, slots=True)
class _Place:
    """The identity of a folder: another folder with its name is another place."""

    folder: Path
    device: int
    number: int


def _beats(seeds: Path, ended: threading.Event, quiet_seconds: float) -> Generator[Beat, None, None]:
    """Watch the folder, or while it is missing its nearest existing parent, to notice its return."""
    polling: bool | None = None  # `watchfiles` decides
    changed = False
    while not ended.is_set():
        place = _nearest(seeds)
        begun = False
        try:
            with closing(
                _notices(place.folder, recursive=place.folder == seeds, ended=ended, polling=polling)
            ) as found:
                for changes in found:
                    begun = True
                    replaced = (Change.deleted, str(place.folder)) in changes or _nearest(seeds) != place
                    visible = place.folder == seeds and any(_is_visible(path, seeds) for _, path in changes)
                    yield Beat(time.monotonic(), changed or replaced or visible)
                    changed = replaced
                    if replaced:
                        break
        except PermissionError as error:
            raise _unwatchable(seeds, error) from None
        except (OSError, RuntimeError) as error:
            # The folder was deleted while it was read, a name is not UTF-8, or no notifications are left.
            if not begun and not isinstance(error, FileNotFoundError):
                if polling:
                    raise _unwatchable(seeds, error) from None
                polling = True
            changed = True
            ended.wait(quiet_seconds)


def _notices(
    folder: Path, *, recursive: bool, ended: threading.Event, polling: bool | None
) -> Generator[set[FileChange], None, None]:
    """Yield at each beat what changed since the previous one."""
    try:
        yield from watch(
            folder,
            watch_filter=None,
            recursive=recursive,
            stop_event=ended,
            step=_BEAT_MS,
            rust_timeout=_BEAT_MS,
            yield_on_timeout=True,
            force_polling=polling,
            poll_delay_ms=_POLL_MS,
            # Otherwise failures are ignored, and later folders are not watched.
            ignore_permission_denied=False,
        )
    except KeyboardInterrupt:
        # `watchfiles` raises it in place of whatever the handler of a signal raised, and for every signal.
        if not ended.is_set():
            raise


def _nearest(seeds: Path) -> _Place:
    """Return the folder, or else its nearest existing parent."""
    for folder in (seeds, *seeds.parents):
        try:
            found = folder.stat()
        except OSError:
            continue
        if stat.S_ISDIR(found.st_mode):
            return _Place(folder, found.st_dev, found.st_ino)
    raise _unwatchable(seeds, "neither it nor a folder above it exists")


def _is_visible(path: str, seeds: Path) -> bool:
    return not any(part.startswith(".") for part in Path(path.removeprefix(str(seeds))).parts)


def _unwatchable(seeds: Path, why: object) -> SeedsUnwatchable:
    return SeedsUnwatchable(
        f"The folder {seeds} cannot be watched ({why}). Expected notifications of changes in it and in all folders "
        "below. Fix that and watch again, or index after each change."
    )
