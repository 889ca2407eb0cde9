"""Open a link: the article that the address names with its quotes, even if it was edited or renamed since.

A quote is highlighted only where the article has exactly its characters. If they are gone, the page says so. It then
shows the sentence as it was, if a chat has kept it, and the most similar sentence now.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from index.core.errors import DatelineError, UnknownArticle
from index.pipeline.library import Library
from index.shelf.queries import Reading
from index.text.articles import Article
from rag.evidence.citations import Citation
from rag.evidence.permalinks import FoundAgain, Place, closest_sentence, find_again
from rag.storage.chats import Chats
from ui.article.correct_form import show_correct_form
from ui.article.drawer import Opened, Was, show_reader
from ui.article.page_picture import show_page_picture
from ui.browser.address import Address, here
from ui.browser.look import show_text

GONE = "This article is no longer on the shelf. This is the text that was quoted."
CHANGED = "This article was changed since the quote was taken."
THE_SAME = "The sentence is the same."
SENTENCE_GONE = "The quoted sentence is no longer in it."
SEVERAL = "The quoted words occur {places} times in it, so the highlighted place may not be the one that was cited."
RENAMED = "The file of this article was renamed since the quote was taken; its text is the same."
QUOTE_UNKNOWN = (
    "This article was changed since the link was made, and the link does not say which sentence it pointed to."
)
BEYOND = "The link points to a place that this article does not have. Here is the article."


@dataclass(frozen=True, slots=True)
class _Quoted:
    """The quote that the address names, as a chat has kept it."""

    citation: Citation
    cited: tuple[Citation, ...]  # by the same answer, from the same article, including `citation`


def show_opened(cited: Sequence[Citation], chats: Chats, library: Library, index: Callable[[], None]) -> None:
    """Open the drawer on the article that the address names, or say why that is not possible.

    `cited` are the quotes of the answer that the address names. `index` starts a run after a correction.
    """
    try:
        opened = find_opened(here(), cited, chats, library)
    except DatelineError as error:
        show_text(str(error), kind="problem")
        return
    if opened:
        show_reader(opened, partial(_show_below, opened, library, index))


def _show_below(opened: Opened, library: Library, index: Callable[[], None]) -> None:
    show_page_picture(opened.article, opened.clicked, library.settings.seeds)
    show_correct_form(opened.article, library, index)


def find_opened(address: Address, cited: Sequence[Citation], chats: Chats, library: Library) -> Opened | None:
    """Find the article that an address names, as it is now, and the quote in it; None if it names none.

    Raises UnknownArticle if it is gone and no chat has kept it.
    """
    if not address.article:
        return None
    quoted = _quoted(cited, chats, address)
    with library.shelf.read() as reading:
        article = _on_shelf(reading, address, quoted)
    if quoted and article is None:
        return Opened(quoted.citation.article, quoted.cited, quoted.citation, GONE, None, on_shelf=False)
    if quoted and article and Place.of(quoted.citation).may_be_in(article):
        # It may have been corrected since it was quoted.
        return Opened(article, quoted.cited, quoted.citation, "", None)
    assert article is not None
    if address.quote is None:
        return Opened(article, (), None, "", None)
    return _find_again(article, address, address.quote, quoted)


def _quoted(cited: Sequence[Citation], chats: Chats, address: Address) -> _Quoted | None:
    """Return the quote from the answer that the address names, or else from that edition as any chat has kept it."""
    place = address.quote
    if place is None:
        return None
    if found := next((one for one in cited if one.article.path == address.article and place.names(one)), None):
        return _Quoted(found, tuple(one for one in cited if one.article.id == found.article.id))
    kept = chats.articles(address.article, place.edition) if place.edition else []
    places = (Citation(article, place.span) for article in kept if place.span.end <= len(article.text))
    found = next(filter(place.names, places), None)
    return _Quoted(found, (found,)) if found else None


def _on_shelf(reading: Reading, address: Address, quoted: _Quoted | None) -> Article | None:
    """Return the article as it is on the shelf now, under its path or, if renamed, under another one.

    Returns None if it is gone and a chat has kept it. Raises UnknownArticle if it is gone and no chat has it.
    """
    try:
        return reading.article(address.article)
    except UnknownArticle:
        print_ = address.quote.print if address.quote else None
        print_ = Place.of(quoted.citation).print if quoted else print_
        renamed = reading.article_by_digest(print_.text) if print_ else None
        if renamed is None and quoted is None:
            raise
        return renamed


def _find_again(article: Article, address: Address, place: Place, quoted: _Quoted | None) -> Opened:
    """Find the quote in an article if another edition of it was quoted, or the edition is unknown."""
    # An older link has less in it; the rest comes from the article that a chat has kept.
    places = {one: Place.of(one) for one in quoted.cited} if quoted else {}
    sought = places[quoted.citation] if quoted else place
    found = find_again(sought, article)
    note = _note(article, sought, found, renamed=article.path != address.article)
    was = _was(article, quoted, found)
    if found is None:
        return Opened(article, (), None, note, was)
    again = (find_again(other, article) for other in places.values())
    lit = tuple(dict.fromkeys([found.citation, *(other.citation for other in again if other)]))
    return Opened(article, lit, found.citation, note, was)


def _note(article: Article, sought: Place, found: FoundAgain | None, *, renamed: bool) -> str:
    """Say whether the quote is still in the article."""
    unchanged = sought.may_be_in(article)
    if found is None:
        if unchanged:
            return BEYOND
        return f"{CHANGED} {SENTENCE_GONE}" if sought.print else QUOTE_UNKNOWN
    several = SEVERAL.format(places=found.places) if found.places > 1 else ""
    if unchanged:
        return several
    return RENAMED if renamed else f"{CHANGED} {several or THE_SAME}"


def _was(article: Article, quoted: _Quoted | None, found: FoundAgain | None) -> Was | None:
    """Return what a chat has kept of the article as it was quoted."""
    if quoted is None:
        return None
    if found:
        return Was(quoted.citation, quoted.cited, shown=False, closest=None)
    return Was(quoted.citation, quoted.cited, shown=True, closest=closest_sentence(quoted.citation.quote, article))
