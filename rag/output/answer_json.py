"""An answer as JSON. `docs/reference/schemas` has its schema, and a test validates real output against it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from index.core.scope import Scope
from index.shelf.queries import Listing, Reach
from index.text.articles import Article
from rag.analysis.disagreements import Disagreement, disagreements_of
from rag.analysis.figure_history import Figure, figure_history
from rag.answering.models import Answer, Dated, Part
from rag.answering.sources import count_sources
from rag.catalogue.answers import ShelfAnswer
from rag.evidence.attribution import speech_of
from rag.evidence.citations import Citation
from rag.evidence.event_dates import when_of
from rag.evidence.permalinks import link
from rag.language.certainty import read_certainty
from rag.llm.client import Usage
from rag.output.answer_text import answer_text
from rag.retrieval.passages import Passage
from rag.retrieval.search import Hit

Json = dict[str, object]


def answer_json(answer: Answer) -> Json:
    """Return the fields of `dateline ask --json`."""
    searched, prose, sources = answer.searched, answer.prose, count_sources(answer)
    return {
        "question": answer.question,
        "searched_as": answer.searched_as,
        "level": answer.level,
        "chance": _rounded(answer.quoted.chance),
        "refusal": answer.level == "nothing",
        "answer": answer_text(answer),
        "statements": [
            {
                "text": statement.text,
                "verdict": statement.verdict,
                **(asdict(statement.doubt) if statement.doubt else {}),
                **({"unresolved": list(statement.unresolved)} if statement.unresolved else {}),
                "citations": [citation_json(citation) for citation in statement.citations],
            }
            for statement in answer.statements
        ],
        "quotes": [citation_json(citation) for citation in answer.quotes],
        "parts": [_part_json(part) for part in answer.parts],
        "about_shelf": _shelf_json(answer.about_shelf) if answer.about_shelf else None,
        "passages": [
            {"number": passage.number, **_place_json(passage.article), **_passage_json(passage)}
            for passage in answer.passages
        ],
        "copies": {
            article.path: [_listing_json(copy) for copy in answer.copies[article.id]]
            for article in dict.fromkeys(passage.article for passage in answer.passages)
            if article.id in answer.copies
        },
        "sources": {"articles": sources.articles, "independent": sources.independent},
        "figures": [_figure_json(figure) for figure in figure_history(answer)],
        "disagreements": [disagreement_json(one) for one in disagreements_of(answer)],
        "days": dated_json(answer.dated),
        "searched": {
            **scope_json(searched.reach, searched.scope),
            "chunks": searched.chunks,
            "embedded": searched.embedded,
            "problem": searched.problem or None,
            "by_outlet": dict(searched.outlets),
            "more_outlets": searched.more_outlets,
            "absent": list(searched.absent),
            "absent_names": list(searched.absent_names),
            "corrections": [asdict(one) for one in searched.corrections],
            "nearest": [
                {
                    "weight": one.weight,
                    "similarity": one.similarity,
                    "coverage": one.coverage,
                    "chance": _rounded(one.chance),
                    **citation_json(one.citation),
                }
                for one in searched.nearest
            ],
        },
        "model": prose.model if prose else None,
        "state": prose.state if prose else None,
        "problem": (prose.problem or None) if prose else None,
        "usage": usage_json(prose.usage) if prose and prose.usage else None,
        "seconds": dict(answer.seconds),
    }


def scope_json(reach: Reach, scope: Scope) -> Json:
    """Return a scope, and the number and days of its articles."""
    return {
        "articles": reach.articles,
        "undated": reach.undated,
        "first": _day(reach.first),
        "last": _day(reach.last),
        "since": _day(scope.since),
        "as_of": _day(scope.until),
        "outlets": sorted(scope.outlets),
        "languages": sorted(scope.languages),
    }


def dated_json(dated: Dated | None) -> Json | None:
    """Return the days of publication that a question names, or None."""
    if dated is None:
        return None
    return {
        "phrase": dated.phrase,
        "since": _day(dated.since),
        "until": _day(dated.until),
        "used": dated.used,
    }


def usage_json(usage: Usage) -> Json:
    """Return the tokens and the cost of an answer."""
    return {
        "tokens_in": usage.tokens_in,
        "tokens_out": usage.tokens_out,
        "counted_here": usage.counted_here,
        "dollars": usage.dollars,
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
        "link": link(citation),
        "page": citation.page,
        "ocr": citation.by_ocr,
        "language": citation.article.language or None,
        "speaker": speech_of(citation).speaker or None,
        "kind": speech_of(citation).kind if citation.in_english else None,
        "certainty": read_certainty(citation.quote) if citation.in_english else None,
        "when": [{"phrase": one.phrase, "first": _day(one.first), "last": _day(one.last)} for one in when_of(citation)],
    }


def disagreement_json(disagreement: Disagreement) -> Json:
    """Return a disagreement; `marked` is `text[marked_start:marked_end]` of a side's article."""
    return {
        "kind": disagreement.kind,
        "note": disagreement.note or None,
        "sides": [
            {
                "marked": side.words,
                "marked_start": side.marked.start,
                "marked_end": side.marked.end,
                **citation_json(side.citation),
                "also": [_place_json(other.article) for other in side.also],
            }
            for side in disagreement.sides
        ],
    }


def _figure_json(figure: Figure) -> Json:
    """Return a figure of a day with the quote that gives it."""
    return {"value": figure.value, "day": figure.day.isoformat(), **citation_json(figure.citation)}


def _place_json(article: Article) -> Json:
    return {"path": article.path, "title": article.title, "published": _day(article.published)}


def _listing_json(listing: Listing) -> Json:
    return {
        "path": listing.path,
        "title": listing.title,
        "published": _day(listing.published),
        "outlet": listing.outlet,
    }


def _passage_json(passage: Passage) -> Json:
    place = Citation(passage.article, passage.span)
    return {
        "start": passage.span.start,
        "end": passage.span.end,
        "text": passage.text,
        "page": place.page,
        "ocr": place.by_ocr,
    }


def _part_json(part: Part) -> Json:
    """Return one of several questions that were asked at once."""
    return {
        "question": part.question,
        "level": part.quoted.level,
        "chance": _rounded(part.quoted.chance),
        "absent": list(part.absent),
        "quotes": [citation_json(citation) for citation in part.quoted.citations],
    }


def _shelf_json(about: ShelfAnswer) -> Json:
    """Return an answer about the shelf itself."""
    return {
        "kind": about.kind,
        "text": about.text,
        "articles": [_listing_json(listing) for listing in about.articles],
        "more": about.more,
    }


def _rounded(chance: float | None) -> float | None:
    return None if chance is None else round(chance, 2)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
