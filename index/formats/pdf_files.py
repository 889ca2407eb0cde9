"""PDF files: extract the text, page by page, without what is repeated at the edges of the pages."""

import io
import re
import statistics
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

from index.core.errors import UnreadableArticle
from index.core.formatting import one_line
from index.core.limits import LIMITS
from index.formats.encodings import clean
from index.formats.parsed import NO_TEXT, Parsed
from index.ocr.engine import Page
from index.ocr.reading_order import lines_in_order
from index.text.datelines import state_day
from index.text.plain_text import plain

if TYPE_CHECKING:
    from pypdf import PageObject

_EDGE = 0.12  # of the height of a page: where running heads and page numbers are
_ALIKE = 0.25  # by which the sizes of lines that OCR measures differ, and a scan's shape from that of its page
_A_STAMP = 100  # characters: a page with a picture and less text than this is a scan with a stamp or a page number
_LEAST_WIDTH = 600  # pixels of a scan
_LARGER = 1.15  # times the size of the body: a heading
_PARTED = 1.35  # times the usual distance of two lines: a new paragraph
_FULL = 0.6  # of the length of long lines: after such a line the sentence goes on in the next
_MOST_ABOVE = 300  # characters above the headline; more, or a sentence, are a text of their own
_ENDED = re.compile(r"[^\W\d_]{2}[.!?][”\"»]?\s")
_LONGEST_HEADLINE = 300
_ENOUGH_LINES = 6  # of a page, to know its usual distance of lines
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
# What browsers print on each page: the moment of printing and the title, the address and the number of the page.
_PRINTED = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d{1,2}.*|(?P<url>(?:https?|file)://\S+)\s+\d+/\d+"
)
_DIVIDED = re.compile(r"[^\W\d_][-\u00ad\u2010]$")
_SECOND_HALF = re.compile(r"[^\W\d_]+")
_JOINING = ("and", "or", "und", "oder", "bis", "et", "ou", "y", "e", "o")  # "pre- and post-war"
_SEPARATORS = re.compile(r"\s*[·|•–—]\s*|\s+-\s+|\s{3,}")  # between the parts of a running head
_JOINED = "-"
_SENTENCE_END = (".", "!", "?", ":", "”", '"', "»", "…")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page, as large as its largest letters."""

    text: str
    size: float  # points
    y: float  # points from the bottom of the page
    at_edge: bool


def parse_pdf(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the text of a PDF, page by page, with pypdf.

    Words that are divided at the ends of lines are joined. The largest text of the first page is the title. Pages that
    are pictures are named in the result, for OCR and `parse_scanned_pdf`.
    """
    pages, scanned = _read(path, content)
    if not any(pages) and not scanned:
        raise UnreadableArticle(
            f"{path}: {NO_TEXT}. Expected text that can be selected. Add its text or remove the file."
        )
    return [replace(_compose(pages), scanned=scanned) if any(pages) else Parsed("", scanned=scanned)]


def parse_scanned_pdf(path: str, content: bytes, read: Mapping[int, Page]) -> Sequence[Parsed]:
    """Extract the text of a PDF with that of the pages that OCR has `read`, by their numbers from 1."""
    pages, scanned = _read(path, content)
    by_ocr = list[int]()
    for number in scanned:
        lines = _lines_of_picture(read[number]) if number in read else []
        # A stamp or a page number on the picture is text too, and less than the page has.
        if _letters(lines) > _letters(pages[number - 1]):
            pages[number - 1] = lines
            by_ocr.append(number)
    if not any(pages):
        raise UnreadableArticle(
            f"{path}: {NO_TEXT}, and OCR read none. Expected a scan of print in Latin script, Chinese or Japanese. "
            "Scan it again, larger or sharper, or run it through another OCR program."
        )
    unread = tuple(number for number in scanned if not pages[number - 1] or number not in read)
    return [replace(_compose(pages), ocr=tuple(by_ocr), scanned=unread)]


def _read(path: str, content: bytes) -> tuple[list[list[_Line]], tuple[int, ...]]:
    """Return the lines of each page, and the numbers, from 1, of the pages that have pictures only."""
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableArticle(
                f"{path}: the PDF is locked with a password. Expected one without a password. Save it unlocked."
            )
        if len(reader.pages) > LIMITS.pdf_pages:
            raise UnreadableArticle(
                f"{path}: {len(reader.pages):,} pages. Expected at most {LIMITS.pdf_pages:,}. Split the file."
            )
        pages = [list(_lines(page)) for page in reader.pages]
        drawn = [
            _letters(lines) < _A_STAMP and (_is_scan(page) or (not lines and not any(pages) and bool(_contents(page))))
            for lines, page in zip(pages, reader.pages, strict=True)
        ]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise UnreadableArticle(
            f"{path}: the PDF is damaged ({type(error).__name__}). Expected one that a viewer opens. Save or download "
            "it again."
        ) from None
    return pages, tuple(number for number, scan in enumerate(drawn, start=1) if scan)


def _letters(lines: Sequence[_Line]) -> int:
    return sum(len(line.text) for line in lines)


def _is_scan(page: "PageObject") -> bool:
    """Return True if a page shows a picture of its own shape, large enough to read."""
    drawn = page.get("/Resources", {}).get("/XObject")
    if not drawn or b"Do" not in _contents(page):
        return False
    shape = float(page.mediabox.width) / (float(page.mediabox.height) or 1.0)
    for one in drawn.get_object().values():
        picture = one.get_object()
        if picture.get("/Subtype") == "/Image":
            width, height = float(picture["/Width"]), float(picture["/Height"]) or 1.0
            ratio = width / height / shape if shape else 0.0
            if width >= _LEAST_WIDTH and 1 - _ALIKE < ratio < 1 + _ALIKE:
                return True
    return False


def _contents(page: "PageObject") -> bytes:
    contents = page.get_contents()
    return contents.get_data().strip() if contents is not None else b""


def _lines_of_picture(page: Page) -> list[_Line]:
    """Return the lines of a picture. OCR measures no two lines alike, so that those of about one size get one size."""
    found = lines_in_order(page.boxes)
    sizes, size = dict[float, float](), 0.0
    for height in sorted({box.height for box in found}):
        size = size if size and height < size * (1 + _ALIKE) else height
        sizes[height] = size
    return [
        _Line(
            clean(box.text),
            sizes[box.height],
            page.height - box.bottom,
            at_edge=not _EDGE < 1 - box.bottom / page.height < 1 - _EDGE,
        )
        for box in found
    ]


def _lines(page: "PageObject") -> Iterator[_Line]:
    """Yield the lines of a page in the order of its file, which is that of its columns."""
    pieces, found = list[str](), list[tuple[float, float]]()
    low, height = float(page.mediabox.bottom), float(page.mediabox.height) or 1.0
    lines = list[_Line]()

    def end_line() -> None:
        text = clean("".join(pieces)).translate(_LIGATURES).strip()
        if text and found:
            size, y = max(size for size, _ in found), found[0][1]
            place = (y - low) / height
            lines.append(_Line(text, size, y, at_edge=not _EDGE < place < 1 - _EDGE))
        pieces.clear()
        found.clear()

    def see(text: str, user: list[float], matrix: list[float], _font: object, size: float) -> None:
        for number, piece in enumerate(text.split("\n")):
            if number:
                end_line()
            pieces.append(piece)
            if piece.strip():
                scale = hypot(matrix[2], matrix[3]) * hypot(user[2], user[3])
                found.append((size * scale, matrix[4] * user[1] + matrix[5] * user[3] + user[5]))

    page.extract_text(visitor_text=see)
    end_line()
    yield from lines


def _compose(pages: Sequence[Sequence[_Line]]) -> Parsed:
    running = _running_lines(pages)
    stated = dict(_stated_at_edges(pages, running))
    origins = {"published": "running_head" if "published" in stated else "head"}
    kept = [[line for line in page if not _is_running(line, running)] for page in pages]
    if not any(kept):
        kept = [list(page) for page in pages]
    body_size = _body_size(kept)
    text, begins, starts = _text(kept, body_size)
    start = 0
    first_page = next(page for page in kept if page)
    if headline := _headline(first_page, body_size, running):
        stated["title"] = one_line(" ".join(line.text for line in first_page[headline.start : headline.stop]))
        above = text[: starts[headline.start]]
        if len(above) <= _MOST_ABOVE and not _ENDED.search(above):
            start = len(above)
            stated = {**_first_day(above.split("\n")), **stated}
    return Parsed(text, stated, pages=begins, start=start, origins=origins)


def _text(pages: Sequence[Sequence[_Line]], body_size: float) -> tuple[str, tuple[int, ...], Sequence[int]]:
    """Join the lines of all pages, and return the text, where each page begins in it, and where each line does."""
    written = frozenset(re.findall(r"\w+-\w+", " ".join(line.text for page in pages for line in page)))
    usual, full = _usual_gap(pages), _FULL * _long_line(pages)
    parts, length, begins, starts = list[str](), 0, list[int](), list[int]()
    previous: _Line | None = None
    for page in pages:
        begin = length
        # A page that was scanned may have other distances.
        gap = _usual_gap([page]) if len(page) >= _ENOUGH_LINES else usual
        for place, line in enumerate(page):
            if previous is not None:
                if _is_parted(previous, line, body_size, gap, same_page=place > 0):
                    end = "\n\n"
                else:
                    end = _join(previous.text, line.text, written, flows=len(previous.text) >= full)
                if end == _JOINED:
                    parts[-1], length, end = parts[-1][:-1], length - 1, ""
                parts.append(end)
                length += len(end)
            if not place:
                begin = length
            starts.append(length)
            parts.append(line.text)
            length += len(line.text)
            previous = line
        begins.append(begin if page else length)
    return "".join(parts), tuple(begins), starts


def _key(line: _Line) -> str:
    return re.sub(r"\d+", "0", one_line(line.text))


def _running_lines(pages: Sequence[Sequence[_Line]]) -> frozenset[str]:
    """Return the lines that most pages have at their edges, whatever the number of the page."""
    counts = Counter(key for page in pages for key in {_key(line) for line in page if line.at_edge})
    return frozenset(key for key, count in counts.items() if count > 1 and count > len(pages) / 2)


def _is_running(line: _Line, running: frozenset[str]) -> bool:
    return line.at_edge and (_key(line) in running or _PRINTED.fullmatch(line.text) is not None)


def _stated_at_edges(pages: Sequence[Sequence[_Line]], running: frozenset[str]) -> Mapping[str, str]:
    """Return the day of the paper that the pages repeat, and the address that a browser printed."""
    stated = dict[str, str]()
    for line in (line for page in pages for line in page if _is_running(line, running)):
        if printed := _PRINTED.fullmatch(line.text):
            if (url := printed["url"]) and url.startswith("http"):
                stated.setdefault("url", url)
        else:
            stated = {**_day_of_paper(line.text), **stated}
    return stated


def _day_of_paper(line: str) -> Mapping[str, str]:
    """Return the day of a running head such as "Lindenau Post, Tuesday, 3 February 2026": a day apart from words."""
    return _first_day([*_SEPARATORS.split(line), line.partition(",")[2]])


def _first_day(parts: Sequence[str]) -> Mapping[str, str]:
    """Return the first day among some words, one that is certain before one whose day and month may be exchanged."""
    found = [day for part in parts if (day := state_day("published", part))]
    return min(found, key=lambda day: "published" not in day, default={})


def _body_size(pages: Sequence[Sequence[_Line]]) -> float:
    """Return the size in which most of the text is set."""
    letters = Counter[float]()
    for line in (line for page in pages for line in page):
        letters[round(line.size, 1)] += len(line.text)
    return letters.most_common(1)[0][0]


def _headline(page: Sequence[_Line], body_size: float, running: frozenset[str]) -> range:
    """Return the places of the lines of the largest text of a page, if it is as large and as short as a headline."""
    # The name of the paper is no headline.
    names = {part for key in running if not _PRINTED.fullmatch(key) for part in (key, *_SEPARATORS.split(key))}
    large = [place for place, line in enumerate(page) if line.size >= body_size * _LARGER and _key(line) not in names]
    if not large:
        return range(0)
    first = max(large, key=lambda place: page[place].size)
    size, end = page[first].size, first
    while end < len(page) and abs(page[end].size - size) < size / 50:
        end += 1
    short = sum(len(line.text) for line in page[first:end]) <= _LONGEST_HEADLINE
    return range(first, end) if short and end < len(page) else range(0)


def _usual_gap(pages: Sequence[Sequence[_Line]]) -> float:
    """Return the usual distance of two lines, in points."""
    gaps = [
        upper.y - lower.y
        for page in pages
        for upper, lower in pairwise(page)
        if upper.y > lower.y and abs(upper.size - lower.size) < 1
    ]
    return statistics.median(gaps) if gaps else 0.0


def _is_parted(upper: _Line, lower: _Line, body_size: float, gap: float, *, same_page: bool) -> bool:
    """Return True if a new block begins: a paragraph, a heading or what follows one."""
    if abs(upper.size - lower.size) > 0.5 and max(upper.size, lower.size) >= body_size * _LARGER:
        return True
    if not same_page or lower.y > upper.y:  # on the next page, or in the next column
        return upper.text.endswith(_SENTENCE_END) or not lower.text[:1].islower()
    return bool(gap) and upper.y - lower.y > gap * _PARTED


def _long_line(pages: Sequence[Sequence[_Line]]) -> int:
    """Return the length of a long line of the text, in characters."""
    lengths = sorted(len(line.text) for page in pages for line in page)
    return lengths[len(lengths) * 9 // 10]


def _join(line: str, following: str, written: Container[str], *, flows: bool) -> str:
    """Return what is between two lines; `_JOINED` if they divide a word, whose hyphen is then removed.

    The hyphen stays if the word has one elsewhere or may have one, or if its second half begins with a capital.
    """
    second = _SECOND_HALF.match(following)
    if not _DIVIDED.search(line) or second is None or second.group().casefold() in _JOINING:
        return " " if flows else "\n"
    first = re.search(r"\w+$", line[:-1])
    if first and f"{first.group()}-{second.group()}" in written:
        return ""
    return "" if "\n" in plain(f"{line}\n{following}") else _JOINED
