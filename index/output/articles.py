"""Articles as JSON. `docs/reference/schemas` has the schemas."""

from collections.abc import Sequence
from dataclasses import asdict

from index.pipeline.corrections import CorrectedArticle
from index.shelf.queries import Listing
from index.text.articles import Article

Json = dict[str, object]


def listing_json(listing: Listing) -> Json:
    """Return the fields of one article in `dateline list --json`."""
    return {
        "path": listing.path,
        "title": listing.title,
        "published": listing.published.isoformat() if listing.published else None,
        "place": listing.place,
        "outlet": listing.outlet,
        "language": listing.language or None,
        "chunks": listing.chunks,
        "corrected": [asdict(one) for one in listing.corrected],
    }


def article_json(article: Article) -> Json:
    """Return an article with its text, without its copies."""
    return {
        "path": article.path,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "day": {
            "from": article.day.code or None,
            "name": article.day.name or None,
            "of_update": article.day.of_update,
            "words": article.day.words or None,
            "note": article.day.note or None,
        },
        "place": article.place,
        "outlet": article.outlet,
        "author": article.author,
        "url": article.url,
        "language": article.language or None,
        "corrected": [asdict(one) for one in article.corrected],
        "text": article.text,
    }


def show_json(article: Article, copies: Sequence[Listing]) -> Json:
    """Return the fields of `dateline show --json`."""
    return {**article_json(article), "copies": [listing_json(copy) for copy in copies]}


def correction_json(one: CorrectedArticle) -> Json:
    """Return the fields of one corrected article in `dateline edit --json`."""
    own = one.own
    return {
        "path": one.correction.path,
        "on_shelf": one.article is not None,
        "made": one.correction.made.isoformat(),
        "corrections": [
            {"field": field, "value": value, **({"own": own[field]} if field in own else {})}
            for field, value in one.correction.stated.items()
        ],
    }
