"""Terms: the normalised words by which a question finds a text.

Both go through `terms`, so "officer" finds "officers", "Zurich" finds "Zürich" and "12" finds "１２". The keyword index
stores the terms, and the choice of quotes uses the same ones.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from importlib.metadata import version

import snowballstemmer

from index.text.languages import ENGLISH, is_english, languages_with, stop_words
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
VERSION = f"4/{version('snowballstemmer')}/{unicodedata.unidata_version}"

_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.){2,}(?!\w)")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[^\W_]+")
# Letters that Unicode does not decompose, and what people type who do not have them on their keyboard.
_TYPED = dict(zip("łøđðħŧŋĸıəɓɗƙƴ", "loddhtnkiabdky", strict=True)) | {"þ": "th", "æ": "ae", "œ": "oe"}
# What stems the words of each script. Those in Latin letters are stemmed as their text's language is.
_STEMMERS = {
    "ar": "arabic", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "fa": "persian", "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish",
}  # fmt: skip
_FIRST_OTHER, _FIRST_SIGN = "\u0370", "\u3040"
# Chinese signs that only ask or join: a pair with one of them says little.
_FUNCTION_SIGNS = frozenset("的了是在和与與谁誰什么麼吗嗎呢哪些个個这這那其之于於被把而且也都就还還又很几幾何怎样樣")
_ASKING = re.compile("为什么|為什麼|什么时候|什麼時候|多少|如何|何时|何時|何地|いくら")
# A letter of another script than the Latin one; not a typographic sign.
_OTHER_SCRIPT = re.compile(
    "[\u0370-\u1cff\u1f00-\u1fff\u2de0-\u2dff\u3040-\ud7ff\uf900-\ufaff\ufb13-\ufdff\ufe70-\ufefc\uff66-\uffdc"
    "\U00020000-\U0003ffff]"
)
_SIGNS = "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_HIRAGANA = re.compile("[\u3041-\u309f]")
# Diacritics, and the vowel signs of Hebrew, Arabic and Indian scripts: they are no letters to Unicode.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0981-\u09e3"
    "\u0a01-\u0a75\u0a81-\u0ae3\u0b01-\u0b63\u0b82-\u0be6\u0c00-\u0c63\u0c81-\u0ce3\u0d00-\u0d63\u0d81-\u0df3"
)
_LETTERS = rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*"
_ANY_WORD = re.compile(rf"(?P<signs>[{_SIGNS}]+)|\d+(?:[.,]\d+)*|{_LETTERS}(?:['’]{_LETTERS})?|[^\W_]+")
# Signs that are written or not, or in several ways.
_SAME = str.maketrans(
    {
        **dict.fromkeys(["\u0640", "\u0670", *map(chr, range(0x64B, 0x653))], ""),
        "ё": "е",
        "ٱ": "ا",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ى": "ي",
        "ँ": "ं",
    }
)


def terms(text: str, language: str = ENGLISH) -> list[str]:
    """Return the searchable terms of `text` in order, including stop words.

    Folds full-width forms (NFKC) and letters such as "ł", drops diacritics and case, joins "U.S." to "us" and "1,240"
    to "1240" and words that a line end divides, cuts possessive endings, and stems words (Snowball,
    for English "Porter2"). Text without spaces between its words becomes pairs of characters. `language` decides for
    Latin letters; words of another script are stemmed alike in every text.

    >>> terms("The U.S. agreed on 1,240 officers’ visits to Zürich.")
    ['the', 'us', 'agre', 'on', '1240', 'offic', 'visit', 'to', 'zurich']
    >>> terms("L’ingénieure a fermé 2 ponts", "fr"), terms("Мосты закрыли"), terms("大桥关闭")
    (['l', 'ingenieur', 'a', 'ferm', '2', 'pont'], ['мост', 'закр'], ['大桥', '桥关', '关闭'])
    """
    if _is_plain_english(text, language):  # nearly every text, and twice as fast
        return list(map(_stemmer(ENGLISH), _english_words(text)))
    return [term for _, term in _words_and_terms(text, language)]


def content_terms(text: str, language: str = ENGLISH) -> list[str]:
    """Return the terms of `text` except for stop words, each once, in order.

    >>> content_terms("What was agreed on the fentanyl precursors?")
    ['agre', 'fentanyl', 'precursor']
    >>> content_terms("Wer hat die Brücken gesperrt?", "de")
    ['bruck', 'gesperrt']
    """
    stop, text = _stop_words(language), _ASKING.sub(" ", text)
    return list(dict.fromkeys(term for word, term in _words_and_terms(text, language) if not _is_stop(word, stop)))


def terms_in(other: str, text: str, language: str) -> dict[str, str]:
    """Return how articles of another language have the words of `text`, by their terms; equal ones are left out.

    >>> terms_in("de", "Did Kennedy win in Paris?", "en")
    {'kennedi': 'kennedy', 'pari': 'paris'}
    """
    found: dict[str, str] = {}
    for word in text.split():
        own, theirs = content_terms(word, language), terms(word, other)
        found |= {mine: its for mine, its in zip(own, theirs, strict=False) if len(own) == len(theirs) and mine != its}
    return found


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


def _words_and_terms(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield each word, folded, with its term."""
    if _is_plain_english(text, language):
        yield from ((word, _stemmer(ENGLISH)(word)) for word in _english_words(text))
        return
    english = is_english(language)
    for found in _ANY_WORD.finditer(
        unicodedata.normalize("NFKC", _without_dots(plain(text))).casefold().translate(_SAME)
    ):
        word = found.group().replace("’", "'")
        if found["signs"]:
            yield from ((pair, pair) for pair in _pairs(word))
        elif word < _FIRST_OTHER and english:
            word = folded(word).replace(",", "").removesuffix("'s")
            yield word, _stemmer(ENGLISH)(word)
        else:
            for part in word.replace(",", "").split("'"):
                yield folded(part), folded(_stemmer(_stemmed_as(part, language))(part))


def _is_plain_english(text: str, language: str) -> bool:
    return is_english(language) and (text.isascii() or not _OTHER_SCRIPT.search(text))


def _english_words(text: str) -> list[str]:
    bare = _without_dots(folded(plain(text)))
    words = (word.replace(",", "").replace("’", "'") for word in _WORD.findall(bare))
    return [word.removesuffix("'s") for word in words]


def _without_dots(text: str) -> str:
    return _ACRONYM.sub(lambda found: found.group().replace(".", "") + " ", text)


def _pairs(signs: str) -> Iterator[str]:
    """Yield each two neighbouring characters, or the only one."""
    if len(signs) == 1:
        yield signs
    yield from (signs[place : place + 2] for place in range(len(signs) - 1))


def _stemmed_as(word: str, language: str) -> str:
    """Return the language that stems a word: its text's, if it has the script, else the script's most common one."""
    written_so = languages_with(word[:1])
    return language if not written_so or language in written_so else written_so[0]


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    name = _STEMMERS.get(language)
    if not name:
        return str
    stemmer, stemming = snowballstemmer.stemmer(name), threading.Lock()  # it stores the current word in itself

    @lru_cache(maxsize=200_000)
    def stem(word: str) -> str:
        with stemming:
            return str(stemmer.stemWord(word))

    return stem


@cache
def _stop_words(language: str) -> frozenset[str]:
    """Return the folded stop words of a language, and the signs that only ask or join."""
    if is_english(language):
        return STOP_WORDS
    return frozenset(
        part for word in stop_words().get(language, ()) for part in folded(word.translate(_SAME)).split("'")
    )


def _is_stop(word: str, stop: frozenset[str]) -> bool:
    return (
        word in stop
        or (word >= _FIRST_SIGN and not _FUNCTION_SIGNS.isdisjoint(word))
        or _HIRAGANA.search(word) is not None
    )
