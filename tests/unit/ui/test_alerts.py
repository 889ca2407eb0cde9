"""Asking: the page's alerts are asked when the shelf has changed, and what is wrong is told."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from index.core.scope import WHOLE
from rag.storage.alerts import FILE_NAME
from tests.conftest import FENTANYL, Newsroom
from ui.server.alerts import Asking


def test_nothing_is_made_before_a_question_is_kept(newsroom: Newsroom, archive: Newsroom) -> None:
    newsroom.indexed()
    asking = Asking(newsroom.library)
    answer = archive.ask(FENTANYL)
    asking.ask("1", stop=lambda: False)
    assert (asking.listings(), asking.is_kept(answer), asking.problem) == ([], False, "")
    assert not (newsroom.library.settings.store / FILE_NAME).exists()
    asking.keep(answer)
    assert asking.is_kept(answer)
    asking.remove(asking.listings()[0].asked.number)
    assert not asking.is_kept(answer)


def test_it_is_asked_once_of_each_state_of_the_shelf_and_again_after_a_problem(
    newsroom: Newsroom, archive: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.indexed()
    asking, now = Asking(newsroom.library), [1000.0]
    monkeypatch.setattr("ui.server.alerts.time", SimpleNamespace(monotonic=lambda: now[0]))
    asking.keep(archive.ask(FENTANYL))
    newsroom.write("more.txt", "It was agreed on fentanyl precursors that all is well.")
    newsroom.indexed()
    asking.ask("1", stop=lambda: True)
    assert not asking.listings()[0].quotes, "a run that is asked for goes before"
    path = newsroom.library.settings.store / FILE_NAME
    kept = _swap(path, b"no database any more" * 500)
    asking.ask("1", stop=lambda: False)
    assert asking.problem.startswith(f"Alerts were not asked of what is new: {path} is damaged")
    now[0] += 30
    assert not asking.is_kept(archive.ask(FENTANYL, WHOLE)), "an answer is shown all the same"
    _swap(path, kept)
    asking.ask("1", stop=lambda: False)
    assert asking.problem, "not at each look"
    now[0] += 31
    asking.ask("1", stop=lambda: False)
    assert (asking.problem, asking.listings()[0].quotes) == ("", 1)


def _swap(path: Path, content: bytes) -> bytes:
    """Put other content into a file that nobody has open, and return what was there."""
    before = path.read_bytes()
    path.write_bytes(content)
    return before
