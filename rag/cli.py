"""The command line of the online half: `dateline ask | search | timeline | changes | check | alerts | evaluate`."""

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from index.cli import (
    AsOfOption,
    JsonOption,
    OutletOption,
    SeedsOption,
    SinceOption,
    StoreOption,
    index_with_progress,
    make_scope,
    open_library,
    run,
)
from index.core.errors import BadDraft, UnreadableArticle
from index.core.scope import Scope
from index.pipeline.library import Library
from index.pipeline.placing import place_vectors
from index.reading.encodings import decode
from rag.analysis.changes import find_changes
from rag.analysis.draft_check import LONGEST_DRAFT, check_draft, clean_draft
from rag.analysis.timeline import find_timeline
from rag.answering.batch_file import Line, read_batch
from rag.answering.models import Answer
from rag.answering.pipeline import answer_question, find_passages, stream_answer
from rag.answering.query import Standalone, clean_question
from rag.evaluation import evaluate as evaluation
from rag.llm.client import ChatModel, build_chat, build_chats
from rag.output.alerts import listing_json, listing_lines, news_json, news_lines
from rag.output.answer import (
    Json,
    answer_json,
    answer_text,
    head_lines,
    hit_lines,
    hits_json,
    prose_text,
)
from rag.output.bibliography import STYLES, Style
from rag.output.changes import changes_json, changes_lines
from rag.output.draft import draft_json, draft_lines
from rag.output.export import (
    FORMS,
    TIMELINE_FORMS,
    Exported,
    check_file,
    export,
    export_timeline,
    form_of,
    write_file,
)
from rag.output.search_report import report_text
from rag.output.timeline import timeline_json, timeline_lines
from rag.storage.alert_runs import run_alerts
from rag.storage.alerts import AlertListing, AlertStore, News, alerts_file

commands = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

QuestionArgument = Annotated[str, typer.Argument(help="The question. Leave it out with --batch.", show_default=False)]
BatchOption = Annotated[
    Path | None,
    typer.Option(
        "--batch",
        help='A file of JSON lines {"id"?, "question", "since"?, "as_of"?, "outlet"?}; answers come as JSON lines.',
    ),
]
AllDaysOption = Annotated[
    bool, typer.Option("--all-days", help='Search all days, also where the question says "last week".')
]
OutputOption = Annotated[Path | None, typer.Option("--output", help="A new file for it.")]
StyleOption = Annotated[str, typer.Option("--style", help="How it names articles: plain or chicago.")]
_Form = TypeVar("_Form", bound=str)
# What a line of a batch looks like, in a message about one that does not.
_A_QUESTION = '{"id": …, "question": "…", "since": "2026-02-01", "as_of": "2026-02-15", "outlet": "…"}'


@commands.command("ask")
def ask_command(
    question: QuestionArgument = "",
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Language model to answer with. Default: DATELINE_CHAT_MODEL")
    ] = None,
    quotes: Annotated[bool, typer.Option("--quotes", help="Answer in quotes alone, without a model.")] = False,
    after: Annotated[
        list[str] | None, typer.Option("--after", help="A question asked before, which this one follows up.")
    ] = None,
    all_days: AllDaysOption = False,
    batch: BatchOption = None,
    report: Annotated[
        bool, typer.Option("--explain", help="Tell below the answer what was searched, and what came nearest.")
    ] = False,
    form: Annotated[
        str,
        typer.Option("--format", help=f"Write the answer as {', '.join(FORMS)}. Default: by the ending of --output."),
    ] = "",
    output: OutputOption = None,
    style: StyleOption = "plain",
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the shelf: in quotes, or with a language model in checked prose."""
    if quotes and model:
        raise typer.BadParameter("Give --model NAME or --quotes, one of them.")
    export_as = _read_export(FORMS, form, output, style, alone=not as_json and not batch)
    scope = make_scope(since, as_of, outlet)
    lines = _read_questions(question, batch, scope)
    with open_library(seeds, store) as library:
        chat = _choose_chat(library, model, quotes=quotes)
        _fill(library)
        if batch:
            ask = partial(answer_question, library=library, chat=chat, all_days=all_days)
            _run_batch(lines, library, lambda line: answer_json(ask(line.question, scope=line.scope)))
            return
        before: list[Answer] = []
        for earlier in after or []:
            before.append(answer_question(earlier, library=library, scope=scope, before=before, all_days=all_days))
        with _stop_on_interrupt() as stop:
            growing = stream_answer(
                question, library=library, scope=scope, before=before, chat=chat, stop=stop, all_days=all_days
            )
            if export_as:
                *_, answer = growing
                named, told = export_as
                _write_export(export(question, [*before, answer], named, style=told), output)
            elif as_json:
                *_, answer = growing
                typer.echo(json.dumps(answer_json(answer), ensure_ascii=False))
            else:
                answer = _print_as_it_grows(growing)
                if report:
                    typer.echo(f"\n{report_text(answer)}")


def _read_export(
    forms: Sequence[_Form], form: str, output: Path | None, style: str, *, alone: bool
) -> tuple[_Form, Style] | None:
    """Return in which of the forms, and in which style, it is to be written, or None. Raises typer.BadParameter."""
    if not form and not output:
        return None
    if not alone:
        raise typer.BadParameter("Give --format and --output, or --json or --batch.")
    asked = form or (form_of(output) if output else None)
    by_name = next((known for known in forms if known == asked), None)
    known_style = next((known for known in STYLES if known == style), None)
    if by_name is None:
        given = f"--format {form}" if form else f"--output {output}"
        raise typer.BadParameter(f"{given} names no form. Expected --format {', '.join(forms[:-1])} or {forms[-1]}.")
    if known_style is None:
        raise typer.BadParameter(f"--style {style} is not known. Expected {' or '.join(STYLES)}.")
    if output:
        check_file(output)
    elif by_name == "docx":
        raise typer.BadParameter("A Word file is no text for a terminal. Name a file with --output.")
    return by_name, known_style


def _write_export(exported: Exported, output: Path | None) -> None:
    if output:
        write_file(output, exported)
        typer.echo(f"Written: {output}", err=True)
    else:
        typer.echo(exported.content.decode(), nl=False)


def _choose_chat(library: Library, model: str | None, *, quotes: bool) -> ChatModel | None:
    if quotes:
        return None
    if model:
        return build_chat(library.settings, model)
    return next(iter(build_chats(library.settings)), None)


@contextmanager
def _stop_on_interrupt() -> Iterator[threading.Event]:
    """Have the first Ctrl-C stop the model, so that the quotes are still printed, and the second one everything."""
    stop = threading.Event()

    def interrupt(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _print_as_it_grows(growing: Iterator[Answer]) -> Answer:
    """Print the model's text while it is written, then the rest of the answer, and return the whole."""
    shown = ""
    for answer in growing:
        if answer.prose and answer.prose.under_way and answer.prose.statements:
            shown = _print_more(shown, "\n".join([*head_lines(answer), prose_text(answer.prose)]))
        last = answer
    _print_more(shown, answer_text(last) + "\n")
    return last


def _print_more(shown: str, text: str) -> str:
    if not text.startswith(shown):  # a model that took back what it had written: said again from the start
        typer.echo("\n")
        shown = ""
    typer.echo(text[len(shown) :], nl=False)
    sys.stdout.flush()
    return text


@commands.command("search")
def search_command(
    question: QuestionArgument = "",
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 10,
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    batch: BatchOption = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the passages that match a question best."""
    scope = make_scope(since, as_of, outlet)
    lines = _read_questions(question, batch, scope)
    with open_library(seeds, store) as library:
        _fill(library)
        find = partial(find_passages, library=library, k=k)
        if batch:
            _run_batch(lines, library, lambda line: hits_json(line.question, *find(line.question, scope=line.scope)))
            return
        found = find(question, scope=scope)
    if as_json:
        typer.echo(json.dumps(hits_json(clean_question(question), *found), ensure_ascii=False))
    else:
        typer.echo("\n".join(hit_lines(*found, scope)))


@commands.command("timeline")
def timeline_command(
    question: Annotated[str, typer.Argument(help="What to look for.", show_default=False)],
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    all_days: AllDaysOption = False,
    form: Annotated[
        str,
        typer.Option("--format", help=f"Write it as {', '.join(TIMELINE_FORMS)}. Default: by the ending of --output."),
    ] = "",
    output: OutputOption = None,
    style: StyleOption = "plain",
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what the shelf says, in the order in which it happened; --output timeline.svg draws it."""
    export_as = _read_export(TIMELINE_FORMS, form, output, style, alone=not as_json)
    scope = make_scope(since, as_of, outlet)
    with open_library(seeds, store) as library:
        _fill(library)
        timeline = find_timeline(question, library=library, scope=scope, all_days=all_days)
    if export_as:
        named, told = export_as
        _write_export(export_timeline(timeline, named, style=told), output)
    elif as_json:
        typer.echo(json.dumps(timeline_json(timeline), ensure_ascii=False))
    else:
        typer.echo("\n".join(timeline_lines(timeline)))


@commands.command("changes")
def changes_command(
    question: Annotated[str, typer.Argument(help="The question.", show_default=False)],
    since: Annotated[
        datetime,
        typer.Option(
            "--since", formats=["%Y-%m-%d"], help="The last day of what is known already.", show_default=False
        ),
    ],
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what articles published after a day add to what was known, or say otherwise."""
    scope = make_scope(None, as_of, outlet)
    with open_library(seeds, store) as library:
        _fill(library)
        changes = find_changes(question, library=library, since=since.date(), scope=scope)
    if as_json:
        typer.echo(json.dumps(changes_json(changes), ensure_ascii=False))
    else:
        typer.echo("\n".join(changes_lines(changes)))


@commands.command("check")
def check_command(
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="A text or Markdown file; - reads from stdin.")],
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a draft against the shelf: what of it stands there word for word, what is altered, what is not there."""
    scope = make_scope(since, as_of, outlet)
    text = _read_draft(draft)
    with open_library(seeds, store) as library:
        _fill(library)
        with library.shelf.read(checked=True) as reading:
            checked = check_draft(text, reading=reading, scope=scope)
    if as_json:
        typer.echo(json.dumps(draft_json(checked), ensure_ascii=False))
    else:
        typer.echo("\n".join(draft_lines(checked)))


def _read_draft(path: str) -> str:
    """Return the text of a draft. Raises BadDraft where there is none to be had."""
    # Four bytes a character at most, and one more to tell that it is too long.
    most = 4 * LONGEST_DRAFT + 1
    try:
        if path == "-":
            content = sys.stdin.buffer.read(most)
        else:
            with Path(path).open("rb") as file:
                content = file.read(most)
        return clean_draft(decode(path, content).text)
    except OSError as error:
        raise BadDraft(
            f"{path}: cannot be read ({error.strerror}). Expected a text or Markdown file, or - for stdin."
        ) from None
    except UnreadableArticle:
        raise BadDraft(f"{path}: is no text. Expected a text or Markdown file in UTF-8. Save it as such.") from None


@commands.command("alerts")
def alerts_command(
    question: Annotated[
        str, typer.Argument(help="A question to keep. Leave it out to list those kept.", show_default=False)
    ] = "",
    since: SinceOption = None,
    as_of: AsOfOption = None,
    outlet: OutletOption = None,
    read: Annotated[
        int | None, typer.Option("--read", help="Tell what this question has found, and mark it as read.")
    ] = None,
    remove: Annotated[int | None, typer.Option("--remove", help="Remove this question.")] = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a question, to be asked of what is new after each run of indexing; list, read or remove those kept."""
    scope = make_scope(since, as_of, outlet)
    if sum((bool(question), read is not None, remove is not None)) > 1 or not (question or scope.is_whole):
        raise typer.BadParameter("Give a question (with its days and outlets), --read, --remove, or none of them.")
    asked = clean_question(question) if question else ""
    with open_library(seeds, store) as library:
        alerts = AlertStore(library.settings.store)
        if remove is not None:
            alerts.remove(remove)
        one = read
        if asked:
            _fill(library)
            one = alerts.keep(asked, Standalone(asked, ""), scope=scope, shelf=library.shelf).number
        if one is not None:
            alerts.question(one)
        listings = [listing for listing in alerts.listings() if one in (None, listing.asked.number)]
        found = [alerts.news(listing.asked.number) for listing in listings]
        _print_alerts(listings, found, as_json=as_json)
        if asked and not as_json:
            typer.echo("It is asked of what is new after each run of indexing.")
        if read is not None and found and found[0]:
            alerts.mark_read(read, up_to=found[0][-1].number)


def _print_alerts(listings: Sequence[AlertListing], found: Sequence[Sequence[News]], *, as_json: bool) -> None:
    if as_json:
        told = [listing_json(listing, news) for listing, news in zip(listings, found, strict=True)]
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    if not listings:
        typer.echo('No question stands. `dateline alerts "question"` keeps one.')
    for listing, news in zip(listings, found, strict=True):
        typer.echo("\n".join(listing_lines(listing, news)))


def tell_news(library: Library, as_json: bool) -> None:
    """Ask the alerts of what a run of indexing has brought, and tell what each has found."""
    if not alerts_file(library.settings.store).exists():
        return
    for asked, news in run_alerts(library, AlertStore(library.settings.store)):
        if as_json:
            typer.echo(json.dumps(news_json(asked, news), ensure_ascii=False))
        else:
            typer.echo("\n".join(news_lines(asked, news)))
        sys.stdout.flush()


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
    save: Annotated[Path | None, typer.Option("--save", help="Also write the result, as JSON, to this file.")] = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count how well the shelf answers questions whose answers you know."""
    cases = evaluation.read_cases(questions, make_scope(since, as_of, outlet))
    if save:
        evaluation.check_place(save)
    with open_library(seeds, store) as library:
        _fill(library)
        place_vectors(library.shelf, library.index)
        evaluation.check_truth(cases, library)
        outcomes: list[evaluation.Outcome] = []
        for outcome in evaluation.run_cases(cases, library):
            outcomes.append(outcome)
            _tell_progress(len(outcomes), len(cases))
        evaluated = evaluation.sum_up(outcomes, library)
    if save:
        evaluation.save(evaluated, save)
    if as_json:
        typer.echo(json.dumps(evaluation.evaluation_json(evaluated), ensure_ascii=False))
    else:
        typer.echo("\n".join(evaluation.evaluation_lines(evaluated)))


def _tell_progress(done: int, total: int) -> None:
    # A line for each tenth, where there is something to wait for.
    if total >= 50 and done * 10 // total > (done - 1) * 10 // total:
        typer.echo(f"asked {done:,} of {total:,} questions", err=True)


def _read_questions(question: str, batch: Path | None, scope: Scope) -> list[Line]:
    """Refuse what cannot be asked, and read all lines of a batch: a bad one stops it before it starts."""
    if bool(question) == bool(batch):
        raise typer.BadParameter("Give a question or --batch FILE, one of them.")
    if batch:
        return read_batch(batch, scope, lambda line: line, expected=_A_QUESTION)
    clean_question(question)
    return []


def _fill(library: Library) -> None:
    """Index a shelf on which there is nothing yet."""
    with library.shelf.read() as reading:
        something = reading.record("last_run") or reading.counts().articles
    if not something:
        index_with_progress(library, to_stderr=True)


def _run_batch(lines: Sequence[Line], library: Library, answer: Callable[[Line], Json]) -> None:
    """Answer each line in its order."""
    # For one question it would take longer to open and check Chroma than to read all vectors on the shelf.
    place_vectors(library.shelf, library.index)
    for line in lines:
        given = {"id": line.entry["id"]} if "id" in line.entry else {}
        typer.echo(json.dumps({**given, **answer(line)}, ensure_ascii=False))


if __name__ == "__main__":
    run(commands)
