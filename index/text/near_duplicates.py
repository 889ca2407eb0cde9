"""Near duplicates: find articles that are copies of each other.

Many outlets print the same agency report, shortened, with another title or slightly edited. Two articles are copies if
one says almost nothing that the other does not. Fingerprints find the few candidates; their texts decide.
"""

import re
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version

from rensa import RMinHash

from index.text import terms as words
from index.text.plain_text import plain
from index.text.terms import folded

# Consecutive words in a shingle: four in a row are rarely equal by chance.
_WORDS_TOGETHER = 4
# Shorter texts are notices ("Markets are closed today"), which are alike without being copies.
_LEAST_SHINGLES = 30
# Share of the shorter text's shingles that must be in the longer one; the rest allows for edits.
_SHARED = 0.8
# Least length of the shorter text, as a share of the longer: a paragraph in a round-up is not a copy of it.
_LEAST_LENGTH = 0.4
# 40 bands of 3 MinHash values (Broder 1997; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3).
# Two texts that share .4 of all their shingles have an equal band with probability .93; unrelated ones (.05) with .005.
_BANDS, _ROWS = 40, 3
# Recorded on the shelf: if fingerprints are made in a new way, all are made again.
VERSION = f"1/{words.VERSION}/{version('rensa')}"

# In scripts without spaces between words, each letter counts as a word.
_WORD = re.compile(r"[぀-ヿ㐀-鿿]|[^\W぀-ヿ㐀-鿿]+")


def shingles(text: str) -> frozenset[str]:
    """Return every run of four consecutive words, folded as `terms.folded` does.

    >>> sorted(shingles("The quick brown fox ran."))
    ['quick brown fox ran', 'the quick brown fox']
    """
    found = _WORD.findall(folded(plain(text)))
    return frozenset(" ".join(found[i : i + _WORDS_TOGETHER]) for i in range(len(found) - _WORDS_TOGETHER + 1))


# Users ask several questions about the same stories, and a hundred outlets may print one report. About 50 kB each.
shingles_kept = lru_cache(maxsize=256)(shingles)


def are_copies(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return True if two texts, given by their shingles, are copies: the longer is mostly the shorter."""
    shorter, longer = sorted((one, other), key=len)
    is_most = len(shorter) >= max(_LEAST_SHINGLES, _LEAST_LENGTH * len(longer))
    return is_most and len(shorter & longer) >= _SHARED * len(shorter)


def prints(text: str) -> set[int]:
    """Return the fingerprints of a text. Copies share some of them; other texts almost never do.

    Each is a digest of one band of MinHash values: 48 bits, at most 40 of them. A short text has none.
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
