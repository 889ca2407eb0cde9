"""Watching: notices that something in the seeds folder changed, and waits until it has settled.

The system's notifications come through the library `watchfiles`. Its own grouping goes by how
many files have changed, so one file that is still growing would count as settled; ours goes
by the time since the last change.
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

from index.core.errors import Unwatchable

QUIET_SECONDS = 1.5
LONGEST_SECONDS = 60.0
_BEAT_MS = 100
_POLL_MS = 1000


@dataclass(frozen=True, slots=True)
class Beat:
    """A moment at which the folder was looked at."""

    seconds: float  # of a clock that only goes forward
    changed: bool  # something, since the beat before


def watch_seeds(
    seeds: Path,
    *,
    ended: threading.Event,
    quiet_seconds: float = QUIET_SECONDS,
    longest_seconds: float = LONGEST_SECONDS,
) -> Iterator[None]:
    """Yield as soon as the watch is on, and then once each time something changed and has settled.

    Settled: nothing changed for `quiet_seconds`; where the changes never rest, every
    `longest_seconds`. What changes while the caller is at work is told afterwards. Hidden files
    are passed over, as sync does. A folder that goes away or is replaced is a change, and so is
    its return. Ends within a fraction of a second once `ended` is set.

    Where the system has no notifications, or all of them are in use, the folder is looked
    through every second instead. Changes that another machine makes on a network share are
    notified nowhere: the variable WATCHFILES_FORCE_POLLING=1 has it looked through from the
    start. Raises Unwatchable where neither works.
    """
    with closing(_beats(seeds, ended, quiet_seconds)) as beats:
        if next(beats, None):
            yield
            yield from settled(beats, quiet_seconds=quiet_seconds, longest_seconds=longest_seconds)


def settled(beats: Iterable[Beat], *, quiet_seconds: float, longest_seconds: float) -> Iterator[None]:
    """Yield at the beats by which changes have been quiet for long enough, or have gone on for too long.

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
    """A folder as it is now; another one of its name is another place."""

    folder: Path
    device: int
    number: int


def _beats(seeds: Path, ended: threading.Event, quiet_seconds: float) -> Generator[Beat, None, None]:
    """Watch the folder, or while it is away the nearest one above it, from which its return is seen."""
    polling: bool | None = None  # the library knows systems on which it must
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
            # A folder that went away while it was looked through, a name that is not UTF-8, no notifications left.
            if not begun and not isinstance(error, FileNotFoundError):
                if polling:
                    raise _unwatchable(seeds, error) from None
                polling = True
            changed = True
            ended.wait(quiet_seconds)


def _notices(
    folder: Path, *, recursive: bool, ended: threading.Event, polling: bool | None
) -> Generator[set[FileChange], None, None]:
    """Yield at each beat what changed since the one before."""
    return watch(
        folder,
        watch_filter=None,
        recursive=recursive,
        stop_event=ended,
        step=_BEAT_MS,
        rust_timeout=_BEAT_MS,
        yield_on_timeout=True,
        force_polling=polling,
        poll_delay_ms=_POLL_MS,
        # Else every failure to watch is passed over, and with it the folders that come after it.
        ignore_permission_denied=False,
    )


def _nearest(seeds: Path) -> _Place:
    """Return the folder where it is, else the nearest one above it that is there."""
    for folder in (seeds, *seeds.parents):
        try:
            found = folder.stat()
        except OSError:
            continue
        if stat.S_ISDIR(found.st_mode):
            return _Place(folder, found.st_dev, found.st_ino)
    raise _unwatchable(seeds, "neither it nor a folder above it is there")


def _is_visible(path: str, seeds: Path) -> bool:
    return not any(part.startswith(".") for part in Path(path.removeprefix(str(seeds))).parts)


def _unwatchable(seeds: Path, why: object) -> Unwatchable:
    return Unwatchable(
        f"The folder {seeds} cannot be watched ({why}). Expected to be told of changes in it and in every folder "
        "below. Mend that and watch again, or index by hand after a change."
    )
