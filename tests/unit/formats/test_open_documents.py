"""OpenDocument files: the final text is read, and broken, hostile or oversized files are refused."""

import pytest

from index.core.errors import UnreadableArticle
from index.core.limits import Limits
from index.formats.open_documents import parse_odt
from index.reading.readers import read_article
from tests.support.formats import make_zip

NAMES = (
    " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table"))
    + ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)

NOTE = (
    "<text:p>It held<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Own count.</text:p>"
    "</text:note-body></text:note>.</text:p><text:p>So.</text:p>"
)
CELLS = "".join(f"<table:table-cell><text:p>{words}</text:p></table:table-cell>" for words in ("North", "7 m"))
TABLE = f"<table:table><table:table-row>{CELLS}</table:table-row></table:table>"
HEADED = TABLE.replace(
    "<table:table>",
    "<table:table><table:table-header-rows><table:table-row>"
    "<table:table-cell><text:p>Gate</text:p></table:table-cell><table:table-cell><text:p>Depth</text:p></table:table-cell>"
    "</table:table-row></table:table-header-rows>",
)
SPANNED = HEADED.replace("<table:table-cell>", '<table:table-cell table:number-columns-spanned="x">')
NESTED = f"<table:table><table:table-row><table:table-cell>{TABLE}</table:table-cell></table:table-row></table:table>"
BOX = "<draw:frame><draw:text-box><text:p>Facts.</text:p></draw:text-box></draw:frame>"
UNSEEN = '<text:section text:display="none"><text:p>No</text:p></text:section>'


def odt(body: str, head: str = "") -> bytes:
    content = f"{head}<office:document-content {NAMES}><office:body><office:text>{body}</office:text></office:body>"
    return make_zip({"content.xml": f"{content}</office:document-content>".encode()})


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<text:h>Weir</text:h><text:p>It <text:span>held</text:span>.</text:p>", "Weir\n\nIt held."),
        ("<text:p>It<text:s/>held<text:line-break/>all<text:tab/>night.</text:p>", "It held\nall\tnight."),
        ("<text:tracked-changes><text:p>No</text:p></text:tracked-changes><text:p>It held.</text:p>", "It held."),
        ("<text:p>It<office:annotation><text:p>No</text:p></office:annotation> held.</text:p>", "It held."),
        (NOTE, "It held.\n\nSo.\n\nOwn count."),
        (TABLE, "North | 7 m"),
        (NESTED, "North | 7 m"),
        (HEADED, "Gate | Depth\n\nNorth | Depth: 7 m"),
        (SPANNED, "Gate | Depth\n\nNorth | Depth: 7 m"),
        (f"<text:p>It{BOX} held.</text:p><text:p>So.</text:p>", "It held.\n\nFacts.\n\nSo."),
        (f"{UNSEEN}<text:p>It<text:hidden-text>No</text:hidden-text> held.</text:p>", "It held."),
        ('<text:p>It <text:hidden-text text:is-hidden="false">held.</text:hidden-text></text:p>', "It held."),
    ],
)
def test_the_final_text_is_read(body: str, text: str) -> None:
    (parsed,) = parse_odt("a.odt", odt(body))
    assert parsed.text == text


def test_the_first_line_is_the_title() -> None:
    body = "<text:h>Weir holds</text:h><text:p>May 4, 2026</text:p><text:p>The weir at Tarn held on Monday.</text:p>"
    article = read_article("a.odt", odt(body))
    assert (article.title, str(article.published)) == ("Weir holds", "2026-05-04")


@pytest.mark.parametrize("content", [b"PK", make_zip({"a.xml": b"<a/>"}), make_zip({"content.xml": b"<a>"})])
def test_a_broken_file_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableArticle, match="damaged or locked"):
        parse_odt("a.odt", content)


def test_tables_in_tables_do_not_grow() -> None:
    body = "<text:p>It held.</text:p>"
    for wrapper in ("table:table-row", "table:table-header-rows><table:table-row"):
        nested = body
        for _ in range(30):
            closing = "></".join(reversed(wrapper.split("><")))
            nested = f"<table:table><{wrapper}><table:table-cell>{nested}</table:table-cell></{closing}></table:table>"
        (parsed,) = parse_odt("a.odt", odt(nested))
        assert parsed.text == "It held."


def test_entities_and_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    head = '<!DOCTYPE p [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(UnreadableArticle, match="declares XML entities"):
        parse_odt("a.odt", odt("<text:p>It held&f;.</text:p>", head))
    monkeypatch.setattr("index.formats.packed.LIMITS", Limits(packed_bytes=1_000))
    with pytest.raises(UnreadableArticle, match="unpacks to more than"):
        parse_odt("a.odt", odt(f"<text:p>{'x' * 2_000}</text:p>"))
    monkeypatch.setattr("index.formats.packed.LIMITS", Limits(packed_entries=2))
    with pytest.raises(UnreadableArticle, match="unpacks to more than"):
        parse_odt("a.odt", make_zip(dict.fromkeys(("content.xml", "a.xml", "b.xml"), b"")))
