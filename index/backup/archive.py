"""Archive: the format of a backup.

It is a tar file, plain or compressed with gzip, that other programs can unpack. Its first member says what it is, and
its last one lists the size and the SHA-256 of all others. Without that list a backup is incomplete.
"""

import io
import json
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
_PIECE = 1 << 20  # bytes copied at once
_LONGEST_HEADER, _LONGEST_MANIFEST = 10_000, 1_000_000_000  # bytes
_UNREADABLE = (tarfile.TarError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError)


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
        OSError: A file cannot be read or written.
    """
    try:
        source = file.open("rb")
    except OSError as error:
        raise BadBackup(
            f"The backup {file} cannot be read ({error.strerror}). Expected a file made by `dateline backup`. Check "
            "its name and its permissions."
        ) from None
    with source:
        try:
            with tarfile.open(fileobj=source, mode="r:*", encoding="utf-8", errors="surrogateescape") as archive:
                return _read(archive, file, place)
        except tarfile.ReadError as error:
            raise (_damaged(file, error) if _is_tar(file) else _foreign(file)) from None
        except _UNREADABLE as error:
            raise _damaged(file, error) from None


def _read(archive: tarfile.TarFile, file: Path, place: Callable[[str], BinaryIO | None]) -> Contents:
    first = archive.next()
    if first is None or first.name != _HEADER or first.size > _LONGEST_HEADER:
        raise _foreign(file)
    written = _bytes(archive, first)
    header = json.loads(written)
    if header["format"] != _FORMAT:
        raise BadBackup(
            f"{file} was made by Dateline {one_line(str(header['dateline']))}, in another form. Expected form "
            f"{_FORMAT}. Restore it with that version, or a later one."
        )
    found = {_HEADER: (len(written), sha256(written).hexdigest())}
    while member := archive.next():
        if member.name == _MANIFEST:
            entries = _manifest(_bytes(archive, member))
            if {name: (one.size, one.sha256) for name, one in entries.items()} != found:
                raise _damaged(file, "its files are not those of its list")
            del entries[_HEADER]
            return Contents(datetime.fromisoformat(header["made"]), str(header["dateline"]), entries)
        if not member.isreg() or not _is_safe(member.name) or member.name in found:
            raise BadBackup(
                f"{file} has an entry {one_line(member.name)!r}, which does not belong into a backup. Expected files "
                "of the seeds folder and the store only. Nothing was changed. Do not use this file."
            )
        found[member.name] = _copy(archive, member, place(member.name))
    raise _damaged(file, "its end is missing")


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


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member) if member.isreg() and member.size <= _LONGEST_MANIFEST else None
    written = content.read() if content else b""
    if len(written) != member.size:
        raise tarfile.ReadError("its end is missing")
    return written


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
    return {
        str(name): Entry(int(size), str(digest), int(changed))
        for name, (size, digest, changed) in json.loads(written).items()
    }


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


def _is_tar(file: Path) -> bool:
    try:
        return tarfile.is_tarfile(file)
    except (OSError, EOFError, zlib.error):
        return False


def _foreign(file: Path) -> BadBackup:
    return BadBackup(
        f"{file} is not a backup of Dateline. Expected a file made by `dateline backup`. Nothing was changed. Name "
        "another file."
    )


def _damaged(file: Path, why: object) -> BadBackup:
    return BadBackup(
        f"The backup {file} is damaged or incomplete ({one_line(str(why)) or type(why).__name__}). Expected it as "
        "`dateline backup` wrote it. Nothing was changed. Use another copy of it, or an earlier backup."
    )
