"""Changes: what articles published after a day add to, or contradict in, earlier coverage.

The question is asked twice: of the articles until that day, and of those after it. Only what is new is returned.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from index.core.errors import BadQuestion
from index.core.scope import WHOLE, Scope
from index.pipeline.library import Library
from rag.analysis.disagreements import Disagreement, find_disagreements
from rag.analysis.sentence_context import SHARED_CLOSELY, own_terms
from rag.answering.models import Answer
from rag.answering.pipeline import answer_question
from rag.answering.query import make_query
from rag.evidence.citations import Citation
from rag.retrieval.passages import Passage
from rag.verification.claim import Claim
from rag.verification.fact_rules import dates, figures, numbers

# A sentence repeats another one if they share at least so many content words, or all if there are fewer.
_LEAST_SHARED = 3
_UNDATED_NAMED = 5


@dataclass(frozen=True, slots=True)
class Changes:
    """What the articles after a day say to a question, compared with those until that day."""

    since: date  # the last day of the older ones
    older: Answer
    newer: Answer
    added: tuple[Citation, ...]  # quotes of newer articles that repeat no older sentence
    differing: tuple[Disagreement, ...]  # the older sides first
    repeated: int  # quotes of newer articles that repeat an older sentence
    undated: int  # articles without a date, which are left out
    undated_titles: tuple[str, ...]  # of some of them


def find_changes(question: str, *, library: Library, since: date, scope: Scope = WHOLE) -> Changes:
    """Answer a question from the articles until the day `since` and from those after it, and compare the answers.

    Days in the question do not narrow the search. Raises BadQuestion for an empty or overlong question, and if the
    scope has no day after `since`.
    """
    if scope.until and scope.until <= since:
        raise BadQuestion(
            f"There is no day after {since.isoformat()} and until {scope.until.isoformat()}. "
            "Expected a later last day. Choose an earlier --since or a later last day."
        )
    until, after = replace(scope, until=since), replace(scope, since=since + timedelta(1))
    older, newer = (
        answer_question(make_query(question, scope=one, all_days=True), library=library) for one in (until, after)
    )
    with library.shelf.read() as reading:
        of_outlets = Scope(outlets=scope.outlets, languages=scope.languages)
        reach = reading.reach(scope=of_outlets)
        dated = reach.articles - reach.undated
        # The undated come last.
        listed = reading.listings(_UNDATED_NAMED, offset=dated, scope=of_outlets) if reach.undated else []
    added, differing, repeated = compare(newer.searched_as, older, newer)
    titles = tuple(listing.title or listing.path for listing in listed)
    return Changes(since, older, newer, added, differing, repeated, reach.undated, titles)


def compare(question: str, older: Answer, newer: Answer) -> tuple[tuple[Citation, ...], tuple[Disagreement, ...], int]:
    """Return the newer quotes that are new, the disagreements with older ones, and the number of repeated quotes."""
    if not newer.quoted.is_likely:
        return (), (), 0
    passages = (*older.passages, *_numbered(newer.passages, len(older.passages)))
    after = frozenset(passage.article.id for passage in newer.passages)
    differing = find_disagreements(question, newer.quotes, passages, newer=after)
    contradicting = {citation for one in differing for side in one.sides for citation in (side.citation, *side.also)}
    left = [quote for quote in newer.quotes if quote not in contradicting]
    added = tuple(quote for quote in left if not _is_known(quote, older.passages))
    return added, differing, len(left) - len(added)


def _numbered(passages: Sequence[Passage], before: int) -> list[Passage]:
    return [replace(passage, number=before + passage.number) for passage in passages]


def _is_known(quote: Citation, passages: Sequence[Passage]) -> bool:
    """Return True if a sentence of the passages says the same as the quote."""
    return any(
        _says_the_same(quote.quote, span.cut(passage.article.text))
        for passage in passages
        for span in passage.sentences
    )


def _says_the_same(newer: str, older: str) -> bool:
    """Return True if the older sentence has most words of the newer one, and all its numbers, months and weekdays."""
    mine, theirs = own_terms(newer), own_terms(older)
    shared = len(set(mine) & set(theirs))
    if shared < min(_LEAST_SHARED, len(mine)) or shared < SHARED_CLOSELY * len(mine):
        return False
    claim = Claim.of(newer, [older])
    # The checks excuse numbers that a model may count itself; here each number is what a newer article says.
    held = all(
        any(number.is_held_by(other) for quote in claim.quotes for other in quote.numbers)
        for number in claim.statement.numbers
    )
    return held and not (figures(claim) or numbers(claim) or dates(claim))
