"""RTF files: extract their text, as wire desks and press databases hand it out.

striprtf decodes the text. Before that, what a reader does not see is taken out of the file, and notes and text boxes,
which striprtf leaves out, are put at its end.
"""

import re
from collections.abc import Sequence

from index.core.errors import UnreadableArticle
from index.formats.encodings import clean
from index.formats.parsed import Parsed

_TOKEN = re.compile(
    r"(?P<open>\{)(?P<ignorable>\\\*)?|(?P<close>\})|\\(?P<word>[A-Za-z]+)(?P<number>-?\d{1,10})? ?|\\'[0-9A-Fa-f]{2}"
    r"|\\(?:[^A-Za-z])|(?P<high>[\x80-\xff])|[^\\{}\x80-\xff]+",
    re.DOTALL,
)
# Groups with text that is not the article's: pictures, properties, page headers, comments.
_DROPPED = frozenset(
    """pict object info stylesheet colortbl listtable listoverridetable revtbl rsidtbl generator filetbl header headerl
    headerr headerf footer footerl footerr footerf fldinst annotation atnid atnauthor bkmkstart bkmkend pntext listtext
    shprslt themedata datastore xe tc nonesttables ftnsep ftnsepc aftnsep aftnsepc""".split()
)
_MOVED = ("footnote", "shptxt")
_HIDING = ("v", "deleted")
_KEPT = ("par", "uc", "f")  # also where text is hidden
_CELL_END = "\x07"  # Word's mark, which no text has; striprtf would write "|", which a text may have
_DESTINATION = re.compile(r"\s*\\([A-Za-z]+)")


def parse_rtf(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the text of an RTF file; notes and text boxes come last, deleted and hidden text is left out."""
    from striprtf.striprtf import rtf_to_text

    if not re.match(rb"\s*\{\s*\\rtf", content):
        raise UnreadableArticle(
            f"{path}: not an RTF file, despite its name. Expected one that a word processor saved. Save it again."
        )
    try:
        text = str(rtf_to_text(_seen(content.decode("latin-1")), errors="replace"))  # type: ignore[no-untyped-call]
        text = text.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")
    except (ValueError, LookupError, OverflowError) as error:
        raise UnreadableArticle(
            f"{path}: the RTF file is damaged ({type(error).__name__}). Expected one that a word processor opens. Save "
            "it again."
        ) from None
    return [Parsed(clean(_tidied(text)))]


def _seen(rtf: str) -> str:
    """Return a file with only what a reader sees. Raises ValueError if a group does not end."""
    seen, place = _Seen(), 0
    while found := _TOKEN.match(rtf, place):
        place = found.end()
        if found["open"]:
            named = _DESTINATION.match(rtf, place)
            seen.open(named[1] if named else "", ignorable=bool(found["ignorable"]))
        elif found["close"]:
            if not seen.close():
                return seen.whole()
        elif found["word"] == "bin":
            place += int(found["number"] or 0)
        else:
            seen.add(found)
    raise ValueError("a group does not end")


class _Seen:
    """What a reader sees of a file, as RTF, gathered token by token."""

    def __init__(self) -> None:
        self._main = list[str]()
        self._moved = list[list[str]]()
        # Of each open group: where its text goes, None for nowhere, and the words that hide it.
        self._groups: list[tuple[list[str] | None, frozenset[str]]] = []
        self._target: list[str] | None = self._main
        self._hidden = frozenset[str]()

    def open(self, named: str, *, ignorable: bool) -> None:
        """Open a group, which may have the name of what it is for."""
        self._groups.append((self._target, self._hidden))
        if named in _MOVED:
            self._moved.append([])
            self._target = self._moved[-1]
        elif ignorable or named in _DROPPED:
            self._target = None
        if self._target is not None:
            self._target.append("{")

    def close(self) -> bool:
        """Close a group. Return False if it was the whole file."""
        if self._target is not None:
            self._target.append("}")
        if self._groups:
            self._target, self._hidden = self._groups.pop()
        return bool(self._groups)

    def add(self, found: re.Match[str]) -> None:
        """Add text or a control word."""
        word = found["word"]
        if word in _HIDING:
            self._hidden = self._hidden - {word} if found["number"] == "0" else self._hidden | {word}
        elif word == "plain":
            self._hidden = frozenset()
        elif word not in _MOVED and self._target is not None and (not self._hidden or word in _KEPT):
            self._target.append(_token(found))

    def whole(self) -> str:
        """Return the file, with notes and text boxes at its end."""
        notes = "".join(rf"\par\par {''.join(note)}" for note in self._moved)
        return f"{''.join(self._main[:-1])}{notes}}}"


def _token(found: re.Match[str]) -> str:
    if found["word"] in ("par", "sect", "page"):
        return "\\par\\par "
    if found["word"] in ("cell", "nestcell"):
        return _CELL_END
    return rf"\'{ord(found['high']):02x}" if found["high"] else found[0]


def _tidied(text: str) -> str:
    """Write the rows of tables as in other files, and one empty line between paragraphs."""
    lines = [line.strip().removesuffix(_CELL_END).strip() for line in text.split("\n")]
    lines = [" | ".join(cell.strip() for cell in line.split(_CELL_END)) for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
