"""Score sentences by a reranker at an endpoint: how well each answers a question.

The forms are those of Cohere (v2), Jina, vLLM and llama.cpp, which share one, and of Hugging Face's Text Embeddings
Inference. Which one an endpoint uses, and whether its path begins with /v1, is tried out once.
"""

import asyncio
import json
import logging
import math
import re
import ssl
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from index.core.errors import BadSettings, RerankFailed
from index.core.settings import Settings
from index.core.urls import is_this_machine, shown_address

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger(__name__)

MOST_TEXTS = 30  # in one request; Text Embeddings Inference allows 32 by default
_LONGEST_TEXT = 2000  # characters; most rerankers read 512 tokens
_SECONDS = 5.0  # for all requests of one question: the user waits for it
_LONGEST_BODY = 1_000_000  # bytes; some endpoints send the texts back
_VERSION = re.compile(r"/v\d+\Z")
_FORMS = ("documents", "texts")  # how the texts are named: the shared form, and Text Embeddings Inference
_CHECK_ADDRESS = "Check DATELINE_RERANK_BASE_URL; a login page may be there"
_CHECK_SERVER = "Check that it is running, and check DATELINE_RERANK_BASE_URL"
_REFUSED_KEY = "Check DATELINE_RERANK_API_KEY"
_REMEDIES = {
    401: ("refused the key (status 401)", _REFUSED_KEY),
    403: ("refused the key (status 403)", _REFUSED_KEY),
    404: ("is not known there (status 404)", "Check DATELINE_RERANK_BASE_URL and DATELINE_RERANK_MODEL"),
    429: ("has had too many requests (status 429)", "Ask again in a minute"),
}


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to ask an endpoint."""

    address: int = 0  # 0: as set; 1: with /v1 added or left out
    form: int = 0

    def after(self, status: int) -> "_Way":
        """Return the way to try if this one is refused with a status."""
        if status == 404:
            return _Way(1 - self.address, self.form)
        return _Way(self.address, 1 - self.form) if status in (400, 422) else self


class _Broken(Exception):
    """An answer that cannot be used: what is wrong, and what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


class Reranker:
    """A reranker at one endpoint. May be used from many threads."""

    def __init__(self, base_url: str, *, model: str = "", key: str = "", seconds: float = _SECONDS) -> None:
        """Use `model` at `base_url`; servers with only one model need no name."""
        self.model = model
        self.where = shown_address(base_url)
        self._addresses = _addresses(base_url)
        self._key = key
        self._seconds = seconds
        self._way = _Way()  # the one that worked last
        self._gives_logits = False

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return for each of at most 30 texts how well it answers the question, from 0 to 1.

        Sends one request, or up to four until the endpoint's form is known. Question and texts are cut to 2,000
        characters. Scores that are logits become probabilities by the logistic function.

        Raises RerankFailed if the endpoint does not give one finite score for each text in time.
        """
        if len(texts) > MOST_TEXTS:
            raise ValueError(f"{len(texts)} texts. Expected at most {MOST_TEXTS}. Rerank the best ones only.")
        if not texts:
            return []
        try:
            found = _read_scores(self._ask_in_thread(question, texts), len(texts))
        except _Broken as error:
            raise self._failed(error.what, error.remedy) from None
        # Kept: a later answer of the same model may by chance have no score outside.
        self._gives_logits = self._gives_logits or any(not 0 <= score <= 1 for score in found)
        return [_logistic(score) for score in found] if self._gives_logits else found

    def _failed(self, what: str, remedy: str) -> RerankFailed:
        name = f"{self.model} at {self.where}" if self.model else self.where
        return RerankFailed(f"The reranker ({name}) {what}. Expected one score for each text. {remedy}.")

    def _ask_in_thread(self, question: str, texts: Sequence[str]) -> bytes:
        """Ask in another thread: the caller's may have an event loop, and looking up a name cannot be interrupted."""
        answer: Future[bytes] = Future()

        async def ask() -> None:  # gives the answer itself: the loop's end waits until a name is looked up
            try:
                answer.set_result(await self._ask_in_time(question, texts))
            except Exception as error:  # noqa: BLE001 -- raised again where it is waited for
                answer.set_exception(error)

        def run() -> None:
            try:
                with asyncio.Runner() as runner:
                    runner.run(ask())
            except BaseException as error:  # noqa: BLE001 -- no loop, such as if too many files are open
                if not answer.done():
                    answer.set_exception(error)

        try:
            threading.Thread(target=run, name="rerank", daemon=True).start()
            return answer.result(timeout=self._seconds + 1)
        except _Broken:
            raise
        except TimeoutError:  # the loop's own deadline did not help
            raise self._late() from None
        except Exception as error:  # the one boundary: the question is answered in any case
            logger.exception("Cannot ask the reranker at %s.", self.where)
            remedy = "Ask again; dateline.log in the store has the cause"
            raise _Broken(f"could not be asked ({type(error).__name__})", remedy) from None

    def _late(self) -> _Broken:
        remedy = "Use a smaller model or a faster machine, or unset DATELINE_RERANK_BASE_URL"
        return _Broken(f"did not answer within {self._seconds:g} seconds", remedy)

    async def _ask_in_time(self, question: str, texts: Sequence[str]) -> bytes:
        import httpx

        try:
            async with asyncio.timeout(self._seconds):
                return await self._ask(question, texts)
        except TimeoutError:
            raise self._late() from None
        except (httpx.ReadError, httpx.RemoteProtocolError):
            raise _Broken("broke off its answer", "Look into its log") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise _Broken("cannot be reached", _CHECK_SERVER) from None

    async def _ask(self, question: str, texts: Sequence[str]) -> bytes:
        """Ask in the way that worked last, and then in others that may help."""
        import httpx

        way, tried = self._way, set[_Way]()
        async with httpx.AsyncClient(
            verify=self._certificates,
            timeout=None,  # noqa: S113 -- the deadline limits all of it
            # A redirect would send the articles to another address, a proxy off this machine.
            follow_redirects=False,
            trust_env=not is_this_machine(self._addresses[0]),
        ) as client:
            while way not in tried:
                tried.add(way)
                status, body = await self._post(client, way, _request(self.model, way.form, question, texts))
                if status == 200:
                    self._way = way
                    return body
                way = way.after(status)
        raise _fault_of_status(status)

    async def _post(self, client: "httpx.AsyncClient", way: _Way, request: bytes) -> tuple[int, bytes]:
        # Not compressed, so that the limit holds for what arrives.
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        body = b""
        async with client.stream("POST", self._addresses[way.address], content=request, headers=headers) as answer:
            if answer.status_code != 200:
                return answer.status_code, body
            if answer.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/html":
                raise _Broken("answered with a web page instead of scores", _CHECK_ADDRESS)
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > _LONGEST_BODY:
                    raise _Broken(f"sent more than {_LONGEST_BODY:,} bytes", "Check DATELINE_RERANK_BASE_URL")
        return 200, body

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        """The trusted certificates, which take some 20 ms to load."""
        import httpx

        return httpx.create_ssl_context()


def build_reranker(settings: Settings) -> Reranker | None:
    """Build the reranker of the settings, or return None if none is set.

    Raises BadSettings if there is a model without an endpoint. OPENAI_API_KEY is never sent to a reranker.
    """
    if settings.rerank_base_url:
        key = settings.rerank_api_key.get_secret_value()
        return Reranker(settings.rerank_base_url, model=settings.rerank_model, key=key)
    if settings.rerank_model:
        raise BadSettings(
            f"DATELINE_RERANK_MODEL is {settings.rerank_model!r}, but there is no DATELINE_RERANK_BASE_URL. Expected "
            "the address of its endpoint, such as http://localhost:8080/v1. Set it in .env, or unset the model to "
            "answer without a reranker."
        )
    return None


def _addresses(base_url: str) -> tuple[str, str]:
    """Return the address to post to, and the one to try if that is unknown.

    >>> _addresses("http://localhost:8080/"), _addresses("https://api.jina.ai/v1")[1]
    (('http://localhost:8080/rerank', 'http://localhost:8080/v1/rerank'), 'https://api.jina.ai/rerank')
    """
    base = base_url.rstrip("/").removesuffix("/rerank").rstrip("/")
    other = _VERSION.sub("", base)
    return f"{base}/rerank", f"{other if other != base else f'{base}/v1'}/rerank"


def _request(model: str, form: int, question: str, texts: Sequence[str]) -> bytes:
    """Write the body of a request, in ASCII, which every endpoint can read."""
    body: dict[str, object] = {
        "query": question[:_LONGEST_TEXT],
        _FORMS[form]: [text[:_LONGEST_TEXT] for text in texts],
    }
    # Some gateways return only three results unless they are asked for more.
    body |= {"truncate": True} if _FORMS[form] == "texts" else {"top_n": len(texts)}
    if model:
        body["model"] = model
    return json.dumps(body).encode()


def _fault_of_status(status: int) -> _Broken:
    if status in _REMEDIES:
        return _Broken(*_REMEDIES[status])
    if 300 <= status < 400:
        return _Broken(
            f"redirects to another address (status {status}), which is not followed: the articles would be sent there",
            "Set DATELINE_RERANK_BASE_URL to the right address",
        )
    if status >= 500:
        return _Broken(f"has an internal error (status {status})", "Look into its log: it may be no reranker")
    return _Broken(f"refused the request (status {status})", "Check DATELINE_RERANK_MODEL")


def _read_scores(body: bytes, count: int) -> list[float]:
    """Read the scores of an answer, in the order of the texts."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise _Broken("sent something that is not JSON", _CHECK_ADDRESS) from None
    results = answer.get("results") if isinstance(answer, dict) else answer
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise _Broken("sent no list of results", "Check DATELINE_RERANK_BASE_URL: it may be no reranker")
    found = {result.get("index"): _read_score(result) for result in results if type(result.get("index")) is int}
    if len(results) != count or found.keys() != set(range(count)):
        raise _Broken(f"sent scores for other texts than the {count} it was sent", "Try another server or model")
    return [found[number] for number in range(count)]


def _read_score(result: dict[str, Any]) -> float:
    score = result.get("relevance_score", result.get("score"))
    try:
        if isinstance(score, int | float) and not isinstance(score, bool) and math.isfinite(score):
            return float(score)
    except OverflowError:
        pass
    raise _Broken("sent a score that is not a number", "Check that DATELINE_RERANK_MODEL is a reranker")


def _logistic(score: float) -> float:
    """Return 1 / (1 + exp(-score)), without an overflow.

    >>> [_logistic(score) for score in (-1e9, 0.0, 1e9)]
    [0.0, 0.5, 1.0]
    """
    return 0.5 * (1 + math.tanh(score / 2))
