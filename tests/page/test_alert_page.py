"""Alerts on the page: added with one click, shown in the sidebar, read and removed."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import FICTION
from tests.support.reader import needs_browser, reading, serve

pytestmark = needs_browser
ASKED = "How much will the <b>new</b> ferries cost?"
SAID = "The new ferries will cost 61 million crowns, <i>not</i> less."


def test_an_alert_is_added_and_its_results_are_read(
    browser: Browser, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    shutil.copytree(FICTION, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page, listed = reader.page, reader.page.locator(".st-key-alerts")
        expect(page.locator(".st-key-shelf")).to_contain_text("Updated")
        with subtests.test("kept with one click, when everything on the shelf has been seen"):
            reader.ask(ASKED)
            page.get_by_role("button", name="Alert me about new answers").click()
            expect(page.get_by_text("New articles are searched for this too")).to_be_visible()
            expect(listed.locator(".title")).to_have_text(ASKED)
            expect(listed.locator(".where")).to_have_text("nothing new")
            page.reload()
            expect(page.get_by_text("New articles are searched for this too")).to_be_visible()

        with subtests.test("its results appear in the sidebar without a reload"):
            shutil.copy(server.seeds / "ferries.txt", server.seeds / "copy.txt")
            (server.seeds / "more.txt").write_text(f"PORT ELLERY, 9 March 2026 - {SAID}")
            reader.reindex()
            expect(listed.locator(".found")).to_have_text("1 new quote")

        with subtests.test("and shown with its card, in its article"):
            page.get_by_role("button", name="New chat").click()
            page.get_by_role("button", name="1 new quote on an alert").click()
            expect(page.locator(".words")).to_have_text([SAID])
            expect(page.locator(".card .where")).to_have_text("Port Ellery, 9 Mar 2026")
            expect(page.locator("details.timeline")).to_have_count(0)  # it cannot be read here
            expect(page).to_have_url(re.compile("page=alerts&.*question=1"))
            page.reload()
            page.locator(".quote .words").click()
            expect(page.locator("mark.current")).to_have_text(SAID)
            page.keyboard.press("Escape")
            expect(page.locator("mark.current")).to_have_count(0)

        with subtests.test("until it is marked as read"):
            page.get_by_role("button", name="Mark as read").click()
            expect(page.get_by_text("Nothing new.", exact=True)).to_be_visible()
            expect(listed.locator(".where")).to_have_text("nothing new")

        with subtests.test("and can be read again"):
            page.get_by_text("Read before: 1 result").click()
            page.locator(".quote .words").click()
            expect(page.locator("mark.current")).to_have_text(SAID)
            page.keyboard.press("Escape")
            expect(page.locator("mark.current")).to_have_count(0)
            page.get_by_role("button", name="Ask the whole shelf").click()
            expect(page.locator(".words", has_text=SAID)).to_be_visible()

        with subtests.test("and removed"):
            listed.get_by_role("button").click()
            expect(page).to_have_title("Alert · Dateline")
            expect(page.get_by_role("button", name="Ask the whole shelf")).to_be_visible()
            expect(page.locator(".dl-question")).to_have_count(0)  # the chat has left
            page.get_by_role("button", name="Remove", exact=True).click()
            page.get_by_role("button", name="Delete the alert").click()
            expect(listed).to_have_count(0)
            expect(page.get_by_role("button", name="Alert me about new answers")).to_be_visible()
