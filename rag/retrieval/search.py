"""Hybrid search: the chunks that may have the answer.

Two rankings, semantic (vectors) and by keywords (BM25), are fused by score, because they fail in different ways. The
page, the command line and the answers all use this search.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.core.errors import ChromaUnreachable, EmbeddingFailed, IndexMismatch, VectorsDamaged
from index.core.scope import WHOLE, Scope
from index.shelf.queries import Reading
from index.text.chunks import Chunk
from index.text.languages import ENGLISH, is_english, name_of_language
from index.text.terms import content_terms, terms, terms_in
from index.vectors.chroma import VectorIndex
from index.vectors.embedders import Embedder
from rag.language.matching import is_irregular, word_forms
from rag.retrieval.freshness import prefer_fresher

# How far down each ranking the fusion looks.
CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class FoundBy:
    """The rank (from 1) that each ranking gave a chunk; `None` if it did not list it."""

    dense: int | None
    keyword: int | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found for a question."""

    chunk: Chunk
    score: float  # of the fusion, 0 to 1; higher is better
    counted: float  # the score with the preference for fresher articles, by which hits are ranked
    rank: int  # from 1
    found_by: FoundBy


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a search, best first, and what prevented a complete search."""

    hits: tuple[Hit, ...]
    problem: str  # why only keywords were searched; "" if all was


def search(
    question: str,
    *,
    reading: Reading,
    index: VectorIndex,
    embedder: Embedder,
    k: int,
    scope: Scope = WHOLE,
    language: str = ENGLISH,
) -> Found:
    """Find the `k` best chunks for `question` in the articles of the scope.

    If the question cannot be embedded, only keywords are searched and `problem` says why. The same is done for a
    question that is not in English, if the model knows nothing else. Raises IndexMismatch if the vectors on the shelf
    are of another model.
    """
    keyword = reading.keyword_ranking(_asked_terms(question, language, reading), CANDIDATES, scope=scope)
    dense, problem = dict[str, float](), ""
    if embedder.only_english and not is_english(language):
        problem = f"The question is in {name_of_language(language)}, and the built-in model knows only English."
    else:
        try:
            dense = _dense_ranking(question, reading=reading, index=index, embedder=embedder, scope=scope)
        except EmbeddingFailed as error:
            problem = str(error)
    dense_ranks = {id_: rank for rank, id_ in enumerate(dense, start=1)}
    keyword_ranks = {id_: rank for rank, id_ in enumerate(keyword, start=1)}
    # For chunks that wait for their vectors, the keyword score counts whole. Else a new article would be ranked below
    # whatever is in both rankings.
    waiting = reading.without_vectors(list(keyword)) if dense else set()
    scores = fuse(dense, keyword, waiting=waiting)
    counted = _counted(scores, question, reading, scope)
    best = list(counted)[:k]
    chunks = reading.chunks(best, scope=scope)
    hits = (
        Hit(chunks[id_], scores[id_], counted[id_], rank, FoundBy(dense_ranks.get(id_), keyword_ranks.get(id_)))
        for rank, id_ in enumerate(best, start=1)
    )
    return Found(tuple(hits), problem)


def _counted(scores: Mapping[str, float], question: str, reading: Reading, scope: Scope) -> Mapping[str, float]:
    """Prefer fresher articles, unless the scope begins on a day: then the time was chosen."""
    if scope.since:
        return scores
    return prefer_fresher(scores, reading.days_of(list(scores)), question, as_of=scope.until)


def fuse(dense: Mapping[str, float], keyword: Mapping[str, float], *, waiting: Container[str] = ()) -> dict[str, float]:
    """Merge two rankings, each with its scores, into one with scores from 0 to 1, best first.

    Each score is divided by its ranking's best one, and the mean of the two is taken. So it counts how far a chunk is
    ahead, which ranks alone do not show (`bench/README.md` has the measurements). For chunks that are `waiting` for a
    vector, and if one ranking is empty, the other counts whole.

    >>> fuse({"a": 0.8, "b": 0.4}, {"b": 12.0, "c": 6.0})
    {'b': 0.75, 'a': 0.5, 'c': 0.25}
    """
    by_meaning, by_words = _shares(dense), _shares(keyword)
    scores = {}
    for id_ in {**by_meaning, **by_words}:
        if id_ in waiting or not by_meaning:
            scores[id_] = by_words.get(id_, 0.0)
        elif not by_words:
            scores[id_] = by_meaning[id_]
        else:
            scores[id_] = (by_meaning.get(id_, 0.0) + by_words.get(id_, 0.0)) / 2
    return dict(sorted(scores.items(), key=lambda entry: -entry[1]))


def _shares(ranking: Mapping[str, float]) -> dict[str, float]:
    best = max(ranking.values(), default=0.0)
    return {id_: max(0.0, score) / best if best > 0 else 0.0 for id_, score in ranking.items()}


def _asked_terms(question: str, language: str, reading: Reading) -> list[str]:
    """Return the terms to look for: those of the question, and what articles of other languages have for its words."""
    own = content_terms(question, language) or terms(question, language)
    asked = list(_with_forms(own, reading) if is_english(language) else own)
    for other in reading.languages():
        if other != language and not (is_english(other) and is_english(language)):
            asked += terms_in(other, question, language).values()
    return list(dict.fromkeys(asked))


def _with_forms(asked: Sequence[str], reading: Reading) -> Iterator[str]:
    """Yield each term, and its other forms.

    Those of a verb only if no article has the verb as asked: they are common words, and a rarer form would weigh more
    than what was asked for (CLAP NQ, keywords alone: MRR .859 became .849 with all forms, .860 with these).
    """
    for term in asked:
        yield term
        if not is_irregular(term) or not reading.count_chunks_with(term):
            yield from sorted(word_forms(term) - {term})


def _dense_ranking(
    question: str, *, reading: Reading, index: VectorIndex, embedder: Embedder, scope: Scope
) -> dict[str, float]:
    made_by = reading.record("embedding_model")
    if not made_by:
        return {}  # nothing is indexed yet
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
    # Until all vectors are in Chroma, the shelf has more of them.
    if index.usable and collection and reading.all_in_chroma():
        try:
            found = index.ranking(collection, vector, CANDIDATES)
        except (VectorsDamaged, ChromaUnreachable):
            found = {}  # the exact search below is used until it is repaired
        visible = reading.chunks(list(found), scope=scope)
        ranking = {id_: cosine for id_, cosine in found.items() if id_ in visible}
        # Few of the nearest are in the scope: compare all that are.
        if ranking and (scope.is_whole or len(ranking) >= CANDIDATES // 4):
            return ranking
    return reading.vector_ranking(vector, CANDIDATES, scope=scope)
