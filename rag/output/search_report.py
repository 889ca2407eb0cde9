"""The search report: what was searched for an answer, so a reader can see whether the shelf has a gap."""

from collections.abc import Iterator, Mapping

from index.core.formatting import counted, long_day, one_line, scope_words
from rag.answering.models import Answer, Level, Searched, Weighed
from rag.output.answer_text import dated_note, page_words, source_line

_OUTCOMES: Mapping[Level, str] = {"answers": "answers", "may_answer": "may answer", "nothing": "nothing found"}


def report_text(answer: Answer) -> str:
    """Return what was searched for, where, what was read, and the sentences with the highest scores."""
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
    yield _coverage(searched)
    articles = {passage.article.id for passage in answer.passages}
    yield f"Read: {counted(len(answer.passages), 'passage')} from {counted(len(articles), 'article')}"
    for passage in answer.passages:
        place = f"{passage.article.path}, characters {passage.span.start} to {passage.span.end}"
        yield one_line(f"- {place}: {source_line(passage.article)}")
    if searched.nearest:
        yield "Closest sentences, by score (similarity, share of the question's words):"
        yield from map(_sentence, searched.nearest)
    found = f"{counted(len(answer.quotes), 'sentence')} found without a model{_chance(answer.quoted.chance)}"
    yield f"Outcome: {_OUTCOMES[answer.level]}, {found}"


def _reach(searched: Searched) -> str:
    """Return the number and the days of the articles that were searched."""
    reach = searched.reach
    articles = f"{reach.articles:,} of {counted(searched.on_shelf, 'article')}"
    scope = f" ({scope_words(searched.scope)})" if not searched.scope.is_whole else ""
    days = " to ".join(dict.fromkeys(long_day(day) for day in (reach.first, reach.last) if day))
    published = f", published {days}" if days else ""
    return f"{articles}{scope}{published}" + (f", {reach.undated:,} undated" if reach.undated else "")


def _coverage(searched: Searched) -> str:
    """Return how many passages each of the two searches covered."""
    total = f"{searched.chunks:,}"
    semantic = f"{searched.embedded:,} of {counted(searched.chunks, 'passage')}."
    if searched.problem:
        semantic = f"none. {one_line(searched.problem)}"
    return f"Semantic search: {semantic} Keyword search: {total} of {total}."


def _chance(chance: float | None) -> str:
    return "" if chance is None else f", chance {chance:.2f}"


def _sentence(weighed: Weighed) -> str:
    citation, span = weighed.citation, weighed.citation.span
    # A sentence on another subject than the earlier question's has a negative score.
    weight, meaning = max(0.0, weighed.weight), max(0.0, weighed.similarity)
    scores = f"- {weight:.2f} ({meaning:.2f}, {weighed.coverage:.2f}{_chance(weighed.chance)})"
    place = (citation.article.path, f"characters {span.start} to {span.end}", page_words(citation))
    return one_line(f"{scores}: {citation.quote} [{', '.join(filter(None, place))}]")
