"""The lines of a scanned page are read one column after the other."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.ocr.engine import Box
from index.ocr.reading_order import lines_in_order

ROWS = 6
LEFT = [f"left {number}" for number in range(ROWS)]
RIGHT = [f"right {number}" for number in range(ROWS)]


def box(text: str, left: float, top: float, width: float = 200, height: float = 10) -> Box:
    return Box(text, left, left + width, top, top + height)


def columns(top: float, *, lower: float = 0, paragraph: bool = False) -> list[Box]:
    """Two columns, the right one `lower` by some points; their paragraphs may part at the same height."""
    places = [top + 14 * row + (20 if paragraph and row > 2 else 0) for row in range(ROWS)]
    pairs = zip(LEFT, RIGHT, places, strict=True)
    return [one for left, right, at in pairs for one in (box(left, 0, at), box(right, 220, at + lower))]


def read(*boxes: Box) -> list[str]:
    return [line.text for line in lines_in_order(boxes)]


@pytest.mark.parametrize("lower", [0, 3, 7])
@pytest.mark.parametrize("paragraph", [False, True])
def test_columns_below_a_headline_are_read_one_after_the_other(lower: float, paragraph: bool) -> None:
    headline = box("Headline", 0, 10, width=420, height=24)
    assert read(headline, *columns(60, lower=lower, paragraph=paragraph)) == ["Headline", *LEFT, *RIGHT]


def test_a_standfirst_over_both_columns_is_read_first() -> None:
    standfirst = [box(f"standfirst {row}", 0, 14 * row, width=420) for row in range(3)]
    assert read(*columns(42), *standfirst) == [*(one.text for one in standfirst), *LEFT, *RIGHT]


def test_a_heading_between_columns_parts_what_is_above_and_below_it() -> None:
    below = [box("lower left", 0, 180), box("lower right", 220, 180)]
    heading = box("Heading", 0, 160, width=420)
    assert read(*below, heading, *columns(60)) == [*LEFT, *RIGHT, "Heading", "lower left", "lower right"]


def test_columns_at_other_heights_with_a_pull_quote_in_the_gutter_stay_apart() -> None:
    pull = [box("PULL 0", 180, 66, width=60, height=12), box("PULL 1", 180, 82, width=60, height=12)]
    narrow = [box(one, 0, 20 + 14 * row, width=160) for row, one in enumerate(LEFT)]
    right = [box(one, 260, 27 + 14 * row, width=160) for row, one in enumerate(RIGHT)]
    lines = read(*pull, *right, *narrow)
    assert Counter(lines) == Counter([*LEFT, *RIGHT, "PULL 0", "PULL 1"])
    assert [line for line in lines if line in LEFT] == LEFT
    assert [line for line in lines if line in RIGHT] == RIGHT


def test_a_single_row_beside_a_column_is_a_line_of_its_own() -> None:
    assert read(box("left line", 0, 0), box("left goes on", 0, 14), box("Continued on page 7", 260, 7)) == [
        "left line",
        "left goes on",
        "Continued on page 7",
    ]


def test_pieces_of_one_row_are_one_line() -> None:
    pieces = box("was opened.", 206, 32), box("The bridge", 0, 30)
    assert read(*pieces, box("It is long.", 0, 46)) == ["The bridge was opened.", "It is long."]


def test_lines_that_touch_are_two_lines() -> None:
    assert read(box("second", 0, 38, height=14), box("first", 0, 26, height=14)) == ["first", "second"]


def test_an_empty_page_has_no_lines() -> None:
    assert read() == []


places = st.integers(min_value=0, max_value=800)
pages = st.lists(st.tuples(places, places, st.integers(5, 300), st.integers(5, 30)), max_size=40).map(
    lambda found: [box(f"w{number}", *four) for number, four in enumerate(found)]
)


@given(pages)
def test_each_piece_is_read_once_and_rows_are_read_from_the_left(boxes: list[Box]) -> None:
    lines = [line.text.split() for line in lines_in_order(boxes)]
    left = {one.text: one.left for one in boxes}
    assert Counter(word for line in lines for word in line) == Counter(one.text for one in boxes)
    assert all(left[before] <= left[after] for line in lines for before, after in pairwise(line))
