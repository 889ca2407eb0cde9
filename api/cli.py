"""The command for tokens of the API: `dateline tokens`."""

import json
from typing import Annotated

import typer

from api.access.tokens import Token, TokenStore
from index.cli import JsonOption, SeedsOption, StoreOption, make_commands, read_settings

commands = make_commands()

_WITH_NAME = ("add", "remove")


@commands.command("tokens")
def tokens_command(
    action: Annotated[str, typer.Argument(metavar="ACTION", help="`list`, `add` or `remove`.")] = "list",
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What the token is for, such as newsroom-cms.", show_default=False)
    ] = "",
    write: Annotated[
        bool, typer.Option("--write", help="The added token may also add and remove articles, not only read.")
    ] = False,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the tokens of the HTTP API, add one or remove one. An added token is shown once; only its hash is stored."""
    if action not in ("list", *_WITH_NAME) or (action in _WITH_NAME) != bool(name) or (write and action != "add"):
        raise typer.BadParameter("Give list, add with a name and optionally --write, or remove with a name.")
    tokens = TokenStore(read_settings(seeds, store).store)
    made = ""
    if action == "add":
        made = tokens.add(name, "write" if write else "read")
    elif action == "remove":
        tokens.remove(name)
    if as_json:
        rows = [_json(one) | ({"token": made} if made and one.name == name else {}) for one in tokens.all()]
        typer.echo(json.dumps(rows))
    elif made:
        typer.echo(made)
        typer.echo("Copy it now: it is not shown again. Send it as `Authorization: Bearer TOKEN`.", err=True)
    elif action == "remove":
        typer.echo(f"removed  {name}")
    else:
        typer.echo(
            "\n".join(map(_line, tokens.all())) or "There are no tokens. Make one with `dateline tokens add NAME`."
        )


def _line(token: Token) -> str:
    used = f"last used {token.used}" if token.used else "not used yet"
    return f"{token.name}  {token.scope}, made {token.made}, {used}"


def _json(token: Token) -> dict[str, object]:
    return {
        "name": token.name,
        "scope": token.scope,
        "made": token.made.isoformat(),
        "used": token.used.isoformat() if token.used else None,
    }
