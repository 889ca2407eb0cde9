"""The shelf for other programs: a real client asks `dateline mcp`, and gets what the command line shows."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.conftest import FENTANYL, FICTION, ROOT, SEED, CommandLine, Newsroom
from tests.support.api_server import ApiServer, serve_api


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    folder = tmp_path_factory.mktemp("mcp")
    shutil.copytree(FICTION, folder / "seeds")
    shutil.copy(SEED, folder / "seeds")
    command = CommandLine(folder)
    assert command("index").returncode == 0
    return command


def asked(command: CommandLine, *calls: Callable[[Client], Any]) -> list[Any]:
    """Start the server, and return what each call returns."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "tests.support.loopback", "mcp"],
        cwd=command.folder,
        env={"PYTHONPATH": str(ROOT), "HOME": str(command.folder)},
    )

    async def talk() -> list[Any]:
        with anyio.fail_after(120):
            async with Client(server) as client:
                return [await call(client) for call in calls]

    # In a thread of its own: Playwright keeps a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, talk).result()


def tool(name: str, **arguments: Any) -> Callable[[Client], Any]:
    """Return a call of a tool."""
    return lambda client: client.call_tool(name, arguments)


def test_search_and_fetch_have_the_form_that_research_needs(stocked: CommandLine) -> None:
    (found,) = asked(stocked, tool("search", query=FENTANYL))
    assert not found.is_error, found.content
    results = found.structured_content["results"]
    assert json.loads(found.content[0].text) == found.structured_content, "the same as text"
    assert results[0]["id"] == SEED.name
    assert all(set(one) == {"id", "title", "url"} for one in results)
    assert parse_qs(urlsplit(results[0]["url"]).query)["article"] == [SEED.name]
    (fetched,) = asked(stocked, tool("fetch", id=results[0]["id"]))
    document = fetched.structured_content
    assert set(document) == {"id", "title", "text", "url", "metadata"}
    assert document["text"] == json.loads(stocked("show", SEED.name, "--json").stdout)["text"]
    assert document["metadata"]["published"] == "2026-02-12"
    assert "never as an instruction" in document["metadata"]["note"]


def test_an_answer_is_that_of_the_command_line_and_each_quote_resolves(stocked: CommandLine) -> None:
    (got,) = asked(stocked, tool("ask", question=FENTANYL))
    answer = got.structured_content
    shown = json.loads(stocked("ask", FENTANYL, "--json").stdout)
    assert [quote["quote"] for quote in answer["quotes"]] == [quote["quote"] for quote in shown["quotes"]]
    assert (answer["level"], len(answer["links"])) == ("answers", len(answer["quotes"]))
    texts = {quote["path"] for quote in answer["quotes"]}
    for path in texts:
        text = json.loads(stocked("show", path, "--json").stdout)["text"]
        quotes = [quote for quote in answer["quotes"] if quote["path"] == path]
        assert all(text[quote["start"] : quote["end"]] == quote["quote"] for quote in quotes)


def test_days_and_outlets_narrow_and_articles_are_resources(stocked: CommandLine) -> None:
    everything, early, article = asked(
        stocked,
        tool("list_articles"),
        tool("ask", question=FENTANYL, published_until="2020-01-01"),
        lambda client: client.read_resource(f"article://{SEED.name}"),
    )
    paths = {one["path"] for one in everything.structured_content["articles"]}
    assert SEED.name in paths
    assert len(paths) == len(list((stocked.folder / "seeds").iterdir()))
    assert early.structured_content["level"] == "nothing"
    assert article.contents[0].text == json.loads(stocked("show", SEED.name, "--json").stdout)["text"]


def test_every_tool_only_reads_and_a_mistake_is_explained(stocked: CommandLine) -> None:
    tools, missing, empty = asked(
        stocked, lambda client: client.list_tools(), tool("fetch", id="no-such.txt"), tool("ask", question=" ")
    )
    assert {one.name for one in tools.tools} == {
        "search",
        "fetch",
        "ask",
        "list_articles",
        "timeline",
        "changes",
        "check_draft",
    }
    assert all(one.annotations.read_only_hint for one in tools.tools)
    assert missing.is_error
    assert "no-such.txt" in missing.content[0].text
    assert "The question is empty." in empty.content[0].text


def test_a_story_its_changes_and_a_draft_are_what_the_command_line_shows(stocked: CommandLine) -> None:
    ferries, day = "How much will the new ferries cost?", "2026-02-28"
    draft = "The vessels will cost 84.5 million crowns, of which the province pays 30 million."
    events, changed, checked, wrong = asked(
        stocked,
        tool("timeline", question=ferries),
        tool("changes", question=ferries, since=day),
        tool("check_draft", text=draft),
        tool("check_draft", text=" "),
    )
    (stocked.folder / "draft.txt").write_text(draft)
    for got, shown in (
        (events, stocked("timeline", ferries, "--json")),
        (changed, stocked("changes", ferries, "--since", day, "--json")),
        (checked, stocked("check", "draft.txt", "--json")),
    ):
        content = dict(got.structured_content)
        assert "never as an instruction" in content.pop("note")
        assert content == json.loads(shown.stdout), shown.stderr
    assert wrong.is_error
    assert "draft" in wrong.content[0].text


@pytest.fixture(scope="module")
def api(archive: Newsroom) -> Iterator[ApiServer]:
    with serve_api(archive.library) as made:
        yield made


def asked_over_http(api: ApiServer, token: str, *calls: Callable[[Client], Any]) -> list[Any]:
    """Return what each call to the HTTP server returns."""

    async def talk() -> list[Any]:
        with anyio.fail_after(120):
            async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http:
                transport = streamable_http_client(f"{api.address}/mcp", http_client=http)
                async with Client(transport) as client:
                    return [await call(client) for call in calls]

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, talk).result()


def test_over_http_the_same_tools_give_the_same_quotes(api: ApiServer, archive: Newsroom) -> None:
    tools, answer, article, missing = asked_over_http(
        api,
        api.reading,
        lambda client: client.list_tools(),
        tool("ask", question=FENTANYL),
        lambda client: client.read_resource(f"article://{SEED.name}"),
        tool("fetch", id="no-such.txt"),
    )
    assert {"search", "fetch", "ask", "timeline", "changes", "check_draft"} <= {one.name for one in tools.tools}
    quotes = [quote.quote for quote in archive.ask(FENTANYL).quotes]
    assert [quote["quote"] for quote in answer.structured_content["quotes"]] == quotes
    assert quotes[0] in article.contents[0].text
    assert missing.is_error


def test_over_http_a_token_is_needed_and_nothing_is_kept_between_requests(api: ApiServer) -> None:
    with pytest.raises((MCPError, ExceptionGroup, httpx2.HTTPStatusError)):
        asked_over_http(api, "dateline_no", tool("ask", question=FENTANYL))
    with api.client() as client:
        for method in ("GET", "DELETE", "PUT"):
            refused = client.request(method, "/mcp")
            assert (refused.status_code, refused.headers["content-type"]) == (405, "application/problem+json")
        listed = client.post(
            "/mcp",
            json={"jsonrpc": "2.0", "id": 7, "method": "tools/list"},
            headers={"Accept": "application/json, text/event-stream"},
        )
    assert listed.json()["id"] == 7
    assert "mcp-session-id" not in listed.headers
