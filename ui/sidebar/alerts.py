"""The alerts, in the sidebar: each with how much it has found in new articles."""

from functools import partial

import streamlit as st

from index.core.formatting import counted
from rag.output.alerts import quotes_words
from rag.storage.alerts import AlertListing
from ui.browser.address import Address, go, here
from ui.browser.clicks import draw
from ui.browser.live import redraw_on_change
from ui.browser.look import make_component, reporting_errors, show_text
from ui.server.services import Services

_LISTED = 200  # the list shows a few of them, and all on request
_component = make_component("alert_list")


def show_alerts(services: Services) -> None:
    """List the alerts, those that have found something first, and again whenever one has found more."""
    redraw_on_change("alerts", services.pulse.value, partial(_show_alerts, services))


@reporting_errors
def _show_alerts(services: Services) -> None:
    listings = services.alerts.listings()
    if not listings:
        return
    st.html('<h2 class="dl-heading">Alerts</h2>')
    if services.alerts.problem:
        show_text(services.alerts.problem, kind="problem")
    clicks = draw(_component, key="alerts", data=[_entry(listing) for listing in listings[:_LISTED]])
    if len(listings) > _LISTED:
        show_text(f"and {counted(len(listings) - _LISTED, 'other')}", kind="note")
    clicks.do("open", lambda number: go(Address(page="alerts", chat=here().chat, question=number)), int)


def _entry(listing: AlertListing) -> dict[str, object]:
    return {
        "number": listing.asked.number,
        "question": listing.asked.standalone.question,
        "count": quotes_words(listing.quotes),
        "found": bool(listing.quotes),
        "current": here().page == "alerts" and here().question == listing.asked.number,
    }
