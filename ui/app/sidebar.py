"""The sidebar: a new chat, the shelf, what is asked of whom, and the chats before."""

from functools import partial

import streamlit as st

from ui.browser.address import Address, go, here
from ui.browser.clicks import undisturbed
from ui.chat.chat_list import show_chats
from ui.server.chats import OpenChat, OpenChats
from ui.server.services import Services
from ui.sidebar.alerts import show_alerts
from ui.sidebar.filters import show_narrowing
from ui.sidebar.models import show_models
from ui.sidebar.shelf import show_articles, show_status
from ui.sidebar.upload import show_upload


def show_sidebar(services: Services, chat: OpenChat) -> None:
    """Show the whole sidebar; its parts look again by themselves."""
    st.html('<p class="dl-brand">Dateline</p>')
    st.button("New chat", key="new-chat", width="stretch", on_click=_start_new_chat, args=(services.chats,))
    st.button("Check a draft", key="open-draft", width="stretch", on_click=_open_draft)
    parts = (
        partial(show_status, services, partial(show_alerts, services)),
        partial(show_upload, services),
        partial(show_narrowing, services),
        partial(show_models, services, chat),
        partial(show_chats, services.chats, chat),
        partial(show_articles, services),
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
