"""The page around the answer: what the reader typed, opened and read is still there after a step elsewhere."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.storage.chats import Chats, KeptTurn
from tests.conftest import FENTANYL, FICTION, SEED, wait_until
from tests.support.reader import Reader, Server, needs_browser, reading, serve

pytestmark = needs_browser
HEADLINE = "The harbour of Port Ellery is dredged again"
WRAPPED = f"""{HEADLINE}

PORT ELLERY, 5 March 2026 (Fictional Wire) - The harbour of Port Ellery
will be nine metres deep by autumn, the harbour master said. Work begins
in April.

The channel was last dredged in 2011.
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("workspace")
    shutil.copytree(FICTION, folder / "seeds")
    shutil.copy(SEED, folder / "seeds")
    (folder / "seeds" / "harbour.txt").write_text(WRAPPED)
    with serve(folder) as running:
        yield running


def test_the_arrow_keys_step_through_the_quotes_right_after_opening(reader: Reader) -> None:
    page = reader.page
    reader.ask(FENTANYL)
    page.locator(".quote .words").first.click()
    lit = page.locator("mark.current")
    expect(lit).to_contain_text("As per the statement")
    page.keyboard.press("ArrowRight")
    expect(lit).to_contain_text("During the meeting")
    page.keyboard.press("ArrowLeft")
    expect(lit).to_contain_text("As per the statement")


def test_an_article_has_its_headline_once_and_no_line_ends_of_its_file(reader: Reader) -> None:
    page = reader.page
    reader.ask("How deep will the harbour of Port Ellery be?")
    page.locator(".quote .words").first.click()
    body = page.locator(".reader-root .body")
    expect(page.locator(".reader-root .title")).to_have_text(HEADLINE)
    assert body.text_content() == WRAPPED, "nothing is left out"
    shown = body.inner_text()
    assert HEADLINE not in shown
    assert "The harbour of Port Ellery will be nine metres deep by autumn" in shown
    assert "Work begins in April.\n\nThe channel" in shown


def test_typed_words_and_place_are_kept_while_the_reader_is_elsewhere(reader: Reader) -> None:
    page = reader.page
    box = page.get_by_placeholder("Ask about the news")
    for number in range(3):
        reader.ask(FENTANYL)
        expect(page.locator(".part-bar .read")).to_have_count(number + 1)
    scrolled = page.locator(".st-key-history").evaluate(SCROLLER)
    assert scrolled > 200, "the chat is long enough to be scrolled"
    page.mouse.move(700, 300)
    page.mouse.wheel(0, -150)
    wait_until(lambda: is_at(page, scrolled - 150))
    box.fill("How much will")
    page.get_by_role("button", name="Check a draft").click()
    expect(page.get_by_role("textbox", name="Your text")).to_be_visible()
    page.get_by_role("button", name="Back to the chat").click()
    expect(box).to_have_value("How much will")
    wait_until(lambda: is_at(page, scrolled - 150))

    box.fill("")
    reader.start_new_chat()
    page.go_back()
    expect(page.locator(".dl-question")).to_have_count(3)
    wait_until(lambda: is_at(page, scrolled - 150))
    expect(box).to_have_value("")


def test_a_question_over_the_limit_stays_in_the_box(reader: Reader) -> None:
    page, question = reader.page, "what was agreed? " * 1000
    reader.ask(question)
    expect(page.get_by_role("alert")).to_contain_text("Expected at most 16,000.")
    box = page.get_by_placeholder("Ask about the news")
    expect(box).to_have_value(re.compile("^what was agreed"))
    assert box.input_value().strip() == question.strip()
    expect(page.locator(".dl-question")).to_have_count(0)
    reader.ask(FENTANYL)
    expect(page.locator(".dl-question")).to_have_text([FENTANYL])
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_menu_of_a_chat_stays_open_if_the_list_is_built_again(reader: Reader) -> None:
    page = reader.page
    reader.ask(FENTANYL)
    expect(page.locator(".quote").first).to_be_visible()
    page.get_by_role("button", name=f"More for {FENTANYL}").first.click()
    rename = page.get_by_role("button", name="Rename")
    expect(rename).to_be_visible()
    page.locator(".chat_list-root").evaluate(
        "(root) => { root.drawn = root.unfolded = undefined; root.replaceChildren() }"
    )
    expect(rename).to_have_count(0)
    reader.start_new_chat()  # the list changes: no chat is the current one
    expect(rename).to_be_visible()
    page.get_by_role("button", name=f"More for {FENTANYL}").first.click()
    expect(rename).to_be_hidden()


def test_a_quote_is_selected_as_text_and_copied_with_its_source(reader: Reader, server: Server) -> None:
    page = reader.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    reader.ask(FENTANYL)
    words = page.locator(".quote .words")
    expect(words).to_have_count(2)
    quote = words.first.text_content() or ""
    place = words.first.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 20, place["y"] + 10)
    page.mouse.down()
    page.mouse.move(place["x"] + 180, place["y"] + 10, steps=4)
    page.mouse.up()
    selected = words.first.evaluate("(words) => words.getRootNode().getSelection().toString().trim()")
    assert selected, "words can be selected"
    assert selected in quote
    expect(page.locator("mark.current")).to_have_count(0)  # to select words opens nothing

    page.mouse.dblclick(place["x"] + 40, place["y"] + 10)
    word = words.first.evaluate("(words) => words.getRootNode().getSelection().toString().trim()")
    assert word in quote.split()
    page.wait_for_timeout(600)
    expect(page.locator("mark.current")).to_have_count(0)  # nor does a word that is selected by a double click
    page.mouse.click(640, 90)  # outside, so that nothing is selected
    bar = page.locator(".quote").first.locator(".bar")
    small = bar.get_by_role("button", name="Copy quote")
    page.locator(".quote").first.hover()
    expect(small).to_have_css("opacity", "1")
    small.click()
    expect(small).to_have_text("Copied")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"“{quote}” (India and Canada have agreed")
    bar.get_by_role("button", name="Copy link").click()
    expect(bar.get_by_text("Copied")).to_have_count(2)
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{server.url}/?article={SEED.name}&quote=")
    # Without a secure connection, for instance in the network of a newsroom, a browser has no clipboard of its own.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    small.click()
    expect(small).to_have_text("Copied")
    expect(small).to_be_focused()
    page.get_by_placeholder("Ask about the news").press("Control+V")
    expect(page.get_by_placeholder("Ask about the news")).to_have_value(re.compile(f"^“{re.escape(quote)}” "))
    page.get_by_placeholder("Ask about the news").fill("")

    first = bar.get_by_role("button", name="Open in the article")
    first.focus()
    expect(small).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page.locator("mark.current")).to_have_text(quote)
    page.keyboard.press("Escape")
    expect(first).to_be_focused()


def test_the_page_is_worked_with_keys_and_its_tab_names_the_question(browser: Browser, server: Server) -> None:
    with reading(browser, server) as reader:
        page = reader.page
        box = page.get_by_placeholder("Ask about the news")
        expect(box).to_be_focused()
        expect(page).to_have_title("Dateline")
        page.keyboard.type("How much will the new ferries cost?")
        page.keyboard.press("Enter")
        expect(page.locator(".part-bar .read")).to_be_visible()
        expect(page).to_have_title("How much will the new ferries cost? · Dateline")

        box.evaluate("(box) => box.blur()")
        page.keyboard.press("?")
        keys = page.get_by_role("dialog", name="Keys")
        expect(keys).to_contain_text("Go to the question box")
        page.keyboard.press("Escape")
        expect(keys).to_be_hidden()
        page.keyboard.press("/")
        expect(box).to_be_focused()
        expect(box).to_have_value("")
        page.keyboard.type("/?")
        expect(box).to_have_value("/?")
        expect(keys).to_be_hidden()
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        page.keyboard.press("ArrowUp")
        expect(box).to_have_value("How much will the new ferries cost?")
        box.evaluate("(box) => box.blur()")
        page.keyboard.press("Control+K")
        expect(box).to_be_focused()

        box.evaluate("(box) => box.blur()")
        page.keyboard.press("Control+/")
        keys.get_by_label("Use the keys / and ? alone").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.press("?")
        expect(keys).to_be_hidden()
        expect(box).not_to_be_focused()
        page.reload()
        expect(box).to_be_focused()
        box.evaluate("(box) => box.blur()")
        page.keyboard.press("/")
        expect(box).not_to_be_focused()
        page.evaluate("document.dispatchEvent(new Event('keydown'))")  # a program that fills in forms sends such
        page.keyboard.press("Control+/")
        expect(keys).to_be_visible()
        keys.get_by_label("Use the keys / and ? alone").check()
        page.keyboard.press("Escape")

        page.emulate_media(media="print")
        expect(box).to_be_hidden()
        expect(page.get_by_role("button", name="New chat")).to_be_hidden()
        expect(page.locator(".dl-question")).to_be_visible()
        expect(page.locator(".quote .bar").first).to_be_hidden()
        expect(page.locator(".quote .words").first).to_be_visible()
        page.emulate_media(media="screen")
        page.goto(f"{server.url}/?page=draft")
        expect(page).to_have_title("Check a draft · Dateline")


def test_the_shelf_is_reached_without_scrolling(reader: Reader) -> None:
    expect(reader.page.get_by_role("button", name="Open the shelf")).to_be_in_viewport()


def test_an_open_page_that_does_not_change_is_sent_next_to_nothing(browser: Browser, server: Server) -> None:
    sent: list[int] = []
    with reading(browser, server) as reader:
        page = reader.page
        page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda message: sent.append(len(message))),
        )
        page.reload()
        panel = page.locator(".st-key-shelf")
        expect(panel).to_contain_text("Updated")
        expect(page.locator(".st-key-welcome button").first).to_be_visible()
        page.wait_for_timeout(4_000)
        sent.clear()
        page.wait_for_timeout(8_000)
        assert sum(sent) < 16_000, "one redraw at most: how long ago the shelf was updated"
        (server.seeds / "late.txt").write_text("A pier of Oakhaven closed on Monday after a storm.\n")
        reader.reindex()
        expect(panel).to_contain_text("9 articles")


# Where the part of the page that scrolls is scrolled to.
SCROLLER = """(start) => {
    let element = start
    while (element && !/auto|scroll/.test(getComputedStyle(element).overflowY)) element = element.parentElement
    return (window.testScroller = element).scrollTop
}"""


def is_at(page: Page, top: int) -> bool:
    """Return True if the page is scrolled to that place. The page's policy forbids Playwright to wait for it."""
    return bool(page.evaluate("(top) => Math.abs(window.testScroller.scrollTop - top) < 3", top))


def test_the_newest_chats_are_listed_by_day_above_the_shelf_and_the_others_on_request(
    browser: Browser, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    store.mkdir()
    kept = Chats(store)
    for number in range(60):
        kept.keep(f"{number}", 0, KeptTurn("t", f"Question {number}", None, "It failed.", None))
    now = datetime.now(UTC)
    with closing(sqlite3.connect(kept.path)) as connection, connection:
        for number in range(60):
            days = 0 if number >= 57 else 1 if number >= 55 else 5
            changed = (now - timedelta(days=days, seconds=60 - number)).isoformat()
            connection.execute("UPDATE chats SET changed = ? WHERE id = ?", (changed, f"{number}"))
    with serve(tmp_path) as server, reading(browser, server) as reader:
        listed = reader.page.locator(".chat_list-root .list")
        expect(listed.locator(".open")).to_have_count(7)
        expect(reader.page.locator(".chat_list-root .group")).to_have_text(["Today", "Yesterday", "Earlier"])
        expect(listed.locator(".open").last).to_be_in_viewport()
        reader.page.get_by_role("button", name="23 more").click()
        expect(listed.locator(".open")).to_have_count(30)
        expect(listed.locator(".open").nth(7)).to_be_focused()
        expect(reader.page.get_by_text("and 30 older ones")).to_be_visible()
        reader.page.get_by_placeholder("Search the chats").fill("Question 1")
        reader.page.get_by_placeholder("Search the chats").press("Enter")
        expect(listed.locator(".open")).to_have_count(11)


def pin_of(quote: Locator, name: str) -> Locator:
    return quote.get_by_role("button", name=re.compile(f"^{name}"))


def test_quotes_are_pinned_noted_ordered_and_exported(browser: Browser, tmp_path: Path) -> None:
    shutil.copytree(FICTION, tmp_path / "seeds")
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page = reader.page
        reader.ask(FENTANYL)
        quote = page.locator(".quote").first
        words = quote.locator(".words").text_content() or ""
        quote.hover()
        pin_of(quote, "Pin").focus()
        page.keyboard.press("Enter")
        expect(pin_of(quote, "Unpin")).to_be_focused()
        expect(page.get_by_role("status").filter(has_text="Kept in the notebook")).to_have_count(1)
        reader.ask("How much will the new ferries cost?")
        newest = page.locator(".st-key-turn-1-newest .quote").first
        newest.hover()
        pin_of(newest, "Pin").click()
        expect(pin_of(newest, "Unpin")).to_be_visible()

        page.get_by_role("button", name="Notebook").click()
        expect(page).to_have_title("Notebook · Dateline")
        pinned, note = page.locator(".notebook-root .quote"), page.get_by_role("textbox", name="Note on")
        expect(pinned).to_have_count(2)
        expect(pinned.first).to_have_text(words)
        note.first.fill("Call the ministry.")
        down = page.get_by_role("button", name="Move down").first
        down.focus()
        page.keyboard.press("Enter")
        expect(pinned.last).to_have_text(words)
        expect(page.get_by_role("button", name="Move down").last).to_be_focused()
        page.reload()
        expect(pinned.last).to_have_text(words)
        expect(note.last).to_have_value("Call the ministry.")
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Markdown").click()
        written = download.value.path().read_text()
        assert written.index("million crowns") < written.index("liaison officers") < written.index("Call the ministry")
        page.get_by_role("button", name="Open in the article").last.click()
        expect(page.locator("mark.current")).to_have_text(words)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Unpin").first.click()
        expect(pinned).to_have_count(1)
        page.get_by_role("button", name="Unpin").click()
        expect(page.get_by_text("This deletes your note, too.")).to_be_visible()
        page.get_by_role("button", name="Unpin and delete the note").click()
        expect(page.get_by_text("No quotes yet.")).to_be_visible()


def test_no_window_of_the_notebook_loses_what_another_one_wrote(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as one, reading(browser, server) as other:
        one.ask(FENTANYL)
        quote = one.page.locator(".quote").first
        expect(pin_of(quote, "Pin")).to_be_attached()
        other.ask(FENTANYL)
        other.page.locator(".quote").first.hover()
        pin_of(other.page.locator(".quote").first, "Pin").click()
        expect(pin_of(other.page.locator(".quote").first, "Unpin")).to_be_visible()
        # The first window does not know of that yet, and still offers to pin it.
        quote.hover()
        pin_of(quote, "Pin").click()
        expect(pin_of(quote, "Unpin")).to_be_visible()
        note = other.page.get_by_role("textbox", name="Note on")
        other.page.get_by_role("button", name="Notebook").click()
        note.fill("An hour of work.")
        other.page.wait_for_timeout(100)  # shorter than the pause after which a note is sent
        other.page.go_back()
        expect(note).to_have_count(0)
        other.page.get_by_role("button", name="Notebook").click()
        expect(note).to_have_value("An hour of work.")
        one.page.get_by_role("button", name="Notebook").click()
        expect(one.page.get_by_role("textbox", name="Note on")).to_have_value("An hour of work.")
        one.page.get_by_role("textbox", name="Note on").fill("And more.")
        expect(note).to_have_value("And more.")
        # Both write at the same time, one of them over a pause and on.
        mine = one.page.get_by_role("textbox", name="Note on")
        note.fill("Theirs.")
        mine.fill("Mine")
        for letter in ", and on":
            mine.press("End")
            mine.press_sequentially(letter)
            one.page.wait_for_timeout(250)
        one.page.wait_for_timeout(4_000)
        stored = mine.input_value()
        assert (stored.count("Theirs."), stored.count("Mine, and on"), stored.count("Mine")) == (1, 1, 1), stored
        expect(note).to_have_value(stored)
        one.page.get_by_role("button", name="Back to the chat").click()
        expect(pin_of(one.page.locator(".quote").first, "In the notebook")).to_be_attached()


def test_a_notebook_that_cannot_be_written_is_said_and_the_answer_stays(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        reader.ask(FENTANYL)
        expect(pin_of(reader.page.locator(".quote").first, "Pin")).to_be_attached()
        (server.store / "notebook.db").write_bytes(b"something else")
        reader.page.locator(".quote").first.hover()
        pin_of(reader.page.locator(".quote").first, "Pin").click()
        expect(reader.page.locator(".part-pin-problem")).to_contain_text("notebook.db")
        expect(reader.page.locator(".quote")).to_have_count(2)
        reader.page.get_by_role("button", name="Notebook").click()
        expect(reader.page.get_by_role("alert")).to_contain_text("notebook.db")
