"""Page facts: the title, the days and the address that a web page states about its article.

A day counts only if the page says that it is the article's: in JSON-LD, in its metadata, in a `time` element or a line
of the article's head, or as a full day in its address. The page's footer, comments, teasers and prose are never
searched.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from index.core.formatting import one_line
from index.text.datelines import parse_date
from index.text.days import DAY, LABELS, NumericDay, day_of, make_day, read_numeric_day

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_ARTICLE_TYPE = re.compile(r".*(?:Article|Posting|Report)|Review|Recipe")
_MOST_NODES = 2_000  # of JSON-LD
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "date_published", "og:published_time",
    "og:pubdate", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "publication-date",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.issued",
    "dcterms.created", "dc.date.created", "article.published", "citation_publication_date",
)  # fmt: skip
# Many sites put the day of a change or of the printed paper there, so a day that the page shows is preferred.
_VAGUE = ("date", "dc.date", "dcterms.date", "citation_date")
_UPDATED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified")
_SITE_NAMES = ("og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site")
_SEPARATOR = re.compile(r"\s+(?:[|\-–—›»«·•~/]|::|\|\|)\s+|\s*\|\s*|(?<=\w):\s+(?=\w)")
_HEADINGS = ("h1", "h2", "h3")
_ASIDE_TAGS = ("nav", "footer", "aside", "form", "blockquote")
_ASIDE_NAME = re.compile(r"comment|related|sidebar|footer|recommend|newsletter|breadcrumb|most-?(?:read|popular)")
# Around an element that is marked as a fact about an article; the article's own footer can have such elements too.
_BESIDE_FACTS = re.compile(r"comment|related|recommend|most-?(?:read|popular)|teaser")
_LONG = 120  # characters, of a paragraph: the head of the article has ended
_LONGEST_LINE = 100
_MOST_WORDS_BESIDE = 9  # a line with a day and more words than these is a sentence
_MOST_ELEMENTS = 80  # of the article's head
_BEFORE = 25  # elements above the headline that belong to its head
_DATE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:date|datum|artikeldatum|published|updated|modified|pubdate|posted|submitted|created|uploaded"
    r"|timestamp|timedata)(?:$|[\s_-])"
)
# Days in a line, in the same groups as `DAY`, or day and month in numbers: c is the year.
_SLASHED = r"(?<![\w/.-])(?P<slashed>(?P<a>\d{1,2})(?P<slash>[/-])(?P<b>\d{1,2})(?P=slash)(?P<c>(?:19|20)\d\d))(?!\d)"
_DAY = re.compile(rf"(?:{DAY.pattern})|{_SLASHED}", DAY.flags)
# Where the page says that it is a date, also such as 23.9.22.
_SHORT_DAY = re.compile(
    rf"{_DAY.pattern}|(?<![\d.])(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d\d)(?![\d.])", DAY.flags
)
_DATE_LABEL = re.compile(
    rf"(?:{LABELS['published']}|datum|fecha|data|erstellt(?: am)?|geplaatst(?: op)?)(?![^\W\d_])\s*:?",
    re.IGNORECASE,
)
_AFTER_LABEL = re.compile(r"\s*(?:\w+,\s*)?")  # white space and the day of the week
_UPDATE_LABEL = re.compile(rf"(?<![^\W\d_])(?:{LABELS['updated']})(?![^\W\d_])", re.IGNORECASE)
_DAY_AT_START = re.compile(rf"[^.\n]{{0,40}}?(?:{_DAY.pattern})\s*(?:[|–—:]|-\s)", _DAY.flags)
_SAVED_FROM = re.compile(
    r"\bsaved from url=\(\d+\)(?P<url>https?://\S+)|^\s*url:\s*(?P<other>https?://\S+)", re.MULTILINE
)
_UTC = re.compile(r"\d:\d\d.*(?:Z|[+-]00:?00|GMT|UTC)\s*$")
_Day = date | NumericDay
_DAY_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)")


@dataclass(frozen=True, slots=True)
class _Page:
    """The parts of a page that state something about it."""

    tree: "HtmlElement"
    elements: Sequence["HtmlElement"]  # all, in their order
    asides: "set[HtmlElement]"
    meta: Mapping[str, str]
    nodes: tuple[Mapping[str, object], ...]  # of JSON-LD

    @property
    def articles(self) -> Iterator[Mapping[str, object]]:
        for node in self.nodes:
            kinds = node.get("@type")
            if any(isinstance(one, str) and _ARTICLE_TYPE.fullmatch(one) for one in _listed(kinds)):
                yield node


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page states about its article, by the names that `readers.py` uses."""

    stated: Mapping[str, str]
    origins: Mapping[str, str]  # of the days


def read_facts(tree: "HtmlElement") -> PageFacts:
    """Return the title, the days and the address of a page."""
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    asides = _find_asides(elements, _ASIDE_NAME)
    page = _Page(tree, elements, asides, _meta(tree, asides), tuple(_nodes(tree)))
    heading, title = _title(page)
    days = _days(page, heading, url := _url(page))
    facts = {"title": title, "url": url, **days.stated}
    return PageFacts({name: value for name, value in facts.items() if value}, days.origins)


def _meta(tree: "HtmlElement", asides: "set[HtmlElement]") -> dict[str, str]:
    found = dict[str, str]()
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        value = one_line(element.get("content") or "").strip()
        if name and value and element not in asides:
            found.setdefault(name.strip().lower(), value)
    return found


def _nodes(tree: "HtmlElement") -> Iterator[Mapping[str, object]]:
    """Yield the objects of JSON-LD that describe the page: not its parts, such as the posts of a live blog."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            waiting = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        for _ in range(_MOST_NODES):
            if not waiting:
                break
            node = waiting.pop(0)
            if isinstance(node, list):
                waiting = [*node[:_MOST_NODES], *waiting]
            elif isinstance(node, dict):
                yield node
                waiting.extend(node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _line(element: "HtmlElement") -> str:
    """Return the visible words of an element, folded for `DAY`."""
    return unicodedata.normalize("NFC", _words(element)).casefold()


def _words(element: "HtmlElement") -> str:
    """Return the visible words of an element."""
    unseen = ("script", "style", "noscript", "template")
    written = "".join(element.xpath(f"descendant::text()[not({' or '.join(f'parent::{tag}' for tag in unseen)})]"))
    return one_line(written.replace("\xad", "")).strip()


def _find_asides(elements: Sequence["HtmlElement"], names: re.Pattern[str]) -> "set[HtmlElement]":
    """Return the elements that are not part of the article. `elements` are all of the page, in their order."""
    # The name of what contains the headline may mention other parts of the page, such as "with-sidebar".
    around_headline = {parent for one in elements if one.tag == "h1" for parent in one.iterancestors()}
    asides, in_article = set["HtmlElement"](), set["HtmlElement"]()
    for one in elements:
        parent = one.getparent()
        if one.tag == "article" or parent in in_article:
            in_article.add(one)
        if one.tag in ("body", "html", "article", "main"):
            continue
        tags = _ASIDE_TAGS if one not in in_article else tuple(tag for tag in _ASIDE_TAGS if tag != "footer")
        named = f"{one.get('class') or ''} {one.get('id') or ''}".lower()
        if parent in asides or (one not in around_headline and (one.tag in tags or names.search(named))):
            asides.add(one)
    return asides


def _title(page: _Page) -> tuple["HtmlElement | None", str]:
    """Return the headline, and the element it is in, if it is in one."""
    stated = [
        one_line(value.replace("\xad", "")).strip()
        for node in page.articles
        if isinstance(value := node.get("headline"), str)
    ]
    stated += [page.meta[name] for name in ("og:title", "twitter:title") if name in page.meta]
    stated += [words for element in page.tree.iter("title") if (words := _words(element))][:1]
    sites = set(_sites(page))
    headings = [
        (element, words)
        for tag in _HEADINGS
        for element in page.tree.iter(tag)
        if (words := _words(element)) and _key(words) not in sites
    ]
    for element, words in headings:
        if any(_is_part(words, title) for title in stated):
            return element, words
        # A heading with a label before the headline, or with a day after it.
        for bare in (_without_site(title, sites) for title in stated):
            if len(key := _key(bare)) > len(_key(words)) // 2 and (
                _key(words).startswith(key) or _key(words).endswith(key)
            ):
                return element, bare
    first = [(element, words) for element, words in headings if element.tag == "h1" and element not in page.asides]
    if len(first) == 1 and (not stated or " " in first[0][1]):
        return first[0]
    bare = next((bare for title in stated if (bare := _without_site(title, sites))), "")
    return (first[0][0] if first else None), bare


def _key(words: str) -> str:
    return re.sub(r"[\W_]+", "", words.casefold())


def _is_part(words: str, title: str) -> bool:
    """Return True if a title is these words, or these words and the name of a site or section."""
    key = _key(words)
    return bool(key) and (key == _key(title) or key in _parts(title))


def _parts(title: str) -> set[str]:
    """Return the beginnings and ends of a title at its separators."""
    marks = list(_SEPARATOR.finditer(title))
    return {_key(title[: mark.start()]) for mark in marks} | {_key(title[mark.end() :]) for mark in marks}


def _sites(page: _Page) -> Iterator[str]:
    """Yield the names of the site, without spaces."""
    yield from (_key(page.meta[name]) for name in _SITE_NAMES if name in page.meta)
    for node in page.nodes:
        publisher = node if node.get("@type") in ("WebSite", "Organization") else node.get("publisher")
        if isinstance(publisher, dict) and isinstance(name := publisher.get("name"), str):
            yield _key(name)
    if found := re.match(r"https?://(?:www\.)?([^/:]+)", _url(page)):
        yield _key(found[1])
        yield _key(found[1].rpartition(".")[0])


def _without_site(title: str, sites: set[str]) -> str:
    for mark in [*_SEPARATOR.finditer(title)][::-1]:
        if _key(title[mark.end() :]) in sites:
            return title[: mark.start()].strip()
    for mark in _SEPARATOR.finditer(title):
        if _key(title[: mark.start()]) in sites:
            return title[mark.end() :].strip()
    return title


def _url(page: _Page) -> str:
    links = (element.get("href") or "" for element in page.tree.iter("link") if element.get("rel") == "canonical")
    for url in (*links, page.meta.get("og:url", "")):
        if url.startswith(("http://", "https://")):
            return url.strip()
    return ""


def saved_url(page: str) -> str:
    """Return the address that a browser wrote into a comment when it saved the page, or ""."""
    for comment in re.findall(r"<!--(.*?)-->", page[:10_000], re.DOTALL):
        if ("saved from url=" in comment or "Page saved with SingleFile" in comment) and (
            found := _SAVED_FROM.search(comment)
        ):
            return str(found["url"] or found["other"])
    return ""


def day_in_url(url: str) -> str:
    """Return the full day in an address, or ""."""
    found = _DAY_IN_URL.search(url)
    day = make_day(found[1], found[2], found[3]) if found else None
    return str(day or "")


@dataclass(frozen=True, slots=True)
class _Days:
    """The days that were found, the first of each kind, and where."""

    stated: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def add(self, fact: str, day: _Day | None, origin: str) -> None:
        if isinstance(day, NumericDay):
            self.stated.setdefault(f"{fact}_numeric", day.written)
        elif day is not None and fact not in self.stated:
            self.stated[fact], self.origins[fact] = str(day), origin


def _days(page: _Page, heading: "HtmlElement | None", url: str) -> _Days:
    days, shown = _Days(), [*_head_days(page, heading), *_labelled_days(page, heading)]
    certain = [day for _, day in shown if not isinstance(day, NumericDay)]
    for fact, written, origin in _stated(page):
        if day := _stated_day(written):
            days.add(fact, _local_day(day, certain) if _UTC.search(written) else day, origin)
        else:
            days.add(fact, read_numeric_day(written), origin)
    if "published" not in days.stated:
        for fact, shown_day in shown:
            days.add(fact, shown_day, "page")
    for name in _VAGUE:
        days.add("published", _stated_day(page.meta.get(name)), f"metadata:{name}")
    days.add("published", parse_date(day_in_url(url)), "address")
    return days


def _stated(page: _Page) -> Iterator[tuple[str, str, str]]:
    """Yield what JSON-LD and the metadata state as days, each with its fact and its origin."""
    for node in page.articles:
        for key, fact in (("datePublished", "published"), ("dateModified", "updated")):
            if isinstance(written := node.get(key), str):
                yield fact, written, "json_ld"
    for names, fact in ((_PUBLISHED, "published"), (_UPDATED, "updated")):
        yield from ((fact, page.meta[name], f"metadata:{name}") for name in names if name in page.meta)


def _local_day(day: date, shown: Sequence[date]) -> date:
    """Return the day that the page shows, if it is the one before or after: late in the day, it is another in UTC."""
    near = {other for other in shown if abs((other - day).days) == 1}
    return near.pop() if len(near) == 1 and day not in shown else day


def _stated_day(value: object) -> date | None:
    """Read a day as it is stated, whatever its time zone."""
    if not isinstance(value, str):
        return None
    found = re.match(r"\s*((?:19|20)\d\d)-(\d\d?)-(\d\d?)(?!\d)", value)
    return make_day(found[1], found[2], found[3]) if found else parse_date(value)


def _head_days(page: _Page, heading: "HtmlElement | None") -> Iterator[tuple[str, _Day]]:
    """Yield the days in the head of the article: from a little above its headline to its first paragraph."""
    beside = _find_asides(page.elements, _BESIDE_FACTS)
    for element in page.tree.iter("time", "span", "div", "p", "abbr", "meta"):
        named = (element.get("itemprop") or element.get("property") or "").removeprefix("schema:")
        if named in ("datePublished", "dateCreated") and element not in beside:
            written = (element.get("datetime") or element.get("content") or _line(element)).casefold()
            yield from _days_of(written)
    for element in _head(page, heading):
        if element.tag == "time" and (day := _stated_day(element.get("datetime"))):
            near = f"{element.get('class') or ''} {element.get('itemprop') or ''} {_before(element)}"
            yield ("updated" if _UPDATE_LABEL.search(near) else "published"), day
            continue
        line = _line(element)
        if found := _DAY_AT_START.match(line):
            yield from _days_of(found.group())
        elif len(line) <= _LONGEST_LINE and len(_DAY.sub(" ", line).split()) <= _MOST_WORDS_BESIDE:
            yield from _days_of(line)


def _labelled_days(page: _Page, heading: "HtmlElement | None") -> Iterator[tuple[str, _Day]]:
    """Yield the day that the page calls a date, nearest to the headline: several belong to several articles."""
    found = [(element, one) for element in page.elements for one in _called_dates(page, element)]
    called = [(element, one) for element, one in found if not isinstance(one[1], NumericDay)] or found
    for part in heading.iterancestors() if called and heading is not None else [page.tree]:
        inside = set(part.iter())
        if days := {one for element, one in called if element in inside}:
            for fact in ("published", "updated"):
                if len(own := [day for name, day in days if name == fact]) == 1:
                    yield fact, own[0]
            return


def _called_dates(page: _Page, element: "HtmlElement") -> Iterator[tuple[str, _Day]]:
    """Yield the days in an element that the page calls a date, by its tag, its class or a label before it."""
    if element in page.asides:
        return
    name = (element.get("class") or "").lower()
    if element.tag == "time" or _DATE_CLASS.search(name):
        fact = "updated" if _UPDATE_LABEL.search(f"{name} {_before(element)}") else "published"
        if day := _stated_day(element.get("datetime")) or _stated_day(element.get("title")):
            yield fact, day
        elif len(line := _line(element)) <= _LONGEST_LINE:
            yield from _days_of(line, short=True, fact=fact)
    elif _DATE_LABEL.match(_first_text(element)) and (label := _DATE_LABEL.match(line := _line(element))):
        after = _AFTER_LABEL.match(line, label.end())
        if after and (found := _SHORT_DAY.match(line, after.end())):
            yield from _days_of(found.group(), short=True)


def _first_text(element: "HtmlElement") -> str:
    """Return the first words in an element, or in the first element in it."""
    own = element.text or ""
    if own.strip() or not len(element):
        return own.strip()
    return (element[0].text or "").strip()


def _before(element: "HtmlElement") -> str:
    previous = element.getprevious()
    parent = element.getparent()
    return str((previous.tail if previous is not None else parent.text if parent is not None else "") or "")[-30:]


def _head(page: _Page, heading: "HtmlElement | None") -> Iterator["HtmlElement"]:
    body = page.tree.find("body")
    if heading is None or body is None:
        return
    elements = [element for element in body.iter() if isinstance(element.tag, str)]
    place = elements.index(heading) if heading in elements else 0
    above = elements[max(0, place - _BEFORE) : place]
    parents = list(heading.iterancestors())[:3]
    yield from (
        element
        for element in above
        if element not in parents
        and any(parent in parents for parent in element.iterancestors())
        and _may_state(page, element)
    )
    for element in elements[place + 1 : place + 1 + _MOST_ELEMENTS]:
        if _may_state(page, element):
            yield element
        if len(one_line((element.text or "") + " ".join(child.tail or "" for child in element))) > _LONG:
            return


def _may_state(page: _Page, element: "HtmlElement") -> bool:
    return element not in page.asides and not any(one.tag in _HEADINGS for one in element.iterancestors())


def _days_of(line: str, *, short: bool = False, fact: str = "published") -> Iterator[tuple[str, _Day]]:
    """Yield the days in a line; with `short`, also such as 23.9.22."""
    start = 0
    for found in (_SHORT_DAY if short else _DAY).finditer(line):
        day = _read_day(found)
        if isinstance(day, NumericDay):
            day = parse_date(line) or day  # its weekday may be in the line
        if day is not None:
            yield ("updated" if _UPDATE_LABEL.search(line[start : found.start()]) else fact), day
        start = found.end()


def _read_day(found: re.Match[str]) -> _Day | None:
    if written := found.groupdict().get("year"):
        return make_day(f"20{written}", found["month"], found["day"])
    if not found["c"]:
        return day_of(found)
    first, second, year = found["a"], found["b"], found["c"]
    if int(first) > 12 or first == second:
        return make_day(year, second, first)
    return make_day(year, first, second) if int(second) > 12 else read_numeric_day(found["slashed"])
