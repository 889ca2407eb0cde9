"""How much a term tells, by how few chunks of the shelf have it."""

from collections.abc import Sequence
from math import log

from index.shelf.queries import Reading


def term_rarity(asked: Sequence[str], reading: Reading) -> dict[str, float]:
    """Weigh each term by how few chunks of the shelf hold it: BM25's inverse document frequency.

    A word that no article holds weighs most: what is asked about it cannot be on the shelf.
    """
    chunks = reading.counts().chunks
    held = {term: reading.count_chunks_with(term) for term in asked}
    return {term: log(1 + (chunks - count + 0.5) / (count + 0.5)) for term, count in held.items()}
