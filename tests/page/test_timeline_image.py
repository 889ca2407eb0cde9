"""The image of a timeline, measured in a browser: its layout only estimates how wide a text is."""

from datetime import date

from playwright.sync_api import Browser

from rag.analysis.timeline import Timeline, make_timeline
from rag.output.timeline_svg import timeline_image
from tests.support.reader import needs_browser
from tests.unit.analysis.test_timeline import cite


@needs_browser
def test_each_line_fits_its_column(browser: Browser) -> None:
    long_word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 4
    many = [
        *(cite(f"The council said on 3 March 202{n % 10} that {n} ships sank. " * 4) for n in range(60)),
        cite(f"{long_word} and https://wire.example/{'abc/' * 60}", published=date(2026, 1, 1)),
        cite("THE MINISTRY OF WOMEN AND COMMONS COMMAND WWW MMM @@@ " * 6, published=date(2026, 1, 2)),
        cite("המועצה אמרה ביום שלישי שהמעבורת Halden Ford תחזור לשירות " * 6, published=date(2026, 1, 3)),
        cite("市議会は火曜日、フェリーを引き揚げ、修理して航路に戻すと発表した。" * 6, published=date(2026, 1, 4)),
    ]
    page = browser.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.set_content(timeline_image(Timeline(long_word, make_timeline(many), None, "")))
    boxes = page.evaluate(
        "[...document.querySelectorAll('text')].map((text) => [text.getAttribute('class'), text.getBBox()])"
        ".map(([kind, box]) => [kind, box.x, box.x + box.width])"
    )
    assert len(boxes) > 200
    for kind, left, right in boxes:
        first, last = (47, 181) if kind == "day" else (47, 813) if kind in ("title", "summary") else (240, 800)
        assert first - 1 <= left <= right <= last, (kind, left, right)
    assert requested == []
    page.close()
