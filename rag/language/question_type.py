"""What kind of thing answers a question: a number and what it counts, or a day."""

import re
from dataclasses import dataclass
from typing import Literal

from index.text.terms import STOP_WORDS, content_terms, terms
from rag.language.date_words import DATE_WORD
from rag.language.lexicon import lines
from rag.language.matching import meets, term_set
from rag.language.numbers import MONEY, Number, read_numbers

Order = Literal["latest", "earliest", ""]
Expected = Literal["number", "date", "person", ""]

# A sentence is about the question if it and its context have this share of the question's words, and it has the
# second share itself.
_ABOUT = 0.6
_ABOUT_ITSELF = 0.3
_EQUAL = 0.4  # of the words appear in the same form

_NUMBER = re.compile(
    r"\bhow\s(?P<how>many|much|old|long|far|high|tall|big|large|deep|fast|heavy|often)\b(?:\s(?P<what>[^?]*))?"
    r"|\b(?:what|which)\s(?:is\sthe\s|was\sthe\s)?(?:(?:latest|current|final|total|death)\s){0,3}"
    r"(?:number|percentage|share|age|price|cost|total|toll|length|height|population)\b(?:\sof\s(?P<of>[^?]*))?|\bperiod\W{1,2}of\W*$"
    r"|\bwhat\s(?:will|would|did|does|do|could|might)\s[^?]*\b(?P<cost>cost)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"^\W*(?:(?:and|but|so|since|until|on|in|by)\s)?(?:when\b|(?:what|which)\s(?:year|day|date|month)\b)", re.IGNORECASE
)
_PERSON = re.compile(r"^\W*(?:(?:and|but|so|by|to|for|with|from)\s)?(?:who|whom|whose)\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:1\d|20)\d\d\b|\b(?:today|tonight|tomorrow|yesterday|days?|weeks?|weekend|months?|years?|decades?|century"
    r"|spring|summer|autumn|winter|time ?(?:line|frame|table)?|deadline|date)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!^)\b[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’-]+")  # the first word of a sentence is capital anyway
_LATEST = re.compile(r"\b(?:latest|newest|most recent|so far|currently|to date|right now)\b|\bnow\W*$", re.IGNORECASE)
_EARLIEST = re.compile(
    r"\b(?:at first|originally|initially|earliest|to begin with"
    r"|first (?:said|reported|told|put|given|estimated|counted|announced|named))\b",
    re.IGNORECASE,
)
# The subject of the sentence after this one is in this one.
_POINTS_BACK = re.compile(
    r"[\"“‘']?(?:\w+,\s)?(?:[Oo]n\s)?(?:[Tt]his|[Ii]ts?|[Hh]e|[Ss]he|[Hh]is|[Hh]er|[Tt]hey|[Tt]heir)\b"
)
_TIME_UNITS = frozenset("second minute hour day week month year decade".split())
# Words that say little about the subject of a question.
_LIGHT = frozenset(
    terms("come go take place get locate long name stay find found make hold do use set many much call take")
)
# The kind of toll of each word, from 1, and how many words a number may be away from it.
_TOLLS = {term: kind for kind, line in enumerate(lines("tolls"), start=1) for term in terms(line)}
_TOLL_WITHIN = 12
_VERBS = frozenset(terms("is are was were do does did has have had will can there be in of on the to get come take"))


@dataclass(frozen=True, slots=True)
class QuestionType:
    """A question's subject, and the kind of thing that answers it."""

    expected: Expected  # "": none of these
    subject: tuple[str, ...]  # the question's content terms
    all_terms: frozenset[str]
    how: str  # "many", "long" …
    things: tuple[str, ...]  # terms of what is counted
    order: Order = ""  # which of several articles is asked for
    toll: int = 0  # which kind of toll is counted, from 1; 0 if none

    def is_about(self, sentence: str, *, before: str, after: str, heading: frozenset[str]) -> bool:
        """Return True if a sentence, with a neighbour and its article's heading, has most of the question's terms."""
        own, in_before, in_after = term_set(sentence), term_set(before), term_set(after)
        near = own | in_before | in_after | heading
        if self.expected not in ("number", "date"):
            return False
        if sum(term in near for term in self.subject) < _EQUAL * len(self.subject):
            return False
        if self.share_in(own | heading) >= _ABOUT:
            return self.share_in(own) >= _ABOUT_ITSELF
        if self.share_in(own | in_before | heading) >= _ABOUT:
            return True
        return bool(_POINTS_BACK.match(after)) and self.share_in(own | in_after | heading) >= _ABOUT

    def is_missing(self, sentence: str) -> bool:
        """Return True if the kind of thing that answers is not in a sentence."""
        match self.expected:
            case "number":
                return not read_numbers(sentence)
            case "date":
                return not (DATE_WORD.search(sentence) or _TIME.search(sentence))
            case "person":
                return not any(set(terms(name)) - self.all_terms for name in _NAME.findall(sentence))
            case _:
                return False

    def has(self, number: Number) -> bool:
        """Return True if the question has the number itself: the "4" of "season 4"."""
        return meets(_digits(number), self.all_terms)

    def counts(self, number: Number) -> bool:
        """Return True if a number counts what the question asks for."""
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
        if self.toll:
            return not number.unit and _toll_of(before, after) == self.toll
        if not self.things:
            return True
        counted = content_terms(re.split(r"[,;:.()]", after)[0])[:3]
        if counted:
            return any(meets(term, frozenset(counted)) for term in self.things[:1])
        # "The number of episodes is 24."
        return any(meets(term, term_set(before)) for term in self.things[:1])

    def is_counted_in(self, sentence: str) -> bool:
        """Return True if a sentence has a number that counts what the question asks for.

        >>> asked = read_question_type("How many measles cases are there?")
        >>> [asked.is_counted_in(it) for it in ("The number of measles cases has climbed to 61.", "61 schools shut.")]
        [True, False]
        """
        numbers = [number for number in read_numbers(sentence) if not self.has(number)]
        if any(map(self.counts, numbers)):
            return True
        alone = any(not content_terms(re.split(r"[,;:.()]", number.after)[0]) for number in numbers if not number.unit)
        return alone and not self.toll and bool(self.things) and meets(self.things[0], term_set(sentence))

    def share_in(self, found: frozenset[str]) -> float:
        """Return the share of the subject's terms that are among some others, 0 to 1."""
        return sum(meets(term, found) for term in self.subject) / len(self.subject) if self.subject else 0.0


def alike(term: str) -> frozenset[str]:
    """Return the terms that say the same of people in a toll, with the term itself: "dead" and "killed".

    >>> "kill" in alike("death"), alike("river")
    (True, frozenset({'river'}))
    """
    kind = _TOLLS.get(term)
    return frozenset(other for other, its in _TOLLS.items() if its == kind) if kind else frozenset({term})


def _toll_of(before: str, after: str) -> int:
    """Return the kind of toll (from 1) whose word is nearest to a number; 0 if none is near.

    >>> _toll_of("killing at least ", " people and injuring 19 others"), _toll_of("", "-year-old man was killed")
    (1, 0)
    """
    is_age = before.endswith(", ") and after.startswith(",")  # "Piotr, 44, was among the dead"
    if is_age or re.match(r"[-\s]year", after):
        return 0
    nearest, kind = _TOLL_WITHIN + 1, 0
    for words in (reversed(terms(before)), terms(after)):
        for distance, term in enumerate(words, start=1):
            if term in _TOLLS and distance < nearest:
                nearest, kind = distance, _TOLLS[term]
    return kind


def _digits(number: Number) -> str:
    return next((str(int(value)) for value in number.values if value == int(value)), number.shown)


def read_question_type(question: str) -> QuestionType:
    """Return what kind of thing a question asks for.

    >>> read = read_question_type("How many officers are in Ottawa?")
    >>> read.expected, read.things
    ('number', ('offic', 'ottawa'))
    >>> read_question_type("When did they meet?").expected
    'date'
    """
    all_content = tuple(content_terms(question))
    subject = tuple(term for term in all_content if term not in _LIGHT) or all_content
    number = _NUMBER.search(question)
    expected: Expected = "number" if number else "date" if _DATE.match(question) else ""
    expected = "person" if not expected and _PERSON.match(question) else expected
    what = (number["what"] or number["of"] or "") if number else ""
    things = tuple(term for term in content_terms(what) if term not in _VERBS | STOP_WORDS)
    how = (number["how"] or ("much" if number["cost"] else "") if number else "").lower()
    if number and not how and number.group().lower().startswith("period"):
        how = "long"
    tolls = [_TOLLS[term] for term in all_content if term in _TOLLS] if expected == "number" else []
    toll = tolls[0] if tolls and how in ("", "many") else 0
    order: Order = "latest" if _LATEST.search(question) else "earliest" if _EARLIEST.search(question) else ""
    return QuestionType(expected, subject, frozenset(terms(question)), how, things, order, toll)


NOTHING_ASKED = QuestionType("", (), frozenset(), "", ())
