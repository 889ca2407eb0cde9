"""The patches of Streamlit: what a run has drawn reaches the browser, and each question is asked once."""

import threading
from pathlib import Path

import pytest
import streamlit
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

from tests.support.streamlit_session import Browser, run, running, until, whole_page
from ui.server import streamlit_patch
from ui.server.streamlit_patch import PATCHED, TESTED_WITH, patch_streamlit


async def look_as_a_run_ends(script: Path, monkeypatch: pytest.MonkeyPatch, *, finishes: int) -> Browser:
    """Ask for a fragment while all messages of a run wait in the event loop. Waits until so many runs finished."""
    ended = threading.Event()
    thread = ScriptRunner._run_script_thread

    def signal_the_end(self: ScriptRunner) -> None:
        thread(self)
        ended.set()

    monkeypatch.setattr(ScriptRunner, "_run_script_thread", signal_the_end)
    async with running(script, monkeypatch) as (runtime, session, browser):
        await until(lambda: browser.finished == 1)
        part = timer_of_part(browser)
        await until(lambda: ended.is_set() and not _runs(runtime, session))
        browser.got.clear()
        ended.clear()
        runtime.handle_backmsg(session, whole_page())
        # Blocks the event loop on purpose: it runs in this thread.
        assert ended.wait(30)
        runtime.handle_backmsg(session, part)
        await until(lambda: browser.finished == finishes and not _runs(runtime, session))
        return browser


def _runs(runtime: Runtime, session: str) -> bool:
    found = runtime.get_app_session(session)
    return found is not None and found._scriptrunner is not None


def test_a_finished_run_is_sent_before_a_fragment_is_redrawn(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patch_streamlit()
    browser = run(look_as_a_run_ends(script, monkeypatch, finishes=2))
    lines = [f"line {number} of run 1" for number in range(5)]
    assert [text for text in browser.texts if "line" in text] == lines
    assert "a part" in browser.texts


_CHAT = """
import streamlit as st

def take():
    st.session_state.setdefault("asked", []).append(st.session_state["question"])

@st.fragment(run_every=3600)
def look():
    st.text("a part")

look()
st.chat_input("Ask", key="question", on_submit=take)
st.text(f"asked {st.session_state.get('asked', [])}")
"""


def question(browser: Browser, text: str) -> WidgetState:
    """Return the state of the chat input while a browser sends `text` from it."""
    elements = [message.delta.new_element for message in browser.got if message.HasField("delta")]
    chat_input = next(element.chat_input for element in elements if element.HasField("chat_input"))
    state = WidgetState(id=chat_input.id)
    state.chat_input_value.data = text
    return state


def timer_of_part(browser: Browser) -> BackMsg:
    """Return what a browser sends when the timer of a part is due."""
    part = BackMsg()
    part.rerun_script.fragment_id = next(m.auto_rerun.fragment_id for m in browser.got if m.HasField("auto_rerun"))
    part.rerun_script.is_auto_rerun = True
    return part


async def ask_as_a_part_looks(script: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Send a question with the request of a part's timer and with its own, as a busy browser does."""
    async with running(script, monkeypatch) as (runtime, session, browser):
        await until(lambda: browser.finished == 1 and not _runs(runtime, session))
        part, own = timer_of_part(browser), whole_page()
        for message in (part, own):
            message.rerun_script.widget_states.widgets.append(question(browser, "why?"))
        runtime.handle_backmsg(session, part)
        await until(lambda: browser.finished == 2 and not _runs(runtime, session))
        runtime.handle_backmsg(session, own)
        await until(lambda: browser.finished == 3 and not _runs(runtime, session))
        return browser


def test_a_question_is_asked_once_if_a_timer_sends_it_too(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script.write_text(_CHAT)
    patch_streamlit()
    assert run(ask_as_a_part_looks(script, monkeypatch)).texts[-1] == "asked ['why?']"


def test_streamlit_still_asks_it_twice(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails after an update, `_request_without_clicks` can be deleted."""
    script.write_text(_CHAT)
    assert run(ask_as_a_part_looks(script, monkeypatch)).texts[-1] == "asked ['why?', 'why?']"


async def ask_before_another_run(script: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Send a question, and ask for the whole page before its run has taken the question, as a click can do."""
    begun, go_on = threading.Event(), threading.Event()
    read = ScriptCache.get_bytecode

    def wait_and_read(self: ScriptCache, path: str) -> object:
        begun.set()
        assert go_on.wait(30)
        return read(self, path)

    async with running(script, monkeypatch) as (runtime, session, browser):
        await until(lambda: browser.finished == 1 and not _runs(runtime, session))
        own = whole_page()
        own.rerun_script.widget_states.widgets.append(question(browser, "why?"))
        browser.got.clear()
        monkeypatch.setattr(ScriptCache, "get_bytecode", wait_and_read)
        runtime.handle_backmsg(session, own)
        await until(begun.is_set)
        runtime.handle_backmsg(session, whole_page())
        go_on.set()
        await until(lambda: browser.finished == 2 and not _runs(runtime, session))
        return browser


def test_a_question_survives_a_newer_run(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script.write_text(_CHAT)
    patch_streamlit()
    assert run(ask_before_another_run(script, monkeypatch)).texts[-1] == "asked ['why?']"


def test_streamlit_still_loses_the_question(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails after an update, `_take_clicks_first` can be deleted."""
    script.write_text(_CHAT)
    assert run(ask_before_another_run(script, monkeypatch)).texts[-1] == "asked []"


def test_streamlit_still_discards_the_run(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails after an update, `_create_in_turn` can be deleted."""
    browser = run(look_as_a_run_ends(script, monkeypatch, finishes=1))
    assert not any("line" in text for text in browser.texts)


def test_the_version_is_the_one_that_was_tested() -> None:
    """If this fails after an update, review the private API, run the tests above and change `TESTED_WITH`."""
    assert streamlit.__version__ == TESTED_WITH


@pytest.mark.parametrize(
    ("owner", "name", "other"),
    [
        (ScriptRunner, "request_rerun", len),
        (streamlit_patch, "_create", None),
        (streamlit_patch, "_request", len),
        (streamlit_patch, "_take_clicks", len),
        (streamlit_patch, "_CLICKS", None),
    ],
)
def test_another_private_api_is_left_alone_with_a_warning(
    script: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    owner: object,
    name: str,
    other: object,
) -> None:
    before = [getattr(patched, method) for patched, method, _ in PATCHED]
    monkeypatch.setattr(owner, name, other)
    patch_streamlit()
    assert [getattr(patched, method) for patched, method, _ in PATCHED] == before
    assert "has another private API" in caplog.text


def test_patching_twice_is_as_patching_once(
    script: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    patch_streamlit()
    once = [getattr(owner, method) for owner, method, _ in PATCHED]
    patch_streamlit()
    assert [getattr(owner, method) for owner, method, _ in PATCHED] == once
    assert not caplog.records


def test_no_message_is_replaced_by_a_hash(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a fragment is redrawn, a hash can outlive its block, which breaks the page."""
    script.write_text(f"import streamlit as st\nst.text({'word' * 10_000!r})")

    async def run_twice() -> Browser:
        async with running(script, monkeypatch) as (runtime, session, browser):
            await until(lambda: browser.finished == 1)
            again = BackMsg()
            again.rerun_script.cached_message_hashes.extend(message.hash for message in browser.got)
            browser.got.clear()
            runtime.handle_backmsg(session, again)
            await until(lambda: browser.finished == 1)
            return browser

    assert run(run_twice()).texts == ["word" * 10_000]
