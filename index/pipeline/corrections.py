"""Corrections: what a person says about an article takes effect immediately, and after every run of indexing.

Search, filters, timelines and exports know only the article as it is corrected.
"""

import logging
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from index.core.errors import BadCorrection
from index.core.formatting import one_line
from index.pipeline.library import Library
from index.shelf.corrections import Correction, CorrectionStore
from index.shelf.queries import Reading
from index.shelf.updates import Writing
from index.text.articles import Article, Correctable, text_digest
from index.text.chunks import chunk_article
from index.text.days import EARLIEST

logger = logging.getLogger(__name__)

NONE = "none"  # what is given for a fact that the article does not have
_LONGEST = 300  # characters


@dataclass(frozen=True, slots=True)
class CorrectedArticle:
    """A correction, and its article if that is on the shelf."""

    correction: Correction
    article: Article | None

    @property
    def own(self) -> Mapping[Correctable, str | None]:
        """What the file says instead, or nothing if the article is not on the shelf."""
        return {one.field: one.own for one in self.article.corrected} if self.article else {}


def name_of(field: Correctable) -> str:
    """Return the name that readers know a fact by."""
    return "day" if field == "published" else field


def remarks_on(article: Article) -> Iterator[tuple[Correctable, str]]:
    """Yield what a reader should know of a fact: that it was corrected by hand, and where the file's day is from."""
    origin = article.day.words or article.day.note
    corrected = [one.field for one in article.corrected]
    for one in article.corrected:
        source = f", {origin}" if one.field == "published" and origin else ""
        yield one.field, f"corrected by hand; its file says {one.own or NONE}{source}"
    if origin and "published" not in corrected:
        yield "published", origin


def correct_article(library: Library, path: str, given: Mapping[Correctable, str]) -> CorrectedArticle | None:
    """Correct facts of a visible article, and return its correction. Its other corrections stay.

    "none" is given for a fact that it does not have. What is given as the file has it is no longer a correction; the
    result is None if none is left. It takes effect immediately for keywords; vectors follow with the next run. Raises
    BadCorrection or UnknownArticle, and nothing is changed.
    """
    stated = {field: _checked(field, value) for field, value in given.items()}
    store = CorrectionStore(library.settings.store)
    with library.shelf.read(checked=True) as reading:
        article = reading.article(path)
    own, before = article.own(), store.by_path().get(path)
    kept = before.stated if before and before.belongs_to(article) else {}
    changed = {field: value for field, value in {**kept, **stated}.items() if value != own.fact(field)}
    if not changed:
        store.remove(path)
    else:
        store.put(correction := Correction.of(article, changed))
    now = own.corrected_by(changed)
    with library.shelf.write() as writing:
        _rewrite(writing, article, now, library)
    return CorrectedArticle(correction, now) if changed else None


def undo_correction(library: Library, path: str) -> None:
    """Remove the corrections of an article, which takes effect immediately. Raises BadCorrection if it has none."""
    store = CorrectionStore(library.settings.store)
    with library.shelf.read(checked=True) as reading:
        article = reading.articles_at([path]).get(path)
    if path not in store.by_path():
        raise BadCorrection(f"{path!r} is not corrected. Expected a path as `dateline edit --list` shows it.")
    store.remove(path)
    if article:
        with library.shelf.write() as writing:
            _rewrite(writing, article, article.own(), library)


def list_corrections(library: Library) -> Sequence[CorrectedArticle]:
    """Return all corrections by path, each with its article as it is on the shelf."""
    corrections = CorrectionStore(library.settings.store).all()
    with library.shelf.read(checked=True) as reading:
        articles = reading.articles_at([one.path for one in corrections])
    found = ((one, articles.get(one.path)) for one in corrections)
    return [CorrectedArticle(one, article if article and one.belongs_to(article) else None) for one, article in found]


def settle_corrections(library: Library, fresh: Collection[str] | None) -> None:
    """Have every visible article be as its correction says.

    A correction follows its article to another file, or to another number in it. `fresh` are the paths that were made
    visible since the last time; None: they are not known, and any may be.
    """
    store = CorrectionStore(library.settings.store)
    corrections = store.by_path()
    with library.shelf.read() as reading:
        articles = reading.articles_at([*corrections, *reading.corrected_paths()])
        moved = _find_moved(reading, corrections, articles, fresh)
        kept = {path: _kept(reading, one, articles.get(path), moved.get(path)) for path, one in corrections.items()}
        if changed := [(one, kept[path]) for path, one in corrections.items() if kept[path] != one]:
            store.move(changed)
            corrections = {one.path: one for one in kept.values()}
            articles |= reading.articles_at([now.path for _, now in changed])
    wanted = {path: _as_corrected(article, corrections.get(path)) for path, article in articles.items()}
    if articles != wanted:
        with library.shelf.write() as writing:
            for path, article in articles.items():
                _rewrite(writing, article, wanted[path], library)


def _find_moved(
    reading: Reading,
    corrections: Mapping[str, Correction],
    articles: Mapping[str, Article],
    fresh: Collection[str] | None,
) -> dict[str, str]:
    """Return the new path of each correction that is to have another, by its path."""
    at_home = {
        path for path, one in corrections.items() if path in articles and one.digest == text_digest(articles[path].text)
    }
    lost = sorted(corrections.keys() - at_home)
    digests = reading.text_digests(fresh) if lost else {}
    found = {path: digest for path, digest in digests.items() if path not in at_home}
    counts = Counter(found.values())
    places = {digest: path for path, digest in found.items() if counts[digest] == 1}
    # Each place is taken once: of two corrections of the same text, the other waits.
    moved = {path: places.pop(corrections[path].digest) for path in lost if corrections[path].digest in places}
    # A file that replaced another has its own correction; that of the other waits at a path that became free.
    replaced = [path for path in moved.values() if path in corrections and path not in moved]
    return moved | dict(zip(replaced, sorted(moved.keys() - set(moved.values())), strict=False))


def _kept(reading: Reading, correction: Correction, article: Article | None, path: str | None) -> Correction:
    """Return a correction as it is kept; `article` is the one at its path, `path` its new path if it has one."""
    if path:
        found = reading.text_digests([path]).get(path)
        return replace(correction, path=path, waiting=found != correction.digest)
    if article and (correction.belongs_to(article) or _has_its_title(reading, correction, article)):
        return replace(correction, digest=text_digest(article.text), waiting=False)
    return replace(correction, waiting=True)


def _has_its_title(reading: Reading, correction: Correction, article: Article) -> bool:
    """Return True if an article that was edited has its title, and is the only one in its file that has it."""
    if correction.title != article.own().title:
        return False
    file = correction.path.rpartition("#")[0]
    return not correction.is_numbered or reading.count_titled(correction.title, below=f"{file}#") == 1


def _as_corrected(article: Article, correction: Correction | None) -> Article:
    return correction.apply_to(article.own()) if correction else article.own()


def _rewrite(writing: Writing, before: Article, now: Article, library: Library) -> None:
    # Unless another process has changed it since it was read.
    if before != now and writing.articles_at([now.path]).get(now.path) == before:
        writing.rewrite_article(now, chunk_article(now, max_tokens=library.settings.limits.chunk_tokens))
        logger.debug("Corrected %s", now.path)


def _checked(field: Correctable, given: str) -> str | None:
    """Return a fact as it is stored, or None if the article has none. Raises BadCorrection."""
    name = name_of(field)
    value = one_line(given).strip()
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadCorrection(f"The {name} is not UTF-8 text. Expected text. Type it again.") from None
    if not value:
        none = "" if field == "title" else f", or {NONE} if it has none"
        raise BadCorrection(f"The {name} is empty. Expected the {name} of the article{none}.")
    if len(value) > _LONGEST:
        raise BadCorrection(f"The {name} has {len(value):,} characters. Expected at most {_LONGEST}. Shorten it.")
    if value.casefold() == NONE:
        if field == "title":
            raise BadCorrection("An article needs a title. Expected one. Use --undo to have the one of its file.")
        return None
    return str(_day(value)) if field == "published" else value


def _day(value: str) -> date:
    today = datetime.now().astimezone().date()
    try:
        day = date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else None
    except ValueError:
        day = None
    if day is None:
        raise BadCorrection(f"{value!r} is no day. Expected YYYY-MM-DD, such as 2026-02-05, or {NONE}.")
    if not date(EARLIEST, 1, 1) <= day <= today:
        raise BadCorrection(
            f"The day {day} is {'in the future' if day > today else 'too early'}. Expected a day from {EARLIEST} to "
            f"today, {today}."
        )
    return day
