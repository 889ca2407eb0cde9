"""The lines of a scanned page are read one column after the other."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from index.ocr.engine import Box
from index.ocr.reading_order import lines_in_order


def box(text: str, left: float, top: float, width: float = 200, height: float = 10) -> Box:
    return Box(text, left, left + width, top, top + height)


def read(*boxes: Box) -> list[str]:
    return [line.text for line in lines_in_order(boxes)]


def test_columns_below_a_headline_are_read_one_after_the_other() -> None:
    left = [box(f"left {number}", 0, 60 + 14 * number) for number in range(6)]
    right = [box(f"right {number}", 220, 60 + 14 * number) for number in range(6)]
    mixed = [one for pair in zip(left, right, strict=True) for one in pair]
    expected = ["Headline", *(one.text for one in (*left, *right))]
    assert read(box("Headline", 0, 10, width=420, height=24), *mixed) == expected


def test_pieces_of_one_row_are_one_line() -> None:
    pieces = box("was opened.", 260, 32), box("The bridge", 0, 30)
    assert read(*pieces, box("It is long.", 0, 46)) == ["The bridge was opened.", "It is long."]


def test_lines_that_touch_are_two_lines() -> None:
    assert read(box("second", 0, 38, height=14), box("first", 0, 26, height=14)) == ["first", "second"]


def test_an_empty_page_has_no_lines() -> None:
    assert read() == []


places = st.integers(min_value=0, max_value=800)


@given(st.lists(st.tuples(places, places, st.integers(5, 300), st.integers(5, 30)), max_size=40))
def test_each_piece_is_read_once(found: list[tuple[int, int, int, int]]) -> None:
    boxes = [box(f"w{number}", *four) for number, four in enumerate(found)]
    assert Counter(" ".join(read(*boxes)).split()) == Counter(one.text for one in boxes)
