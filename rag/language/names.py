"""Names in a text: runs of capitalised words."""

import re

from index.text.terms import STOP_WORDS, terms
from rag.language.lexicon import LINKING
from rag.language.matching import WORD, is_irregular, is_listed
from rag.language.numbers import NUMBER_WORDS

CAPITALISED = r"(?<![\w'’-])[^\W\d_a-zß-öø-ÿ](?:[\w'’&.-]*\w)?"
NAME_RUN = re.compile(rf"{CAPITALISED}(?:\s+(?:(?:{'|'.join(LINKING)})\s+){{0,2}}{CAPITALISED})*")

_OPENERS = frozenset(
    """however meanwhile yesterday today tomorrow earlier later still yet instead nobody everyone both each every
    several many most some few all""".split()
)
_NO_NAME = re.compile(r"(?:tion|sion|ment|ness|ity|ism|ship|ance|ence|ly)s?$")
_DOES = re.compile(r"\s(?:(?:has|had|is|was|will|would|may|can|did|does|said|says)\b|\w+ed\b)")


def names_in(text: str) -> tuple[str, ...]:
    """Return the runs of capitalised words. A single word that opens a sentence is a name only if it does something.

    >>> names_in("Officials met Ajit Doval in Ottawa. Drouin has agreed.")
    ('Ajit Doval', 'Ottawa', 'Drouin')
    """
    found_names = []
    for found in NAME_RUN.finditer(text):
        name, before = found.group(), text[: found.start()].rstrip(" \"'“‘(")
        if not before or before[-1] in ".!?:…\n":
            first, _, rest = name.partition(" ")
            bare = re.split("['’]", first.lower())[0]
            if bare in STOP_WORDS or bare == "another" or not (rest or _acts(first, text[found.end() :])):
                name = rest
        if name:
            found_names.append(name)
    return tuple(found_names)


def name_parts(name: str) -> list[str]:
    """Return the words of a name without those that only link: "of", "van".

    >>> name_parts("Bank of England")
    ['Bank', 'England']
    """
    return [part for part in WORD.findall(name) if part not in LINKING]


def initials(name: str) -> str:
    """Return the first letters of a name in lower case.

    >>> initials("Ministry of Rural Affairs")
    'mra'
    """
    return "".join(part[0] for part in name_parts(name)).lower()


def _acts(word: str, rest: str) -> bool:
    if word.lower().endswith(("s", "ing", "ed", "ly")) or _is_ordinary(word):
        return False
    does = re.match(r"\s([a-z]+)\b", rest)
    return bool(_DOES.match(rest)) or bool(does and is_irregular("".join(terms(does[1])[:1])))


def _is_ordinary(word: str) -> bool:
    """Return True if a capitalised word is probably no name."""
    term = "".join(terms(word)[:1])
    return word.lower() in STOP_WORDS | _OPENERS | NUMBER_WORDS or is_listed(term) or bool(_NO_NAME.search(word))
