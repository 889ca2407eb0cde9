"""JSON records: find the articles in a JSON file or in the lines of a JSONL file, under the usual field names."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from index.core.errors import UnreadableArticle
from index.formats.encodings import decode

# The usual names of an article's text, and of a list of articles.
TEXTS = ("text", "body", "content", "article", "article_text", "articlebody", "article_body", "maintext", "full_text")
_LISTS = ("articles", "items", "documents", "docs", "results", "data", "entries", "stories", "news")


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the file: an article, or the reason why it is not one."""

    path: str  # "file.jsonl#3" for the third, from 1
    content: bytes  # what the article's id is made from
    text: str = ""
    facts: Mapping[str, object] | None = None
    reason: str = ""
    guessed: str = ""  # the encoding, if it was guessed


def read_json(path: str, content: bytes) -> Iterator[Record]:
    """Yield the articles of a JSON file: one, or a list of them.

    A single article has the path of the file, like a text file. Raises UnreadableArticle if the file is not JSON or has
    no article.
    """
    try:
        decoded = decode(path, content)
        whole = json.loads(decoded.text)
    except (ValueError, RecursionError) as error:
        raise UnreadableArticle(
            f"{path}: not valid JSON ({_where(error)}). Expected one article or a list of them. Fix it and index again."
        ) from None
    entries = _entries(whole)
    if entries is None:
        yield make_record(path, content, whole, decoded.guessed)
        return
    for number, entry in enumerate(entries, start=1):
        own = f"{path}#{number}"
        try:
            content_of_entry = _canonical(entry) if isinstance(entry, dict | str) else b""
        except RecursionError:
            yield Record(own, b"", reason=f"{own}: nested too deeply. Expected an article. Fix it and index again.")
        else:
            yield make_record(own, content_of_entry, entry, decoded.guessed)


def read_jsonl(path: str, lines: IO[bytes], *, max_bytes: int) -> Iterator[Record]:
    """Yield the articles of a JSONL file line by line. Blank lines are skipped, but counted in the paths."""
    number = 0
    while line := lines.readline(max_bytes + 1):
        number += 1
        own = f"{path}#{number}"
        if len(line) > max_bytes:
            while line and not line.endswith(b"\n"):
                line = lines.readline(max_bytes)
            longest = f"{max_bytes / 1e6:.0f} MB"
            reason = (
                f"{own}: a line longer than the limit of {longest}. Split it, or raise DATELINE_MAX_FILE_MEGABYTES."
            )
            yield Record(own, b"", reason=reason)
            continue
        content = line.strip()
        if content in (b"", b"\xef\xbb\xbf"):
            continue
        try:
            decoded = decode(own, content)
            entry = json.loads(decoded.text)
        except UnreadableArticle as error:
            yield Record(own, content, reason=str(error))
        except (ValueError, RecursionError) as error:
            reason = (
                f"{own}: not valid JSON ({_where(error)}). Expected one article on each line. Fix it and index again."
            )
            yield Record(own, content, reason=reason)
        else:
            yield make_record(own, content, entry, decoded.guessed)


def make_record(path: str, content: bytes, entry: object, guessed: str) -> Record:
    """Make a record of an entry: a text, or fields of which one has the text."""
    if isinstance(entry, str):
        return Record(path, content, text=_whole(entry), facts={}, guessed=guessed)
    if not isinstance(entry, dict):
        return Record(
            path, content, reason=f"{path}: neither an object nor a text. Expected an article. Fix it or remove it."
        )
    named = {str(name).lower(): value for name, value in entry.items()}
    text = next((value for name in TEXTS if isinstance(value := named.get(name), str) and value.strip()), None)
    if text is None and isinstance(paragraphs := next((named[name] for name in TEXTS if name in named), None), list):
        text = "\n\n".join(part for part in paragraphs if isinstance(part, str))
    if not text:
        names = ", ".join(sorted(_whole(str(name)) for name in entry)[:8])
        reason = (
            f"{path}: no field with an article's text ({names}). Expected one of {', '.join(TEXTS[:4])}. Rename it."
        )
        return Record(path, content, reason=reason)
    return Record(path, content, text=_whole(text), facts=named, guessed=guessed)


def _whole(text: str) -> str:
    """Replace lone surrogates, which JSON can contain and a database cannot store."""
    return text.encode(errors="replace").decode()


def _entries(whole: object) -> Sequence[object] | None:
    """Return the list of articles, or None if the file is a single article."""
    if isinstance(whole, list):
        return whole
    if isinstance(whole, dict) and not any(isinstance(whole.get(name), str) for name in TEXTS):
        for name in _LISTS:
            if isinstance(entries := whole.get(name), list) and any(isinstance(entry, dict) for entry in entries):
                return entries
    return None


def _canonical(entry: object) -> bytes:
    return json.dumps(entry, sort_keys=True).encode()


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}"
    return "nested too deeply" if isinstance(error, RecursionError) else "a number with too many digits"
