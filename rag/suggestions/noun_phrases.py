"""Nouns: what an article speaks of, in words that are clear to somebody who has not read it.

"The vessels will cost …" tells which vessels only to those who have read on from the start. A
phrase is given as it can stand inside a question, and not at all where the rules are not sure
that it is one noun, whole and clear by itself.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.text.terms import STOP_WORDS, content_terms, terms
from rag.language.lexicon import PEOPLES, PREPOSITIONS, TIMES, VAGUE
from rag.language.matching import is_irregular, is_listed
from rag.language.person_names import GRAMMAR, NAME, POSSESSIVE, Names, ends_phrase, is_date, read_names

_LONGEST_PHRASE = 48  # characters
_MOST_WORDS = 8
# A phrase without a name is clear by itself when it has this many words that say something.
_CLEAR_WORDS = 3
# Something is a topic of an article when this many of its sentences speak of it; one small word needs more.
_ON_TOPIC = 2
_ON_TOPIC_ALONE = 3
_SHORTEST_SENTENCE = 5  # words

_WORD = r"[^\W_]+(?:[.'’&-][^\W_]+)*"
_PLAIN = re.compile(rf"{_WORD}(?:\.?\s{_WORD})*")
_TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*|[^\w\s]")
_FULL_STOP = re.compile(r"[.!?…][\"'”’)]*$")
_DETERMINERS = frozenset("the a an".split())
_JOINING = frozenset("of in for at on and from by the".split())
_GROUPS = frozenset("police people staff officials prosecutors".split())
_NOUNS_IN_ING = frozenset(
    "banking building farming filing fishing funding hearing housing meeting mining ruling shipping training".split()
)
_CAPTIONS = frozenset("breaking exclusive file photo update video watch".split())
_VAGUE = frozenset(VAGUE.split())
_PEOPLES = frozenset(PEOPLES.replace(",", " ").split())
_OF_A_PEOPLE = re.compile(r"(?:an|ans|ese|ish|ch)$")
# Of these a people has one.
_OF_A_STATE = frozenset(
    """ambassador army authorities cabinet chancellor constitution currency economy embassy government king military
    navy parliament police president prosecutors queen senate""".split()
)
# "The first day" is some first day.
_PLACING = frozenset("first last next past second third final main new old other same whole recent current".split())
_OPENS_NOUN = (PREPOSITIONS - {"to", "like"}) | {"the", "more", "no", "any", "these", "those", "our", "their", "its"}


@dataclass(frozen=True, slots=True)
class Nouns:
    """The names and the nouns of one article."""

    names: Names
    groups: Mapping[str, int]  # one or two small words that are a noun, with their "the" -> sentences that hold them

    def subject(self, text: str, *, placed: bool = False) -> str:
        """Return the phrase that opens a sentence as it stands inside one, names in full; "" where it is not clear.

        It holds no pronoun and no verb, and, save where a place that follows makes it clear
        (`placed`), nothing that only the article tells.
        """
        words = self._without_capital(text.split())
        if not words or len(words) > _MOST_WORDS or words[0].lower() in _CAPTIONS or POSSESSIVE.search(words[-1]):
            return ""
        bare = " ".join(words)
        if not _PLAIN.fullmatch(bare) or not all(_fits(words, place) for place in range(len(words))):
            return ""
        phrase = self.names.in_full(bare)
        if phrase == bare and NAME.fullmatch(phrase):
            phrase = self.names.with_article(phrase)
        clear = 0 < len(phrase) <= _LONGEST_PHRASE and (placed or self._is_clear(phrase.split()))
        return phrase if clear else ""

    def topics(self, text: str, *, apart_from: str) -> list[str]:
        """Return what a part of a sentence is about, as it stands after "about", the article's own topics first."""
        taken = frozenset(terms(apart_from)) - STOP_WORDS
        found = dict.fromkeys((*self._name_topics(text), *self._noun_topics(text)))
        fresh = [topic for topic in found if taken.isdisjoint(terms(topic))]
        return sorted(fresh, key=lambda topic: (not self.names.heads(topic), -self._sentences_on(topic)))

    def _sentences_on(self, topic: str) -> int:
        bare = topic.removeprefix("the ")
        return self.names.alone.get(bare, 0) + self.groups.get(bare, 0)

    def _without_capital(self, words: list[str]) -> list[str]:
        """Write the first word of a sentence as inside one; nothing where nobody can tell whether it is a name."""
        if not words or not words[0][0].isupper():
            return words
        first, rest = words[0], words[1:]
        lower, before_name = first.lower(), bool(rest) and rest[0][0].isupper()
        if lower in ("a", "an"):
            return [lower, *rest] if any(word[0].isupper() for word in rest) else []
        if lower == "the":
            return words if rest and f"The {rest[0]}" in self.names.alone else ["the", *rest]
        if lower in GRAMMAR or lower in TIMES:
            return []
        is_small = lower in self.names.lower and lower not in _PEOPLES
        if rest and rest[0][0].islower() and is_small:
            return [lower, *rest]
        if POSSESSIVE.sub("", first) in self.names.inner or (first.isupper() and len(first) > 1):
            return words
        is_word = is_listed("".join(terms(first)[:1])) and lower not in _PEOPLES and not before_name
        is_group = _is_plural(lower) and bool(rest) and rest[0] in _JOINING - {"and", "the"}
        if is_small or is_word or is_group:
            return [lower, *rest]
        return words if before_name and rest[0].lower() not in GRAMMAR else []

    def _is_clear(self, words: Sequence[str]) -> bool:
        phrase, names = " ".join(words), [word for word in words if word[0].isupper()]
        head = next((words[at - 1] for at, word in enumerate(words) if word in _JOINING and at), words[-1])
        if not names:
            said = [term for term in content_terms(phrase) if term.isalpha()]
            plain = not any(character.isdigit() for character in phrase)
            return plain and head not in _VAGUE and len(said) >= _CLEAR_WORDS and self.names.heads(phrase)
        if words[0].lower() == "the" and len(names) == 1 and all(word.isdigit() for word in words[2:]):
            return words[1].isupper() or _is_plural(words[1])
        if words[0].lower() == "the" and names == list(words[1:]) and all(map(self._is_ordinary, names)):
            return self.names.heads(" ".join(names))
        # "The Bronx native" and "the Japanese car maker" are some native and some car maker.
        of_a_people, one = all(map(_OF_A_PEOPLE.search, names)), len(names) == 1 and words[-1] == head
        some = of_a_people and words[0] in _DETERMINERS and head not in _OF_A_STATE
        return len(names[0]) > 1 and not some and not (head in _VAGUE and (of_a_people or one))

    def _is_ordinary(self, word: str) -> bool:
        """Tell whether a word with a capital is one that stands for many things: "the Final Phase"."""
        return word.lower() in self.names.lower or is_listed("".join(terms(word)[:1]))

    def _name_topics(self, text: str) -> Iterator[str]:
        for found in NAME.finditer(text):
            run, before, after = POSSESSIVE.sub("", found.group()), text[: found.start()], text[found.end() :]
            name = self.names.name(run)
            opens = not before.strip(" \"“'‘(") or before.rstrip()[-1] in ".!?:"
            abbreviated = after[:1] == "." and bool(after.strip(" .\"'”’"))  # "Calif."
            if not name or abbreviated or self.names.alone.get(run, 0) < _ON_TOPIC + opens or not ends_phrase(after):
                continue
            the = before.lower().endswith("the ") and not name.lower().startswith("the ")
            yield f"the {name}" if the else name

    def _noun_topics(self, text: str) -> Iterator[str]:
        for phrase in _noun_groups(text):
            bare = phrase.removeprefix("the ")
            held, one = self.groups.get(phrase, 0), " " not in bare
            if bare in _VAGUE or held < (_ON_TOPIC_ALONE if one else _ON_TOPIC):
                continue
            if not one or (phrase == bare and self.names.heads(bare) and self.groups.get(f"the {bare}", 0) <= held):
                yield phrase


def read_nouns(title: str, sentences: Sequence[str]) -> Nouns:
    """Read the names and nouns of an article. Headings and lists among the sentences are passed over."""
    prose = [sentence for sentence in sentences if is_prose(sentence)]
    groups = Counter(group for sentence in prose for group in set(_noun_groups(sentence)))
    return Nouns(read_names(title, prose), groups)


def is_prose(sentence: str) -> bool:
    """Tell a whole sentence from a heading, a caption or a line of a list.

    >>> is_prose("The harbour will open in May."), is_prose("Harbour To Open In May")
    (True, False)
    """
    words = re.findall(r"[^\W\d_][\w'’-]*", sentence)
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= _SHORTEST_SENTENCE and bool(_FULL_STOP.search(sentence)) and capitals <= len(words) / 2


def is_vague(phrase: str) -> bool:
    """Tell whether a phrase ends in a thing that could be any: "the song".

    >>> is_vague("cover the song"), is_vague("cover the folk song")
    (True, False)
    """
    *_, article, noun = ("", *phrase.split())
    return article in _DETERMINERS and noun in _VAGUE


def _fits(words: Sequence[str], place: int) -> bool:
    """Tell whether a word may stand in a phrase that is one noun with what belongs to it."""
    word, before = words[place], words[place - 1] if place else ""
    if word[0].isupper() or word[0].isdigit():
        return word != "I" and not is_date(word)
    if word in _DETERMINERS:
        return not place or (word == "the" and before in _JOINING - _DETERMINERS)
    if word in _JOINING:
        return 0 < place < len(words) - 1
    is_verb = word.endswith(("ed", "ly")) or (word.endswith("ing") and word not in _NOUNS_IN_ING)
    if is_verb or word in GRAMMAR or word in TIMES:
        return False
    if is_irregular("".join(terms(word)[:1])) and before not in ("the", "of"):
        return False
    # A thing that can be counted has its article, save where it is many or stands before a name.
    ends = place + 1 == len(words) or words[place + 1] in _JOINING
    start = max((at for at in range(place) if words[at] in _JOINING - {"the"}), default=-1) + 1
    owned = words[start] in _DETERMINERS or any(POSSESSIVE.search(other) for other in words[start:place])
    return not ends or owned or _is_plural(word) or word in _GROUPS


def _noun_groups(sentence: str) -> Iterator[str]:
    """Yield one or two small words that are a noun by themselves, with the "the" before them."""
    words = _TOKEN.findall(sentence)
    for place in range(len(words)):
        if not ends_phrase(" " + " ".join(words[place + 1 : place + 2])):
            continue
        for size in (2, 1):
            group = words[max(0, place - size + 1) : place + 1]
            before = words[place - size].lower() if place >= size else ""
            if len(group) < size or group[0] in _PLACING or not all(map(_may_be_of_a_noun, group)):
                continue
            if before == "the" and not _is_plural(group[-1]):
                yield "the " + " ".join(group)
            elif before in _OPENS_NOUN or (before == "the" and size > 1):
                yield " ".join(group)


def _may_be_of_a_noun(word: str) -> bool:
    return word.islower() and len(word) > 2 and not word.endswith("ly") and word not in GRAMMAR and word not in TIMES


def _is_plural(word: str) -> bool:
    irregular = word.endswith(("men", "people", "children"))
    return irregular or (word.endswith("s") and not word.endswith(("ss", "us", "is")))
