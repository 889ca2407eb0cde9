"""Parts of the page that are drawn again by themselves, whenever what they show has changed."""

from collections.abc import Callable

import streamlit as st

from ui.browser.look import make_component

_component = make_component("pulse")


def redraw_on_change(name: str, pulse: Callable[[], str], show: Callable[[], None]) -> None:
    """Show a part of the page, and show it again whenever `pulse` returns something else.

    The server sends its pulse to the browser, which asks for the part. So an open page that does not change costs no
    redraw. `name` distinguishes the parts of a page.
    """

    @st.fragment
    def part() -> None:
        seen = pulse()  # before anything is read, so that no change is missed
        with st.container():
            show()
        _component(key=f"pulse-{name}", data=seen, on_seen_change=_do_nothing)

    part()


def _do_nothing() -> None:
    """Make "seen" a state of the component; Streamlit asks for a callback."""
