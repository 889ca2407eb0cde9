"""The sidebar: the pages, the alerts, the newest chats, the state of the shelf, and the language model."""

from functools import partial

import streamlit as st

from ui.browser.address import Address, go, here
from ui.chat.chat_list import show_chats
from ui.server.chats import OpenChat, OpenChats
from ui.server.services import Services
from ui.sidebar.alerts import show_alerts
from ui.sidebar.models import show_models
from ui.sidebar.shelf import show_status
from ui.sidebar.upload import show_upload


def show_sidebar(services: Services, chat: OpenChat) -> None:
    """Show the whole sidebar; its parts redraw themselves."""
    st.html('<p class="dl-brand">Dateline</p>')
    with st.container(key="ways"):
        st.button("New chat", key="new-chat", width="stretch", on_click=_new_chat, args=(services.chats,))
        st.button("Open the shelf", key="open-shelf", width="stretch", on_click=_open, args=("shelf",))
        st.button("Check a draft", key="open-draft", width="stretch", on_click=_open, args=("draft",))
        st.button("Notebook", key="open-notebook", width="stretch", on_click=_open, args=("notebook",))
    parts = (
        partial(show_alerts, services),
        partial(show_chats, services.chats, chat),
        partial(show_status, services),
        partial(show_upload, services),
        partial(show_models, services, chat),
    )
    for show in parts:
        # Each in its own container, even if empty: a part that redraws itself must keep its place in the page,
        # or else Streamlit's page breaks.
        with st.container():
            show()


def _new_chat(chats: OpenChats) -> None:
    # A question that Streamlit hands over in the same run was typed after the click, and starts the chat itself.
    if not st.session_state.get("question"):
        start_new_chat(chats)


def start_new_chat(chats: OpenChats) -> None:
    """Show a chat without questions."""
    # A question that is being answered continues, and its chat is in the list.
    state = st.session_state
    state["shown"], state["addressed"], state["problem"] = chats.new(), "", ""
    state["not-asked"] = ""
    go(Address())


def _open(page: str) -> None:
    go(Address(page=page, chat=here().chat))
