"""Scope: which of the articles count.

A question may be about what one outlet wrote, or about what was known by a day. The shelf,
the search, the page and the command line narrow by the same two days and the same names.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles count: published from a day, until a day, by some outlets, or only some of them by id.

    An article without a day counts only where no day is set. Where `since` is later than
    `until` none counts.
    """

    since: date | None = None  # first day of publication that counts
    until: date | None = None  # last day that counts
    outlets: frozenset[str] = frozenset()  # as articles name them, "" for those that name none; empty: all of them
    articles: frozenset[str] | None = None  # by id, where a question is asked of new ones only; None: all of them

    @property
    def is_whole(self) -> bool:
        """Tell whether every article counts."""
        return self == WHOLE

    @property
    def has_days(self) -> bool:
        """Tell whether a day is set, so that undated articles do not count."""
        return self.since is not None or self.until is not None

    @property
    def is_void(self) -> bool:
        """Tell whether no article can count, because the days are the wrong way round."""
        return self.since is not None and self.until is not None and self.since > self.until


WHOLE = Scope()
