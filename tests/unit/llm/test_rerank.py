"""The reranker's client, with endpoints of several forms, and with every fault we know."""

import asyncio
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from index.core.errors import BadSettings, RerankFailed
from index.core.settings import Settings
from rag.llm.rerank import MOST_TEXTS, Reranker, build_reranker
from tests.support.rerank_server import FAULTS, KEY, RerankServer, serve_rerank

QUESTION = "Who opened the ferry dock?"
TEXTS = (
    "Rain is expected until Sunday.",
    "Ines Malkova opened the new ferry dock on Friday.",
    "The ferry has 300 seats.",
)


@pytest.fixture
def server() -> Iterator[RerankServer]:
    with serve_rerank() as running:
        yield running


def best_of(scores: list[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda number: -scores[number])


def test_scores_come_in_the_order_of_the_texts(server: RerankServer) -> None:
    scores = Reranker(server.url, model="small", key=KEY).scores(QUESTION, TEXTS)
    assert best_of(scores) == [1, 2, 0]
    assert all(0 <= score <= 1 for score in scores)
    assert server.keys == [f"Bearer {KEY}"]
    assert server.requests == [{"model": "small", "query": QUESTION, "documents": list(TEXTS), "top_n": 3}]


def test_without_a_model_and_a_key_none_is_sent(server: RerankServer) -> None:
    Reranker(server.url).scores(QUESTION, TEXTS)
    assert ("model" in server.requests[0], server.keys) == (False, [""])


@pytest.mark.parametrize("base", ["", "/", "/v1", "/v1/", "/rerank", "/v1/rerank"])
@pytest.mark.parametrize("path", ["/rerank", "/v1/rerank"])
def test_the_address_may_have_a_version_or_none(server: RerankServer, base: str, path: str) -> None:
    server.paths = (path,)
    assert best_of(Reranker(server.url + base).scores(QUESTION, TEXTS)) == [1, 2, 0]


def test_another_version_is_kept(server: RerankServer) -> None:
    server.paths = ("/v2/rerank",)
    Reranker(f"{server.url}/v2").scores(QUESTION, TEXTS)
    assert server.asked == ["/v2/rerank"]


def test_the_form_of_text_embeddings_inference_is_found_and_remembered(server: RerankServer) -> None:
    server.tei, server.paths = True, ("/rerank",)
    reranker = Reranker(f"{server.url}/v1")
    first = reranker.scores(QUESTION, TEXTS)
    assert server.asked == ["/v1/rerank", "/rerank", "/rerank"]
    assert reranker.scores(QUESTION, TEXTS) == first
    assert best_of(first) == [1, 2, 0]
    assert server.requests[3:] == [{"query": QUESTION, "texts": list(TEXTS), "truncate": True}]


def test_another_server_at_the_same_address_is_understood(server: RerankServer) -> None:
    server.tei = True
    reranker = Reranker(server.url)
    reranker.scores(QUESTION, TEXTS)
    server.tei = False
    assert best_of(reranker.scores(QUESTION, TEXTS)) == [1, 2, 0]


def test_logits_become_probabilities(server: RerankServer) -> None:
    probabilities = Reranker(server.url).scores(QUESTION, TEXTS)
    server.logits = True
    reranker = Reranker(server.url)
    assert reranker.scores(QUESTION, TEXTS) == pytest.approx(probabilities)
    # This one's logit is between 0 and 1, as a probability would be.
    text = "The dock was opened."
    server.logits = False
    (expected,) = Reranker(server.url).scores(QUESTION, [text])
    server.logits = True
    assert reranker.scores(QUESTION, [text]) == pytest.approx([expected])


def test_long_texts_are_cut_and_other_letters_arrive(server: RerankServer) -> None:
    Reranker(server.url).scores("Łódź? " * 1000, ["ř" * 5000, "short \ud800"])
    sent = server.requests[0]
    assert len(sent["query"]) == 2000
    assert sent["documents"] == ["ř" * 2000, "short \ud800"]


def test_no_texts_need_no_request_and_too_many_are_a_mistake_of_the_caller(server: RerankServer) -> None:
    reranker = Reranker(server.url)
    assert reranker.scores(QUESTION, []) == []
    with pytest.raises(ValueError, match="at most 30"):
        reranker.scores(QUESTION, ["text"] * (MOST_TEXTS + 1))
    assert server.requests == []
    assert len(reranker.scores(QUESTION, ["text"] * MOST_TEXTS)) == MOST_TEXTS


@pytest.mark.slow
@pytest.mark.parametrize("tei", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_message_in_time_and_never_the_key(
    server: RerankServer, caplog: pytest.LogCaptureFixture, fault: str, tei: bool
) -> None:
    server.tei, server.fault = tei, fault
    # The other faults end without a deadline, even on a busy machine.
    seconds = 2 if fault in ("hang", "drip") else 60
    started = time.monotonic()
    with pytest.raises(RerankFailed) as caught:
        Reranker(server.url, model="small", key=KEY, seconds=seconds).scores(QUESTION, TEXTS)
    assert time.monotonic() - started < seconds + 10
    said = str(caught.value)
    assert said.startswith(f"The reranker (small at {server.url}) ")
    assert FAULTS[fault] in said
    assert "Expected one score for each text. " in said
    for secret in (KEY, "Malkova", "ferry"):
        assert secret not in said + caplog.text
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("fault", ["wrong key", "rate limit", "server error", "redirect"])
def test_a_request_is_not_repeated_if_that_cannot_help(server: RerankServer, fault: str) -> None:
    server.fault = fault
    with pytest.raises(RerankFailed):
        Reranker(server.url).scores(QUESTION, TEXTS)
    assert len(server.requests) == 1


def test_a_refused_connection_has_its_message_without_the_password() -> None:
    with pytest.raises(RerankFailed, match=r"^The reranker \(http://127\.0\.0\.1:9\) cannot be reached\. ") as caught:
        Reranker("http://me:password@127.0.0.1:9").scores(QUESTION, TEXTS)
    assert "DATELINE_RERANK_BASE_URL" in str(caught.value)


def test_a_server_on_this_machine_is_reached_without_a_proxy(
    server: RerankServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert best_of(Reranker(server.url).scores(QUESTION, TEXTS)) == [1, 2, 0]


def test_it_may_be_asked_where_an_event_loop_runs(server: RerankServer) -> None:
    async def ask() -> list[float]:
        return Reranker(server.url).scores(QUESTION, TEXTS)

    # In a thread of its own: the browser's tests leave a loop running in theirs.
    with ThreadPoolExecutor(1) as thread:
        assert best_of(thread.submit(lambda: asyncio.run(ask())).result()) == [1, 2, 0]


def test_an_unexpected_error_is_logged_with_its_traceback(
    server: RerankServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", __file__)
    with pytest.raises(RerankFailed, match=r"could not be asked \(SSLError\)\..*dateline\.log"):
        Reranker(server.url).scores(QUESTION, TEXTS)
    assert any(record.exc_info for record in caplog.records)


def test_an_error_before_the_first_request_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(RerankFailed, match=r"could not be asked \(ModuleNotFoundError\)\. "):
        Reranker("http://127.0.0.1:9", seconds=60).scores(QUESTION, TEXTS)


def settings_of(**values: object) -> Settings:
    return Settings(_env_file=None, openai_api_key=SecretStr(KEY), **values)  # type: ignore[arg-type]


def test_a_reranker_is_built_only_if_an_endpoint_is_set(server: RerankServer) -> None:
    assert build_reranker(settings_of()) is None
    with pytest.raises(BadSettings, match=r"there is no DATELINE_RERANK_BASE_URL\. Expected .* Set it in \.env"):
        build_reranker(settings_of(rerank_model="small"))
    reranker = build_reranker(settings_of(rerank_base_url=server.url))
    assert reranker is not None
    reranker.scores(QUESTION, TEXTS)
    assert server.keys == [""], "the key for OpenAI is for others"
    key = SecretStr("sk-for-the-reranker")
    reranker = build_reranker(settings_of(rerank_base_url=server.url, rerank_model="small", rerank_api_key=key))
    assert reranker is not None
    reranker.scores(QUESTION, TEXTS)
    assert (server.keys[1], server.requests[1]["model"]) == ("Bearer sk-for-the-reranker", "small")
