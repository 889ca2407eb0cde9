"""Exporting: an answer or a chat becomes a file that the browser keeps."""

from base64 import b64encode
from collections.abc import Sequence
from uuid import uuid4

from rag.answers import Answer
from rag.exports import Form, export
from rag.references import Style

# Each form and style on the page: what the browser asks for, and what the reader sees.
_FORMS: dict[str, tuple[str, Form, Style]] = {
    "md": ("Markdown", "md", "plain"),
    "docx": ("Word", "docx", "plain"),
    "docx-chicago": ("Word, Chicago notes", "docx", "chicago"),
    "csv": ("Fact-check sheet", "csv", "plain"),
    "bibtex": ("BibTeX", "bibtex", "plain"),
}


def forms() -> list[dict[str, str]]:
    """Return the forms for a component's menu."""
    return [{"key": key, "name": name} for key, (name, _, _) in _FORMS.items()]


def make_file(title: str, answers: Sequence[Answer], form: object, *, name: str) -> dict[str, str] | None:
    """Return a file for a component to hand over once, or None where there is no such form."""
    if not isinstance(form, str) or form not in _FORMS:
        return None
    _, kind, style = _FORMS[form]
    exported = export(title, answers, kind, style=style)
    content = b64encode(exported.content).decode()
    return {"key": uuid4().hex, "name": f"{name}{exported.ending}", "type": exported.type, "content": content}
