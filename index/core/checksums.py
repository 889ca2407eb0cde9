"""Seals: what a part of the store was when it was last left alone.

SQLite and Chroma answer from overwritten files as if nothing had happened: most damage raises
no error. So a seal beside each part says what it was, and whoever opens the part compares.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

_PIECE = 1 << 20  # bytes read at once

# Of each file its name, number on the disk, bytes and times of change: equal while nobody wrote to it. The last time is
# the system's own, which nobody can set back.
Stamp = tuple[tuple[str, int, int, int, int], ...]


def read_checksums(path: Path) -> dict[str, str]:
    """Return what a seal says; nothing where there is none that can be read."""
    try:
        facts = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in facts.items()} if isinstance(facts, dict) else {}


def write_checksums(path: Path, facts: Mapping[str, str]) -> None:
    """Write a seal whole or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(dict(facts)))
    unfinished.replace(path)


def stamp(files: Mapping[str, Path]) -> Stamp:
    """Tell the size and times of change of the files that are there and not empty."""
    found = []
    for name, path in files.items():
        with suppress(FileNotFoundError, NotADirectoryError):
            seen = path.stat()
            if seen.st_size:
                found.append((name, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns))
    return tuple(found)


def files_below(folder: Path) -> dict[str, Path]:
    """Return the files below a folder by their place in it, in order."""
    return dict(sorted((path.relative_to(folder).as_posix(), path) for path in _walk(folder)))


def digest_files(folder: Path) -> str:
    """Sum up the names and bytes of all files below a folder."""
    digest = blake2b(digest_size=16)
    for name, path in files_below(folder).items():
        digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    return digest.hexdigest()


def _walk(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place) / name for name in names)
