"""Articles: a seed once read.

The text is normalised once, by the reader that made the article; every span of
every later stage refers to that text.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from index.spans import Span


@dataclass(frozen=True, slots=True)
class Article:
    """One news article. `None` means the article does not say."""

    id: str
    path: str  # relative to the seeds folder, with forward slashes
    title: str
    text: str
    body: Span  # where sentences come from: the text without headline and dateline
    published: date | None
    place: str | None
    outlet: str | None
    author: str | None
    url: str | None

    @property
    def heading(self) -> str:
        """One line that tells what the article is; embedded with each chunk, never quoted."""
        when = self.published.isoformat() if self.published else None
        return " · ".join(part for part in (self.title, self.outlet, self.place, when) if part)


def article_id(path: str, content: bytes) -> str:
    """Name an article by its path and its bytes, so that an edited file is another article."""
    return hashlib.sha256(path.encode() + b"\0" + content).hexdigest()[:20]
