"""Add: copy a file or fetch a web page into the seeds folder, or say why not."""

import re
from dataclasses import dataclass
from pathlib import Path

from index.core.errors import DatelineError, UnreadableArticle
from index.core.settings import Settings
from index.inbox.fetch import INTERNET, Network, fetch
from index.inbox.folder import add_seed
from index.inbox.source_urls import add_source_url
from index.reading.readers import KINDS, check_size


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of adding one file or address."""

    given: str
    path: str | None = None  # in the seeds folder
    new: bool = False  # False with a path: the folder had the file already
    url: str | None = None  # the address stored in a fetched article
    reason: str | None = None  # why it was not added


def is_address(given: str) -> bool:
    """Return True if this is an address and not the name of a file.

    >>> is_address("https://example.org/news"), is_address("notes/2026: plans.txt"), is_address("C:/notes.txt")
    (True, False, False)
    """
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", given) is not None


def add_article(given: str, settings: Settings, *, network: Network = INTERNET) -> Outcome:
    """Copy a file, or fetch a page, into the seeds folder, and return the result."""
    try:
        return fetch_article(given, settings, network=network) if is_address(given) else _copy(given, settings)
    except DatelineError as error:
        return Outcome(given, reason=str(error))


def fetch_article(address: str, settings: Settings, *, network: Network = INTERNET) -> Outcome:
    """Fetch a page into the seeds folder, and return the result.

    Raises FetchFailed or one of its kinds, UnreadableArticle, SeedsMissing or SeedsUnwritable.
    """
    max_bytes = settings.limits.file_bytes
    page = fetch(address, kinds=KINDS, max_bytes=max_bytes, network=network)
    content, url = add_source_url(page.name, page.content, page.address)
    added = add_seed(settings.seeds, page.name, content, max_bytes=max_bytes)
    return Outcome(address, added.path, added.new, url)


def _copy(given: str, settings: Settings) -> Outcome:
    max_bytes = settings.limits.file_bytes
    added = add_seed(settings.seeds, Path(given).name, _read_file(given, max_bytes), max_bytes=max_bytes)
    return Outcome(given, added.path, added.new)


def _read_file(given: str, max_bytes: int) -> bytes:
    """Read a file to copy. Raises UnreadableArticle with the reason."""
    file = Path(given)
    try:
        if file.is_dir():
            problem = (
                f"a folder. Expected files. Give them as {file / '*.txt'}, for example, or copy the folder yourself."
            )
        elif not file.exists():
            problem = (
                "there is no such file. Expected a file, or an address that begins with https://. Check its spelling."
            )
        elif not file.is_file():
            problem = "not a regular file. Expected an article. Save its contents as a file and add that."
        else:
            check_size(given, file.stat().st_size, max_bytes)
            return file.read_bytes()
    except OSError as error:
        problem = (
            f"cannot be read ({error.strerror}). Expected a file that this user may read. Fix that and add it again."
        )
    raise UnreadableArticle(f"{given}: {problem}")
