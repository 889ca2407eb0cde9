"""The state of the shelf and of its feeds, as JSON."""

from datetime import UTC, datetime

from index.feeds.feed_list import Feed
from index.feeds.staleness import Staleness, read_staleness
from index.pipeline.library import Library
from index.shelf.shelf import size_on_disk

Json = dict[str, object]


def read_status(library: Library) -> tuple[Json, Staleness]:
    """Return how much is on the shelf, its models and its folders; and how up to date it is."""
    with library.shelf.read() as reading:
        counts, newest = reading.counts(), reading.newest_day(until=datetime.now(UTC).date())
        model, last_run = reading.record("embedding_model"), reading.record("last_run")
    status: Json = {
        "articles": counts.articles,
        "chunks": counts.chunks,
        "embedded": counts.embedded,
        "rejected": counts.rejected,
        "bytes": size_on_disk(library.settings.store),
        "embedding_model": model or library.embedder.model,
        "chat_model": library.settings.chat_model or None,
        "last_run": last_run or None,
        "seeds": str(library.settings.seeds),
        "store": str(library.settings.store),
    }
    return status, read_staleness(library.settings.store, newest)


def status_json(status: Json, staleness: Staleness) -> Json:
    """Return the fields of `dateline status --json`."""
    newest = staleness.newest
    return {
        **status,
        "newest": newest.isoformat() if newest else None,
        "feeds": len(staleness.feeds),
        "failing_feeds": [feed_json(feed) for feed in staleness.failing],
    }


def feed_json(feed: Feed) -> Json:
    """Return the fields of one feed in `dateline feeds --json`."""
    return {
        "name": feed.name,
        "address": feed.address,
        "follows_links": feed.follows_links,
        "taken": feed.taken,
        "polled": _moment(feed.polled),
        "newest": _moment(feed.newest),
        "failed_since": _moment(feed.failed_since),
        "problem": feed.problem or None,
        "note": feed.note or None,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
