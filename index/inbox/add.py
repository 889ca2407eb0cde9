"""Adding: a file elsewhere or a page of the web becomes a seed, or there is a reason why not."""

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
    """What became of one file or address."""

    given: str
    path: str | None = None  # among the seeds
    new: bool = False  # False with a path: it was there already
    url: str | None = None  # what a fetched article says of its address
    reason: str | None = None  # why it was refused


def is_address(given: str) -> bool:
    """Tell whether this is meant as an address and not as a file.

    >>> is_address("https://example.org/news"), is_address("notes/2026: plans.txt"), is_address("C:/notes.txt")
    (True, False, False)
    """
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", given) is not None


def add_article(given: str, settings: Settings, *, network: Network = INTERNET) -> Outcome:
    """Copy a file, or fetch a page, into the seeds folder, and tell what became of it."""
    max_bytes = settings.limits.file_bytes
    url = None
    try:
        if is_address(given):
            page = fetch(given, kinds=KINDS, max_bytes=max_bytes, network=network)
            name, (content, url) = page.name, add_source_url(page.name, page.content, page.address)
        else:
            name, content = Path(given).name, _read_file(given, max_bytes)
        added = add_seed(settings.seeds, name, content, max_bytes=max_bytes)
    except DatelineError as error:
        return Outcome(given, reason=str(error))
    return Outcome(given, added.path, added.new, url)


def _read_file(given: str, max_bytes: int) -> bytes:
    """Read a file that is to be copied. Raises UnreadableArticle with the reason."""
    file = Path(given)
    try:
        if file.is_dir():
            problem = (
                f"a folder. Expected files. Name them, such as {file / '*.txt'}, or copy the folder there yourself."
            )
        elif not file.exists():
            problem = (
                "there is no such file. Expected one, or an address that begins with https://. Check how it is written."
            )
        elif not file.is_file():
            problem = "no plain file. Expected an article. Save what it holds as a file and add that."
        else:
            check_size(given, file.stat().st_size, max_bytes)
            return file.read_bytes()
    except OSError as error:
        problem = (
            f"cannot be read ({error.strerror}). Expected a file that this user may read. Mend that and add it again."
        )
    raise UnreadableArticle(f"{given}: {problem}")
