"""Tokens: shown once, stored as hashes, found while they exist."""

import stat
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.access.tokens import Token, TokenStore
from api.cli import commands
from index.core.errors import BadToken


@pytest.fixture
def tokens(tmp_path: Path) -> TokenStore:
    return TokenStore(tmp_path / "store")


def test_a_token_is_found_by_itself_only(tokens: TokenStore) -> None:
    assert tokens.find("dateline_x") is None
    assert not tokens.path.exists(), "looking makes no file"
    reader, writer = tokens.add("reader", "read"), tokens.add("writer", "write")
    assert reader != writer
    found = tokens.find(reader)
    assert found is not None
    assert (found.name, found.may_write) == ("reader", False)
    assert (other := tokens.find(writer)) is not None
    assert other.may_write
    for wrong in ("", "reader", reader[:-1], f"{reader}x", reader.upper(), "\ud800"):
        assert tokens.find(wrong) is None


def test_a_removed_token_is_not_found_by_a_store_that_is_open(tokens: TokenStore) -> None:
    made, elsewhere = tokens.add("desk", "read"), TokenStore(tokens.path.parent)
    assert tokens.find(made)
    elsewhere.remove("desk")
    assert tokens.find(made) is None
    again = elsewhere.add("desk", "read")
    assert (tokens.find(made), tokens.find(again) is not None) == (None, True)


def test_the_file_has_no_token_and_is_its_owners_only(tokens: TokenStore) -> None:
    made = tokens.add("desk", "read")
    assert stat.S_IMODE(tokens.path.stat().st_mode) == 0o600
    for file in tokens.path.parent.iterdir():
        assert made.removeprefix("dateline_").encode() not in file.read_bytes()


def test_the_day_of_the_last_use_is_kept(tokens: TokenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    made, other = tokens.add("desk", "read"), tokens.add("other", "read")
    assert [token.used for token in tokens.all()] == [None, None]
    made_on = tokens.all()[0].made
    for day in ("2031-01-02", "2031-01-02", "2031-01-03"):
        monkeypatch.setattr("api.access.tokens._today", lambda day=day: day)
        tokens.find(made)
        tokens.find("wrong")
        used, unused = tokens.all()
        assert used == Token("desk", "read", made_on, date.fromisoformat(day))
        assert unused.used is None
    assert tokens.find(other) is not None


@pytest.mark.parametrize("name", ["", " ", "a b", "-x", "a" * 61, "a\nb", "\x1b[31m"])
def test_a_name_that_cannot_be_used_is_refused(tokens: TokenStore, name: str) -> None:
    with pytest.raises(BadToken, match="cannot be the name of a token"):
        tokens.add(name, "read")


def test_a_name_is_taken_once_and_an_unknown_one_cannot_be_removed(tokens: TokenStore) -> None:
    with pytest.raises(BadToken, match="There is no token 'desk'"):
        tokens.remove("desk")
    tokens.add("desk", "read")
    with pytest.raises(BadToken, match="already"):
        tokens.add("desk", "write")
    tokens.remove("desk")
    with pytest.raises(BadToken, match="There is no token 'desk'"):
        tokens.remove("desk")


def run(tokens: TokenStore, *arguments: str) -> Result:
    folders = ("--seeds", str(tokens.path.parents[1] / "seeds"), "--store", str(tokens.path.parent))
    return CliRunner().invoke(commands, [*arguments, *folders])


def test_the_command_shows_a_token_once(tokens: TokenStore) -> None:
    assert run(tokens).stdout == "There are no tokens. Make one with `dateline tokens add NAME`.\n"
    made = run(tokens, "add", "desk", "--write")
    assert "it is not shown again" in made.stderr
    found = tokens.find(made.stdout.strip())
    assert found is not None
    assert found.may_write
    listed = run(tokens, "list").stdout
    assert listed == f"desk  write, made {found.made}, last used {found.made}\n"
    assert run(tokens, "remove", "desk").stdout == "removed  desk\n"
    assert tokens.all() == []


@pytest.mark.parametrize("wrong", [["add"], ["remove"], ["list", "x"], ["grant", "x"], ["remove", "x", "--write"]])
def test_wrong_use_is_explained(tokens: TokenStore, wrong: list[str]) -> None:
    run_ = run(tokens, *wrong)
    assert run_.exit_code == 2
    assert "Give list, add with a name" in run_.stderr
