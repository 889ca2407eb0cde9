"""Scans: PDF whose pages are pictures of text, made for the tests."""

import io
import os
from collections.abc import Sequence

import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter

from index.ocr.engine import is_installed
from tests.support.formats import make_pdf

needs_ocr = pytest.mark.skipif(
    not is_installed() and not os.environ.get("CI"), reason="OCR is not installed; `make ocr` installs it"
)
_SIZE = (900, 640)  # pixels, at 150 dots an inch
_MARGIN, _FONT, _LINE = 80, 28, 44


def scanned_pdf(pages: Sequence[Sequence[str]], *, turns: Sequence[int] = (), stamp: str = "") -> bytes:
    """Draw lines of text on pages, as a scanner sees them: grey and a little askew.

    `turns` are quarter turns of each page to the left, and `stamp` is a line of text at the foot of the first one.
    """
    pictures = [
        _drawn(lines).rotate(90 * turn, expand=True)
        for lines, turn in zip(pages, [*turns, *[0] * len(pages)], strict=False)
    ]
    file = io.BytesIO()
    pictures[0].save(file, "PDF", resolution=150, save_all=True, append_images=pictures[1:])
    return _stamped(file.getvalue(), stamp) if stamp else file.getvalue()


def _stamped(content: bytes, stamp: str) -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(content)))
    writer.pages[0].merge_page(PdfReader(io.BytesIO(make_pdf([[stamp]]))).pages[0])
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _drawn(lines: Sequence[str]) -> Image.Image:
    picture = Image.new("L", _SIZE, 240)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size=_FONT)
    for number, line in enumerate(lines):
        draw.text((_MARGIN, _MARGIN + number * _LINE), line, fill=40, font=font)
    return picture.rotate(0.3, fillcolor=240)
