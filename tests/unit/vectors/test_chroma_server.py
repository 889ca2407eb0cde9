"""Chroma server: the vectors are on a real server, and the shelf answers without it if it must."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import chromadb
import httpx
import pytest
from chromadb.api.client import Client
from chromadb.config import Settings

from index.core.errors import BadSettings, ChromaUnreachable
from index.core.settings import load_settings
from index.pipeline.events import Done
from index.pipeline.sync import sync_shelf
from index.vectors import chroma_client
from index.vectors import chroma_server as server_index
from index.vectors.chroma import VectorIndex
from index.vectors.chroma_server import ServerIndex
from index.vectors.embedders import Embedder
from tests.conftest import FENTANYL, SEED, CommandLine, Newsroom, ids_in_chroma, make_newsroom, wait_until
from tests.support.chroma_server import chroma_server, false_server
from tests.support.ports import free_port
from ui.server.alerts import Alerts
from ui.server.indexer import Indexer
from ui.server.suggestions import Suggestions

BRIDGE = "The Quarrow bridge closed on Monday after inspectors found a crack in a pier."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("server"), free_port()) as url:
        yield url


def make_room(folder: Path, model: Embedder, url: str) -> Newsroom:
    made = make_newsroom(folder, model)
    index = ServerIndex(made.library.settings.store, url=url)
    made = Newsroom(made.seeds, replace(made.library, index=index))
    made.write(SEED.name, SEED.read_bytes())
    return made


@pytest.fixture
def room(tmp_path: Path, model: Embedder, server: str) -> Iterator[Newsroom]:
    made = make_room(tmp_path / "newsroom", model, server)
    yield made
    made.library.index.release()


def chunk_ids(room: Newsroom) -> list[str]:
    with room.library.shelf.read() as reading:
        return sorted(row[0] for row in reading._connection.execute("SELECT id FROM chunks"))


def on_server(room: Newsroom) -> list[str]:
    (collection,) = room.library.index.collection_names()
    return ids_in_chroma(room.library.index, collection)


@pytest.mark.slow
def test_the_server_gets_the_vectors_and_no_text_of_the_articles(room: Newsroom) -> None:
    room.write("bridge.txt", BRIDGE)
    room.indexed()
    assert on_server(room) == chunk_ids(room)
    index = room.library.index
    everything = index._get(index.collection_names()[0]).get(include=["documents", "metadatas", "uris"])
    assert not any(everything["documents"] or [])
    assert not any(everything["metadatas"] or [])
    assert room.ask(FENTANYL).quotes[0].article.path == SEED.name

    room.write("bridge.txt", f"{BRIDGE} It opens again in May.")
    room.indexed()
    assert on_server(room) == chunk_ids(room)
    (room.seeds / "bridge.txt").unlink()
    room.indexed()
    assert on_server(room) == chunk_ids(room)


@pytest.mark.slow
def test_a_process_that_does_not_write_can_search_the_server(room: Newsroom, server: str) -> None:
    room.indexed()
    other = ServerIndex(room.library.settings.store, url=server)
    assert not other.acquire()
    with room.library.shelf.read() as reading:
        (id_, vector), *_ = reading.sample(1).items()
        assert list(other.ranking(reading.record("collection"), vector, 1)) == [id_]
    other.release()


@pytest.mark.slow
def test_stores_that_share_a_server_do_not_affect_each_other(
    room: Newsroom, tmp_path: Path, model: Embedder, server: str
) -> None:
    room.indexed()
    before = on_server(room)
    other = make_room(tmp_path / "other", model, server)
    other.write("bridge.txt", BRIDGE)
    other.indexed()
    other.library.index.start_over()
    assert on_server(room) == before
    other.library.index.release()


@pytest.mark.slow
def test_moving_to_a_server_and_back_embeds_nothing(room: Newsroom) -> None:
    room.indexed()
    room.library.index.release()
    local = Newsroom(room.seeds, replace(room.library, index=VectorIndex(room.library.settings.store)))
    assert local.indexed().embedded == 0
    assert on_server(local) == chunk_ids(room)
    local.library.index.release()
    assert room.indexed().embedded == 0
    assert on_server(room) == chunk_ids(room)


@pytest.mark.slow
def test_a_server_that_lost_its_vectors_is_refilled(room: Newsroom) -> None:
    room.indexed()
    index = room.library.index
    index._open().delete_collection(index.collection_names()[0])
    assert room.ask(FENTANYL).level != "nothing"
    assert room.indexed().embedded == 0
    assert on_server(room) == chunk_ids(room)


@pytest.mark.slow
def test_the_shelf_answers_without_its_server_and_reports_it(
    tmp_path: Path, model: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_index, "_REST_SECONDS", 0.1)
    port = free_port()
    with chroma_server(tmp_path / "server", port) as url:
        room = make_room(tmp_path / "newsroom", model, url)
        room.indexed()
        with_server = room.ask(FENTANYL)
    assert room.ask(FENTANYL).quotes == with_server.quotes
    room.write("bridge.txt", BRIDGE)
    run = sync_shelf(room.library)
    done = next(event for event in run if isinstance(event, Done))
    assert done.embedded == 1
    with pytest.raises(ChromaUnreachable, match=f"The Chroma server at {url} cannot be used .* complete, but slower"):
        next(run)
    assert room.ask("When did the Quarrow bridge close?").quotes[0].article.path == "bridge.txt"
    assert room.library.shelf.damage() == ""

    # The page reports the problem, and also its end.
    indexing = Indexer(room.library, Alerts(room.library), Suggestions(room.library))
    indexing.start()
    wait_until(lambda: "cannot be used" in indexing.progress.problem)
    with chroma_server(tmp_path / "server", port):
        wait_until(lambda: not indexing.progress.problem)
        wait_until(lambda: on_server(room) == chunk_ids(room))
        indexing.stop()


@pytest.mark.parametrize(
    "fault",
    [{"status": 401}, {"status": 500, "body": "oops"}, {"body": "<html>Log in</html>"}, {"status": 302}],
    ids=["locked", "broken", "a login page", "elsewhere"],
)
def test_anything_but_a_chroma_server_is_reported(tmp_path: Path, fault: dict[str, str]) -> None:
    with false_server(**fault) as (url, _):  # type: ignore[arg-type]
        index = ServerIndex(tmp_path, url=url)
        with pytest.raises(ChromaUnreachable, match=f"The Chroma server at {url} cannot be used"):
            index.check()
        assert not index.usable


def test_a_request_to_a_server_that_never_answers_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma_client, "_SECONDS", 0.3)
    with false_server(hangs=True) as (url, _), pytest.raises(ChromaUnreachable, match="ReadTimeout"):
        ServerIndex(tmp_path, url=url).check()


@pytest.mark.slow
def test_chroma_sends_its_requests_without_a_time_limit(server: str) -> None:
    """If this fails, Chroma has its own time limit, and `_limit_requests` may no longer be needed."""
    address = urlsplit(server)
    settings = Settings(anonymized_telemetry=False)
    client = cast("Client", chromadb.HttpClient(address.hostname or "", address.port or 0, settings=settings))
    timeouts = [held._session.timeout for held in chroma_client._servers(client)]
    chroma_client.close_client(client)
    assert timeouts == [httpx.Timeout(None)] * 2


def test_every_request_of_our_client_has_a_time_limit(server: str) -> None:
    client = chroma_client.open_client(server, token="")
    assert [held._session.timeout for held in chroma_client._servers(client)] == [chroma_client._SECONDS] * 2
    chroma_client.close_client(client)


def test_a_chroma_with_other_private_parts_is_used_without_a_limit(
    server: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as other_version:
        other_version.setattr(chroma_client, "_servers", lambda _: [])
        client = chroma_client.open_client(server, token="")
    assert "requests to its server have no time limit" in caplog.text
    assert client.heartbeat() > 0
    chroma_client.close_client(client)


@pytest.mark.slow
def test_a_server_on_this_machine_is_reached_without_a_proxy(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "chroma.example")
    with false_server() as (proxy, received):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.setenv("http_proxy", proxy)
        index = ServerIndex(tmp_path, url=server, token="s3cret-token")
        index.check()
        index.release()
    assert received == []


def test_the_token_is_sent_with_each_request_and_shown_nowhere(tmp_path: Path) -> None:
    with false_server(status=403) as (url, received), pytest.raises(ChromaUnreachable) as raised:
        ServerIndex(tmp_path, url=url, token="s3cret-token").check()
    assert received == ["Bearer s3cret-token"]
    assert "s3cret" not in f"{raised.value!r} {raised.value.__cause__!r}"


@pytest.mark.parametrize("url", ["http://chroma.example:8000", "ftp://localhost", "localhost:8000"])
def test_a_server_on_another_machine_is_reached_over_tls_only(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATELINE_CHROMA_URL", url)
    with pytest.raises(BadSettings, match=r"DATELINE_CHROMA_URL: .* expected https://"):
        load_settings()


@pytest.mark.slow
def test_the_command_line_uses_the_server(dateline: CommandLine, server: str) -> None:
    done = dateline("index", DATELINE_CHROMA_URL=server)
    assert done.returncode == 0, done.stderr
    assert not (dateline.folder / ".dateline" / "chroma").exists()
    index = ServerIndex(dateline.folder / ".dateline", url=server)
    assert index.count(index.collection_names()[0]) == 4
    index.release()
    lost = dateline("index", DATELINE_CHROMA_URL=f"http://127.0.0.1:{free_port()}")
    assert lost.returncode == 1
    assert "1 article on the shelf" in lost.stdout
    assert "cannot be used (ConnectError). Expected it to answer." in lost.stderr


@pytest.mark.slow
def test_many_questions_are_answered_from_the_store_while_the_server_is_down(dateline: CommandLine) -> None:
    down = {"DATELINE_CHROMA_URL": f"http://127.0.0.1:{free_port()}"}
    questions = dateline.folder / "questions.jsonl"
    questions.write_text(json.dumps({"question": FENTANYL, "paths": [SEED.name]}) + "\n")
    first = dateline("ask", FENTANYL, **down)
    assert (first.returncode, first.stdout.count("fentanyl precursors")) == (0, 1), first.stderr
    assert "cannot be used (ConnectError)" in first.stderr, "the first question indexes the shelf"
    batch = dateline("ask", "--batch", str(questions), **down)
    assert any("fentanyl precursors" in quote["quote"] for quote in json.loads(batch.stdout)["quotes"])
    search = dateline("search", "--batch", str(questions), **down)
    assert json.loads(search.stdout)["hits"][0]["found_by"]["dense"] >= 1
    evaluated = dateline("evaluate", str(questions), "--json", **down)
    assert [figure["n"] for figure in json.loads(evaluated.stdout)["figures"].values()]
    for run in (batch, search, evaluated):
        assert run.returncode == 0
        assert "cannot be used (ConnectError). Expected it to answer." in run.stderr
