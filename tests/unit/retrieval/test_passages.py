"""Passages: neighbouring chunks are read together."""

import pytest

from rag.retrieval.passages import gather_passages
from rag.retrieval.search import search
from tests.conftest import SEED, Newsroom

FILLING = " ".join(f"Member {number} spoke of dust, noise and lorries on the road." for number in range(12))


def test_neighbouring_hits_are_one_passage_in_reading_order(archive: Newsroom) -> None:
    library = archive.library
    with library.shelf.read() as reading:
        hits = search("liaison officers", reading=reading, index=library.index, embedder=library.embedder, k=20).hits
        passages = gather_passages(hits, reading, most=20)
        article = reading.article(SEED.name)
    assert passages[0].article == article
    assert passages[0].span == article.body, "all four chunks of the article were found and merged"
    assert [passage.number for passage in passages] == list(range(1, len(passages) + 1))
    for passage in passages:
        assert passage.text == passage.span.cut(passage.article.text)
        assert list(passage.sentences) == sorted(set(passage.sentences))


def test_a_gap_between_two_hits_separates_their_passages(archive: Newsroom) -> None:
    library = archive.library
    with library.shelf.read() as reading:
        hits = search("liaison officers", reading=reading, index=library.index, embedder=library.embedder, k=20).hits
        ours = sorted((hit for hit in hits if hit.chunk.heading.startswith("India")), key=lambda hit: hit.chunk.span)
        first, last = gather_passages([ours[0], ours[-1]], reading, most=8)
    assert {first.span, last.span} == {ours[0].chunk.span, ours[-1].chunk.span}
    assert first.sentences[0] in (*ours[0].chunk.sentences, *ours[-1].chunk.sentences)


def test_no_hits_make_no_passages(archive: Newsroom) -> None:
    with archive.library.shelf.read() as reading:
        assert gather_passages([], reading, most=8) == []


@pytest.fixture
def vote(newsroom: Newsroom) -> Newsroom:
    """A long report of a vote, and three short ones that are about as good as each of its parts."""
    parts = [f"The Ardal council voted on the quarry for hour {hour}. {FILLING}" for hour in range(1, 9)]
    newsroom.write("long.txt", "Title: The Ardal quarry vote\n\n" + "\n\n".join(parts))
    for paper in ("east", "north", "west"):
        text = f"The Ardal council voted on the quarry late, the {paper} paper saw. {FILLING}"
        newsroom.write(f"{paper}.txt", f"Title: The Ardal quarry vote\n\n{text}")
    newsroom.write("other.txt", "Title: Rain\n\nIt rained in Selm for an hour, and the ferry was late.")
    newsroom.indexed()
    return newsroom


def test_hits_that_are_about_equally_good_come_from_several_articles(vote: Newsroom) -> None:
    library = vote.library
    with library.shelf.read() as reading:
        question = "How did the Ardal council vote on the quarry?"
        hits = search(question, reading=reading, index=library.index, embedder=library.embedder, k=20).hits
        read = [passage.article.path for passage in gather_passages(hits, reading, most=4)]
        best = [reading.articles([hit.chunk.article_id])[hit.chunk.article_id].path for hit in hits[:4]]
    assert len(set(best)) < 4, "the long article has several of the best hits"
    assert set(read) == {"long.txt", "east.txt", "north.txt", "west.txt"}


def test_a_long_article_keeps_its_second_hit_before_a_much_worse_one(vote: Newsroom) -> None:
    library = vote.library
    with library.shelf.read() as reading:
        question = "How did the Ardal council vote on the quarry?"
        hits = search(question, reading=reading, index=library.index, embedder=library.embedder, k=20).hits
        passages = gather_passages(hits, reading, most=6)
    assert "other.txt" not in {passage.article.path for passage in passages}
    (long,) = {passage.article.id for passage in passages if passage.article.path == "long.txt"}
    assert sum(len(passage.sentences) for passage in passages if passage.article.id == long) > len(
        next(hit for hit in hits if hit.chunk.article_id == long).chunk.sentences
    )
