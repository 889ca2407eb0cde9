"""Faults of a language model's endpoint, as readers see them on the command line and on the page.

Whatever the endpoint does, the quotes are shown, a message says what happened and which setting to
check, and the key appears nowhere.
"""

import json
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import FENTANYL, FICTION, SEED, CommandLine
from tests.support.chat_server import BREAKS_OFF, FAULTS, KEY, ChatServer, as_json, serve_chat
from tests.support.reader import Server, needs_browser, reading, serve

DEADLINE = 6  # seconds for a whole answer, as set for these tests
SAID = as_json(
    ("India and Canada agreed to establish liaison officers, the ministry said.", ["1.1"]),
    ("There is no set timeline for appointing the liaison officers, Jaiswal noted.", ["1.7"]),
)


def say(_: object) -> str:
    return SAID


@pytest.fixture(scope="module")
def chat() -> Iterator[ChatServer]:
    with serve_chat() as running:
        running.say = say
        yield running


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The user's article, indexed."""
    folder = tmp_path_factory.mktemp("faults")
    (folder / "seeds").mkdir()
    shutil.copy(SEED, folder / "seeds")
    command = CommandLine(folder)
    assert command("index").returncode == 0
    return command


def settings_of(chat: ChatServer, fault: str) -> dict[str, str]:
    environment = {**chat.environment, "DATELINE_CHAT_SECONDS": str(DEADLINE)}
    if fault == "refused connection":
        environment["DATELINE_CHAT_BASE_URL"] = "http://127.0.0.1:9/v1"
    return environment


# One of each kind, since each needs a process: refused, silent, broken off, unreachable.
ON_THE_COMMAND_LINE = {
    **{fault: FAULTS[fault] for fault in ("wrong key", "hang before the answer", "cut stream", "very long answer")},
    "refused connection": "cannot be reached. Check that it is running",
}


@pytest.mark.parametrize("fault", ON_THE_COMMAND_LINE)
def test_the_command_line_explains_a_fault_and_shows_the_quotes(
    indexed: CommandLine, chat: ChatServer, fault: str
) -> None:
    chat.fault = fault
    chat.requests.clear()
    started = time.monotonic()
    run = indexed("ask", FENTANYL, **settings_of(chat, fault))
    assert time.monotonic() - started < DEADLINE + 10, "the rest is the start of a process on a busy machine"
    assert run.returncode == 0
    assert ON_THE_COMMAND_LINE[fault] in run.stdout
    assert "fentanyl precursors, and transnational" in run.stdout
    assert ("This answer is unfinished." in run.stdout) == (fault in BREAKS_OFF)
    written = run.stdout + run.stderr + everything_in(indexed.folder)
    assert "Traceback" not in written
    assert KEY not in written


def test_the_json_of_a_failed_answer_has_its_quotes_and_its_problem(indexed: CommandLine, chat: ChatServer) -> None:
    chat.fault = "wrong key"
    answer = json.loads(indexed("ask", FENTANYL, "--json", **settings_of(chat, "")).stdout)
    assert (answer["model"], answer["state"], answer["level"], answer["usage"]) == (
        "scripted",
        "failed",
        "answers",
        None,
    )
    assert "refused the key" in answer["problem"]
    assert [statement["verdict"] for statement in answer["statements"]] == ["supported"] * 2
    assert [statement["text"] for statement in answer["statements"]] == [quote["quote"] for quote in answer["quotes"]]


def test_without_a_key_the_quotes_are_shown_and_nothing_is_asked(indexed: CommandLine) -> None:
    run = indexed("ask", FENTANYL, "--model", "gpt-5-mini")
    assert run.returncode == 0
    assert "there is no OPENAI_API_KEY and no DATELINE_CHAT_BASE_URL." in run.stdout
    assert "fentanyl precursors, and transnational" in run.stdout


def test_an_interrupt_stops_the_model_and_keeps_the_quotes(indexed: CommandLine, chat: ChatServer) -> None:
    chat.fault = "hang before the answer"
    chat.requests.clear()
    with indexed.running("ask", FENTANYL, **chat.environment) as asking:
        deadline = time.monotonic() + 60
        while not chat.requests and time.monotonic() < deadline:
            time.sleep(0.05)
        assert chat.requests, "the model is asked"
        asking.send_signal(signal.SIGINT)
        said, complained = asking.communicate(timeout=30)
    assert (asking.returncode, complained) == (0, "")
    assert "Stopped before the model had written anything." in said
    assert "fentanyl precursors, and transnational" in said


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, chat: ChatServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("page-of-faults")
    shutil.copytree(FICTION, folder / "seeds")
    shutil.copy(SEED, folder / "seeds")
    # A busy machine starts slowly, and that must not look like a fault of the endpoint.
    with serve(folder, environment={**settings_of(chat, ""), "DATELINE_CHAT_SECONDS": "8"}) as running:
        yield running
    assert KEY not in everything_in(folder)


@needs_browser
def test_the_page_explains_a_fault_and_shows_the_quotes(
    browser: Browser, server: Server, chat: ChatServer, subtests: pytest.Subtests
) -> None:
    with reading(browser, server) as reader:
        for fault in ("wrong key", "hang in the answer", "cut stream", "very long answer"):
            chat.fault = fault
            reader.start_new_chat()
            with subtests.test(fault):
                reader.ask(FENTANYL)
                expect(reader.page.locator(".words", has_text="fentanyl precursors, and transnational")).to_be_visible()
                expect(reader.page.locator(".problem")).to_contain_text(FAULTS[fault])
                expect(reader.page.get_by_role("button", name="Ask again")).to_be_visible()
                expect(reader.page.get_by_text("This answer is unfinished.")).to_have_count(int(fault in BREAKS_OFF))
                expect(reader.page.get_by_role("button", name="Stop")).to_have_count(0)
                assert KEY not in reader.page.content()


@needs_browser
def test_after_a_fault_the_page_asks_again(browser: Browser, server: Server, chat: ChatServer) -> None:
    chat.fault = "server error"
    with reading(browser, server) as reader:
        reader.ask(FENTANYL)
        expect(reader.page.locator(".problem")).to_contain_text("has an internal error")
        chat.fault = ""
        reader.page.get_by_role("button", name="Ask again").click()
        expect(reader.page.locator(".statement")).to_have_count(2)
        expect(reader.page.locator(".problem")).to_have_count(0)


def everything_in(folder: Path) -> str:
    """Return the content of all files below a folder, except the articles."""
    return "".join(
        path.read_bytes().decode("latin-1")
        for path in folder.rglob("*")
        if path.is_file() and "seeds" not in path.relative_to(folder).parts
    )
