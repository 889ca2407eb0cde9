"""Event dates: the days that a quote mentions, relative to its article's date."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.readers import read_article
from index.text.articles import Article
from index.text.spans import Span
from rag.evidence.citations import Citation
from rag.evidence.event_dates import read_when, when_of
from rag.output.answer_text import said_words
from tests.conftest import SEED

THURSDAY = date(2026, 2, 12)


@pytest.mark.parametrize(
    ("quote", "first", "last"),
    [
        ("They met on Saturday as part of a visit.", "2026-02-07", "2026-02-07"),
        ("The ministry said so on Thursday.", "2026-02-12", "2026-02-12"),
        ("Police arrested him Tuesday morning.", "2026-02-10", "2026-02-10"),
        ("Wednesday's vote failed.", "2026-02-11", "2026-02-11"),
        ("Last Thursday it rained.", "2026-02-05", "2026-02-05"),
        ("They will meet on Friday.", "2026-02-13", "2026-02-13"),
        ("On Saturday, the ministers will meet.", "2026-02-14", "2026-02-14"),
        ("Freight should be normal by Thursday.", "2026-02-19", "2026-02-19"),
        ("They meet next Tuesday.", "2026-02-17", "2026-02-17"),
        ("She said on Monday that it will rain.", "2026-02-09", "2026-02-09"),
        ("It starts tomorrow.", "2026-02-13", "2026-02-13"),
        ("He left yesterday.", "2026-02-11", "2026-02-11"),
        ("Last week it rained.", "2026-02-02", "2026-02-08"),
        ("It opens next week.", "2026-02-16", "2026-02-22"),
        ("It opens next month.", "2026-03-01", "2026-03-31"),
        ("It opens next year.", "2027-01-01", "2027-12-31"),
        ("An inquiry will report in May.", "2026-05-01", "2026-05-31"),
        ("The figures were stolen in November.", "2025-11-01", "2025-11-30"),
        ("He leaves on March 3, 2026.", "2026-03-03", "2026-03-03"),
        ("The council would vote in May, she said.", "2026-05-01", "2026-05-31"),
        ("The party hopes to govern if it wins in September.", "2026-09-01", "2026-09-30"),
        ("The rules take effect on 1 April.", "2026-04-01", "2026-04-01"),
        ("Her successor is to take over on Jan. 5.", "2027-01-05", "2027-01-05"),
        ("She was expected to speak on Saturday.", "2026-02-14", "2026-02-14"),
        ("The pool was due to open in March.", "2026-03-01", "2026-03-31"),
        ("The old bridge was closed in April.", "2025-04-01", "2025-04-30"),
        ("It had been repaired by the end of August.", "2025-08-21", "2025-08-31"),
        ("A poll was taken from Feb. 3 to 6.", "2026-02-03", "2026-02-06"),
        ("Correction, 13 February: the mayor was misquoted.", "2026-02-13", "2026-02-13"),
        ("He spoke on Tuesday, 3 February.", "2026-02-03", "2026-02-03"),
        ("Voters decide on 8 March.", "2026-03-08", "2026-03-08"),
        ("Vey beat Moss in the Open final on Sunday.", "2026-02-08", "2026-02-08"),
        ("An open letter was published on Monday.", "2026-02-09", "2026-02-09"),
        ("The club should have sold him in January.", "2026-01-01", "2026-01-31"),
        ("The schools were closed until at least March 13.", "2026-03-13", "2026-03-13"),
        ("The pool was shut until 20 January.", "2026-01-20", "2026-01-20"),
        ("The mine will stay shut until November.", "2026-11-01", "2026-11-30"),
    ],
)
def test_a_time_is_read_by_the_articles_date(quote: str, first: str, last: str) -> None:
    (found,) = read_when(quote, THURSDAY)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "quote", ["Members voted to approve the bill on Tuesday.", "The two sides agreed to a truce on Monday."]
)
def test_a_day_after_a_decision_is_not_put_into_the_future(quote: str) -> None:
    """It may be the day of the decision or of what was decided."""
    assert all(found.last <= THURSDAY for found in read_when(quote, THURSDAY))


def test_each_time_has_its_own_verb() -> None:
    found = read_when("Ministers, who met on Monday, will meet again on Friday.", THURSDAY)
    assert [one.words for one in found] == ["Monday → 9 Feb 2026", "Friday → 13 Feb 2026"]


@pytest.mark.parametrize(
    "quote",
    [
        "The Sunday Times said so.",
        "May said so.",
        "It rained.",
        "On 31 February it rained.",
        "a monday",
        "Cases have risen since the start of the year.",
        "She had hoped to win. Norvia needs a win against Portugal on Wednesday.",
        "The council votes on Tuesday.",
    ],
)
def test_text_without_a_time_gives_none(quote: str) -> None:
    assert read_when(quote, THURSDAY) == ()


@pytest.mark.parametrize(
    ("quote", "is_shown"),
    [
        ("The talks began on 12 February.", False),
        ("The law takes effect in May.", False),
        ("The budget was passed on 3 March 2024.", False),
        ("The talks began on Monday.", True),
        ("The letter was sent on 14 November.", True),
    ],
)
def test_only_days_that_need_more_than_the_articles_year_are_labels(quote: str, is_shown: bool) -> None:
    (found,) = read_when(quote, THURSDAY)
    assert found.is_relative is is_shown


def test_a_month_after_a_later_year_is_not_read() -> None:
    found = read_when("She would take office in January 2031 and resign in November.", THURSDAY)
    assert [one.phrase for one in found] == ["January 2031"]


def test_without_the_articles_date_nothing_is_read() -> None:
    text = "They met on Saturday."
    undated = Article("1", "a.txt", "", text, Span(0, len(text)), None, None, None, None, None)
    assert when_of(Citation(undated, undated.body)) == ()


def test_days_are_shown_next_to_the_quote_and_not_in_it() -> None:
    seed = read_article(SEED.name, SEED.read_bytes())
    start = seed.text.index("According to a MEA release")
    quote = Citation(seed, Span(start, seed.text.index("working relationship.") + len("working relationship.")))
    assert said_words(quote) == "A MEA release · agreed · Saturday → 7 Feb 2026"
    assert "2026" not in quote.quote


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_day_of_the_week_is_the_last_one_or_the_next_one(published: date) -> None:
    (back,) = read_when("They met on Saturday.", published)
    (ahead,) = read_when("They will meet on Saturday.", published)
    assert back.first.weekday() == ahead.first.weekday() == 5
    assert back.first <= published < ahead.first
    assert ahead.first - back.first == timedelta(7)


DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@given(DAYS, DAYS.filter(lambda day: (day.month, day.day) != (2, 29)))
def test_a_day_without_a_year_is_the_nearest_that_the_tense_allows(published: date, day: date) -> None:
    phrase = f"{day.day} {day:%B}"
    (back,) = read_when(f"They were freed on {phrase}.", published)
    (ahead,) = read_when(f"They would be freed on {phrase}.", published)
    assert {(one.first.month, one.first.day) for one in (back, ahead)} == {(day.month, day.day)}
    assert published - timedelta(366) < back.first <= published <= ahead.first < published + timedelta(366)


@given(DAYS, st.integers(-60, 60))
def test_a_day_near_the_articles_day_needs_no_tense(published: date, days: int) -> None:
    day = published + timedelta(days)
    found = read_when(f"Opening hours on {day.day} {day:%B}: ten to four.", published)
    assert [(one.first, one.last) for one in found] == [(day, day)]
