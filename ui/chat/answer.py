"""An answer on the page: what the model says, and a card for each article with its quotes.

The component receives plain data and shows it as text, so a quote appears exactly as written and can do nothing.
Each statement has the numbers of its quotes; each quote is a button that opens its place in the article.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from weakref import WeakKeyDictionary

import streamlit as st

from index.core.errors import DatelineError
from index.core.formatting import counted, place_line
from index.text.articles import Article
from rag.analysis.disagreements import disagreements_of, sides_by_quote
from rag.analysis.figure_history import figure_history
from rag.answering.models import Answer
from rag.answering.sources import count_sources
from rag.evidence.citations import Citation, Statement, number_citations
from rag.evidence.permalinks import Place
from rag.output.answer_text import (
    KEYWORDS_ONLY,
    answer_text,
    copies_words,
    corrections_words,
    dated_note,
    ending_note,
    language_note,
    level_words,
    listed_lines,
    meaning_note,
    page_words,
    part_words,
    said_words,
    searched_line,
    usage_line,
    with_days,
)
from rag.output.search_report import report_text
from ui.browser.address import go, here
from ui.browser.clicks import Clicks, draw
from ui.browser.look import make_component
from ui.chat.changes import changes_cited, copied, look_for_changes, shown_changes, shown_disagreement, source_shown
from ui.chat.export import (
    forms,
    hand_over,
    handed_over,
    is_timeline_form,
    make_file,
    make_timeline_file,
    timeline_forms,
)
from ui.chat.timeline import look_up, shown_timeline, timeline_of
from ui.server.chats import Turn
from ui.server.services import get_services

_component = make_component("answer")
_PIN_PROBLEM = "pin-problem-"
# Computed once for a finished answer: a long chat is redrawn at every click.
_made: WeakKeyDictionary[Turn, tuple[Answer, dict[str, object]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Acts:
    """What a reader can do with an answer."""

    ask_again: Callable[[], None]
    search_again: Callable[[str], None]  # receives what to search for
    ask_all_days: Callable[[], None]
    add_alert: Callable[[], None] | None  # None if there is an alert for the question
    can_ask: bool  # whether there is a language model to ask again


def show_answer(
    place: int,
    turn: Turn,
    *,
    acts: Acts,
    scroll_to: str,
) -> None:
    """Show what the turn has so far; `place` is its place (from 0) in the chat.

    The page keeps the turn with the id `scroll_to` in view.
    """
    answer, busy = turn.answer, _busy(turn) if turn.under_way else ""
    clicks = draw(
        _component,
        key=f"answer-{place}",
        data={
            "turn": turn.id,
            "busy": busy,
            "scroll_to": scroll_to,
            "can_ask": acts.can_ask,
            "has_alert": acts.add_alert is None,
            "forms": forms(),
            "timeline_forms": timeline_forms(),
            # Not while the answer grows: reading the session's state may end the run that draws it.
            "changes": shown_changes(turn, answer) if answer and not busy else None,
            "file": None if busy else handed_over(turn.id),
            "timeline": shown_timeline(turn, answer) if answer and not busy else None,
            **(_pins_shown(turn, answer) if answer and not busy else {}),
            **(_shown(turn, answer) if answer else {}),
        },
        about=turn.id,
    )
    clicks.do("stop", lambda _: turn.stop(), bool)
    clicks.do("again", lambda _: acts.ask_again(), bool)
    clicks.do("all_days", lambda _: acts.ask_all_days(), bool)
    if add_alert := acts.add_alert:
        clicks.do("add_alert", lambda _: add_alert(), bool)
    clicks.do("search", acts.search_again, str)
    if answer:
        _look_further(place, turn, answer, clicks)


def _look_further(place: int, turn: Turn, answer: Answer, clicks: Clicks) -> None:
    """Handle the clicks that need an answer."""
    library = get_services().library
    if not turn.under_way:
        clicks.do("timeline", lambda _: look_up(turn, answer, library), bool)
    clicks.do("export", partial(_export, turn, answer), str)
    clicks.do("changes", lambda day: look_for_changes(turn, answer, day, library), str)
    clicks.do("open", partial(_open_quote, place, turn, answer), str)
    clicks.do("pin", partial(_pin, turn, answer), dict)
    clicks.do("notebook", lambda _: go(replace(here().without_article(), page="notebook")), bool)


def _open_quote(place: int, turn: Turn, answer: Answer, clicked: str) -> None:
    timeline = timeline_of(turn, answer)
    events = [event.citation for event in timeline.events] if timeline else []
    _open(place, (*citations_shown(answer), *events, *changes_cited(turn)), clicked)


def show_found(number: int, turn: Turn) -> None:
    """Show what an alert has found, as a turn; `number` is that of the result."""
    answer = turn.answer
    assert answer is not None
    clicks = draw(
        _component,
        key=f"found-{turn.id}",
        data={
            **_shown(turn, answer),
            "turn": turn.id,
            # The page shows the question above, and all days cannot be searched from here.
            "searched_for": "",
            "narrowed": False,
            "forms": forms(),
            "file": handed_over(turn.id),
            **_pins_shown(turn, answer),
        },
    )
    clicks.do("export", partial(_export, turn, answer), str)
    clicks.do("pin", partial(_pin, turn, answer), dict)
    clicks.do("notebook", lambda _: go(replace(here().without_article(), page="notebook")), bool)
    clicks.do("open", partial(_open, number, citations_shown(answer)), str)


def _pins_shown(turn: Turn, answer: Answer) -> dict[str, object]:
    """Return which quotes are in the notebook, by their places, which of them have a note, and what went wrong."""
    pins = get_services().notebook.pinned((*citations_shown(answer), *changes_cited(turn)))
    places = [(str(Place.of(pin.citation)), bool(pin.note)) for pin in pins if pin.citation]
    problem = st.session_state.get(_PIN_PROBLEM + turn.id, "")
    noted = [place for place, has_note in places if has_note]
    return {"pinned": [place for place, _ in places], "noted": noted, "pin_problem": problem}


def _pin(turn: Turn, answer: Answer, said: dict[str, object]) -> None:
    """Pin a quote or unpin it; one with a note is unpinned on the page of the notebook only."""
    notebook, problem = get_services().notebook, ""
    for citation in (*citations_shown(answer), *changes_cited(turn)):
        if said.get("key") == str(Place.of(citation)):
            try:
                if said.get("pinned"):
                    notebook.pin(citation, question=answer.question)
                else:
                    notebook.unpin_plain(citation)
            except DatelineError as error:
                problem = str(error)
            break
    st.session_state[_PIN_PROBLEM + turn.id] = problem


def _export(turn: Turn, answer: Answer, form: str) -> None:
    name = f"dateline-{turn.id[:8]}"
    if is_timeline_form(form):
        if timeline_of(turn, answer) is None:
            look_up(turn, answer, get_services().library)
        timeline = timeline_of(turn, answer)  # if there is none, the page says why
        made = make_timeline_file(timeline, form, name=f"{name}-timeline") if timeline else None
    else:
        made = make_file(turn.question, [answer], form, name=name)
    hand_over(turn.id, made)


def _open(place: int, cited: Iterable[Citation], clicked: str) -> None:
    for citation in cited:
        quote = Place.of(citation)
        if clicked == str(quote):
            go(replace(here(), turn=place, article=citation.article.path, quote=quote))
            return


def citations_shown(answer: Answer) -> dict[Citation, int | None]:
    """Return the citations of an answer with their numbers: of statements, other quotes, figures and disagreements."""
    numbers = _on_cards(answer)
    for figure in figure_history(answer):
        numbers.setdefault(figure.citation, None)
    for citation in sides_by_quote(answer):
        numbers.setdefault(citation, None)
    return numbers


def _on_cards(answer: Answer) -> dict[Citation, int | None]:
    numbers: dict[Citation, int | None] = dict(number_citations(answer.statements))
    for quote in answer.quotes:
        numbers.setdefault(quote, None)
    return numbers


def _busy(turn: Turn) -> str:
    if turn.answer is None:
        return "Reading the articles"
    prose = turn.answer.prose
    if prose is None:
        return _read(turn.answer)
    doing = f"{prose.model} is writing" if prose.statements else f"Asking {prose.model}"
    return f"{_read(turn.answer)}. {doing}"


def _read(answer: Answer) -> str:
    """Say how many passages were read for an answer.

    >>> from types import SimpleNamespace as S
    >>> _read(S(passages=[S(article=S(id="a")), S(article=S(id="b")), S(article=S(id="a"))]))
    'Read 3 passages from 2 articles'
    """
    articles = {passage.article.id for passage in answer.passages}
    return f"Read {counted(len(answer.passages), 'passage')} from {counted(len(articles), 'article')}"


def _took(answer: Answer) -> str:
    seconds = answer.seconds["total"]
    took = f"in {seconds:.1f} s" if seconds >= 0.1 else "in under 0.1 s"
    return f"{_read(answer)} {took}" if answer.passages else ""


def _shown(turn: Turn, answer: Answer) -> dict[str, object]:
    if (made := _made.get(turn)) and made[0] is answer:
        return made[1]
    prose = answer.prose
    writing = prose is not None and prose.under_way
    unsure = answer.level != "answers" and not writing and not answer.about_shelf
    numbers = number_citations(answer.statements)
    shown = {
        "searched_for": answer.searched_as if answer.searched_as != " ".join(answer.question.split()) else "",
        "corrections": corrections_words(answer.searched.corrections),
        "days": dated_note(answer.dated),
        "narrowed": bool(answer.dated and answer.dated.used),
        "problem": " ".join(
            (*([KEYWORDS_ONLY, answer.searched.problem] if answer.searched.problem else []), language_note(answer))
        ).strip(),
        "statements": [_statement(statement, numbers) for statement in prose.statements] if prose else [],
        "note": ending_note(answer),
        "lead": _lead(answer),
        "level": "answers" if writing else answer.level,
        "cards": _cards(answer, _on_cards(answer)),
        "parts": _parts(answer),
        "listed": list(listed_lines(answer.about_shelf)) if answer.about_shelf else [],
        "figures": _figures(answer),
        "differ": [shown_disagreement(one) for one in disagreements_of(answer)],
        "foot": searched_line(answer) if unsure else "",
        "read": ". ".join(filter(None, (_took(answer), meaning_note(answer.searched)))),
        "usage": usage_line(prose) if prose and prose.usage else "",
        "copy": answer_text(answer),
        "report": report_text(answer),
        "by_model": prose is not None,
    }
    _made[turn] = answer, shown
    return shown


def _statement(statement: Statement, numbers: dict[Citation, int]) -> dict[str, object]:
    return {
        "text": statement.text,
        "new_line": statement.new_line,
        "verdict": statement.verdict,
        "message": statement.message,
        "chips": [{"number": numbers[citation], **source_shown(citation)} for citation in statement.citations],
        "unresolved": list(statement.unresolved),
    }


def _figures(answer: Answer) -> list[dict[str, str]]:
    """Return how the figure that answers changed, oldest first."""
    history = figure_history(answer)
    return [{"value": figure.value, "day": day, **source_shown(figure.citation)} for figure, day in with_days(history)]


def _lead(answer: Answer) -> str:
    if words := level_words(answer):
        return words
    by_model = answer.prose is not None and bool(answer.prose.statements)
    lead = "Sources, quoted word for word" if by_model else "In the articles' own words" if answer.quotes else ""
    return " · ".join(filter(None, (lead, count_sources(answer).words)))


def _parts(answer: Answer) -> list[dict[str, object]]:
    """Return each of several questions with its cards; none if a model answers them together."""
    if answer.prose and (answer.prose.statements or answer.prose.refused):
        return []
    numbers = _on_cards(answer)
    return [
        {
            "question": part.question,
            "lead": part_words(part),
            "cards": _cards(answer, {one: numbers[one] for one in part.quoted.citations if one in numbers}),
        }
        for part in answer.parts
    ]


def _cards(answer: Answer, numbers: Mapping[Citation, int | None]) -> list[dict[str, object]]:
    """Group quotes by article, each article's in the order of their numbers.

    A quote that no statement cites has no number; one that a model's statement cites has its verdict.
    """
    statements = answer.prose.statements if answer.prose else ()
    order = list(dict.fromkeys(citation.article.id for citation in numbers))
    shown = sorted(numbers, key=lambda citation: order.index(citation.article.id))
    sides = sides_by_quote(answer)
    return [
        {
            "title": article.title,
            "language": article.language,
            "where": _where(article),
            "copies": copies_words(answer.copies.get(article.id, ())),
            "quotes": [
                {
                    "key": str(Place.of(citation)),
                    "number": numbers[citation] or 0,
                    "parts": sides[citation].parts if citation in sides else (citation.quote, "", ""),
                    "page": page_words(citation),
                    "said": said_words(citation),
                    **copied(citation),
                    **_mark(citation, statements),
                }
                for citation in group
            ],
        }
        for article, group in groupby(shown, key=lambda citation: citation.article)
    ]


def _mark(citation: Citation, statements: Sequence[Statement]) -> dict[str, str]:
    """Return the worst verdict on the statements that cite a quote."""
    on_it = {one.verdict: one.message for one in reversed(statements) if citation in one.citations}
    shown = (verdict for verdict in ("contradicted", "unclear", "supported") if verdict in on_it)
    return next(({"verdict": verdict, "message": on_it[verdict]} for verdict in shown), {})


def _where(article: Article) -> str:
    return place_line(article.outlet, article.place, article.published)
