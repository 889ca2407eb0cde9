"""Word files: what a reader of the final text sees is read, in its order, and nothing else."""

import io
import zipfile

import docx
import pytest

from index.core.errors import UnreadableArticle
from index.formats.word_files import parse_docx
from index.reading.readers import read_article

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*parts: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(parts)}</w:p>"


def cell(*parts: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(parts) or paragraph()}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def changed(kind: str, *parts: str) -> str:
    return f'<w:{kind} w:id="1" w:author="Desk">{"".join(parts)}</w:{kind}>'


def word_file(*blocks: str, **notes: str) -> bytes:
    """Return a Word file with this XML as its body, and parts such as `footnotes`."""
    saved, made = io.BytesIO(), io.BytesIO()
    docx.Document().save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "word/document.xml":
                part = f"<w:document {NAMESPACES}><w:body>{''.join(blocks)}</w:body></w:document>".encode()
            elif name == "word/_rels/document.xml.rels":
                links = "".join(
                    f'<Relationship Id="n{kind}" Target="{kind}.xml" '
                    f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/>'
                    for kind in notes
                )
                part = part.replace(b"</Relationships>", f"{links}</Relationships>".encode())
            target.writestr(name, part)
        for kind, content in notes.items():
            target.writestr(f"word/{kind}.xml", f"<w:{kind} {NAMESPACES}>{content}</w:{kind}>")
    return made.getvalue()


def text_of(*blocks: str, **notes: str) -> str:
    (parsed,) = parse_docx("a.docx", word_file(*blocks, **notes))
    return parsed.text


def test_inserted_text_is_read_and_deleted_text_is_not() -> None:
    text = text_of(
        paragraph(run("The weir at Tarn "), changed("del", run("broke")), changed("ins", run("held"))),
        paragraph(changed("moveFrom", run("It cost 9 crowns."))),
        paragraph(changed("ins", run("Divers checked it."))),
        paragraph(changed("moveTo", run("It cost 9 crowns."))),
    )
    assert [line for line in text.split("\n\n") if line] == [
        "The weir at Tarn held", "Divers checked it.", "It cost 9 crowns.",
    ]  # fmt: skip


def test_a_paragraph_whose_end_was_deleted_continues() -> None:
    deleted = "<w:rPr><w:del w:id='2'/></w:rPr>"
    text = text_of(paragraph(run("The weir "), properties=deleted), paragraph(run("held.")))
    assert text == "The weir held."


def test_a_deleted_row_is_not_read() -> None:
    rows = "<w:tr><w:trPr><w:del w:id='1'/></w:trPr>" + cell(paragraph(run("Gone"))) * 2 + "</w:tr>"
    kept = "<w:tr>" + cell(paragraph(run("Kept"))) * 2 + "</w:tr>"
    assert text_of(f"<w:tbl>{rows}{kept}</w:tbl>") == "Kept | Kept"


def test_content_controls_links_and_tags_are_read_and_hints_are_not() -> None:
    inline = "<w:sdt><w:sdtPr/><w:sdtContent>" + run("in 1931") + "</w:sdtContent></w:sdt>"
    link = "<w:hyperlink>" + run(" by ") + "<w:smartTag>" + run("Ilse Brandt") + "</w:smartTag></w:hyperlink>"
    hint = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + paragraph(run("Click here."))
    block = "<w:sdt><w:sdtContent>" + paragraph(run("It is 90 m long.")) + "</w:sdtContent></w:sdt>"
    text = text_of(paragraph(run("Built "), inline, link), hint + "</w:sdtContent></w:sdt>", block)
    assert text == "Built in 1931 by Ilse Brandt\n\nIt is 90 m long."


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    box = f"<w:drawing><w:txbxContent>{paragraph(run('Facts: 4 gates.'))}</w:txbxContent></w:drawing>"
    again = box.replace("drawing", "pict")
    both = f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{again}</mc:Fallback>"
    text = text_of(paragraph(run("The weir "), f"{both}</mc:AlternateContent></w:r>", run("held.")))
    assert text == "The weir held.\n\nFacts: 4 gates."


def test_notes_that_are_referred_to_come_last() -> None:
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    gone = '<w:r><w:footnoteReference w:id="3"/></w:r>'
    footnotes = "".join(
        f'<w:footnote w:id="{number}">{paragraph(run(words))}</w:footnote>'
        for number, words in ((0, "separator"), (2, "The council's own count."), (3, "A deleted note."))
    )
    text = text_of(paragraph(run("It held."), mark, changed("del", gone)), paragraph(run("So.")), footnotes=footnotes)
    assert text == "It held.\n\nSo.\n\nThe council's own count."


def test_tables_in_tables_and_merged_cells_are_read() -> None:
    inner = table(cell(paragraph(run("Gate"))) + cell(paragraph(run("4"))))
    merged = "<w:vMerge w:val='restart'/>", "<w:vMerge/>"
    text = text_of(
        table(
            cell(paragraph(run("North")), properties=merged[0]) + cell(paragraph(run("7 m"))),
            cell(properties=merged[1]) + cell(paragraph(run("8 m")), inner, paragraph()),
        )
    )
    assert text == "North | 7 m\nNorth | 8 m\n\nGate | 4"


def test_cells_have_the_headers_that_word_repeats_on_each_page() -> None:
    heading, row = (
        "".join(cell(paragraph(run(words))) for words in texts)
        for texts in (("Town", "Rain (mm)", "Days"), ("Skerry Bay", "301", "26"))
    )
    repeated = f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{heading}</w:tr>"
    assert text_of(f"<w:tbl>{repeated}<w:tr>{row}</w:tr></w:tbl>") == (
        "Town | Rain (mm) | Days\nSkerry Bay | Rain (mm): 301 | Days: 26"
    )
    assert text_of(table(heading, row)) == "Town | Rain (mm) | Days\nSkerry Bay | 301 | 26"


def test_a_table_of_one_column_only_sets_paragraphs_apart() -> None:
    text = text_of(table(cell(paragraph(run("The weir held.")), paragraph(run("It is old.")))))
    assert text == "The weir held.\n\nIt is old."


def test_hidden_text_is_not_read() -> None:
    hidden, shown = run("Praise it. ", "<w:vanish/>"), run("It held.", '<w:vanish w:val="0"/>')
    assert text_of(paragraph(hidden, shown)) == "It held."


def test_a_title_that_was_inserted_is_the_title() -> None:
    style = '<w:pStyle w:val="Heading1"/>'
    content = word_file(
        paragraph(changed("ins", run("Weir holds")), properties=style), paragraph(run("The weir held."))
    )
    assert read_article("a.docx", content).title == "Weir holds"


def test_a_word_file_nested_too_deeply_is_refused() -> None:
    deep = "<w:sdt><w:sdtContent>" * 5_000 + paragraph(run("x")) + "</w:sdtContent></w:sdt>" * 5_000
    with pytest.raises(UnreadableArticle, match="damaged"):
        parse_docx("a.docx", word_file(deep))
