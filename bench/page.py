"""Measure how fast the page loads, how long a click takes in a long chat, and how long ten readers wait.

    python -m bench.page [--data DATA_FOLDER]

It starts `dateline serve` and a plain Streamlit page in separate processes and opens them in a
real Chromium. It prints tables and writes `bench/results/page.json`. The shelf has the user's
seed and the tests' invented articles. With a data folder it also has every passage of CLAP NQ
dev (IBM, Apache-2.0) and every article of SummEdits news (Salesforce, Apache-2.0), which are not
part of the project. No language model is asked.

Times in the browser are measured by the browser: from the navigation, the key or the click to the
frame that shows the expected change. The servers, the browser and the readers share this
machine's processors.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    closing,
    contextmanager,
    suppress,
)
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from platform import python_version
from statistics import median
from typing import Any
from uuid import uuid4

from playwright.async_api import Browser, Page, async_playwright

from bench.checks import show
from bench.quoting import read_clapnq
from index.core.settings import load_settings
from index.pipeline.library import Library, build_library
from index.pipeline.sync import sync_shelf
from rag.answering.pipeline import answer_question
from rag.storage.chats import Chats, KeptTurn
from tests.support.browser import find_browser

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "page.json"
DATA = ROOT.parent / "shared" / "data"
# A question for each of ten readers, and the article that answers it.
QUESTIONS = {
    "What was agreed on fentanyl precursors?": "000_bcfaf7050c89e7f4.txt",
    "Is there a timeline for appointing the liaison officers?": "000_bcfaf7050c89e7f4.txt",
    "How much will the new ferries cost?": "ferries.txt",
    "What pay rise did the train drivers accept?": "strike.txt",
    "How many turbines were installed off Skerry Bay?": "turbines.txt",
    "How high did the River Lind peak?": "river.md",
    "How many households were without power along the River Lind?": "river.md",
    "How many of the stolen bronze figures did the police recover?": "bronzes.txt",
    "What are the free hot lunches in Oakhaven expected to cost?": "lunches.txt",
    "Who voted against the free hot lunches?": "lunches.txt",
}
TURNS = {"empty chat": 0, "10 messages": 5, "200 messages": 100}
_SERVERS = 5
_LATER = 4  # questions after the first one of each server
_RERUNS = 30
_CLICKS = 5
_ROUNDS = 3
_SECONDS = 60  # the longest wait for anything
MOST_LOAD = 1.0  # other work beyond that is in the figures
INPUT = "Ask about the news"
_PLAIN = f'import streamlit as st\n\nst.title("Ask the shelf")\nst.chat_input("{INPUT}")\n'
_WATCH = """
const bench = (window.bench = {})
const inSight = (element) => {
  const box = element.getBoundingClientRect()
  return box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && element.checkVisibility()
}
// Each of Dateline's components draws in a shadow root.
const drawn = (selector) =>
  [document, ...[...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")].map((host) => host.shadowRoot)]
    .flatMap((root) => [...(root?.querySelectorAll(selector) ?? [])])
const seen = (selector) => drawn(selector).some(inSight)
const usable = () => {
  const box = document.querySelector("[data-testid=stChatInputTextArea]")
  if (!box || box.disabled || !inSight(box)) return false
  const { left, top, width, height } = box.getBoundingClientRect()
  return document.elementFromPoint(left + width / 2, top + height / 2) === box
}
const when = (holds) =>
  new Promise((resolve, reject) => {
    const late = performance.now() + SECONDS * 1000
    const look = () => {
      if (holds()) resolve(performance.now())
      else if (performance.now() > late) reject(new Error(`not seen in time: ${holds}`))
      else requestAnimationFrame(look)
    }
    look()
  })
bench.usable = when(usable)
bench.seen = (selector) => when(() => seen(selector))
// All of a chat is there, and the script has come to its end.
bench.settled = (turns) =>
  when(
    () =>
      drawn(".part-bar .read").length === turns &&
      document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning",
  )
bench.expect = (kind, wanted, unwanted) => {
  const holds = () => seen(wanted) && !(unwanted && drawn(unwanted).length)
  if (holds()) throw new Error(`seen before it was asked for: ${wanted}`)
  bench.due = new Promise((resolve, reject) =>
    addEventListener(
      kind,
      (event) =>
        when(holds).then(
          (at) => resolve([performance.timeOrigin + event.timeStamp, at - event.timeStamp]),
          reject,
        ),
      { capture: true, once: true },
    ),
  )
}
""".replace("SECONDS", str(_SECONDS))

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Timed:
    """When an action began, in seconds of the clock, and how long its effect took to be seen."""

    began: float
    seconds: float


def spread(seconds: Sequence[float]) -> Figures:
    """Return the median, the extremes and how many there are."""
    figures = {"median": median(seconds), "fastest": min(seconds), "worst": max(seconds)}
    return {**{name: round(value, 4) for name, value in figures.items()}, "of": len(seconds)}


def ratio(one: Figures, other: Figures) -> float:
    """Return how many times as long one median is as the other."""
    return round(one["median"] / other["median"], 2)


def write_seeds(seeds: Path, data: Path) -> str:
    """Put the articles into the seeds folder and return a one-line summary of them."""
    seeds.mkdir()
    own = [*(ROOT / "seeds").iterdir(), *(ROOT / "tests" / "data" / "fiction").iterdir()]
    for article in own:
        shutil.copy(article, seeds)
    summary = f"{len(own)} articles of the project"
    if not data.is_dir():
        return summary
    passages = list(read_clapnq(data))
    for one in passages:
        (seeds / one.path).write_text(f"Title: {one.title}\n\n" + "\n".join(one.sentences), encoding="utf-8")
    entries = json.loads((data / "summedits" / "summedits_news.json").read_text(encoding="utf-8"))
    news = list(dict.fromkeys(entry["doc"] for entry in entries))
    for number, text in enumerate(news):
        (seeds / f"news-{number:03}.txt").write_text(text, encoding="utf-8")
    return f"{summary}, {len(passages)} passages of CLAP NQ dev, {len(news)} articles of SummEdits news"


def check_questions(library: Library) -> None:
    """Check that each question is answered by its article, so that there is a quote to wait for."""
    for question, path in QUESTIONS.items():
        answer = answer_question(question, library=library)
        if answer.level == "nothing" or answer.quotes[0].article.path != path:
            raise SystemExit(f"{question!r} is not answered from {path}. Expected that. Choose another question.")


def keep_chats(library: Library, data: Path) -> dict[str, str]:
    """Keep a chat of each length, made of real answers; return their ids."""
    asked = [one.question for one in read_clapnq(data) if one.chosen] if data.is_dir() else list(QUESTIONS)
    chats, most = Chats(library.settings.store), max(TURNS.values())
    answers = [answer_question(question, library=library) for question in asked[:most]]
    ids = {name: uuid4().hex[:16] if turns else "" for name, turns in TURNS.items()}
    for name, turns in TURNS.items():
        for place in range(turns):
            answer = answers[place % len(answers)]
            chats.keep(ids[name], place, KeptTurn(uuid4().hex, answer.question, answer, "", None))
    return ids


@contextmanager
def serving(folder: Path, *command: str) -> Iterator[str]:
    """Run a server in a separate process on a free port until the block ends. Yields its address once it is up."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *(word.replace("PORT", str(port)) for word in command)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for_health(port, process)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_health(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server reports that it is up."""
    late = time.monotonic() + _SECONDS
    while time.monotonic() < late:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
            return
        with suppress(subprocess.TimeoutExpired):
            raise SystemExit(f"The server ended with {process.wait(timeout=0.05)} before it was up.")
    raise SystemExit("The server did not come up in time.")


def serving_dateline(folder: Path) -> AbstractContextManager[str]:
    """Run `dateline serve` on the shelf in the folder."""
    return serving(folder, "ui", "serve", "--port", "PORT", "--seeds", "seeds", "--store", "store")


def serving_plain(folder: Path) -> AbstractContextManager[str]:
    """Run a plain Streamlit page with a title and a chat input, with our Streamlit settings."""
    return serving(folder, "streamlit", "run", "plain.py", "--server.port", "PORT")


@contextmanager
def settings_of(folder: Path) -> Iterator[None]:
    """Ignore the settings of the person who measures, and use the folder's."""
    for name in list(os.environ):
        if name.startswith(("DATELINE_", "OPENAI_")):
            del os.environ[name]
    os.environ["DATELINE_SEEDS"], os.environ["DATELINE_STORE"] = str(folder / "seeds"), str(folder / "store")
    before = Path.cwd()
    os.chdir(folder)  # away from a `.env`
    try:
        yield
    finally:
        os.chdir(before)


def time_reruns(chat: str) -> dict[str, list[float]]:
    """Run the page's script repeatedly for the chat with that id ("" for a new one), in a separate process.

    Returns the seconds that each run took, and those of them that its thread spent on a processor.
    """
    # Streamlit keeps much state in its process, so only the process that runs the script imports it.
    from streamlit.testing.v1 import AppTest

    import ui.app.page
    from ui.server.services import get_services

    whole, busy, show_page = list[float](), list[float](), ui.app.page.show_page

    def timed() -> None:
        started, began = time.perf_counter(), time.thread_time()
        show_page()
        whole.append(time.perf_counter() - started)
        busy.append(time.thread_time() - began)

    ui.app.page.show_page = timed
    script = AppTest.from_file(str(ROOT / "ui" / "app" / "script.py"), default_timeout=_SECONDS)
    if chat:
        script.query_params["chat"] = chat
    script.run()
    while get_services().indexer.progress.running:
        script.run()
    whole.clear()
    busy.clear()
    for _ in range(_RERUNS):
        script.run()
        if script.exception:
            raise SystemExit(script.exception[0].message)
    get_services().indexer.stop()
    return {"seconds": whole, "on a processor": busy}


def measure_reruns(chats: Mapping[str, str]) -> dict[str, Any]:
    """Time the server's share of a click, for each length of chat."""
    figures: dict[str, Any] = {}
    for name, chat in chats.items():
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
            figures[name] = {kind: spread(times) for kind, times in process.submit(time_reruns, chat).result().items()}
        figures[name]["times the empty"] = ratio(figures[name]["seconds"], figures["empty chat"]["seconds"])
    return figures


@asynccontextmanager
async def opened(browser: Browser, url: str) -> AsyncIterator[Page]:
    """Open the address as a first-time reader."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(_SECONDS * 1000)
    await context.add_init_script(f"(() => {{{_WATCH}}})()")
    page, faults = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(url, wait_until="commit")
    try:
        yield page
    finally:
        await context.close()
        if faults:
            raise SystemExit(f"The page broke down: {faults[0]}")


async def seconds_to(page: Page, what: str) -> float:
    """Wait for what the page's watch is asked for, and return when it was there, from the navigation on."""
    return float(await page.evaluate(f"bench.{what}")) / 1000


async def first_paint(page: Page) -> dict[str, float]:
    """Return when something was first painted, and when a question could be asked."""
    usable = await seconds_to(page, "usable")
    await page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    painted = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return {"painted": float(painted) / 1000, "usable": usable}


async def time_it(page: Page, act: Callable[[], Awaitable[None]], *, kind: str, until: str, gone: str = "") -> Timed:
    """Do what causes an event of that kind, and time it until `until` is in the window and `gone` nowhere."""
    await page.evaluate("([kind, until, gone]) => bench.expect(kind, until, gone)", [kind, until, gone])
    await act()
    began, took = await page.evaluate("bench.due")
    return Timed(began / 1000, took / 1000)


async def ask(page: Page, question: str) -> Timed:
    """Ask the first question of a chat, and time it until its first quote is there."""
    await page.get_by_placeholder(INPUT).fill(question)
    return await send(page)


async def send(page: Page) -> Timed:
    """Send the first question of a chat, which was typed, and time it until its first quote is there."""
    box = page.get_by_placeholder(INPUT)
    timed = await time_it(page, lambda: box.press("Enter"), kind="keydown", until=".words")
    await seconds_to(page, "settled(1)")
    return timed


async def start_new_chat(page: Page) -> Timed:
    """Press New chat, and wait until the page is empty again."""
    button = page.get_by_role("button", name="New chat")
    timed = await time_it(page, button.click, kind="pointerdown", until=".dl-welcome", gone=".dl-question")
    await seconds_to(page, "settled(0)")
    return timed


async def measure_starts(browser: Browser, folder: Path) -> dict[str, Any]:
    """Visit fresh servers, a plain page's and ours in turn, and ask ours a first question and later ones."""
    visits: dict[str, list[dict[str, float]]] = {"dateline": [], "dateline, later visit": [], "streamlit": []}
    first, later = list[float](), list[float]()
    questions = list(QUESTIONS)
    for number in range(_SERVERS + 1):
        with serving_plain(folder) as url:
            async with opened(browser, url) as page:
                visits["streamlit"].append(await first_paint(page))
        if number == 0:
            visits["streamlit"].clear()  # the browser's own first page
            continue
        with serving_dateline(folder) as url:
            async with opened(browser, url) as page:
                visits["dateline"].append(await first_paint(page))
                asked = [questions[(number + place) % len(questions)] for place in range(1 + _LATER)]
                first.append((await ask(page, asked[0])).seconds)
                for question in asked[1:]:
                    await start_new_chat(page)
                    later.append((await ask(page, question)).seconds)
            async with opened(browser, url) as page:
                visits["dateline, later visit"].append(await first_paint(page))
    paints: dict[str, Any] = {
        name: {what: spread([visit[what] for visit in each]) for what in ("painted", "usable")}
        for name, each in visits.items()
    }
    paints["times the plain page"] = {
        what: ratio(paints["dateline"][what], paints["streamlit"][what]) for what in ("painted", "usable")
    }
    return {"first paint": paints, "questions": {"first of a server": spread(first), "later": spread(later)}}


async def measure_clicks(browser: Browser, folder: Path, chats: Mapping[str, str]) -> dict[str, Any]:
    """Open chats and click in them, in the browser."""
    figures: dict[str, Any] = {}
    with serving_dateline(folder) as url:
        for name, turns in TURNS.items():
            times: dict[str, list[float]] = {"chat opened": [], "article opened": [], "new chat": []}
            for _ in range(_CLICKS):
                async with opened(browser, f"{url}/?chat={chats[name]}" if turns else url) as page:
                    newest = f".st-key-turn-{turns - 1}-newest .dl-question" if turns else ".dl-welcome"
                    times["chat opened"].append(await seconds_to(page, f"seen({newest!r})"))
                    await seconds_to(page, f"settled({turns})")
                    article = page.locator(".st-key-articles button.open").first
                    drawer = await time_it(page, article.click, kind="pointerdown", until=".reader-root .title")
                    times["article opened"].append(drawer.seconds)
                    if turns:
                        await page.keyboard.press("Escape")
                        await page.locator(".reader-root").wait_for(state="detached")
                        await seconds_to(page, f"settled({turns})")
                        times["new chat"].append((await start_new_chat(page)).seconds)
            figures[name] = {what: spread(seconds) for what, seconds in times.items() if seconds}
    return figures


async def measure_readers(browser: Browser, folder: Path) -> dict[str, Any]:
    """Have one reader ask all the questions one by one, then ten readers one each at the same time.

    Each run has a new server, so that every question is the first to read its articles.
    """
    questions = list(QUESTIONS)
    async with AsyncExitStack() as open_pages:
        url = open_pages.enter_context(serving_dateline(folder))
        page = await open_pages.enter_async_context(opened(browser, url))
        await seconds_to(page, "usable")
        await ask(page, questions[0])
        alone = list[float]()
        for question in questions[1:]:
            await start_new_chat(page)
            alone.append((await ask(page, question)).seconds)
    rounds = list[list[Timed]]()
    async with AsyncExitStack() as open_pages:
        url = open_pages.enter_context(serving_dateline(folder))
        pages = list[Page]()
        for _ in questions:
            pages.append(await open_pages.enter_async_context(opened(browser, url)))
            await seconds_to(pages[-1], "usable")
            await ask(pages[-1], questions[0])
        for number in range(_ROUNDS):
            for page in pages:
                await start_new_chat(page)
            for place, page in enumerate(pages):
                await page.get_by_placeholder(INPUT).fill(questions[(place + number) % len(questions)])
            rounds.append(list(await asyncio.gather(*(send(page) for page in pages))))
    first, later = rounds[0], [one for each in rounds[1:] for one in each]
    began = [max(one.began for one in each) - min(one.began for one in each) for each in rounds]
    figures = {
        "one reader": spread(alone),
        "ten readers, each question for the first time": spread([one.seconds for one in first]),
        "ten readers, on articles read before": spread([one.seconds for one in later]),
    }
    return {**figures, "ten asked within": round(max(began), 4)}


async def measure_in_browser(folder: Path, chats: Mapping[str, str], executable: str) -> dict[str, Any]:
    """Measure everything that a reader notices."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            figures = await measure_starts(browser, folder)
            figures["clicks"] = await measure_clicks(browser, folder, chats)
            figures["questions"] |= await measure_readers(browser, folder)
            figures["browser"] = browser.version
        finally:
            await browser.close()
    return figures


def report(seconds: Mapping[str, Any]) -> None:
    """Print the tables; all in seconds."""
    show(
        "a run of the script",
        {
            name: {
                **row["seconds"],
                "on a processor": row["on a processor"]["median"],
                "times the empty": row["times the empty"],
            }
            for name, row in seconds["script"].items()
        },
    )
    paints = dict(seconds["first paint"])
    print(f"\ntimes the plain page: {paints.pop('times the plain page')}")
    show("first paint", {f"{name}: {what}": row for name, each in paints.items() for what, row in each.items()})
    show("clicks", {f"{name}: {what}": row for name, each in seconds["clicks"].items() for what, row in each.items()})
    questions = dict(seconds["questions"])
    print(f"\nthe ten questions of a round were asked within: {questions.pop('ten asked within')}")
    show("first quote", questions)


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    data = parser.parse_args().data.resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # no server outlives this
    executable, load = find_browser(), os.getloadavg()[0]
    if executable is None:
        raise SystemExit("There is no Chromium. Expected one. `make test` fetches it.")
    print(f"load of the machine before: {load:.2f} on {os.cpu_count()} processors", flush=True)
    if load > MOST_LOAD:
        print("Other work is running: the times will be too long. Measure again when it has ended.", flush=True)
    with tempfile.TemporaryDirectory() as made, settings_of(folder := Path(made)):
        shelf = write_seeds(folder / "seeds", data)
        (folder / "plain.py").write_text(_PLAIN)
        shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
        library = build_library(load_settings())
        list(sync_shelf(library))
        check_questions(library)
        chats = keep_chats(library, data)
        library.index.release()
        reruns = measure_reruns(chats)
        figures = asyncio.run(measure_in_browser(folder, chats, executable))
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    result: dict[str, Any] = {
        "shelf": shelf,
        "commit": commit.stdout.strip(),
        "versions": {
            "python": python_version(),
            "chromium": figures.pop("browser"),
            **{name: version(name) for name in ("streamlit", "playwright", "chromadb", "onnxruntime")},
        },
        "processors": os.cpu_count(),
        "load before": round(load, 2),
        "seconds": {"script": reruns, **figures},
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(shelf)
    report(result["seconds"])


if __name__ == "__main__":
    main()
