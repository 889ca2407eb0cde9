"""An answer on the page: what the model says, and a card for each article with its quotes.

The component gets plain data and sets it as text, so a quote stands on the page character
for character and can do nothing. Each statement carries the numbers of its quotes; each
quote is a button to its place in the article.
"""

from collections.abc import Callable
from itertools import groupby

import streamlit as st

from index.wording import place_line
from rag.answers import Answer
from rag.citations import Citation, Statement, number_citations
from rag.rendering import WORDS_ALONE, answer_text, ending_note, refusal_words, searched_line, usage_line
from ui.look import ignore_trigger, make_component
from ui.turns import Turn

_component = make_component("answer")


def show_answer(
    number: int,
    turn: Turn,
    *,
    scroll_to: str,
    can_ask: bool,
    ask_again: Callable[[int], None],
    search_again: Callable[[int, str], None],
) -> None:
    """Show what the chat's turn of that number (from 0) has so far.

    The page keeps the turn of the id `scroll_to` in sight; `can_ask` tells whether there is a model to ask again.
    """
    answer, busy = turn.answer, _busy(turn) if turn.under_way else ""
    clicked = _component(
        key=f"answer-{number}",
        data={"busy": busy, "scroll_to": scroll_to, "can_ask": can_ask, **(_shown(answer) if answer else {})},
        on_open_change=ignore_trigger,
        on_stop_change=ignore_trigger,
        on_again_change=ignore_trigger,
        on_search_change=ignore_trigger,
    )
    if clicked.stop:
        turn.stop()
    if isinstance(clicked.open, str):
        st.session_state["opened"] = ("quote", number, clicked.open)
        st.rerun()
    if clicked.again:
        ask_again(number)
        st.rerun()
    if isinstance(clicked.search, str):
        search_again(number, clicked.search)
        st.rerun()


def citation_key(citation: Citation) -> str:
    """Name a citation for the browser and back."""
    return f"{citation.article.id}:{citation.span.start}-{citation.span.end}"


def citations_shown(answer: Answer) -> dict[Citation, int | None]:
    """Return the citations of an answer with their numbers: the statements' own, then what else was found."""
    numbers: dict[Citation, int | None] = dict(number_citations(answer.statements))
    for quote in answer.quotes:
        numbers.setdefault(quote, None)
    return numbers


def _busy(turn: Turn) -> str:
    prose = turn.answer.prose if turn.answer else None
    if prose is None:
        return "Reading the articles"
    return f"{prose.model} is writing" if prose.statements else f"Asking {prose.model}"


def _shown(answer: Answer) -> dict[str, object]:
    prose, refusal = answer.prose, answer.refusal
    writing = prose is not None and prose.under_way
    numbers = number_citations(answer.statements)
    return {
        "searched_for": answer.searched_as if answer.searched_as != " ".join(answer.question.split()) else "",
        "problem": f"{WORDS_ALONE} {answer.searched.problem}" if answer.searched.problem else "",
        "statements": [_statement(statement, numbers) for statement in prose.statements] if prose else [],
        "note": ending_note(answer),
        "lead": _lead(answer),
        "refusal": refusal is not None and not writing,
        "cards": _cards(citations_shown(answer)),
        "foot": searched_line(answer) if refusal and not writing else "",
        "usage": usage_line(prose) if prose and prose.usage else "",
        "copy": answer_text(answer),
        "by_model": prose is not None,
    }


def _statement(statement: Statement, numbers: dict[Citation, int]) -> dict[str, object]:
    return {
        "text": statement.text,
        "new_line": statement.new_line,
        "verdict": statement.verdict,
        "rule": statement.rule,
        "chips": [
            {"number": numbers[citation], "key": citation_key(citation), "quote": citation.quote}
            for citation in statement.citations
        ],
        "unresolved": list(statement.unresolved),
    }


def _lead(answer: Answer) -> str:
    under_way = answer.prose is not None and answer.prose.under_way
    if answer.refusal is None or under_way:
        if answer.prose and answer.prose.statements:
            return "Sources, quoted word for word"
        return "In the articles' own words" if answer.quotes else ""
    return refusal_words(answer) + (" Closest sentences:" if answer.refusal.closest else "")


def _cards(numbers: dict[Citation, int | None]) -> list[dict[str, object]]:
    """Group quotes by article, each article's in reading order; a quote no statement cites has no number."""
    order = list(dict.fromkeys(citation.article.id for citation in numbers))
    shown = sorted(numbers, key=lambda citation: (order.index(citation.article.id), citation.span))
    return [
        {
            "title": article.title,
            "where": place_line(article.outlet, article.place, article.published),
            "quotes": [
                {"key": citation_key(citation), "number": numbers[citation] or 0, "text": citation.quote}
                for citation in group
            ],
        }
        for article, group in groupby(shown, key=lambda citation: citation.article)
    ]
