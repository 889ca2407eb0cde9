"""Heads: read the headline, byline, day and other facts that a text states before its body."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import yaml

from index.core.errors import UnreadableArticle
from index.core.formatting import one_line
from index.formats.parsed import Parsed
from index.reading.facts import DATES, FACT_OF, facts_of, is_address
from index.reading.head_lines import HeadLine, bare, is_kicker, is_name, is_outlet, read_head_line
from index.reading.json_records import Record
from index.text.datelines import parse_date, read_dateline, state_day
from index.text.days import NumericDay, read_numeric_day
from index.text.spans import Span

LONGEST_TITLE = 300  # characters, of a title that the article states
_LONGEST_HEADLINE = 200
_LONGEST_WRAPPED_LINE = 120
_LONGEST_STANDFIRST = 400
_MOST_LINES_BETWEEN = 3  # between the headline and the byline
_LONGEST_FRONT_MATTER = 64_000
_MOST_KEY_DOTS = 20  # in a line of TOML
_LONGEST_HEAD = 20_000  # characters; metadata is not looked for after these

# The names of fields that are sure enough to begin a "Key: value" line of a text.
_KEYS = """title headline full_title date published published_at pubdate pub_date publish_date published_date
    publication_date date_published first_published posted updated last_updated modified place location outlet source
    publisher publication newspaper site author authors byline by url link canonical""".split()
_FACT_OF_KEY = {name.replace("_", ""): FACT_OF[name] for name in _KEYS}
_KEY = "|".join(_KEYS).replace("_", "[ _]?")
# ASCII, or "tıtle" without a dot would count as "title".
_KEY_LINE = re.compile(rf"[ \t]*(?P<name>(?ai:{_KEY}))[ \t]*:[ \t]*(?P<value>\S.*)")
_YAML = re.compile(r"\n*---[ \t]*\n(?P<front>.*?\n)---[ \t]*(?:\n|$)", re.DOTALL)
_TOML = re.compile(r"\n*\+\+\+[ \t]*\n(?P<front>.*?\n)\+\+\+[ \t]*(?:\n|$)", re.DOTALL)
# A line such as "Category: World" between known ones.
_OTHER_KEY_LINE = re.compile(r"[ \t]*[A-Z][\w-]{1,20}:[ \t]*\S.{0,80}(?<![.!?])")


@dataclass(slots=True)
class Head:
    """The facts stated at the start of a file, and where the rest begins."""

    stated: dict[str, str] = field(default_factory=dict)
    end: int = 0
    origins: dict[str, str] = field(default_factory=dict)  # of stated days, as `DayOrigin.read` reads them

    def state(self, fact: str, value: str, origin: str = "head") -> None:
        """Set a fact and where it is from, unless it is set already."""
        # YAML, JSON and mail can contain a lone surrogate, which a database cannot store.
        whole = value.encode(errors="ignore").decode()
        if fact not in self.stated and (said := one_line(whole)[:LONGEST_TITLE].strip()):
            self.stated[fact] = said
            if fact in DATES:
                self.origins[fact] = one_line(origin.encode(errors="ignore").decode())

    def day(self, fact: str) -> date | None:
        """Return the day that is stated as this fact, if it is certain."""
        return parse_date(self.stated[fact]) if fact in self.stated else None

    def numeric(self, fact: str) -> NumericDay | None:
        """Return the day that is stated as this fact, if day and month may be exchanged."""
        return next(
            filter(None, (read_numeric_day(self.stated.get(key, "")) for key in (fact, f"{fact}_numeric"))), None
        )


def read_plain(path: str, text: str) -> tuple[str, Head]:
    """Read the head of a plain text, and return the text with it."""
    del path
    head = Head()
    _read_lines(text, head)
    return text, head


def read_markdown(path: str, text: str) -> tuple[str, Head]:
    """Read the front matter and the head of a Markdown text, and return the text without the front matter.

    Raises UnreadableArticle if the front matter cannot be read.
    """
    front, toml, text = _split_front_matter(text)
    head = Head()
    _read_front_matter(path, front, head)
    _read_toml(path, toml, head)
    _read_particulars(text, head)
    line = _next_line(text, head.end)
    if re.match(r"#[ \t]", line.cut(text)):
        head.state("title", line.cut(text).strip("# \t"))
        head.end = line.end
    _read_particulars(text, head)
    if "title" in head.stated:
        _look_below_standfirst(text, head)
    return text, head


def read_parsed(parsed: Parsed) -> Head:
    """Read the head of a text that a parser found, and the facts that its file stated."""
    head = Head(end=parsed.start)
    for fact, value in parsed.stated.items():
        head.state(fact, value, parsed.origins.get(fact, ""))
    _pass_title(parsed.text, head)
    _read_lines(parsed.text, head)
    return head


def read_record(record: Record, text: str) -> Head:
    """Read the head of the text of a record, and the facts in its other fields."""
    head = Head()
    for fact, (value, name) in facts_of(record.facts or {}).items():
        head.state(fact, value, f"{record.kind}:{record.spelled.get(name, name)}")
    _pass_title(text, head)
    _read_particulars(text, head)
    return head


def skip_space(text: str, start: int) -> int:
    """Return where the next character is that is not white space, or the end."""
    found = re.compile(r"\S").search(text, start)
    return found.start() if found else len(text)


def _read_lines(text: str, head: Head) -> None:
    """Read the headline, and what is above and below it."""
    is_titled = "title" in head.stated
    _read_particulars(text, head)
    _read_headline(text, head)
    _read_particulars(text, head)
    # A file that states its title, such as a web page, states its day and author too.
    if "title" in head.stated and not is_titled:
        _look_below_standfirst(text, head)


def _pass_title(text: str, head: Head) -> None:
    """Skip first lines that repeat the stated title."""
    words = head.stated.get("title", "").split()
    title = re.compile(r"\s+".join(map(re.escape, words)) + r"[ \t]*(?:\n|$)")
    if words and (found := title.match(text, skip_space(text, head.end))) and _has_more(text, found.end()):
        head.end = found.end()


def _read_particulars(text: str, head: Head) -> None:
    """Read bylines, days, key lines and other lines of a head, in any order."""
    before, expected = -1, ""
    while before != head.end < _LONGEST_HEAD:
        before = head.end
        line = _next_line(text, head.end)
        if not _has_more(text, line.end):
            return
        if found := _head_line(text, line, head, expected):
            for fact, value in found.stated.items():
                head.state(fact, value)
            head.end, expected = line.end, found.expects
        else:
            _read_key_lines(text, head)


def _head_line(text: str, line: Span, head: Head, expected: str = "") -> HeadLine | None:
    """Read one line of a head. The names of outlets and people are lines of it only next to the headline or a day."""
    words = line.cut(text)
    if found := read_head_line(words, expected=expected):
        return found
    following = _next_line(text, line.end).cut(text)
    below = read_head_line(following)
    titled = "title" in head.stated
    if is_outlet(bare(words), certainly=not titled) and (titled or below is None or "author" not in below.stated):
        return HeadLine({"outlet": bare(words)}, expected)
    if titled and words.startswith("^"):
        return HeadLine(expects=expected)  # of an agency, such as "^Associated Press="
    beside = is_outlet(bare(following)) or (below is not None and (below.is_dated_or_signed or below.expects))
    return HeadLine(expects=expected) if titled and beside and is_name(bare(words)) else None


def _read_key_lines(text: str, head: Head) -> None:
    """Read consecutive lines such as "Title: …" and "Date: …"."""
    known = False
    while head.end < _LONGEST_HEAD:
        line = _next_line(text, head.end)
        words = re.sub(r"^[-*]\s", "", bare(line.cut(text)))
        if not (found := _KEY_LINE.fullmatch(words)):
            if known and _OTHER_KEY_LINE.fullmatch(words):
                head.end = line.end
                continue
            return
        fact, value = _FACT_OF_KEY[re.sub(r"[ _]", "", found["name"].lower())], found["value"]
        if fact in DATES and not re.search(r"\d", value):
            return  # "Date night: …" is a sentence
        if fact in DATES:
            for key, day in state_day(fact, value).items():
                head.state(key, day)
        else:
            head.state("url" if fact == "outlet" and is_address(value) else fact, value)
        head.end, known = line.end, True


def _read_headline(text: str, head: Head) -> None:
    """Read a short first line as the headline, if something else follows it, and skip the section above it."""
    line = _next_line(text, head.end)
    following = _next_line(text, line.end)
    if "title" in head.stated or not len(following):
        return
    if is_kicker(bare(line.cut(text)), following.cut(text)) and _is_headline(text, following):
        line, following = following, _next_line(text, following.end)
    if not _is_headline(text, line):
        return
    words = bare(line.cut(text))
    head.end = line.end
    below = _next_line(text, following.end)
    if _continues(text, line, following) and _is_dated_or_signed(text, below):
        words, head.end = f"{words} {following.cut(text)}", following.end
    head.state("title", words)


def _is_headline(text: str, line: Span) -> bool:
    following = _next_line(text, line.end)
    words, below = line.cut(text), following.cut(text)
    if not below or len(line) > _LONGEST_HEADLINE or _is_dateline_itself(text, line):
        return False
    if read_head_line(below) is not None or (_is_in_block(text, line) and not re.search(r"[.!:;,…]$", words)):
        return True
    if re.search(r"[.!:;,…\[\]]$|[.!?,][\"'”’)]$", words):
        return False
    parted = text[line.end : following.start].count("\n") > 1
    begins = (
        len(following) > _LONGEST_WRAPPED_LINE
        or _KEY_LINE.fullmatch(below) is not None
        or is_outlet(bare(below))
        or read_dateline(text, following.start) is not None
    )
    # Otherwise the sentence continues in the next line of a hard-wrapped text.
    return parted or (begins and not below[0].islower())


def _is_dated_or_signed(text: str, line: Span) -> bool:
    found = read_head_line(line.cut(text))
    return found is not None and (found.is_dated_or_signed or bool(found.expects))


def _is_in_block(text: str, line: Span) -> bool:
    """Return True if a byline or a day is a few lines below, before any blank line."""
    for _ in range(_MOST_LINES_BETWEEN):
        following = _next_line(text, line.end)
        if len(following) > _LONGEST_HEADLINE or text[line.end : following.start].count("\n") > 1:
            return False
        if _is_dated_or_signed(text, following):
            return True
        line = following
    return False


def _continues(text: str, line: Span, following: Span) -> bool:
    """Return True if a headline goes on in the next line."""
    words = following.cut(text)
    return text[line.end : following.start].count("\n") == 1 and words[:1].islower() and read_head_line(words) is None


def _look_below_standfirst(text: str, head: Head) -> None:
    """Read the byline and the day below a standfirst, which stays part of the article."""
    if head.stated.keys() & {"author", "published"}:
        return
    line = _next_line(text, head.end)
    for _ in range(_MOST_LINES_BETWEEN):
        following = _next_line(text, line.end)
        if not 0 < len(line) <= _LONGEST_STANDFIRST:
            return
        if _is_dated_or_signed(text, following):
            below = Head(dict(head.stated), following.start, dict(head.origins))
            _read_particulars(text, below)
            if _has_more(text, below.end):
                head.stated, head.origins = below.stated, below.origins
            return
        line = following


def _is_dateline_itself(text: str, line: Span) -> bool:
    dateline = read_dateline(text, line.start)
    # "Fentanyl crisis: India, Canada sign pact" alone on its line is a headline.
    return dateline is not None and (dateline.published is not None or dateline.outlet is not None)


def _split_front_matter(text: str) -> tuple[str, str, str]:
    """Return the front matter in YAML, that in TOML, and the text below."""
    head = text[:_LONGEST_FRONT_MATTER]
    if found := _YAML.match(head):
        return found["front"], "", text[found.end() :]
    if found := _TOML.match(head):
        return "", found["front"], text[found.end() :]
    return "", "", text


def _read_front_matter(path: str, front: str, head: Head) -> None:
    try:
        # BaseLoader returns only strings: a title "No" stays a title, and no tag builds an object.
        stated = yaml.load(front, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:  # "\UFFFFFFFF" is not a character
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise UnreadableArticle(
            f"{path}: the front matter is not valid YAML{where}. Expected lines such as title: …. Fix or remove it."
        ) from None
    if isinstance(stated, dict):
        _state_front_matter(stated, head)


def _read_toml(path: str, front: str, head: Head) -> None:
    # Each dot of a key is a table in a table, and tomllib walks through all of them for each.
    if any(map(_has_deep_key, front.split("\n"))):
        raise UnreadableArticle(
            f"{path}: the front matter has a key with more than {_MOST_KEY_DOTS} dots. Expected lines such as "
            'title = "…". Fix or remove it.'
        )
    try:
        stated = tomllib.loads(front)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableArticle(
            f"{path}: the front matter is not valid TOML ({one_line(str(error))[:80]}). Expected lines such as "
            'title = "…". Fix or remove it.'
        ) from None
    _state_front_matter(stated, head)


def _state_front_matter(stated: Mapping[str, object], head: Head) -> None:
    for fact, (value, name) in facts_of(stated).items():
        head.state(fact, value, f"front_matter:{name}")


def _has_deep_key(line: str) -> bool:
    keys = line if line.lstrip().startswith("[") else line.rpartition("=")[0]
    return keys.count(".") > _MOST_KEY_DOTS


def _has_more(text: str, start: int) -> bool:
    return skip_space(text, start) < len(text)


def _next_line(text: str, start: int) -> Span:
    """Return the next line that is not blank, without white space at its ends."""
    begin = skip_space(text, start)
    end = text.find("\n", begin)
    return Span(begin, begin + len(text[begin : end if end >= 0 else len(text)].rstrip()))
