"""What a question asks for: a number, a day, a name, and of what.

Two quotes that answer it differ where what stands in the place of that is not the same.
"""

import re
from dataclasses import dataclass
from typing import Literal

from index.text.terms import STOP_WORDS, content_terms, terms
from rag.language.matching import meets, term_set
from rag.language.numbers import MONEY, Number

Slot = Literal["number", "date", "who", "where", "name", ""]

# A sentence is about what is asked when it and what stands around it have this share of the question's words,
# and it has this share itself.
_ABOUT = 0.6
_ABOUT_ITSELF = 0.3
_HALF = 0.5
_EQUAL = 0.4  # of the words are there as they are, and in no other form

_NUMBER = re.compile(
    r"\bhow\s(?P<how>many|much|old|long|far|high|tall|big|large|deep|fast|heavy|often)\b(?:\s(?P<what>[^?]*))?"
    r"|\b(?:what|which)\s(?:is\sthe\s|was\sthe\s)?(?:number|percentage|share|age|price|cost|total|toll|length|height"
    r"|population)\b(?:\sof\s(?P<of>[^?]*))?|\bperiod\W{1,2}of\W*$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"^\W*(?:(?:and|but|so|since|until|on|in|by)\s)?(?:when\b|(?:what|which)\s(?:year|day|date|month)\b)", re.IGNORECASE
)
_WHO = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
# What is told of somebody is told otherwise by each.
_WHO_IS = re.compile(r"^\W*who(?:['’]s|\sis|\swas|\sare)\s(?!the\s)(?:[^\s?]+\s?){1,3}\W*$", re.IGNORECASE)
_WHERE = re.compile(r"^\W*(?:where|in (?:what|which) (?:city|country|town|place|state))\b", re.IGNORECASE)
_NAME = re.compile(
    r"\bwhat\s(?:is|was|are|were)\s(?:the\s)?name\b|\bwhat\b.*\bcalled\b|\bwhich\s(?!of\b)\w+(?<!s)\s", re.IGNORECASE
)
# What many do, or one does to many: another name beside the first is no contrary.
_OF_MANY = re.compile(
    r"\bwho\s(?:are|were|have|all|else)\b|\b(?:which|what)\s\w+s\s(?:are|were|have|did)\b"
    r"|\b(?:critici[sz]\w*|condemn\w*|support\w*|oppos\w+|attend\w*|met|meets?|joined|visit\w*|said|says|spoke"
    r"|comment\w*|react\w*|respond\w*|prais\w*|back\w*|warn\w*|call(?:s|ed)\sfor|voted|affected|involved"
    r"|includ\w+|likely|could|might|candidates?|including|mention\w*|discuss\w*|report\w*)\b",
    re.IGNORECASE,
)
# Sentences whose subject stands in the one before them.
_LEANS = re.compile(r"[\"“‘']?(?:\w+,\s)?(?:[Tt]h(?:is|at|ese|ey|eir)|[Ii]ts?|[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b")
_POINTS_BACK = re.compile(
    r"[\"“‘']?(?:\w+,\s)?(?:[Oo]n\s)?(?:[Tt]his|[Ii]ts?|[Hh]e|[Ss]he|[Hh]is|[Hh]er|[Tt]hey|[Tt]heir)\b"
)
_TIME_UNITS = frozenset("second minute hour day week month year decade".split())
# What says little of what is asked about.
_LIGHT = frozenset(
    terms("come go take place get locate long name stay find found make hold do use set many much call take")
)
_VERBS = frozenset(terms("is are was were do does did has have had will can there be in of on the to get come take"))


@dataclass(frozen=True, slots=True)
class Questioned:
    """A question, and what kind of thing answers it."""

    question: str
    slot: Slot  # "": nothing that can be told apart by rules
    own: tuple[str, ...]  # its content terms
    all_terms: frozenset[str]
    how: str  # "many", "long" …
    things: tuple[str, ...]  # terms of what is counted
    of_many: bool

    def is_about(self, sentence: str, *, before: str, after: str, heading: frozenset[str]) -> bool:
        """Tell whether a sentence, with the one it leans on and the heading, has most of what the question says."""
        own, held_before, held_after = term_set(sentence), term_set(before), term_set(after)
        near = own | held_before | held_after | heading
        if not self.slot or sum(term in near for term in self.own) < _EQUAL * len(self.own):
            return False
        itself = self._held(own | heading)
        if itself >= _ABOUT:
            return self._held(own) >= _ABOUT_ITSELF
        typed = self.slot in ("number", "date")  # what answers is known by its form
        leans = typed or bool(_LEANS.match(sentence)) or itself >= _HALF
        if leans and self._held(own | held_before | heading) >= _ABOUT:
            return True
        return bool(_POINTS_BACK.match(after)) and self._held(own | held_after | heading) >= _ABOUT

    def has(self, number: Number) -> bool:
        """Tell whether the question has the number itself: the "4" of "season 4"."""
        return meets(_digits(number), self.all_terms)

    def counts(self, number: Number) -> bool:
        """Tell whether a number counts what is asked for."""
        if self.has(number):
            return False
        before, after = number.before, number.after
        if self.how in ("long", "often"):
            return number.unit in _TIME_UNITS
        if self.how == "old":
            return number.unit in ("", "year") and bool(
                number.unit or re.match(r"[,.)]|$|-year", after) or re.search(r"\bage[d]?\b(?:\sof)?\s$", before)
            )
        if self.how == "much":
            return number.unit in MONEY or number.unit in ("%", "part", "times")
        if not self.things:
            return True
        counted = content_terms(re.split(r"[,;:.()]", after)[0])[:3]
        if counted:
            return any(meets(term, frozenset(counted)) for term in self.things[:1])
        # "The number of episodes is 24."
        return any(meets(term, term_set(before)) for term in self.things[:1])

    def _held(self, held: frozenset[str]) -> float:
        """Return the share of the question's terms that are held, from 0 to 1."""
        return sum(meets(term, held) for term in self.own) / len(self.own) if self.own else 0.0


def _digits(number: Number) -> str:
    return next((str(int(value)) for value in number.values if value == int(value)), number.shown)


def read_question(question: str) -> Questioned:
    """Read what a question asks for.

    >>> asked = read_question("How many officers are in Ottawa?")
    >>> asked.slot, asked.things
    ('number', ('offic', 'ottawa'))
    >>> read_question("When did they meet?").slot, read_question("Who criticised it?").of_many
    ('date', True)
    """
    own = tuple(content_terms(question))
    own = tuple(term for term in own if term not in _LIGHT) or own
    number = _NUMBER.search(question)
    slot: Slot = ""
    if number:
        slot = "number"
    elif _DATE.match(question):
        slot = "date"
    elif _WHERE.match(question):
        slot = "where"
    elif _WHO.search(question) and not _WHO_IS.match(question):
        slot = "who"
    elif _NAME.search(question):
        slot = "name"
    what = (number["what"] or number["of"] or "") if number else ""
    things = tuple(term for term in content_terms(what) if term not in _VERBS | STOP_WORDS)
    how = ((number["how"] or "") if number else "").lower()
    if number and not how and number.group().lower().startswith("period"):
        how = "long"
    return Questioned(question, slot, own, frozenset(terms(question)), how, things, bool(_OF_MANY.search(question)))


NOTHING_ASKED = Questioned("", "", (), frozenset(), "", (), of_many=False)
