"""Corrections in the open article, with the keyboard only."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.conftest import FICTION
from tests.support.reader import needs_browser, reading, serve


@needs_browser
def test_an_article_is_corrected_with_the_keyboard_and_the_correction_undone(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(FICTION / "ferries.txt", tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page = reader.page
        expect(page.locator(".st-key-shelf")).to_contain_text("1 new or changed")
        page.goto(f"{server.url}/?article=ferries.txt")
        drawer, title = page.get_by_role("dialog"), page.locator(".reader-root .title")
        expect(title).to_be_visible()
        own, words = title.text_content() or "", drawer.locator(".body").text_content()
        opener = drawer.locator("summary", has_text="Correct…")
        opener.focus()
        page.keyboard.press("Enter")
        field = drawer.get_by_label("Title", exact=True)
        expect(field).to_have_value(own)
        field.focus()
        field.press("Control+A")
        page.keyboard.type("Ferries are late")
        page.keyboard.press("Tab")
        page.keyboard.press("Control+A")
        page.keyboard.type("2026-01-31")
        page.keyboard.press("Enter")
        expect(title).to_have_text("Ferries are late")
        expect(drawer.locator(".where")).to_contain_text("31 Jan 2026")
        remarks = drawer.locator(".remark")
        expect(remarks).to_have_count(2)
        expect(remarks.first).to_have_text(f"Title: corrected by hand; its file says {own}")
        expect(drawer.locator(".body")).to_have_text(words or "")
        shelf = page.context.new_page()
        shelf.goto(f"{server.url}/?page=shelf")
        expect(shelf.locator(".title-cell .open")).to_have_text("Ferries are late")
        shelf.close()
        undo = drawer.get_by_role("button", name="Undo all corrections")
        if not undo.is_visible():
            opener.click()
        undo.focus()
        page.keyboard.press("Enter")
        expect(title).to_have_text(own)
        expect(undo).to_have_count(0)
        page.keyboard.press("Escape")
        expect(title).to_have_count(0)
