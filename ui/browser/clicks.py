"""Clicks: each click in a component is handled exactly once, however often the page is redrawn meanwhile.

Streamlit gives a click to one run of the page and forgets it. If a newer run begins before that run has reached the
component, the click is lost. So the browser keeps each click, and repeats it until the page confirms it; see
`components/elements.js`. Each click has an id, so a repeated one is not done twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer
from streamlit.runtime.scriptrunner import RerunException, get_script_run_ctx

_Value = TypeVar("_Value")
_CONFIRMED = 50  # ids of the latest clicks of one component; the browser repeats only a few at a time


@dataclass(frozen=True, slots=True)
class _Click:
    id: str
    name: str
    value: object


class Clicks:
    """The clicks in one component that are not handled yet."""

    def __init__(self, waiting: Sequence[_Click], done: list[str]) -> None:
        """Take the clicks, oldest first, and the ids of those that are handled."""
        self._waiting = waiting
        self._done = done

    def do(self, name: str, act: Callable[[_Value], None], of: type[_Value]) -> None:
        """Handle each click named `name` once, and redraw the page. A value of another type than `of` is ignored.

        Each access to the session's state lets a newer run interrupt this one, and Streamlit then counts this one as
        done. So `act` is started again after an interruption. What must happen only once has to come last in it, after
        the last access to the session's state. If it raises an error, the click counts as done: repeated, it would
        fail again.
        """
        for click in self._waiting:
            if click.name == name and click.id not in self._done and isinstance(click.value, of):
                # `_done` is not the session's state: nothing can interrupt here.
                try:
                    _carry_through(act, click.value)
                except (Exception, RerunException):  # the latter is raised once `act` has finished
                    self._done.append(click.id)
                    raise
                self._done.append(click.id)
                st.rerun()


def _carry_through(act: Callable[[_Value], None], value: _Value) -> None:
    """Let `act` finish before a newer run of the page begins, and then begin each that was asked for meanwhile."""
    interruptions = list[RerunException]()
    while True:
        try:
            act(value)
            break
        except RerunException as error:
            interruptions.append(error)
    for later in interruptions[1:]:
        context = get_script_run_ctx()
        if context is not None and context.script_requests is not None:
            context.script_requests.request_rerun(later.rerun_data)
    if interruptions:
        raise interruptions[0]


def draw(component: ComponentRenderer, *, key: str, data: object, about: str = "") -> Clicks:
    """Draw a component, and return the clicks in it that are still to be handled.

    `about` names what the component shows. A click on what it showed before is ignored, and so is one from an earlier
    session, which the browser sends again after the server was restarted.
    """
    state = st.session_state
    done: list[str] = state.setdefault(f"done-{key}", [])
    del done[:-_CONFIRMED]
    shown = f"{state.setdefault('session', uuid4().hex)} {about}"
    # Streamlit checks each value of a dictionary for a table, but not those of a list.
    result = component(key=key, data=[data, shown, list(done)], on_clicks_change=_do_nothing)
    return Clicks(_read(result.get("clicks"), shown), done)


def _do_nothing() -> None:
    """Make "clicks" a state of the component; Streamlit asks for a callback."""


def _read(sent: object, shown: str) -> list[_Click]:
    """Read what the browser sent, without what does not have the form of a click."""
    found = []
    for click in sent if isinstance(sent, list) else ():
        match click:
            case {"id": str(id_), "about": about, "name": str(name), "value": value} if about == shown:
                found.append(_Click(id_, name, value))
    return found
