"""Instructions: what people type around a question, which says how to answer and not what is asked.

"Give me a timeline of the Garnet mine" asks for a timeline, and its question is "the Garnet mine". The phrases are in
`data/instructions.txt`. Only whole phrases at the start and the end are removed, so words of a question, and words in
quotation marks, stay as they were typed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from index.text.terms import content_terms, terms
from rag.language.lexicon import AUXILIARIES, FILLER_TERMS, lines
from rag.language.numbers import NUMBER_WORDS
from rag.language.quotation_marks import draft_quotations

Form = Literal["answer", "brief", "list", "timeline"]  # if a text asks for two, the later one here counts

_FORMS: tuple[Form, ...] = get_args(Form)
QUESTION_WORDS = frozenset("what when where which who whom whose why how".split())
_MOST_POLITE = 4  # "now", "please", "can you" before an instruction
_END = 120  # characters in which an instruction at the end is looked for
_LONGEST_NAMED = 300  # characters of what a text is about
_COUNTS = {word: count for count, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_SIGNS = {
    "N": rf"(?P<count>\d{{1,2}}|{'|'.join(_COUNTS)}|a|an|single)",
    "NUMBER": rf"(?:\d+|{'|'.join(sorted(NUMBER_WORDS))})",
    "N-sentence": r"(?:\w+[- ]sentence)",
}
_AHEAD = {
    "WH": rf"(?=(?:{'|'.join(sorted(QUESTION_WORDS))}|whether|if|in\s+which|on\s+which)\b)",
    # "List countries that signed", but "list prices" are prices.
    "PLURAL": r"(?!prices\b)(?=[a-z]{3,}(?<![sui])s\b(?:\s*$|\s+(?:that|who|which|of|in|on|from|by|with|for|about)\b))",
}
# "What is the article about?" does not say which.
_NO_SUBJECT = frozenset(terms("article articles story text news"))
_GAP = r"[\s,:;.!?–—-]*+"
_WHITE_RUN = re.compile(r"\s{3,}")
_GREETING = (
    r"(?:hi|hello|hey|hiya|greetings|good\s+(?:morning|afternoon|evening|day))"
    r"(?:\s+(?:there|all|again|everyone|everybody|team|folks|dateline))?"
)
# Greetings, sentences that say how to behave, labels and sources. "Hello Kitty" is no greeting.
_COURTESY = re.compile(
    rf"""(?:
    {_GREETING} (?: \s*[,.!:;–—-]+ | \s*\n |
      \s+(?=(?:please|can|could|i|tell|give|{"|".join(sorted(QUESTION_WORDS))})\b) )
    | (?:hi|hello|hey|dear) \s+[^\W\d_]+ (?:\s+[^\W\d_]+){{0,2}} \s*[,!]\s
    | (?:you\s+are|you're|act\s+as|(?:imagine|pretend)\s+(?:that\s+)?you\s+are) \s+ (?:a|an|my|the)\s [^.!?:\n]*[.!:\n]
    | (?:please\s+)? (?:use|answer|reply|respond|be|cite|think|do\s+not|don't) \s+
      (?:only|just|using|from|with|in|based|concise|brief|precise|helpful|your|step|make|invent|guess|sources)\b
      [^.!?:\n]*[.!:\n]
    | (?:please\s+)? answer\s+(?:the|this|my)\s+(?:following\s+)?questions?\b [^:?.\n]{{0,60}} [:.\n]
    | (?:i\s+have|here\s+is|here's|this\s+is) \s+ (?:a|an|one|two|three|my|another|some) \s+ (?:\w+\s+)? questions?
      (?:\s+for\s+you)? \s*[:.,!\n-]
    | (?:my\s+)? (?:question|q|query|user) \s*:
    | (?:based\s+on|according\s+to|using|going\s+by) \s+ (?:only\s+)? (?:the|these|your|my|our) \s+ (?:\w+\s+)?
      (?:articles|documents|context|shelf|archive|corpus|sources|files)
      (?:\s+(?:above|below|provided|given|you\s+have|on\s+the\s+shelf))? \s*,
    | (?:please|pls|plz|quick\s+question|now|ok|okay|so|sorry|excuse\s+me) \s*[,:–—-]
    | (?:please|pls|plz) \s (?=\s*(?:{"|".join(sorted(QUESTION_WORDS))})\b)
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_THANKS = re.compile(
    r"(?P<kept>[?.!]{0,5})(?:(?<=[?.!])|\s*[,;–—-]|\n)\s*(?:many\s+thanks|thanks|thank\s+you|cheers|ty|thx)"
    r"(?:\s+(?:a\s+lot|so\s+much|very\s+much|in\s+advance|for\s+your\s+help|again))?[\s.!]*$"
    r"|(?P<mark>[?.!]{0,5})\s+(?:thanks\s+in\s+advance|thx)[\s.!]*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"what(?:['’]s|\s+is|\s+was|\s+are)\s+(?P<what>.+?)(?:\s+all)?\s+about[\s?.!]*$", re.IGNORECASE)
_WHICH_ARE_THERE = re.compile(r"(?:which|what)\b.*\bare\s+there\b", re.IGNORECASE)
_STORY = re.compile(r"(?P<what>the\s+\S.*\s\S+)\s+(?:story|saga|affair)$")
_FILE = re.compile(r"\S+\.[a-z]{2,4}", re.IGNORECASE)
_LAST_WORD = re.compile(r"([^\W_]+)[^\w]*$")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text asks for."""

    question: str  # as typed, without the instructions; the text itself if nothing else is left
    form: Form
    how_many: int | None  # sentences or points, if the text says so


@dataclass(frozen=True, slots=True)
class _Phrase:
    pattern: re.Pattern[str]
    form: str  # of an instruction: "brief?" is brief unless the rest is a question


def read_instructions(text: str) -> Asked:
    """Return the question in a text that has one question, and how it wants to be answered.

    >>> read_instructions("Give me a timeline of the Garnet mine")
    Asked(question='the Garnet mine', form='timeline', how_many=None)
    >>> read_instructions("Hi, can you please tell me who owned it? Thanks!").question
    'who owned it?'
    >>> read_instructions("The timeline for appointing officers").question
    'The timeline for appointing officers'
    """
    text = collapsed(text)
    rest, forms, count = without_courtesies(text), list[str](), None
    while taken := _take(rest):
        rest, instruction, counted = taken
        forms.append(instruction)
        count = counted or count
    rest, forms = _of_a_work(rest, forms)
    form = _chosen(forms, rest)
    if form != "answer":
        rest = _about(rest)
    if _WHICH_ARE_THERE.match(rest) and form == "answer":
        form = "list"
    return Asked(rest if _has_content(rest) else text, form, count)


def without_courtesies(text: str) -> str:
    """Return a text without greetings, thanks and what is said to the program; the text itself if nothing is left.

    >>> without_courtesies("You are a helpful assistant. Who is the mayor? Thanks!")
    'Who is the mayor?'
    """
    text = collapsed(text)
    rest = text.strip()
    while found := _COURTESY.match(rest):
        rest = rest[found.end() :]
    while found := _THANKS.search(rest, max(0, len(rest) - _END)):
        rest = rest[: found.start()] + (found["kept"] or found["mark"] or "")
    return rest if content_terms(rest) else text


def collapsed(text: str) -> str:
    r"""Return a text with its long runs of white space made short, so that no pattern is slow on them.

    >>> collapsed("Who won?  And\n \n\t\n why   now?")
    'Who won?  And\n\nwhy now?'
    """
    return _WHITE_RUN.sub(lambda run: "\n" * min(2, len(f"{run.group()}|".splitlines()) - 1) or " ", text)


def request_end(text: str) -> int:
    """Return where an instruction at the start of a text ends; 0 if there is none.

    >>> "Can you tell me who owned it?"[request_end("Can you tell me who owned it?") :]
    'who owned it?'
    """
    found = _request(text)
    return found[0].end() if found else 0


def mask_quotations(text: str) -> str:
    """Return a text of the same length with "q" for every letter in quotation marks.

    >>> mask_quotations('Who said "we and who"?')
    'Who said "qqqqqqqqqq"?'
    """
    masked = text
    for span in draft_quotations(text):
        masked = masked[: span.start] + "q" * len(span) + masked[span.end :]
    return masked


def is_question(text: str) -> bool:
    """Return True if a text begins as a question does."""
    first = re.match(r"\W*([^\W_]+(?:['’][^\W_]+)?)", text)
    word = first[1].lower().replace("’", "'") if first else ""
    return word.split("'")[0] in QUESTION_WORDS or word in AUXILIARIES


def _take(text: str) -> tuple[str, str, int | None] | None:
    """Remove one instruction from the start or the end of a text; None if it has none."""
    if (request := _request(text)) and (asked := request[0]).end() < len(text):
        return text[asked.end() :], request[1], _count(asked)
    for phrase in _phrases("after"):
        if (found := phrase.pattern.search(text, max(0, len(text) - _END))) and found.start():
            return text[: found.start()] + found["mark"], phrase.form, _count(found)
    return None


def _request(text: str) -> tuple[re.Match[str], str] | None:
    """Return the instruction at the start of a text, behind up to four polite phrases, and its form."""
    starts = [0]
    while len(starts) <= _MOST_POLITE and (polite := _polite().match(text, starts[-1])):
        starts.append(polite.end())
    for phrase in _phrases("before"):
        for start in reversed(starts):
            if found := phrase.pattern.match(text, start):
                return found, phrase.form
    return None


def _count(found: re.Match[str]) -> int | None:
    word = (found.groupdict().get("count") or "").lower()
    return int(word) if word.isdecimal() else _COUNTS.get(word, 1 if word else None)


def _chosen(forms: list[str], rest: str) -> Form:
    asked = [form for form in _FORMS if form in forms or (f"{form}?" in forms and not is_question(rest))]
    return asked[-1] if asked else "answer"


def _about(rest: str) -> str:
    """Return what an overview, a list or a timeline is about."""
    for phrase in _phrases("inside"):
        if (found := phrase.pattern.match(rest)) and found.end() < len(rest):
            rest = rest[found.end() :]
            break
    if is_question(rest):
        return rest
    rest = rest.rstrip(" ?!.,;:")
    story = _STORY.match(rest) if len(rest) <= _LONGEST_NAMED else None
    return story["what"] if story else rest


def _of_a_work(rest: str, forms: list[str]) -> tuple[str, list[str]]:
    """Read "What is ferry.txt about?", but not "What is the mayor angry about?"."""
    if len(rest) > _LONGEST_NAMED or not (found := _ABOUT.match(rest)):
        return rest, forms
    what = found["what"]
    last = _LAST_WORD.search(what)
    is_work = (
        _FILE.fullmatch(what)
        or mask_quotations(what) != what
        or (last and (last[1].lower() in _works() or (last[1][0].isupper() and not what.isupper())))
    )
    return (what, [*forms, "brief"]) if is_work else (rest, forms)


def _has_content(text: str) -> bool:
    return bool(frozenset(content_terms(text)) - FILLER_TERMS - _NO_SUBJECT)


@cache
def _works() -> frozenset[str]:
    return frozenset(word for place, _, phrase in _entries() if place == "works" for word in phrase.split())


@cache
def _phrases(place: str) -> tuple[_Phrase, ...]:
    entries = [(form, phrase) for where, form, phrase in _entries() if where == place]
    if place == "after":
        return tuple(_Phrase(_ending(phrase), form) for form, phrase in entries)
    return tuple(_Phrase(_opening(_words(phrase)), form) for form, phrase in _longest_first(entries))


@cache
def _polite() -> re.Pattern[str]:
    return _opening(f"(?:{'|'.join(_words(phrase) for where, _, phrase in _entries() if where == 'polite')})")


def _longest_first(entries: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Sort phrases so that "tell me about" comes before "tell me"."""
    return sorted(entries, key=lambda entry: -len([token for token in entry[1].split() if token[0] != "("]))


def _entries() -> Iterator[tuple[str, str, str]]:
    for line in lines("instructions"):
        head, _, phrase = line.partition(": ")
        place, _, form = head.partition(" ")
        yield place, form, phrase


def _opening(words: str) -> re.Pattern[str]:
    return re.compile(rf"{words}{_GAP}", re.IGNORECASE)


def _ending(phrase: str) -> re.Pattern[str]:
    tokens = phrase.split()
    needs_mark = tokens[0] == ","
    lead = r"(?P<mark>[?!.]{0,5})" + (r"(?:(?<=[?!.])\s*|\s*[,;:–—-]\s*)" if needs_mark else r"[\s,;:–—-]+")
    return re.compile(rf"{lead}{_words(' '.join(tokens[needs_mark:]))}[\s?.!]*$", re.IGNORECASE)


def _words(phrase: str) -> str:
    """Return the pattern of a phrase, each word with the white space behind it."""
    return "".join(map(_word, phrase.split()))


def _word(token: str) -> str:
    if token in _AHEAD:
        return _AHEAD[token]
    options = "|".join(_SIGNS.get(option) or _literal(option) for option in token.strip("()").split("/"))
    return rf"(?:(?:{options})(?![\w’'])\s*+)" + ("?" if token.startswith("(") else "")


def _literal(option: str) -> str:
    return re.escape(option.replace("_", " ")).replace(r"\ ", r"\s++").replace("'", "['’]")
