"""The commands that fill the shelf: `dateline index` and `dateline watch`."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from index.cli.options import JsonOption, SeedsOption, StoreOption
from index.cli.running import make_commands, open_library, read_settings
from index.core.errors import ChromaUnreachable, DatelineError
from index.core.formatting import counted, one_line
from index.core.settings import Settings
from index.core.signals import Ended, cancel_deferred_signal, end_on_signals
from index.feeds.polling import keep_polling
from index.inbox.folder import check_folder
from index.inbox.watch import watch_seeds
from index.pipeline import events
from index.pipeline.library import Library, set_damaged_aside
from index.pipeline.sync import WAIT_SECONDS, sync_shelf

commands = make_commands()

RebuildOption = Annotated[
    bool, typer.Option("--rebuild", help="Build the shelf and Chroma again from the seeds, even if they are damaged.")
]


@dataclass(frozen=True, slots=True)
class Following:
    """What follows an index run or a restore. The front end sets it as `context.obj`: this package knows no alerts."""

    after_run: Callable[[Library, bool], None]  # that ended well; with whether to print JSON
    after_failure: Callable[[Settings, str], None]  # with the message
    while_watching: Callable[[Settings, threading.Event], None]  # in a thread, until the event is set
    hold_messages: Callable[[Path], int] = lambda _: 0  # of a restored store; returns how many there are


NOTHING = Following(lambda *_: None, lambda *_: None, lambda *_: None)


def index_with_progress(library: Library, *, to_stderr: bool = False, rebuild: bool = False) -> None:
    """Index and show the progress: a bar on a terminal, plain lines elsewhere."""
    console = Console(stderr=to_stderr, highlight=False, markup=False, soft_wrap=True, emoji=False)
    columns = TextColumn("Semantic search"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=None, visible=False)
        shown = 0  # tenths
        for event in sync_shelf(library, wait_seconds=WAIT_SECONDS, rebuild=rebuild):
            if isinstance(event, events.Embedded):
                progress.update(bar, completed=event.done, total=event.total, visible=True)
                # One plain line for each tenth, so that a log is not flooded.
                if not console.is_terminal and event.done * 10 // event.total > shown:
                    shown = event.done * 10 // event.total
                    console.print(f"embedded {event.done:,} of {event.total:,} passages")
            else:
                console.print(event_line(event))


def event_line(event: events.Event) -> str:
    """Describe an event in one line."""
    match event:
        case events.Waiting(process):
            return f"waiting for process {process}, which is indexing this shelf"
        case events.BuiltAgain(reason):
            return f"built again from the seeds: {one_line(reason)}"
        case events.Visible(path, title, chunks, note):
            noted = f", {note}" if note else ""
            return f"visible  {one_line(path)}  “{one_line(title)}”, {counted(chunks, 'passage')}{noted}"
        case events.Removed(path):
            return f"removed  {one_line(path)}"
        case events.Rejected(_, reason):
            return f"rejected {one_line(reason)}"
        case events.Embedded(done, total):
            return f"embedded {done:,} of {total:,} passages"
        case events.Done():
            return (
                f"{counted(event.articles, 'article')} on the shelf{_undated(event.undated)}, "
                f"{counted(event.chunks, 'passage')}: "
                f"{event.visible} new or changed, {event.removed} removed, {event.rejected} rejected, "
                f"{event.unchanged} unchanged, {event.embedded} embedded, in {event.seconds:.1f} s"
            )


def _undated(articles: int) -> str:
    return f" ({articles:,} without a date)" if articles else ""


def event_json(event: events.Event) -> str:
    """Return an event as a line of JSON."""
    return json.dumps({"event": type(event).__name__.lower(), **asdict(event)}, ensure_ascii=False)


@commands.command("index")
def index_command(
    context: typer.Context,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    rebuild: RebuildOption = False,
) -> None:
    """Read new and changed files of the seeds folder, and remove articles whose files are gone."""
    settings, following = read_settings(seeds, store), context.obj or NOTHING
    try:
        with _opened(settings, following, rebuild=rebuild) as library:
            _index(library, following, as_json=as_json, rebuild=rebuild)
    except Ended as ended:
        typer.echo("Indexing ended early. What was indexed stays; the next run goes on from there.", err=True)
        raise typer.Exit(ended.exit_code) from None


@commands.command("watch")
def watch_command(
    context: typer.Context, seeds: SeedsOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Index now and after every change in the seeds folder, and poll the feeds, until Ctrl-C."""
    ended = end_on_signals()
    settings = read_settings(seeds, store)
    following: Following = context.obj or NOTHING
    # A run can be cut short anywhere: the next one goes on from there.
    with suppress(Ended), _opened(settings, following) as library:
        # Its files are noticed like any others.
        polling = partial(keep_polling, library.settings, ended=ended, found=lambda: None)
        threading.Thread(target=polling, name="feeds", daemon=True).start()
        sending = partial(following.while_watching, library.settings, ended)
        threading.Thread(target=sending, name="sending", daemon=True).start()
        _watch(library, following, as_json=as_json, ended=ended)
        cancel_deferred_signal()
    typer.echo("Watching ended. What was indexed stays.", err=True)


@contextmanager
def _opened(settings: Settings, following: Following, *, rebuild: bool = False) -> Iterator[Library]:
    """Build the library, with `rebuild` even if its files are damaged. A failure to do so is a failed run."""
    with ExitStack() as stack:
        with _failures_noted(settings, following):
            if rebuild:
                check_folder(settings.seeds)
                for old, aside in set_damaged_aside(settings.store):
                    typer.echo(f"{old} is damaged, foreign or of another version. It was renamed to {aside}.", err=True)
            library = stack.enter_context(open_library(settings.seeds, settings.store))
        yield library


@contextmanager
def _failures_noted(settings: Settings, following: Following) -> Iterator[None]:
    """Report an error to what follows a failed run, and raise it again."""
    try:
        yield
    except DatelineError as error:
        following.after_failure(settings, str(error))
        raise
    except Exception as error:
        # Its text may quote an article.
        why = (isinstance(error, OSError) and error.strerror) or type(error).__name__
        following.after_failure(settings, f"An unexpected error ended the run ({why}). Expected it to end well.")
        raise


def _watch(library: Library, following: Following, *, as_json: bool, ended: threading.Event) -> None:
    for earlier_runs, _ in enumerate(watch_seeds(library.settings.seeds, ended=ended)):
        try:
            _index(library, following, as_json=as_json)
        except DatelineError as error:
            if not earlier_runs:
                raise  # most likely a mistake in the settings
            typer.echo(str(error), err=True)
        if not earlier_runs:
            typer.echo(f"Watching {library.settings.seeds} (Ctrl-C ends it)", err=True)


def _index(library: Library, following: Following, *, as_json: bool, rebuild: bool = False) -> None:
    unreachable = None
    with _failures_noted(library.settings, following):
        try:
            if as_json:
                _print_json(sync_shelf(library, wait_seconds=WAIT_SECONDS, rebuild=rebuild))
            else:
                index_with_progress(library, rebuild=rebuild)
        except ChromaUnreachable as error:
            unreachable = error  # the shelf is whole without it
        following.after_run(library, as_json)
    if unreachable:
        raise unreachable


def _print_json(run: Iterator[events.Event]) -> None:
    for event in run:
        # Programs get what is committed; progress is for people.
        if isinstance(event, events.BuiltAgain | events.Visible | events.Removed | events.Rejected | events.Done):
            typer.echo(event_json(event))
            sys.stdout.flush()
