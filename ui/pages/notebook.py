"""The page of the notebook: the pinned quotes in the reader's order, with notes, and as a file."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from index.core.errors import DatelineError, UnknownPin
from rag.evidence.citations import Citation
from rag.evidence.permalinks import Place
from rag.output.answer_text import page_words, where_words
from rag.storage.notebook import LONGEST_NOTE, Pin
from ui.browser.address import go, here
from ui.browser.clicks import draw
from ui.browser.live import redraw_on_change
from ui.browser.look import make_component, reporting_errors, show_text
from ui.chat.changes import copied
from ui.chat.export import forms, hand_over, handed_over, make_notebook_file
from ui.server.services import Services

_component = make_component("notebook")
_PROBLEM = "notebook-problem"


def show_notebook_page(services: Services) -> None:
    """Show the pinned quotes."""
    if st.button("← Back to the chat", key="back-to-chat", type="tertiary"):
        go(replace(here().without_article(), page=""))
        st.rerun()
    st.html('<h1 class="dl-shelf">Notebook</h1>')
    redraw_on_change("notebook", services.pulse.value, lambda: _show_pins(services))


def pinned_citations(services: Services) -> list[Citation]:
    """Return the pinned quotes; none if they cannot be read, which the page says."""
    try:
        return [pin.citation for pin in services.notebook.pins() if pin.citation]
    except DatelineError:
        return []


@reporting_errors
def _show_pins(services: Services) -> None:
    pins, notebook = services.notebook.pins(), services.notebook
    if problem := st.session_state.get(_PROBLEM):
        show_text(problem, kind="problem")
    if not pins:
        show_text("No quotes yet. Press Pin below a quote of an answer, and it is kept here.", kind="note")
    clicks = draw(
        _component,
        key="notebook",
        data={
            "pins": [_shown(pin) for pin in pins],
            "longest": LONGEST_NOTE,
            "failed": bool(st.session_state.get(_PROBLEM)),
            "forms": forms(),
            "file": handed_over("notebook"),
        },
    )
    clicks.do("open", lambda key: _open(pins, key), str)
    clicks.do("export", lambda form: hand_over("notebook", make_notebook_file(pins, form)), str)
    clicks.do("note", lambda said: _change(lambda: _save_note(services, said)), dict)
    clicks.do(
        "move", lambda said: _change(lambda: notebook.move(_number(said), 1 if said.get("by") == 1 else -1)), dict
    )
    clicks.do("unpin", lambda number: _change(lambda: notebook.unpin(number)), int)


def _shown(pin: Pin) -> dict[str, object]:
    citation = pin.citation
    shown: dict[str, object] = {"number": pin.number, "asked": pin.question, "note": pin.note, "problem": pin.problem}
    if citation is not None:
        where = ", ".join(filter(None, (citation.article.title, where_words(citation), page_words(citation))))
        shown |= {
            "key": str(Place.of(citation)),
            "quote": citation.quote,
            "language": citation.article.language,
            "where": where,
            **copied(citation),
        }
    return shown


def _number(said: dict[str, object]) -> int:
    number = said.get("number")
    return number if isinstance(number, int) else 0


def _save_note(services: Services, said: dict[str, object]) -> None:
    text, was = str(said.get("text", "")), str(said.get("was", ""))
    try:
        services.notebook.note(_number(said), text, was=was)
    except UnknownPin as error:
        raise UnknownPin(f"{error} Your note: {text}") from None


def _change(change: Callable[[], None]) -> None:
    state = st.session_state
    problem = ""
    try:
        change()
    except DatelineError as error:
        problem = str(error)
    state[_PROBLEM] = problem


def _open(pins: Sequence[Pin], key: str) -> None:
    for citation in (pin.citation for pin in pins):
        if citation is not None and key == str(Place.of(citation)):
            go(replace(here(), article=citation.article.path, quote=Place.of(citation), turn=None))
            return
