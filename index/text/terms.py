"""Terms: the normalised words by which a question finds a text.

Both go through `terms`, so "officer" finds "officers", "Zurich" finds "Zürich" and "12" finds "１２". The keyword index
stores the terms, and the choice of quotes uses the same ones.
"""

import re
import threading
import unicodedata
from functools import lru_cache
from importlib.metadata import version

import snowballstemmer

from index.text.plain_text import plain, without_unseen

# Words that do not show what a question is about. Verbs of saying are among them, because news articles are full of
# them. "us" is missing on purpose: it is also "U.S.".
STOP_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before being but by can could did do does
    doing done each for from had happen happened happens has have having he her here hers him his how i if in
    into is it its itself just many me more most much my no nor not of off on once only or other our ours out
    over own per please said same say saying says she should so some such tell tells than that the their theirs
    them then there these they this those through to told too under until up upon very was we were what when
    where which while who whom whose why will with would you your yours aren't can't couldn't didn't doesn't
    don't hadn't hasn't haven't isn't shouldn't wasn't weren't won't""".split()
)

# Recorded on the shelf: if terms are made in a new way, the keyword index is rebuilt.
VERSION = f"3/{version('snowballstemmer')}/{unicodedata.unidata_version}"

_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.){2,}(?!\w)")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[^\W_]+")
# Letters that Unicode does not decompose, and what people type who do not have them on their keyboard.
_TYPED = dict(zip("łøđðħŧŋĸıəɓɗƙƴ", "loddhtnkiabdky", strict=True)) | {"þ": "th", "æ": "ae", "œ": "oe"}


def terms(text: str) -> list[str]:
    """Return the searchable terms of `text` in order, including stop words.

    Folds full-width forms (NFKC) and letters such as "ł", drops diacritics and case, joins "U.S." to "us" and "1,240"
    to "1240" and words that a line end divides, cuts possessive endings, and stems English words (Snowball,
    "Porter2").

    >>> terms("The U.S. agreed on 1,240 officers’ visits to Zürich.")
    ['the', 'us', 'agre', 'on', '1240', 'offic', 'visit', 'to', 'zurich']
    """
    return [_stem(word) for word in _words(text)]


def content_terms(text: str) -> list[str]:
    """Return the terms of `text` except for stop words, each once, in order.

    >>> content_terms("What was agreed on the fentanyl precursors?")
    ['agre', 'fentanyl', 'precursor']
    """
    return list(dict.fromkeys(_stem(word) for word in _words(text) if word not in STOP_WORDS))


def folded(text: str) -> str:
    """Return `text` without case, diacritics, full-width forms and invisible characters, for comparison.

    Letters of other alphabets of Europe become what people type for them. The result may be longer than `text`.

    >>> folded("Straße in Zürich, １２\u00ad°"), folded("İZMİR"), folded("Þóra Łęcka, Bjørk")
    ('strasse in zurich, 12°', 'izmir', 'thora lecka, bjork')
    """
    if text.isascii():
        return text.lower()
    flat = unicodedata.normalize("NFKD", without_unseen(text)).casefold()
    # Collecting the marks first is several times as fast as looking at each character in turn.
    for mark in set(flat):
        if unicodedata.combining(mark) or mark in _TYPED:
            flat = flat.replace(mark, _TYPED.get(mark, ""))
    return flat


def _words(text: str) -> list[str]:
    bare = _ACRONYM.sub(lambda found: found.group().replace(".", "") + " ", folded(plain(text)))
    words = (word.replace(",", "").replace("’", "'") for word in _WORD.findall(bare))
    return [word.removesuffix("'s") for word in words]


_stemmer = snowballstemmer.stemmer("english")
_stemming = threading.Lock()  # the stemmer stores the current word in itself


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    with _stemming:
        return str(_stemmer.stemWord(word))
