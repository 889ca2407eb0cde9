"""Passages: neighbouring chunks are read together."""

from rag.retrieval.passages import gather_passages
from rag.retrieval.search import search
from tests.conftest import SEED, Newsroom


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
