"""Doctor: what to check first when something does not work, and what to paste into a bug report.

It shows no key and no text of an article, and writes ~ for the home folder. The only request it sends to an endpoint
is for its list of models, to a reranker two sentences that are written here, and to a Chroma server for its heartbeat.
"""

import errno
import json
import platform
import shutil
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import httpx
from pydantic import SecretStr

from index.core.errors import DatelineError
from index.core.formatting import counted, one_line
from index.core.logs import log_path
from index.core.settings import Settings
from index.core.urls import OPENAI, is_this_machine, shown_address
from index.core.version import own_version
from index.inbox.folder import check_folder
from index.ocr.engine import is_installed
from index.shelf.database import is_damaged
from index.shelf.shelf import FILE_NAME, Shelf
from index.vectors.embedders import MiniLM
from rag.delivery.reports import outbox_lines
from rag.llm.rerank import build_reranker
from rag.storage.alerts import FILE_NAME as ALERTS_FILE
from rag.storage.alerts import AlertStore
from ui.server.headers import POLICY

State = Literal["ok", "warning", "error"]

_PACKAGES = ("chromadb", "streamlit", "openai", "onnxruntime")
_SECONDS = 5.0  # for an endpoint to answer
# What a reranker is asked: the first text answers, the second does not.
_PROBE = (
    "When does the library open?",
    ("The library opens at nine in the morning.", "Bananas are rich in potassium."),
)
_LITTLE_ROOM = 1_000_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    check: str
    state: State
    found: str
    advice: str = ""  # what to do, if anything


def examine(settings: Settings, *, port: int, port_error: OSError | None) -> Iterator[Finding]:
    """Check everything that Dateline needs, and yield what was found."""
    yield from _versions()
    yield Finding("settings", "ok", _settings_line(settings))
    yield _seeds(settings)
    yield from _store(settings)
    if not settings.embedding_model:
        yield _model_files(settings)
    yield _port(port, port_error)
    yield from _endpoints(settings)
    yield from _delivery(settings)
    log = log_path(settings.store)
    size = f"{log.stat().st_size:,} bytes" if log.exists() else "nothing was logged yet"
    yield Finding("log", "ok", f"{_short(log)}, {size}")


def finding_lines(finding: Finding) -> Iterator[str]:
    """Render a finding for a terminal."""
    yield f"{finding.state:8} {finding.check}: {one_line(finding.found)}"
    if finding.advice:
        yield f"         {one_line(finding.advice)}"


def finding_json(finding: Finding) -> Mapping[str, str]:
    """Return the fields of a finding in `dateline doctor --json`."""
    return asdict(finding)


def _versions() -> Iterator[Finding]:
    system = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.platform()}"
    yield Finding("version", "ok", f"Dateline {own_version()}, {system}")
    for name in _PACKAGES:
        try:
            yield Finding(name, "ok", version(name))
        except PackageNotFoundError:
            yield Finding(name, "error", "not installed", "Install the packages of requirements.lock again.")
    if is_installed():
        yield Finding("ocr", "ok", f"RapidOCR {version('rapidocr')}")
    else:
        yield Finding("ocr", "ok", "not installed, so scanned pages are not read", "To read them, run `make ocr`.")


def _settings_line(settings: Settings) -> str:
    """Name the settings that are not the default, keys and passwords hidden."""
    shown = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if value == field.default or name in ("seeds", "store"):
            continue
        variable = str(field.validation_alias or f"DATELINE_{name.upper()}")
        if isinstance(value, SecretStr):
            value = "***"
        elif isinstance(value, Path):
            value = _short(value)
        elif name.endswith("_url"):
            value = shown_address(value)
        shown.append(f"{variable}={value}")
    return ", ".join(shown) or "all default"


def _seeds(settings: Settings) -> Finding:
    where = _short(settings.seeds)
    try:
        check_folder(settings.seeds)
        count = sum(1 for entry in settings.seeds.iterdir() if not entry.name.startswith("."))
    except (DatelineError, OSError):
        advice = "Make the folder and put articles into it, or name another with DATELINE_SEEDS or --seeds."
        return Finding("seeds", "error", f"{where} is missing or cannot be read", advice)
    return Finding("seeds", "ok", f"{where}, {counted(count, 'entry', 'entries')}")


def _store(settings: Settings) -> Iterator[Finding]:
    store = settings.store
    if not (store / FILE_NAME).exists():
        yield Finding("store", "ok", f"{_short(store)} has no shelf yet", "Run `dateline index` to build one.")
    else:
        yield _shelf(store)
    for file in sorted(store.glob("*.db")):
        if file.name != FILE_NAME and is_damaged(file):
            yield Finding("store", "error", f"{file.name} is damaged", "Run `dateline index --rebuild`: it is renamed.")
    open_ = [entry.name for entry in (store, *store.glob("*.db*"), *store.glob("*.log*")) if _is_open(entry)]
    if open_:
        advice = f"Run `chmod -R go-rwx {_short(store)}`."
        yield Finding("permissions", "warning", f"other users can read {', '.join(open_)}", advice)
    elif store.exists():
        yield Finding("permissions", "ok", "only this user can read the store")
    above = next(folder for folder in (store, *store.parents) if folder.exists())
    free = shutil.disk_usage(above).free
    little = free < _LITTLE_ROOM
    advice = "Make room: indexing stops when the disk is full." if little else ""
    yield Finding("disk", "warning" if little else "ok", f"{free / 1e9:.1f} GB free for the store", advice)


def _shelf(store: Path) -> Finding:
    try:
        shelf = Shelf(store)
        damage = shelf.damage(thorough=True)
        with shelf.read() as reading:
            counts, last_run = reading.counts(), reading.record("last_run")
    except DatelineError as error:
        return Finding("store", "error", f"{FILE_NAME} cannot be used ({type(error).__name__})", _tilde(str(error)))
    if damage:
        return Finding("store", "error", f"{FILE_NAME} fails the integrity check", _tilde(damage))
    numbers = f"{counted(counts.articles, 'article')}, {counted(counts.chunks, 'chunk')}, {counts.embedded:,} embedded"
    found = f"{_short(store)}: {numbers}, {counts.rejected:,} files rejected, last indexed {last_run or 'never'}"
    if counts.embedded < counts.chunks:
        return Finding("store", "warning", found, "Run `dateline index` to embed the rest.")
    return Finding("store", "ok", found)


def _is_open(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _model_files(settings: Settings) -> Finding:
    try:
        return Finding("embedding model", "ok", f"{MiniLM(settings.embedding_folder).model}, files as expected")
    except (DatelineError, OSError) as error:
        return Finding("embedding model", "error", "a file is missing or not the right one", _tilde(str(error)))


def _port(port: int, error: OSError | None) -> Finding:
    if error is None:
        return Finding("port", "ok", f"{port} is free")
    if error.errno != errno.EADDRINUSE:
        return Finding("port", "warning", f"{port} cannot be used ({error.strerror})", "Use `dateline serve --port N`.")
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=_SECONDS, trust_env=False)
        ours = answer.headers.get("content-security-policy") == POLICY
    except httpx.HTTPError:
        ours = False
    if ours:
        return Finding("port", "ok", f"{port} is used by Dateline's page")
    return Finding("port", "warning", f"{port} is used by another program", "Use `dateline serve --port N`.")


def _endpoints(settings: Settings) -> Iterator[Finding]:
    if settings.embedding_model:
        key = settings.embedding_api_key or settings.openai_api_key
        models = (settings.embedding_model,)
        yield _endpoint("embedding endpoint", "DATELINE_EMBEDDING", settings.embedding_base_url, key, models)
    if settings.chat_models:
        key = settings.chat_api_key or settings.openai_api_key
        yield _endpoint("chat endpoint", "DATELINE_CHAT", settings.chat_base_url, key, settings.chat_models)
    if settings.rerank_base_url or settings.rerank_model:
        yield _reranker(settings)
    if settings.chroma_url:
        yield _chroma_server(settings.chroma_url, settings.chroma_token)


def _delivery(settings: Settings) -> Iterator[Finding]:
    """Report how what alerts find is sent, and what could not be delivered."""
    ways = ["a webhook"] if settings.webhook_url.get_secret_value() else []
    ways += [f"mail by {settings.smtp_host}"] if settings.mail_receivers else []
    if settings.webhook_url.get_secret_value() and not settings.webhook_secret.get_secret_value():
        advice = "Set DATELINE_WEBHOOK_SECRET, so that the receiver can check who sent a message."
        yield Finding("alerts", "warning", "webhook messages are not signed", advice)
    if not (settings.store / ALERTS_FILE).exists():
        return
    try:
        outbox = AlertStore(settings.store).outbox
        waiting, failing = outbox.waiting(), outbox.failing_since()
    except DatelineError as error:
        yield Finding("alerts", "error", f"{ALERTS_FILE} cannot be used ({type(error).__name__})", _tilde(str(error)))
        return
    lines = list(outbox_lines(waiting, failing))
    for line in lines:
        yield Finding("alerts", "warning", line, "See docs/guides/alerts.md.")
    if ways and not lines:
        yield Finding("alerts", "ok", f"what they find is sent by {' and '.join(ways)}; no message waits")


def _endpoint(check: str, prefix: str, base_url: str, key: SecretStr, models: tuple[str, ...]) -> Finding:
    """Ask an endpoint for its list of models. `prefix` begins the names of its variables."""
    address = base_url or OPENAI
    where = shown_address(address)
    settings = f"{prefix}_BASE_URL and {prefix}_API_KEY or OPENAI_API_KEY"
    if not base_url and not key.get_secret_value():
        return Finding(check, "error", f"{where} needs a key, and none is set", f"Set {settings}.")
    try:
        answer = _get(address, "models", key)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        advice = f"Start the server, or check {settings}."
        return Finding(check, "error", f"{where} cannot be reached ({type(error).__name__})", advice)
    if answer.status_code in (401, 403):
        return Finding(check, "error", f"{where} refuses the key (status {answer.status_code})", f"Check {settings}.")
    known = _model_names(answer)
    if known is None:
        found = f"{where} gives no list of models (status {answer.status_code})"
        return Finding(check, "warning", found, "If questions fail too, check the address.")
    missing = [model for model in models if model not in known]
    if missing:
        return Finding(check, "warning", f"{where} does not list {', '.join(missing)}", f"Check {prefix}_MODEL.")
    return Finding(check, "ok", f"{where} answers and has {', '.join(models)}")


def _reranker(settings: Settings) -> Finding:
    """Ask a reranker for the scores of two sentences."""
    where = shown_address(settings.rerank_base_url)
    try:
        reranker = build_reranker(settings)
        right, wrong = reranker.scores(*_PROBE) if reranker else (0.0, 0.0)
    except DatelineError as error:
        return Finding("reranker", "error", str(error), "Until then questions are answered without it.")
    if right <= wrong:
        found = f"{where} answers, but gives a sentence that does not answer the higher score"
        advice = "Check that DATELINE_RERANK_MODEL is a reranker, converted by its publisher."
        return Finding("reranker", "warning", found, advice)
    return Finding("reranker", "ok", f"{where} answers, and puts the right sentence first")


def _chroma_server(url: str, token: SecretStr) -> Finding:
    """Ask a Chroma server for its heartbeat."""
    where = shown_address(url)
    try:
        answer = _get(url, "api/v2/heartbeat", token)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        found = f"{where} cannot be reached ({type(error).__name__})"
    else:
        if answer.status_code == 200 and "heartbeat" in answer.text:
            return Finding("Chroma server", "ok", f"{where} answers")
        found = f"{where} does not answer as a Chroma server (status {answer.status_code})"
    advice = (
        "Start it, or check DATELINE_CHROMA_URL and DATELINE_CHROMA_TOKEN. "
        "Until then the vectors in the store are searched: complete, but slower."
    )
    return Finding("Chroma server", "warning", found, advice)


def _get(address: str, path: str, key: SecretStr) -> httpx.Response:
    return httpx.get(
        f"{address.rstrip('/')}/{path}",
        headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key.get_secret_value() else {},
        timeout=_SECONDS,
        follow_redirects=False,  # the key is for this address only
        trust_env=not is_this_machine(address),
    )


def _model_names(answer: httpx.Response) -> set[str] | None:
    try:
        return {str(model["id"]) for model in answer.json()["data"]} if answer.status_code == 200 else None
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
        return None


def _short(path: Path) -> str:
    """Write a path with ~ for the home folder."""
    return _tilde(str(path))


def _tilde(text: str) -> str:
    home = str(Path.home())
    return text.replace(f"{home}/", "~/") if home != "/" else text
