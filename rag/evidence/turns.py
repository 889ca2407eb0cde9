"""Turns: who speaks where in a transcript that names its speakers, as "MARA QUILL, HOST: Good evening" does.

A text counts as a transcript only if many of its lines begin with the names of people, of two speakers at least, one
of whom speaks again. A list of "Key: value" lines, or a headline with a colon, is none.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from index.text.terms import STOP_WORDS

_WORD = r"[^\W\d_a-z][\w.'’-]*"
_LABEL = re.compile(
    rf"^[ \t]*(?P<name>{_WORD}(?: (?:(?:de|da|van|von|der|al|bin) )?{_WORD}){{0,3}})"
    r"(?P<role>,[^:\n(]{2,60})?(?: ?[(\[][^)\]\n]{1,40}[)\]])?:[ \t]+(?=\S)",
    re.MULTILINE,
)
_SPELLING = re.compile(r"\w+(?:['’-]\w+)*")
# A line in brackets is of the scene: "(COMMERCIAL BREAK)".
_SCENE = re.compile(r"^[ \t]*(?P<scene>[(\[][^)\]\n]*[)\]])[ \t]*$", re.MULTILINE)
# Labels that name no person.
_NOBODY = frozenset(
    """a q answer question questions audience announcer caller crowd female host interviewer interpreter male man
    moderator narrator operator participant president reporter secretary speaker translator unidentified unknown voice
    voiceover woman""".split()
)
_FEWEST = 3
_LEAST_SHARE = 0.4  # of the lines
_LEAST_SENTENCES = 0.5  # of the turns
_LEAST_CONTINUED = 0.25  # paragraphs without a label, for each with one
_SHORTEST_NAME = 2
_SPEAKS_TO = re.compile(r"\b(?:I|[Ww]e|[Yy]ou|[Mm]e|[Mm]y|us|[Oo]ur|[Yy]our)\b")
_SENTENCE_END = re.compile(r"[.?!…。？！](?!\w)")
_BREAK = re.compile(r"\n[ \t]*+\n\s*+")


@dataclass(frozen=True, slots=True)
class Turns:
    """Where each turn begins, and whose it is ("": not said)."""

    starts: Sequence[int] = ()
    speakers: Sequence[str] = ()

    def speaker(self, place: int) -> str:
        """Return who speaks at this character offset, or "" if that is not known."""
        turn = bisect_right(self.starts, place)
        return self.speakers[turn - 1] if turn else ""


def read_turns(text: str) -> Turns:
    r"""Return the turns of a transcript, or none if the text is not one.

    >>> turns = read_turns("ADA LIND, MAYOR: It held.\n\nTOM LYLE: Did it?\n\nLIND: Yes.")
    >>> turns.speakers
    ('Ada Lind', 'Tom Lyle', 'Ada Lind')
    """
    labels = list(_LABEL.finditer(text))
    full = _full_names([label["name"] for label in labels])
    alone = _last_names_alone(text, labels)
    people = [label for label in labels if _names_somebody(label, full) or label["name"] in alone]
    if not _is_transcript(text, people):
        return Turns()
    spellings = _spellings(text)
    words, named = Counter(_SPELLING.findall(text)), Counter(label["name"] for label in labels)
    acronyms = {name for name in alone if words[name] > named[name]}
    turns = {label.start("name"): "" for label in labels}
    for label in people:
        name = full.get(label["name"].casefold(), label["name"])
        turns[label.start("name")] = name if name in acronyms else _cased(name, spellings)
    turns |= {scene.start("scene"): "" for scene in _SCENE.finditer(text)}
    turns |= dict.fromkeys(_ends(text, labels, turns), "")
    starts, speakers = zip(*sorted(turns.items()), strict=True)
    return Turns(starts, speakers)


def _is_transcript(text: str, people: Sequence[re.Match[str]]) -> bool:
    """Return True if many lines begin with these labels, two speak at least, one of them again, and in sentences."""
    speaking = Counter(label["name"].split()[-1].casefold() for label in people)
    lines = sum(1 for line in text.split("\n") if line.strip())
    if len(people) < _FEWEST or len(speaking) < 2 or max(speaking.values()) < 2 or len(people) < _LEAST_SHARE * lines:
        return False
    ends = [*(label.start() for label in people[1:]), len(text)]
    sentences = sum(1 for label, end in zip(people, ends, strict=True) if _SENTENCE_END.search(text, label.end(), end))
    return sentences >= _LEAST_SENTENCES * len(people)


def _names_somebody(label: re.Match[str], full: Mapping[str, str]) -> bool:
    """Return True for a speaker, unlike "Where" or "Tickets": one with a role, or with a full name in some label."""
    words = label["name"].casefold().split()
    has_role = label["role"] is not None and label["name"].isupper()
    return has_role or words[0] in _NOBODY or words[-1] in full


def _last_names_alone(text: str, labels: Sequence[re.Match[str]]) -> frozenset[str]:
    """Return the labels of one word in capitals that speak more than once, and to somebody: "HOLT: Did you see it?".

    The text must name them elsewhere, by a full name or in capitals, which it does not with "TIP" and "MONDAY".
    """
    said = defaultdict[str, list[bool]](list)
    for label, following in zip_longest(labels, labels[1:]):
        end = following.start() if following else len(text)
        name = label["name"]
        if name.isupper() and len(name) >= _SHORTEST_NAME and " " not in name and name.lower() not in STOP_WORDS:
            said[name].append(_SPEAKS_TO.search(text, label.end(), end) is not None)
    names = (name for name, spoken in said.items() if len(spoken) > 1 and any(spoken))
    return frozenset(
        name for name in names if name.casefold() not in _NOBODY and _is_named(text, name, len(said[name]))
    )


def _is_named(text: str, name: str, labels: int) -> bool:
    in_full = re.search(rf"\b[^\W\d_a-z]\w+ {re.escape(name[0])}(?i:{re.escape(name[1:])})\b(?!:)", text)
    return in_full is not None or len(re.findall(rf"\b{re.escape(name)}\b", text)) > labels


def _ends(text: str, labels: Sequence[re.Match[str]], marked: Container[int]) -> Iterator[int]:
    """Yield where paragraphs without a label begin whose speaker is not certain, such as a note of the editor.

    Between turns, they are the speaker's if names are in capitals, as broadcasters write them, or if there are many.
    """
    first, last = labels[0].start(), labels[-1].start()
    places = (found.end() for found in _BREAK.finditer(text, first))
    unmarked = [place for place in places if place < len(text) and place not in marked]
    between = sum(1 for place in unmarked if place < last)
    capitals = sum(1 for label in labels if label["name"].isupper())
    go_on = 2 * capitals > len(labels) or between >= _LEAST_CONTINUED * len(labels)
    for place in unmarked:
        if place > last or not go_on:
            yield place


def _full_names(names: Sequence[str]) -> Mapping[str, str]:
    """Return the full name for each last name that only one full name has, and "" for labels that name no person."""
    full = dict[str, str]()
    for name in names:
        words = name.casefold().split()
        last = words[-1]
        if words[0] in _NOBODY:
            full[name.casefold()] = ""
        elif len(words) > 1:
            full[last] = name if full.get(last, name).casefold() == name.casefold() else ""
    return full


def _spellings(text: str) -> Mapping[str, str]:
    """Return how a text first writes each word that has small letters after an initial capital, by its casefold."""
    found = dict[str, str]()
    for word in _SPELLING.findall(text):
        # "McBrandt's" and "Lind-McBrandt" have McBrandt too.
        for spelling in (word, *re.split(r"['’-]", word)):
            if spelling[:1].isupper() and not spelling.isupper():
                found.setdefault(spelling.casefold(), spelling)
    return found


def _cased(name: str, spellings: Mapping[str, str]) -> str:
    """Write a name in capitals as the text writes it elsewhere, or with initial capitals."""
    return " ".join(
        spellings.get(word.casefold(), word.title()) if word.isupper() and len(word) > 1 else word
        for word in name.split()
    )
