"""Quotation marks: quotations are found with any marks, and split at omissions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.spans import Span
from rag.language.quotation_marks import draft_quotations, said_parts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('He said "we agreed", and left.', ["we agreed"]),
        ("He said “we ‘all’ agreed.” Then: „so nicht“.", ["we ‘all’ agreed.", "so nicht"]),
        ("Elle dit « un accord » et »kein Deal«.", ["un accord", "kein Deal"]),
        ("It's the officers' view: 'a deal'.", ["a deal"]),
        ("They don’t call it ‘a deal’, they can’t.", ["a deal"]),
        ('A 6" pipe and a 9" one.', []),
        ("「合意した」と述べた。", ["合意した"]),
        ("“First paragraph.\n\n“Second one,” she said.", ["First paragraph.", "Second one,"]),
        ('> "Quoted in Markdown"', ["Quoted in Markdown"]),
        ('Nothing in "" or “ … ”.', []),
    ],
)
def test_quotations_are_found_with_any_marks(text: str, found: list[str]) -> None:
    assert [span.cut(text) for span in draft_quotations(text)] == found


@given(st.text("ab \n\"'“”‘’«»[]….", max_size=40))
def test_quotations_are_in_order_and_inside_the_text(text: str) -> None:
    end = 0
    for span in draft_quotations(text):
        assert end <= span.start < span.end <= len(text)
        assert span.cut(text) == span.cut(text).strip()
        parts = said_parts(text, span)
        assert all(span.start <= part.start < part.end <= span.end for part in parts)
        end = span.end


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("one … two", ["one", "two"]),
        ("one... two (...) three", ["one", "two", "three"]),
        ("[The] officers [from Ottawa] left. . . . again", ["officers", "left", "again"]),
        ("[T]he plan", ["plan"]),
        ("[…]", []),
    ],
)
def test_omissions_and_insertions_cut_a_quotation(text: str, parts: list[str]) -> None:
    assert [part.cut(text) for part in said_parts(text, Span(0, len(text)))] == parts
