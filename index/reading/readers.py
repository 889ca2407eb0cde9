"""Readers: make articles from the bytes of a file.

The text comes from `encodings.py`, `parsers.py` or `json_records.py`. This module finds its headline, dateline and
body.
"""

import io
import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import IO

import yaml

from index.core.errors import UnreadableArticle
from index.core.formatting import one_line
from index.core.limits import LIMITS
from index.formats.encodings import clean, decode
from index.formats.parsed import Parsed
from index.formats.parsers import PARSERS
from index.formats.sandbox import parse
from index.reading.json_records import Record, read_json, read_jsonl
from index.text.articles import Article, article_id
from index.text.datelines import parse_date, read_dateline
from index.text.sentences import split_sentences
from index.text.spans import Span
from index.text.terms import STOP_WORDS

# To be increased if a module of `reading` extracts something else: all files are then read again.
VERSION = f"2/{version('trafilatura')}/{version('pypdf')}/{version('python-docx')}"
NO_ARTICLE = "no article in it. Expected at least one. Add one or remove the file."
LONGEST_TITLE = 300  # characters, of a title that the article states
_LONGEST_DERIVED_TITLE = 90
_LONGEST_HEADLINE = 200
_LONGEST_WRAPPED_LINE = 120
_LONGEST_FRONT_MATTER = 64_000
_LONGEST_HEAD = 20_000  # characters; metadata is not looked for after these

# The usual names of each fact, in front matter and in "Key: value" lines.
_NAMES = {
    "title": ("title", "headline"),
    "published": (
        "date",
        "published",
        "published_at",
        "pubdate",
        "pub_date",
        "publish_date",
        "published_date",
        "publication_date",
        "date_published",
        "datepublished",
        "posted",
    ),
    "updated": ("updated", "last updated", "modified", "datemodified"),
    "place": ("place", "location"),
    "outlet": ("outlet", "source", "publisher", "newspaper", "site"),
    "author": ("author", "authors", "byline", "by"),
    "url": ("url", "link", "canonical"),
}
_FACT_OF = {name: fact for fact, names in _NAMES.items() for name in names}
_DATES = ("published", "updated")
_KEY_LINE = re.compile(rf"[ \t]*(?P<name>{'|'.join(_FACT_OF)})[ \t]*:[ \t]*(?P<value>\S.*)", re.IGNORECASE)
# A line such as "Category: World" between known ones.
_OTHER_KEY_LINE = re.compile(r"[ \t]*[A-Z][\w-]{1,20}:[ \t]*\S.{0,80}(?<![.!?])")
# "By Mara Quill and J. R. Holt, Staff Writer": names and short words, not a sentence.
_BYLINE = re.compile(
    r"(?:By|BY)(?P<author>"
    r"(?:[ \t]+(?:[^\W\d_a-z][\w.'’-]*,?|and|in|of|for|the|at|with|de|da|van|von|der|al|bin)){1,12})"
)
_MOST_ENTRIES = 50  # of a list of authors, for example
_DATE_IN_PATH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_/](\d\d)[-_/](\d\d)(?!\d)")


@dataclass(slots=True)
class _Head:
    """The facts stated at the start of a file, and where the rest begins."""

    stated: dict[str, str] = field(default_factory=dict)
    end: int = 0

    def state(self, fact: str, value: str) -> None:
        """Set a fact, unless it is set already."""
        # YAML, JSON and mail can contain a lone surrogate, which a database cannot store.
        whole = value.encode(errors="ignore").decode()
        if said := one_line(whole)[:LONGEST_TITLE].strip():
            self.stated.setdefault(fact, said)

    def day(self, fact: str) -> date | None:
        return parse_date(self.stated[fact]) if fact in self.stated else None


@dataclass(frozen=True, slots=True)
class Read:
    """The result of reading a file, or one record in it."""

    path: str  # of the article or the rejected record
    article: Article | None = None
    reason: str = ""  # why there is no article
    note: str = ""  # what was guessed, such as the encoding


def read_article(path: str, content: bytes) -> Article:
    """Make the first article from the bytes of a file; `path` is relative to the seeds folder.

    Raises UnreadableArticle with the reason and what to do.
    """
    read = next(read_articles(path, io.BytesIO(content), max_bytes=len(content)), None)
    if read is None or read.article is None:
        raise UnreadableArticle(read.reason if read else f"{path}: {NO_ARTICLE}")
    return read.article


def read_articles(path: str, file: IO[bytes], *, max_bytes: int, known: Container[str] = ()) -> Iterator[Read]:
    """Read the articles of a file one after the other; those whose id is `known` are skipped.

    Raises UnreadableArticle if the file as a whole cannot be read.
    """
    check_kind(path)
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in _TEXTS:
        content = file.read()
        decoded = decode(path, content)
        text, head = _TEXTS[suffix](path, decoded.text)
        yield Read(path, _make(path, content, text, head), note=_guessed(decoded.guessed))
        return
    if suffix in PARSERS:
        yield from _read_parsed(path, file.read(), known)
        return
    records: Iterable[Record] = (
        read_jsonl(path, file, max_bytes=max_bytes) if streams(path) else read_json(path, file.read())
    )
    for record in records:
        if record.reason:
            yield Read(record.path, reason=record.reason)
        elif article_id(record.path, record.content) in known:
            yield Read(record.path)
        else:
            yield _read_record(record)


def _read_parsed(path: str, content: bytes, known: Container[str]) -> Iterator[Read]:
    """Read what the sandbox finds in a file: one article with the path of the file, or several with numbers."""
    found = parse(path, content)
    for number, parsed in enumerate(found, start=1):
        own, its_content = path, content
        if len(found) > 1:
            own, its_content = f"{path}#{number}", json.dumps(asdict(parsed), sort_keys=True).encode()
            if article_id(own, its_content) in known:
                yield Read(own)
                continue
        try:
            article, note = _make_parsed(own, its_content, parsed)
        except UnreadableArticle as error:
            if len(found) == 1:
                raise
            yield Read(own, reason=str(error))
        else:
            yield Read(own, article, note=note)


def _make_parsed(path: str, content: bytes, parsed: Parsed) -> tuple[Article, str]:
    head = _Head()
    for fact, value in parsed.stated.items():
        head.state(fact, value)
    _pass_title(parsed.text, head)
    _read_particulars(parsed.text, head)
    _read_headline(parsed.text, head)
    _read_particulars(parsed.text, head)
    return _make(path, content, parsed.text, head, pages=parsed.pages), _guessed(parsed.guessed)


def check_kind(path: str) -> None:
    """Raise UnreadableArticle if files of this kind are not read."""
    if PurePosixPath(path).suffix.lower() not in KINDS:
        kinds = f"{', '.join(KINDS[:-1])} and {KINDS[-1]}"
        raise UnreadableArticle(
            f"{path}: this kind of file is not supported. Expected {kinds}. Save it as one of these and index again."
        )


def check_content(path: str, content: bytes, *, max_bytes: int) -> None:
    """Raise UnreadableArticle if no article can be read from the bytes of a file."""
    check_kind(path)
    reasons = list[str]()
    for read in read_articles(path, io.BytesIO(content), max_bytes=max_bytes):
        if read.article:
            return
        reasons.append(read.reason)
    raise UnreadableArticle(next(filter(None, reasons), f"{path}: {NO_ARTICLE}"))


def streams(path: str) -> bool:
    """Return True if a file with this name is read line by line, so that its size does not matter."""
    return PurePosixPath(path).suffix.lower() == ".jsonl"


def _read_record(record: Record) -> Read:
    head = _Head()
    for name, value in (record.facts or {}).items():
        if fact := _FACT_OF.get(name.replace("-", "_")):
            head.state(fact, _written(value))
    text = clean(record.text)
    _pass_title(text, head)
    _read_particulars(text, head)
    try:
        article = _make(record.path, record.content, text, head)
        return Read(record.path, article, note=_guessed(record.guessed))
    except UnreadableArticle as error:
        return Read(record.path, reason=str(error))


def _written(value: object, *, depth: int = 3) -> str:
    """Return a fact of a record as text. Names of people and outlets may be in lists and objects."""
    if isinstance(value, list) and depth:
        entries = (_written(entry, depth=depth - 1) for entry in value[:_MOST_ENTRIES])
        return ", ".join(entry[:LONGEST_TITLE] for entry in entries if entry)
    if isinstance(value, dict) and depth:
        return _written(value.get("name") or value.get("title") or "", depth=depth - 1)
    return value if isinstance(value, str) else ""


def _pass_title(text: str, head: _Head) -> None:
    """Skip a first line that repeats the stated title."""
    line = _next_line(text, head.end)
    if "title" in head.stated and one_line(line.cut(text)) == head.stated["title"] and text[line.end :].strip():
        head.end = line.end


def _guessed(encoding: str) -> str:
    return f"read as {encoding}, which is a guess" if encoding else ""


def _make(path: str, content: bytes, text: str, head: _Head, *, pages: tuple[int, ...] = ()) -> Article:
    if not text[head.end :].strip():
        raise UnreadableArticle(f"{path}: no text in it. Expected an article. Add its text or remove the file.")
    if len(text) > LIMITS.article_characters or text.count("\n") > LIMITS.article_lines:
        raise UnreadableArticle(
            f"{path}: a text of {len(text):,} characters and {text.count(chr(10)) + 1:,} lines. Expected at most "
            f"{LIMITS.article_characters:,} characters and {LIMITS.article_lines:,} lines. Split it."
        )
    dateline = read_dateline(text, head.end)
    body = Span(_skip_space(text, dateline.span.end if dateline else head.end), len(text.rstrip()))
    published = head.day("published") or (dateline and dateline.published) or _date_in(path) or head.day("updated")
    return Article(
        id=article_id(path, content),
        path=path,
        title=head.stated.get("title") or _title_from(text, body),
        text=text,
        body=body,
        published=published,
        place=head.stated.get("place") or (dateline.place if dateline else None),
        outlet=head.stated.get("outlet") or (dateline.outlet if dateline else None),
        author=head.stated.get("author"),
        url=head.stated.get("url"),
        pages=pages,
    )


def check_size(path: str, size: int, max_bytes: int) -> None:
    """Raise UnreadableArticle if `size` exceeds `max_bytes`."""
    if size > max_bytes:
        raise UnreadableArticle(
            f"{path}: {size / 1e6:.0f} MB, larger than the limit of {max_bytes / 1e6:.0f} MB. Split it, or raise "
            "DATELINE_MAX_FILE_MEGABYTES."
        )


def _read_plain(path: str, text: str) -> tuple[str, _Head]:
    del path
    head = _Head()
    _read_particulars(text, head)
    _read_headline(text, head)
    _read_particulars(text, head)
    return text, head


def _read_markdown(path: str, text: str) -> tuple[str, _Head]:
    front, text = _split_front_matter(text)
    head = _Head()
    _read_front_matter(path, front, head)
    line = _next_line(text, head.end)
    if re.match(r"#[ \t]", line.cut(text)):
        head.state("title", line.cut(text).strip("# \t"))
        head.end = line.end
    _read_particulars(text, head)
    return text, head


_TEXTS: Mapping[str, Callable[[str, str], tuple[str, _Head]]] = {".txt": _read_plain, ".md": _read_markdown}
_MANY = (".json", ".jsonl")
KINDS = (*_TEXTS, *PARSERS, *_MANY)


def _read_particulars(text: str, head: _Head) -> None:
    """Read bylines, days and key lines in any order."""
    before = -1
    while before != head.end < _LONGEST_HEAD:
        before = head.end
        _read_byline(text, head)
        _read_day(text, head)
        _read_key_lines(text, head)


def _read_key_lines(text: str, head: _Head) -> None:
    """Read consecutive lines such as "Title: …" and "Date: …"."""
    known = False
    while head.end < _LONGEST_HEAD:
        line = _next_line(text, head.end)
        if not (found := _KEY_LINE.fullmatch(line.cut(text))):
            if known and _OTHER_KEY_LINE.fullmatch(line.cut(text)):
                head.end = line.end
                continue
            return
        fact, value = _FACT_OF[found["name"].lower()], found["value"]
        if fact in _DATES and not re.search(r"\d", value):
            return  # "Date night: …" is a sentence
        if fact not in _DATES or parse_date(value):
            head.state(fact, value)
        head.end, known = line.end, True


def _read_headline(text: str, head: _Head) -> None:
    """Read a short first line without a full stop as the headline, if something else follows it."""
    line = _next_line(text, head.end)
    following = _next_line(text, line.end)
    words, below = line.cut(text), following.cut(text)
    if "title" in head.stated or not below or len(line) > _LONGEST_HEADLINE or parse_date(words):
        return
    if re.search(r"[.!:;,…\"'”’)\]]$", words):
        return
    parted = text[line.end : following.start].count("\n") > 1
    begins = (
        len(following) > _LONGEST_WRAPPED_LINE
        or _BYLINE.fullmatch(below) is not None
        or _KEY_LINE.fullmatch(below) is not None
        or parse_date(below) is not None
        or read_dateline(text, following.start) is not None
    )
    # Otherwise the sentence continues in the next line of a hard-wrapped text.
    if (parted or (begins and not below[0].islower())) and not _is_dateline_itself(text, line):
        head.state("title", words)
        head.end = line.end


def _is_dateline_itself(text: str, line: Span) -> bool:
    dateline = read_dateline(text, line.start)
    # "Fentanyl crisis: India, Canada sign pact" alone on its line is a headline.
    return dateline is not None and (dateline.published is not None or dateline.outlet is not None)


def _read_byline(text: str, head: _Head) -> None:
    line = _next_line(text, head.end)
    if (found := _BYLINE.fullmatch(line.cut(text))) and text[line.end :].strip():
        head.state("author", found["author"])
        head.end = line.end


def _read_day(text: str, head: _Head) -> None:
    """Read a line that consists of a day."""
    line = _next_line(text, head.end)
    if 8 <= len(line) <= 60 and parse_date(line.cut(text)):
        head.state("published", line.cut(text))
        head.end = line.end


def _split_front_matter(text: str) -> tuple[str, str]:
    found = re.match(r"\n*---[ \t]*\n(?P<yaml>.*?\n)---[ \t]*(?:\n|$)", text[:_LONGEST_FRONT_MATTER], re.DOTALL)
    return (found["yaml"], text[found.end() :]) if found else ("", text)


def _read_front_matter(path: str, front: str, head: _Head) -> None:
    try:
        # BaseLoader returns only strings: a title "No" stays a title, and no tag builds an object.
        stated = yaml.load(front, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:  # "\UFFFFFFFF" is not a character
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise UnreadableArticle(
            f"{path}: the front matter is not valid YAML{where}. Expected lines such as title: …. Fix or remove it."
        ) from None
    for name, value in stated.items() if isinstance(stated, dict) else ():
        if isinstance(value, list):
            # Cut first: with aliases, a short list can expand to gigabytes.
            value = ", ".join(entry[:LONGEST_TITLE] for entry in value[:_MOST_ENTRIES] if isinstance(entry, str))
        if isinstance(value, str) and (fact := _FACT_OF.get(str(name).lower())):
            head.state(fact, value)


def _title_from(text: str, body: Span) -> str:
    """Make a title from the first sentence, cut at a word."""
    sentences = split_sentences(text, Span(body.start, min(body.end, body.start + 2000)))
    first = one_line(sentences[0].cut(text)) if sentences else ""
    if len(first) <= _LONGEST_DERIVED_TITLE:
        return first.rstrip(".") or "Untitled"
    words = first[: first.rfind(" ", 0, _LONGEST_DERIVED_TITLE)].split()
    while len(words) > 1 and words[-1].lower() in STOP_WORDS:
        words.pop()  # "… in each other's countries to" is incomplete
    return " ".join(words).rstrip(" ,;:–—-") + "…"


def _next_line(text: str, start: int) -> Span:
    """Return the next line that is not blank, without white space at its ends."""
    begin = _skip_space(text, start)
    end = text.find("\n", begin)
    return Span(begin, begin + len(text[begin : end if end >= 0 else len(text)].rstrip()))


def _skip_space(text: str, start: int) -> int:
    found = re.compile(r"\S").search(text, start)
    return found.start() if found else len(text)


def _date_in(path: str) -> date | None:
    found = _DATE_IN_PATH.findall(path)
    return parse_date("-".join(found[-1])) if found else None
