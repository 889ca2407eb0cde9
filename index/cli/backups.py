"""The commands for backups: `dateline backup` and `dateline restore`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from index.backup.archive import Contents
from index.backup.backup import back_up
from index.backup.restore import check_backup, restore
from index.cli.indexing import NOTHING, Following
from index.cli.options import JsonOption, SeedsOption, StoreOption
from index.cli.running import make_commands, read_settings
from index.core.formatting import counted, one_line

commands = make_commands()

BackupArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="The backup, a tar file. It is compressed if its name ends in .gz.")
]


@commands.command("backup")
def backup_command(
    file: BackupArgument,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE, once the new one is complete.")] = False,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the seeds folder and the store to one file: articles, the shelf, and all that readers have made.

    That is chats, the notebook, alerts, corrections, feeds and tokens of the API.
    The page and index runs may go on meanwhile. `.env` and its keys are not in it; the addresses of feeds are, with any
    key in them. Keep it as private as the store.
    """
    done = back_up(read_settings(seeds, store), file, overwrite=overwrite)
    if as_json:
        left_out = [{"path": path, "reason": reason} for path, reason in done.left_out]
        shown = {"file": str(done.file), "bytes": done.size, **_contents_json(done.contents), "left_out": left_out}
        typer.echo(json.dumps(shown))  # in ASCII: names of files may not be UTF-8
    else:
        typer.echo(f"Backed up {_contents_line(done.contents)} to {done.file} ({done.size:,} bytes).")
    for path, reason in done.left_out:
        typer.echo(f"left out {one_line(path)}: cannot be read ({reason})", err=True)
    if done.left_out:
        raise typer.Exit(1)


@commands.command("restore")
def restore_command(
    context: typer.Context,
    file: BackupArgument,
    check: Annotated[bool, typer.Option("--check", help="Only check the backup. Write nothing.")] = False,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Restore over what is there, which is moved into `.before-restore-N`."),
    ] = False,
    tokens: Annotated[
        bool,
        typer.Option("--tokens", help="Restore the tokens of the API too, also those that were removed since."),
    ] = False,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Restore a backup to the seeds folder and the store. Nothing is changed unless all of it is sound."""
    settings = read_settings(seeds, store)
    following: Following = context.obj or NOTHING
    done = (
        None
        if check
        else restore(settings, file, replace=replace, tokens=tokens, hold_messages=following.hold_messages)
    )
    contents = done.contents if done else check_backup(file)
    if as_json:
        aside = [str(folder) for folder in done.aside] if done else []
        shown = {"file": str(file), "restored": bool(done), **_contents_json(contents), "aside": aside}
        shown["held"] = done.held if done else 0
        shown["left_tokens"] = bool(done and done.left_tokens)
        typer.echo(json.dumps(shown))
        return
    of_day = f"the backup of {contents.made:%Y-%m-%d %H:%M} UTC"
    if done is None:
        typer.echo(f"The backup is sound: {_contents_line(contents)}, {of_day}.")
        return
    typer.echo(f"Restored {_contents_line(contents)} of {of_day} to {settings.seeds} and {settings.store}.")
    for folder in done.aside:
        typer.echo(f"What was there is in {folder}. Delete it when you no longer need it.")
    if done.held:
        typer.echo(
            f"{counted(done.held, 'message')} about alerts waited in the backup and may have been sent since, so they "
            "are not sent. Send with `dateline alerts send --restored`, or delete with `dateline alerts discard`."
        )
    if done.left_tokens:
        typer.echo(
            "The tokens of the API in the backup were not restored; those of the store stay. --tokens restores them."
        )
    typer.echo("Run `dateline index`, or open the page, to build Chroma's index from it.")


def _contents_line(contents: Contents) -> str:
    return f"{counted(contents.seeds, 'file')} of articles and {counted(len(contents.databases), 'database')}"


def _contents_json(contents: Contents) -> dict[str, object]:
    return {"made": contents.made.isoformat(), "files": contents.seeds, "databases": contents.databases}
