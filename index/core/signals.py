"""Signals: Ctrl-C and SIGTERM end a command in good order, at whatever moment they come."""

import signal
import sys
import threading
from types import FrameType

_LOOK_AGAIN_SECONDS = 0.02
_IMPORT_SYSTEM = "<frozen importlib"

_ended = threading.Event()
_first: list[int] = []  # the signal that came first


class Ended(BaseException):
    """The process was asked to end. Not an Exception, so that nothing on the way swallows it."""

    def __init__(self, number: int) -> None:
        """Remember which signal asked."""
        super().__init__(number)
        self.exit_code = 128 + number


def end_on_signals() -> threading.Event:
    """Make Ctrl-C and SIGTERM raise `Ended`, and return the event that is set from then on. May be called again.

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
        _first.append(number)
        _ended.set()
    if not _first:
        return
    if _has_timer() and _is_importing(frame):
        signal.setitimer(signal.ITIMER_REAL, _LOOK_AGAIN_SECONDS)
    else:
        raise Ended(_first[0])


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
