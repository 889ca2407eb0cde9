"""Fact rules: checks of what can be looked up in a quote: addresses, numbers, dates and names.

Each rule returns a message if the statement fails it, else None.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from index.text.terms import STOP_WORDS, terms
from rag.language.date_words import DATE_WORD, is_of_a_date
from rag.language.lexicon import LINKING, MAKING_ANOTHER, TITLES
from rag.language.matching import is_listed, meets, names_meet
from rag.language.names import CAPITALISED, initials, name_parts
from rag.language.numbers import Number, read_amounts
from rag.verification.claim import Claim, Text, all_terms
from rag.verification.messages import does_not_name, does_not_say, says_otherwise

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]{2,}(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)

_ALSO_VERBS = ("May", "March", "Mar")
_BEFORE_DATE = re.compile(r"(?:\b(?:in|of|since|until|till|by|last|next|this|from|early|mid|late|to|and)|\d)[\s,-]+$")

_CLOCK = re.compile(r":\d\d|\s?[ap]\.?m\b|\s?o['’]clock|\sgmt\b")
_PHRASE_END = re.compile(r"[,.;:()]|\b(?:and|or|to|in|of|for|at|on|with|from|by|who|that|were|was|are|is|have|has)\b")
# What a number counts is one of so many words after it: "12 new ferries".
_COUNTED_WORDS = 2
_LOW = 4  # a number word up to this is low

_RATIO = Decimal("0.02")
_MOST_COMPARED = 20


def addresses(claim: Claim) -> str | None:
    """Check that web and mail addresses are copied letter by letter."""
    quoted = " ".join(claim.quoted).casefold()
    for address in _addresses(claim.statement.text):
        if address.casefold() not in quoted:
            return does_not_say(address, claim.quotes)
    return None


def _addresses(text: str) -> Iterator[str]:
    for token in text.split():
        if link := _LINK.search(token):
            yield token[link.start() :].rstrip(".,;:!?()[]\"'“”‘’")
        else:
            yield from (
                piece for piece in re.findall(r"[\w.@+-]*\w", token) if "@" in piece or _DOMAIN.fullmatch(piece)
            )


def figures(claim: Claim) -> str | None:
    """Check that no quote has another number of the same thing."""
    for number in _strange_numbers(claim):
        counted = _counted(number)
        for other in (one for quote in claim.quotes for one in quote.numbers):
            if (
                (number.unit, number.is_ordinal) == (other.unit, other.is_ordinal)
                and not (is_of_a_date(number) or is_of_a_date(other))
                and counted & _counted(other)
                and not any(map(other.is_held_by, claim.statement.numbers))
                and not number.leaves_open(other)
            ):
                return says_otherwise(other.shown, number.shown, claim.quotes)
    return None


def _counted(number: Number) -> frozenset[str]:
    """Return the first words after a number: what it counts."""
    phrase = _PHRASE_END.split(number.after)[0]
    return frozenset([term for term in terms(phrase) if term not in STOP_WORDS][:_COUNTED_WORDS])


def numbers(claim: Claim) -> str | None:
    """Check that each number is in a quote, in figures or in words, or is shown as a rounded one.

    Years and days of the month may be around the quotes.
    """
    for number in _strange_numbers(claim):
        # Low number words count what a text names ("two films"), and places in a row are often its own.
        is_low = number.shown.replace(" ", "").isalpha() and max(number.values) <= _LOW
        if number.unit or is_of_a_date(number) or not (is_low or number.is_ordinal):
            return does_not_say(number.shown, claim.quotes)
    quoted = [number for quote in claim.quotes for number in quote.numbers]
    for amount in read_amounts(claim.statement.text):
        said = not claim.quoted_terms.isdisjoint(terms(amount.shown))
        if not said and not any(map(amount.is_held_by, quoted)):
            return does_not_say(amount.shown, claim.quotes)
    return None


def _strange_numbers(claim: Claim) -> Iterator[Number]:
    """Yield each number of the statement that is in no quote."""
    quoted = [number for quote in claim.quotes for number in quote.numbers]
    # "3 ferries" are not in "3 March".
    counting = [number for number in quoted if not is_of_a_date(number)]
    for number in claim.statement.numbers:
        if is_of_a_date(number):
            candidates = [*quoted, *filter(is_of_a_date, claim.around.numbers)]
        elif _is_ratio(number, counting) or number.before.endswith(":") or _CLOCK.match(number.after):
            continue
        else:
            candidates = counting
        if not any(map(number.is_held_by, candidates)):
            yield number


def _is_ratio(number: Number, quoted: Iterable[Number]) -> bool:
    """Return True if one number of the quotes is this many times another, or this part of it."""
    if number.unit not in ("times", "part"):
        return False
    exact = (value for other in quoted for value in other.values if value)
    values = list(dict.fromkeys(exact))[:_MOST_COMPARED]
    return any(abs(one / other - value) < _RATIO for value in number.values for one in values for other in values)


def dates(claim: Claim) -> str | None:
    """Check that each month and weekday is in a quote or in the text around it."""
    known = {found.group()[:3] for text in claim.known for found in DATE_WORD.finditer(text.title())}
    statement = claim.statement.text
    for found in DATE_WORD.finditer(statement):
        word, before, after = found.group(), statement[: found.start()], statement[found.end() :]
        surely = word not in _ALSO_VERBS or _BEFORE_DATE.search(before) or re.match(r"\.?\s+\d", after)
        if surely and word[:3] not in known:
            return does_not_say(word, claim.quotes)
    return None


def names(claim: Claim) -> str | None:
    """Check that each name is in a quote or around it: whole, in part, as initials, or as the people of a place."""
    texts = (*claim.quotes, claim.around)
    for name in claim.statement.names:
        if initials(name) in claim.known_terms or all(_is_named(part, claim) for part in name_parts(name)):
            continue
        for one in name.split(" and "):
            named = all(_is_named(part, claim) for part in name_parts(one)) or _opens_otherwise(one, claim)
            if not (named or _extends(one, texts)):
                return does_not_name(one, claim.quotes)
    return None


def _opens_otherwise(word: str, claim: Claim) -> bool:
    """Return True if one word opens the statement and does nothing that is done in the quotes: it may be no name."""
    opening = None if " " in word else re.match(rf"\W*{re.escape(word)}\s(\w+(?:\s\w+)?)", claim.statement.text)
    return opening is not None and not any(meets(term, claim.quoted_terms) for term in terms(opening[1]))


def _extends(name: str, texts: Sequence[Text]) -> bool:
    """Return True if the texts have the name, and the statement puts a title or a first name before it."""
    *first, last = name_parts(name)
    if any(f" {word} " in name for word in LINKING) or is_listed(terms(last)[0]) or last.lower() in TITLES:
        return False
    known = [one for one in texts if re.search(rf"(?<![\w-]){re.escape(last)}(?![\w-])", one.text)]
    before = {
        found[1].strip(".")
        for one in known
        for found in re.finditer(rf"({CAPITALISED}\.?)\s{re.escape(last)}\b", one.text)
    }
    before = {word for word in before if word.lower() not in STOP_WORDS}
    titles = {word for word in before if word.lower() in TITLES}
    strange = [part for part in first if not names_meet(terms(part)[0], all_terms(known))]
    is_title = [part.lower() in TITLES for part in strange]
    if not known or any(part.lower() in MAKING_ANOTHER for part in strange):
        return False
    # If the texts give a title or a first name, only that one counts.
    return not (any(is_title) and titles - set(first)) and not (not all(is_title) and before - titles - set(first))


def _is_named(part: str, claim: Claim) -> bool:
    if any(character.isdigit() for character in part):
        # "F-16" is one name: an "F" here and a "16" there do not make it.
        return any(_squeezed(part) in _squeezed(text) for text in claim.known)
    if all(len(term) == 1 or names_meet(term, claim.known_terms) for term in terms(part)) or DATE_WORD.match(part):
        return True
    bare = part.replace(".", "")
    return bare.isupper() and any(
        bare.lower() in short for text in (*claim.quotes, claim.around) for short in text.initials
    )


def _squeezed(text: str) -> str:
    return re.sub(r"[\s-]", "", text.casefold())
