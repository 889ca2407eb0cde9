"""Continuations: what a sentence goes on with after its verb.

Whether "approved" is followed by a thing, "accused" by a name and "of", "raised" by a sum of
money: that decides which question the sentence answers.
"""

import re

from rag.language.date_words import DATE_WORD
from rag.language.lexicon import ROLES
from rag.language.names import CAPITALISED
from rag.language.numbers import MONEY, read_numbers

# Capitalised words in a row. `names.NAME` joins "and" too, which would run over two parts of a sentence here.
RUN = rf"{CAPITALISED}(?:\s(?:of\s(?:the\s)?)?{CAPITALISED})*"
SOMETIME = (
    rf"(?:(?:late|early|on|in|last|this|next)\s)?"
    rf"(?:{DATE_WORD.pattern}|week\b|month\b|year\b|(?:19|20)\d\d\b|today|yesterday)"
)
NAME_ENDS = r"(?=[.,;]|\s(?:in|on|and|to|for|with|by|after|from|at|last|this|as|when|during|since)\b)"

_ROUGHLY = re.compile(
    r"(?:(?:up to|about|around|nearly|more than|at least|over|almost|some|an estimated|approximately|roughly|just|only"
    r"|another|a total of|as many as|as much as)\s)*",
    re.IGNORECASE,
)
_NUMBER_WITHIN = 60  # characters
_THING = re.compile(
    r"(?:an?|the|its|their|all|both|several|many|more|new|further|additional|plans|measures|sanctions)\s"
    r"|(?!(?:that|to|in|on|at|by|for|with|from|as|it|him|her|his|them|he|she|they|when|how|why|what|after|before|during"
    r"|into|out|up|down|off|over|away|back|not|and|or|but|so|if|itself|himself|herself|themselves|through|about|against"
    r"|around|among|between|because|until|under|across|within|without|while|where|who|which|there|this|these|those"
    r"|together|ahead|alongside|last|earlier|later|again|too|well|better|first|one|than|due|amid|today|yesterday"
    r"|higher|lower|flat|early|late|soon|home|abroad|overseas|alone|short|instead|almost|nearly|always|often|still|yet"
    r"|some|only|just|me|us|we|you|i|my|our|your|are|is|was|were|have|has|had|will|would|do|did|does)\b)"
    r"[a-z]{3,}(?<!ly)(?<!ing)\s"
)
# Of these one would ask "who".
_PERSON = re.compile(
    rf"(?:\w+\s){{0,3}}?(?:man|woman|men|women|people|persons?|boy|girl|child|children|suspects?|{ROLES}|ceo|officers?"
    r"|president|reporters|journalists|fans|workers|agent|players?|midfielder|striker|defender|goalkeeper|quarterback"
    r"|receiver|winger|singer|actor|actress|coach|employees|lawyers?|he|she|they)\b",
    re.IGNORECASE,
)
# Nobody asks for these: "released a statement", "opened the scoring".
_DULL = re.compile(
    r"(?:\w+\s){0,3}?"
    r"(?:statement|comment|scoring|report|letter|photo|picture|video|post|tweet|way|lot|number|part|door)s?\b"
)
# What comes about by itself is not done.
_DEED = re.compile(
    r"to\s(?!(?:the|an?|its|their|his|her|this|that|these|those|be|have|all|any|some|what|which|it|them|him|do|date"
    r"|take\splace|begin|start|open|end|last|continue|run|air|premiere|arrive|come)\b)"
    r"(?:\w+ly\s)?(?P<verb>[a-z]{2,})\b(?!['’])"
)
_ON_A_DAY = re.compile(
    r"(?:on|in|by|from|at the end of|early in|late in|later in)\s(?:(?:early|late|mid)[\s-])?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s)?(?:{DATE_WORD.pattern}|(?:19|20)\d\d\b)"
)
# "After" tells the time as often as the reason.
_REASON = re.compile(r"(?:because|over(?!\sto\b)|due to|amid)\s(?!\d|all\b|that\b|this\b|they\b|he\b|she\b|it\b)")
_IN_A_PLACE = re.compile(rf"(?:in|at)\s(?:the\s)?(?!{DATE_WORD.pattern}){CAPITALISED}")
_DONE_BEFORE_TIME = re.compile(
    r"(?P<done>(?:(?!(?:on|in|by|from|after|following|amid|over|when|while|which|that|who|as|and|but|to\s[a-z])\b)"
    r"[\w'’-]+(?:\.\d+)?\s){1,6}?)"
    rf"(?P<time>(?:on|in)\s(?:{DATE_WORD.pattern}|(?:19|20)\d\d\b).*|(?:because|due to)\s.*)"
)
_THINGS = re.compile(
    r"\s(?P<things>(?:(?!of\b|and\b|or\b|to\b|more\b)[a-z][a-z-]+\s)?(?:[a-z]+s|people|men|women|children))"
    r"(?P<follows>[.,;]|\s.*)"
)
_THINGS_END = re.compile(r"[.,;]|\s(?:in|on|at|from|to|and|by|for|with|after|since|as|over|during|who|that)\b")
_NOT_COUNTED = frozenset("years days months weeks hours minutes seconds times points others percent".split())


def may_be_thing(follows: str) -> bool:
    """Tell whether a noun comes next: a thing, a person or a name."""
    return bool(_THING.match(follows) or re.match(CAPITALISED, follows))


def is_thing(follows: str, *, or_name: bool = False) -> bool:
    """Tell whether some thing comes next that one would ask for with "what".

    >>> is_thing("a plan to build homes"), is_thing("a new director"), is_thing("higher after the ruling")
    (True, False, False)
    """
    thing = _THING.match(follows) or (or_name and re.match(CAPITALISED, follows))
    return bool(thing) and not _PERSON.match(follows) and not _DULL.match(follows)


def deed(follows: str) -> tuple[str, str]:
    """Return the "to …" that comes next, "" where none does, and what follows it.

    >>> deed("to establish liaison officers"), deed("to the deal")
    (('to establish', 'liaison officers'), ('', ''))
    """
    found = _DEED.match(follows)
    return (found.group(), follows[found.end() + 1 :]) if found else ("", "")


def comes_with(follows: str, preposition: str) -> bool:
    """Tell whether the preposition comes next, and does not tell the time.

    >>> comes_with("for a ban", "for"), comes_with("on Monday", "on")
    (True, False)
    """
    found = re.match(rf"{preposition}\s(?!\d|(?:it|them|him|her|that|which|least|most|all|once|first)\b)", follows)
    return bool(found) and not _ON_A_DAY.match(follows)


def comes_with_money(follows: str) -> bool:
    """Tell whether a sum of money comes next.

    >>> comes_with_money("nearly $5m in May"), comes_with_money("5 seats")
    (True, False)
    """
    rest = _ROUGHLY.sub("", follows, count=1).lower()
    return any(number.unit in MONEY and rest.startswith(number.shown) for number in read_numbers(rest[:_NUMBER_WITHIN]))


def counted_things(text: str) -> tuple[str, str]:
    """Return the things in the plural that a number at the start counts, and what follows them; "" where none does.

    >>> counted_things("more than 20,000 sandbags over the weekend")
    ('sandbags', ' over the weekend')
    """
    rest = _ROUGHLY.sub("", text, count=1)
    for number in read_numbers(rest[:_NUMBER_WITHIN]):
        found = _THINGS.match(rest, len(number.shown)) if rest.lower().startswith(number.shown) else None
        if found and not number.unit and found["things"].split()[-1] not in _NOT_COUNTED:
            return found["things"], found["follows"]
    return "", ""


def ends_there(follows: str) -> bool:
    """Tell whether a noun ends before what follows."""
    return bool(_THINGS_END.match(follows))


def asks_for(follows: str) -> tuple[str, str]:
    """Return kind and question word for what comes next: a time, a reason or a place; "" for others.

    >>> asks_for("on Monday"), asks_for("because of the rain"), asks_for("slowly")
    (('when', 'When'), ('why', 'Why'), ('', ''))
    """
    for pattern, kind in ((_ON_A_DAY, "when"), (_REASON, "why"), (_IN_A_PLACE, "where")):
        if pattern.match(follows):
            return kind, kind.capitalize()
    return "", ""


def done_before_time(follows: str) -> tuple[str, str]:
    """Return the few words before a time or a reason, and what the time or reason starts with.

    >>> done_before_time("back to work on Monday after nine days")
    ('back to work', 'on Monday after nine days')
    """
    found = _DONE_BEFORE_TIME.match(follows)
    return (found["done"].strip(), found["time"]) if found else ("", "")
