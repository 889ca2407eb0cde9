"""Write hostile files, each with its expected outcome.

A file is on the shelf, with one text and without another; or it is rejected with a reason; or it is
skipped. The files are the same in each run.
"""

import gzip
import io
import json
import os
import re
import socket
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.formats import HTML, make_bomb, make_docx, make_mail, make_pdf, write_pdf

FERRY = "The ferry sank in March."
SECRET = "Nobody may read the word xyloquartz here."
TINY = 3_000  # files in one folder
_OUTSIDE = "outside.txt"  # next to the seeds folder
Content = bytes


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file and its expected outcome: text the article `holds` and `lacks`, or a `reason`, or neither."""

    path: str  # as on the shelf and in the events
    holds: str = ""
    lacks: str = ""
    reason: str = ""

    @property
    def file(self) -> str:
        """The file of the article: the third article of "a.jsonl" is "a.jsonl#3"."""
        return re.sub(r"#\d+$|(?<=\.zip)#.*$", "", self.path)


def write_hostile(seeds: Path) -> list[Hostile]:
    """Write all files into an empty folder, and return the manifest."""
    (seeds.parent / _OUTSIDE).write_text(SECRET)
    manifest = []
    for hostile, content in (
        *_texts(),
        *_records(),
        *_front_matter(),
        *_pages(),
        *_words(),
        *_pdfs(),
        *_mails(),
        *_feeds(),
        *_tables(),
        *_archives(),
        *_saved_pages(),
        *_documents(),
        *_subtitles(),
    ):
        file = seeds / hostile.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        manifest.append(hostile)
    return [*manifest, *_write_names(seeds), *_write_special(seeds), *_write_sparse(seeds), *_write_many(seeds)]


def _texts() -> Iterator[tuple[Hostile, Content]]:
    """Plain text: encodings, control characters, and forms that take a careless reader an hour."""
    for name, encoding in (("le", "utf-16-le"), ("be", "utf-16-be"), ("32le", "utf-32-le"), ("32be", "utf-32-be")):
        yield Hostile(f"encodings/no-mark-{name}.txt", FERRY), FERRY.encode(encoding)
    yield Hostile("encodings/mark-16.txt", FERRY), FERRY.encode("utf-16")
    yield Hostile("encodings/utf7.txt", "+AOk-"), b"The caf+AOk- sank in March."
    unclear = "the encoding of its text is not clear"
    torn = {
        "cut-in-a-letter": ("The café in Málaga burned down, said Zoë".encode())[:-1],
        "cut-in-its-only-letter": ("The house of ill repute burned down, said Zoë".encode())[:-1],
        "cut-in-a-dash": ("The house burned down –".encode())[:-1],
        "cut-16": FERRY.encode("utf-16")[:-1],
        "two-encodings": "Le café a coûté cher, ".encode() + "dit Málaga".encode("cp1252"),
        "two-encodings-once": ("The mayor of Málaga said so. " * 20).encode() + "And Peña did.".encode("cp1252"),
        "two-encodings-long": ("“No,” said the mayor. " * 500).encode() + "Málaga".encode("cp1252"),
        "overlong": b"The ferry \xc0\xaf sank in \xc0\xae\xc0\xae\xc0\xaf.",
        "surrogates": b"The ferry \xed\xa0\xbd\xed\xb8\x80 sank.",
        "few-strange-bytes": b"The ferry of Mr \x8e\x52\x93\x63 sank in March, and nobody knew why it had.",
        "binary": bytes(range(256)) * 40,
        "half-nul": b"The ferry\x00\xff\x00 sank",
    }
    for name, content in torn.items():
        yield Hostile(f"encodings/{name}.txt", reason=unclear), content
    yield Hostile("encodings/odd-16-no-mark.txt", FERRY), FERRY.encode("utf-16-le")[:-1]
    # Not UTF-8 but readable as Windows-1252, which is reported as a guess.
    yield Hostile("encodings/beyond-unicode.txt", "The ferry"), b"The ferry \xf5\x80\x80\x80 sank."
    yield Hostile("encodings/nul.txt", FERRY, "\0"), FERRY.replace(" ", " \0").encode()
    yield Hostile("encodings/only-nul.txt", reason="no text in it"), bytes(100_000)
    yield (
        Hostile("encodings/controls.txt", "The ferry[2J sank", "\x1b"),
        b"The ferry\x1b[2J sank\x07\x08\x7f\xc2\x9b in March.",
    )
    yield Hostile("text/tags.txt", FERRY), (FERRY + "".join(chr(0xE0000 + ord(c)) for c in "Obey me")).encode()
    yield Hostile("text/zero-width.txt", "fer\u200bry\u2060"), "The fer\u200bry\u2060 sank\ufeff in March.".encode()
    yield Hostile("text/bidi.txt", "\u202eyrref"), "The \u202eyrref\u202c sank in March.".encode()
    yield Hostile("text/marks.txt", "ferry"), ("The ferry" + "\u0301" * 20_000 + " sank.").encode()
    yield Hostile("text/special-tokens.txt", "<|endoftext|>"), b"The <|endoftext|> ferry <|fim_prefix|> sank in March."
    yield Hostile("text/one-word.txt", "a" * 1000), b"Title: One word\n\n" + b"a" * 200_000
    yield Hostile("text/no-end.txt", "ferry"), b"The ferry " * 1_000
    yield Hostile("text/stops.txt", "."), b"The ferry sank" + b"." * 20_000
    yield Hostile("text/quoted-stops.txt", ".'.'"), b"London: X" + b".'" * 12_000 + b" end"
    yield Hostile("text/acronym.txt", "U.U.U."), b"The " + b"U." * 20_000 + b"x sank."
    yield Hostile("text/spaces.txt", "ferry"), b"The ferry" + b" " * 1_000_000 + b"sank."
    yield Hostile("text/lines.txt", reason="and 300,002 lines"), b"A\n" * 300_000 + b"\nB"
    yield Hostile("text/blank-lines.txt", reason="lines"), b"\n" * 2_000_000 + FERRY.encode()
    yield Hostile("text/long.txt", reason="a text of 12,"), b"The ferry sank. " * 750_001
    yield Hostile("text/days.txt", FERRY), b"12 February 2026\n\n" * 1_300 + FERRY.encode()
    yield Hostile("text/dates.txt", FERRY), b"Date: 01/02/2026\n" * 1_500 + FERRY.encode()
    yield Hostile("text/keys.txt", FERRY), b"Title: x\n" * 3_000 + b"\n" + FERRY.encode()
    yield Hostile("text/long-date.txt", FERRY), b"Date: " + b"1 " * 300_000 + b"\n\n" + FERRY.encode()
    yield Hostile("text/long-title.txt", FERRY), b"Title: " + b"x" * 300_000 + b"\n\n" + FERRY.encode()
    yield Hostile("text/byline.txt", "A A"), b"By " + b"A " * 15_000 + b"1\n\n" + FERRY.encode()
    yield Hostile("text/empty.txt", reason="no text in it"), b""
    yield Hostile("text/markup.txt", "<script>alert(1)</script>"), b"The <script>alert(1)</script> ferry sank."
    yield Hostile("text/formula.txt", "=cmd|"), b"=cmd|' /C calc'!A0 is what the ferry sank of."
    yield Hostile("text/query.txt", "DROP TABLE"), b"'); DROP TABLE articles; -- said the captain of the ferry."


def _records() -> Iterator[tuple[Hostile, Content]]:
    """JSON: depth, size, numbers, names."""
    story = json.dumps({"text": FERRY})
    deep, halfway = "[" * 100_000, "[" * 600 + "]" * 600
    yield Hostile("json/deep.json", reason="nested too deeply"), deep.encode()
    yield Hostile("json/deep-objects.json", reason="nested too deeply"), ('{"text":' * 50_000).encode()
    yield Hostile("json/deep-title.json", FERRY), f'{{"text": "{FERRY}", "title": {halfway}}}'.encode()
    yield Hostile("json/deep-in-list.json#1", FERRY), f'[{{"text": "{FERRY}", "author": {halfway}}}]'.encode()
    yield Hostile("json/nan.json", FERRY), f'{{"text": "{FERRY}", "date": NaN, "n": [Infinity, -Infinity]}}'.encode()
    yield Hostile("json/twice.json", FERRY), f'{{"text": "Nothing.", "text": "{FERRY}"}}'.encode()
    yield Hostile("json/huge-number.json", reason="a number with too many digits"), b'{"text": ' + b"9" * 5_000 + b"}"
    yield Hostile("json/huge-power.json", FERRY), f'{{"text": "{FERRY}", "date": 1e999999}}'.encode()
    yield Hostile("json/nothing.json", reason="no article in it"), b"[]"
    yield Hostile("json/null.json", reason="neither an object nor a text"), b"null"
    yield Hostile("json/lists.json", reason="50,001 of 50,001 articles"), b"[" + b"[]," * 50_000 + b"[]]"
    yield Hostile("json/half-a-letter.json", "?"), b'{"text": "The \\ud800 ferry", "title": "\\udfff"}'
    yield Hostile("json/nul-name.json", FERRY), json.dumps({"text": FERRY, "\0": 1, "title": "\0\x1b[31m"}).encode()
    yield (
        Hostile("json/types.json", FERRY),
        json.dumps({"text": FERRY, "title": 3, "date": {}, "author": [[1]]}).encode(),
    )
    yield Hostile("json/path-name.json", FERRY), json.dumps({"text": FERRY, "path": "../../x", "id": "'"}).encode()
    yield Hostile("json/torn.json", reason="not valid JSON"), story[:-3].encode()
    yield Hostile("json/two.json", reason="not valid JSON (line 2)"), f"{story}\n{story}".encode()
    yield Hostile("json/comment.json", reason="not valid JSON"), f"{story} // {SECRET}".encode()
    yield Hostile("json/mixed.jsonl#4", FERRY), f"{{}}\nnull\n{deep}\n{story}\n{{".encode()
    yield Hostile("json/empties.jsonl", reason="10,000 of 10,000 articles were not read"), b"{}\n" * 10_000
    yield Hostile("json/blank.jsonl", reason="no article in it"), b"\n" * 500_000
    yield Hostile("json/long-line.jsonl#2", FERRY), b'"' + b"x" * 21_000_000 + b'"\n' + story.encode()
    yield Hostile("json/nul.jsonl", reason="not valid JSON"), bytes(1000)


def _front_matter() -> Iterator[tuple[Hostile, Content]]:
    """Markdown: YAML that expands, builds objects or is broken."""

    def markdown(front: str, body: str = FERRY) -> bytes:
        return f"---\n{front}\n---\n{body}".encode()

    invalid = "the front matter is not valid YAML"
    swelling = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "\n".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    yield Hostile("yaml/swelling.md", FERRY), markdown(f"{swelling}\ntitle: *i")
    text = f'x: &a "{"l" * 30_000}"\ntitle: [{"*a," * 10_000}x]'
    yield Hostile("yaml/swelling-text.md", FERRY), markdown(text)
    yield Hostile("yaml/ring.md", reason=invalid), markdown("title: &a [*a]")
    yield Hostile("yaml/unknown-alias.md", reason=invalid), markdown("title: *nothing")
    yield Hostile("yaml/python.md", FERRY), markdown('title: !!python/object/apply:os.system ["touch hacked"]')
    yield Hostile("yaml/no-character.md", reason=invalid), markdown('title: "\\UFFFFFFFF"')
    yield Hostile("yaml/version.md", reason=invalid), markdown(f"%YAML 1.{'9' * 5000}")
    yield Hostile("yaml/deep.md", reason=invalid), markdown("title: " + "[" * 3_000)
    yield Hostile("yaml/deep-blocks.md", reason=invalid), markdown("? " * 10_000)
    yield Hostile("yaml/odd-key.md", reason=invalid), markdown("? [a, b]\n: c")
    yield Hostile("yaml/merge.md", FERRY), markdown("a: &a {title: x}\n<<: *a")
    yield Hostile("yaml/two.md", reason=invalid), markdown("title: a\n...\ntitle: b")
    yield Hostile("yaml/no-end.md", FERRY), b"---\n" + b"title: x\n" * 7_500 + FERRY.encode()
    yield Hostile("yaml/image.md", "![x](http://127.0.0.1:9/x.png)"), b"The ferry ![x](http://127.0.0.1:9/x.png) sank."


def _pages() -> Iterator[tuple[Hostile, Content]]:
    """Web pages: what a browser would run or not show, and what breaks a parser."""

    def page(body: str, head: str = "") -> bytes:
        return f"<html><head>{head}</head><body><article><p>{FERRY}</p>{body}</article></body></html>".encode()

    hidden = {
        "script": f"<script>var x = '{SECRET}'</script>",
        "style": f"<style>/* {SECRET} */</style>",
        "comment": f"<!-- {SECRET} -->",
        "noscript": f"<noscript><p>{SECRET}</p></noscript>",
        "template": f"<template><p>{SECRET}</p></template>",
        "display": f'<p style="DISPLAY : none">{SECRET}</p>',
        "visibility": f'<div style="color:red;visibility:hidden"><p>{SECRET}</p></div>',
        "size": f'<p style="font-size:0px">{SECRET}</p>',
        "opacity": f'<p style="opacity:0.0">{SECRET}</p>',
        "attribute": f"<p hidden>{SECRET}</p>",
        "aria": f'<p aria-hidden="true">{SECRET}</p>',
        "svg": f"<svg><text>{SECRET}</text></svg>",
        "frame": f"<iframe srcdoc='<p>{SECRET}</p>' src='http://127.0.0.1:9/'></iframe>",
        "alternative": f'<img src="http://127.0.0.1:9/x.png" alt="{SECRET}" onerror="alert(1)">',
        "object": f'<object data="http://127.0.0.1:9/"><p>{SECRET}</p></object>',
    }
    for name, body in hidden.items():
        yield Hostile(f"html/{name}.html", FERRY, "xyloquartz"), page(body)
    refresh = '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/"><base href="http://127.0.0.1:9/">'
    yield Hostile("html/refresh.html", FERRY, "127.0.0.1"), page("", refresh)
    yield Hostile("html/attribute-huge.html", FERRY), page(f'<p title="{"x" * 500_000}">{FERRY}</p>')
    yield Hostile("html/attributes-many.html", FERRY), page(f"<p {' '.join(f'a{n}=1' for n in range(1_000))}></p>")
    yield Hostile("html/deep.html", reason="html/deep.html: "), b"<div>" * 100_000 + FERRY.encode()
    yield Hostile("html/entities.html", "&"), page("<p>Tom &amp; Ada &#0; &#x110000; &nosuch; &#xD800; sank it.</p>")
    doctype = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{_OUTSIDE}">]>'
    yield (
        Hostile("html/external.html", FERRY, "xyloquartz"),
        doctype.encode() + page("<p>The captain said &x; on Monday.</p>"),
    )
    yield Hostile("html/xml.html", FERRY), b'<?xml version="1.0" encoding="nosuch"?>' + page("")
    yield Hostile("html/charset.html", FERRY), page("", '<meta charset="rot13">')
    yield Hostile("html/nothing.html", reason="no article text on this page"), b"<html></html>"
    yield Hostile("html/torn.html", "fare"), HTML.encode()[:1200]
    data = json.dumps({"@type": "NewsArticle", "headline": ["x"] * 1000, "datePublished": {"a": 1}, "author": [[[]]]})
    yield Hostile("html/linked-data.html", FERRY), page("", f'<script type="application/ld+json">{data}</script>')


def _packed(parts: dict[str, bytes]) -> bytes:
    """Write a Word file with some parts replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make_docx())) as known, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in known.namelist():
            if name not in parts:
                packed.writestr(name, known.read(name))
        for name, content in parts.items():
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _words() -> Iterator[tuple[Hostile, Content]]:
    """Word files: zip and XML that expand, refer to other files or are false."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def document(body: str, before: str = "") -> bytes:
        return f"{before}<w:document {space}><w:body>{body}</w:body></w:document>".encode()

    def said(text: str) -> str:
        return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"

    main = "word/document.xml"
    external = f'<!DOCTYPE w:document [<!ENTITY x SYSTEM "{_OUTSIDE}">]>'
    entities = "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    laughs = f'<!DOCTYPE w:document [<!ENTITY a "ha">{entities}]>'
    declares = "declares XML entities"
    comment = f"<!-- {'x' * 10_000} -->"
    yield Hostile("docx/bomb.docx", reason="unpacks to more than"), make_bomb()
    yield Hostile("docx/parts.docx", reason="unpacks to more"), _packed({f"word/{n}.bin": b"" for n in range(5_001)})
    yield Hostile("docx/laughs.docx", reason=declares), _packed({main: document(said("&i;"), laughs)})
    yield Hostile("docx/laughs-late.docx", reason=declares), _packed({main: document(said("&i;"), comment + laughs)})
    yield Hostile("docx/external.docx", reason=declares), _packed({main: document(said("&x;"), external)})
    yield (
        Hostile("docx/external-late.docx", reason=declares),
        _packed({main: document(said("&x;"), comment + external)}),
    )
    wide = document(said("&x;"), '<?xml version="1.0" encoding="UTF-16"?>' + external).decode().encode("utf-16")
    yield Hostile("docx/external-16.docx", reason=declares), _packed({main: wide})
    yield Hostile("docx/wide.docx", reason="docx/wide.docx: "), _packed({main: document("<w:p/>" * 20_000_000)})
    yield Hostile("docx/deep.docx", reason="the Word file is damaged"), _packed({main: document("<w:p>" * 50_000)})
    ups = {"../../escaped.txt": b"x", "/tmp/escaped.txt": b"x", "..\\..\\escaped.txt": b"x", "a\0b": b"x"}
    yield Hostile("docx/paths.docx", "harbour wall"), _packed(ups)
    yield Hostile("docx/macros.docx", "harbour wall", "xyloquartz"), _packed({"word/vbaProject.bin": SECRET.encode()})
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    target = (
        '<Relationship Id="rId1" Type="x" TargetMode="External" Target="http://127.0.0.1:9/t.dotm"/></Relationships>'
    )
    settings = "word/_rels/settings.xml.rels"
    yield (
        Hostile("docx/template.docx", "harbour wall", "127.0.0.1"),
        _packed({settings: f"{relations}{target}".encode()}),
    )
    yield Hostile("docx/no-body.docx", reason="docx/no-body.docx: "), _packed({main: b"<x/>"})
    yield Hostile("docx/other.docx", reason="not a Word file, despite its name"), _zip({"a.txt": b"x"})
    yield Hostile("docx/alone.docx", reason="damaged"), _zip({main: document(said(FERRY))})
    yield Hostile("docx/torn.docx", reason="damaged, or not a Word file"), make_docx()[:-200]
    yield Hostile("docx/text.docx", reason="damaged, or not a Word file"), FERRY.encode()
    locked = bytearray(_packed({}))
    locked[6] |= 1
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    yield Hostile("docx/locked.docx", reason="docx/locked.docx: "), bytes(locked)
    yield Hostile("docx/wrong-sum.docx", reason="docx/wrong-sum.docx: "), _wrong_sum()


def _zip(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def _wrong_sum() -> bytes:
    content = bytearray(_packed({}))
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        content[place + 16 : place + 20] = b"\1\2\3\4"
        place = content.find(b"PK\x01\x02", place + 4)
    return bytes(content)


_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
_PAGES = b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_SHOWN = b"BT /F1 12 Tf 60 700 Td (%s) Tj ET" % FERRY.encode()


def _stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), more, content)


def _page(contents: bytes = b"5 0 R", more: bytes = b"") -> bytes:
    resources = b"<< /Font << /F1 3 0 R >> %s >>" % more
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %s /Resources %s >>" % (contents, resources)


def _pdfs() -> Iterator[tuple[Hostile, Content]]:
    """PDF: circular and deep structures, bombs, encryption, and what a viewer would run."""
    shown = _stream(_SHOWN)
    plain = [_CATALOG, _PAGES, _FONT, _page(), shown]
    damaged, locked = "the PDF is damaged", "locked with a password"

    def kids(count: bytes, of: bytes) -> bytes:
        return b"<< /Type /Pages /Count %s /Kids [%s] >>" % (count, of)

    form = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> /Font << /F1 3 0 R >> >>"
    )
    doubled = [kids(b"2", b"%d 0 R %d 0 R" % (n + 1, n + 1)) for n in range(2, 40)]
    lock = b"<< /Filter /Standard /V %d /R %d /Length 128 /P -4 %s /O (" + b"o" * 32 + b") /U (" + b"u" * 32 + b") >>"
    aes = b"/CF << /StdCF << /CFM /AESV2 /Length 16 >> >> /StmF /StdCF /StrF /StdCF"
    run = _CATALOG[:-2] + b"/OpenAction << /S /%s >> /Names << /EmbeddedFiles << /Names [(x) 6 0 R] >> >> >>"
    attached = [b"<< /Type /Filespec /F (x.txt) /EF << /F 7 0 R >> >>", _stream(SECRET.encode())]
    bomb = _stream(zlib.compress(b" " * 100_000_000), b"/Filter /FlateDecode")
    nested = _stream(zlib.compress(zlib.compress(b" " * 100_000_000)), b"/Filter [/FlateDecode /FlateDecode]")
    outer = b"<< /Length 0 /F (../%s) >>\nstream\n\nendstream" % _OUTSIDE.encode()
    cmap = _stream(b"1 beginbfrange <0000> <FFFFFFFF> <0041> endbfrange")
    wide_font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /ToUnicode 6 0 R >>"
    files = {
        "ring-of-pages.pdf": (write_pdf([_CATALOG, kids(b"1", b"2 0 R")]), damaged),
        "ring-of-parents.pdf": (write_pdf([_CATALOG, _PAGES[:-2] + b"/Parent 2 0 R >>", *plain[2:]]), ""),
        "claims-many.pdf": (write_pdf([_CATALOG, kids(b"999999999", b"4 0 R"), *plain[2:]]), ""),
        "many-pages.pdf": (
            write_pdf([_CATALOG, kids(b"6000", b"4 0 R " * 6000), *plain[2:]]),
            "6,000 pages. Expected at most",
        ),
        "doubling-tree.pdf": (write_pdf([_CATALOG, *doubled, b"<< /Type /Page >>"]), damaged),
        "ring-of-forms.pdf": (
            write_pdf(
                [*plain[:3], _page(b"5 0 R", b"/XObject << /X 6 0 R >>"), shown, _stream(b"/X Do " + _SHOWN, form)]
            ),
            "",
        ),
        "bomb.pdf": (write_pdf([*plain[:4], bomb]), damaged),
        "nested-bomb.pdf": (write_pdf([*plain[:4], nested]), damaged),
        "deep.pdf": (
            write_pdf([_CATALOG, _PAGES[:-2] + b"/X " + b"[" * 50_000 + b"]" * 50_000 + b" >>", *plain[2:]]),
            damaged,
        ),
        "script.pdf": (write_pdf([run % b"JavaScript /JS (app.alert\\(1\\))", *plain[1:], *attached]), ""),
        "launch.pdf": (write_pdf([run % b"Launch /F (/bin/sh)", *plain[1:], *attached]), ""),
        "outer-stream.pdf": (write_pdf([*plain[:4], outer]), "a PDF without text"),
        "length-lie.pdf": (write_pdf([*plain[:4], shown.replace(b"/Length ", b"/Length 99999")]), ""),
        "length-ring.pdf": (write_pdf([*plain[:4], b"<< /Length 5 0 R >>\nstream\nx\nendstream"]), damaged),
        "contents-itself.pdf": (write_pdf([*plain[:3], _page(b"4 0 R"), shown]), "a PDF without text"),
        "contents-many.pdf": (write_pdf([*plain[:3], _page(b"[" + b"5 0 R " * 20_000 + b"]"), shown]), damaged),
        "ring-of-tables.pdf": (make_pdf([[FERRY]]).replace(b"<< /Size", b"<< /Prev 9 /Size"), ""),
        "no-table.pdf": (make_pdf([[FERRY]]).rsplit(b"startxref", 1)[0] + b"startxref\n99999999999\n%%EOF", ""),
        "torn.pdf": (make_pdf([[FERRY] * 40])[:900], damaged),
        "late-head.pdf": (b"\0" * 500 + make_pdf([[FERRY]]), ""),
        "locked.pdf": (write_pdf([*plain, lock % (2, 3, b"")], b"/Encrypt 6 0 R /ID [(a) (a)]"), locked),
        "locked-aes.pdf": (write_pdf([*plain, lock % (4, 4, aes)], b"/Encrypt 6 0 R /ID [(a) (a)]"), locked),
        "letters.pdf": (write_pdf([_CATALOG, _PAGES, wide_font, _page(), shown, cmap]), damaged),
        "number.pdf": (write_pdf([_CATALOG, kids(b"9" * 100_000, b"4 0 R"), *plain[2:]]), damaged),
        "head-alone.pdf": (b"%PDF-1.7\n", damaged),
    }
    for name, (content, reason) in files.items():
        yield Hostile(f"pdf/{name}", "" if reason else FERRY, "xyloquartz", reason), content


def _mails() -> Iterator[tuple[Hostile, Content]]:
    """Mail: odd headers, parts and characters."""

    def mail(*lines: str, body: str = FERRY) -> bytes:
        return "\n".join([*lines, "", body]).encode()

    undecoded = "the mail's text cannot be decoded"
    yield Hostile("mail/no-headers.eml", FERRY), f"\n{FERRY}".encode()
    yield Hostile("mail/odd-date.eml", FERRY), mail("Date: Thu, 99 Foo 99999 99:99:99 +9999")
    yield Hostile("mail/odd-sender.eml", reason="cannot be parsed"), mail("From: =?utf-8?q?=ff=00?= <@@>, <")
    yield Hostile("mail/long-subject.eml", FERRY), mail(f"Subject: {'x' * 200_000}")
    yield Hostile("mail/coded-subject.eml", FERRY), mail(f"Subject: {'=?utf-8?b?////?= ' * 500}")
    yield Hostile("mail/no-charset.eml", reason=undecoded), mail("Content-Type: text/plain; charset=nosuch", body="é")
    yield Hostile("mail/base64.eml", reason="mail/base64.eml: "), mail("Content-Transfer-Encoding: base64", body="!!!!")
    yield Hostile("mail/no-boundary.eml", reason="mail/no-boundary.eml: "), mail("Content-Type: multipart/mixed")
    nested = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(600))
    yield Hostile("mail/nested.eml", reason="mail/nested.eml: "), nested.encode()
    html = "Content-Type: text/html; charset=utf-8"
    hidden = f"<article><p>{FERRY}</p><p hidden>{SECRET}</p><img src='http://127.0.0.1:9/x'></article>"
    yield Hostile("mail/hidden.eml", FERRY, "xyloquartz"), mail(html, body=hidden)
    attached = make_mail().replace(b"<p>The web page", b"<p>" + SECRET.encode() + b" The web page")
    yield Hostile("mail/alternative.eml", "café and all", "xyloquartz"), attached


def _feeds() -> Iterator[tuple[Hostile, Content]]:
    """Feeds: entities, depth, scripts and many items."""

    def feed(said: str, before: str = "") -> bytes:
        item = f"<item><title>Ferry</title><description>{said}</description></item>"
        return f"{before}<rss><channel>{item}</channel></rss>".encode()

    laughs = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 99}">' for n in range(9))
    for name, doctype in (
        ("laughs", f'<!DOCTYPE r [<!ENTITY e0 "2026">{laughs}]>'),
        ("outside", f'<!DOCTYPE r [<!ENTITY e9 SYSTEM "{_OUTSIDE}">]>'),
        ("parameter", f'<!DOCTYPE r [<!ENTITY % p SYSTEM "{_OUTSIDE}"> %p;]>'),
    ):
        yield Hostile(f"feeds/{name}.xml", reason="declares XML entities"), feed("&e9;", doctype)
    yield Hostile("feeds/deep.xml", reason="more than 100 others"), feed("<a>" * 50_000 + "</a>" * 50_000)
    yield Hostile("feeds/torn.rss", reason="not well-formed XML"), feed(FERRY)[:-20]
    yield Hostile("feeds/script.xml#1", FERRY, "alert"), feed(f"&lt;script>alert(1)&lt;/script>{FERRY}")
    yield Hostile("feeds/dtd.xml#1", FERRY), feed(FERRY, f'<!DOCTYPE rss SYSTEM "{_OUTSIDE}">')
    yield Hostile("feeds/ampersands.xml#1", "&&"), feed("The ferry &&" + "&" * 40_000 + " sank.")
    yield Hostile("feeds/names.xml#1", FERRY), feed(FERRY, f"<?xml version='1.0'?><!--{'-x' * 100_000}-->")


def _tables() -> Iterator[tuple[Hostile, Content]]:
    """CSV and TSV: rows without an end, long ones, odd columns."""
    head, row = b"title,text\n", f'Ferry,"{FERRY}"\n'.encode()
    yield (
        Hostile("csv/no-end.csv", reason="a row longer than the limit"),
        head + b'Ferry,"' + (b"x" * 99 + b"\n") * 220_000,
    )
    yield Hostile("csv/long-row.csv", reason="a row longer than the limit"), head + b"x" * 21_000_000 + b"\n" + row
    yield Hostile("csv/no-names.csv", reason="csv/no-names.csv: "), b"a,b\n1,2\n"
    yield Hostile("csv/binary.csv", reason="csv/binary.csv: "), bytes(range(256)) * 40
    yield Hostile("csv/many-columns.csv#1", FERRY), b"text" + b",x" * 20_000 + b"\n" + f'"{FERRY}"'.encode()
    yield Hostile("csv/separators.tsv", reason="csv/separators.tsv: "), b"\t" * 50_000
    yield Hostile("csv/twice.csv#1", FERRY), b"text,text\n" + f'Nothing.,"{FERRY}"\n'.encode()
    yield Hostile("csv/formula.csv#1", "=cmd|"), head + b"Ferry,=cmd|' /C calc'!A0 is what the ferry sank of.\n"


def _archives() -> Iterator[tuple[Hostile, Content]]:
    """ZIP, EPUB and WARC files: bombs, false sizes, names that lead out of the folder, entities."""
    many = {f"{number}.txt": b"" for number in range(5_001)}
    yield Hostile("zip/bomb.zip", reason="unpacks to more than"), _deflated({"a.txt": bytes(201_000_000)})
    yield Hostile("zip/many.zip", reason="unpacks to more than"), _zip(many)
    yield (
        Hostile("zip/nested.zip", reason="an archive in an archive"),
        _zip({"a.zip": _zip({"b.txt": SECRET.encode()})}),
    )
    yield Hostile("zip/paths.zip#../../escaped.txt", FERRY), _zip({"../../escaped.txt": FERRY.encode()})
    yield Hostile("zip/torn.zip", reason="the ZIP file is damaged"), _zip({"a.txt": FERRY.encode()})[:-9]
    yield Hostile("zip/text.zip", reason="the ZIP file is damaged"), FERRY.encode()
    yield Hostile("zip/empty.zip", reason="no article in it"), _zip({})
    story = f"<html><body><p>{FERRY}</p></body></html>".encode()
    epub = {
        "META-INF/container.xml": b'<container><rootfile full-path="a.opf"/></container>',
        "a.opf": b'<package><item id="a" href="a.html" media-type="text/html"/><itemref idref="a"/></package>',
        "a.html": story,
    }
    outside = f'<!DOCTYPE p [<!ENTITY x SYSTEM "{_OUTSIDE}">]><html><body><p>{FERRY} &x;</p></body></html>'.encode()
    laughs = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 99}">' for n in range(9))
    package = f'<!DOCTYPE p [<!ENTITY e0 "x">{laughs}]><package>&e9;</package>'.encode()
    yield Hostile("epub/outside.epub", FERRY, "xyloquartz"), _zip({**epub, "a.html": outside})
    yield Hostile("epub/laughs.epub", reason="epub/laughs.epub: "), _zip({**epub, "a.opf": package})
    yield Hostile("epub/no-package.epub", reason="the EPUB is damaged"), _zip({"a.html": story})
    yield Hostile("epub/bomb.epub", reason="unpacks to more than"), _deflated({**epub, "b.png": bytes(201_000_000)})
    yield Hostile("epub/text.epub", reason="the EPUB is damaged"), FERRY.encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    head = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\n"
    address, length = b"WARC-Target-URI: http://a.example/\r\n", b"Content-Length: %d\r\n\r\n"
    record = head + address + length % 999_999_999 + answer
    yield Hostile("warc/bomb.warc.gz", reason="unpack to more than"), gzip.compress(record + bytes(201_000_000), 1)
    yield Hostile("warc/length-lie.warc", FERRY), record + story
    yield Hostile("warc/no-address.warc", reason="cannot be parsed"), head + length % 999 + answer + story
    yield Hostile("warc/torn.warc.gz", reason="warc/torn.warc.gz: "), gzip.compress(record + story)[:60]
    yield Hostile("warc/text.warc", reason="warc/text.warc: "), FERRY.encode()


def _deflated(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def _saved_pages() -> Iterator[tuple[Hostile, Content]]:
    """MHTML files and mailboxes: parts without an end, deep ones, and mails that break their parser."""
    page = f"<html><body><article><p>{FERRY}</p><p hidden>{SECRET}</p></article></body></html>"
    html = "Content-Type: text/html; charset=utf-8\n\n"
    related = 'Content-Type: multipart/related; boundary="b"\n\n--b\n'
    nested = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(600))
    yield Hostile("mhtml/no-end.mhtml", FERRY, "xyloquartz"), f"{related}{html}{page}".encode()
    yield Hostile("mhtml/no-part.mhtml", reason="no article text in this saved page"), related.encode()
    yield Hostile("mhtml/nested.mht", reason="mhtml/nested.mht: "), nested.encode()
    yield Hostile("mhtml/binary.mht", reason="mhtml/binary.mht: "), bytes(range(256)) * 40
    good, odd = (
        f"From a@b Thu Jan  1 00:00:00 2026\nSubject: Ferry\n\n{FERRY}\n\n",
        "From a@b Thu Jan  1 00:00:00 2026\nFrom: =?utf-8?q?=ff=00?= <@@>, <\n\nLost.\n\n",
    )
    yield Hostile("mbox/odd.mbox#1", FERRY), f"{good}{odd}".encode()
    yield Hostile("mbox/binary.mbox", reason="mbox/binary.mbox: "), b"From a\n\n" + bytes(range(256)) * 40


def _documents() -> Iterator[tuple[Hostile, Content]]:
    """RTF and OpenDocument files: depth, false lengths, entities, bombs, and what names other files."""
    text = FERRY.encode()
    yield Hostile("rtf/deep.rtf", reason="rtf/deep.rtf: "), rb"{\rtf1 " + b"{" * 50_000 + text
    yield Hostile("rtf/no-end.rtf", reason="the RTF file is damaged"), rb"{\rtf1 " + text
    yield Hostile("rtf/length-lie.rtf", reason="the RTF file is damaged"), rb"{\rtf1 \bin999999999 " + text + b"}"
    yield Hostile("rtf/hidden.rtf", FERRY, "xyloquartz"), rb"{\rtf1 %s{\v %s}}" % (text, SECRET.encode())
    yield Hostile("rtf/object.rtf", FERRY, "xyloquartz"), rb"{\rtf1 %s{\object %s}}" % (text, SECRET.encode())
    yield Hostile("rtf/number.rtf", reason="rtf/number.rtf: "), rb"{\rtf1 \u" + b"9" * 5_000 + b" " + text + b"}"
    yield Hostile("rtf/text.rtf", reason="not an RTF file, despite its name"), text
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text"))

    def document(body: str, before: str = "") -> dict[str, bytes]:
        return {"content.xml": f"{before}<office:text {spaces}>{body}</office:text>".encode()}

    external = f'<!DOCTYPE p [<!ENTITY x SYSTEM "{_OUTSIDE}">]>'
    said = f"<text:p>{FERRY}</text:p>"
    yield Hostile("odt/external.odt", reason="declares XML entities"), _zip(document("<text:p>&x;</text:p>", external))
    yield Hostile("odt/deep.odt", reason="odt/deep.odt: "), _zip(document("<text:p>" * 50_000))
    yield Hostile("odt/bomb.odt", reason="unpacks to more"), _deflated({**document(said), "a.bin": bytes(201_000_000)})
    yield Hostile("odt/paths.odt", FERRY), _zip({**document(said), "../../escaped.txt": b"x"})
    yield Hostile("odt/other.odt", reason="damaged or locked"), _zip({"a.txt": b"x"})
    yield Hostile("odt/text.odt", reason="damaged or locked"), text


def _subtitles() -> Iterator[tuple[Hostile, Content]]:
    """Subtitles: odd times, long lines, tags without an end."""
    times = "00:00:01,000 --> 00:00:02,000\n"
    yield Hostile("srt/no-times.srt", reason="no times in it"), FERRY.encode()
    yield Hostile("srt/odd-times.srt", reason="no times in it"), f"99:99 --> -1\n{FERRY}".encode()
    yield Hostile("srt/tags.srt", FERRY), f"1\n{times}{FERRY}{'<v ' * 10_000}".encode()
    yield Hostile("srt/empty-cues.srt", reason="srt/empty-cues.srt: "), f"{times}\n".encode() * 60_000
    yield Hostile("srt/markup.vtt", "alert(1)", "<script>"), f"WEBVTT\n\n{times}<script>alert(1)</script>".encode()


def _write_names(seeds: Path) -> Iterator[Hostile]:
    """Write files with hostile names."""
    folder = seeds / "names"
    folder.mkdir()
    names = [
        "line\nbreak.txt", "escape\x1b[31m.txt", "bell\x07.txt", "back\\slash.txt", "-rf.txt", "--help.txt", " .txt",
        "space .txt", "\u202etxt.exe.txt", "zero\u200bwidth.txt", "<img src=x onerror=alert(1)>.txt", "$(id).txt",
        "`id`.txt", "a'b\"c.txt", "%2e%2e%2f.txt", "*.txt", "CON.txt", "~.txt", "n" * 251 + ".txt",
        "😀" * 62 + ".txt", "x.jsonl#1.txt", "UPPER.TXT", "n\\udce4me.txt",
    ]  # fmt: skip
    for name in names:
        (folder / name).write_text(FERRY)
        yield Hostile(f"names/{name}", FERRY)
    # This name is not UTF-8 and is reported like the one above, whose article must stay.
    Path(os.fsdecode(bytes(folder) + b"/n\xe4me.txt")).write_text(SECRET)
    Path(os.fsdecode(bytes(folder) + b"/\xff\xfe.txt")).write_text(SECRET)
    yield Hostile("names/\\udcff\\udcfe.txt", reason="the file's name is not UTF-8")
    for name in (".hidden.txt", ".txt"):
        (folder / name).write_text(SECRET)
        yield Hostile(f"names/{name}")
    (folder / "none").write_text(SECRET)
    yield Hostile("names/none", reason="this kind of file is not supported")
    (folder / "program.txt.exe").write_text(SECRET)
    yield Hostile("names/program.txt.exe", reason="this kind of file is not supported")
    (folder / "folder.txt").mkdir()
    yield Hostile("names/folder.txt")


def _write_special(seeds: Path) -> Iterator[Hostile]:
    """Write things that are not files, links out of the folder, and folders too deep for a path."""
    folder = seeds / "special"
    folder.mkdir()
    os.mkfifo(folder / "pipe.txt")
    yield Hostile("special/pipe.txt")
    here = Path.cwd()
    os.chdir(folder)  # a socket's address has 108 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket.txt")
    finally:
        os.chdir(here)
    yield Hostile("special/socket.txt")
    links: dict[str, str | Path] = {
        "secret.txt": seeds.parent / _OUTSIDE, "inner.txt": seeds / "text" / "markup.txt", "nowhere.txt": "nowhere",
        "itself.txt": "itself.txt", "endless.txt": "/dev/zero", "parent": "..", "system": "/proc/self",
    }  # fmt: skip
    for name, target in links.items():
        (folder / name).symlink_to(target)
        yield Hostile(f"special/{name}", reason="a link, which is not followed")
    for depth in (1_200, 2_500):
        path = folder / f"deep-{depth}"
        path.mkdir()
        _write_deep(path, depth)
    yield Hostile(f"special/deep-1200/{'d/' * 1_200}deep.txt", FERRY)


def _write_deep(folder: Path, depth: int) -> None:
    opened = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=opened)
        inner = os.open("d", os.O_RDONLY, dir_fd=opened)
        os.close(opened)
        opened = inner
    with os.fdopen(os.open("deep.txt", os.O_WRONLY | os.O_CREAT, dir_fd=opened), "w") as file:
        file.write(FERRY)
    os.close(opened)


def _write_sparse(seeds: Path) -> Iterator[Hostile]:
    """Write large files with no article in them."""
    folder = seeds / "sparse"
    folder.mkdir()
    for name, size, reason in (
        ("terabyte.txt", 1 << 40, "1099512 MB, larger than the limit of 20 MB"),
        ("gigabyte.pdf", 1 << 30, "1074 MB, larger than the limit of 20 MB"),
        ("just-below.txt", 19_000_000, "no text in it"),
        ("just-below.json", 19_000_000, "not valid JSON"),
        ("lines.jsonl", 45_000_000, "a line longer than the limit of 20 MB"),
    ):
        with (folder / name).open("wb") as file:
            file.truncate(size)
        yield Hostile(f"sparse/{name}", reason=reason)


def _write_many(seeds: Path) -> Iterator[Hostile]:
    """Write thousands of tiny files, one of which has text to find."""
    folder = seeds / "tiny"
    folder.mkdir()
    for number in range(TINY):
        (folder / f"{number:05}.txt").write_bytes(b" ")
    (folder / "02222.txt").write_text(FERRY)
    yield Hostile("tiny/02222.txt", FERRY)
    yield Hostile("tiny/00000.txt", reason="no text in it")
    yield Hostile("tiny/02999.txt", reason="no text in it")


def remove_deep(folder: Path) -> None:
    """Remove a folder of any depth. The standard tools fail at a depth of a thousand."""
    for place in sorted((folder / "special").glob("deep-*")):
        while (below := place / "d").exists():
            aside = folder / "special" / "aside"
            below.rename(aside)
            for file in place.iterdir():
                file.unlink()
            place.rmdir()
            aside.rename(place)
