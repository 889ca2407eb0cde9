"""Retrieval: two rankings that fail in different ways, fused by score."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.core.errors import IndexMismatch
from index.core.scope import Scope
from index.pipeline.events import Visible
from index.pipeline.sync import sync_shelf
from index.vectors.embedders import EndpointEmbedder
from rag.answering.pipeline import find_passages
from rag.retrieval.search import CANDIDATES, FoundBy, fuse, search
from tests.conftest import FENTANYL, SEED, Newsroom


def rankings(lowest: float, highest: float) -> st.SearchStrategy[dict[str, float]]:
    """Return scores by id, best first, none too small to be scaled."""
    scores = st.floats(lowest, highest).map(lambda score: round(score, 12))
    return st.dictionaries(st.sampled_from("abcdefgh"), scores).map(
        lambda scores: dict(sorted(scores.items(), key=lambda entry: -entry[1]))
    )


COSINES, BM25 = rankings(-1, 1), rankings(0, 50)


@pytest.mark.slow
@given(COSINES, BM25)
def test_fusion_names_everything_ranked_once_best_first(dense: dict[str, float], keyword: dict[str, float]) -> None:
    scores = fuse(dense, keyword)
    assert set(scores) == {*dense, *keyword}
    assert list(scores.values()) == sorted(scores.values(), reverse=True)
    assert all(0 <= score <= 1 for score in scores.values())


@given(COSINES, BM25, st.floats(0.01, 100))
def test_fusion_does_not_depend_on_the_scale_of_scores(
    dense: dict[str, float], keyword: dict[str, float], factor: float
) -> None:
    scaled = {id_: score * factor for id_, score in keyword.items()}
    assert fuse(dense, scaled) == pytest.approx(fuse(dense, keyword))


@given(BM25)
def test_fusion_of_one_ranking_keeps_its_order(keyword: dict[str, float]) -> None:
    assert sorted(fuse({}, keyword).values(), reverse=True) == list(fuse({}, keyword).values())
    ranks = list(fuse({}, keyword))
    assert [keyword[id_] for id_ in ranks] == sorted(keyword.values(), reverse=True)


@given(COSINES, BM25, st.sampled_from("abcdefgh"))
def test_a_chunk_better_in_both_rankings_is_better(
    dense: dict[str, float], keyword: dict[str, float], id_: str
) -> None:
    scores = fuse(dense, keyword)
    for other in scores.keys() & dense.keys() & keyword.keys():
        if id_ in dense and id_ in keyword and dense[id_] >= dense[other] and keyword[id_] >= keyword[other]:
            assert scores[id_] >= scores[other]


@given(BM25)
def test_a_chunk_that_waits_for_its_vector_is_ranked_by_its_words_alone(keyword: dict[str, float]) -> None:
    scores = fuse({"z": 0.9}, keyword, waiting=set(keyword))
    assert {id_: scores[id_] for id_ in keyword} == pytest.approx(fuse({}, keyword))


@pytest.mark.parametrize(
    ("question", "path"),
    [
        (FENTANYL, SEED.name),
        ("How many sandbags were filled by volunteers?", "fiction/river.md"),
        ("Which museum pieces are still lost?", "fiction/bronzes.txt"),
        ("What will the new boats cost?", "fiction/ferries.txt"),
        ("the pay deal of the engine drivers", "fiction/strike.txt"),
        ("school dinners at no charge", "fiction/lunches.txt"),
    ],
)
def test_the_right_article_comes_first(archive: Newsroom, question: str, path: str) -> None:
    hits, _ = find_passages(question, library=archive.library, k=5)
    assert hits[0][1].article.path == path
    assert [hit.rank for hit, _ in hits] == [1, 2, 3, 4, 5]
    assert hits[0][0].found_by.dense or hits[0][0].found_by.keyword


def test_as_of_a_day_only_what_was_published_by_then_is_found(archive: Newsroom) -> None:
    scope = Scope(until=date(2026, 1, 31))
    hits, _ = find_passages("ferries, turbines, bronzes, floods", library=archive.library, k=10, scope=scope)
    assert {passage.article.path for _, passage in hits} == {"fiction/river.md", "fiction/bronzes.txt"}
    assert find_passages("ferries", library=archive.library, k=10, scope=Scope(until=date(2020, 1, 1))) == ([], "")


@pytest.mark.parametrize(
    ("scope", "paths"),
    [
        (Scope(since=date(2026, 2, 20)), {"fiction/ferries.txt", "fiction/turbines.txt"}),
        (Scope(date(2026, 1, 28), date(2026, 2, 2)), {"fiction/bronzes.txt", "fiction/strike.txt"}),
        (Scope(date(2026, 2, 2), date(2026, 1, 28)), set()),
        (Scope(outlets=frozenset({"Castlemere Courier (fictional)"})), {"fiction/strike.txt"}),
        (Scope(outlets=frozenset({""})), {SEED.name, "fiction/turbines.txt"}),
        (Scope(since=date(2026, 2, 20), outlets=frozenset({"", "Nobody"})), {"fiction/turbines.txt"}),
        (Scope(since=date(2026, 2, 20), outlets=frozenset({"Nobody"})), set()),
    ],
)
def test_only_articles_in_the_scope_are_found(archive: Newsroom, scope: Scope, paths: set[str]) -> None:
    question = "What about the ferries, the fentanyl, the pay rise?"
    hits, problem = find_passages(question, library=archive.library, k=100, scope=scope)
    assert ({passage.article.path for _, passage in hits}, problem) == (paths, "")


@pytest.mark.slow
def test_a_narrow_scope_is_searched_through_though_others_are_nearer(newsroom: Newsroom) -> None:
    for number in range(CANDIDATES + 20):
        head = "outlet: Weekly\ndate: 2026-02-01" if number < 10 else "outlet: Daily"
        newsroom.write(f"near/{number}.md", f"---\n{head}\n---\nThe ferry to Gull Island sailed {number} times.")
    far = ("Museum pieces were found.", "Turbines were installed.", "Pupils are offered lunch.")
    for number, text in enumerate(far):
        newsroom.write(f"far/{number}.md", f"---\noutlet: Weekly\ndate: 2026-02-0{number + 2}\n---\n{text}")
    newsroom.index()
    assert newsroom.library.index.owned
    question = "How many times did the ferry to Gull Island sail?"
    for scope, near, away in (
        (Scope(outlets=frozenset({"Weekly"})), 10, 3),
        (Scope(until=date(2026, 2, 2)), 10, 1),
        (Scope(since=date(2026, 2, 2)), 0, 3),
        (Scope(date(2026, 2, 1), date(2026, 2, 3), frozenset({"Weekly", "Daily"})), 10, 2),
    ):
        hits, _ = find_passages(question, library=newsroom.library, k=100, scope=scope)
        by_meaning = sorted(hits, key=lambda found: found[0].found_by.dense or 0)
        assert [hit.found_by.dense for hit, _ in by_meaning] == list(range(1, near + away + 1))
        assert [passage.article.path[:4] for _, passage in by_meaning] == ["near"] * near + ["far/"] * away
    hits, _ = find_passages(question, library=newsroom.library, k=100, scope=Scope(outlets=frozenset({"Daily"})))
    assert len(hits) == CANDIDATES, "a wide scope gives as many as are asked for"


def test_a_question_of_stop_words_or_signs_finds_by_meaning(archive: Newsroom) -> None:
    assert find_passages("what is it?", library=archive.library, k=3)[0]
    assert find_passages("???", library=archive.library, k=3)[0]


def test_vectors_of_another_model_are_not_searched(archive: Newsroom) -> None:
    other = EndpointEmbedder("other", base_url="http://127.0.0.1:9/v1", key="")
    with archive.library.shelf.read() as reading, pytest.raises(IndexMismatch, match="The shelf was embedded with"):
        search("ferries", reading=reading, index=archive.library.index, embedder=other, k=3)


def test_an_empty_shelf_finds_nothing(newsroom: Newsroom) -> None:
    assert find_passages("anything", library=newsroom.library, k=3) == ([], "")
    newsroom.index()
    assert find_passages("anything", library=newsroom.library, k=3) == ([], "")


def test_an_article_that_waits_for_its_vectors_is_found_among_many_that_share_its_words(newsroom: Newsroom) -> None:
    for number in range(30):
        newsroom.write(f"{number}.txt", f"The shepherd of Upper Lind counted {number} goats.")
    newsroom.index()
    newsroom.write("new.txt", "The shepherd of Banerur counted 77 goats.")
    (waiting,) = (
        find_passages("How many goats did the shepherd of Banerur count?", library=newsroom.library, k=3)[0]
        for event in sync_shelf(newsroom.library)
        if isinstance(event, Visible)
    )
    assert waiting[0][1].article.path == "new.txt"
    assert waiting[0][0].found_by == FoundBy(dense=None, keyword=1)


def test_keywords_are_found_in_their_irregular_forms_and_both_spellings(newsroom: Newsroom) -> None:
    newsroom.write("crown.txt", "Title: Castle\n\nTwo men stole it from the jewellery room at night.\n")
    newsroom.write("river.txt", "Title: River\n\nThe water rose again.\n")
    newsroom.indexed()
    library = newsroom.library
    with library.shelf.read() as reading:
        for question in ("Which man is stealing?", "jewelry"):
            found = search(question, reading=reading, index=library.index, embedder=library.embedder, k=2)
            by_words = [hit for hit in found.hits if hit.found_by.keyword]
            assert [reading.articles([hit.chunk.article_id]).popitem()[1].path for hit in by_words] == ["crown.txt"]
