"""Word: a chat or a timeline as a Word file, each quote in a footnote to the statement that rests on it.

python-docx knows no footnotes, so the part that holds them is made here, after ECMA-376 part 1, 17.11.
"""

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from index.core.formatting import one_line, xml_line, xml_text
from rag.analysis.disagreements import Side, disagreements_of, sides_by_quote
from rag.analysis.figure_history import figure_history
from rag.analysis.timeline import Timeline
from rag.answering.models import Answer
from rag.evidence.citations import Citation, Statement, number_citations
from rag.evidence.permalinks import link
from rag.output.answer_text import (
    OVER_TIME,
    WITHOUT_MODEL,
    ending_note,
    level_words,
    page_words,
    quotes_beside,
    searched_line,
    sides_words,
    verdict_mark,
    with_days,
)
from rag.output.bibliography import Style, reference
from rag.output.timeline import by_days, event_days, timeline_notes
from rag.storage.notebook import Pin

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_FIRST = 1  # footnotes -1 and 0 are the lines that Word draws above them


def chat_word(title: str, answers: Sequence[Answer], *, style: Style, page: str = "") -> bytes:
    """Return a chat as the bytes of a .docx file: each question with its answer, and the quotes as footnotes.

    If `page` is the address of a page on this shelf, each footnote has a link to its quote.
    """
    document, notes = _begin(title), _Footnotes(style, page)
    for answer in answers:
        document.add_heading(xml_line(answer.question), level=2)
        _write_answer(document, answer, notes)
    return _finish(document, notes)


def timeline_word(timeline: Timeline, *, style: Style, page: str = "") -> bytes:
    """Return a timeline as the bytes of a .docx file: the days as headings, the places of quotes as footnotes."""
    document, notes = _begin(timeline.question), _Footnotes(style, page)
    for note in timeline_notes(timeline):
        document.add_paragraph(xml_line(note))
    for (first, last), those in by_days(timeline.events):
        document.add_heading(event_days(first, last), level=2)
        for event in those:
            _write_quote(document, event.citation, notes)
    return _finish(document, notes)


def notebook_word(pins: Sequence[Pin], *, style: Style, page: str = "") -> bytes:
    """Return a notebook as the bytes of a .docx file: each quote with its note, and its place as a footnote."""
    document, notes, asked = _begin("Notebook"), _Footnotes(style, page), ""
    for pin in pins:
        if pin.question != asked:
            document.add_heading(xml_line(asked := pin.question), level=2)
        if pin.citation:
            _write_quote(document, pin.citation, notes)
        else:
            document.add_paragraph(xml_line(pin.problem))
        for line in filter(str.strip, pin.note.splitlines()):
            document.add_paragraph(xml_line(line))
    return _finish(document, notes)


def _begin(title: str) -> "Document":
    import docx

    document = docx.Document()
    document.core_properties.title = xml_line(title)
    document.core_properties.author = ""
    document.add_heading(xml_line(title), level=1)
    return document


def _finish(document: "Document", notes: "_Footnotes") -> bytes:
    notes.put_into(document)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _write_answer(document: "Document", answer: Answer, notes: "_Footnotes") -> None:
    if answer.searched_as != one_line(answer.question):
        document.add_paragraph(xml_line(f"Searched for: {answer.searched_as}"))
    if answer.prose and answer.prose.statements:
        _write_statements(document, answer.prose.statements, notes)
    if note := ending_note(answer):
        document.add_paragraph(xml_line(note))
    if words := level_words(answer):
        document.add_paragraph(xml_line(words))
    _write_history(document, answer, notes)
    _write_quotes(document, answer, notes)


def _write_quotes(document: "Document", answer: Answer, notes: "_Footnotes") -> None:
    cited = [] if answer.prose and answer.prose.statements else list(number_citations(answer.statements))
    sides = sides_by_quote(answer)
    for citation in cited:
        _write_quote(document, citation, notes, sides.get(citation))
    if beside := quotes_beside(answer):
        document.add_paragraph(WITHOUT_MODEL)
        for citation in beside:
            _write_quote(document, citation, notes, sides.get(citation))
    if answer.level != "answers" and not answer.about_shelf:
        document.add_paragraph(xml_line(searched_line(answer)))
    for disagreement in disagreements_of(answer):
        words = " · ".join(words for _, words in sides_words(disagreement))
        document.add_paragraph(xml_line(f"{disagreement.title}: {words}. {disagreement.note}".rstrip()))
    for side in sides.values():
        if side.citation not in {*cited, *beside}:
            _write_quote(document, side.citation, notes, side)


def _write_history(document: "Document", answer: Answer, notes: "_Footnotes") -> None:
    if not (history := figure_history(answer)):
        return
    paragraph = document.add_paragraph(OVER_TIME)
    for place, (figure, day) in enumerate(with_days(history)):
        paragraph.add_run(f"{' →' if place else ''} {xml_line(figure.value)}")
        notes.refer(paragraph, figure.citation, quoted=True)
        paragraph.add_run(f" ({day})")


def _write_statements(document: "Document", statements: Sequence[Statement], notes: "_Footnotes") -> None:
    paragraph = document.add_paragraph()
    for place, statement in enumerate(statements):
        if place and statement.new_line:
            paragraph = document.add_paragraph()
        elif place:
            paragraph.add_run(" ")
        paragraph.add_run(xml_line(statement.text))
        for citation in statement.citations:
            notes.refer(paragraph, citation, quoted=True)
        if mark := verdict_mark(statement):
            paragraph.add_run(f" {xml_line(f'({mark})')}").italic = True


def _write_quote(document: "Document", citation: Citation, notes: "_Footnotes", side: Side | None = None) -> None:
    """Write a quote; the words in which it differs are bold."""
    paragraph = document.add_paragraph("“", style="Quote")
    for place, text in enumerate(side.parts if side else (citation.quote,)):
        paragraph.add_run(xml_text(re.sub(r"\s+", " ", text))).bold = place == 1
    paragraph.add_run("”")
    notes.refer(paragraph, citation, quoted=False)


class _Footnotes:
    """The footnotes of one file, in order."""

    def __init__(self, style: Style, page: str) -> None:
        self._style = style
        self._page = page
        self._texts: list[str] = []

    def refer(self, paragraph: "Paragraph", citation: Citation, *, quoted: bool) -> None:
        """Add a new footnote and its number at the end of a paragraph; with `quoted` the note has the quote."""
        article, span = citation.article, citation.span
        where = filter(None, (article.path, f"characters {span.start} to {span.end}", page_words(citation)))
        place = f"{', '.join(where)}."
        place += f" {self._page}{link(citation)}" if self._page else ""
        said = f"“{citation.quote}” " if quoted else ""
        source = reference(article, self._style).rstrip(".")
        self._texts.append(xml_line(f"{said}{source}. {place}"))
        run = paragraph.add_run()
        run.font.superscript = True
        run._r.append(_element("footnoteReference", id=str(_FIRST + len(self._texts) - 1)))

    def put_into(self, document: "Document") -> None:
        """Add the footnotes part to the document, if there are any."""
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part
        from lxml import etree

        if not self._texts:
            return
        root = etree.Element(f"{{{_W}}}footnotes", nsmap={"w": _W})
        for number, kind in ((-1, "separator"), (0, "continuationSeparator")):
            root.append(_note(number, [_run(_element(kind))], type=kind))
        for number, text in enumerate(self._texts, start=_FIRST):
            words = _element("t")
            words.text = f" {text}"
            words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            root.append(_note(number, [_run(_element("footnoteRef"), raised=True), _run(words)]))
        content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        package = document.part.package
        document.part.relate_to(Part(PackURI("/word/footnotes.xml"), _TYPE, content, package), _RELATION)


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    return OxmlElement(f"w:{name}", attrs={qn(f"w:{key}"): value for key, value in attributes.items()})


def _run(inner: Any, *, raised: bool = False) -> Any:
    run = _element("r")
    if raised:
        shown = _element("rPr")
        shown.append(_element("vertAlign", val="superscript"))
        run.append(shown)
    run.append(inner)
    return run


def _note(number: int, runs: Sequence[Any], **attributes: str) -> Any:
    note, paragraph = _element("footnote", id=str(number), **attributes), _element("p")
    for run in runs:
        paragraph.append(run)
    note.append(paragraph)
    return note
