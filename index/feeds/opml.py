"""OPML: read the list of feeds that a feed reader has exported."""

from pathlib import Path

from index.core.errors import UnreadableArticle
from index.core.formatting import one_line
from index.core.limits import LIMITS
from index.core.urls import is_web_address
from index.feeds.feed_list import title_or_host
from index.formats.xml_files import read_xml


def read_opml(file: Path) -> list[tuple[str, str]]:
    """Return the address and the title of each feed in a file, in order. Raises UnreadableArticle if it has none."""
    try:
        if file.stat().st_size > LIMITS.file_bytes:
            raise UnreadableArticle(
                f"{file}: larger than {LIMITS.file_bytes / 1e6:.0f} MB. Expected a list of feeds. Split it."
            )
        content = file.read_bytes()
    except OSError as error:
        raise UnreadableArticle(
            f"{file}: cannot be read ({error.strerror}). Expected an OPML file. Check its name."
        ) from None
    root, _ = read_xml(str(file), content)
    found = dict[str, str]()
    for outline in root.iter("outline"):
        stated = {name.lower(): one_line(value) for name, value in outline.attrib.items()}
        if is_web_address(address := stated.get("xmlurl", "")):
            found.setdefault(address, title_or_host(stated.get("title") or stated.get("text", ""), address))
    if not found:
        raise UnreadableArticle(
            f"{file}: no feed in it. Expected OPML with addresses as xmlUrl. Export it again, or add the feeds one by "
            "one."
        )
    return list(found.items())
