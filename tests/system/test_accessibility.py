"""Accessibility: axe finds nothing serious in any state of the page, light or dark, on a desktop or a phone."""

import re
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import FENTANYL, FICTION, OTTAWA, SEED
from tests.support.chat_server import ChatServer, as_json, serve_chat
from tests.support.reader import Server, needs_browser, reading, serve

pytestmark = needs_browser


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ChatServer]:
    with serve_chat() as running:
        agreed = "India and Canada agreed to establish liaison officers, the Ministry of External Affairs said."
        doubted = "The officers will start work in March 2027."
        running.say = lambda _: as_json((agreed, ["1.1"]), (doubted, ["1.1"]), ("More will follow.", []))
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, endpoint: ChatServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("accessibility")
    shutil.copytree(FICTION, folder / "seeds")
    shutil.copy(SEED, folder / "seeds")
    (folder / "seeds" / "scan.pdf").write_bytes(b"%PDF")
    address = f"http://127.0.0.1:{endpoint.port}/v1"
    environment = {"DATELINE_CHAT_MODEL": "scripted", "DATELINE_CHAT_BASE_URL": address, "OPENAI_API_KEY": "sk-test"}
    with serve(folder, environment=environment) as running:
        yield running


def serious(page: Page) -> list[str]:
    """Return the problems that axe calls serious or critical, each with its element."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(("width", "height", "dark"), [(1280, 800, False), (390, 844, True)])
def test_axe_finds_nothing_serious(browser: Browser, server: Server, width: int, height: int, dark: bool) -> None:
    with reading(browser, server, width=width, height=height, dark=dark) as reader:
        page = reader.page
        found: dict[str, list[str]] = {}
        expect(page.locator(".st-key-welcome button").first).to_be_visible()
        found["empty"] = serious(page)
        reader.ask(FENTANYL)
        expect(page.locator(".statement.uncited .verdict")).to_be_visible()
        expect(page.get_by_role("button", name="Ask again")).to_be_visible()
        page.get_by_text("What was searched").click()
        page.get_by_text("Timeline", exact=True).click()
        expect(page.locator("button.event-button").first).to_be_visible()
        page.locator(".part-bar").get_by_role("button", name="Export").click()
        found["answer"] = serious(page)
        add = page.get_by_role("button", name="Alert me about new answers")
        if add.count():  # only for the first of the two: it stays an alert
            add.click()
        expect(page.get_by_text("New articles are searched for this too")).to_be_visible()
        page.locator(".quote .words").first.click()
        expect(page.locator("mark.current")).to_be_in_viewport()
        found["article"] = serious(page)
        page.keyboard.press("Escape")
        expect(page.locator("mark.current")).to_have_count(0)
        expect(page).to_have_url(re.compile(r"\?chat=\w+$"))
        page.goto(f"{server.url}/?page=shelf")
        expect(page.locator(".title-cell .open")).to_have_count(7)
        found["shelf"] = serious(page)
        page.get_by_role("button", name="Remove Rail strike").click()
        expect(page.get_by_role("button", name="Keep it")).to_be_visible()
        found["removing"] = serious(page)
        page.goto(f"{server.url}/?page=draft")
        page.get_by_role("textbox", name="Your text").fill("The vessels will cost 84.5 million crowns. It “is”.")
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator(".summary")).to_be_visible()
        found["draft"] = serious(page)
        page.goto(f"{server.url}/?page=alerts&question=1")
        expect(page.get_by_role("button", name="Ask the whole shelf")).to_be_visible()
        found["alerts"] = serious(page)
        assert not any(found.values()), "\n".join(line for lines in found.values() for line in lines)


def test_an_unsure_answer_and_the_collapsed_sidebar_are_accessible(browser: Browser, server: Server) -> None:
    with reading(browser, server) as reader:
        page = reader.page
        page.get_by_text("Only some articles").click()
        page.get_by_text("Not on the shelf: 1").click()
        reader.choose("Answer with", "Quotes only")
        reader.ask(OTTAWA)
        expect(page.locator(".answer-root .foot", has_text="Searched ")).to_be_visible()
        page.get_by_role("button", name="More for What is the population of Ottawa?").click()
        expect(page.get_by_role("button", name="Rename")).to_be_visible()
        assert serious(page) == []


def test_every_control_is_reached_by_keyboard(browser: Browser, server: Server) -> None:
    """Tab reaches every control of the page. Each shows that it has the focus, and none traps it."""
    with reading(browser, server) as reader:
        page = reader.page
        reader.ask(FENTANYL)
        expect(page.get_by_role("button", name="Ask again")).to_be_visible()
        # Otherwise an element that loses the focus looks unchanged until its transition ends.
        page.add_style_tag(content="* { transition: none !important; }")
        page.evaluate("document.activeElement.blur()")
        names: list[str] = []
        for _ in range(80):
            page.keyboard.press("Tab")
            name, seen = page.evaluate(FOCUSED)
            if name in names[-1:] and not name:
                break
            names.append(name)
            assert seen, f"the focus on {name!r} cannot be seen"
        for control in CONTROLS:
            assert any(control in name for name in names), (control, names)


CONTROLS = (
    *(
        "New chat",
        "Check a draft",
        "Re-index",
        "Watch the folder",
        "Add articles",
        "Only some articles",
        "Answer with",
    ),
    *("Test this connection", "More for what was agreed", "Open the shelf"),
    *(
        "Ask about the news",
        "Source 1: ",
        "Open in the article",
        "Copy",
        "Export",
        "What was searched",
        "Timeline",
        "Ask again",
        "What changed",
    ),
)
# The name of the focused element, within components too, and whether it looks different without the focus.
FOCUSED = """async () => {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  if (!element || element === document.body) return ["", true]
  const name = element.getAttribute("aria-label") || element.innerText || element.placeholder || element.tagName
  const looks = () => {
    const seen = []
    for (let one = element, step = 0; one && step < 8; one = one.parentElement, step++)
      for (const layer of [null, "::before", "::after"]) {
        const style = getComputedStyle(one, layer)
        seen.push(style.outline, style.boxShadow, style.borderColor, style.backgroundColor, style.color)
      }
    return seen.join()
  }
  const focused = looks()
  element.blur()
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
  const blurred = looks()
  element.focus({ focusVisible: true, preventScroll: true })
  return [name.trim(), focused !== blurred]
}"""
