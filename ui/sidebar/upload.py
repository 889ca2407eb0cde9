"""Upload articles to the seeds folder from the page, and show the outcome for each."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from index.core.errors import DatelineError
from index.inbox.folder import add_seed
from ui.browser.live import redraw_on_change
from ui.browser.look import reporting_errors, show_text
from ui.server.services import Services


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The outcome of one file: its path in the seeds folder, or why it was not added."""

    name: str
    path: str = ""
    new: bool = False
    problem: str = ""


def show_upload(services: Services) -> None:
    """Accept files, and show the outcome of each."""
    state = st.session_state
    round_: int = state.setdefault("upload-round", 0)
    with st.popover("Add articles", key="add-articles", width="stretch"):
        files = st.file_uploader(
            "Text, web pages, PDF, Word, RTF, mail, JSON, CSV, EPUB, ZIP",
            accept_multiple_files=True,
            key=f"upload-{round_}",
        )
        if state.get("uploaded"):
            redraw_on_change("uploaded", services.pulse.value, partial(_show_outcomes, services))
    if files:
        settings = services.library.settings
        outcomes = []
        for file in files:
            try:
                added = add_seed(settings.seeds, file.name, file.getvalue(), max_bytes=settings.limits.file_bytes)
                outcomes.append(_Outcome(file.name, added.path, added.new))
            except DatelineError as error:
                outcomes.append(_Outcome(file.name, problem=str(error)))
        state["uploaded"] = outcomes
        # A new key makes the uploader empty; the outcomes are listed below it instead.
        state["upload-round"] = round_ + 1
        if any(outcome.new for outcome in outcomes):
            services.indexer.start()
        st.rerun()


@reporting_errors
def _show_outcomes(services: Services) -> None:
    outcomes: list[_Outcome] = st.session_state.get("uploaded", [])
    with services.library.shelf.read() as reading:
        found = reading.titles([outcome.path for outcome in outcomes if outcome.path])
    for outcome in outcomes:
        if outcome.problem:
            show_text(outcome.problem, kind="problem")
        elif outcome.path in found:
            show_text(
                f"{'On the shelf' if outcome.new else 'Already on the shelf'}: {found[outcome.path]}", kind="note"
            )
        else:
            show_text(f"Being read: {outcome.path}", kind="note")
    if outcomes and st.button("Clear", key="uploaded-clear", type="tertiary"):
        st.session_state["uploaded"] = []
        st.rerun()
