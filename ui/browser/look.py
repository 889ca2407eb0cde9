"""The look of the page, and the only ways in which foreign text reaches it.

Streamlit's own text elements interpret Markdown and load its images. So text from an article, a file name, a reader
or a model is either given to a component, which shows it as text, or escaped by `inert`.
"""

from collections.abc import Callable
from functools import wraps
from html import escape
from pathlib import Path
from typing import ParamSpec

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from index.core.errors import DatelineError

_Given = ParamSpec("_Given")

_COMPONENTS = Path(__file__).parents[1] / "components"
ICON = str(_COMPONENTS / "icon.svg")


def make_component(name: str, *, isolated: bool = True) -> ComponentRenderer:
    """Register the component of `name`.js and `name`.css; it receives what it shows as data only.

    In a dialog it must not be isolated: the dialog's focus trap does not find buttons in a shadow root.
    """
    return st.components.v2.component(
        f"dateline_{name}",
        html=f'<div class="{name}-root"></div>',
        css=_read(f"{name}.css"),
        js=_read("elements.js") + _read(f"{name}.js"),
        isolate_styles=isolated,
    )


def inert(text: str) -> str:
    """Escape any text for `st.html`, so that it is shown exactly and does nothing.

    >>> inert('<img src="https://example.org/x.png">')
    '&lt;img src=&quot;https://example.org/x.png&quot;&gt;'
    """
    return escape(text, quote=True)


def show_style() -> None:
    """Put our style sheet on the page."""
    st.html(f"<style>{_read('page.css')}</style>")


def show_text(text: str, *, kind: str) -> None:
    """Show foreign text as a block of the style `kind`: question, problem, note or lead."""
    attributes = {"problem": ' role="alert"', "question": ' dir="auto"'}.get(kind, "")
    st.html(f'<div class="dl-{kind}"{attributes}>{inert(text)}</div>')


def reporting_errors(show: Callable[_Given, None]) -> Callable[_Given, None]:
    """Show the message of a DatelineError in place of a part of the page; the other parts stay."""

    @wraps(show)
    def show_or_report(*args: _Given.args, **kwargs: _Given.kwargs) -> None:
        try:
            show(*args, **kwargs)
        except DatelineError as error:
            show_text(str(error), kind="problem")

    return show_or_report


def _read(name: str) -> str:
    return (_COMPONENTS / name).read_text(encoding="utf-8")


_history, _keys = make_component("history"), make_component("keys")


def show_keys(last_question: str) -> None:
    """Make the keys of the page work: ↑ in the empty box brings `last_question` back, "?" lists the others."""
    with st.container(key="keys"):
        _keys(key="keys-shown", data=last_question)


def keep_history() -> None:
    """Make the browser's Back do what a reader expects after an article was closed."""
    with st.container(key="history"):
        _history(key="history-kept")
