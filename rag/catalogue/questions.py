"""Shelf questions: how many articles there are, which mention a name, what is new.

They are recognised by whole sentences only. A question about the news that has the word "articles" ("How many articles
does the treaty have?") is not one, and in doubt nothing is.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from index.shelf.queries import Reading
from index.text.terms import content_terms, folded, terms
from rag.language.date_phrases import Days, read_days
from rag.language.instructions import QUESTION_WORDS, without_courtesies
from rag.language.lexicon import AUXILIARIES

Kind = Literal[
    "articles", "headlines", "happened", "newest", "oldest", "outlets", "authors", "topics", "help", "hello", "thanks",
    "wrote", "published",
]  # fmt: skip

_LONGEST = 300  # characters
_MOST_WORDS = 8  # of what articles mention
_SHELF = r"(?:the|this|your|my|our)\s(?:shelf|archive|library|collection|database|index|corpus)"
_THERE = (
    rf"(?:there\sare|are\sthere|is\sthere|there\sis|do\syou\shave|you\shave|have\syou(?:\sgot)?|exist|in\stotal"
    rf"|(?:are\s)?(?:on|in)\s{_SHELF}|are\s(?:indexed|stored|available|searchable))"
)
_NOUN = r"(?P<noun>(?:(?:news|press)\s)?(?:articles?|stories|reports|pieces))"
_COUNT = r"how\smany|(?:what\sis\s)?the\snumber\sof|number\sof|count(?:\s(?:all|the))*"
_LIST = (
    r"(?:(?:list|show|give|find|get|display|name)(?:\s(?:me|us))?|which|what|(?:are|is)\sthere|do\syou\shave|have\syou"
    r"(?:\sgot)?|see)(?:\s(?:a\slist\sof|all|every|any|the|some|an|of|other))*|all|any"
)
_MENTION = (
    r"(?:mention(?:s|ed|ing)?|(?:are\s|is\s)?about|concern(?:s|ing)?|regarding|cover(?:s|ing)?|discuss(?:es|ing)?"
    r"|refer(?:s|ring)?\sto|deal(?:s|ing)?\swith|talk(?:s|ing)?\sabout|contain(?:s|ing)?|(?:are\s|is\s)?on)"
    r"(?:\sthe\s(?:words?|terms?|names?))?"
)
_ARTICLES = re.compile(rf"(?:(?:{_COUNT}|{_LIST})\s{_NOUN}|(?P<bare>articles))(?:\s(?P<rest>.+))?", re.IGNORECASE)
_ABOUT = r"(?:\s(?:about|on|mentioning|mention)\s(?P<about>.+))?"
# What follows "how many articles".
_RESTS = (
    re.compile(rf"(?:{_THERE}\s?)*", re.IGNORECASE),
    re.compile(rf"(?:(?:{_THERE}|that|which|who)\s)*{_MENTION}\s(?P<about>.+)", re.IGNORECASE),
    re.compile(
        rf"(?:did|does|has|have)\s(?P<outlet>.+?)\s(?:publish|published|print|printed|run|carry|carried|have){_ABOUT}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?:did|has|have)\s(?P<author>.+?)\s(?:write|written|author|authored){_ABOUT}", re.IGNORECASE),
    re.compile(
        rf"(?:(?:{_THERE}|are|were|published|written|that)\s)*(?:by|from)\s(?P<outlet>.+?){_ABOUT}", re.IGNORECASE
    ),
)
_DATED = re.compile(r"(?:(?:were|was|are|have|been|published|appeared|dated|new|there|did|you|get)\s?)*", re.IGNORECASE)
_TAIL = re.compile(rf"\s(?:{_THERE}|were\spublished|published|can\syou\sfind)$", re.IGNORECASE)

_POLITE = re.compile(
    r"^(?:(?:please|(?:can|could|would|will)\syou(?:\splease)?|tell\sme|i\s(?:want|need|(?:woul)?d\slike)\sto\s(?:know|see)"
    r"|i'd\slike\sto\s(?:know|see)|do\syou\sknow)\s)+",
    re.IGNORECASE,
)
_WROTE = re.compile(r"what\s(?:did|has)\s(?P<author>.+?)\s(?:write|written)(?:\sabout\s(?P<about>.+))?", re.IGNORECASE)
_OF_ONE = re.compile(
    r"(?:who\s(?P<wrote>wrote|(?:is|was)\sthe\s(?:author|writer)\sof)|(?:which|what)\s(?:outlet|newspaper|paper|publication)\s"
    r"(?:published|printed|ran|carried))\s(?:the|this|that)\s(?:article|story|report|piece)"
    r"(?:\s(?:about|on|titled|headlined))?\s(?P<about>.+)",
    re.IGNORECASE,
)
_HEADLINES = re.compile(
    r"(?:(?:what(?:'s|\s(?:are|were|is|was))|list|show(?:\sme)?|give\sme|tell\sme)\s)?(?:all\s)?(?:the\s|any\s)?"
    r"(?P<latest>(?:main|top|latest|newest|recent)\s)?(?:(?:news\s)?headlines?|news|top\sstories)(?:\sis\sthere)?"
    r"|what(?:'s|\sis|\swas|\shas\sbeen)\s(?:new|in\sthe\snews)(?:\shere)?|anything\snew|any\snews"
    r"|(?:latest|newest|recent)\sarticles",
    re.IGNORECASE,
)
_HAPPENED = re.compile(r"what(?:\shas|\shad)?\shappened|what(?:'s|\sis|\swas)\s(?:happening|going\son)", re.IGNORECASE)
_END_OF_SHELF = re.compile(
    r"(?:(?:(?:what|which)\s(?:is|was)|what's|show(?:\sme)?|give\sme|open)\s)?(?:the\s|your\s)?"
    r"(?P<which>newest|latest|most\srecent|oldest|earliest)\s(?:news\s)?article"
    rf"(?:\s(?:{_THERE}))*(?:\s{_MENTION}\s(?P<about>.+))?|which\sarticle\sis\s(?:the\s)?(?P<last>newest|oldest)",
    re.IGNORECASE,
)
_PAPERS = r"(?:news\s)?(?:outlets?|newspapers?|papers|sources|publications)"
_WRITERS = r"(?:authors|writers|reporters|journalists)"
_ALL_THE = r"(?:list|show)\s(?:me\s)?(?:all\s)?(?:the\s|your\s)?"
_WHOLE: dict[Kind, str] = {
    "outlets": rf"(?:which|what|how\smany)\s{_PAPERS}\s{_THERE} | {_ALL_THE}{_PAPERS}",
    "authors": rf"(?:which|what|how\smany)\s{_WRITERS}\s{_THERE} | {_ALL_THE}{_WRITERS}",
    "topics": rf"""
        (?:what|which)\s(?:topics|subjects|stories|themes)\s(?:{_THERE}|do\syou\scover|can\si\sask\sabout)
            (?:\sarticles\s(?:on|about)|\sto\soffer)?
        | what\sdo\syou\s(?:have|cover|know\sabout) | what\scan\si\sask(?:\syou)?(?:\sabout)?
        | what(?:'s|\sis)\s(?:on|in)\s{_SHELF} | what\sare\s(?:the|your)\sarticles\sabout""",
    "help": r"""
        help(?:\sme)? | what\scan\syou\s(?:do|answer)(?:\sfor\sme)? | wh(?:o|at)\sare\syou | how\sdo\syou\swork
        | how\sdoes\sthis\swork | what\s(?:is|does)\sdateline(?:\sdo)? | how\sdo\si\suse\s(?:this|you|dateline)""",
    "hello": r"""
        (?:hi|hello|hey|hiya|greetings|good\s(?:morning|afternoon|evening|day)) (?:\s(?:there|all|again|dateline))?""",
    "thanks": r"""
        (?:(?:ok|okay|great|perfect|good|nice),?\s)? (?:(?:many\s)?thanks|thank\syou|thx|cheers)
            (?:\s(?:a\slot|so\smuch|very\smuch|again|dateline))?
        | bye | goodbye""",
}
_SIMPLE = {kind: re.compile(pattern, re.IGNORECASE | re.VERBOSE) for kind, pattern in _WHOLE.items()}


@dataclass(frozen=True, slots=True)
class ShelfQuestion:
    """A question about the shelf, and the articles that it speaks of."""

    kind: Kind
    about: str = ""  # what they mention, as typed
    outlet: str = ""  # as the shelf spells it
    author: str = ""  # as typed
    bylines: tuple[str, ...] = ()  # of that author, as the shelf spells them
    since: date | None = None  # first day of publication
    until: date | None = None  # last day


def read_shelf_question(text: str, reading: Reading, *, today: date) -> ShelfQuestion | None:
    """Return what a text asks about the shelf; None if it asks about anything else, or in doubt."""
    if len(text) > _LONGEST:
        return None
    asked = _bare(_POLITE.sub("", _bare(without_courtesies(text)), count=1))
    if simple := next((kind for kind, pattern in _SIMPLE.items() if pattern.fullmatch(asked)), None):
        return ShelfQuestion(simple)
    days = read_days(asked, as_of=today)
    if days and not _is_at_an_end(days, asked):
        days = None
    rest = _bare(days.rest) if days and days.rest != asked else asked
    since, until = (days.since, days.until) if days else (None, None)
    if _HEADLINES.fullmatch(rest):
        return ShelfQuestion("headlines", since=since, until=until)
    if days and _HAPPENED.fullmatch(rest):
        return ShelfQuestion("happened", since=since, until=until)
    if found := _END_OF_SHELF.fullmatch(rest):
        is_old = (found["which"] or found["last"]).lower() in ("oldest", "earliest")
        return _with_names(
            ShelfQuestion("oldest" if is_old else "newest", "", since=since, until=until), found, reading
        )
    if found := _OF_ONE.fullmatch(asked):
        return _with_names(ShelfQuestion("wrote" if found["wrote"] else "published"), found, reading)
    if found := _WROTE.fullmatch(rest):
        read = _with_names(ShelfQuestion("articles", since=since, until=until), found, reading)
        return read if read and read.bylines else None
    if found := _ARTICLES.fullmatch(rest):
        return _read_articles(found, ShelfQuestion("articles", since=since, until=until), reading)
    return None


def _read_articles(found: re.Match[str], question: ShelfQuestion, reading: Reading) -> ShelfQuestion | None:
    noun, rest = (found["noun"] or "articles").lower(), found["rest"] or ""
    if found["bare"] and not rest:
        return None
    for pattern in _RESTS:
        if (named := pattern.fullmatch(rest)) and (read := _with_names(question, named, reading)):
            # The stories of a tower and the reports of an inquiry can be counted too.
            return read if "article" in noun or read.about or read.outlet or read.author else None
    return question if question.since and _DATED.fullmatch(rest) and "article" in noun else None


def _with_names(question: ShelfQuestion, found: re.Match[str], reading: Reading) -> ShelfQuestion | None:
    """Add what the articles mention and who published them; None if it is no name or subject."""
    named = found.groupdict()
    about = _without_tail(named.get("about") or "")
    if about and not _is_subject(about):
        return None
    outlet, author, bylines = "", named.get("author") or "", tuple[str, ...]()
    if name := _without_tail(named.get("outlet") or ""):
        outlet = next((one for one, _ in reading.outlets() if one and _key(one) == _key(name)), "")
        author = "" if outlet else name
    if author:
        bylines = tuple(byline for byline, _ in reading.authors() if _is_byline_of(byline, author))
        is_name = all(word[:1].isupper() for word in author.split()) and _key(author) == folded(author)
        if not (bylines or (named.get("author") and is_name)):
            return None
    kept = (question.since, question.until)
    return ShelfQuestion(question.kind, about, outlet, author, bylines, *kept)


def _is_at_an_end(days: Days, asked: str) -> bool:
    """Return True if the days are not in the middle: "articles that mention the 2024 flood" were not published then."""
    text, phrase = asked.lower(), days.phrase.lower()
    return text.endswith(phrase) or text.startswith(phrase)


def _is_subject(about: str) -> bool:
    words = about.lower().replace("’", "'").split()
    return (
        0 < len(words) <= _MOST_WORDS
        and bool(content_terms(about))
        and not any(word in AUXILIARIES | QUESTION_WORDS for word in words)
    )


def _is_byline_of(byline: str, author: str) -> bool:
    """Return True if a byline has the name, whole or the last name: "By Mara Quill and Jo Lind" has "Quill"."""
    there, named = terms(byline), terms(author)
    return bool(named) and any(there[place : place + len(named)] == named for place in range(len(there)))


def _key(name: str) -> str:
    return folded(name).removeprefix("the ").strip()


def _without_tail(text: str) -> str:
    return _TAIL.sub("", text).strip()


def _bare(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).strip(" ?!.,;:")
