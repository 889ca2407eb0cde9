"""The reader: a drawer with an article, the quotes of an answer lit in it."""

from collections.abc import Sequence

import streamlit as st

from index.addresses import is_web_address
from index.articles import Article
from index.spans import Span
from index.wording import place_line
from rag.citations import Citation
from ui.address import go, here
from ui.callbacks import undisturbed
from ui.look import make_component

_component = make_component("reader", isolated=False)


def show_reader(article: Article, cited: Sequence[Citation], *, clicked: Citation | None, note: str) -> None:
    """Open the drawer on `article`, what is cited of it lit and `clicked` brightest; `note` is a word of ours."""
    numbers = {citation: number for number, citation in enumerate(cited) if citation.article.id == article.id}

    @st.dialog("Article", width="medium", position="right", on_dismiss=_close)
    def drawer() -> None:
        _component(
            key=f"reader-{article.id}-{clicked.span if clicked else ''}",
            data={
                "title": article.title,
                "where": place_line(article.outlet, article.place, article.published),
                "by": article.author or "",
                "url": article.url if article.url and is_web_address(article.url) else "",
                "path": article.path,
                "segments": segments(article.text, {number: c.span for c, number in numbers.items()}),
                "clicked": numbers[clicked] if clicked else None,
                "note": note,
            },
        )

    drawer()


def segments(text: str, quotes: dict[int, Span]) -> list[dict[str, object]]:
    """Cut a text into runs, quoted and not; joined they are the text again.

    >>> segments("One. Two.", {4: Span(5, 9)})
    [{'text': 'One. ', 'number': None}, {'text': 'Two.', 'number': 4}]
    """
    runs: list[dict[str, object]] = []
    end = 0
    for number, span in sorted(quotes.items(), key=lambda entry: entry[1]):
        if span.start > end:
            runs.append({"text": text[end : span.start], "number": None})
        runs.append({"text": span.cut(text), "number": number})
        end = span.end
    if end < len(text):
        runs.append({"text": text[end:], "number": None})
    return runs


@undisturbed
def _close() -> None:
    go(here().without_article())
