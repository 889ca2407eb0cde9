"""A drawer with an article, in which the quotes of an answer are highlighted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from index.core.formatting import place_line
from index.core.urls import is_web_address
from index.pipeline.corrections import name_of, remarks_on
from index.text.articles import Article
from rag.evidence.citations import Citation
from rag.evidence.permalinks import link
from ui.article.layout import segments
from ui.browser.address import go, here
from ui.browser.look import make_component

_component = make_component("reader", isolated=False)


@dataclass(frozen=True, slots=True)
class Was:
    """An article as it was when it was quoted, if it has changed since."""

    citation: Citation
    cited: Sequence[Citation]  # of the same article, including `citation`
    shown: bool  # the note shows its sentence, because the article no longer has it
    closest: Citation | None  # the most similar sentence now, if it is gone


@dataclass(frozen=True, slots=True)
class Opened:
    """What the drawer shows."""

    article: Article
    cited: tuple[Citation, ...]  # the quotes highlighted in it
    clicked: Citation | None  # the one that the link points to; None: it opens at the top
    note: str  # a message of the page
    was: Was | None  # the article as it was quoted, which the reader can switch to
    on_shelf: bool = True


def show_reader(opened: Opened, below: Callable[[], None]) -> None:
    """Open the drawer on an article, with its quotes highlighted and the clicked one brightest.

    `below` shows what can be done with the article, if it is on the shelf.
    """
    article, cited, clicked, was = opened.article, opened.cited, opened.clicked, opened.was
    numbers = {citation: number for number, citation in enumerate(cited) if citation.article.id == article.id}

    @st.dialog("Article", width="medium", position="right", on_dismiss=_close)
    def drawer() -> None:
        _component(
            key=f"reader-{article.id}-{clicked.span if clicked else ''}",
            data={
                "title": article.title,
                "language": article.language,
                "where": place_line(article.outlet, article.place, article.published),
                "by": article.author or "",
                "remarks": [f"{name_of(field).capitalize()}: {remark}" for field, remark in remarks_on(article)],
                "url": article.url if article.url and is_web_address(article.url) else "",
                "path": article.path,
                "segments": segments(article, {number: c.span for c, number in numbers.items()}),
                "clicked": numbers[clicked] if clicked else None,
                "note": opened.note,
                "was": _was(was) if was else None,
                # The address names another edition; a copied link names this one.
                "link": link(clicked) if clicked and was else "",
            },
        )
        if opened.on_shelf:
            below()

    drawer()


def _was(was: Was) -> dict[str, object]:
    numbers = {number: citation.span for number, citation in enumerate(was.cited)}
    return {
        "segments": segments(was.citation.article, numbers),
        "clicked": list(was.cited).index(was.citation),
        "quote": was.citation.quote if was.shown else "",
        "closest": was.closest.quote if was.closest else "",
    }


def _close() -> None:
    go(here().without_article())
