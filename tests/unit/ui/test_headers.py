"""Who may send requests to the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import ui.server.headers
from ui.server.headers import HEALTH, ProxyLogin


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A page behind the check, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    ui.server.headers._proxy_user_header.cache_clear()
    routes = [Route(path, lambda _: PlainTextResponse("chats")) for path in ("/", HEALTH)]
    yield TestClient(Starlette(routes=routes, middleware=[Middleware(ProxyLogin)]))
    ui.server.headers._proxy_user_header.cache_clear()


def test_without_a_proxy_the_page_is_open(page: TestClient) -> None:
    assert page.get("/").text == "chats"


def test_settings_that_cannot_be_read_refuse_everyone_until_they_can(page: TestClient) -> None:
    settings = Path(".env")
    settings.write_text("DATELINE_PROXY_USER_HEADER=X-User\nDATELINE_CHUNK_TOKENS=few\n")
    refused = page.get("/", headers={"X-User": "ana"})
    assert (refused.status_code, "chats" in refused.text, "few" in refused.text) == (503, False, False)
    assert page.get(HEALTH).status_code == 200
    settings.write_text("DATELINE_PROXY_USER_HEADER=X-User\n")
    assert page.get("/").status_code == 401
    assert page.get("/", headers={"X-User": "ana"}).text == "chats"
