"""Chunks: each sentence is in one chunk, in order, and each chunk fits its limit."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from index.reading.readers import read_article
from index.text.chunks import chunk_article
from index.text.sentences import split_sentences
from index.text.tokens import count_tokens
from tests.conftest import SEED

sentences = st.sampled_from(
    ["India agreed.", "Jaiswal said there is no timeline for it.", "No. " + "very " * 40 + "long."]
)


@given(st.lists(sentences, min_size=1, max_size=30), st.integers(20, 300))
def test_every_sentence_is_in_one_chunk_in_order(parts: list[str], max_tokens: int) -> None:
    article = read_article("a.txt", ("Title: News\n" + "\n\n".join(parts)).encode())
    chunks = chunk_article(article, max_tokens=max_tokens)
    assert [s for chunk in chunks for s in chunk.sentences] == list(split_sentences(article.text, article.body))
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    for chunk in chunks:
        assert (chunk.span.start, chunk.span.end) == (chunk.sentences[0].start, chunk.sentences[-1].end)
        sizes = [count_tokens(sentence.cut(article.text)) for sentence in chunk.sentences]
        assert len(sizes) == 1 or sum(sizes) + count_tokens(article.heading) <= max_tokens


def test_the_heading_is_embedded_and_is_in_no_span() -> None:
    article = read_article(SEED.name, SEED.read_bytes())
    for chunk in chunk_article(article, max_tokens=200):
        assert chunk.embedded_text(article.text) == f"{article.heading}\n{chunk.span.cut(article.text)}"
        assert "2026-02-12" in chunk.heading
        assert "date 2026-02-12" not in chunk.span.cut(article.text)


def test_the_id_of_a_chunk_depends_on_its_text() -> None:
    one, other = (read_article("a.txt", text) for text in (b"One. Two.", b"One. Two!"))
    again = read_article("a.txt", b"One. Two.")
    assert chunk_article(one, max_tokens=200) == chunk_article(again, max_tokens=200)
    assert chunk_article(one, max_tokens=200)[0].id != chunk_article(other, max_tokens=200)[0].id


def test_a_chunk_knows_the_article_it_was_cut_from() -> None:
    seed = read_article(SEED.name, SEED.read_bytes())
    for chunk in chunk_article(seed, max_tokens=80):
        assert chunk.is_cut_from(seed)
        start, end = chunk.span.start, chunk.span.end
        for place in (start, end - 1):
            changed = seed.text[:place] + "~" + seed.text[place + 1 :]
            assert not chunk.is_cut_from(replace(seed, text=changed))
        assert not chunk.is_cut_from(replace(seed, text=seed.text[: end - 1]))
        assert not chunk.is_cut_from(replace(seed, title="Another"))
