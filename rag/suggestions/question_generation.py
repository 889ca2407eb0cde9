"""Questions: what an article answers, put as questions by rules of English.

Each rule reads one sentence and knows one way in which news tells something: who did what
("agreed to …"), to whom, for how much, how many, when and why; who said something about
what; who somebody is. The words of the question are the sentence's own, and what is asked
for is what the sentence goes on with. A rule that is not sure makes no question.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from index.text.articles import Article
from index.text.sentences import split_sentences
from index.text.spans import Span
from index.text.terms import without_unseen
from rag.language.lexicon import MORE_ROLES, ROLES, SAYING, THINGS, TITLES, WENT
from rag.language.names import CAPITALISED
from rag.language.person_names import IS_BODY
from rag.suggestions.complements import (
    NAME_ENDS,
    RUN,
    SOMETIME,
    asks_for,
    comes_with,
    comes_with_money,
    counted_things,
    deed,
    done_before_time,
    ends_there,
    is_thing,
    may_be_thing,
)
from rag.suggestions.noun_phrases import Nouns, is_prose, is_vague, read_nouns
from rag.suggestions.verb_frames import Doing, is_done_to, past_of_deeds, read_coming_about, read_doing

LONGEST_SUGGESTION = 70  # characters
# News tells first what matters.
_CHARACTERS_READ = 20_000
_SENTENCES_READ = 60
_LONGEST_SENTENCE = 500  # characters
_SHORTEST_PREDICATE = 3  # words

# What a kind of question is worth to somebody who looks for something to ask.
_WORTH: Mapping[str, float] = {
    "what": 10,
    "how much": 10,
    "how many": 9,
    "why": 9,
    "who": 9,
    "when": 7,
    "say": 7,
    "where": 6,
    "ever": 5,  # what is always so
    "is": 3,
    "said": 1,
}
_ON_THE_TITLE = 3.0
_FURTHER_DOWN = 0.15  # for each sentence before it
# A question worth less than this asks for little.
POOR = 4.0

_QUESTION = re.compile(r"[A-Z][^\W_]*(?:\s[^\W_]+(?:[.'’&-][^\W_]+)*\.?)+\?")
_DOTTED = "Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Sgt|Capt|Rev|St"
_TITLE_DOT = re.compile(rf"\b({_DOTTED})\.(?=\s)")
_INITIAL_DOT = re.compile(r"(?<![.\w])([A-Z])\.(?=\s[A-Z])")
_BARE_INITIAL = re.compile(rf"\b([A-Z]|{_DOTTED})\s([A-Z][\w'’-]+)")
_OPENER = re.compile(
    r"(?:(?:But|And|So|Yet|Also),?\s)?(?:(?:However|Meanwhile|Instead|Earlier|Separately|Additionally|Yesterday|Today)"
    r"|(?:Earlier|Late|Early)?\s?(?:[Ll]ast|[Tt]his) (?:week|month|year|night)"
    r"|(?:In|At|On|After|During|As|For|With|Under|By|From|Since|Following)\s[^,\"]{3,60}(?=,)),?\s|(?:But|And|So|Yet)\s"
)
_CLAUSE_STARTS = re.compile(r"[,;]\s(?:(?:and|but|while|although|because|as|after|when)\s)?")
_APPOSITION = re.compile(r"(?P<who>[^,]+),\s(?P<other>[^,]{2,80}),")
_WHOM = rf"(?P<whom>(?:(?:the|its|their|all)\s)?(?:[\d,]+\s)?(?:[a-z]+\s)?[a-z]{{3,}}s|(?P<the>the\s)?(?P<name>{RUN}))"
_EXPECTED = re.compile(
    r"\s(?:(?:also|now|still)\s)?(?P<lead>is|are|was|were)\s(?:(?:also|now|still)\s)?"
    r"(?P<how>expected|set|due|scheduled|likely|going|planning|hoping|preparing|trying|required|allowed|forced|ordered"
    r"|asked|told|urged|willing|unable|ready|seeking)\s(?=to\s(?!be\b|have\b|become\b))(?P<follows>.*)"
)
_HAPPENED_TO = re.compile(
    r"\s(?P<lead>was|were|is|are|has been|have been|will be)\s"
    r"(?:(?:also|now|officially|formally|first|later|initially)\s)?"
    r"(?P<verb>[a-z]+(?:ed|en)|born|built|held|sold|shot|found|won|made|set|put|hit|shut)\s(?P<follows>.*)"
)
_STATES = frozenset(
    "interested based used supposed involved located concerned filled handed even often then when".split()
)
_PREDICATE_ENDS = re.compile(
    rf"[,.;:\"()]|\s(?:{SOMETIME}|after|when|while|because|before|as|amid|during|since|where|which|who|that|but|if|so"
    r"|until|although|though|and\s[a-z]|following|despite|unless|whose|what|how|over the|for the first|saying"
    r"|according)(?!\w)"
)
_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|him|her|his|hers|its|them|their|this|these|those|there|we|our|us|i|my|me|you|your|one|other"
    r"|others|another|former|latter|such|not|also|itself|himself|herself|themselves|then|here|same)\b",
    re.IGNORECASE,
)
_LEFT_OPEN = re.compile(
    r"\b(?:the|an?|of|in|on|at|to|for|with|by|from|and|or|been|be|was|were|has|have|had|will|about|first|second|third"
    r"|own|so|late|early|\w+ly)$"
)
_SAID = rf"(?:{'|'.join(SAYING)})"
_SAYS_BEFORE = re.compile(
    rf"(?P<opens>[^\"]{{0,80}}?)(?P<who>{RUN})(?:,\s[^,\"]{{2,80}},)?\s(?:(?:has|had|also)\s)?"
    rf"(?:(?:said|says|told\s(?:reporters|{RUN}))\s(?:(?:on\s)?{SOMETIME}\s|in a statement\s)?(?:that\s)?"
    rf"|{_SAID}\s(?:(?:on\s)?{SOMETIME}\s)?that\s)"
    r"(?P<spoken>(?:the|an?|there|it|he|she|they|we|his|her|its|their|this|these|no|some|[a-z]+s|[A-Z])\b.*)"
)
_SAYS_AFTER = re.compile(
    rf"(?P<spoken>.+?),\"?\s(?:(?P<opens>[^,\"]{{0,60}}?)(?P<who>{RUN})\s{_SAID}"
    rf"|(?:said|says|according to)\s(?P<role>[^,\"]{{0,60}}?)(?P<other>{RUN}))(?=[.,]|\s(?:in|on|at|during|to)\b)"
)
_AGREED_BY_ALL = re.compile(r"\b[Ii]t was (?P<verb>agreed|announced|decided|confirmed|revealed) that\s(?P<spoken>.*)")
_ROLE = rf"(?:{ROLES}|{'|'.join(MORE_ROLES.split())})"
_ONLY_A_ROLE = re.compile(rf"(?!.*\b(?:for|to|by|and)\b).*\b{_ROLE}$", re.IGNORECASE)
_TWO_OR_THREE = rf"{CAPITALISED}(?:\s{CAPITALISED}){{1,2}}"
_WHO_IS = re.compile(
    rf"(?P<who>{_TWO_OR_THREE}),\s(?:who\s(?:is|was)\s)?(?=[a-z]|[A-Z]{{2,}}|{CAPITALISED}['’]s\s)"
    r"(?:(?!who\b|which\b|had\b|has\b|was\b|is\b|would\b|[a-z]+ed\b)[\w'’-]+\s){0,6}?"
    rf"(?i:{_ROLE})\b"
    rf"|\b(?i:{_ROLE})\s(?P<other>{_TWO_OR_THREE})\b(?!\s[a-z]{{2,3}}\s[A-Z]|\.?\s[A-Z])"
)
_WHAT_IS = re.compile(
    r"\s(?:is|was)\s(?:an?|the|one of the)\s(?:(?!who\b|which\b|that\b|and\b|of\b|in\b|for\b)[\w'’-]+\s){0,4}?"
    rf"(?:{'|'.join(THINGS.split())})s?"
    r"(?=[.,;]|\s(?:that|which|for|of|in|based|founded|run|owned|behind|from|with|to|used|designed)\b)"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that one sentence of an article should answer."""

    text: str
    kind: str  # what it asks for: a key of `_WORTH`
    sentence: Span
    worth: float  # higher is better


def questions_of(article: Article) -> list[Question]:
    """Return the questions that the rules make of an article, best first.

    Every one is at most `LONGEST_SUGGESTION` characters on one line, of letters, figures and
    the marks that stand inside words. That a sentence answers it is not known yet.
    """
    body = Span(article.body.start, min(article.body.end, article.body.start + _CHARACTERS_READ))
    spans = split_sentences(article.text, body)[:_SENTENCES_READ]
    sentences = [_plain(span.cut(article.text)) for span in spans]
    nouns = read_nouns(article.title, sentences)
    made: dict[str, Question] = {}
    for place, (span, sentence) in enumerate(zip(spans, sentences, strict=True)):
        for kind, plain in _asked_by(sentence, nouns):
            text = _with_dots(plain, article.text)
            if len(text) <= LONGEST_SUGGESTION and _QUESTION.fullmatch(text):
                worth = _WORTH[kind] + _ON_THE_TITLE * nouns.names.heads(text) - _FURTHER_DOWN * place
                made.setdefault(text, Question(text, kind, span, worth))
    return sorted(made.values(), key=lambda question: -question.worth)


def _plain(sentence: str) -> str:
    """Return a sentence without what the rules would stumble over: line ends, curly quotes, dots inside names."""
    text = " ".join(without_unseen(sentence).split()).replace("“", '"').replace("”", '"')
    return _INITIAL_DOT.sub(r"\1", _TITLE_DOT.sub(r"\1", text))


def _with_dots(text: str, written: str) -> str:
    """Put the dots of initials and titles back where the article has them."""

    def dotted(found: re.Match[str]) -> str:
        return f"{found[1]}. {found[2]}" if f"{found[1]}. {found[2]}" in written else found.group()

    return _BARE_INITIAL.sub(dotted, text)


def _asked_by(sentence: str, nouns: Nouns) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each question that a sentence answers."""
    if len(sentence) > _LONGEST_SENTENCE or not is_prose(sentence):
        return
    opened = _OPENER.sub("", sentence, count=1)
    for clause in _clauses(opened, nouns):
        yield from _of_what_was_done(clause, nouns)
        yield from _of_what_was_expected(clause, nouns)
        yield from _of_what_happened(clause, nouns)
        yield from _of_what_came_about(clause, nouns)
    yield from _of_whoever(opened, nouns)
    yield from _of_how_many(opened, nouns)
    yield from _of_what_was_said(opened, nouns)
    yield from _of_who_it_is(sentence, nouns)


def _clauses(sentence: str, nouns: Nouns) -> Iterator[str]:
    """Yield the parts of a sentence that may have a subject and a verb."""
    if sentence.startswith('"'):
        return
    yield sentence
    if said := _SAYS_BEFORE.match(sentence):
        speaker = nouns.names.name(said["who"])
        pronoun, _, rest = said["spoken"].partition(" ")
        if pronoun.lower() not in ("it", "he", "she"):
            yield said["spoken"]
        elif speaker and (pronoun.lower() == "it") != nouns.names.is_person(speaker):
            # "Said it had signed" is said of what has been signed.
            rest = re.sub(r"^had\b", "has", re.sub(r"^was(?=\s\w+ing\b)", "is", rest))
            yield f"{speaker} {rest}"
    yield from _CLAUSE_STARTS.split(sentence)[1:]


def _subject(before: str, nouns: Nouns, *, placed: bool = False) -> str:
    """Return whom a clause is about, from what stands before its verb."""
    if apposition := _APPOSITION.fullmatch(before):
        before = apposition["other" if _is_role(apposition["who"]) else "who"]
    return nouns.subject(before, placed=placed)


def _of_what_was_done(clause: str, nouns: Nouns) -> Iterator[tuple[str, str]]:
    for doing in read_doing(clause):
        subject = _subject(doing.before, nouns)
        in_place = subject or _subject(doing.before, nouns, placed=True)
        ever = doing.lead == "does"
        # In "United's famous faces" nobody faces anything.
        if not in_place or (ever and (re.search("['’]s ", in_place) or nouns.names.is_person(in_place))):
            continue
        for frame in doing.verb.frames:
            for kind, opening, ending in _going_on(frame, doing, nouns):
                if subject or ending.startswith("in "):
                    words = f"{opening} {doing.lead} {in_place} {doing.tail} {ending}"
                    yield "ever" if ever else kind, " ".join(words.split()) + "?"
            if subject and (who := _who_did(frame, doing, subject, nouns)):
                yield "who", f"Who {who}?"


def _going_on(frame: str, doing: Doing, nouns: Nouns) -> Iterator[tuple[str, str, str]]:
    """Yield kind, opening words and last words of a question where the sentence goes on as the frame says."""
    follows, mark, word = doing.follows, frame[0], frame[1:]
    if doing.passive:
        yield from _going_on_passive(frame, follows)
    elif mark == "@":
        yield from (("what", "What", ending) for ending in _to_whom(follows, word, nouns))
    elif frame == "to":
        yield from (("what", "What", ending) for ending in _deeds(follows))
    elif frame == "that" and re.match(rf"(?:(?:on\s)?{SOMETIME}\s)?that\s", follows):
        yield "what", "What", ""
    elif mark in "*+~" and (mark != "~" or doing.tail.endswith("ing")) and is_thing(follows, or_name=mark == "+"):
        yield "what", "What", _place(follows, nouns)
    elif mark == "-" and comes_with(follows, word):
        yield "what", "What", word
    elif frame == "$" and comes_with_money(follows):
        yield "how much", "How much", ""
    elif frame == "#" and (things := _things(follows)):
        yield "how many", f"How many {things}", ""


def _things(follows: str) -> str:
    things, after = counted_things(follows)
    return things if ends_there(after) else ""


def _going_on_passive(frame: str, follows: str) -> Iterator[tuple[str, str, str]]:
    if frame == "=*" and is_thing(follows):
        yield "what", "What", ""
    elif frame == "=$" and comes_with_money(follows):
        yield "how much", "How much", ""
    elif re.fullmatch(r"=\w+", frame) and comes_with(follows, frame[1:]):
        yield "what", "What", frame[1:]


def _deeds(follows: str) -> Iterator[str]:
    """Yield what ends a question for a deed: "to establish" where it is done to something, and "to do"."""
    to_do, after = deed(follows)
    if to_do and is_done_to(to_do.removeprefix("to "), name=after[:1].isupper()) and may_be_thing(after):
        yield to_do
    if to_do:
        yield "to do"


def _to_whom(follows: str, word: str, nouns: Nouns) -> Iterator[str]:
    """Yield "Google of" for "Google of spying", "voters to do" for "voters to stay away"."""
    found = re.match(rf"{_WHOM}\s(?={word})(?P<rest>.*)", follows)
    if not found or (found["name"] is None and word == '"'):
        return
    whom = found["whom"]
    if found["name"]:
        name = nouns.names.name(found["name"])
        whom = f"the {name.removeprefix('the ')}" if found["the"] and name else name
    if not whom or not re.match(rf"{word}(?!\w)", found["rest"]):
        return
    if word == "to":
        yield from (f"{whom} {ending}" for ending in _deeds(found["rest"]))
    else:
        kept_from_doing = word == "from" and re.match(r"from\s\w+ing\b", found["rest"])
        yield f"{whom} {'from doing' if kept_from_doing else word}".rstrip(' "')


def _who_did(frame: str, doing: Doing, subject: str, nouns: Nouns) -> str:
    """Return what follows "Who" where the sentence tells who did something: "bought Twitter", "founded the bank"."""
    verb = doing.verb
    if frame == "by" and doing.passive and re.match(rf"by\s(?:the\s)?{RUN}", doing.follows):
        return f"{verb.third if doing.lead in ('is', 'are') else verb.past} {subject}"
    if frame == "who" and not doing.passive and doing.lead in ("did", "has", "have"):
        found = re.match(rf"(?P<the>the\s)?(?P<year>\d{{4}}\s)?(?P<name>{RUN})(?!\sto\b){NAME_ENDS}", doing.follows)
        if found and (name := nouns.names.name(found["name"]).removeprefix("the ")):
            return f"{verb.past} {found['the'] or ''}{found['year'] or ''}{name}"
    return ""


def _place(follows: str, nouns: Nouns) -> str:
    """Return the place, with its preposition, that comes after what was done."""
    found = re.match(rf"(?:[a-z0-9'’-]+\s){{1,6}}?in\s(?P<the>the\s)?(?P<name>{RUN}){NAME_ENDS}", follows)
    name = nouns.names.name(found["name"]) if found else ""
    return f"in {found['the'] or ''}{name.removeprefix('the ')}" if found and name else ""


def _of_what_was_expected(clause: str, nouns: Nouns) -> Iterator[tuple[str, str]]:
    found = _EXPECTED.search(clause)
    if found and (subject := _subject(clause[: found.start()], nouns)):
        yield from (("what", f"What {found['lead']} {subject} {found['how']} {to}?") for to in _deeds(found["follows"]))


def _of_what_happened(clause: str, nouns: Nouns) -> Iterator[tuple[str, str]]:
    found = _HAPPENED_TO.search(clause)
    if found and found["verb"] not in _STATES and (subject := _subject(clause[: found.start()], nouns)):
        lead, _, been = found["lead"].partition(" ")
        kind, word = asks_for(found["follows"])
        if kind:
            yield kind, " ".join(f"{word} {lead} {subject} {been} {found['verb']}".split()) + "?"


def _of_what_came_about(clause: str, nouns: Nouns) -> Iterator[tuple[str, str]]:
    coming = read_coming_about(clause)
    if not coming or not (subject := _subject(coming.before, nouns)):
        return
    kind, word = asks_for(coming.follows)
    if kind and coming.alone:
        yield kind, f"{word} {coming.lead} {subject} {coming.tail}?"
    done, time = done_before_time(coming.follows)
    kind, word = asks_for(time)
    if done and kind and _is_clear(done, nouns):
        yield kind, f"{word} {coming.lead} {subject} {coming.tail} {done}?"


def _of_how_many(sentence: str, nouns: Nouns) -> Iterator[tuple[str, str]]:
    things, follows = counted_things(sentence)
    if things and (does := _predicate(follows.strip(), nouns)):
        yield "how many", f"How many {things} {does}?"


def _of_whoever(sentence: str, nouns: Nouns) -> Iterator[tuple[str, str]]:
    found = re.match(rf"(?P<who>{RUN})(?:,\s[^,\"]{{2,80}},)?\s(?P<does>.*)", sentence)
    name = nouns.names.name(found["who"]) if found else ""
    if found and " " in name and nouns.names.is_person(name):
        does = _predicate(found["does"], nouns)
        if does and set(name.split()).isdisjoint(does.split()):
            yield "who", f"Who {does}?"


@cache
def _does() -> re.Pattern[str]:
    return re.compile(
        rf"(?:was|were|has|have|had|will)\s[a-z]+|(?:{'|'.join((*past_of_deeds(), *WENT.split()))})(?=\s)"
    )


def _predicate(does: str, nouns: Nouns) -> str:
    """Return a verb and what belongs to it, where it names somebody or something and is clear by itself."""
    if not _does().match(does):
        return ""
    end = _PREDICATE_ENDS.search(does)
    cut = does[: end.start()] if end else does
    names_something = bool(re.search(RUN, cut)) and len(cut.split()) >= _SHORTEST_PREDICATE
    return cut if names_something and _is_clear(cut, nouns) else ""


def _is_clear(words: str, nouns: Nouns) -> bool:
    """Tell whether words can be read without the article: no pronoun, no name cut short, nothing left open."""
    unclear = _PRONOUN.search(words) or _LEFT_OPEN.search(words) or is_vague(words)
    return not unclear and all(nouns.names.is_whole(run) for run in re.findall(RUN, words))


def _of_what_was_said(sentence: str, nouns: Nouns) -> Iterator[tuple[str, str]]:
    if agreed := _AGREED_BY_ALL.search(sentence):
        for topic in filter(str.islower, nouns.topics(agreed["spoken"], apart_from="")[:2]):
            yield "say", f"What was {agreed['verb']} about {topic}?"
    found = (not sentence.startswith('"') and _SAYS_BEFORE.match(sentence)) or _SAYS_AFTER.match(sentence)
    if not found:
        return
    said = found.groupdict()
    opens, who = said["opens"] or said.get("role") or "", said["who"] or said["other"]
    name = nouns.names.name(who) if not opens.strip(" ,") or _is_role(opens) else ""
    if " " in name or name.isupper():
        for topic in nouns.topics(said["spoken"], apart_from=name)[:2]:
            yield "say", f"What did {name} say about {topic}?"
        yield "said", f"What did {name} say?"


def _is_role(text: str) -> bool:
    """Tell whether what stands beside a name only says who it is: "MEA spokesperson", "Its chair,"."""
    return bool(_ONLY_A_ROLE.fullmatch(text.strip(" ,")))


def _of_who_it_is(sentence: str, nouns: Nouns) -> Iterator[tuple[str, str]]:
    for found in _WHO_IS.finditer(sentence):
        name = nouns.names.name(found["who"] or found["other"])
        is_person = " " in name and not name.startswith("the ") and not IS_BODY.search(name)
        if is_person and name.split()[-1].lower() not in TITLES and nouns.names.comes_back(name):
            yield "is", f"Who is {name}?"
    if defined := _WHAT_IS.search(sentence):
        subject = nouns.subject(sentence[: defined.start()])
        if subject and all(word[0].isupper() for word in subject.removeprefix("the ").split()):
            yield "is", f"What is {subject}?"
