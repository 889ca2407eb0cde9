"""Logging: a file in the store for whoever looks for the cause of a problem.

Modules log with `logging.getLogger(__name__)`. The file has warnings and errors by default, and never a key. Article
and question text is logged at level DEBUG only. Above it the text of most exceptions is left out, and so is what other
packages write.
"""

import io
import logging
import os
import sys
import traceback
from collections.abc import Collection, Iterator
from contextlib import suppress
from copy import copy
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Literal

from index.core.errors import DatelineError

Level = Literal["debug", "info", "warning", "error"]

_OURS = ("api", "app", "dateline", "index", "rag", "ui")
_MOST_BYTES = 1_000_000  # in one file
_OLDER_FILES = 2  # kept next to the newest
_LINE = "%(asctime)s %(levelname)s [%(process)d] %(name)s: %(message)s"
_LEFT_OUT = "(text left out, as it may quote an article; DATELINE_LOG_LEVEL=debug logs it)"
# The text of these exceptions comes from the system or from code. Others may quote what they failed on.
_SAYS_NO_TEXT = (
    DatelineError,
    OSError,
    ImportError,
    AttributeError,
    TypeError,
    NameError,
    IndexError,
    UnicodeError,
    MemoryError,
    RecursionError,
)


def log_path(store: Path) -> Path:
    """Return the log file of a store. It exists once something was logged."""
    return store / "dateline.log"


def set_up_logging(store: Path, *, level: Level, verbose: bool = False, secrets: Collection[str] = ()) -> None:
    """Log to a file in the store, and with `verbose` to stderr too.

    The file is made with the first record, readable by this user only. It is rotated at 1 MB, and three files are kept.
    Loggers of other packages pass warnings and errors only, whatever the level: some of them log request bodies. Their
    text is written at level DEBUG only: asyncio, for example, puts the text of an exception into it.

    Args:
        store: Folder of the store; made with the first record if it does not exist.
        level: Lowest level that our own loggers pass.
        verbose: Log to stderr too, and pass our own records from INFO up.
        secrets: Keys; each is replaced by *** wherever it would be logged.
    """
    stop_logging()
    number = min(logging.getLevelNamesMapping()[level.upper()], logging.INFO if verbose else logging.CRITICAL)
    handlers: list[logging.Handler] = [_LogFile(log_path(store))]
    if verbose:
        handlers.append(_Terminal())
    for handler in handlers:
        handler.setFormatter(_Formatter(secrets, with_text=number <= logging.DEBUG))
        handler.addFilter(_is_wanted)
        logging.getLogger().addHandler(handler)
    for name in _OURS:
        logging.getLogger(name).setLevel(number)


def is_logging() -> bool:
    """Return True if `set_up_logging` was called in this process."""
    return bool(_handlers())


def stop_logging() -> None:
    """Undo `set_up_logging`."""
    for handler in _handlers():
        logging.getLogger().removeHandler(handler)
        handler.close()
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def log_unexpected(error: BaseException) -> Path | None:
    """Log an exception that we did not expect, with its traceback.

    Returns the file that it was written to. Returns None if there is no such file; the traceback is then on stderr.
    """
    logging.getLogger(__name__).error("Unexpected error", exc_info=error)
    written = next((handler for handler in _handlers() if isinstance(handler, _LogFile) and not handler.failed), None)
    if written:
        return Path(written.baseFilename)
    formatter = next((handler.formatter for handler in _handlers()), None)
    secrets = formatter.secrets if isinstance(formatter, _Formatter) else ()
    with suppress(OSError):
        sys.stderr.write(_redact("\n".join(_traceback_lines(error, with_text=False)), secrets) + "\n")
    return None


def _handlers() -> list["_LogFile | _Terminal"]:
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, _LogFile | _Terminal)]


def _is_wanted(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or _is_ours(record)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.split(".")[0] in _OURS


def _redact(text: str, secrets: Collection[str]) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


class _Terminal(logging.StreamHandler["io.TextIOWrapper"]):
    """Writes to stderr."""


class _LogFile(RotatingFileHandler):
    """A rotating file of mode 0600 that several processes may write to. A failure to log is never an error."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_MOST_BYTES, backupCount=_OLDER_FILES, encoding="utf-8", delay=True)
        self.failed = False

    def _open(self) -> "io.TextIOWrapper":
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(path, "a", encoding="utf-8", errors="backslashreplace", opener=_open_private)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; whether that failed is in `failed`."""
        self.failed = False
        self._follow_rotation()
        super().emit(record)

    def doRollover(self) -> None:  # noqa: N802
        """Rotate. If another process rotates at the same moment, go on with the file that is there."""
        with suppress(OSError):
            super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802
        """Remember that the record could not be written."""
        self.failed = True

    def _follow_rotation(self) -> None:
        """Close the file if another process has given it another name; the next record opens the new one."""
        if self.stream is None:
            return
        try:
            mine, there = os.fstat(self.stream.fileno()), os.stat(self.baseFilename)  # noqa: PTH116
            moved = (mine.st_dev, mine.st_ino) != (there.st_dev, there.st_ino)
        except OSError:
            moved = True
        if moved:
            with suppress(OSError):
                self.stream.close()
            self.stream = None


class _Formatter(logging.Formatter):
    """Formats records without keys and, unless `with_text`, without text that may quote articles."""

    def __init__(self, secrets: Collection[str], *, with_text: bool) -> None:
        super().__init__(_LINE)
        self.secrets = secrets
        self._with_text = with_text

    def format(self, record: logging.LogRecord) -> str:
        """Format a record, whatever other handlers have made of its exception."""
        record = copy(record)
        record.exc_text = None
        if not self._with_text and not _is_ours(record):
            record.msg, record.args = _LEFT_OUT, ()
        return _redact(super().format(record), self.secrets)

    def formatException(self, ei: object) -> str:  # noqa: N802
        """Format a traceback."""
        error = ei[1] if isinstance(ei, tuple) else None
        return "\n".join(_traceback_lines(error, with_text=self._with_text)) if error else ""


def _traceback_lines(error: BaseException, *, with_text: bool) -> Iterator[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier:
        yield from _traceback_lines(earlier, with_text=with_text)
        yield "\nThen:\n"
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    shown = with_text or isinstance(error, _SAYS_NO_TEXT)
    text = str(error) if shown else _LEFT_OUT
    yield f"{type(error).__module__}.{type(error).__qualname__}: {text}"


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
