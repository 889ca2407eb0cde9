"""Check a draft: each sentence and quotation of a pasted text is shown with what the articles have of it."""

from dataclasses import replace
from functools import partial

import streamlit as st

from index.core.errors import DatelineError
from index.core.formatting import place_line
from rag.analysis.draft_check import Checked, CheckedDraft, check_draft
from rag.evidence.citations import Citation
from rag.evidence.permalinks import Place
from rag.output.draft import MARK_WORDS, difference_lines, draft_lines, looked_line, summary_line
from ui.browser.address import go, here
from ui.browser.clicks import draw
from ui.browser.look import make_component, show_text
from ui.server.services import Services
from ui.sidebar.filters import chosen_scope, show_narrowing

_component = make_component("draft")
_CHECKED, _TEXT, _PROBLEM = "draft-checked", "draft-text", "draft-problem"


def show_draft_page(services: Services) -> None:
    """Show a field for the draft, and the result of the last check."""
    state = st.session_state
    if st.button("← Back to the chat", key="back-to-chat", type="tertiary"):
        go(replace(here().without_article(), page=""))
        st.rerun()
    st.html('<h1 class="dl-shelf">Check a draft</h1>')
    # Keeps what was typed while the reader opens an article or the chat; Streamlit's own field does not.
    state.setdefault("draft", state.get(_TEXT, ""))
    st.text_area(
        "Your text, plain or Markdown. It stays on this machine.",
        key="draft",
        height=220,
        on_change=_keep_text,
    )
    with st.container():
        show_narrowing(services)
    st.button("Check", key="check-draft", on_click=_check, args=(services,))
    with st.container():
        if problem := state.get(_PROBLEM):
            show_text(problem, kind="problem")
    if checked := state.get(_CHECKED):
        _show_checked(checked)


def _keep_text() -> None:
    st.session_state[_TEXT] = st.session_state["draft"]


def _check(services: Services) -> None:
    state = st.session_state
    text, scope = state["draft"], chosen_scope()
    try:
        with services.library.shelf.read(checked=True) as reading:
            checked, problem = check_draft(text, reading=reading, scope=scope), ""
    except DatelineError as error:
        checked, problem = None, str(error)
    state[_TEXT], state[_CHECKED], state[_PROBLEM] = text, checked, problem


def _show_checked(checked: CheckedDraft) -> None:
    clicks = draw(
        _component,
        key="draft-marks",
        data={
            "summary": summary_line(checked),
            "looked": looked_line(checked),
            "parts": [_part(checked, part) for part in checked.parts],
            "copy": "\n".join(draft_lines(checked)),
        },
    )
    clicks.do("open", partial(_open, checked), str)


def _open(checked: CheckedDraft, clicked: str) -> None:
    for place in (place for part in checked.parts for place in part.places):
        quote = Place.of(place)
        if clicked == f"{place.article.path} {quote}":
            go(replace(here(), article=place.article.path, quote=quote))
            return


def _part(checked: CheckedDraft, part: Checked) -> dict[str, object]:
    return {
        "form": part.form,
        "mark": part.mark,
        "label": MARK_WORDS[part.mark],
        "text": part.span.cut(checked.text),
        "pieces": [{"said": one.said, "written": one.written, "same": one.same} for one in part.pieces],
        "differences": list(difference_lines(part)),
        "places": [_place(place, near=part.mark == "similar") for place in part.places],
    }


def _place(place: Citation, *, near: bool) -> dict[str, str]:
    article = place.article
    return {
        "key": f"{article.path} {Place.of(place)}",
        "title": article.title,
        "where": place_line(article.outlet, article.place, article.published),
        "quote": place.quote if near else "",
    }
