"""Seeds folder: add and remove files. No other module changes the folder.

An upload is an untrusted name and untrusted bytes. Nothing here overwrites a file, writes outside the folder, or makes
an incomplete file visible.
"""

import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path, PurePosixPath

from index.core.errors import SeedsMissing, SeedsUnwritable, UnknownSeed
from index.reading.field_names import read_field_names
from index.reading.readers import check_content, check_size

_LONGEST_NAME = 200  # bytes; file systems allow 255, and "-2" must fit
_LONGEST_SUFFIX = 20  # characters
_NAMELESS = "article"
_FORBIDDEN = '<>:"|?*'  # on Windows, where the folder may be copied to
_RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³"]
)


@dataclass(frozen=True, slots=True)
class Added:
    """The result of adding a file."""

    path: str  # relative to the seeds folder, forward slashes
    new: bool  # False: the folder had the same file already, and nothing was written


def add_seed(seeds: Path, name: str, content: bytes, *, max_bytes: int, folder: str = "") -> Added:
    """Add an article to the folder under a clean form of `name`. The file appears complete or not at all.

    If another file has the name, the next free "name-2.txt" is used. If the same file is anywhere in the folder,
    nothing is written; with a `folder` below the seeds, only that one is searched. Raises UnreadableArticle if it
    cannot be read as an article, SeedsMissing, SeedsUnwritable, or UnknownSeed if a part of the folder is a link.
    """
    name = clean_name(name)
    check_size(name, len(content), max_bytes)
    check_content(name, content, max_bytes=max_bytes, names=read_field_names(seeds))
    check_folder(seeds)
    if folder:
        return _put_at(seeds, f"{folder}/{name}", content, done="added")
    if known := _find_same(seeds, name, content):
        return Added(known, new=False)
    return _put(seeds, seeds, name, content)


def replace_seed(seeds: Path, path: str, content: bytes, *, digest: bytes) -> bool:
    """Replace a file if its content still has the SHA-256 `digest`, and return True if it does.

    The new file appears complete or not at all. Raises UnknownSeed, SeedsMissing or SeedsUnwritable.
    """
    check_folder(seeds)
    file = _locate(seeds, path)
    try:
        if not file.is_file() or sha256(file.read_bytes()).digest() != digest:
            return False
        with _hidden_file(file.parent, content) as written:
            written.replace(file)
    except OSError as error:
        raise _unwritable(seeds, f"{path} was not replaced", error) from None
    return True


def remove_seed(seeds: Path, path: str) -> bytes:
    """Remove a file and return its contents, for `restore_seed`.

    `path` is relative to the folder, as on the shelf. Links are not followed. If it raises UnknownSeed, SeedsMissing or
    SeedsUnwritable, nothing was removed.
    """
    check_folder(seeds)
    file = _locate(seeds, path)
    content = None
    try:
        if file.is_file():
            content = file.read_bytes()
            file.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(seeds, f"{path} was not removed", error) from None
    if content is None:
        raise UnknownSeed(
            f"There is no file {path!r} in {seeds}. Expected a path as `dateline list` shows it. If the file was moved "
            "or removed in another way, index again."
        )
    return content


def read_seed(seeds: Path, path: str) -> bytes:
    """Return the contents of a file; `path` and what is raised are as for `remove_seed`, and links are not followed."""
    check_folder(seeds)
    try:
        return _locate(seeds, path).read_bytes()
    except OSError as error:
        raise UnknownSeed(
            f"The file {path!r} cannot be read ({error.strerror}). Expected a path as `dateline list` shows it. If the "
            "file was moved, index again."
        ) from None


def restore_seed(seeds: Path, path: str, content: bytes) -> Added:
    """Put back what `remove_seed` removed. If its name has been taken meanwhile, a free one is used.

    Raises UnknownSeed if the path leads out of the folder, SeedsMissing or SeedsUnwritable.
    """
    check_folder(seeds)
    return _put_at(seeds, path, content, done="put back")


def check_folder(seeds: Path) -> None:
    """Raise SeedsMissing if there is no folder. It is not created: its disk may not be mounted."""
    if not seeds.is_dir():
        raise SeedsMissing(
            f"There is no folder {seeds}. Expected the folder of the articles. Create it, or choose another one "
            "with --seeds or DATELINE_SEEDS. Nothing was changed."
        )


def entries_below(seeds: Path, *, on_error: Callable[[OSError], None]) -> Iterator[os.DirEntry[str]]:
    """Yield the entries of the folder and of those below it, except for folders; hidden names are skipped.

    Links are yielded and not followed. `on_error` is called for folders that cannot be read. This is not `os.walk`,
    which ends with a RecursionError in folders a thousand levels deep (Python 3.11).
    """
    waiting = [str(seeds)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as looked:
                found = [entry for entry in looked if not entry.name.startswith(".")]
                folders = [entry.is_dir(follow_symlinks=False) for entry in found]
        except OSError as error:
            on_error(error)
            continue
        waiting += [entry.path for entry, is_folder in zip(found, folders, strict=True) if is_folder]
        yield from (entry for entry, is_folder in zip(found, folders, strict=True) if not is_folder)


def clean_name(name: str) -> str:
    r"""Turn an untrusted file name into a similar one that is valid on any file system and not hidden.

    >>> clean_name("../../Año nuevo: ¿qué pasó?.TXT")
    'Año nuevo_ ¿qué pasó_.TXT'
    >>> clean_name("C:\\news\\con.txt"), clean_name(".profile.md "), clean_name(".txt")
    ('_con.txt', 'profile.md', 'article.txt')
    """
    name = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    name = "".join(_safe(character) for character in re.sub(r"^[A-Za-z]:", "", name))
    name = " ".join(unicodedata.normalize("NFC", name).split()).rstrip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    suffix = dot + suffix.strip()[:_LONGEST_SUFFIX]
    stem = stem.strip(" .")
    if stem.partition(".")[0].rstrip().upper() in _RESERVED:
        stem = f"_{stem}"
    stem = stem.encode()[: _LONGEST_NAME - len(suffix.encode())].decode(errors="ignore").rstrip(" .")
    return (stem or _NAMELESS) + suffix


def _safe(character: str) -> str:
    kind = unicodedata.category(character)[0]
    if character.isspace() or kind == "Z":
        return " "
    if kind == "C":
        return ""  # control characters, text direction marks, lone surrogates
    return "_" if character in _FORBIDDEN else character


def _find_same(seeds: Path, name: str, content: bytes) -> str | None:
    """Return the path of a file with that name and content, if indexing would read it."""
    same = (Path(entry.path) for entry in entries_below(seeds, on_error=lambda _: None) if entry.name == name)
    return min((file.relative_to(seeds).as_posix() for file in same if _has_content(file, content)), default=None)


def _has_content(file: Path, content: bytes) -> bool:
    try:
        return (
            file.is_file()
            and not file.is_symlink()
            and file.stat().st_size == len(content)
            and file.read_bytes() == content
        )
    except OSError:
        return False  # unreadable or deleted, which is no reason to reject the new file


def _put_at(seeds: Path, path: str, content: bytes, *, done: str) -> Added:
    """Write a file at a path, or the first free variant of it, and make its folder if there is none."""
    file = _locate(seeds, path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(seeds, f"{path} was not {done}", error) from None
    return _put(seeds, file.parent, file.name, content)


def _put(seeds: Path, folder: Path, name: str, content: bytes) -> Added:
    """Write the file under its name, or the first free variant of it."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    seeds, folder = seeds.resolve(), folder.resolve()
    try:
        with _hidden_file(folder, content) as written:
            for number in count(1):
                file = folder / (name if number == 1 else f"{stem}-{number}{suffix}")
                new = _take_name(file, written)
                if new or _has_content(file, content):
                    return Added(file.relative_to(seeds).as_posix(), new)
    except OSError as error:
        raise _unwritable(seeds, f"{name} was not added", error) from None
    raise AssertionError("count() has no end")


@contextmanager
def _hidden_file(folder: Path, content: bytes) -> Iterator[Path]:
    """Write the content to a hidden file, which indexing skips, and remove it at the end."""
    written = folder / f".{secrets.token_hex(8)}.part"
    try:
        with written.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield written
    finally:
        written.unlink(missing_ok=True)


def _take_name(file: Path, written: Path) -> bool:
    """Make the written file appear under this name. Returns False if the name is taken."""
    try:
        os.link(written, file)
    except FileExistsError:
        return False
    except OSError:
        # Some file systems have no links (FAT, some shares): create an empty file, then replace it at once.
        try:
            file.open("xb").close()
        except FileExistsError:
            return False
        try:
            written.replace(file)
        except OSError:
            file.unlink()
            raise
    return True


def _locate(seeds: Path, path: str) -> Path:
    """Return the file with a path that could be on the shelf, which excludes links and hidden names."""
    root = seeds.resolve()
    file = root / path
    try:
        os.fsencode(path)
        known = (
            "\0" not in path
            and not any(part.startswith(".") for part in PurePosixPath(path).parts)
            and file.parent.is_relative_to(root)
            and file.parent.resolve() == file.parent
            and not file.is_symlink()
        )
    except (OSError, ValueError, RuntimeError):  # an invalid name, or a loop of links
        known = False
    if not known:
        raise UnknownSeed(
            f"{path!r} is hidden, a link, or not in {seeds}. Expected a path as `dateline list` shows it. Nothing was "
            "changed. If you are sure, do it with another program."
        )
    return file


def _unwritable(seeds: Path, what: str, error: OSError) -> SeedsUnwritable:
    return SeedsUnwritable(
        f"{what} ({error.strerror}). Expected a folder {seeds} that this user may write to, on a disk that is not "
        "full. Fix that and try again. The other articles are unchanged."
    )
