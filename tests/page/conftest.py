"""One open page for the tests of a module, which has a `server` of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.reader import Reader, Server, reading


@pytest.fixture(scope="module")
def window(browser: Browser, server: Server) -> Iterator[Reader]:
    """One open page: to load it takes longer than most tests."""
    with reading(browser, server) as opened:
        yield opened


@pytest.fixture
def reader(window: Reader) -> Reader:
    """A reader with a new chat, and no article open."""
    window.page.keyboard.press("Escape")
    window.start_new_chat()
    return window
