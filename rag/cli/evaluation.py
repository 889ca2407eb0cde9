"""The command that measures a shelf: `dateline evaluate`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from index.cli import (
    AsOfOption,
    JsonOption,
    OutletOption,
    SeedsOption,
    SinceOption,
    StoreOption,
    make_commands,
    make_scope,
    open_library,
)
from rag.cli.filling import index_if_empty, prepare_for_many
from rag.evaluation import evaluate as evaluation

commands = make_commands()


@commands.command("evaluate")
def evaluate_command(
    questions: Annotated[
        Path,
        typer.Argument(
            metavar="QUESTIONS.jsonl",
            help='A file of JSON lines {"id"?, "question", "paths"?, "quotes"?, "answerable"?, "since"?, "as_of"?, '
            '"outlet"?}.',
        ),
    ],
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Also write the result to this file, as JSON.")
    ] = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how well the shelf answers questions whose answers you know."""
    cases = evaluation.read_cases(questions, make_scope(since, as_of, outlet))
    if save:
        evaluation.check_place(save)
    with open_library(seeds, store) as library:
        index_if_empty(library)
        prepare_for_many(library)
        evaluation.check_truth(cases, library)
        outcomes: list[evaluation.Outcome] = []
        for outcome in evaluation.run_cases(cases, library):
            outcomes.append(outcome)
            _print_progress(len(outcomes), len(cases))
        evaluated = evaluation.sum_up(outcomes, library)
    if save:
        evaluation.save(evaluated, save)
    if as_json:
        typer.echo(json.dumps(evaluation.evaluation_json(evaluated), ensure_ascii=False))
    else:
        typer.echo("\n".join(evaluation.evaluation_lines(evaluated)))


def _print_progress(done: int, total: int) -> None:
    # One line for each tenth of a long run.
    if total >= 50 and done * 10 // total > (done - 1) * 10 // total:
        typer.echo(f"asked {done:,} of {total:,} questions", err=True)
