"""Names in a text."""

import re
from functools import lru_cache

from index.text.terms import STOP_WORDS, terms
from rag.language.lexicon import LINKING
from rag.language.matching import is_irregular, is_listed
from rag.language.numbers import NUMBER_WORDS

CAPITALISED = r"(?<![\w'’-])[^\W\d_a-zß-öø-ÿ](?:[\w'’&.-]*\w)?"

_NAME = re.compile(rf"{CAPITALISED}(?:\s+(?:(?:{'|'.join(LINKING)})\s+){{0,2}}{CAPITALISED})*")

_SPOKE = r"(?:has\s|had\s|also\s)?(?:said|says|added|adds|noted|notes|told|stated|explained)"

_NAMES_SPEAKER = re.compile(
    rf"(?:[^\W\d_a-z]\w+|\b[Tt]he \w+)\s{_SPOKE}|{_SPOKE}\s(?:[^\W\d_a-z]|the\b)|[Aa]ccording to"
)

_OPENERS = frozenset(
    """however meanwhile yesterday today tomorrow earlier later still yet instead nobody everyone both each every
    several many most some few all""".split()
)

_NO_NAME = re.compile(r"(?:tion|sion|ment|ness|ity|ism|ship|ance|ence|ly)s?$")

_DOES = re.compile(r"\s(?:(?:has|had|is|was|will|would|may|can|did|does|said|says)\b|\w+ed\b)")


def names_speaker(sentence: str) -> bool:
    """Tell whether a sentence of an article says who speaks: the sentences after it may be the same one's words.

    >>> names_speaker("However, Jaiswal noted that no day is set."), names_speaker("I have no day in mind.")
    (True, False)
    """
    return bool(_NAMES_SPEAKER.search(sentence))


def _is_ordinary(word: str) -> bool:
    """Tell whether a word with a capital letter is probably no name."""
    term = "".join(terms(word)[:1])
    return word.lower() in STOP_WORDS | _OPENERS | NUMBER_WORDS or is_listed(term) or bool(_NO_NAME.search(word))


@lru_cache(maxsize=1024)
def names_in(text: str) -> tuple[str, ...]:
    """Return the runs of capitalised words. Of a word that opens a sentence nobody knows: it counts when it acts.

    >>> names_in("Officials met Ajit Doval in Ottawa. Drouin has agreed.")
    ('Ajit Doval', 'Ottawa', 'Drouin')
    """
    found_names = []
    for found in _NAME.finditer(text):
        name, before = found.group(), text[: found.start()].rstrip(" \"'“‘(")
        if not before or before[-1] in ".!?:…\n":
            first, _, rest = name.partition(" ")
            if first.lower() in STOP_WORDS or not (rest or _acts(first, text[found.end() :])):
                name = rest
        if name:
            found_names.append(name)
    return tuple(found_names)


def _acts(word: str, rest: str) -> bool:
    if word.lower().endswith(("s", "ing", "ed", "ly")) or _is_ordinary(word):
        return False
    does = re.match(r"\s([a-z]+)\b", rest)
    return bool(_DOES.match(rest)) or bool(does and is_irregular("".join(terms(does[1])[:1])))
