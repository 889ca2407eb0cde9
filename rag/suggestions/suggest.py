"""Suggestions: a few questions that the shelf answers, for a reader who has not asked anything yet.

The rules make questions of what articles say (`rag.questions`); each is asked here as a reader
would ask it, and is kept only when the article that it was made of answers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from index.pipeline.library import Library
from index.shelf.queries import Reading
from index.text.articles import Article
from index.text.spans import Span
from index.text.terms import content_terms, terms
from rag.answering.models import Refusal
from rag.answering.pipeline import answer_question
from rag.suggestions.question_generation import POOR, Question, questions_of

# What may be looked at for each question wanted: on a shelf of any size the work stays the same.
ARTICLES_PER_QUESTION = 6
ASKED_PER_QUESTION = 8
# An article's questions that are asked before the next article has its turn.
_TRIES = 3
# The newest articles come first, then the shelf from end to end.
_NEWEST = 2
# A kind of question that is there already is worth less.
_AGAIN = 4.0
# Only the sentence that such a question was made of tells for sure who said what, or who somebody is.
_OF_ONE_SENTENCE = ("say", "said", "is")


@dataclass(frozen=True, slots=True)
class _Chosen:
    article: Article
    question: Question
    sentence: Span  # that answers it


def suggest_questions(library: Library, *, count: int = 4) -> tuple[str, ...]:
    """Return up to `count` questions that the shelf answers, each by another sentence.

    They come from different articles where enough of them give one, the newest articles first,
    then from all over the shelf. At most `ARTICLES_PER_QUESTION` articles are read and
    `ASKED_PER_QUESTION` questions asked for each one wanted; fewer are returned rather than one
    that is not answered. The same shelf gives the same questions. Raises what
    `answer_question` raises.
    """
    with library.shelf.read() as reading:
        articles = list(_spread(reading, ARTICLES_PER_QUESTION * count))
    waiting = [questions_of(article) for article in articles]
    chosen: list[_Chosen] = []
    left = ASKED_PER_QUESTION * count
    # One of each article that has a good one, then one of each; where articles are few, more of them.
    for most, least in ((most, least) for most in range(1, count + 1) for least in (POOR, -inf)):
        for article, questions in zip(articles, waiting, strict=True):
            for _ in range(_TRIES):
                question = _next(questions, article, chosen)
                full = sum(one.article is article for one in chosen) >= most
                if full or question is None or question.worth < least:
                    break
                if len(chosen) == count or not left:
                    return tuple(one.question.text for one in chosen)
                questions.remove(question)
                left -= 1
                sentence = _answering_sentence(question, article, library)
                if sentence and not any(_says_the_same(sentence, article, one) for one in chosen):
                    chosen.append(_Chosen(article, question, sentence))
    return tuple(one.question.text for one in chosen)


def _next(questions: Sequence[Question], article: Article, chosen: Sequence[_Chosen]) -> Question | None:
    """Return the best question that asks for something else than those chosen, other kinds first."""
    kinds = [one.question.kind for one in chosen]
    asked = [frozenset(content_terms(one.question.text)) for one in chosen]
    fresh = (
        question
        for question in questions
        if not any(_says_the_same(question.sentence, article, one) for one in chosen)
        and (question.kind == "is" or not any(other.issuperset(content_terms(question.text)) for other in asked))
    )
    return max(fresh, key=lambda question: question.worth - _AGAIN * kinds.count(question.kind), default=None)


def _says_the_same(sentence: Span, article: Article, one: _Chosen) -> bool:
    """Tell whether a sentence is, word for word, the one that a chosen question rests on: news comes in copies."""
    return terms(sentence.cut(article.text)) == terms(one.sentence.cut(one.article.text))


def _answering_sentence(question: Question, article: Article, library: Library) -> Span | None:
    """Ask the question; return the sentence of its article that answers it, or None where none does.

    It is the sentence that the question was made of, quoted from the article or from a copy of
    it, or another one that says all the question's words.
    """
    answer = answer_question(question.text, library=library)
    if isinstance(answer.quoted, Refusal):
        return None
    told = terms(question.sentence.cut(article.text))
    copies = {quote.article.id for quote in answer.quotes if terms(quote.quote) == told}
    if answer.quotes[0].article.id not in {article.id, *copies}:
        return None
    if copies:
        return question.sentence
    if question.kind in _OF_ONE_SENTENCE:
        return None
    asked = set(content_terms(question.text))
    own = (quote.span for quote in answer.quotes if quote.article.id == article.id)
    return next((span for span in own if asked <= set(terms(span.cut(article.text)))), None)


def _spread(reading: Reading, limit: int) -> Iterator[Article]:
    """Yield the newest articles, then others from halves, quarters and eighths of the shelf."""
    for place in _places(reading.reach().articles, limit):
        for listing in reading.listings(1, offset=place):
            yield reading.article(listing.path)


def _places(count: int, limit: int) -> list[int]:
    """Return up to `limit` places among `count`, the first ones first, then ever finer parts of the whole.

    >>> _places(100, 7), _places(3, 7)
    ([0, 1, 50, 25, 75, 12, 37], [0, 1, 2])
    """
    places = dict.fromkeys(range(min(_NEWEST, count, limit)))
    parts = 2
    while len(places) < min(count, limit):
        places.update(dict.fromkeys(part * count // parts for part in range(1, parts, 2)))
        parts *= 2
    return list(places)[:limit]
