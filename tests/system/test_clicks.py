"""Clicks: what is clicked in a component is done once, also where a newer run of the page begins before it is seen."""

import json
import threading
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

import ui.browser.clicks as callbacks
from tests.system.test_streamlit_patch import Browser, run, running, script, until, whole_page

__all__ = ["script"]  # a fixture
# Where a run of the page waits, on its way to the component.
reached, go_on = threading.Event(), threading.Event()
_PAGE = """
import streamlit as st

from tests.system.test_clicks import go_on, reached
from ui.browser.clicks import draw

done = st.session_state.setdefault("done", [])
component = st.components.v2.component("clicked", html="<p></p>", js="export default () => {}")
st.text("on the way")
reached.set()
go_on.wait(30)
ABOUT
CLICKED
st.text(f"done {done}")
"""
_OURS = """
clicks = draw(component, key="thing", data={}, clicks=("open", "close"), about=about)
clicks.do("open", done.append, str)
"""
_STREAMLITS = """
clicked = component(key="thing", data={}, on_open_change=lambda: None)
if clicked.open:
    done.append(clicked.open)
"""


def page(clicked: str, about: str = "about = 'a chat'") -> str:
    return _PAGE.replace("ABOUT", about).replace("CLICKED", clicked)


def click(browser: Browser, name: str, value: object) -> BackMsg:
    """What a browser sends where `value` was clicked in the component."""
    elements = [message.delta.new_element for message in browser.got if message.HasField("delta")]
    of = next(element.bidi_component.id for element in elements if element.HasField("bidi_component"))
    message = whole_page()
    state = WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{of}__events")
    state.json_trigger_value = json.dumps([{"event": name, "value": value}])
    message.rerun_script.widget_states.widgets.append(state)
    return message


async def click_and_want_the_page(
    script: Path, monkeypatch: pytest.MonkeyPatch, *, value: object, waits: bool, name: str = "open"
) -> Browser:
    """Click, and want the whole page before (`waits`) or after the run that was told has come to the component."""
    go_on.set()
    async with running(script, monkeypatch) as (runtime, session, browser):
        await until(lambda: browser.finished == 1)
        clicked = click(browser, name, value)
        browser.got.clear()
        reached.clear()
        if waits:
            go_on.clear()
        runtime.handle_backmsg(session, clicked)
        await until(reached.is_set)
        if waits:
            runtime.handle_backmsg(session, whole_page())
            go_on.set()
        for _ in range(2):  # twice, as what was done may have begun another run
            await until(lambda: any("done" in text for text in browser.texts))
            browser.got.clear()
            runtime.handle_backmsg(session, whole_page())
        await until(lambda: any("done" in text for text in browser.texts))
        return browser


@pytest.mark.parametrize("waits", [False, True])
def test_what_is_clicked_is_done_once(script: Path, monkeypatch: pytest.MonkeyPatch, waits: bool) -> None:
    script.write_text(page(_OURS))
    browser = run(click_and_want_the_page(script, monkeypatch, value="x", waits=waits))
    assert browser.texts[-1] == "done ['x']"


def test_streamlit_still_needs_it(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this fails after an update, clicks need not be noted."""
    script.write_text(page(_STREAMLITS))
    browser = run(click_and_want_the_page(script, monkeypatch, value="x", waits=True))
    assert browser.texts[-1] == "done []"


def test_a_click_on_what_stood_there_before_is_dropped(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = (
        "st.session_state['runs'] = st.session_state.get('runs', 0) + 1\nabout = f\"chat {st.session_state['runs']}\""
    )
    script.write_text(page(_OURS, about))
    browser = run(click_and_want_the_page(script, monkeypatch, value="x", waits=True))
    assert browser.texts[-1] == "done []"


def test_a_click_that_waited_too_long_is_forgotten(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "_FORGOTTEN_SECONDS", 0.0)
    script.write_text(page(_OURS))
    browser = run(click_and_want_the_page(script, monkeypatch, value="x", waits=True))
    assert browser.texts[-1] == "done []"


@pytest.mark.parametrize(("name", "value"), [("open", 3), ("open", ["x"]), ("other", "x")])
def test_what_no_reader_can_click_is_nothing(
    script: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    script.write_text(page(_OURS))
    browser = run(click_and_want_the_page(script, monkeypatch, name=name, value=value, waits=False))
    assert browser.texts[-1] == "done []"
