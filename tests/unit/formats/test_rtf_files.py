"""RTF files: what a reader sees is read, and damaged or hostile files are refused or harmless."""

import pytest

from index.core.errors import UnreadableArticle
from index.formats.rtf_files import parse_rtf
from index.reading.readers import read_article
from tests.unit.reading.test_press_databases import NEW_NEXIS, articles_of


def text_of(body: str) -> str:
    fonts = r"{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset238 Arial CE;}}"
    (parsed,) = parse_rtf("a.rtf", rf"{{\rtf1\ansi\ansicpg1252\deff0{fonts}{body}}}".encode("cp1252"))
    return parsed.text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"The weir\par held.", "The weir\n\nheld."),
        (r"The weir\line held.", "The weir\nheld."),
        (r"caf\'e9 \f1\'b3\f0  \u8220?yes\u8221? \u-10179?\u-8704?", "café ł “yes” 😀"),
        ("The café held.", "The café held."),
        (r"\{a\} b\\par", r"{a} b\par"),
        (r"The {\deleted old }{\v secret }weir\v  x\v0  held.", "The weir held."),
        (r"{\info{\title No}}{\header No\par}{\*\new No}{\pict\bin5 }}}}}00}It held.", "It held."),
        (r'{\field{\*\fldinst{HYPERLINK "http://x.example"}}{\fldrslt{It held.}}}', "It held."),
        (r"It held{\footnote  Own count.}.\par So.", "It held.\n\nSo.\n\nOwn count."),
        (r"{\shp{\*\shpinst{\shptxt Facts.\par}}{\shprslt Facts.}}It held.", "It held.\n\nFacts."),
        (r"\trowd\intbl North\cell 7 m\cell\row\trowd\intbl South\cell 8 m\cell\row", "North | 7 m\nSouth | 8 m"),
        (r"The sign |x| is a bar|\par\trowd\intbl a|b\cell c\cell\row", "The sign |x| is a bar|\n\na|b | c"),
    ],
)
def test_what_a_reader_sees_is_read(body: str, text: str) -> None:
    assert text_of(body) == text


def test_the_first_line_is_the_title() -> None:
    article = read_article("a.rtf", rb"{\rtf1 {\b Weir holds}\par May 4, 2026\par The weir held.\par}")
    assert (article.title, str(article.published)) == ("Weir holds", "2026-05-04")
    assert article.body.cut(article.text) == "The weir held."


def test_a_download_as_rtf_is_split() -> None:
    body = NEW_NEXIS.replace("\n\n", "\\par ")
    weir, snow = articles_of(f"{{\\rtf1 {body}}}", "a.rtf")
    assert (weir.title, snow.outlet) == ("Weir holds after flood", "Marl Monthly")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"The weir held.", "not an RTF file"),
        (rb"{\rtf1 The weir", "damaged"),
        (rb"{\rtf1 " + b"{" * 10_000, "damaged"),
        (rb"{\rtf1 \u99999999 }", "damaged"),
        (rb"{\rtf1\bin9999999999 x}", "damaged"),
    ],
)
def test_a_broken_file_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableArticle, match=why):
        parse_rtf("a.rtf", content)


def test_nested_notes_do_not_grow() -> None:
    depth = 5_000
    (parsed,) = parse_rtf("a.rtf", rb"{\rtf1 It held." + rb"{\footnote x" * depth + b"}" * depth + b"}")
    assert len(parsed.text) < 4 * depth
