"""Options for exports, and the writing of them."""

from pathlib import Path
from typing import Annotated

import typer

from rag.output.bibliography import STYLES, Style
from rag.output.export import FORMS, Exported, Form, check_file, form_of, write_file

AllDaysOption = Annotated[
    bool, typer.Option("--all-days", help='Search all days, even if the question names some, such as "last week".')
]
OutputOption = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write to this new file.")]
StyleOption = Annotated[str, typer.Option("--style", metavar="STYLE", help="How to cite articles: plain or chicago.")]


def read_export(form: str, output: Path | None, style: str, *, alone: bool) -> tuple[Form, Style] | None:
    """Return the form and the style of the export that the options ask for, or None. Raises typer.BadParameter."""
    if not form and not output:
        return None
    if not alone:
        raise typer.BadParameter("Give --format and --output, or --json, or --batch.")
    asked = form or (form_of(output) if output else None)
    by_name = next((known for known in FORMS if known == asked), None)
    known_style = next((known for known in STYLES if known == style), None)
    if by_name is None:
        given = f"Unknown format {form!r}." if form else f"Cannot infer a format from --output {output}."
        raise typer.BadParameter(f"{given} Use --format {', '.join(FORMS[:-1])} or {FORMS[-1]}.")
    if known_style is None:
        raise typer.BadParameter(f"--style {style} is not known. Expected {' or '.join(STYLES)}.")
    if output:
        check_file(output)
    elif by_name == "docx":
        raise typer.BadParameter("A Word file cannot be printed to a terminal. Name a file with --output.")
    return by_name, known_style


def write_export(exported: Exported, output: Path | None) -> None:
    """Write an export to its file, or to stdout."""
    if output:
        write_file(output, exported)
        typer.echo(f"Written: {output}", err=True)
    else:
        typer.echo(exported.content.decode(), nl=False)
