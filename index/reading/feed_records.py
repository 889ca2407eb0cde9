"""Feed records: make records of the items of a feed or of a news message in XML."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from index.formats.sandbox import parse
from index.reading.json_records import Record, make_record

FEED_KINDS = (".xml", ".rss", ".atom")


def read_feed(path: str, content: bytes) -> Iterator[Record]:
    """Yield the items of a file. One that is a single article has the path of the file.

    Raises UnreadableArticle if the file is not well-formed XML, or is none of feeds and news.
    """
    for number, parsed in enumerate(parse(path, content), start=1):
        fields = dict(parsed.stated)
        is_item = bool(fields.pop("id", ""))
        own = f"{path}#{number}" if is_item else path
        if parsed.reason or not (fields.get("content") or fields.get("description")):
            reason = parsed.reason or "no text in it. Expected content or a description. Add its page, or remove it."
            yield Record(own, b"", reason=f"{own}: {reason}")
            continue
        its_content = json.dumps(fields, sort_keys=True).encode() if is_item else content
        yield make_record(own, its_content, fields, parsed.guessed, names={}, kind="item")


def read_items(path: str, content: bytes) -> list[Mapping[str, str]]:
    """Return the fields of the items of a feed, by the names that records have, and the "id" of each.

    Withdrawn items, and those with neither text nor an address, are left out. Raises UnreadableArticle if it is no
    feed.
    """
    parsed = (one.stated for one in parse(path, content) if not one.reason)
    found = [fields for fields in parsed if {"content", "description", "url"} & fields.keys() and "id" in fields]
    uses = Counter(fields["id"] for fields in found)
    # Some feeds call all items alike.
    return [{**fields, "id": _own_id(fields)} if uses[fields["id"]] > 1 else fields for fields in found]


def _own_id(fields: Mapping[str, str]) -> str:
    return " ".join(fields.get(name, "") for name in ("id", "url", "title"))
