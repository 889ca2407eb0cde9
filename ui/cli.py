"""The `dateline` command: both halves' commands, and `serve`."""

import os
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

import index.cli
import rag.cli
from index.cli import CommandGroup, SeedsOption, StoreOption, VerboseOption, read_settings
from index.core.errors import BadSettings

commands = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Answers from a shelf of news articles, with the sentence behind every statement.",
)
commands.add_typer(index.cli.commands)
commands.add_typer(rag.cli.commands)

_APP = Path(__file__).parent.parent / "app.py"


@commands.callback()
def _begin(context: typer.Context, verbose: VerboseOption = False) -> None:  # noqa: ARG001 (its callback reads it)
    context.obj = rag.cli.tell_news  # the half that indexes knows of no questions


@commands.command("serve")
def serve_command(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this machine.")] = 8501,
    seeds: SeedsOption = None,
    store: StoreOption = None,
) -> None:
    """Open the chat on the shelf, on this machine only."""
    settings = read_settings(seeds, store)
    # The page reads the settings anew, in Streamlit's own way of starting it.
    os.environ["DATELINE_SEEDS"], os.environ["DATELINE_STORE"] = str(settings.seeds), str(settings.store)
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise BadSettings(
                f"Port {port} is taken on this machine. Expected a free one. Name another with --port, "
                "or end what runs there."
            ) from None
    typer.echo(f"Dateline is at http://localhost:{port} (Ctrl-C ends it)")
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(_APP), "--server.port", str(port)]
    cli.main()


def main() -> None:
    """Run the command line."""
    index.cli.run(commands)


if __name__ == "__main__":
    main()
