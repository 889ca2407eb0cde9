"""Web pages: extract the article of a page, and what the page states about it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.core.errors import UnreadableArticle
from index.formats.encodings import clean, decode_html
from index.formats.page_facts import day_in_url, read_facts, saved_url
from index.formats.parsed import Parsed
from index.text.table_rows import Cell, column_headers, header_before

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d]*[1-9])")
# Layers that ask for consent, by the names that consent tools use.
_CONSENT = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|cmp|onetrust|didomi|usercentrics|cookiebot|cookieconsent|borlabs)"
    r"(?:$|[\s_-]?(?:layer|wall|banner|box|bar|notice|popup|modal|overlay|dialog|message|container|manager|root|host|law))"
)
_KEPT = ("html", "body", "main", "article")
_SPAN = re.compile(r"[0-9]{1,3}")
_WIDEST_SPAN = 100  # columns or rows
# A live blog, by the type it states or by the names that its parts have.
_LIVE_BLOG = re.compile(r"[\"/]LiveBlogPosting\"|\bclass=\"[^\"]*\blive-?blog", re.IGNORECASE)
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d\d\b|\b\d{1,2} ?[ap]\.?m\b", re.IGNORECASE)
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_UNSEEN = ("script", "style", "noscript", "template", "iframe", "object", "svg")


def parse_html(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the article of a web page with trafilatura."""
    decoded = decode_html(path, content)
    parsed = parse_page(decoded.text)
    if not parsed.text:
        raise UnreadableArticle(
            f"{path}: no article text on this page. Expected some paragraphs; a page that a script fills has "
            "none. Save the article as text, or print the page to PDF."
        )
    return [replace(parsed, guessed=decoded.guessed)]


def parse_page(page: str) -> Parsed:
    """Extract the article of a page that is decoded already; its text is empty if there is none."""
    import trafilatura
    from lxml import etree, html

    try:
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", page))
    except (etree.ParserError, ValueError):  # an empty page
        return Parsed("")
    read = read_facts(tree)
    saved = saved_url(page)
    _drop_unseen(tree)
    _open_asides(tree)
    if _LIVE_BLOG.search(page):
        _keep_posts(tree)
    for table in tree.iter("table"):
        _write_headers(table)
    found = trafilatura.bare_extraction(
        tree, with_metadata=True, include_comments=False, include_tables=True, include_links=False, include_images=False
    )
    if found is None or isinstance(found, dict) or not found.text:
        return Parsed("")
    facts = {
        "title": found.title,
        "outlet": found.sitename or found.hostname,
        "author": found.author,
        "url": saved or found.url,
        "published": day_in_url(saved),
        **read.stated,
    }
    stated = {fact: str(value) for fact, value in facts.items() if value}
    return Parsed(_parted(clean(found.text)), stated, origins={"published": "address", **read.origins})


def _parted(text: str) -> str:
    """Put an empty line between blocks, so that a heading does not become part of the next sentence."""
    return re.sub(r"(?<!\n)\n(?=[^\n\W]|[^\w\s|])(?![a-zà-ÿ])", "\n\n", text).strip()


def _drop_unseen(tree: "HtmlElement") -> None:
    from lxml import etree

    etree.strip_elements(tree, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    for element in list(tree.iter(etree.Element)):
        hidden = (
            element.tag in _UNSEEN
            or "hidden" in element.attrib
            or element.get("aria-hidden") == "true"
            or _HIDDEN_STYLE.search((element.get("style") or "").lower())
            or _asks_consent(element)
        )
        # trafilatura reads the page's metadata from these.
        if hidden and element.get("type") != "application/ld+json" and element.getparent() is not None:
            element.drop_tree()


def _asks_consent(element: "HtmlElement") -> bool:
    if element.tag in _KEPT or element.find(".//h1") is not None or element.find(".//article") is not None:
        return False
    return bool(_CONSENT.search(f"{element.get('class') or ''} {element.get('id') or ''}".lower()))


def _write_headers(table: "HtmlElement") -> None:
    """Write the header of its column into each cell of a table that marks its first rows as headers."""
    if table.find(".//table") is not None:
        return  # it sets a page, or parts of it, side by side
    headings, headers, above, label = list[list[Cell]](), dict[int, str](), dict[int, int](), ""
    for row in table.iter("tr"):
        cells = _cells(row, above)
        if row.getparent().tag == "tfoot":
            continue  # it may come before the headers
        is_heading = all(element.tag == "th" for element, _ in cells)
        if headers and is_heading and len(cells) > 1:  # another table goes on below
            headings, headers, label = [], {}, ""
        if not headers and (is_heading or row.getparent().tag == "thead"):
            headings.append([cell for _, cell in cells])
            continue
        headers = headers or dict(column_headers(headings))
        if not headers:
            return
        for element, cell in cells:
            element.text = header_before(cell, headers) + (element.text or "")
            if not cell.column:
                label = cell.text
                element.attrib.pop("rowspan", None)
        if label and cells and cells[0][1].column:  # the cell that names the row is above
            repeated = row.makeelement("td")
            repeated.text = label
            row.insert(0, repeated)


def _cells(row: "HtmlElement", above: dict[int, int]) -> "list[tuple[HtmlElement, Cell]]":
    """Return the cells of a row; `above` has the columns that cells of rows above cover, and for how many rows."""
    found, column = list[tuple["HtmlElement", Cell]](), 0
    taken = {column for column, rows in above.items() if rows}
    for covered in taken:
        above[covered] -= 1
    for element in row.iterchildren("td", "th"):
        while column in taken:
            column += 1
        width, rows = (_span(element, name) for name in ("colspan", "rowspan"))
        found.append((element, Cell(" ".join(element.text_content().split()), column, width)))
        above.update(dict.fromkeys(range(column, column + width), rows - 1))
        column += width
    return found


def _span(cell: "HtmlElement", name: str) -> int:
    written = cell.get(name) or ""
    return min(max(1, int(written)), _WIDEST_SPAN) if _SPAN.fullmatch(written) else 1


def _open_asides(tree: "HtmlElement") -> None:
    """Make an aside that holds the headline an ordinary part of the page, so that it is read."""
    for element in tree.iter("aside"):
        if element.find(".//h1") is not None:
            element.tag = "div"


def _keep_posts(tree: "HtmlElement") -> None:
    """Write the time and the heading of each post of a live blog into a paragraph above it.

    They are in a header, which trafilatura drops.
    """
    for time, post in [(time, _post_of(time)) for time in tree.iter("time")]:
        shown = " ".join(time.text_content().split())
        if post is None or post.find(".//h1") is not None or not _CLOCK.search(shown):
            continue
        heading = next((one for one in post.iter(*_HEADINGS) if one.text_content().strip()), None)
        line = post.makeelement("p")
        line.text = shown if heading is None else f"{shown} {' '.join(heading.text_content().split())}"
        for element in (time, heading):
            if element is not None:
                element.drop_tree()
        post.insert(0, line)


def _post_of(time: "HtmlElement") -> "HtmlElement | None":
    """Return the post that has a time: the largest element around it with this time alone, and with a paragraph."""
    post, element = None, time.getparent()
    while element is not None and element.tag not in ("body", "main", "nav", "aside", "footer"):
        if sum(1 for _ in element.iter("time")) > 1:
            return post
        if element.find(".//p") is not None:
            post = element
        element = element.getparent()
    return None
