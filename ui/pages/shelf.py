"""The page of the shelf: a table of the articles, a chart of their number by month, and a way to remove one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import get_args

import streamlit as st

from index.core.errors import DatelineError
from index.core.formatting import counted, long_day, one_line, scope_words
from index.core.scope import Scope
from index.inbox.folder import remove_seed, restore_seed
from index.shelf.queries import Listing, Order
from index.text.articles import Article
from ui.browser.address import go, here
from ui.browser.clicks import draw
from ui.browser.live import redraw_on_change
from ui.browser.look import inert, make_component, reporting_errors, show_text
from ui.server.services import Services
from ui.sidebar.filters import chosen_scope, show_narrowing

_ROWS = 50
_MOST_MONTHS = 36  # with more of them, years are easier to read
UNDATED = "undated"
_component = make_component("table")


@dataclass(frozen=True, slots=True)
class Look:
    """Which part of the table is shown, and in which order."""

    titled: str = ""
    order: Order = "newest"
    period: str = ""  # "2026-02" or "2026": only articles published then; or `UNDATED`
    offset: int = 0

    @classmethod
    def read(cls, said: dict[str, object]) -> "Look":
        """Read what the browser asks for; an invalid value is replaced by its default."""
        order, offset, period = said.get("order"), said.get("offset"), str(said.get("period") or "")
        return cls(
            titled=one_line(str(said.get("titled") or ""))[:200],
            order=next((known for known in get_args(Order) if known == order), "newest"),
            period=period if period == UNDATED or _days(period) else "",
            offset=max(0, offset) if isinstance(offset, int) else 0,
        )


@dataclass(frozen=True, slots=True)
class _Removed:
    """An article that was removed and can still be put back."""

    path: str
    title: str
    content: bytes


def show_shelf_page(services: Services) -> None:
    """Show the table and what was just done to it."""
    state = st.session_state
    if st.button("← Back to the chat", key="back-to-chat", type="tertiary"):
        go(replace(here(), page=""))
        st.rerun()
    st.html('<h1 class="dl-shelf">The shelf</h1>')
    with st.container():
        _show_removed(services)
    with st.container():
        show_narrowing(services)
    redraw_on_change("table", services.pulse.value, partial(_show_table, services))
    if removing := state.pop("removing", None):
        _ask_whether_to_remove(services, removing)


@reporting_errors
def _show_table(services: Services) -> None:
    state = st.session_state
    look: Look = state.setdefault("look", Look())
    scope = chosen_scope()
    with services.library.shelf.read() as reading:
        months = reading.months(scope=scope, titled=look.titled)
        undated = reading.count(scope=replace(scope, undated=True), titled=look.titled)
        within = _within(scope, look.period)
        found = reading.count(scope=within, titled=look.titled)
        listings = reading.listings(
            _ROWS,
            offset=min(look.offset, max(0, found - 1) // _ROWS * _ROWS),
            scope=within,
            titled=look.titled,
            order=look.order,
        )
        everything = reading.count()
    shown = look.period == UNDATED
    narrowed = "" if scope.is_whole else f" in {scope_words(scope)}"
    clicks = draw(
        _component,
        key="table",
        data={
            "rows": [_row(listing) for listing in listings],
            "found": found,
            "summary": f"{counted(found, 'article')}{narrowed}" if found < everything else counted(found, "article"),
            "look": {"titled": look.titled, "order": look.order, "period": look.period, "offset": look.offset},
            "most": _ROWS,
            "bars": bars(months),
            "undated": {"period": UNDATED, "name": f"{undated:,} without a date"} if undated or shown else None,
        },
    )
    clicks.do("look", lambda look: state.update(look=Look.read(look)), dict)
    clicks.do("open", lambda path: go(replace(here().without_article(), article=path)), str)
    clicks.do("remove", lambda path: state.update(removing=path), str)


def bars(months: Sequence[tuple[str, int]]) -> list[dict[str, object]]:
    """Make a bar for each month from the first to the last, including empty ones, or for each year if there are many.

    >>> [(bar["period"], bar["count"]) for bar in bars([("2025-12", 2), ("2026-02", 1)])]
    [('2025-12', 2), ('2026-01', 0), ('2026-02', 1)]
    """
    if not months:
        return []
    counts = dict(months)
    first, last = _month_number(months[0][0]), _month_number(months[-1][0])
    if last - first < _MOST_MONTHS:
        periods = [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(first, last + 1)]
        names = [f"{date.fromisoformat(f'{period}-01'):%b %Y}" for period in periods]
    else:
        years: dict[str, int] = {}
        for month, count in months:
            years[month[:4]] = years.get(month[:4], 0) + count
        counts = years
        names = periods = [f"{year:04}" for year in range(first // 12, last // 12 + 1)]
    return [
        {
            "period": period,
            "name": name,
            "count": counts.get(period, 0),
            "label": counted(counts.get(period, 0), "article"),
        }
        for period, name in zip(periods, names, strict=True)
    ]


def _month_number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _days(period: str) -> tuple[date, date] | None:
    """Return the first and the last day of a month or a year; None if it is neither."""
    try:
        if len(period) == 4:
            return date(int(period), 1, 1), date(int(period), 12, 31)
        first = date.fromisoformat(f"{period}-01")
    except ValueError:
        return None
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _within(scope: Scope, period: str) -> Scope:
    """Narrow a scope to a month, a year or the articles without a date."""
    if period == UNDATED:
        return replace(scope, undated=True)
    if not (days := _days(period)):
        return scope
    return replace(scope, since=max(days[0], scope.since or days[0]), until=min(days[1], scope.until or days[1]))


def _row(listing: Listing) -> dict[str, object]:
    return {
        "path": listing.path,
        "title": listing.title,
        "outlet": listing.outlet or "",
        "place": listing.place or "",
        "published": long_day(listing.published),
        "remark": "corrected by hand" if listing.corrected else "",
    }


def _ask_whether_to_remove(services: Services, path: str) -> None:
    try:
        with services.library.shelf.read() as reading:
            article = reading.article(path)
    except DatelineError as error:
        show_text(str(error), kind="problem")
        return

    @st.dialog("Remove this article?")
    def ask() -> None:
        st.html(f'<p class="dl-ask"><b>{inert(article.title)}</b></p>')
        show_text(
            f"The file {article.path} is deleted from the seeds folder. Chats that quote it keep their quotes.",
            kind="note",
        )
        with st.container(horizontal=True):
            removed = st.button(
                "Remove the article", key="remove", type="primary", on_click=_remove, args=(services, article)
            )
            if st.button("Keep it", key="keep") or (removed and not st.session_state["remove-problem"]):
                st.rerun()
        if removed:
            show_text(st.session_state["remove-problem"], kind="problem")

    ask()


def _show_removed(services: Services) -> None:
    removed: _Removed | None = st.session_state.get("removed")
    if removed is None:
        return
    with st.container(horizontal=True, key="removed", vertical_alignment="center"):
        st.html(f'<p class="dl-note" role="status">Removed: {inert(removed.title)}</p>')
        if st.button("Put it back", key="put-back", on_click=_put_back, args=(services, removed)):
            show_text(st.session_state["remove-problem"], kind="problem")


def _remove(services: Services, article: Article) -> None:
    state = st.session_state
    state["remove-problem"] = ""
    try:
        content = remove_seed(services.library.settings.seeds, article.path)
    except DatelineError as error:
        state["remove-problem"] = str(error)
    else:
        state["removed"] = _Removed(article.path, article.title, content)
        services.indexer.start()


def _put_back(services: Services, removed: _Removed) -> None:
    state = st.session_state
    try:
        restore_seed(services.library.settings.seeds, removed.path, removed.content)
    except DatelineError as error:
        state["remove-problem"] = str(error)
    else:
        state["removed"] = None
        services.indexer.start()
