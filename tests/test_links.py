"""Links: what comes from outside, in an address or from the browser, is read or left at its default."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from index.spans import Span
from ui.address import Place
from ui.shelf_page import Look, bars


@given(st.integers(0, 10**8), st.integers(1, 10**8), st.text("0123456789abcdef", min_size=8, max_size=20))
def test_a_place_is_read_as_it_was_written(start: int, length: int, article_id: str) -> None:
    place = Place.of(article_id, Span(start, start + length))
    assert Place.read(str(place)) == place


@given(st.text())
def test_any_text_is_a_place_or_none(text: str) -> None:
    place = Place.read(text)
    assert place is None or Place.read(str(place)) == place


@given(
    st.dictionaries(
        st.sampled_from(["titled", "order", "period", "offset", "other"]),
        st.none() | st.text() | st.integers() | st.lists(st.integers(), max_size=2),
    )
)
def test_any_look_at_the_table_is_one_that_can_be_had(said: dict[str, object]) -> None:
    look = Look.read(said)
    assert look.offset >= 0
    assert Look.read({"titled": look.titled, "order": look.order, "period": look.period, "offset": look.offset}) == look


@given(st.lists(st.dates(), min_size=1, max_size=50))
def test_bars_count_every_article_once(days: list[date]) -> None:
    months: dict[str, int] = {}
    for day in sorted(days):
        months[f"{day:%Y-%m}".zfill(7)] = months.get(f"{day:%Y-%m}".zfill(7), 0) + 1
    shown = bars(list(months.items()))
    assert sum(int(str(bar["count"])) for bar in shown) == len(days)
    periods = [str(bar["period"]) for bar in shown]
    assert periods == sorted(set(periods))
