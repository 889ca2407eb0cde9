"""Follow-ups: "when will that happen?" becomes a question that can be searched for without the chat.

Rules of English, and the articles that the last answer rests on, decide whether a question is a follow-up: a word that
those articles do not have opens a new topic. A follow-up is joined to the subject of the question before it. The
reader sees the result and can change it.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.text.terms import STOP_WORDS, terms
from rag.answering.models import Standalone
from rag.language.lexicon import AUXILIARIES, FILLERS, PAST_FORMS, PREPOSITIONS, REPORTING, TIMES

# Earlier questions that are looked at, or shown to a model.
MOST_EARLIER = 3
# A question longer than this says what it is about.
_LONGEST_FOLLOW_UP = 300  # characters
_LONGEST_SUBJECT = 120  # characters
_MOST_SUBJECT_WORDS = 12
# With more terms of its own than this, a question is complete, unless it points back ("it", "and …?").
_MOST_OWN_TERMS = 3
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
_VAGUE = frozenset("big first former last latest main new next old other second whole".split())
_OPENINGS = frozenset("and but also or so plus because".split())
_OPENING_PAIRS = frozenset(
    {
        ("what", "about"),
        ("how", "about"),
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
      (?:not\s+)?(?:possible|impossible|hard|difficult|easy|safe|legal|illegal|necessary|important|wise|worth|better|best)\b
      (?=.*\b(?:to|for|in)\b)
    | \bit\s+(?:take|takes|took|cost|costs)\s.*?\bto\s""",
    re.VERBOSE,
)
# "More", "go on" and "are you sure?" ask the question before once more.
_AGAIN = re.compile(
    r"""(?:(?:and|but|so|ok|okay|yes|no|thanks|oh|well|please|can\ you|could\ you)\s)*
    (?:more|(?:tell|give|show)\sme\smore|go\son|continue|really|(?:are\syou\s)?(?:really\s|quite\s)?sure)
    (?:\splease)?""",
    re.VERBOSE,
)
# "Why?" asks for the reason of what the question before asks about.
_BARE = re.compile(
    r"(?:(?:and|but|so|ok|okay|yes|no|thanks|oh|well)\s)*(why|how|when|where)(?:\s(?:exactly|so|though))?"
)
# In "when did the ferry sink?" another such word can take the place of "when".
_ADVERB_FIRST = re.compile(rf"\s*(?:why|how|when|where)(?::\s+|\s+(?=(?:{'|'.join(AUXILIARIES)})\b))", re.IGNORECASE)
# "I meant the purchase loan" makes the question before clearer.
_CLEARER = re.compile(
    r"(?:(?:no|sorry|oh|yes|and|but)\s)*i(?:'m|\sam|\swas)?\s(?:mean|meant|asking|talking|referring)\b"
)
_DOING = frozenset("do does did done doing".split())
_ARTICLES = frozenset("the a an".split())
_DETERMINERS = _ARTICLES | frozenset("my your his her its our their this that these those any some no".split())
_LINKS = frozenset("and or of".split())
_WITHIN_PHRASES = (
    _ARTICLES | _LINKS | PREPOSITIONS - {"to"} | frozenset("his her their most more own other same".split())
)
# Words that a verb, or a predicate such as "missing", comes after.
_NOMINATIVES = frozenset("i we you".split())
_BEFORE_VERBS = frozenset("i we you he she they it who to too very still so not".split())
_INVERTING = frozenset("do does did will would can could shall should may might must".split())
# Prepositions that lead a subject as they led it in its own question.
_PLACING = frozenset("in on at during".split())
_PAST = re.compile(r"(?:\w{4}|\w[^\We])ed$")
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
    end: int
    leads: bool  # it begins a sentence, so that its capital says nothing

    @property
    def terms(self) -> frozenset[str]:
        return frozenset(terms(self.key))

    @property
    def is_grammar(self) -> bool:
        return self.key in _GRAMMAR


def carry_over(question: str, before: Sequence[Earlier]) -> Standalone:
    """Return `question` as one that needs no chat; `before` are the questions answered so far, oldest first.

    The latest question that it follows gives the subject, so a chat can return to a subject that it left. "More" and
    "Are you sure?" ask the question before again, "And in Benmore?" asks it of another place.

    >>> bridge = Earlier("How many people died in the Harlow bridge collapse?", "", frozenset({"crack", "warn"}))
    >>> for question in ("Who warned of cracks?", "Are you sure?", "What caused the rail strike?"):
    ...     print(carry_over(question, [bridge]).question)
    Who warned of cracks, in the Harlow bridge collapse?
    How many people died in the Harlow bridge collapse?
    What caused the rail strike?
    """
    if before and (again := _asked_again(question, before[-1])):
        return again
    for earlier in reversed(before[-MOST_EARLIER:]):
        subject = earlier.subject or _subject(earlier.searched_as)
        missing = frozenset(terms(subject)) - frozenset(terms(question))
        if missing and is_follow_up(question, earlier):
            return Standalone(_joined(question, subject, earlier.searched_as), subject)
        if not _own_terms(_words(question)):
            break  # it has no word of its own, so it can only follow the question just before
    return Standalone(question, "")


def _asked_again(question: str, earlier: Earlier) -> Standalone | None:
    """Return the question before, if that is asked again: as it was, for its reason, or of another name or time."""
    words = _words(question)
    if _AGAIN.fullmatch(_lower(words)):
        return Standalone(earlier.searched_as, "")
    if bare := _BARE.fullmatch(_lower(words)):
        return _bare(bare[1], earlier)
    other = _asked_of_another(words, earlier.searched_as)
    return Standalone(other, "") if other else None


def _bare(word: str, earlier: Earlier) -> Standalone | None:
    """Return "why?" with the question that it is asked of: "Why did the union reject the offer?"."""
    asked = _ADVERB_FIRST.sub("", earlier.searched_as)
    if not (words := _words(asked)):
        return None
    first = words[0]
    link = " " if first.key in AUXILIARIES else ": "
    rest = (first.text if first.text.isupper() else first.text.lower()) + asked[first.end :]
    return Standalone(f"{word.capitalize()}{link}{rest}", earlier.subject or _subject(asked))


def _asked_of_another(words: Sequence[_Word], before: str) -> str:
    """Return the question before with the one name or time of "And in Benmore?"; "" if that does not fit."""
    asked, new = _words(before), _replaceable(words)
    if len(new) != 1 or not _is_elliptic(words) or _is_elliptic(asked) or len(before) > _LONGEST_FOLLOW_UP:
        return ""
    if _own_terms(words) - _own_terms(new[0]):
        return ""
    old = [run for run in _replaceable(asked) if _kind(run[0]) == _kind(new[0][0])]
    put = " ".join(word.text for word in new[0])
    if len(old) == 1 and (asked[0].key != "who" or len(old[0]) == len(new[0])):
        start, end = old[0][0].start, old[0][-1].end
        return f"{before[:start]}{put}{before[end:]}" if before[start:end] != put else ""
    placed = words[new[0][0].place - 1].text
    return f"{before.rstrip(_EDGES)} {placed} {put}?" if placed in PREPOSITIONS - {"about"} else ""


def _replaceable(words: Sequence[_Word]) -> list[list[_Word]]:
    """Return the names, days and years of a question, each with its words."""
    runs: list[list[_Word]] = []
    names = _names(words)
    for word in words:
        if word in names or _kind(word) != "name":
            if runs and runs[-1][-1].place + 1 == word.place and _kind(runs[-1][-1]) == _kind(word):
                runs[-1].append(word)
            else:
                runs.append([word])
    return runs


def _kind(word: _Word) -> str:
    if word.key in TIMES:
        return "time"
    return "year" if re.fullmatch(r"(?:19|20)\d\d", word.key) else "name"


def _joined(question: str, subject: str, searched_as: str) -> str:
    """Return the question with its subject: "Who warned of cracks, in the Harlow bridge collapse?"."""
    before = searched_as.partition(subject)[0].split()
    place = before[-1].casefold() if before and subject in searched_as else ""
    asked = " ".join(question.split())
    bare = asked.rstrip(_EDGES)
    mark = asked[-1] if asked[-1] in ".!" else "?"
    return f"{bare}, {place if place in _PLACING else 'about'} {subject}{mark}"


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
    if _CLEARER.match(_lower(words)):
        return True
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
    return not _names(words) and _is_short(words, own, held)


def _is_short(words: Sequence[_Word], own: frozenset[str], held: frozenset[str]) -> bool:
    """Return True if a question without a name has too few words to say what it is about."""
    if len(own) == 1 and any(word.key in _NOMINATIVES and after.terms & own for word, after in pairwise(words)):
        return True  # "how can I apply?"
    if any(_phrases(words, {"the"})):
        return len(own) <= _MOST_OWN_TERMS
    if any(word.key in _ANYBODY for word in words) and len(own) == 1:
        return True
    return held == own and (len(own) == 1 or words[0].key in {"how", "who"}) and not _asks_what_is(words)


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
            words.append(_Word(bare, key, len(words), start, start + len(bare), leads))
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
    """Return True if the articles have half of the words of a phrase; "new" says nothing, they may name New Delhi."""
    words = [word for word in phrase if word.key not in _VAGUE] or phrase
    held = sum(bool(word.terms & earlier.terms) for word in words)
    return 2 * held >= len(words) or phrase[0].key in _SHELL_NOUNS


def _is_elliptic(words: Sequence[_Word]) -> bool:
    """Return True if the question opens as the continuation of another one."""
    keys = [word.key for word in words]
    while keys and keys[0] in _GREETINGS:
        keys = keys[1:]
    if not keys:
        return False
    if keys[0] in _OPENINGS or tuple(keys[:2]) in _OPENING_PAIRS:
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
    if word.key in _PERSONS | {"it", "its"}:
        if word.key == "it" and _EMPTY_IT.search(_lower(words)):
            return False
        named = [*_names(words), *(phrase[-1] for phrase in _phrases(words))]
        return _is_object(words, place) or not any(name.place < place for name in named)
    strange_before = any(name.place < place for name in foreign) or any(phrase[-1].place < place for phrase in strange)
    return not strange_before and _is_demonstrative(words, place)


def _is_object(words: Sequence[_Word], place: int) -> bool:
    """Return True for the "it" of "who can do it?" or "what is said of it?", and False for that of "did it rain?"."""
    after = words[place + 1].key if place + 1 < len(words) else ""
    return (
        words[place].key == "it"
        and place > 1
        and words[place - 1].key in _DOING | PREPOSITIONS
        and (not after or after in PREPOSITIONS)
    )


def _is_demonstrative(words: Sequence[_Word], place: int) -> bool:
    key = words[place].key
    before = words[place - 1].key if place else ""
    after = words[place + 1].key if place + 1 < len(words) else ""
    match key:
        case "which":
            return after in AUXILIARIES and (not before or before in _OPENINGS)
        case "this" | "these":
            return after not in TIMES
        case "those":
            return after not in {"who", "whose", "which", "that", "of", "with", "in"}
        case "that":
            return _is_pointing_that(words, place, before, after)
        case "there" | "here":
            return not after or (before not in AUXILIARIES and after not in AUXILIARIES and bool(before))
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
    """Return what a question is about: its noun phrases, or, if none is recognised, all its own words.

    >>> _subject("What pay rise did the train drivers accept?"), _subject("Who is Nathalie Drouin?")
    ('pay rise and the train drivers', 'Nathalie Drouin')
    """
    words = _words(searched_as)
    phrases = [" ".join(word.text for word in phrase) for phrase in _noun_phrases(words)]
    own = [word for word in words if not word.is_grammar or _is_capital(word)]
    subject = " and ".join(dict.fromkeys(phrases)) or " ".join(word.text for word in own)
    if len(subject.split()) > _MOST_SUBJECT_WORDS:
        subject = " ".join(word.text for word in own[:_MOST_SUBJECT_WORDS])
    return subject if len(subject) <= _LONGEST_SUBJECT else subject[:_LONGEST_SUBJECT].rpartition(" ")[0]


def _noun_phrases(words: Sequence[_Word]) -> Iterator[Sequence[_Word]]:
    """Yield the longest runs of words without verbs, pronouns and the like."""
    verb = _bare_verb(words)
    ends = [place for place, word in enumerate(words) if place == verb or _is_outside(word, words)]
    for start, end in zip([-1, *ends], [*ends, len(words)], strict=True):
        phrase = list(words[start + 1 : end])
        while phrase and phrase[-1].is_grammar and not _is_capital(phrase[-1]):
            phrase.pop()
        while phrase and phrase[0].is_grammar and phrase[0].key not in _ARTICLES and not _is_capital(phrase[0]):
            del phrase[0]
        if not all((word.is_grammar or word.key in TIMES) and not _is_capital(word) for word in phrase):
            yield phrase


def _is_outside(word: _Word, words: Sequence[_Word]) -> bool:
    """Return True if a word is in no noun phrase: a verb, by its form or its place, or a word of grammar."""
    if word.is_grammar or _is_capital(word):
        return word.key not in _WITHIN_PHRASES and not _is_capital(word)
    place = words.index(word)
    before = next((one.key for one in reversed(words[:place]) if one.key not in FILLERS - _BEFORE_VERBS), "")
    after = words[place + 1] if place + 1 < len(words) else None
    if before in _BEFORE_VERBS or (before in {"what", "which"} and after and after.key in _ARTICLES):
        return True
    if before == "how" and after and after.key in AUXILIARIES:
        return True  # "how high did"
    return _ends_run(words, place) and bool(_PAST.search(word.key) or word.key in PAST_FORMS)


def _bare_verb(words: Sequence[_Word]) -> int | None:
    """Return the place of the verb that an auxiliary left behind: "When did the ferry sink?"."""
    inverted = next((word.place for word in words if word.key in _INVERTING), len(words))
    found = None
    for word in words[inverted + 2 :]:
        before = words[word.place - 1]
        if word.is_grammar or before.is_grammar or _is_capital(word):
            continue
        if _ends_run(words, word.place) and not _is_placed(word, words):
            found = word.place
        elif _is_capital(before) and _is_capital(words[min(word.place + 1, len(words) - 1)]):
            return word.place  # "did Doval visit Ottawa"
    return found


def _is_placed(word: _Word, words: Sequence[_Word]) -> bool:
    """Return True for "hall" in "in the town hall", and False for "end" in "the strike in Castlemere end"."""
    run = word.place
    while not words[run - 1].is_grammar:
        run -= 1
    lead = next((one.key for one in reversed(words[:run]) if one.key not in _DETERMINERS), "")
    return not _is_capital(words[run]) and lead in PREPOSITIONS | {"of"}


def _ends_run(words: Sequence[_Word], place: int) -> bool:
    """Return True if a word of grammar that may follow a verb comes next, or none."""
    after = words[place + 1] if place + 1 < len(words) else None
    return after is None or (after.is_grammar and not _is_capital(after) and after.key not in AUXILIARIES | _LINKS)


def _is_capital(word: _Word) -> bool:
    """Return True if a word of grammar is written as a name: "Who is Will Smith?"."""
    return not word.leads and word.text[0].isupper() and word.text != "I"
