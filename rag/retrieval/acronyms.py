"""Acronyms: the long name that articles give for one, and the reverse."""

import re
from collections.abc import Iterator

from index.shelf.queries import Reading
from index.text.terms import content_terms, folded, terms
from rag.language.lexicon import LINKING

_ACRONYM = re.compile(r"\b(?:[A-Z]{2,6}|(?:[A-Z]\.){2,6})(?!\w)")
_WORD = re.compile(r"[^\W\d_][\w'’]*")
_BRACKETS = re.compile(r"\(([^()\n]{2,80})\)")
_SMALL = frozenset("of the and for in on to at de du des la le del di da und der".split()) | frozenset(LINKING)
_CAPITAL = f"[{''.join(sign for sign in map(chr, range(0x10000)) if sign.isalpha() and sign.isupper())}]"
_NAME = re.compile(rf"\b{_CAPITAL}[\w'’]*(?:[ -](?:(?:{'|'.join(sorted(_SMALL))}) ){{0,2}}{_CAPITAL}[\w'’]*)+")
_CHUNKS_READ = 20
_MOST_ASKED = 4  # acronyms of a question, and names: each takes several searches
_MOST_WORDS = 12  # of a long name, small words included
_LEAST_BARE = 3  # letters of an acronym whose long name needs no brackets: two are too often chance


def expansions(question: str, reading: Reading) -> tuple[tuple[str, str], ...]:
    """Return pairs of what the question has and what articles have for it.

    The long names of the first four acronyms in the question, and the acronyms of its first four capitalised names, if
    an article on the shelf defines them: "Aldrian Central Bank (ACB)", "ACB (Aldrian Central Bank)" or, for acronyms of
    three letters and more, a capitalised name with these initials in an article on the subject, or as the name of an
    outlet.
    """
    # In a question in capitals, every short word looks like an acronym.
    acronyms = [] if question.isupper() else list(dict.fromkeys(_ACRONYM.findall(question)))
    pairs = [(acronym, _long_name(acronym.replace(".", ""), question, reading)) for acronym in acronyms[:_MOST_ASKED]]
    for name in _names(question)[:_MOST_ASKED]:
        # The first word may only open the question: "Did Aldrian Central Bank".
        parts = [name[word.start() :] for word in _WORD.finditer(name)][:2]
        pairs += [(part, _acronym_of(part, reading)) for part in parts]
    return tuple((asked, found) for asked, found in pairs if found)


def initials(name: str) -> str:
    """Return the initials of a name in capitals, without small words.

    >>> initials("Ministry of External Affairs"), initials("the Anti-Doping Agency")
    ('MEA', 'ADA')
    """
    words = (word for word in _WORD.findall(name) if word not in _SMALL)
    return "".join(folded(word)[:1] for word in words).upper()


def _long_name(acronym: str, question: str, reading: Reading) -> str:
    """Return the long name of an acronym, or ""."""
    (term,) = terms(acronym)[:1] or ("",)
    with_it = list(_texts([chunk.id for chunk in reading.chunks_with(term, _CHUNKS_READ)], reading)) if term else []
    defined = next((name for text in with_it for name in _defined(acronym, text)), "")
    if defined or len(acronym) < _LEAST_BARE:
        return defined
    outlets = [name for name, _ in reading.outlets() if initials(name) == acronym]
    if outlets:
        return outlets[0]
    others = [other for other in content_terms(question) if other != term]
    on_subject = _texts(list(reading.keyword_ranking(others, _CHUNKS_READ)), reading)
    return next((name for text in (*with_it, *on_subject) for name in _named(acronym, text)), "")


def _defined(acronym: str, text: str) -> Iterator[str]:
    """Yield the long names that a text gives for an acronym in brackets."""
    for found in _BRACKETS.finditer(text):
        inside = found[1].strip()
        if inside.rstrip("s").replace(".", "") == acronym:
            yield from _ending(acronym, text[: found.start()])
        elif initials(inside) == acronym and re.search(rf"\b{acronym}\s*$", text[: found.start()]):
            yield inside


def _ending(acronym: str, text: str) -> Iterator[str]:
    """Yield the last words of a text if their initials are the acronym."""
    line = text.rpartition("\n")[2]
    for word in reversed(list(_WORD.finditer(line))[-_MOST_WORDS:]):
        name = line[word.start() :].strip(" \"'“”‘’")
        if word.group() not in _SMALL and initials(name) == acronym:
            yield name
            return


def _named(acronym: str, text: str) -> Iterator[str]:
    """Yield the capitalised names in a text that have these initials."""
    for found in _NAME.finditer(text):
        words = [word for word in _WORD.finditer(found.group()) if word.group() not in _SMALL]
        for first in range(len(words) - len(acronym) + 1):
            name = found.group()[words[first].start() : words[first + len(acronym) - 1].end()]
            if initials(name) == acronym:
                yield name


def _names(question: str) -> list[str]:
    """Return the capitalised names of two words and more in a question that is not all in capitals."""
    return [] if question.isupper() else list(dict.fromkeys(_NAME.findall(question)))


def _acronym_of(name: str, reading: Reading) -> str:
    """Return the acronym that an article gives for the name, or ""."""
    acronym = initials(name)
    if not _ACRONYM.fullmatch(acronym):
        return ""
    chunks = reading.chunks_with(acronym.lower(), _CHUNKS_READ)
    long_names = (long for text in _texts([chunk.id for chunk in chunks], reading) for long in _defined(acronym, text))
    return acronym if any(content_terms(long) == content_terms(name) for long in long_names) else ""


def _texts(ids: list[str], reading: Reading) -> Iterator[str]:
    chunks = reading.chunks(ids)
    articles = reading.articles([chunk.article_id for chunk in chunks.values()])
    return (f"{chunk.heading}\n{chunk.span.cut(articles[chunk.article_id].text)}" for chunk in chunks.values())
