"""The HTTP API: a real server on loopback, real clients, and the published document that describes its answers."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from api.access.service import Service
from api.http.guard import MOST_BYTES
from api.http.routes import OPERATIONS, make_routes
from index.core.errors import SeedsUnwritable, StoreMismatch
from index.inbox.add import fetch_article
from index.shelf.integrity import IntegrityCheck
from rag.analysis.alert_runs import run_alerts
from rag.storage.alerts import AlertStore
from tests.conftest import FENTANYL, OTTAWA, ROOT, SEED, Newsroom, wait_until
from tests.support.api_server import ApiServer, serve_api
from tests.support.chat_server import ChatServer, as_json, serve_chat
from tests.support.web_server import Answer, serve_web

DOCUMENT = json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text())
REGISTRY: Registry[Any] = Registry().with_resource("openapi", Resource.opaque(DOCUMENT))
ASK = {"question": FENTANYL}
# One request for each operation that only reads.
READING: list[tuple[str, str, Any]] = [
    ("GET", "/api/v1/status", None),
    ("GET", "/api/v1/articles?limit=2&offset=1&language=en&since=2026-01-01", None),
    ("GET", f"/api/v1/articles/{SEED.name}", None),
    ("POST", "/api/v1/ask", ASK),
    ("POST", "/api/v1/ask", {"question": "And when?", "after": [FENTANYL], "quotes": True, "all_days": True}),
    ("POST", "/api/v1/ask", {"question": OTTAWA, "as_of": "2026-03-01", "outlet": ["Fictional Wire"]}),
    ("GET", "/api/v1/search?question=liaison+officers&k=3&outlet=&outlet=Fictional+Wire", None),
    ("POST", "/api/v1/search", {"question": "liaison officers"}),
    ("GET", "/api/v1/timeline?question=liaison+officers&all_days=true", None),
    ("POST", "/api/v1/timeline", {"question": "What happened in February 2026?"}),
    ("GET", "/api/v1/changes?question=liaison+officers&since=2026-02-01", None),
    ("POST", "/api/v1/changes", {"question": FENTANYL, "since": "2026-02-01"}),
    ("POST", "/api/v1/check", {"text": "It was agreed on fentanyl precursors. The River Lind fell to 9 metres."}),
    ("GET", "/api/v1/alerts", None),
    ("GET", "/v1/models", None),
    ("GET", "/v1/models/dateline-quotes", None),
    ("POST", "/v1/chat/completions", {"model": "dateline", "messages": [{"role": "user", "content": FENTANYL}]}),
]
WRITING: list[tuple[str, str, Any]] = [
    ("POST", "/api/v1/articles", {"url": "https://127.0.0.1/news"}),
    ("DELETE", f"/api/v1/articles/{SEED.name}", None),
    ("POST", "/api/v1/alerts", {"question": "What sank?"}),
    ("DELETE", "/api/v1/alerts/1", None),
]
OTHERS: list[tuple[str, str, Any]] = [
    ("GET", "/api/v1/openapi.json", None),
    ("GET", "/api/v1/", None),
    ("GET", "/api/v1/nothing", None),
    ("GET", "/api/v1/articles/a%0Ab", None),
    ("PUT", "/api/v1/status", None),
    ("OPTIONS", "/api/v1/ask", None),
    ("GET", "/v1/nothing", None),
    ("GET", "/mcp", None),
    ("DELETE", "/mcp", None),
    ("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
]


@pytest.fixture(scope="module")
def api(archive: Newsroom) -> Iterator[ApiServer]:
    """The API of the archive, which no test of this module changes."""
    with serve_api(archive.library) as server:
        yield server


@pytest.fixture
def desk(newsroom: Newsroom) -> Iterator[ApiServer]:
    """The API of a newsroom with one article, which tests may change."""
    shutil.copy(SEED, newsroom.seeds)
    newsroom.index()
    with serve_api(newsroom.library) as server:
        yield server


def send(api: ApiServer, request: tuple[str, str, Any], token: str | None = None, **headers: str) -> httpx.Response:
    method, address, body = request
    with api.client(token) as client:
        return client.request(method, address, json=body, headers=headers)


def check(request: tuple[str, str, Any], response: httpx.Response) -> Any:
    """Check a response against the document, and return its JSON."""
    path = urlsplit(request[1]).path
    patterns = {re.sub(r"\\{\w+\\}", ".+", re.escape(known)): known for known in DOCUMENT["paths"]}
    (known,) = {known for pattern, known in patterns.items() if re.fullmatch(pattern, path)}
    responses = DOCUMENT["paths"][known][request[0].lower()]["responses"]
    described = responses.get(str(response.status_code)) or responses["default"]
    kind = response.headers["content-type"]
    number = str(response.status_code) if str(response.status_code) in responses else "default"
    place = f"openapi#/paths/{_pointer(known)}/{request[0].lower()}/responses/{number}"
    assert kind in described["content"], (kind, response.text)
    schema = {"$ref": f"{place}/content/{_pointer(kind)}/schema"}
    Draft202012Validator(schema, registry=REGISTRY, format_checker=FormatChecker()).validate(response.json())
    return response.json()


def _pointer(part: str) -> str:
    return quote(part.replace("~", "~0").replace("/", "~1"))


def names_of(request: Any) -> str:
    return f"{request[0]} {request[1][:40]}" if isinstance(request, tuple) else str(request)


@pytest.mark.parametrize("request_", READING, ids=names_of)
def test_every_answer_is_as_the_document_says(api: ApiServer, request_: tuple[str, str, Any]) -> None:
    response = send(api, request_)
    assert response.status_code == 200, response.text
    check(request_, response)
    assert "access-control-allow-origin" not in response.headers


def test_the_document_describes_every_route_and_nothing_else() -> None:
    described = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    served = set[tuple[str, str]]()
    for mount in make_routes(lambda: pytest.fail("not asked")):
        routes = mount.app._app.routes if isinstance(mount, Mount) else [mount]  # type: ignore[attr-defined]
        before = mount.path if isinstance(mount, Mount) else ""
        for route in routes:
            assert isinstance(route, Route)
            path = before + route.path.replace(":path}", "}")
            served |= {(method, path) for method in route.methods or () if method != "HEAD"}
    assert served == described
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    references = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))
    assert references == set(DOCUMENT["components"]["schemas"])


def test_the_document_is_served_as_it_is_published(api: ApiServer) -> None:
    assert send(api, ("GET", "/api/v1/openapi.json", None)).json() == DOCUMENT


@pytest.mark.parametrize("request_", [*READING, *WRITING, *OTHERS], ids=names_of)
def test_without_a_token_every_request_gets_the_same_answer(api: ApiServer, request_: tuple[str, str, Any]) -> None:
    answers = {send(api, request_, token).text for token in ("", "wrong", api.reading[:-1])}
    response = send(api, request_, "")
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    form = "/v1/" if request_[1].startswith("/v1/") else "/api/v1/"
    assert answers == {send(api, ("GET", f"{form}nothing", None), "").text}
    if form == "/v1/":
        assert response.json()["error"]["code"] == "unauthorized"
    else:
        assert response.headers["content-type"] == "application/problem+json"


def test_a_token_in_the_address_or_in_another_form_opens_nothing(api: ApiServer) -> None:
    with api.client("") as client:
        assert client.get("/api/v1/status", params={"token": api.reading}).status_code == 401
        for value in (api.reading, f"Basic {api.reading}", "Bearer", "Bearer reader"):
            assert client.get("/api/v1/status", headers={"Authorization": value}).status_code == 401
        assert client.get("/api/v1/status", headers={"Authorization": f"bearer {api.reading}"}).status_code == 200


@pytest.mark.parametrize("request_", WRITING, ids=names_of)
def test_a_token_that_may_read_cannot_write(desk: ApiServer, request_: tuple[str, str, Any]) -> None:
    response = send(desk, request_)
    assert response.status_code == 403
    assert check(request_, response)["code"] == "forbidden"
    assert desk.runs == []
    assert send(desk, ("GET", f"/api/v1/articles/{SEED.name}", None)).status_code == 200


def test_a_removed_token_stops_at_once(desk: ApiServer) -> None:
    with desk.client() as client:
        assert client.get("/api/v1/status").status_code == 200
        desk.tokens.remove("reader")
        assert client.get("/api/v1/status").status_code == 401


@pytest.mark.parametrize("token", [None, ""])
@pytest.mark.parametrize("request_", [*READING[:4], *WRITING, ("GET", "/healthz", None)], ids=names_of)
def test_other_sites_and_other_hosts_are_refused(
    api: ApiServer, request_: tuple[str, str, Any], token: str | None
) -> None:
    host = urlsplit(api.address).netloc
    for origin in ("https://evil.example", "http://localhost:1", "null", f"http://{host}.evil.example"):
        response = send(api, request_, token, Origin=origin)
        assert response.status_code == 403
        assert not [name for name in response.headers if name.startswith("access-control")]
    assert send(api, request_, token, Host="evil.example").status_code == 400
    assert send(api, ("GET", "/api/v1/status", None), Origin=f"http://{host}").status_code == 200


def test_every_quote_is_cut_from_its_article_and_linked(api: ApiServer) -> None:
    for request in [one for one in READING if one[1].startswith("/api/v1")]:
        for citation in _citations(send(api, request).json()):
            article = send(api, ("GET", f"/api/v1/articles/{quote(citation['path'], safe='')}", None)).json()
            assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
            link = parse_qs(citation["link"].removeprefix("?"))
            assert link["article"] == [citation["path"]]
            assert link["quote"][0].startswith(f"{citation['start']}-{citation['end']}.")


def _citations(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict) and "quote" in part:
        yield part
    inner: list[Any] = list(part.values()) if isinstance(part, dict) else part if isinstance(part, list) else []
    for one in inner:
        yield from _citations(one)


def test_the_list_comes_in_parts_and_only_if_it_has_changed(api: ApiServer) -> None:
    whole = send(api, ("GET", "/api/v1/articles", None))
    paths = list[str]()
    following: int | None = 0
    while following is not None:
        part = send(api, ("GET", f"/api/v1/articles?limit=3&offset={following}", None)).json()
        assert part["total"] == 7
        paths += [one["path"] for one in part["articles"]]
        following = part["next"]
    assert paths == [one["path"] for one in whole.json()["articles"]]
    tag = whole.headers["etag"]
    again = send(api, ("GET", "/api/v1/articles", None), **{"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    other = send(api, ("GET", "/api/v1/articles?limit=3", None), **{"If-None-Match": tag})
    assert other.status_code == 200
    titled = send(api, ("GET", "/api/v1/articles?title=ferries", None)).json()
    assert [one["path"] for one in titled["articles"]] == ["fiction/ferries.txt"]


@pytest.mark.parametrize(
    ("request_", "status", "said"),
    [
        (("GET", "/api/v1/articles/no-such.txt", None), 404, "No article 'no-such.txt' is on the shelf."),
        (("GET", "/api/v1/articles/..%2F..%2Fetc%2Fpasswd", None), 404, "is on the shelf"),
        (("POST", "/api/v1/ask", {"question": " "}), 400, "The question is empty."),
        (("POST", "/api/v1/ask", {}), 400, "question: Field required"),
        (("POST", "/api/v1/ask", {"question": "x", "colour": "red"}), 400, "colour: Extra inputs"),
        (("POST", "/api/v1/ask", {"question": "a\0b"}), 400, "without NUL"),
        (("POST", "/api/v1/ask", {"question": "x", "since": "2026-02-02", "as_of": "2026-02-01"}), 400, "swap them"),
        (("GET", "/api/v1/search?question=x&k=0", None), 400, "k: "),
        (("GET", "/api/v1/search?question=x&question=y", None), 400, "question: "),
        (("GET", "/api/v1/search?question=x&language=xx", None), 400, "expected a code such as"),
        (("GET", "/api/v1/articles?limit=201", None), 400, "limit: "),
        (("POST", "/api/v1/check", {"text": " "}), 400, "draft"),
        (("POST", "/api/v1/ask", {"question": "x", "model": "gpt-5"}), 400, "Expected no model. Leave it out"),
        (
            ("GET", "/api/v1/search?question=x&since=86400", None),
            400,
            "since: Value error, expected a day as YYYY-MM-DD",
        ),
        (("GET", "/api/v1/articles?as_of=2026-01-01T00:00:00Z", None), 400, "as_of: Value error"),
        (("POST", "/api/v1/changes", {"question": "x", "since": 86400}), 400, "since: Value error"),
        (("POST", "/api/v1/search", {"question": "x" * 16_001}), 400, "question: "),
    ],
    ids=lambda value: names_of(value) if isinstance(value, tuple) else None,
)
def test_a_mistake_is_explained(api: ApiServer, request_: tuple[str, str, Any], status: int, said: str) -> None:
    response = send(api, request_)
    problem = check(request_, response)
    assert (response.status_code, problem["status"]) == (status, status)
    assert said in problem["detail"]


def test_bodies_that_are_no_json_too_large_or_not_marked_are_refused(api: ApiServer) -> None:
    with api.client() as client:
        json_ = {"Content-Type": "application/json"}
        assert client.post("/api/v1/ask", content=b"{", headers=json_).status_code == 400
        assert client.post("/api/v1/ask", content=b'{"question": "\\ud800"}', headers=json_).status_code == 400
        assert client.post("/api/v1/ask", content=b"\xff", headers=json_).status_code == 400
        form = client.post("/api/v1/ask", content=b'{"question": "x"}', headers={"Content-Type": "text/plain"})
        assert (form.status_code, form.json()["code"]) == (415, "not_json")
        large = b" " * (MOST_BYTES + 1)
        assert client.post("/api/v1/ask", content=large, headers=json_).json()["code"] == "too_large"
        in_parts = client.post("/api/v1/ask", content=(large[:500_000] for _ in range(3)), headers=json_)
        assert (in_parts.status_code, in_parts.json()["code"]) == (413, "too_large")
        assert client.get("/api/v1/nothing").json()["code"] == "not_found"
        wrong = client.put("/api/v1/status")
        assert (wrong.status_code, set(wrong.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
        assert "The method PUT is not allowed at this address. Expected GET or HEAD." in wrong.json()["detail"]
        for path, methods in (("search", {"GET", "HEAD", "POST"}), ("articles/x", {"GET", "HEAD", "DELETE"})):
            assert set(client.put(f"/api/v1/{path}").headers["allow"].split(", ")) == methods
        assert client.head("/api/v1/status").status_code == 200


def test_an_answer_without_a_model_is_streamed(api: ApiServer) -> None:
    whole = send(api, ("POST", "/api/v1/ask", ASK)).json()
    events = list(_events(send(api, ("POST", "/api/v1/ask", ASK), Accept="text/event-stream")))
    assert [name for name, _ in events] == ["quotes", "answer"]
    for _, data in events:
        assert data["quotes"] == whole["quotes"]
    refused = send(api, ("POST", "/api/v1/ask", {"question": " "}), Accept="text/event-stream")
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")


@pytest.fixture
def endpoint() -> Iterator[ChatServer]:
    with serve_chat() as made:
        yield made


@pytest.fixture
def prose(newsroom: Newsroom, endpoint: ChatServer) -> Iterator[ApiServer]:
    """The API of a newsroom that has a language model."""
    shutil.copy(SEED, newsroom.seeds)
    newsroom.index()
    given = {"chat_model": "scripted", "chat_base_url": endpoint.base_url}
    object.__setattr__(newsroom.library, "settings", newsroom.library.settings.model_copy(update=given))
    with serve_api(newsroom.library) as server:
        yield server


@pytest.mark.slow
def test_quotes_are_streamed_first_then_the_prose(prose: ApiServer, endpoint: ChatServer) -> None:
    said = [("It was agreed on fentanyl precursors by 900 people.", ["1.1"]), ("No one came.", [])]
    endpoint.say = lambda _messages: as_json(*said)
    endpoint.pause = 0.05
    events = list(_events(send(prose, ("POST", "/api/v1/ask", ASK), Accept="text/event-stream")))
    quotes_only = send(prose, ("POST", "/api/v1/ask", {**ASK, "quotes": True})).json()
    endpoint.fault = "server error"
    failed = send(prose, ("POST", "/api/v1/ask", {**ASK, "model": "scripted"})).json()
    names = [name for name, _ in events]
    assert (names[0], names[-1], set(names[1:-1])) == ("quotes", "answer", {"prose"})
    text = ""
    for _, data in events[1:-1]:
        text = text[: data["start"]] + data["text"]
    assert text.startswith("It was agreed on fentanyl precursors by 900 people. [1] (unclear")
    assert text in events[-1][1]["answer"]
    assert events[0][1]["model"] is None
    assert events[0][1]["quotes"]
    assert quotes_only["model"] is None
    assert failed["quotes"] == events[0][1]["quotes"]
    assert "internal error" in failed["problem"]


@pytest.mark.slow
def test_quotes_are_sent_again_if_a_rewritten_follow_up_finds_others(prose: ApiServer, endpoint: ChatServer) -> None:
    words = "When will the agreement on fentanyl precursors take effect?"
    endpoint.say = lambda messages: (
        words if "Last question" in messages[-1]["content"] else as_json(("It was agreed.", ["1.1"]))
    )
    body = {"question": "when will that happen?", "after": [FENTANYL]}
    events = list(_events(send(prose, ("POST", "/api/v1/ask", body), Accept="text/event-stream")))
    quotes = [data for name, data in events if name == "quotes"]
    assert [data["searched_as"] for data in quotes] == ["when will that happen, on fentanyl precursors?", words]
    assert [name for name, _ in events].index("prose") > 1, "both come before the prose"
    assert quotes[-1]["quotes"] == events[-1][1]["quotes"]


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/api/v1/ask", "/v1/chat/completions"])
def test_a_client_that_leaves_a_whole_answer_stops_the_model(prose: ApiServer, endpoint: ChatServer, path: str) -> None:
    endpoint.say = lambda _messages: as_json(*[("It was agreed on fentanyl precursors.", ["1.1"])] * 200)
    endpoint.pause = 0.05
    chat = {"model": "dateline", "messages": [{"role": "user", "content": FENTANYL}]}
    with prose.client() as client, pytest.raises(httpx.ReadTimeout):
        client.post(path, json=ASK if path.endswith("ask") else chat, timeout=httpx.Timeout(60, read=2))
    wait_until(lambda: bool(endpoint.requests))
    assert endpoint.hung_up.wait(10)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["events", "chunks"])
def test_a_client_that_leaves_stops_the_model(prose: ApiServer, endpoint: ChatServer, form: str) -> None:
    endpoint.say = lambda _messages: as_json(*[("It was agreed on fentanyl precursors.", ["1.1"])] * 200)
    endpoint.pause = 0.05
    chat = {"model": "dateline", "stream": True, "messages": [{"role": "user", "content": FENTANYL}]}
    path, body = ("/api/v1/ask", ASK) if form == "events" else ("/v1/chat/completions", chat)
    headers = {"Accept": "text/event-stream"}
    with prose.client() as client, client.stream("POST", path, json=body, headers=headers) as response:
        lines = response.iter_lines()  # the response is closed with it
        next(lines)
        wait_until(lambda: bool(endpoint.requests))
    assert endpoint.hung_up.wait(60)


def _events(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    assert response.headers["content-type"].startswith("text/event-stream")
    for block in response.text.strip().split("\n\n"):
        name, data = block.split("\n")
        yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_a_token_is_limited_and_told_when_to_come_back(newsroom: Newsroom) -> None:
    settings = newsroom.library.settings.model_copy(update={"api_per_minute": 1})
    object.__setattr__(newsroom.library, "settings", settings)
    with serve_api(newsroom.library) as api:
        first = send(api, ("GET", "/api/v1/status", None))
        refused = send(api, ("GET", "/api/v1/status", None))
        other = send(api, ("GET", "/api/v1/status", None), api.writing)
    assert (first.status_code, other.status_code) == (200, 200)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    check(("GET", "/api/v1/status", None), refused)


def test_an_article_is_removed_once(desk: ApiServer) -> None:
    request: tuple[str, str, Any] = ("DELETE", f"/api/v1/articles/{SEED.name}", None)
    done = send(desk, request, desk.writing)
    assert (done.status_code, done.content, len(desk.runs)) == (204, b"", 1)
    again = send(desk, request, desk.writing)
    assert check(request, again)["status"] == 404


def test_a_line_break_belongs_to_the_path(desk: ApiServer, newsroom: Newsroom) -> None:
    newsroom.write("a\nb.txt", "The barque Halla sank off Tarn on Monday.")
    newsroom.index()
    shown = send(desk, ("GET", "/api/v1/articles/a%0Ab.txt", None))
    assert (shown.status_code, shown.json().get("path")) == (200, "a\nb.txt")
    for method, path in (
        ("DELETE", f"articles/{SEED.name}%0A"),
        ("GET", f"articles/{SEED.name}%0A"),
        ("GET", "status%0A"),
    ):
        assert send(desk, (method, f"/api/v1/{path}", None), desk.writing).status_code == 404
    for path in ("/v1/models%0A", "/healthz%0A", "/mcp%0A"):
        assert send(desk, ("GET", path, None)).status_code == 404
    assert (newsroom.seeds / SEED.name).exists()
    assert send(desk, ("DELETE", "/api/v1/articles/a%0Ab.txt", None), desk.writing).status_code == 204
    assert not (newsroom.seeds / "a\nb.txt").exists()


def test_a_page_is_added_once(desk: ApiServer, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_web() as web:
        web.answers["/lind"] = Answer(b"The River Lind fell to 4.1 metres on Monday.")
        monkeypatch.setattr("api.operations.articles.fetch_article", partial(fetch_article, network=web.network()))
        request: tuple[str, str, Any] = ("POST", "/api/v1/articles", {"url": f"http://news.example:{web.port}/lind"})
        first, again = send(desk, request, desk.writing), send(desk, request, desk.writing)
    added = check(request, first)
    assert (added["new"], check(request, again)["new"]) == (True, False)
    assert again.json()["path"] == added["path"]
    assert len(desk.runs) == 1
    newsroom.index()
    shown = send(desk, ("GET", f"/api/v1/articles/{quote(added['path'])}", None)).json()
    assert shown["text"].endswith("fell to 4.1 metres on Monday.")


@pytest.mark.parametrize(
    ("answer", "status"), [(Answer(status=503), 502), (Answer(status=404), 422), (Answer(b"x", kind="image/png"), 422)]
)
def test_who_is_to_blame_for_a_page_that_is_not_added(
    desk: ApiServer, monkeypatch: pytest.MonkeyPatch, answer: Answer, status: int
) -> None:
    with serve_web() as web:
        web.answers["/lind"] = answer
        monkeypatch.setattr("api.operations.articles.fetch_article", partial(fetch_article, network=web.network()))
        request: tuple[str, str, Any] = ("POST", "/api/v1/articles", {"url": f"http://news.example:{web.port}/lind"})
        response = send(desk, request, desk.writing)
    assert response.status_code == status
    assert check(request, response)["code"] == "not_added"


def test_a_disk_that_cannot_be_written_is_ours(desk: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise SeedsUnwritable("The disk is full.")

    monkeypatch.setattr("api.operations.articles.fetch_article", full)
    response = send(desk, WRITING[0], desk.writing)
    assert (response.status_code, check(WRITING[0], response)["code"]) == (503, "seeds_unwritable")


def test_one_of_several_articles_of_a_file_is_not_removed(desk: ApiServer, newsroom: Newsroom) -> None:
    texts = [f"The mayor of Holt number {number} resigned on Monday." for number in range(3)]
    newsroom.write("a.jsonl", "\n".join(json.dumps({"text": text}) for text in texts))
    newsroom.write("a#2.txt", "The barque Halla sank off Tarn on Monday.")
    newsroom.index()
    request: tuple[str, str, Any] = ("DELETE", "/api/v1/articles/a.jsonl%232", None)
    response = send(desk, request, desk.writing)
    assert (response.status_code, check(request, response)["code"]) == (409, "one_of_several")
    assert "one of several in a.jsonl" in response.json()["detail"]
    assert (newsroom.seeds / "a.jsonl").exists()
    assert send(desk, ("DELETE", "/api/v1/articles/a%232.txt", None), desk.writing).status_code == 204


def test_strangers_do_not_cause_one_check_of_a_damaged_shelf_after_another(
    desk: ApiServer, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    with newsroom.library.shelf.write() as writing:
        writing._connection.execute("UPDATE articles SET text = 'changed'")
    checks = list[None]()
    compare = IntegrityCheck._compare

    def counted(*given: Any) -> str:
        checks.append(None)
        return compare(*given)

    monkeypatch.setattr(IntegrityCheck, "_compare", counted)
    with ThreadPoolExecutor(6) as strangers:
        statuses = list(strangers.map(lambda _: send(desk, ("GET", "/readyz", None), "").status_code, range(12)))
    assert set(statuses) == {503}
    assert len(checks) == 1
    monkeypatch.setattr("api.http.health.AGAIN_SECONDS", 0)
    assert send(desk, ("GET", "/readyz", None), "").status_code == 503
    assert len(checks) == 2


def test_alerts_are_kept_once_and_removed(desk: ApiServer, newsroom: Newsroom) -> None:
    request: tuple[str, str, Any] = ("POST", "/api/v1/alerts", {"question": "Where did the barque sink?"})
    (kept,) = check(request, send(desk, request, desk.writing))
    assert (kept["question"], kept["new"]) == ("Where did the barque sink?", [])
    assert [one["number"] for one in send(desk, request, desk.writing).json()] == [kept["number"]]
    newsroom.write("b.txt", "The barque Halla sank off Tarn on Monday.")
    newsroom.index()
    list(run_alerts(newsroom.library, AlertStore(newsroom.library.settings.store)))
    (listed,) = send(desk, ("GET", "/api/v1/alerts", None)).json()
    assert [one["path"] for one in listed["new"][0]["quotes"]] == ["b.txt"]
    removing: tuple[str, str, Any] = ("DELETE", f"/api/v1/alerts/{kept['number']}", None)
    assert send(desk, removing, desk.writing).status_code == 204
    assert check(removing, send(desk, removing, desk.writing))["code"] == "unknown_alert"


def test_only_addresses_on_the_internet_are_added(desk: ApiServer) -> None:
    for url in ("https://127.0.0.1/news", "http://127.0.0.1:8501/", "https://[::1]/", "http://localhost/x"):
        response = send(desk, ("POST", "/api/v1/articles", {"url": url}), desk.writing)
        assert response.status_code == 422
        assert check(WRITING[0], response)["code"] == "not_added"
    for url in ("/etc/passwd", "file:///etc/passwd", "ftp://example.org/x"):
        response = send(desk, ("POST", "/api/v1/articles", {"url": url}), desk.writing)
        assert response.status_code == 400
    assert desk.runs == []


def test_health_shows_if_the_shelf_is_sound_and_needs_no_token(desk: ApiServer, newsroom: Newsroom) -> None:
    for path, body in (("/healthz", {"alive": True}), ("/readyz", {"ready": True})):
        response = send(desk, ("GET", path, None), "")
        assert (response.status_code, check(("GET", path, None), response)) == (200, body)
    with newsroom.library.shelf.write() as writing:
        writing._connection.execute("UPDATE articles SET text = 'changed'")
    damaged = send(desk, ("GET", "/readyz", None), "")
    assert (damaged.status_code, check(("GET", "/readyz", None), damaged)) == (503, {"ready": False})
    assert send(desk, ("GET", "/healthz", None), "").status_code == 200
    refused = send(desk, ("POST", "/api/v1/ask", ASK))
    assert (refused.status_code, refused.json()["code"]) == (503, "shelf_damaged")


def test_a_shelf_that_cannot_be_opened_is_logged_once_and_shown_to_no_stranger(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> Service:
        with pytest.raises(RuntimeError, match="no running event loop"):  # it would wait
            asyncio.get_running_loop()
        raise StoreMismatch("The store is odd.")

    with TestClient(Starlette(routes=make_routes(broken))) as client, caplog.at_level("WARNING"):
        for path in ("/api/v1/status", "/v1/models", "/mcp"):
            assert client.get(path).status_code == 401
            assert client.get(path, headers={"Authorization": "Bearer x"}).status_code == 503
    assert caplog.text.count("The store is odd.") == 1


def test_all_operations_have_a_summary_for_the_document() -> None:
    for operation in OPERATIONS:
        assert DOCUMENT["paths"]["/api/v1" + operation.path.replace(":path}", "}")][operation.method.lower()]["summary"]


GUIDE = (ROOT / "docs" / "guides" / "http-api.md").read_text()
COMMANDS = [one for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) for one in re.split(r"\n(?=curl)", block)]


@pytest.mark.skipif(not shutil.which("curl"), reason="the guide uses curl")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: re.findall(r"8501(\S+?)[\"\s?]", one)[0])
def test_the_guide_works_as_it_is_written(desk: ApiServer, command: str) -> None:
    run = subprocess.run(
        ["sh", "-c", command.replace("http://localhost:8501", desk.address)],
        env={"TOKEN": desk.reading, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0
    assert '"quote"' in run.stdout or '"path"' in run.stdout, run.stdout
