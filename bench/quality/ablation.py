"""Compare designs of the search.

    python -m bench.quality.ablation DATA_FOLDER [--sets clapnq,chunking,timeqa,multihoprag]

It asks each set's questions once of every design: semantic search alone, keyword search alone, the two fused in
several ways, words of the heading counted once or twice, reordering by the best sentence or by date, and chunks of
other sizes. Chunks of different sizes are compared by what is found in the first 4,000 characters read. It prints a
table for each set and writes it to `bench/results/ablation.json`.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate
from pathlib import Path
from statistics import mean

from bench.quality.__main__ import RESULT, ROOT, holds
from bench.quality.peers import Dateline
from bench.quality.sets import Place, Question, QuestionSet, read_sets
from index.core.arrays import Vectors
from index.shelf.queries import Reading
from index.text.articles import Article
from index.text.chunks import Chunk
from index.text.terms import content_terms, terms
from rag.evaluation.evaluate import commit_of
from rag.evaluation.metrics import hits_at, reciprocal_rank
from rag.retrieval.search import CANDIDATES, fuse

KEPT = "fused by score (kept)"
SETS = ("clapnq", "chunking", "timeqa", "multihoprag")
SIZES = (120, 320)
_KS = (1, 4, 10)
_READ = 4_000  # characters: about the five passages that an answer rests on
_LOOKED_AT = 30  # chunks: those that end within so many characters are far fewer
_RERANKED = 10
# What a year takes from a chunk's score, which goes from 0 to 1.
_AGEING = {"mildly": 0.1, "much": 0.5}
Scores = Mapping[str, float]


def by_rank(dense: Scores, keyword: Scores, damping: int = 60) -> dict[str, float]:
    """Fuse by ranks alone (reciprocal rank fusion, Cormack et al., SIGIR 2009)."""
    scores: dict[str, float] = {}
    for ranking in (dense, keyword):
        for rank, id_ in enumerate(ranking, start=1):
            scores[id_] = scores.get(id_, 0.0) + 1 / (damping + rank)
    return scores


def by_range(dense: Scores, keyword: Scores) -> dict[str, float]:
    """Fuse scores that are stretched from 0 to 1 within each ranking."""
    scores: dict[str, float] = {}
    for ranking in filter(None, (dense, keyword)):
        low, high = min(ranking.values()), max(ranking.values())
        for id_, score in ranking.items():
            scores[id_] = scores.get(id_, 0.0) + ((score - low) / (high - low) if high > low else 1.0)
    return scores


def keywords(reading: Reading, question: str, heading: float) -> dict[str, float]:
    """Rank by BM25 as the shelf does, with a weight of its own for words of the heading."""
    asked = content_terms(question) or terms(question)
    query = " OR ".join('"' + term.replace('"', '""') + '"' for term in asked)
    rows = reading._connection.execute(
        "SELECT c.id, -bm25(keywords, ?, 1.0) AS score FROM keywords k JOIN chunks c ON c.number = k.rowid "
        "WHERE keywords MATCH ? ORDER BY score DESC, c.id LIMIT ?",
        (heading, query, CANDIDATES),
    )
    return dict(rows.fetchall()) if asked else {}


def designs(dense: Scores, once: Scores, twice: Scores) -> dict[str, Scores]:
    """Return the scores of each design; `once` and `twice` are by words, with those of the heading counted so."""
    return {
        "by meaning alone": dense,
        "by words alone": twice,
        "fused by rank (60)": by_rank(dense, twice),
        "fused by rank (10)": by_rank(dense, twice, 10),
        "fused by score, stretched from 0 to 1": by_range(dense, twice),
        "fused by score, heading counted once": fuse(dense, once),
        KEPT: fuse(dense, twice),
    }


def by_age(scores: Scores, published: Mapping[str, date | None], loss: float) -> dict[str, float]:
    """Take `loss` from a chunk's score for each year that it is older than the newest; the undated count as oldest."""
    days = [day for day in published.values() if day]
    if not days:
        return dict(scores)
    newest, oldest = max(days), min(days)
    return {
        id_: score - loss * (newest - (published[id_] or oldest)).days / 365.25
        for id_, score in scores.items()
        if id_ in published
    }


class Ablated(Dateline):
    """The shelf, asked in every way at once."""

    def rankings(self, question: str) -> dict[str, list[Place]]:
        """Return the places that each design finds, best first."""
        vector = self._library.embedder.embed_question(question)
        with self._library.shelf.read() as reading:
            dense = reading.vector_ranking(vector, CANDIDATES)
            once, twice = keywords(reading, question, 1.0), keywords(reading, question, 2.0)
            scores = designs(dense, once, twice)
            chunks = reading.chunks(list({id_ for ids in scores.values() for id_ in ids}))
            articles = reading.articles(list({chunk.article_id for chunk in chunks.values()}))
        published = {id_: articles[chunk.article_id].published for id_, chunk in chunks.items()}
        for how, loss in _AGEING.items():
            scores[f"the same, fresher ones {how} preferred"] = by_age(scores[KEPT], published, loss)
        scores["the same, the best ten by their best sentence"] = self._by_best_sentence(
            vector, scores[KEPT], chunks, articles
        )
        found = {name: sorted(each, key=lambda id_: -each[id_])[:_LOOKED_AT] for name, each in scores.items()}
        places = {
            id_: self.place(articles[chunk.article_id].path, articles[chunk.article_id].text, chunk.span)
            for id_, chunk in chunks.items()
            if any(id_ in ids for ids in found.values())
        }
        return {name: [places[id_] for id_ in ids] for name, ids in found.items()}

    def _by_best_sentence(
        self, vector: Vectors, scores: Scores, chunks: Mapping[str, Chunk], articles: Mapping[str, Article]
    ) -> dict[str, float]:
        """Add to the best chunks' scores the cosine of the sentence that is nearest to the question."""
        best = sorted(scores, key=lambda id_: -scores[id_])[:_RERANKED]
        added = {}
        for id_ in best:
            text = articles[chunks[id_].article_id].text
            sentences = [sentence.cut(text) for sentence in chunks[id_].sentences]
            # The built-in model serves as reranker: no installed package has a cross-encoder.
            added[id_] = float((self._library.sentence_model.embed_articles(sentences) @ vector).max())
        return {id_: score + (1 + added[id_] if id_ in added else 0) for id_, score in scores.items()}


def within(places: Sequence[Place], characters: int) -> list[Place]:
    """Return the first passages that have, together, at most so many characters; the first one in any case."""
    ends = accumulate(place.end - place.start for place in places)
    return [
        place for number, (place, end) in enumerate(zip(places, ends, strict=True)) if not number or end <= characters
    ]


def judge(places: Sequence[Place], question: Question, judged: str) -> tuple[list[str], set[str]]:
    """Return what was found, best first, and what of it is right: articles or passages, as the set is judged."""
    if judged == "article":
        right = {place.path for place in question.relevant}
        ranking = list(dict.fromkeys(place.path for place in places))
        return ranking, {path for path in ranking if path in right}
    return list(dict.fromkeys(map(str, places))), {str(place) for place in places if holds(place, question.relevant)}


def measure(asked: QuestionSet, chunk_tokens: int) -> dict[str, dict[str, float]]:
    """Index the set with chunks of that size and return the figures of each design."""
    columns: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        system = Ablated(Path(folder), chunk_tokens=chunk_tokens)
        system.index(asked.articles)
        for question in asked.questions:
            for name, places in system.rankings(question.text).items():
                ranking, relevant = judge(places, question, asked.judged)
                figures = {f"hits@{k}": hits_at(k, ranking, relevant) for k in _KS}
                figures["MRR@10"] = reciprocal_rank(ranking, relevant, max(_KS))
                read, relevant = judge(within(places, _READ), question, asked.judged)
                figures[f"hits in {_READ:,} characters"] = float(not relevant.isdisjoint(read))
                for figure, value in figures.items():
                    columns.setdefault(name, {}).setdefault(figure, []).append(value)
    return {name: {figure: round(mean(values), 3) for figure, values in each.items()} for name, each in columns.items()}


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", default=",".join(SETS))
    given = parser.parse_args()
    path = RESULT.with_name("ablation.json")
    result: dict[str, object] = json.loads(path.read_text()) if path.exists() else {}
    for asked in read_sets(given.data, given.sets.split(","), None):
        rows = measure(asked, 200)
        for size in SIZES:
            rows[f"the same, chunks of {size} tokens"] = measure(asked, size)[KEPT]
        result[asked.name] = {
            "data": asked.about,
            "commit": commit_of(ROOT),
            "questions": len(asked.questions),
            "designs": rows,
        }
        path.write_text(json.dumps(result, indent=2) + "\n")
        print(f"\n{asked.name}, {len(asked.questions)} questions\n")
        print("| | " + " | ".join(next(iter(rows.values()))) + " |")
        print("|---|" + "---|" * len(next(iter(rows.values()))))
        for name, figures in rows.items():
            print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in figures.values()) + " |", flush=True)


if __name__ == "__main__":
    main()
