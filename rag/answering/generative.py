"""Answer in prose: a model writes statements, and each is tied to sentences of the articles and checked.

The model's text is read again each time more of it comes: thoughts are left out, markers become citations, and a
complete statement is checked against its quotes. The quotes are cut from the articles; nothing here writes one.
"""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pydantic_core import from_json

from index.core.errors import DatelineError
from index.core.formatting import long_day
from index.text.articles import Article
from index.text.languages import is_english, read_language
from index.text.plain_text import without_unseen
from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.answering.markers import read_numbers, resolve, take_markers, without_begun_marker
from rag.answering.models import Prose, State
from rag.answering.prompt import NOT_HERE, write_prompt
from rag.answering.second_look import look_again
from rag.evidence.citations import Doubt, Statement
from rag.language.instructions import Asked
from rag.llm.client import ChatModel, Stopped, Usage, without_thoughts
from rag.llm.failures import NO_WORD, OTHER_FORM
from rag.retrieval.passages import Passage
from rag.verification.verify import find_doubt, grade

# The whole answer is read and shown again each time; more often would not be noticed.
_SHOWN_EVERY_SECONDS = 0.08
# Reading a long answer takes time: at least this many times as long is left for receiving it.
_RECEIVING = 4

# An incomplete tag is not shown.
_BEGUN_TAG = re.compile(r"[<◁][a-z/]{0,12}\Z", re.IGNORECASE)
# JSON begins at once, in a code block, or after words that announce it.
_JSON = re.compile(r"""\A(?:[^{\[]{0,200}(?:```(?:json)?\s*|(?=\{\s*"statements")))?(?=[{\[]\s*(?:[{"}]|\Z))""")
_BARE_NUMBERS = re.compile(r"(\"sentences\"\s*:\s*\[)([\d.,\s]*)")


@dataclass(frozen=True, slots=True)
class Draft:
    """The statements in a model's text; the last one may still be incomplete."""

    statements: tuple[Statement, ...]
    refused: bool


def waiting(chat: ChatModel) -> Prose:
    """Return the prose before the model has written a word."""
    return Prose(chat.name, "waiting", (), refused=False, problem="", usage=None, seconds=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A language model, and how it is asked to write an answer."""

    chat: ChatModel
    max_tokens: int  # that the prompt may have
    as_json: bool  # the form of the answer: JSON, or text with markers
    today: date  # the day as of which it answers
    stop: threading.Event | None = None  # set: the model stops writing
    seconds: float | None = None  # that it has; None: as its settings say
    temperature: float = 0.0
    looks_again: bool = False  # it judges each statement; nothing is shown before


def answer(asked: Sequence[Asked], passages: Sequence[Passage], writer: Writer) -> Iterator[Prose]:
    """Ask the model one or several questions, and yield its answer as it grows, at last whole, stopped or failed.

    An error of the model is not raised: `Prose.problem` has its message, next to what was written before.
    """
    started = time.perf_counter()
    chat = writer.chat
    prompt = write_prompt(asked, passages, today=writer.today, max_tokens=writer.max_tokens, as_json=writer.as_json)
    lines = len(asked) == 1 and asked[0].form in ("list", "timeline")
    prose = waiting(chat)
    raw, read, next_look, problem, usage = "", 0, 0.0, "", None
    state: State = "whole"
    try:
        for piece in chat.stream(
            prompt.messages,
            schema=prompt.schema,
            stop=writer.stop,
            seconds=writer.seconds,
            temperature=writer.temperature,
        ):
            if isinstance(piece, Usage):
                usage = piece
                continue
            raw += piece
            now = time.perf_counter()
            # In a pause there is time to show what has come since.
            if len(raw) > read and (not piece or now >= next_look):
                read = len(raw)
                statements = read_answer(raw, prompt.passages, whole=False, lines=lines).statements
                took = time.perf_counter() - now
                next_look = now + took + max(_SHOWN_EVERY_SECONDS, _RECEIVING * took)
                if statements and not writer.looks_again:
                    prose = replace(prose, state="writing", statements=statements, seconds=now - started)
                    yield prose
    except Stopped:
        state = "stopped"
    except DatelineError as error:
        state, problem = "failed", str(error)
    draft = read_answer(raw, prompt.passages, whole=state == "whole", lines=lines)
    if state == "whole" and not draft.statements and not draft.refused:
        state, problem = "failed", str(chat.failed(OTHER_FORM if _visible(raw, whole=True) else NO_WORD))
    prose = replace(
        prose,
        state=state,
        statements=draft.statements,
        refused=draft.refused and state == "whole",
        problem=problem,
        usage=usage,
        seconds=time.perf_counter() - started,
    )
    if writer.looks_again and state == "whole":
        allowed = chat.seconds if writer.seconds is None else writer.seconds
        prose = look_again(prose, chat, seconds=allowed - prose.seconds, stop=writer.stop)
    yield prose


def read_answer(raw: str, passages: Sequence[Passage], *, whole: bool, lines: bool = False) -> Draft:
    """Read a model's text, which is JSON or text with markers.

    Unless it is `whole`, the last statement is still being written, and so are those of the same entry in JSON, whose
    numbers may still come. They are not checked, and an incomplete marker or tag is left out. With `lines`, each
    statement starts a line.
    """
    text = _visible(raw, whole=whole)
    if begun := _JSON.match(text):
        entries = _read_json(text[begun.end() :])
        if whole and entries == []:
            return Draft((), refused=True)
        pieces = list(_pieces(entries or []))
    else:
        pieces = [(text if whole else without_begun_marker(text).rstrip(), ())]
    by_entry = [list(_read_text(text, numbers, passages)) for text, numbers in pieces]
    statements = [statement for entry in by_entry for statement in entry]
    if _is_refusal(statements, whole=whole):
        return Draft((), refused=whole)
    last = len(statements) - 1
    under_way = min(last, len(statements) - len(by_entry[-1])) if begun and by_entry else last
    read = (
        replace(statement, verdict="unfinished") if place >= under_way and not whole else _checked(statement, passages)
        for place, statement in enumerate(statements)
        # One of several questions has no answer: that is nothing to cite.
        if not _says_nothing(statement, begun=place == last and not whole)
    )
    return Draft(
        tuple(replace(one, new_line=one.new_line or (lines and place > 0)) for place, one in enumerate(read)),
        refused=False,
    )


def _visible(raw: str, *, whole: bool) -> str:
    """Return a model's text without thoughts and invisible characters."""
    text = without_thoughts(without_unseen(raw.encode(errors="replace").decode()))
    return (text if whole else _BEGUN_TAG.sub("", text)).lstrip()


def _read_json(written: str) -> list[object] | None:
    """Return the list of statements in JSON that may be incomplete, or None if there is none."""
    # Unquoted, 1.10 would be read as 1.1: another sentence.
    written = _BARE_NUMBERS.sub(lambda found: found[1] + re.sub(r"\d[\d.]*", r'"\g<0>"', found[2]), written)
    # Some models go on after the JSON, which then ends at its last bracket.
    last = max(written.rfind("}"), written.rfind("]")) + 1
    for candidate in (written, written[:last]):
        try:
            read = from_json(candidate, allow_partial="trailing-strings")
        except ValueError:
            continue
        entries = read.get("statements") if isinstance(read, dict) else read
        return entries if isinstance(entries, list) else None
    return None


def _pieces(entries: Sequence[object]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each statement's text and the numbers it names."""
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("text"), str) and entry["text"].strip():
            named = entry.get("sentences")
            written = [named] if isinstance(named, str) else named if isinstance(named, list) else []
            numbers = (number for one in written if isinstance(one, str) for number in read_numbers(one))
            yield entry["text"], tuple(numbers)


def _read_text(text: str, numbers: Sequence[str], passages: Sequence[Passage]) -> Iterator[Statement]:
    """Split a text into statements; each gets the markers in it and right after it, and `numbers`."""
    plain, markers = take_markers(text)
    spans = split_sentences(plain, Span(0, len(plain)))
    named: list[list[str]] = [list(numbers) for _ in spans]
    # Some models copy the form of the prompt: a number before each sentence.
    leading = bool(markers) and markers[0].position == 0 and markers[-1].position < len(plain.rstrip())
    for marker in markers if spans else ():
        # Otherwise a marker is in its statement or after its full stop.
        before = [place for place, span in enumerate(spans) if span.start < marker.position]
        place = min(len(before), len(spans) - 1) if leading else before[-1] if before else 0
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
    """Return a complete statement with its verdict."""
    unknown = len(statement.unresolved)
    cited = "a sentence that does" if unknown == 1 else "sentences that do"
    nowhere = Doubt("unknown_source", f"The model cites {cited} not exist.") if unknown else None
    if not statement.citations:
        return replace(statement, verdict="uncited", doubt=nowhere or Doubt("no_source", "No source cited."))
    if not (is_english(read_language(statement.text)) and all(one.in_english for one in statement.citations)):
        return replace(statement, verdict=grade(nowhere) if nowhere else "unchecked", doubt=nowhere)
    articles = {citation.article.id: citation.article for citation in statement.citations}.values()
    doubt = find_doubt(
        statement.text,
        [citation.quote for citation in statement.citations],
        around="\n".join(_around(article, passages) for article in articles),
    )
    found = doubt or nowhere
    return replace(statement, verdict=grade(found), doubt=found)


def _around(article: Article, passages: Sequence[Passage]) -> str:
    """Return what else the model has read of an article: its heading, and the passages from it."""
    day = f"{long_day(article.published)} {article.published:%d %B %Y %A}" if article.published else ""
    read = [span.cut(article.text) for one in passages if one.article.id == article.id for span in one.sentences]
    return "\n".join(part for part in (article.title, article.outlet, article.place, day, *read) if part)


def _is_refusal(statements: Sequence[Statement], *, whole: bool) -> bool:
    """Return True if an answer says that there is none or, while it is written, may come to say so."""
    if all(_says_nothing(one, begun=not whole and len(statements) == 1) for one in statements):
        return bool(statements)
    # A refusal may have a reason before or after it, unless that cites a sentence.
    refused = any(_says_nothing(one) for one in (*statements[:1], *statements[-1:]))
    return refused and not any(statement.citations for statement in statements)


def _says_nothing(statement: Statement, *, begun: bool = False) -> bool:
    """Return True if a statement is only the refusal that the prompt asks for or, if it is `begun`, may become it."""
    said = " ".join(re.sub(r"[^\w\s]", "", statement.text).upper().split())
    return said == NOT_HERE or (begun and NOT_HERE.startswith(said))
