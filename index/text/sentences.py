"""Sentences: split a text into the units that are quoted.

nupunkt (Punkt, unsupervised) finds the boundaries in one paragraph at a time. It was made for English: in other
languages, those after an ordinal number or one of their own abbreviations are undone, and those after their own marks
added. A property test checks that sentences are in order, have no white space at their ends, and leave nothing of the
body out.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise

from nupunkt import PunktSentenceTokenizer, load_default_model

from index.text.days import MONTH
from index.text.languages import is_english, read_language
from index.text.spans import Span

# Characters given to nupunkt at once: its time grows with the square of a line's length.
_WINDOW = 4_000
_LONGEST_WORDS = 60  # characters that are read on each side of a full stop
LONGEST = 1000  # characters; longer ones, such as tables without a full stop, are cut at white space

# Titles before a name that nupunkt's list, made from law reports, lacks.
_TITLES = "adm amb brig cmdr col cpl gens govs lt maj msgr pres profs reps sens sgt supt".split()
# "…security concerns.Allegedly": scraped text often lacks the space between two sentences.
_LOST_SPACE = re.compile(r"(?<=[a-z]{3}[.!?])(?=[A-Z][a-z])")
# nupunkt treats "cent." as an abbreviation.
_PER_CENT = re.compile(r"(?<=\bper cent\.)(?=\s+[\"'“‘A-Z])")
# The start of a list entry, a heading, a block quote or a table row.
_BLOCK_START = re.compile(r"\s*(?:[#>|]|[-*•+]\s|\d{1,3}[.)]\s)")
_BETWEEN_CELLS = " | "
_SEEN = re.compile(r"\S")
# Full stops of Chinese, Japanese, Indian scripts, Arabic, Urdu, Burmese, Khmer, Amharic and Armenian. In Japanese, a
# quotation that "と" follows is a part of the sentence.
_STOPS = "。！？।॥؟۔။។።։"
_OTHER_STOP = re.compile(rf"[{_STOPS}]+[\"'”’」』）)]*+(?!と)")
_ENDS_SENTENCE = re.compile(rf"[.!?…:;{_STOPS}][\"'”’)\]]*\s*$")
_LANGUAGE_SHOWS = 2_000  # characters
# "3." before a month, and after a word that an ordinal number follows, ends no sentence.
_ORDINAL = re.compile(r"(?:\d{1,2}|[IVX]+)\.")
_OF_A_MONTH = re.compile(MONTH, re.IGNORECASE)
_BEFORE_ORDINAL = {
    "de": frozenset("ab am beim bis das dem den der des die im ins seit und vom zum zur".split()),
    "da": frozenset("d den det fra fredag lørdag mandag onsdag søndag til tirsdag torsdag".split()),
    "no": frozenset("den det fra fredag lørdag mandag onsdag søndag til tirsdag torsdag".split()),
}


def split_sentences(text: str, body: Span) -> tuple[Span, ...]:
    """Return the spans of the sentences of `text` inside `body`, in reading order.

    >>> text = 'Sen. Lee left at 5 p.m. "We agreed," she said.'
    >>> [span.cut(text) for span in split_sentences(text, Span(0, len(text)))]
    ['Sen. Lee left at 5 p.m.', '"We agreed," she said.']
    """
    language = read_language(text[body.start : min(body.end, body.start + _LANGUAGE_SHOWS)])
    return tuple(
        piece
        for paragraph in _paragraphs(text, body)
        for sentence in _sentences(text, paragraph, language)
        for piece in _cut_long(text, sentence)
    )


@cache
def _splitter() -> PunktSentenceTokenizer:
    splitter = load_default_model()
    splitter.add_abbreviations(_TITLES)
    return splitter


def _paragraphs(text: str, body: Span) -> Iterator[Span]:
    """Cut the body at line ends, except those that only wrap a sentence."""
    start = body.start
    lines = [Span(found.start(), found.end()) for found in re.finditer(r"[^\n]+", text[body.start : body.end])]
    lines = [line.shifted(body.start) for line in lines]
    for line, following in pairwise(lines):
        if not _wraps(text, line, following):
            yield Span(start, line.end)
            start = following.start
    if lines:
        yield Span(start, lines[-1].end)


def _wraps(text: str, line: Span, following: Span) -> bool:
    """Return True if the sentence may continue from `line` to the next line."""
    if following.start - line.end > 1:
        return False
    upper, lower = line.cut(text), following.cut(text)
    if not upper.strip() or not lower.strip() or _BLOCK_START.match(lower) or upper.lstrip().startswith("#"):
        return False
    if _BETWEEN_CELLS in upper or _BETWEEN_CELLS in lower:
        return False
    if lower.lstrip()[0].islower():
        return True
    return not _ENDS_SENTENCE.search(upper) and 40 <= len(upper) <= 120


@cache
def _abbreviations() -> dict[str, frozenset[str]]:
    """Return the abbreviations of each language but English, in lower case.

    They are titles and others that end no sentence; those with "#" go on only before a figure.
    """
    text = files(__package__).joinpath("data", "abbreviations.txt").read_text(encoding="utf-8")
    lines = (line.partition(": ") for line in text.splitlines())
    return {language: frozenset(words.split()) for language, _, words in lines}


def _continues(text: str, end: int, language: str) -> bool:
    """Return True if a sentence of another language than English does not end at this full stop."""
    before, after = text[max(0, end - _LONGEST_WORDS) : end].rstrip(), text[end : end + _LONGEST_WORDS].lstrip()
    if not before.endswith("."):
        return False
    if after[:1].islower():
        return True
    *earlier, last = before.split()
    if _ORDINAL.fullmatch(last):
        ordinal = bool(earlier) and earlier[-1].lower() in _BEFORE_ORDINAL.get(language, ())
        return ordinal or _OF_A_MONTH.match(after) is not None
    word = re.split("[('’\"«„“-]", last)[-1].rstrip(".").lower()
    known = _abbreviations().get(language, ())
    return word in known or (after[:1].isdigit() and f"{word}#" in known)


def _sentences(text: str, paragraph: Span, language: str) -> Iterator[Span]:
    raw = paragraph.cut(text)
    cuts = set(_ends(raw))
    if not is_english(language):
        cuts = {cut for cut in cuts if not _continues(raw, cut, language)}
    cuts |= {found.start() for found in _LOST_SPACE.finditer(raw) if not _in_address(raw, found.start())}
    cuts |= {found.start() for found in _PER_CENT.finditer(raw)}
    cuts |= {found.end() for found in _OTHER_STOP.finditer(raw)}
    start = 0
    for end in sorted(cuts | {len(raw)}):
        sentence = raw[start:end]
        if sentence.strip():
            lead = len(sentence) - len(sentence.lstrip())
            yield Span(start + lead, start + len(sentence.rstrip())).shifted(paragraph.start)
        start = end


def _ends(paragraph: str) -> Iterator[int]:
    """Yield where nupunkt's sentences end, a window at a time; the last one of a window is split again."""
    start = 0
    while len(paragraph) - start > _WINDOW:
        ends = [end for _, end in _splitter().span_tokenize(paragraph[start : start + _WINDOW])]
        yield from (start + end for end in ends[:-1])
        start += ends[-2] if len(ends) > 1 else _WINDOW
    yield from (start + end for _, end in _splitter().span_tokenize(paragraph[start:]))


def _in_address(text: str, position: int) -> bool:
    word = text[text.rfind(" ", 0, position) + 1 : position]
    return "/" in word or "@" in word or word.startswith("www.")


def _cut_long(text: str, sentence: Span) -> Iterator[Span]:
    start = sentence.start
    while sentence.end - start > LONGEST:
        breaks = [found.start() for found in re.finditer(r"(?<=\S)\s", text[start : start + LONGEST])]
        end = start + (breaks[-1] if breaks else LONGEST)
        yield Span(start, end)
        following = _SEEN.search(text, end, sentence.end)
        start = following.start() if following else sentence.end
    if start < sentence.end:
        yield Span(start, sentence.end)
