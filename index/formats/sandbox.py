"""Sandbox: parse untrusted files in a separate process with limited memory and time.

If a file makes a parser hang, crash or use too much memory, only that process ends, and the file is rejected. The
process gets no keys and no settings, cannot write files and cannot open connections. It starts with the first such
file, parses one file after the other, and ends with the process that started it.
"""

import atexit
import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from index.core.errors import UnreadableArticle
from index.core.limits import LIMITS
from index.formats.parsed import NO_TEXT, Parsed
from index.formats.parsers import SCANNED_PDF, kind_of, parser_of
from index.ocr.engine import ScannedPages, is_installed

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).parents[2]
# Audit events (PEP 578) that are refused. This covers code written in Python only.
_REFUSED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork")
_PICTURE = "picture of page "  # and its number: in place of the kind of a file, to have a page drawn
_INHERITED = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "VIRTUAL_ENV", "TMPDIR", "TEMP")


class Sandbox:
    """The process that parses. Safe to share between threads, which take turns."""

    def __init__(self, *, seconds: float = LIMITS.parser_seconds, megabytes: int = LIMITS.parser_megabytes) -> None:
        """Prepare the sandbox; the process starts with the first file."""
        self._seconds = seconds
        self._megabytes = megabytes
        self._process: subprocess.Popen[bytes] | None = None
        self._using = threading.Lock()

    def parse(self, path: str, content: bytes, *, kind: str = "", times: int = 1) -> Sequence[Parsed]:
        """Parse a file with the parser for its suffix, or for `kind`, in `times` the usual time.

        Raises UnreadableArticle, whatever goes wrong.
        """
        answer = self._answer_for(path, content, kind or kind_of(path), self._seconds * times)
        try:
            return [_parsed(article) for article in answer["articles"]]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UnreadableArticle(
                f"{path}: the parser gave an invalid result. Expected an ordinary file. Save only its text."
            ) from None

    def draw(self, path: str, content: bytes, page: int) -> bytes:
        """Draw a page of a PDF, by its number from 1, as a PNG. Raises UnreadableArticle."""
        answer = self._answer_for(path, content, f"{_PICTURE}{page}", self._seconds)
        return b64decode(str(answer.get("picture", "")))

    def _answer_for(self, path: str, content: bytes, kind: str, seconds: float) -> dict[str, Any]:
        with self._using:
            answer, late = self._ask((path, kind), content, seconds)
        if answer is None:
            logger.warning("Parsing %s ended the sandbox (%s)", path, "time" if late else "memory or a crash")
            raise UnreadableArticle(
                f"{path}: parsing took more than {seconds:g} seconds. Expected an ordinary file. Split it, or "
                "save only its text."
                if late
                else f"{path}: parsing took more than {self._megabytes:,} MB of memory, or crashed the parser. "
                "Expected an ordinary file. Save only its text."
            )
        if reason := answer.get("reason"):
            raise UnreadableArticle(str(reason))
        return answer

    def close(self) -> None:
        """End the process. The next file starts another one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, named: tuple[str, str], content: bytes, seconds: float) -> tuple[dict[str, Any] | None, bool]:
        """Return the answer, or None if there is none, and True if the time was up."""
        if self._process is None or self._process.poll() is not None:
            self._process = _start(self._megabytes)
        process = self._process
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        read = None
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            _write(process.stdin, json.dumps(named).encode())
            _write(process.stdin, content)
            read = _read(process.stdout)
            answer = json.loads(read) if read is not None else None
            return (answer if isinstance(answer, dict) else None), late.is_set()
        except (OSError, ValueError):  # the process ended, or its answer is truncated
            return None, late.is_set()
        finally:
            timer.cancel()
            # The rest of this answer would be read as that of the next file.
            if read is None or late.is_set():
                self.close()


def parse(path: str, content: bytes) -> Sequence[Parsed]:
    """Parse a file in the sandbox that this process shares, and scanned pages by OCR. Raises UnreadableArticle."""
    parsed = _shared.parse(path, content)
    if not parsed or not parsed[0].scanned:
        return parsed
    if not is_installed():
        if parsed[0].text:
            return parsed
        raise UnreadableArticle(
            f"{path}: {NO_TEXT}, perhaps a scan. Expected text that can be selected. Install OCR (`make ocr`), or run "
            "the file through another OCR program."
        )
    return _parse_scans(path, content, parsed)


def _parse_scans(path: str, content: bytes, parsed: Sequence[Parsed]) -> Sequence[Parsed]:
    reader = Sandbox(seconds=LIMITS.ocr_seconds, megabytes=LIMITS.ocr_megabytes)
    try:
        return reader.parse(path, content, kind=SCANNED_PDF, times=len(parsed[0].scanned))
    except UnreadableArticle as error:
        if not parsed[0].text:
            raise
        logger.warning("Pages of %s were not read by OCR: %s", path, error)
        return parsed
    finally:
        reader.close()  # the engine takes a gigabyte


def draw_page(path: str, content: bytes, page: int) -> bytes:
    """Draw a page of a PDF, by its number from 1, as a PNG; b"" without OCR. Raises UnreadableArticle."""
    return _shared.draw(path, content, page) if is_installed() else b""


_shared = Sandbox()
atexit.register(_shared.close)


def _parsed(answer: dict[str, Any]) -> Parsed:
    """Read an article of an answer, which is as untrusted as the file. Raises an error if a part has the wrong type."""
    # A database cannot store a lone surrogate.
    text, guessed, reason = (
        str(answer[name]).encode(errors="replace").decode() for name in ("text", "guessed", "reason")
    )
    stated, origins = (
        {str(fact): str(value) for fact, value in answer[name].items()} for name in ("stated", "origins")
    )
    start = min(max(0, int(answer["start"])), len(text))
    pages, ocr, scanned = (tuple(int(number) for number in answer[name]) for name in ("pages", "ocr", "scanned"))
    return Parsed(text, stated, pages, guessed, start, reason, ocr, scanned, origins)


def _start(megabytes: int) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return subprocess.Popen(  # noqa: S603 (our own module)
        [sys.executable, "-m", "index.formats.sandbox", str(megabytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={**kept, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _write(to: IO[bytes], message: bytes) -> None:
    to.write(len(message).to_bytes(8) + message)
    to.flush()


def _read(source: IO[bytes]) -> bytes | None:
    """Read a message, or return None if the other process has ended or the message is too long."""
    size = int.from_bytes(source.read(8)) if (head := source.peek(1)) else 0  # type: ignore[attr-defined]
    if not head or size > LIMITS.parsed_bytes:
        return None
    message = source.read(size)
    return message if len(message) == size else None


def _serve(megabytes: int) -> None:
    """Parse files from standard input until it ends."""
    source, to = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # so that a parser that prints cannot garble the answer
    _limit(megabytes)
    sys.addaudithook(_refuse)
    while (named := _read(source)) is not None and (content := _read(source)) is not None:
        path, kind = json.loads(named)
        _write(to, json.dumps(_answer(path, kind, content)).encode())


def _answer(path: str, kind: str, content: bytes) -> dict[str, object]:
    try:
        if kind.startswith(_PICTURE):
            drawn = ScannedPages(content).png(int(kind.removeprefix(_PICTURE)) - 1)
            return {"picture": b64encode(drawn).decode()}
        articles = parser_of(kind)(path, content)
    except UnreadableArticle as error:
        return {"reason": str(error)}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 (a parser may raise anything; the file is rejected)
        kind = type(error).__name__
        return {"reason": f"{path}: cannot be parsed ({kind}). Expected an undamaged file. Save only its text."}
    return {"articles": [asdict(article) for article in articles]}


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event.startswith(_REFUSED):
        raise PermissionError(event)


def _limit(megabytes: int) -> None:
    with contextlib.suppress(ImportError):  # Windows has no such limits, but the time limit applies
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000, megabytes * 1_000_000))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
