"""Spans: a span cuts exactly its characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.spans import Span


@st.composite
def texts_and_spans(draw: st.DrawFn) -> tuple[str, Span]:
    text = draw(st.text(max_size=60))
    start = draw(st.integers(0, len(text)))
    return text, Span(start, draw(st.integers(start, len(text))))


@given(texts_and_spans())
def test_a_cut_is_the_texts_own_characters(drawn: tuple[str, Span]) -> None:
    text, span = drawn
    assert text[: span.start] + span.cut(text) + text[span.end :] == text
    assert len(span.cut(text)) == len(span)


@given(texts_and_spans(), st.text(max_size=20))
def test_a_shifted_span_cuts_the_same_text_after_a_longer_beginning(drawn: tuple[str, Span], before: str) -> None:
    text, span = drawn
    assert span.shifted(len(before)).cut(before + text) == span.cut(text)


@given(texts_and_spans(), texts_and_spans())
def test_spans_overlap_if_they_share_a_character(one: tuple[str, Span], other: tuple[str, Span]) -> None:
    a, b = one[1], other[1]
    shared = set(range(a.start, a.end)) & set(range(b.start, b.end))
    assert a.overlaps(b) == b.overlaps(a) == bool(shared)


def test_a_span_that_reaches_past_its_text_is_refused() -> None:
    with pytest.raises(ValueError, match="reaches past a text of 3 characters"):
        Span(1, 4).cut("abc")


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)])
def test_a_span_does_not_end_before_it_starts(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="expected 0 <= start <= end"):
        Span(start, end)
