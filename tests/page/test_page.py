"""The page as readers use it, with a real server and a real Chromium."""

import re
import shutil
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, ViewportSize, expect

from tests.conftest import FENTANYL, FICTION, OTTAWA, SEED, CommandLine
from tests.support.reader import SECONDS, Reader, Server, needs_browser, reading, serve

pytestmark = needs_browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A page with the user's article and the fictional ones. Its tests do not change the seeds."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(FICTION, folder / "seeds")
    shutil.copy(SEED, folder / "seeds")
    with serve(folder) as running:
        yield running


# Scrolls to the beginning of an open article, and returns how many pixels of its buttons are below the bar's shadow.
# A busy page runs what should follow in a moment half a second later.
LATE = """() => {
  const soon = window.setTimeout
  window.setTimeout = (run, wait, ...given) => soon(run, wait === 50 ? 500 : wait, ...given)
}"""
COVERED = """() => {
    const [actions, bar] = [".actions", ".bar"].map((name) => document.querySelector(name))
    actions.scrollIntoView({ block: "center", behavior: "instant" })
    const above = -parseFloat(getComputedStyle(bar).boxShadow.split("px ")[1])
    return actions.getBoundingClientRect().bottom - (bar.getBoundingClientRect().top - above)
}"""


def test_a_question_on_the_users_article_is_quoted_and_opened(browser: Browser, tmp_path: Path) -> None:
    """On the first start with an empty store, the reader asks, reads two quotes and opens one in its article."""
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page = reader.page
        expect(page.get_by_text("Answers are quoted word for word from 1 article (12 Feb 2026).")).to_be_visible()
        reader.ask(FENTANYL)
        quotes = page.locator(".quote")
        expect(quotes).to_have_count(2)
        expect(page.locator(".card .where")).to_have_text("New Delhi, 12 Feb 2026")
        expect(page.locator(".card .title")).to_contain_text("India and Canada have agreed")
        expect(page.locator(".says")).to_have_text(["The statement", "The statement, direct quote · agreed"])
        text = SEED.read_text()
        purpose, agreed = reader.quotes
        assert purpose.startswith("As per the statement")
        assert agreed.startswith('"During the meeting, it was agreed')
        assert purpose in text
        assert agreed in text

        quotes.nth(1).click()
        lit = page.locator("mark.current")
        expect(lit).to_have_text(agreed)
        expect(lit).to_be_in_viewport()
        expect(page.locator("mark")).to_have_count(2)
        assert page.locator(".body").text_content() == text, "the reader shows the article as it is"
        page.get_by_role("button", name="Previous quote").click()
        expect(lit).to_have_text(purpose)
        expect(lit).to_be_in_viewport()
        assert page.evaluate(COVERED) <= 0, "the bar and its shadow cover no button above them"
        page.evaluate(LATE)
        page.keyboard.press("Escape")
        expect(lit).to_have_count(0)
        # The focus goes back to the quote a moment later, but not if the next question is being typed.
        box = page.get_by_placeholder("Ask about the news")
        box.press_sequentially(OTTAWA, delay=30)
        expect(box).to_have_value(OTTAWA)
        box.press("Enter")
        unsure = re.compile(r"^Closest on the shelf; these may answer:$|Nothing found on the shelf\.$")
        expect(page.locator(".part-cards .lead").last).to_have_text(unsure)
        expect(page.get_by_text(f"Searched 1 article, published 12 Feb 2026, for: {OTTAWA}")).to_be_visible()
        expect(page.locator(".dl-question")).to_have_text([FENTANYL, OTTAWA])

        reader.start_new_chat()
        expect(page.get_by_text("Ask the shelf")).to_be_visible()


def test_reindexing_picks_up_new_changed_and_removed_articles(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page, panel = reader.page, reader.page.locator(".st-key-shelf")
        ferries = server.seeds / "ferries.txt"
        expect(panel).to_contain_text("1 article")
        shutil.copy(FICTION / "ferries.txt", ferries)
        reader.reindex()
        expect(panel).to_contain_text("2 articles")
        expect(panel).to_contain_text("1 new or changed")
        reader.ask("How much will the new ferries cost?")
        expect(page.locator(".words", has_text="48.5 million crowns")).to_be_visible()

        ferries.write_text(ferries.read_text().replace("48.5", "52.1"))
        shutil.copy(FICTION / "river.md", server.seeds)
        reader.reindex()
        expect(panel).to_contain_text("2 new or changed")
        reader.start_new_chat()
        reader.ask("How much will the new ferries cost?")
        expect(page.locator(".words", has_text="52.1 million crowns")).to_be_visible()

        ferries.unlink()
        (server.seeds / "scan.pdf").write_bytes(b"%PDF")
        reader.reindex()
        expect(panel).to_contain_text("1 removed, 1 not readable")
        page.get_by_text("Not on the shelf: 1").click()
        expect(page.get_by_text("scan.pdf: the PDF is damaged")).to_be_visible()
        reader.start_new_chat()
        reader.ask("How much will the new ferries cost?")
        expect(page.locator(".foot", has_text="Searched 2 articles")).to_be_visible()
        expect(page.locator(".words", has_text="million crowns")).to_have_count(0)

        (server.seeds / "scan.pdf").unlink()
        reader.reindex()
        expect(panel).to_contain_text("1 removed, 1 not readable")
        expect(panel).to_contain_text("Checked just now · no changes")


def test_an_open_page_answers_from_what_the_command_line_indexed(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        expect(reader.page.locator(".st-key-shelf")).to_contain_text("Updated")
        shutil.copy(FICTION / "strike.txt", server.seeds)
        places = ("--seeds", str(server.seeds), "--store", str(server.store))
        run = CommandLine(tmp_path)("index", *places)
        assert "1 new or changed" in run.stdout, run.stderr
        reader.ask("What pay rise did the train drivers accept?")
        expect(reader.page.locator(".words").first).to_contain_text("a pay rise of 4.2 per cent")
        expect(reader.page.locator(".st-key-shelf")).to_contain_text("2 articles")


def test_an_open_page_sees_changes_by_another_process(browser: Browser, tmp_path: Path) -> None:
    shutil.copytree(FICTION, tmp_path / "seeds")
    (tmp_path / "seeds" / "strike.txt").unlink()
    shutil.copy(SEED, tmp_path / "seeds")
    asked = "What pay rise did the train drivers accept?"
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page, strike = reader.page, server.seeds / "strike.txt"
        places = ("--seeds", str(server.seeds), "--store", str(server.store))
        expect(page.locator(".st-key-shelf")).to_contain_text("Updated")

        def knows(expected: str, *, words: bool) -> None:
            """Index in another process, then ask at once."""
            run = CommandLine(tmp_path)("index", *places)
            found_now = "1 removed" if not words else "1 new or changed"
            assert found_now in run.stdout, run.stdout + run.stderr
            reader.start_new_chat()
            reader.ask(asked)
            found = page.locator(".words", has_text=expected) if words else page.get_by_text(expected)
            expect(found.first).to_be_visible()
            expect(page.locator(".st-key-shelf")).to_contain_text(f"Updated just now · {found_now}")

        shutil.copy(FICTION / "strike.txt", strike)
        knows("a pay rise of 4.2 per cent", words=True)
        strike.write_text(strike.read_text().replace("4.2", "6.7"))
        knows("a pay rise of 6.7 per cent", words=True)
        strike.unlink()
        knows("Searched 6 articles", words=False)
        expect(page.locator(".words", has_text="train drivers")).to_have_count(0)
        expect(page.locator(".st-key-shelf")).to_contain_text("6 articles")


def test_days_that_a_question_names_are_shown_and_can_be_removed(browser: Browser, tmp_path: Path) -> None:
    shutil.copytree(FICTION, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        page = reader.page
        expect(page.locator(".st-key-shelf")).to_contain_text("Updated")
        reader.ask("What pay rise did the train drivers accept in January 2026?")
        expect(page.get_by_text("Published 1 Jan to 3 Feb 2026, for “January 2026”")).to_be_visible()
        expect(page.locator(".words", has_text="a pay rise of 4.2 per cent")).to_be_visible()
        expect(page).to_have_url(re.compile("chat="))
        page.reload()  # the saved chat knows the scope of the question
        page.get_by_role("button", name="All days").click()
        expect(page.get_by_text("for “January 2026”")).to_have_count(0)
        expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="All days")).to_have_count(0)


def test_an_open_page_repairs_a_damaged_store(browser: Browser, tmp_path: Path) -> None:
    shutil.copytree(FICTION, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        expect(reader.page.locator(".st-key-shelf")).to_contain_text("Updated")
        for name in ("articles.db", "chroma/chroma.sqlite3"):
            damaged = server.store / name
            content = damaged.read_bytes()
            damaged.write_bytes(content[: len(content) // 2] + b"\x07" * (len(content) // 2))
            reader.ask("What will the new ferries cost?")
            # The sidebar may report the damage too, so only the turn says that the question was answered.
            ended = reader.page.locator("[class*=st-key-turn-]").locator(".words, .dl-problem, .answer-root .foot")
            expect(ended.first).to_be_visible()
            expect(reader.page.locator(".st-key-shelf")).to_contain_text("6 articles")
            answered = reader.page.locator(".words", has_text="48.5 million crowns")
            for _ in range(20):  # an answer before the repair reports the problem, so the reader asks again
                reader.start_new_chat()
                reader.ask("What will the new ferries cost?")
                expect(ended.first).to_be_visible()
                if answered.count():
                    break
            expect(answered).to_be_visible()
            expect(reader.page.locator(".dl-problem")).to_have_count(0)
            reader.start_new_chat()


def test_a_reader_can_ask_while_the_shelf_is_indexed(browser: Browser, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for number in range(1000):
        (seeds / f"{number:03}.txt").write_text(f"Depot {number} was closed. " + f"Depot {number} held grain. " * 60)
    shutil.copy(SEED, seeds / "000-seed.txt")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        expect(reader.page.get_by_text("You can keep asking.")).to_be_visible()
        reader.ask(FENTANYL)
        expect(reader.page.locator(".quote").first).to_contain_text("As per the statement")
        expect(reader.page.get_by_text("You can keep asking.")).to_be_visible()


def test_an_article_opens_from_the_list(reader: Reader) -> None:
    reader.page.get_by_role("button", name="Open the shelf").click()
    reader.page.locator(".title-cell .open", has_text="Rail strike in Castlemere ends").click()
    expect(reader.page.locator(".reader-root .title")).to_have_text("Rail strike in Castlemere ends after nine days")
    assert reader.page.locator(".body").text_content() == (FICTION / "strike.txt").read_text()
    expect(reader.page.locator("mark")).to_have_count(0)


def test_question_answer_and_article_fit_the_window(reader: Reader) -> None:
    wide, phone = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
    reader.ask(FENTANYL)
    expect(reader.page.locator(".quote")).to_have_count(2)
    try:
        for size in (wide, phone):
            reader.page.set_viewport_size(size)
            expect(reader.page.locator(".dl-question")).to_be_in_viewport()
            reader.page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
            reader.page.locator(".quote .words").first.click()
            expect(reader.page.locator("mark.current")).to_be_in_viewport()
            reader.page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
            reader.page.keyboard.press("Escape")
            expect(reader.page.locator("mark.current")).to_have_count(0)
    finally:
        reader.page.set_viewport_size(wide)


def test_the_page_can_be_used_by_keyboard(reader: Reader) -> None:
    reader.ask(FENTANYL)
    first = reader.page.get_by_role("button", name="Open in the article: As per the statement")
    first.focus()
    reader.page.keyboard.press("Enter")
    lit = reader.page.locator("mark.current")
    expect(lit).to_contain_text("As per the statement")
    following = reader.page.get_by_role("button", name="Next quote")
    for _ in range(6):
        reader.page.keyboard.press("Tab")
        if following.evaluate("button => button.matches(':focus')"):
            break
    expect(following).to_be_focused()
    reader.page.keyboard.press("Enter")
    expect(lit).to_contain_text("During the meeting")
    reader.page.keyboard.press("ArrowLeft")
    expect(lit).to_contain_text("As per the statement")
    reader.page.keyboard.press("Escape")
    expect(lit).to_have_count(0)
    expect(first).to_be_focused()


def test_a_question_is_not_lost_to_a_click(browser: Browser, server: Server) -> None:
    for _ in range(2):
        with reading(browser, server) as reader:
            reader.ask(FENTANYL)
            expect(reader.page.locator(".quote")).to_have_count(2)
            reader.ask(OTTAWA)
            reader.page.locator(".quote").first.evaluate("button => button.click()")
            expect(reader.page.locator(".dl-question")).to_have_text([FENTANYL, OTTAWA])
            expect(reader.page.locator(".answer-root .foot", has_text="Searched 7 articles")).to_be_attached()


def test_an_overlong_question_shows_the_limit(reader: Reader) -> None:
    reader.ask("what was agreed? " * 1000)
    expect(reader.page.get_by_role("alert")).to_contain_text("Expected at most 16,000.")


def test_a_quote_of_a_removed_article_says_so(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        reader.ask(FENTANYL)
        expect(reader.page.locator(".quote")).to_have_count(2)
        (server.seeds / SEED.name).unlink()
        reader.reindex()
        expect(reader.page.locator(".st-key-shelf")).to_contain_text("0 articles")
        reader.page.locator(".quote .words").first.click()
        expect(reader.page.get_by_text("This article is no longer on the shelf.")).to_be_visible()


HOSTILE = """# ![pixel]({leak}/title) <img src="{leak}/title-html"> **bold** :smile: $x$

Source: <img src={leak}/source> ![s]({leak}/source-md)

CAIRO, 3 March 2026 (<img src={leak}/outlet>) — The *minister* said :red[prices] cost $5 and $6 -> "done" \
![p]({leak}/md) \
<img src="{leak}/html" onerror="fetch('{leak}/script')"> <script>fetch("{leak}/tag")</script> --- [link]({leak}/link) \
<style>@import "{leak}/style";</style> on Tuesday.
"""


def test_text_of_an_article_is_shown_as_text_and_fetches_nothing(browser: Browser, tmp_path: Path) -> None:
    hits: list[str] = []

    class Leak(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Stay quiet."""

    leak = ThreadingHTTPServer(("127.0.0.1", 0), Leak)
    threading.Thread(target=leak.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{leak.server_port}"
    text = HOSTILE.format(leak=url)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "![x](http:--127.0.0.1) <img src=x> *a*.md").write_text(text)
    (tmp_path / "seeds" / f"<img src={url.replace('/', '-')}>.pdf").write_bytes(b"%PDF")
    try:
        with serve(tmp_path) as server, reading(browser, server) as reader:
            expect(reader.page.get_by_text("Not on the shelf: 1")).to_be_visible()
            reader.page.get_by_text("Not on the shelf: 1").click()
            question = f"What did the minister say about prices? ![q]({url}/question) <img src='{url}/q'>"
            reader.ask(question)
            expect(reader.page.locator(".dl-question")).to_have_text(question)
            quote = reader.page.locator(".words").first
            expect(quote).to_contain_text("The *minister* said :red[prices] cost $5 and $6 ->")
            assert (quote.text_content() or "") in text
            expect(reader.page.locator(".card .title")).to_contain_text('<img src="')
            reader.page.locator(".quote .words").first.click()
            expect(reader.page.locator("mark.current")).to_be_visible()
            assert reader.page.locator(".body").text_content() == text
            reader.page.keyboard.press("Escape")
            # The outlet in the choices, the question in the list of chats, the titles in the table.
            reader.page.get_by_text("Only some articles").click()
            reader.choose("Outlets", "<img src=")
            reader.page.keyboard.press("Escape")
            expect(reader.page.get_by_text("1 of 1 article: <img src=")).to_be_visible()
            expect(reader.page.get_by_role("button", name=f"More for {question[:110]}")).to_be_attached()
            hostile: FilePayload = {"name": f"<img src={url}>![u]({url}).txt", "mimeType": "text/plain", "buffer": b" "}
            reader.page.get_by_role("button", name="Add articles").click()
            reader.page.locator("input[type=file]").set_input_files([hostile])
            expect(reader.page.get_by_text("no text in it")).to_be_visible()
            reader.page.goto(f"{server.url}/?page=shelf")
            expect(reader.page.locator(".title-cell .open")).to_contain_text('<img src="')
            reader.page.get_by_role("button", name="Remove ![pixel]").click()
            expect(reader.page.locator(".dl-ask")).to_contain_text('<img src="')
            assert reader.page.locator("img[src*='127.0.0.1'], .body script, .words img").count() == 0
    finally:
        leak.shutdown()
        leak.server_close()
    assert hits == []


def test_a_store_that_cannot_be_used_is_reported_in_one_sentence(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "articles.db").write_text("Somebody's notes, and no database.")
    with serve(tmp_path) as server:
        page = browser.new_page()
        page.goto(server.url)
        expect(page.get_by_role("alert")).to_contain_text("damaged or not an SQLite file", timeout=SECONDS)
        assert "Traceback" not in page.locator("body").inner_text()
        page.close()


def test_the_page_may_load_nothing_from_elsewhere(server: Server) -> None:
    with urllib.request.urlopen(server.url) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_server_listens_on_this_machine_only(server: Server) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    listening = Path("/proc/net/tcp")
    if listening.exists():
        rows = [line.split() for line in listening.read_text().splitlines()[1:]]
        bound = {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}
        assert bound == {"0100007F"}


@pytest.mark.parametrize("path", ["/", "/_stcore/stream", "/_stcore/health"])
def test_a_request_in_another_hosts_name_is_refused(server: Server, path: str) -> None:
    """DNS rebinding: another site whose name points to this machine gets no answer."""
    for method in ("GET", "SOCKET"):
        assert status_of(server, path, host="evil.test", origin="http://evil.test", method=method) in range(400, 500)
        assert status_of(server, path, host="evil.test", method=method) in range(400, 500)


def test_a_page_from_elsewhere_opens_no_socket_and_sends_no_file(server: Server, subtests: pytest.Subtests) -> None:
    """Streamlit looks up its external address to compare origins. The network guard would end the server then."""
    own = server.url.removeprefix("http://")
    for origin in (
        "http://evil.test", f"http://evil.test:{own.split(':')[1]}", "http://localhost.evil.test", "http://localhost:1",
        f"http://127.0.0.1.evil.test:{own.split(':')[1]}", "null", "file://", "http://[", f"http://evil.test@{own}", "",
    ):  # fmt: skip
        with subtests.test(origin):
            assert status_of(server, "/_stcore/stream", host=own, origin=origin, method="SOCKET") == 403
            assert status_of(server, "/_stcore/upload_file/a/b", host=own, origin=origin, method="PUT") == 403
    assert status_of(server, "/_stcore/stream", host=own, origin=server.url, method="SOCKET") == 101
    assert status_of(server, "/_stcore/health", host=own) == 200
    # From the page's origin, without the token that the page has.
    for method in ("PUT", "DELETE"):
        assert status_of(server, "/_stcore/upload_file/a/b", host=own, origin=server.url, method=method) == 403


def status_of(server: Server, path: str, *, host: str, method: str = "GET", origin: str | None = None) -> int:
    """Send a request with these Host and Origin headers. "SOCKET" opens a WebSocket."""
    headers = {"Host": host, "Content-Length": "0"} | ({"Origin": origin} if origin is not None else {})
    if method == "SOCKET":
        key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
        method, headers = "GET", headers | {"Upgrade": "websocket", "Connection": "Upgrade"} | key
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with closing(socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1])), timeout=10)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(connection.recv(200).split()[1])


def test_a_draft_is_checked_and_each_mark_opens_its_article(browser: Browser, server: Server) -> None:
    altered = "The vessels will cost 84.5 million crowns, of which the province pays 30 million."
    hostile = "<img src=x onerror=alert(1)> and [x](https://evil.example/x.png) were seen in Zagreb."
    with reading(browser, server) as reader:
        page = reader.page
        page.get_by_role("button", name="Check a draft").click()
        expect(page).to_have_url(re.compile(r"page=draft$"))
        field = page.get_by_role("textbox", name="Your text")
        field.fill(f"{altered} He spoke of “hulls from 1961”.\n\n{hostile}")
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator(".summary")).to_contain_text("1 altered, 2 not on the shelf. 1 quotation: 1 verbatim.")
        expect(page.locator(".part.altered ins")).to_have_text("84.5")
        expect(page.locator(".part.altered del")).to_have_text("48.5")
        expect(page.locator(".part.altered .difference")).to_have_text(
            "The article says “48.5 million crowns”, the draft “84.5 million crowns”."
        )
        expect(page.locator(".part.absent .said").last).to_have_text(hostile)

        page.locator(".part.quotation .place").click()
        expect(page.locator("mark.current")).to_have_text("hulls from 1961")
        expect(page.locator("mark.current")).to_be_in_viewport()
        page.keyboard.press("Escape")
        expect(page.locator("mark.current")).to_have_count(0)
        expect(page.locator(".part.altered .difference")).to_be_visible()

        field.fill("***")
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.get_by_text("The draft has no words.")).to_be_visible()
        page.get_by_role("button", name="Back to the chat").click()
        expect(page.get_by_placeholder("Ask about the news")).to_be_visible()
        page.get_by_role("button", name="Check a draft").click()
        expect(field).to_have_value("***")


def test_an_answer_is_exported_in_each_format_and_shows_what_was_searched(
    reader: Reader, server: Server, subtests: pytest.Subtests
) -> None:
    page = reader.page
    reader.ask(FENTANYL)
    page.locator(".part-bar").get_by_role("button", name="Export").click()
    begins = {
        "Markdown": b"# what was agreed",
        "Word": b"PK",
        "Word, Chicago notes": b"PK",
        "Fact-check sheet": b"\xef\xbb\xbfquestion,claim,quote",
        "BibTeX": b"@article{",
    }
    for name, beginning in begins.items():
        with subtests.test(name), page.expect_download() as downloading:
            page.get_by_role("button", name=name, exact=True).click()
        content = Path(downloading.value.path()).read_bytes()
        assert content.startswith(beginning), name
        if name in ("Markdown", "Fact-check sheet"):
            assert f"{server.url}/?article={SEED.name}&quote=".encode() in content

    page.get_by_text("What was searched").click()
    expect(page.locator(".report .report-text")).to_contain_text("Outlets: Fictional Wire (3), not named (2)")
    expect(page.get_by_role("button", name="Copy what was searched")).to_be_visible()


# The next draw of an answer builds its parts again, as if its component was mounted again.
REMOUNT = """(root) => {
    const before = [...root.children]
    root.parts = undefined
    const remove = (_, watching) => { watching.disconnect(); before.forEach((part) => part.remove()) }
    new MutationObserver(remove).observe(root, { childList: true })
}"""


def test_an_answers_timeline_opens_its_quotes_and_is_exported(reader: Reader, subtests: pytest.Subtests) -> None:
    page = reader.page
    reader.ask("what will the liaison officers do?")
    page.get_by_text("Timeline", exact=True).click()
    words = page.locator(".event-words")
    expect(words).not_to_have_count(0)
    expect(page.locator(".when").last).to_have_text("12 Feb 2026")
    quoted = reader.quotes
    shown = words.all_text_contents()
    assert set(quoted) < set(shown), "all that is quoted, and more"
    expect(page.locator(".event-where").first).to_have_text("New Delhi, reported 12 Feb 2026")
    unquoted = next(place for place, text in enumerate(shown) if text not in quoted)
    page.locator("button.event-button").nth(unquoted).click()
    expect(page.locator("mark.current")).to_have_text(shown[unquoted])
    page.keyboard.press("Escape")
    expect(page.locator("mark")).to_have_count(0)
    expect(page.locator("button.event-button").nth(unquoted)).to_be_focused()
    page.get_by_role("button", name="Export the timeline").click()
    page.locator(".answer-root").evaluate(REMOUNT)
    begins = {
        "Markdown": b"# what will",
        "Word": b"PK",
        "Table (CSV)": b"\xef\xbb\xbffirst",
    }
    for name, beginning in begins.items():
        with subtests.test(name), page.expect_download() as downloading:
            page.get_by_role("button", name=name, exact=True).click()
        assert Path(downloading.value.path()).read_bytes().startswith(beginning), name
