"""Rendering: one answer, as JSON for programs and as lines for a terminal.

The JSON is a contract: `docs/reference/schemas` has its schema, and a test validates real output against it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date

from index.core.formatting import counted, long_day, none_in_scope, one_line, place_line, scope_words
from index.core.scope import WHOLE, Scope
from index.shelf.queries import Listing, Reach
from index.text.articles import Article
from rag.analysis.disagreements import Disagreement, disagreements_of
from rag.answering.models import Answer, Dated, Prose, Searched
from rag.answering.sources import count_sources
from rag.evidence.attribution import Kind, speech_of
from rag.evidence.citations import Citation, Statement, number_citations
from rag.evidence.event_dates import when_of
from rag.language.certainty import read_certainty
from rag.llm.client import Usage
from rag.retrieval.passages import Passage
from rag.retrieval.search import Hit

REFUSED = "The shelf does not answer this."
NO_ANSWER_FOUND = "The model finds no answer on the shelf."
WORDS_ALONE = "Searched by words alone."
UNFINISHED = "This answer is unfinished."
STOPPED = "Stopped before the model had written anything."
BESIDE = "Found without the model:"
Json = dict[str, object]
_KIND_WORDS: Mapping[Kind, str] = {"direct": "direct quote", "indirect": "indirect speech", "statement": "statement"}
# A release says already what it is.
_IS_A_STATEMENT = re.compile(r"\b(?:statement|release|reports?|records|study|survey)\b")
_COPIES_NAMED = 5
_TIMES_SHOWN = 3  # beside a quote
_WORDS_NAMED = 4
_LONGEST_SHOWN = 120  # characters of a question, in a line about it


def answer_json(answer: Answer) -> Json:
    """Return the fields of `dateline ask --json`."""
    searched, prose, sources = answer.searched, answer.prose, count_sources(answer)
    return {
        "question": answer.question,
        "searched_as": answer.searched_as,
        "refusal": answer.refusal is not None,
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
        "closest": [citation_json(citation) for citation in answer.refusal.closest] if answer.refusal else [],
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
            "nearest": [
                {
                    "weight": one.weight,
                    "similarity": one.similarity,
                    "coverage": one.coverage,
                    "answers": one.answers,
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
    """Return how far the articles of a scope reach, and what the scope is."""
    return {
        "articles": reach.articles,
        "undated": reach.undated,
        "first": _day(reach.first),
        "last": _day(reach.last),
        "since": _day(scope.since),
        "as_of": _day(scope.until),
        "outlets": sorted(scope.outlets),
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
    """Return what an answer took."""
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
        "page": citation.page,
        "speaker": speech_of(citation).speaker or None,
        "kind": speech_of(citation).kind,
        "certainty": read_certainty(citation.quote),
        "when": [{"phrase": one.phrase, "first": _day(one.first), "last": _day(one.last)} for one in when_of(citation)],
    }


def disagreement_json(disagreement: Disagreement) -> Json:
    """Return in what articles differ; `marked` is `text[marked_start:marked_end]` of a side's article."""
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


def answer_text(answer: Answer) -> str:
    """Render an answer for a terminal."""
    prose = prose_text(answer.prose) if answer.prose else ""
    return "\n".join([*head_lines(answer), *([prose, ""] if prose else []), *foot_lines(answer)])


def head_lines(answer: Answer) -> Iterator[str]:
    """Tell what a reader should know before the answer."""
    if answer.standalone.subject or answer.searched_as != one_line(answer.question):
        yield f"Searched for: {one_line(answer.searched_as)}"
    if answer.searched.problem:
        yield f"{WORDS_ALONE} {answer.searched.problem}"
    if note := dated_note(answer.dated):
        yield f"{note}."
    if note := meaning_note(answer.searched):
        yield f"{note}."


def dated_note(dated: Dated | None) -> str:
    """Tell what became of the days that a question names, or nothing where it names none.

    >>> from datetime import date
    >>> dated_note(Dated("last week", date(2026, 2, 9), date(2026, 2, 18), used=True, chosen=WHOLE))
    'Published 9 Feb to 18 Feb 2026, for “last week”'
    """
    if dated is None:
        return ""
    days = scope_words(Scope(dated.since, dated.until))
    if dated.used:
        return f"Published {days}, for “{dated.phrase}”"
    return f"Nothing published {days} (“{dated.phrase}”) answers this: all days were searched"


def meaning_note(searched: Searched) -> str:
    """Say that not all could be found by its meaning yet, or nothing."""
    if searched.embedded >= searched.chunks or searched.problem:
        return ""
    return f"Meaning search: {searched.embedded:,} of {searched.chunks:,} passages so far, the others by words"


def prose_text(prose: Prose) -> str:
    """Render what a model has written: each statement with the numbers of its quotes and its verdict.

    What is still being written renders as the beginning of what it will become, so that a
    terminal can be given the rest alone.
    """
    numbers = number_citations(prose.statements)
    text = ""
    for place, statement in enumerate(prose.statements):
        text += ("\n" if statement.new_line else " ") if place else ""
        text += one_line(statement.text)
        if statement.verdict == "unfinished" and prose.under_way:
            break  # its marks are known when it is complete
        text += "".join(f" [{numbers[citation]}]" for citation in statement.citations)
        text += "".join(f" [{number}?]" for number in statement.unresolved)
        if mark := verdict_mark(statement):
            text += f" ({mark})"
    return text


def verdict_mark(statement: Statement) -> str:
    """Say what a reader should know of a statement, or "" where its quotes hold it.

    >>> verdict_mark(Statement("He left.", (), "uncited", Doubt("no_source", "No source cited.")))
    'uncited: No source cited.'
    """
    if statement.verdict == "supported":
        return ""
    return f"{statement.verdict}: {statement.message}" if statement.doubt else statement.verdict


def foot_lines(answer: Answer) -> Iterator[str]:
    """Tell what follows the prose, or all there is without it: the quotes, and what was searched."""
    prose = answer.prose
    if note := ending_note(answer):
        yield note
    cited = number_citations(answer.statements)
    if cited:
        yield from _card_lines(cited, answer)
    if words := count_sources(answer).words:
        yield f"({words})"
    if answer.refusal:
        yield from _refusal_lines(answer)
    else:
        beside = [quote for quote in answer.quotes if quote not in cited]
        if beside:
            yield BESIDE
            yield from _closest_lines(beside)
    for disagreement in disagreements_of(answer):
        yield from disagreement_lines(disagreement)
    if prose and prose.usage:
        yield usage_line(prose)


def ending_note(answer: Answer) -> str:
    """Say that the prose broke off, and why; "" where it is whole, still comes or was never asked for."""
    prose = answer.prose
    if prose is None or prose.state not in ("stopped", "failed"):
        return ""
    if prose.state == "stopped":
        return UNFINISHED if prose.statements else STOPPED
    return f"{UNFINISHED} {prose.problem}" if prose.unfinished else prose.problem


def refusal_words(answer: Answer) -> str:
    """Say who finds no answer."""
    return NO_ANSWER_FOUND if answer.prose and answer.prose.refused else REFUSED


def usage_line(prose: Prose) -> str:
    """Tell what an answer took."""
    return f"{prose.model}: {usage_words(prose.usage)}" if prose.usage else prose.model


def usage_words(usage: Usage) -> str:
    """Put tokens and cost into words.

    >>> usage_words(Usage(1240, 85, False, 0.00048))
    '1,240 tokens in, 85 out, $0.0005'
    """
    about = "about " if usage.counted_here else ""
    cost = "" if usage.dollars is None else f", ${usage.dollars:.4f}"
    return f"{about}{usage.tokens_in:,} tokens in, {usage.tokens_out:,} out{cost}"


def _card_lines(cited: Mapping[Citation, int], answer: Answer) -> Iterator[str]:
    """List numbered quotes, grouped by article in the order of first use."""
    for article in dict.fromkeys(citation.article for citation in cited):
        yield source_line(article)
        if words := copies_words(answer.copies.get(article.id, ())):
            yield f"  ({words})"
        for citation, number in cited.items():
            if citation.article == article:
                yield f"  [{number}] {one_line(citation.quote)}{quote_note(citation)}"


def copies_words(copies: Sequence[Listing]) -> str:
    """Tell of the copies of an article, or nothing where there are none.

        >>> from dataclasses import asdict
    from datetime import date
        >>> copies_words([Listing("1", "a.txt", "T", date(2026, 2, 3), None, "The Lamp", 2)])
        '1 copy on the shelf: The Lamp'
    """
    if not copies:
        return ""
    names = list(dict.fromkeys(one_line(copy.outlet or copy.path) for copy in copies))
    more = [f"{len(names) - _COPIES_NAMED} more"] if len(names) > _COPIES_NAMED else []
    how_many = counted(len(copies), "copy", "copies")
    return f"{how_many} on the shelf: {', '.join(names[:_COPIES_NAMED] + more)}"


def said_words(citation: Citation) -> str:
    """Tell who says a quote, in whose words, how firm it is, and which days it speaks of.

    Nothing is told of the article's own voice and of what is reported as so.

    >>> from index.text.spans import Span
    >>> text = '"We plan to start soon," Ines Okafor said.'
    >>> article = Article("1", "a.txt", "", text, Span(0, len(text)), None, None, None, None, None)
    >>> said_words(Citation(article, article.body))
    'Ines Okafor, direct quote · planned'
    """
    speech, certainty = speech_of(citation), read_certainty(citation.quote)
    kind = _KIND_WORDS.get(speech.kind, "")
    named = speech.kind == "statement" and _IS_A_STATEMENT.search(speech.speaker)
    words = speech.speaker if named else ", ".join(filter(None, (speech.speaker, kind)))
    days = [one.words for one in when_of(citation) if one.is_relative][:_TIMES_SHOWN]
    words = " · ".join(filter(None, (words, "" if certainty == "reported" else certainty, *days)))
    return one_line(words[:1].upper() + words[1:])


def quote_note(citation: Citation) -> str:
    """Tell the page of a quote, where its article has pages, and who says it, in brackets."""
    notes = ", ".join(filter(None, (page_words(citation), said_words(citation))))
    return f" ({notes})" if notes else ""


def page_words(citation: Citation) -> str:
    """Tell the page of a quote, or nothing where its article has no pages."""
    return f"page {citation.page}" if citation.page else ""


def where_words(citation: Citation) -> str:
    """Tell the outlet, place, day and page of a quote, for a page that escapes it."""
    article = citation.article
    return ", ".join(filter(None, (place_line(article.outlet, article.place, article.published), page_words(citation))))


def _refusal_lines(answer: Answer) -> Iterator[str]:
    assert answer.refusal is not None
    yield refusal_words(answer)
    if answer.refusal.closest:
        yield "Closest sentences:"
        yield from _closest_lines(answer.refusal.closest)
    yield searched_line(answer)


def disagreement_lines(disagreement: Disagreement) -> Iterator[str]:
    """Put the sides of a disagreement below each other, each with the words in which it differs."""
    yield f"{disagreement.title}. {disagreement.note}".rstrip()
    for side in disagreement.sides:
        marked = f"“{one_line(side.words)}”: " if side.words else ""
        yield f"  {marked}{one_line(side.citation.quote)}{quote_note(side.citation)}"
        also = f"; {side.also_words}" if side.also else ""
        yield f"    {source_line(side.citation.article)}{also}"


def hit_lines(hits: Sequence[tuple[Hit, Passage]], problem: str, scope: Scope = WHOLE) -> Iterator[str]:
    """Render the hits of a search in the scope for a terminal."""
    if problem:
        yield f"{WORDS_ALONE} {problem}"
    if not hits:
        words = scope_words(scope)
        yield f"Nothing in scope ({words}) matches." if words else "Nothing on the shelf matches."
    for hit, passage in hits:
        yield f"{hit.rank}. {source_line(passage.article)}"
        yield f"   {one_line(passage.text)}"


def source_line(article: Article) -> str:
    """Name an article: title, where and when."""
    where = place_line(article.outlet, article.place, article.published)
    return f"{article.title} ({where})" if where else article.title


def searched_line(answer: Answer) -> str:
    """Tell what was searched, and which words of the question no article has."""
    searched, reach = answer.searched, answer.searched.reach
    if not searched.on_shelf:
        return "The shelf is empty. Put articles into the seeds folder and index them."
    if not reach.articles:
        return none_in_scope(searched.scope, searched.on_shelf)
    articles = counted(reach.articles, "article")
    if not searched.scope.is_whole:
        articles = f"{reach.articles:,} of {counted(searched.on_shelf, 'article')} ({scope_words(searched.scope)})"
    days = " to ".join(dict.fromkeys(long_day(day) for day in (reach.first, reach.last) if day))
    # Days that were asked for are told already.
    published = f", published {days}" if days and not searched.scope.has_days else ""
    undated = f", {reach.undated:,} undated" if reach.undated else ""
    asked = answer.searched_as
    asked = asked if len(asked) <= _LONGEST_SHOWN else f"{asked[:_LONGEST_SHOWN]}…"
    return f"{absent_words(searched.absent)}Searched {articles}{published}{undated}, for: {asked}"


def absent_words(absent: Sequence[str]) -> str:
    """Tell which words no article has, or nothing where there are none.

    >>> absent_words(("Kalorkan", "sluice"))
    'No article mentions “Kalorkan” or “sluice”. '
    """
    named = [f"“{one_line(word)}”" for word in absent[:_WORDS_NAMED]]
    return f"No article mentions {' or '.join(named)}. " if named else ""


def _closest_lines(closest: Sequence[Citation]) -> Iterator[str]:
    for citation in closest:
        yield f"  - {one_line(citation.quote)}{quote_note(citation)}"
        yield f"    {source_line(citation.article)}"


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
    return {"start": passage.span.start, "end": passage.span.end, "text": passage.text}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
