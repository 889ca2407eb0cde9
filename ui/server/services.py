"""Services: what all readers of one server share."""

import threading
from dataclasses import dataclass
from functools import cache, partial

from index.core.openai_import import load_openai
from index.core.settings import load_settings
from index.pipeline.library import Library, build_library
from rag.llm.client import ChatModel, build_chats
from ui.server.alerts import Alerts
from ui.server.chats import OpenChats
from ui.server.indexer import Indexer
from ui.server.notebook import SharedNotebook
from ui.server.pulse import Pulse, look
from ui.server.suggestions import Suggestions


@dataclass(frozen=True, slots=True)
class Services:
    """The library, and everything in the server's process that uses it."""

    library: Library
    indexer: Indexer
    alerts: Alerts
    suggestions: Suggestions
    models: tuple[ChatModel, ...]  # language models that a reader can choose from
    chats: OpenChats
    notebook: SharedNotebook
    pulse: Pulse

    def start(self) -> None:
        """Start indexing, unless it was started before."""
        if self.indexer.start_once() and self.models:
            # The first answer would wait for this import.
            threading.Thread(target=load_openai, name="warm-up", daemon=True).start()


_building = threading.Lock()


def get_services() -> Services:
    """Return the services of this process. Raises DatelineError if the settings or the store are not usable."""
    with _building:
        return _build()


@cache
def _build() -> Services:
    library = build_library(load_settings())
    alerts, suggestions, notebook = Alerts(library), Suggestions(library), SharedNotebook(library)
    indexer = Indexer(library, alerts, suggestions)
    return Services(
        library=library,
        indexer=indexer,
        alerts=alerts,
        suggestions=suggestions,
        models=build_chats(library.settings),
        chats=OpenChats(library),
        notebook=notebook,
        pulse=Pulse(partial(look, library, indexer, alerts, suggestions, notebook)),
    )
