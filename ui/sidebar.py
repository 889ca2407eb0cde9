"""The sidebar: a new chat, the shelf, what is asked of whom, and the chats before."""

from functools import partial

import streamlit as st

from ui.address import Address, go, here
from ui.callbacks import undisturbed
from ui.chat_panel import show_chats
from ui.indexing import Indexing
from ui.model_panel import show_models
from ui.narrowing import show_narrowing
from ui.shelf_panel import show_articles, show_status
from ui.standing_panel import show_standing
from ui.turns import OpenChat, OpenChats
from ui.upload import show_upload


def show_sidebar(indexing: Indexing, chats: OpenChats, chat: OpenChat) -> None:
    """Show the whole sidebar; its parts look again by themselves."""
    st.html('<p class="dl-brand">Dateline</p>')
    st.button("New chat", key="new-chat", width="stretch", on_click=_start_new_chat, args=(chats,))
    st.button("Check a draft", key="open-draft", width="stretch", on_click=_open_draft)
    parts = (
        partial(show_status, indexing, partial(show_standing, indexing)),
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
