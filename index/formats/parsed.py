"""What a parser returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.core.errors import UnreadableArticle

NO_TEXT = "a PDF without text"


@dataclass(frozen=True, slots=True)
class Parsed:
    """The text of one article, clean, and what the file states about it."""

    text: str
    stated: Mapping[str, str] = field(default_factory=dict)  # by the names that `readers.py` uses
    pages: tuple[int, ...] = ()  # where each page begins in the text
    guessed: str = ""  # the encoding, if it was guessed
    start: int = 0  # where the headline begins in the text; what is above it is not part of the article
    reason: str = ""  # why there is no text, without the path
    ocr: tuple[int, ...] = ()  # the pages, from 1, that were read by OCR
    scanned: tuple[int, ...] = ()  # the pages, from 1, that are pictures and were not read
    origins: Mapping[str, str] = field(default_factory=dict)  # of stated days, as `DayOrigin.read` reads them


def unread(path: str, error: Exception) -> Parsed:
    """Return what stands for a part of a file that cannot be read, such as one mail of many."""
    if isinstance(error, UnreadableArticle):
        return Parsed("", reason=str(error).removeprefix(f"{path}: "))
    kind = type(error).__name__
    return Parsed("", reason=f"cannot be parsed ({kind}). Expected an undamaged part of the file. Save its text.")
