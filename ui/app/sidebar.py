"""The sidebar: a new chat, the shelf, what is asked of whom, and the chats before."""

from functools import partial

import streamlit as st

from ui.browser.address import Address, go, here
from ui.browser.clicks import undisturbed
from ui.chat.chat_list import show_chats
from ui.chat.turns import OpenChat, OpenChats
from ui.server.indexer import Indexing
from ui.sidebar.alerts import show_alerts
from ui.sidebar.filters import show_narrowing
from ui.sidebar.models import show_models
from ui.sidebar.shelf import show_articles, show_status
from ui.sidebar.upload import show_upload


def show_sidebar(indexing: Indexing, chats: OpenChats, chat: OpenChat) -> None:
    """Show the whole sidebar; its parts look again by themselves."""
    st.html('<p class="dl-brand">Dateline</p>')
    st.button("New chat", key="new-chat", width="stretch", on_click=_start_new_chat, args=(chats,))
    st.button("Check a draft", key="open-draft", width="stretch", on_click=_open_draft)
    parts = (
        partial(show_status, indexing, partial(show_alerts, indexing)),
        partial(show_upload, indexing),
        partial(show_narrowing, indexing),
        partial(show_models, indexing, chat),
        partial(show_chats, chats, chat),
        partial(show_articles, indexing),
    )
    for show in parts:
        # Each in a place of its own, filled or not: a part that looks again by itself must find its place
        # where it was, and Streamlit's page breaks down where there is none.
        with st.container():
            show()


@undisturbed
def _start_new_chat(chats: OpenChats) -> None:
    # What is being answered goes on, and is found under the chats.
    state = st.session_state
    state["shown"], state["addressed"], state["problem"] = chats.new(), "", ""
    go(Address())


@undisturbed
def _open_draft() -> None:
    go(Address(page="draft", chat=here().chat))
