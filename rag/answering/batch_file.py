"""Batches: files of questions, one JSON object a line.

All lines are read before anything is asked, and an error names its line: a mistake in
line 300 is reported before the 299 questions above it are asked.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from index.core.errors import BadQuestion
from index.core.scope import Scope
from rag.answering.query import clean_question

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Line:
    """A question of a batch, with all fields of its line."""

    place: str  # the file and the line's number, for messages
    entry: Mapping[str, object]
    question: str
    scope: Scope


def read_batch(file: Path, scope: Scope, read: Callable[[Line], _T], *, expected: str) -> list[_T]:
    """Return what `read` makes of each line; a line without days or outlets takes those of `scope`.

    Raises BadQuestion if a line is not as `expected` shows (`read` raises TypeError or ValueError then), or if its
    scope cannot have an article.
    """
    try:
        # Not splitlines(): JSON text may have characters that it takes for line ends.
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestion(f"{file}: cannot be read ({error}). Expected a UTF-8 file of JSON lines.") from None
    made = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{file}, line {number}"
        try:
            entry = json.loads(line)
            question = clean_question(entry["question"])
            made.append(read(Line(place, entry, question, _read_scope(entry, scope))))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadQuestion(
                f"{place}: expected {expected} (all but question may be left out). Fix the line; nothing was asked."
            ) from None
        except BadQuestion as error:
            raise BadQuestion(f"{place}: {error}") from None
    return made


def _read_scope(entry: Mapping[str, object], scope: Scope) -> Scope:
    """Read the scope of a line; what it leaves out is as in `scope`.

    Raises TypeError or ValueError if a field is not as documented, BadQuestion if no article can be in the scope.
    """
    since, until = _read_day(entry, "since") or scope.since, _read_day(entry, "as_of") or scope.until
    narrowed = replace(scope, since=since, until=until, outlets=_read_outlets(entry, scope.outlets))
    if narrowed.is_void:
        raise BadQuestion(
            f"since ({since}) is later than as_of ({until}), so no article is in this scope. Expected the first day "
            "and the last. Swap them; nothing was asked."
        )
    return narrowed


def _read_day(entry: Mapping[str, object], name: str) -> date | None:
    day = entry.get(name) or None
    if not isinstance(day, str | None):
        raise TypeError
    return date.fromisoformat(day) if day else None


def _read_outlets(entry: Mapping[str, object], otherwise: frozenset[str]) -> frozenset[str]:
    outlets = entry.get("outlet")
    return (
        otherwise if outlets is None else frozenset(read_names(outlets))
    )  # "" is a name too: of articles without an outlet


def read_names(given: object) -> list[str]:
    """Return a name, or a list of names, as a list. Raises TypeError if it is neither.

    >>> read_names("Reuters"), read_names(["AP", "Reuters"])
    (['Reuters'], ['AP', 'Reuters'])
    """
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TypeError
    return names
