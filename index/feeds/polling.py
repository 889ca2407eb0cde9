"""Polling: fetch a feed, and write its new and changed items into the seeds folder.

A feed that cannot be read has the reason in the list of feeds, and stops no other.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape

from index.core.errors import DatelineError, FetchFailed, PageUnchanged, ServerBusy, TryLater, UnreadableArticle
from index.core.formatting import counted, one_line
from index.core.logs import log_path, log_unexpected
from index.core.settings import Settings
from index.core.urls import join
from index.feeds.feed_list import Feed, FeedList, Taken, has_feeds_file, title_or_host
from index.feeds.items import Fields, ItemFile, Pages, edition, identity, make_file
from index.inbox.fetch import ANY_VERSION, INTERNET, Network, Page, Version, fetch
from index.inbox.folder import add_seed, check_folder, replace_seed
from index.reading.feed_records import FEED_KINDS, read_items
from index.reading.html_fields import to_plain_text

logger = logging.getLogger(__name__)

_AGENT = "Dateline (a feed that a user follows, and pages of its items)"
FOLDER = "feeds"  # in the seeds folder, with a folder for each feed
MOST_ITEMS = 50  # of one feed in one poll; the others are taken in the next ones
_LOOK_SECONDS = 20.0  # between two looks for feeds that are due
_LONGEST_HEAD = 200_000  # bytes of a page in which a feed is looked for
_LINK = re.compile(r"<link\b[^>]{1,1000}>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf)\+xml", re.IGNORECASE)
_PAUSE_SECONDS = 1.0  # between two pages of a feed, which are often on one server
_ADDRESS = re.compile(r"\S+://\S+")
# Many servers send a feed as a page or as text.
_KINDS = (*FEED_KINDS, ".html", ".txt")


@dataclass(frozen=True, slots=True)
class Polled:
    """The result of polling one feed."""

    feed: Feed
    new: int = 0
    changed: int = 0
    problem: str = ""  # why that failed
    note: str = ""  # what could not be read as a whole, or until when to wait

    @property
    def found(self) -> bool:
        """Whether a file was written."""
        return bool(self.new or self.changed)


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A feed as it was fetched."""

    address: str
    title: str
    items: Sequence[Fields]
    version: Version


@dataclass(frozen=True, slots=True)
class Poller:
    """Polls the feeds of one store."""

    settings: Settings
    feeds: FeedList
    network: Network = INTERNET
    ended: threading.Event = field(default_factory=threading.Event)  # set to end a poll early
    pause_seconds: float = _PAUSE_SECONDS

    @property
    def _network(self) -> Network:
        return replace(self.network, agent=_AGENT)

    def add(self, address: str, *, name: str = "", follows_links: bool = True) -> Polled:
        """Follow a feed, and take its items. Raises FetchFailed if there is no feed.

        A feed that is followed already stays as it is; a note says so.
        """
        check_folder(self.settings.seeds)
        page = self._fetch(address, ANY_VERSION, follows_page=True)
        title = name or title_or_host(page.title, page.address)
        followed = self.follow(page.address, title, follows_links=follows_links)
        polled = self._poll_if_free(followed.feed, page)
        return replace(polled, note=" ".join(filter(None, (followed.note, polled.note))))

    def follow(self, address: str, title: str, *, follows_links: bool) -> Polled:
        """Follow a feed without polling it. One that is followed already stays as it is; a note says so."""
        follows = any(feed.address == address for feed in self.feeds.feeds())
        note = "Already followed: its name and --teasers stay as they were." if follows else ""
        return Polled(self.feeds.add(address, title, follows_links=follows_links), note=note)

    def poll_due(self, *, every: timedelta) -> Iterator[Polled]:
        """Poll the feeds that were not polled for this long, one after the other."""
        for feed in self.feeds.feeds():
            if self.ended.is_set():
                return
            now = datetime.now(UTC)
            if self.feeds.claim(feed, now=now, every=every):
                yield self._poll(feed, now)

    def poll_now(self) -> Iterator[Polled]:
        """Poll all feeds, except for those whose servers are to be left alone for a while."""
        for feed in self.feeds.feeds():
            yield self._poll_if_free(feed)

    def _poll_if_free(self, feed: Feed, page: FeedPage | None = None) -> Polled:
        now = datetime.now(UTC)
        if self.feeds.claim(feed, now=now, every=timedelta()):
            return self._poll(feed, now, page)
        return Polled(feed, note=_wait_message(feed))

    def _poll(self, feed: Feed, now: datetime, page: FeedPage | None = None) -> Polled:
        try:
            return self._take(feed, page or self._fetch(feed.address, feed.version), now)
        except PageUnchanged:
            self.feeds.succeed(feed, feed.version, found=None, note="")
            return Polled(feed)
        except DatelineError as error:
            wait_seconds = error.seconds if isinstance(error, ServerBusy) else 0
            return self._fail(feed, one_line(str(error)), now, wait_seconds)
        except Exception as error:  # noqa: BLE001 (logged; the next feeds are polled)
            log_unexpected(error)
            kind = type(error).__name__
            problem = (
                f"unexpected error ({kind}). Expected a feed. Read {log_path(self.settings.store).name} in the store."
            )
            return self._fail(feed, problem, now)

    def _fail(self, feed: Feed, problem: str, now: datetime, wait_seconds: int = 0) -> Polled:
        self.feeds.fail(feed, problem, now=now, wait_seconds=wait_seconds)
        since = feed.failed_since or now
        # An address may have a key.
        logger.warning("Feed %r has failed since %s: %s", feed.name, since, _ADDRESS.sub("(address)", problem))
        return Polled(feed, problem=problem)

    def _fetch(self, address: str, known: Version, *, follows_page: bool = False) -> FeedPage:
        """Fetch a feed; with `follows_page`, the address may be that of a page that names its feed."""
        max_bytes = self.settings.limits.file_bytes
        page = fetch(address, kinds=_KINDS, max_bytes=max_bytes, network=self._network, known=known)
        try:
            items = read_items(f"{FOLDER}.xml", page.content)
        except UnreadableArticle as error:
            if follows_page and (named := named_feed(page)):
                return self._fetch(named, ANY_VERSION)
            reason = str(error).removeprefix(f"{FOLDER}.xml: ")
            raise FetchFailed(f"{one_line(page.address)}: no feed: {reason}") from None
        title = next((title for item in items if (title := item.get("feed_title"))), "")
        return FeedPage(address, one_line(to_plain_text(title)), items, page.version)

    def _take(self, feed: Feed, page: FeedPage, now: datetime) -> Polled:
        known, tally = self.feeds.taken(feed), _Tally()
        waiting = [item for item in page.items if _is_news(item, known)]
        # Those whose pages could not be read come last: they may fail again, and must not hold up the others.
        waiting.sort(key=lambda item: identity(item) in known and not known[identity(item)].seen)
        pages = Pages(self.settings.limits.file_bytes, self._network) if feed.follows_links else None
        for number, item in enumerate(waiting[:MOST_ITEMS]):
            pauses = number and pages and pages.asks_for(item)
            if self.ended.wait(self.pause_seconds if pauses else 0):
                return Polled(feed, tally.new, tally.changed)
            before = known.get(identity(item), Taken())
            try:
                self._write(feed, item, before, make_file(item, pages), tally)
            except (FetchFailed, UnreadableArticle) as error:
                waits = isinstance(error, TryLater)
                tally.fail(error, waits=waits)
                self.feeds.take(feed, identity(item), replace(before, seen=b"" if waits else edition(item)))
        # If something is left for the next poll, the server must send the same version again.
        version = ANY_VERSION if tally.waits or len(waiting) > MOST_ITEMS else page.version
        self.feeds.succeed(feed, version, found=now if waiting else None, note=tally.note)
        return Polled(feed, tally.new, tally.changed, note=tally.note)

    def _write(self, feed: Feed, item: Fields, known: Taken, file: ItemFile, tally: "_Tally") -> None:
        """Write the file of an item, or replace it unless a user has changed or removed it."""
        settings = self.settings
        digest = sha256(file.content).digest()
        if known.written == digest:
            path, written = known.path, False
        elif known.path:
            path, written = known.path, replace_seed(settings.seeds, known.path, file.content, digest=known.written)
            digest = digest if written else known.written
        else:
            max_bytes, folder = settings.limits.file_bytes, f"{FOLDER}/{feed.name}"
            added = add_seed(settings.seeds, file.name, file.content, max_bytes=max_bytes, folder=folder)
            path, written = added.path, added.new
        # If its page can be read later, the item counts as edited.
        self.feeds.take(feed, identity(item), Taken(b"" if file.waits else edition(item), path, digest))
        tally.count(file, is_new=not known.path, written=written)


@dataclass(slots=True)
class _Tally:
    """What happened to the items of a feed in one poll."""

    new: int = 0
    changed: int = 0
    waits: bool = False  # the page of an item is to be read later
    problems: list[str] = field(default_factory=list)

    @property
    def note(self) -> str:
        if not self.problems:
            return ""
        return f"{counted(len(self.problems), 'item')} not read as a whole. {one_line(self.problems[0])}"

    def fail(self, error: DatelineError, *, waits: bool) -> None:
        self.waits |= waits
        self.problems.append(str(error))

    def count(self, file: ItemFile, *, is_new: bool, written: bool) -> None:
        self.new += written and is_new
        self.changed += written and not is_new
        self.waits |= file.waits
        if file.problem:
            self.problems.append(file.problem)


def named_feed(page: Page) -> str:
    """Return the address of the first feed that a web page names, or ""."""
    for tag in _LINK.findall(page.content[:_LONGEST_HEAD].decode(errors="replace")):
        href = _HREF.search(tag)
        if _FEED_TYPE.search(tag) and href and (address := join(page.address, unescape(href[1]))):
            return address
    return ""


def keep_polling(
    settings: Settings, *, ended: threading.Event, found: Callable[[], None], network: Network = INTERNET
) -> None:
    """Poll the feeds that are due until `ended` is set. `found` is called after each that wrote a file."""
    every = timedelta(minutes=settings.feed_minutes)
    while every:
        try:
            if has_feeds_file(settings.store):
                poller = Poller(settings, FeedList(settings.store), network, ended)
                for polled in poller.poll_due(every=every):
                    if polled.found:
                        found()
        except DatelineError as error:
            logger.warning("The feeds could not be polled: %s", error)
        except Exception as error:  # noqa: BLE001 (logged; the next time may succeed)
            log_unexpected(error)
        if ended.wait(_LOOK_SECONDS):
            return


def _is_news(item: Fields, known: Mapping[bytes, Taken]) -> bool:
    taken = known.get(identity(item))
    return taken is None or taken.seen != edition(item)


def _wait_message(feed: Feed) -> str:
    until = f"{feed.not_before:%H:%M} UTC" if feed.not_before else "its next poll"
    return (
        f"not polled before {until}. Expected five minutes between two polls, or what its server asks for. Try later."
    )
