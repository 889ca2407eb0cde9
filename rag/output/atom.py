"""Atom: what alerts have found as a feed (RFC 4287), for one alert or for all.

An entry is one result that is not marked as read, with its quotes and their permalinks. Ids are made of what never
changes, so a feed reader shows an entry once, wherever the feed is served.
"""

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from index.core.formatting import place_line, xml_line, xml_text
from rag.evidence.citations import Citation
from rag.evidence.permalinks import link
from rag.output.alerts import quotes_words
from rag.storage.alerts import Alert, AlertResult

TYPE = "application/atom+xml; charset=utf-8"
MOST_ENTRIES = 100  # the newest
_ATOM = "http://www.w3.org/2005/Atom"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

Found = Sequence[tuple[Alert, Sequence[AlertResult]]]


def alerts_feed(found: Found, *, page: str, address: str = "", of_one: bool = False) -> str:
    """Return the feed of some alerts as XML.

    Args:
        found: The alerts with their results that are not marked as read.
        page: Address of the page, to which the permalinks are appended.
        address: Where this feed is served, if it is.
        of_one: The feed is that of the only alert, not of all.

    Returns:
        An XML document in UTF-8, its newest entry first.
    """
    entries = [(asked, result) for asked, results in found for result in results]
    entries.sort(key=lambda entry: (entry[1].found, entry[0].number, entry[1].number), reverse=True)
    kept = max((asked.kept for asked, _ in found), default=_NEVER)
    feed = ET.Element("feed", xmlns=_ATOM)
    question = found[0][0].standalone.question if of_one and found else ""
    _add(feed, "id", _id(_identity(found[0][0])) if of_one and found else _id(f"alerts {page}"))
    _add(feed, "title", f"Dateline: {question}" if question else "Dateline: alerts")
    _add(feed, "updated", _moment(max((result.found for _, result in entries), default=kept)))
    _add(ET.SubElement(feed, "author"), "name", "Dateline")
    _add(feed, "generator", "Dateline")
    ET.SubElement(feed, "link", rel="alternate", type="text/html", href=page)
    if address:
        ET.SubElement(feed, "link", rel="self", type="application/atom+xml", href=address)
    for asked, result in entries[:MOST_ENTRIES]:
        _add_entry(feed, asked, result, page)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode") + "\n"


def _add_entry(feed: ET.Element, asked: Alert, result: AlertResult, page: str) -> None:
    entry = ET.SubElement(feed, "entry")
    _add(entry, "id", _id(f"{_identity(asked)} {result.number} {result.found.isoformat()}"))
    _add(entry, "title", f"{quotes_words(result.count)}: {asked.standalone.question}")
    _add(entry, "updated", _moment(result.found))
    first = page + link(result.quotes[0]) if result.quotes else page
    ET.SubElement(entry, "link", rel="alternate", type="text/html", href=first)
    content = ET.SubElement(entry, "content", type="html")
    # Escaped twice: text of articles is text in HTML, and the HTML is text in XML.
    content.text = xml_text("".join(_quote(quote, page) for quote in result.quotes) or _paragraph(result.problem))


def _quote(quote: Citation, page: str) -> str:
    article = quote.article
    where = ", ".join(filter(None, (article.title, place_line(article.outlet, article.place, article.published))))
    address = html.escape(page + link(quote))
    return f'<blockquote>{html.escape(quote.quote)}</blockquote><p><a href="{address}">{html.escape(where)}</a></p>'


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _identity(asked: Alert) -> str:
    return f"alert {asked.number} {asked.kept.isoformat()} {asked.standalone.question}"


def _id(name: str) -> str:
    return uuid5(NAMESPACE_URL, name.encode(errors="replace").decode()).urn


def _moment(moment: datetime) -> str:
    """Return a moment as RFC 3339 has it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = xml_line(text)
