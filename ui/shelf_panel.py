"""The shelf, in the sidebar: how much is there, how fresh it is, and Re-index."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from operator import add

import streamlit as st

from index.shelf import Listing
from index.sync import Done
from index.wording import counted, place_line
from rag.rendering import usage_words
from ui.indexing import Indexing
from ui.look import ignore_trigger, make_component, show_text
from ui.turns import Turn

LOOK_SECONDS = 1.0
QUOTES_ALONE = "Quotes alone"
_LISTED = 100  # a list of thousands is searched, not scrolled
_show_list = make_component("list")


def show_shelf_panel(indexing: Indexing, turns: Sequence[Turn]) -> None:
    """Show the sidebar; it looks again by itself, so that what another process did is seen."""
    st.html('<p class="dl-brand">Dateline</p>')
    st.button("New chat", key="new-chat", width="stretch", on_click=_start_new_chat)
    if indexing.chats:
        names = [chat.name for chat in indexing.chats]
        st.selectbox("Answer with", [*names, QUOTES_ALONE], key="chat")
    st.fragment(_show_status, run_every=LOOK_SECONDS)(indexing)
    st.fragment(_show_usage, run_every=LOOK_SECONDS)(indexing, turns)


def _show_usage(indexing: Indexing, turns: Sequence[Turn]) -> None:
    """Say what the chat has taken, or that no model is asked."""
    if not indexing.chats:
        show_text("Answers are quotes alone: no language model is set.", kind="note")
    elif took := [turn.usage for turn in turns if turn.usage]:
        show_text(f"This chat: {usage_words(reduce(add, took))}", kind="note")


def _show_status(indexing: Indexing) -> None:
    progress = indexing.progress
    with indexing.parts.shelf.read() as reading:
        counts, listings, last_run = reading.counts(), reading.listings(_LISTED), reading.record("last_run")
    with st.container(border=True, key="shelf"):
        st.html(f'<p class="dl-count">{counted(counts.articles, "article")}</p>')
        if progress.running:
            st.progress(progress.share, text=progress.doing)
            st.caption("You can keep asking.")
        else:
            show_text(_freshness(last_run, progress.done), kind="note")
        st.button("Re-index", key="reindex", width="stretch", disabled=progress.running, on_click=indexing.start)
    if progress.problem:
        show_text(progress.problem, kind="problem")
    if counts.chunks > counts.embedded and not progress.running:
        show_text(f"Found by meaning: {counts.embedded:,} of {counts.chunks:,} passages.", kind="note")
    if progress.rejected:
        with st.expander(f"Not on the shelf: {len(progress.rejected):,}", key="rejected"):
            for event in progress.rejected[:_LISTED]:
                show_text(event.reason, kind="note")
    if listings:
        st.html('<h2 class="dl-heading">Articles</h2>')
        clicked = _show_list(
            key="articles",
            data=[_entry(listing) for listing in listings],
            on_open_change=ignore_trigger,
        )
        if isinstance(clicked.open, str):
            st.session_state["opened"] = ("article", clicked.open)
            st.rerun()  # the drawer belongs to the page, and only this panel is being drawn
        if counts.articles > len(listings):
            show_text(f"and {counts.articles - len(listings):,} older ones", kind="note")


def _freshness(last_run: str, done: Done | None) -> str:
    if not last_run:
        return "Not indexed yet."
    seconds = (datetime.now(UTC) - datetime.fromisoformat(last_run)).total_seconds()
    ago = next((f"{int(seconds // size)} {unit} ago" for size, unit in _AGO if seconds >= size), "just now")
    # Another process may have indexed since this one did: what ours found is no news then.
    return f"Indexed {ago}. {_found(done)}" if done and done.ended == last_run else f"Indexed {ago}."


_AGO = ((86400, "d"), (3600, "h"), (60, "min"))


def _found(done: Done) -> str:
    """Say what a run found."""
    found = [
        f"{count:,} {word}"
        for count, word in (
            (done.visible, "new or changed"),
            (done.removed, "removed"),
            (done.rejected, "not readable"),
        )
        if count
    ]
    return f"Found {', '.join(found)}." if found else "Nothing has changed."


def _start_new_chat() -> None:
    for turn in st.session_state["turns"]:
        turn.stop()
    # The list stays the same one: the chat's input holds on to it.
    st.session_state["turns"].clear()
    st.session_state.pop("opened", None)


def _entry(listing: Listing) -> dict[str, str]:
    where = place_line(listing.outlet, listing.place, listing.published)
    return {"path": listing.path, "title": listing.title, "where": where}
