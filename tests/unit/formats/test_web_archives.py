"""Web archives: the articles of saved pages are read, and broken, hostile or oversized archives are refused."""

import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date

import pytest

from index.core.errors import UnreadableArticle
from index.core.limits import Limits
from index.formats.parsed import Parsed
from index.formats.parsers import kind_of
from index.formats.web_archives import parse_epub, parse_mhtml, parse_warc
from index.reading.readers import read_article
from tests.support.formats import make_zip

PROSE = "The weir at Tarn held on Monday, divers said. It was built in 1931 and has four gates, the council said."
PAGE = f"<html><head><title>Weir holds</title></head><body><h1>Weir holds</h1><p>{PROSE}</p></body></html>"
MENU = f"<html><body>{'<p><a href=x>A long list of other stories</a></p>' * 9}</body></html>"
CONTAINER = '<container><rootfiles><rootfile full-path="OPS/c.opf"/></rootfiles></container>'


def mhtml(page: str, address: str = "https://tarn.example/2026/05/04/weir") -> bytes:
    return (
        'From: <Saved by Blink>\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n'
        f"--b\nContent-Type: text/html\nContent-Location: {address}\n\n{page}\n--b\n"
        f"Content-Type: image/gif\nContent-Transfer-Encoding: base64\n\nR0lG\n--b--\n"
    ).encode()


def record(page: bytes, status: str = "200 OK", kind: str = "text/html", more: str = "") -> bytes:
    body = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}\r\n".encode() + page
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://tarn.example/weir\r\n"
        "WARC-Date: 2026-06-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def epub(pages: Sequence[str], metadata: str = "", head: str = "") -> bytes:
    items = "".join(
        f'<item id="p{number}" href="a%20{number}.xhtml" media-type="application/xhtml+xml"/>'
        for number in range(len(pages))
    )
    spine = "".join(f'<itemref idref="p{number}"/>' for number in reversed(range(len(pages))))
    package = (
        f'{head}<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    files = {f"OPS/a {number}.xhtml": page.encode() for number, page in enumerate(pages)}
    return make_zip({"META-INF/container.xml": CONTAINER.encode(), "OPS/c.opf": package.encode(), **files})


def test_a_saved_page_has_the_day_and_address_that_it_states() -> None:
    article = read_article("a.mhtml", mhtml(PAGE))
    assert (article.title, article.url) == ("Weir holds", "https://tarn.example/2026/05/04/weir")
    assert article.published == date(2026, 5, 4)
    assert article.body.cut(article.text) == PROSE


def test_pages_of_a_web_archive_are_articles_and_other_records_are_not() -> None:
    image, moved = record(b"GIF", kind="image/gif"), record(PAGE.encode(), status="302 Found")
    packed = record(gzip.compress(PAGE.encode()), more="Content-Encoding: gzip\r\n")
    found = parse_warc("a.warc", image + record(PAGE.encode()) + moved + packed)
    assert [PROSE in page.text for page in found] == [True, True]
    assert found[0].stated["url"] == "https://tarn.example/weir"
    assert "published" not in found[0].stated, "the day it was saved is not the day it was published"


def test_a_page_that_cannot_be_read_stops_no_other() -> None:
    image = record(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe\x81")
    packed = record(b"\x0b\x02\x80\x00\x81\xff\x00", more="Content-Encoding: br\r\n")
    found = parse_warc("a.warc", image + packed + record(PAGE.encode()))
    assert [bool(page.text) for page in found][-1]
    assert len(found) > 1
    assert all(page.reason and not page.reason.startswith("a.warc") for page in found[:-1])
    with zipfile.ZipFile(io.BytesIO(epub([PAGE, PAGE]))) as book:
        files = {name: book.read(name) for name in book.namelist()}
    del files["OPS/a 1.xhtml"]
    first, second = parse_epub("a.epub", make_zip(files))
    assert (first.text, bool(first.reason), PROSE in second.text) == ("", True, True)


def test_a_compressed_web_archive_is_read() -> None:
    assert kind_of("A.WARC.gz") == ".warc.gz"
    assert read_article("a.warc.gz", gzip.compress(record(PAGE.encode()))).title == "Weir holds"


def test_the_pages_of_an_epub_are_articles_in_its_order() -> None:
    other = PAGE.replace("Weir holds", "Weir stands")
    found = parse_epub("a.epub", epub([PAGE, MENU, other], metadata="<dc:date>2026-05-04</dc:date>"))
    assert [page.stated["title"] for page in found] == ["Weir stands", "Weir holds"]
    assert {page.stated["published"] for page in found} == {"2026-05-04"}


def test_the_day_of_an_epub_is_that_of_its_publication() -> None:
    other = '<dc:date opf:event="modification" xmlns:opf="http://www.idpf.org/2007/opf">2026-06-01</dc:date>'
    stated = other.replace("modification", "publication").replace("06-01", "05-04")
    (found,) = parse_epub("a.epub", epub([PAGE], other + stated))
    assert found.stated["published"] == "2026-05-04"
    assert found.origins["published"] == "issue"
    own = PAGE.replace("<head>", '<head><meta name="date" content="2026-05-02">')
    (found,) = parse_epub("a.epub", epub([own], stated))
    assert (found.stated["published"], found.origins["published"]) == ("2026-05-02", "metadata:date")
    (found,) = parse_epub("a.epub", epub([PAGE], other))
    assert "published" not in found.stated


@pytest.mark.parametrize(
    ("parse", "content", "why"),
    [
        (parse_mhtml, b"", "no article text"),
        (parse_mhtml, mhtml("<p></p>"), "no article text"),
        (parse_warc, b"no archive", "damaged"),
        (parse_warc, gzip.compress(record(PAGE.encode()))[:60], "damaged|no article text"),
        (parse_warc, record(b"GIF", kind="image/gif"), "no article text"),
        (parse_epub, b"PK", "damaged"),
        (parse_epub, make_zip({"a.xhtml": PAGE.encode()}), "damaged"),
        (parse_epub, epub([MENU]), "no article text"),
    ],
)
def test_a_broken_archive_is_refused(parse: Callable[[str, bytes], Sequence[Parsed]], content: bytes, why: str) -> None:
    with pytest.raises(UnreadableArticle, match=why):
        parse("a.x", content)


def test_entities_of_an_epub_are_not_expanded() -> None:
    bomb = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 99}">' for n in range(9))
    head = f'<!DOCTYPE p [<!ENTITY e0 "2026"><!ENTITY f SYSTEM "file:///etc/hostname">{bomb}]>'
    with pytest.raises(UnreadableArticle, match="damaged"):
        parse_epub("a.epub", epub([PAGE], "<dc:date>&e9;</dc:date>", head))
    (found,) = parse_epub("a.epub", epub([PAGE], "<dc:date>&f;</dc:date>", head))
    assert "published" not in found.stated


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("packed", "web_archives"):
        monkeypatch.setattr(f"index.formats.{module}.LIMITS", Limits(packed_bytes=10_000))
    packed = record(gzip.compress(b"x" * 50_000), more="Content-Encoding: gzip\r\n")
    for parse, content in ((parse_warc, packed), (parse_epub, epub(["x" * 50_000]))):
        with pytest.raises(UnreadableArticle, match=r"unpacks? to more than"):
            parse("a.x", content)
