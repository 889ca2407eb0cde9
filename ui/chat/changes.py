"""Disagreements and changes below an answer: what contradicts it, and what newer articles add since a day."""

from datetime import date

import streamlit as st

from index.core.errors import DatelineError
from index.pipeline.library import Library
from rag.analysis.changes import Changes, find_changes
from rag.analysis.disagreements import Disagreement
from rag.answering.models import Answer
from rag.evidence.citations import Citation
from rag.evidence.permalinks import Place, link
from rag.output.answer_text import page_words, said_words, sides_words, where_words
from rag.output.bibliography import reference
from rag.output.changes import changes_heading, changes_notes
from ui.server.chats import Turn

_CHANGES = "changes-"  # of a turn, in the reader's session


def look_for_changes(turn: Turn, answer: Answer, day: str, library: Library) -> None:
    """Find what newer articles add to an answer, and keep it, or the problem, in the session of this reader."""
    found: Changes | str
    try:
        since = date.fromisoformat(day)
        found = find_changes(answer.searched_as, library=library, since=since, scope=answer.scope)
    except ValueError:
        found = f"{day!r} is not a date. Expected one such as 2026-02-10. Choose a date."
    except DatelineError as error:
        found = str(error)
    st.session_state[_CHANGES + turn.id] = day, found


def changes_cited(turn: Turn) -> tuple[Citation, ...]:
    """Return the quotes of the changes that were found."""
    kept = _found(turn)
    if kept is None or isinstance(kept[1], str):
        return ()
    sides = (side.citation for one in kept[1].differing for side in one.sides)
    return (*kept[1].added, *sides)


def shown_changes(turn: Turn, answer: Answer) -> dict[str, object] | None:
    """Return the day to compare from, and what was found since if the reader asked; None if no day is known."""
    days = [citation.article.published for citation in answer.quotes if citation.article.published]
    if answer.level == "nothing" or not days:
        return None
    day, found = _found(turn) or (max(days).isoformat(), "")
    if isinstance(found, str):
        return {"day": day, "heading": "", "problem": found, "added": [], "differ": [], "notes": []}
    return {
        "day": day,
        "heading": changes_heading(found),
        "problem": "",
        "added": [source_shown(quote) for quote in found.added],
        "differ": [shown_disagreement(one) for one in found.differing],
        "notes": list(changes_notes(found)),
    }


def shown_disagreement(disagreement: Disagreement) -> dict[str, object]:
    """Return what the component draws of a disagreement: its sides, each in words and with the quote behind them."""
    sides = [{"words": words, **source_shown(side.citation)} for side, words in sides_words(disagreement)]
    return {"title": disagreement.title, "note": disagreement.note, "sides": sides}


def source_shown(citation: Citation) -> dict[str, str]:
    """Return what is shown of a quote, or of the quote behind a chip while it is pointed at."""
    return {
        "key": str(Place.of(citation)),
        "quote": citation.quote,
        "said": said_words(citation),
        "title": citation.article.title,
        "language": citation.article.language,
        "where": where_words(citation),
        **copied(citation),
    }


def copied(citation: Citation) -> dict[str, str]:
    """Return what is copied of a quote: the article's own characters with the source, and the query of a link to it."""
    where = ", ".join(filter(None, (reference(citation.article, "plain"), page_words(citation))))
    return {"cite": f"“{citation.quote}” ({where})", "link": link(citation)}


def _found(turn: Turn) -> tuple[str, Changes | str] | None:
    kept: tuple[str, Changes | str] | None = st.session_state.get(_CHANGES + turn.id)
    return kept
