"""Fixtures for all tests: a guarded network, an empty environment, the built-in model and a real shelf."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright

from index.core.scope import WHOLE, Scope
from index.core.settings import Settings
from index.pipeline.events import Done, Event
from index.pipeline.library import Library
from index.pipeline.sync import sync_shelf
from index.shelf.shelf import Shelf
from index.vectors.chroma import VectorIndex
from index.vectors.embedders import CachedEmbedder, Embedder, MiniLM
from rag.answering.models import Answer
from rag.answering.pipeline import answer_question
from rag.answering.query import make_query
from tests.support.browser import find_browser
from tests.support.forked import run_forked
from tests.support.loopback import guard

guard()
hypothesis_settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis_settings.register_profile("dev", deadline=None)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "dev")

ROOT = Path(__file__).parent.parent
SEED = ROOT / "seeds" / "000_bcfaf7050c89e7f4.txt"
FICTION = ROOT / "tests" / "data" / "fiction"
FENTANYL = "what was agreed on fentanyl precursors?"
OTTAWA = "What is the population of Ottawa?"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test with bytes by its parameter: an archive has its time in it, and both workers need the same names."""
    return argname if isinstance(val, bytes) else None


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A seeds folder and the shelf that is built from it."""

    seeds: Path
    library: Library

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def index(self) -> list[Event]:
        return list(sync_shelf(self.library))

    def indexed(self) -> Done:
        last = self.index()[-1]
        assert isinstance(last, Done)
        return last

    def ask(self, question: str, scope: Scope = WHOLE) -> Answer:
        return answer_question(make_query(question, scope=scope), library=self.library)

    def paths(self) -> list[str]:
        with self.library.shelf.read() as reading:
            return sorted(listing.path for listing in reading.listings())


def make_newsroom(folder: Path, model: Embedder) -> Newsroom:
    settings = Settings(seeds=folder / "seeds", store=folder / "store", _env_file=None)
    settings.seeds.mkdir(parents=True)
    library = Library(settings, Shelf(settings.store), VectorIndex(settings.store), model, model)
    return Newsroom(settings.seeds, library)


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the settings, keys and `.env` of the person who runs the tests."""
    for name in list(os.environ):
        if name.startswith(("DATELINE_", "OPENAI_", "CHROMA_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def model() -> CachedEmbedder:
    """The built-in model. Most tests index the same few articles, which are embedded once."""
    return CachedEmbedder(MiniLM(), most=20_000)


@pytest.fixture
def newsroom(tmp_path: Path, model: Embedder) -> Iterator[Newsroom]:
    """A newsroom without articles."""
    made = make_newsroom(tmp_path / "newsroom", model)
    yield made
    made.library.index.release()


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory, model: Embedder) -> Iterator[Newsroom]:
    """The user's article and the fictional ones, indexed. Tests only read this newsroom."""
    made = make_newsroom(tmp_path_factory.mktemp("archive"), model)
    shutil.copy(SEED, made.seeds)
    shutil.copytree(FICTION, made.seeds / "fiction")
    assert made.indexed().articles == 7
    yield made
    made.library.index.release()


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until `holds` returns True because of another thread or process, for a minute at most."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def ids_in_chroma(index: VectorIndex, collection: str) -> list[str]:
    """Return all ids that Chroma has, sorted."""
    return sorted(index._get(collection).get(include=[])["ids"])


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Runs `dateline` as users do: in a separate process, in its own folder."""

    folder: Path

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        # Python reads these variables only when it starts, so a forked process would ignore them.
        if not any(name.startswith("PYTHON") for name in environment):
            return run_forked(arguments, folder=self.folder, environment=self._environment(environment), seconds=120)
        return subprocess.run(
            [sys.executable, "-m", "tests.support.loopback", *arguments],
            cwd=self.folder,
            env=self._environment(environment),
            capture_output=True,
            text=True,
            timeout=120,
        )

    @contextmanager
    def running(self, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command until the block ends, for two minutes at most.

        If the block waits for it in vain, the failure shows what each of its threads was doing.
        """
        with subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "tests.support.loopback", *arguments],
            cwd=self.folder,
            env=self._environment(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            limit = threading.Timer(120, process.kill)
            limit.start()
            try:
                yield process
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGABRT)
                _, threads = process.communicate()
                pytest.fail(f"It did not end:\n{threads}")
            finally:
                limit.cancel()
                process.kill()

    def _environment(self, given: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "OPENAI_"))}
        return {**kept, "PYTHONPATH": str(ROOT), "HOME": str(self.folder), **given}


@pytest.fixture
def dateline(tmp_path: Path) -> CommandLine:
    """The command line, in a folder whose seeds are the user's article."""
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    return CommandLine(tmp_path)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of the page.

    Its windows share one process, which compiles Streamlit's scripts once instead of once a window.
    """
    flags = ["--no-sandbox", "--disable-background-networking", "--disable-sync", "--process-per-site"]
    path = find_browser()  # which may start Playwright itself, and that can only run once at a time
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=flags)
        yield started
        started.close()
