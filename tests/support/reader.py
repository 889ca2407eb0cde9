"""A reader of the page: a real server, a real Chromium, real clicks."""

import os
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as NotInTimeError

from index.shelf.shelf import Shelf
from tests.conftest import ROOT
from tests.support.browser import find_browser
from tests.support.forked import start_forked
from tests.support.ports import free_port

BROWSER = find_browser()
needs_browser = pytest.mark.skipif(
    BROWSER is None and not os.environ.get("CI"), reason="no Chromium on this machine; `make test` fetches one"
)
# Streamlit's server sometimes logs this when a window is closed during a message. It is not our error.
_LEFT = re.compile(
    r"Exception in ASGI application\nTraceback(?:(?!Exception in ASGI).)*?"
    r"WebSocketDisconnected: Cannot call \"send\" once a close message has been sent\.\n",
    re.DOTALL,
)
SECONDS = 30_000  # milliseconds: a limit for a busy machine, not a measurement


@dataclass(frozen=True, slots=True)
class Server:
    """A running page."""

    url: str
    seeds: Path
    store: Path


@contextmanager
def serve(folder: Path, *, environment: dict[str, str] | None = None) -> Iterator[Server]:
    """Run `dateline serve` on a free port, with the network guard. Checks its log when the block ends."""
    port = free_port()
    seeds, store = folder / "seeds", folder / "store"
    seeds.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "OPENAI_"))}
    log = folder / "server.log"
    log.unlink(missing_ok=True)
    process = start_forked(
        ["serve", "--port", str(port), "--seeds", str(seeds), "--store", str(store)],
        folder=folder,
        environment={**kept, "PYTHONPATH": str(ROOT), "HOME": str(folder), **(environment or {})},
        said=log,
        complained=log,
    )
    try:
        _wait_for_health(port, process, log)
        yield Server(f"http://localhost:{port}", seeds, store)
        assert process.is_alive(), "the server is still up"
    finally:
        process.terminate()
        process.join(20)
        assert process.exitcode is not None, "it ends after SIGTERM"
    written = _LEFT.sub("", log.read_text())
    assert "Traceback" not in written, written


def _wait_for_health(port: int, process: ForkServerProcess, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.is_alive(), log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(log.read_text())


@dataclass(slots=True)
class Reader:
    """A reader of the page, with the browser's requests and errors."""

    page: Page
    server: Server
    asked_for: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        box = self.page.get_by_placeholder("Ask about the news")
        box.fill(question)
        box.press("Enter")

    def start_new_chat(self) -> None:
        """Start a chat, and wait until its page is drawn."""
        self.page.get_by_role("button", name="New chat").click()
        expect(self.page.locator(".dl-question")).to_have_count(0)

    def reindex(self) -> None:
        """Press Re-index, and wait until the run has ended: what the page says of the run before may be the same."""
        before = self._run()
        self.page.get_by_role("button", name="Re-index").click()
        deadline = time.monotonic() + SECONDS / 1000
        # Two runs within a second that change nothing look the same.
        while self._run() == before and time.monotonic() < deadline:
            time.sleep(0.05)

    def _run(self) -> tuple[str, str]:
        with Shelf(self.server.store).read() as reading:
            return reading.record("generation"), reading.record("last_run")

    def choose(self, label: str, option: str) -> None:
        """Choose from a list in the sidebar. A list that is opened while the page is redrawn closes again.

        A list that allows one choice then shows it. A list that allows several shows nothing in its field.
        """
        box, chosen = self.page.get_by_role("combobox", name=label), self.page.get_by_role("option", name=option)
        for _ in range(10):
            box.click()
            try:
                chosen.click(timeout=2_000)
                expect(box).to_have_value(re.compile(rf"^({re.escape(option)})?$"), timeout=2_000)
            except (NotInTimeError, AssertionError):
                continue
            return
        raise AssertionError(f"the list of {label!r} does not stay open, or holds no {option!r}")

    @property
    def quotes(self) -> list[str]:
        """The quotes shown. While the page is drawn again there may be none for a moment."""
        quotes = self.page.locator(".words")
        expect(quotes.first).to_be_attached()
        return quotes.all_text_contents()


@contextmanager
def reading(
    browser: Browser, server: Server, *, width: int = 1280, height: int = 800, dark: bool = False, at: str = ""
) -> Iterator[Reader]:
    """Open the page, or the link `at` to it. At the end, check that no request left the machine and nothing failed."""
    expect.set_options(timeout=SECONDS)
    context = _shared_context(browser, server)
    reader = Reader(context.new_page(), server)
    reader.page.set_viewport_size({"width": width, "height": height})
    reader.page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    reader.page.on("request", lambda request: reader.asked_for.append(request.url))
    reader.page.on("pageerror", lambda error: reader.faults.append(str(error)))
    reader.page.on("console", lambda said: reader.faults.append(said.text) if said.type == "error" else None)
    try:
        reader.page.goto(server.url + at)
        expect(reader.page.get_by_placeholder("Ask about the news")).to_be_visible()
        yield reader
        own = (server.url, server.url.replace("http", "ws"), "data:", "blob:")
        assert [url for url in reader.asked_for if not url.startswith(own)] == []
        assert reader.faults == []
        assert "Traceback" not in reader.page.locator("body").inner_text()
        assert not reader.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    finally:
        reader.page.evaluate("localStorage.clear()")
        reader.page.close()
        context.clear_cookies()
        context.clear_permissions()


def _shared_context(browser: Browser, server: Server) -> BrowserContext:
    """Return the context of all readers. One of its windows stays open, and with it the process of all its windows."""
    if not browser.contexts:
        context = browser.new_context()
        context.set_default_timeout(SECONDS)
        context.new_page().goto(f"{server.url}/_stcore/health")
    return browser.contexts[0]
