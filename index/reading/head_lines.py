"""Head lines: what one line above an article states: a byline, days, an outlet, an address, or nothing of interest.

A line is one of these only as a whole. Whatever is not recognised is left to the article.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from index.reading.facts import DATES, NUMERIC, is_address, without_links
from index.text.datelines import state_day
from index.text.days import LABELS

_LONGEST = 160  # characters
_LONGEST_MARKED = 1_000  # with the marks of Markdown, and the addresses of links
_LABEL = re.compile(
    "|".join(rf"(?P<{fact}>{words})" for fact, words in LABELS.items()).join(("(?:", r")(?![^\W\d_])[\s:：,-]*")),
    re.IGNORECASE,
)
_ANY_LABEL = rf"(?:{'|'.join(LABELS.values())})(?![^\W\d_])"
_BEFORE_LABEL = re.compile(
    rf"\s+(?=(?i:{_ANY_LABEL})\s*:)|\s+(?=[A-ZÀ-ÞА-ЯЁ])(?=(?i:{_ANY_LABEL})\s)|\s*[(（](?={_ANY_LABEL})"
)
_SEPARATOR = re.compile(r"\s*[|·•‧∙]\s*|\s+[/–—-]{1,2}\s+|\s+(?=(?:来源|來源)[:：])")
_ROLES = frozenset(
    """reporter reporters correspondent correspondents editor editors writer writers staff columnist journalist bureau
    photographer producer contributor desk""".split()
)
_BESIDE_ROLES = """business chief climate contributing crime deputy diplomatic economics education environment foreign
    health managing our political science senior special sports technology"""
_SMALL = "and|in|of|for|the|at|with|de|da|van|von|der|al|bin|et|und|y|e|och|og"
_NAME = r"[^\W\d_a-z][\w.'’-]*"
# "By Mara Quill and J. R. Holt, Staff Writer": names and short words, not a sentence.
_BYLINE = re.compile(
    rf"(?:By|BY|Par|Von|Por|Di|Door|Av|Autor:|Auteur\s?:|Author:|Автор:|Text:)"
    rf"(?P<author>(?:[ \t]+(?:{_NAME},?|(?:{_SMALL}|{'|'.join(sorted(_ROLES) + _BESIDE_ROLES.split())})\b,?)){{1,12}})"
)
_WITH_ROLE = re.compile(rf"(?P<author>{_NAME}(?:\s{_NAME}){{1,3}}),\s(?P<role>[\w.'’ -]{{3,50}})")
_BEFORE_DAY = re.compile(rf"(?:{_NAME}(?:\s{_NAME}){{0,3}}),\s(?P<day>.+)")
_MAIL = re.compile(r"\s*[,(<|–-]*\s*[\w.+-]+@[\w-]+(?:\.[\w-]+)+[>)]?")
_PAPERS = """agency anzeiger argus bote bulletin chronicle courier dispatch echo examiner express gazette globe guardian
    herald independent inquirer journal ledger mail mercury mirror monitor nachrichten news observer post press
    sentinel standard star sun tageblatt telegraph times tribune weekly wire zeitung"""
# "The Lindenau Post", "BBC News, Quarrow", "Lindenau Gazette". "Team News" may be a headline.
_PAPER = rf"(?i:{'|'.join(_PAPERS.split())})"
_OUTLET = re.compile(
    rf"(?:(?P<certain>(?:The|Le|La|El|Il|Die|Der|Das)(?:\s{_NAME}){{0,4}}|[A-Z]{{2,5}})\s{_PAPER}"
    rf"|(?:{_NAME}\s){{1,4}}(?:Chronicle|Courier|Gazette|Guardian|Herald|Observer|Post|Telegraph|Times|Tribune|Zeitung))"
    rf"(?:,\s{_NAME}(?:\s{_NAME})?)?"
)
_CHINESE_SOURCE = re.compile(r"(?:来源|來源)[:：]\s*(?P<outlet>\S{2,20})")
_KICKERS = frozenset(
    """analysis|breaking|breaking news|business|business news|comment|culture|editorial|education|entertainment|
    environment|exclusive|explainer|feature|features|health|interview|international news|live|local|local news|national|
    national news|news|news analysis|opinion|politics|science|special report|sport|sports|sports news|technology|
    top stories|top story|travel|uk news|us news|weather|world|world news""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
_MOST_KICKER_WORDS = 3
_TIME = r"\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?(?:\s[A-Z]{2,4})?"
# Lines that state nothing of interest.
_NOTHING = re.compile(
    rf"""(?i:
    (?:(?:last\s)?updated\s)?(?:(?:about\s)?(?:\d+|an?|one)\s(?:min(?:ute)?|hour|hr|day|week|month)s?\sago|just\snow|yesterday|today)
    |(?:\d+|one)[\s-]min(?:ute)?s?\sread|(?:estimated\s)?read(?:ing)?\stime:?\s\d+\smin(?:ute)?s?
    |{_TIME}
    |(?:press|news|media)\srelease|for\s(?:immediate|general)\srelease
    |(?:media\s|press\s|news\s)?contacts?(?:\s(?:person|information))?:.*
    |share(?:\sthis(?:\sarticle|\sstory)?|\son\s\w+)?|save|print|listen|listen\sto\sthis\sarticle|advertisement|copy\slink
    |\d+\scomments?|photo\sby\s.{{3,60}}
    |\#*\s?(?:metadata|highlights)
    |!\[[^\]\n]*\]\([^)\n]*\)
    |\d\d?[/-]\d\d?[/-]\d{{2,4}}(?:,?\s{_TIME})?
    )
    |[-=_*~#]{{3,}}
    |(?:BC|AM|PM|AP)-[\w-]+(?:[\s,/].{{0,60}})?|[A-Z]{{2}}-[A-Z]{{2,5}}--\S.{{0,60}}|\(?(?:Eds?|EDS)\.?:.*
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class HeadLine:
    """What a line states."""

    stated: Mapping[str, str] = field(default_factory=dict)
    expects: str = ""  # the fact whose day is in the next line: "Published"

    @property
    def is_dated_or_signed(self) -> bool:
        """Return True if it has a day or an author, so that it belongs to the head of an article."""
        return bool(self.stated.keys() & {*DATES, *NUMERIC, "author"})


def bare(line: str) -> str:
    """Return a line without the marks of Markdown and of agencies around it, and without links.

    >>> bare("**By [Mara Quill](https://post.example)**"), bare("^Bridge closed^<")
    ('By Mara Quill', 'Bridge closed')
    """
    if len(line) > _LONGEST_MARKED:
        return line
    words = without_links(line).strip()
    words = (
        re.sub(r"^\^|[\^<=]+$", "", words) if re.match(r"\^|.*[\^<=]$", words) and not words.startswith("=") else words
    )
    return re.sub(r"^(?:>\s*)?(\*\*|__|\*|_|)(.+?)\1$", r"\2", words).strip()


def read_head_line(line: str, *, expected: str = "") -> HeadLine | None:
    """Read a line of a head, or return None if it is something else, such as the headline or a sentence.

    `expected` is the fact whose label was in the line before.

    >>> read_head_line("By Mara Quill | 3 February 2026").stated
    {'author': 'Mara Quill', 'published': '2026-02-03'}
    >>> read_head_line("The bridge was closed on 3 February 2026.") is None
    True
    """
    words = re.sub(r"^\((.*)\)$", r"\1", bare(line))
    if not words or len(words) > _LONGEST:
        return None
    if day := state_day(expected or "published", words):
        return HeadLine(day)
    if _NOTHING.fullmatch(words):
        return HeadLine(expects=expected)
    if is_address(words):
        return HeadLine({"url": words})
    read = _Parts(expected)
    if not all(read.take(part) for part in _parts(words)):
        return None
    if read.others and not (read.stated and all(map(is_name, read.others))):
        return None
    if (outlet := next(filter(is_outlet, read.others), "")) and read.stated:
        read.stated["outlet"] = outlet
    return HeadLine(read.stated, read.expected)


@dataclass(slots=True)
class _Parts:
    """What the parts of a line state, read one after the other."""

    expected: str
    stated: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    def take(self, part: str) -> bool:
        """Read the next part, or return False if the line is none of a head."""
        label = _LABEL.match(part)
        fact = (label and label.lastgroup) or ""
        rest = part[label.end() :] if label else part
        if fact and not rest:
            self.expected = fact
        elif day := state_day(fact or self.expected or "published", rest.strip(" ,.;()（）")):
            self._state(day)
            self.expected = ""
        elif found := _CHINESE_SOURCE.fullmatch(part):
            self.stated.setdefault("outlet", found["outlet"])
        elif author := _author(part):
            self.stated.setdefault("author", author)
        elif found := _BEFORE_DAY.fullmatch(part):
            day = state_day("published", found["day"])
            self._state(day)
            return bool(day)
        elif not _NOTHING.fullmatch(rest) and not _NOTHING.fullmatch(part):
            self.others.append(part)
        return True

    def _state(self, facts: Mapping[str, str]) -> None:
        for fact, value in facts.items():
            self.stated.setdefault(fact, value)


def is_outlet(words: str, *, certainly: bool = False) -> bool:
    """Return True if words are the name of a newspaper or an agency: "The Lindenau Post".

    A name that could also be a headline, such as "Hard Times", is not `certainly` one.
    """
    found = _OUTLET.fullmatch(words) if is_name(words) else None
    return found is not None and words.casefold() not in _KICKERS and bool(found["certain"] or not certainly)


def is_name(words: str) -> bool:
    """Return True if each word begins with a capital letter, as in the name of a person, place or outlet."""
    parts = re.sub(rf"\b(?:{_SMALL})\b", "", words).split()
    return len(words) <= 60 and 0 < len(parts) <= 6 and all(re.fullmatch(rf"{_NAME},?", part) for part in parts)


def is_kicker(words: str, below: str) -> bool:
    """Return True if words above a headline name its section or kind: "WORLD NEWS", "Opinion"."""
    if words.casefold().strip(" :") in _KICKERS:
        return True
    parts = words.casefold().split()
    known = len(parts) == 1 or not _KICKERS.isdisjoint(parts)
    return (
        words.isupper() and known and len(parts) <= _MOST_KICKER_WORDS and not below.isupper() and words[-1].isalpha()
    )


def _parts(words: str) -> Iterator[str]:
    for part in _SEPARATOR.split(_BEFORE_LABEL.sub(" | ", words)):
        if part.strip():
            yield part.strip()


def _author(part: str) -> str:
    """Return the names in a byline, without the mail address, role and place of the author."""
    plain = _MAIL.sub("", part).strip()
    if (found := _BYLINE.fullmatch(plain)) is None:
        found = _WITH_ROLE.fullmatch(plain)
        if found is None or not _ROLES & set(found["role"].casefold().split()):
            return plain if plain != part and 2 <= len(plain.split()) <= 4 and is_name(plain) else ""
    first, *others = found["author"].strip().split(", ")
    names = [first, *(other for other in others if not _is_role(other))]
    return re.sub(r"\s(?:in|for|of|at)\s.*", "", ", ".join(names)).strip(" ,=")


def _is_role(words: str) -> bool:
    return bool(_ROLES & set(words.casefold().split())) or (words.isupper() and " " not in words) or is_outlet(words)
