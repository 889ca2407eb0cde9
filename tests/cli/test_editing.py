"""`dateline edit`, in this process: what it prints, and what it refuses."""

import json

import pytest
from typer.testing import CliRunner, Result

from index.cli import commands
from index.core.errors import BadCorrection, UnknownArticle
from tests.conftest import Newsroom

TEXT = "Ferry aground\nBy Per Nye | 05/02/2026\n\nThe ferry Halla ran aground off Tarn on Monday. All were saved."


@pytest.fixture
def desk(newsroom: Newsroom) -> Newsroom:
    newsroom.write("a.txt", TEXT)
    newsroom.index()
    newsroom.library.index.release()
    return newsroom


def run(desk: Newsroom, *arguments: str) -> Result:
    settings = desk.library.settings
    folders = ["--seeds", str(settings.seeds), "--store", str(settings.store)]
    return CliRunner().invoke(commands, [*arguments, *folders])


def test_an_edit_is_shown_as_one_and_can_be_undone(desk: Newsroom) -> None:
    said = "the file says 05/02/2026, which may be 5 February or 2 May 2026"
    assert run(desk, "show", "a.txt").stderr == f"language: English\nday: none, {said}\n"
    assert run(desk, "list", "--undated").stdout == f"no date     a.txt  Ferry aground  ({said})\n"
    edited = run(desk, "edit", "a.txt", "--day", "2026-02-05", "--author", "none")
    shown = "a.txt\n  day      2026-02-05 (its file says none)\n  author   none (its file says Per Nye)\n"
    assert (edited.stdout, edited.exit_code) == (shown, 0)
    assert run(desk, "edit", "--list").stdout == shown
    assert run(desk, "list", "--since", "2026-02-05").stdout == (
        "2026-02-05  a.txt  Ferry aground  (corrected by hand)\n"
    )
    assert run(desk, "show", "a.txt").stderr == (
        f"language: English\nday: 2026-02-05, corrected by hand; its file says none, {said}\n"
        "author: none, corrected by hand; its file says Per Nye\n"
    )
    article = json.loads(run(desk, "show", "a.txt", "--json").stdout)
    assert (article["published"], article["author"], article["day"]["note"]) == ("2026-02-05", None, said)
    assert article["corrected"] == [{"field": "published", "own": None}, {"field": "author", "own": "Per Nye"}]
    (desk.seeds / "a.txt").unlink()
    run(desk, "index")
    assert run(desk, "edit", "--list").stdout == (
        "a.txt  (not on the shelf now)\n  day      2026-02-05\n  author   none\n"
    )
    assert run(desk, "edit", "a.txt", "--undo", "--json").stdout == "[]\n"
    assert run(desk, "edit", "--list").stdout == "No article is corrected.\n"


def test_a_wrong_use_is_refused(desk: Newsroom) -> None:
    for wrong in (
        ["edit"],
        ["edit", "a.txt"],
        ["edit", "--list", "a.txt"],
        ["list", "--language", "German"],
        ["edit", "a.txt", "--undo", "--day", "none"],
    ):
        assert run(desk, *wrong).exit_code == 2
    assert isinstance(run(desk, "edit", "b.txt", "--day", "none").exception, UnknownArticle)
    assert isinstance(run(desk, "edit", "a.txt", "--day", "soon").exception, BadCorrection)
    assert isinstance(run(desk, "edit", "a.txt", "--undo").exception, BadCorrection)
