"""Links: input from an address or the browser is read, or the default is used."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from index.feeds.feed_list import FeedList
from tests.conftest import FENTANYL, OTTAWA, Newsroom, wait_until
from ui.pages.shelf import Look, bars


@given(
    st.dictionaries(
        st.sampled_from(["titled", "order", "period", "offset", "other"]),
        st.none() | st.text() | st.integers() | st.lists(st.integers(), max_size=2),
    )
)
def test_any_table_view_in_an_address_is_a_valid_one(said: dict[str, object]) -> None:
    look = Look.read(said)
    assert look.offset >= 0
    assert Look.read({"titled": look.titled, "order": look.order, "period": look.period, "offset": look.offset}) == look


@pytest.mark.slow
@given(st.lists(st.dates(), min_size=1, max_size=50))
def test_bars_count_every_article_once(days: list[date]) -> None:
    months: dict[str, int] = {}
    for day in sorted(days):
        months[f"{day:%Y-%m}".zfill(7)] = months.get(f"{day:%Y-%m}".zfill(7), 0) + 1
    shown = bars(list(months.items()))
    assert sum(int(str(bar["count"])) for bar in shown) == len(days)
    periods = [str(bar["period"]) for bar in shown]
    assert periods == sorted(set(periods))


@pytest.mark.slow
def test_the_page_says_that_an_unexpected_error_happened(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise LookupError

    monkeypatch.setattr("ui.server.chats.stream_answer", fail)
    page.chat_input[0].set_value(FENTANYL).run()
    wait_until(lambda: not page.session_state["shown"].under_way)
    page.run()
    shown = [element.proto.body for element in page.get("html")]
    assert any("An unexpected error stopped this answer." in body and 'role="alert"' in body for body in shown)


@pytest.mark.slow
def test_a_late_address_from_the_browser_changes_nothing(page: AppTest) -> None:
    """A browser sends its address with every click. On a busy machine an old address may come after a question."""
    page.chat_input[0].set_value(FENTANYL).run()
    chat = page.session_state["shown"]
    assert page.query_params["chat"] == chat.id
    del page.query_params["chat"]
    page.run()
    assert page.session_state["shown"] is chat
    assert [turn.question for turn in chat.turns] == [FENTANYL]
    page.button(key="new-chat").click().run()
    page.query_params["chat"] = chat.id
    page.run()
    assert page.session_state["shown"] is not chat
    assert not page.exception


@pytest.mark.slow
@pytest.mark.parametrize("question_first", [True, False])
def test_a_question_typed_right_after_new_chat_is_asked_in_it(page: AppTest, question_first: bool) -> None:
    """On a busy machine Streamlit hands over the click and the question in one run, in any order."""
    page.chat_input[0].set_value(FENTANYL).run()
    earlier = page.session_state["shown"]
    page.button(key="new-chat").click()
    page.chat_input[0].set_value(OTTAWA)
    together = page._tree.get_widget_states()
    ordered = sorted(together.widgets, key=lambda one: one.id.endswith("-question"), reverse=question_first)
    page._run(WidgetStates(widgets=ordered))
    assert [turn.question for turn in page.session_state["shown"].turns] == [OTTAWA]
    assert [turn.question for turn in earlier.turns] == [FENTANYL]
    page.button(key="new-chat").click().run()
    assert not page.session_state["shown"].turns


@pytest.mark.slow
@pytest.mark.parametrize(("spelling", "shown"), [("alerts", "alerts"), ("standing", "alerts"), ("nothing", "")])
def test_the_address_of_alerts_is_read_in_its_former_spelling_too(spelling: str, shown: str) -> None:
    def script() -> None:
        import streamlit as st

        from ui.browser.address import here

        st.text(here().page)

    test = AppTest.from_function(script, default_timeout=60)
    test.query_params["page"] = spelling
    assert test.run().text[0].value == shown


@pytest.mark.slow
def test_the_sidebar_says_how_old_the_shelf_is_and_which_feeds_fail(page: AppTest, newsroom: Newsroom) -> None:
    page.run()
    assert re.search(r"Newest article: 12 Feb 2026(?! \()", html_of(page)), "an archive without feeds may be of any age"
    feeds = FeedList(newsroom.library.settings.store)
    feed = feeds.add("http://10.0.0.1/feed", "The Echo")
    feeds.fail(feed, "http://10.0.0.1/feed: the server answered 404.", now=datetime(2026, 11, 24, tzinfo=UTC))
    page.run()
    shown = html_of(page)
    assert re.search(r"Newest article: 12 Feb 2026 \([\d,]+ days old\)", shown)
    assert "Feed The Echo has failed since Tue 24 Nov: http://10.0.0.1/feed: the server answered 404." in shown


def html_of(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))
