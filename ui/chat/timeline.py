"""The timeline of an answer: found when a reader asks for it, and drawn below the answer.

It has every sentence that answers, not only those that the answer quotes, so it needs another search. It is kept
while the page is open, and found again if the answer changes.
"""

from dataclasses import dataclass

import streamlit as st

from index.core.errors import DatelineError
from index.pipeline.library import Library
from rag.analysis.timeline import Timeline, find_timeline
from rag.answering.models import Answer
from rag.answering.query import make_query
from rag.evidence.citations import Citation
from rag.evidence.permalinks import Place
from rag.output.answer_text import said_words
from rag.output.timeline import by_days, event_days, reported_line, timeline_notes, timeline_summary
from ui.server.chats import Turn


@dataclass(frozen=True, slots=True)
class _Found:
    answer: Answer  # whose timeline it is
    timeline: Timeline | None
    problem: str  # why there is none


def look_up(turn: Turn, answer: Answer, library: Library) -> None:
    """Find the timeline of an answer, and keep it, or the problem, in the session."""
    try:
        query = make_query(answer.question, scope=answer.scope, standalone=answer.standalone, all_days=turn.all_days)
        timeline = find_timeline(query, library=library, also=_quoted(answer))
        found = _Found(answer, timeline, "")
    except DatelineError as error:
        found = _Found(answer, None, str(error))
    st.session_state[_key(turn)] = found


def _quoted(answer: Answer) -> tuple[Citation, ...]:
    """Return the quotes of an answer that is sure; others may not be about the subject."""
    if answer.level != "answers":
        return ()
    cited = (citation for statement in answer.statements for citation in statement.citations)
    return tuple(dict.fromkeys((*cited, *answer.quotes)))


def timeline_of(turn: Turn, answer: Answer) -> Timeline | None:
    """Return the timeline that was found for an answer; None if there is none yet."""
    found = _found(turn, answer)
    return found.timeline if found else None


def shown_timeline(turn: Turn, answer: Answer) -> dict[str, object] | None:
    """Return what the component draws of the timeline; None if the reader has not asked for it."""
    found = _found(turn, answer)
    if found is None:
        return None
    if found.timeline is None:
        return {"notes": [found.problem], "summary": "", "days": []}
    return {
        "notes": list(timeline_notes(found.timeline)),
        "summary": timeline_summary(found.timeline) if found.timeline.events else "",
        "days": [
            {
                "when": event_days(first, last),
                "exact": first is not None and first == last,
                "events": [_shown(event.citation) for event in those],
            }
            for (first, last), those in by_days(found.timeline.events)
        ],
    }


def _shown(citation: Citation) -> dict[str, object]:
    return {
        "key": str(Place.of(citation)),
        "text": citation.quote,
        "said": said_words(citation),
        "title": citation.article.title,
        "language": citation.article.language,
        "where": reported_line(citation),
    }


def _found(turn: Turn, answer: Answer) -> _Found | None:
    found = st.session_state.get(_key(turn))
    return found if isinstance(found, _Found) and found.answer is answer else None


def _key(turn: Turn) -> str:
    return f"timeline-{turn.id}"
