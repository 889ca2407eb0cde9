"""Readers: the bytes of a file become an article.

A reader decides once what the text is (line ends made line feeds, invisible control characters
dropped, nothing else touched) and what of it is headline, dateline and body.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath

import yaml

from index.articles import Article, article_id
from index.datelines import parse_date, read_dateline
from index.errors import UnreadableArticle
from index.sentences import split_sentences
from index.spans import Span
from index.words import STOP_WORDS

LONGEST_TITLE = 300  # characters, of a title an article states itself
_LONGEST_DERIVED_TITLE = 90
_LONGEST_HEADLINE = 200
_LONGEST_FRONT_MATTER = 64_000

# What people call the same fact, in front matter and in "Key: value" lines.
_NAMES = {
    "title": ("title", "headline"),
    "published": ("date", "published", "published_at", "pubdate", "publish_date", "publication_date"),
    "place": ("place", "location"),
    "outlet": ("outlet", "source", "publisher", "newspaper", "site"),
    "author": ("author", "authors", "byline", "by"),
    "url": ("url", "link", "canonical"),
}
_FACT_OF = {name: fact for fact, names in _NAMES.items() for name in names}
_KEY_LINE = re.compile(rf"[ \t]*(?P<name>{'|'.join(_FACT_OF)})[ \t]*:[ \t]*(?P<value>\S.*)\n", re.IGNORECASE)
_BYLINE = re.compile(r"By (?P<author>[^\W\d_a-z][^\n.!?:]{2,80})\n")
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
_DATE_IN_PATH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_/](\d\d)[-_/](\d\d)(?!\d)")


@dataclass(slots=True)
class _Facts:
    """What the head of a file states, and where its body starts."""

    stated: dict[str, str] = field(default_factory=dict)
    body_start: int = 0


def read_article(path: str, content: bytes) -> Article:
    """Make an article of a file's bytes; `path` is relative to the seeds folder.

    Raises UnreadableArticle with the reason, in words the reader can act on.
    """
    read = READERS.get(PurePosixPath(path).suffix.lower())
    if read is None:
        raise UnreadableArticle(
            f"{path}: this kind of file is not read yet; {' and '.join(READERS)} are. Save it as text and index again."
        )
    text, facts = read(path, decode(path, content))
    if not text[facts.body_start :].strip():
        raise UnreadableArticle(f"{path}: no text in it. Expected an article; add its text or remove the file.")
    dateline = read_dateline(text, facts.body_start)
    body_start = _skip_space(text, dateline.span.end if dateline else facts.body_start)
    body = Span(body_start, len(text.rstrip()))
    stated = facts.stated
    published = parse_date(stated["published"]) if "published" in stated else None
    return Article(
        id=article_id(path, content),
        path=path,
        title=stated.get("title") or _title_from(text, body),
        text=text,
        body=body,
        published=published or (dateline and dateline.published) or _date_in(path),
        place=stated.get("place") or (dateline.place if dateline else None),
        outlet=stated.get("outlet") or (dateline.outlet if dateline else None),
        author=stated.get("author"),
        url=stated.get("url"),
    )


def decode(path: str, content: bytes) -> str:
    """Turn bytes into normalised text: UTF-8, or UTF-16/32 with a byte order mark.

    Raises UnreadableArticle where a byte does not fit: a guess would put wrong letters into quotes.
    """
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableArticle(
            f"{path}: byte {error.start} is not {encoding.removesuffix('-sig').upper()}, the encoding expected here. "
            "Save the file as UTF-8 and index again."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


# UTF-32 first: its little-endian mark starts with that of UTF-16.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)


def _read_plain(path: str, text: str) -> tuple[str, _Facts]:
    del path
    facts = _Facts()
    _read_key_lines(text, facts)
    _read_headline(text, facts)
    _read_byline(text, facts)
    return text, facts


def _read_markdown(path: str, text: str) -> tuple[str, _Facts]:
    front, text = _split_front_matter(text)
    facts = _Facts(_front_matter_facts(path, front))
    if heading := re.compile(r"\s*#[ \t]+(?P<title>[^\n]+?)[ \t#]*(?:\n|$)").match(text):
        facts.stated.setdefault("title", _one_line(heading["title"]))
        facts.body_start = heading.end()
    _read_byline(text, facts)
    return text, facts


READERS: Mapping[str, Callable[[str, str], tuple[str, _Facts]]] = {".txt": _read_plain, ".md": _read_markdown}


def _read_key_lines(text: str, facts: _Facts) -> None:
    """Read "Title: …", "Date: …" lines that stand at the very head."""
    start = len(text) - len(text.lstrip("\n"))
    while found := _KEY_LINE.match(text, start):
        fact, value = _FACT_OF[found["name"].lower()], _one_line(found["value"])
        if fact == "published" and parse_date(value) is None:
            break  # "Date night: …" is a sentence
        facts.stated.setdefault(fact, value)
        facts.body_start = start = found.end()


def _read_headline(text: str, facts: _Facts) -> None:
    """Take a short first line with no full stop for the headline, where text follows it."""
    found = re.compile(r"\s*(?P<line>[^\n]+)\n").match(text, facts.body_start)
    if not found or "title" in facts.stated or not text[found.end() :].strip():
        return
    line = found["line"].strip()
    if len(line) > _LONGEST_HEADLINE or re.search(r"[.!:;,…\"'”’]$", line) or read_dateline(text, facts.body_start):
        return
    facts.stated["title"] = _one_line(line)
    facts.body_start = found.end()


def _read_byline(text: str, facts: _Facts) -> None:
    if found := _BYLINE.match(text, _skip_space(text, facts.body_start)):
        facts.stated.setdefault("author", _one_line(found["author"]))
        facts.body_start = found.end()


def _split_front_matter(text: str) -> tuple[str, str]:
    found = re.match(r"\s*---[ \t]*\n(?P<yaml>.*?\n)---[ \t]*(?:\n|$)", text[:_LONGEST_FRONT_MATTER], re.DOTALL)
    return (found["yaml"], text[found.end() :]) if found else ("", text)


def _front_matter_facts(path: str, front: str) -> dict[str, str]:
    try:
        stated = yaml.safe_load(front)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise UnreadableArticle(
            f"{path}: the front matter is not valid YAML{where}. Mend the lines between the two ---, or remove them."
        ) from None
    facts: dict[str, str] = {}
    for name, value in stated.items() if isinstance(stated, dict) else ():
        fact = _FACT_OF.get(str(name).lower())
        if isinstance(value, list):
            value = ", ".join(str(entry) for entry in value if isinstance(entry, str))
        if isinstance(value, datetime):
            value = value.date()
        if fact and isinstance(value, str | int | float | date) and str(value).strip():
            facts.setdefault(fact, _one_line(str(value)))
    return facts


def _title_from(text: str, body: Span) -> str:
    """Make a title of the first sentence, cut at a word."""
    sentences = split_sentences(text, Span(body.start, min(body.end, body.start + 2000)))
    first = " ".join(sentences[0].cut(text).split()) if sentences else "Untitled"
    if len(first) <= _LONGEST_DERIVED_TITLE:
        return first.rstrip(".")
    words = first[: first.rfind(" ", 0, _LONGEST_DERIVED_TITLE)].split()
    while len(words) > 1 and words[-1].lower() in STOP_WORDS:
        words.pop()  # "… in each other's countries to" ends in the air
    return " ".join(words).rstrip(" ,;:–—-") + "…"


def _skip_space(text: str, start: int) -> int:
    return len(text) - len(text[start:].lstrip())


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TITLE]


def _date_in(path: str) -> date | None:
    found = _DATE_IN_PATH.findall(path)
    return parse_date("-".join(found[-1])) if found else None
