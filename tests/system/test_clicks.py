"""Clicks in a component are handled once, even if a newer run of the page begins before that."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import RerunData, RerunException, StopException

from tests.support.streamlit_session import Browser, run, running, until, whole_page
from ui.browser.clicks import Clicks, _Click

# A run of the page waits here before it comes to the component.
reached, go_on = threading.Event(), threading.Event()
_PAGE = """
import streamlit as st

from tests.system.test_clicks import go_on, reached
from ui.browser.clicks import draw
from ui.chat.export import hand_over, handed_over

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
clicks = draw(component, key="thing", data={"file": handed_over("thing")}, about=about)
clicks.do("open", done.append, str)
clicks.do("export", lambda form: hand_over("thing", {"key": form}), str)
"""
_STREAMLITS = """
clicked = component(key="thing", data={}, on_open_change=lambda: None)
if clicked.open:
    done.append(clicked.open)
"""


def page(clicked: str, about: str = "about = 'a chat'") -> str:
    return _PAGE.replace("ABOUT", about).replace("CLICKED", clicked)


def component_of(browser: Browser) -> BidiComponent:
    """Return the component as it was last sent."""
    elements = [message.delta.new_element for message in browser.got if message.HasField("delta")]
    return [element.bidi_component for element in elements if element.HasField("bidi_component")][-1]


def click(component: BidiComponent, *clicks: tuple[str, str, object]) -> BackMsg:
    """Return what a browser sends while clicks (id, name, value) in the component are not confirmed."""
    shown = json.loads(component.json)[1]
    message = whole_page()
    sent = [{"id": id_, "about": shown, "name": name, "value": value} for id_, name, value in clicks]
    message.rerun_script.widget_states.widgets.append(
        WidgetState(id=component.id, json_value=json.dumps({"clicks": sent}))
    )
    return message


def click_as_event(component: BidiComponent, name: str, value: object) -> BackMsg:
    """Return what a browser sends for a click with Streamlit's own events."""
    message = whole_page()
    state = WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{component.id}__events")
    state.json_trigger_value = json.dumps([{"event": name, "value": value}])
    message.rerun_script.widget_states.widgets.append(state)
    return message


async def send_in_turn(
    script: Path, monkeypatch: pytest.MonkeyPatch, clicks: Sequence[tuple[str, str, object]], *, times: int, waits: bool
) -> Browser:
    """Send the same clicks again and again, while the first run `waits` before the component, or after it arrived."""
    go_on.set()
    async with running(script, monkeypatch) as (runtime, session, browser):
        await until(lambda: browser.finished == 1)
        message = click(component_of(browser), *clicks)
        reached.clear()
        if waits:
            go_on.clear()
        for number in range(times):
            runtime.handle_backmsg(session, message)
            if number == 0 or not waits:
                await until(reached.is_set)
                reached.clear()
        go_on.set()
        browser.got.clear()
        runtime.handle_backmsg(session, message)
        await settled(runtime, session, browser)
        return browser


async def settled(runtime: Runtime, session: str, browser: Browser) -> None:
    """Wait until a run has sent the whole page and no other run follows."""
    opened = runtime.get_app_session(session)
    assert opened is not None
    await until(lambda: opened._scriptrunner is None and "done" in "".join(browser.texts[-1:]))


@pytest.mark.parametrize("waits", [False, True])
def test_a_click_is_handled_once(script: Path, monkeypatch: pytest.MonkeyPatch, waits: bool) -> None:
    script.write_text(page(_OURS))
    clicks = [("1", "open", "x"), ("2", "open", "y")]
    browser = run(send_in_turn(script, monkeypatch, clicks, times=3, waits=waits))
    assert browser.texts[-1] == "done ['x', 'y']"
    assert json.loads(component_of(browser).json)[2] == ["1", "2"], "both are confirmed to the browser"


async def click_before_another_run(script: Path, monkeypatch: pytest.MonkeyPatch, *, event: bool) -> Browser:
    """Click, and ask for the whole page before the click's run comes to the component, as another click does."""
    go_on.set()
    async with running(script, monkeypatch) as (runtime, session, browser):
        await until(lambda: browser.finished == 1)
        component = component_of(browser)
        clicked = click_as_event(component, "open", "x") if event else click(component, ("1", "open", "x"))
        reached.clear()
        go_on.clear()
        runtime.handle_backmsg(session, clicked)
        await until(reached.is_set)
        browser.got.clear()
        # A browser sends the state of each component with every message, an event only once.
        runtime.handle_backmsg(session, whole_page() if event else clicked)
        go_on.set()
        await settled(runtime, session, browser)
        return browser


def test_a_click_survives_a_newer_run(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script.write_text(page(_OURS))
    assert run(click_before_another_run(script, monkeypatch, event=False)).texts[-1] == "done ['x']"


def test_streamlit_still_loses_the_click(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails after an update, Streamlit's own events may do instead of repeated clicks."""
    script.write_text(page(_STREAMLITS))
    assert run(click_before_another_run(script, monkeypatch, event=True)).texts[-1] == "done []"


def test_a_click_on_what_was_shown_before_is_ignored(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = (
        "st.session_state['runs'] = st.session_state.get('runs', 0) + 1\nabout = f\"chat {st.session_state['runs']}\""
    )
    script.write_text(page(_OURS, about))
    browser = run(send_in_turn(script, monkeypatch, [("1", "open", "x")], times=1, waits=False))
    assert browser.texts[-1] == "done []"


@pytest.mark.parametrize(("name", "value"), [("open", 3), ("open", ["x"]), ("other", "x")])
def test_a_click_that_no_reader_can_make_is_ignored(
    script: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    script.write_text(page(_OURS))
    browser = run(send_in_turn(script, monkeypatch, [("1", name, value)], times=1, waits=False))
    assert browser.texts[-1] == "done []"


def test_a_file_is_sent_again_if_a_newer_run_replaces_the_one_that_sent_it(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.write_text(page(_OURS))
    browser = run(send_in_turn(script, monkeypatch, [("1", "export", "md")], times=2, waits=False))
    assert json.loads(component_of(browser).json)[0] == {"file": {"key": "md"}}


@pytest.mark.parametrize("error", [LookupError("a failure"), RerunException(RerunData())])
def test_a_click_that_fails_or_is_interrupted_is_not_done_again(error: BaseException) -> None:
    calls: list[str] = []

    def act(value: str) -> None:
        calls.append(value)
        if len(calls) == 1:
            raise error

    done: list[str] = []
    clicks = Clicks([_Click("1", "open", "x")], done)
    with pytest.raises(type(error)):
        clicks.do("open", act, str)
    assert done == ["1"]
    before = len(calls)
    clicks.do("open", act, str)
    assert len(calls) == before


def test_a_click_that_the_end_of_the_session_interrupts_is_not_confirmed() -> None:
    def act(_: str) -> None:
        raise StopException

    done: list[str] = []
    with pytest.raises(StopException):
        Clicks([_Click("1", "open", "x")], done).do("open", act, str)
    assert done == []
