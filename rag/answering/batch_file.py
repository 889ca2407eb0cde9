"""Batches: files of questions, a line of JSON each.

All lines are read before anything is asked, and a bad one is named with its number: who has to mend
line 300 should not wait for the 299 before it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from index.core.errors import BadQuestion
from index.core.scope import Scope
from rag.answering.query import clean_question

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Line:
    """A question of a batch, and all that its line says."""

    place: str  # the file and the line's number, as a message names them
    entry: Mapping[str, object]
    question: str
    scope: Scope


def read_batch(file: Path, scope: Scope, read: Callable[[Line], _T], *, expected: str) -> list[_T]:
    """Return what `read` makes of each line; what a line does not say of its scope is as in `scope`.

    Raises BadQuestion where a line is not as `expected` shows it, as `read` tells by TypeError or
    ValueError, or where its scope can hold no article.
    """
    try:
        # Not splitlines(): JSON may hold a line separator that is none here.
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
                f"{place}: expected {expected} (all but question may be left out). Mend the line; nothing was asked."
            ) from None
        except BadQuestion as error:
            raise BadQuestion(f"{place}: {error}") from None
    return made


def _read_scope(entry: Mapping[str, object], scope: Scope) -> Scope:
    """Read the scope of a line; what it leaves out is as in `scope`.

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


def _read_day(entry: Mapping[str, object], name: str) -> date | None:
    day = entry.get(name) or None
    if not isinstance(day, str | None):
        raise TypeError
    return date.fromisoformat(day) if day else None


def _read_outlets(entry: Mapping[str, object], otherwise: frozenset[str]) -> frozenset[str]:
    outlets = entry.get("outlet")
    return otherwise if outlets is None else frozenset(read_names(outlets))  # "" is a name too: that of none


def read_names(given: object) -> list[str]:
    """Return a name, or a list of them, as a list. Raises TypeError where it is neither.

    >>> read_names("Reuters"), read_names(["AP", "Reuters"])
    (['Reuters'], ['AP', 'Reuters'])
    """
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TypeError
    return names
