"""The commands that know no question: `dateline index`, `add`, `list`, `backup` and others."""

from index.cli import articles, backups, editing, feeds, indexing
from index.cli.indexing import Following, event_json, index_with_progress
from index.cli.options import (
    AsOfOption,
    JsonOption,
    LanguageOption,
    OutletOption,
    SeedsOption,
    SinceOption,
    StoreOption,
    make_scope,
)
from index.cli.running import CommandGroup, VerboseOption, make_commands, open_library, read_settings, run

__all__ = [
    "AsOfOption",
    "CommandGroup",
    "Following",
    "JsonOption",
    "LanguageOption",
    "OutletOption",
    "SeedsOption",
    "SinceOption",
    "StoreOption",
    "VerboseOption",
    "commands",
    "event_json",
    "index_with_progress",
    "make_commands",
    "make_scope",
    "open_library",
    "read_settings",
    "run",
]

commands = make_commands()
commands.add_typer(indexing.commands)
commands.add_typer(articles.commands)
commands.add_typer(feeds.commands)
commands.add_typer(editing.commands)
commands.add_typer(backups.commands)
