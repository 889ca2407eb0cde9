"""The history of a figure on the page."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.support.landslide import FIVE, HOW_MANY, TWO, write_landslide
from tests.support.reader import needs_browser, reading, serve

pytestmark = needs_browser


def test_each_figure_opens_its_quote(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    write_landslide(tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page = reader.page
        expect(page.locator(".st-key-shelf")).to_contain_text("4 new or changed")
        reader.ask(HOW_MANY)
        figures = page.locator(".figure .chip")
        expect(figures).to_have_text(["2 (2 May)", "5 (3 May)", "11 (6 May)"])
        expect(page.locator(".differ")).to_have_count(0)
        figures.first.click()
        expect(page.locator("mark.current")).to_have_text(TWO)
        page.keyboard.press("Escape")
        expect(page.locator("mark.current")).to_have_count(0)
        # With the keyboard, the quote is shown before it is opened.
        figures.first.focus()
        page.keyboard.press("Tab")
        expect(page.locator(".tip-words")).to_have_text(FIVE)
        page.keyboard.press("Enter")
        expect(page.locator("mark.current")).to_have_count(1)  # the article that was open before has left
        expect(page.locator("mark.current")).to_have_text(FIVE)
