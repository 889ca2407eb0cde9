"""The words of a question that no article has."""

from collections.abc import Iterator

from index.shelf.queries import Reading
from index.text.terms import STOP_WORDS, terms
from rag.language.date_words import DATE_WORD
from rag.retrieval.acronyms import expansions
from rag.retrieval.spelling import WORD, is_common, is_on_shelf, transliterated

_SHORTEST, _LONGEST = 3, 30  # letters; longer is text without spaces
_TITLE_CASE = 3  # so many capitalised words and no other: then capitals do not show what is a name


def missing_words(question: str, reading: Reading) -> tuple[str, ...]:
    """Return the words of a question, as typed, that no article on the shelf has in any way of writing them.

    Tried are irregular forms, British and American spelling, transliterations, and the long names of acronyms. Stop
    words, days and months do not count, and the name of an outlet counts as present. On an empty shelf nothing is
    missing.
    """
    terms_of = dict(content_words(question))
    absent = [word for word, term in terms_of.items() if not is_on_shelf(term, reading)]
    if not absent or not reading.counts().chunks:
        return ()
    known = {term for name, _ in reading.outlets() for term in terms(name)}
    known.update(term for asked, _ in expansions(question, reading) for term in terms(asked))
    return tuple(word for word in absent if terms_of[word] not in known and not transliterated(word, reading))


def missing_names(question: str, reading: Reading) -> tuple[str, ...]:
    """Return those of the `missing_words` that are names, as far as their capitals show it.

    If a question is in one case, and for a word that opens a sentence, only words that are near no common English word
    count. So a name may be left out.
    """
    absent = missing_words(question, reading)
    words = [word for word, _ in content_words(question)]
    capitals = [word for word in words if word[0].isupper()]
    shows = bool(capitals) and not question.isupper() and (len(capitals) < len(words) or len(words) < _TITLE_CASE)
    inside = {
        found.group()
        for found in WORD.finditer(question)
        if found.group()[0].isupper() and question[: found.start()].rstrip(" \"'“‘(")[-1:] not in ("", *".!?:\n")
    }
    if not shows:
        return tuple(word for word in absent if not is_common(word))
    return tuple(word for word in absent if word in inside or (word[0].isupper() and not is_common(word)))


def content_words(question: str) -> Iterator[tuple[str, str]]:
    """Yield the words that an article on the subject would have, each with its term."""
    for found in WORD.finditer(question):
        word = found.group()
        own = terms(word)
        if len(own) != 1 or own[0] in STOP_WORDS or word.lower() in STOP_WORDS:
            continue
        if _SHORTEST <= len(word) <= _LONGEST and not _is_of_a_date(question, found.start(), word):
            yield word, own[0]


def _is_of_a_date(question: str, place: int, word: str) -> bool:
    # Also "monday" and "MONDAY".
    whole = DATE_WORD.match(word.title())
    return bool(DATE_WORD.match(question, place) or (whole and whole.end() == len(word)))
