"""The same question gets the same quotes from the command line, Python, HTTP, MCP and chat completions."""

import json
import shutil
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from dateline import Shelf
from index.core.settings import Settings
from index.pipeline.library import build_library
from rag.output.answer_json import citation_json
from tests.conftest import FENTANYL, FICTION, OTTAWA, SEED, CommandLine
from tests.support.api_server import ApiServer, serve_api
from tests.system.test_mcp import asked, tool


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    folder = tmp_path_factory.mktemp("doors")
    shutil.copytree(FICTION, folder / "seeds")
    shutil.copy(SEED, folder / "seeds")
    command = CommandLine(folder)
    assert command("index").returncode == 0
    return command


@pytest.fixture(scope="module")
def api(stocked: CommandLine) -> Iterator[ApiServer]:
    folder = stocked.folder
    library = build_library(Settings(seeds=folder / "seeds", store=folder / ".dateline", _env_file=None))
    with serve_api(library) as server:
        yield server
    library.index.release()


@pytest.mark.slow
@pytest.mark.parametrize("question", [FENTANYL, OTTAWA, "How many turbines were installed, and what sank?"])
def test_every_door_gives_the_same_quotes(stocked: CommandLine, api: ApiServer, question: str) -> None:
    shown = json.loads(stocked("ask", question, "--json").stdout)
    with Shelf(seeds=stocked.folder / "seeds", store=stocked.folder / ".dateline") as shelf:
        library = json.loads(json.dumps([citation_json(one) for one in shelf.ask(question).quotes]))
    with api.client() as client:
        answer: dict[str, Any] = client.post("/api/v1/ask", json={"question": question}).json()
    (by_mcp,) = asked(stocked, tool("ask", question=question))
    with openai.OpenAI(base_url=f"{api.address}/v1", api_key=api.reading) as program:
        chat: Any = program.chat.completions.create(model="dateline", messages=[{"role": "user", "content": question}])
    assert shown["quotes"]
    assert library == shown["quotes"]
    assert answer["quotes"] == shown["quotes"]
    assert by_mcp.structured_content["quotes"] == shown["quotes"]
    assert [one["citation"] for one in chat.quotes] == shown["quotes"]
    assert {**answer, "seconds": None} == {**shown, "seconds": None}
