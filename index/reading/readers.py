"""Readers: make articles from the bytes of a file.

The text comes from `encodings.py`, `parsers.py`, `json_records.py`, `feed_records.py` or `tables.py`, what stands above
the body from `heads.py`.
"""

import io
import json
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from typing import IO

from index.core.errors import UnreadableArticle
from index.core.formatting import one_line
from index.core.limits import LIMITS
from index.formats.encodings import clean, decode, decode_html
from index.formats.parsed import Parsed
from index.formats.parsers import PARSED_KINDS, kind_of
from index.formats.sandbox import parse
from index.ocr.engine import installed_version, is_installed
from index.reading.feed_records import FEED_KINDS, read_feed
from index.reading.field_names import FieldNames
from index.reading.heads import Head, read_markdown, read_parsed, read_plain, read_record, skip_space
from index.reading.html_fields import to_plain_text
from index.reading.json_records import Record, read_json, read_jsonl
from index.reading.press_databases import may_be_download, split_download
from index.reading.tables import read_table
from index.reading.transcripts import read_subtitles
from index.reading.zip_files import unpack
from index.text.articles import Article, article_id
from index.text.datelines import Dateline, parse_date, read_dateline
from index.text.day_origins import DayOrigin
from index.text.days import NumericDay
from index.text.languages import read_language
from index.text.sentences import split_sentences
from index.text.spans import Span
from index.text.terms import STOP_WORDS

# To be increased if a module of `reading` or `formats` extracts something else, or `text.days` reads other days: all
# files are then read again.
VERSION = "/".join(
    [
        *("10", *map(version, ("trafilatura", "pypdf", "python-docx", "striprtf", "warcio", "ftfy"))),
        *filter(None, [installed_version()]),
    ]
)
NO_ARTICLE = "no article in it. Expected at least one. Add one or remove the file."
_LONGEST_DERIVED_TITLE = 90
_PAGES_NAMED = 10
_NO_NAMES: FieldNames = {}
_DATE_IN_PATH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_/](\d\d)[-_/](\d\d)(?!\d)")


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


def read_articles(
    path: str, file: IO[bytes], *, max_bytes: int, known: Container[str] = (), names: FieldNames = _NO_NAMES
) -> Iterator[Read]:
    """Read the articles of a file one after the other; those whose id is `known` are skipped.

    `names` are given to fields of JSON and tables that have unusual ones.

    Raises UnreadableArticle if the file as a whole cannot be read.
    """
    check_kind(path)
    suffix = kind_of(path)
    if suffix in _TEXTS:
        content = file.read()
        decoded = decode(path, content)
        if suffix == ".txt" and (found := split_download(decoded.text)):
            found = [replace(parsed, guessed=decoded.guessed) for parsed in found]
            yield from _read_found(path, content, found, known)
            return
        text, head = _TEXTS[suffix](path, decoded.text)
        article = _make(path, content, text, head, spoken=suffix in _SUBTITLES)
        yield Read(path, article, note=_guessed(decoded.guessed))
        return
    if suffix == ".zip":
        yield from _read_zip(path, file.read(), max_bytes, known, names)
        return
    if suffix in PARSED_KINDS and suffix not in FEED_KINDS:
        content = file.read()
        yield from _read_found(path, content, _split_page(path, content) or _split_parsed(path, content), known)
        return
    if streams(path):
        records = _STREAMED[suffix](path, file, names, max_bytes=max_bytes)
    elif suffix in FEED_KINDS:
        records = read_feed(path, file.read())
    else:
        records = read_json(path, file.read(), names)
    for record in records:
        if record.reason:
            yield Read(record.path, reason=record.reason)
        elif article_id(record.path, record.content) in known:
            yield Read(record.path)
        else:
            yield _read_record(record)


def _split_page(path: str, content: bytes) -> Sequence[Parsed]:
    """Return the articles of a web page from a press database; of other pages only the main text is read."""
    if kind_of(path) not in _PAGES or not may_be_download(content):
        return ()
    decoded = decode_html(path, content)
    return [replace(parsed, guessed=decoded.guessed) for parsed in split_download(to_plain_text(decoded.text))]


def _split_parsed(path: str, content: bytes) -> Sequence[Parsed]:
    parsed = parse(path, content)
    whole = parsed[0].text if len(parsed) == 1 and not parsed[0].pages else ""
    return split_download(whole) or parsed


def _read_zip(path: str, content: bytes, max_bytes: int, known: Container[str], names: FieldNames) -> Iterator[Read]:
    for own, unpacked, reason in unpack(path, content, max_bytes=max_bytes):
        if reason:
            yield Read(own, reason=reason)
            continue
        try:
            yield from read_articles(own, io.BytesIO(unpacked), max_bytes=max_bytes, known=known, names=names)
        except UnreadableArticle as error:
            yield Read(own, reason=str(error))


def _read_found(path: str, content: bytes, found: Sequence[Parsed], known: Container[str]) -> Iterator[Read]:
    """Read what was found in a file: one article with the path of the file, or several with numbers."""
    for number, parsed in enumerate(found, start=1):
        own, its_content = path, content
        if len(found) > 1:
            own, its_content = f"{path}#{number}", _content_of(parsed)
            if article_id(own, its_content) in known:
                yield Read(own)
                continue
        if parsed.reason:
            yield Read(own, reason=f"{own}: {parsed.reason}")
            continue
        try:
            article, note = _make_parsed(own, its_content, parsed)
        except UnreadableArticle as error:
            if len(found) == 1:
                raise
            yield Read(own, reason=str(error))
        else:
            yield Read(own, article, note=note)


def _content_of(parsed: Parsed) -> bytes:
    whole = asdict(parsed)
    for own in ("origins", "ocr", "scanned"):  # how something was read is no content
        del whole[own]
    return json.dumps(whole, sort_keys=True).encode()


def _make_parsed(path: str, content: bytes, parsed: Parsed) -> tuple[Article, str]:
    head = read_parsed(parsed)
    article = _make(path, content, parsed.text, head, pages=parsed.pages)
    notes = filter(None, (_guessed(parsed.guessed), _scans(parsed)))
    return replace(article, ocr=parsed.ocr), ", ".join(notes)


def _scans(parsed: Parsed) -> str:
    """Return a note on the pages that are pictures."""
    notes = [f"read by OCR: {_numbered(parsed.ocr)}"] if parsed.ocr else []
    if parsed.scanned:
        why = "OCR read nothing there" if is_installed() else "OCR is not installed"
        notes.append(f"without what is printed on the picture of {_numbered(parsed.scanned)}: {why}")
    return ", ".join(notes)


def _numbered(pages: Sequence[int]) -> str:
    some = ", ".join(map(str, pages[:_PAGES_NAMED])) + (" and others" if len(pages) > _PAGES_NAMED else "")
    return f"page{'s' if len(pages) > 1 else ''} {some}"


def check_kind(path: str) -> None:
    """Raise UnreadableArticle if files of this kind are not read."""
    if kind_of(path) not in KINDS:
        kinds = f"{', '.join(KINDS[:-1])} and {KINDS[-1]}"
        raise UnreadableArticle(
            f"{path}: this kind of file is not supported. Expected {kinds}. Save it as one of these and index again."
        )


def check_content(path: str, content: bytes, *, max_bytes: int, names: FieldNames = _NO_NAMES) -> None:
    """Raise UnreadableArticle if no article can be read from the bytes of a file."""
    check_kind(path)
    reasons = list[str]()
    for read in read_articles(path, io.BytesIO(content), max_bytes=max_bytes, names=names):
        if read.article:
            return
        reasons.append(read.reason)
    raise UnreadableArticle(next(filter(None, reasons), f"{path}: {NO_ARTICLE}"))


def streams(path: str) -> bool:
    """Return True if a file with this name is read line by line, so that its size does not matter."""
    return kind_of(path) in _STREAMED


def _read_record(record: Record) -> Read:
    text = clean(record.text)
    try:
        article = _make(record.path, record.content, text, read_record(record, text))
        return Read(record.path, article, note=_guessed(record.guessed))
    except UnreadableArticle as error:
        return Read(record.path, reason=str(error))


def _guessed(encoding: str) -> str:
    return f"read as {encoding}, which is a guess" if encoding else ""


def _make(
    path: str, content: bytes, text: str, head: Head, *, pages: tuple[int, ...] = (), spoken: bool = False
) -> Article:
    if not text[head.end :].strip():
        raise UnreadableArticle(f"{path}: no text in it. Expected an article. Add its text or remove the file.")
    if len(text) > LIMITS.article_characters or text.count("\n") > LIMITS.article_lines:
        raise UnreadableArticle(
            f"{path}: a text of {len(text):,} characters and {text.count(chr(10)) + 1:,} lines. Expected at most "
            f"{LIMITS.article_characters:,} characters and {LIMITS.article_lines:,} lines. Split it."
        )
    # "Mara Quill: Good evening." names a speaker, not a place.
    dateline = None if spoken else read_dateline(text, head.end)
    body = Span(skip_space(text, dateline.span.end if dateline else head.end), len(text.rstrip()))
    published, origin = _find_day(path, head, dateline)
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
        day=origin,
        language=read_language(body.cut(text)),
    )


def _find_day(path: str, head: Head, dateline: Dateline | None) -> tuple[date | None, DayOrigin]:
    """Return the day of publication, or else that of an update, and where it comes from."""
    numeric = head.numeric("published")
    written = numeric.written if numeric else ""
    if day := head.day("published"):
        return day, DayOrigin.read(head.origins.get("published", ""))
    if dateline and dateline.published:
        return dateline.published, DayOrigin("dateline", written=_unless_read_as(dateline.published, numeric))
    # If it states "Spring 2026", for example, the day in the name is that of the download.
    if (day := _date_in(path)) and "published" not in head.stated:
        return day, DayOrigin("file_name", written=_unless_read_as(day, numeric))
    if day := head.day("updated"):
        return day, replace(DayOrigin.read(head.origins.get("updated", "")), of_update=True, written=written)
    if updated := None if numeric else head.numeric("updated"):
        return None, DayOrigin(of_update=True, written=updated.written)
    return None, DayOrigin(written=written)


def _unless_read_as(day: date, numeric: NumericDay | None) -> str:
    """Return a day as it is written in numbers, or "" if this certain day is one of its two readings."""
    return numeric.written if numeric and day not in (numeric.day_first, numeric.month_first) else ""


def check_size(path: str, size: int, max_bytes: int) -> None:
    """Raise UnreadableArticle if `size` exceeds `max_bytes`."""
    if size > max_bytes:
        raise UnreadableArticle(
            f"{path}: {size / 1e6:.0f} MB, larger than the limit of {max_bytes / 1e6:.0f} MB. Split it, or raise "
            "DATELINE_MAX_FILE_MEGABYTES."
        )


_PAGES = (".html", ".htm")
_SUBTITLES = (".vtt", ".srt")
_TEXTS: Mapping[str, Callable[[str, str], tuple[str, Head]]] = {
    ".txt": read_plain,
    ".md": read_markdown,
    **dict.fromkeys(_SUBTITLES, read_subtitles),
}
_STREAMED: Mapping[str, Callable[..., Iterator[Record]]] = {
    ".jsonl": read_jsonl,
    ".csv": read_table,
    ".tsv": read_table,
}
KINDS = (*_TEXTS, *PARSED_KINDS, ".json", *_STREAMED, ".zip")


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


def _date_in(path: str) -> date | None:
    """Return the last full day in a path. That of a file with several articles is of none of them."""
    found = _DATE_IN_PATH.findall(path.rpartition("#")[2])
    return parse_date("-".join(found[-1])) if found else None
