"""The commands that ask: `dateline ask`, `search`, `timeline`, `changes`, `check`, `alerts` and `evaluate`."""

from index.cli import make_commands
from rag.cli import alerts, ask, evaluation, reports
from rag.cli.alerts import FOLLOWING

__all__ = ["FOLLOWING", "commands"]

commands = make_commands()
for part in (ask, reports, alerts, evaluation):
    commands.add_typer(part.commands)
