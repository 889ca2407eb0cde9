"""Dateline as a library: ask a shelf of news articles from Python.

    >>> from dateline import Shelf

See `Shelf` for an example. What it returns are the values that the command line and the page show.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from index.core.version import own_version

if TYPE_CHECKING:
    from dateline.shelf import SearchResult, Shelf
    from index.core.errors import DatelineError
    from index.core.scope import WHOLE, Scope
    from index.pipeline.events import Done
    from index.shelf.queries import Listing
    from index.text.articles import Article
    from rag.answering.models import Answer, Level
    from rag.evidence.citations import Citation, Statement
    from rag.retrieval.passages import Passage
    from rag.retrieval.search import Hit

__all__ = [
    "WHOLE",
    "Answer",
    "Article",
    "Citation",
    "DatelineError",
    "Done",
    "Hit",
    "Level",
    "Listing",
    "Passage",
    "Scope",
    "SearchResult",
    "Shelf",
    "Statement",
]
__version__ = own_version()


def __getattr__(name: str) -> Any:
    """Import the library at the first use of a name: the command line starts with this package, and must start fast."""
    if name in __all__:
        return getattr(import_module("dateline.shelf"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
