"""Reading order: the lines of a page, one column after the other.

The order is that of Breuel (2003, "High performance document layout analysis"): a line is read before another if it is
above it in the same column, or in a column to its left, unless a line that spans both columns is between them.
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from statistics import median
from typing import Any

import numpy as np

from index.ocr.engine import Box

_GUTTER = 1.0  # times the usual height of a line: pieces of a row that are further apart are in two columns
_SAME_ROW = 0.5  # of the lower piece's height that two pieces of one row share


def lines_in_order(boxes: Sequence[Box]) -> list[Box]:
    """Return the lines of a page in the order in which they are read; pieces next to each other become one line."""
    lines = _rows(boxes)
    return [lines[place] for place in _order(lines)] if lines else []


def _rows(boxes: Sequence[Box]) -> list[Box]:
    """Join the pieces of each row, from the left, where the space between them is that between words."""
    space = _GUTTER * median(box.height for box in boxes) if boxes else 0.0
    rows = list[Box]()
    for box in sorted(boxes, key=lambda box: box.left):
        before = next((row for row in reversed(rows) if _continues(row, box, space)), None)
        if before is None:
            rows.append(box)
        else:
            rows[rows.index(before)] = _joined(before, box)
    return sorted(rows, key=lambda row: (row.top, row.left))


def _continues(row: Box, box: Box, space: float) -> bool:
    shared = min(row.bottom, box.bottom) - max(row.top, box.top)
    return shared > _SAME_ROW * min(row.height, box.height) and -space < box.left - row.right < space


def _joined(row: Box, box: Box) -> Box:
    top, bottom = min(row.top, box.top), max(row.bottom, box.bottom)
    return Box(f"{row.text.strip()} {box.text.strip()}", row.left, max(row.right, box.right), top, bottom)


def _order(lines: Sequence[Box]) -> list[int]:
    """Return the places of the lines in reading order: each after those that come before it, from the top."""
    before = _comes_before(lines)
    waits_for = before.sum(axis=0)
    ready = [place for place in range(len(lines)) if not waits_for[place]]
    left, ordered = set(range(len(lines))), list[int]()
    while left:
        # Only boxes on top of each other wait for one another; the topmost is read then.
        place = heappop(ready) if ready else min(left)
        if place not in left:
            continue
        left.remove(place)
        ordered.append(place)
        for after in np.flatnonzero(before[place]):
            waits_for[after] -= 1
            if not waits_for[after]:
                heappush(ready, int(after))
    return ordered


def _comes_before(lines: Sequence[Box]) -> Any:
    """Return a matrix (lines, lines) with True where the line of the row is read before that of the column."""
    left, right, middle = (
        np.array(values)
        for values in zip(*((box.left, box.right, (box.top + box.bottom) / 2) for box in lines), strict=True)
    )
    same_column = (left[:, None] < right) & (left < right[:, None])
    above = middle[:, None] < middle
    parted = np.zeros_like(above)
    for spanning in range(len(lines)):
        between = above[:, spanning, None] & above[spanning]
        parted |= (between | between.T) & same_column[spanning][:, None] & same_column[spanning]
    to_the_left = right[:, None] <= left
    return (same_column & above) | (to_the_left & ~parted)
