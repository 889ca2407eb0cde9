"""Archive: the format of a backup.

It is a tar file, plain or compressed with gzip, that other programs can unpack. Its first member says what it is, and
its last one lists the size and the SHA-256 of all others. Without that list a backup is incomplete.
"""

import gzip
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from index.core.errors import BadBackup
from index.core.formatting import one_line
from index.core.version import own_version

SEEDS, STORE = "seeds", "store"  # folders in the archive
# Files of the store that cannot be made again, and `articles.db` with its checksum, which would take hours.
STORE_NAMES = re.compile(r"[a-z][a-z0-9_-]*\.(db|seal|json)")
_FORMAT = 1
_HEADER, _MANIFEST = "dateline-backup.json", "manifest.json"
_COMPRESSED = (".gz", ".tgz")
_GZIP = b"\x1f\x8b"  # what a compressed file begins with
_PIECE = 1 << 20  # bytes copied at once
# Bytes: the first member, what the list says of a file besides its name, and what tar says of a file.
_LONGEST_HEADER, _LONGEST_ENTRY, _LONGEST_HEAD = 10_000, 200, 1 << 18
# A compressed backup may expand to so many times its size, and in any case to so many bytes.
_MOST_TIMES, _ANY_TIMES = 200, 1 << 26
_LATEST = 1 << 63  # nanoseconds since 1970
_UNREADABLE = (tarfile.TarError, RecursionError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a backup."""

    size: int  # bytes
    sha256: str
    changed: int  # when the file was last changed, nanoseconds since 1970


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup has."""

    made: datetime  # UTC
    version: str  # of Dateline
    entries: Mapping[str, Entry]  # by name in the archive, such as "seeds/news/ferries.txt"

    @property
    def seeds(self) -> int:
        """The number of files from the seeds folder."""
        return sum(name.startswith(f"{SEEDS}/") for name in self.entries)

    @property
    def databases(self) -> list[str]:
        """The names of the databases from the store."""
        return [name.partition("/")[2] for name in self.entries if name.startswith(f"{STORE}/") and name.endswith("db")]


class ArchiveWriter:
    """Writes a backup from its beginning to its end."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        """Begin a backup."""
        self._archive = archive
        self._entries: dict[str, Entry] = {}
        self._made = datetime.now(UTC).replace(microsecond=0)
        header = {"format": _FORMAT, "made": self._made.isoformat(), "dateline": own_version()}
        self._add_json(_HEADER, header)

    def add(self, name: str, content: BinaryIO, *, size: int, changed: int) -> None:
        """Add a file of that many bytes, read from the beginning of `content`."""
        content.seek(0)
        hashed = _Hashed(content)
        self._archive.addfile(_member(name, size, changed), cast("IO[bytes]", hashed))  # it is only read
        self._entries[name] = Entry(size, hashed.digest.hexdigest(), changed)

    def finish(self) -> Contents:
        """Write the list of all files, which ends the backup."""
        entries = {name: one for name, one in self._entries.items() if name != _HEADER}
        self._add_json(_MANIFEST, {name: [one.size, one.sha256, one.changed] for name, one in self._entries.items()})
        return Contents(self._made, own_version(), entries)

    def _add_json(self, name: str, value: object) -> None:
        written = json.dumps(value).encode()  # in ASCII: names of files may not be UTF-8
        self.add(name, io.BytesIO(written), size=len(written), changed=0)


@contextmanager
def writing_archive(path: Path, *, name: str) -> Iterator[ArchiveWriter]:
    """Write a backup to a file; it is compressed if the `name` that it will have ends in .gz or .tgz."""
    with path.open("xb") as file:
        mode = "w:gz" if name.endswith(_COMPRESSED) else "w"
        options = {"compresslevel": 5} if mode == "w:gz" else {}
        with tarfile.open(
            fileobj=file,
            mode=mode,  # type: ignore[call-overload]
            format=tarfile.PAX_FORMAT,
            encoding="utf-8",
            errors="surrogateescape",
            **options,
        ) as archive:
            yield ArchiveWriter(archive)


def read_archive(file: Path, place: Callable[[str], BinaryIO | None]) -> Contents:
    """Read a backup to its end, and compare every file with the list of digests.

    Args:
        file: The backup.
        place: Opens the file that a member is written to, by the name of the member; None if it is only checked. What
            is written there is not to be trusted until this function has returned.

    Raises:
        BadBackup: It is not a backup, was made by a later version, is damaged, or has a path that leaves its folder.
        OSError: A file cannot be written.
    """
    try:
        raw = file.open("rb")
    except OSError as error:
        raise _unreadable(file, error) from None
    with raw:
        try:
            source = _Source(raw, file)
        except OSError as error:  # a pipe, for example
            raise _unreadable(file, error) from None
        try:
            with tarfile.open(
                fileobj=cast("IO[bytes]", source),  # it is only read
                mode="r|",
                encoding="utf-8",
                errors="surrogateescape",
            ) as archive:
                return _read(archive, source, place)
        except tarfile.ReadError as error:
            raise (_damaged(file, error) if source.is_known else _foreign(file)) from None
        except _UNREADABLE as error:
            raise (_damaged(file, error) if source.is_known else _foreign(file)) from None


class _Source:
    """What is in a backup, expanded. It limits what a crafted file can make of its few bytes."""

    def __init__(self, raw: BinaryIO, file: Path) -> None:
        self.file = file
        self.is_known = False  # True once the first member was read
        self._most = max(_ANY_TIMES, _MOST_TIMES * os.fstat(raw.fileno()).st_size)
        compressed = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        self._content = gzip.GzipFile(fileobj=raw) if compressed else raw
        self._compressed = compressed
        self._count = 0
        self._head_ends: int | None = None

    def read(self, size: int) -> bytes:
        """Read so many bytes, or fewer at the end. Raises BadBackup."""
        try:
            piece = self._content.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise (_damaged(self.file, error) if self.is_known else _foreign(self.file)) from None
        except OSError as error:
            raise _unreadable(self.file, error) from None
        self._count += len(piece)
        if self._compressed and self._count > self._most:
            raise BadBackup(
                f"{self.file} expands to more than {_MOST_TIMES} times its size, so it may be damaged or made to fill "
                "a disk. Expected less. Nothing was changed. If you trust it, expand it with gunzip and restore that."
            )
        if self._head_ends is not None and self._count > self._head_ends:
            raise _damaged(self.file, "what it says of a file is too long")
        return piece

    def next_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo | None:
        """Return the next member, whose head has a limited size."""
        archive.members.clear()  # type: ignore[attr-defined]  # it would keep all of them
        self._head_ends = self._count + _LONGEST_HEAD
        try:
            member = archive.next()
        finally:
            self._head_ends = None
        if archive.pax_headers:
            raise _damaged(self.file, "it has a head for several files")
        return member


def _read(archive: tarfile.TarFile, source: _Source, place: Callable[[str], BinaryIO | None]) -> Contents:
    file, first = source.file, source.next_member(archive)
    if first is None or first.name != _HEADER:
        raise _foreign(file)
    source.is_known = True
    written = _bytes(archive, first, most=_LONGEST_HEADER)
    header = json.loads(written)
    _check_format(header, file)
    found = {_HEADER: (len(written), sha256(written).hexdigest())}
    folders, most = set[str](), _LONGEST_HEADER
    while member := source.next_member(archive):
        name = member.name
        if name == _MANIFEST:
            entries = _manifest(_bytes(archive, member, most=most))
            if {name: (one.size, one.sha256) for name, one in entries.items()} != found:
                raise _damaged(file, "its files are not those of its list")
            del entries[_HEADER]
            return Contents(datetime.fromisoformat(header["made"]), str(header["dateline"]), entries)
        above = {str(folder) for folder in PurePosixPath(name).parents}
        if not _is_file(member) or not _is_safe(name) or name in found or name in folders or above & found.keys():
            raise BadBackup(
                f"{file} has an entry {one_line(name)!r}, which does not belong in a backup. Expected files of the "
                "seeds folder and the store only. Nothing was changed. The file is damaged or was not made by "
                "`dateline backup`. Do not use it."
            )
        found[name] = _copy(archive, member, place(name))
        folders |= above
        most += len(json.dumps(name)) + _LONGEST_ENTRY
    raise _damaged(file, "its end is missing")


def _check_format(header: Mapping[str, object], file: Path) -> None:
    version = str(header["dateline"])
    if header["format"] == _FORMAT:
        return
    if version == own_version():  # which writes this format only
        raise _damaged(file, "its format is unknown")
    raise BadBackup(
        f"{file} was made by Dateline {one_line(version)} in another format, or is damaged. Expected format {_FORMAT}. "
        "Restore it with that version, or a later one."
    )


def _is_file(member: tarfile.TarInfo) -> bool:
    """Return True for an ordinary file. A sparse one can claim any size."""
    return member.isreg() and not member.issparse() and member.size >= 0


def _is_safe(name: str) -> bool:
    """Return True if a member's name is one that a backup can have: it leads nowhere else.

    >>> [_is_safe(name) for name in ("seeds/a/b.txt", "seeds/../b.txt", "/seeds/b.txt", "seeds/.git/b", "store/a/b.db")]
    [True, False, False, False, False]
    """
    folder, _, rest = name.partition("/")
    if folder == STORE:
        return STORE_NAMES.fullmatch(rest) is not None
    parts = rest.split("/")
    # Hidden names are not articles; ".." is one of them.
    plain = not any(part in ("", ".") or part.startswith(".") for part in parts) and "\0" not in rest
    return folder == SEEDS and plain and PurePosixPath(rest).as_posix() == rest


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo, *, most: int) -> bytes:
    content = archive.extractfile(member) if _is_file(member) and member.size <= most else None
    if content is None:
        raise tarfile.ReadError(f"{member.name} is too long or no file")
    return content.read()


def _copy(archive: tarfile.TarFile, member: tarfile.TarInfo, target: BinaryIO | None) -> tuple[int, str]:
    content, digest, size = archive.extractfile(member), sha256(), 0
    try:
        while content and (piece := content.read(_PIECE)):
            digest.update(piece)
            size += len(piece)
            if target:
                target.write(piece)
    finally:
        if target:
            target.close()
    return size, digest.hexdigest()


def _manifest(written: bytes) -> dict[str, Entry]:
    entries = {
        str(name): Entry(int(size), str(digest), int(changed))
        for name, (size, digest, changed) in json.loads(written).items()
    }
    if any(abs(entry.changed) >= _LATEST for entry in entries.values()):
        raise ValueError("a file has no time that can be")
    return entries


def _member(name: str, size: int, changed: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, changed // 1_000_000_000, 0o600
    return member


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._content.read(size)
        self.digest.update(piece)
        return piece


def _foreign(file: Path) -> BadBackup:
    return BadBackup(
        f"{file} is not a backup of Dateline, or its beginning is damaged. Expected a file made by `dateline backup`. "
        "Nothing was changed. Name another file."
    )


def _unreadable(file: Path, error: OSError) -> BadBackup:
    return BadBackup(
        f"The backup {file} cannot be read ({error.strerror or type(error).__name__}). Expected a file made by "
        "`dateline backup`. Check its name, its permissions and its disk."
    )


def _damaged(file: Path, why: object) -> BadBackup:
    return BadBackup(
        f"The backup {file} is damaged or incomplete ({one_line(str(why)) or type(why).__name__}). Expected it as "
        "`dateline backup` wrote it. Nothing was changed. Use another copy of it, or an earlier backup."
    )
