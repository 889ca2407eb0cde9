"""Disagreements on the page: on one line, and what newer articles say."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.support.ferry import ALSO_14, HOW_MANY, TWELVE, write_ferry
from tests.support.reader import needs_browser, reading, serve

pytestmark = needs_browser


def test_the_page_shows_disagreements_and_what_changed(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    write_ferry(tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page = reader.page
        expect(page.locator(".st-key-shelf")).to_contain_text("3 new or changed")
        reader.ask(HOW_MANY)
        expect(page.locator(".differ .over-time")).to_have_text("The articles differ on a number:")
        sides = page.locator(".differ .chip")
        expect(sides).to_have_text(["Twelve (9 Feb, The Lamp)", "14 (10 Feb, Quarrow Times and 1 other article)"])
        expect(page.locator(".card mark")).to_have_text(["14", "Twelve"])
        sides.nth(1).click()
        expect(page.locator("mark.current")).to_have_text(ALSO_14)
        page.keyboard.press("Escape")
        expect(page.locator("mark.current")).to_have_count(0)

        page.get_by_role("button", name="What changed since").click()
        day, show = page.get_by_label("What changed after"), page.get_by_role("button", name="Show", exact=True)
        expect(day).to_have_value("2026-02-10")
        show.click()
        expect(page.locator(".changed .lead")).to_have_text("No article on the shelf was published after 10 Feb 2026.")
        day.fill("2026-02-09")
        show.click()
        expect(page.locator(".changed .chip")).to_have_text(["Twelve (9 Feb, The Lamp)", "14 (10 Feb, Quarrow Times)"])
        expect(page.locator(".changed .foot")).to_have_text("Searched 1 newer article, held against 2 older ones.")
        page.locator(".changed .chip").first.click()
        expect(page.locator("mark.current")).to_have_text(TWELVE)
