"""Exports: an answer, a whole chat or a timeline as a file to take along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from index.core.errors import ResultUnwritable
from rag.analysis.timeline import Timeline
from rag.answering.models import Answer
from rag.output.bibliography import Style, bibtex
from rag.output.csv import check_sheet, timeline_sheet
from rag.output.docx import chat_word, timeline_word
from rag.output.markdown import chat_markdown, timeline_markdown
from rag.output.timeline_svg import timeline_image

Form = Literal["md", "docx", "csv", "bibtex"]
FORMS: tuple[Form, ...] = get_args(Form)
TimelineForm = Literal["svg", "md", "docx", "csv", "bibtex"]
TIMELINE_FORMS: tuple[TimelineForm, ...] = get_args(TimelineForm)
ENDINGS: Mapping[TimelineForm, str] = {"svg": ".svg", "md": ".md", "docx": ".docx", "csv": ".csv", "bibtex": ".bib"}
TYPES: Mapping[TimelineForm, str] = {
    "svg": "image/svg+xml",
    "md": "text/markdown;charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv;charset=utf-8",
    "bibtex": "application/x-bibtex;charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to take along."""

    content: bytes
    ending: str
    type: str  # of its content, as browsers name it


def export(title: str, answers: Sequence[Answer], form: Form, *, style: Style = "plain", page: str = "") -> Exported:
    """Write answers in a form: Markdown, Word with footnotes, a sheet to check them by, or the articles as BibTeX.

    `page` is the address of a page on this shelf; with it each quote has a link that opens it there.
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


def export_timeline(timeline: Timeline, form: TimelineForm, *, style: Style = "plain", page: str = "") -> Exported:
    """Write a timeline in a form: an image (SVG), Markdown, Word, a sheet, or its articles as BibTeX; as `export`."""
    match form:
        case "svg":
            content = timeline_image(timeline).encode()
        case "md":
            content = timeline_markdown(timeline, style=style, page=page).encode()
        case "docx":
            content = timeline_word(timeline, style=style, page=page)
        case "csv":
            content = timeline_sheet(timeline, page=page).encode()
        case "bibtex":
            content = bibtex(event.citation.article for event in timeline.events).encode()
    return Exported(content, ENDINGS[form], TYPES[form])


def form_of(file: Path) -> TimelineForm | None:
    """Return the form that the ending of a file's name asks for, or None."""
    return next((form for form, ending in ENDINGS.items() if file.suffix.lower() == ending), None)


def check_file(file: Path) -> None:
    """Raise ResultUnwritable where a file cannot be made, or is there already."""
    if file.exists():
        raise ResultUnwritable(f"{file} is there already. Expected a new file. Name another one with --output.")
    if not file.parent.is_dir():
        raise ResultUnwritable(
            f"{file}: there is no folder {file.parent}. Expected one that is there. Make it, or name another file."
        )


def write_file(file: Path, exported: Exported) -> None:
    """Write a file that is not there yet. Raises ResultUnwritable."""
    check_file(file)
    try:
        with file.open("xb") as made:
            made.write(exported.content)
    except OSError as error:
        raise ResultUnwritable(
            f"{file} cannot be written ({error.strerror}). Expected a folder of yours with room. Name another file."
        ) from None
