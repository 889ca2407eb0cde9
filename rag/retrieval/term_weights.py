"""The weight of a term: the fewer chunks of the shelf have it, the more."""

from collections.abc import Sequence
from math import log

from index.shelf.queries import Reading


def term_rarity(asked: Sequence[str], reading: Reading) -> dict[str, float]:
    """Return the weight of each term: BM25's inverse document frequency.

    A word that no article has weighs most: what is asked about it cannot be on the shelf.
    """
    chunks = reading.counts().chunks
    held = {term: reading.count_chunks_with(term) for term in asked}
    return {term: log(1 + (chunks - count + 0.5) / (count + 0.5)) for term, count in held.items()}
