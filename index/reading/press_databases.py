"""Press databases: find the articles in a download from Nexis, Factiva or ProQuest, each with its day and outlet.

Such a text is known by marks that no article has: the lines that end or begin each document, with its number of words
or its number in the database. Without them nothing is split.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from index.formats.parsed import Parsed
from index.text.datelines import parse_date

_MARK_OF_DATABASE = re.compile(rb"Document [A-Z][A-Z0-9]{5,20}\d{8}|Load-Date:|ProQuest document ID")
_NEXIS_END = re.compile(r"End of Document")
_NEXIS_START = re.compile(r"(?:Document )?\d+ of \d+(?: DOCUMENTS?)?", re.IGNORECASE)
_NEXIS_LENGTH = re.compile(r"Length:\s*[\d,.]+ words?", re.IGNORECASE)
_NEXIS_LOADED = re.compile(r"Load-Date:\s*\S.*", re.IGNORECASE)
_NEXIS_KEY = re.compile(
    r"(?P<key>Section|Length|Byline|Dateline|Highlight|Headline|Series|Column|Contact|Distribution):\s*(?P<value>.*)",
    re.IGNORECASE,
)
# "March 2026" of a magazine, "2. März 2026 Montag" of a paper in another language.
_NEXIS_ISSUE = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Spring|Summer|Autumn|Fall"
    r"|Winter) (?:19|20)\d\d|\d\d?\.? \w{3,12} (?:19|20)\d\d(?: \w+)?"
)
# What the database says of an article, below it. A text may have such lines, too, but none between these.
_NEXIS_TAIL_KEY = re.compile(r"[A-Z][A-Z -]{2,20}:.*", re.IGNORECASE)
_NEXIS_ABOVE_LOADED = re.compile(r"(?:Language|Publication-Type|Journal Code):.*", re.IGNORECASE)

_FACTIVA_END = re.compile(r"(?:AN[\s|]+)?Document [A-Z][A-Z0-9]{5,20}\d{8}[a-z0-9]{5,20}")
_FACTIVA_WORDS = re.compile(r"[\d,.]+ words?")
_FACTIVA_CODE = re.compile(
    r"\|?\s*(?P<code>SE|HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD|CT|RF|ART|CO|IN|NS|RE|IPD|IPC|PUB|AN)"
    r"(?:\s*\|\s*|\s+|$)(?P<value>(?:.*[^\s|])?)[\s|]*"
)
_FACTIVA_TAIL = ("CT", "RF", "ART", "CO", "IN", "NS", "RE", "IPD", "IPC", "PUB", "AN")
_FACTIVA_PAGE = re.compile(r"Page \d+ of \d+\b.*|.*©\s?\d{4} Factiva.*")
_FACTIVA_HEAD_END = re.compile(
    r"(?:\(c\)|©|Copyright(?=.*(?:\b(?:19|20)\d\d\b|©|\(c\)))).*|All rights reserved\.?"
    r"|English|French|German|Spanish|Italian|Portuguese|Dutch",
    re.IGNORECASE,
)
_MOST_HEAD_LINES = 10  # of Factiva's display, below the number of words
_LONGEST_CODE = 40  # characters of a code, a page or an edition

_PROQUEST_RULE = re.compile(r"_{20,}")
_PROQUEST_KEY = re.compile(r"(?P<key>[A-Z][A-Za-z /-]{2,40}):(?:\s+(?P<value>.*)|$)")
_PROQUEST_FACTS = {
    "Title": "title",
    "Publication title": "outlet",
    "Publication date": "published",
    "Author": "author",
    "Document URL": "url",
}
# What the database says of an article, below its text and in this order: its terms, then its facts.
_PROQUEST_TERMS = (
    "Subject", "Business indexing term", "Location", "People", "Company / organization", "Classification",
    "Identifier / keyword",
)  # fmt: skip
# "Location: The mill is at Tarn." is text; "Company / organization: Acme Inc." is a term.
_ENDS_SENTENCE = re.compile(r"(?<![\w.])[a-z]{3,}[.!?][\"”’]?$")
_PROQUEST_TAIL = ("Title", "Publication title", "Publication year", "Publication date", "ProQuest document ID")


def may_be_download(content: bytes) -> bool:
    """Return True if the bytes of a web page have a mark of a press database: then it may have several articles."""
    return _MARK_OF_DATABASE.search(content) is not None


def split_download(text: str) -> Sequence[Parsed]:
    """Return the articles of a download from a press database, or nothing if the text is not one.

    A document whose text is not found has the reason instead.
    """
    lines = [line.strip() for line in text.split("\n")]
    for read in (_read_nexis, _read_factiva, _read_proquest):
        found = list(read(lines))
        if any(article.text for article in found):
            return found
    return ()


def _read_nexis(lines: Sequence[str]) -> Iterator[Parsed]:
    if not _has(lines, _NEXIS_LENGTH) or not _has(lines, _NEXIS_LOADED):
        return
    if _has(lines, _NEXIS_END):
        documents = _split(lines, _NEXIS_END)
        for number, document in enumerate(documents):
            yield from _read_new_nexis(document, first=number == 0)
    elif _has(lines, _NEXIS_START):
        for document in _split(lines, _NEXIS_START)[1:]:
            yield from _read_old_nexis(document)


def _read_new_nexis(lines: Sequence[str], *, first: bool) -> Iterator[Parsed]:
    """Read a document that states title, outlet and day in this order, then its keys, and "Body" before its text."""
    length = next((place for place, line in enumerate(lines) if _NEXIS_LENGTH.fullmatch(line) or line == "Body"), None)
    if length is None:
        if _has(lines, _NEXIS_LOADED):
            yield _without_text("", lines)
        return
    above = [line for line in lines[:length] if line]
    day = next((place for place, line in enumerate(above) if place > 1 and _is_day_line(line)), None)
    if day is None:
        yield _nexis_article({}, lines, 0)
        return
    # Above the first document is a list of all.
    title = above[day - 2 : day - 1] if first else above[: day - 1]
    stated = {"title": " ".join(title), "outlet": above[day - 1], "published": above[day]}
    yield _nexis_article(stated, lines, length)


def _read_old_nexis(lines: Sequence[str]) -> Iterator[Parsed]:
    """Read a document that states outlet, day and title in this order, then its keys."""
    key = next((place for place, line in enumerate(lines) if _NEXIS_KEY.fullmatch(line)), len(lines))
    blocks, above = list(_blocks(lines[:key])), [line for line in lines[:key] if line]
    stated = {"outlet": above[0]} if above else {}
    if len(above) > 1 and _is_day_line(above[1]):
        stated["published"] = above[1]
    if len(blocks) > 2:
        stated["title"] = blocks[-1]
    yield _nexis_article(stated, lines, key)


def _nexis_article(stated: Mapping[str, str], lines: Sequence[str], start: int) -> Parsed:
    """Make an article of a document whose keys begin at `start`, or anywhere above its body."""
    keys, end = dict[str, str](), start
    body = next((place for place, line in enumerate(lines) if place >= start and line == "Body"), None)
    while end < len(lines) and (body is None or end < body):
        found = _NEXIS_KEY.fullmatch(lines[end])
        if not found and lines[end] and body is None:
            break
        end += 1
        if found:
            following = _from(lines, end, body)
            value = [found["value"], *takewhile(lambda line: line and not _NEXIS_KEY.fullmatch(line), following)]
            end += len(value) - 1
            keys.setdefault(found["key"].lower(), " ".join(value).strip())
    facts = {
        **stated,
        "title": keys.get("headline") or stated.get("title", ""),
        "author": keys.get("byline", ""),
        "place": keys.get("dateline", ""),
    }
    text = lines[body + 1 if body is not None else end : _nexis_tail(lines)]
    return _article([keys.get("highlight", ""), "", *text], facts)


def _from(lines: Sequence[str], start: int, end: int | None = None) -> Iterator[str]:
    """Yield the lines from one on, without a copy of the rest."""
    return (lines[place] for place in range(start, len(lines) if end is None else end))


def _nexis_tail(lines: Sequence[str]) -> int:
    """Return where a document's text ends: at "Classification" or the day it was loaded, whichever is first."""
    loaded = next((place for place in _backwards(lines) if _NEXIS_LOADED.fullmatch(lines[place])), len(lines))
    for place in _backwards(lines[:loaded]):
        if lines[place] == "Classification" and _NEXIS_TAIL_KEY.fullmatch(
            next(filter(None, _from(lines, place + 1)), "")
        ):
            return place
    while loaded and (not lines[loaded - 1] or _NEXIS_ABOVE_LOADED.fullmatch(lines[loaded - 1])):
        loaded -= 1
    return loaded


def _read_factiva(lines: Sequence[str]) -> Iterator[Parsed]:
    if not _has(lines, _FACTIVA_END):
        return
    kept = [line for line in lines if not _FACTIVA_PAGE.fullmatch(line)]
    for document in _split(kept, _FACTIVA_END):
        codes = {found["code"] for line in document if (found := _FACTIVA_CODE.fullmatch(line))}
        if {"HD", "PD", "SN"} <= codes and codes & {"LP", "TD"}:
            yield _read_codes(document)
        elif any(map(_FACTIVA_WORDS.fullmatch, document)):
            yield _read_display(document)


def _read_codes(lines: Sequence[str]) -> Parsed:
    """Read a document whose parts have a code of two letters each."""
    parts, code = dict[str, list[str]](), ""
    for line in lines:
        found = _FACTIVA_CODE.fullmatch(line)
        if found and _is_next_code(found, code):
            code = found["code"]
            parts[code] = [found["value"]]
        elif code:
            parts[code].append(line.strip("| "))
    value = {code: " ".join(filter(None, part)) for code, part in parts.items()}
    facts = {
        "title": value.get("HD", ""),
        "author": value.get("BY", ""),
        "published": value.get("PD", ""),
        "outlet": value.get("SN", ""),
    }
    return _article([*parts.get("LP", ()), "", *parts.get("TD", ())], facts)


def _is_next_code(found: re.Match[str], before: str) -> bool:
    """Return True if this is the code of the next part, and not the first word of a paragraph such as "IN London"."""
    code, value = found["code"], found["value"]
    if before in ("LP", "TD"):
        return code == "TD" or (code in _FACTIVA_TAIL and (not value or " : " in value or value.startswith("Document")))
    return True


def _read_display(lines: Sequence[str]) -> Parsed:
    """Read a document as Factiva displays it: title, author, words, day, outlet, rights, text."""
    words = next(place for place, line in enumerate(lines) if _FACTIVA_WORDS.fullmatch(line))
    above = [line for line in lines[:words] if line]
    below = [place for place, line in enumerate(lines) if place > words and line]
    author = above.pop() if len(above) > 1 and _is_byline(above[-1]) else ""
    facts = {"title": above[-1] if above else "", "author": author}
    end = words
    if below and parse_date(lines[below[0]]):
        end = below[0]
        facts["published"] = lines[end]
        named = [place for place in below[1:3] if not re.match(r"\d\d?:\d\d\b", lines[place])]
        if named:
            end = named[0]
            facts["outlet"] = lines[end]
    for place in below[:_MOST_HEAD_LINES]:
        if _FACTIVA_HEAD_END.fullmatch(lines[place]):
            end = max(end, place)
        elif place > end and (len(lines[place]) > _LONGEST_CODE or lines[place][-1] in ".?!:"):
            break
    return _article(lines[end + 1 :], facts)


def _is_byline(line: str) -> bool:
    return line.startswith("By ") or (len(words := line.split()) in (2, 3) and all(word[0].isupper() for word in words))


def _read_proquest(lines: Sequence[str]) -> Iterator[Parsed]:
    keys = {found["key"] for line in lines if (found := _PROQUEST_KEY.fullmatch(line))}
    if not {"Full text", "ProQuest document ID"} <= keys:
        return
    for document in _split(lines, _PROQUEST_RULE):
        yield from _read_proquest_document(document)


def _read_proquest_document(lines: Sequence[str]) -> Iterator[Parsed]:
    keys = [found["key"] if (found := _PROQUEST_KEY.fullmatch(line)) else "" for line in lines]
    start = keys.index("Full text") if "Full text" in keys else len(lines)
    end = _proquest_tail(lines, keys, start)
    facts = dict[str, str]()
    for place, key in enumerate(keys):
        value = lines[place].partition(":")[2].strip()
        if not start <= place < end and (fact := _PROQUEST_FACTS.get(key)) and value:
            facts.setdefault(fact, value)
    if start < len(lines):
        yield _article([lines[start].partition(":")[2].strip(), *lines[start + 1 : end]], facts)
    elif "ProQuest document ID" in keys:
        yield _without_text(facts.get("title", ""), lines)


def _proquest_tail(lines: Sequence[str], keys: Sequence[str], start: int) -> int:
    """Return where the text that begins at `start` ends. It may have lines that look like those of the database."""
    last = {key: place for place, key in enumerate(keys) if place > start}
    end = next((last[key] for key in _PROQUEST_TAIL if key in last), len(lines))
    following = len(_PROQUEST_TERMS)
    for place in range(end - 1, start, -1):
        if keys[place] in _PROQUEST_TERMS[:following] and not _ENDS_SENTENCE.search(lines[place]):
            end, following = place, _PROQUEST_TERMS.index(keys[place])
        elif lines[place]:
            break
    return end


def _without_text(title: str, lines: Sequence[str]) -> Parsed:
    """Make what stands for a document without text, with its title or its first line."""
    title = title or next(filter(None, lines), "")
    return Parsed(
        "", reason=f"no text found for “{title}”. Expected a download with full texts. Download this article again."
    )


def _article(lines: Sequence[str], facts: Mapping[str, str]) -> Parsed:
    author = re.sub(r"^by\s+", "", facts.get("author", ""), flags=re.IGNORECASE)
    stated = {**facts, "author": author}
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return Parsed(
        text, {fact: value for fact, value in stated.items() if value}, origins={"published": "press_database"}
    )


def _has(lines: Sequence[str], mark: re.Pattern[str]) -> bool:
    return any(map(mark.fullmatch, lines))


def _backwards(lines: Sequence[str]) -> Iterator[int]:
    return reversed(range(len(lines)))


def _split(lines: Sequence[str], mark: re.Pattern[str]) -> Sequence[Sequence[str]]:
    """Return the lines between those that are a mark."""
    pieces: list[list[str]] = [[]]
    for line in lines:
        if mark.fullmatch(line):
            pieces.append([])
        else:
            pieces[-1].append(line)
    return pieces


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    """Yield what empty lines part, each on one line."""
    for block in "\n".join(lines).split("\n\n"):
        if said := " ".join(block.split()):
            yield said


def _is_day_line(line: str) -> bool:
    """Return True for a line with a day, or with what a magazine has instead, as below the outlet."""
    return parse_date(line) is not None or _NEXIS_ISSUE.fullmatch(line) is not None
