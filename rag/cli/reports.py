"""The commands that compare coverage: `dateline timeline`, `changes` and `check`."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from index.cli import (
    AsOfOption,
    JsonOption,
    OutletOption,
    SeedsOption,
    SinceOption,
    StoreOption,
    make_commands,
    make_scope,
    open_library,
)
from index.core.errors import BadDraft, UnreadableArticle
from index.formats.encodings import decode
from rag.analysis.changes import find_changes
from rag.analysis.draft_check import LONGEST_DRAFT, check_draft, clean_draft
from rag.analysis.timeline import find_timeline
from rag.answering.query import make_query
from rag.cli.exporting import AllDaysOption, OutputOption, StyleOption, read_export, write_export
from rag.cli.filling import index_if_empty
from rag.output.changes import changes_json, changes_lines
from rag.output.draft import draft_json, draft_lines
from rag.output.export import FORMS, export_timeline
from rag.output.timeline import timeline_json, timeline_lines

commands = make_commands()


@commands.command("timeline")
def timeline_command(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to look for.", show_default=False)],
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    all_days: AllDaysOption = False,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"Write the timeline as {', '.join(FORMS)}. Default: by the ending of --output.",
        ),
    ] = "",
    output: OutputOption = None,
    style: StyleOption = "plain",
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what the shelf says in the order in which it happened."""
    export_as = read_export(form, output, style, alone=not as_json)
    scope = make_scope(since, as_of, outlet)
    with open_library(seeds, store) as library:
        index_if_empty(library)
        timeline = find_timeline(make_query(question, scope=scope, all_days=all_days), library=library)
    if export_as:
        form_, style_ = export_as
        write_export(export_timeline(timeline, form_, style=style_), output)
    elif as_json:
        typer.echo(json.dumps(timeline_json(timeline), ensure_ascii=False))
    else:
        typer.echo("\n".join(timeline_lines(timeline)))


@commands.command("changes")
def changes_command(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question.", show_default=False)],
    since: Annotated[
        datetime,
        typer.Option(
            "--since",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="The last day of the earlier coverage.",
            show_default=False,
        ),
    ],
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what articles published after DATE add to, or contradict in, earlier coverage."""
    scope = make_scope(None, as_of, outlet)
    with open_library(seeds, store) as library:
        index_if_empty(library)
        changes = find_changes(question, library=library, since=since.date(), scope=scope)
    if as_json:
        typer.echo(json.dumps(changes_json(changes), ensure_ascii=False))
    else:
        typer.echo("\n".join(changes_lines(changes)))


@commands.command("check")
def check_command(
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="A text or Markdown file, or - for stdin.")],
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a draft with the shelf: which sentences are there word for word, altered, or not at all."""
    scope = make_scope(since, as_of, outlet)
    text = _read_draft(draft)
    with open_library(seeds, store) as library:
        index_if_empty(library)
        with library.shelf.read(checked=True) as reading:
            checked = check_draft(text, reading=reading, scope=scope)
    if as_json:
        typer.echo(json.dumps(draft_json(checked), ensure_ascii=False))
    else:
        typer.echo("\n".join(draft_lines(checked)))


def _read_draft(path: str) -> str:
    """Return the text of a draft. Raises BadDraft if it cannot be read."""
    # A character has at most four bytes. One byte more shows that the draft is too long.
    most = 4 * LONGEST_DRAFT + 1
    try:
        if path == "-":
            content = sys.stdin.buffer.read(most)
        else:
            with Path(path).open("rb") as file:
                content = file.read(most)
        return clean_draft(decode(path, content).text)
    except OSError as error:
        raise BadDraft(
            f"{path}: cannot be read ({error.strerror}). Expected a text or Markdown file, or - for stdin."
        ) from None
    except UnreadableArticle:
        raise BadDraft(f"{path} is not text. Expected a text or Markdown file in UTF-8. Save it as one.") from None
