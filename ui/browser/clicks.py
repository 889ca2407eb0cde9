"""Callbacks: what a reader's click or question does is done, whatever else wants the page drawn again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer
from streamlit.runtime.scriptrunner import RerunException

_Given = ParamSpec("_Given")
_Value = TypeVar("_Value")
_FORGOTTEN_SECONDS = 60.0  # of a click on what has not been drawn again since


def undisturbed(act: Callable[_Given, None]) -> Callable[_Given, None]:
    """Have `act` carried through, and a newer run begin only afterwards.

    Looking into the session's state lets a newer run begin, and Streamlit then counts the older
    one as having done what was asked. So `act` is begun again when that happens; what must be done
    once only comes last in it, when nothing of the session is looked at any more.
    """

    @wraps(act)
    def carry_through(*args: _Given.args, **kwargs: _Given.kwargs) -> None:
        interrupted = None
        while True:
            try:
                act(*args, **kwargs)
                break
            except RerunException as error:
                interrupted = error
        if interrupted:
            raise interrupted

    return carry_through


@dataclass(frozen=True, slots=True)
class _Noted:
    about: str
    clicks: dict[str, object] = field(default_factory=dict)  # by name
    since: float = field(default_factory=time.monotonic)

    def is_of(self, about: str) -> bool:
        return self.about == about and time.monotonic() - self.since < _FORGOTTEN_SECONDS


class Clicks:
    """What a reader has clicked in a component and what is not done yet."""

    def __init__(self, clicks: dict[str, object]) -> None:
        """Take the clicks by name."""
        self._clicks = clicks

    def do(self, name: str, act: Callable[[_Value], None], of: type[_Value]) -> None:
        """Do what was clicked, once, and have the page drawn again; a value of another type is nobody's click.

        `act` is begun again where a newer run wants to begin; see `undisturbed`.
        """
        value = self._clicks.pop(name, None)
        if isinstance(value, of):
            undisturbed(act)(value)
            st.rerun()


def draw(component: ComponentRenderer, *, key: str, data: object, clicks: Sequence[str], about: str = "") -> Clicks:
    """Draw a component, and return what was clicked in it, however many runs have begun and broken off since.

    Streamlit hands a click to the run that it begins; where another one begins before that has come to the component,
    nobody is told. So a click is noted in its callback, which comes first. `about` names what is shown: a click on
    something else that stood there before is dropped.
    """
    noting: dict[str, Any] = {f"on_{name}_change": partial(_note, key, about, name) for name in clicks}
    component(key=key, data=data, **noting)
    noted: _Noted | None = st.session_state.get(_place(key))
    return Clicks(noted.clicks if noted and noted.is_of(about) else {})


@undisturbed
def _note(key: str, about: str, name: str) -> None:
    value = st.session_state[key].get(name)
    before: _Noted | None = st.session_state.get(_place(key))
    if value is not None:
        kept = before.clicks if before and before.is_of(about) else {}
        st.session_state[_place(key)] = _Noted(about, {**kept, name: value})


def _place(key: str) -> str:
    return f"clicked-{key}"
