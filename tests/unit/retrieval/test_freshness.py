"""A mild preference for fresher articles."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.core.scope import WHOLE, Scope
from rag.answering.pipeline import find_passages
from rag.retrieval.freshness import WEIGHT, asks_of_earlier, prefer_fresher
from tests.conftest import Newsroom

TODAY = date(2026, 3, 30)
SCORES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.01, 1)).map(
    lambda scores: dict(sorted(scores.items(), key=lambda entry: -entry[1]))
)
DAYS = st.dictionaries(st.sampled_from("abcdefgh"), st.dates(date(2016, 1, 1), TODAY))


@pytest.fixture
def tolls(newsroom: Newsroom) -> Newsroom:
    """Three reports of the same words and other days, one without a day, and one that is another story."""
    days = ("2019-05-02", "2026-03-20", "2026-03-28")
    for number, day in enumerate(days, start=1):
        newsroom.write(f"{day}.txt", f"Date: {day}\n\nThe Brenna tunnel toll is {number} crowns, the operator said.\n")
    newsroom.write("undated.txt", "The Brenna tunnel toll is 9 crowns, the operator said.\n")
    newsroom.write("other.txt", "Date: 2026-03-29\n\nThe operator of the Selm ferry said nothing of a toll.\n")
    newsroom.indexed()
    return newsroom


def found(newsroom: Newsroom, question: str, scope: Scope = WHOLE) -> list[str]:
    return [found.article.path for _, found in find_passages(question, library=newsroom.library, k=9, scope=scope)[0]]


def test_the_freshest_of_equal_articles_is_first_and_the_undated_one_with_the_old(tolls: Newsroom) -> None:
    paths = found(tolls, "What is the Brenna tunnel toll?")
    assert paths[:2] == ["2026-03-28.txt", "2026-03-20.txt"]
    assert set(paths[2:4]) == {"2019-05-02.txt", "undated.txt"}


def test_a_much_better_match_is_not_overtaken_by_the_newest_article(tolls: Newsroom) -> None:
    assert found(tolls, "What is the Brenna tunnel toll?")[4] == "other.txt"


def test_a_reader_of_an_earlier_day_gets_what_was_fresh_then(tolls: Newsroom) -> None:
    assert found(tolls, "What is the Brenna tunnel toll?", Scope(until=date(2026, 3, 22)))[0] == "2026-03-20.txt"


def test_if_the_question_or_the_scope_names_a_time_articles_are_in_the_order_of_their_scores(tolls: Newsroom) -> None:
    for question, scope in (
        ("What was the Brenna tunnel toll originally?", WHOLE),
        ("What was the Brenna tunnel toll in 2019?", WHOLE),
        ("What is the Brenna tunnel toll?", Scope(since=date(2019, 1, 1))),
    ):
        hits, _ = find_passages(question, library=tolls.library, k=9, scope=scope)
        scores = [hit.score for hit, _ in hits]
        assert scores == sorted(scores, reverse=True)
    hits, _ = find_passages("What is the Brenna tunnel toll?", library=tolls.library, k=9)
    assert [hit.score for hit, _ in hits] != sorted((hit.score for hit, _ in hits), reverse=True)


@pytest.mark.parametrize(
    ("question", "earlier"),
    [
        ("Who won the election?", False),
        ("Who won the election this week?", False),
        ("Who resigned on Tuesday?", False),
        ("Who will stand in 2027?", False),
        ("What is new in 2026?", False),
        ("Who won the 2022 final?", True),
        ("What did she say in January?", True),
        ("What did she say last year?", True),
        ("How many dead were first reported?", True),
        ("Why do 2,019 people wait?", False),
    ],
)
def test_a_question_of_an_earlier_time_is_known(question: str, earlier: bool) -> None:
    assert asks_of_earlier(question, TODAY) is earlier


@given(SCORES, DAYS)
def test_every_chunk_is_kept_and_none_is_overtaken_by_a_much_worse_one(
    scores: dict[str, float], published: dict[str, date]
) -> None:
    order = list(prefer_fresher(scores, published, "Who won?", as_of=None))
    assert set(order) == set(scores)
    for place, id_ in enumerate(order):
        assert all(scores[id_] * (1 + WEIGHT) >= scores[worse] * (1 - 1e-9) for worse in order[place:])


@given(SCORES, DAYS)
def test_of_two_with_equal_scores_the_fresher_is_never_behind(
    scores: dict[str, float], published: dict[str, date]
) -> None:
    equal = dict.fromkeys(scores, 0.5)
    counted = prefer_fresher(equal, published, "Who won?", as_of=TODAY)
    dated = [published[id_] for id_ in counted if id_ in published and TODAY - published[id_] < timedelta(days=365)]
    assert dated == sorted(dated, reverse=True)


def test_without_days_nothing_changes() -> None:
    assert prefer_fresher({"a": 0.9, "b": 0.8}, {}, "Who won?", as_of=TODAY) == {"a": 0.9, "b": 0.8}
