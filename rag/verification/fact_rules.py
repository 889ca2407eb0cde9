"""Facts: the rules for what can be looked up in a quote: addresses, numbers, dates and names."""

# All rules have one signature.
# ruff: noqa: ARG001

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from index.text.terms import STOP_WORDS, content_terms, terms
from rag.language.date_words import (
    DATE_WORD,
    is_of_a_date,
)
from rag.language.lexicon import LINKING, MAKING_ANOTHER, ROLES, TITLES
from rag.language.matching import WORD, all_terms, is_listed, meets, names_meet
from rag.language.names import (
    _NAME,
    CAPITALISED,
    names_in,
)
from rag.language.numbers import Number, read_amounts, read_numbers
from rag.verification.messages import does_not_name, does_not_say

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]{2,}(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)

_ALSO_VERBS = ("May", "March", "Mar")
_BEFORE_DATE = re.compile(r"(?:\b(?:in|of|since|until|till|by|last|next|this|from|early|mid|late|to|and)|\d)[\s,-]+$")

_RATIO = Decimal("0.02")
_MOST_COMPARED = 20


def addresses(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """Web and mail addresses are copied letter by letter."""
    quoted = " ".join(quotes).casefold()
    for address in _addresses(statement):
        if address.casefold() not in quoted:
            return does_not_say(address, quotes)
    return ""


def _addresses(text: str) -> Iterator[str]:
    for token in text.split():
        if link := _LINK.search(token):
            yield token[link.start() :].rstrip(".,;:!?()[]\"'“”‘’")
        else:
            yield from (
                piece for piece in re.findall(r"[\w.@+-]*\w", token) if "@" in piece or _DOMAIN.fullmatch(piece)
            )


def numbers(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """Each number is in a quote, in figures or in words; a rounded one says that it is."""
    quoted = [number for quote in quotes for number in read_numbers(quote)]
    dated = [number for number in read_numbers(around) if is_of_a_date(number)]
    for number in read_numbers(statement):
        # "One" and "first" seldom count anything.
        if number.shown in ("one", "first") or _is_ratio(number, quoted):
            continue
        held = [other for other in quoted if _may_hold(other, number)]
        held += dated if is_of_a_date(number) else []
        if not any(number.is_held_by(other) for other in held):
            return does_not_say(number.shown, quotes)
    for amount in read_amounts(statement):
        said = not all_terms(quotes).isdisjoint(terms(amount.shown))
        if not said and not any(amount.is_held_by(number) for number in quoted):
            return does_not_say(amount.shown, quotes)
    return ""


def _is_ratio(number: Number, quoted: Sequence[Number]) -> bool:
    """Tell whether one number of the quotes is this many times another, or this part of it."""
    if number.unit not in ("times", "part"):
        return False
    exact = (value for other in quoted if not is_of_a_date(other) for value in other.values if value)
    values = list(dict.fromkeys(exact))[:_MOST_COMPARED]
    return any(abs(one / other - value) < _RATIO for value in number.values for one in values for other in values)


def _may_hold(quoted: Number, number: Number) -> bool:
    """Tell whether a number of a quote may be what the statement counts: "3 ferries" are not in "3 March"."""
    return not is_of_a_date(quoted) or is_of_a_date(number) or number.after.startswith(("st", "nd", "rd", "th"))


def dates(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """Each month and day of the week is in a quote or in what stands around it."""
    known = {found.group()[:3] for text in (*quotes, around) for found in DATE_WORD.finditer(text.title())}
    for found in DATE_WORD.finditer(statement):
        word, before, after = found.group(), statement[: found.start()], statement[found.end() :]
        surely = word not in _ALSO_VERBS or _BEFORE_DATE.search(before) or re.match(r"\.?\s+\d", after)
        if surely and word[:3] not in known:
            return does_not_say(word, quotes)
    return ""


def names(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """Each name is in a quote or around it: whole or in part, as its initials, or as the people of a place."""
    texts = (*quotes, around)
    known = all_terms(texts)
    for name in names_in(statement):
        parts = _parts(name)
        if _initials(parts) in known or all(_is_named(part, known, texts) for part in parts):
            continue
        for one in name.split(" and "):
            named = all(_is_named(part, known, texts) for part in _parts(one)) or _opens_otherwise(
                one, statement, quotes
            )
            known_by_another = _extends(one, texts) or _introduces(one, statement, texts)
            if not (named or known_by_another):
                return does_not_name(one, quotes)
    return ""


def _opens_otherwise(word: str, statement: str, quotes: Sequence[str]) -> bool:
    """Tell whether one word opens the statement and does nothing that is done in the quotes: it may be no name."""
    opening = re.match(rf"\W*{re.escape(word)}\s(\w+(?:\s\w+)?)", statement)
    done = content_terms(opening[1]) if opening and " " not in word else []
    return bool(opening and " " not in word) and not any(meets(term, all_terms(quotes)) for term in done)


def _extends(name: str, texts: Iterable[str]) -> bool:
    """Tell whether a name is one that the texts have, with a title or a first name put before it."""
    *first, last = _parts(name)
    if any(f" {word} " in name for word in LINKING) or is_listed(terms(last)[0]) or last.lower() in TITLES:
        return False
    known = [text for text in texts if re.search(rf"(?<![\w-]){re.escape(last)}(?![\w-])", text)]
    before = {
        found[1].strip(".")
        for text in known
        for found in re.finditer(rf"({CAPITALISED}\.?)\s{re.escape(last)}\b", text)
    }
    before = {word for word in before if word.lower() not in STOP_WORDS}
    titles = {word for word in before if word.lower() in TITLES}
    strange = [part for part in first if not names_meet(terms(part)[0], all_terms(known))]
    is_title = [part.lower() in TITLES for part in strange]
    if not known or any(part.lower() in MAKING_ANOTHER for part in strange):
        return False
    # Where the texts give a title or a first name, it is theirs that counts.
    return not (any(is_title) and titles - set(first)) and not (not all(is_title) and before - titles - set(first))


def _introduces(name: str, statement: str, texts: Sequence[str]) -> bool:
    """Tell whether initials stand before the role of somebody whom the texts name without one: "MEA spokesperson"."""
    found = re.search(rf"\b{re.escape(name)}\s(?:\w+\s)?(?:{ROLES})\s(?P<who>{_NAME.pattern})", statement)
    if not found or not name.isupper():
        return False
    last = re.escape(_parts(found["who"])[-1])
    return any(re.search(rf"\b{last}\b", text) for text in texts) and not any(
        re.search(rf"(?:{ROLES}),?\s(?:[\w.]+\s)?{last}\b", text) for text in texts
    )


def _is_named(part: str, known: frozenset[str], texts: Iterable[str]) -> bool:
    if any(character.isdigit() for character in part):
        # "F-16" is one name: an "F" here and a "16" there do not make it.
        squeezed = re.sub(r"[\s-]", "", part.casefold())
        return any(squeezed in re.sub(r"[\s-]", "", text.casefold()) for text in texts)
    if all(len(term) == 1 or names_meet(term, known) for term in terms(part)) or DATE_WORD.match(part):
        return True
    bare = part.replace(".", "")
    return bare.isupper() and any(bare.lower() in initials for text in texts for initials in _all_initials(text))


def _parts(name: str) -> list[str]:
    return [part for part in WORD.findall(name) if part not in LINKING]


def _initials(parts: Iterable[str]) -> str:
    return "".join(part[0] for part in parts).lower()


@lru_cache(maxsize=1024)
def _all_initials(text: str) -> tuple[str, ...]:
    return tuple(_initials(_parts(found.group())) for found in _NAME.finditer(text))
