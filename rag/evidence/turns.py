"""Turns: who speaks where in a transcript that names its speakers, as "MARA QUILL, HOST: Good evening" does.

A text counts as a transcript only if many of its lines begin with such labels, of two speakers at least, one of whom
speaks again. A list of "Key: value" lines, or a headline with a colon, is none.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_WORD = r"[^\W\d_a-z][\w.'’-]*"
_LABEL = re.compile(
    rf"^[ \t]*(?P<name>{_WORD}(?: (?:(?:de|da|van|von|der|al|bin) )?{_WORD}){{0,3}})"
    r"(?P<role>,[^:\n(]{2,60})?(?: ?[(\[][^)\]\n]{1,40}[)\]])?:[ \t]+(?=\S)",
    re.MULTILINE,
)
_SPELLING = re.compile(r"\w+(?:['’-]\w+)*")
# A line in brackets is of the scene: "(COMMERCIAL BREAK)".
_SCENE = re.compile(r"^[ \t]*[(\[][^)\]\n]*[)\]][ \t]*$", re.MULTILINE)
# Labels that name nobody.
_NOBODY = frozenset(
    """a q answer question questions audience announcer caller crowd female host interviewer interpreter male man
    moderator narrator operator participant president reporter secretary speaker translator unidentified unknown voice
    voiceover woman""".split()
)
_FEWEST = 3
_LEAST_SHARE = 0.4  # of the lines


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
    names = [label["name"] for label in labels]
    speaking = Counter(name.split()[-1].casefold() for name in names)
    lines = sum(1 for line in text.split("\n") if line.strip())
    if len(labels) < _FEWEST or len(speaking) < 2 or max(speaking.values()) < 2 or len(labels) < _LEAST_SHARE * lines:
        return Turns()
    full = _full_names(names)
    spellings = _spellings(text)
    turns = [(label.start(), _cased(full.get(label["name"].casefold(), label["name"]), spellings)) for label in labels]
    turns += [(scene.start(), "") for scene in _SCENE.finditer(text)]
    starts, speakers = zip(*sorted(turns), strict=True)
    return Turns(starts, speakers)


def _full_names(names: Sequence[str]) -> Mapping[str, str]:
    """Return the full name for each last name that only one full name has, and "" for labels that name nobody."""
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
