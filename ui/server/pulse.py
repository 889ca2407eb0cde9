"""The pulse: tells open pages when what they show by themselves has changed.

An open page would otherwise be redrawn every few seconds, and each redraw is sent as a whole. So each page keeps one
socket open. A short digest is sent over it whenever it differs from the last one, and the page redraws itself then.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b

from starlette.websockets import WebSocket, WebSocketDisconnect

from index.core.errors import DatelineError
from index.core.formatting import ago
from index.feeds.staleness import read_staleness
from index.pipeline.library import Library
from ui.server.alerts import Alerts
from ui.server.indexer import Indexer
from ui.server.notebook import SharedNotebook
from ui.server.suggestions import Suggestions
from ui.server.unexpected import log_and_explain

_LOOK_SECONDS = 1.0


class Pulse:
    """A digest of what all pages of a server show, computed once a second however many pages are open."""

    def __init__(self, look: Callable[[], str]) -> None:
        """Prepare; `look` returns a text that changes if a page has to be redrawn."""
        self._look = look
        self._looking = threading.Lock()
        self._value, self._until = "", 0.0  # on the monotonic clock
        self._unexpected = ""  # the error that was logged last

    def value(self) -> str:
        """Return the digest as it was at most a second ago."""
        with self._looking:
            if time.monotonic() >= self._until:
                self._value = blake2b(self._read().encode(errors="replace"), digest_size=6).hexdigest()
                self._until = time.monotonic() + _LOOK_SECONDS
            return self._value

    def _read(self) -> str:
        try:
            return self._look()
        except Exception as error:  # noqa: BLE001 (logged once; the pages are redrawn by clicks)
            if repr(error) != self._unexpected:
                self._unexpected = repr(error)
                log_and_explain(error)
            return self._unexpected


def look(library: Library, indexer: Indexer, alerts: Alerts, suggestions: Suggestions, notebook: SharedNotebook) -> str:
    """Return all that the redrawn parts of a page show: of the shelf, indexing, feeds, alerts and the notebook."""
    parts: list[object] = [indexer.progress, indexer.watching, alerts.problem, suggestions.questions]
    try:
        with library.shelf.read() as reading:
            records = [reading.record(name) for name in ("generation", "last_run", "last_found", "last_change")]
            parts += [*records, reading.counts(), newest := reading.newest_day(until=datetime.now(UTC).date())]
        ended = [records[1], json.loads(records[3])[0] if records[3] else ""]
        parts += [ago(datetime.fromisoformat(one), now=datetime.now(UTC)) for one in ended if one]
        parts.append(read_staleness(library.settings.store, newest))
        parts += [(one.asked.number, one.quotes) for one in alerts.listings()]
        parts += notebook.state()
    except DatelineError as error:
        parts.append(str(error))
    return repr(parts)


async def send_pulse(socket: WebSocket, pulse: Pulse) -> None:
    """Send the digest to one page, and again whenever it has changed, until the page or the server ends."""
    await socket.accept()
    gone, sent = asyncio.create_task(_until_gone(socket)), ""
    try:
        while not gone.done():
            if (value := await asyncio.to_thread(pulse.value)) != sent:
                await socket.send_text(sent := value)
            await asyncio.wait({gone}, timeout=_LOOK_SECONDS)
    except (WebSocketDisconnect, RuntimeError):
        pass  # it was closed while something was sent
    finally:
        gone.cancel()


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
