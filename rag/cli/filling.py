"""Before questions are asked: index an empty shelf, and bring Chroma in line for many questions."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from index.cli import index_with_progress
from index.core.errors import ChromaUnreachable
from index.pipeline.chroma_sync import sync_chroma
from index.pipeline.library import Library


def index_if_empty(library: Library) -> None:
    """Index the seeds if nothing was indexed yet."""
    with library.shelf.read() as reading:
        something = reading.record("last_run") or reading.counts().articles
    if not something:
        with _going_on_without_chroma():
            index_with_progress(library, to_stderr=True)


def prepare_for_many(library: Library) -> None:
    """Bring Chroma in line before many questions; without it, each one reads all vectors on the shelf.

    For a single question this takes longer than reading them.
    """
    with _going_on_without_chroma():
        sync_chroma(library.shelf, library.index)


@contextmanager
def _going_on_without_chroma() -> Iterator[None]:
    """If the Chroma server does not respond, say so and go on: the shelf has every vector too."""
    try:
        yield
    except ChromaUnreachable as error:
        typer.echo(str(error), err=True)
