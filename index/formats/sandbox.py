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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from index.core.errors import UnreadableArticle
from index.core.limits import LIMITS
from index.formats.parsed import NO_TEXT, Parsed
from index.formats.parsers import kind_of, parser_of
from index.ocr.engine import Box, Page, ScannedPages, is_installed

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).parents[2]
# Audit events (PEP 578) that are refused. This covers code written in Python only.
_REFUSED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork")
# What the process is asked for; any other job is the kind of a file, to be parsed.
_DRAW, _READ, _SCANS = "draw a page", "read a page", "parse scans"
_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_FAILED = 2  # pages of a file; a third would fail for the same reason
_INHERITED = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "VIRTUAL_ENV", "TMPDIR", "TEMP")


class Sandbox:
    """The process that parses. Safe to share between threads, which take turns."""

    def __init__(self, *, seconds: float = LIMITS.parser_seconds, megabytes: int = LIMITS.parser_megabytes) -> None:
        """Prepare the sandbox; the process starts with the first file."""
        self._seconds = seconds
        self._megabytes = megabytes
        self._process: subprocess.Popen[bytes] | None = None
        self._using = threading.Lock()

    def parse(self, path: str, content: bytes, read: Mapping[int, Page] | None = None) -> Sequence[Parsed]:
        """Parse a file with the parser for its suffix. Raises UnreadableArticle, whatever goes wrong.

        For a PDF, `read` has what OCR has read on its pages, by their numbers from 1.
        """
        scans = {"job": _SCANS, "read": {number: asdict(page) for number, page in read.items()}} if read else {}
        answer = self._answer_for(path, content, {"job": kind_of(path), **scans})
        with _reporting_nonsense(path):
            return [_parsed(article) for article in answer["articles"]]

    def read_page(self, path: str, content: bytes, number: int) -> Page:
        """Read a page of a PDF by OCR; its number is from 1. Raises UnreadableArticle."""
        answer = self._answer_for(path, content, {"job": _READ, "page": number})
        with _reporting_nonsense(path):
            return _page(answer["page"])

    def draw_page(self, path: str, content: bytes, number: int) -> bytes:
        """Draw a page of a PDF as a PNG; its number is from 1. Raises UnreadableArticle."""
        answer = self._answer_for(path, content, {"job": _DRAW, "page": number})
        with _reporting_nonsense(path):
            picture = b64decode(str(answer["picture"]), validate=True)
            if not picture.startswith(_PNG):
                raise ValueError
            return picture

    def _answer_for(self, path: str, content: bytes, asked: Mapping[str, object]) -> dict[str, Any]:
        with self._using:
            answer, late = self._ask({"path": path, **asked}, content)
        if answer is None:
            logger.warning("Parsing %s ended the sandbox (%s)", path, "time" if late else "memory or a crash")
            raise UnreadableArticle(
                f"{path}: parsing took more than {self._seconds:g} seconds. Expected an ordinary file. Split it, or "
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

    def _ask(self, asked: Mapping[str, object], content: bytes) -> tuple[dict[str, Any] | None, bool]:
        """Return the answer, or None if there is none, and True if the time was up."""
        if self._process is None or self._process.poll() is not None:
            self._process = _start(self._megabytes)
        process = self._process
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._seconds, end)
        timer.start()
        read = None
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            _write(process.stdin, json.dumps(asked).encode())
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
    """Read the scanned pages one by one; a page that cannot be read costs only itself."""
    reader, read, failed = Sandbox(seconds=LIMITS.ocr_seconds, megabytes=LIMITS.ocr_megabytes), dict[int, Page](), 0
    try:
        for number in parsed[0].scanned[: LIMITS.ocr_pages]:
            try:
                read[number] = reader.read_page(path, content, number)
            except UnreadableArticle as error:
                logger.warning("Page %d was not read by OCR: %s", number, error)
                failed += 1
            if failed == _MOST_FAILED:
                break
    finally:
        reader.close()  # the engine takes a gigabyte
    if read:
        return _shared.parse(path, content, read)
    if parsed[0].text:
        return parsed
    raise UnreadableArticle(
        f"{path}: {NO_TEXT}, and OCR failed on it; the log says why. Expected pages of ordinary size. Run the file "
        "through another OCR program."
    )


def draw_page(path: str, content: bytes, page: int) -> bytes:
    """Draw a page of a PDF, by its number from 1, as a PNG; b"" without OCR. Raises UnreadableArticle."""
    return _shared.draw_page(path, content, page) if is_installed() else b""


_shared = Sandbox()
atexit.register(_shared.close)


@contextlib.contextmanager
def _reporting_nonsense(path: str) -> Iterator[None]:
    """Report an answer of the wrong form: it is as untrusted as the file."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableArticle(
            f"{path}: the parser gave an invalid result. Expected an ordinary file. Save only its text."
        ) from None


def _page(answer: Mapping[str, Any]) -> Page:
    """Read a page of an answer. Raises an error if a part has the wrong type."""
    sides = ("left", "right", "top", "bottom")
    boxes = [Box(str(box["text"]), *(float(box[side]) for side in sides)) for box in answer["boxes"]]
    return Page(boxes, float(answer["height"]))


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
    while (asked := _read(source)) is not None and (content := _read(source)) is not None:
        _write(to, json.dumps(_answer(json.loads(asked), content)).encode())


def _answer(asked: Mapping[str, Any], content: bytes) -> dict[str, object]:
    path, job = asked["path"], asked["job"]
    try:
        if job == _DRAW:
            return {"picture": b64encode(ScannedPages(content).png(asked["page"] - 1)).decode()}
        if job == _READ:
            return {"page": asdict(ScannedPages(content).read(asked["page"] - 1))}
        if job == _SCANS:
            from index.formats.pdf_files import parse_scanned_pdf

            read = {int(number): _page(page) for number, page in asked["read"].items()}
            articles = parse_scanned_pdf(path, content, read)
        else:
            articles = parser_of(job)(path, content)
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
