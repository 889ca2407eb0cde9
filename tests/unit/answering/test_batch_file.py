"""Batches: lines of JSON become questions or are reported."""

from datetime import date
from pathlib import Path

import pytest

from index.core.errors import BadQuestion
from index.core.scope import WHOLE, Scope
from rag.answering.batch_file import Line, read_batch


def read(folder: Path, text: str, scope: Scope = WHOLE) -> list[Line]:
    file = folder / "batch.jsonl"
    file.write_text(text, encoding="utf-8")
    return read_batch(file, scope, lambda line: line, expected="{…}")


def test_a_line_becomes_a_question_with_all_its_fields(tmp_path: Path) -> None:
    (line,) = read(tmp_path, '\ufeff\n{"question": " Who \u2028 left?", "more": 1}\r\n')
    assert (line.question, line.entry["more"], line.scope) == ("Who left?", 1, WHOLE)
    assert line.place == f"{tmp_path / 'batch.jsonl'}, line 2", "empty lines count"


def test_a_line_without_days_or_outlets_takes_those_given(tmp_path: Path) -> None:
    scope = Scope(date(2026, 2, 1), date(2026, 2, 15), frozenset({"Wire"}))
    lines = (
        '{"question": "x"}',
        '{"question": "x", "since": "2026-02-03"}',
        '{"question": "x", "as_of": "2026-02-04", "outlet": ["A", ""]}',
        '{"question": "x", "since": null, "outlet": null}',
    )
    assert [line.scope for line in read(tmp_path, "\n".join(lines), scope)] == [
        scope,
        Scope(date(2026, 2, 3), scope.until, scope.outlets),
        Scope(scope.since, date(2026, 2, 4), frozenset({"A", ""})),
        scope,
    ]


def test_an_unreadable_line_is_reported_with_what_was_expected(tmp_path: Path) -> None:
    def read_number(line: Line) -> int:
        number = line.entry["number"]
        if not isinstance(number, int):
            raise TypeError
        if number < 0:
            raise BadQuestion("The number is below 0.")
        return number

    file = tmp_path / "batch.jsonl"
    file.write_text('{"question": "x", "number": 1}\n{"question": "x", "number": 2}')
    assert read_batch(file, WHOLE, read_number, expected="{…}") == [1, 2]
    for number, says in (('"two"', "expected {…} (all but question"), ("-1", "The number is below 0.")):
        file.write_text('{"question": "x", "number": 1}\n{"question": "x", "number": ' + number + "}")
        with pytest.raises(BadQuestion) as caught:
            read_batch(file, WHOLE, read_number, expected="{…}")
        assert str(caught.value).startswith(f"{file}, line 2: {says}")


def test_a_file_that_is_not_text_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "batch.jsonl"
    file.write_bytes(b"\xff\xfe{")
    with pytest.raises(BadQuestion, match=r"batch\.jsonl: cannot be read"):
        read_batch(file, WHOLE, lambda line: line, expected="{…}")
