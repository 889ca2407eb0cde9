"""Changes as JSON, and as lines for a terminal."""

from collections.abc import Iterator

from index.core.formatting import counted, long_day, one_line
from rag.analysis.changes import Changes
from rag.output.answer_json import Json, citation_json, disagreement_json, scope_json
from rag.output.answer_text import disagreement_lines, quote_note, source_line


def changes_json(changes: Changes) -> Json:
    """Return the fields of `dateline changes --json`."""
    older, newer = changes.older, changes.newer
    return {
        "question": newer.question,
        "since": changes.since.isoformat(),
        "known": [citation_json(quote) for quote in older.quotes] if older.quoted.is_likely else [],
        "added": [citation_json(quote) for quote in changes.added],
        "differing": [disagreement_json(one) for one in changes.differing],
        "repeated": changes.repeated,
        "undated": {"articles": changes.undated, "titles": list(changes.undated_titles)},
        "searched": {
            "older": scope_json(older.searched.reach, older.searched.scope),
            "newer": scope_json(newer.searched.reach, newer.searched.scope),
            "problem": newer.searched.problem or older.searched.problem or None,
        },
    }


def changes_lines(changes: Changes) -> Iterator[str]:
    """Yield changes for a terminal."""
    yield changes_heading(changes)
    for quote in changes.added:
        yield f"  {one_line(quote.quote)}{quote_note(quote)}"
        yield f"    {source_line(quote.article)}"
    for disagreement in changes.differing:
        yield from disagreement_lines(disagreement)
    yield from changes_notes(changes)


def changes_heading(changes: Changes) -> str:
    """Return the heading: whether there is anything new."""
    day = long_day(changes.since)
    if changes.added:
        return f"Added after {day}:"
    if changes.differing:
        return f"Nothing was added after {day}, but newer articles differ from older ones:"
    if not changes.newer.searched.reach.articles:
        return f"No article on the shelf was published after {day}."
    if changes.repeated:
        return f"Nothing new after {day}."
    return f"The articles published after {day} do not answer this."


def changes_notes(changes: Changes) -> Iterator[str]:
    """Tell what is not shown, and against what the newer articles were held."""
    if changes.repeated:
        yield f"{counted(changes.repeated, 'newer quote')} not shown: said before."
    older, newer = changes.older.searched.reach.articles, changes.newer.searched.reach.articles
    answers = " (they do not answer this)" if not changes.older.quoted.is_likely and older else ""
    yield f"Searched {counted(newer, 'newer article')}, held against {counted(older, 'older one')}{answers}."
    if changes.undated:
        more = changes.undated - len(changes.undated_titles)
        names = [*map(one_line, changes.undated_titles), *([f"{more:,} more"] if more > 0 else [])]
        yield f"Left out, as undated: {', '.join(names)}."
