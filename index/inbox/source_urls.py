"""Origins: where a fetched article came from is written into its file, so that it is known wherever the file goes.

The mark is put where that kind of file has a place for it, and only where the article is read
as before with it.
"""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from index.core.errors import UnreadableArticle
from index.reading.readers import read_article

# UTF-32 first: its little-endian mark starts with that of UTF-16.
_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
    b"\xef\xbb\xbf": "utf-8",
}


def add_source_url(name: str, content: bytes, address: str) -> tuple[bytes, str | None]:
    """Return the file with its address in it, and the address that its article will have.

    An article that states an address itself keeps it. Where there is no place for one, the file
    comes back as it was, with None. Raises UnreadableArticle where there is one, but no article.
    """
    marked_in = _WAYS.get(PurePosixPath(name).suffix.lower())
    if marked_in is None:
        return content, None
    article = read_article(name, content)
    if article.url:
        return content, article.url
    for marked in marked_in(content, address):
        try:
            found = read_article(name, marked)
        except UnreadableArticle:
            continue
        same = found.title == article.title and found.body.cut(found.text) == article.body.cut(article.text)
        if same and found.url == address:
            return marked, address
    return content, None


def _in_a_key_line(content: bytes, address: str) -> Iterator[bytes]:
    yield _inserted(content, 0, f"URL: {address}\n\n")


def _in_front_matter(content: bytes, address: str) -> Iterator[bytes]:
    if found := re.match(rb"(?:\xef\xbb\xbf)?\s*---[ \t]*\r?\n", content):
        yield _inserted(content, found.end(), f"url: {address}\n")
    yield _inserted(content, 0, f"---\nurl: {address}\n---\n\n")


def _in_a_link(content: bytes, address: str) -> Iterator[bytes]:
    link = f'<link rel="canonical" href="{html.escape(address)}">'
    if found := re.search(rb"<head(?:\s[^>]*)?>", content, re.IGNORECASE):
        yield _inserted(content, found.end(), link)
    # A page needs no head of its own: what belongs there opens one.
    yield _inserted(content, 0, link + "\n")


def _inserted(content: bytes, at: int, text: str) -> bytes:
    """Insert text in the encoding that the file's first bytes tell, after these."""
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
    at = max(at, len(mark))
    return content[:at] + text.encode(_MARKS.get(mark, "utf-8")) + content[at:]


_WAYS: dict[str, Callable[[bytes, str], Iterator[bytes]]] = {
    ".txt": _in_a_key_line,
    ".md": _in_front_matter,
    ".html": _in_a_link,
    ".htm": _in_a_link,
}
