"""Verbs: the first verb of a sentence that can be asked about, and how it turns round in a question.

"The council has approved …" becomes "What has the council approved?", "approved …" becomes
"What did the council approve?". Only verbs of a list are known, in their regular forms.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from rag.language.lexicon import ASKED, COME_ABOUT, IRREGULAR, LASTING

_ADVERBS = (
    "also|now|already|recently|finally|previously|later|officially|formally|publicly|unanimously|initially|then|just"
)
_ADVERB = rf"(?:(?:{_ADVERBS})\s)?"
_TO = "(?:set|due|expected|likely|scheduled|going|forced|told|ordered) to"
_BE = frozenset("is are was were".split())
_HAVE = frozenset("has have had".split())


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the list, and the ways it may go on: see `wordlists.ASKED`."""

    base: str
    past: str
    participle: str
    frames: tuple[str, ...]

    @property
    def third(self) -> str:
        """The form after "she".

        >>> Verb("carry out", "carried out", "carried out", ()).third
        'carries out'
        """
        first, _, rest = self.base.partition(" ")
        if first.endswith("y") and first[-2] not in "aeiou":
            first = f"{first[:-1]}ies"
        else:
            first += "es" if first.endswith(("s", "sh", "ch", "x", "z", "o")) else "s"
        return f"{first} {rest}".strip()

    @property
    def ing(self) -> str:
        """The form after "is".

        >>> Verb("plan", "planned", "planned", ()).ing, Verb("agree", "agreed", "agreed", ()).ing
        ('planning', 'agreeing')
        """
        first, _, rest = self.base.partition(" ")
        if self.past.split()[0] == f"{first}{first[-1]}ed" or first in ("cut", "put", "set", "shut", "split", "win"):
            first += first[-1]
        elif first.endswith("e") and not first.endswith("ee"):
            first = first[:-1]
        return f"{first}ing {rest}".strip()


@dataclass(frozen=True, slots=True)
class Doing:
    """A sentence cut at its verb."""

    verb: Verb
    before: str  # what stands before the verb, a subject perhaps
    lead: str  # what goes before the subject in a question: "did", "has"
    tail: str  # what stays behind it: "approve", "been approved"
    passive: bool
    follows: str  # what stands after the verb


def read_doing(sentence: str) -> Iterator[Doing]:
    """Yield the readings of the first verb of the list in a sentence.

    >>> [(doing.before, doing.lead, doing.tail) for doing in read_doing("The council has now approved the plan.")]
    [('The council', 'has', 'approved')]
    >>> [(doing.lead, doing.tail) for doing in read_doing("The council approved the plan.")]
    [('did', 'approve')]
    """
    if found := _group().search(sentence):
        lead, middle, form = found["lead"] or "", found["middle"] or "", found["verb"]
        for verb in _verbs()[form]:
            if turned := _turned(lead, middle, form, verb):
                yield Doing(verb, sentence[: found.start()], *turned, sentence[found.end() :])


def is_done_to(base: str, *, name: bool) -> bool:
    """Tell whether the verb is done to things, or to what has a `name`, so that one can ask "what" and say no more.

    >>> is_done_to("buy", name=True), is_done_to("establish", name=False), is_done_to("vote", name=False)
    (True, True, False)
    """
    wanted = {"+"} if name else {"*", "+"}
    return any(verb.base == base and not wanted.isdisjoint(verb.frames) for verb in _verbs().get(base, ()))


def past_of_deeds() -> list[str]:
    """Return the past forms of the verbs that are done to somebody or something and need no more."""
    verbs = {verb for alike in _verbs().values() for verb in alike}
    return sorted(verb.past for verb in verbs if not {"*", "+", "who"}.isdisjoint(verb.frames))


def _turned(lead: str, middle: str, form: str, verb: Verb) -> tuple[str, str, bool] | None:
    """Return lead, tail and whether it is passive; None where the words are no verb of one sentence."""
    if not lead:
        if middle:
            return None
        if form == verb.past:
            return "did", verb.base, False
        return ("does", verb.base, False) if form == verb.third and verb.base in LASTING.split() else None
    tail = f"{middle} {form}".strip()
    if middle.endswith(("be", "been", "being")) or (lead in _BE and not middle and form == verb.participle):
        return (lead, tail, True) if form == verb.participle else None
    if middle:
        return (lead, tail, False) if lead in _BE and form == verb.base else None
    expected = verb.ing if lead in _BE else verb.participle if lead in _HAVE else verb.base
    return (lead, tail, False) if form == expected else None


@cache
def _verbs() -> Mapping[str, tuple[Verb, ...]]:
    """Return the verbs by each of their forms."""
    table: dict[str, tuple[Verb, ...]] = {}
    for entry in ASKED.split(","):
        words, frames = entry.split("|")
        base, past, *other = (word.replace("_", " ") for word in words.split())
        verb = Verb(base, past, other[0] if other else past, tuple(frame.replace("_", " ") for frame in frames.split()))
        for form in dict.fromkeys((verb.base, verb.past, verb.participle, verb.third, verb.ing)):
            table[form] = (*table.get(form, ()), verb)
    return table


@cache
def _group() -> re.Pattern[str]:
    forms = "|".join(sorted(_verbs(), key=len, reverse=True))
    return re.compile(
        rf"\s{_ADVERB}(?:(?P<lead>has|have|had|will|is|are|was|were)\s)?{_ADVERB}"
        rf"(?:(?P<middle>{_TO} be|{_TO}|been|being|be)\s)?{_ADVERB}(?P<verb>{forms})\s"
    )


# What follows these is a clause, or they are no verb by themselves.
_LEFT_OPEN = frozenset("do feel find have hear know mean say see show tell think".split())


@dataclass(frozen=True, slots=True)
class ComingAbout:
    """A sentence cut at a verb that came about at some time, for some reason or at some place."""

    before: str
    lead: str
    tail: str
    follows: str
    alone: bool  # the verb needs nothing to go on with


def read_coming_about(sentence: str) -> ComingAbout | None:
    """Return the reading of the first verb that is past or to come.

    >>> read_coming_about("The drivers went back to work on Monday.").tail
    'go'
    """
    found = _coming_about().search(sentence)
    if not found:
        return None
    bases, alone = _bases()
    base = found["base"] or bases[found["past"]]
    tail = f"{found['how'] or ''}{base}"
    follows = sentence[found.end() :]
    return ComingAbout(sentence[: found.start()], (found["lead"] or "did").strip(), tail, follows, base in alone)


@cache
def _bases() -> tuple[Mapping[str, str], frozenset[str]]:
    """Return base forms by past forms, and the bases of the verbs that need nothing to go on with."""
    alone = {past: base for base, past in (entry.split() for entry in COME_ABOUT.split(","))}
    irregular = {past: base for base, past, *_ in (group.split() for group in IRREGULAR.split(",")) if base != past}
    listed = {verb.past: verb.base for verbs in _verbs().values() for verb in verbs}
    bases = {**irregular, **listed, **alone}
    return {past: base for past, base in bases.items() if base not in _LEFT_OPEN}, frozenset(alone.values())


@cache
def _coming_about() -> re.Pattern[str]:
    bases, alone = _bases()
    past, base = ("|".join(sorted(words, key=len, reverse=True)) for words in (bases, alone))
    return re.compile(
        rf"\s{_ADVERB}(?:(?P<past>{past})|(?P<lead>will\s|(?:is|are|was|were)\s(?=\w+ to\s))"
        rf"(?P<how>(?:expected|set|due|scheduled)\sto\s)?(?P<base>{base}))\s"
    )
