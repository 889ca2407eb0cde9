"""JSON records: find the articles in a JSON file or in the lines of a JSONL file, under the usual field names."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Literal

from index.core.errors import UnreadableArticle
from index.core.limits import LIMITS
from index.formats.encodings import decode
from index.reading.facts import plain_name
from index.reading.field_names import FieldNames
from index.reading.html_fields import to_plain_text

# The usual names of an article's text; those of its summary, if it has no text; and those of a list of articles.
_WHOLE_TEXTS = (
    "text", "body", "content", "article", "body_text", "article_text", "articlebody", "article_body", "maintext",
    "main_text", "full_text", "full_content", "content_text", "text_content", "story", "content_html", "body_html",
    "html", "raw_text", "content_encoded", "paragraphs",
)  # fmt: skip
_SUMMARIES = ("lead_paragraph", "short_description", "abstract", "summary", "description", "excerpt", "snippet", "dek")
TEXTS = (*_WHOLE_TEXTS, *_SUMMARIES)
_LISTS = (
    "articles", "items", "documents", "docs", "results", "data", "entries", "stories", "news", "posts", "objects",
    "hits", "response", "result", "value", "rows", "records", "feed", "channel", "rss", "item", "entry", "edges",
)  # fmt: skip
_INNER_TEXTS = ("rendered", "text", "html", "content", "value")  # where an object has its text
_MOST_LEVELS = 4  # above a list of articles
_GRAPH = "@graph"  # of JSON-LD
# Objects within an entry that have its fields: Elasticsearch, CouchDB, Typesense, The Guardian, JSON:API, GraphQL.
_INSIDE = ("_source", "doc", "document", "fields", "attributes", "node", "article", "metadata", "meta", "thread")
# NewsAPI cuts a text: "The bridge was closed… [+1234 chars]".
_CUT = re.compile(r"(?:…|\.\.\.)?\s*\[\+\d+ chars\]\s*\Z")
_LONGEST_CUT = 60  # characters
Kind = Literal["field", "column", "item"]  # of what has the facts of a record


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the file: an article, or the reason why it is not one."""

    path: str  # "file.jsonl#3" for the third, from 1
    content: bytes  # what the article's id is made from
    text: str = ""
    facts: Mapping[str, object] | None = None
    reason: str = ""
    guessed: str = ""  # the encoding, if it was guessed
    kind: Kind = "field"
    spelled: Mapping[str, str] = field(default_factory=dict)  # names of fields as the file has them, by plain name


def read_json(path: str, content: bytes, names: FieldNames) -> Iterator[Record]:
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
    entries = _entries(_named(whole, names) if isinstance(whole, dict) else whole)
    if entries is None:
        yield make_record(path, content, whole, decoded.guessed, names=names)
        return
    for number, entry in enumerate(entries, start=1):
        own = f"{path}#{number}"
        try:
            content_of_entry = _canonical(entry) if isinstance(entry, dict | str) else b""
        except RecursionError:
            yield Record(own, b"", reason=f"{own}: nested too deeply. Expected an article. Fix it and index again.")
        else:
            yield make_record(own, content_of_entry, entry, decoded.guessed, names=names)


def read_jsonl(path: str, lines: IO[bytes], names: FieldNames, *, max_bytes: int) -> Iterator[Record]:
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
            yield make_record(own, content, entry, decoded.guessed, names=names)


def _named(entry: Mapping[str, object], names: FieldNames) -> Mapping[str, object]:
    """Return an entry in which the fields that have given names have those that are known here."""
    fields = _fields(entry)
    given = {fact: fields[name] for name, fact in names.items() if name in fields}
    return {**entry, **given}


def make_record(
    path: str,
    content: bytes,
    entry: object,
    guessed: str,
    *,
    names: FieldNames,
    kind: Kind = "field",
) -> Record:
    """Make a record of an entry: a text, or fields of which one has the text. `names` are given to some fields."""
    if isinstance(entry, str):
        return Record(path, content, text=_whole(entry), facts={}, guessed=guessed)
    if not isinstance(entry, dict):
        return Record(
            path, content, reason=f"{path}: neither an object nor a text. Expected an article. Fix it or remove it."
        )
    spelled = {plain_name(name): name for part in reversed(_parts(entry)) for name in reversed([*part])}
    spelled |= {fact: spelled[name] for name, fact in names.items() if name in spelled}
    fields = _fields(_named(entry, names))
    text = _text(fields)
    if not text:
        has = ", ".join(sorted(_whole(str(name)) for name in entry)[:8])
        reason = f"{path}: no field with an article's text ({has}). Expected one of {', '.join(TEXTS[:4])}. Rename it."
        return Record(path, content, reason=reason)
    return Record(path, content, text=_whole(text), facts=fields, guessed=guessed, kind=kind, spelled=spelled)


def _whole(text: str) -> str:
    """Replace lone surrogates, which JSON can contain and a database cannot store."""
    return text.encode(errors="replace").decode()


def _parts(entry: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    """Return an entry and the objects inside it that have its fields."""
    return [entry, *(inner for name in _INSIDE if isinstance(inner := entry.get(name), dict))]


def _fields(entry: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of an entry by their plain names, with those of the objects inside it."""
    named = dict[str, object]()
    for part in _parts(entry):
        for name, value in part.items():
            if value is not None:
                named.setdefault(plain_name(name), value)
    return named


def _text(fields: Mapping[str, object]) -> str:
    """Return the text of an article, or its longest summary if it has no text."""
    for name in _WHOLE_TEXTS:
        if (text := _paragraphs(fields.get(name))).strip():
            return text[:-_LONGEST_CUT] + _CUT.sub("…", text[-_LONGEST_CUT:])
    return max((_paragraphs(fields.get(name)) for name in _SUMMARIES), key=len)


def _paragraphs(value: object, *, depth: int = 3) -> str:
    """Return a text that may be in HTML, in a list of paragraphs, or in an object such as {"rendered": "…"}."""
    if isinstance(value, str):
        return to_plain_text(value) if len(value) <= LIMITS.article_characters else value
    if isinstance(value, list) and depth:
        return "\n\n".join(part for entry in value if (part := _paragraphs(entry, depth=depth - 1)).strip())
    if isinstance(value, dict) and depth:
        inner = (_paragraphs(value.get(name), depth=depth - 1) for name in _INNER_TEXTS)
        return next((text for text in inner if text.strip()), "")
    return ""


def _entries(whole: object, *, levels: int = _MOST_LEVELS) -> Sequence[object] | None:
    """Return the list of articles, or None if the file is a single article."""
    if isinstance(whole, list):
        return whole
    if not isinstance(whole, dict) or any(isinstance(whole.get(name), str) for name in _WHOLE_TEXTS):
        return None
    if isinstance(graph := whole.get(_GRAPH), list):
        # The nodes of a page that are no articles are left out.
        return [node for node in graph if isinstance(node, dict) and _text(_fields(node))] or None
    for name in _LISTS:
        inner = whole.get(name)
        if isinstance(inner, list) and any(isinstance(entry, dict) for entry in inner):
            return _with_feed(whole, name, inner)
        if isinstance(inner, dict) and levels and (entries := _entries(inner, levels=levels - 1)) is not None:
            return entries
    return None


def _with_feed(whole: Mapping[str, object], name: str, entries: list[object]) -> Sequence[object]:
    """Return the entries of a feed (JSON Feed, or RSS as JSON) with its title, which names their outlet."""
    feed = whole.get("feed")
    if not isinstance(feed, dict):
        feed = whole if name == "item" or "jsonfeed.org" in str(whole.get("version")) else {}
    if not isinstance(title := feed.get("title"), str):
        return entries
    return [{"feed_title": title} | entry if isinstance(entry, dict) else entry for entry in entries]


def _canonical(entry: object) -> bytes:
    return json.dumps(entry, sort_keys=True).encode()


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}"
    return "nested too deeply" if isinstance(error, RecursionError) else "a number with too many digits"
