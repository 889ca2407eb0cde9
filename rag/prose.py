"""Prose: a model answers in its own words, and every statement is tied to sentences and checked.

What the model wrote is read anew each time something comes: thoughts are left out, markers
become citations, and a statement that is complete is checked against its quotes. The quotes
themselves are the articles'; nothing here types one.
"""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic_core import from_json

from index.errors import DatelineError
from index.sentences import split_sentences
from index.spans import Span
from index.wording import long_day
from rag.chat import ChatModel, Stopped, Usage
from rag.checks import failed_check
from rag.citations import Citation, Statement, resolve, take_markers, without_begun_marker
from rag.passages import Passage
from rag.prompts import NOT_HERE, write_prompt

# More often than this nobody sees: each time the whole answer is read and shown again.
_SHOWN_EVERY_SECONDS = 0.08

_THOUGHTS = re.compile(r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHTS_END = re.compile(r"\A.*</(?:think|thinking|thought|reasoning)>", re.DOTALL | re.IGNORECASE)
_BEGUN_TAG = re.compile(r"<[a-z/]{0,12}\Z", re.IGNORECASE)
_FENCE = re.compile(r"\A\s*```(?:json)?\s*|\s*```\s*\Z")

State = Literal["waiting", "writing", "whole", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Prose:
    """What a model has written so far, or in the end."""

    model: str
    state: State
    statements: tuple[Statement, ...]
    refused: bool  # the model found no answer in the passages
    problem: str  # why it failed, in a sentence; "" otherwise
    usage: Usage | None  # None until the end, or where it failed before
    seconds: float  # since it was asked

    @property
    def under_way(self) -> bool:
        """Tell whether more may come."""
        return self.state in ("waiting", "writing")

    @property
    def unfinished(self) -> bool:
        """Tell whether it broke off in the middle."""
        return self.state in ("stopped", "failed") and bool(self.statements)


@dataclass(frozen=True, slots=True)
class Draft:
    """A model's text read: complete statements, and last the one that is being written."""

    statements: tuple[Statement, ...]
    refused: bool


def waiting(chat: ChatModel) -> Prose:
    """Return what there is before the model has written a word."""
    return Prose(chat.name, "waiting", (), refused=False, problem="", usage=None, seconds=0.0)


def answer(
    question: str,
    passages: Sequence[Passage],
    *,
    chat: ChatModel,
    max_tokens: int,
    as_json: bool,
    stop: threading.Event | None = None,
    seconds: float | None = None,
    temperature: float = 0.0,
) -> Iterator[Prose]:
    """Ask the model, and yield its answer as it grows; the last one is whole, stopped or failed.

    Raises nothing a person could mend: that is told in `Prose.problem`, beside what was written.
    """
    started = time.perf_counter()
    prompt = write_prompt(question, passages, max_tokens=max_tokens, as_json=as_json)
    prose = waiting(chat)
    raw, shown, problem, usage = "", 0.0, "", None
    state: State = "whole"
    try:
        for piece in chat.stream(
            prompt.messages, schema=prompt.schema, stop=stop, seconds=seconds, temperature=temperature
        ):
            now = time.perf_counter()
            if isinstance(piece, Usage):
                usage = piece
            elif isinstance(piece, str):
                raw += piece
                if now - shown >= _SHOWN_EVERY_SECONDS:
                    shown = now
                    statements = read_answer(raw, prompt.passages, whole=False).statements
                    if statements:
                        prose = replace(prose, state="writing", statements=statements, seconds=now - started)
                        yield prose
    except Stopped:
        state = "stopped"
    except DatelineError as error:
        state, problem = "failed", str(error)
    draft = read_answer(raw, prompt.passages, whole=state == "whole")
    if state == "whole" and not draft.statements and not draft.refused:
        state, problem = "failed", str(chat.gave_nothing())
    yield replace(
        prose,
        state=state,
        statements=draft.statements,
        refused=draft.refused and state == "whole",
        problem=problem,
        usage=usage,
        seconds=time.perf_counter() - started,
    )


def read_answer(raw: str, passages: Sequence[Passage], *, whole: bool) -> Draft:
    """Read what a model has written, as markers in text or as JSON, whichever it is.

    Unless it is `whole`, the last statement is still being written: it is not checked, and a
    marker or tag that has only begun is held back.
    """
    text = _without_thoughts(raw, whole=whole)
    written = _FENCE.sub("", text).lstrip()
    if written.startswith("{"):
        entries = _read_json(written)
        if whole and entries == []:
            return Draft((), refused=True)
        pieces = list(_pieces(entries or []))
    else:
        pieces = [(text if whole else without_begun_marker(text).rstrip(), ())]
    spoken = " ".join(text for text, _ in pieces)
    if _is_refusal(spoken) or (not whole and NOT_HERE.startswith(_letters(spoken))):
        return Draft((), refused=whole)
    statements = [statement for text, numbers in pieces for statement in _read_text(text, numbers, passages)]
    last = len(statements) - 1
    return Draft(
        tuple(
            replace(statement, verdict="unfinished") if place == last and not whole else _checked(statement, passages)
            for place, statement in enumerate(statements)
        ),
        refused=False,
    )


def _without_thoughts(raw: str, *, whole: bool) -> str:
    text = _THOUGHTS.sub("", raw)
    text = _THOUGHTS_END.sub("", text)  # some models are made to begin inside the tag
    return (text if whole else _BEGUN_TAG.sub("", text)).lstrip()


def _read_json(written: str) -> list[object] | None:
    """Return the list of statements in JSON that may end anywhere, or None where there is none."""
    # Some models go on after the JSON: then its last brace is where it ends.
    for candidate in (written, written[: written.rfind("}") + 1]):
        try:
            read = from_json(candidate, allow_partial="trailing-strings")
        except ValueError:
            continue
        entries = read.get("statements") if isinstance(read, dict) else None
        return entries if isinstance(entries, list) else None
    return None


def _pieces(entries: Sequence[object]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each statement's text and the numbers it names."""
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("text"), str) and entry["text"].strip():
            numbers = entry.get("sentences")
            yield entry["text"], tuple(str(number) for number in numbers) if isinstance(numbers, list) else ()


def _read_text(text: str, numbers: Sequence[str], passages: Sequence[Passage]) -> Iterator[Statement]:
    """Cut a text into statements; each gets the markers in it and right after it, and `numbers`."""
    plain, markers = take_markers(text)
    spans = split_sentences(plain, Span(0, len(plain)))
    named: list[list[str]] = [list(numbers) for _ in spans]
    for marker in markers:
        # A marker stands in its statement or behind its full stop.
        place = max((place for place, span in enumerate(spans) if span.start < marker.position), default=0)
        if named:
            named[place] += marker.numbers
    end = 0
    for span, own in zip(spans, named, strict=True):
        found = [(number, resolve(number, passages)) for number in dict.fromkeys(own)]
        yield Statement(
            text=span.cut(plain),
            citations=tuple(dict.fromkeys(citation for _, citation in found if citation)),
            verdict="unfinished",
            unresolved=tuple(number for number, citation in found if citation is None),
            new_line="\n" in plain[end : span.start],
        )
        end = span.end


def _checked(statement: Statement, passages: Sequence[Passage]) -> Statement:
    """Give a complete statement its verdict."""
    unknown = ", ".join(statement.unresolved)
    nowhere = f"{unknown} names no sentence." if len(statement.unresolved) == 1 else f"{unknown} name no sentence."
    if not statement.citations:
        return replace(statement, verdict="uncited", rule=nowhere if unknown else "No sentence is named for this.")
    rule = failed_check(
        statement.text,
        [citation.quote for citation in statement.citations],
        around=" ".join(_around(citation, passages) for citation in statement.citations),
    )
    if rule or unknown:
        return replace(statement, verdict="doubtful", rule=rule or nowhere)
    return replace(statement, verdict="supported")


def _around(citation: Citation, passages: Sequence[Passage]) -> str:
    """Return what a reader of the quote knows besides: the article's heading, and the sentence before."""
    article = citation.article
    day = f"{long_day(article.published)} {article.published:%d %B %Y %A}" if article.published else ""
    before = ""
    for passage in passages:
        if passage.article.id == article.id and citation.span in passage.sentences:
            place = passage.sentences.index(citation.span)
            before = passage.sentences[place - 1].cut(article.text) if place else ""
    return " ".join(part for part in (article.title, article.outlet, article.place, day, before) if part)


def _is_refusal(text: str) -> bool:
    """Tell whether the whole of an answer is the phrase for a refusal, give or take a full stop and markers."""
    letters = _letters(take_markers(text)[0])
    return letters.startswith(NOT_HERE) and len(letters) <= len(NOT_HERE) + 40


def _letters(text: str) -> str:
    return " ".join(re.findall(r"[A-Z]+", text.upper()))
