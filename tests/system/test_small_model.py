"""The whole path with a real language model on a real local server.

SmolLM2-135M is far too small to answer well. The tests show that text streams, that every citation
resolves, and that its statements are checked.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import FENTANYL, SEED, CommandLine
from tests.support.model_server import KEY, SMALL_MODEL, missing_model, serve_small_model
from tests.support.reader import needs_browser, reading, serve

pytestmark = pytest.mark.skipif(bool(missing_model()) and not os.environ.get("CI"), reason=missing_model())


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with serve_small_model() as url:
        yield {
            "DATELINE_CHAT_MODEL": SMALL_MODEL,
            "DATELINE_CHAT_BASE_URL": url,
            "DATELINE_CHAT_PROMPT_TOKENS": "700",  # reading them takes most of the time
            "DATELINE_CHAT_ANSWER_TOKENS": "80",  # it rarely stops by itself
            "OPENAI_API_KEY": KEY,
        }


@pytest.mark.parametrize("form", ["json", "markers"])
def test_every_citation_of_a_real_model_resolves(dateline: CommandLine, environment: dict[str, str], form: str) -> None:
    run = dateline("ask", FENTANYL, "--json", DATELINE_CHAT_FORM=form, **environment)
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert answer["model"] == SMALL_MODEL
    assert answer["state"] == "whole" or "reached its length limit" in answer["problem"]
    assert answer["usage"]["tokens_in"] > 300
    text = json.loads(dateline("show", SEED.name, "--json").stdout)["text"]
    cited = [citation for statement in answer["statements"] for citation in statement["citations"]]
    assert all(citation["quote"] == text[citation["start"] : citation["end"]] for citation in cited)
    if form == "json":  # the schema allows nothing else
        assert answer["statements"]
        assert all(s["citations"] for s in answer["statements"] if s["verdict"] != "unfinished")
        assert not any("unresolved" in statement for statement in answer["statements"])
    assert len(answer["quotes"]) == 2


def test_the_command_line_shows_the_text_as_it_is_written(dateline: CommandLine, environment: dict[str, str]) -> None:
    dateline("index")
    pieces = []
    with dateline.running("ask", FENTANYL, **environment) as asking:
        assert asking.stdout is not None
        while piece := os.read(asking.stdout.fileno(), 65536):
            pieces.append(piece)
        assert asking.wait(timeout=60) == 0
    whole = b"".join(pieces).decode()
    # How many there are depends on how much the model writes, and how fast this reads.
    assert len(pieces) > 1, "it came in pieces"
    assert len(pieces[0]) < len(whole) / 4
    assert f"{SMALL_MODEL}: " in whole.splitlines()[-1]
    assert "[1]" in whole


@needs_browser
def test_the_page_shows_the_text_then_citations_that_open_the_article(
    browser: Browser, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    with serve(tmp_path, environment=environment) as server, reading(browser, server) as reader:
        page = reader.page
        reader.ask(FENTANYL)
        expect(page.locator(".quote").first).to_be_visible()
        said = page.locator(".part-prose")
        expect(said.locator(".said").first).to_be_visible()
        early = len(said.text_content() or "")
        expect(page.get_by_role("button", name="Ask again")).to_be_visible(timeout=90_000)
        # It may have written two words only; that text grows is tested with a scripted model.
        assert len(said.text_content() or "") >= early
        chip = page.locator(".chip").first
        chip.click()
        lit = page.locator("mark.current")
        expect(lit).to_be_in_viewport()
        assert (lit.text_content() or "x") in SEED.read_text()
