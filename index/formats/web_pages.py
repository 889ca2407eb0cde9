"""Web pages: extract the article of a page, and what the page states about it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.core.errors import UnreadableArticle
from index.formats.encodings import clean, decode_html
from index.formats.page_facts import day_in_url, read_facts, saved_url
from index.formats.parsed import Parsed

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d]*[1-9])")
# Layers that ask for consent, by the names that consent tools use.
_CONSENT = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|cmp|onetrust|didomi|usercentrics|cookiebot|cookieconsent|borlabs)"
    r"(?:$|[\s_-]?(?:layer|wall|banner|box|bar|notice|popup|modal|overlay|dialog|message|container|manager|root|host|law))"
)
_KEPT = ("html", "body", "main", "article")
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


def _open_asides(tree: "HtmlElement") -> None:
    """Make an aside that holds the headline an ordinary part of the page, so that it is read."""
    for element in tree.iter("aside"):
        if element.find(".//h1") is not None:
            element.tag = "div"
