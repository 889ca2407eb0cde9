"""Address: what the page shows, as its link says it.

Which chat, which article and which quote in it stand in the address and nowhere else. So a
link reopens what it was copied from, a reload changes nothing, and Back goes back.
"""

import re
from dataclasses import dataclass, replace
from typing import Self

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from index.spans import Span

_QUOTE = re.compile(r"(?P<start>\d{1,9})-(?P<end>\d{1,9})(?:\.(?P<edition>[0-9a-f]{8}))?")
_EDITION_CHARACTERS = 8
_PAGES = ("shelf", "draft", "standing")


@dataclass(frozen=True, slots=True)
class Place:
    """A quote's place, as it stands in a link: a span, and of which edition of the article."""

    span: Span
    edition: str  # the first characters of the article's id; "" where the link does not say

    @classmethod
    def of(cls, article_id: str, span: Span) -> Self:
        """Name the place of `span` in the article of that id."""
        return cls(span, article_id[:_EDITION_CHARACTERS])

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a place, or return None where there is none.

        >>> Place.read("120-250.bcfaf705")
        Place(span=Span(start=120, end=250), edition='bcfaf705')
        >>> Place.read("250-120") is Place.read("<script>") is None
        True
        """
        found = _QUOTE.fullmatch(text)
        if found is None or int(found["start"]) >= int(found["end"]):
            return None
        return cls(Span(int(found["start"]), int(found["end"])), found["edition"] or "")

    def __str__(self) -> str:
        """Write the place as `read` reads it."""
        return f"{self.span.start}-{self.span.end}" + (f".{self.edition}" if self.edition else "")


@dataclass(frozen=True, slots=True)
class Address:
    """What is shown; "" and None stand for nothing of the kind."""

    page: str = ""  # "shelf", "draft" or "standing", or "" for the chat
    chat: str = ""
    turn: int | None = None  # place in the chat, or among the news, from 0: whose quotes are lit in the article
    article: str = ""  # its path
    quote: Place | None = None
    question: int | None = None  # number of a standing one

    def without_article(self) -> "Address":
        """Return the address of the page behind the open article."""
        return replace(self, article="", quote=None, turn=None)


def here() -> Address:
    """Return the address of the page."""
    state = st.session_state
    context = get_script_run_ctx()
    # Later the browser's word counts only where the reader went back or on: with every click it sends
    # its address along, and one that was sent before it had ours would undo what was just done.
    if "address" not in state or (context and context.is_history_navigation and not context.fragment_ids_this_run):
        state["address"] = _read()
    return state["address"]  # type: ignore[no-any-return]


def go(address: Address) -> None:
    """Make `address` the page's; the browser's Back comes back to the one before."""
    st.session_state["address"] = address
    parts = {
        "page": address.page,
        "chat": address.chat,
        "turn": "" if address.turn is None else str(address.turn + 1),
        "article": address.article,
        "quote": str(address.quote or ""),
        "question": str(address.question or ""),
    }
    st.query_params.from_dict({name: value for name, value in parts.items() if value})


def _read() -> Address:
    said = st.query_params
    turn, question = said.get("turn", ""), said.get("question", "")
    return Address(
        page=page if (page := said.get("page", "")) in _PAGES else "",
        chat=said.get("chat", ""),
        turn=int(turn) - 1 if re.fullmatch(r"[1-9]\d{0,5}", turn) else None,
        article=said.get("article", ""),
        quote=Place.read(said.get("quote", "")),
        question=int(question) if re.fullmatch(r"[1-9]\d{0,8}", question) else None,
    )
