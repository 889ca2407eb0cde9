"""Export an answer, a timeline or a chat as a file that the browser saves."""

import re
import time
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import uuid4

import streamlit as st

from rag.analysis.timeline import Timeline
from rag.answering.models import Answer
from rag.output.bibliography import Style
from rag.output.export import Exported, Form, export, export_notebook, export_timeline
from rag.storage.notebook import Pin

# No characters that a file format would read as markup.
_PLAIN_ADDRESS = re.compile(r"[\w.:/\[\]~-]+", re.ASCII)
# Each form and style on the page: what the browser asks for, and what the reader sees.
_FORMS: dict[str, tuple[str, Form, Style]] = {
    "md": ("Markdown", "md", "plain"),
    "docx": ("Word", "docx", "plain"),
    "docx-chicago": ("Word, Chicago notes", "docx", "chicago"),
    "csv": ("Fact-check sheet", "csv", "plain"),
    "bibtex": ("BibTeX", "bibtex", "plain"),
}

_TIMELINE_FORMS: dict[str, tuple[str, Form]] = {
    "timeline-md": ("Markdown", "md"),
    "timeline-docx": ("Word", "docx"),
    "timeline-csv": ("Table (CSV)", "csv"),
}
_HANDED_OVER_SECONDS = 60.0


def forms() -> list[dict[str, str]]:
    """Return the forms for a component's menu."""
    return [{"key": key, "name": name} for key, (name, _, _) in _FORMS.items()]


def timeline_forms() -> list[dict[str, str]]:
    """Return the forms of a timeline for a component's menu."""
    return [{"key": key, "name": name} for key, (name, _) in _TIMELINE_FORMS.items()]


def is_timeline_form(form: object) -> bool:
    """Return True if `form` is one of the forms of a timeline."""
    return form in _TIMELINE_FORMS


def make_timeline_file(timeline: Timeline, form: object, *, name: str) -> dict[str, str] | None:
    """Return a file with a timeline, as `make_file` does for answers."""
    if not isinstance(form, str) or form not in _TIMELINE_FORMS:
        return None
    return _handed_over(export_timeline(timeline, _TIMELINE_FORMS[form][1], page=_own_address()), name)


def make_file(title: str, answers: Sequence[Answer], form: object, *, name: str) -> dict[str, str] | None:
    """Return a file for a component to hand over once, or None if there is no such form."""
    if not isinstance(form, str) or form not in _FORMS:
        return None
    _, kind, style = _FORMS[form]
    return _handed_over(export(title, answers, kind, style=style, page=_own_address()), name)


def make_notebook_file(pins: Sequence[Pin], form: object) -> dict[str, str] | None:
    """Return a file with pinned quotes, as `make_file` does for answers."""
    if not isinstance(form, str) or form not in _FORMS:
        return None
    _, kind, style = _FORMS[form]
    return _handed_over(export_notebook(pins, kind, style=style, page=_own_address()), "dateline-notebook")


def hand_over(place: str, file: dict[str, str] | None) -> None:
    """Give the component at `place` a file to save; None changes nothing."""
    if file:
        st.session_state[f"file-{place}"] = file, time.monotonic()


def handed_over(place: str) -> dict[str, str] | None:
    """Return the latest file for the component at `place`.

    It is returned for a minute, not once: what a run has drawn never reaches the browser if a newer run replaces it.
    The browser saves a file with the same key only once.
    """
    file: dict[str, str]
    file, since = st.session_state.get(f"file-{place}", ({}, 0.0))
    return file if file and time.monotonic() - since < _HANDED_OVER_SECONDS else None


def _own_address() -> str:
    """Return the page's address in the reader's browser, without the chat and the article; "" if it is unknown."""
    url = urlsplit(st.context.url or "")
    is_page = url.scheme in ("http", "https") and _PLAIN_ADDRESS.fullmatch(url.netloc + url.path)
    return f"{url.scheme}://{url.netloc}{url.path.rstrip('/')}/" if is_page else ""


def _handed_over(exported: Exported, name: str) -> dict[str, str]:
    content = b64encode(exported.content).decode()
    return {"key": uuid4().hex, "name": f"{name}{exported.ending}", "type": exported.type, "content": content}
