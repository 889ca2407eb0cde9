"""Web pages: extract the article of a page, and what the page states about it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
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
# A live blog, by the type that the page states or by the class of what holds its posts.
_LIVE_BLOG = re.compile(r"[\"/]LiveBlogPosting\"")
_LIVE_BLOG_CLASS = re.compile(r"\blive-?blog", re.IGNORECASE)
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d\d\b|\b\d{1,2} ?[ap]\.?m\b", re.IGNORECASE)
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
# Elements that trafilatura leaves out with their words, though they may be in the middle of a sentence.
_DROPPED_IN_TEXT = ("time", "output", "meter")
_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i ins mark q s small span strong sub sup u".split()
)
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
    _keep_posts(tree, is_live_blog=_LIVE_BLOG.search(page) is not None)
    _open_in_text(tree)
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


def _open_in_text(tree: "HtmlElement") -> None:
    """Keep the words of elements in running text that trafilatura leaves out: "due at <time>14:00</time>"."""
    has_words = _words_of_parents(tree)
    for element in [one for one in tree.iter(*_DROPPED_IN_TEXT) if _is_in_text(one, has_words)]:
        element.drop_tag()


def _words_of_parents(tree: "HtmlElement") -> "dict[HtmlElement, bool]":
    """Return, for what holds such elements, whether it has words of its own between its children."""
    parents: dict[HtmlElement, bool] = {}
    for element in tree.iter(*_DROPPED_IN_TEXT):
        parent = element.getparent()
        while parent is not None and parent not in parents:
            parents[parent] = any(
                re.search(r"\w", words or "") for words in (parent.text, *(one.tail for one in parent))
            )
            parent = parent.getparent() if parent.tag in _INLINE else None
    return parents


def _is_in_text(element: "HtmlElement", has_words: "dict[HtmlElement, bool]") -> bool:
    """Return True if there are words next to an element, in the same paragraph."""
    parent = element.getparent()
    while parent is not None and not has_words[parent]:
        parent = parent.getparent() if parent.tag in _INLINE else None
    return parent is not None


def _keep_posts(tree: "HtmlElement", *, is_live_blog: bool) -> None:
    """Write the time and the heading of each post of a live blog into a paragraph above it.

    They are in a header, which trafilatura drops.
    """
    has_words, posts = _words_of_parents(tree), list[tuple["HtmlElement", "HtmlElement"]]()
    for time in tree.iter("time"):
        is_clock = _CLOCK.search(time.text_content()) is not None
        if is_clock and (time.getparent().tag in _HEADINGS or not _is_in_text(time, has_words)):
            post = _post_of(time, is_live_blog=is_live_blog)
            posts += [] if post is None else [(time, post)]
    for time, post in posts if len(posts) > 1 else ():
        heading = _heading_of(post)
        words = " ".join(("" if heading is None else heading.text_content()).split())
        shown = " ".join(time.text_content().split())
        line = post.makeelement("p")
        line.text = words if shown in words else f"{shown} {words}".strip()
        for element in (time, heading):
            if element is not None and element.getparent() is not None:
                element.drop_tree()
        post.insert(0, line)


def _post_of(time: "HtmlElement", *, is_live_blog: bool) -> "HtmlElement | None":
    """Return the post whose time this is: the largest element with this time alone and with a paragraph.

    None if this is no live blog, or the element is the whole article.
    """
    post, is_alone = None, True
    for element in time.iterancestors():
        if element.tag in ("body", "main", "nav", "aside", "footer"):
            break
        is_live_blog = is_live_blog or _LIVE_BLOG_CLASS.search(element.get("class") or "") is not None
        is_alone = is_alone and len(list(islice(element.iter("time"), 2))) == 1
        if is_alone and element.find(".//p") is not None:
            post = element
    return post if is_live_blog and post is not None and post.find(".//h1") is None else None


def _heading_of(post: "HtmlElement") -> "HtmlElement | None":
    """Return the heading of a post; one between its paragraphs is no heading of the whole."""
    for element in post.iter("p", *_HEADINGS):
        if element.text_content().strip():
            return element if element.tag in _HEADINGS else None
    return None
