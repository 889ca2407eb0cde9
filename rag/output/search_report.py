"""Receipts: what was searched for an answer, so that a reader can tell a refusal from a gap in the shelf."""

from collections.abc import Iterator

from index.core.formatting import counted, long_day, one_line, scope_words
from rag.answering.models import Answer, Searched, Weighed
from rag.output.answer import dated_note, source_line


def report_text(answer: Answer) -> str:
    """Tell what was searched for, where, what was read, and which sentences weighed most."""
    return "\n".join(_lines(answer))


def _lines(answer: Answer) -> Iterator[str]:
    searched = answer.searched
    yield f"Question: {one_line(answer.question)}"
    yield f"Searched for: {one_line(answer.searched_as)}"
    if searched.absent:
        yield f"In no article: {', '.join(one_line(word) for word in searched.absent)}"
    if note := dated_note(answer.dated):
        yield f"Days: {one_line(note)}"
    yield f"Searched in: {_reach(searched)}"
    if searched.outlets:
        names = [f"{one_line(name) or 'not named'} ({count:,})" for name, count in searched.outlets]
        more = [f"{searched.more_outlets:,} more"] if searched.more_outlets else []
        yield f"Outlets: {', '.join(names + more)}"
    yield f"By meaning: {_by_meaning(searched)}"
    articles = {passage.article.id for passage in answer.passages}
    yield f"Read: {counted(len(answer.passages), 'passage')} from {counted(len(articles), 'article')}"
    for passage in answer.passages:
        place = f"{passage.article.path}, characters {passage.span.start} to {passage.span.end}"
        yield one_line(f"- {place}: {source_line(passage.article)}")
    if searched.nearest:
        yield "Nearest sentences, by weight (of meaning and of the question's words):"
        yield from map(_sentence, searched.nearest)
    if answer.refusal:
        yield "Outcome: refused"
    else:
        yield f"Outcome: answered, {counted(len(answer.quotes), 'sentence')} found without a model"


def _reach(searched: Searched) -> str:
    """Say how far what was searched reaches."""
    reach = searched.reach
    articles = f"{reach.articles:,} of {counted(searched.on_shelf, 'article')}"
    scope = f" ({scope_words(searched.scope)})" if not searched.scope.is_whole else ""
    days = " to ".join(dict.fromkeys(long_day(day) for day in (reach.first, reach.last) if day))
    published = f", published {days}" if days else ""
    return f"{articles}{scope}{published}" + (f", {reach.undated:,} undated" if reach.undated else "")


def _by_meaning(searched: Searched) -> str:
    if searched.problem:
        return f"no. {one_line(searched.problem)}"
    return f"{searched.embedded:,} of {counted(searched.chunks, 'passage')} on the shelf, all of them by words"


def _sentence(weighed: Weighed) -> str:
    citation, span = weighed.citation, weighed.citation.span
    # A sentence of another subject than the earlier question's counts as far from it.
    weight, meaning = max(0.0, weighed.weight), max(0.0, weighed.similarity)
    told = f"- {weight:.2f} ({meaning:.2f}, {weighed.coverage:.2f}{', answers' if weighed.answers else ''})"
    place = f"{citation.article.path}, characters {span.start} to {span.end}"
    return one_line(f"{told}: {citation.quote} [{place}]")
