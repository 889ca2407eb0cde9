"""`dateline doctor`: the problems it finds, and what it must not show."""

import errno
import json
import socket
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from index.core.settings import Settings
from index.ocr.engine import is_installed
from tests.conftest import CommandLine
from tests.support.chroma_server import chroma_server, false_server
from tests.support.ports import free_port
from tests.support.rerank_server import serve_rerank
from tests.support.web_server import Answer, serve_web
from ui.doctor import Finding, examine

KEY = "sk-secret"
MODELS = json.dumps({"data": [{"id": "small"}, {"id": "large"}]}).encode()


def states(run_stdout: str) -> dict[str, str]:
    return {finding["check"]: finding["state"] for finding in json.loads(run_stdout)}


def test_a_sound_shelf_has_no_error_and_the_report_no_key_and_no_home(dateline: CommandLine) -> None:
    assert json.loads(dateline("doctor", "--json").stdout)[0]["check"] == "version"
    assert not (dateline.folder / ".dateline").exists(), "it makes no store"
    assert dateline("index").returncode == 0
    run = dateline("doctor", "--json", OPENAI_API_KEY=KEY)
    assert run.returncode == 0, run.stdout
    found = {finding["check"]: finding["found"] for finding in json.loads(run.stdout)}
    assert "error" not in states(run.stdout).values()
    assert "1 article, 4 chunks, 4 embedded, 0 files rejected" in found["store"]
    assert found["ocr"].startswith("RapidOCR " if is_installed() else "not installed")
    assert found["seeds"] == "~/seeds, 1 entry"
    assert found["settings"] == "OPENAI_API_KEY=***"
    assert found["log"] == "~/.dateline/dateline.log, nothing was logged yet"
    assert KEY not in run.stdout
    assert str(dateline.folder) not in run.stdout
    lines = dateline("doctor").stdout.splitlines()
    assert lines[0].startswith("ok       version: Dateline ")


def test_a_damaged_shelf_and_missing_seeds_are_errors_with_advice(dateline: CommandLine) -> None:
    dateline("index")
    shelf = dateline.folder / ".dateline" / "articles.db"
    shelf.write_bytes(b"x" * shelf.stat().st_size)
    shelf.chmod(0o644)
    run = dateline("doctor", "--seeds", "nowhere", "--json")
    assert run.returncode == 1
    found = {finding["check"]: finding for finding in json.loads(run.stdout)}
    assert {name for name, finding in found.items() if finding["state"] == "error"} == {"seeds", "store"}
    assert "--rebuild" in found["store"]["advice"]
    assert "Make the folder" in found["seeds"]["advice"]
    assert found["permissions"] == {
        "check": "permissions",
        "state": "warning",
        "found": "other users can read articles.db",
        "advice": "Run `chmod -R go-rwx ~/.dateline`.",
    }
    assert str(dateline.folder) not in run.stdout


def chat_finding(tmp_path: Path, base_url: str, model: str = "small") -> Finding:
    settings = Settings(
        seeds=tmp_path,
        store=tmp_path / "store",
        chat_model=model,
        chat_base_url=base_url,
        OPENAI_API_KEY=KEY,
        _env_file=None,
    )
    findings = list(examine(settings, port=8501, port_error=None))
    assert KEY not in str(findings)
    return next(finding for finding in findings if finding.check == "chat endpoint")


@pytest.mark.parametrize(
    ("answer", "model", "state", "says"),
    [
        (Answer(MODELS), "small", "ok", "answers and has small"),
        (Answer(MODELS), "small,huge", "warning", "does not list huge"),
        (Answer(status=401), "small", "error", "refuses the key (status 401)"),
        (Answer(status=404), "small", "warning", "gives no list of models (status 404)"),
        (Answer(b"<html>"), "small", "warning", "gives no list of models (status 200)"),
        (Answer(status=302, headers={"Location": "/elsewhere"}), "small", "warning", "status 302"),
    ],
)
def test_endpoints_are_asked_for_their_models_only(
    tmp_path: Path, answer: Answer, model: str, state: str, says: str
) -> None:
    with serve_web() as web:
        web.answers["/v1/models"] = answer
        finding = chat_finding(tmp_path, f"http://127.0.0.1:{web.port}/v1", model)
        assert [(path, headers["Authorization"]) for path, headers in web.asked] == [("/v1/models", f"Bearer {KEY}")]
    assert (finding.state, says in finding.found) == (state, True), finding


def test_an_endpoint_that_cannot_be_reached_is_an_error(tmp_path: Path) -> None:
    finding = chat_finding(tmp_path, "http://me:password@127.0.0.1:9/v1")
    assert (finding.state, finding.found) == ("error", "http://127.0.0.1:9/v1 cannot be reached (ConnectError)")
    assert "DATELINE_CHAT_BASE_URL" in finding.advice


def test_a_port_that_another_program_uses_is_a_warning(dateline: CommandLine) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        taken.settimeout(0.01)
        port = str(taken.getsockname()[1])
        run = dateline("doctor", "--json", "--port", port)
    assert (run.returncode, states(run.stdout)["port"]) == (0, "warning")


def chroma_finding(tmp_path: Path, url: str) -> Finding:
    settings = Settings(
        seeds=tmp_path, store=tmp_path / "store", chroma_url=url, chroma_token=SecretStr(KEY), _env_file=None
    )
    findings = list(examine(settings, port=8501, port_error=None))
    assert KEY not in str(findings)
    return next(finding for finding in findings if finding.check == "Chroma server")


def test_a_port_that_the_system_refuses_is_not_called_taken(tmp_path: Path) -> None:
    settings = Settings(seeds=tmp_path, store=tmp_path / "store", _env_file=None)
    refused = PermissionError(errno.EACCES, "Permission denied")
    (found,) = (one for one in examine(settings, port=80, port_error=refused) if one.check == "port")
    assert (found.state, found.found) == ("warning", "80 cannot be used (Permission denied)")


def test_a_chroma_server_is_asked_for_its_heartbeat(tmp_path: Path) -> None:
    with chroma_server(tmp_path, free_port()) as url:
        assert chroma_finding(tmp_path, url) == Finding("Chroma server", "ok", f"{url} answers")


@pytest.mark.parametrize(("status", "body"), [(200, "<html>"), (401, ""), (302, "")])
def test_a_server_that_is_not_chroma_is_a_warning(tmp_path: Path, status: int, body: str) -> None:
    with false_server(status=status, body=body) as (url, received):
        finding = chroma_finding(tmp_path, url)
    assert received == [f"Bearer {KEY}"]
    assert (finding.state, finding.found) == (
        "warning",
        f"{url} does not answer as a Chroma server (status {status})",
    )


def test_a_chroma_server_that_cannot_be_reached_is_a_warning(tmp_path: Path) -> None:
    finding = chroma_finding(tmp_path, "http://127.0.0.1:9")
    assert (finding.state, finding.found) == ("warning", "http://127.0.0.1:9 cannot be reached (ConnectError)")
    assert "DATELINE_CHROMA_URL" in finding.advice


def rerank_finding(tmp_path: Path, base_url: str, model: str = "") -> Finding:
    settings = Settings(
        seeds=tmp_path,
        store=tmp_path / "store",
        rerank_base_url=base_url,
        rerank_model=model,
        rerank_api_key=SecretStr(KEY),
        _env_file=None,
    )
    findings = list(examine(settings, port=8501, port_error=None))
    assert KEY not in str(findings)
    return next(finding for finding in findings if finding.check == "reranker")


def test_a_reranker_is_asked_for_two_scores(tmp_path: Path) -> None:
    with serve_rerank() as server:
        assert rerank_finding(tmp_path, server.url) == Finding(
            "reranker", "ok", f"{server.url} answers, and puts the right sentence first"
        )
        assert len(server.requests[0]["documents"]) == 2
        assert server.keys == [f"Bearer {KEY}"]


def test_a_reranker_that_puts_the_wrong_sentence_first_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.rerank_server.logit", lambda _, text: -len(text))
    with serve_rerank() as server:
        finding = rerank_finding(tmp_path, server.url)
    assert finding.state == "warning"
    assert "DATELINE_RERANK_MODEL" in finding.advice


def test_a_reranker_that_fails_or_has_no_address_is_an_error(tmp_path: Path) -> None:
    with serve_rerank() as server:
        server.fault = "wrong key"
        finding = rerank_finding(tmp_path, server.url, "small")
    assert finding.state == "error"
    assert "refused the key (status 401)" in finding.found
    assert "there is no DATELINE_RERANK_BASE_URL" in rerank_finding(tmp_path, "", "small").found
