"""The shelf in the sidebar: how many articles it has, when it was updated, and what is new."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from index.core.formatting import ago, counted
from index.feeds.staleness import failure_line, newest_line, read_staleness
from ui.browser.live import redraw_on_change
from ui.browser.look import reporting_errors, show_text
from ui.server.services import Services

_MOST_REASONS = 100


def show_status(services: Services) -> None:
    """Show the state of the shelf, and again whenever it changes, because another process may change it."""
    redraw_on_change("status", services.pulse.value, partial(_show_status, services))


@reporting_errors
def _show_status(services: Services) -> None:
    progress = services.indexer.progress
    with services.library.shelf.read() as reading:
        counts = reading.counts()
        last_run, found, change = (reading.record(name) for name in ("last_run", "last_found", "last_change"))
        undated, newest = reading.reach().undated, reading.newest_day(until=datetime.now(UTC).date())
    staleness = read_staleness(services.library.settings.store, newest)
    with st.container(border=True, key="shelf"):
        st.html(f'<p class="dl-count">{counted(counts.articles, "article")}</p>')
        if undated:
            show_text(f"{undated:,} without a date", kind="note")
        if newest:
            # An archive without feeds may be of any age.
            show_text(newest_line(newest, with_age=bool(staleness.feeds)), kind="note")
        if progress.running:
            st.progress(progress.share, text=progress.doing)
            st.caption("You can keep asking.")
        else:
            for line in freshness(last_run, found, change, now=datetime.now(UTC)):
                show_text(line, kind="note")
        st.button(
            "Re-index", key="reindex", width="stretch", disabled=progress.running, on_click=services.indexer.start
        )
        st.session_state["watch"] = services.indexer.watching  # another reader may have switched it
        st.toggle("Watch the folder", key="watch", on_change=_switch_watch, args=(services,))
    for problem in filter(None, [progress.problem, *map(failure_line, staleness.failing)]):
        show_text(problem, kind="problem")
    if counts.chunks > counts.embedded and not progress.running:
        show_text(f"Semantic search: {counts.embedded:,} of {counts.chunks:,} passages.", kind="note")
    if progress.rejected:
        with st.expander(f"Not on the shelf: {len(progress.rejected):,}", key="rejected"):
            for event in progress.rejected[:_MOST_REASONS]:
                show_text(event.reason, kind="note")


def _switch_watch(services: Services) -> None:
    services.indexer.watch(bool(st.session_state["watch"]))


def freshness(last_run: str, found: str, change: str, *, now: datetime) -> list[str]:
    """Say when the shelf last changed, and how, and what a later run found.

    Watching the folder may start a second run directly after the one that found a new article.

    Args:
        last_run: When the last run ended (ISO 8601), "" if there was none.
        found: JSON of its counts: articles that are new or changed, removed, not readable. "" in old stores.
        change: JSON of when a run last changed the shelf, and its counts. "" in old stores.
        now: The present, with a time zone.
    """
    if not last_run:
        return ["Not indexed yet."]
    lines, found_now = [], json.loads(found) if found else []
    ended, found_then = json.loads(change) if change else ("", [])
    if ended:
        lines.append(_line("Updated", ended, _found(found_then), now))
    if (last_run, found_now) != (ended, found_then):
        lines.append(_line("Checked", last_run, _found(found_now) if found else "", now))
    return lines


def _line(did: str, ended: str, found: str, now: datetime) -> str:
    when = f"{did} {ago(datetime.fromisoformat(ended), now=now)}"
    return f"{when} · {found}" if found else when


def _found(counts: Sequence[int]) -> str:
    """Say what a run found.

    >>> _found([3, 0, 1])
    '3 new or changed, 1 not readable'
    """
    words = ("new or changed", "removed", "not readable")
    found = [f"{count:,} {word}" for count, word in zip(counts, words, strict=True) if count]
    return ", ".join(found) if found else "no changes"
