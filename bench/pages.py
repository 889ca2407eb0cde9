"""Measure what is read of saved web pages, beside trafilatura alone.

    python -m bench.pages FOLDER [--print]

FOLDER holds `pages/annotations.jsonl` and `pages/pages.tar.xz`: pages with their title, their day, passages of the
article (`with`) and passages that are not part of it (`without`), annotated by people. A day or a title that is empty
means that the page has none; null means not annotated. Some pages without an annotated day state one in their metadata:
"stated nowhere" leaves them out. A heading is glued if a sentence contains a heading of the page
of at least 20 characters and more text. It prints a table and writes `bench/results/pages.json`.
"""

import argparse
import io
import json
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trafilatura
from lxml import html

from index.core.errors import UnreadableArticle
from index.core.formatting import one_line
from index.core.limits import LIMITS
from index.reading.readers import read_articles
from index.text.datelines import parse_date
from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.evaluation.evaluate import commit_of

ROOT = Path(__file__).parent.parent
RESULT = Path(__file__).parent / "results" / "pages.json"
_DAY_IN_METADATA = re.compile(rb"article:published_time|\"datePublished\"")
_SHORTEST_HEADING = 20  # characters; shorter ones appear in prose by chance


@dataclass(frozen=True, slots=True)
class Page:
    """A saved page and what people found in it."""

    name: str
    content: bytes
    title: str | None
    day: str | None
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader found in a page."""

    title: str = ""
    day: str = ""
    text: str = ""
    start: int = 0  # of the body


def read_pages(folder: Path) -> Iterator[Page]:
    """Yield the pages of the set."""
    entries = map(json.loads, (folder / "annotations.jsonl").read_text(encoding="utf-8").splitlines())
    known = {entry["file"]: entry for entry in entries}
    with tarfile.open(folder / "pages.tar.xz") as archive:
        for member in archive:
            name = Path(member.name).name
            content = archive.extractfile(member)
            if content is not None and (one := known.get(name)):
                yield Page(name, content.read(), one["title"], one["date"], tuple(one["with"]), tuple(one["without"]))


def read_ours(page: Page) -> Found:
    """Read a page as a file of the shelf."""
    try:
        read = next(read_articles(page.name, io.BytesIO(page.content), max_bytes=LIMITS.parsed_bytes), None)
    except UnreadableArticle:
        return Found()
    if read is None or read.article is None:
        return Found()
    article = read.article
    return Found(article.title, str(article.published or ""), article.text, article.body.start)


def read_plain(page: Page) -> Found:
    """Read a page with trafilatura alone."""
    found = trafilatura.bare_extraction(page.content, with_metadata=True, include_comments=False)
    if found is None or isinstance(found, dict):
        return Found()
    return Found(found.title or "", found.date or "", found.text or "")


def _plain(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()


def judge(page: Page, found: Found, headings: set[str]) -> Counter[str]:
    """Count what is right and wrong."""
    counts = Counter[str](pages=1, read=bool(found.text))
    if page.title:
        counts["titles"] += 1
        counts["title"] += _plain(found.title).casefold() == _plain(page.title).casefold()
    if page.day and (day := parse_date(page.day)):
        counts["days"] += 1
        counts["day"] += found.day == str(day)
        counts["day wrong"] += bool(found.day) and found.day != str(day)
    elif page.day == "":
        counts["undated"] += 1
        counts["invented"] += bool(found.day)
        if not _DAY_IN_METADATA.search(page.content):
            counts["stated nowhere"] += 1
            counts["from nowhere"] += bool(found.day)
    text = _plain(found.text)
    counts["with"] += len(page.wanted)
    counts["kept"] += sum(_plain(words) in text for words in page.wanted)
    counts["without"] += len(page.unwanted)
    counts["leaked"] += sum(_plain(words) in text for words in page.unwanted)
    for span in split_sentences(found.text, Span(found.start, len(found.text))):
        sentence = one_line(span.cut(found.text))
        counts["sentences"] += 1
        counts["glued"] += any(heading in sentence and heading != sentence for heading in headings)
    return counts


def headings_of(page: Page) -> set[str]:
    """Return the headings of a page that are long enough to be recognised in a sentence."""
    tree = html.document_fromstring(page.content)
    headings = {one_line(str(one.text_content())) for one in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")}
    return {heading for heading in headings if len(heading) >= _SHORTEST_HEADING and heading[-1] not in ".!?:…"}


def figures(counts: Counter[str]) -> dict[str, float]:
    """Return the shares that are published."""
    shares = {
        "read": ("read", "pages"),
        "title exact": ("title", "titles"),
        "day exact": ("day", "days"),
        "day wrong": ("day wrong", "days"),
        "day invented": ("invented", "undated"),
        "day invented, stated nowhere": ("from nowhere", "stated nowhere"),
        "passages kept": ("kept", "with"),
        "passages leaked": ("leaked", "without"),
        "sentences with a heading glued on": ("glued", "sentences"),
    }
    return {name: round(counts[part] / max(1, counts[whole]), 4) for name, (part, whole) in shares.items()}


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the folder with the data sets")
    parser.add_argument("--print", action="store_true", help="print every page whose title or day is not as annotated")
    asked = parser.parse_args()
    ours, plain = Counter[str](), Counter[str]()
    for page in read_pages(asked.folder / "pages"):
        headings = headings_of(page)
        found = read_ours(page)
        counts = judge(page, found, headings)
        ours += counts
        plain += judge(page, read_plain(page), headings)
        if asked.print and (counts["titles"] > counts["title"] or counts["days"] > counts["day"] or counts["invented"]):
            print(f"{page.name} {page.title!r} → {found.title!r}, {page.day!r} → {found.day!r}")
    measured = {"dateline": figures(ours), "trafilatura": figures(plain)}
    result = {
        "commit": commit_of(ROOT),
        "pages": ours["pages"],
        "undated pages": ours["undated"],
        "pages whose day is stated nowhere": ours["stated nowhere"],
        "figures": measured,
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(f"{'':36} dateline  trafilatura")
    for name, value in measured["dateline"].items():
        print(f"{name:36} {value:8.4f}  {measured['trafilatura'][name]:11.4f}")


if __name__ == "__main__":
    main()
