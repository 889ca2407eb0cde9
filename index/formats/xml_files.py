"""XML files: the items of a feed (RSS, Atom), and news in NITF, NewsML-G2 and NewsML 1.

The fields of an item get the names that records in JSON have, so that both are read alike. Their HTML stays as it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.utils import parsedate
from html import escape, unescape
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from index.core.errors import UnreadableArticle
from index.core.formatting import one_line, xml_text
from index.core.urls import is_web_address, join
from index.formats.encodings import decode_html
from index.formats.parsed import Parsed

_MOST_LEVELS = 100  # of elements in elements; the trees are walked by recursion
_LONGEST_SHOWN = 40
# The prefix by which an element of a namespace is known here, whatever the file calls it. "" is that of feeds, of the
# news formats and of XHTML, whose elements do not have the same names at the same places.
_PREFIXES = {
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://iptc.org/std/nar/2006-10-01/": "",
    "http://iptc.org/std/nitf/2006-10-18/": "",
    "http://www.w3.org/1999/xhtml": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://search.yahoo.com/mrss/": "media",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
}
_PLAIN_PREFIXES = frozenset({"", "atom", "a10", "nitf", "xhtml", "html"})  # if a file forgets to declare them
# In CDATA, which is found to be left as it is, each is meant.
_BARE_AMPERSAND = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};|\w{1,32};)", re.DOTALL)
# References to control characters. Those from 128 to 159 mean letters of Windows-1252, as in HTML.
_CONTROL_REFERENCE = re.compile(r"&#(?:x0*[0189]?[0-9a-f]|0*(?:3[01]|[12]?\d|12[89]|1[345]\d));", re.IGNORECASE)
# What a body has for the elements of NITF. Elements that are not in `_KEPT` are as if their tags were not there.
_HTML_NAMES = {"hl1": "h2", "hl2": "h3", "bq": "blockquote", "block": "div", "credit": "p", "fn": "p", "note": "p"}
_KEPT = frozenset(
    """a b blockquote br div em h1 h2 h3 h4 h5 h6 hr i li ol p pre script section strong style sub sup table tbody td
    tfoot th thead tr ul""".split()
)
_LEFT_OUT = ("media", "figcaption", "nitf-table-metadata")  # pictures with their captions
_TEXTS = ("content:encoded", "body", "div", "content")
_SUMMARIES = ("description", "summary", "media:description", "dc:description", "itunes:summary")
_PUBLISHED = ("pubDate", "published", "issued", "dc:date", "dcterms:issued", "dcterms:created", "created")
_UPDATED = ("updated", "modified", "dcterms:modified")
# No two parts can match the same character: otherwise a long author would take minutes.
_MAIL_AND_NAME = re.compile(r"\s*[^\s@]+@[^\s@(]+(?:\s*\((?P<name>[^)]*)\))?\s*")
_ATOM = ("feed", "entry")  # elements
_ATOM_TEXTS = ("title", "summary", "content")  # whose type is "text" unless they say otherwise
_SHORT_YEAR = re.compile(r"\s*(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\s+\d\d\s")
_LONGEST_ENDING = 3_000  # characters, with the addresses in it
_LONGEST_TAIL = 100  # characters, of what can follow the last link in it
_ENDING = re.compile(
    r"(?:<p\b[^<>]*>\s*)?(?:"
    r"<a\b[^<>]*>\W{0,20}(?:continue reading|read more|read the full \w+|more(?=\W{1,10}</a>))[^<>]{0,200}"
    r"(?:<span\b[^<>]*>[^<>]{0,300}</span>[^<>]{0,20})?</a>"
    r"|the post\s+<a\b[^<>]*>[^<>]*</a>\s+(?:appeared first|first appeared) on\s+<a\b[^<>]*>[^<>]*</a>\.?"
    r")(?:\s*</p>)?\s*\Z",
    re.IGNORECASE,
)
_WITHDRAWN = ("canceled", "withheld")  # IPTC's statuses of publication
_ALONE = ("entry", "item", "nitf", "newsItem")  # elements that, as the first of a file, are one article
_NO_TEXT_CLASSES = ("picture", "graphic", "video", "audio", "animation")


def parse_xml(path: str, content: bytes) -> Sequence[Parsed]:
    """Find the items of a feed or of a news message. Their fields are `stated`, their `text` is empty.

    An item in a feed or a message has an "id" among its fields; a file that is a single article has none.
    """
    root, guessed = read_xml(path, content)
    found = next((read for tags, read in _READERS if root.tag in tags), None)
    if found is None:
        raise UnreadableArticle(
            f"{path}: XML whose first element is {one_line(root.tag)[:_LONGEST_SHOWN]!r}. Expected RSS, Atom, NITF or "
            "NewsML. Save its articles as text."
        )
    alone = root.tag in _ALONE
    return [_parsed({**item, "id": "" if alone else item["id"]}, guessed) for item in found(root)]


def _parsed(item: Mapping[str, str], guessed: str) -> Parsed:
    stated = {name: value for name, value in item.items() if value.strip()}
    if status := stated.get("withdrawn"):
        return Parsed("", stated, reason=f"withdrawn by its service ({status}). Expected usable news. Remove it.")
    return Parsed("", stated, guessed=guessed)


def read_xml(path: str, content: bytes) -> tuple[Element, str]:
    """Return the tree of an XML file, and its encoding if that was guessed. Entities are never expanded.

    A tag is the local name, after one of our own prefixes if it is from one of the namespaces of feeds. A file with
    bare ampersands is read too. Raises UnreadableArticle if the file is not well-formed, nested too deeply or declares
    entities.
    """
    decoded = decode_html(path, content)
    written = _CONTROL_REFERENCE.sub(lambda one: escape(unescape(one[0])), xml_text(decoded.text)).lstrip("\ufeff \t\n")
    try:
        return _Tree(path).read(written), decoded.guessed
    except expat.ExpatError:
        pass
    try:
        return _Tree(path).read(_BARE_AMPERSAND.sub(_escaped, written)), decoded.guessed
    except expat.ExpatError as error:
        raise UnreadableArticle(
            f"{path}: not well-formed XML (line {error.lineno}: {expat.ErrorString(error.code)}). Expected a complete "
            "file. Get it again, or save its articles as text."
        ) from None


def _escaped(found: re.Match[str]) -> str:
    return "&amp;" if found[0] == "&" else found[0]


class _Tree:
    """Builds the tree of one file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._tree = TreeBuilder()
        self._spaces: list[Mapping[str, str]] = [{}]  # namespaces by prefix, of each open element

    def read(self, written: str) -> Element:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        # A name that only a DTD could explain is reported, and not an error. The DTD itself is never read.
        parser.UseForeignDTD(True)
        parser.SkippedEntityHandler = lambda name, is_parameter: None if is_parameter else self._name_of_letter(name)
        parser.EntityDeclHandler = self._refuse_entity
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._tree.data
        parser.Parse(written, True)
        return self._tree.close()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._spaces) > _MOST_LEVELS:
            raise UnreadableArticle(
                f"{self._path}: elements in more than {_MOST_LEVELS} others. Expected a feed or news. Save its "
                "articles as text."
            )
        declared = {
            key.partition(":")[2]: uri.strip().lower()
            for key, uri in attributes.items()
            if key == "xmlns" or key.startswith("xmlns:")
        }
        self._spaces.append({**self._spaces[-1], **declared} if declared else self._spaces[-1])
        self._tree.start(self._known(name), attributes)

    def _end(self, name: str) -> None:
        self._tree.end(self._known(name))
        self._spaces.pop()

    def _known(self, name: str) -> str:
        given, _, local = name.rpartition(":")
        prefix = _PREFIXES.get(self._spaces[-1].get(given, ""), given)
        return local if prefix in _PLAIN_PREFIXES else f"{prefix}:{local}"

    def _name_of_letter(self, name: str) -> None:
        self._tree.data(unescape(f"&{name};"))

    def _refuse_entity(self, *_: object) -> None:
        raise UnreadableArticle(
            f"{self._path}: the file declares XML entities. Expected none, as in the feeds and news that services "
            "send. Save its articles as text."
        )


def _read_feed(root: Element) -> Iterator[dict[str, str]]:
    """Yield the fields of the items of RSS 0.9 to 2.0, RSS 1.0 and Atom."""
    channel = root.find("channel")
    feed = root if channel is None else channel
    title, base = _first(feed, "title"), _link(feed, "") or _attribute(feed, "xml:base")
    everybody = ", ".join(filter(None, map(_person, feed.findall("author"))))
    for item in root.iter():
        if item.tag in ("item", "entry"):
            fields = _read_item(item, base)
            authors = fields["author"] or everybody
            fields["author"] = "" if authors == unescape(title) else authors
            named = (_identity(item), fields["url"], fields["title"], fields["description"], fields["content"], "item")
            fields["id"] = next(filter(None, named))
            yield {**fields, "feed_title": title}


def _read_entry(root: Element) -> Iterator[dict[str, str]]:
    yield {**_read_item(root, _attribute(root, "xml:base")), "id": ""}


def _read_item(item: Element, base: str) -> dict[str, str]:
    source = item.find("source")
    summaries = (_without_ending(_first(item, name)) for name in _SUMMARIES)
    authors = [_person(author) for name in ("dc:creator", "author", "itunes:author") for author in item.findall(name)]
    return {
        "title": _first(item, "title", "dc:title", "media:title"),
        "content": next((text for name in _TEXTS if (text := _without_ending(_first(item, name)))), ""),
        "description": max(summaries, key=len),
        "published": _day_of_short_year(_first(item, "pubDate")) or _first(item, *_PUBLISHED),
        "updated": _first(item, *_UPDATED),
        "author": ", ".join(dict.fromkeys(filter(None, authors))),
        "outlet": "" if source is None else _first(source, "title") or one_line(source.text or ""),
        "url": _link(item, base),
    }


def _without_ending(written: str) -> str:
    """Return a text without what publishing systems add to it: "Read more", "The post … appeared first on …"."""
    if "</a>" not in written[-_LONGEST_TAIL:].lower():
        return written
    start = max(0, len(written) - _LONGEST_ENDING)
    return written[:start] + _ENDING.sub("", written[start:])


def _day_of_short_year(written: str) -> str:
    """Return the day of a moment whose year has two digits, as RFC 822 allows; or ""."""
    found = parsedate(written) if _SHORT_YEAR.match(written) else None
    return f"{found[0]:04}-{found[1]:02}-{found[2]:02}" if found else ""


def _link(item: Element, base: str) -> str:
    """Return the address of the page of an item or a feed, or ""."""
    links = (one for one in item.findall("link") if one.get("rel", "alternate") == "alternate")
    guids = (one for one in item.findall("guid") if one.get("isPermaLink", "true") == "true")
    written = ((one.get("href") or one.text or "").strip() for one in (*links, *guids))
    found = [_first(item, "feedburner:origLink"), *written]
    found = [join(_attribute(item, "xml:base") or base, address) for address in found if address]
    return next(filter(is_web_address, found), "")


def _identity(item: Element) -> str:
    return _first(item, "guid", "id") or _attribute(item, "rdf:about")


def _person(author: Element) -> str:
    """Return the name of an author: in Atom it is an element, in RSS it may follow an address of mail."""
    written = _first(author, "name") or one_line(author.text or "")
    found = _MAIL_AND_NAME.fullmatch(written)
    return (found["name"] or "").strip() if found else written


def _read_nitf(root: Element) -> Iterator[dict[str, str]]:
    yield {**_nitf(root), "id": ""}


def _nitf(root: Element) -> dict[str, str]:
    byline = root.find(".//byline")
    people = [] if byline is None else [one_line(_markup(person)) for person in byline.findall("person")]
    issued, revised = root.find(".//date.issue"), root.find(".//revision-history")
    story, publication = root.find(".//story.date"), root.find(".//pubdata")
    days = (_attribute(issued, "norm"), _attribute(publication, "date.publication"), _attribute(story, "norm"))
    return {
        "title": _at(root, ".//hedline/hl1", "./head/title"),
        "content": _at(root, ".//body.content"),
        "description": _at(root, ".//abstract"),
        "published": next(filter(None, days), ""),
        "updated": _attribute(revised, "norm"),
        "author": ", ".join(people) or ("" if byline is None else _text_of(byline, without="byttl")),
        "outlet": _attribute(publication, "name")
        or _at(root, ".//distributor/org", ".//distributor")
        or _attribute(root.find(".//doc.copyright"), "holder"),
        "place": _at(root, ".//dateline/location"),
        "url": next(filter(is_web_address, [_attribute(publication, "ex-ref")]), ""),
    }


def _read_news_items(root: Element) -> Iterator[dict[str, str]]:
    for item in root.iter("newsItem"):
        if not _qcode(item, ".//itemMeta/itemClass").endswith(_NO_TEXT_CLASSES):
            yield _news_item(item)


def _news_item(item: Element) -> dict[str, str]:
    """Return the fields of an item of NewsML-G2. A withdrawn one has its status and no text."""
    if (status := _qcode(item, ".//itemMeta/pubStatus")) in _WITHDRAWN:
        return {"id": _attribute(item, "guid"), "withdrawn": status}
    inner = item.find(".//inlineXML")
    nitf = None if inner is None else inner.find(".//nitf")
    fields = {} if nitf is None else {name: value for name, value in _nitf(nitf).items() if value}
    stated = {
        "title": _at(item, "./contentMeta/headline", "./itemMeta/title"),
        "description": _at(item, "./contentMeta/description"),
        "published": _at(item, "./itemMeta/firstCreated", "./contentMeta/contentCreated", "./itemMeta/versionCreated"),
        "updated": _at(item, "./itemMeta/versionCreated", "./contentMeta/contentModified"),
        "author": _at(item, "./contentMeta/by") or ", ".join(_names(item, "./contentMeta/creator")),
        "outlet": ", ".join(_names(item, "./itemMeta/provider") or _names(item, "./contentMeta/infoSource")),
        "place": ", ".join(_names(item, "./contentMeta/located")),
    }
    text = _at(item, ".//inlineXML//body", ".//inlineXML", ".//inlineData")
    return {"content": text, **fields, **{name: value for name, value in stated.items() if value}, "id": _guid(item)}


def _guid(item: Element) -> str:
    return _attribute(item, "guid") or _at(item, "./contentMeta/headline") or "item"


def _names(item: Element, where: str) -> list[str]:
    """Return the names of those who made an item: a name, or else the end of their code."""
    found = item.findall(where)
    named = (_first(one, "name") or one.get("literal") or one.get("qcode", "").rpartition(":")[2] for one in found)
    return [name for name in named if name]


def _qcode(item: Element, where: str) -> str:
    return _attribute(item.find(where), "qcode").rpartition(":")[2].lower()


def _read_newsml(root: Element) -> Iterator[dict[str, str]]:
    """Yield the fields of the items of NewsML 1."""
    for number, item in enumerate(root.iter("NewsItem"), start=1):
        data = (one for one in item.iter("DataContent") if _markup(one).strip())
        content = next(data, None)
        nitf = None if content is None else content.find(".//nitf")
        fields = _nitf(nitf) if nitf is not None else {"content": "" if content is None else _body(content)}
        party = item.find(".//Provider/Party")
        stated = {
            "title": _at(item, ".//HeadLine"),
            "published": _at(item, ".//FirstCreated", ".//ThisRevisionCreated"),
            "updated": _at(item, ".//ThisRevisionCreated"),
            "author": _at(item, ".//ByLine"),
            "outlet": _attribute(party, "FormalName") or _at(item, ".//ProviderId"),
        }
        identity = _at(item, ".//PublicIdentifier", ".//NewsItemId") or str(number)
        yield {**fields, **{name: value for name, value in stated.items() if value}, "id": identity}


def _body(content: Element) -> str:
    body = content.find(".//body")
    return _markup(content if body is None else body)


def _first(parent: Element, *names: str) -> str:
    """Return the text of the first child with one of the names that has any, as HTML if it has elements or tags."""
    children = (child for name in names for child in parent.findall(name) if _is_text(child))
    found = (_inner(child) if _is_plain(parent, child) else _markup(child) for child in children)
    return next((written.strip() for written in found if written.strip()), "")


def _at(root: Element, *paths: str) -> str:
    found = (_markup(element) for path in paths for element in root.findall(path))
    return next((written.strip() for written in found if written.strip()), "")


def _is_text(element: Element) -> bool:
    """Return False for content of another kind, such as a picture in Base64."""
    kind = element.get("type", "").lower()
    return "/" not in kind or kind.startswith("text/") or kind.endswith(("html", "xml"))


def _is_plain(parent: Element, element: Element) -> bool:
    """Return True for a text of Atom in which a tag is a word, as in "Use of <b> in HTML"."""
    if parent.tag not in _ATOM or element.tag not in _ATOM_TEXTS:
        return False
    # Some feeds forget the type of their HTML.
    default = "html" if element.tag != "title" and "</" in (element.text or "") else "text"
    return element.get("type", default).lower() in ("text", "text/plain")


def _attribute(element: Element | None, name: str) -> str:
    return "" if element is None else element.get(name, "").strip()


def _text_of(element: Element, *, without: str) -> str:
    inner = (
        f"{'' if child.tag == without else _text_of(child, without=without)}{child.tail or ''}" for child in element
    )
    return (element.text or "") + "".join(inner)


def _markup(element: Element) -> str:
    """Return what is in an element: its text as it is, or HTML if there are elements in it."""
    if not len(element):
        return element.text or ""
    parts = [escape(element.text or "", quote=False)]
    for child in element:
        if child.tag not in _LEFT_OUT:
            name, inner = _HTML_NAMES.get(child.tag, child.tag), _inner(child)
            parts.append(f"<{name}>{inner}</{name}>" if name in _KEPT | set(_HTML_NAMES.values()) else inner)
        parts.append(escape(child.tail or "", quote=False))
    return "".join(parts)


def _inner(element: Element) -> str:
    return _markup(element) if len(element) else escape(element.text or "", quote=False)


_READERS: Sequence[tuple[tuple[str, ...], Callable[[Element], Iterator[dict[str, str]]]]] = (
    (("rss", "rdf:RDF", "feed", "channel"), _read_feed),
    (("entry", "item"), _read_entry),
    (("nitf",), _read_nitf),
    (("newsMessage", "newsItem"), _read_news_items),
    (("NewsML",), _read_newsml),
)
