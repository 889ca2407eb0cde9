"""The earlier chats, in the sidebar: open, search, rename, export, delete."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from index.core.errors import UnknownChat
from index.core.formatting import ago
from rag.storage.chats import ChatListing
from ui.browser.address import Address, go, here
from ui.browser.clicks import draw
from ui.browser.look import make_component, reporting_errors
from ui.chat.export import forms, hand_over, handed_over, make_file
from ui.server.chats import OpenChat, OpenChats

_LISTED = 30
_SEARCHED_FROM = 6  # a shorter list needs no search
_component = make_component("chat_list")


@reporting_errors
def show_chats(chats: OpenChats, chat: OpenChat) -> None:
    """List the chats that were used last, or those that contain the search words."""
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
    clicks = draw(
        _component,
        key="chats",
        data={
            "chats": [_entry(listing, chat.id) for listing in listings],
            "all": bool(sought),
            "file": handed_over("chats"),
            "forms": forms(),
        },
    )
    if not listings:
        st.html('<p class="dl-note">No chat contains these words.</p>')
    elif kept > len(listings) and not sought:
        st.html(f'<p class="dl-note">and {kept - len(listings):,} older ones</p>')
    clicks.do("open", lambda id_: go(Address(chat=id_)), str)
    clicks.do("rename", lambda asked: chats.kept.rename(str(asked.get("id")), str(asked.get("title"))), dict)
    clicks.do("export", partial(_export, chats), dict)
    clicks.do("delete", partial(_delete, chats, chat), str)


def _delete(chats: OpenChats, shown: OpenChat, id_: str) -> None:
    chats.delete(id_)
    if id_ == shown.id:
        go(replace(here(), chat="", article="", quote=None, turn=None))


def _export(chats: OpenChats, asked: dict[str, object]) -> None:
    id_ = str(asked.get("id"))
    try:
        kept = chats.kept.chat(id_)
    except UnknownChat:
        return  # deleted in another window; the list will show that
    name = f"dateline-{id_[:8]}"
    hand_over("chats", make_file(kept.title, kept.answers, asked.get("form"), name=name))


def _entry(listing: ChatListing, current: str) -> dict[str, object]:
    now = datetime.now(UTC)
    days = (now.astimezone().date() - listing.changed.astimezone().date()).days
    return {
        "id": listing.id,
        "title": listing.title,
        "group": "Today" if days <= 0 else "Yesterday" if days == 1 else "Earlier",
        "when": ago(listing.changed, now=now),
        "current": listing.id == current,
    }
