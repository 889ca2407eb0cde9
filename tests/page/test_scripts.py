"""Articles in other scripts on the page: each is set in its own direction, and named with its language."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.reader import needs_browser, reading, serve

pytestmark = needs_browser

ARABIC = (
    (
        "إغلاق جسر كوارو\n3 فبراير 2026\n\n"
        "أغلقت السلطات جسر كوارو يوم الاثنين بعد أن اكتشف المهندسون شقوقا في الدعامات. "
        "وقالت وزارة النقل إن إصلاح الجسر سيكلف 12 مليون كرونة وسيستمر حتى نهاية العام.\n"
    ),
    "كم سيكلف إصلاح جسر كوارو؟",
    "ar",
    "rtl",
)
CHINESE = (
    "夸罗大桥关闭\n2026年2月3日\n\n工程师在桥墩上发现裂缝后,当局于星期一关闭了夸罗大桥。交通部说,大桥的修理费用是一千二百万克朗,工程将持续到年底。\n",
    "夸罗大桥的修理费用是多少?",
    "zh",
    "ltr",
)


@pytest.mark.parametrize(("text", "question", "language", "direction"), [ARABIC, CHINESE], ids=["Arabic", "Chinese"])
def test_quote_and_article_have_the_direction_and_language_of_their_script(
    browser: Browser, tmp_path: Path, text: str, question: str, language: str, direction: str
) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "bridge.txt").write_text(text)
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page = reader.page
        reader.ask(question)
        quote, title = page.locator(".words").first, page.locator(".card .title").first
        for shown in (quote, title):
            expect(shown).to_have_css("direction", direction)
            expect(shown).to_have_attribute("lang", language)
        expect(page.locator(".dl-question")).to_have_css("direction", direction)
        expect(page.locator(".card .hint").first).to_have_css("direction", "ltr")
        quote.click()
        body = page.locator(".reader-root .body")
        expect(body).to_have_css("direction", direction)
        expect(body).to_have_attribute("lang", language)
        expect(body).to_have_css("unicode-bidi", "plaintext")  # a first word such as "CNN" turns its own line only
