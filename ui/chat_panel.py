"""The earlier chats, in the sidebar: open, search, rename, export, delete."""

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from index.errors import UnknownChat
from index.wording import ago
from rag.chats import ChatListing
from ui.address import Address, go, here
from ui.exporting import forms, make_file
from ui.look import ignore_trigger, make_component, telling
from ui.turns import OpenChat, OpenChats

_LISTED = 30
_SEARCHED_FROM = 6  # fewer chats are seen at a glance
_component = make_component("chat_list")


@telling
def show_chats(chats: OpenChats, chat: OpenChat) -> None:
    """List the chats that were used last, or those that hold what is searched for."""
    kept = chats.kept.count()
    if not kept:
        return
    st.html('<h2 class="dl-heading">Chats</h2>')
    sought = ""
    if kept >= _SEARCHED_FROM:
        sought = st.text_input(
            "Search the chats", key="chats-sought", placeholder="Search the chats", label_visibility="collapsed"
        )
    listings = chats.kept.listings(_LISTED, holding=sought)
    state = st.session_state
    clicked = _component(
        key="chats",
        data={
            "chats": [_entry(listing, chat.id) for listing in listings],
            "file": state.pop("exported", None),
            "forms": forms(),
        },
        on_open_change=ignore_trigger,
        on_rename_change=ignore_trigger,
        on_export_change=ignore_trigger,
        on_delete_change=ignore_trigger,
    )
    if not listings:
        st.html('<p class="dl-note">No chat holds these words.</p>')
    elif kept > len(listings) and not sought:
        st.html(f'<p class="dl-note">and {kept - len(listings):,} older ones</p>')
    if isinstance(clicked.open, str):
        go(Address(chat=clicked.open))
        st.rerun()
    if isinstance(clicked.rename, dict):
        chats.kept.rename(str(clicked.rename.get("id")), str(clicked.rename.get("title")))
        st.rerun()
    if isinstance(clicked.export, dict):
        state["exported"] = _export(chats, str(clicked.export.get("id")), clicked.export.get("form"))
        st.rerun()
    if isinstance(clicked.delete, str):
        chats.delete(clicked.delete)
        if clicked.delete == chat.id:
            go(replace(here(), chat="", article="", quote=None, turn=None))
        st.rerun()


def _export(chats: OpenChats, id_: str, form: object) -> dict[str, str] | None:
    try:
        kept = chats.kept.chat(id_)
    except UnknownChat:
        return None  # deleted in another window: the list is about to show it
    return make_file(kept.title, kept.answers, form, name=f"dateline-{id_[:8]}")


def _entry(listing: ChatListing, current: str) -> dict[str, object]:
    return {
        "id": listing.id,
        "title": listing.title,
        "when": ago(listing.changed, now=datetime.now(UTC)),
        "current": listing.id == current,
    }
