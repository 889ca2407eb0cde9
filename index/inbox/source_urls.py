"""Source URLs: write the address of a fetched article into its file, so that it stays with the file.

The address goes where that kind of file has a place for it, and only if the article is read exactly as before.
"""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from index.core.errors import UnreadableArticle
from index.reading.readers import read_article

# UTF-32 first: its little-endian mark starts with the one of UTF-16.
_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
    b"\xef\xbb\xbf": "utf-8",
}


def add_source_url(name: str, content: bytes, address: str) -> tuple[bytes, str | None]:
    """Return the file with its address in it, and the address that its article will have.

    An article that states an address keeps it. If the kind of file has no place for an address, the file is returned
    unchanged, with None. Raises UnreadableArticle if it has a place, but the file has no article.
    """
    insertions = _INSERTIONS.get(PurePosixPath(name).suffix.lower())
    if insertions is None:
        return content, None
    article = read_article(name, content)
    if article.url:
        return content, article.url
    for marked in insertions(content, address):
        try:
            found = read_article(name, marked)
        except UnreadableArticle:
            continue
        same = found.title == article.title and found.body.cut(found.text) == article.body.cut(article.text)
        if same and found.url == address:
            return marked, address
    return content, None


def _as_key_line(content: bytes, address: str) -> Iterator[bytes]:
    yield _inserted(content, 0, f"URL: {address}\n\n")


def _as_front_matter(content: bytes, address: str) -> Iterator[bytes]:
    if found := re.match(rb"(?:\xef\xbb\xbf)?\s*---[ \t]*\r?\n", content):
        yield _inserted(content, found.end(), f"url: {address}\n")
    yield _inserted(content, 0, f"---\nurl: {address}\n---\n\n")


def _as_link(content: bytes, address: str) -> Iterator[bytes]:
    link = f'<link rel="canonical" href="{html.escape(address)}">'
    if found := re.search(rb"<head(?:\s[^>]*)?>", content, re.IGNORECASE):
        yield _inserted(content, found.end(), link)
    # A page without <head> is valid: a <link> at its start opens one.
    yield _inserted(content, 0, link + "\n")


def _inserted(content: bytes, at: int, text: str) -> bytes:
    """Insert text in the encoding given by the file's byte order mark, after that mark."""
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
    at = max(at, len(mark))
    return content[:at] + text.encode(_MARKS.get(mark, "utf-8")) + content[at:]


_INSERTIONS: dict[str, Callable[[bytes, str], Iterator[bytes]]] = {
    ".txt": _as_key_line,
    ".md": _as_front_matter,
    ".html": _as_link,
    ".htm": _as_link,
}
