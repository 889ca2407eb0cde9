"""Attribution: who says what a sentence of an article says, and in whose words.

News is mostly what somebody said. A sentence is direct speech ("…" said X), indirect speech (X said that …), the
statement of a body (the ministry said …), or the article's own voice. The rules read the sentences in order:
quotation marks, verbs of saying, "according to", and the name next to them. "He" is whoever was named last, and
"Jaiswal" is given in full.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice, takewhile
from typing import Literal

from index.core.formatting import one_line
from index.text.articles import Article
from index.text.sentences import split_sentences
from index.text.spans import Span
from index.text.terms import terms
from rag.evidence.citations import Citation
from rag.evidence.turns import read_turns
from rag.language.lexicon import (
    AUXILIARIES,
    LINKING,
    MORE_ROLES,
    PREPOSITIONS,
    ROLES,
    SAYING,
    SPEAKING,
    SPEAKING_BODIES,
    TITLES,
)
from rag.language.matching import is_irregular
from rag.language.names import CAPITALISED
from rag.language.person_names import GRAMMAR, IS_BODY, is_date, read_names
from rag.language.quotation_marks import article_quotations

Kind = Literal["direct", "indirect", "statement", "own"]

# Further down an article a sentence is read by itself.
_CHARACTERS_READ = 40_000
_LONGEST_SPEAKER = 70  # characters
_LONGEST_NAME = 4  # words
_MOST_WORDS = 6  # of a speaker
_LONGEST_QUOTATION = 40  # sentences
# Further verbs of saying in one sentence are ignored.
_MOST_WAYS = 12
# A sentence is direct speech if this share of its words is in quotation marks: with a speaker, and without one.
_DIRECT = 0.4
_DIRECT_ALONE = 0.6
# "X and Y said" is one phrase; after more words than these, an "and" begins another clause.
_JOINED_WORDS = 3
# If more words than these surround a quotation, its speaker is unknown unless they name one.
_WORDS_AROUND = 3
# So many words in quotation marks that end with a comma, or follow one, are a quotation of their own.
_SAID_WORDS = 2

_QUOTED = "§"
_PARTICLES = "al|ben|bin|da|das|de|del|della|den|der|di|dos|du|el|la|le|van|von"
_PARTICLE_WORDS = frozenset(_PARTICLES.split("|"))
_TOKEN = rf"(?:(?:[A-Z]\.)+|{CAPITALISED})"
_NAME = re.compile(rf"{_TOKEN}(?:(?:(?<=s)['’])?\s(?:(?:{_PARTICLES}|{'|'.join(LINKING)})\s){{0,2}}{_TOKEN})*")
# "Led by Donkeys", between commas.
_LONG_NAME = re.compile(rf"{CAPITALISED}(?:\s(?:by|for|of|the|to|in|on|{CAPITALISED})){{1,4}}\s{CAPITALISED}")
_PERSON = re.compile(rf"{_TOKEN}(?:\s(?:(?:{_PARTICLES})\s){{0,2}}{_TOKEN}){{0,3}}(?:,?\s(?:Jr|Sr)\.?)?")
_TITLE = re.compile(
    rf"(?:{'|'.join(TITLES)}|{ROLES}|{MORE_ROLES}|lieutenant|corporal|major|admiral|commander|brigadier"
    r"|constable|detective|sen|rep|gov|gen|lt|sgt|capt|col|rev|police|mp|mps|activist|coach|star)\.?",
    re.IGNORECASE,
)
# "Ana Lind, the prime minister," and "Ana Lind, 40," are people.
_IS_SOMEBODY = re.compile(rf",\s(?:\d\d,|who\s|(?:the|an?)\s[^,.]{{0,40}}?\b(?:{_TITLE.pattern})\b)", re.IGNORECASE)
# "One Londoner who drove by posted a photo."
_SOMEBODY = re.compile(r"(?P<who>(?:One|An?|Another)\s(?:[\w-]+\s){0,3}?[\w-]+)(?=\swho\b)")
_PREPOSITIONS = PREPOSITIONS | {"amid", "of", "as", "than"}
_ONLY_A_TITLE = re.compile(r"(?:Mrs?|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Sgt|Rev)\.?")
_APPOSED = re.compile(rf",\s(?:{_ONLY_A_TITLE.pattern}\s)?(?P<name>{_PERSON.pattern})(?=[,.;]|$)")
_BEGINS_CLAUSE = (_PREPOSITIONS | AUXILIARIES | {"and", "or", "but", "only", "compared", "what", "not"}) - {"like"}
_PERSONAL = re.compile(r"(?:i|you|we|he|she|it|they)", re.IGNORECASE)
_PRONOUN = re.compile(r"(?:he|she|they|it)", re.IGNORECASE)
_NOBODY = re.compile(r"(?:i|we|you|who|which|that|there|this|these|those|what|one|nobody|none|no one)", re.IGNORECASE)
_DETERMINED = re.compile(
    r"(?:an?|the|another|other|one|some|many|several|his|her|their|its|two|both|[\w'’]+['’]s)\s", re.IGNORECASE
)

_WEEKDAY = r"(?:on\s)?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
# What may stand between a speaker and the verb.
_BETWEEN = re.compile(
    rf"(?:\b(?:has|have|had|also|later|earlier|then|previously|recently|repeatedly|further|again|now|still|himself|herself"
    rf"|\w+ly|{_WEEKDAY}|on\s\d+\s[A-Z]\w+|on\s[A-Z]\w+\s\d+|(?:was|is|were|are)\s(?:\w+\s)?quoted\sas)\s*)+$"
)
_UNTOLD = re.compile(r"\b(?:to|not|n['’]t|would|could|can|will|may|might|did|never|cannot|should|must|let)\s*$")
# "A saying" and "the claims" say nothing.
_IS_NOUN = re.compile(r"\b(?:an?|the|old|common)\s$")
_VERBS = "|".join(sorted({*SAYING, *SPEAKING}, key=len, reverse=True))
_SURE = re.compile(
    r"\b(?P<verb>said|says?|told|tells?|added|adds|noted|notes|stated|states|warned|warns|explained|explains|argued|argues"
    r"|insisted|insists|replied|wrote|writes|tweeted|recalled|saying|adding|noting|telling|stating|warning|arguing"
    r"|cautioning|insisting|claiming|suggesting|explaining|announcing|promising|predicting|stressing)\b"
)
# These are more than saying, so the words that were said have to follow, or to come before.
_ADDED = frozenset(
    "added adds noted notes stated states explained explains wrote writes recalled tweeted argued".split()
)
_WEAK = re.compile(
    rf"\b(?P<verb>{_VERBS})"
    rf"(?=(?:\s{_WEEKDAY}|\son\s[A-Z]\w+\s\d+|\s(?:this|last|earlier\sthis)\s[a-z]+|\sto\s{CAPITALISED}|\s(?:in|during|at)\s[^,§]{{3,60}})?,?\s?(?:that\b|[:§]))"
)
_TO_DO = re.compile(
    r"\b(?P<verb>advise[sd]?|urge[sd]?|promise[sd]?|pledge[sd]?|vow(?:s|ed)?|warn(?:s|ed)?)\s(?:[^\s,.;§]+\s){0,4}?(?:not\s)?to\b"
)
_CLOSING = re.compile(
    rf"(?:{_QUOTED}|,|--|—|–)\s?(?P<who>[^,§]{{2,80}}?)\s(?P<verb>{_VERBS})"
    r"(?=\s?(?:[.,—–]|--|$|\s(?:(?:in|on|at|during|after|as)\b|to\s[A-Z])))"
)
_FOUND = re.compile(
    r"\b(?:report|study|survey|poll|investigation|review|inquiry|analysis|figures|records|data|documents?|statement)\b"
    r"(?P<verb>\s(?:\w+\s){0,4}?(?:found|finds|shows?|showed|concluded|revealed)\sthat\b)"
)
_IN_A_STATEMENT = re.compile(r"\bin an? (?:[a-z]+ ){0,2}(?:statement|press release|communiqu[eé]|news release)\b")
_ACCORDING = re.compile(
    r"\b(?:according to|as per|in the words of)\s(?P<who>[^,;:.§]*(?:\.(?=\w|\s[a-z])[^,;:.§]*)*)", re.IGNORECASE
)
_AFTER = re.compile(
    rf"\s(?P<who>(?:(?:the|an?|his|her|its|their)\s)?[^,.;:§()]{{2,80}}?)"
    rf"(?=[,.;:§(]|\s?$|\s(?:on|in|at|during|after|when|who|whose|as|while|to|from|yesterday|today|last|this|{_WEEKDAY})\b)"
)
_CLOSED = re.compile(r"[,?!…—–-][\"”’'»“]$")
_INTRODUCED = re.compile(r"[:,]\s*$")
_GOES_ON = re.compile(rf"{_QUOTED}\s(?P<who>{CAPITALISED}(?:\s{CAPITALISED}){{0,3}}|[Hh]e|[Ss]he)\s[a-z]")
_SEGMENTS = re.compile(rf",\s+|,$|;\s+|{_QUOTED}|\s[-–—]+\s|--|—|:\s")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_OPENS_CLAUSE = re.compile(
    r".*\b(?:that|because|while|whereas|although|though|as|when|where|which|if|after|before|but|since|whether|so|yet)\s",
    re.IGNORECASE | re.DOTALL,
)
_RELATIVE = re.compile(r"(?<=\w),?\s(?:who|whose|identified|named|speaking|familiar|briefed)\b.*", re.DOTALL)
_OPENS_RELATIVE = re.compile(r"(?:who|whose|whom|which)\b")
_LEADS = re.compile(r"^(?:However|But|And|Yet|Still|Meanwhile|Earlier|Later|Also|So|Then|Separately),?\s")
_BODY = re.compile(
    rf"\b(?:{SPEAKING_BODIES})(?:['’]s)?$|(?-i:\b[A-Z]{{2,}}$)|^(?:the\s)?(?:\w+\s)*(?:statement|report)s?\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    rf"\b[Ww](?:hat|hen|here|hy|ho|hom|hich)\b[^,;]*?\b(?:did|does|do|has|have|had)\s(?P<who>[^,;?]{{2,60}}?)\s(?:ever\s|also\s)?"
    rf"(?:say|said|tell|told|think|claim(?:ed)?|add(?:ed)?|state[d]?|announced?|promised?|den(?:y|ied)|warn(?:ed)?|argued?"
    r"|explain(?:ed)?|believed?|suggest(?:ed)?|wr(?:ite|itten)|pledged?|noted?)\b"
    rf"|\b[Ww]hat\s(?:is|was|were|are)\s(?P<whose>{CAPITALISED}(?:\s{CAPITALISED}){{0,3}})\s(?:view|opinion|position|answer|words|comment)s?\b"
    rf"|\b[Aa]ccording to\s(?P<source>(?:the\s)?{CAPITALISED}(?:\s{CAPITALISED}){{0,3}})"
)
_OWNER = re.compile(r"(?<=s)['’]\s")
_OF = re.compile(rf"\s(?:{'|'.join(_PREPOSITIONS)})\s")
_WORD = re.compile(r"\w[\w'’-]*")


@dataclass(frozen=True, slots=True)
class Speech:
    """Who says what a sentence says ("": no one is named), and in whose words."""

    speaker: str
    kind: Kind


_OWN = Speech("", "own")


def speech_of(citation: Citation) -> Speech:
    """Return who says a quote; the sentence it begins in decides. Articles that are not in English are not read.

    Only the article is read: a wrong name in it stays wrong, and who "she" is may be read wrongly.
    """
    if not citation.in_english:
        return _OWN
    span, article = citation.span, citation.article
    if span.start < _CHARACTERS_READ:
        for sentence, speech in read_speeches(article):
            if sentence.end > span.start:
                return speech
    read = _Reader(citation.quote, (Span(0, len(citation.quote)),))
    return read.speeches()[0]


def asked_speaker(question: str) -> str:
    """Return the name of the person or body whose words a question asks for, "" if it names no one.

    >>> asked_speaker("What did Mr Jaiswal say about timing?"), asked_speaker("What was agreed?")
    ('Jaiswal', '')
    """
    found = _ASKED.search(question)
    who = (found["who"] or found["whose"] or found["source"]) if found else ""
    if _DETERMINED.match(who) and not re.search("[A-Z]", who):
        return ""  # "the minister" may be anybody's
    who = re.sub(r"^the\s", "", who, flags=re.IGNORECASE)
    who = _without_titles(re.sub(r"['’]s$", "", who))
    return "" if _PRONOUN.fullmatch(who) or _NOBODY.fullmatch(who) else who


def speaks(who: str, speech: Speech) -> bool:
    """Return True if `who`, named in full or not, is the speaker.

    >>> speech = Speech("Randhir Jaiswal", "direct")
    >>> speaks("Jaiswal", speech), speaks("Ana Jaiswal", speech)
    (True, False)
    """
    named = frozenset(terms(who))
    return bool(named) and named <= frozenset(terms(speech.speaker))


@lru_cache(maxsize=128)
def read_speeches(article: Article) -> tuple[tuple[Span, Speech], ...]:
    """Return the sentences of an article, as far as it is read, each with its speaker.

    >>> text = '"We will let you know," Randhir Jaiswal said. Jaiswal noted that no day is set. Both agreed.'
    >>> article = Article("1", "a.txt", "", text, Span(0, len(text)), None, None, None, None, None)
    >>> for _, speech in read_speeches(article):
    ...     print(speech)
    Speech(speaker='Randhir Jaiswal', kind='direct')
    Speech(speaker='Randhir Jaiswal', kind='indirect')
    Speech(speaker='', kind='own')
    """
    body = Span(article.body.start, max(article.body.start, min(article.body.end, _CHARACTERS_READ)))
    sentences = split_sentences(article.text, body)
    turns = read_turns(body.cut(article.text))
    return tuple(
        (sentence, Speech(speaker, "direct") if (speaker := turns.speaker(sentence.start - body.start)) else speech)
        for sentence, speech in zip(sentences, _Reader(article.text, sentences).speeches(), strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Sentence:
    span: Span
    outside: str  # on one line, each quotation replaced by one sign
    quoted: float  # share of its words in quotation marks
    whole: bool  # it has a quotation that is more than a word or two of somebody's
    goes_on: bool  # its last quotation ends after it


class _Reader:
    """Reads the sentences of one text in order and remembers who was named and who spoke last."""

    def __init__(self, text: str, sentences: Sequence[Span]) -> None:
        quotations = article_quotations(text[: sentences[-1].end]) if sentences else ()
        self._sentences = [_read(text, sentence, quotations) for sentence in sentences]
        self._names = read_names([one_line(sentence.cut(text)) for sentence in sentences])
        self._full: dict[str, str] = {}  # last name -> full name
        self._people: set[str] = set()
        self._person = ""  # who was named or spoke last
        self._body = ""
        self._spoke = (-1, "")  # the place of the last sentence that somebody said, and who

    def speeches(self) -> list[Speech]:
        """Return who speaks in each sentence."""
        speeches = []
        for place, sentence in enumerate(self._sentences):
            speech = self._speech(place, sentence)
            if speech.speaker:
                self._spoke = (place, speech.speaker)
            speeches.append(speech)
        return speeches

    def _speech(self, place: int, sentence: _Sentence) -> Speech:
        named = list(self._learn(sentence.outside))
        who, said = self._said_by(sentence)
        if not said and sentence.quoted >= _DIRECT_ALONE:
            who, said = self._of_quotation(place), True
            if not who and len(_WORD.findall(sentence.outside)) <= _WORDS_AROUND:
                who = self._spoke[1] if self._spoke[0] == place - 1 else ""
        if not said:
            somebody = _SOMEBODY.match(sentence.outside)
            self._person = named[0] if named else somebody["who"] if somebody else self._person
            return _OWN
        if _is_body(who, self._people):
            self._body = who
            return Speech(who, "direct" if _is_direct(sentence) else "statement")
        first = None if _LONG_NAME.fullmatch(who) else _NAME.match(who)
        self._person = self._in_full(first.group()) if first else who or self._person
        if _NAME.fullmatch(who):
            self._people.add(who)
        return Speech(who, "direct" if _is_direct(sentence) else "indirect")

    def _learn(self, outside: str) -> Iterator[str]:
        """Remember the full names of a sentence, and yield the people it names, in order."""
        for found in _PERSON.finditer(outside):
            written = re.sub(r"['’]s$", "", found.group())
            name = _without_titles(written)
            if " " in name and not _is_name_of_body(name):
                last = name.split()[-1]
                # "Commerce Gina Raimondo" is a known name with the rest of a title before it.
                known = self._full.get(last, "")
                self._full[last] = known if known and name.endswith(f" {known}") else name
            full = self._in_full(name)
            # People are named by their last name alone too.
            is_told = (
                name != written
                or self._names.is_person(full)
                or _IS_SOMEBODY.match(outside, found.end()) is not None
                or (full.count(" ") == 1 and full.split()[0] in self._names.partial)
            )
            if " " in full and is_told and not _is_name_of_body(full):
                self._people.add(full)
            if full in self._people:
                yield full

    def _of_quotation(self, place: int) -> str:
        """Find the speaker in the sentence that closes the quotation that this one is in."""
        for following in range(place, min(place + _LONGEST_QUOTATION, len(self._sentences) - 1)):
            if not self._sentences[following].goes_on:
                return ""
            if found := self._said_by(self._sentences[following + 1])[0]:
                return found
        return ""

    def _said_by(self, sentence: _Sentence) -> tuple[str, bool]:
        """Return the speaker that a sentence names itself, and whether it is somebody's words at all."""
        outside = _BRACKETS.sub("", sentence.outside)
        for _, read_speaker in sorted(self._ways(outside, sentence), key=lambda way: way[0])[:_MOST_WAYS]:
            if who := read_speaker():
                return who, True
        return "", False

    def _ways(self, outside: str, sentence: _Sentence) -> Iterator[tuple[int, Callable[[], str]]]:
        """Yield the places of a sentence that may name a speaker, each with the function that reads the name."""
        for pattern in (_SURE, _WEAK, _TO_DO):
            for found in pattern.finditer(outside):
                yield found.start(), partial(self._of_verb, outside, found, sure=pattern is _SURE)
        for found in _CLOSING.finditer(outside):
            yield found.start("verb"), partial(self._of_phrase, _head, found["who"])
        for found in _ACCORDING.finditer(outside):
            yield found.start(), partial(self._of_phrase, _noun, found["who"])
        for found in _FOUND.finditer(outside):
            yield found.start("verb"), partial(self._of_phrase, _noun, outside[: found.start("verb")])
        for found in _IN_A_STATEMENT.finditer(outside):
            yield found.start(), partial(self._main_subject, outside[: found.start()])
        if sentence.whole and (goes_on := _GOES_ON.match(outside)):
            yield len(outside), partial(self._resolve, goes_on["who"])

    def _of_phrase(self, read: Callable[[str], str], phrase: str) -> str:
        return self._resolve(read(phrase))

    def _of_verb(self, outside: str, found: re.Match[str], *, sure: bool) -> str:
        """Return the speaker of a verb of saying, "" if it has none."""
        before, after, verb = outside[: found.start()], outside[found.end() :], found["verb"]
        if _UNTOLD.search(before) or _IS_NOUN.search(before):
            return ""
        quoted_as = before.endswith(" quoted as ")
        before = _BETWEEN.sub("", before).rstrip()
        if not quoted_as and (verb.endswith("ing") or re.search(r"\b(?:and|but|or|then)$", before)):
            loosely = verb not in ("saying", "adding") and not re.match(rf"\s?(?:that\b|[{_QUOTED}:])", after)
            return "" if verb.endswith("ing") and loosely else self._main_subject(before)
        inverted = _AFTER.match(after) if sure else None
        if sure and (not before or before.endswith((_QUOTED, f"{_QUOTED},"))):
            return self._resolve(self._apposed(inverted, after) or _head(inverted["who"])) if inverted else ""
        if inverted and before.endswith(","):
            # "The bill, said Jon Hale, is dead."
            name = _ending_name(inverted["who"])
            if name and not is_date(name) and re.match(r"\s?(?:[,.]|$)", after[inverted.end() :]):
                return self._resolve(name)
        subject = _subject(before)
        who = self._resolve(subject)
        if sure and verb in _ADDED and not re.match(rf"\s?(?:that\b|[{_QUOTED},.:;]|$|in\b|on\b|during\b|at\b)", after):
            return who if _PRONOUN.fullmatch(subject) or not _is_body(who, self._people) else ""
        return who

    def _apposed(self, inverted: re.Match[str], after: str) -> str:
        """Return the person behind a role: "said Norvia's minister, Ana Ruiz."; "" if there is none."""
        who, named = inverted["who"], _APPOSED.match(after, inverted.end())
        role, name = who.split()[-1], named["name"] if named else ""
        if not role.islower() or not _TITLE.fullmatch(role) or not name:
            return ""
        # "Said the spokesman, Port Ellery" names a place.
        is_whose = re.search(r"['’]s?\s", who) and " " in name and not _is_name_of_body(name) and not is_date(name)
        return name if is_whose or name in self._people or self._names.is_person(name) else ""

    def _main_subject(self, before: str) -> str:
        """Return who the sentence begins with: the subject of "… and added that" or "…, saying"."""
        opening = _LEADS.sub("", before)
        for found in _PERSON.finditer(opening):
            prior, follows = opening[: found.start()].split(), opening[found.end() :]
            owned = found.group().endswith(("'s", "’s")) or follows.startswith(("'s", "’s"))
            if not owned and not (prior and prior[-1].lower() in _PREPOSITIONS):
                full = self._in_full(found.group())
                if full in self._people or " " in full:
                    return full
        words = opening.replace(",", " ,").split()
        for place, word in enumerate(words):
            if place and (word == "," or word.lower() in AUXILIARIES or _is_past(word)):
                return self._resolve(_noun(" ".join(words[:place])))
        return ""

    def _resolve(self, who: str) -> str:
        """Return a speaker's full name in the article, for a pronoun or a last name."""
        if not who or _NOBODY.fullmatch(who):
            return ""
        if _PRONOUN.fullmatch(who):
            return self._body or self._person if who.lower() == "it" else self._person or self._body
        bare = _owned(re.sub(r"^[Tt]he\s", "", who))
        if bare.endswith("s") and _TITLE.fullmatch(bare[:-1]):
            return who[0].lower() + who[1:]
        if _NAME.fullmatch(bare) and bare not in self._names.lower and bare.lower() not in self._names.lower:
            return self._in_full(bare)
        who = _short(who)
        if not _may_speak(who):
            return ""
        first, *others = who.split()
        is_name = first in self._names.inner or first.lower() not in self._names.lower | GRAMMAR
        is_name = is_name and not (_TITLE.fullmatch(first.removesuffix("s")) and others and others[0].islower())
        return who if is_name and not _DETERMINED.match(f"{who} ") else who[0].lower() + who[1:]

    def _in_full(self, name: str) -> str:
        bare = _without_titles(re.sub(r"['’]s$|^[\w'’]+['’]s\s(?=[A-Z]\w+\s[A-Z])", "", name))
        if not bare or _is_name_of_body(bare):
            return bare
        known = self._full.get(bare.split()[-1], "")
        return known if known and (known.endswith(f" {bare}") or bare.endswith(f" {known}")) else bare


def _owned(name: str) -> str:
    """Return "Ana Ruiz" of "United States' Ana Ruiz", and "Dockers' Union" as it is."""
    owned = _OWNER.split(name, maxsplit=1)[-1]
    return name if _is_name_of_body(owned) else owned


def _short(phrase: str) -> str:
    """Return "a correspondent" of "a correspondent at the reformist daily of Qom"."""
    is_long = len(phrase.split()) > _MOST_WORDS and _DETERMINED.match(phrase)
    return _OF.split(phrase, maxsplit=1)[0] if is_long else phrase


def _may_speak(phrase: str) -> bool:
    """Return False for a part of a clause, such as "using an average of five polls"."""
    words = phrase.split()
    first, last = words[0].lower(), words[-1].lower()
    is_clause = len(words) > _MOST_WORDS or first.endswith("ing") or re.search(r"[\d%]", phrase) is not None
    return (
        not is_clause
        and first not in _BEGINS_CLAUSE
        and last not in _BEGINS_CLAUSE
        and not _ONLY_A_TITLE.fullmatch(phrase)
    )


def _is_direct(sentence: _Sentence) -> bool:
    return sentence.quoted >= _DIRECT or sentence.whole


def _is_past(word: str) -> bool:
    return bool(re.fullmatch(r"[a-z]{2,}ed", word)) or (word.islower() and any(map(is_irregular, terms(word))))


def _read(text: str, sentence: Span, quotations: Sequence[Span]) -> _Sentence:
    outside, quoted, at, whole, goes_on = "", 0, sentence.start, False, False
    # They are in order and do not overlap.
    place = bisect_right(quotations, sentence.start, key=lambda quotation: quotation.end)
    for quotation in takewhile(lambda one: one.start < sentence.end, islice(quotations, place, None)):
        start, end = max(quotation.start, at), min(quotation.end, sentence.end)
        said = len(_WORD.findall(text[start:end]))
        opens = start == sentence.start and _CLOSED.search(text[start:end])
        ends = end == sentence.end and _INTRODUCED.search(text[sentence.start : start])
        whole = whole or (said >= _SAID_WORDS and bool(opens or ends))
        outside += f"{_plain(text[at:start])} {_QUOTED} "
        quoted += said
        at, goes_on = end, quotation.end > sentence.end
    outside += _plain(text[at : sentence.end])
    words = len(_WORD.findall(sentence.cut(text)))
    return _Sentence(
        sentence,
        one_line(outside).replace(f"{_QUOTED} ,", f"{_QUOTED},"),
        quoted / words if words else 0.0,
        whole,
        goes_on,
    )


def _plain(text: str) -> str:
    """Remove the sign that marks a quotation, if the text has it."""
    return text.replace(_QUOTED, "S")


def _subject(before: str) -> str:
    """Return the speaker before a verb of saying: the nearest name outside an apposition."""
    segments = [segment for segment in _SEGMENTS.split(before) if segment and segment.strip()]
    if not segments:
        return ""
    if not before.endswith((",", "--", "—", "–")):
        return _head(segments[-1])
    for segment in reversed(segments):
        who = _LEADS.sub("", segment.strip())
        if _OPENS_RELATIVE.match(who):
            continue
        ending = _ending_name(who)
        if ending and not _DETERMINED.match(who):
            return ending
        if _LONG_NAME.fullmatch(who):
            return who
    return _head(segments[0])


def _head(phrase: str) -> str:
    """Return the name at the end of a phrase, or the phrase if that name is not the speaker."""
    phrase = _RELATIVE.sub("", _LEADS.sub("", phrase.strip()))
    clause = _OPENS_CLAUSE.match(phrase)
    phrase = phrase[clause.end() :] if clause else phrase
    left, joint, right = phrase.rpartition(" and ")
    if joint and len(left.split()) > _JOINED_WORDS:
        phrase = right
    return _ending_name(phrase) or _noun(phrase)


def _ending_name(phrase: str) -> str:
    """Return the name at the end of a phrase, "" if there is none or it only modifies the noun before it."""
    for found in _NAME.finditer(phrase):
        if found.end() == len(phrase):
            before = [word.lower() for word in phrase[: found.start()].split()]
            if not before or before[-1] == "the":
                return found.group()
            inside = any(word in _PREPOSITIONS for word in before) and not (
                _TITLE.fullmatch(before[-1]) or any(_PERSONAL.fullmatch(word) for word in before)
            )
            if before[-1] not in _PREPOSITIONS | {"and"} and not inside:
                return found.group()
    return ""


def _noun(phrase: str) -> str:
    """Return a phrase such as "a teacher in Qom" as a speaker is shown; "" if it is none."""
    phrase = _LEADS.sub("", _RELATIVE.sub("", phrase.strip(" ,.")))
    words = phrase.split()
    if not words or words[0].lower() in _PREPOSITIONS or words[-1].lower() in _PREPOSITIONS | AUXILIARIES:
        return ""
    while len(" ".join(words)) > _LONGEST_SPEAKER:
        words.pop()
    return " ".join(words)


def _without_titles(name: str) -> str:
    """Return a person's name without titles such as "Prime Minister" or "Commerce Secretary"."""
    words = name.split()
    for place in range(len(words) - 2, -1, -1):
        if _TITLE.fullmatch(words[place]) and not _is_name_of_body(" ".join(words[place + 1 :])):
            words = words[place + 1 :]
            break
    if _is_name_of_body(" ".join(words)):
        return " ".join(words)
    while len(words) > 1 and (words[0].lower() in GRAMMAR - _PARTICLE_WORDS or is_date(words[0])):
        words = words[1:]
    # "Vice President of U.S. Government Relations Allen Thompson".
    return " ".join(words if len(words) <= _LONGEST_NAME else words[-2:])


def _is_name_of_body(name: str) -> bool:
    return bool(IS_BODY.search(name) or _BODY.search(name))


def _is_body(speaker: str, people: Container[str]) -> bool:
    """Return True if a speaker is a body or a paper and not a person; `people` are known persons."""
    if not speaker or speaker in people:
        return False
    if _NAME.fullmatch(speaker):
        return " " not in speaker or _is_name_of_body(speaker)
    return bool(_BODY.search(_OF.split(speaker, maxsplit=1)[0]))
