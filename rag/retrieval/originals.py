"""Originals: of several copies of one report, the one that is cited.

Ten papers that print an agency's report are one source. What is cited is the agency's own article, or the earliest, and
not the copy that happens to be found first.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from index.core.scope import Scope
from index.shelf.queries import Reading
from index.text.articles import Article
from index.text.sentences import split_sentences
from rag.retrieval.passages import Passage

_COPIES_READ = 20  # the oldest
_CREDITED_WITHIN = 200  # characters of an article: "VARNSTAD (Northern Wire) -"


def of_original(passage: Passage, reading: Reading, scope: Scope) -> Passage:
    """Return a passage as the original of its article has it; itself if that lacks one of its sentences."""
    article = passage.article
    copies = [copy.id for copy in reading.copies(article, scope=scope)[:_COPIES_READ]]
    original = find_original([article, *reading.articles(copies).values()]) if copies else article
    if original.id == article.id:
        return passage
    spans = {_bare(span.cut(original.text)): span for span in split_sentences(original.text, original.body)}
    sentences = [spans.get(_bare(span.cut(article.text))) for span in passage.sentences]
    kept = tuple(span for span in sentences if span is not None)
    return replace(passage, article=original, sentences=kept) if len(kept) == len(sentences) else passage


def find_original(copies: Sequence[Article]) -> Article:
    """Return the original of an article and its copies: of an agency that one of them credits, else the earliest."""
    heads = {one.id: one.text[: one.body.start + _CREDITED_WITHIN] for one in copies}

    def order(one: Article) -> tuple[bool, date, str]:
        # "(Reuters)", "Reuters -" and "By Reuters" are credits; "for the first time" is none of Time.
        own = re.escape(one.outlet or "")
        name = re.compile(rf"\({own}\)|\b{own}\s*[–—-]\s|\b(?:[Bb]y|[Ss]ource:)\s{own}\b")
        is_credited = bool(one.outlet) and any(name.search(head) for id_, head in heads.items() if id_ != one.id)
        return not is_credited, one.published or date.max, one.path

    return min(copies, key=order)


def _bare(sentence: str) -> str:
    return " ".join(sentence.split())
