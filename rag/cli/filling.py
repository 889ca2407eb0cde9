"""The first use of an empty shelf."""

from index.cli import index_with_progress
from index.pipeline.library import Library


def index_if_empty(library: Library) -> None:
    """Index the seeds if nothing was indexed yet."""
    with library.shelf.read() as reading:
        something = reading.record("last_run") or reading.counts().articles
    if not something:
        index_with_progress(library, to_stderr=True)
