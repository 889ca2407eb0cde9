"""The command for questions that are asked again of new articles: `dateline alerts`."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from index.cli import (
    AsOfOption,
    Following,
    JsonOption,
    LanguageOption,
    OutletOption,
    SeedsOption,
    SinceOption,
    StoreOption,
    make_commands,
    make_scope,
    open_library,
    read_settings,
)
from index.core.errors import ResultUnwritable
from index.core.formatting import counted
from index.core.settings import Settings
from index.pipeline.library import Library
from rag.analysis.alert_runs import run_alerts
from rag.answering.models import Standalone
from rag.answering.pipeline import complete
from rag.answering.query import clean_question, make_query
from rag.cli.filling import index_if_empty
from rag.delivery.messages import compose_with
from rag.delivery.reports import outbox_lines, sent_json, sent_line
from rag.delivery.sending import Which, deliver, deliver_due, keep_delivering, note_failed_run
from rag.output.alerts import listing_json, listing_lines, result_json, result_lines
from rag.output.atom import alerts_feed
from rag.storage.alerts import AlertListing, AlertResult, AlertStore, has_alerts_file, hold_messages

commands = make_commands()

_ACTIONS = ("send", "discard")
_WAIT_SECONDS = 5.0  # for another process that is sending


@commands.command("alerts")
def alerts_command(
    question: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION",
            help="The question of a new alert. Omit it to list all alerts. Or `send`: send the messages that wait now. "
            "Or `discard`: delete them. Or `feed`: print what was found as an Atom feed.",
            show_default=False,
        ),
    ] = "",
    number: Annotated[
        int | None, typer.Argument(metavar="N", help="With `feed`: only alert N. Default: all.", show_default=False)
    ] = None,
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    language: LanguageOption = None,
    read: Annotated[
        int | None, typer.Option("--read", metavar="N", help="Show what alert N has found, and mark it as read.")
    ] = None,
    forget: Annotated[
        int | None, typer.Option("--forget", metavar="N", help="Delete the results of alert N that were read.")
    ] = None,
    remove: Annotated[int | None, typer.Option("--remove", metavar="N", help="Remove alert N.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="With `feed`: write it to this file, or replace it.")
    ] = None,
    restored: Annotated[
        bool,
        typer.Option("--restored", help="With `send`: send those too that come from a backup that was restored."),
    ] = False,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add an alert, a question that is asked again of new articles. Or list, read or remove alerts."""
    scope = make_scope(since, as_of, outlet, language)
    if sum((bool(question), *(one is not None for one in (read, forget, remove)))) > 1 or not (
        question or scope.is_whole
    ):
        raise typer.BadParameter(
            "Give a question (with days, outlets and languages if you like), --read N, --forget N, --remove N, "
            "or nothing."
        )
    if restored and question != "send":
        raise typer.BadParameter("--restored belongs to `dateline alerts send`.")
    if question == "feed":
        _write_feed(read_settings(seeds, store), number, output)
        return
    _check_alone(number, output)
    if question in _ACTIONS:
        _act(question, read_settings(seeds, store), restored=restored, as_json=as_json)
        return
    asked = clean_question(question) if question else ""
    with open_library(seeds, store) as library:
        alerts = AlertStore(library.settings.store)
        _delete(alerts, remove=remove, read_of=forget)
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
        _print_outbox(alerts, as_json=as_json)
        if asked and not as_json:
            typer.echo("It is asked again of new articles after each indexing.")
        if read is not None and found and found[0]:
            alerts.mark_read(read, up_to=found[0][-1].number)


def _delete(alerts: AlertStore, *, remove: int | None, read_of: int | None) -> None:
    """Remove an alert, or what was read of one. Raises UnknownAlert."""
    if remove is not None:
        alerts.remove(remove)
    if read_of is not None:
        alerts.question(read_of)
        alerts.forget_read(read_of)


def _check_alone(number: int | None, output: Path | None) -> None:
    if number is not None or output:
        raise typer.BadParameter("A number and --output belong to `dateline alerts feed`. Quote a question as a whole.")


def _print_outbox(alerts: AlertStore, *, as_json: bool) -> None:
    if not as_json:
        for line in outbox_lines(alerts.outbox.waiting(), alerts.outbox.failing_since()):
            typer.echo(line, err=True)


def _print_alerts(listings: Sequence[AlertListing], found: Sequence[Sequence[AlertResult]], *, as_json: bool) -> None:
    if as_json:
        shown = [listing_json(listing, result) for listing, result in zip(listings, found, strict=True)]
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    if not listings:
        typer.echo('There are no alerts. Add one with `dateline alerts "question"`.')
    for listing, result in zip(listings, found, strict=True):
        typer.echo("\n".join(listing_lines(listing, result)))


def _write_feed(settings: Settings, number: int | None, output: Path | None) -> None:
    """Write the feed of an alert or of all."""
    alerts = AlertStore(settings.store)
    chosen = [alerts.question(number)] if number is not None else [one.asked for one in alerts.listings()]
    found = [(asked, alerts.results(asked.number)) for asked in chosen]
    feed = alerts_feed(found, page=settings.page, of_one=number is not None)
    if output is None:
        typer.echo(feed, nl=False)
        return
    # A feed is written again and again, while a server reads it.
    unfinished = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        unfinished.write_text(feed, encoding="utf-8")
        unfinished.replace(output)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise ResultUnwritable(
            f"{output} was not written ({error.strerror}). Expected a file in a folder that this user may write to."
        ) from None
    typer.echo(f"Written: {output}", err=True)


def _act(action: str, settings: Settings, *, restored: bool, as_json: bool) -> None:
    """Send or delete the messages that wait."""
    alerts = AlertStore(settings.store)
    if action == "discard":
        deleted = alerts.outbox.discard()
        typer.echo("[]" if as_json else f"Deleted {counted(deleted, 'message')} that waited.")
        return
    which = Which(at_once=True, restored=restored)
    sent = list(deliver(settings, alerts, which=which, wait_seconds=_WAIT_SECONDS))
    if as_json:
        typer.echo(json.dumps([sent_json(one) for one in sent], ensure_ascii=False))
    else:
        for one in sent:
            typer.echo(sent_line(one), err=bool(one.problem))
        if not alerts.outbox.waiting() and not sent:
            typer.echo("No message waits.")
        elif not sent:
            _print_outbox(alerts, as_json=as_json)
    if any(one.problem for one in sent):
        raise typer.Exit(1)


def _after_run(library: Library, as_json: bool) -> None:
    """Run the alerts on the articles that were just indexed, print what they found, and send it."""
    settings = library.settings
    if not has_alerts_file(settings.store):
        return
    alerts = AlertStore(settings.store)
    for asked, result in run_alerts(library, alerts, compose=compose_with(settings)):
        if as_json:
            typer.echo(json.dumps(result_json(asked, result), ensure_ascii=False))
        else:
            typer.echo("\n".join(result_lines(asked, result)))
        sys.stdout.flush()
    alerts.outbox.note_success()
    _send_due(settings)


def _after_failure(settings: Settings, problem: str) -> None:
    """Note a run that failed, and send what is due, such as the message about it."""
    note_failed_run(settings, problem)
    _send_due(settings)


def _send_due(settings: Settings) -> None:
    for one in deliver_due(settings):
        if one.problem:
            typer.echo(sent_line(one), err=True)


# What follows an index run or a restore.
FOLLOWING = Following(
    after_run=_after_run,
    after_failure=_after_failure,
    while_watching=lambda settings, ended: keep_delivering(settings, ended=ended),
    hold_messages=hold_messages,
)
