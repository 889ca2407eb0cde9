"""Streamlit's runtime in this process, with a session that records what a browser would get."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime, RuntimeConfig
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.session_manager import SessionClient


class Browser(SessionClient):
    """Records what the server sends."""

    def __init__(self) -> None:
        """Start with no messages."""
        self.got: list[ForwardMsg] = []

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        self.got.append(msg)

    @property
    def texts(self) -> list[str]:
        return [message.delta.new_element.text.body for message in self.got if message.HasField("delta")]

    @property
    def finished(self) -> int:
        return sum(message.WhichOneof("type") == "script_finished" for message in self.got)


def run(session: Coroutine[None, None, Browser]) -> Browser:
    """Run a session in a separate thread, because Playwright leaves a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, session).result()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until `holds` returns True, for half a minute at most."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 (Streamlit has no event for it)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(script: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Runtime, str, Browser]]:
    """Run a page. Yields its runtime, and the id and browser of a session that has asked for the page once."""
    monkeypatch.setattr(Runtime, "_instance", None)  # a process may have only one
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
    """Return what a browser sends to get the whole page."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    return message
