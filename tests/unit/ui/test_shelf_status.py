"""The line about the last runs in the sidebar."""

from datetime import UTC, datetime

import pytest

from tests.conftest import Newsroom
from ui.sidebar.shelf import freshness

NOW = datetime(2026, 2, 5, 12, 0, tzinfo=UTC)
TEN, ELEVEN = "2026-02-05T10:00:00+00:00", "2026-02-05T11:00:00+00:00"


@pytest.mark.parametrize(
    ("last_run", "found", "change", "said"),
    [
        ("", "", "", ["Not indexed yet."]),
        (TEN, "[2, 0, 1]", f'["{TEN}", [2, 0, 1]]', ["Updated 2 h ago · 2 new or changed, 1 not readable"]),
        (
            ELEVEN,
            "[0, 0, 0]",
            f'["{TEN}", [2, 0, 0]]',
            ["Updated 2 h ago · 2 new or changed", "Checked 1 h ago · no changes"],
        ),
        (
            TEN,
            "[0, 0, 0]",
            f'["{TEN}", [2, 0, 0]]',
            ["Updated 2 h ago · 2 new or changed", "Checked 2 h ago · no changes"],
        ),
        (TEN, "[0, 0, 1]", "", ["Checked 2 h ago · 1 not readable"]),
        (TEN, "", "", ["Checked 2 h ago"]),
    ],
    ids=["never", "found", "nothing later", "nothing in the same second", "old", "older"],
)
def test_a_run_without_changes_does_not_hide_what_the_last_change_was(
    last_run: str, found: str, change: str, said: list[str]
) -> None:
    assert freshness(last_run, found, change, now=NOW) == said


def records(newsroom: Newsroom) -> list[str]:
    with newsroom.library.shelf.read() as reading:
        return [reading.record(name) for name in ("last_run", "last_found", "last_change")]


def test_each_run_notes_what_it_changed(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", "A pier of Oakhaven closed on Monday after a storm.\n")
    newsroom.index()
    assert freshness(*records(newsroom), now=datetime.now(UTC)) == ["Updated just now · 1 new or changed"]
    newsroom.index()
    assert freshness(*records(newsroom), now=datetime.now(UTC)) == [
        "Updated just now · 1 new or changed",
        "Checked just now · no changes",
    ]
