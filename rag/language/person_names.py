"""Person names: which names of one article are people's, and which may be part of a longer name."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.text.terms import STOP_WORDS
from rag.language.date_words import DATE_WORD
from rag.language.lexicon import AUXILIARIES, BODIES, LINKING, MAKING_ANOTHER, PREPOSITIONS, REPORTING, SAYING, TITLES
from rag.language.names import CAPITALISED

_QUANTIFIERS = frozenset(
    """another any both each either enough every everyone everything few less little many neither no none nobody nothing
    other others several some somebody someone something such yet still even perhaps maybe""".split()
)
# Words that are neither names nor nouns.
GRAMMAR = _QUANTIFIERS | STOP_WORDS | AUXILIARIES | PREPOSITIONS | frozenset(SAYING) | REPORTING | {"i"}
IS_BODY = re.compile(rf"\b(?:{BODIES})\b")

_POSSESSIVE = re.compile(r"['’]s$")
_TOKEN = rf"(?:(?:[A-Z]\.)+(?=\s)|{CAPITALISED})"
_NAME = re.compile(rf"{_TOKEN}(?:\s(?:(?:{'|'.join(LINKING)})\s){{0,2}}{_TOKEN})*")
_ADDRESSES = frozenset("mr mrs ms miss dr sir dame".split())
_SURNAME = re.compile(r"(?:Mr|Mrs|Ms|Miss)\s\S+\s")
# "Entertainer Michael Jackson" at the start of a sentence.
_ROLE = re.compile(r"(?:ist|ian|ainer|essor|ress)$")
_TAKES_ARTICLE = re.compile(
    r"\b(?:Administration|Agency|Association|Authority|Bureau|Commission|Department|Ministry|Organi[sz]ation|Union)$"
)
# What articles mostly say of people: of a name of two words, and of one.
_PERSON = re.compile(
    rf"\b({CAPITALISED}\s{CAPITALISED})(?:,\s\d\d,|,\swho\b|\s(?:said|says|told|added)\b)"
    rf"|\b(?:said|Mr|Mrs|Ms)\s({CAPITALISED}\s{CAPITALISED})"
)
_SPEAKER = re.compile(
    rf"(?<!\w\s)\b({CAPITALISED})\s(?:said|says|told|added|testified|explained|recalled|recalls|wrote|asked|argued"
    rf"|replied|answered|continued|believes|thinks|knows|thought|felt)\b"
    rf"|\b(?:[Mm]r|[Mm]rs|[Mm]s|said|says)\s({CAPITALISED})(?!\s[A-Z])"
)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one article."""

    lower: frozenset[str]  # words that it writes in lower case
    inner: frozenset[str]  # words that it capitalises inside a sentence
    people: frozenset[str]  # first and last names of whom it says what is said of people
    partial: frozenset[str]  # words that may be one name of a person who has two

    def is_person(self, name: str) -> bool:
        """Return True if the article speaks of the name as of a person."""
        return any(name.endswith(person) for person in self.people)


def read_names(sentences: Sequence[str]) -> Names:
    """Read the names of an article from its sentences."""
    lower = frozenset(word for one in sentences for word in re.findall(r"(?<![\w'’-])[a-zß-öø-ÿ][\w-]*", one))
    inner = frozenset(word for one in sentences for word in re.findall(rf"(?<=[a-z,]\s){CAPITALISED}", one))
    mentions = Counter(word for one in sentences for word in set(re.findall(CAPITALISED, one)))
    speakers = frozenset(name for one in sentences for found in _SPEAKER.findall(one) for name in found if name)
    # A person's last name is used alone too; of "Microsoft Edge" only the first word is.
    first_names = frozenset(
        name.split()[0]
        for name, times in _longer_names(sentences, lower).items()
        if name.count(" ") == 1
        and (last := name.split()[1]).lower() not in lower
        and mentions[last] > times
        and not IS_BODY.search(last)
    )
    return Names(
        lower=lower,
        inner=frozenset(_POSSESSIVE.sub("", word) for word in inner),
        people=frozenset(name for one in sentences for found in _PERSON.findall(one) for name in found if name),
        partial=speakers | first_names,
    )


def is_date(words: str) -> bool:
    """Return True if one of the words is a month or a weekday."""
    return any(DATE_WORD.fullmatch(word) for word in words.split())


def _longer_names(sentences: Sequence[str], lower: frozenset[str]) -> Counter[str]:
    """Count the names of two to four words."""
    longer = Counter[str]()
    for found in (found for sentence in sentences for found in _NAME.finditer(sentence)):
        for one in found.group().split(" and "):
            words = _without_titles(_POSSESSIVE.sub("", one).split())
            if _SURNAME.match(one) or words[0].lower() in MAKING_ANOTHER | {"former"}:
                continue  # "Mrs Parker Bowles" has a first name too, and "East Germany" is not Germany
            while len(words) > 2 and (words[0].lower() in lower or _ROLE.search(words[0])):
                words = words[1:]
            grammar = any(word.lower() in GRAMMAR for word in words)
            if 2 <= len(words) <= 4 and not grammar and not re.search(r"-[a-z]", words[0]):
                longer[" ".join(words)] += 1
    return longer


def _without_titles(words: Sequence[str]) -> list[str]:
    bare = list(words)
    if IS_BODY.search(bare[-1]) or _TAKES_ARTICLE.search(bare[-1]):
        return bare  # the Defence Procurement Agency has no title
    while len(bare) > 1 and bare[0].lower().rstrip(".") in (TITLES if len(bare) > 2 else _ADDRESSES):
        bare = bare[1:]
    return bare
