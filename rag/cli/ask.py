"""The commands that answer: `dateline ask` and `dateline search`."""

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from index.cli import (
    AsOfOption,
    JsonOption,
    LanguageOption,
    OutletOption,
    SeedsOption,
    SinceOption,
    StoreOption,
    make_commands,
    make_scope,
    open_library,
)
from index.core.scope import Scope
from index.pipeline.library import Library
from rag.answering.batch_file import Line, read_batch
from rag.answering.models import Answer
from rag.answering.pipeline import answer_earlier, answer_question, find_passages, stream_answer
from rag.answering.query import clean_question, make_query
from rag.cli.exporting import AllDaysOption, OutputOption, StyleOption, read_export, write_export
from rag.cli.filling import index_if_empty, prepare_for_many
from rag.llm.client import choose_chat
from rag.output.answer_json import Json, answer_json, hits_json
from rag.output.answer_text import answer_text, head_lines, hit_lines, prose_text
from rag.output.export import FORMS, export
from rag.output.search_report import report_text

commands = make_commands()

QuestionArgument = Annotated[
    str, typer.Argument(metavar="QUESTION", help="The question. Omit it with --batch.", show_default=False)
]
BatchOption = Annotated[
    Path | None,
    typer.Option(
        "--batch",
        metavar="FILE",
        help='A file of JSON lines {"id"?, "question", "since"?, "as_of"?, "outlet"?}; the output is JSON lines too.',
    ),
]
# An example of a line, for the message about a bad one.
_A_QUESTION = '{"id": …, "question": "…", "since": "2026-02-01", "as_of": "2026-02-15", "outlet": "…"}'


@commands.command("ask")
def ask_command(
    question: QuestionArgument = "",
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    language: LanguageOption = None,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="NAME", help="Language model to answer with. Default: DATELINE_CHAT_MODEL"),
    ] = None,
    quotes: Annotated[bool, typer.Option("--quotes", help="Show quotes only, without a language model.")] = False,
    after: Annotated[
        list[str] | None,
        typer.Option("--after", metavar="QUESTION", help="An earlier question that this one follows up. Repeatable."),
    ] = None,
    all_days: AllDaysOption = False,
    batch: BatchOption = None,
    report: Annotated[
        bool, typer.Option("--explain", help="Add a report: what was searched, and which sentences came closest.")
    ] = False,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"Write the answer as {', '.join(FORMS)}. Default: by the ending of --output.",
        ),
    ] = "",
    output: OutputOption = None,
    style: StyleOption = "plain",
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with quotes from the shelf; with a language model, in prose that is checked too."""
    if quotes and model:
        raise typer.BadParameter("Give either --model NAME or --quotes.")
    export_as = read_export(form, output, style, alone=not as_json and not batch)
    scope = make_scope(since, as_of, outlet, language)
    lines = _read_questions(question, batch, scope)
    with open_library(seeds, store) as library:
        chat = None if quotes else choose_chat(library.settings, model)
        index_if_empty(library)
        if batch:

            def ask(line: Line) -> Json:
                query = make_query(line.question, scope=line.scope, all_days=all_days)
                return answer_json(answer_question(query, library=library, chat=chat))

            _run_batch(lines, library, ask)
            return
        before = answer_earlier(after or [], scope, library=library, all_days=all_days)
        query = make_query(question, scope=scope, before=before, all_days=all_days)
        # Without a model there is nothing to stop: Ctrl-C ends the command.
        with _stop_on_interrupt() if chat else nullcontext() as stop:
            growing = stream_answer(query, library=library, chat=chat, stop=stop)
            if export_as:
                *_, answer = growing
                form_, style_ = export_as
                write_export(export(question, [*before, answer], form_, style=style_), output)
            elif as_json:
                *_, answer = growing
                typer.echo(json.dumps(answer_json(answer), ensure_ascii=False))
            else:
                answer = _print_as_it_grows(growing)
                if report:
                    typer.echo(f"\n{report_text(answer)}")


@contextmanager
def _stop_on_interrupt() -> Iterator[threading.Event]:
    """Make the first Ctrl-C stop the model, so that the quotes are still printed, and the second end the command."""
    stop = threading.Event()

    before = signal.getsignal(signal.SIGINT)

    def interrupt(number: int, frame: FrameType | None) -> None:
        if stop.is_set() and callable(before):
            before(number, frame)
        stop.set()

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _print_as_it_grows(growing: Iterator[Answer]) -> Answer:
    """Print the model's text while it is written, then the rest of the answer. Return the whole answer."""
    shown = ""
    for answer in growing:
        if answer.prose and answer.prose.under_way and answer.prose.statements:
            shown = _print_more(shown, "\n".join([*head_lines(answer), prose_text(answer.prose)]))
        last = answer
    _print_more(shown, answer_text(last) + "\n")
    return last


def _print_more(shown: str, text: str) -> str:
    if not text.startswith(shown):  # the model changed what it had written: start again
        typer.echo("\n")
        shown = ""
    typer.echo(text[len(shown) :], nl=False)
    sys.stdout.flush()
    return text


@commands.command("search")
def search_command(
    question: QuestionArgument = "",
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, max=100, help="How many passages.")] = 10,
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    language: LanguageOption = None,
    batch: BatchOption = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the passages that match a question best, without answering it."""
    scope = make_scope(since, as_of, outlet, language)
    lines = _read_questions(question, batch, scope)
    with open_library(seeds, store) as library:
        index_if_empty(library)
        find = partial(find_passages, library=library, k=k)
        if batch:
            _run_batch(lines, library, lambda line: hits_json(line.question, *find(line.question, scope=line.scope)))
            return
        found = find(question, scope=scope)
    if as_json:
        typer.echo(json.dumps(hits_json(clean_question(question), *found), ensure_ascii=False))
    else:
        typer.echo("\n".join(hit_lines(*found, scope)))


def _read_questions(question: str, batch: Path | None, scope: Scope) -> list[Line]:
    """Return all lines of a batch. Raises before anything is asked if the question or any line is not valid."""
    if bool(question) == bool(batch):
        raise typer.BadParameter("Give either a question or --batch FILE.")
    if batch:
        return read_batch(batch, scope, lambda line: line, expected=_A_QUESTION)
    clean_question(question)
    return []


def _run_batch(lines: Sequence[Line], library: Library, answer: Callable[[Line], Json]) -> None:
    """Answer the lines in order."""
    prepare_for_many(library)
    for line in lines:
        given = {"id": line.entry["id"]} if "id" in line.entry else {}
        typer.echo(json.dumps({**given, **answer(line)}, ensure_ascii=False))
