"""Follow-ups: "when will that happen?" becomes a question that can be searched for without the chat.

Rules of English, and the articles that the last answer rests on, decide whether a question is a follow-up: a word that
those articles do not have opens a new topic. A follow-up is joined to the subject of the question before it. The
reader sees the result and can change it.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.text.terms import STOP_WORDS, content_terms, terms
from rag.answering.models import Standalone
from rag.language.lexicon import AUXILIARIES, FILLERS, PREPOSITIONS, REPORTING, TIMES

# Earlier questions that are looked at, or shown to a model.
MOST_EARLIER = 3
# A question longer than this says what it is about.
_LONGEST_FOLLOW_UP = 300  # characters
_LONGEST_SUBJECT = 120  # characters
_MOST_SUBJECT_WORDS = 12
# With more terms of its own than this, a question is complete, unless it points back ("it", "and …?").
_MOST_OWN_TERMS = 4
# A question that shares so many terms with the one before repeats its subject, and needs no other.
_REPEATED = 2
# At least this share of the words is English grammar, or the rules do not apply.
_LEAST_GRAMMAR = 1 / 3

_QUESTION_WORDS = frozenset("what when where which who whom whose why how".split())
_PERSONS = frozenset("he she him her his hers they them their theirs".split())
# "Was anyone hurt?" is about those who were mentioned.
_ANYBODY = frozenset("anybody anyone everybody everyone nobody somebody someone".split())
_GRAMMAR = STOP_WORDS | AUXILIARIES | PREPOSITIONS | FILLERS
_TIME_TERMS = frozenset(term for word in TIMES for term in terms(word))
# "the deal", "the article": words for whatever was mentioned before.
_SHELL_NOUNS = frozenset(
    """accord agreement announcement article attack case change claim deal decision delay event incident issue matter
    measure move news outcome plan problem project proposal reason report situation statement story topic
    vote""".split()
)
_OPENINGS = frozenset("and but also or so plus because".split())
_OPENING_PAIRS = frozenset(
    {
        *(("what", "about"), ("how", "about"), ("what", "of"), ("more", "about"), ("more", "on"), ("tell", "more")),
        *((word, "else") for word in "what who where when why how anything anyone anybody".split()),
    }
)
# "ok, and the fares?"
_GREETINGS = frozenset("hello hi no ok okay sure thank thanks well yes me you please".split())
# "it" that refers to nothing: the weather, the hour, "is it true that …", "does it take … to …".
_EMPTY_IT = re.compile(
    r"""\bit\b(?:'s|\s+is|\s+was|\s+been|\s+be|\s+ever|\s+still)*\s+(?:rain|snow|hail|freez|thunder)
    | \b(?:time|day|date|late)\s+(?:is|was)\s+it\b
    | (?:\b(?:is|was|be)\s+it|\bit(?:'s|\s+is|\s+was))\s+(?:\S+\s+){1,3}?(?:that|whether|if|who)\b
    | (?:\b(?:is|was|be)\s+it|\bit(?:'s|\s+is|\s+was))\s+(?:\S+ly\s+)?
      (?:possible|impossible|hard|difficult|easy|safe|legal|illegal|necessary|important|wise|worth|better|best)\b
      (?=.*\b(?:to|for|in)\b)
    | \bit\s+(?:take|takes|took|cost|costs)\s.*?\bto\s""",
    re.VERBOSE,
)
_EDGES = " \t\r\n.,;:!?…¿¡\"“”„«»()[]{}<>*_`'‘’-–—"
_SENTENCE_END = (".", "?", "!", ":", ";", "…")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A question of the chat that was answered, and the words of the articles that its answer rests on."""

    searched_as: str
    subject: str  # what its own search took over from an earlier one; "" if it needed none
    terms: frozenset[str]  # `index.text.terms.terms` of the articles' headings and passages


@dataclass(frozen=True, slots=True)
class _Word:
    text: str  # as typed, without the punctuation around it
    key: str  # lower case, without 's, 'll and the like
    place: int  # among the words of its question
    start: int  # its first character in the question
    leads: bool  # it begins a sentence, so that its capital says nothing

    @property
    def terms(self) -> frozenset[str]:
        return frozenset(terms(self.key))

    @property
    def is_grammar(self) -> bool:
        return self.key in _GRAMMAR


def carry_over(question: str, before: Sequence[Earlier]) -> Standalone:
    """Return `question` as one that needs no chat; `before` are the questions answered so far, oldest first.

    The latest question that it follows gives the subject, so a chat can return to a subject that it left.

    >>> fentanyl = Earlier("what was agreed on fentanyl precursors?", "", frozenset({"fentanyl", "precursor"}))
    >>> carry_over("when will that happen?", [fentanyl]).question
    'when will that happen? (agreed on fentanyl precursors)'
    >>> carry_over("What caused the rail strike?", [fentanyl]).question
    'What caused the rail strike?'
    """
    for earlier in reversed(before[-MOST_EARLIER:]):
        subject = earlier.subject or _subject(earlier.searched_as)
        missing = frozenset(terms(subject)) - frozenset(terms(question))
        if missing and is_follow_up(question, earlier):
            return Standalone(f"{' '.join(question.split())} ({subject})", subject)
        if not _own_terms(_words(question)):
            break  # it has no word of its own, so it can only follow the question just before
    return Standalone(question, "")


def is_follow_up(question: str, earlier: Earlier) -> bool:
    """Return True if `question` cannot be understood without `earlier`.

    >>> ferries = Earlier("Which ferries will be replaced?", "", frozenset(terms("The ferries' fares will not rise")))
    >>> [is_follow_up(question, ferries) for question in ("And the fares?", "Why?", "And the strike?")]
    [True, True, False]
    """
    words = _words(question)
    if len(question) > _LONGEST_FOLLOW_UP or not _is_english(words):
        return False
    own = _own_terms(words)
    if not own:
        return not _EMPTY_IT.search(_lower(words)) and not all(word.key in _GREETINGS for word in words)
    foreign = [word for word in _names(words) if not word.terms & earlier.terms]
    # Phrases that are new to the articles, such as "the strike".
    strange = [phrase for phrase in _phrases(words) if not _known(phrase, earlier)]
    if any(_points_back(words, word.place, foreign, strange) for word in words):
        return True
    if foreign or strange:
        return False
    held = frozenset(term for term in own if term in earlier.terms or term in _TIME_TERMS or term[0].isdecimal())
    if _is_elliptic(words):
        return 2 * len(held) >= len(own)
    repeated = own & frozenset(content_terms(earlier.searched_as))
    if _names(words) or len(repeated) >= _REPEATED:
        return False
    if any(_phrases(words, {"the"})):
        return len(own) <= _MOST_OWN_TERMS
    if any(word.key in _ANYBODY for word in words) and len(own) == 1:
        return True
    return held == own and (len(own) == 1 or words[0].key == "how") and not _asks_what_is(words)


def is_asking(text: str) -> bool:
    """Return True if the text asks: by its mark, or by its first word."""
    words = _words(text)
    return text.rstrip(_EDGES.replace("?", "")).endswith(("?", "？", "؟")) or (
        bool(words) and words[0].key in _QUESTION_WORDS | AUXILIARIES
    )


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    leads = True
    for piece in re.finditer(r"\S+", text):
        bare = piece.group().strip(_EDGES)
        if bare:
            lower = bare.casefold().replace("’", "'")
            key = lower if lower in _GRAMMAR else lower.split("'")[0] or lower
            start = piece.start() + piece.group().index(bare)
            words.append(_Word(bare, key, len(words), start, leads))
            leads = False
        leads = leads or piece.group().rstrip("\"'”’)").endswith(_SENTENCE_END)
    return words


def _lower(words: Sequence[_Word]) -> str:
    return " ".join(word.text.casefold().replace("’", "'") for word in words)


def _is_english(words: Sequence[_Word]) -> bool:
    return bool(words) and sum(word.is_grammar for word in words) >= _LEAST_GRAMMAR * len(words)


def _own_terms(words: Sequence[_Word]) -> frozenset[str]:
    return frozenset(term for word in words if not word.is_grammar for term in word.terms)


def _names(words: Sequence[_Word]) -> list[_Word]:
    later = [word for word in words if not word.leads]
    if any(word.is_grammar and word.text[0].isupper() for word in later if word.key != "i"):
        return []  # A Title, or SHOUTING: capitals mean nothing
    return [word for word in later if word.text[0].isupper() and not word.is_grammar and word.key not in TIMES]


def _phrases(words: Sequence[_Word], determiners: Collection[str] = frozenset({"the", "a", "an"})) -> list[list[_Word]]:
    """Return the words after each determiner, up to the next word of grammar."""
    phrases: list[list[_Word]] = []
    for determiner in words:
        if determiner.key in determiners:
            phrase: list[_Word] = []
            for word in words[determiner.place + 1 :]:
                if word.is_grammar:
                    break
                phrase.append(word)
            if phrase and not all(word.key in TIMES for word in phrase):
                phrases.append(phrase)
    return phrases


def _known(phrase: Sequence[_Word], earlier: Earlier) -> bool:
    return any(word.terms & earlier.terms for word in phrase) or phrase[0].key in _SHELL_NOUNS


def _is_elliptic(words: Sequence[_Word]) -> bool:
    """Return True if the question opens as the continuation of another one."""
    keys = [word.key for word in words]
    while keys and keys[0] in _GREETINGS:
        keys = keys[1:]
    if not keys:
        return False
    if (
        keys[0] in _OPENINGS
        or tuple(keys[:2]) in _OPENING_PAIRS
        or tuple(k for k in keys[:3] if k != "me") in _OPENING_PAIRS
    ):
        return True
    return keys[0] in PREPOSITIONS and not any(key in AUXILIARIES for key in keys)


def _asks_what_is(words: Sequence[_Word]) -> bool:
    """Return True for "who is doval?", typed without capitals, and False for "who was arrested?"."""
    first, *rest = words
    return first.key in {"who", "what"} and ("'" in first.text.replace("’", "'") or rest[0].key in {"is", "are"})


def _points_back(
    words: Sequence[_Word], place: int, foreign: Sequence[_Word], strange: Sequence[Sequence[_Word]]
) -> bool:
    """Return True if the word refers to something outside its question."""
    word = words[place]
    named_before = any(name.place < place for name in foreign) or any(phrase[-1].place < place for phrase in strange)
    if word.key in _PERSONS | {"its"}:
        return not any(name.place < place for name in _names(words)) and not any(
            phrase[-1].place < place for phrase in _phrases(words)
        )
    if word.key == "it":
        # "it" is often empty; a name that is new to the articles means that the topic is new too.
        return not (named_before or foreign or _EMPTY_IT.search(_lower(words)))
    return not named_before and _is_demonstrative(words, place)


def _is_demonstrative(words: Sequence[_Word], place: int) -> bool:
    key = words[place].key
    before = words[place - 1].key if place else ""
    after = words[place + 1].key if place + 1 < len(words) else ""
    match key:
        case "this" | "these":
            return after not in TIMES
        case "those":
            return after not in {"who", "whose", "which", "that", "of", "with", "in"}
        case "that":
            return _is_pointing_that(words, place, before, after)
        case "there" | "here":
            return not after or (before not in AUXILIARIES and after not in AUXILIARIES and bool(before))
        case "then":
            return not after or place <= 1
        case "so" | "one" | "ones":
            return not after and bool(before)
        case _:
            return False


def _is_pointing_that(words: Sequence[_Word], place: int, before: str, after: str) -> bool:
    """Return True for "will that happen" and "who attended that meeting", False for "the plan that failed"."""
    if not after or not before:
        return True
    if before in REPORTING:
        return False
    if before in AUXILIARIES | PREPOSITIONS | _QUESTION_WORDS | _OPENINGS:
        return True
    return place >= 2 and words[place - 2].key in _QUESTION_WORDS


def _subject(searched_as: str) -> str:
    """Return what a question is about: without its question words, auxiliaries and fillers.

    >>> [_subject(question) for question in ("what was agreed on fentanyl precursors?", "Who is Nathalie Drouin?")]
    ['agreed on fentanyl precursors', 'Nathalie Drouin']
    """
    words = _words(searched_as)
    if len(words) > 2 and words[0].key == "how" and words[2].key in AUXILIARIES:
        words = words[2:]  # "how high did"
    kept = [word for word in words if word.key not in AUXILIARIES or _is_capital(word)]
    while kept and kept[0].is_grammar and not _is_capital(kept[0]):
        kept = kept[1:]
    while kept and kept[-1].is_grammar and not _is_capital(kept[-1]):
        kept = kept[:-1]
    if len(kept) > _MOST_SUBJECT_WORDS:
        kept = [word for word in kept if not word.is_grammar][:_MOST_SUBJECT_WORDS]
    subject = " ".join(word.text for word in kept)
    return subject if len(subject) <= _LONGEST_SUBJECT else subject[:_LONGEST_SUBJECT].rpartition(" ")[0]


def _is_capital(word: _Word) -> bool:
    """Return True if a word of grammar is written as a name: "Who is Will Smith?"."""
    return not word.leads and word.text[0].isupper() and word.text != "I"
