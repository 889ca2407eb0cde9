"""Articles: list, show, add and remove, as the commands do; and the state of the shelf."""

from dataclasses import asdict
from http import HTTPStatus

from api.access.problems import Problem
from api.access.service import Service
from api.operations.requests import AddArticle, ListArticles, Nothing, OneArticle
from index.core.errors import FetchFailed, ServerBusy, TryLater, UnreadableArticle
from index.inbox.add import fetch_article
from index.inbox.folder import check_folder, remove_seed
from index.output.articles import Json, listing_json, show_json
from index.output.status import read_status, status_json


def status(service: Service, _: Nothing) -> Json:
    """Show how much is on the shelf and how new it is, its models and its folders."""
    return status_json(*read_status(service.library))


def list_articles(service: Service, request: ListArticles) -> Json:
    """List articles, newest first, a part at a time."""
    with service.library.shelf.read(checked=True) as reading:
        found = reading.listings(request.limit, offset=request.offset, scope=request.scope, titled=request.title)
        total = reading.count(scope=request.scope, titled=request.title)
    following = request.offset + len(found)
    return {
        "articles": [listing_json(one) for one in found],
        "total": total,
        "next": following if found and following < total else None,
    }


def show_article(service: Service, request: OneArticle) -> Json:
    """Show the stored text of an article, to which all citations refer."""
    with service.library.shelf.read(checked=True) as reading:
        article = reading.article(request.id)
        return show_json(article, reading.copies(article))


def add(service: Service, request: AddArticle) -> Json:
    """Fetch a web page into the seeds folder. It is read soon after; the same page is added once.

    Raises Problem if it cannot be added, with the reason: the page, its server, or the disk here.
    """
    check_folder(service.library.settings.seeds)
    try:
        outcome = fetch_article(request.url, service.library.settings)
    except TryLater as error:
        wait = {"Retry-After": str(error.seconds)} if isinstance(error, ServerBusy) and error.seconds else {}
        raise Problem(HTTPStatus.BAD_GATEWAY, "not_added", str(error), wait) from None
    except (FetchFailed, UnreadableArticle) as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not_added", str(error)) from None
    if outcome.new:
        service.index()
    return asdict(outcome)


def remove(service: Service, request: OneArticle) -> None:
    """Delete the file of an article from the seeds folder. It leaves the shelf soon after.

    Raises Problem if the file has other articles too, which would be deleted with it.
    """
    with service.library.shelf.read() as reading:
        article = reading.article(request.id)
        file = article.path.rpartition("#")[0]
        if file and article.path in reading.article_paths(file).values():
            raise Problem(
                HTTPStatus.CONFLICT,
                "one_of_several",
                f"The article {article.path!r} is one of several in {file}. Expected an article with a file of its "
                "own. Change that file, or delete it, in the seeds folder.",
            )
    remove_seed(service.library.settings.seeds, article.path)
    service.index()
