"""Retrieval: two rankings that fail in different ways, fused by rank."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embeddings import EndpointEmbedder
from index.errors import IndexMismatch
from index.parts import sync_parts
from index.scope import Scope
from index.sync import Visible
from rag.answers import find_passages
from rag.retrieval import CANDIDATES, FoundBy, reciprocal_rank_fusion, search
from tests.conftest import FENTANYL, SEED, Newsroom

rankings = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=4)


@given(rankings)
def test_fusion_names_everything_ranked_once_best_first(given_rankings: list[list[str]]) -> None:
    scores = reciprocal_rank_fusion(given_rankings)
    assert set(scores) == {id_ for ranking in given_rankings for id_ in ranking}
    assert list(scores.values()) == sorted(scores.values(), reverse=True)
    assert all(score > 0 for score in scores.values())


@given(rankings, st.randoms())
def test_fusion_does_not_care_which_ranking_comes_first(given_rankings: list[list[str]], random: object) -> None:
    shuffled = given_rankings.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert reciprocal_rank_fusion(shuffled) == pytest.approx(reciprocal_rank_fusion(given_rankings))


@given(st.lists(st.sampled_from("abcdefgh"), unique=True))
def test_fusion_of_one_ranking_is_that_ranking(ranking: list[str]) -> None:
    assert list(reciprocal_rank_fusion([ranking, ranking])) == ranking


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
    hits, _ = find_passages(question, parts=archive.parts, k=5)
    assert hits[0][1].article.path == path
    assert [hit.rank for hit, _ in hits] == [1, 2, 3, 4, 5]
    assert hits[0][0].found_by.dense or hits[0][0].found_by.keyword


def test_as_of_a_day_only_what_was_published_by_then_is_found(archive: Newsroom) -> None:
    scope = Scope(until=date(2026, 1, 31))
    hits, _ = find_passages("ferries, turbines, bronzes, floods", parts=archive.parts, k=10, scope=scope)
    assert {passage.article.path for _, passage in hits} == {"fiction/river.md", "fiction/bronzes.txt"}
    assert find_passages("ferries", parts=archive.parts, k=10, scope=Scope(until=date(2020, 1, 1))) == ([], "")


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
    hits, problem = find_passages(question, parts=archive.parts, k=100, scope=scope)
    assert ({passage.article.path for _, passage in hits}, problem) == (paths, "")


def test_a_narrow_scope_is_searched_through_though_others_are_nearer(newsroom: Newsroom) -> None:
    for number in range(CANDIDATES + 20):
        head = "outlet: Weekly\ndate: 2026-02-01" if number < 10 else "outlet: Daily"
        newsroom.write(f"near/{number}.md", f"---\n{head}\n---\nThe ferry to Gull Island sailed {number} times.")
    far = ("Museum pieces were found.", "Turbines were installed.", "Pupils are offered lunch.")
    for number, text in enumerate(far):
        newsroom.write(f"far/{number}.md", f"---\noutlet: Weekly\ndate: 2026-02-0{number + 2}\n---\n{text}")
    newsroom.index()
    assert newsroom.parts.index.owned
    question = "How many times did the ferry to Gull Island sail?"
    for scope, near, away in (
        (Scope(outlets=frozenset({"Weekly"})), 10, 3),
        (Scope(until=date(2026, 2, 2)), 10, 1),
        (Scope(since=date(2026, 2, 2)), 0, 3),
        (Scope(date(2026, 2, 1), date(2026, 2, 3), frozenset({"Weekly", "Daily"})), 10, 2),
    ):
        hits, _ = find_passages(question, parts=newsroom.parts, k=100, scope=scope)
        by_meaning = sorted(hits, key=lambda found: found[0].found_by.dense or 0)
        assert [hit.found_by.dense for hit, _ in by_meaning] == list(range(1, near + away + 1))
        assert [passage.article.path[:4] for _, passage in by_meaning] == ["near"] * near + ["far/"] * away
    hits, _ = find_passages(question, parts=newsroom.parts, k=100, scope=Scope(outlets=frozenset({"Daily"})))
    assert len(hits) == CANDIDATES, "a wide scope gives as many as are asked for"


def test_a_question_of_stop_words_or_signs_finds_by_meaning(archive: Newsroom) -> None:
    assert find_passages("what is it?", parts=archive.parts, k=3)[0]
    assert find_passages("???", parts=archive.parts, k=3)[0]


def test_vectors_of_another_model_are_not_searched(archive: Newsroom) -> None:
    other = EndpointEmbedder("other", base_url="http://127.0.0.1:9/v1", key="")
    with archive.parts.shelf.read() as reading, pytest.raises(IndexMismatch, match="The shelf was embedded with"):
        search("ferries", reading=reading, index=archive.parts.index, embedder=other, k=3)


def test_an_empty_shelf_finds_nothing(newsroom: Newsroom) -> None:
    assert find_passages("anything", parts=newsroom.parts, k=3) == ([], "")
    newsroom.index()
    assert find_passages("anything", parts=newsroom.parts, k=3) == ([], "")


def test_an_article_that_waits_for_its_vectors_is_found_among_many_that_share_its_words(newsroom: Newsroom) -> None:
    for number in range(30):
        newsroom.write(f"{number}.txt", f"The shepherd of Upper Lind counted {number} goats.")
    newsroom.index()
    newsroom.write("new.txt", "The shepherd of Banerur counted 77 goats.")
    (waiting,) = (
        find_passages("How many goats did the shepherd of Banerur count?", parts=newsroom.parts, k=3)[0]
        for event in sync_parts(newsroom.parts)
        if isinstance(event, Visible)
    )
    assert waiting[0][1].article.path == "new.txt"
    assert waiting[0][0].found_by == FoundBy(dense=None, keyword=1)
