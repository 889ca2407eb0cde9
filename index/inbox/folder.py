"""Seeds: the one place that changes the folder of articles.

A reader's upload is an untrusted name and untrusted bytes. Nothing here overwrites a file,
leaves the folder, or lets half a file be seen.
"""

import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath

from index.core.errors import SeedsMissing, SeedsUnwritable, UnknownSeed
from index.reading.readers import check_content, check_size

_LONGEST_NAME = 200  # bytes; file systems take 255, and "-2" must fit
_LONGEST_SUFFIX = 20  # characters
_NAMELESS = "article"
_FORBIDDEN = '<>:"|?*'  # by Windows, and a folder may be carried there
_RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³"]
)


@dataclass(frozen=True, slots=True)
class Added:
    """Where a seed stands."""

    path: str  # relative to the seeds folder, forward slashes
    new: bool  # False: the folder held the same file already, nothing was written


def add_seed(seeds: Path, name: str, content: bytes, *, max_bytes: int) -> Added:
    """Put an article into the folder under a clean form of `name`; its content appears whole or not at all.

    Where another file has the name, the next free "name-2.txt" is taken; where the same file
    is there already, anywhere in the folder, nothing is written. Raises UnreadableArticle
    where it would not come onto the shelf, SeedsMissing, SeedsUnwritable.
    """
    name = clean_name(name)
    check_size(name, len(content), max_bytes)
    check_content(name, content, max_bytes=max_bytes)
    check_folder(seeds)
    if known := _find_same(seeds, name, content):
        return Added(known, new=False)
    return _put(seeds, seeds, name, content)


def remove_seed(seeds: Path, path: str) -> bytes:
    """Remove a file and return what it held, for `restore_seed`.

    `path` is relative to the folder, as the shelf has it. Links are not followed. Raises
    UnknownSeed, SeedsMissing, SeedsUnwritable; then nothing was removed.
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
            f"There is no file {path!r} in {seeds}. Expected a path as `dateline list` shows it. If it was moved or "
            "removed by other means, index again."
        )
    return content


def restore_seed(seeds: Path, path: str, content: bytes) -> Added:
    """Put back what `remove_seed` took, readable or not, beside whatever took its name meanwhile.

    Raises UnknownSeed where the path leads out of the folder, SeedsMissing, SeedsUnwritable.
    """
    check_folder(seeds)
    file = _locate(seeds, path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(seeds, f"{path} was not put back", error) from None
    return _put(seeds, file.parent, file.name, content)


def check_folder(seeds: Path) -> None:
    """Raise SeedsMissing where the folder is not there: an unmounted disk is no reason to make or forget anything."""
    if not seeds.is_dir():
        raise SeedsMissing(
            f"There is no folder {seeds}. Expected the articles in it. Make it, or name another with --seeds or "
            "DATELINE_SEEDS; nothing was changed."
        )


def entries_below(seeds: Path, *, on_error: Callable[[OSError], None]) -> Iterator[os.DirEntry[str]]:
    """Yield what is in the folder and in those below it, but for folders; hidden names are passed over.

    Links are yielded and not followed. `on_error` is called for folders that cannot be read. Not
    `os.walk`, which ends with a RecursionError in folders a thousand deep (Python 3.11).
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
    r"""Make of a foreign file name one that any file system takes, is not hidden and is still recognised.

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
        return ""  # controls, orders to write from right to left, halves of surrogate pairs
    return "_" if character in _FORBIDDEN else character


def _find_same(seeds: Path, name: str, content: bytes) -> str | None:
    """Find the file of that name and content, where sync would see it."""
    same = (Path(entry.path) for entry in entries_below(seeds, on_error=lambda _: None) if entry.name == name)
    return min((file.relative_to(seeds).as_posix() for file in same if _holds(file, content)), default=None)


def _holds(file: Path, content: bytes) -> bool:
    try:
        return (
            file.is_file()
            and not file.is_symlink()
            and file.stat().st_size == len(content)
            and file.read_bytes() == content
        )
    except OSError:
        return False  # not ours to read, or gone: no reason to refuse the new one


def _put(seeds: Path, folder: Path, name: str, content: bytes) -> Added:
    """Write the file under its name, or the first free one like it."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    seeds, folder = seeds.resolve(), folder.resolve()
    try:
        with _written_out_of_sight(folder, content) as written:
            for number in count(1):
                file = folder / (name if number == 1 else f"{stem}-{number}{suffix}")
                new = _take_name(file, written)
                if new or _holds(file, content):
                    return Added(file.relative_to(seeds).as_posix(), new)
    except OSError as error:
        raise _unwritable(seeds, f"{name} was not added", error) from None
    raise AssertionError("there is always a next number")


@contextmanager
def _written_out_of_sight(folder: Path, content: bytes) -> Iterator[Path]:
    """Have the content on the disk in a hidden file, which sync passes over."""
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
    """Let the written file appear under a name that is free; tell whether it was."""
    try:
        os.link(written, file)
    except FileExistsError:
        return False
    except OSError:
        # Not every file system has links (FAT, some shares): the name is taken empty, then filled at once.
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
    """Return the place of a path that the shelf could have; links and hidden names are none."""
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
    except (OSError, ValueError, RuntimeError):  # no name a file can have; links in a ring
        known = False
    if not known:
        raise UnknownSeed(
            f"{path!r} is no file of {seeds} itself: it is hidden, a link, or leads elsewhere. Expected a path as "
            "`dateline list` shows it. Nothing was changed; do it by hand if you mean it."
        )
    return file


def _unwritable(seeds: Path, what: str, error: OSError) -> SeedsUnwritable:
    return SeedsUnwritable(
        f"{what} ({error.strerror}). Expected a folder {seeds} that this user may write to, with room in it. Mend that "
        "and try again; the other articles are as they were."
    )
