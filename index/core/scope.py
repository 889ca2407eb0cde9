"""Scope: which articles to search, by day of publication, outlet, language or id.

The shelf, the search, the page and the command line all filter with this one value.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Scope:
    """A filter of articles.

    If a day is set, undated articles are outside the scope. If `since` is later than `until`, every article is.
    """

    since: date | None = None  # first day of publication in the scope
    until: date | None = None  # last day in the scope
    outlets: frozenset[str] = frozenset()  # as articles name them, "" for articles that name none; empty: all outlets
    undated: bool = False  # only articles without a day of publication
    articles: frozenset[str] | None = None  # ids, for a question about new articles only; None: all articles
    languages: frozenset[str] = frozenset()  # ISO 639-1 codes, "" for articles of unknown language; empty: all

    @property
    def is_whole(self) -> bool:
        """Return True if every article is in the scope."""
        return self == WHOLE

    @property
    def has_days(self) -> bool:
        """Return True if a day is set, so that undated articles are outside the scope."""
        return self.since is not None or self.until is not None

    @property
    def is_void(self) -> bool:
        """Return True if no article can be in the scope, because `since` is later than `until`."""
        return self.since is not None and self.until is not None and self.since > self.until


WHOLE = Scope()
