"""ZIP files: unpack the files in an archive, one after the other, into memory."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from index.core.errors import UnreadableArticle
from index.core.formatting import one_line
from index.formats.packed import check_entries

# Others unpack to any size in memory before the first byte is read.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def unpack(path: str, content: bytes, *, max_bytes: int) -> Iterator[tuple[str, bytes, str]]:
    """Yield the path, the bytes and the reason why it cannot be read, or "", of each file: "file.zip#folder/name.txt".

    Folders and hidden files are left out. Raises UnreadableArticle if the archive is damaged or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            check_entries(path, entries, remedy="Split it.")
            seen = set[str]()
            for entry in entries:
                own = f"{path}#{_printable(entry.filename)}"
                if not _is_hidden(entry.filename):
                    reason = _why_not(own, entry, max_bytes) or (_twice(own) if own in seen else "")
                    seen.add(own)
                    yield (own, b"", reason) if reason else (own, *_read(own, packed, entry))
    except (zipfile.BadZipFile, OSError, ValueError):
        raise UnreadableArticle(
            f"{path}: the ZIP file is damaged, or not a ZIP file. Expected one that unpacks. Download it again."
        ) from None


def _printable(name: str) -> str:
    return one_line(name.encode(errors="backslashreplace").decode())


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") and part != ".." for part in name.split("/")) or name.startswith("__MACOSX/")


def _twice(own: str) -> str:
    return f"{own}: twice in the archive. Expected one file of this name. Rename one."


def _why_not(own: str, entry: zipfile.ZipInfo, max_bytes: int) -> str:
    if PurePosixPath(entry.filename).suffix.lower() == ".zip":
        return f"{own}: an archive in an archive. Expected articles. Unpack it."
    if entry.flag_bits & _ENCRYPTED:
        return f"{own}: locked with a password. Expected a file without one. Unpack it."
    if entry.compress_type not in _METHODS:
        return f"{own}: compressed in an unusual way. Expected the usual one (deflate). Unpack it."
    if entry.file_size > max_bytes:
        return f"{own}: larger than the limit of {max_bytes / 1e6:.0f} MB. Split it."
    return ""


def _read(own: str, packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[bytes, str]:
    try:
        with packed.open(entry) as opened:
            # read() without a number unpacks all that is there, whatever size the archive states.
            return opened.read(entry.file_size + 1), ""
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
        return b"", f"{own}: damaged. Expected a file that unpacks. Download the archive again."
