"""The `dateline` command: all commands, and `serve`."""

import errno
import ipaddress
import json
import os
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

import api.cli
import index.cli
import rag.cli
from index.cli import (
    CommandGroup,
    JsonOption,
    SeedsOption,
    StoreOption,
    VerboseOption,
    open_library,
    read_settings,
    run,
)
from index.core.errors import BadSettings
from index.core.formatting import one_line
from index.core.settings import Settings
from index.core.version import own_version
from ui.doctor import examine, finding_json, finding_lines

# All answers are ended at once; what is being read from the shelf then may take a little.
_SECONDS_TO_END = 10

commands = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Answer questions from a shelf of news articles, and show the sentence behind every statement.",
)
commands.add_typer(rag.cli.commands)
commands.add_typer(index.cli.commands)
commands.add_typer(api.cli.commands)

_ROOT = Path(__file__).parent.parent


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"Dateline {own_version()}")
        raise typer.Exit


@commands.callback()
def _begin(
    context: typer.Context,
    verbose: VerboseOption = False,  # noqa: ARG001 (its callback reads it)
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    context.obj = rag.cli.FOLLOWING  # `index` never imports `rag`


PortOption = Annotated[int, typer.Option("--port", metavar="PORT", min=1, max=65535, help="Port on this machine.")]


@commands.command("serve")
def serve_command(
    port: PortOption = 8501,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="IP address to listen on. Others than loopback need DATELINE_PROXY_USER_HEADER or "
            "DATELINE_SERVE_WITHOUT_LOGIN.",
        ),
    ] = "127.0.0.1",
    api_only: Annotated[bool, typer.Option("--api-only", help="Serve the HTTP API without the page.")] = False,
    seeds: SeedsOption = None,
    store: StoreOption = None,
) -> None:
    """Open the page and the HTTP API, on this machine only unless --host says otherwise."""
    settings = read_settings(seeds, store)
    check_host(host, settings, api_only=api_only)
    # Streamlit starts the page in its own way, so the page reads the settings again.
    os.environ["DATELINE_SEEDS"], os.environ["DATELINE_STORE"] = str(settings.seeds), str(settings.store)
    os.environ["DATELINE_PROXY_USER_HEADER"] = settings.proxy_user_header
    check_port(port, host)
    if not settings.seeds.is_dir():
        typer.echo(
            f"There is no folder {settings.seeds} yet, so the shelf is empty. Make it and put articles into it, "
            "or name another with --seeds.",
            err=True,
        )
    if api_only:
        _serve_api(host, port, settings)
        return
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host  # noqa: S104 (checked above)
    typer.echo(f"Dateline is at http://{shown}:{port} (Ctrl-C ends it)")
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(_app_file()), *server_options(host, port, settings)]
    cli.main()


@commands.command("mcp")
def mcp_command(seeds: SeedsOption = None, store: StoreOption = None) -> None:
    """Serve the shelf to a program with a language model, by the Model Context Protocol on standard input and output.

    The server only reads. Claude, ChatGPT and others start it themselves.
    """
    from api.mcp_server import make_server  # takes half a second, and no other command needs it

    with open_library(seeds, store) as library:
        make_server(library).run("stdio")


@commands.command("doctor")
def doctor_command(
    port: PortOption = 8501, seeds: SeedsOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Check the installation, the settings and the store. The output has no key and can go into a bug report."""
    findings = []
    for finding in examine(read_settings(seeds, store), port=port, port_error=listening_error(port)):
        findings.append(finding)
        if not as_json:
            typer.echo("\n".join(finding_lines(finding)))
    if as_json:
        typer.echo(json.dumps([finding_json(finding) for finding in findings], ensure_ascii=False))
    if any(finding.state == "error" for finding in findings):
        raise typer.Exit(1)


def check_host(host: str, settings: Settings, *, api_only: bool = False) -> None:
    """Raise BadSettings unless the page, or the API alone, may listen on this address."""
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        raise BadSettings(
            f"--host {one_line(host)} is not an address to listen on. Expected an IPv4 address of this machine, such "
            "as 127.0.0.1, or 0.0.0.0 for all."
        ) from None
    if address.is_loopback or settings.proxy_user_header or settings.serve_without_login:
        return
    if api_only:
        raise BadSettings(
            f"--host {address} opens the API to other machines. Tokens and answers are sent without encryption, so "
            "others on the network can read them. Expected a proxy with TLS that alone can reach it. Set "
            "DATELINE_PROXY_USER_HEADER to the header in which it names its user. Or set "
            "DATELINE_SERVE_WITHOUT_LOGIN=True if only such a proxy, or no one else, can reach it."
        )
    raise BadSettings(
        f"--host {address} opens the page to other machines, and Dateline has no login of its own: whoever reaches it "
        "can read all articles and chats, and change them. Expected a proxy with a login that alone can reach it. Set "
        "DATELINE_PROXY_USER_HEADER to the header in which it names its user. Or set DATELINE_SERVE_WITHOUT_LOGIN=True "
        "if everyone who can reach it may do all of that."
    )


def _serve_api(host: str, port: int, settings: Settings) -> None:
    """Serve the API alone, which indexes as the page does."""
    import uvicorn

    from ui.server.api import make_api_app

    named = [name.strip() for name in settings.allowed_hosts.split(",") if name.strip()]
    app = make_api_app(["localhost", "127.0.0.1", *named], page=settings.page)
    typer.echo(f"The HTTP API of Dateline is at http://{host}:{port}/api/v1/ (Ctrl-C ends it)")
    # A request's address may have a question in it, so none is logged.
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_SECONDS_TO_END,
    )


def server_options(host: str, port: int, settings: Settings) -> list[str]:
    """Return the options of Streamlit's server. Those that are not set are in its file of settings.

    >>> server_options("127.0.0.1", 8501, Settings(_env_file=None))
    ['--server.port', '8501', '--server.address', '127.0.0.1']
    """
    options = ["--server.port", str(port), "--server.address", host]
    named = [name.strip() for name in settings.allowed_hosts.split(",") if name.strip()]
    for name in ("localhost", "127.0.0.1", *named) if named else ():
        options += ["--server.allowedHosts", name]
    return options


def check_port(port: int, host: str) -> None:
    """Raise BadSettings, with the reason, unless a server may listen on this port of this machine."""
    error = listening_error(port, host)
    if error is None:
        return
    if error.errno == errno.EADDRINUSE:
        raise BadSettings(
            f"Port {port} is taken on this machine. Expected a free one. Name another with --port, "
            "or stop the program that uses it."
        )
    raise BadSettings(
        f"Dateline cannot listen on {host}, port {port} ({error.strerror}). Expected an address of this machine and a "
        "port that this user may use. Name others with --host and --port."
    )


def listening_error(port: int, host: str = "127.0.0.1") -> OSError | None:
    """Return the error of a server that listens on this port of this machine; None if it may."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def _app_file() -> Path:
    """Return the script that starts the page, installed or in a checkout; its folder has Streamlit's settings."""
    installed = _ROOT / "dateline" / "app.py"
    return installed if installed.exists() else _ROOT / "app.py"


def main() -> None:
    """Run the command line."""
    run(commands)
