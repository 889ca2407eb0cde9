"""Hostile files, all indexed in one run: each has the text or the reason of the manifest."""

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.core.errors import UnknownArticle
from index.shelf.shelf import Shelf
from index.text.articles import Article
from tests.conftest import ROOT
from tests.support.hostile_files import Hostile, remove_deep, write_hostile

MOST_MEMORY = 1_200_000_000  # bytes, of the indexer and of its process for the parsers
# Runs the command, and prints the peak memory of the indexer and of its parsers at the end.
_INDEX = """
import json, re, resource, sys
from pathlib import Path
import index.formats.sandbox
sys.argv = ["dateline", "index", "--json"]
from ui.cli import commands
try:
    commands()
finally:
    index.formats.sandbox._shared.close()
    peaks = [resource.getrusage(of).ru_maxrss * 1024 for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    # The system counts what the process that started this one had, too.
    if (status := Path("/proc/self/status")).exists():
        peaks[0] = int(re.search(r"VmHWM:\\s*(\\d+)", status.read_text())[1]) * 1024
    print(json.dumps({"event": "memory", "peaks": peaks}))
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run over the whole folder reported, and the shelf after it."""

    manifest: list[Hostile]
    complaints: str
    events: list[dict[str, object]]
    shelf: Shelf

    @property
    def rejected(self) -> dict[object, str]:
        return {event["path"]: str(event["reason"]) for event in self.events if event["event"] == "rejected"}

    def article(self, path: str) -> Article | None:
        try:
            with self.shelf.read() as reading:
                return reading.article(path)
        except UnknownArticle:
            return None


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "seeds").mkdir()
    manifest = write_hostile(folder / "seeds")
    run = subprocess.run(
        [sys.executable, "-c", _INDEX],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    events = [json.loads(line) for line in run.stdout.splitlines()]
    yield Outcome(manifest, run.stderr, events, Shelf(folder / ".dateline"))
    remove_deep(folder / "seeds")


def test_the_folder_holds_more_than_a_hundred_and_twenty_hostile_files(outcome: Outcome) -> None:
    assert len({hostile.path for hostile in outcome.manifest}) == len(outcome.manifest) > 120


def test_one_run_over_all_files_succeeds_within_its_memory_limit(outcome: Outcome) -> None:
    assert outcome.complaints == ""
    done, memory = outcome.events[-2:]
    assert done["event"] == "done"
    assert memory["event"] == "memory"
    assert max(memory["peaks"]) < MOST_MEMORY  # type: ignore[call-overload]


def test_each_file_has_its_expected_text_or_reason(outcome: Outcome, subtests: pytest.Subtests) -> None:
    for hostile in outcome.manifest:
        with subtests.test(hostile.path[:80]):
            article = outcome.article(hostile.path)
            given = outcome.rejected.get(hostile.file, "")
            if hostile.holds:
                assert article is not None, given
                assert hostile.holds in article.text
                assert not hostile.lacks or hostile.lacks not in article.text + article.title
                assert not any(unicodedata.category(letter) == "Cc" for letter in article.title)
            elif hostile.reason:
                assert article is None
                assert hostile.reason in given
                assert given.startswith(hostile.path)
                assert given.endswith(".")
            else:
                assert article is None
                assert given == ""


def test_nothing_from_outside_the_folder_or_hidden_in_a_file_is_in_the_store(outcome: Outcome) -> None:
    store = outcome.shelf.path.parent
    for file in store.rglob("*"):
        assert not file.is_file() or b"xyloquartz" not in file.read_bytes(), file.name


def test_nothing_was_written_outside_the_store(outcome: Outcome) -> None:
    folder = outcome.shelf.path.parent.parent
    assert {entry.name for entry in folder.iterdir()} <= {"seeds", ".dateline", "outside.txt", ".cache"}
    assert not Path("/tmp/escaped.txt").exists()
