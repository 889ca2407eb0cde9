"""Question parts: the questions in a long text, and several questions in one."""

import re
from collections.abc import Iterator

from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.language.instructions import begins_with_request, is_question

LONGEST_MAIN = 2000  # characters
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


def main_questions(text: str) -> tuple[str, ...]:
    r"""Return the questions of a long text, such as a mail, as typed; without any, its first 2,000 characters.

    Lines that quote an earlier mail, salutations and signatures are left out. A question that points back ("its
    captain") keeps the sentence before it.

    >>> main_questions("Hi Ann,\nI saw the ferry Aster. When did it sink?\n\nRegards,\nBo\n> Who is Bo?")
    ('I saw the ferry Aster. When did it sink?',)
    """
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
    if _ASKS.search(sentence):
        return True
    return begins_with_request(sentence) and not is_question(sentence)


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
