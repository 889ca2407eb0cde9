"""Check that the page stays correct and its memory small while ten users ask and articles change.

    python -m bench.soak [--minutes 10]

It serves a shelf of invented articles about rivers, each with its level, and opens it in ten browsers. In each round
some levels change, articles are removed and return, `dateline index` runs, and every user asks for a level. The quote
must have the newest level, and no quote may name a river whose article was removed. Every tenth round the users start
new chats. It prints the server's memory and writes `bench/results/soak.json`. The first outdated answer ends it with an
error. Linux only, because it reads /proc.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from bench.page import serving_dateline
from rag.evaluation.evaluate import commit_of
from tests.support.browser import find_browser

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "soak.json"
READERS = 10
RIVERS = 60
_CHANGED = 6  # in each round
_WAIT = 30_000  # milliseconds
_NEWEST = "[class*='-newest']"
_SYLLABLES = ("ka", "lor", "min", "ves", "tur", "eda", "sol", "bri")


def name_of(number: int) -> str:
    """Return the name of a river. No two names share a word."""
    one, two, three = number % 8, number // 8 % 8, number // 64 % 8
    return (_SYLLABLES[one] + _SYLLABLES[two] + _SYLLABLES[three] + "n").capitalize()


def write(seeds: Path, number: int, level: float) -> None:
    """Write an article that states the level."""
    text = f"The River {name_of(number)} fell to {level:.2f} metres, engineers of the water board said."
    (seeds / f"river-{number:02}.txt").write_text(f"Title: Water in {name_of(number)}\n\n{text}\n")


def memory_of(port: str) -> float:
    """Return the memory of the server on a port, in MB."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            status = (process / "status").read_text()
        except OSError:
            continue  # it has ended
        if b"serve" in command and port.encode() in command:
            return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1000
    raise SystemExit("The server is gone.")


def check(page: Page, number: int, level: float | None) -> None:
    """Wait for the newest answer and compare it with the shelf."""
    newest = page.locator(_NEWEST)
    expect(newest.locator(".dl-question")).to_contain_text(name_of(number), timeout=_WAIT)
    if level is None:
        # Another river may be quoted, but not the removed one.
        expect(newest.get_by_text(re.compile(r"^Read \d+ passages")).first).to_be_visible(timeout=_WAIT)
        expect(newest.locator(".words", has_text=name_of(number))).to_have_count(0)
    else:
        expect(newest.locator(".words", has_text=f"{name_of(number)} fell to {level:.2f} metres").first).to_be_visible(
            timeout=_WAIT
        )
    if "Traceback" in page.locator("body").inner_text():
        raise SystemExit("The page shows a traceback.")


def main() -> None:
    """Run the test and write its results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    minutes = parser.parse_args().minutes
    chromium = find_browser()
    chance, asked, memory = random.Random(1), 0, list[tuple[float, float]]()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place)
        seeds = folder / "seeds"
        seeds.mkdir()
        levels: dict[int, float | None] = {number: 2 + number / 100 for number in range(RIVERS)}
        for number in levels:
            write(seeds, number, 2 + number / 100)
        index = [sys.executable, "-m", "dateline", "index", "--seeds", str(seeds), "--store", str(folder / "store")]
        subprocess.run(index, check=True, cwd=ROOT, capture_output=True)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with serving_dateline(folder) as url:
            pages = [browser.new_context().new_page() for _ in range(READERS)]
            for page in pages:
                page.goto(url)
                expect(page.get_by_placeholder("Ask about the news")).to_be_visible(timeout=_WAIT)
            started, rounds = time.monotonic(), 0
            while (elapsed := time.monotonic() - started) < minutes * 60:
                changed = chance.sample(sorted(levels), _CHANGED)
                for number in changed[1:]:
                    levels[number] = level = chance.randrange(100, 900) / 100
                    write(seeds, number, level)
                levels[changed[0]] = None
                (seeds / f"river-{changed[0]:02}.txt").unlink(missing_ok=True)
                subprocess.run(index, check=True, cwd=ROOT, capture_output=True)
                about = [chance.choice(changed) for _ in pages]
                for page, number in zip(pages, about, strict=True):
                    if rounds % 10 == 9:
                        page.get_by_role("button", name="New chat").click()
                        expect(page.locator(".dl-question")).to_have_count(0, timeout=_WAIT)
                    box = page.get_by_placeholder("Ask about the news")
                    box.fill(f"To how many metres did the River {name_of(number)} fall?")
                    box.press("Enter")
                for page, number in zip(pages, about, strict=True):
                    check(page, number, levels[number])
                asked, rounds = asked + len(pages), rounds + 1
                memory.append((round(elapsed), round(memory_of(url.rpartition(":")[2]))))
                print(
                    f"{elapsed:5.0f} s  round {rounds}  {asked} answers, all of them new  {memory[-1][1]} MB",
                    flush=True,
                )
    result = {
        "minutes": minutes,
        "readers": READERS,
        "answers": asked,
        "stale": 0,
        "megabytes": memory,
        "commit": commit_of(ROOT),
    }
    RESULT.write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
