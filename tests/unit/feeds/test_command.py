"""The command for feeds, in this process: a list is imported, shown and shortened, and mistakes are said."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.cli import commands
from index.core.errors import FetchFailed, UnknownFeed
from index.core.logs import stop_logging
from index.feeds.feed_list import FeedList

OPML = '<opml><body><outline text="Echo" xmlUrl="http://10.0.0.1/echo"/></body></opml>'


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(tmp_path)
    Path("seeds").mkdir()
    Path("feeds.opml").write_text(OPML)
    yield
    stop_logging()


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(commands, ["feeds", *arguments])
    if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_a_list_is_imported_shown_polled_and_shortened() -> None:
    assert run() == (0, "There are no feeds. Add one with `dateline feeds add URL`.\n", "")
    code, out, _ = run("import", "feeds.opml")
    assert (code, out.splitlines()[0]) == (0, "added    Echo, http://10.0.0.1/echo")
    assert run("import", "feeds.opml", "--teasers")[1].startswith(
        "added    Echo, http://10.0.0.1/echo. Already followed: its name and --teasers stay as they were."
    )
    assert run("list")[1] == "Echo  0 articles, not polled yet  http://10.0.0.1/echo\n"
    code, out, said = run("poll")
    assert (code, out) == (1, "")
    assert said.startswith(
        "failed   Echo: http://10.0.0.1/echo: leads to 10.0.0.1, which is not on the public internet"
    )
    assert "Feed Echo has failed since" in run()[1]
    assert "not polled before" in run("poll")[1]
    (feed,) = json.loads(run("--json")[1])
    assert (feed["name"], feed["follows_links"], feed["taken"]) == ("Echo", True, 0)
    assert run("remove", "http://10.0.0.1/echo")[1] == "removed  Echo. Its articles stay.\n"
    assert FeedList(Path(".dateline").resolve()).feeds() == []


def test_mistakes_are_said() -> None:
    assert run("add")[0] == run("poll", "x")[0] == run("fetch")[0] == 2
    with pytest.raises(FetchFailed, match="not on the public internet"):
        run("add", "http://127.0.0.1/feed")
    with pytest.raises(UnknownFeed):
        run("remove", "Echo")
