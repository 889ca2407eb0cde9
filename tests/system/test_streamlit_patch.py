"""Sessions: what a run of the page has drawn reaches the browser, whenever the next one begins."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import streamlit
from streamlit.config import get_config_options
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime, RuntimeConfig
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.session_manager import SessionClient

from tests.conftest import ROOT
from ui.server.streamlit_patch import TESTED_WITH, send_before_next_run

_PAGE = """
import streamlit as st

@st.fragment(run_every=3600)
def look():
    st.text("a part")

look()
for number in range(5):
    st.text(f"line {number} of run {st.session_state.setdefault('runs', 0)}")
st.session_state["runs"] += 1
"""


class Browser(SessionClient):
    """Takes what the server sends."""

    def __init__(self) -> None:
        """Take nothing yet."""
        self.got: list[ForwardMsg] = []

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        self.got.append(msg)

    @property
    def texts(self) -> list[str]:
        return [message.delta.new_element.text.body for message in self.got if message.HasField("delta")]

    @property
    def finished(self) -> int:
        return sum(message.WhichOneof("type") == "script_finished" for message in self.got)


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A page under the shipped settings; Streamlit's own way is put back afterwards."""
    before = AppSession._create_scriptrunner
    monkeypatch.chdir(ROOT)
    get_config_options(force_reparse=True)
    path = tmp_path / "page.py"
    path.write_text(_PAGE)
    yield path
    AppSession._create_scriptrunner = before  # type: ignore[method-assign]
    monkeypatch.undo()
    get_config_options(force_reparse=True)


def run(told: Coroutine[None, None, Browser]) -> Browser:
    """Run it in a thread of its own: a browser's test before leaves a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, told).result()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 (Streamlit tells nobody)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(script: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Runtime, str, Browser]]:
    """A page's runtime, and a session of it that was asked for the page once."""
    monkeypatch.setattr(Runtime, "_instance", None)  # of a process there is one
    uploads = MemoryUploadedFileManager("/upload")
    runtime = Runtime(RuntimeConfig(str(script), MemoryMediaFileStorage("/media"), uploads))
    await runtime.start()
    browser = Browser()
    try:
        session = runtime.connect_session(browser, {})
        runtime.handle_backmsg(session, whole_page())
        yield runtime, session, browser
    finally:
        runtime.stop()
        await runtime.stopped


def whole_page() -> BackMsg:
    """What a browser sends that wants the whole page."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    return message


async def look_as_a_run_ends(script: Path, monkeypatch: pytest.MonkeyPatch, *, told: int) -> Browser:
    """Ask for a part of the page while all messages of a run still wait in the event loop; `told` ends are sent."""
    ended = threading.Event()
    thread = ScriptRunner._run_script_thread

    def tell_the_end(self: ScriptRunner) -> None:
        thread(self)
        ended.set()

    monkeypatch.setattr(ScriptRunner, "_run_script_thread", tell_the_end)
    async with running(script, monkeypatch) as (runtime, session, browser):
        await until(lambda: browser.finished == 1)
        part = BackMsg()
        part.rerun_script.fragment_id = next(m.auto_rerun.fragment_id for m in browser.got if m.HasField("auto_rerun"))
        part.rerun_script.is_auto_rerun = True
        await until(lambda: ended.is_set() and not _runs(runtime, session))
        browser.got.clear()
        ended.clear()
        runtime.handle_backmsg(session, whole_page())
        # The loop stands still meanwhile: this is the one thread that turns it.
        assert ended.wait(30)
        runtime.handle_backmsg(session, part)
        await until(lambda: browser.finished == told and not _runs(runtime, session))
        return browser


def _runs(runtime: Runtime, session: str) -> bool:
    found = runtime.get_app_session(session)
    return found is not None and found._scriptrunner is not None


def test_what_a_run_has_drawn_is_sent_before_a_part_is_drawn_again(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_before_next_run()
    browser = run(look_as_a_run_ends(script, monkeypatch, told=2))
    lines = [f"line {number} of run 1" for number in range(5)]
    assert [text for text in browser.texts if "line" in text] == lines
    assert "a part" in browser.texts


def test_streamlit_still_needs_it(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails after an update, `ui/server/streamlit_patch.py` can be deleted."""
    browser = run(look_as_a_run_ends(script, monkeypatch, told=1))
    assert not any("line" in text for text in browser.texts)


def test_the_version_is_the_one_that_was_tested() -> None:
    """If this fails after an update, read the private API again, run the tests above and change `TESTED_WITH`."""
    assert streamlit.__version__ == TESTED_WITH


def test_another_private_api_is_left_alone_with_a_warning(
    script: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def other(self: ScriptRunner, data: object, when: float) -> bool:
        raise AssertionError

    before = AppSession._create_scriptrunner
    monkeypatch.setattr(ScriptRunner, "request_rerun", other)
    send_before_next_run()
    assert AppSession._create_scriptrunner is before
    assert "has another private API" in caplog.text


def test_nothing_is_sent_as_a_hash_of_what_the_browser_has(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash outlives the block that it stands in when a part of the page is drawn again, and breaks the page."""
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
