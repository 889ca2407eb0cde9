"""HTML fields: turn the HTML that services put into their fields into plain text."""

import re
from collections import defaultdict
from html import unescape
from html.parser import HTMLParser

_BLOCKS = frozenset(
    """address article aside blockquote body dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li
    main nav ol p pre section table tbody tfoot thead tr ul""".split()
)
_CELLS = ("td", "th")
# All that a head can have is unseen by itself, and its end may be left out.
_UNSEEN = ("script", "style", "noscript", "template", "iframe", "svg", "title")
_INLINE = "a abbr b cite code em font i img mark q s small span strong sub sup time u video wbr".split()
_TAG = re.compile(
    rf"</?(?:br|{'|'.join([*_BLOCKS, *_CELLS, *_INLINE, *_UNSEEN, 'head'])})(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_BLOCK = re.compile(rf"<(?:br|{'|'.join(_BLOCKS)})(?:\s[^<>]*)?/?>", re.IGNORECASE)
# Without its end, one of these would hide all that follows.
_CLOSED = re.compile(
    r"<(?P<end>/?)(?P<tag>noscript|script|style|template|iframe|svg|title)(?:\s[^<>]*)?(?<!/)>", re.IGNORECASE
)
_CODE = ("script", "style")  # they contain no elements
_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-f]{2,5}|[a-z]{2,8}\d?);", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARATION = re.compile(r"<[!?][^>]{0,1000}>?")


def to_plain_text(written: str) -> str:
    r"""Return a text without the tags and entities of HTML, each block a paragraph. Plain text stays as it is.

    >>> to_plain_text("<p>Snow &amp; ice<br>closed the pass.</p><p>It opens <b>today</b>.</p>")
    'Snow & ice\nclosed the pass.\n\nIt opens today.'
    >>> to_plain_text("3 < 4 & 5 > 4")
    '3 < 4 & 5 > 4'
    """
    if not _TAG.search(written):
        return unescape(written) if _ENTITY.search(written) else written
    parser = _Text(keeps_lines=not _BLOCK.search(written))
    # What does not end would be searched for its end again and again.
    markup = _without_unclosed(_DECLARATION.sub("", _COMMENT.sub("", written)))
    whole, closed, rest = markup.rpartition(">")
    parser.feed(whole + closed + rest.replace("<", "&lt;"))
    parser.close()
    return parser.text()


def _without_unclosed(markup: str) -> str:
    """Return HTML without the starts of unseen elements that have no end, and without the code behind them."""
    unclosed = defaultdict[str, list[re.Match[str]]](list)
    for found in _CLOSED.finditer(markup):
        opened = unclosed[found["tag"].lower()]
        if not found["end"]:
            opened += [found] if not opened or found["tag"].lower() not in _CODE else []
        elif opened:
            opened.pop()
    kept, end = list[str](), 0
    for found in sorted((found for opened in unclosed.values() for found in opened), key=re.Match.start):
        kept.append(markup[end : found.start()])
        end = found.end()
        if found["tag"].lower() in _CODE:
            following = _BLOCK.search(markup, end)
            end = following.start() if following else end
    return "".join([*kept, markup[end:]])


class _Text(HTMLParser):
    """The visible text of a piece of HTML."""

    def __init__(self, *, keeps_lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._keeps_lines = keeps_lines
        self._parts = list[str]()
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _UNSEEN:
            self._unseen += 1
        self._part(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._parts.append(data if self._keeps_lines else re.sub(r"\s+", " ", data))

    def text(self) -> str:
        """Return what was read, its paragraphs parted by blank lines."""
        lines = re.sub(r"[ \xa0]{2,}", " ", "".join(self._parts)).split("\n")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip(" \t\xa0") for line in lines)).strip()

    def _part(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._parts.append("\n\n")
        elif tag == "br":
            self._parts.append("\n")
        elif tag in _CELLS:
            self._parts.append(" ")
