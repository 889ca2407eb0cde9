"""The command for feeds: `dateline feeds`."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from index.cli.options import JsonOption, SeedsOption, StoreOption
from index.cli.running import make_commands, read_settings
from index.core.formatting import counted, one_line
from index.feeds.feed_list import Feed, FeedList
from index.feeds.opml import read_opml
from index.feeds.polling import Polled, Poller
from index.feeds.staleness import failure_line
from index.inbox.folder import check_folder
from index.output.status import feed_json

commands = make_commands()

_WITH_MORE = ("add", "remove", "import")
_ACTIONS = ("list", "poll", *_WITH_MORE)


@commands.command("feeds")
def feeds_command(
    action: Annotated[
        str, typer.Argument(metavar="ACTION", help="`list`, `add`, `remove`, `import` or `poll`.")
    ] = "list",
    given: Annotated[
        str,
        typer.Argument(metavar="URL|FILE", help="The address to add or remove, or an OPML file.", show_default=False),
    ] = "",
    name: Annotated[str, typer.Option("--name", help="Name of a feed that is added. Default: its own title")] = "",
    teasers: Annotated[
        bool,
        typer.Option("--teasers", help="Keep teasers of feeds that are added; do not fetch their articles' pages."),
    ] = False,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the feeds that the shelf follows, add or remove one, import a list (OPML), or poll them now."""
    if action not in _ACTIONS or (action in _WITH_MORE) != bool(given):
        raise typer.BadParameter(
            "Give list, poll, add with an address, remove with an address or a name, or import with an OPML file."
        )
    settings = read_settings(seeds, store)
    poller = Poller(settings, FeedList(settings.store))
    failed = False
    if action != "list":
        check_folder(settings.seeds)
        for line, problem in _act(poller, action, given, name, follows_links=not teasers):
            failed |= bool(problem)
            if problem or not as_json:
                typer.echo(line, err=bool(problem))
    if as_json:
        typer.echo(json.dumps([feed_json(feed) for feed in poller.feeds.feeds()], ensure_ascii=False))
    elif action == "list" or (action == "poll" and not poller.feeds.feeds()):
        typer.echo("\n".join(_list_lines(poller.feeds.feeds())))
    if failed:
        raise typer.Exit(1)


def _act(poller: Poller, action: str, given: str, name: str, *, follows_links: bool) -> Iterator[tuple[str, str]]:
    """Do what is asked; yield a line for each feed, and what went wrong with it."""
    match action:
        case "add":
            polled = poller.add(given, name=name, follows_links=follows_links)
            yield f"added    {_polled_line(polled)}", polled.problem
        case "remove":
            yield f"removed  {one_line(poller.feeds.remove(given).name)}. Its articles stay.", ""
        case "import":
            for address, title in read_opml(Path(given)):
                followed = poller.follow(address, title, follows_links=follows_links)
                line = f"added    {one_line(followed.feed.name)}, {one_line(address)}"
                yield f"{line}. {followed.note}" if followed.note else line, ""
            yield "Run `dateline feeds poll` to get their articles.", ""
        case _:
            for polled in poller.poll_now():
                yield f"{'failed ' if polled.problem else 'polled '}  {_polled_line(polled)}", polled.problem


def _polled_line(polled: Polled) -> str:
    counts = f"{polled.new:,} new, {polled.changed:,} changed"
    said = polled.problem or (f"{counts}. {polled.note}" if polled.note else counts)
    return f"{one_line(polled.feed.name)}: {one_line(said)}"


def _list_lines(feeds: Sequence[Feed]) -> Iterator[str]:
    if not feeds:
        yield "There are no feeds. Add one with `dateline feeds add URL`."
    for feed in feeds:
        polled = f"polled {feed.polled:%Y-%m-%d %H:%M} UTC" if feed.polled else "not polled yet"
        yield f"{one_line(feed.name)}  {counted(feed.taken, 'article')}, {polled}  {one_line(feed.address)}"
        if feed.failed_since:
            yield f"  {failure_line(feed)}"
        if feed.note:
            yield f"  {one_line(feed.note)}"
