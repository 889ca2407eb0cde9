"""The command for questions that are asked again of new articles: `dateline alerts`."""

import json
import sys
from collections.abc import Sequence
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
from index.pipeline.library import Library
from rag.analysis.alert_runs import run_alerts
from rag.answering.models import Standalone
from rag.answering.pipeline import complete
from rag.answering.query import clean_question, make_query
from rag.cli.filling import index_if_empty
from rag.output.alerts import listing_json, listing_lines, result_json, result_lines
from rag.storage.alerts import AlertListing, AlertResult, AlertStore, has_alerts_file

commands = make_commands()


@commands.command("alerts")
def alerts_command(
    question: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION", help="The question of a new alert. Omit it to list all alerts.", show_default=False
        ),
    ] = "",
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    read: Annotated[
        int | None, typer.Option("--read", metavar="N", help="Show what alert N has found, and mark it as read.")
    ] = None,
    remove: Annotated[int | None, typer.Option("--remove", metavar="N", help="Remove alert N.")] = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add an alert, a question that is asked again of new articles. Or list, read or remove alerts."""
    scope = make_scope(since, as_of, outlet)
    if sum((bool(question), read is not None, remove is not None)) > 1 or not (question or scope.is_whole):
        raise typer.BadParameter(
            "Give a question (with days and outlets if you like), --read N, --remove N, or nothing."
        )
    asked = clean_question(question) if question else ""
    with open_library(seeds, store) as library:
        alerts = AlertStore(library.settings.store)
        if remove is not None:
            alerts.remove(remove)
        one = read
        if asked:
            index_if_empty(library)
            parts = complete(make_query(asked, scope=scope), library=library).standalone.parts
            one = alerts.keep(asked, Standalone(asked, "", parts), scope=scope, shelf=library.shelf).number
        if one is not None:
            alerts.question(one)
        listings = [listing for listing in alerts.listings() if one in (None, listing.asked.number)]
        found = [alerts.results(listing.asked.number) for listing in listings]
        _print_alerts(listings, found, as_json=as_json)
        if asked and not as_json:
            typer.echo("It is asked again of new articles after each indexing.")
        if read is not None and found and found[0]:
            alerts.mark_read(read, up_to=found[0][-1].number)


def _print_alerts(listings: Sequence[AlertListing], found: Sequence[Sequence[AlertResult]], *, as_json: bool) -> None:
    if as_json:
        shown = [listing_json(listing, result) for listing, result in zip(listings, found, strict=True)]
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    if not listings:
        typer.echo('There are no alerts. Add one with `dateline alerts "question"`.')
    for listing, result in zip(listings, found, strict=True):
        typer.echo("\n".join(listing_lines(listing, result)))


def print_alerts_after_run(library: Library, as_json: bool) -> None:
    """Run the alerts on the articles that were just indexed, and print what they found."""
    if not has_alerts_file(library.settings.store):
        return
    for asked, result in run_alerts(library, AlertStore(library.settings.store)):
        if as_json:
            typer.echo(json.dumps(result_json(asked, result), ensure_ascii=False))
        else:
            typer.echo("\n".join(result_lines(asked, result)))
        sys.stdout.flush()
