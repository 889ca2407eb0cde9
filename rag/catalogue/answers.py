"""Shelf answers: a question about the shelf is answered exactly, by counting and listing its articles."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from index.core.formatting import counted, long_day, one_line, scope_words
from index.core.scope import WHOLE, Scope
from index.shelf.queries import Listing, Reading
from index.text.articles import Article
from index.text.sentences import split_sentences
from index.text.spans import Span
from index.text.terms import content_terms, terms
from rag.catalogue.questions import Kind, ShelfQuestion
from rag.evidence.citations import Citation
from rag.language.matching import forms, term_set

MOST_LISTED = 50
_NEWEST = 10  # shown for "what's new" without days

_TALK: dict[Kind, str] = {
    "hello": "Hello. Ask a question about the articles on this shelf, such as “What happened this week?” "
    "or “How many articles are there?”.",
    "thanks": "You are welcome. Ask another question about the articles on this shelf.",
    "help": "Dateline answers questions from the articles on this shelf and shows the sentence that each answer comes "
    "from. It can also count and list articles, show the headlines of a day, and make a timeline.",
}


@dataclass(frozen=True, slots=True)
class ShelfAnswer:
    """An exact answer about the shelf."""

    kind: Kind
    text: str  # one or two plain sentences
    articles: tuple[Listing, ...]  # newest first, at most `MOST_LISTED`
    citations: tuple[Citation, ...]  # one sentence of each article; none for greetings, outlets and topics
    more: int  # articles that are not listed


def answer_shelf_question(question: ShelfQuestion, reading: Reading, *, scope: Scope = WHOLE) -> ShelfAnswer:
    """Answer a question about the shelf from the articles in the scope."""
    if text := _TALK.get(question.kind):
        return ShelfAnswer(question.kind, text, (), (), 0)
    match question.kind:
        case "outlets" | "authors" | "topics":
            return _overview(question.kind, reading, scope)
        case "newest" | "oldest":
            return _at_the_end(question, reading, scope)
        case "headlines" | "happened":
            return _headlines(question, reading, scope)
        case "wrote" | "published":
            return _of_one(question, reading, scope)
        case _:
            return _articles(question, reading, scope)


def _articles(question: ShelfQuestion, reading: Reading, scope: Scope) -> ShelfAnswer:
    listings = _matching(question, reading, scope)
    listed = listings[:MOST_LISTED]
    citations = _citations(listed, reading, question.about)
    copies = _count_copies(citations, reading) if len(listings) == len(listed) and question.about else 0
    text = _sentence(question, len(listings), scope)
    also = f", {copies:,} of them {'a copy of another' if copies == 1 else 'copies of others'}" if copies else ""
    return ShelfAnswer(question.kind, f"{text}{also}.", tuple(listed), citations, len(listings) - len(listed))


def _sentence(question: ShelfQuestion, count: int, scope: Scope) -> str:
    """Say how many articles there are of the kind that is asked about."""
    what = counted(count, "article") if count else "No article"
    what += f" from {question.outlet}" if question.outlet else ""
    what += f" by {question.author}" if question.author else ""
    what += f" published {_days(question)}" if question.since or question.until else ""
    is_one = count < 2
    if question.about:
        return f"{what}{_in_scope(scope)} {'mentions' if is_one else 'mention'} {question.about}"
    return f"{what} {'is' if is_one else 'are'}{_there(scope)}"


def _headlines(question: ShelfQuestion, reading: Reading, scope: Scope) -> ShelfAnswer:
    """List the articles of some days; what happened on a day is also in the articles of the next."""
    days, is_dated = _days(question), bool(question.since or question.until)
    listings = reading.listings(scope=_narrowed(question, scope))
    if question.until and (question.kind == "happened" or not listings):
        day_after = question.until + timedelta(1)
        listings = reading.listings(scope=_narrowed(replace(question, until=day_after), scope))
        days += " or the day after" if scope.until is None or scope.until >= day_after else ""
    listed = listings[: MOST_LISTED if is_dated else _NEWEST]
    what = (counted(len(listings), "article") if listings else "No article") + _in_scope(scope)
    if not is_dated:
        text = f"The newest of {what}." if listed else f"No article is{_there(scope)}."
    else:
        text = f"{what} {'was' if len(listings) < 2 else 'were'} published {days}."
        last = reading.reach(scope=scope).last if not listed else None
        text += f" The newest is of {long_day(last)}." if last else ""
    more = len(listings) - len(listed)
    return ShelfAnswer(question.kind, text, tuple(listed), _citations(listed, reading), more)


def _at_the_end(question: ShelfQuestion, reading: Reading, scope: Scope) -> ShelfAnswer:
    matching = _matching(question, reading, scope)
    dated = [listing for listing in matching if listing.published]
    # Several may be of the same day, and none of them is newer.
    day = dated[0 if question.kind == "newest" else -1].published if dated else None
    listings = [listing for listing in dated if listing.published == day]
    listed = listings[:MOST_LISTED]
    verb = "mention" if len(listings) > 1 else "mentions"
    about = _in_scope(scope) + (f" that {verb} {question.about}" if question.about else "")
    if not matching:
        text = f"{_sentence(question, 0, scope)}."
    elif not listed:
        text = f"No article{about} has a day of publication."
    elif len(listings) == 1:
        text = f"The {question.kind} article{about} is “{one_line(listed[0].title)}”, of {long_day(day)}."
    else:
        text = f"The {question.kind} articles{about} are of {long_day(day)}."
    citations = _citations(listed, reading, question.about)
    return ShelfAnswer(question.kind, text, tuple(listed), citations, len(listings) - len(listed))


def _overview(kind: Kind, reading: Reading, scope: Scope) -> ShelfAnswer:
    """Say which outlets, authors or days there are."""
    reach = reading.reach(scope=scope)
    what = counted(reach.articles, "article") if reach.articles else "No article"
    is_are = "is" if reach.articles < 2 else "are"
    if kind == "topics":
        days = scope_words(Scope(reach.first, reach.last)) if reach.first else ""
        newest = reading.listings(_NEWEST, scope=scope)
        text = f"{what}{f', published {days},' if days else ''} {is_are}{_there(scope)}."
        text += " Ask about anything in them; these are the newest." if newest else ""
        return ShelfAnswer(kind, text, tuple(newest), (), reach.articles - len(newest))
    names = reading.outlets(scope=scope) if kind == "outlets" else reading.authors(scope=scope)
    named = [f"{one_line(name)} ({number:,})" for name, number in names if name]
    shown = ", ".join(named[:MOST_LISTED]) + (f" and {len(named) - MOST_LISTED:,} more" * (len(named) > MOST_LISTED))
    noun = "outlet" if kind == "outlets" else "author"
    text = f"{what} {is_are}{_there(scope)}; {counted(len(named), noun) if named else f'no {noun}'} named"
    return ShelfAnswer(kind, f"{text}: {shown}." if named else f"{text}.", (), (), 0)


def _of_one(question: ShelfQuestion, reading: Reading, scope: Scope) -> ShelfAnswer:
    """Say who wrote or published the articles whose headlines have the words."""
    scope, narrower = _narrowed(question, scope), _in_scope(scope)
    ids = _titled(_groups(question.about), reading, scope)
    listed = reading.listings(MOST_LISTED, scope=_among(scope, ids)) if ids else []
    articles = reading.articles([listing.id for listing in listed])
    said = [_said_of(articles[listing.id], question.kind) for listing in listed]
    text = " ".join(said) or f"No headline{narrower} has the words “{question.about}”."
    return ShelfAnswer(question.kind, text, tuple(listed), _citations(listed, reading), len(ids) - len(listed))


def _said_of(article: Article, kind: Kind) -> str:
    name, verb, noun = (
        (article.author, "wrote", "author") if kind == "wrote" else (article.outlet, "published", "outlet")
    )
    title = f"“{one_line(article.title)}”"
    return f"{one_line(name)} {verb} {title}." if name else f"{title} names no {noun}."


def _matching(question: ShelfQuestion, reading: Reading, scope: Scope) -> list[Listing]:
    """List the articles that a question speaks of, newest first."""
    scope = _narrowed(question, scope)
    if question.about:
        scope = _among(scope, _mentioning(question.about, reading, scope))
    if question.author:
        return reading.written_by(question.bylines, scope=scope)
    return reading.listings(scope=scope)


def _mentioning(about: str, reading: Reading, scope: Scope) -> frozenset[str]:
    """Return the ids of the articles that have all words of `about` in one sentence or in the headline."""
    groups = _groups(about)
    found = reading.articles_with(groups, part="body", scope=scope)
    if len(groups) > 1:  # they may be in several sentences of a chunk
        sentences = reading.sentences(sorted(found))
        kept = set[str]()
        for id_, sentence in sentences:
            if id_ not in kept and _has_all(sentence, groups, about):
                kept.add(id_)
        found = kept
    return frozenset(found | _titled(groups, reading, scope))


def _titled(groups: Sequence[Collection[str]], reading: Reading, scope: Scope) -> set[str]:
    """Return the ids of the articles whose headline has all words."""
    ids = reading.articles_with(groups, part="heading", scope=scope)
    listings = reading.listings(scope=_among(scope, ids)) if ids else []
    return {listing.id for listing in listings if _has_all(listing.title, groups, "")}


def _has_all(text: str, groups: Sequence[Collection[str]], about: str) -> bool:
    """Return True if a text has a term of each group; what is in quotation marks must be there as a phrase."""
    own = term_set(text)
    if not all(any(term in own for term in group) for group in groups):
        return False
    return not _is_quoted(about) or _has_phrase(text, about)


def _is_quoted(about: str) -> bool:
    return about[:1] in "\"“„«'‘" and about[-1:] in "\"”“»'’"


def _has_phrase(text: str, about: str) -> bool:
    there, named = terms(text), terms(about)
    return any(there[place : place + len(named)] == named for place in range(len(there)))


def _groups(about: str) -> list[frozenset[str]]:
    return [forms(term) for term in content_terms(about)]


def _citations(listed: Sequence[Listing], reading: Reading, about: str = "") -> tuple[Citation, ...]:
    """Cite the first sentence of each article that mentions `about`, or else its first sentence."""
    articles = reading.articles([listing.id for listing in listed])
    groups = _groups(about)
    spans = {id_: _first(article, groups, about) for id_, article in articles.items()}
    return tuple(Citation(articles[one.id], span) for one in listed if (span := spans.get(one.id)))


def _first(article: Article, groups: Sequence[Collection[str]], about: str) -> Span | None:
    sentences = split_sentences(article.text, article.body)
    found = (span for span in sentences if groups and _has_all(span.cut(article.text), groups, about))
    return next(found, sentences[0] if sentences else None)


def _count_copies(citations: Sequence[Citation], reading: Reading) -> int:
    """Count the cited articles that repeat another one of them."""
    articles = {citation.article.id: citation.article for citation in citations}
    among, seen, copies = Scope(articles=frozenset(articles)), set[str](), 0
    for id_, article in articles.items():
        if id_ not in seen:
            new = {copy.id for copy in reading.copies(article, scope=among)} - seen
            copies += len(new)
            seen |= {id_, *new}
    return copies


def _narrowed(question: ShelfQuestion, scope: Scope) -> Scope:
    """Narrow the scope to the days and the outlet of a question."""
    since = max(filter(None, (scope.since, question.since)), default=None)
    until = min(filter(None, (scope.until, question.until)), default=None)
    scope = replace(scope, since=since, until=until)
    if not question.outlet:
        return scope
    outlets = frozenset({question.outlet})
    if scope.outlets and not scope.outlets & outlets:
        return replace(scope, articles=frozenset())
    return replace(scope, outlets=outlets)


def _among(scope: Scope, ids: Collection[str]) -> Scope:
    kept = frozenset(ids) if scope.articles is None else scope.articles & frozenset(ids)
    return replace(scope, articles=kept)


def _days(question: ShelfQuestion) -> str:
    """Say in which days: "on 5 Feb 2026", "since 5 Feb 2026", "from 1 Feb to 5 Feb 2026"."""
    since, until = question.since, question.until
    words = scope_words(Scope(since, until))
    if since is None or until is None:
        return words
    return f"on {words}" if since == until else f"from {words}"


def _there(scope: Scope) -> str:
    """Say where articles were counted: " on the shelf", or " in scope" with its days and outlets."""
    return _in_scope(scope) or " on the shelf"


def _in_scope(scope: Scope) -> str:
    """Say that only a scope was looked at; "" if it is the whole shelf."""
    words = scope_words(scope)
    return "" if scope.is_whole else f" in scope ({words})" if words else " in scope"
