"""Checksums: record what a part of the store was after the last run, to notice damage.

SQLite and Chroma usually raise no error when they read an overwritten file. So a checksum file next to each part says
what the part was, and whoever opens the part compares.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

_PIECE = 1 << 20  # bytes read at once

# The name, inode, size and times of change of each file. They stay equal while nothing writes to the files; the last
# time is set by the system and cannot be set back.
Stamp = tuple[tuple[str, int, int, int, int], ...]


def read_checksums(path: Path) -> dict[str, str]:
    """Return the contents of a checksum file, or nothing if it is missing or unreadable."""
    try:
        facts = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in facts.items()} if isinstance(facts, dict) else {}


def write_checksums(path: Path, facts: Mapping[str, str]) -> None:
    """Write a checksum file completely or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(dict(facts)))
    unfinished.replace(path)


def stamp(files: Mapping[str, Path]) -> Stamp:
    """Return the size and times of change of the files that exist and are not empty."""
    found = []
    for name, path in files.items():
        with suppress(FileNotFoundError, NotADirectoryError):
            seen = path.stat()
            if seen.st_size:
                found.append((name, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns))
    return tuple(found)


def files_below(folder: Path) -> dict[str, Path]:
    """Return all files below a folder by their relative path, sorted."""
    return dict(sorted((path.relative_to(folder).as_posix(), path) for path in _walk(folder)))


def digest_files(folder: Path) -> str:
    """Compute one digest of the names and bytes of all files below a folder."""
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
