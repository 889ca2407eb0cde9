"""The page of the notebook: the pinned quotes in the reader's order, with notes, and as a file."""

from contextlib import suppress
from dataclasses import replace
from functools import partial

import streamlit as st

from index.core.errors import DatelineError, UnknownPin
from rag.evidence.citations import Citation
from rag.evidence.permalinks import Place
from rag.output.answer_text import page_words, where_words
from rag.output.export import export_notebook
from rag.storage.notebook import DAMAGED, LONGEST_NOTE, Pin
from ui.browser.address import go, here
from ui.browser.look import inert, reporting_errors, show_text
from ui.chat.export import FORMS, own_address
from ui.server.services import Services


def show_notebook_page(services: Services) -> None:
    """Show the pinned quotes."""
    if st.button("← Back to the chat", key="back-to-chat", type="tertiary"):
        go(replace(here().without_article(), page=""))
        st.rerun()
    st.html('<h1 class="dl-shelf">Notebook</h1>')
    with st.container():
        _show_pins(services)


def pinned_citations(services: Services) -> list[Citation]:
    """Return the pinned quotes; none if they cannot be read, which the page says."""
    try:
        return [pin.citation for pin in services.notebook.pins() if pin.citation]
    except DatelineError:
        return []


@reporting_errors
def _show_pins(services: Services) -> None:
    pins = services.notebook.pins()
    if not pins:
        show_text("No quotes yet. Press Pin below a quote of an answer, and it is kept here.", kind="note")
        return
    with st.popover("Export"):
        for key, (name, form, style) in FORMS.items():
            exported = export_notebook(pins, form, style=style, page=own_address())
            st.download_button(
                name,
                exported.content,
                file_name=f"dateline-notebook{exported.ending}",
                mime=exported.type,
                key=f"notebook-{key}",
                on_click="ignore",
                width="stretch",
            )
    asked = ""
    for place, pin in enumerate(pins):
        if pin.question != asked:
            asked = pin.question
            st.html(f'<h2 class="dl-heading dl-asked" dir="auto">{inert(asked)}</h2>')
        with st.container(border=True, key=f"pin-{pin.number}"):
            _show_pin(services, pin, is_first=place == 0, is_last=place == len(pins) - 1)


def _show_pin(services: Services, pin: Pin, *, is_first: bool, is_last: bool) -> None:
    citation = pin.citation
    if citation is None:
        show_text(DAMAGED, kind="problem")
    else:
        language = f' lang="{inert(citation.article.language)}"' if citation.article.language else ""
        where = ", ".join(filter(None, (citation.article.title, where_words(citation), page_words(citation))))
        st.html(f'<blockquote class="dl-pinned" dir="auto"{language}>{inert(citation.quote)}</blockquote>')
        show_text(where, kind="note")
    notebook, number = services.notebook.notebook, pin.number
    key = f"note-{number}"
    st.session_state.setdefault(key, pin.note)
    st.text_area(
        "Note",
        key=key,
        max_chars=LONGEST_NOTE,
        height=68,
        placeholder="Your note",
        label_visibility="collapsed",
        on_change=_save_note,
        args=(services, number, key),
    )
    with st.container(horizontal=True):
        if citation is not None:
            st.button("Open in the article", key=f"open-{number}", on_click=_open, args=(citation,))
        up, down = partial(notebook.move, number, -1), partial(notebook.move, number, 1)
        st.button("Move up", key=f"up-{number}", disabled=is_first, on_click=_do, args=(up,))
        st.button("Move down", key=f"down-{number}", disabled=is_last, on_click=_do, args=(down,))
        st.button("Unpin", key=f"unpin-{number}", on_click=_do, args=(partial(notebook.unpin, number),))


def _save_note(services: Services, number: int, key: str) -> None:
    _do(partial(services.notebook.notebook.note, number, st.session_state[key]))


def _do(change: partial[None]) -> None:
    with suppress(UnknownPin):  # it was unpinned in another window, which the redrawn page shows
        change()


def _open(citation: Citation) -> None:
    go(replace(here(), article=citation.article.path, quote=Place.of(citation), turn=None))
