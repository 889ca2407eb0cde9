"""Library: a shelf with its settings, vector index and embedding models, built once per process."""

from dataclasses import dataclass
from pathlib import Path

from index.core.errors import StoreMismatch
from index.core.settings import Settings
from index.shelf.database import is_damaged, set_aside
from index.shelf.shelf import FILE_NAME, Shelf
from index.vectors.chroma import VectorIndex
from index.vectors.chroma_server import ServerIndex
from index.vectors.embedders import CachedEmbedder, Embedder, MiniLM, build_embedder

_SENTENCES = 20_000  # in the cache; those of about 600 articles


@dataclass(frozen=True, slots=True)
class Library:
    """A shelf and all that fills and searches it."""

    settings: Settings
    shelf: Shelf
    index: VectorIndex
    embedder: Embedder
    sentence_model: Embedder  # the built-in model, whatever embeds the shelf


def build_library(settings: Settings) -> Library:
    """Build the library from the settings. Models are loaded, and Chroma is opened, at first use."""
    shelf = Shelf(settings.store)
    embedder = build_embedder(settings)
    built_in = embedder if not settings.embedding_model and not settings.embedding_folder else MiniLM()
    sentence_model = CachedEmbedder(built_in, most=_SENTENCES)
    return Library(settings, shelf, _build_index(settings), embedder, sentence_model)


def _build_index(settings: Settings) -> VectorIndex:
    if settings.chroma_url:
        return ServerIndex(settings.store, url=settings.chroma_url, token=settings.chroma_token.get_secret_value())
    return VectorIndex(settings.store)


def set_damaged_aside(store: Path) -> list[tuple[Path, Path]]:
    """Rename the SQLite files of a store that cannot be used.

    They are the shelf, chats, the notebook, alerts, corrections, tokens and the list of feeds. Returns the old and the
    new names. Nothing is deleted. A shelf that opens is left in place, damaged or not, because it can be rebuilt while
    other processes read it.
    """
    files = sorted(store.glob("*.db"))
    unusable = [file for file in files if (is_damaged(file) if file.name != FILE_NAME else not _opens(store))]
    return [(file, set_aside(file)) for file in unusable]


def _opens(store: Path) -> bool:
    try:
        Shelf(store)
    except StoreMismatch:
        return False
    return True
