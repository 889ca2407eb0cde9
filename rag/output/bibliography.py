"""References to articles: plain, in Chicago notes style, and in BibTeX. What an article does not state is left out."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from index.core.formatting import one_line
from index.core.urls import is_web_address
from index.text.articles import Article
from index.text.terms import folded
from rag.language.lexicon import BODIES
from rag.output.answer_text import source_line

Style = Literal["plain", "chicago"]
STYLES: tuple[Style, ...] = ("plain", "chicago")
# Characters with a meaning in TeX, and how they are escaped.
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
# Words in what an article calls its author, if that is not a person.
_NO_PERSON = re.compile(
    rf"\b(?:{BODIES}|agence|agencia|agenzia|agentur|associated|board|correspondents?|dateline|desk|editorial|editors?"
    r"|magazine|network|newsletter|newspaper|newsroom|redaktion|report(?:ers?|s)|sources|staff|webmaster|wires?)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"[^\W\d_][\w.'’-]*(?: (?:(?:al|bin|da|de|del|della|den|der|di|dos|du|el|la|le|ten|ter|van|von) )*"
    r"[^\W\d_][\w.'’-]*){1,3}"
)
_SHORT_WORDS = frozenset("a an the of in on at to for and or is are has have with from by".split())


def reference(article: Article, style: Style) -> str:
    """Return a reference to an article on one line; the Chicago style is that of a note.

    >>> from datetime import date
    >>> from index.text.spans import Span
    >>> fields = ("Ferries", "…", Span(0, 1), date(2026, 3, 3), None, "Wire", "Mara Quill", None)
    >>> reference(Article("1", "a.txt", *fields), "chicago")
    'Mara Quill, “Ferries,” Wire, March 3, 2026.'
    """
    if style == "plain":
        return one_line(source_line(article))
    day = article.published
    title = one_line(article.title)
    parts = [
        one_line(article.author or ""),
        f"“{title}{'' if title[-1:] in '?!…' else ','}”" if title else "",
        one_line(article.outlet or ""),
        f"{day:%B} {day.day}, {day.year}" if day else "",
        _web_address(article),
    ]
    line = ", ".join(part for part in parts if part)
    # The comma is inside the quotation marks.
    return re.sub(r"([,?!…]”),", r"\1", line).removesuffix(",”") + ("”." if line.endswith(",”") else ".")


def bibtex(articles: Iterable[Article]) -> str:
    """Return an entry with its own key for each article, for BibTeX and biblatex."""
    named: dict[str, Article] = {}
    for article in dict.fromkeys(articles):
        name = _name(article)
        tried = [name, *(f"{name}{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")]
        named[next((free for free in tried if free not in named), f"{name}-{article.id}")] = article
    return "\n".join(_entry(name, article) for name, article in named.items())


def _entry(name: str, article: Article) -> str:
    day = article.published
    fields: Mapping[str, str] = {
        "author": _authors(article),
        "title": f"{{{_tex(article.title)}}}",  # the second pair of braces keeps the capital letters
        "journal": _tex(article.outlet or ""),
        "date": day.isoformat() if day else "",
        "year": str(day.year) if day else "",
        "url": re.sub(r"[{}\\]", lambda found: f"%{ord(found.group()):02X}", _web_address(article)),
        "note": _tex(article.path),
    }
    lines = [f"  {field} = {{{value}}}," for field, value in fields.items() if value]
    return "\n".join([f"@article{{{name},", *lines, "}"]) + "\n"


def _authors(article: Article) -> str:
    """Return the authors as BibTeX reads them: people joined by "and", or whoever else it is in another pair of braces.

    Within braces BibTeX takes a name as it is. That is right for a newsroom, and it would sort a person by first name.
    """
    author = one_line(article.author or "")
    names = re.split(r",? and |,? & |[,;] ", author)
    are_people = author != article.outlet and not _NO_PERSON.search(author) and all(map(_is_person, names))
    return " and ".join(map(_tex, names)) if are_people else f"{{{_tex(author)}}}" if author else ""


def _is_person(name: str) -> bool:
    """Return True if a name has the form of a person's: two to four capitalised words.

    >>> [name for name in ("Mara Quill", "J. de la Cruz", "AFP", "The Wire", "Mara") if _is_person(name)]
    ['Mara Quill', 'J. de la Cruz']
    """
    first, *_ = words = name.split(" ")
    capital = all(word[:1].isupper() or (len(word) < 6 and word.islower()) for word in words)
    return bool(_NAME.fullmatch(name)) and capital and first[:1].isupper() and first.lower() != "the"


def _name(article: Article) -> str:
    """Return the key of an entry: author or outlet, year, and the first significant word of the title."""
    who = (article.author or article.outlet or "article").split()[-1:]
    words = (word for word in re.findall(r"[a-z0-9]+", folded(article.title)) if word not in _SHORT_WORDS)
    parts = (*who, str(article.published.year) if article.published else "", next(words, ""))
    return "".join(re.sub(r"[^a-z0-9]", "", folded(part)) for part in parts) or "article"


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in one_line(text))


def _web_address(article: Article) -> str:
    return article.url if article.url and is_web_address(article.url) else ""
