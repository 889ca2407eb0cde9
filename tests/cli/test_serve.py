"""`dateline serve`: it is open to other machines only behind a login, or if the user says that it needs none."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from subprocess import Popen

import httpx
import pytest

from index.core.errors import BadSettings
from index.core.settings import Settings
from tests.conftest import FENTANYL, CommandLine, wait_until
from tests.support.chat_server import as_json, serve_chat
from tests.support.ports import free_port
from ui.cli import check_host, check_port, server_options

SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_other_addresses_than_loopback_need_a_login_or_a_decision(dateline: CommandLine) -> None:
    run = dateline("serve", "--host", "0.0.0.0", "--port", str(free_port()))
    assert (run.returncode, run.stdout) == (1, "")
    assert "whoever reaches it can read all articles and chats, and change them" in run.stderr
    assert "DATELINE_PROXY_USER_HEADER" in run.stderr
    for host in ("0.0.0.0", "192.168.1.5"):
        with pytest.raises(BadSettings, match="no login of its own"):
            check_host(host, Settings(_env_file=None))
        check_host(host, Settings(proxy_user_header="X-Forwarded-User", _env_file=None))
        check_host(host, Settings(serve_without_login=True, _env_file=None))
        with pytest.raises(BadSettings, match="opens the API to other machines") as refused:
            check_host(host, Settings(_env_file=None), api_only=True)
        assert "page" not in str(refused.value)
    for host in ("127.0.0.1", "127.0.0.2"):
        check_host(host, Settings(_env_file=None))
    for host in ("localhost", "example.org", "::", "0", ""):
        with pytest.raises(BadSettings, match="is not an address to listen on"):
            check_host(host, Settings(serve_without_login=True, _env_file=None))


def test_a_port_is_called_taken_only_if_it_is() -> None:
    port = free_port()
    check_port(port, "127.0.0.1")
    with closing(socket.create_server(("127.0.0.1", port))), pytest.raises(BadSettings, match="is taken"):
        check_port(port, "127.0.0.1")
    with pytest.raises(
        BadSettings, match=r"cannot listen on 192\.0\.2\.7, port \d+ \(.+\)\. Expected an address of this"
    ):
        check_port(port, "192.0.2.7")  # for documentation: no machine has it


def test_more_names_are_added_to_those_of_this_machine() -> None:
    settings = Settings(allowed_hosts="news.example.org, desk.example", _env_file=None)
    named = server_options("127.0.0.1", 1, settings)[4:]
    assert named[1::2] == ["localhost", "127.0.0.1", "news.example.org", "desk.example"]
    assert set(named[::2]) == {"--server.allowedHosts"}


@pytest.mark.parametrize(
    ("name", "value"), [("PROXY_USER_HEADER", "X User"), ("PROXY_USER_HEADER", "X:"), ("ALLOWED_HOSTS", "a, http://b")]
)
def test_bad_settings_are_refused(dateline: CommandLine, name: str, value: str) -> None:
    run = dateline("serve", **{f"DATELINE_{name}": value})
    assert run.returncode == 1
    assert f"DATELINE_{name}" in run.stderr


def get(address: str, server: Popen[str], **headers: str) -> httpx.Response:
    deadline = time.monotonic() + 60
    while True:
        try:
            return httpx.get(address, headers=headers)
        except httpx.ConnectError:
            assert server.poll() is None, "ended early"
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.mark.slow
def test_requests_that_no_proxy_has_let_in_are_refused(dateline: CommandLine) -> None:
    port = free_port()
    settings = dateline.folder / ".env"
    settings.write_text("DATELINE_PROXY_USER_HEADER=X-Forwarded-User\nDATELINE_ALLOWED_HOSTS=news.example\n")
    with dateline.running("serve", "--port", str(port), "--host", "127.0.0.1") as server:
        page = f"http://127.0.0.1:{port}"
        host = {"Host": "news.example"}
        assert get(f"{page}/_stcore/health", server, **host).text == "ok", "a container asks for it without a proxy"
        settings.write_text("DATELINE_CHUNK_TOKENS=few\n")  # from now on the settings cannot be read
        refused = get(f"{page}/", server, **host)
        assert refused.status_code == 401
        assert refused.text == "This page is behind a login. Open it at the address of its proxy."
        assert get(f"{page}/", server, **host, **{"X-Forwarded-User": ""}).status_code == 401
        assert get(f"{page}/_stcore/host-config", server, **host).status_code == 401
        assert get(f"{page}/_stcore/stream", server, **host, **SOCKET).status_code in (401, 403)
        let_in = get(f"{page}/", server, **host, **{"X-Forwarded-User": "ana"})
        assert let_in.status_code == 200
        assert "frame-ancestors" in let_in.headers["content-security-policy"]
        opened = f"{page}/dateline/pulse"
        assert get(opened, server, **host, **SOCKET).status_code in (401, 403)
        for origin, let in (("http://evil.test", False), ("http://news.example", True)):
            asked = {**host, **SOCKET, "X-Forwarded-User": "ana", "Origin": origin}
            assert (get(opened, server, **asked).status_code == 101) is let
        assert (
            get(opened, server, **SOCKET, **{"X-Forwarded-User": "ana", "Host": "stranger.example"}).status_code != 101
        )
        stranger = get(f"{page}/", server, Host="stranger.example", **{"X-Forwarded-User": "ana"})
        assert stranger.status_code == 400


@pytest.mark.slow
def test_the_page_works_under_a_path(dateline: CommandLine) -> None:
    port = free_port()
    environment = {"STREAMLIT_SERVER_BASE_URL_PATH": "/shelf/", "DATELINE_PROXY_USER_HEADER": "X-User"}
    with dateline.running("serve", "--port", str(port), **environment) as server:
        page, ana = f"http://127.0.0.1:{port}/shelf", {"X-User": "ana"}
        assert get(f"{page}/_stcore/health", server).text == "ok"
        assert get(f"{page}/a/_stcore/health", server).status_code == 401
        assert get(f"{page}/", server, **ana).status_code == 200
        assert get(f"{page}/healthz", server).json() == {"alive": True}
        assert get(f"{page}/api/v1/status", server).text.startswith("This page is behind a login")
        assert get(f"{page}/api/v1/status", server, **ana).json()["code"] == "unauthorized"
        assert get(f"{page}/v1/models", server, **ana).json()["error"]["code"] == "unauthorized"
        opened = get(f"{page}/dateline/pulse", server, **ana, **SOCKET)
        assert opened.status_code == 101


@pytest.mark.slow
@pytest.mark.parametrize("alone", [False, True], ids=["next to the page", "alone"])
def test_the_api_is_served(dateline: CommandLine, alone: bool) -> None:
    assert dateline("index").returncode == 0
    token = dateline("tokens", "add", "desk").stdout.strip()
    port = free_port()
    question = {"question": FENTANYL}
    with dateline.running("serve", "--port", str(port), *(["--api-only"] if alone else [])) as server:
        address = f"http://127.0.0.1:{port}"
        assert get(f"{address}/healthz", server).json() == {"alive": True}
        assert get(f"{address}/readyz", server).json() == {"ready": True}
        assert get(f"{address}/api/v1/status", server).status_code == 401
        bearer = {"Authorization": f"Bearer {token}"}
        assert get(f"{address}/api/v1/status", server, **bearer).json()["articles"] == 1
        answer = httpx.post(f"{address}/api/v1/ask", json=question, headers=bearer, timeout=60).json()
        assert get(f"{address}/api/v1/status", server, Host="evil.example", **bearer).status_code == 400
        assert get(f"{address}/api/v1/status", server, Origin="https://evil.example", **bearer).status_code == 403
        assert get(f"{address}/api/v1/openapi.json", server, **bearer).json()["openapi"] == "3.1.0"
        page = get(f"{address}/", server)
        assert page.status_code == (404 if alone else 200)
        server.terminate()
        printed, complained = server.communicate(timeout=60)
    shown = json.loads(dateline("ask", FENTANYL, "--json").stdout)
    assert answer["quotes"] == shown["quotes"]
    assert "Traceback" not in complained
    for text in (printed, complained, *(file.read_text() for file in dateline.folder.glob(".dateline/*.log*"))):
        assert token not in text
        assert FENTANYL not in text


@pytest.mark.slow
def test_the_api_alone_does_not_start_with_a_store_that_cannot_be_used(dateline: CommandLine) -> None:
    store = dateline.folder / ".dateline"
    store.mkdir(exist_ok=True)
    (store / "articles.db").write_bytes(b"not a database " * 100)
    run = dateline("serve", "--api-only", "--port", str(free_port()))
    assert run.returncode == 1
    assert str(store / "articles.db") in run.stderr
    assert "is at http" not in run.stdout


@pytest.mark.slow
@pytest.mark.parametrize("alone", [False, True], ids=["next to the page", "alone"])
def test_the_end_of_the_server_ends_all_answers(dateline: CommandLine, alone: bool) -> None:
    assert dateline("index").returncode == 0
    token = dateline("tokens", "add", "desk").stdout.strip()
    port = free_port()
    with serve_chat() as endpoint:
        endpoint.say = lambda _messages: as_json(*[("It was agreed on fentanyl precursors.", ["1.1"])] * 200)
        endpoint.pause = 0.3
        given = {"DATELINE_CHAT_MODEL": "scripted", "DATELINE_CHAT_BASE_URL": endpoint.base_url}
        options = ["--api-only"] if alone else []
        with (
            dateline.running("serve", "--port", str(port), *options, **given) as server,
            ThreadPoolExecutor() as asking,
        ):
            address = f"http://127.0.0.1:{port}"
            assert get(f"{address}/healthz", server).json() == {"alive": True}
            bearer = {"Authorization": f"Bearer {token}"}
            asked = {"json": {"question": FENTANYL}, "headers": bearer, "timeout": 60}
            answer = asking.submit(httpx.post, f"{address}/api/v1/ask", **asked)  # type: ignore[arg-type]
            wait_until(lambda: bool(endpoint.requests))
            server.terminate()
            begun = time.monotonic()
            server.communicate(timeout=30)
            assert time.monotonic() - begun < 15
            assert answer.result().json()["quotes"]
        assert endpoint.hung_up.wait(10)


@pytest.mark.slow
def test_a_client_that_leaves_stops_the_model_next_to_the_page_too(dateline: CommandLine) -> None:
    assert dateline("index").returncode == 0
    token = dateline("tokens", "add", "desk").stdout.strip()
    port = free_port()
    with serve_chat() as endpoint:
        endpoint.say = lambda _messages: as_json(*[("It was agreed on fentanyl precursors.", ["1.1"])] * 200)
        endpoint.pause = 0.1
        given = {"DATELINE_CHAT_MODEL": "scripted", "DATELINE_CHAT_BASE_URL": endpoint.base_url}
        with dateline.running("serve", "--port", str(port), **given) as server:
            address, bearer = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {token}"}
            assert get(f"{address}/healthz", server).json() == {"alive": True}
            question = {"question": FENTANYL}
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(f"{address}/api/v1/ask", json=question, headers=bearer, timeout=httpx.Timeout(60, read=5))
            wait_until(lambda: bool(endpoint.requests))
            assert endpoint.hung_up.wait(10)
