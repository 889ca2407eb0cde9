"""Items: make a file of an item of a feed, with the article of its page if the item has only a teaser."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

from index.core.errors import DatelineError, FetchFailed, ServerBusy
from index.inbox.fetch import Network, fetch
from index.reading.facts import facts_of
from index.reading.html_fields import to_plain_text
from index.reading.readers import KINDS, read_article
from index.text.articles import Article

Fields = Mapping[str, str]  # of an item, by the names that records in JSON have

# Characters. A longer text is the article, unless it says that there is more.
_LONGEST_TEASER = 600
_LONGEST_SUMMARY = 2_000  # if the feed has no other text than summaries
_CUT = re.compile(
    r"(?:…|\.\.\.|\[(?:…|\.\.\.)\]|\b(?:read (?:more|on)|continue reading|full story)\b.{0,60})\W*\Z", re.IGNORECASE
)
_LONGEST_END = 100  # characters in which it is looked for
_LONGEST_SLUG = 60
_LONGEST_COMPARED = 2_000  # characters of a teaser whose words are looked for in the page
_LEAST_SHARED = 0.6  # of the words of a teaser; a page with fewer of them is another text, such as a login


@dataclass(frozen=True, slots=True)
class ItemFile:
    """The file of an item."""

    name: str
    content: bytes
    problem: str = ""  # why the page was not read; the item's own text is in the file
    waits: bool = False  # the page's server is busy, and is asked later


@dataclass(frozen=True, slots=True)
class Pages:
    """Reads the pages of items in one poll. A server that asks to come back later is not asked again in it."""

    max_bytes: int
    network: Network
    _busy: dict[str, ServerBusy] = field(default_factory=dict, init=False)

    def asks_for(self, item: Fields) -> bool:
        """Return True if the server of an item's page would be asked."""
        return needs_page(item) and _host(item["url"]) not in self._busy

    def read(self, address: str) -> Article:
        """Read a page. Raises FetchFailed, as ServerBusy if its server is to be left alone, or UnreadableArticle."""
        if busy := self._busy.get(_host(address)):
            raise busy
        try:
            page = fetch(address, kinds=KINDS, max_bytes=self.max_bytes, network=self.network)
        except ServerBusy as error:
            self._busy[_host(address)] = error
            raise
        return read_article(page.name, page.content)


def identity(item: Fields) -> bytes:
    """Return a hash of what the feed calls an item."""
    return sha256(item["id"].encode()).digest()


def edition(item: Fields) -> bytes:
    """Return a hash that changes if the words of the item are edited, or the day on which it says it was updated."""
    # Markup may change each time, such as the address of a picture that counts readers; so may a moment.
    updated = facts_of(item).get("updated", "")
    shown = [to_plain_text(item.get(name, "")) for name in ("title", "content", "description")]
    return sha256(json.dumps([*shown, updated]).encode()).digest()


def is_teaser(item: Fields) -> bool:
    """Return True if an item has only the beginning of its article, or a summary.

    >>> is_teaser({"content": "<p>Snow fell.</p>"}), is_teaser({"content": "Snow fell. " * 99})
    (True, False)
    """
    text = _own_text(item)
    longest = _LONGEST_TEASER if item.get("content") else _LONGEST_SUMMARY
    return len(text) <= longest or _CUT.search(text[-_LONGEST_END:]) is not None


def needs_page(item: Fields) -> bool:
    """Return True if the article of an item is on a page that the item names."""
    return bool(item.get("url")) and is_teaser(item)


def make_file(item: Fields, pages: Pages | None) -> ItemFile:
    """Make the file of an item: JSON with the fields that readers know. With `pages`, that of a teaser is read.

    Raises FetchFailed or UnreadableArticle if the item has no text, and its page cannot be read.
    """
    fields, problem, waits = {name: value for name, value in item.items() if name != "id"}, "", False
    if pages and needs_page(item):
        try:
            fields = _with_page(fields, pages.read(item["url"]))
            if not (fields.get("text") or _own_text(item)):
                raise FetchFailed(
                    f"{item['url']}: the page has another text. Expected the article {item.get('title', '')!r}. Open "
                    "it in a browser, and add the page if it is the article."
                )
        except DatelineError as error:
            if not _own_text(item):
                raise
            problem, waits = str(error), isinstance(error, ServerBusy)
    written = json.dumps(fields, ensure_ascii=False, indent=1).encode(errors="replace")
    return ItemFile(f"{_stem(fields)}.json", written, problem, waits)


def _with_page(fields: dict[str, str], article: Article) -> dict[str, str]:
    """Return the fields of an item with the text of its page, unless that is shorter, or another text."""
    text, own = article.body.cut(article.text), _own_text(fields)
    words = set(re.findall(r"\w{4,}", f"{own[:_LONGEST_COMPARED]} {fields.get('title', '')}".lower()))
    lowered = text.lower()
    shared = sum(word in lowered for word in words)
    if len(text) <= len(own) or shared < _LEAST_SHARED * len(words):
        return fields
    of_page = {
        "published": str(article.published or ""),
        "author": article.author or "",
        "outlet": "" if fields.get("feed_title") else article.outlet or "",
        "title": article.title,
    }
    return {**{name: value for name, value in of_page.items() if value}, **fields, "text": text}


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _own_text(item: Fields) -> str:
    return to_plain_text(item.get("content") or item.get("description") or "").strip()


def _stem(fields: Fields) -> str:
    """Return a name for the file: the day and the title."""
    facts = {fact: stated for fact, (stated, _) in facts_of(fields).items()}
    words = re.findall(r"\w+", facts.get("title") or _own_text(fields)[:_LONGEST_SLUG])
    slug = "-".join(words)[:_LONGEST_SLUG].strip("-") or "item"
    return f"{facts['published']}-{slug}" if facts.get("published") else slug
