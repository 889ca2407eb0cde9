"""Filters: which articles are searched, by outlet and by day of publication."""

from datetime import date

import streamlit as st

from index.core.formatting import counted, scope_words
from index.core.scope import WHOLE, Scope
from ui.browser.look import inert, reporting_errors
from ui.server.services import Services

_UNNAMED = "No outlet named"
_SINCE, _UNTIL, _OUTLETS = "since", "until", "outlets"


def chosen_scope() -> Scope:
    """Return the articles that the reader has chosen to ask."""
    return st.session_state.get("scope", WHOLE)  # type: ignore[no-any-return]


@reporting_errors
def show_narrowing(services: Services) -> None:
    """Let the reader choose days and outlets, if the shelf has more than one of them."""
    with services.library.shelf.read() as reading:
        reach, outlets = reading.reach(), dict(reading.outlets())
    named = [name for name in outlets if name]
    many_days = reach.first != reach.last
    if not many_days and not named:
        return
    with st.expander("Ask only some articles", key="narrowing"):
        if many_days:
            for label, key in (("Published from", _SINCE), ("Published until", _UNTIL)):
                st.date_input(
                    label, value=None, min_value=reach.first, max_value=reach.last, key=key, format="YYYY-MM-DD"
                )
        if named:
            st.multiselect(
                "Outlets",
                list(outlets),
                key=_OUTLETS,
                format_func=lambda name: f"{name or _UNNAMED} ({outlets.get(name, 0):,})",
                placeholder="All outlets",
            )
    state = st.session_state
    since, until, chosen = state.get(_SINCE), state.get(_UNTIL), state.get(_OUTLETS) or []
    state["scope"] = Scope(
        since if isinstance(since, date) else None, until if isinstance(until, date) else None, frozenset(chosen)
    )


@reporting_errors
def show_scope(services: Services) -> None:
    """Show above the question field that only some articles are asked, with a button to ask all again."""
    scope = chosen_scope()
    if scope.is_whole:
        return
    with services.library.shelf.read() as reading:
        inside, everything = reading.count(scope=scope), reading.count()
    with st.container(horizontal=True, key="scope", vertical_alignment="center"):
        asked = f"Asking {inside:,} of {counted(everything, 'article')}: {scope_words(scope)}"
        st.html(f'<p class="dl-note" role="status">{inert(asked)}</p>')
        st.button("Ask all", key="ask-all", type="tertiary", on_click=_ask_all)


def _ask_all() -> None:
    for key, empty in ((_SINCE, None), (_UNTIL, None), (_OUTLETS, [])):
        if key in st.session_state:
            st.session_state[key] = empty
    st.session_state["scope"] = WHOLE
