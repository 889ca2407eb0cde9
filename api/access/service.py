"""Service: the shelf that is served, and the limits of its use."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from api.access.problems import Problem
from api.access.tokens import TokenStore
from api.access.work import Work
from index.pipeline.library import Library

# Searching and checking come on top of the time that the language model has.
_MORE_SECONDS = 30


class Rates:
    """How many requests each token has left. They come back evenly, all within a minute."""

    def __init__(self, per_minute: int) -> None:
        """Allow so many requests a minute for each token."""
        self._most = per_minute
        self._left = dict[str, tuple[float, float]]()

    def take(self, name: str, *, now: float | None = None) -> None:
        """Count a request of the token of that name. Raises Problem if it has none left."""
        now = time.monotonic() if now is None else now
        left, at = self._left.get(name, (float(self._most), now))
        left = min(float(self._most), left + (now - at) * self._most / 60)
        if left < 1:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_requests",
                f"This token has made more than {self._most:,} requests a minute. Expected fewer. Wait, then try "
                "again, or raise DATELINE_API_PER_MINUTE.",
                {"Retry-After": str(math.ceil((1 - left) * 60 / self._most))},
            )
        self._left[name] = (left - 1, now)


@dataclass(frozen=True, slots=True)
class Service:
    """The shelf that is served, and what limits its use."""

    library: Library
    index: Callable[[], None]  # start a run of indexing in the background
    tokens: TokenStore
    work: Work
    rates: Rates

    @classmethod
    def of(cls, library: Library, index: Callable[[], None]) -> "Service":
        """Serve a library with the limits of its settings."""
        settings = library.settings
        work = Work(settings.chat_seconds + _MORE_SECONDS)
        return cls(library, index, TokenStore(settings.store), work, Rates(settings.api_per_minute))
