"""Disagreements on the page: side by side, and what newer articles say."""

from pathlib import Path

from playwright.sync_api import Browser, Locator, expect

from tests.support.ferry import FOURTEEN, HOW_MANY, TWELVE, write_ferry
from tests.support.reader import needs_browser, reading, serve

pytestmark = needs_browser


def test_the_page_shows_disagreements_side_by_side_and_what_changed(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    write_ferry(tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page = reader.page
        expect(page.locator(".st-key-shelf")).to_contain_text("3 new or changed")
        reader.ask(HOW_MANY)
        sides = page.locator(".differ .side")
        expect(sides).to_have_count(2)
        expect(page.locator(".differ .title")).to_have_text("The articles differ on a number")
        expect(page.locator(".differ mark")).to_have_text(["Twelve", "Fourteen"])
        expect(page.locator(".side-where").nth(1)).to_have_text("The <x>Post</x>, 10 Feb 2026")
        one, other = boxes(sides)
        assert one["top"] == other["top"]
        assert one["right"] <= other["left"]
        sides.nth(1).locator("button").click()
        expect(page.locator("mark.current")).to_have_text(FOURTEEN)
        page.keyboard.press("Escape")
        expect(page.locator("mark.current")).to_have_count(0)
        page.set_viewport_size({"width": 390, "height": 844})
        one, other = boxes(sides)
        assert one["bottom"] <= other["top"]

        page.get_by_role("button", name="What changed since").click()
        day, show = page.get_by_label("What changed after"), page.get_by_role("button", name="Show", exact=True)
        expect(day).to_have_value("2026-02-10")
        show.click()
        expect(page.locator(".changed .lead")).to_have_text("No article on the shelf was published after 10 Feb 2026.")
        day.fill("2026-02-09")
        show.click()
        expect(page.locator(".changed mark")).to_have_text(["Twelve", "Fourteen"])
        expect(page.locator(".changed .foot")).to_have_text("Searched 2 newer articles, held against 1 older one.")
        page.locator(".changed .side").first.locator("button").click()
        expect(page.locator("mark.current")).to_have_text(TWELVE)


def boxes(sides: Locator) -> list[dict[str, float]]:
    """Measure two sides at the same moment: a new answer may be drawn again meanwhile."""
    for _ in range(50):
        found = sides.evaluate_all("sides => sides.map(side => side.getBoundingClientRect().toJSON())")
        if len(found) == 2 and all(box["width"] for box in found):
            return list(found)
        sides.page.wait_for_timeout(100)
    raise AssertionError("there are no two sides")
