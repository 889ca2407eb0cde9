"""Suggestions: questions about the newest and the best-covered stories, for a reader who has not asked anything yet."""

from collections.abc import Sequence

from index.core.formatting import one_line
from index.pipeline.library import Library
from index.shelf.queries import Listing
from index.text.languages import is_english
from index.text.plain_text import without_unseen
from index.text.terms import content_terms, terms
from rag.answering.pipeline import answer_question

LONGEST_SUGGESTION = 90  # characters
_FORM = "What is “{}” about?"
# The work is the same on a shelf of any size.
_ARTICLES_SEEN = 200  # the newest
ASKED_PER_SUGGESTION = 3
# Two headlines are about one story if they share this part of the shorter one's words, and so many words.
_SAME_STORY = 0.5
_LEAST_SHARED = 2
# Quotation marks inside a headline, which the question puts between quotation marks itself.
_INNER_MARKS = str.maketrans('“”„"', "‘’‘'")

_Story = list[Listing]  # articles whose headlines are about the same story, the newest first


def suggest_questions(library: Library, *, count: int = 4) -> tuple[str, ...]:
    """Return up to `count` questions that the shelf answers, each about another story.

    The newest story comes first, then the stories with most outlets and articles among the newest 200 articles.
    Only articles in English are considered, because the questions are in English.
    A question is returned only if an article of its story is quoted first. At most `ASKED_PER_SUGGESTION` questions
    are asked for each one wanted. The same shelf gives the same questions. Raises what `answer_question` raises.
    """
    with library.shelf.read() as reading:
        listings = reading.listings(_ARTICLES_SEEN)
    stories = _stories([listing for listing in listings if is_english(listing.language)])
    ordered = [*stories[:1], *sorted(stories[1:], key=_coverage, reverse=True)]
    suggested: dict[tuple[str, ...], str] = {}  # by the words of the first quote
    for story in ordered[: ASKED_PER_SUGGESTION * count]:
        question = question_about(story[0].title)
        if quote := _first_quote(question, story, library):
            suggested.setdefault(tuple(terms(quote)), question)
        if len(suggested) == count:
            break
    return tuple(suggested.values())


def question_about(headline: str) -> str:
    """Return a question about a headline, on one line and at most `LONGEST_SUGGESTION` characters; "" without words.

    >>> question_about("Port Ellery to replace its “oldest” ferries")
    'What is “Port Ellery to replace its ‘oldest’ ferries” about?'
    """
    title = one_line(without_unseen(headline)).translate(_INNER_MARKS)
    most = LONGEST_SUGGESTION - len(_FORM.format(""))
    if len(title) > most:
        cut = title[:most].rsplit(" ", 1)[0][: most - 1]
        title = f"{cut.rstrip(' ,.;:–—-…')}…"
    return _FORM.format(title) if content_terms(title) else ""


def _stories(listings: Sequence[Listing]) -> list[_Story]:
    """Group articles by the words of their headlines; the order is that of each story's first article."""
    stories: list[tuple[frozenset[str], _Story]] = []
    for listing in listings:
        own = frozenset(content_terms(listing.title))
        story = next((articles for words, articles in stories if _is_same_story(words, own)), None)
        if story is None:
            stories.append((own, [listing]))
        else:
            story.append(listing)
    return [articles for _, articles in stories]


def _is_same_story(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return one == other or (shared >= _LEAST_SHARED and shared >= _SAME_STORY * min(len(one), len(other)))


def _coverage(story: _Story) -> tuple[int, int]:
    return len({listing.outlet for listing in story if listing.outlet}), len(story)


def _first_quote(question: str, story: _Story, library: Library) -> str:
    """Return the first quote that answers a question, if it is from an article of the story or a copy; else ""."""
    if not question:
        return ""
    answer = answer_question(question, library=library)
    if not answer.quoted.is_likely:
        return ""
    first = answer.quotes[0]
    sources = {first.article.id, *(copy.id for copy in answer.copies.get(first.article.id, ()))}
    return first.quote if sources & {listing.id for listing in story} else ""
