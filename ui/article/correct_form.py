"""The form in the open article with which a person corrects what its file says about it."""

from collections.abc import Callable, Mapping

import streamlit as st

from index.core.errors import DatelineError
from index.pipeline.corrections import NONE, correct_article, undo_correction
from index.pipeline.library import Library
from index.text.articles import Article, Correctable, text_digest
from ui.browser.look import show_text

_LABELS: Mapping[Correctable, str] = {
    "title": "Title",
    "published": "Day of publication (YYYY-MM-DD)",
    "outlet": "Outlet",
    "author": "Author",
    "place": "Place",
}


def show_correct_form(article: Article, library: Library, then: Callable[[], None]) -> None:
    """Show the form for an article on the shelf. `then` is called after a change, which takes effect immediately."""
    facts = {field: article.fact(field) or "" for field in _LABELS}
    # Fields with other keys show what counts now.
    key = f"{article.id}-{text_digest(repr(facts))}"
    with st.expander("Correct…", key=f"correct-{article.id}"):
        with st.form(f"correct-{key}", border=False):
            typed = {
                field: st.text_input(label, facts[field], key=f"correct-{field}-{key}")
                for field, label in _LABELS.items()
            }
            show_text("An empty field means that the article has none. Its file stays as it is.", kind="note")
            saved = st.form_submit_button("Save")
        given = {field: value if value.strip() or field == "title" else NONE for field, value in typed.items()}
        changed = {field: value for field, value in given.items() if typed[field] != facts[field]}
        undone = bool(article.corrected) and st.button("Undo all corrections", key=f"undo-{key}", type="tertiary")
        if (saved and changed) or undone:
            try:
                if undone:
                    undo_correction(library, article.path)
                else:
                    correct_article(library, article.path, changed)
            except DatelineError as error:
                show_text(str(error), kind="problem")
                return
            then()
            st.rerun()
