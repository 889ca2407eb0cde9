"""Options that several commands share."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from index.core.scope import Scope
from index.text.languages import NAMES, UNKNOWN

SeedsOption = Annotated[
    Path | None, typer.Option("--seeds", metavar="FOLDER", help="Folder of the articles. Default: seeds")
]
StoreOption = Annotated[
    Path | None, typer.Option("--store", metavar="FOLDER", help="Folder of the built index. Default: .dateline")
]
SinceOption = Annotated[
    datetime | None,
    typer.Option("--since", metavar="DATE", formats=["%Y-%m-%d"], help="Only articles published on DATE or later."),
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="Only articles published on DATE or earlier."),
]
OutletOption = Annotated[
    list[str] | None,
    typer.Option(
        "--outlet",
        metavar="NAME",
        help='Only articles of this outlet, spelled as they spell it; "" for articles without one. Repeatable.',
    ),
]
LanguageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--language", metavar="CODE", help='Only articles in this language, such as de; "" if unknown. Repeatable.'
    ),
]
UndatedOption = Annotated[bool, typer.Option("--undated", help="Only articles without a day of publication.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def make_scope(
    since: datetime | None,
    as_of: datetime | None,
    outlets: Sequence[str] | None,
    languages: Sequence[str] | None = None,
) -> Scope:
    """Make a scope of the options. Raises typer.BadParameter if no article can be in it."""
    codes = frozenset(code.strip().casefold() for code in languages or ())
    if unknown := codes - {UNKNOWN, *NAMES}:
        raise typer.BadParameter(
            f"--language {min(unknown)} is no language that is recognised. Expected a code such as "
            f"{', '.join(sorted(NAMES)[:6])}. `dateline show` names the language of an article."
        )
    scope = Scope(since and since.date(), as_of and as_of.date(), frozenset(outlets or ()), languages=codes)
    if scope.is_void:
        raise typer.BadParameter(
            f"--since {scope.since} is later than --as-of {scope.until}, so no article can count. "
            "Expected the first day and the last. Swap them."
        )
    return scope
