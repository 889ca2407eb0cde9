"""Unexpected errors of the page's script are in the log."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from streamlit.runtime import Runtime

from index.core.logs import log_path, set_up_logging, stop_logging
from tests.conftest import Newsroom
from tests.support.streamlit_session import Browser, run, until, whole_page

QUOTED = "words of an article"


@pytest.fixture
def log(newsroom: Newsroom) -> Iterator[Path]:
    store = newsroom.library.settings.store
    set_up_logging(store, level="warning")
    yield log_path(store)
    stop_logging()


def fail() -> None:
    raise LookupError(QUOTED)


async def open_the_page(monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Ask the page's own app for the page once."""
    monkeypatch.setattr(Runtime, "_instance", None)  # of a process there is one
    runtime = import_module("app").app._create_runtime()
    await runtime.start()
    browser = Browser()
    try:
        runtime.handle_backmsg(runtime.connect_session(browser, {}), whole_page())
        await until(lambda: browser.finished == 1)
    finally:
        runtime.stop()
        await runtime.stopped
    return browser


@pytest.mark.usefixtures("script")  # for the shipped settings
def test_an_error_of_the_pages_script_is_logged(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.app.page.show_page", fail)
    run(open_the_page(monkeypatch))
    written = log.read_text()
    assert "Traceback (most recent call last)" in written
    assert "in fail" in written
    assert QUOTED not in written
