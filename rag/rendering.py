"""Rendering: one answer, as JSON for programs and as lines for a terminal.

The JSON is a contract: README shows its fields, and a test holds the two together.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from index.articles import Article
from index.wording import counted, long_day, one_line, place_line
from rag.answers import Answer
from rag.citations import Citation
from rag.passages import Passage
from rag.retrieval import Hit

REFUSED = "The shelf does not answer this."
WORDS_ALONE = "Searched by words alone."
Json = dict[str, object]
_LONGEST_SHOWN = 120  # characters of a question, in a line about it


def answer_json(answer: Answer) -> Json:
    """Return the fields of `dateline ask --json`."""
    searched = answer.searched
    return {
        "question": answer.question,
        "searched_as": answer.searched_as,
        "refusal": answer.refusal is not None,
        "answer": "\n".join(answer_lines(answer)),
        "statements": [
            {
                "text": statement.text,
                "verdict": statement.verdict,
                **({"rule": statement.rule} if statement.rule else {}),
                "citations": [citation_json(citation) for citation in statement.citations],
            }
            for statement in answer.statements
        ],
        "closest": [citation_json(citation) for citation in answer.refusal.closest] if answer.refusal else [],
        "passages": [
            {"number": passage.number, **_place_json(passage.article), **_passage_json(passage)}
            for passage in answer.passages
        ],
        "searched": {
            "articles": searched.reach.articles,
            "undated": searched.reach.undated,
            "first": _day(searched.reach.first),
            "last": _day(searched.reach.last),
            "as_of": _day(searched.as_of),
            "chunks": searched.chunks,
            "embedded": searched.embedded,
            "problem": searched.problem or None,
        },
        "model": answer.model,
        "seconds": dict(answer.seconds),
    }


def hits_json(question: str, hits: Sequence[tuple[Hit, Passage]], problem: str) -> Json:
    """Return the fields of `dateline search --json`."""
    return {
        "question": question,
        **({"problem": problem} if problem else {}),
        "hits": [
            {
                "rank": hit.rank,
                "score": round(hit.score, 6),
                **_place_json(passage.article),
                **_passage_json(passage),
                "found_by": {
                    name: rank
                    for name, rank in (("dense", hit.found_by.dense), ("keyword", hit.found_by.keyword))
                    if rank
                },
            }
            for hit, passage in hits
        ],
    }


def citation_json(citation: Citation) -> Json:
    """Return a citation; `quote` is `text[start:end]` of `dateline show PATH --json`."""
    return {
        **_place_json(citation.article),
        "start": citation.span.start,
        "end": citation.span.end,
        "quote": citation.quote,
    }


def answer_lines(answer: Answer) -> Iterator[str]:
    """Render an answer for a terminal: quotes numbered in order, grouped by article."""
    if answer.searched.problem:
        yield f"{WORDS_ALONE} {answer.searched.problem}"
    if answer.refusal:
        yield REFUSED
        yield from _closest_lines(answer.refusal.closest)
        yield searched_line(answer)
        return
    number = 0
    for article, statements in groupby(answer.statements, key=lambda statement: statement.citations[0].article):
        yield source_line(article)
        for statement in statements:
            number += 1
            yield f"  [{number}] {one_line(statement.text)}"


def hit_lines(hits: Sequence[tuple[Hit, Passage]], problem: str) -> Iterator[str]:
    """Render hits for a terminal."""
    if problem:
        yield f"{WORDS_ALONE} {problem}"
    if not hits:
        yield "Nothing on the shelf matches."
    for hit, passage in hits:
        yield f"{hit.rank}. {source_line(passage.article)}"
        yield f"   {one_line(passage.text)}"


def source_line(article: Article) -> str:
    """Name an article: title, where and when."""
    where = place_line(article.outlet, article.place, article.published)
    return f"{article.title} ({where})" if where else article.title


def searched_line(answer: Answer) -> str:
    """Tell what was searched, in a sentence."""
    searched, reach = answer.searched, answer.searched.reach
    if not searched.on_shelf:
        return "The shelf is empty. Put .txt or .md files into the seeds folder and index them."
    if not reach.articles:
        others = counted(searched.on_shelf, "article")
        return f"No article is known to be published by {long_day(searched.as_of)}; the shelf has {others} beside."
    days = " to ".join(dict.fromkeys(long_day(day) for day in (reach.first, reach.last) if day))
    published = f", published {days}" if days else ""
    undated = f", {reach.undated:,} undated" if reach.undated else ""
    as_of = f", as of {long_day(searched.as_of)}" if searched.as_of else ""
    asked = answer.searched_as
    asked = asked if len(asked) <= _LONGEST_SHOWN else f"{asked[:_LONGEST_SHOWN]}…"
    return f"Searched {counted(reach.articles, 'article')}{published}{undated}{as_of}, for: {asked}"


def _closest_lines(closest: Sequence[Citation]) -> Iterator[str]:
    if closest:
        yield "Closest sentences:"
    for citation in closest:
        yield f"  - {one_line(citation.quote)}"
        yield f"    {source_line(citation.article)}"


def _place_json(article: Article) -> Json:
    return {"path": article.path, "title": article.title, "published": _day(article.published)}


def _passage_json(passage: Passage) -> Json:
    return {"start": passage.span.start, "end": passage.span.end, "text": passage.text}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
