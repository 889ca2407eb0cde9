"""The commands for the articles on the shelf: `dateline add`, `list`, `show` and `status`."""

import json
import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from index.cli.options import (
    AsOfOption,
    JsonOption,
    LanguageOption,
    OutletOption,
    SeedsOption,
    SinceOption,
    StoreOption,
    UndatedOption,
    make_scope,
)
from index.cli.running import make_commands, open_library, read_settings
from index.core.formatting import none_in_scope, one_line
from index.feeds.staleness import failure_line, newest_line
from index.inbox.add import Outcome, add_article
from index.inbox.folder import check_folder
from index.output.articles import listing_json, show_json
from index.output.status import read_status, status_json
from index.pipeline.corrections import NONE, name_of, remarks_on
from index.text.day_origins import UNKNOWN
from index.text.languages import name_of_language

commands = make_commands()


@commands.command("add")
def add_command(
    given: Annotated[list[str], typer.Argument(metavar="FILE|URL", help="Files to copy and pages to fetch.")],
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy files and fetch web pages into the seeds folder. Those that cannot be added are skipped with the reason."""
    settings = read_settings(seeds, store)
    check_folder(settings.seeds)
    outcomes = []
    for one in given:
        outcomes.append(outcome := add_article(one, settings))
        if as_json:
            typer.echo(json.dumps(asdict(outcome), ensure_ascii=False))
        else:
            typer.echo(_outcome_line(outcome), err=outcome.reason is not None)
        sys.stdout.flush()
    if any(outcome.new for outcome in outcomes) and not as_json:
        typer.echo(
            "Run `dateline index` to put what is new on the shelf. "
            "A page or a `dateline watch` that watches the folder does so by itself."
        )
    if any(outcome.reason for outcome in outcomes):
        raise typer.Exit(1)


def _outcome_line(outcome: Outcome) -> str:
    if outcome.reason is not None:
        return f"refused  {one_line(outcome.reason)}"
    path = one_line(outcome.path or "")
    line = f"added    {path}" if outcome.new else f"present  {path}, nothing to add"
    if "://" not in outcome.given:
        return line
    return (
        f"{line}, from {one_line(outcome.url)}"
        if outcome.url
        else f"{line}; its address cannot be kept in a file of this kind"
    )


@commands.command("status")
def status_command(
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Exit with 1 if a feed has failed for more than a day, or the newest article is older than "
            "DATELINE_STALE_DAYS.",
        ),
    ] = False,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how much is on the shelf and how new it is, its models and its folders."""
    with open_library(seeds, store) as library:
        status, staleness = read_status(library)
        stale_days = library.settings.stale_days
    if as_json:
        typer.echo(json.dumps(status_json(status, staleness), ensure_ascii=False))
    else:
        for name, value in status.items():
            typer.echo(f"{name.replace('_', ' '):16} {'none' if value is None else value}")
        typer.echo("\n".join([newest_line(staleness.newest), *map(failure_line, staleness.failing)]))
    problems = staleness.problems(stale_days=stale_days, now=datetime.now(UTC)) if check else []
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)


@commands.command("list")
def list_command(
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    language: LanguageOption = None,
    undated: UndatedOption = False,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the articles, newest first."""
    scope = replace(make_scope(since, as_of, outlet, language), undated=undated)
    with open_library(seeds, store) as library, library.shelf.read(checked=True) as reading:
        listings, on_shelf = reading.listings(scope=scope), reading.counts().articles
        origins = reading.day_origins([listing.path for listing in listings]) if undated else {}
    if as_json:
        rows = [listing_json(listing) for listing in listings]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    if on_shelf and not listings:
        typer.echo(none_in_scope(scope, on_shelf))
    elif not listings:
        typer.echo(f"The shelf is empty. Put articles into {library.settings.seeds}, then run `dateline index`.")
    for listing in listings:
        day = listing.published.isoformat() if listing.published else "no date   "
        remarks = ("corrected by hand" if listing.corrected else "", origins.get(listing.path, UNKNOWN).note)
        remark = "".join(f"  ({one_line(one)})" for one in remarks if one)
        typer.echo(f"{day}  {one_line(listing.path)}  {one_line(listing.title)}{remark}")


@commands.command("show")
def show_command(
    path: Annotated[str, typer.Argument(metavar="PATH", help="The article's path, as `dateline list` shows it.")],
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the stored text of an article, to which all citations refer."""
    with open_library(seeds, store) as library, library.shelf.read(checked=True) as reading:
        article = reading.article(path)
        copies = reading.copies(article)
    if as_json:
        typer.echo(json.dumps(show_json(article, copies), ensure_ascii=False))
        return
    typer.echo(article.text)
    typer.echo(f"language: {name_of_language(article.language)}", err=True)
    for field, remark in remarks_on(article):
        typer.echo(one_line(f"{name_of(field)}: {article.fact(field) or NONE}, {remark}"), err=True)
    for listing in copies:
        typer.echo(f"copy: {one_line(listing.path)}", err=True)
