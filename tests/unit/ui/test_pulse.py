"""The pulse: it changes when what a page shows changes, and an unexpected error does not end it."""

import logging

import pytest

from tests.conftest import Newsroom, wait_until
from ui.server import pulse as module
from ui.server.alerts import Alerts
from ui.server.indexer import Indexer
from ui.server.notebook import SharedNotebook
from ui.server.pulse import Pulse, look
from ui.server.suggestions import Suggestions


def test_the_pulse_changes_with_the_shelf_and_only_then(newsroom: Newsroom) -> None:
    library, alerts, suggestions = newsroom.library, Alerts(newsroom.library), Suggestions(newsroom.library)
    indexer, notebook = Indexer(library, alerts, suggestions), SharedNotebook(library)
    newsroom.indexed()
    before = look(library, indexer, alerts, suggestions, notebook)
    assert look(library, indexer, alerts, suggestions, notebook) == before
    newsroom.write("pier.txt", "A pier of Oakhaven closed on Monday after a storm tore 40 planks away.\n")
    newsroom.indexed()
    assert look(library, indexer, alerts, suggestions, notebook) != before


def test_an_unexpected_error_is_logged_once_and_the_pulse_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.0)
    texts: list[str] = []

    def look_at() -> str:
        if not texts:
            raise LookupError
        return texts[-1]

    pulse = Pulse(look_at)
    with caplog.at_level(logging.ERROR):
        failed = {pulse.value() for _ in range(3)}
    assert len(failed) == 1
    assert sum("LookupError" in (record.exc_text or "") for record in caplog.records) == 1
    texts.append("a shelf")
    seen = pulse.value()
    assert seen not in failed
    assert pulse.value() == seen
    texts.append("another shelf")
    wait_until(lambda: pulse.value() != seen)
