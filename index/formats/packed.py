"""Packed files: check the directory of a ZIP archive, which EPUB and Office files are too, before it is unpacked."""

import zipfile
from collections.abc import Sequence

from index.core.errors import UnreadableArticle
from index.core.limits import LIMITS


def check_entries(path: str, entries: Sequence[zipfile.ZipInfo], *, remedy: str) -> None:
    """Raise UnreadableArticle, with what to do, if the entries of an archive are too many or state too large a size."""
    if len(entries) > LIMITS.packed_entries or sum(entry.file_size for entry in entries) > LIMITS.packed_bytes:
        raise UnreadableArticle(
            f"{path}: unpacks to more than {LIMITS.packed_entries:,} files or {LIMITS.packed_bytes // 1_000_000} MB. "
            f"Expected less. {remedy}"
        )
