"""The engine: RapidOCR with the models in its wheel (PaddleOCR PP-OCRv6 small), which read Latin, Chinese and Japanese.

It needs the extra `ocr`. Nothing is downloaded, and a page takes some seconds of one core.
"""

import io
import os
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

_MOST_THREADS = 4
_SCALE = 200 / 72  # pixels per point, as scanners give them
_LONGEST_SIDE = 3_200  # pixels: a larger page is made smaller, because a page takes time by its size
_SHOWN = 110 / 72  # pixels per point of a picture for people


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


def is_installed() -> bool:
    """Return True if the extra `ocr` is installed."""
    return all(find_spec(name) for name in ("rapidocr", "pypdfium2"))


class ScannedPages:
    """The pages of a PDF, as pictures."""

    def __init__(self, content: bytes) -> None:
        """Open a PDF. Raises an error of pypdfium2 if it is damaged."""
        import pypdfium2

        self._pages = pypdfium2.PdfDocument(content)

    def picture(self, number: int) -> Any:
        """Return page `number`, from 0, as an array of grey values (height, width)."""
        return self._pages[number].render(scale=_SCALE, grayscale=True).to_numpy().squeeze()

    def png(self, number: int) -> bytes:
        """Return page `number`, from 0, as a PNG for people to look at."""
        file = io.BytesIO()
        self._pages[number].render(scale=_SHOWN, grayscale=True).to_pil().save(file, "PNG")
        return file.getvalue()

    def height(self, number: int) -> float:
        """Return the height of page `number`, from 0, in points."""
        return float(self._pages[number].get_height())

    def read(self, number: int) -> list[Box]:
        """Return the pieces of text on page `number`, from 0, in no certain order."""
        import numpy

        grey = self.picture(number)
        found = _engine()(numpy.repeat(grey[:, :, None], 3, axis=2))
        if found.boxes is None:
            return []
        pieces = zip(found.boxes / _SCALE, found.txts, strict=True)
        return [_box(corners, text) for corners, text in pieces if text.strip()]


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
            "Global.max_side_len": _LONGEST_SIDE,
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        }
    )
