"""Ctrl-C and SIGTERM, at any moment."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

from index.core import signals
from index.core.signals import Ended, cancel_deferred_signal, end_at_once_on_signals, end_on_signals
from index.inbox.watch import watch_seeds
from tests.conftest import ROOT, SEED

STARTS = 6
SECONDS = 2.0


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Handle signals in this process as the command line does. The handlers are restored afterwards."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    before = {number: signal.getsignal(number) for number in numbers}
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(signals, "_ended", threading.Event())
    monkeypatch.setattr(signals, "_first", [])
    yield end_on_signals()
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_ends_the_running_command(asked: threading.Event) -> None:
    assert not asked.is_set()
    with pytest.raises(Ended) as ended:
        signal.raise_signal(signal.SIGTERM)
    assert asked.is_set()
    assert ended.value.exit_code == 143


def test_a_signal_that_is_lost_in_a_destructor_is_remembered(asked: threading.Event) -> None:
    class Left:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    left = Left()
    del left  # the lost signal is not reported: a warning would fail this test
    assert asked.is_set()


def test_a_signal_waits_until_an_import_is_done(
    asked: threading.Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "imported_slowly.py").write_text(
        "import signal, time\nsignal.raise_signal(signal.SIGINT)\ntime.sleep(0.1)\nwhole = True\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(Ended) as ended:
        _import_and_wait("imported_slowly")
    assert sys.modules.pop("imported_slowly").whole
    assert ended.value.exit_code == 130


def test_a_loop_that_ends_by_the_event_drops_the_signal_that_waited(
    asked: threading.Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "imported_at_the_end.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(signals, "_LOOK_AGAIN_SECONDS", 1.0)
    import_module("imported_at_the_end")
    assert asked.is_set()
    assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    cancel_deferred_signal()
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


# What a command does: the first signal ends its work and begins the clean-up.
CLEANS_UP = """
import signal, time
from index.core import signals
signals.end_on_signals()
try:
    signal.raise_signal(signal.SIGINT)
except signals.Ended:
    signal.raise_signal(signal.SIGINT)
    print("cleaning up", flush=True)
    time.sleep(signals._MEANT_ONCE_SECONDS + 0.1)
    try:
        signal.raise_signal(signal.SIGTERM)
    finally:
        print("interrupted", flush=True)
"""


def test_a_second_signal_ends_at_once_unless_it_is_the_first_sent_twice() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CLEANS_UP], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("cleaning up\n", "", -signal.SIGTERM)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_watch_while_nothing_changes(
    asked: threading.Event, tmp_path: Path, ending: signal.Signals
) -> None:
    """`watchfiles` waits in its own code, and replaces what the handler raises there."""
    sent = threading.Timer(0.3, os.kill, (os.getpid(), ending))
    notices = 0
    try:
        with suppress(Ended):  # between two waits
            for _ in watch_seeds(tmp_path, ended=asked):
                notices += 1
                sent.start()
    except KeyboardInterrupt:
        pytest.fail("the watch was interrupted")
    assert asked.is_set()
    assert notices == 1


def _import_and_wait(name: str) -> None:
    import_module(name)
    time.sleep(10)


def test_a_command_ends_in_order_whenever_the_signal_comes(tmp_path: Path) -> None:
    """The exit code is the signal's, or 0 if the command had finished, and there is no traceback."""
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    wrong = []
    for number in range(STARTS):
        ending = (signal.SIGINT, signal.SIGTERM)[number % 2]
        with subprocess.Popen(
            # Signals before any of our code runs are not tested.
            [sys.executable, "-c", "from dateline.__main__ import main; print(flush=True); main()", "index"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.02 + SECONDS * number / STARTS)
            process.send_signal(ending)
            _, complaint = process.communicate(timeout=120)
        if process.returncode not in (0, 128 + ending, -ending) or "Traceback" in complaint:
            wrong.append((number, process.returncode, complaint))
    assert wrong == []


def test_signals_end_a_command_on_a_system_without_timers(
    asked: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows has no SIGALRM."""
    with monkeypatch.context() as windows:
        for name in ("SIGALRM", "ITIMER_REAL", "setitimer"):
            windows.delattr(signal, name)
        assert end_on_signals() is asked
        with pytest.raises(Ended) as ended:
            signal.raise_signal(signal.SIGTERM)
        end_at_once_on_signals()
    assert ended.value.exit_code == 143
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
