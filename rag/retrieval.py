"""Retrieval: which chunks may hold the answer.

Two rankings that fail in different ways, by meaning (vectors) and by words (BM25), are
fused by rank. The same search serves the page, the command line and the answerers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index.chunks import Chunk
from index.embeddings import Embedder
from index.errors import ChromaUnreachable, DamagedVectors, EmbeddingFailed, IndexMismatch
from index.scope import WHOLE, Scope
from index.shelf import Reading
from index.vectors import VectorIndex
from index.words import content_terms, terms

# How far down each ranking the fusion looks.
CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class FoundBy:
    """The rank (from 1) that each ranking gave a chunk; `None` where it did not name it."""

    dense: int | None
    keyword: int | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found for a question."""

    chunk: Chunk
    score: float  # of the fusion; higher is better
    rank: int  # from 1
    found_by: FoundBy


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a search, best first, and what kept it from being a whole one."""

    hits: tuple[Hit, ...]
    problem: str  # why nothing was found by meaning; "" where all is well


def search(
    question: str,
    *,
    reading: Reading,
    index: VectorIndex,
    embedder: Embedder,
    k: int,
    scope: Scope = WHOLE,
) -> Found:
    """Find the `k` best chunks for `question` in the articles of the scope.

    Where the question cannot be embedded, words alone are searched and `problem` says why.
    Raises IndexMismatch where the vectors on the shelf are another model's.
    """
    keyword = reading.keyword_ranking(content_terms(question) or terms(question), CANDIDATES, scope=scope)
    problem = ""
    try:
        dense = _dense_ranking(question, reading=reading, index=index, embedder=embedder, scope=scope)
    except EmbeddingFailed as error:
        dense, problem = [], str(error)
    dense_ranks = {id_: rank for rank, id_ in enumerate(dense, start=1)}
    keyword_ranks = {id_: rank for rank, id_ in enumerate(keyword, start=1)}
    scores = reciprocal_rank_fusion([dense, keyword])
    # While chunks wait for their vectors, words speak for both rankings: an article that has just come would be
    # hidden behind whatever happens to be in both.
    for id_ in reading.without_vectors(keyword) if dense else ():
        scores[id_] *= 2
    best = sorted(scores, key=lambda id_: -scores[id_])[:k]
    chunks = reading.chunks(best, scope=scope)
    hits = (
        Hit(chunks[id_], scores[id_], rank, FoundBy(dense_ranks.get(id_), keyword_ranks.get(id_)))
        for rank, id_ in enumerate(best, start=1)
    )
    return Found(tuple(hits), problem)


def reciprocal_rank_fusion(rankings: Sequence[Sequence[str]], *, damping: int = 60) -> dict[str, float]:
    """Merge rankings by summing 1 / (damping + rank), best first.

    Only ranks are read, so a cosine similarity and a BM25 score never have to share a
    scale. `damping` is the 60 of Cormack et al. (SIGIR 2009).

    >>> list(reciprocal_rank_fusion([["a", "b"], ["b", "c"]]))
    ['b', 'a', 'c']
    """
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, start=1):
            scores[id_] = scores.get(id_, 0.0) + 1 / (damping + rank)
    return dict(sorted(scores.items(), key=lambda entry: -entry[1]))


def _dense_ranking(
    question: str, *, reading: Reading, index: VectorIndex, embedder: Embedder, scope: Scope
) -> list[str]:
    made_by = reading.record("embedding_model")
    if not made_by:
        return []  # nothing is indexed yet
    if made_by != embedder.model:
        raise IndexMismatch(
            f"The shelf was embedded with {made_by!r}, but the settings ask for {embedder.model!r}. "
            "Run `dateline index` to embed it again, or set DATELINE_EMBEDDING_MODEL back."
        )
    vector = embedder.embed_question(question)
    if len(vector) != int(reading.record("dimensions")):
        raise IndexMismatch(
            f"{embedder.model!r} now gives {len(vector)} numbers a text, the shelf has {reading.record('dimensions')}. "
            "Expected the model that embedded it. Delete articles.db in the store and run `dateline index`: it is "
            "built from the seeds."
        )
    collection = reading.record("collection")
    # While vectors are still on their way to Chroma, the shelf has more of them.
    if index.sound and collection and reading.all_placed():
        try:
            found = index.ranking(collection, vector, CANDIDATES)
        except (DamagedVectors, ChromaUnreachable):
            found = []  # the exact search below serves until it is mended
        visible = reading.chunks(found, scope=scope)
        ranking = [id_ for id_ in found if id_ in visible]
        # Few of the nearest are in the scope: look through all that are.
        if ranking and (scope.is_whole or len(ranking) >= CANDIDATES // 4):
            return ranking
    return reading.vector_ranking(vector, CANDIDATES, scope=scope)
