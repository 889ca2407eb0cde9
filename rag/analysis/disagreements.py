"""Disagreements: numbers and dates on which articles contradict an answer's quotes.

Each quote of an answer is compared with every sentence that was read for the question. So a contradiction is found
even if its sentence ranks below the quotes. Nothing says who is right: the quotes are shown side by side, with the
differing words marked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal, Protocol

from index.text.near_duplicates import are_copies, shingles_kept
from index.text.spans import Span
from index.text.terms import folded, terms
from rag.analysis.contradiction_rules import agree, are_of_one_article, differing_numbers, differing_times
from rag.analysis.figure_history import Figure, figure_history, overtaken
from rag.analysis.sentence_context import Mention, SentenceContext, may_be_same, read_sentences
from rag.answering.models import Answer
from rag.evidence.citations import Citation
from rag.language.numbers import read_numbers
from rag.language.question_type import read_question_type
from rag.retrieval.passages import Passage

Kind = Literal["number", "date"]
ONE_TEXT = "These are two editions of one text."
MOST_SHOWN = 4  # disagreements of an answer
MOST_SIDES = 4


class _Rule(Protocol):
    def __call__(self, one: SentenceContext, other: SentenceContext) -> Iterator[tuple[Mention, Mention]]: ...


_RULES: dict[Kind, _Rule] = {"number": differing_numbers, "date": differing_times}


@dataclass(frozen=True, slots=True)
class Side:
    """What one or more articles say."""

    citation: Citation  # the quote that is shown
    marked: Span  # the differing words, as a span of the article
    also: tuple[Citation, ...]  # quotes of other articles that say the same

    @property
    def words(self) -> str:
        """The differing words."""
        return self.marked.cut(self.citation.article.text)

    @property
    def parts(self) -> tuple[str, str, str]:
        """The quote before the differing words, these words, and the quote after them."""
        start, quote = self.citation.span.start, self.citation.quote
        first, last = self.marked.start - start, self.marked.end - start
        return quote[:first], quote[first:last], quote[last:]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two or more sides, from different articles, that contradict each other on one thing."""

    kind: Kind
    sides: tuple[Side, ...]  # by day of publication, the newest last; undated ones first

    @property
    def title(self) -> str:
        """What the articles differ on, in words."""
        articles = {side.citation.article.id for side in self.sides}
        return f"The {'articles' if len(articles) > 1 else 'sources of one article'} differ on a {self.kind}"

    @property
    def note(self) -> str:
        """Whether the sides are editions of one text; "" if not."""
        one, other, *more = (side.citation for side in self.sides)
        is_edition = not more and one.article.id != other.article.id and _are_copies(one, other)
        return ONE_TEXT if is_edition else ""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sentence, and its number or time that another article contradicts."""

    sentence: SentenceContext
    mention: Mention

    @property
    def citation(self) -> Citation:
        return self.sentence.citation


def disagreements_of(answer: Answer) -> tuple[Disagreement, ...]:
    """Return where articles contradict quotes that surely answer; nothing while a model still writes.

    What a model cites grows with each sentence, and an unfinished answer is drawn several times a second.
    """
    if answer.level != "answers" or (answer.prose and answer.prose.under_way):
        return ()
    if answer.parts:
        asked = [(part.question, part.quoted.citations) for part in answer.parts if part.quoted.level == "answers"]
    else:
        cited = (citation for statement in answer.statements for citation in statement.citations)
        asked = [(answer.searched_as, tuple(dict.fromkeys((*answer.quotes, *cited))))]
    found = (
        find_disagreements(question, quotes, _not_overtaken(question, quotes, answer.passages))
        for question, quotes in asked
    )
    shown = _without_history([one for some in found for one in some], figure_history(answer))
    return tuple(shown)[:MOST_SHOWN]


def sides_by_quote(answer: Answer) -> dict[Citation, Side]:
    """Return the sides of the disagreements of an answer by the quote that is shown."""
    return {side.citation: side for disagreement in disagreements_of(answer) for side in disagreement.sides}


def _without_history(found: Sequence[Disagreement], history: Sequence[Figure]) -> Iterator[Disagreement]:
    """Leave out what the history of figures shows: overtaken sides, and all if each side is of a day of its own."""
    past = overtaken(history)
    for one in found:
        if _is_in(one.sides, history):
            continue
        sides = tuple(side for side in one.sides if not _is_overtaken(side, past, history))
        if len(sides) > 1:
            yield replace(one, sides=sides)


def _is_in(sides: Sequence[Side], history: Sequence[Figure]) -> bool:
    """Return True if each side is a figure of the history, and no two sides have articles of one day."""
    days = [day for side in sides for day in {one.article.published for one in (side.citation, *side.also)}]
    return len(days) == len(set(days)) and all(_is_figure(side, history) for side in sides)


def _is_figure(side: Side, figures: Sequence[Figure]) -> bool:
    return any(figure.is_number(number) for figure in figures for number in read_numbers(side.words))


def _is_overtaken(side: Side, past: Sequence[Figure], history: Sequence[Figure]) -> bool:
    day = side.citation.article.published
    if not past or day is None or day >= history[-1].day:
        return False
    return _is_figure(side, past)


def _not_overtaken(question: str, quotes: Sequence[Citation], passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """Return the passages; if the question asks for the latest, without those older than what is quoted."""
    days = [quote.article.published for quote in quotes if quote.article.published]
    if read_question_type(question).order != "latest" or not days:
        return passages
    return tuple(one for one in passages if one.article.published is None or one.article.published >= min(days))


# One answer is drawn, copied, kept and exported with the same disagreements.
@lru_cache(maxsize=16)
def find_disagreements(
    question: str, quotes: tuple[Citation, ...], passages: tuple[Passage, ...], *, newer: frozenset[str] = frozenset()
) -> tuple[Disagreement, ...]:
    """Return where other articles' sentences in the passages contradict the quotes, most important first.

    Copies of an article count once, unless one is an edition of another day or of the same outlet: then the change
    is worth knowing. If `newer` has ids of articles, these are compared with the other articles only.
    At most `MOST_SHOWN` disagreements are returned, with `MOST_SIDES` sides each.
    """
    asked = read_question_type(question)
    read = read_sentences(passages, asked)
    in_english = [quote for quote in dict.fromkeys(quotes) if quote.in_english]
    own = [read.get(quote) or SentenceContext(quote, quote.quote, asked=asked) for quote in in_english]
    # "His destination was Rome" answers next to the quote that says whose.
    own += [one for one in read.values() if one not in own and _adjoins(one, own) and one.answers]
    pairs: dict[Kind, list[tuple[_Claim, _Claim]]] = {}
    compared: set[frozenset[Citation]] = set()
    for one in own:
        for other in (*own, *read.values()):
            both = frozenset((one.citation, other.citation))
            mine, theirs = one.citation.article.id, other.citation.article.id
            if both in compared or (newer and (mine in newer) == (theirs in newer)):
                continue
            compared.add(both)
            if mine == theirs and not are_of_one_article(one, other):
                continue
            for kind, one_mention, other_mention in _contradictions(one, other):
                if mine != theirs and (
                    _is_one_source(one.citation, other.citation) or _says_both(one.citation, other.citation)
                ):
                    break
                pairs.setdefault(kind, []).append((_Claim(one, one_mention), _Claim(other, other_mention)))
    order: list[Kind] = sorted(_RULES, key=lambda kind: kind != asked.expected)
    return tuple(found for kind in order for found in _grouped(kind, pairs.get(kind, ())))[:MOST_SHOWN]


def _adjoins(sentence: SentenceContext, own: Sequence[SentenceContext]) -> bool:
    quotes = (one.citation for one in own if one.citation.article.id == sentence.citation.article.id)
    return any(quote.quote in (sentence.before, sentence.after) for quote in quotes)


def _contradictions(one: SentenceContext, other: SentenceContext) -> Iterator[tuple[Kind, Mention, Mention]]:
    """Yield the contradictions of two sentences, all of one kind: numbers first."""
    if not (one.answers and other.answers) and not may_be_same(one, other):
        return
    if terms(one.quote) == terms(other.quote):
        return
    for kind, rule in _RULES.items():
        found = [(kind, mine, theirs) for mine, theirs in rule(one, other)]
        yield from found
        if found:
            return


def _is_one_source(one: Citation, other: Citation) -> bool:
    mine, theirs = one.article, other.article
    if mine.published != theirs.published or (mine.outlet and folded(mine.outlet) == folded(theirs.outlet or "")):
        return False
    return _are_copies(one, other)


def _says_both(one: Citation, other: Citation) -> bool:
    """Return True if an article has both sentences: then it does not contradict the other article."""
    return other.quote in one.article.text or one.quote in other.article.text


def _are_copies(one: Citation, other: Citation) -> bool:
    texts = (citation.article.body.cut(citation.article.text) for citation in (one, other))
    return are_copies(*map(shingles_kept, texts))


def _grouped(kind: Kind, pairs: Sequence[tuple[_Claim, _Claim]]) -> Iterator[Disagreement]:
    """Merge pairs that share a number or a time, and in each group the claims that agree."""
    groups: list[list[_Claim]] = []
    for pair in pairs:
        touching = [g for g in groups if any(_is_one_mention(a, b) for a in g for b in pair)]
        groups = [g for g in groups if g not in touching] + [[*(claim for g in touching for claim in g), *pair]]
    for group in groups:
        sides: list[list[_Claim]] = []
        for claim in group:
            if any(_is_one_mention(claim, other) for side in sides for other in side):
                continue
            side = next((side for side in sides if any(agree(claim.mention, other.mention) for other in side)), None)
            if side is None:
                sides.append([claim])
            else:
                side.append(claim)
        made = [_side(side) for side in sides[:MOST_SIDES]]
        if len(made) > 1:
            yield Disagreement(kind, tuple(sorted(made, key=_day)))


def _is_one_mention(one: _Claim, other: _Claim) -> bool:
    return (one.citation, one.mention.span) == (other.citation, other.mention.span)


def _side(claims: Sequence[_Claim]) -> Side:
    shown, *others = claims
    also = dict[str, Citation]()
    for other in others:
        if other.citation.article.id != shown.citation.article.id:
            also.setdefault(other.citation.article.id, other.citation)
    return Side(shown.citation, shown.mention.span.shifted(shown.citation.span.start), tuple(also.values()))


def _day(side: Side) -> tuple[date, str, Span]:
    article = side.citation.article
    return article.published or date.min, article.path, side.citation.span
