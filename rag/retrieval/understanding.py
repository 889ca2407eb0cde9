"""Understand the words of a question: as articles write them, and which of them no article has."""

import re
from dataclasses import dataclass
from itertools import pairwise

from index.shelf.queries import Reading
from index.text.languages import ENGLISH, is_english, nearest_language
from index.text.terms import STOP_WORDS, terms
from rag.retrieval.acronyms import expansions
from rag.retrieval.missing_terms import content_words, missing_names, missing_words
from rag.retrieval.spelling import (
    WORD,
    Correction,
    correct,
    correct_pair,
    is_on_shelf,
    transliterated,
    without_possessive,
)

# Looking for a correction takes some 20 ms; a question with more unknown words is not about this shelf.
_MOST_CORRECTED = 4


@dataclass(frozen=True, slots=True)
class Words:
    """A question in the words of the articles."""

    text: str  # what to search for
    corrections: tuple[Correction, ...]  # those that are sure are in the text; the others are only to be offered
    expansions: tuple[tuple[str, str], ...]  # what was typed and what articles have for it: acronyms and long names
    absent: tuple[str, ...]  # the words as typed that no article has in any form, and that were not corrected
    absent_names: tuple[str, ...]  # the names among them


def language_of(text: str, reading: Reading) -> str:
    """Return the language of a question: if it is too short to tell, the likeliest of those on the shelf."""
    return nearest_language(text, reading.languages())


def understand_words(text: str, reading: Reading, language: str = ENGLISH) -> Words:
    """Return a question with slips corrected and acronyms expanded. Call it once, before the search.

    In the text, a word that no article has is replaced by the one it was meant to be, if that is sure; a name in
    another transliteration by the articles' own; an acronym that no article has by its long name. A long name is
    followed by its acronym. If all words are on the shelf, or it is empty, the text is returned as it is. So is a text
    in another language: what is common, a name or a slip is known for English only.
    """
    if not is_english(language):
        return Words(text, (), (), (), ())
    long_names = expansions(text, reading)
    unknown = missing_words(text, reading)
    corrections = _corrections(text, unknown, reading)
    written = {found.typed: found.meant for found in corrections if found.sure}
    for word, term in content_words(text):
        if word not in written and word not in unknown and not is_on_shelf(term, reading):
            written[word] = transliterated(word, reading) or word
    for asked, found in long_names:
        if len(asked) < len(found):
            written[asked] = asked if _has_any(asked, reading) else found
        else:
            written[asked] = f"{asked} ({found})"
    corrected = {word for found in corrections if found.sure for word in WORD.findall(found.typed)}
    absent = tuple(word for word in unknown if without_possessive(word) not in corrected)
    names = missing_names(text, reading) if absent else ()
    return Words(_replaced(text, written), corrections, long_names, absent, tuple(n for n in names if n in absent))


def _corrections(text: str, unknown: tuple[str, ...], reading: Reading) -> tuple[Correction, ...]:
    words = WORD.findall(text)
    found: list[Correction] = []
    for word in unknown[:_MOST_CORRECTED]:
        if any(word in one.typed.split() for one in found):
            continue
        beside = [pair for pair in pairwise(words) if word in pair and not STOP_WORDS & {part.lower() for part in pair}]
        joined = (correct_pair(*pair, reading) for pair in beside if " ".join(pair) in text)
        one = next(filter(None, joined), None) or correct(word, reading)
        if one:
            found.append(one)
    return tuple(found)


def _has_any(asked: str, reading: Reading) -> bool:
    return any(is_on_shelf(term, reading) for term in terms(asked))


def _replaced(text: str, written: dict[str, str]) -> str:
    """Return the text with these words written otherwise, the longest first."""
    if not written:
        return text
    words = "|".join(re.escape(word) for word in sorted(written, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{words})(?!\w)", lambda found: written[found.group()], text)
