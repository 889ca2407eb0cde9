"""Names: who is who in one article.

A sentence says "Jaiswal" where an earlier one said "Randhir Jaiswal". Whoever reads a question
has not read the earlier one, so names are given in full, and not at all where nobody can tell
whose they are.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.text.terms import STOP_WORDS, content_terms, terms
from rag.language.date_words import DATE_WORD
from rag.language.lexicon import AUXILIARIES, BODIES, LINKING, MAKING_ANOTHER, PREPOSITIONS, REPORTING, SAYING, TITLES
from rag.language.names import CAPITALISED

# A name that so many sentences hold needs no first name to be known.
_WELL_KNOWN = 3

_QUANTIFIERS = frozenset(
    """another any both each either enough every everyone everything few less little many neither no none nobody nothing
    other others several some somebody someone something such yet still even perhaps maybe""".split()
)
# Words that are no name and no noun.
GRAMMAR = _QUANTIFIERS | STOP_WORDS | AUXILIARIES | PREPOSITIONS | frozenset(SAYING) | REPORTING | {"i"}
POSSESSIVE = re.compile(r"['’]s$")

_TOKEN = rf"(?:(?:[A-Z]\.)+(?=\s)|{CAPITALISED})"
NAME = re.compile(rf"{_TOKEN}(?:\s(?:(?:{'|'.join(LINKING)})\s){{0,2}}{_TOKEN})*")
_ADDRESSES = frozenset("mr mrs ms miss dr sir dame".split())
_SURNAME = re.compile(r"(?:Mr|Mrs|Ms|Miss)\s\S+\s")
_PARTICLES = frozenset("al ben bin da de del della den der di du el la le van von".split())
# "Bronis de Supinski" is not "Bronis".
_PARTICLE = re.compile(rf"({CAPITALISED})\s(?:{'|'.join(_PARTICLES)})\s[A-Z]")
# "Entertainer Michael Jackson" at the head of a sentence.
_ROLE = re.compile(r"(?:ist|ian|ainer|essor|ress)$")
_TAKES_ARTICLE = re.compile(
    r"\b(?:Administration|Agency|Association|Authority|Bureau|Commission|Department|Ministry|Organi[sz]ation|Union)$"
)
IS_BODY = re.compile(rf"\b(?:{'|'.join(BODIES.split())})\b")
# What is told of people, mostly: of two words, and of one.
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

    heading: frozenset[str]  # terms of its title
    lower: frozenset[str]  # words that it writes small
    inner: frozenset[str]  # words that it writes with a capital inside a sentence
    mentions: Mapping[str, int]  # word with a capital -> sentences that hold it
    alone: Mapping[str, int]  # name, with its "the" and without -> sentences that hold it as a noun by itself
    people: frozenset[str]  # first and last names of whom it says what is said of people
    firsts: frozenset[str]  # their first names
    partial: frozenset[str]  # words that may be one name of somebody who has two
    full: Mapping[str, str]  # last name -> the one full name; "" where there are several

    def name(self, text: str) -> str:
        """Return a name in full, without titles; "" where it is none or nobody can tell whose it is."""
        if not NAME.fullmatch(text) or is_date(text):
            return ""
        words = _without_titles(POSSESSIVE.sub("", text).split())
        had_the = words[:1] == ["The"] and f"The {' '.join(words[1:])}" not in self.alone
        words = words[1:] if had_the else words
        grammar = any(word.lower().rstrip(".") in GRAMMAR - frozenset(LINKING) for word in words)
        if not words or grammar or len(set(words)) < len(words):
            return ""
        name = self.in_full(" ".join(words))
        if _SURNAME.match(text) and name == " ".join(words):
            return text
        if had_the:
            return f"the {name}"
        return self.with_article(name) if name == " ".join(words) else name

    def in_full(self, phrase: str) -> str:
        """Put the full name for a last name, also for one that owns something; "" where nobody can tell whose it is."""
        words = phrase.split()
        if len(words) == 2 and words[0].lower() in _ADDRESSES | _PARTICLES:
            return self.full.get(words[1], "")
        if len(words) == 2 and words[0].lower() in TITLES:
            return self.full.get(words[1]) or phrase
        first = int(words[0].lower() == "the")
        for place, word in enumerate(words):
            bare = POSSESSIVE.sub("", word)
            begins, ends = place == first or words[place - 1] == "and", words[place + 1 : place + 2] in ([], ["and"])
            if word[0].isupper() and begins and (ends or word != bare):
                full = self.full.get(bare, bare)
                if not full or (full == bare and not self._stands_alone(bare)):
                    return ""
                words[place] = full + word[len(bare) :]
        return " ".join(words)

    def with_article(self, name: str) -> str:
        """Put a "the" before a name that mostly has one."""
        if " " in name and _TAKES_ARTICLE.search(name) and not name.startswith("The "):
            return f"the {name}"
        mostly = 2 * self.alone.get(f"the {name}", 0) > self.alone.get(name, 0)
        return f"the {name}" if mostly else name

    def is_person(self, name: str) -> bool:
        """Tell whether the article speaks of the name as of a person."""
        return any(name.endswith(person) for person in self.people)

    def heads(self, phrase: str) -> bool:
        """Tell whether the title speaks of it."""
        return bool(self.heading.intersection(content_terms(phrase)))

    def _stands_alone(self, name: str) -> bool:
        """Tell whether one word is a whole name: of a company or a country, not of a person."""
        if name in self.firsts:
            return False
        if self.heads(name) or (name.isupper() and name.isalpha()):
            return True
        return name not in self.partial and self.mentions.get(name, 0) >= _WELL_KNOWN


def read_names(title: str, sentences: Sequence[str]) -> Names:
    """Read the names of an article from its whole sentences."""
    lower = frozenset(word for one in sentences for word in re.findall(r"(?<![\w'’-])[a-zß-öø-ÿ][\w-]*", one))
    inner = frozenset(word for one in sentences for word in re.findall(rf"(?<=[a-z,]\s){CAPITALISED}", one))
    mentions = Counter(word for one in sentences for word in set(re.findall(CAPITALISED, one)))
    people = frozenset(name for one in sentences for found in _PERSON.findall(one) for name in found if name)
    firsts = {person.split()[0] for person in people} | {name for one in sentences for name in _PARTICLE.findall(one)}
    speakers = frozenset(name for one in sentences for found in _SPEAKER.findall(one) for name in found if name)
    longer = _longer_names(sentences, lower)
    # Of people the last word stands alone as well, of "Microsoft Edge" the first one only.
    perhaps = frozenset(
        name.split()[0]
        for last, names in longer.items()
        for name, times in names.items()
        if name.count(" ") == 1 and last.lower() not in lower and mentions[last] > times and not IS_BODY.search(last)
    )
    return Names(
        heading=frozenset(terms(title)),
        lower=lower,
        inner=frozenset(POSSESSIVE.sub("", word) for word in inner),
        mentions=mentions,
        alone=Counter(name for one in sentences for name in set(_names_alone(one))),
        people=people,
        firsts=frozenset(firsts),
        partial=speakers | perhaps,
        full={last: _one_of(names) for last, names in longer.items()},
    )


def ends_phrase(after: str) -> bool:
    """Tell whether what follows cannot belong to the noun before it.

    >>> ends_phrase(" in Ottawa"), ends_phrase(" officers")
    (True, False)
    """
    found = re.match(r"(?:['’]s)?\s*([\w'’-]+|[^\w\s]|$)", after)
    word = found[1].lower() if found else ""
    return not word or not word[0].isalnum() or word in GRAMMAR


def is_date(words: str) -> bool:
    """Tell whether a month or a day of the week is among the words."""
    return any(DATE_WORD.fullmatch(word) for word in words.split())


def _longer_names(sentences: Sequence[str], lower: frozenset[str]) -> dict[str, Counter[str]]:
    """Count the names of two to four words, by their last one."""
    longer: dict[str, Counter[str]] = {}
    for found in (found for sentence in sentences for found in NAME.finditer(sentence)):
        for one in found.group().split(" and "):
            words = _without_titles(POSSESSIVE.sub("", one).split())
            if _SURNAME.match(one) or words[0].lower() in MAKING_ANOTHER | {"former"}:
                continue  # "Mrs Parker Bowles" has a first name too, and "East Germany" is not Germany
            while len(words) > 2 and (words[0].lower() in lower or _ROLE.search(words[0])):
                words = words[1:]
            grammar = any(word.lower() in GRAMMAR for word in words)
            if 2 <= len(words) <= 4 and not grammar and not re.search(r"-[a-z]", words[0]):
                longer.setdefault(words[-1], Counter())[" ".join(words)] += 1
    return longer


def _one_of(names: Counter[str]) -> str:
    """Return the one name that all of them are, or "" where they are several."""
    whole = [name for name in names if name.split()[0].lower() not in _PARTICLES] or list(names)
    shortest = min(whole, key=lambda name: (len(name), name))
    # A list or a caption may have run two names into one.
    sure = shortest.count(" ") == 1 or names[shortest] > 1
    return shortest if sure and all(name.endswith(shortest) for name in whole) else ""


def _names_alone(sentence: str) -> Iterator[str]:
    """Yield the names inside a sentence that belong to no longer noun, with a "the" before them and without."""
    for found in NAME.finditer(sentence):
        before = sentence[: found.start()].rstrip()
        if not before or before[-1] in ".!?:\"“'‘(":
            continue
        run = POSSESSIVE.sub("", found.group())
        if before.endswith(" The"):
            yield f"The {run.split()[0]}"
        if run != found.group() or ends_phrase(sentence[found.end() :]):
            yield run
            if before.lower().endswith(" the"):
                yield f"the {run}"
            if " and " in run:
                yield from run.split(" and ")


def _without_titles(words: Sequence[str]) -> list[str]:
    bare = list(words)
    if IS_BODY.search(bare[-1]) or _TAKES_ARTICLE.search(bare[-1]):
        return bare  # the Defence Procurement Agency has no title
    while len(bare) > 1 and bare[0].lower().rstrip(".") in (TITLES if len(bare) > 2 else _ADDRESSES):
        bare = bare[1:]
    return bare
