"""Disagreements: what articles say otherwise on the same thing, side by side.

Each quote of an answer is held against every sentence that was read for it, so what contradicts a
quote is found though it weighs a little less. Nothing says who is right: the quotes stand beside
each other with the words marked in which they differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, Protocol

from index.core.wording import counted
from index.text.near_duplicates import are_copies, shingles_kept
from index.text.spans import Span
from index.text.terms import folded, terms
from rag.analysis.contradiction_rules import figures, is_same, names, outcomes, times
from rag.analysis.question_type import Questioned, read_question
from rag.analysis.sentence_context import Told, Word, may_be_one
from rag.answering.models import Answer
from rag.evidence.citations import Citation
from rag.retrieval.passages import Passage

Kind = Literal["number", "date", "name", "outcome"]
KIND_WORDS: dict[Kind, str] = {
    "number": "The articles differ on a number",
    "date": "The articles differ on a date",
    "name": "The articles differ on a name",
    "outcome": "The articles differ on the outcome",
}
DIFFERENT_DAYS = "Reports of different days, the newest last."
ONE_TEXT = "Two editions of one text."
MOST_SHOWN = 4  # disagreements of an answer
MOST_SIDES = 4
_NEAR = 2  # sentences around one


class _Rule(Protocol):
    def __call__(self, one: Told, other: Told) -> Iterator[tuple[Word, Word]]: ...


_RULES: dict[Kind, _Rule] = {"number": figures, "date": times, "outcome": outcomes, "name": names}


@dataclass(frozen=True, slots=True)
class Side:
    """What one or more articles say."""

    citation: Citation  # the quote that is shown for it
    marked: Span  # of the article: the words in which it differs
    also: tuple[Citation, ...]  # quotes of other articles that say the same

    @property
    def words(self) -> str:
        """The words in which it differs."""
        return self.marked.cut(self.citation.article.text)

    @property
    def likewise(self) -> str:
        """How many other articles say so, as it is shown; "" where there is none."""
        return f"likewise in {counted(len(self.also), 'other article')}" if self.also else ""

    @property
    def parts(self) -> tuple[str, str, str]:
        """The quote in three: before the marked words, they themselves, and behind them."""
        start, quote = self.citation.span.start, self.citation.quote
        first, last = self.marked.start - start, self.marked.end - start
        return quote[:first], quote[first:last], quote[last:]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two or more sides, of different articles, that say otherwise on the same thing."""

    kind: Kind
    sides: tuple[Side, ...]  # by day of publication, the newest last; undated ones first

    @property
    def title(self) -> str:
        """What they differ on, in words."""
        return KIND_WORDS[self.kind]

    @property
    def note(self) -> str:
        """What a reader should know of where they come from; "" where there is nothing to say."""
        articles = [side.citation.article for side in self.sides]
        one_text = len(articles) == 2 and _are_copies(self.sides[0].citation, self.sides[1].citation)
        days = {article.published for article in articles}
        apart = len(days) > 1 and None not in days
        return " ".join(filter(None, (DIFFERENT_DAYS if apart else "", ONE_TEXT if one_text else "")))


@dataclass(frozen=True, slots=True)
class _Saying:
    """A sentence, and a word of it to which another article's is contrary."""

    told: Told
    word: Word


def disagreements_of(answer: Answer) -> tuple[Disagreement, ...]:
    """Return in what the articles differ on an answer's quotes; nothing where the shelf does not answer.

    Nor while a model writes: what it cites grows with each sentence, and an answer is drawn several times a second.
    """
    if answer.refusal or (answer.prose and answer.prose.under_way):
        return ()
    cited = (citation for statement in answer.statements for citation in statement.citations)
    return find_disagreements(answer.searched_as, tuple(dict.fromkeys((*answer.quotes, *cited))), answer.passages)


# An answer is drawn, copied, kept and exported with the same ones.
@lru_cache(maxsize=16)
def find_disagreements(
    question: str, quotes: tuple[Citation, ...], passages: tuple[Passage, ...], *, newer: frozenset[str] = frozenset()
) -> tuple[Disagreement, ...]:
    """Return what other articles' sentences in the passages say otherwise than the quotes, most important first.

    Articles that are copies are one voice, unless one of them is an edition of another day or of the same outlet:
    what was changed in it is worth knowing. With `newer`, ids of articles, those are set against the others only.
    At most four disagreements are returned, with four sides each.
    """
    asked = read_question(question)
    read = _read(passages, asked)
    own = [read.get(quote) or Told(quote, quote.quote, asked=asked) for quote in dict.fromkeys(quotes)]
    # "His destination was Rome" answers beside the quote that says whose.
    own += [told for told in read.values() if told not in own and _is_beside(told, own) and told.answers]
    pairs: dict[Kind, list[tuple[_Saying, _Saying]]] = {}
    compared: set[frozenset[Citation]] = set()
    for one in own:
        for other in (*own, *read.values()):
            both = frozenset((one.citation, other.citation))
            mine, theirs = one.citation.article.id, other.citation.article.id
            if both in compared or mine == theirs or (newer and (mine in newer) == (theirs in newer)):
                continue
            compared.add(both)
            for kind, one_word, other_word in _contraries(one, other):
                if _is_one_voice(one.citation, other.citation):
                    break
                pairs.setdefault(kind, []).append((_Saying(one, one_word), _Saying(other, other_word)))
    made = [found for kind, those in pairs.items() for found in _grouped(kind, those)]
    order = list(_RULES)
    slots = {"number": "number", "date": "date"}
    made.sort(
        key=lambda found: (found.kind != slots.get(asked.slot, "name" if asked.slot else ""), order.index(found.kind))
    )
    return tuple(made[:MOST_SHOWN])


def _read(passages: Sequence[Passage], asked: Questioned) -> dict[Citation, Told]:
    read: dict[Citation, Told] = {}
    for passage in passages:
        text, spans = passage.article.text, passage.sentences
        for place, span in enumerate(spans):
            first, last = max(0, place - _NEAR), min(len(spans), place + _NEAR + 1) - 1
            near = text[spans[first].start : spans[last].end]
            before = spans[place - 1].cut(text) if place else ""
            citation = Citation(passage.article, span)
            after = spans[place + 1].cut(text) if place + 1 < len(spans) else ""
            read[citation] = Told(citation, near, before, after, asked)
    return read


def _is_beside(told: Told, own: Sequence[Told]) -> bool:
    quotes = (one.citation for one in own if one.citation.article.id == told.citation.article.id)
    return any(quote.quote in (told.before, told.after) for quote in quotes)


def _contraries(one: Told, other: Told) -> Iterator[tuple[Kind, Word, Word]]:
    """Yield the contraries of the first kind of which there are some: a sentence with another number is no swap too."""
    if not (one.answers and other.answers) and not may_be_one(one, other):
        return
    if terms(one.quote) == terms(other.quote):
        return
    for kind, rule in _RULES.items():
        found = [(kind, mine, theirs) for mine, theirs in rule(one, other) if mine.place and theirs.place]
        yield from found
        if found:
            return


def _is_one_voice(one: Citation, other: Citation) -> bool:
    mine, theirs = one.article, other.article
    if mine.published != theirs.published or (mine.outlet and folded(mine.outlet) == folded(theirs.outlet or "")):
        return False
    return _are_copies(one, other)


def _are_copies(one: Citation, other: Citation) -> bool:
    texts = (citation.article.body.cut(citation.article.text) for citation in (one, other))
    return are_copies(*map(shingles_kept, texts))


def _grouped(kind: Kind, pairs: Sequence[tuple[_Saying, _Saying]]) -> Iterator[Disagreement]:
    """Put together pairs that have a sentence in common, and in each group those who say the same."""
    groups: list[list[_Saying]] = []
    for pair in pairs:
        touching = [g for g in groups if any(s.told.citation == t.told.citation for s in g for t in pair)]
        groups = [g for g in groups if g not in touching] + [[*(s for g in touching for s in g), *pair]]
    for group in groups:
        sides: list[list[_Saying]] = []
        for saying in group:
            if any(saying.told.citation == other.told.citation for side in sides for other in side):
                continue  # a sentence stands on one side
            side = next((side for side in sides if any(is_same(saying.word, other.word) for other in side)), None)
            if side is None:
                sides.append([saying])
            else:
                side.append(saying)
        made = [_side(side) for side in sides[:MOST_SIDES]]
        if len(made) > 1:
            yield Disagreement(kind, tuple(sorted(made, key=_day)))


def _side(sayings: Sequence[_Saying]) -> Side:
    shown, *others = sayings
    start = shown.told.citation.span.start
    also = dict[str, Citation]()
    for other in others:
        if other.told.citation.article.id != shown.told.citation.article.id:
            also.setdefault(other.told.citation.article.id, other.told.citation)
    return Side(shown.told.citation, shown.word.place.shifted(start), tuple(also.values()))


def _day(side: Side) -> tuple[date, str, Span]:
    article = side.citation.article
    return article.published or date.min, article.path, side.citation.span
