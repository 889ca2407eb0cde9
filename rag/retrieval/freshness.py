"""Freshness: a mild preference for newer articles, if the question names no time.

Most questions to a shelf of news are about what is in the news, and the same words are in the articles of many
years. So a chunk's score counts a little more if its article is of the last days before the question. A much better
match is never overtaken. Undated articles count as they are. `docs/design/decisions/freshness.md` has the figures.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from math import exp

from rag.language.date_phrases import read_times
from rag.language.lexicon import BEGINNINGS

# By how much a score of the newest day counts more, and the age at which a third of that is left: `bench.realtime`.
WEIGHT = 0.2
_DAYS = 14.0
# "On Tuesday" and "this week" are the present.
_PRESENT = timedelta(days=7)
_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20)\d\d(?![\d%]|[.,]\d)")


def prefer_fresher(
    scores: Mapping[str, float], published: Mapping[str, date], question: str, *, as_of: date | None
) -> dict[str, float]:
    """Return what each chunk's score counts in the order of the hits, best first.

    `published` has the days of the dated ones. Age is counted from the day `as_of`, or else from the newest of them.
    If the question asks for another time, each counts as it is.

    >>> days = {"a": date(2026, 1, 2), "b": date(2026, 3, 2)}
    >>> list(prefer_fresher({"a": 0.8, "b": 0.75}, days, "Who leads the party?", as_of=None))
    ['b', 'a']
    >>> list(prefer_fresher({"a": 0.8, "b": 0.75}, days, "Who led the party in January?", as_of=None))
    ['a', 'b']
    """
    as_of = as_of or max(published.values(), default=None)
    if as_of is None or asks_of_earlier(question, as_of):
        return dict(scores)
    counted = {
        id_: score * (1 + WEIGHT * exp(-max(0, (as_of - published[id_]).days) / _DAYS)) if id_ in published else score
        for id_, score in scores.items()
    }
    return dict(sorted(counted.items(), key=lambda entry: -entry[1]))


def asks_of_earlier(question: str, as_of: date) -> bool:
    """Return True if a question of the day `as_of` names an earlier time, or asks for what was first.

    >>> asks_of_earlier("What was said in 2019?", date(2026, 3, 2)), asks_of_earlier("Who won?", date(2026, 3, 2))
    (True, False)
    """
    if not BEGINNINGS.isdisjoint(re.findall(r"\w+", question.lower())):
        return True
    if any(int(year) < as_of.year for year in _YEAR.findall(question)):
        return True
    return any(time.last < as_of - _PRESENT for time in read_times(question, as_of=as_of))
