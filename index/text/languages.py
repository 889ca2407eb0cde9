"""Languages: which one a text is written in, and its stop words.

The script decides, and among the languages of one script their stop words and the letters that only they have. So a
short question is recognised if it has a few small words, and a text in a language that is not listed is unknown.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

UNKNOWN = ""
ENGLISH = "en"

# Recorded on the shelf: if languages are recognised in a new way, those of all articles are.
VERSION = 1

NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "gu": "Gujarati",
    "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ka": "Georgian", "km": "Khmer", "kn": "Kannada", "ko": "Korean", "lo": "Lao",
    "ml": "Malayalam", "mr": "Marathi", "my": "Burmese", "nl": "Dutch", "no": "Norwegian", "pa": "Punjabi",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala", "sr": "Serbian",
    "sv": "Swedish", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "zh": "Chinese",
}  # fmt: skip
# The letters of each script, and its languages. The first is meant if nothing else decides.
_SCRIPTS = {
    "\u0400-\u04ff": ("ru", "uk", "bg", "sr"),
    "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc": ("ar", "fa", "ur"),
    "\u0900-\u097f": ("hi", "mr"),
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff": ("zh", "ja"),
    "\uac00-\ud7af\u1100-\u11ff": ("ko",),
    "\u0370-\u03ff\u1f00-\u1fff": ("el",),
    "\u0590-\u05ff": ("he",),
    "\u0530-\u058f": ("hy",),
    "\u10a0-\u10ff": ("ka",),
    "\u0980-\u09ff": ("bn",),
    "\u0a00-\u0a7f": ("pa",),
    "\u0a80-\u0aff": ("gu",),
    "\u0b80-\u0bff": ("ta",),
    "\u0c00-\u0c7f": ("te",),
    "\u0c80-\u0cff": ("kn",),
    "\u0d00-\u0d7f": ("ml",),
    "\u0d80-\u0dff": ("si",),
    "\u0e00-\u0e7f": ("th",),
    "\u0e80-\u0eff": ("lo",),
    "\u1000-\u109f": ("my",),
    "\u1780-\u17ff": ("km",),
}
_LATIN = "a-z\u00c0-\u024f\u1e00-\u1eff"
_OF_SCRIPT = {re.compile(f"[{letters}]"): languages for letters, languages in _SCRIPTS.items()}
_LATIN_LETTER = re.compile(f"[{_LATIN}]", re.IGNORECASE)
# A text has names in Latin letters, in whatever script it is written.
_ENOUGH = 0.6
# A sign of Chinese or Japanese says as much as so many letters.
_SIGN = 2.5
_KANA = re.compile("[\u3041-\u30fa]")
_LEAST_KANA = 0.1  # of the signs of a Japanese text
# Letters that only one of the languages of its script has.
_LETTERS = {
    "es": "¿¡", "ru": "ыэё", "uk": "іїєґ", "sr": "ђјљњћџ", "fa": "پچژگ", "ur": "ٹڈڑںےہ", "mr": "ळ",
}  # fmt: skip
_SAMPLE = 2_000  # characters
_WORD = re.compile(r"[^\s\d!-/:-@\[-`{-~«»„“”‚‘’·…،؛؟।–—]+")
# The least evidence for a language: a word that no other one has counts 1. In a long text, so much a word.
_LEAST = 1.5
_LEAST_A_WORD = 0.06
_LETTERS_COUNT = 1.5


def read_language(text: str) -> str:
    """Return the language of a text as its ISO 639-1 code, or "" if it is unknown. Only its beginning is read.

    >>> [read_language(text) for text in ("Who won?", "Wer hat gewonnen?", "¿Quién ganó?", "谁赢了？", "Кто выиграл?")]
    ['en', 'de', 'es', 'zh', 'ru']
    >>> read_language("Vance 2026")
    ''
    """
    return _read(text[:_SAMPLE])


@lru_cache(maxsize=1_000)
def _read(sample: str) -> str:
    languages = _of_its_script(sample)
    if len(languages) == 1:
        return languages[0]
    words = _WORD.findall(sample.lower())
    evidence = _evidence(words, sample)
    best = max(languages, key=lambda language: evidence[language])
    if languages[0] != ENGLISH:  # its script has shown it
        return best
    if evidence[best] < max(_LEAST, _LEAST_A_WORD * len(words)):
        return ENGLISH if evidence[ENGLISH] >= 1 and evidence[ENGLISH] == evidence[best] else UNKNOWN
    return best


def nearest_language(text: str, among: Sequence[str]) -> str:
    """Return the language of a text that may be too short for `read_language`: the likeliest among some.

    If no word decides, it is English, or the first of them if none is English. The small words of names ("Los Angeles",
    "Le Pen") and those that are words of English too ("the Ukraine war") decide nothing against English.

    >>> nearest_language("Wer gewann?", ["en", "de"]), nearest_language("Vance 2026", ["de", "en"])
    ('de', 'en')
    >>> [nearest_language(text, ["en", "es", "de"]) for text in ("Los Angeles mayor", "Ukraine war", "Le Pen trial")]
    ['en', 'en', 'en']
    """
    found = read_language(text)
    if found or not among:
        return found
    words = _WORD.findall(text)
    if ENGLISH not in among:
        evidence = _evidence([word.lower() for word in words], text)
        return max(among, key=lambda language: evidence[language])
    before_others = [word.lower() for word, following in pairwise(words) if following[0].islower()]
    evidence = _evidence(before_others, text)
    best = max(among, key=lambda language: evidence[language])
    return best if evidence[best] >= 1 and evidence[best] > evidence[ENGLISH] else ENGLISH


def is_english(language: str) -> bool:
    """Return True if the rules for English may read a text of this language: also if it is unknown."""
    return language in (ENGLISH, UNKNOWN)


def name_of_language(language: str) -> str:
    """Return the name of a language for a reader.

    >>> name_of_language("de"), name_of_language("")
    ('German', 'unknown')
    """
    return NAMES.get(language, language or "unknown")


@cache
def stop_words() -> dict[str, frozenset[str]]:
    """Return the small words of each language, as they are written; those of English are only to recognise it."""
    text = files(__package__).joinpath("data", "stop_words.txt").read_text(encoding="utf-8")
    lines = (line.partition(": ") for line in text.splitlines())
    return {language: frozenset(words.replace("'", " ").split()) for language, _, words in lines}


@lru_cache(maxsize=10_000)
def languages_with(letter: str) -> tuple[str, ...]:
    """Return the languages in whose script a letter is, the most common first; none if it is Latin.

    >>> languages_with("ж"), languages_with("z")
    (('ru', 'uk', 'bg', 'sr'), ())
    """
    return next((languages for letters, languages in _OF_SCRIPT.items() if letters.match(letter)), ())


def _of_its_script(sample: str) -> tuple[str, ...]:
    """Return the languages that are written in most of the letters of a text."""
    if sample.isascii():
        return _latin_languages()
    counts: dict[tuple[str, ...], float] = {}
    for letter, languages in _OF_SCRIPT.items():
        if found := len(letter.findall(sample)):
            counts[languages] = found * (_SIGN if "zh" in languages else 1)
    best = max(counts, key=lambda languages: counts[languages], default=())
    if not best or counts[best] < _ENOUGH * len(_LATIN_LETTER.findall(sample)):
        return _latin_languages()
    if best == ("zh", "ja"):
        return ("ja",) if len(_KANA.findall(sample)) >= _LEAST_KANA * counts[best] / _SIGN else ("zh",)
    return best


@cache
def _latin_languages() -> tuple[str, ...]:
    others = {language for languages in _SCRIPTS.values() for language in languages}
    return tuple(language for language in stop_words() if language not in others)


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    """Return the languages of each stop word. A letter alone is none: it may stand for anything."""
    found: dict[str, tuple[str, ...]] = {}
    for language, words in stop_words().items():
        for word in words:
            if len(word) > 1 or not word.isascii():
                found[word] = (*found.get(word, ()), language)
    return found


def _evidence(words: list[str], sample: str) -> defaultdict[str, float]:
    """Return what speaks for each language. The more languages have a word, the less it says."""
    known = _languages_of()
    found: defaultdict[str, float] = defaultdict(float)
    for word in words:
        languages = known.get(word, ())
        for language in languages:
            found[language] += 1 / len(languages)
    for language, letters in _LETTERS.items():
        found[language] += _LETTERS_COUNT * sum(letter in sample for letter in letters)
    return found
