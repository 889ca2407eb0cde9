"""Passages: the numbered text that is read for an answer.

Hits that are next to each other in an article become one passage, so nothing is read twice and a sentence keeps its
neighbours. Hits that are about equally good are taken from several articles, so that a story is not read in one of
them alone. A hit that repeats an article with a better hit word for word is left out: ten papers with one agency's
report would leave no room for anything else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from index.shelf.queries import Reading
from index.text.articles import Article
from index.text.spans import Span
from rag.retrieval.search import Hit

# What a hit counts, as a share of its score, if its article has a better one (see the decision "several articles").
_NEXT_OF_ARTICLE = 0.95


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring sentences of one article; `number` counts from 1, best passage first."""

    number: int
    article: Article
    sentences: tuple[Span, ...]

    @property
    def span(self) -> Span:
        """The range from the first sentence's start to the last one's end."""
        return Span(self.sentences[0].start, self.sentences[-1].end)

    @property
    def text(self) -> str:
        """The article's characters in that range."""
        return self.span.cut(self.article.text)


def gather_passages(
    hits: Sequence[Hit], reading: Reading, *, most: int, passed_over: Callable[[str], bool] | None = None
) -> list[Passage]:
    """Merge at most `most` of the best hits into passages, in the order of each passage's best hit.

    A hit with only sentences that are `passed_over` is left out.
    """
    by_article: dict[str, list[Hit]] = {}
    articles: dict[str, Article] = {}
    for hit, article in islice(_without_repeats(_from_several_articles(hits), reading, passed_over), most):
        by_article.setdefault(article.id, []).append(hit)
        articles[article.id] = article
    runs: list[tuple[int, Article, tuple[Span, ...]]] = []
    for id_, found in by_article.items():
        for run in _runs(articles[id_], sorted(found, key=lambda hit: hit.chunk.span)):
            sentences = tuple(sentence for hit in run for sentence in hit.chunk.sentences)
            runs.append((min(hit.rank for hit in run), articles[id_], sentences))
    runs.sort(key=lambda run: run[0])
    return [Passage(number, article, sentences) for number, (_, article, sentences) in enumerate(runs, start=1)]


def _from_several_articles(hits: Sequence[Hit]) -> list[Hit]:
    """Put a hit after those of other articles that are about as good, if its own article has a better one."""
    begun: set[str] = set()
    counted: list[tuple[float, Hit]] = []
    for hit in hits:
        share = _NEXT_OF_ARTICLE if hit.chunk.article_id in begun else 1.0
        begun.add(hit.chunk.article_id)
        counted.append((share * hit.counted, hit))
    return [hit for _, hit in sorted(counted, key=lambda entry: -entry[0])]


def _without_repeats(
    hits: Sequence[Hit], reading: Reading, passed_over: Callable[[str], bool] | None
) -> Iterator[tuple[Hit, Article]]:
    """Leave out hits that repeat, word for word, another article with a better hit."""
    # Only exact repeats: a copy with another number in it is something new.
    read: dict[str, Article] = {}
    texts: dict[str, str] = {}
    for hit in hits:
        id_ = hit.chunk.article_id
        if id_ not in read:
            read |= reading.articles([id_])
        article = read[id_]
        said = [" ".join(sentence.cut(article.text).split()) for sentence in hit.chunk.sentences]
        if any(all(sentence in text for sentence in said) for other, text in texts.items() if other != id_):
            continue
        if passed_over and all(map(passed_over, said)):
            continue
        texts.setdefault(id_, " ".join(article.text.split()))
        yield hit, article


def _runs(article: Article, hits: Sequence[Hit]) -> list[list[Hit]]:
    """Group hits that have only white space between them."""
    runs = [[hits[0]]]
    for before, hit in pairwise(hits):
        if article.text[before.chunk.span.end : hit.chunk.span.start].strip():
            runs.append([hit])
        else:
            runs[-1].append(hit)
    return runs
