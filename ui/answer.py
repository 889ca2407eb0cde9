"""An answer on the page: a card for each article, its quotes numbered, each a button to its place.

The component gets plain data and sets it as text, so a quote stands on the page character
for character and can do nothing.
"""

from itertools import groupby

import streamlit as st

from index.wording import place_line
from rag.answers import Answer
from rag.citations import Citation
from rag.rendering import REFUSED, WORDS_ALONE, searched_line
from ui.look import ignore_trigger, make_component

_component = make_component("answer")


def show_answer(turn: int, answer: Answer, *, scroll_to: str) -> None:
    """Show the answer of the chat's turn of that number (from 0); the page scrolls once to each id in `scroll_to`."""
    cited = answer.refusal.closest if answer.refusal else tuple(s.citations[0] for s in answer.statements)
    clicked = _component(
        key=f"answer-{turn}",
        data={
            "refusal": answer.refusal is not None,
            "lead": _lead(answer),
            "problem": f"{WORDS_ALONE} {answer.searched.problem}" if answer.searched.problem else "",
            "cards": _cards(cited),
            "scroll_to": scroll_to,
            "foot": searched_line(answer) if answer.refusal else "",
        },
        on_open_change=ignore_trigger,
    )
    # JSON has no integers of its own: True would be one.
    if isinstance(clicked.open, int) and not isinstance(clicked.open, bool):
        st.session_state["opened"] = ("quote", turn, clicked.open)
        st.rerun()


def _lead(answer: Answer) -> str:
    if not answer.refusal:
        return "In the articles' own words"
    return f"{REFUSED} Closest sentences:" if answer.refusal.closest else REFUSED


def _cards(cited: tuple[Citation, ...]) -> list[dict[str, object]]:
    """Group quotes by article; `number` counts all quotes of the answer from 0."""
    numbered = sorted(enumerate(cited), key=lambda entry: _first_of(cited, entry[1]))
    return [
        {
            "title": article.title,
            "where": place_line(article.outlet, article.place, article.published),
            "quotes": [{"number": number, "text": citation.quote} for number, citation in group],
        }
        for article, group in groupby(numbered, key=lambda entry: entry[1].article)
    ]


def _first_of(cited: tuple[Citation, ...], citation: Citation) -> int:
    return next(number for number, other in enumerate(cited) if other.article.id == citation.article.id)
