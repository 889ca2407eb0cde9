"""Access: how often a token may be used, and how requests are bounded."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from api.access.problems import Problem, json_bytes
from api.access.service import Rates
from api.access.work import Work
from api.http.events import event_data, problem_event, stream_response
from api.http.leaving import unless_left
from index.core.errors import BadQuestion, ShelfBusy, UnknownArticle


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run in a thread of its own: Playwright keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def test_requests_come_back_within_a_minute_and_each_token_has_its_own() -> None:
    rates = Rates(per_minute=30)
    for _ in range(30):
        rates.take("a", now=0)
    with pytest.raises(Problem) as refused:
        rates.take("a", now=1)
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "1")
    rates.take("b", now=1)
    rates.take("a", now=2)
    with pytest.raises(Problem):
        rates.take("a", now=2)


def test_a_request_that_takes_too_long_is_ended_and_told_to_stop() -> None:
    ended = threading.Event()

    def work(stop: threading.Event) -> None:
        stop.wait()
        ended.set()

    with pytest.raises(Problem) as late:
        run(Work(0.01).run(work))
    assert late.value.status == 504
    assert ended.wait(60)


async def read(work: Work, function: Callable[[threading.Event], Iterator[int]], seen: list[int]) -> None:
    async for one in work.stream(function):
        seen.append(one)  # noqa: PERF401 (what comes before an error counts)


def test_a_stream_that_takes_too_long_is_ended() -> None:
    def never(stop: threading.Event) -> Iterator[int]:
        yield 1
        stop.wait()

    with pytest.raises(Problem) as late:
        run(read(Work(0.1), never, []))
    assert late.value.status == 504


def test_a_stream_raises_what_its_function_raises() -> None:
    def broken(stop: threading.Event) -> Iterator[int]:
        yield 1
        raise UnknownArticle("none")

    seen = list[int]()
    with pytest.raises(UnknownArticle):
        run(read(Work(60), broken, seen))
    assert seen == [1]


def test_so_many_requests_are_under_way_at_most() -> None:
    go_on = threading.Event()
    work = Work(60)

    async def flood() -> list[Any]:
        tokens = [str(number % 10) for number in range(100)]
        waiting = [asyncio.ensure_future(work.run(lambda _: go_on.wait(), token=token)) for token in tokens]
        await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    results = run(flood())
    problems = [result for result in results if isinstance(result, Problem)]
    assert (len(problems), results.count(True)) == (36, 64)
    assert {(problem.status, problem.code) for problem in problems} == {(503, "busy")}


def test_a_token_has_a_share_of_the_threads_and_of_the_requests() -> None:
    go_on = threading.Event()
    work = Work(60)

    async def flood() -> tuple[str, list[Any]]:
        waiting = [asyncio.ensure_future(work.run(lambda _: go_on.wait(), token="greedy")) for _ in range(40)]
        await asyncio.sleep(0)
        of_another = await asyncio.wait_for(work.run(lambda _: "answered", token="modest"), 30)
        go_on.set()
        return of_another, await asyncio.gather(*waiting, return_exceptions=True)

    of_another, results = run(flood())
    problems = [result for result in results if isinstance(result, Problem)]
    assert of_another == "answered"
    assert (len(problems), results.count(True)) == (8, 32)
    assert {(problem.status, problem.code) for problem in problems} == {(429, "busy")}


def test_a_client_that_leaves_ends_its_request_also_if_it_waits() -> None:
    stopped, begun = list[bool](), list[int]()
    work = Work(60)

    def busy(stop: threading.Event) -> None:
        stopped.append(stop.wait(30))

    async def leave() -> None:
        gone = asyncio.Event()
        left = asyncio.create_task(gone.wait())

        async def away() -> None:
            await asyncio.shield(left)

        running = [asyncio.ensure_future(unless_left(work.run(busy, token=str(one % 2)), away())) for one in range(8)]
        queued = [asyncio.ensure_future(unless_left(work.run(lambda _: begun.append(1)), away())) for _ in range(9)]
        await asyncio.sleep(0.1)
        gone.set()
        results = await asyncio.gather(*running, *queued, return_exceptions=True)
        assert {type(result) for result in results} == {ClientDisconnect}
        assert await work.run(lambda _: "free") == "free"

    run(leave())
    assert (stopped, begun) == ([True] * 8, [])


def test_the_end_of_the_server_stops_what_is_under_way() -> None:
    work = Work(60)

    async def end() -> list[Any]:
        waiting = [asyncio.ensure_future(work.run(lambda stop: stop.wait(30), token=str(one))) for one in range(12)]
        await asyncio.sleep(0.1)
        work.end()
        return await asyncio.gather(*waiting, return_exceptions=True)

    results = run(end())
    assert results[:8] == [True] * 8
    assert {(problem.status, problem.code) for problem in results[8:]} == {(503, "ended")}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BadQuestion("The question is empty."), 400, "bad_question"),
        (UnknownArticle("No article."), 404, "unknown_article"),
        (ShelfBusy("Another process."), 503, "shelf_busy"),
    ],
)
def test_a_problem_has_dateline_s_own_message(error: Exception, status: int, code: str) -> None:
    problem = Problem.of(error)
    assert (problem.status, problem.code, problem.detail) == (status, code, str(error))


def test_an_unexpected_error_says_nothing_of_itself(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem.of(ValueError("text of an article"))
    assert problem.status == 500
    assert "article" not in problem.detail
    assert "text of an article" not in capsys.readouterr().err


async def stays() -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize("form", ["events", "chunks"])
def test_a_stream_that_breaks_off_ends_with_the_problem(form: str) -> None:
    async def events() -> AsyncIterator[bytes]:
        yield b"first"
        raise UnknownArticle("No article.")

    def ending(problem: Problem) -> bytes:
        return problem_event(problem) if form == "events" else b"data: %s" % json_bytes(problem.openai_json)

    async def read_all() -> list[str | bytes | memoryview]:
        response = await stream_response(events(), ending, stays())
        return [part async for part in response.body_iterator]

    first, last = run(read_all())
    assert first == b"first"
    data = json.loads(last.partition(b"data: ")[2])
    assert (data["error"]["message"] if form == "chunks" else data["detail"]) == "No article."


def test_a_pause_in_a_stream_has_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.events.QUIET_SECONDS", 0.05)

    async def events() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        await asyncio.sleep(0.12)
        yield b"data: 2\n\n"

    async def read_all() -> list[str | bytes | memoryview]:
        response = await stream_response(events(), problem_event, stays())
        return [part async for part in response.body_iterator]

    first, *comments, last = run(read_all())
    assert (first, last) == (b"data: 1\n\n", b"data: 2\n\n")
    assert comments
    assert {comment[:1] for comment in comments} == {b":"}


def test_no_character_of_an_event_ends_a_line() -> None:
    said = {"text": "".join(map(chr, range(0x3000)))}
    (line,) = event_data(said).decode().splitlines()
    assert json.loads(line) == said


def test_what_happens_before_a_stream_is_raised() -> None:
    async def broken() -> AsyncIterator[bytes]:
        for error in (BadQuestion("The question is empty."),):
            raise error
        yield b""

    with pytest.raises(BadQuestion):
        run(stream_response(broken(), problem_event, stays()))
