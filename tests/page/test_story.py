"""Whole stories of a reader on the page.

Each test ends with checks of `tests/support/reader.py`: no request left the machine, and there was no
browser error, no traceback and no sideways scroll.
"""

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.conftest import FENTANYL, FICTION, SEED
from tests.support.chat_server import ChatServer, as_json, serve_chat
from tests.support.reader import Reader, Server, needs_browser, reading, serve

pytestmark = needs_browser
AGREED = "India and Canada agreed to establish liaison officers, the Ministry of External Affairs said."


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ChatServer]:
    with serve_chat() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The user's article and the fictional ones, and no language model."""
    folder = tmp_path_factory.mktemp("story")
    shutil.copytree(FICTION, folder / "seeds")
    shutil.copy(SEED, folder / "seeds")
    with serve(folder) as running:
        yield running


def fill_day(page: Page, label: str, day: str) -> None:
    year, month, number = day.split("-")
    for part, value in (("year", year), ("month", month), ("day", number)):
        box = page.get_by_role("spinbutton", name=f"{part}, {label}")
        box.click()
        box.press_sequentially(value)
    for _ in range(2):  # past the calendar's button: a date counts when the reader leaves the field
        page.keyboard.press("Tab")


def lit(reader: Reader) -> str:
    mark = reader.page.locator("mark.current")
    expect(mark).to_be_in_viewport()
    return mark.text_content() or ""


def test_a_new_reader_asks_follows_up_quotes_and_adds_an_article(browser: Browser, tmp_path: Path) -> None:
    """Take a suggested question, follow up, open a quote, narrow the scope, add an article, leave and come back."""
    shutil.copytree(FICTION, tmp_path / "seeds")
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page = reader.page
        # First visit: what this is, how many articles there are, four questions.
        expect(page.get_by_role("heading", name="Ask the shelf")).to_be_visible()
        expect(page.get_by_text("Answers are quoted word for word from 7 articles")).to_be_visible()
        suggested = page.locator(".st-key-welcome button")
        expect(suggested).to_have_count(4)
        question = suggested.first.inner_text()
        suggested.first.click()
        expect(page.locator(".dl-question")).to_have_text([question])
        expect(page.locator(".quote").first).to_be_visible()
        expect(page.locator("[data-level='nothing']")).to_have_count(0)
        expect(page.get_by_role("heading", name="Ask the shelf")).to_have_count(0)

        # A new question, and a follow-up.
        reader.start_new_chat()
        reader.ask(FENTANYL)
        expect(page.locator(".quote")).to_have_count(2)
        expect(
            page.get_by_text(re.compile(r"^Read \d+ passages from \d articles? in (under )?[\d.]+ s$"))
        ).to_be_visible()
        reader.ask("when will that happen?")
        expect(page.locator(".words", has_text="I don't have a time framework")).to_be_visible()
        expect(page.locator(".words-searched")).to_have_text(
            "Searched for: when will that happen, on fentanyl precursors?"
        )

        # A quote in its article, the next quote, and back with Esc.
        chat = page.url
        quotes = page.locator(".quote")
        first = (quotes.first.locator(".words").text_content() or "").strip()
        quotes.first.click()
        assert lit(reader) == first
        assert "article=" in page.url
        page.get_by_role("button", name="Next quote").click()
        expect(page.locator(".position")).to_have_text("Quote 2 of 2")
        assert lit(reader) != first
        page.keyboard.press("Escape")
        expect(page.locator("mark")).to_have_count(0)
        expect(page).to_have_url(chat)

        # A scope of some articles; the text being typed stays.
        box = page.get_by_placeholder("Ask about the news")
        box.fill("How much will")
        page.get_by_text("Only some articles").click()
        fill_day(page, "Published from", "2026-03-01")
        expect(page.locator(".st-key-scope")).to_contain_text("1 of 7 articles: since 1 Mar 2026")
        expect(box).to_have_value("How much will")
        reader.ask("How much will the new ferries cost?")
        expect(page.locator(".words", has_text="48.5 million crowns")).to_be_visible()
        reader.ask("How high did the River Lind rise?")
        expect(page.get_by_text("Searched 1 of 7 articles (since 1 Mar 2026)")).to_be_visible()
        page.get_by_role("button", name="All articles").click()
        expect(page.locator(".st-key-scope")).not_to_contain_text("1 of 7")
        reader.ask("How high did the River Lind rise at Lindenau?")
        expect(page.locator(".words", has_text="6.32 metres")).to_be_visible()

        # One month takes two clicks, and holds on the other pages.
        page.get_by_text("Only some articles").click()
        page.get_by_role("radio", name="Mar 2026").click()
        expect(page.locator(".st-key-scope")).to_contain_text("1 of 7 articles: 1 Mar to 31 Mar 2026")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Open the shelf").click()
        expect(page.locator(".st-key-scope")).to_have_count(1)
        expect(page.locator(".st-key-scope")).to_contain_text("1 of 7 articles: ")
        expect(page.locator(".title-cell .open")).to_have_count(1)
        page.get_by_role("button", name="Notebook").click()
        page.get_by_role("button", name="Back to the chat").click()
        expect(page.locator(".st-key-scope")).to_have_count(1)
        expect(page.locator(".st-key-scope")).to_contain_text("1 of 7 articles: ")
        page.get_by_role("button", name="All articles").click()
        expect(page.locator(".st-key-scope")).not_to_contain_text("1 of 7")
        for said in ("How long did the rail strike last?", "How high did the River Lind rise at Lindenau?"):
            reader.ask(said)
            expect(page.locator(".dl-question").last).to_have_text(said)
            expect(page.get_by_role("button", name="Copy", exact=True).last).to_be_visible()
        expect(page.locator(".words", has_text="6.32 metres").last).to_be_visible()
        expect(page.locator(".st-key-scope")).not_to_contain_text("1 of 7")

        # An article is added, and quoted.
        page.get_by_role("button", name="Add articles").click()
        harbour: FilePayload = {"name": "harbour.txt", "mimeType": "text/plain", "buffer": HARBOUR.encode()}
        scan: FilePayload = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
        page.locator("input[type=file]").set_input_files([harbour, scan])
        expect(page.get_by_text("On the shelf: Harbour of Oakhaven is dredged")).to_be_visible()
        expect(page.get_by_text("scan.pdf: the PDF is damaged")).to_be_visible()
        expect(page.locator(".st-key-shelf")).to_contain_text("8 articles")
        assert (server.seeds / "harbour.txt").read_text() == HARBOUR
        assert not (server.seeds / "scan.pdf").exists()
        page.keyboard.press("Escape")
        reader.ask("How deep will the harbour of Oakhaven be?")
        expect(page.locator(".words", has_text="nine metres")).to_be_visible()

        # Files added outside the page are found after Re-index.
        (server.seeds / "pier.txt").write_text(
            "A pier of Oakhaven closed on Monday after a storm tore 40 planks away.\n"
        )
        reader.reindex()
        expect(page.locator(".st-key-shelf")).to_contain_text("9 articles")

        # Leave and come back: the chat and its answers are at its address and in the list.
        asked = page.locator(".dl-question").all_inner_texts()
        page.reload()
        expect(page.locator(".dl-question")).to_have_text(asked)
        expect(page.locator(".words", has_text="nine metres")).to_be_visible()
        reader.start_new_chat()
        expect(page.get_by_role("heading", name="Ask the shelf")).to_be_visible()
        page.get_by_role("button", name=re.compile(f"^{re.escape(FENTANYL)}")).click()
        expect(page.locator(".dl-question")).to_have_text(asked)


HARBOUR = """Harbour of Oakhaven is dredged

OAKHAVEN, 5 March 2026 (Fictional Wire) - The harbour of Oakhaven will be nine metres deep by autumn, the port said.
"""


def test_prose_is_stopped_and_its_sources_are_shown_on_hover(
    browser: Browser, tmp_path: Path, endpoint: ChatServer
) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    environment = {
        "DATELINE_CHAT_MODEL": "scripted",
        "DATELINE_CHAT_BASE_URL": f"http://127.0.0.1:{endpoint.port}/v1",
        "OPENAI_API_KEY": "sk-test",
    }
    endpoint.say = lambda _: as_json((AGREED, ["1.1"]), ("More will follow in the spring of next year.", []))
    with serve(tmp_path, environment=environment) as server, reading(browser, server) as reader:
        page = reader.page
        reader.ask(FENTANYL)
        expect(page.locator(".statement.supported")).to_have_text(re.compile(re.escape(AGREED)))
        expect(page.locator(".statement.uncited .verdict")).to_contain_text("No source cited.")
        expect(page.locator(".mark.supported")).to_have_text("✓ supports the statement")
        chip = page.get_by_role("button", name=re.compile("^Source 1: "))
        chip.hover()
        tip = page.locator(".tip")
        expect(tip).to_be_visible()
        expect(tip.locator(".tip-words")).to_contain_text("have agreed to establish liaison officers")
        assert (tip.locator(".tip-words").text_content() or "") in SEED.read_text()
        said = "Ministry of External Affairs, statement · agreed · Thursday → 12 Feb 2026"
        expect(tip.locator(".tip-said")).to_have_text(said)
        expect(chip.first).to_have_accessible_name(re.compile(rf" \({re.escape(said)}\), .+, New Delhi, 12 Feb 2026$"))
        page.mouse.move(0, 0)
        expect(tip).to_have_count(0)
        chip.click()
        assert lit(reader) == page.locator(".tip-words, mark.current").first.text_content()
        page.keyboard.press("Escape")
        expect(page.locator("mark")).to_have_count(0)

        expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()  # the first answer has ended
        endpoint.go_on = threading.Event()
        try:
            reader.ask("Who spoke for the ministry?")
            page.get_by_role("button", name="Stop").click()
            expect(
                page.get_by_text("This answer is unfinished.").or_(page.get_by_text("Stopped before"))
            ).to_be_visible()
        finally:
            endpoint.go_on.set()
            endpoint.go_on = None
        expect(page.locator(".quote").last).to_be_visible()
        asked = page.locator(".dl-question").all_inner_texts()
        page.reload()
        expect(page.locator(".dl-question")).to_have_text(asked)
        expect(page.locator(".statement.supported")).to_have_text(re.compile(re.escape(AGREED)))


def test_a_link_to_a_sentence_opens_it_and_back_goes_back(browser: Browser, server: Server) -> None:
    with reading(browser, server) as reader:
        page = reader.page
        reader.ask(FENTANYL)
        expect(page.locator(".quote")).to_have_count(2)
        expect(page).to_have_url(re.compile(r"\?chat=\w+$"))
        chat = page.url
        page.locator(".quote .words").nth(1).click()
        quote = lit(reader)
        link = page.url
        page.go_back()
        expect(page.locator("mark")).to_have_count(0)
        expect(page).to_have_url(chat)
        page.go_forward()
        assert lit(reader) == quote
        page.keyboard.press("Escape")
        expect(page).to_have_url(chat)
        page.go_back()  # closing went back in the history: the step before is the start
        expect(page.get_by_role("heading", name="Ask the shelf")).to_be_visible()
        assert "chat=" not in page.url
        page.go_forward()
        expect(page.locator(".dl-question")).to_have_text([FENTANYL])
        page.locator(".quote .words").first.click()
        lit(reader)
        page.keyboard.press("Escape")
        reader.start_new_chat()  # while the drawer is still closing
        expect(page.locator("mark")).to_have_count(0)
        expect(page).to_have_url(f"{server.url}/")
        page.go_back()
        expect(page.locator(".dl-question")).to_have_text([FENTANYL])
        page.go_back()
        expect(page.get_by_role("heading", name="Ask the shelf")).to_be_visible()
        page.go_forward()
        expect(page.locator(".dl-question")).to_have_text([FENTANYL])
    with reading(browser, server, at=link.removeprefix(server.url)) as other:
        assert lit(other) == quote
        expect(other.page.locator("mark")).to_have_count(2)
    alone = re.sub(r"chat=\w+&turn=1&", "", link)
    with reading(browser, server, at=alone.removeprefix(server.url)) as other:
        assert lit(other) == quote
        expect(other.page.locator("mark")).to_have_count(1)


def test_only_the_reader_goes_back_in_the_history(browser: Browser, server: Server) -> None:
    """If the page went back by script, the server would hear of it late and undo what was clicked meanwhile."""
    sent: list[BackMsg] = []

    def went_back() -> bool:
        return any(message.rerun_script.is_history_navigation for message in sent)

    with reading(browser, server) as reader:
        page = reader.page
        page.on(
            "websocket", lambda socket: socket.on("framesent", lambda message: sent.append(BackMsg.FromString(message)))
        )
        page.reload()
        reader.ask(FENTANYL)
        expect(page).to_have_url(re.compile(r"\?chat=\w+$"))
        chat = page.url
        for _ in range(2):
            page.locator(".quote .words").first.click()
            lit(reader)
            page.keyboard.press("Escape")
            expect(page).to_have_url(chat)
        reader.start_new_chat()
        assert not went_back()
        page.go_back()
        expect(page.locator(".dl-question")).to_have_text([FENTANYL])
        assert went_back()


def test_a_link_that_leads_nowhere_says_so(browser: Browser, server: Server, subtests: pytest.Subtests) -> None:
    links = {
        "/?chat=nosuchchat": "There is no such chat. Expected one that was not deleted. Start a new chat.",
        "/?article=no-such.txt": "No article 'no-such.txt' is on the shelf.",
        "/?article=ferries.txt&quote=5-99999": "The link points to a place that this article does not have.",
        "/?article=ferries.txt&quote=5-20.00000000": "This article was changed since the link was made",
    }
    with reading(browser, server) as reader:
        for at, said in links.items():
            with subtests.test(at):
                reader.page.goto(server.url + at)
                expect(reader.page.get_by_text(said)).to_be_visible()
        reader.page.keyboard.press("Escape")
        reader.ask(FENTANYL)
        expect(reader.page.locator(".quote")).to_have_count(2)


def test_a_chat_is_renamed_found_exported_and_deleted(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page = reader.page
        for number in range(6):
            if number:
                reader.start_new_chat()
            reader.ask(FENTANYL if number == 2 else f"Who is number {number}?")
            expect(page.locator(".part-bar .act").first).to_be_visible()
        titles = page.locator(".st-key-chats .title")
        expect(titles).to_have_count(6)

        page.get_by_role("button", name=f"More for {FENTANYL}").click()
        page.get_by_role("button", name="Rename").click()
        page.get_by_label("Title of the chat").fill("Drugs *talks* ![x](http://127.0.0.1:9/x)")
        page.get_by_role("button", name="Save").click()
        renamed = page.get_by_role("button", name="More for Drugs *talks* ![x](http://127.0.0.1:9/x)")
        expect(renamed).to_be_visible()

        page.get_by_label("Search the chats").fill("Liaison officers")
        page.get_by_label("Search the chats").press("Enter")
        expect(titles.filter(has_text="Drugs *talks* ![x](http://127.0.0.1:9/x)")).to_be_visible()
        page.get_by_label("Search the chats").fill("nothing of the kind")
        page.get_by_label("Search the chats").press("Enter")
        expect(page.get_by_text("No chat contains these words.")).to_be_visible()
        page.get_by_label("Search the chats").fill("")
        page.get_by_label("Search the chats").press("Enter")
        expect(titles).to_have_count(6)

        renamed.click()
        menu = page.locator(".menu:not([hidden])")
        menu.get_by_role("button", name="Export").click()
        with page.expect_download() as downloading:
            menu.get_by_role("button", name="Markdown").click()
        text = Path(downloading.value.path()).read_text()
        assert text.startswith("# Drugs \\*talks\\*")
        assert "During the meeting, it was agreed" in text

        page.locator(".menu:not([hidden])").get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_text("This cannot be undone.")).to_have_count(0)
        expect(titles).to_have_count(5)
        page.reload()
        expect(titles).to_have_count(5)


def test_the_shelf_is_sorted_searched_read_and_an_article_removed_and_put_back(
    browser: Browser, tmp_path: Path
) -> None:
    shutil.copytree(FICTION, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page = reader.page
        expect(page.locator(".st-key-shelf")).to_contain_text("6 articles1 without a date")
        page.get_by_role("button", name="Open the shelf").click()
        page.get_by_role("button", name="1 without a date").click()
        expect(page.locator(".title-cell .open")).to_have_text([re.compile("^Every pupil")])
        page.get_by_role("button", name="1 without a date").click()
        titles = page.locator(".title-cell .open")
        expect(titles).to_have_count(6)
        expect(titles.first).to_have_text("Port Ellery to replace its two oldest ferries")
        page.get_by_role("button", name="Published").click()
        expect(titles.first).to_have_text("River Lind falls after the highest flood in forty years")
        page.get_by_role("button", name="Title").click()
        expect(page.get_by_role("columnheader", name="Title")).to_have_attribute("aria-sort", "ascending")
        expect(titles.first).to_have_text(re.compile("^Engineers"))

        page.get_by_role("button", name="Feb 2026: 2 articles").click()
        expect(titles).to_have_count(2)
        page.get_by_role("button", name="Feb 2026: 2 articles").click()
        expect(titles).to_have_count(6)
        page.get_by_label("Search the titles of the table").fill("FERRIES")
        expect(titles).to_have_count(1)
        titles.first.click()
        expect(page.locator(".reader-root .body")).to_have_text((FICTION / "ferries.txt").read_text())
        page.go_back()
        expect(page.locator(".reader-root")).to_have_count(0)
        expect(titles).to_have_count(1)

        page.get_by_role("button", name=re.compile("^Remove Port Ellery")).click()
        expect(page.get_by_text("The file ferries.txt is deleted from the seeds folder.")).to_be_visible()
        page.get_by_role("button", name="Keep it").click()
        expect(page.get_by_text("The file ferries.txt")).to_have_count(0)
        assert (server.seeds / "ferries.txt").exists()
        page.get_by_role("button", name=re.compile("^Remove Port Ellery")).click()
        page.get_by_role("button", name="Remove the article").click()
        expect(page.locator(".st-key-shelf")).to_contain_text("5 articles")
        expect(titles).to_have_count(0)
        assert not (server.seeds / "ferries.txt").exists()
        page.get_by_role("button", name="Put it back").click()
        expect(titles).to_have_count(1)
        assert (server.seeds / "ferries.txt").read_bytes() == (FICTION / "ferries.txt").read_bytes()

        page.get_by_role("button", name="Back to the chat").click()
        expect(page.get_by_role("heading", name="Ask the shelf")).to_be_visible()


def test_a_watched_folder_is_indexed_automatically(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page, panel = reader.page, reader.page.locator(".st-key-shelf")
        expect(panel).to_contain_text("1 article")
        switch = page.get_by_role("switch", name="Watch the folder")
        page.get_by_text("Watch the folder").click()
        expect(switch).to_be_checked()
        shutil.copy(FICTION / "strike.txt", server.seeds)
        expect(panel).to_contain_text("2 articles")
        expect(panel).to_contain_text("1 new or changed")  # and it stays, though a second run may find no change
        page.reload()
        expect(switch).to_be_checked()


def test_a_models_connection_is_tested(browser: Browser, tmp_path: Path, endpoint: ChatServer) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    environment = {
        "DATELINE_CHAT_MODEL": "scripted",
        "DATELINE_CHAT_BASE_URL": f"http://127.0.0.1:{endpoint.port}/v1",
        "OPENAI_API_KEY": "sk-test",
    }
    endpoint.fault, endpoint.say = "", lambda _: "yes"
    with serve(tmp_path, environment=environment) as server, reading(browser, server) as reader:
        page = reader.page
        test = page.get_by_role("button", name="Test this connection")
        test.click()
        expect(
            page.get_by_text(re.compile(r"^scripted at http://127\.0\.0\.1:\d+/v1 answers, in [\d.]+ s\.$"))
        ).to_be_visible()
        endpoint.fault = "wrong key"
        test.click()
        expect(page.get_by_role("alert")).to_contain_text("key")
        assert "sk-test" not in page.locator("body").inner_text()
        endpoint.fault = ""


@pytest.mark.parametrize("dark", [False, True])
def test_on_a_phone_the_article_takes_the_whole_window(browser: Browser, server: Server, dark: bool) -> None:
    with reading(browser, server, width=390, height=844, dark=dark) as reader:
        page = reader.page
        reader.ask(FENTANYL)
        expect(page.locator(".quote")).to_have_count(2)
        page.locator(".quote .words").first.click()
        lit(reader)
        drawer = page.get_by_role("dialog").bounding_box()
        assert drawer is not None
        assert (drawer["x"], drawer["width"]) == (0, 390)
        page.get_by_role("button", name="Close").click()
        expect(page.locator("mark")).to_have_count(0)
        expect(page).to_have_url(re.compile(r"\?chat=\w+$"))
        page.goto(f"{server.url}/?page=shelf")
        expect(page.locator(".title-cell .open")).to_have_count(7)
