"""How every command runs: its settings, its log, its library, and how it ends."""

import gc
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from index.core.errors import DatelineError
from index.core.logs import log_unexpected, set_up_logging
from index.core.settings import Settings, load_settings
from index.core.signals import Ended, end_at_once_on_signals, end_on_signals
from index.pipeline.library import Library, build_library

_verbose: ContextVar[bool] = ContextVar("verbose", default=False)


def be_verbose(wanted: bool) -> None:
    """Log to the terminal too, from the moment the settings are read."""
    if wanted:
        _verbose.set(True)


VerboseOption = Annotated[
    bool,
    typer.Option("--verbose", help="Log to the terminal too. May also follow the command.", callback=be_verbose),
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


def make_commands() -> typer.Typer:
    """Return an empty set of commands."""
    return typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


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
        library.index.release()


def run(command: Callable[[], None]) -> None:
    """Run a command line. A problem that the user can fix is one plain message and exit code 1.

    So is an error that we did not expect: its traceback is in the log, whose path the message shows. Ctrl-C and
    SIGTERM end with the exit codes 130 and 143.
    """
    try:
        end_on_signals()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter
        command()
    except Ended as ended:
        sys.exit(ended.exit_code)
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
        typer.echo(f"An unexpected error ended this command ({type(error).__name__}): {where}.", err=True)
        sys.exit(1)
    finally:
        end_at_once_on_signals()
        gc.freeze()  # else Python looks for garbage among all objects before it exits, which takes a third of a second
