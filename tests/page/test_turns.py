"""A question on the page with a language model, from the first word to the next question."""

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from index.core.errors import UnknownChat
from index.core.scope import WHOLE, Scope
from rag.answering.models import Answer
from tests.conftest import FENTANYL, FICTION, SEED, Newsroom
from tests.support.chat_server import ChatServer, as_json, serve_chat
from tests.support.reader import Reader, Server, needs_browser, reading, serve
from ui.server.chats import OpenChat, OpenChats, Turn

AGREED = "India and Canada agreed to establish liaison officers, the Ministry of External Affairs said."
WRONG = "The officers will start work in March 2027."
SAID = as_json((AGREED, ["1.1"]), (WRONG, ["1.1"]), ("More will follow.", []), ("It was said in Delhi.", ["9.9"]))


@pytest.fixture
def chat(server: Server, endpoint: ChatServer) -> ChatServer:
    """The endpoint of the page under test, reset to answer normally."""
    endpoint.fault, endpoint.say, endpoint.pause, endpoint.go_on = "", lambda _: SAID, 0.0, None
    endpoint.requests.clear()
    endpoint.hung_up.clear()
    return endpoint


@pytest.fixture
def reader(chat: ChatServer, reader: Reader) -> Reader:
    """A reader with a new chat, whose model answers normally."""
    return reader


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ChatServer]:
    with serve_chat() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, endpoint: ChatServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("turns")
    shutil.copytree(FICTION, folder / "seeds")
    shutil.copy(SEED, folder / "seeds")
    prices = {"DATELINE_CHAT_MODEL": "scripted, other", "DATELINE_CHAT_PRICES": "scripted=0.25/2, other=1/1"}
    with serve(folder, environment={**endpoint.environment, **prices}) as running:
        yield running


@needs_browser
def test_text_grows_then_citations_open_the_article(reader: Reader, chat: ChatServer) -> None:
    chat.go_on = threading.Event()
    page = reader.page
    reader.ask(FENTANYL)
    expect(page.locator(".words").first).to_be_visible()
    said = page.locator(".said").first
    expect(said).to_be_visible()
    early = said.text_content() or ""
    assert AGREED.startswith(early)
    assert len(early) < len(AGREED)
    expect(page.get_by_role("status").filter(has_text="scripted is writing")).to_be_visible()
    assert page.get_by_role("button", name="Copy", exact=True).count() == 0
    chat.go_on.set()
    expect(said).to_have_text(AGREED)
    expect(page.locator(".statement")).to_have_count(4)
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()
    verdicts = [element.get_attribute("class") for element in page.locator(".statement").all()]
    assert verdicts == ["statement supported", "statement unclear", "statement uncited", "statement uncited"]
    expect(page.locator(".unclear .verdict")).to_have_text('unclear The quote does not say "2027".')
    expect(page.locator(".chip.nowhere")).to_have_text("9.9?")
    expect(page.locator(".usage")).to_have_text("scripted: 1,234 tokens in, 56 out, $0.0004")
    expect(page.get_by_text("This chat: 1,234 tokens in, 56 out, $0.0004")).to_be_visible()
    page.get_by_role("button", name="Source 1").first.click()
    lit = page.locator("mark.current")
    expect(lit).to_contain_text("India and Canada have agreed to establish liaison officers")
    expect(lit).to_be_in_viewport()
    assert page.locator(".body").text_content() == SEED.read_text()


@needs_browser
def test_quotes_are_shown_before_the_model_answers(reader: Reader, chat: ChatServer) -> None:
    chat.fault = "hang before the answer"
    reader.ask(FENTANYL)
    expect(reader.page.locator(".quote")).to_have_count(2)
    expect(reader.page.get_by_text("Asking scripted")).to_be_visible()
    expect(reader.page.locator(".dl-question")).to_be_in_viewport()
    reader.page.get_by_role("button", name="Stop").click()
    expect(reader.page.get_by_text("Stopped before the model had written anything.")).to_be_visible()
    expect(reader.page.locator(".quote")).to_have_count(2)


@needs_browser
def test_a_stop_ends_the_answer_and_marks_it_unfinished(reader: Reader, chat: ChatServer) -> None:
    chat.say, chat.pause = lambda _: as_json(*[(AGREED, ["1.1"])] * 60), 0.02
    reader.ask(FENTANYL)
    expect(reader.page.locator(".statement").nth(1)).to_be_visible()
    reader.page.get_by_role("button", name="Stop").click()
    expect(reader.page.get_by_text("This answer is unfinished.")).to_be_visible()
    assert chat.hung_up.wait(10)
    expect(reader.page.locator(".statement.unfinished")).to_have_count(1)


@needs_browser
def test_an_answer_is_asked_for_again_in_other_words(reader: Reader, chat: ChatServer) -> None:
    reader.ask(FENTANYL)
    expect(reader.page.locator(".statement")).to_have_count(4)
    chat.say = lambda _: as_json(("Liaison officers will be established, India and Canada agreed.", ["1.1"]))
    reader.page.get_by_role("button", name="Ask again").click()
    expect(reader.page.locator(".statement")).to_have_count(1)
    assert [asked["temperature"] for asked in chat.requests] == [0, 0.7]
    expect(reader.page.locator(".dl-question")).to_have_count(1)


@needs_browser
def test_an_answer_is_copied_with_its_sources(reader: Reader, server: Server) -> None:
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    reader.ask(FENTANYL)
    reader.page.get_by_role("button", name="Copy", exact=True).click()
    expect(reader.page.get_by_role("button", name="Copied")).to_be_visible()
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{AGREED} [1] {WRONG} [1] (unclear: ")
    assert "  [1] date 2026-02-12" not in copied
    assert "  [1] India and Canada have agreed to establish liaison officers" in copied


@needs_browser
def test_a_follow_up_says_what_was_searched_for_and_the_reader_may_change_it(reader: Reader, chat: ChatServer) -> None:
    page = reader.page
    reader.ask(FENTANYL)
    expect(page.locator(".statement")).to_have_count(4)
    chat.say = lambda messages: (
        "When will the agreement on fentanyl precursors take effect?"
        if "Last question" in messages[-1]["content"]
        else as_json(("There is no set timeline for appointing the liaison officers, Jaiswal noted.", ["1.7"]))
    )
    reader.ask("when will that happen?")
    searched = page.get_by_text("Searched for: When will the agreement on fentanyl precursors take effect?")
    expect(searched).to_be_visible()
    expect(page.get_by_role("button", name="Copy", exact=True)).to_have_count(2)
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_label("Search for").fill("How high did the River Lind rise?")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("Searched for: How high did the River Lind rise?")).to_be_visible()
    expect(page.locator(".words", has_text="6.32 metres")).to_be_visible()
    expect(page.locator(".dl-question")).to_have_text([FENTANYL, "when will that happen?"])


@needs_browser
def test_the_reader_chooses_the_model_or_none(reader: Reader, chat: ChatServer) -> None:
    reader.choose("Answer with", "other")
    reader.ask(FENTANYL)
    expect(reader.page.locator(".usage")).to_contain_text("other: 1,234 tokens in")
    assert chat.requests[-1]["model"] == "other"
    reader.choose("Answer with", "Quotes only")
    asked = len(chat.requests)
    reader.ask("How high did the River Lind rise?")
    expect(reader.page.locator(".words", has_text="6.32 metres")).to_be_visible()
    expect(reader.page.get_by_role("button", name="Copy", exact=True)).to_have_count(2)
    expect(reader.page.get_by_role("button", name="Ask again")).to_have_count(0)
    assert len(chat.requests) == asked
    reader.choose("Answer with", "scripted")
    reader.page.get_by_role("button", name="Ask the model").click()
    expect(reader.page.locator(".usage")).to_have_count(2)
    assert chat.requests[-1]["model"] == "scripted"


@needs_browser
def test_a_model_that_finds_nothing_leaves_the_closest_quotes(reader: Reader, chat: ChatServer) -> None:
    chat.say = lambda _: as_json()
    reader.ask(FENTANYL)
    expect(reader.page.get_by_text("The model finds no answer on the shelf. Closest sentences:")).to_be_visible()
    expect(reader.page.locator(".quote")).to_have_count(2)
    expect(reader.page.locator(".number")).to_have_text(["1", "2"])
    calm = reader.page.locator("[data-level='may_answer'] .words").first
    assert "217, 165, 20" not in calm.evaluate("words => getComputedStyle(words).borderInlineStartColor")


@needs_browser
def test_text_of_a_model_is_shown_as_text_and_fetches_nothing(reader: Reader, chat: ChatServer) -> None:
    nasty = (
        '<img src="http://127.0.0.1:9/x.png" onerror="alert(1)"> ![x](http://127.0.0.1:9/y.png) **b** :smile: $x$ '
        "[link](http://127.0.0.1:9/z) <script>alert(2)</script> liaison officers -> done."
    )
    chat.say = lambda _: as_json((nasty, ["1.1"]))
    reader.ask(FENTANYL)
    said = reader.page.locator(".said")
    expect(said.last).to_contain_text("done.")
    # Statements end where the model's sentences end, and nowhere else.
    assert "".join("".join(said.all_text_contents()).split()) == "".join(nasty.split())
    assert reader.page.locator(".answer-root img, .answer-root script, .answer-root a").count() == 0
    expect(reader.page.locator(".statement.supported")).to_have_count(0)


@needs_browser
def test_a_click_does_not_interrupt_an_answer_being_written(reader: Reader, chat: ChatServer) -> None:
    chat.pause = 0.01
    reader.ask(FENTANYL)
    reader.page.locator(".quote .words").first.click()
    expect(reader.page.locator("mark.current")).to_be_visible()
    reader.page.keyboard.press("Escape")
    expect(reader.page.locator(".statement")).to_have_count(4)
    expect(reader.page.get_by_role("button", name="Ask again")).to_be_visible()
    assert len(chat.requests) == 1


@needs_browser
def test_without_a_model_the_page_says_so_in_a_line(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path) as server, reading(browser, server) as reader:
        expect(reader.page.get_by_text("Showing quotes only. Connect a language model")).to_be_visible()
        expect(reader.page.get_by_role("combobox", name="Answer with")).to_have_count(0)


def finished(chat: OpenChat, place: int = -1) -> Turn:
    turn = chat.turns[place]
    deadline = time.monotonic() + 30
    while turn.under_way and time.monotonic() < deadline:
        time.sleep(0.02)
    return turn


@pytest.fixture
def chats(archive: Newsroom, tmp_path: Path) -> OpenChats:
    """Chats in a new store, answered from the archive."""
    settings = archive.library.settings.model_copy(update={"store": tmp_path / "store"})
    return OpenChats(replace(archive.library, settings=settings))


def test_a_turn_follows_up_those_before_it(chats: OpenChats) -> None:
    chat = chats.new()
    chat.ask(FENTANYL, None)
    chat.ask("when will that happen?", None)
    second = finished(chat)
    assert second.answer is not None
    assert second.answer.searched_as == "when will that happen, on fentanyl precursors?"
    chat.ask_again(1, None)
    again = finished(chat)
    assert again is not second
    assert again.answer is not None
    assert again.answer.searched_as == second.answer.searched_as
    chat.search_again(1, "When do liaison officers start?", None)
    searched_again = finished(chat)
    assert searched_again.answer is not None
    assert (searched_again.question, searched_again.answer.searched_as) == (
        second.question,
        "When do liaison officers start?",
    )


def test_a_question_that_cannot_be_asked_shows_the_reason(chats: OpenChats) -> None:
    chat = chats.new()
    chat.ask(" ", None)
    assert finished(chat).problem.startswith("The question is empty.")


def test_another_process_shows_the_same_chat(chats: OpenChats) -> None:
    chat = chats.new()
    chat.ask(FENTANYL, None)
    chat.ask("when will that happen?", None)
    for place in (0, 1):
        finished(chat, place)
    again = OpenChats(chat.library).get(chat.id)
    assert [turn.as_kept() for turn in again.turns] == [turn.as_kept() for turn in chat.turns]
    assert not again.under_way
    again.ask("and who met?", None)
    assert finished(again).answer is not None


def test_two_windows_see_one_chat(chats: OpenChats) -> None:
    chat = chats.new()
    chat.ask(FENTANYL, None)
    assert chats.get(chat.id) is chat
    finished(chat)


def test_a_question_keeps_its_scope_when_asked_again(chats: OpenChats) -> None:
    chat = chats.new()
    scope = Scope(outlets=frozenset({"Fictional Wire"}))
    chat.ask(FENTANYL, None, scope=scope)
    first = finished(chat).answer
    chat.ask_again(0, None)
    again = finished(chat).answer
    assert first is not None
    assert again is not None
    assert first.searched.scope == again.searched.scope == scope
    assert OpenChats(chat.library).get(chat.id).turns[0].scope == scope


def test_an_answer_in_progress_does_not_save_a_deleted_chat_again(chats: OpenChats) -> None:
    chat = chats.new()
    chat.ask(FENTANYL, None)
    finished(chat)
    chat.ask("when will that happen?", None)
    chats.delete(chat.id)
    finished(chat)
    assert chats.kept.listings() == []
    with pytest.raises(UnknownChat):
        chats.get(chat.id)


def test_an_answer_that_cannot_be_saved_is_shown_with_the_reason(chats: OpenChats) -> None:
    chat = chats.new()
    store = chats.kept.path.parent
    chats.kept.path.unlink()
    chats.kept.path.mkdir()  # nothing can be written there
    chat.ask(FENTANYL, None)
    turn = finished(chat)
    assert turn.answer is not None
    assert turn.not_kept.startswith("This answer was not saved:")
    assert str(store) in turn.not_kept


def test_waiting_ends_when_an_answer_grows_or_is_complete(archive: Newsroom) -> None:
    answer, go_on, kept = archive.ask(FENTANYL), threading.Event(), list[None]()

    def answers(stop: threading.Event) -> Iterator[Answer]:
        yield answer
        assert go_on.wait(30)
        yield answer
        assert stop.wait(30)

    turn = Turn(FENTANYL, scope=WHOLE)
    assert turn.wait_for_more(0, 0.001) == 0
    turn.begin(answers, lambda: kept.append(None))
    assert turn.wait_for_more(0, 30) == 1
    assert turn.wait_for_more(1, 0.001) == 1
    go_on.set()
    assert turn.wait_for_more(1, 30) == 2
    turn.stop()
    assert turn.wait_for_more(2, 30) == 2
    assert not turn.under_way
    assert len(kept) == 3
