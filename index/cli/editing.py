"""The command for corrections by hand: `dateline edit`."""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from index.cli.indexing import event_line
from index.cli.options import JsonOption, SeedsOption, StoreOption
from index.cli.running import make_commands, open_library
from index.core.formatting import one_line
from index.output.articles import correction_json
from index.pipeline.corrections import (
    NONE,
    CorrectedArticle,
    correct_article,
    list_corrections,
    name_of,
    undo_correction,
)
from index.pipeline.events import Waiting
from index.pipeline.library import Library
from index.pipeline.sync import WAIT_SECONDS, complete_vectors
from index.text.articles import Correctable

commands = make_commands()
_Given = dict[Correctable, str]


@commands.command("edit")
def edit_command(
    path: Annotated[
        str | None, typer.Argument(metavar="[PATH]", help="The article's path, as `dateline list` shows it.")
    ] = None,
    day: Annotated[
        str | None, typer.Option("--day", metavar="DATE", help=f"Its day of publication, or {NONE}.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Its headline.")] = None,
    outlet: Annotated[str | None, typer.Option("--outlet", metavar="NAME", help=f"Its outlet, or {NONE}.")] = None,
    author: Annotated[str | None, typer.Option("--author", metavar="NAME", help=f"Its byline, or {NONE}.")] = None,
    place: Annotated[str | None, typer.Option("--place", metavar="NAME", help=f"Its place, or {NONE}.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Remove the article's corrections.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List all corrections.")] = False,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Correct what an article's file says about it. The file is not changed. A correction takes effect immediately."""
    facts: dict[Correctable, str | None] = {
        "title": title,
        "published": day,
        "outlet": outlet,
        "author": author,
        "place": place,
    }
    given: _Given = {field: value for field, value in facts.items() if value is not None}
    _check_use(path, given, undo=undo, listed=listed)
    with open_library(seeds, store) as library:
        if path is None:
            _show(list_corrections(library), as_json=as_json)
            return
        if undo:
            undo_correction(library, path)
            corrected = None
        else:
            corrected = correct_article(library, path, given)
        if corrected is None and not as_json:
            typer.echo(f"Corrections removed: {one_line(path)} shows the file's own values")
        else:
            _show([corrected] if corrected else [], as_json=as_json)
        _complete(library)


def _check_use(path: str | None, given: _Given, *, undo: bool, listed: bool) -> None:
    """Raise typer.BadParameter if the options do not fit each other."""
    if listed and (path is not None or given or undo):
        raise typer.BadParameter("--list shows all corrections. Expected no path and no other change with it.")
    if listed:
        return
    if path is None:
        raise typer.BadParameter("No article is named. Expected its PATH as `dateline list` shows it, or --list.")
    if undo and given:
        raise typer.BadParameter("--undo removes all corrections of an article. Expected it without other changes.")
    if not undo and not given:
        raise typer.BadParameter(
            "Nothing to correct. Expected --day, --title, --outlet, --author or --place, or --undo."
        )


def _complete(library: Library) -> None:
    for event in complete_vectors(library, wait_seconds=WAIT_SECONDS):
        if isinstance(event, Waiting):
            typer.echo(event_line(event), err=True)


def _show(corrections: Sequence[CorrectedArticle], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([correction_json(one) for one in corrections], ensure_ascii=False))
        return
    if not corrections:
        typer.echo("No article is corrected.")
    for one in corrections:
        typer.echo(one_line(one.correction.path) + ("" if one.article else "  (not on the shelf now)"))
        for line in _lines(one):
            typer.echo(f"  {line}")


def _lines(one: CorrectedArticle) -> Iterator[str]:
    own = one.own
    for field, value in one.correction.stated.items():
        says = f" (its file says {one_line(own[field] or NONE)})" if field in own else ""
        yield f"{name_of(field):8} {one_line(value or NONE)}{says}"
