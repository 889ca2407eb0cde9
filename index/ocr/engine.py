"""The engine: RapidOCR with the models in its wheel (PaddleOCR PP-OCRv6 small), which read Latin, Chinese and Japanese.

It needs the extra `ocr`. Nothing is downloaded.
"""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

_MOST_THREADS = 4
_SCALE = 200 / 72  # pixels per point, as scanners give them
_LONGEST_SIDE = 3_200  # pixels: a larger page is drawn smaller
_SHOWN = 110 / 72  # pixels per point of a picture for people
_LONGEST_SHOWN = 2_400
# What is read of an upright page: .98 to 1; upside down .7, on its side 0, in an unknown script 0 to .6.
_SURE = 0.9
_LEAST = 0.8
_LETTERS = 0.8  # the share of letters and figures among the visible characters of a text; a table may have fewer


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of text on a page, in points from the left and the top."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        """The height of the letters, in points."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a page, upright."""

    boxes: Sequence[Box]  # in no certain order; none if nothing was read for certain
    height: float  # points


def is_installed() -> bool:
    """Return True if the extra `ocr` is installed."""
    return all(find_spec(name) for name in ("rapidocr", "pypdfium2"))


def installed_version() -> str:
    """Return what decides how a page is read; "" without the extra."""
    return "/".join(map(version, ("rapidocr", "pypdfium2"))) if is_installed() else ""


class ScannedPages:
    """The pages of a PDF, as pictures."""

    def __init__(self, content: bytes) -> None:
        """Open a PDF. Raises an error of pypdfium2, a RuntimeError, if it is damaged."""
        import pypdfium2

        self._pages = pypdfium2.PdfDocument(content)

    def png(self, number: int) -> bytes:
        """Return page `number`, from 0, as a PNG for people to look at."""
        file = io.BytesIO()
        bitmap, _ = self._drawn(number, _SHOWN, _LONGEST_SHOWN)
        bitmap.to_pil().save(file, "PNG")
        return file.getvalue()

    def read(self, number: int) -> Page:
        """Return the text of page `number`, from 0. A page that lies on its side or upside down is turned."""
        import numpy

        bitmap, scale = self._drawn(number, _SCALE, _LONGEST_SIDE)
        grey = bitmap.to_numpy().squeeze()
        best = _read(grey, scale)
        if best[0] < _SURE and best[1].boxes:
            best = max([best, *(_read(numpy.rot90(grey, turns), scale) for turns in (1, 2, 3))], key=lambda one: one[0])
        return best[1] if best[0] >= _LEAST else Page((), best[1].height)

    def _drawn(self, number: int, scale: float, longest: int) -> tuple[Any, float]:
        """Draw a page in grey, and return the picture and its pixels per point."""
        page = self._pages[number]
        scale = min(scale, longest / max(*page.get_size(), 1))
        return page.render(scale=scale, grayscale=True), scale


def _read(grey: Any, scale: float) -> tuple[float, Page]:
    """Read a picture (height, width), and return how sure that is, from 0 to 1, and its text."""
    import numpy

    # Without its classifier the engine reads turned lines badly, so that a turned page is recognised.
    found = _engine()(numpy.repeat(grey[:, :, None], 3, axis=2), use_cls=False)
    height = grey.shape[0] / scale
    if found.boxes is None:
        return 0.0, Page((), height)
    boxes = [_box(corners, text) for corners, text in zip(found.boxes / scale, found.txts, strict=True)]
    lengths = [len(text) for text in found.txts]
    score = float(numpy.average(found.scores, weights=lengths)) if any(lengths) else 0.0
    upright = sum(box.right - box.left > box.height or len(box.text) < 3 for box in boxes) / len(boxes)
    visible = "".join("".join(found.txts).split())
    letters = sum(map(str.isalnum, visible)) / max(1, len(visible))
    kept = [box for box in boxes if box.text.strip()]
    return score * upright * min(1.0, letters / _LETTERS), Page(kept, height)


def _box(corners: Any, text: str) -> Box:
    """Make a box from the corners (4, 2) of a piece, clockwise from the left above. Skewed sides are averaged."""
    sides = ((0, 3), 0), ((1, 2), 0), ((0, 1), 1), ((2, 3), 1)
    left, right, top, bottom = (float(corners[list(two), axis].mean()) for two, axis in sides)
    return Box(text, left, right, top, bottom)


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.max_side_len": _LONGEST_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        }
    )
