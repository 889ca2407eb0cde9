"""Copies: the same story under several names.

Agencies' reports come in many copies, cut, retitled and a little edited. Two articles are
copies when one says nearly nothing that the other does not. Prints find the few that may be;
their texts decide.
"""

import re
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version

from rensa import RMinHash

from index.text import terms as words
from index.text.terms import folded

# Words that stand together: four in a row are seldom the same by chance.
_WORDS_TOGETHER = 4
# Shorter ones are lines of service ("Markets are closed today"), the same by nature.
_LEAST_SHINGLES = 30
# Of the shorter one, this share is in the longer one too; an editor's cuts and changes are the rest.
_SHARED = 0.8
# And it is not a fraction of it: a paragraph in a round-up is no copy of the round-up.
_LEAST_LENGTH = 0.4
# 40 bands of 3 (Broder 1997; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3): two that
# share .4 of all their shingles meet in a band with probability .93, unrelated ones (.05) with .005.
_BANDS, _ROWS = 40, 3
# Goes into the shelf's record: prints that are made in another way are made again.
VERSION = f"1/{words.VERSION}/{version('rensa')}"

# Scripts without spaces between words: a letter counts as one.
_WORD = re.compile(r"[぀-ヿ㐀-鿿]|[^\W぀-ヿ㐀-鿿]+")


def shingles(text: str) -> frozenset[str]:
    """Return every four words that follow each other, as `words.folded` compares them.

    >>> sorted(shingles("The quick brown fox ran."))
    ['quick brown fox ran', 'the quick brown fox']
    """
    found = _WORD.findall(folded(text))
    return frozenset(" ".join(found[i : i + _WORDS_TOGETHER]) for i in range(len(found) - _WORDS_TOGETHER + 1))


# Readers ask on about the same stories, and one report has stood in a hundred papers: some 50 kB each.
shingles_kept = lru_cache(maxsize=256)(shingles)


def are_copies(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two texts, by their shingles, are copies: the shorter is in the longer, and is most of it."""
    shorter, longer = sorted((one, other), key=len)
    is_most = len(shorter) >= max(_LEAST_SHINGLES, _LEAST_LENGTH * len(longer))
    return is_most and len(shorter & longer) >= _SHARED * len(shorter)


def prints(text: str) -> set[int]:
    """Return numbers of which copies share some and others share, nearly always, none; none of a short text.

    Each sums up a band of MinHash values: 48 bits, at most 40 of them.
    """
    found = shingles(text)
    if len(found) < _LEAST_SHINGLES:
        return set()
    minhash = RMinHash(_BANDS * _ROWS, seed=1)
    minhash.update(list(found))
    values = minhash.digest()
    bands = (values[i * _ROWS : (i + 1) * _ROWS] for i in range(_BANDS))
    return {
        int.from_bytes(blake2b(f"{number} {band}".encode(), digest_size=6).digest())
        for number, band in enumerate(bands)
    }
