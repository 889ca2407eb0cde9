"""The sidebar: a new chat, the shelf, what is asked of whom, and the chats before."""

import streamlit as st

from ui.address import Address, go
from ui.chat_panel import show_chats
from ui.indexing import Indexing
from ui.model_panel import show_models
from ui.narrowing import show_narrowing
from ui.shelf_panel import show_articles, show_status
from ui.turns import OpenChat, OpenChats
from ui.upload import show_upload


def show_sidebar(indexing: Indexing, chats: OpenChats, chat: OpenChat) -> None:
    """Show the whole sidebar; its parts look again by themselves."""
    st.html('<p class="dl-brand">Dateline</p>')
    st.button("New chat", key="new-chat", width="stretch", on_click=_start_new_chat, args=(chats,))
    show_status(indexing)
    show_upload(indexing)
    show_narrowing(indexing)
    show_models(indexing, chat)
    show_chats(chats, chat)
    show_articles(indexing)


def _start_new_chat(chats: OpenChats) -> None:
    # What is being answered goes on, and is found under the chats.
    state = st.session_state
    state["shown"], state["addressed"], state["problem"] = chats.new(), "", ""
    go(Address())
