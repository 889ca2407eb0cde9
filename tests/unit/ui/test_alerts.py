"""Alerts on the page: they run when the shelf has changed, and problems are shown."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from index.core.scope import WHOLE
from rag.storage.alerts import FILE_NAME
from tests.conftest import FENTANYL, Newsroom
from ui.server.alerts import Alerts


def test_no_file_is_created_before_the_first_alert(newsroom: Newsroom, archive: Newsroom) -> None:
    newsroom.indexed()
    alerts = Alerts(newsroom.library)
    answer = archive.ask(FENTANYL)
    alerts.ask("1", stop=lambda: False)
    assert (alerts.listings(), alerts.is_kept(answer), alerts.problem) == ([], False, "")
    assert not (newsroom.library.settings.store / FILE_NAME).exists()
    alerts.keep(answer)
    assert alerts.is_kept(answer)
    alerts.remove(alerts.listings()[0].asked.number)
    assert not alerts.is_kept(answer)


@pytest.mark.slow
def test_alerts_run_once_for_each_state_of_the_shelf_and_again_after_a_problem(
    newsroom: Newsroom, archive: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.indexed()
    alerts, now = Alerts(newsroom.library), [1000.0]
    monkeypatch.setattr("ui.server.alerts.time", SimpleNamespace(monotonic=lambda: now[0]))
    alerts.keep(archive.ask(FENTANYL))
    newsroom.write("more.txt", "It was agreed on fentanyl precursors that all is well.")
    newsroom.indexed()
    alerts.ask("1", stop=lambda: True)
    assert not alerts.listings()[0].quotes, "a run that is asked for goes before"
    path = newsroom.library.settings.store / FILE_NAME
    kept = _swap(path, b"no database any more" * 500)
    alerts.ask("1", stop=lambda: False)
    assert alerts.problem.startswith(f"Alerts could not search the new articles: {path} is damaged")
    now[0] += 30
    assert not alerts.is_kept(archive.ask(FENTANYL, WHOLE)), "an answer is shown all the same"
    _swap(path, kept)
    alerts.ask("1", stop=lambda: False)
    assert alerts.problem, "not at each look"
    now[0] += 31
    alerts.ask("1", stop=lambda: False)
    assert (alerts.problem, alerts.listings()[0].quotes) == ("", 1)


def _swap(path: Path, content: bytes) -> bytes:
    """Replace the content of a file that no process has open, and return the old content."""
    before = path.read_bytes()
    path.write_bytes(content)
    return before
