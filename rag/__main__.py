"""The command line of the online half: `dateline ask | search`."""

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from index.__main__ import (
    AsOfOption,
    JsonOption,
    OutletOption,
    SeedsOption,
    SinceOption,
    StoreOption,
    index_with_progress,
    make_scope,
    open_parts,
    run,
)
from index.errors import BadQuestion
from index.parts import Parts
from index.placing import place_vectors
from index.scope import Scope
from rag.answers import Answer, answer_question, clean_question, find_passages, stream_answer
from rag.chat import ChatModel, build_chat, build_chats
from rag.rendering import Json, answer_json, answer_text, head_lines, hit_lines, hits_json, prose_text

commands = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

QuestionArgument = Annotated[str, typer.Argument(help="The question. Leave it out with --batch.", show_default=False)]
BatchOption = Annotated[
    Path | None,
    typer.Option(
        "--batch",
        help='A file of JSON lines {"id"?, "question", "since"?, "as_of"?, "outlet"?}; answers come as JSON lines.',
    ),
]


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
    all_days: Annotated[
        bool, typer.Option("--all-days", help='Search all days, also where the question says "last week".')
    ] = False,
    batch: BatchOption = None,
    seeds: SeedsOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the shelf: in quotes, or with a language model in checked prose."""
    if quotes and model:
        raise typer.BadParameter("Give --model NAME or --quotes, one of them.")
    scope = make_scope(since, as_of, outlet)
    with open_parts(seeds, store) as parts:
        chat = _choose_chat(parts, model, quotes=quotes)
        _prepare(parts, question, batch)
        if batch:
            ask = partial(answer_question, parts=parts, chat=chat, all_days=all_days)
            _run_batch(batch, scope, lambda asked, narrowed: answer_json(ask(asked, scope=narrowed)))
            return
        before: list[Answer] = []
        for earlier in after or []:
            before.append(answer_question(earlier, parts=parts, scope=scope, before=before, all_days=all_days))
        with _stop_on_interrupt() as stop:
            growing = stream_answer(
                question, parts=parts, scope=scope, before=before, chat=chat, stop=stop, all_days=all_days
            )
            if as_json:
                *_, answer = growing
                typer.echo(json.dumps(answer_json(answer), ensure_ascii=False))
            else:
                _print_as_it_grows(growing)


def _choose_chat(parts: Parts, model: str | None, *, quotes: bool) -> ChatModel | None:
    if quotes:
        return None
    if model:
        return build_chat(parts.settings, model)
    return next(iter(build_chats(parts.settings)), None)


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


def _print_as_it_grows(growing: Iterator[Answer]) -> None:
    """Print the model's text while it is written, then the rest of the answer."""
    shown = ""
    for answer in growing:
        if answer.prose and answer.prose.under_way and answer.prose.statements:
            shown = _print_more(shown, "\n".join([*head_lines(answer), prose_text(answer.prose)]))
        last = answer
    _print_more(shown, answer_text(last) + "\n")


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
    with open_parts(seeds, store) as parts:
        _prepare(parts, question, batch)
        find = partial(find_passages, parts=parts, k=k)
        if batch:
            _run_batch(batch, scope, lambda asked, narrowed: hits_json(asked, *find(asked, scope=narrowed)))
            return
        found = find(question, scope=scope)
    if as_json:
        typer.echo(json.dumps(hits_json(clean_question(question), *found), ensure_ascii=False))
    else:
        typer.echo("\n".join(hit_lines(*found, scope)))


def _prepare(parts: Parts, question: str, batch: Path | None) -> None:
    """Refuse what cannot be asked, and index a shelf on which there is nothing yet."""
    if bool(question) == bool(batch):
        raise typer.BadParameter("Give a question or --batch FILE, one of them.")
    if question:
        clean_question(question)
    with parts.shelf.read() as reading:
        something = reading.record("last_run") or reading.counts().articles
    if something:
        place_vectors(parts.shelf, parts.index)
    else:
        index_with_progress(parts, to_stderr=True)


def _run_batch(batch: Path, scope: Scope, answer: Callable[[str, Scope], Json]) -> None:
    """Answer each line in its order. All lines are read first: a bad one stops the batch before it starts.

    What a line does not say of its scope is as in `scope`.
    """
    for entry, question, narrowed in list(_read_batch(batch, scope)):
        given = {"id": entry["id"]} if "id" in entry else {}
        typer.echo(json.dumps({**given, **answer(question, narrowed)}, ensure_ascii=False))


def _read_batch(batch: Path, scope: Scope) -> Iterator[tuple[Json, str, Scope]]:
    try:
        # Not splitlines(): JSON may hold a line separator that is none here.
        lines = batch.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestion(f"{batch}: cannot be read ({error}). Expected a UTF-8 file of JSON lines.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            question = clean_question(entry["question"])
            narrowed = _read_scope(entry, scope)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadQuestion(
                f'{batch}, line {number}: expected {{"id": …, "question": "…", "since": "2026-02-01", '
                '"as_of": "2026-02-15", "outlet": "…"} (all but question may be left out). Mend the line; '
                "nothing was asked."
            ) from None
        except BadQuestion as error:
            raise BadQuestion(f"{batch}, line {number}: {error}") from None
        yield entry, question, narrowed


def _read_scope(entry: Json, scope: Scope) -> Scope:
    """Read the scope of a batch's line; what it leaves out is as in `scope`.

    Raises TypeError or ValueError where it is not as README describes it, BadQuestion where no
    article can count.
    """
    since, until = _read_day(entry, "since") or scope.since, _read_day(entry, "as_of") or scope.until
    narrowed = Scope(since, until, _read_outlets(entry, scope.outlets))
    if narrowed.is_void:
        raise BadQuestion(
            f"since ({since}) is later than as_of ({until}), so no article can count. Expected the first day and "
            "the last. Swap them; nothing was asked."
        )
    return narrowed


def _read_day(entry: Json, name: str) -> date | None:
    day = entry.get(name) or None
    if not isinstance(day, str | None):
        raise TypeError
    return date.fromisoformat(day) if day else None


def _read_outlets(entry: Json, otherwise: frozenset[str]) -> frozenset[str]:
    outlets = entry.get("outlet")
    if outlets is None:
        return otherwise
    names = [outlets] if isinstance(outlets, str) else outlets  # "" is a name too: that of none
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TypeError
    return frozenset(names)


if __name__ == "__main__":
    run(commands)
