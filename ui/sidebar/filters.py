"""Filters at the question box: which articles are searched, by outlet and by day of publication."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

import streamlit as st

from index.core.formatting import counted, scope_words
from index.core.scope import WHOLE, Scope
from ui.browser.live import redraw_on_change
from ui.browser.look import inert, reporting_errors
from ui.server.services import Services

_UNNAMED = "No outlet named"
_SINCE, _UNTIL, _MONTH, _OUTLETS = "since", "until", "month", "outlets"
_MONTHS = 6  # the newest ones, to be chosen with one click


def chosen_scope() -> Scope:
    """Return the articles that the reader has chosen to ask."""
    return st.session_state.get("scope", WHOLE)  # type: ignore[no-any-return]


def keep_choices() -> None:
    """Keep what was chosen on a page that does not show it; Streamlit would forget it."""
    for key in (_SINCE, _UNTIL, _MONTH, _OUTLETS):
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


@reporting_errors
def show_narrowing(services: Services) -> None:
    """Let the reader choose days and outlets, if the shelf has more than one of them, and show what was chosen."""
    with services.library.shelf.read() as reading:
        reach, outlets, months = reading.reach(), dict(reading.outlets()), reading.months()
    named = [name for name in outlets if name]
    with st.container(horizontal=True, key="scope", vertical_alignment="center"):
        if reach.first != reach.last or named:
            with st.popover("Only some articles", key="narrowing", type="tertiary"):
                if reach.first and reach.last and reach.first != reach.last:
                    _show_days(reach.first, reach.last, [month for month, _ in months])
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
        first, last = _whole(month) if (month := state.get(_MONTH)) else (since, until)
        state["scope"] = Scope(
            first if isinstance(first, date) else None, last if isinstance(last, date) else None, frozenset(chosen)
        )
        if not chosen_scope().is_whole:
            redraw_on_change("scope", services.pulse.value, partial(_show_scope, services))
            # Not in the part that redraws itself: the fields above have to be drawn again, too.
            st.button("All articles", key="all-articles", type="tertiary", on_click=_ask_all)


def _show_days(first: date, last: date, months: Sequence[str]) -> None:
    st.pills(
        "Published in",
        months[::-1][:_MONTHS],
        key=_MONTH,
        format_func=lambda month: f"{date.fromisoformat(f'{month}-01'):%b %Y}",
        on_change=_choose_month,
        args=(first, last),
    )
    for label, key in (("Published from", _SINCE), ("Published until", _UNTIL)):
        st.date_input(
            label, value=None, min_value=first, max_value=last, key=key, format="YYYY-MM-DD", on_change=_forget_month
        )


def _whole(month: str) -> tuple[date, date]:
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(31)).replace(day=1) - timedelta(1)


def _choose_month(first: date, last: date) -> None:
    """Show the days of the month in the fields of days, which have no day after the newest article."""
    state = st.session_state
    if month := state[_MONTH]:
        begin, end = _whole(month)
        state[_SINCE], state[_UNTIL] = max(begin, first), min(end, last)
    else:
        state[_SINCE] = state[_UNTIL] = None


def _forget_month() -> None:
    st.session_state[_MONTH] = None


@reporting_errors
def _show_scope(services: Services) -> None:
    """Show that only some articles are asked."""
    scope = chosen_scope()
    with services.library.shelf.read() as reading:
        inside, everything = reading.count(scope=scope), reading.count()
    asked = f"{inside:,} of {counted(everything, 'article')}: {scope_words(scope)}"
    st.html(f'<p class="dl-note" role="status">{inert(asked)}</p>', width="content")


def _ask_all() -> None:
    for key, empty in ((_SINCE, None), (_UNTIL, None), (_MONTH, None), (_OUTLETS, [])):
        if key in st.session_state:
            st.session_state[key] = empty
    st.session_state["scope"] = WHOLE
