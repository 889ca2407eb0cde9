"""Question parts: the questions in a long text, and several questions in one.

A sentence is split at "and", a comma or a semicolon if what follows is a whole question: "and when does it start", but
not "and why?" or "and the fares?". A question inside a question ("Who decides when it opens and who pays?") is not
split, nor are words in quotation marks.
"""

import re
from collections.abc import Iterator, Sequence

from index.text.sentences import split_sentences
from index.text.spans import Span
from index.text.terms import STOP_WORDS, content_terms
from rag.language.instructions import (
    QUESTION_WORDS,
    Asked,
    collapsed,
    is_question,
    mask_quotations,
    read_instructions,
    request_end,
    without_courtesies,
)
from rag.language.lexicon import AUXILIARIES

LONGEST_MAIN = 2000  # characters
# A text of so many characters, or with quoted lines, is read as a mail.
_LONG = 400
# A question with one of these needs the sentence before it.
_POINTS_BACK = re.compile(
    r"\b(?:it|its|this|that|these|those|he|she|they|him|her|his|their|them|there)\b", re.IGNORECASE
)
_QUOTED_LINE = re.compile(r"[ \t]*(?:>|\|)")
# What follows was written by others, or is a signature.
_ENDS_MAIL = re.compile(
    r"\s*(?:-- ?|_{5,}|-{2,}\s*(?:original|forwarded)\s.*|on\s.{4,120}\swrote:|sent\s+from\s+my\s.*"
    r"|(?:(?:with\s+)?(?:best|kind|kindest|warm|many)\s+(?:regards|wishes|thanks)|regards|sincerely|yours\s+\w+|cheers"
    r"|best|thanks|thank\s+you|thanks\s+(?:a\s+lot|in\s+advance|so\s+much))\s*[,.!]?)\s*",
    re.IGNORECASE,
)
_MAIL_HEAD = re.compile(r"\s*(?:from|to|cc|bcc|sent|date|subject|re|fwd?)\s*:.*", re.IGNORECASE)
_SALUTATION = re.compile(
    r"\s*(?:dear|hi|hello|hey|good\s+(?:morning|afternoon|evening))(?:\s+[\w.'’-]+){0,4}\s*[,!:]?\s*", re.IGNORECASE
)
_ASKS = re.compile(r"[?？؟][\"'”’)\]]*\s*$")
MOST_PARTS = 4
_LEAST_WORDS = 3  # in a part

_LIST_MARK = re.compile(r"[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t]+")
# A word that may begin the next question.
_JOINT = re.compile(
    r"(?P<joint>(?:\s*+[,;])?\s++(?:and|but)\s++(?:also\s++|then\s++)?|\s*+[,;]\s++)"
    rf"(?P<first>{'|'.join(sorted(QUESTION_WORDS))}|{'|'.join(sorted(AUXILIARIES))})(?:['’](?:s|re|d))?(?=\s)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_DOES = frozenset("do does did don't doesn't didn't".split())
_SUBJECTS = frozenset(
    """a an the this that these those it its he she they we you i his her their our your my there anyone anybody
    someone anything any all both""".split()
)


def read_questions(text: str) -> tuple[Asked, ...]:
    """Return what a text asks for, at most four questions, in order.

    >>> [asked.question for asked in read_questions("Hi! Tell me when the Aster sank and who was its captain.")]
    ['when the Aster sank?', 'who was its captain?']
    """
    text = collapsed(text)
    is_mail = len(text) > _LONG or any(map(_QUOTED_LINE.match, text.splitlines()))
    texts = main_questions(text) if is_mail else (text,)
    parts = [part for one in texts for part in split_questions(without_courtesies(one))]
    return tuple(map(read_instructions, _at_most(parts)))


def main_questions(text: str) -> tuple[str, ...]:
    r"""Return the questions of a long text, such as a mail, as typed; without any, its first 2,000 characters.

    Lines that quote an earlier mail, salutations and signatures are left out. A question that points back ("its
    captain") keeps the sentence before it.

    >>> main_questions("Hi Ann,\nI saw the ferry Aster. When did it sink?\n\nRegards,\nBo\n> Who is Bo?")
    ('I saw the ferry Aster. When did it sink?',)
    """
    text = collapsed(text)
    own = "\n".join(_own_lines(text)).strip() or text.strip()
    sentences = [span.cut(own) for span in split_sentences(own, Span(0, len(own)))]
    found, size = list[str](), 0
    for place, sentence in enumerate(sentences):
        if not _is_asking(sentence):
            continue
        before = sentences[place - 1] if place and _POINTS_BACK.search(sentence) else ""
        asked = f"{before} {sentence}" if before and not _is_asking(before) else sentence
        size += len(asked)
        if size <= LONGEST_MAIN:
            found.append(asked)
    return tuple(found) or (_beginning(own, sentences),)


def _own_lines(text: str) -> Iterator[str]:
    """Yield the lines that the sender wrote."""
    lines = text.splitlines()
    for place, line in enumerate(lines):
        if place and _ENDS_MAIL.fullmatch(line):
            return
        if not (_QUOTED_LINE.match(line) or _MAIL_HEAD.fullmatch(line) or _is_salutation(line, lines)):
            yield line


def _is_salutation(line: str, lines: list[str]) -> bool:
    return len(lines) > 1 and _SALUTATION.fullmatch(line) is not None


def _is_asking(sentence: str) -> bool:
    return _ASKS.search(sentence) is not None or (request_end(sentence) > 0 and not is_question(sentence))


def _beginning(text: str, sentences: list[str]) -> str:
    """Cut a text at the last end of a sentence within the limit, or at white space if there is none."""
    if len(text) <= LONGEST_MAIN:
        return text
    end, place = 0, 0
    for sentence in sentences:
        place = text.index(sentence, place) + len(sentence)
        if place > LONGEST_MAIN:
            break
        end = place
    return text[:end] if end else text[:LONGEST_MAIN].rpartition(" ")[0] or text[:LONGEST_MAIN]


def split_questions(text: str) -> tuple[str, ...]:
    """Return the questions in a text as typed, at most four; the text itself if it has one.

    >>> split_questions("When did the Aster sink and who was its captain?")
    ('When did the Aster sink?', 'who was its captain?')
    >>> split_questions("Who resigned? And why?")
    ('Who resigned? And why?',)
    """
    text = collapsed(text)
    parts = _merged([part for sentence in _sentences(text) for part in _split(sentence)])
    if len(parts) < 2:
        return (text,)
    return _at_most(parts)


def _at_most(parts: Sequence[str]) -> tuple[str, ...]:
    """Join the last parts if there are too many."""
    most = MOST_PARTS - 1
    return (*parts[:most], " ".join(parts[most:])) if len(parts) > MOST_PARTS else tuple(parts)


def points_back(part: str) -> bool:
    """Return True if a part of a question has a word that refers to an earlier part.

    >>> points_back("who was its captain?"), points_back("who was the captain?")
    (True, False)
    """
    return _POINTS_BACK.search(part) is not None


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences, each line of a list by itself."""
    masked = mask_quotations(text)
    for line in re.finditer(r"[^\n]+", text):
        mark = _LIST_MARK.match(line.group())
        start = line.start() + (mark.end() if mark else 0)
        sentences = split_sentences(masked, Span(start, line.end()))
        yield from (span.cut(text) for span in sentences)


def _merged(sentences: Sequence[str]) -> list[str]:
    """Join what is no question, or has no words of its own, with a neighbour."""
    parts: list[str] = []
    waiting: list[str] = []
    for sentence in sentences:
        if not _asks_something(sentence):
            waiting.append(sentence)
        elif parts and not waiting and not _has_own(sentence):
            parts[-1] += f" {sentence}"
        else:
            parts.append(" ".join([*waiting, sentence]))
            waiting = []
    return [*parts[:-1], " ".join([*parts[-1:], *waiting])] if waiting else parts


def _asks_something(sentence: str) -> bool:
    return _ASKS.search(sentence) is not None or is_question(sentence) or request_end(sentence) > 0


def _split(sentence: str) -> list[str]:
    """Split one sentence at the words that begin another question."""
    masked = mask_quotations(sentence)
    cuts: list[tuple[int, int]] = []
    joints = [found for found in _JOINT.finditer(masked) if _depth(masked, found.start()) == 0]
    start = request_end(masked)
    for place, found in enumerate(joints):
        end = joints[place + 1].start() if place + 1 < len(joints) else len(masked)
        is_listed = "," in found["joint"] and not re.search(r"\w", found["joint"])
        later = [one for one in joints[place + 1 :] if re.search(r"\w", one["joint"])]
        if is_listed and not (later and _is_whole(masked[found.start("first") : later[0].start()])):
            continue
        right = masked[found.start("first") : end if _is_whole(masked[found.start("first") : end]) else len(masked)]
        if _are_two(masked[start : found.start()], right):
            cuts.append((found.start(), found.start("first")))
            start = found.start("first")
    return _cut(sentence, cuts)


def _cut(sentence: str, cuts: Sequence[tuple[int, int]]) -> list[str]:
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(sentence)]
    pieces = [sentence[start:end].strip(" ,;") for start, end in zip(starts, ends, strict=True)]
    return [piece if _ASKS.search(piece) or not cuts else f"{piece.rstrip('.')}?" for piece in pieces]


def _are_two(left: str, right: str) -> bool:
    """Return True if both are whole questions, and the second does not belong to a clause of the first."""
    if not (is_question(left) and _is_whole(left) and _is_whole(right)):
        return False
    words, following = _lower(left), _lower(right)
    if words[:2] == following[:2] and _own_words(words) < 2 <= _own_words(following):
        return False  # "What do ministers and what do unions say?"
    clauses = [word for word in words[1:] if word in QUESTION_WORDS]
    if following[0] in AUXILIARIES:
        return _has_subject(following[1], right) and not clauses
    if clauses:
        return _is_inverted(following, right) and following[0] not in clauses
    # "Which ministers resigned and which stayed in office?" is about the ministers.
    return _is_inverted(following, right) or following[0] != "which" or words[0] != "which"


def _is_inverted(words: Sequence[str], text: str) -> bool:
    """Return True for "when does it start", in which a verb comes before its subject."""
    for place, word in enumerate(words[1:4], start=1):
        if word in AUXILIARIES and place + 1 < len(words):
            return word in _DOES or _has_subject(words[place + 1], text)
    return False


def _has_subject(word: str, text: str) -> bool:
    """Return True if a word may begin a subject: "the", "it", a name."""
    return word in _SUBJECTS or re.search(rf"\b{re.escape(word)}\b", text) is None


def _is_whole(part: str) -> bool:
    return len(_lower(part)) >= _LEAST_WORDS and _has_own(part)


def _has_own(part: str) -> bool:
    return bool(content_terms(part)) and any(word not in STOP_WORDS | AUXILIARIES for word in _lower(part))


def _own_words(words: Sequence[str]) -> int:
    """Count the words behind the first two, such as "what do", without articles."""
    return sum(word not in _SUBJECTS for word in words[2:])


def _lower(text: str) -> list[str]:
    """Return the words in lower case, "who's" as two."""
    words = (word.lower().replace("’", "'") for word in _WORD.findall(text))
    return [part for word in words for part in (word.split("'") if word.split("'")[0] in QUESTION_WORDS else [word])]


def _depth(text: str, place: int) -> int:
    return text.count("(", 0, place) - text.count(")", 0, place)
