"""Export: an answer, a whole chat or a timeline as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from index.core.errors import ResultUnwritable
from rag.analysis.timeline import Timeline
from rag.answering.models import Answer
from rag.output.bibliography import Style, bibtex
from rag.output.csv import check_sheet, notebook_sheet, timeline_sheet
from rag.output.docx import chat_word, notebook_word, timeline_word
from rag.output.markdown import chat_markdown, notebook_markdown, timeline_markdown
from rag.storage.notebook import Pin

Form = Literal["md", "docx", "csv", "bibtex"]
FORMS: tuple[Form, ...] = get_args(Form)
ENDINGS: Mapping[Form, str] = {"md": ".md", "docx": ".docx", "csv": ".csv", "bibtex": ".bib"}
TYPES: Mapping[Form, str] = {
    "md": "text/markdown;charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv;charset=utf-8",
    "bibtex": "application/x-bibtex;charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """The contents of a file."""

    content: bytes
    ending: str  # of its name, with the dot
    type: str  # its media type


def export(title: str, answers: Sequence[Answer], form: Form, *, style: Style = "plain", page: str = "") -> Exported:
    """Return answers as Markdown, as Word with footnotes, as a fact-check sheet, or their articles as BibTeX.

    If `page` is the address of a page on this shelf, each quote has a link that opens it there.
    """
    match form:
        case "md":
            content = chat_markdown(title, answers, style=style, page=page).encode()
        case "docx":
            content = chat_word(title, answers, style=style, page=page)
        case "csv":
            content = check_sheet(answers, page=page).encode()
        case "bibtex":
            cited = (citation for answer in answers for said in answer.statements for citation in said.citations)
            quoted = (quote for answer in answers for quote in answer.quotes)
            content = bibtex(citation.article for citation in (*cited, *quoted)).encode()
    return Exported(content, ENDINGS[form], TYPES[form])


def export_timeline(timeline: Timeline, form: Form, *, style: Style = "plain", page: str = "") -> Exported:
    """Return a timeline as Markdown, as Word, as a table, or its articles as BibTeX; see `export`."""
    match form:
        case "md":
            content = timeline_markdown(timeline, style=style, page=page).encode()
        case "docx":
            content = timeline_word(timeline, style=style, page=page)
        case "csv":
            content = timeline_sheet(timeline, page=page).encode()
        case "bibtex":
            content = bibtex(event.citation.article for event in timeline.events).encode()
    return Exported(content, ENDINGS[form], TYPES[form])


def export_notebook(pins: Sequence[Pin], form: Form, *, style: Style = "plain", page: str = "") -> Exported:
    """Return pinned quotes with their notes as Markdown, as Word, as a table, or their articles as BibTeX."""
    match form:
        case "md":
            content = notebook_markdown(pins, style=style, page=page).encode()
        case "docx":
            content = notebook_word(pins, style=style, page=page)
        case "csv":
            content = notebook_sheet(pins, page=page).encode()
        case "bibtex":
            content = bibtex(pin.citation.article for pin in pins if pin.citation).encode()
    return Exported(content, ENDINGS[form], TYPES[form])


def form_of(file: Path) -> Form | None:
    """Return the format for the ending of a file's name, or None."""
    return next((form for form, ending in ENDINGS.items() if file.suffix.lower() == ending), None)


def check_file(file: Path) -> None:
    """Raise ResultUnwritable if a file exists already or its folder does not exist."""
    if file.exists():
        raise ResultUnwritable(f"{file} exists already. Expected a new file. Choose another name with --output.")
    if not file.parent.is_dir():
        raise ResultUnwritable(
            f"{file}: the folder {file.parent} does not exist. Expected an existing folder. "
            "Create it or choose another file."
        )


def write_file(file: Path, exported: Exported) -> None:
    """Write a new file. Raises ResultUnwritable."""
    check_file(file)
    try:
        with file.open("xb") as made:
            made.write(exported.content)
    except OSError as error:
        raise ResultUnwritable(
            f"{file} cannot be written ({error.strerror}). Expected a writable folder with free space. "
            "Choose another file."
        ) from None
