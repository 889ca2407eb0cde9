"""Reading order: the lines of a page, one column after the other.

The recursive XY cut of Nagy and Seth (1984): a page is cut along its gutters, or else along its widest horizontal gap.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from index.ocr.engine import Box

_GUTTER = 0.8  # times the height of a line: the least width of a gutter between two columns
_SAME_ROW = 0.5  # of the lower box's height that two boxes of one row share


def lines_in_order(boxes: Sequence[Box]) -> list[Box]:
    """Return the lines of a page in the order in which they are read; boxes next to each other become one line."""
    if not boxes:
        return []
    gutter = _GUTTER * median(box.height for box in boxes)
    lines, waiting = list[Box](), [list(boxes)]
    while waiting:
        block = waiting.pop()
        parts = _columns(block, gutter) or _halves(block)
        if parts:
            waiting.extend(reversed(parts))
        else:
            lines.append(_joined(block))
    return lines


def _columns(block: Sequence[Box], gutter: float) -> list[list[Box]]:
    """Cut at the widest gutter that has rows on both sides; a single row has gaps, but no columns."""
    gap = _widest_gap([(box.left, box.right) for box in block])
    if gap is None or gap[0] < gutter:
        return []
    sides = [[box for box in block if box.right <= gap[1]], [box for box in block if box.right > gap[1]]]
    return sides if all(_halves(side) for side in sides) else []


def _halves(block: Sequence[Box]) -> list[list[Box]]:
    """Cut at the widest horizontal gap; [] if the block is one row."""
    # Letters below the line reach into the next one, so that boxes overlap a little.
    shrunk = [(box.top + box.height * _SAME_ROW / 2, box.bottom - box.height * _SAME_ROW / 2) for box in block]
    gap = _widest_gap(shrunk)
    if gap is None:
        return []
    halves = [list[Box](), list[Box]()]
    for box, (_, end) in zip(block, shrunk, strict=True):
        halves[end > gap[1]].append(box)
    return halves


def _widest_gap(extents: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the width and the beginning of the widest gap between some intervals; None if there is none."""
    best, reached = None, min(extents)[1]
    for (_, _), (begin, end) in pairwise(sorted(extents)):
        if begin > reached and (best is None or begin - reached > best[0]):
            best = (begin - reached, reached)
        reached = max(reached, end)
    return best


def _joined(row: Sequence[Box]) -> Box:
    ordered = sorted(row, key=lambda box: box.left)
    return Box(
        " ".join(box.text.strip() for box in ordered),
        ordered[0].left,
        max(box.right for box in ordered),
        min(box.top for box in ordered),
        max(box.bottom for box in ordered),
    )
