"""Take pictures of every state of the page, light and dark, on a desktop and on a phone.

`python -m tests.page.screenshots FOLDER` (or `make screenshots`) takes them; two are in `docs/pictures`.
The language model in them is a script, the articles are the shipped and the fictional ones.
"""

import argparse
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import FENTANYL, FICTION, OTTAWA, SEED
from tests.support.browser import find_browser
from tests.support.chat_server import ChatServer, as_json, serve_chat
from tests.support.reader import Reader, Server, reading, serve

SIZES = {"desk": (1280, 800), "phone": (390, 844)}
AGREED = (
    "India and Canada agreed to post security and law-enforcement liaison officers in each other's countries, "
    "the statement stated."
)
PURPOSE = (
    "The statement expects them to streamline communication and information sharing, "
    "including on the illegal flow of fentanyl precursors."
)
DOUBTED = "The officers will start work in March 2027."
DRAFT = """The vessels will cost 84.5 million crowns, of which the province pays 30 million. “We could not keep patching
hulls from 1961”, said Okafor, whose “boats are quicker”. Fares will rise after 2029, a statement of the authority says.

However, Jaiswal noted that there is no set timeline for appointing the liaison officers. Residents of Seal Island, who
depend on the crossing, had asked for a night service. A bridge is planned, too."""


def answers(messages: list[dict[str, str]]) -> str:
    """Answer as a language model might, with the numbers the prompt gave the sentences."""
    prompt = messages[-1]["content"]
    agreed, purpose = number_of(prompt, '"During the meeting, it was agreed'), number_of(prompt, "As per the statement")
    return as_json((AGREED, [agreed]), (PURPOSE, [purpose]), (DOUBTED, [agreed]), ("More will follow.", []))


def number_of(prompt: str, beginning: str) -> str:
    found = re.search(rf"\[(\d+\.\d+)\] {re.escape(beginning)}", prompt)
    return found[1] if found else "1.1"


def is_phone(page: Page) -> bool:
    return (page.viewport_size or {"width": 0})["width"] < 640


def open_sidebar(page: Page) -> None:
    if is_phone(page):
        page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_role("button", name="New chat")).to_be_in_viewport()


def empty(reader: Reader) -> None:
    expect(reader.page.locator(".st-key-welcome button")).to_have_count(4)


def sidebar(reader: Reader) -> None:
    open_sidebar(reader.page)
    reader.page.get_by_role("button", name="Re-index").scroll_into_view_if_needed()


def add(reader: Reader) -> None:
    open_sidebar(reader.page)
    reader.page.get_by_role("button", name="Add articles").click()
    known = str(FICTION / "ferries.txt")
    reader.page.locator("input[type=file]").set_input_files(
        [known, str(Path(__file__).parents[2] / "ui/components/icon.svg")]
    )
    expect(reader.page.get_by_text("Already on the shelf")).to_be_visible()


def answer(reader: Reader) -> None:
    reader.ask(FENTANYL)
    expect(reader.page.get_by_role("button", name="Ask again")).to_be_visible()
    expect(reader.page.locator(".dl-question")).to_be_in_viewport()


def searched(reader: Reader) -> None:
    answer(reader)
    reader.page.get_by_role("button", name="Export").click()
    reader.page.get_by_text("What was searched").click()
    reader.page.get_by_role("button", name="Copy what was searched").scroll_into_view_if_needed()


def timeline(reader: Reader) -> None:
    answer(reader)
    reader.page.get_by_text("Timeline", exact=True).click()
    reader.page.locator(".day").first.scroll_into_view_if_needed()
    reader.page.get_by_role("button", name="Export the timeline").click()


def pointing(reader: Reader) -> None:
    answer(reader)
    reader.page.get_by_role("button", name=re.compile("^Source 1: ")).first.hover()
    expect(reader.page.locator(".tip")).to_be_visible()


def article(reader: Reader) -> None:
    answer(reader)
    reader.page.locator(".quote .words").first.click()
    expect(reader.page.locator("mark.current")).to_be_in_viewport()


def unsure(reader: Reader) -> None:
    open_sidebar(reader.page)
    reader.choose("Answer with", "Quotes only")
    if is_phone(reader.page):
        reader.page.get_by_test_id("stSidebarCollapseButton").locator("button").click()
    reader.ask(OTTAWA)
    expect(reader.page.locator(".answer-root .foot", has_text="Searched ")).to_be_visible()
    expect(reader.page.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def scope(reader: Reader) -> None:
    reader.page.get_by_text("Only some articles").click()
    reader.choose("Outlets", "Fictional Wire")
    expect(reader.page.get_by_text("3 of 7 articles: ")).to_be_visible()


def notebook(reader: Reader) -> None:
    answer(reader)
    quote = reader.page.locator(".quote").first
    quote.hover()
    if (pin := quote.get_by_role("button", name=re.compile("^Pin"))).count():
        pin.click()
    expect(quote.get_by_role("button", name=re.compile("^Unpin"))).to_be_visible()
    reader.page.goto(reader.page.url.split("?")[0] + "?page=notebook")
    expect(reader.page.locator(".notebook-root .quote")).to_have_count(1)


def shelf(reader: Reader) -> None:
    reader.page.goto(reader.page.url.split("?")[0] + "?page=shelf")
    expect(reader.page.locator(".title-cell .open")).to_have_count(7)


def draft(reader: Reader) -> None:
    reader.page.goto(reader.page.url.split("?")[0] + "?page=draft")
    field = reader.page.get_by_role("textbox", name="Your text")
    field.fill(DRAFT)
    reader.page.get_by_role("button", name="Check", exact=True).click()
    expect(reader.page.get_by_text("6 sentences: ")).to_be_visible()
    reader.page.get_by_text("6 sentences: ").scroll_into_view_if_needed()


def removing(reader: Reader) -> None:
    shelf(reader)
    reader.page.get_by_role("button", name="Remove Rail strike").click()
    expect(reader.page.get_by_role("button", name="Keep it")).to_be_visible()


def chats(reader: Reader) -> None:
    answer(reader)
    open_sidebar(reader.page)
    reader.page.get_by_role("button", name=f"More for {FENTANYL}").first.click()
    reader.page.get_by_role("button", name="Rename").first.scroll_into_view_if_needed()


def alert(reader: Reader) -> None:
    answer(reader)
    if (add := reader.page.get_by_role("button", name="Alert me about new answers")).count():
        add.click()
    expect(reader.page.get_by_text("New articles are searched for this too")).to_be_visible()
    reader.page.goto(reader.page.url.split("?")[0] + "?page=alerts&question=1")
    expect(reader.page.get_by_role("button", name="Ask the whole shelf")).to_be_visible()


@contextmanager
def broken_off(reader: Reader, endpoint: ChatServer) -> Iterator[None]:
    """Show an answer while it is written."""
    endpoint.go_on = threading.Event()
    try:
        reader.ask(FENTANYL)
        expect(reader.page.get_by_text("is writing")).to_be_visible()
        yield
    finally:
        endpoint.go_on.set()
        endpoint.go_on = None


def failed(reader: Reader, endpoint: ChatServer) -> None:
    endpoint.fault = "wrong key"
    try:
        reader.ask(FENTANYL)
        expect(reader.page.get_by_text("Check OPENAI_API_KEY")).to_be_visible()
        expect(reader.page.get_by_role("button", name="Ask again")).to_be_visible()
    finally:
        endpoint.fault = ""


STATES: dict[str, Callable[[Reader], None]] = {
    "empty": empty,
    "sidebar": sidebar,
    "add": add,
    "answer": answer,
    "searched": searched,
    "timeline": timeline,
    "pointing": pointing,
    "article": article,
    "unsure": unsure,
    "scope": scope,
    "chats": chats,
    "shelf": shelf,
    "removing": removing,
    "draft": draft,
    "alerts": alert,
    "notebook": notebook,
}


def take(browser: Browser, server: Server, endpoint: ChatServer, folder: Path) -> Iterator[Path]:
    """Take every picture, and yield its path."""
    for size, (width, height) in SIZES.items():
        for dark in (False, True):
            for state in [*STATES, "writing", "failed"]:
                path = folder / f"{state}-{size}-{'dark' if dark else 'light'}.png"
                with reading(browser, server, width=width, height=height, dark=dark) as reader:
                    if state == "writing":
                        with broken_off(reader, endpoint):
                            reader.page.screenshot(path=path)
                    elif state == "failed":
                        failed(reader, endpoint)
                        reader.page.screenshot(path=path)
                    else:
                        STATES[state](reader)
                        reader.page.screenshot(path=path)
                yield path


def main() -> int:
    """Write the pictures to the given folder. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    if (chromium := find_browser()) is None:
        print("No Chromium on this machine. `make test` fetches one.")
        return 1
    with tempfile.TemporaryDirectory() as temporary, serve_chat() as endpoint, sync_playwright() as playwright:
        home = Path(temporary)
        shutil.copytree(FICTION, home / "seeds")
        shutil.copy(SEED, home / "seeds")
        endpoint.say = answers
        address = f"http://127.0.0.1:{endpoint.port}/v1"
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        environment = {
            "DATELINE_CHAT_MODEL": "a-model", "DATELINE_CHAT_BASE_URL": address, "OPENAI_API_KEY": "sk-test"
        }  # fmt: skip
        with serve(home, environment=environment) as server:
            for path in take(browser, server, endpoint, folder):
                print(path)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
