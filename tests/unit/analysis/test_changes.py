"""Changes: what newer articles add to, or contradict in, earlier coverage."""

import json
from datetime import date

import pytest

from index.core.errors import BadQuestion
from index.core.scope import Scope
from rag.analysis.changes import Changes, _says_the_same, find_changes
from rag.output.changes import changes_json, changes_lines
from tests.conftest import OTTAWA, CommandLine, Newsroom
from tests.support.reprints import reprint

WHAT = "What happened to the ferry Aster?"
SANK = "The ferry Aster sank off Halden Ford on Sunday, and twelve people died."
REPEATED = "The ferry Aster sank off Halden Ford on Sunday, and 12 people died, the owners said."
TOLL = "The ferry Aster sank off Halden Ford on Sunday, and fourteen people died."
RAISED = "The wreck of the ferry Aster was raised by a crane from Quarrow."
MONDAY, FRIDAY = date(2026, 2, 9), date(2026, 2, 13)


def fill(newsroom: Newsroom, *newer: str) -> None:
    newsroom.write("old.md", reprint("The Lamp", MONDAY.isoformat(), SANK, title="Ferry sinks"))
    newsroom.write("undated.md", f"---\ntitle: A history of the Aster\n---\n\n{RAISED}")
    for number, text in enumerate(newer):
        newsroom.write(f"new{number}.md", reprint(f"Paper {number}", "2026-02-12", text, title=f"Newer {number}"))
    newsroom.indexed()


def found(newsroom: Newsroom, since: date = MONDAY, scope: Scope = Scope()) -> Changes:  # noqa: B008 (frozen)
    return find_changes(WHAT, library=newsroom.library, since=since, scope=scope)


@pytest.mark.slow
def test_newer_quotes_are_added_differ_or_repeat(newsroom: Newsroom) -> None:
    fill(newsroom, REPEATED, TOLL, RAISED)
    changes = found(newsroom)
    assert [quote.quote for quote in changes.added] == [RAISED]
    assert [[side.words for side in one.sides] for one in changes.differing] == [["twelve", "fourteen"]]
    assert changes.repeated == 1
    assert list(changes_lines(changes)) == [
        "Added after 9 Feb 2026:",
        f"  {RAISED}",
        "    Newer 2 (Paper 2, 12 Feb 2026)",
        "The articles differ on a number: twelve (9 Feb, The Lamp) · fourteen (12 Feb, Paper 1)",
        f"  {SANK} (Sunday → 8 Feb 2026)",
        "    Ferry sinks (The Lamp, 9 Feb 2026)",
        f"  {TOLL} (Sunday → 8 Feb 2026)",
        "    Newer 1 (Paper 1, 12 Feb 2026)",
        "1 newer quote not shown: said before.",
        "Searched 3 newer articles, held against 1 older one.",
        "Left out, as undated: A history of the Aster.",
    ]


def test_changes_are_written_as_json(newsroom: Newsroom) -> None:
    fill(newsroom, TOLL, RAISED)
    got = json.loads(json.dumps(changes_json(found(newsroom))))
    assert set(got) == {"question", "since", "known", "added", "differing", "repeated", "undated", "searched"}
    assert (got["question"], got["since"], got["repeated"]) == (WHAT, "2026-02-09", 0)
    assert [one["quote"] for one in got["known"]] == [SANK]
    assert [one["quote"] for one in got["added"]] == [RAISED]
    assert [side["marked"] for side in got["differing"][0]["sides"]] == ["twelve", "fourteen"]
    assert got["undated"] == {"articles": 1, "titles": ["A history of the Aster"]}
    assert got["searched"]["older"]["as_of"] == "2026-02-09"
    assert got["searched"]["newer"]["since"] == "2026-02-10"


def test_the_day_itself_is_old_and_the_next_day_is_new(newsroom: Newsroom) -> None:
    fill(newsroom, RAISED)
    assert [quote.quote for quote in found(newsroom, date(2026, 2, 11)).added] == [RAISED]
    nothing = found(newsroom, date(2026, 2, 12))
    assert (nothing.added, nothing.differing, nothing.repeated) == ((), (), 0)
    assert next(changes_lines(nothing)) == "No article on the shelf was published after 12 Feb 2026."


def test_a_new_answer_is_added_and_a_refusal_is_reported(newsroom: Newsroom) -> None:
    fill(newsroom, RAISED)
    question = "What raised the wreck of the ferry Aster?"
    added = find_changes(question, library=newsroom.library, since=MONDAY)
    assert [quote.quote for quote in added.added] == [RAISED]
    refused = find_changes(OTTAWA, library=newsroom.library, since=MONDAY)
    assert next(changes_lines(refused)) == "The articles published after 9 Feb 2026 do not answer this."
    assert changes_json(refused)["added"] == changes_json(refused)["known"] == []


def test_repeated_quotes_are_nothing_new(newsroom: Newsroom) -> None:
    fill(newsroom, REPEATED)
    lines = list(changes_lines(found(newsroom)))
    assert lines[:2] == ["Nothing new after 9 Feb 2026.", "1 newer quote not shown: said before."]


def test_a_scope_applies_to_both_sides(newsroom: Newsroom) -> None:
    fill(newsroom, TOLL, RAISED)
    only = Scope(until=FRIDAY, outlets=frozenset({"Paper 1", "The Lamp"}))
    changes = found(newsroom, scope=only)
    assert [quote.quote for quote in changes.added] == [RAISED]
    assert changes.differing == ()
    assert changes.undated == 0, "of these outlets there is none"
    with pytest.raises(BadQuestion, match="There is no day after 2026-02-13 and until 2026-02-13"):
        found(newsroom, FRIDAY, only)


def test_days_in_the_question_do_not_narrow_the_search(newsroom: Newsroom) -> None:
    fill(newsroom, TOLL)
    asked = "What happened to the ferry Aster in January 2019?"
    assert find_changes(asked, library=newsroom.library, since=MONDAY).newer.searched.scope == Scope(date(2026, 2, 10))


@pytest.mark.slow
def test_the_command_line_shows_changes(dateline: CommandLine) -> None:
    question = "what was agreed on fentanyl precursors?"
    run = dateline("changes", question, "--since", "2026-02-11")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[0] == "Added after 11 Feb 2026:"
    assert run.stdout.splitlines()[-1] == "Searched 1 newer article, held against 0 older ones."
    got = json.loads(dateline("changes", question, "--since", "2026-02-12", "--json").stdout)
    assert (got["added"], got["differing"], len(got["known"])) == ([], [], 2)
    missing = dateline("changes", question)
    assert missing.returncode == 2
    assert "--since" in missing.stderr


def test_another_low_number_or_time_is_new() -> None:
    assert not _says_the_same("Four were killed in the blast in Tarn.", "Two were killed in the blast in Tarn.")
    assert not _says_the_same("The vote in Tarn will start at 11:45.", "The vote in Tarn will start at 10:30.")
    assert _says_the_same("Two were killed in the blast in Tarn.", "Two were killed in the blast in Tarn, police said.")
