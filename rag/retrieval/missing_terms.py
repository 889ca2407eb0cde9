"""The words of a question that no article has."""

import re
from collections.abc import Iterator

from index.shelf.queries import Reading
from index.text.terms import STOP_WORDS, terms
from rag.language.date_words import DATE_WORD
from rag.language.matching import forms

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SHORTEST, _LONGEST = 3, 30  # letters; longer is text without spaces


def missing_words(question: str, reading: Reading) -> tuple[str, ...]:
    """Return the words of a question, as typed, that no article on the shelf has in any of their forms.

    Stop words, days and months do not count, and the name of an outlet counts as present. On an empty shelf nothing
    is missing.
    """
    terms_of = dict(_content_words(question))
    absent = [word for word, term in terms_of.items() if not any(map(reading.count_chunks_with, forms(term)))]
    if not absent or not reading.counts().chunks:
        return ()
    outlets = frozenset(term for name, _ in reading.outlets() for term in terms(name))
    return tuple(word for word in absent if terms_of[word] not in outlets)


def _content_words(question: str) -> Iterator[tuple[str, str]]:
    """Yield the words that an article on the subject would have, each with its term."""
    for found in _WORD.finditer(question):
        word = found.group()
        own = terms(word)
        if len(own) != 1 or own[0] in STOP_WORDS or word.lower() in STOP_WORDS:
            continue
        if _SHORTEST <= len(word) <= _LONGEST and not DATE_WORD.match(question, found.start()):
            yield word, own[0]
