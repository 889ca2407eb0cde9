"""Chunks: runs of whole sentences that are embedded and found together.

A chunk has spans, not text: only the article has the text.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from index.text.articles import Article
from index.text.plain_text import plain
from index.text.sentences import split_sentences
from index.text.spans import Span
from index.text.tokens import count_tokens

# Recorded on the shelf: if articles are read or cut in a new way, all are read again.
VERSION = 4


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of neighbouring sentences of one article."""

    id: str
    article_id: str
    span: Span  # from the first sentence's start to the last one's end
    sentences: tuple[Span, ...]
    heading: str  # of the article; embedded with the text, never quoted

    def embedded_text(self, article_text: str) -> str:
        """Return the plain text to embed: the heading, then the chunk."""
        return f"{self.heading}\n{plain(self.span.cut(article_text))}"

    def is_cut_from(self, article: Article) -> bool:
        """Return True if the article's text here is exactly what it was when this chunk was cut from it."""
        if self.heading != article.heading or self.span.end > len(article.text):
            return False
        return self.id == _name(article.id, self.span, self.heading, self.span.cut(article.text))


def chunk_article(article: Article, *, max_tokens: int) -> tuple[Chunk, ...]:
    """Cut the body of `article` into chunks of about equal length.

    No chunk has more than `max_tokens`, including its heading, unless it is one long sentence. Every sentence is in
    exactly one chunk.
    """
    sentences = split_sentences(article.text, article.body)
    room = max(1, max_tokens - count_tokens(article.heading))
    return tuple(
        make_chunk(article, group)
        for group in _groups(sentences, [count_tokens(s.cut(article.text)) for s in sentences], room)
    )


def _groups(sentences: Sequence[Span], tokens: Sequence[int], room: int) -> Iterator[tuple[Span, ...]]:
    """Group sentences into equal shares, so that no short chunk is left at the end."""
    share = sum(tokens) / max(1, ceil(sum(tokens) / room))
    group: list[Span] = []
    used = 0
    for sentence, size in zip(sentences, tokens, strict=True):
        if group and (used >= share or used + size > room):
            yield tuple(group)
            group, used = [], 0
        group.append(sentence)
        used += size
    if group:
        yield tuple(group)


def make_chunk(article: Article, sentences: tuple[Span, ...]) -> Chunk:
    """Make a chunk from neighbouring sentences."""
    span = Span(sentences[0].start, sentences[-1].end)
    return Chunk(
        id=_name(article.id, span, article.heading, span.cut(article.text)),
        article_id=article.id,
        span=span,
        sentences=sentences,
        heading=article.heading,
    )


def _name(article_id: str, span: Span, heading: str, text: str) -> str:
    name = f"{article_id}\0{span.start}\0{span.end}\0{heading}\0{text}"
    return hashlib.sha256(name.encode()).hexdigest()[:24]
