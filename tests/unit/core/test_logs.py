"""The log: private, rotated, without keys, and quiet on the terminal."""

import logging
import multiprocessing
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.core.errors import UnknownArticle
from index.core.logs import log_path, log_unexpected, set_up_logging, stop_logging

OURS = logging.getLogger("index.anything")
THEIRS = logging.getLogger("httpx")


@pytest.fixture(autouse=True)
def _undone() -> Iterator[None]:
    yield
    stop_logging()


def modes(store: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in sorted(store.iterdir())}


def raised(error: Exception, *, cause: Exception | None = None) -> Exception:
    """Return the error with a traceback."""
    with pytest.raises(type(error)) as caught:
        raise error from cause
    return caught.value


def test_nothing_is_made_before_something_is_logged(tmp_path: Path) -> None:
    store = tmp_path / "store"
    set_up_logging(store, level="warning")
    OURS.info("a run has begun")
    assert not store.exists()
    OURS.warning("a file was skipped")
    assert modes(store) == {"dateline.log": 0o600}
    assert stat.S_IMODE(store.stat().st_mode) == 0o700
    line = log_path(store).read_text()
    assert line.endswith("index.anything: a file was skipped\n")
    assert "WARNING" in line


@pytest.mark.slow
def test_three_private_files_are_kept(tmp_path: Path) -> None:
    set_up_logging(tmp_path, level="info")
    for number in range(5000):
        OURS.info("%d %s", number, "x" * 1000)
    private = {"dateline.log": 0o600, "dateline.log.1": 0o600, "dateline.log.2": 0o600}
    assert modes(tmp_path) == private
    assert all(file.stat().st_size <= 1_000_000 for file in tmp_path.iterdir())
    assert log_path(tmp_path).read_text().endswith("\n")
    assert " 4999 x" in log_path(tmp_path).read_text()


def test_the_terminal_is_quiet_unless_verbose(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(tmp_path, level="debug")
    OURS.error("a fault")
    assert capsys.readouterr() == ("", "")
    set_up_logging(tmp_path, level="error", verbose=True)
    OURS.info("a step")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith("index.anything: a step\n")
    assert log_path(tmp_path).read_text().count("\n") == 2


@pytest.mark.parametrize("verbose", [False, True])
def test_other_packages_log_warnings_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, verbose: bool
) -> None:
    set_up_logging(tmp_path, level="debug", verbose=verbose)
    # As a package sets its own level when an environment variable says so.
    monkeypatch.setattr(THEIRS, "level", logging.DEBUG)
    THEIRS._cache.clear()  # type: ignore[attr-defined]
    THEIRS.debug("the body of a request")
    THEIRS.warning("a retry")
    THEIRS._cache.clear()  # type: ignore[attr-defined]
    written = log_path(tmp_path).read_text() + capsys.readouterr().err
    assert "a retry" in written
    assert "the body" not in written


def test_no_key_is_logged(tmp_path: Path) -> None:
    set_up_logging(tmp_path, level="debug", secrets=["sk-secret", "sk-secret-2", ""])
    OURS.warning("sent %s and %s", "sk-secret-2", "sk-secret")
    assert log_unexpected(raised(ValueError("Illegal header value b'Bearer sk-secret'"))) == log_path(tmp_path)
    written = log_path(tmp_path).read_text()
    assert "sent *** and ***" in written
    assert "Bearer ***" in written
    assert "sk-secret" not in written


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (UnknownArticle("No article 'a.txt'"), True),
        (OSError(28, "No space left on device"), True),
        (ValueError("could not convert 'The mayor said so'"), False),
        (KeyError("The mayor said so"), False),
    ],
)
def test_an_unexpected_error_has_its_traceback_but_no_text_of_an_article(
    tmp_path: Path, error: Exception, shown: bool
) -> None:
    set_up_logging(tmp_path, level="info")
    assert log_unexpected(raised(RuntimeError("what came of it"), cause=raised(error))) == log_path(tmp_path)
    written = log_path(tmp_path).read_text()
    assert f"{type(error).__name__}: " in written
    assert (str(error) in written) == shown
    assert "RuntimeError: (text left out" in written
    assert written.count("Traceback (most recent call last):") == 2
    assert f'File "{__file__}"' in written


def test_a_store_that_cannot_be_written_to_is_no_error_and_the_traceback_is_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    set_up_logging(tmp_path / "file", level="info")
    OURS.error("a fault")
    assert capsys.readouterr() == ("", "")
    assert log_unexpected(ValueError("x")) is None
    assert "ValueError: (text left out" in capsys.readouterr().err


def _log_much(store: Path, name: str) -> None:
    set_up_logging(store, level="info")
    for number in range(1500):
        OURS.info("%s%d %s", name, number, "x" * 1000)


@pytest.mark.slow
def test_two_processes_may_log_and_rotate_at_once(tmp_path: Path) -> None:
    forks = multiprocessing.get_context("spawn")
    store = tmp_path / "store"  # the folder itself is that of the test's processes, where packages may write
    both = [forks.Process(target=_log_much, args=(store, name)) for name in ("a", "b")]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert set(modes(store).values()) == {0o600}
    lines = [line for file in store.iterdir() for line in file.read_text().splitlines()]
    assert all(line.endswith("x" * 1000) and "INFO [" in line for line in lines)
    last = [line for line in lines if "a1499 " in line or "b1499 " in line]
    assert len(last) == 2, "the last lines of both are kept"


def test_text_of_other_packages_is_logged_at_level_debug_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio = logging.getLogger("asyncio")
    text = "Task exception was never retrieved: exception=%r"
    set_up_logging(tmp_path, level="info", verbose=True)
    asyncio.error(text, ValueError("The mayor said so"))
    written = log_path(tmp_path).read_text()
    assert written.endswith(capsys.readouterr().err)
    assert "ERROR [" in written
    assert "] asyncio: (text left out" in written
    assert "mayor" not in written
    set_up_logging(tmp_path, level="debug")
    asyncio.error(text, ValueError("The mayor said so"))
    assert "exception=ValueError('The mayor said so')" in log_path(tmp_path).read_text()


def test_no_key_is_written_to_stderr_if_there_is_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    set_up_logging(tmp_path / "file", level="info", secrets=["sk-secret"])
    assert log_unexpected(OSError("https://gateway.example/?key=sk-secret")) is None
    assert "OSError: https://gateway.example/?key=***" in capsys.readouterr().err
