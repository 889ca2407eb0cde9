"""Date phrases: the days that a question mentions, and words that only look like a day."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.language.date_phrases import read_days

AS_OF = date(2026, 2, 18)  # a Wednesday


def read(question: str, as_of: date = AS_OF) -> tuple[str, str] | None:
    """Return the first and the last day as a reader would write them, "" if a side is open."""
    found = read_days(question, as_of=as_of)
    if found is None:
        return None
    return (str(found.since) if found.since else "", str(found.until) if found.until else "")


def test_the_questions_are_asked_on_a_wednesday() -> None:
    assert AS_OF.strftime("%A") == "Wednesday"


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        # Days counted from the day of asking.
        ("What happened today?", "2026-02-18", "2026-02-18"),
        ("What was said this morning?", "2026-02-18", "2026-02-18"),
        ("Who is speaking tonight?", "2026-02-18", "2026-02-18"),
        ("What happened yesterday?", "2026-02-17", "2026-02-17"),
        ("YESTERDAY, what did the mayor say?", "2026-02-17", "2026-02-17"),
        ("Yesterday evening, who spoke?", "2026-02-17", "2026-02-17"),
        ("What did yesterday's papers say?", "2026-02-17", "2026-02-17"),
        ("Who was arrested last night?", "2026-02-17", "2026-02-18"),
        ("What happened the day before yesterday?", "2026-02-16", "2026-02-16"),
        # Weeks, months, quarters, years.
        ("What happened this week?", "2026-02-16", "2026-02-22"),
        ("What happened last week?", "2026-02-09", "2026-02-15"),
        ("Last   Week, what was agreed?", "2026-02-09", "2026-02-15"),
        ("What happened the previous week?", "2026-02-09", "2026-02-15"),
        ("What happened the week before last?", "2026-02-02", "2026-02-08"),
        ("What happened in the past week?", "2026-02-11", "2026-02-18"),
        ("What happened over the last week?", "2026-02-11", "2026-02-18"),
        ("What happened this month?", "2026-02-01", "2026-02-28"),
        ("What happened last month?", "2026-01-01", "2026-01-31"),
        ("What happened over the past month?", "2026-01-18", "2026-02-18"),
        ("What happened late last month?", "2026-01-21", "2026-01-31"),
        ("What happened this quarter?", "2026-01-01", "2026-03-31"),
        ("What did it earn last quarter?", "2025-10-01", "2025-12-31"),
        ("What happened this year?", "2026-01-01", "2026-12-31"),
        ("What has changed so far this year?", "2026-01-01", "2026-02-18"),
        ("What happened earlier this month?", "2026-02-01", "2026-02-18"),
        ("What happened last year?", "2025-01-01", "2025-12-31"),
        ("What was in last year's budget?", "2025-01-01", "2025-12-31"),
        ("What happened early last year?", "2025-01-01", "2025-04-30"),
        ("What has changed since the start of the year?", "2026-01-01", ""),
        ("What happened at the end of last year?", "2025-09-01", "2025-12-31"),
        ("What has happened in the past year?", "2025-02-18", "2026-02-18"),
        # Numbers of days, weeks, months and years.
        ("What happened in the last 3 days?", "2026-02-15", "2026-02-18"),
        ("What happened in the last 24 hours?", "2026-02-17", "2026-02-18"),
        ("What happened over the past seven days?", "2026-02-11", "2026-02-18"),
        ("What happened in the last few days?", "2026-02-15", "2026-02-18"),
        ("What happened in the past couple of weeks?", "2026-02-04", "2026-02-18"),
        ("What happened in the last two weeks?", "2026-02-04", "2026-02-18"),
        ("What happened in the past six months?", "2025-08-18", "2026-02-18"),
        ("What happened in the last twelve years?", "2014-02-18", "2026-02-18"),
        ("What happened three days ago?", "2026-02-15", "2026-02-15"),
        ("What happened a couple of days ago?", "2026-02-16", "2026-02-16"),
        ("What happened a week ago?", "2026-02-09", "2026-02-15"),
        ("What happened 2 weeks ago?", "2026-02-02", "2026-02-08"),
        ("What happened a fortnight ago?", "2026-02-02", "2026-02-08"),
        ("What happened two months ago?", "2025-12-01", "2025-12-31"),
        ("What happened 5 years ago?", "2021-01-01", "2021-12-31"),
        # Weekdays and weekends.
        ("What happened on Monday?", "2026-02-16", "2026-02-16"),
        ("what happened on monday?", "2026-02-16", "2026-02-16"),
        ("What happened on Wednesday?", "2026-02-18", "2026-02-18"),
        ("What happened on Thursday?", "2026-02-12", "2026-02-12"),
        ("What happened on Thursday night?", "2026-02-12", "2026-02-12"),
        ("What happened on Thurs. in Ottawa?", "2026-02-12", "2026-02-12"),
        ("What was said at Friday's meeting?", "2026-02-13", "2026-02-13"),
        ("What happened last Monday?", "2026-02-16", "2026-02-16"),
        ("What happened last Wednesday?", "2026-02-11", "2026-02-11"),
        ("What happened this Monday?", "2026-02-16", "2026-02-16"),
        ("What happened on Monday last week?", "2026-02-09", "2026-02-09"),
        ("What has happened since Monday?", "2026-02-16", ""),
        ("What happened from Monday to Wednesday?", "2026-02-16", "2026-02-18"),
        ("Who won last weekend?", "2026-02-14", "2026-02-15"),
        ("Who won over the weekend?", "2026-02-14", "2026-02-15"),
        # Months.
        ("What happened in February?", "2026-02-01", "2026-02-28"),
        ("what happened in february", "2026-02-01", "2026-02-28"),
        ("What happened in March?", "2025-03-01", "2025-03-31"),
        ("what happened in may?", "2025-05-01", "2025-05-31"),
        ("In May, what did the council decide?", "2025-05-01", "2025-05-31"),
        ("What happened in Feb. 2026?", "2026-02-01", "2026-02-28"),
        ("What happened in Sept?", "2025-09-01", "2025-09-30"),
        ("What happened in February 2026?", "2026-02-01", "2026-02-28"),
        ("What happened in May of 2019?", "2019-05-01", "2019-05-31"),
        ("What happened in February, 2024?", "2024-02-01", "2024-02-29"),
        ("What happened in April last year?", "2025-04-01", "2025-04-30"),
        ("What happened last February?", "2025-02-01", "2025-02-28"),
        ("What happened in early February 2026?", "2026-02-01", "2026-02-10"),
        ("What happened in mid-February 2026?", "2026-02-11", "2026-02-20"),
        ("What happened in late February 2026?", "2026-02-21", "2026-02-28"),
        ("What happened at the end of January?", "2026-01-21", "2026-01-31"),
        ("What happened in the first week of February 2026?", "2026-02-01", "2026-02-07"),
        ("What happened in the last week of January?", "2026-01-25", "2026-01-31"),
        ("What has happened since February?", "2026-02-01", ""),
        ("What happened before March 2026?", "", "2026-02-28"),
        ("What happened from February to April 2025?", "2025-02-01", "2025-04-30"),
        ("What happened from February to April?", "2025-02-01", "2025-04-30"),
        ("What happened from November to January?", "2025-11-01", "2026-01-31"),
        ("What happened between March and May 2025?", "2025-03-01", "2025-05-31"),
        ("What happened in March-May 2025?", "2025-03-01", "2025-05-31"),
        # Days.
        ("What happened on 12 February 2026?", "2026-02-12", "2026-02-12"),
        ("What happened on February 12, 2026?", "2026-02-12", "2026-02-12"),
        ("What happened on Thursday, 12 February 2026?", "2026-02-12", "2026-02-12"),
        ("What happened on Thursday, February 12?", "2026-02-12", "2026-02-12"),
        ("February 12: what happened?", "2026-02-12", "2026-02-12"),
        ("What happened on 20 February?", "2025-02-20", "2025-02-20"),
        ("What happened on 12 Feb in Ottawa?", "2026-02-12", "2026-02-12"),
        ("What happened on the 12th of February?", "2026-02-12", "2026-02-12"),
        ("What happened on may 12?", "2025-05-12", "2025-05-12"),
        ("What happened on 29 February?", "2024-02-29", "2024-02-29"),
        ("What happened on 12 February last year?", "2025-02-12", "2025-02-12"),
        ("What happened on 2026-02-12?", "2026-02-12", "2026-02-12"),
        ("What happened on 2026-02-12T21:11:57+00:00?", "2026-02-12", "2026-02-12"),
        ("What happened on 13/02/2026?", "2026-02-13", "2026-02-13"),
        ("What happened on 02/13/2026?", "2026-02-13", "2026-02-13"),
        ("What happened in the week of 12 February 2026?", "2026-02-09", "2026-02-15"),
        ("What has happened since 12 February 2026?", "2026-02-12", ""),
        ("What has happened since yesterday?", "2026-02-17", ""),
        ("What happened after 12 February 2026?", "2026-02-13", ""),
        ("What happened until 5 March 2026?", "", "2026-03-05"),
        ("What was known by 5 March 2026?", "", "2026-03-05"),
        ("What happened up to 5 March 2026?", "", "2026-03-05"),
        ("What happened from 3 to 7 February 2026?", "2026-02-03", "2026-02-07"),
        ("What happened 3–7 February 2026?", "2026-02-03", "2026-02-07"),
        ("What happened on February 3-7, 2026?", "2026-02-03", "2026-02-07"),
        ("What happened between 3 and 7 February?", "2026-02-03", "2026-02-07"),
        ("What happened from 3 to 7 February?", "2026-02-03", "2026-02-07"),
        ("What happened between 3 February and 7 March 2026?", "2026-02-03", "2026-03-07"),
        ("What happened from 3 February 2025 to 7 March?", "2025-02-03", "2025-03-07"),
        ("What happened between 20 December and 3 January?", "2025-12-20", "2026-01-03"),
        ("What happened after 3 February and before 7 February 2026?", "2026-02-04", "2026-02-06"),
        ("What happened from 3 February 2026 until yesterday?", "2026-02-03", "2026-02-17"),
        ("What happened on 3 February 2030?", "2030-02-03", "2030-02-03"),
        # Years and their parts.
        ("What happened in 2025?", "2025-01-01", "2025-12-31"),
        ("What happened in the year 2025?", "2025-01-01", "2025-12-31"),
        ("What happened in 2030?", "2030-01-01", "2030-12-31"),
        ("What happened in early 2025?", "2025-01-01", "2025-04-30"),
        ("What happened in mid-2025?", "2025-05-01", "2025-08-31"),
        ("What has happened since 2004?", "2004-01-01", ""),
        ("What happened from 2004 onwards?", "2004-01-01", ""),
        ("What happened from 2004 to 2005?", "2004-01-01", "2005-12-31"),
        ("What happened in 2004–2005?", "2004-01-01", "2005-12-31"),
        ("What happened between 2004 and 2005?", "2004-01-01", "2005-12-31"),
        ("What happened before the end of 2025?", "", "2025-12-31"),
        ("What happened in the spring of 2025?", "2025-03-01", "2025-05-31"),
        ("What happened in summer 2025?", "2025-06-01", "2025-08-31"),
        ("What happened in the autumn of 2025?", "2025-09-01", "2025-11-30"),
        ("What happened in the fall of 2025?", "2025-09-01", "2025-11-30"),
        ("What happened in the winter of 2025?", "2024-12-01", "2025-02-28"),
        ("What happened last summer?", "2025-06-01", "2025-08-31"),
        ("What happened this winter?", "2025-12-01", "2026-02-28"),
        ("What happened in Q3 2025?", "2025-07-01", "2025-09-30"),
        ("What happened in the third quarter of 2025?", "2025-07-01", "2025-09-30"),
        ("What happened in the last quarter of last year?", "2025-10-01", "2025-12-31"),
        ("What happened in the first half of 2025?", "2025-01-01", "2025-06-30"),
        ("What happened in the 1990s?", "1990-01-01", "1999-12-31"),
        ("What were the 1990s like?", "1990-01-01", "1999-12-31"),
        ("What happened in the late 1990s?", "1996-09-01", "1999-12-31"),
        # An event is within its period, so what came after it may be too.
        ("What has changed since last year's summit?", "2025-01-01", ""),
        ("What happened after last week's vote?", "2026-02-09", ""),
        ("What has changed after the March 2025 deal?", "2025-03-01", ""),
        ("What happened before last week's vote?", "", "2026-02-15"),
        # One part is a name, a count or in the future; the other is a time.
        ("What did Theresa May say in 2019?", "2019-01-01", "2019-12-31"),
        ("Why did Theresa May resign in May 2019?", "2019-05-01", "2019-05-31"),
        ("What did they say yesterday about next week's vote?", "2026-02-17", "2026-02-17"),
        ("Did more than 20 people die yesterday?", "2026-02-17", "2026-02-17"),
        # The narrower of two.
        ("What happened in 2026 on 12 February 2026?", "2026-02-12", "2026-02-12"),
    ],
)
def test_a_time_is_read_as_its_days(question: str, since: str, until: str) -> None:
    assert read(question) == (since, until)


@pytest.mark.parametrize(
    "question",
    [
        "May said no, but who said yes?",
        "Did Theresa May resign?",
        "What was said by May?",
        "What happened after May resigned?",
        "Who resigned in May's cabinet?",
        "What has she done since May became prime minister?",
        "Who may attend?",
        "How many of the 12 may leave?",
        "He may 5 times refuse, but why?",
        "Who led the March on Rome?",
        "Who marched in Rome?",
        "Will he march in Paris?",
        "Where did the last march start?",
        "Who won in March Madness?",
        "Who is April Jones?",
        "What was said by April Jones?",
        "Who is June Brown?",
        "Who wrote about August Wilson?",
        "What was found in August Wilson's house?",
        "Did he dine in august company?",
        "What did the Sunday Times report?",
        "What was printed on Sunday Times paper?",
        "How good were the Black Friday sales?",
        "What happened on Black Friday?",
        "Who directed the Friday the 13th film?",
        "What is on Friday the 13th film nights?",
        "Who scored the second quarter touchdown?",
        "Who runs Monday.com?",
        "What is on Monday.com?",
        "What is in the 2026 budget?",
        "Who won World Cup 2022?",
        "Who flew on Apollo 11?",
        "How many died of COVID-19?",
        "What did 1,984 people sign?",
        "Where does Route 66 end?",
        "Who are the 2000 people?",
        "What was built in 2000 homes?",
        "What was built in 2000 empty homes?",
        "Did it grow from 2000 to 2,500?",
        "Who flies the Boeing 737?",
        "Who won the Six-Day War?",
        "Who was shot on Bloody Sunday?",
        "What is the Good Friday Agreement?",
        "What happened on 9/11?",
        "What does the January 6 committee say?",
        "Who owns the Sun newspaper?",
        "Who sat there?",
        "What is the SAT?",
        "Does the sun mar the wed and dec the mon?",
        "What did USA Today report?",
        "What happened the day after?",
        "What has changed since the summit?",
        "What happened over a year ago?",
        "What happened half a year ago?",
        "What happened more than two weeks ago?",
        "What happened a year and a half ago?",
        "What happened twenty-two days ago?",
        "What happened on the last day of the trial?",
        "Who lived in the last years of his life?",
        # In the future.
        "What happens tomorrow?",
        "What happens next week?",
        "What happens this Friday?",
        "What happens this weekend?",
        "What will open in March?",
        "Will they vote on Monday?",
        "Must they decide by Friday?",
        "What is closed until March?",
        "What is closed from Monday?",
        # Ambiguous or impossible.
        "What happened on 03/04/2026?",
        "What happened on 31 February?",
        "What happened on 31 February 2026?",
        "What happened on February 30, 2026?",
        "What happened on 32 February 2026?",
        "What happened from 31 February to 5 March 2026?",
        "What happened on 2026-02-30?",
        "What happened on 14/13/2026?",
        "What happened in the last 999 decades?",
        "What happened from 7 to 3 February 2026?",
        "What happened from 2005 to 2004?",
        "What happened between 2004?",
        "What happened in 2025/26?",
        "What happened in Jul. 1332?",
        "What happened in July 1548?",
        "What happened on 12 July 1548?",
        "What happened on July 12, 1548?",
        # Several periods, or a comparison.
        "Compare February and March",
        "What happened in February and March?",
        "What happened in February and in March?",
        "What happened last week and in 2024?",
        "Did yesterday differ from this week?",
        "Is it colder than last year?",
        "Did it grow compared to the previous year?",
        "Were prices in 2025 higher than in 2024?",
        "Compare this week with this month",
        # No time at all.
        "What was agreed on fentanyl precursors?",
        "Quand cela arrivera-t-il ?",
        "",
    ],
)
def test_text_that_is_no_time_or_ambiguous_is_not_read(question: str) -> None:
    assert read(question) is None


@pytest.mark.parametrize(
    ("question", "as_of", "since", "until"),
    [
        ("yesterday", "2026-01-01", "2025-12-31", "2025-12-31"),
        ("this week", "2026-01-01", "2025-12-29", "2026-01-04"),
        ("last week", "2026-01-01", "2025-12-22", "2025-12-28"),
        ("last month", "2026-01-01", "2025-12-01", "2025-12-31"),
        ("last quarter", "2026-01-01", "2025-10-01", "2025-12-31"),
        ("in January", "2026-01-01", "2026-01-01", "2026-01-31"),
        ("in December", "2026-01-01", "2025-12-01", "2025-12-31"),
        ("today", "2028-02-29", "2028-02-29", "2028-02-29"),
        ("in the past year", "2028-02-29", "2027-02-28", "2028-02-29"),
        ("on 29 February", "2028-02-29", "2028-02-29", "2028-02-29"),
        ("on 29 February", "2028-02-28", "2024-02-29", "2024-02-29"),
        ("in February", "2028-02-01", "2028-02-01", "2028-02-29"),
        ("in the past month", "2026-03-31", "2026-02-28", "2026-03-31"),
        ("a month ago", "2026-03-31", "2026-02-01", "2026-02-28"),
        ("last month", "2026-03-31", "2026-02-01", "2026-02-28"),
        ("last weekend", "2026-02-15", "2026-02-07", "2026-02-08"),
        ("this weekend", "2026-02-15", "2026-02-14", "2026-02-15"),
        ("over the weekend", "2026-02-15", "2026-02-14", "2026-02-15"),
        ("last Sunday", "2026-02-15", "2026-02-08", "2026-02-08"),
        ("last winter", "2026-02-18", "2024-12-01", "2025-02-28"),
        ("this winter", "2025-12-05", "2025-12-01", "2026-02-28"),
    ],
)
def test_a_time_is_counted_from_the_day_of_asking(question: str, as_of: str, since: str, until: str) -> None:
    assert read(question, date.fromisoformat(as_of)) == (since, until)


@pytest.mark.parametrize("question", ["yesterday", "last year", "last summer", "in the last decade", "on 29 February"])
def test_before_the_first_day_there_is_none(question: str) -> None:
    assert read(question, date.min) is None


@pytest.mark.parametrize(
    ("question", "phrase", "rest"),
    [
        ("What did Canada say last week?", "last week", "What did Canada say?"),
        ("What did  Canada say\tlast\nweek ?", "last week", "What did Canada say?"),
        ("What did Canada say in February about fares?", "February", "What did Canada say about fares?"),
        ("What has changed since 12 February 2026?", "since 12 February 2026", "What has changed?"),
        ("In 2025, what changed?", "2025", "what changed?"),
        ("What changed, on Monday, in Ottawa?", "Monday", "What changed, in Ottawa?"),
        ("What changed from 2004 to 2005?", "from 2004 to 2005", "What changed?"),
        ("What changed between 3 and 7 February 2026?", "between 3 and 7 February 2026", "What changed?"),
        ("What changed after 3 February and before 7 February 2026?", None, "What changed?"),
        ("What is in last year's budget?", "last year", "What is in budget?"),
        ("What has changed since last year's summit?", "since last year", "What has changed since summit?"),
        ("What changed in 2026 on 12 February 2026?", "12 February 2026", "What changed?"),
        ("Why did the March 2025 deal fail?", "March 2025", "Why did the deal fail?"),
        ("What was said at the 12 February 2026 meeting?", "12 February 2026", "What was said at the meeting?"),
        ("What changed this past week?", "this past week", "What changed?"),
        ("What changed in the last two weeks?", "the last two weeks", "What changed?"),
        ("Yesterday?", "Yesterday", "Yesterday?"),
    ],
)
def test_the_rest_is_the_question_without_its_time(question: str, phrase: str | None, rest: str) -> None:
    found = read_days(question, as_of=AS_OF)
    assert found is not None
    assert found.rest == rest
    assert phrase is None or found.phrase == phrase


WORDS = st.sampled_from(
    """in on since until between from to and the of last past this week month year yesterday today may May March
    February Monday weekend ago two 2 12 31 2025 2026-02-12 03/04/2026 1990s summer quarter first early end Q3 's – , ?
    than compare will the-day before after days weeks what""".split()
)
TEXTS = st.text() | st.lists(WORDS, max_size=12).map(" ".join)
ANY_DAY = st.dates()


@given(TEXTS, ANY_DAY)
@example("in the last 999 years of", date.max)
def test_any_text_is_read_or_not_and_its_days_are_in_order(text: str, as_of: date) -> None:
    found = read_days(text, as_of=as_of)
    if found:
        assert found.since or found.until
        assert not (found.since and found.until) or found.since <= found.until
        assert found.phrase
        assert found.phrase in " ".join(text.split())


@given(TEXTS, ANY_DAY)
def test_reading_the_rest_again_comes_to_an_end(text: str, as_of: date) -> None:
    found = read_days(text, as_of=as_of)
    while found and found.rest != text:
        assert 0 < len(found.rest) < len(text)
        text = found.rest
        found = read_days(text, as_of=as_of)


@pytest.mark.slow
@given(st.dates(date(1800, 1, 1), date(2099, 12, 31)), ANY_DAY)
def test_a_day_written_in_full_is_read_as_that_day(day: date, as_of: date) -> None:
    for written in (
        f"{day.day} {day:%B %Y}",
        f"{day:%B} {day.day}, {day.year}",
        day.isoformat(),
        f"the {day.day}th of {day:%B}, {day.year}",
    ):
        found = read_days(f"What happened on {written} in Ottawa?", as_of=as_of)
        assert found is not None, written
        assert (found.since, found.until, found.rest) == (day, day, "What happened in Ottawa?")


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_week_is_seven_days_with_the_day_in_it(as_of: date) -> None:
    for question, back in (("this week", 0), ("last week", 7), ("a week ago", 7), ("the week before last", 14)):
        found = read_days(question, as_of=as_of)
        assert found is not None
        assert found.since is not None
        assert found.until == found.since + timedelta(6)
        assert found.since.weekday() == 0
        assert found.since <= as_of - timedelta(back) <= found.until
