"""The address of the page: which chat, article and quote it shows.

These are kept in the address and nowhere else. So a link reopens what it was copied from, a reload changes nothing,
and Back goes back.
"""

import re
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rag.evidence.permalinks import Place

_PAGES = ("shelf", "draft", "notebook", "alerts")
_FORMER_PAGES = {"standing": "alerts"}  # kept in old links and bookmarks


@dataclass(frozen=True, slots=True)
class Address:
    """What the page shows; "" and None mean nothing of that kind."""

    page: str = ""  # "shelf", "draft", "notebook" or "alerts", or "" for the chat
    chat: str = ""
    turn: int | None = None  # place in the chat, from 0, or number of an alert's result: its quotes are highlighted
    article: str = ""  # its path
    quote: Place | None = None
    question: int | None = None  # the number of an alert

    def without_article(self) -> "Address":
        """Return the address of the page behind the open article."""
        return replace(self, article="", quote=None, turn=None)


def here() -> Address:
    """Return the address of the page."""
    state = st.session_state
    context = get_script_run_ctx()
    # Later the browser's address is used only after Back or Forward. It is sent with every click, and one that
    # was sent before the browser had ours would undo the latest step.
    if "address" not in state or (context and context.is_history_navigation and not context.fragment_ids_this_run):
        state["address"] = _read()
    return state["address"]  # type: ignore[no-any-return]


def go(address: Address) -> None:
    """Make `address` the page's; the browser's Back returns to the one before."""
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
    page = said.get("page", "")
    page = _FORMER_PAGES.get(page, page)
    turn, question = said.get("turn", ""), said.get("question", "")
    return Address(
        page=page if page in _PAGES else "",
        chat=said.get("chat", ""),
        turn=int(turn) - 1 if re.fullmatch(r"[1-9]\d{0,5}", turn) else None,
        article=said.get("article", ""),
        quote=Place.read(said.get("quote", "")),
        question=int(question) if re.fullmatch(r"[1-9]\d{0,8}", question) else None,
    )
