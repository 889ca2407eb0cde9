"""Pictures of scanned pages, to compare with the text that OCR has read."""

from contextlib import suppress
from pathlib import Path

from index.core.errors import UnknownSeed, UnreadableArticle
from index.formats.sandbox import draw_page
from index.inbox.folder import read_seed
from index.text.articles import Article, article_id


def has_pictures(article: Article, seeds: Path) -> bool:
    """Return True if an article is a file of its own, of which pages can be drawn, and no entry of an archive."""
    with suppress(OSError):  # the name of an entry may be too long for a file
        return (seeds / article.path).is_file()
    return False


def picture_of_page(article: Article, number: int, seeds: Path) -> bytes:
    """Return page `number`, from 1, of an article's PDF as a PNG.

    Raises UnknownSeed if the file is not the one that was read, and UnreadableArticle if it cannot be drawn.
    """
    content = read_seed(seeds, article.path)
    if article_id(article.path, content) != article.id:
        raise UnknownSeed(
            f"The file {article.path!r} was changed since it was read. Expected the same file. Index again."
        )
    if picture := draw_page(article.path, content, number):
        return picture
    raise UnreadableArticle(f"{article.path}: page {number} cannot be drawn. Install OCR (`make ocr`).")
