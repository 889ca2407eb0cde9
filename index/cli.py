"""The command line of the offline half: `dateline add | index | watch | status | list | show`."""

import io
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from index.core.errors import ChromaUnreachable, DatelineError
from index.core.logs import log_unexpected, set_up_logging
from index.core.scope import Scope
from index.core.settings import Settings, load_settings
from index.core.wording import counted, none_in_scope, one_line
from index.inbox.add import Outcome, add_article
from index.inbox.folder import check_folder
from index.inbox.watch import watch_seeds
from index.pipeline import sync
from index.pipeline.library import WAIT_SECONDS, Library, build_library, set_damaged_aside, sync_library
from index.shelf.queries import Listing
from index.shelf.shelf import size_on_disk
from index.text.articles import Article

_verbose: ContextVar[bool] = ContextVar("verbose", default=False)


def be_verbose(wanted: bool) -> None:
    """Log to the terminal too, from the moment the settings are read."""
    if wanted:
        _verbose.set(True)


VerboseOption = Annotated[
    bool, typer.Option("--verbose", help="Log to the terminal too. May also follow the command.", callback=be_verbose)
]


class CommandGroup(typer.core.TyperGroup):
    """A group whose commands take --verbose after their name too."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command, and take --verbose out of what follows its name."""
        end = args.index("--") if "--" in args else len(args)
        if "--verbose" in args[:end]:
            be_verbose(True)
            args = [given for given in args[:end] if given != "--verbose"] + args[end:]
        return super().resolve_command(ctx, args)


commands = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

SeedsOption = Annotated[Path | None, typer.Option("--seeds", help="Folder of the articles. Default: seeds")]
StoreOption = Annotated[Path | None, typer.Option("--store", help="Folder of the built index. Default: .dateline")]
SinceOption = Annotated[
    datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only articles published on this day or later.")
]
AsOfOption = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Only articles published by this day.")
]
OutletOption = Annotated[
    list[str] | None,
    typer.Option(
        "--outlet", help='Only articles of this outlet, as they name it; "" for those that name none. Repeatable.'
    ),
]
RebuildOption = Annotated[
    bool, typer.Option("--rebuild", help="Make articles.db and Chroma anew from the seeds, whatever state they are in.")
]
# What follows a run that ended well, told as JSON or not; whoever puts the commands together sets it as `context.obj`.
AfterRun = Callable[[Library, bool], None]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, as README describes it.")]


def make_scope(since: datetime | None, as_of: datetime | None, outlets: Sequence[str] | None) -> Scope:
    """Make a scope of the options. Raises typer.BadParameter where the days leave nothing between them."""
    scope = Scope(since and since.date(), as_of and as_of.date(), frozenset(outlets or ()))
    if scope.is_void:
        raise typer.BadParameter(
            f"--since {scope.since} is later than --as-of {scope.until}, so no article can count. "
            "Expected the first day and the last. Swap them."
        )
    return scope


class _Ended(KeyboardInterrupt):
    """The process was asked to end."""

    def __init__(self, number: int) -> None:
        """Remember which signal asked."""
        self.exit_code = 128 + number


def _end_on_signals() -> threading.Event:
    """Have Ctrl-C and SIGTERM raise `_Ended` here, and return what is set from then on.

    Python raises it between two steps of its own, so what Chroma or SQLite is writing is written first. Where that is
    a step of a destructor or a callback the exception is lost: who goes on for ever looks at what is returned.
    """
    asked = threading.Event()
    told = sys.unraisablehook

    def tell(lost: "sys.UnraisableHookArgs") -> None:
        if not isinstance(lost.exc_value, _Ended):  # that one is remembered, and nothing to tell of
            told(lost)

    sys.unraisablehook = tell

    def end(number: int, _: object) -> None:
        asked.set()
        raise _Ended(number)

    for ending in (signal.SIGINT, signal.SIGTERM):
        # Outright: a shell that starts this in the background has it ignore Ctrl-C.
        signal.signal(ending, end)
    return asked


def read_settings(seeds: Path | None, store: Path | None) -> Settings:
    """Read the settings, and start to log as they say. Raises BadSettings."""
    settings = load_settings(seeds=seeds, store=store)
    set_up_logging(settings.store, level=settings.log_level, verbose=_verbose.get(), secrets=settings.secrets)
    return settings


@contextmanager
def open_library(seeds: Path | None, store: Path | None) -> Iterator[Library]:
    """Build the library, and release Chroma at the end."""
    library = build_library(read_settings(seeds, store))
    try:
        yield library
    finally:
        library.index.disown()


def index_with_progress(library: Library, *, to_stderr: bool = False, rebuild: bool = False) -> None:
    """Index and show it: a bar on a terminal, plain lines elsewhere."""
    console = Console(stderr=to_stderr, highlight=False, markup=False, soft_wrap=True, emoji=False)
    columns = TextColumn("Meaning search"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=None, visible=False)
        told = 0
        for event in sync_library(library, wait_seconds=WAIT_SECONDS, rebuild=rebuild):
            if isinstance(event, sync.Embedded):
                progress.update(bar, completed=event.done, total=event.total, visible=True)
                # One plain line for each tenth, so that a log is not flooded.
                if not console.is_terminal and event.done * 10 // event.total > told:
                    told = event.done * 10 // event.total
                    console.print(f"embedded {event.done:,} of {event.total:,} passages")
            else:
                console.print(event_line(event))


def event_line(event: sync.Event) -> str:
    """Tell an event in a line."""
    match event:
        case sync.Waiting(process):
            return f"waiting for process {process}, which is indexing this shelf"
        case sync.BuiltAgain(reason):
            return f"built again from the seeds: {one_line(reason)}"
        case sync.Visible(path, title, chunks, note):
            told = f", {note}" if note else ""
            return f"visible  {one_line(path)}  “{one_line(title)}”, {counted(chunks, 'passage')}{told}"
        case sync.Removed(path):
            return f"removed  {one_line(path)}"
        case sync.Rejected(_, reason):
            return f"rejected {one_line(reason)}"
        case sync.Embedded(done, total):
            return f"embedded {done:,} of {total:,} passages"
        case sync.Done():
            return (
                f"{counted(event.articles, 'article')} on the shelf, {counted(event.chunks, 'passage')}: "
                f"{event.visible} new or changed, {event.removed} removed, {event.rejected} rejected, "
                f"{event.unchanged} unchanged, {event.embedded} embedded, in {event.seconds:.1f} s"
            )


def event_json(event: sync.Event) -> str:
    """Give an event as a line of JSON."""
    return json.dumps({"event": type(event).__name__.lower(), **asdict(event)}, ensure_ascii=False)


@commands.command("index")
def index_command(
    context: typer.Context,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    rebuild: RebuildOption = False,
) -> None:
    """Bring the shelf in line with the seeds folder."""
    _end_on_signals()
    if rebuild:
        settings = read_settings(seeds, store)
        check_folder(settings.seeds)
        for old, aside in set_damaged_aside(settings.store):
            typer.echo(f"{old} is damaged, foreign or of another version. It is put aside as {aside}.", err=True)
    try:
        with open_library(seeds, store) as library:
            _index(library, context.obj, as_json=as_json, rebuild=rebuild)
    except _Ended as ended:
        typer.echo("Indexing ended early. What was indexed stays; the next run goes on from there.", err=True)
        raise typer.Exit(ended.exit_code) from None


@commands.command("watch")
def watch_command(
    context: typer.Context, seeds: SeedsOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Index now, and again whenever something changed in the seeds folder, until Ctrl-C."""
    ended = _end_on_signals()
    # A run can be cut short anywhere: the next one goes on from there.
    with suppress(KeyboardInterrupt), open_library(seeds, store) as library:
        _watch(library, context.obj, as_json=as_json, ended=ended)
    typer.echo("Watching ended. What was indexed stays.", err=True)


def _watch(library: Library, then: AfterRun | None, *, as_json: bool, ended: threading.Event) -> None:
    for earlier_runs, _ in enumerate(watch_seeds(library.settings.seeds, ended=ended)):
        try:
            _index(library, then, as_json=as_json)
        except DatelineError as error:
            if not earlier_runs:
                raise  # most likely a slip in the settings
            typer.echo(str(error), err=True)
        if not earlier_runs:
            typer.echo(f"Watching {library.settings.seeds} (Ctrl-C ends it)", err=True)


def _index(library: Library, then: AfterRun | None, *, as_json: bool, rebuild: bool = False) -> None:
    follow = then or (lambda *_: None)
    try:
        if as_json:
            _tell_as_json(sync_library(library, wait_seconds=WAIT_SECONDS, rebuild=rebuild))
        else:
            index_with_progress(library, rebuild=rebuild)
    except ChromaUnreachable:
        follow(library, as_json)  # the shelf is whole without it
        raise
    follow(library, as_json)


def _tell_as_json(events: Iterator[sync.Event]) -> None:
    for event in events:
        # Only what is committed is told to programs; progress is for people.
        if isinstance(event, sync.BuiltAgain | sync.Visible | sync.Removed | sync.Rejected | sync.Done):
            typer.echo(event_json(event))
            sys.stdout.flush()


@commands.command("add")
def add_command(
    given: Annotated[list[str], typer.Argument(metavar="FILE|URL", help="Files to copy, addresses to fetch.")],
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy files and fetch pages into the seeds folder; what cannot be added stops none of the others."""
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
            "Run `dateline index` to have it on the shelf. "
            "A page or a `dateline watch` that watches the folder does it too."
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
    return f"{line}, from {one_line(outcome.url)}" if outcome.url else f"{line}; its address is not kept in such a file"


@commands.command("status")
def status_command(seeds: SeedsOption = None, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Tell what is on the shelf and what it was built with."""
    with open_library(seeds, store) as library:
        with library.shelf.read() as reading:
            counts = reading.counts()
            model, last_run = reading.record("embedding_model"), reading.record("last_run")
        status: dict[str, object] = {
            "articles": counts.articles,
            "chunks": counts.chunks,
            "embedded": counts.embedded,
            "rejected": counts.rejected,
            "bytes": size_on_disk(library.settings.store),
            "embedding_model": model or library.embedder.model,
            "chat_model": library.settings.chat_model or None,
            "last_run": last_run or None,
            "seeds": str(library.settings.seeds),
            "store": str(library.settings.store),
        }
    if as_json:
        typer.echo(json.dumps(status, ensure_ascii=False))
        return
    for name, value in status.items():
        typer.echo(f"{name.replace('_', ' '):16} {'none' if value is None else value}")


@commands.command("list")
def list_command(
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the articles, newest first."""
    scope = make_scope(since, as_of, outlet)
    with open_library(seeds, store) as library, library.shelf.read(checked=True) as reading:
        listings, on_shelf = reading.listings(scope=scope), reading.counts().articles
    if as_json:
        rows = [listing_json(listing) for listing in listings]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    if on_shelf and not listings:
        typer.echo(none_in_scope(scope, on_shelf))
    elif not listings:
        typer.echo(f"No article is on the shelf. Put articles into {library.settings.seeds}, run `dateline index`.")
    for listing in listings:
        day = listing.published.isoformat() if listing.published else "no date   "
        typer.echo(f"{day}  {one_line(listing.path)}  {one_line(listing.title)}")


@commands.command("show")
def show_command(
    path: Annotated[str, typer.Argument(help="The article's path, as `dateline list` shows it.")],
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an article: the text that every span refers to."""
    with open_library(seeds, store) as library, library.shelf.read(checked=True) as reading:
        article = reading.article(path)
        copies = reading.copies(article)
    if as_json:
        told = {**article_json(article), "copies": [listing_json(listing) for listing in copies]}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(article.text)
    for listing in copies:
        typer.echo(f"copy: {one_line(listing.path)}", err=True)


def listing_json(listing: Listing) -> dict[str, object]:
    """Return the fields of one article in `dateline list --json`."""
    return {
        "path": listing.path,
        "title": listing.title,
        "published": listing.published.isoformat() if listing.published else None,
        "place": listing.place,
        "outlet": listing.outlet,
        "chunks": listing.chunks,
    }


def article_json(article: Article) -> dict[str, object]:
    """Return the fields of `dateline show --json`."""
    return {
        "path": article.path,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "place": article.place,
        "outlet": article.outlet,
        "author": article.author,
        "url": article.url,
        "text": article.text,
    }


def run(command: Callable[[], None]) -> None:
    """Run a command line. A problem that the user can fix is one plain message and exit code 1.

    So is an error that we did not expect: its traceback is in the log, whose path the message shows.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter
    try:
        command()
    except DatelineError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        typer.echo(
            f"The system refused ({error}). Expected to read and write files here. Fix that, then try again.", err=True
        )
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 (whatever it is, the user sees a sentence)
        log = log_unexpected(error)
        where = f"the details are in {log}" if log else "the details are above, as no log could be written"
        typer.echo(f"Dateline ended on an error of its own ({type(error).__name__}): {where}.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    run(commands)
