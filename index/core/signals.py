"""Signals: Ctrl-C and SIGTERM end a command in good order, at whatever moment they come.

The first one starts the clean-up, and nothing interrupts that. Whoever does not want to wait for it presses Ctrl-C
again: a second signal ends the process at once, as a crash would. That loses nothing: SQLite's transactions survive it,
and Chroma's files are built again if they were being written.
"""

import os
import signal
import sys
import threading
import time
from types import FrameType

_LOOK_AGAIN_SECONDS = 0.02
_IMPORT_SYSTEM = "<frozen importlib"
# `timeout` and some supervisors send a signal to the process and to its group: it comes twice, and is meant once.
_MEANT_ONCE_SECONDS = 0.5
_SHOW_CURSOR = b"\x1b[?25h"

_ended = threading.Event()
_first: list[tuple[int, float]] = []  # the signal that came first, and when


class Ended(BaseException):
    """The process was asked to end. Not an Exception, so that nothing on the way swallows it."""

    def __init__(self, number: int) -> None:
        """Remember which signal asked."""
        super().__init__(number)
        self.exit_code = 128 + number


def end_on_signals() -> threading.Event:
    """Make Ctrl-C and SIGTERM raise `Ended`, and return the event that is set from then on. May be called again.

    Only the first signal does; a second one ends the process.

    Python raises it between two of its own steps, so what Chroma or SQLite is writing is written first. While a module
    is imported it waits: an exception there turns into an ImportError or leaves half a module. In a destructor or a
    callback the exception is lost, so whoever loops for ever must look at the event.
    """
    if sys.unraisablehook is not _report_unraisable:
        _reports.append(sys.unraisablehook)
        sys.unraisablehook = _report_unraisable
    if _has_timer():
        signal.signal(signal.SIGALRM, _end)
    for number in (signal.SIGINT, signal.SIGTERM):
        # Even if it is ignored: a shell that starts a command in the background has it ignore Ctrl-C.
        signal.signal(number, _end)
    return _ended


def cancel_deferred_signal() -> None:
    """Drop a signal that still waits for an import, for a loop that has seen the event and ends by itself."""
    if _has_timer():
        signal.setitimer(signal.ITIMER_REAL, 0)


def end_at_once_on_signals() -> None:
    """Leave signals to the system from now on. For the end of a process, when no one is left to catch `Ended`."""
    cancel_deferred_signal()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> None:
    if number in (signal.SIGINT, signal.SIGTERM):
        if _first:
            if time.monotonic() - _first[0][1] > _MEANT_ONCE_SECONDS:
                _end_at_once(number)
            return
        _first.append((number, time.monotonic()))
        _ended.set()
    if not _first:
        return
    if _has_timer() and _is_importing(frame):
        signal.setitimer(signal.ITIMER_REAL, _LOOK_AGAIN_SECONDS)
    else:
        raise Ended(_first[0][0])


def _end_at_once(number: int) -> None:
    for stream in (1, 2):  # not `sys.stdout`, which may be in use: the signal came in the middle of something
        if os.isatty(stream):
            os.write(stream, _SHOW_CURSOR)  # a progress bar hides it
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


def _has_timer() -> bool:
    """Return True if the system has timers that send a signal. On Windows, which has none, nothing waits."""
    return hasattr(signal, "SIGALRM") and hasattr(signal, "setitimer")


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORT_SYSTEM):
            return True
        frame = frame.f_back
    return False


_reports = [sys.__unraisablehook__]


def _report_unraisable(lost: "sys.UnraisableHookArgs") -> None:
    if not isinstance(lost.exc_value, Ended):  # that one is in the event
        _reports[-1](lost)
