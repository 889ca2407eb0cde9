"""Facts: the title, days, outlet, author and address among the named fields of a record or of front matter.

The names are those that services, crawlers and clippers use. Of several fields for one fact, the first in `FACT_OF`
counts. Days on which somebody saved or created a copy are none of them.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from index.reading.html_fields import to_plain_text
from index.text.datelines import state_day

_NAMES = {
    "title": "title headline web_title heading full_title head name",
    "published": """published published_at date_published datepublished published_date publish_date publishdate
        date_publish pubdate pub_date publication_date published_time article_published_time publish_time
        web_publication_date provider_publish_time published_on first_published first_published_at
        first_publication_date iso_date date_time_pub posted posted_at posted_on issued date dc_date date_time datetime
        display_date timestamp""",
    "updated": """updated updated_at updated_date last_updated modified modified_at date_modified datemodified
        last_modified lastmod date_modify""",
    "place": "place location",
    "outlet": """outlet publisher publication newspaper site_name sitename source_name source source_title
        source_hostname provider site website feed_title domain source_domain hostname""",
    "author": "author authors byline by primary_author creator dc_creator author_name writer",
    "url": """url link canonical canonical_url web_url page_url article_url source_url original_url permalink
        external_url href""",
}
# The fact that a field states, by the name of the field; names that are more certain come first.
FACT_OF = {name: fact for fact, names in _NAMES.items() for name in names.split()}
DATES = ("published", "updated")
# The same in numbers, such as 05/02/2026, if day and month may be exchanged.
NUMERIC = tuple(f"{fact}_numeric" for fact in DATES)
_LONGEST = 300  # characters, of one name in a list
_LONGEST_FACT = 5_000  # characters; what is longer is cut before its links and HTML are looked at
_MOST_ENTRIES = 50  # of a list of authors, for example
# Where an object has its own words: {"name": "The Post"}, {"rendered": "Bridge closed"}, {"$date": 1770105600000}.
_INNER = (
    "name", "title", "main", "rendered", "original", "display_name", "full_name", "text", "html", "value", "content",
    "#text", "_text", "$date", "$numberLong", "uri", "domain",
)  # fmt: skip
_ADDRESS = re.compile(r"\s*(?:[a-z][a-z+.-]*://|www\.)\S*\s*", re.IGNORECASE)
_WIKI_LINK = re.compile(
    r"\[\[(?:[^\[\]|\n]{0,300}\|)?([^\[\]\n]{1,300})\]\]|(?<!!)\[([^\[\]\n]{1,300})\]\(\S{1,1000}\)"
)
_EPOCH = re.compile(r"\d{9,10}(?:\d{3})?(?:\.\d+)?")
_EARLIEST_EPOCH = 315_532_800  # 1980, in seconds


def plain_name(name: object) -> str:
    """Return the name of a field in small letters, its words parted by underscores.

    >>> plain_name("publishedAt"), plain_name("source-hostname"), plain_name("Last updated")
    ('published_at', 'source_hostname', 'last_updated')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\s:.-]+", "_", str(name)).lower()


def facts_of(fields: Mapping[str, object]) -> Mapping[str, tuple[str, str]]:
    """Return the facts that fields state, by the names that `heads.py` uses, each with the name of its field.

    A day is one that is certain.

    >>> facts_of({"publishedAt": "2026-02-05T10:30:00Z", "date": "05/02/2026"})
    {'published': ('2026-02-05', 'publishedAt'), 'published_numeric': ('05/02/2026', 'date')}
    """
    named = {plain_name(name): (str(name), value) for name, value in reversed(list(fields.items()))}
    facts = dict[str, tuple[str, str]]()
    for plain, fact in FACT_OF.items():
        name, value = named.get(plain, ("", None))
        for key, stated in (_day(fact, value) if fact in DATES else {fact: _stated(fact, value)}).items():
            if stated:
                facts.setdefault(key, (stated, name))
    for name, value in (named[plain] for plain in ("source", "site") if plain in named):
        if is_address(address := _written(value)):
            facts.setdefault("url", (address.strip(), name))
    return facts


def without_links(words: str) -> str:
    """Return words without the marks of links: "[[Mara Quill]]", "[The Post](https://post.example)".

    >>> without_links("[[people/Mara Quill|Mara Quill]] of [The Post](https://post.example)")
    'Mara Quill of The Post'
    """
    return _WIKI_LINK.sub(lambda link: link[1] or link[2], words)


def is_address(words: str) -> bool:
    """Return True if words are the address of a page."""
    return _ADDRESS.fullmatch(words) is not None


def _stated(fact: str, value: object) -> str:
    words = without_links(to_plain_text(_written(value)[:_LONGEST_FACT]))
    if fact == "author":
        words = re.sub(r"\s*by\s+", "", words, count=1, flags=re.IGNORECASE) if words[:3].lower() == "by " else words
    # An address is no name of an outlet or a person; "post.example" may be.
    return "" if fact in ("outlet", "author") and is_address(words) else words


def _written(value: object, *, depth: int = 3) -> str:
    """Return a field as text. Names of people and outlets may be in lists and objects."""
    if isinstance(value, list) and depth:
        # Cut first: with the aliases of YAML, a short list can expand to gigabytes.
        entries = (_written(entry, depth=depth - 1) for entry in value[:_MOST_ENTRIES])
        return ", ".join(entry[:_LONGEST] for entry in entries if entry)[: _LONGEST * _MOST_ENTRIES]
    if isinstance(value, Mapping) and depth:
        return next((inner for name in _INNER if (inner := _written(value.get(name), depth=depth - 1))), "")
    return value if isinstance(value, str) else ""


def _day(fact: str, value: object) -> Mapping[str, str]:
    for written in _moments(value):
        if day := _day_of_epoch(written):
            return {fact: str(day)}
        if stated := state_day(fact, written):
            return stated
    return {}


def _moments(value: object, *, depth: int = 3) -> Iterator[str]:
    if isinstance(value, Mapping) and depth:
        for name in _INNER:
            yield from _moments(value.get(name), depth=depth - 1)
    elif isinstance(value, list) and depth:
        for entry in value[:1]:
            yield from _moments(entry, depth=depth - 1)
    elif isinstance(value, str | int | float | date) and not isinstance(value, bool):
        yield str(value)


def _day_of_epoch(written: str) -> date | None:
    """Read the seconds, or thousandths of seconds, since 1970."""
    if not _EPOCH.fullmatch(written.strip()):
        return None
    moment = float(written)
    seconds = moment / 1000 if moment > 1e11 else moment
    return datetime.fromtimestamp(seconds, tz=UTC).date() if seconds > _EARLIEST_EPOCH else None
