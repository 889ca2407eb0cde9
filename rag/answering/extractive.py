"""Quoting: the answer without a language model is what the articles say, word for word.

Each sentence of the passages is weighed against the question; the best ones are quoted,
or, where none weighs enough, the question is refused and the closest ones are shown.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.shelf.queries import Reading
from index.text.spans import Span
from index.text.terms import content_terms, terms
from index.vectors.embedders import Embedder
from rag.answering.models import Refusal, Weighed
from rag.evidence.attribution import asked_speaker, speaks, speech_of
from rag.evidence.citations import Citation, Statement
from rag.language.lexicon import FILLER_TERMS
from rag.retrieval.passages import Passage
from rag.retrieval.term_weights import term_rarity

MOST_QUOTES = 4
MOST_CLOSEST = 3
MOST_NEAREST = 5  # sentences that a report tells of

# The numbers below were chosen on clapnq with the built-in model (`bench/quoting.py`; README, "Decisions").
_COVERAGE_WEIGHT = 0.25
# A sentence that weighs this much answers by its meaning.
_ENOUGH = 0.69
# Or by its words: it holds some of the question's weight, with its neighbours and heading nearly
# all of it, and is not about something else.
_ENOUGH_WORDS = 0.8
_LEAST_OWN_WORDS = 0.3
# For a list of all there is, a sentence is on the subject when it holds this share of the question's weight itself.
_HOLDS_MOST = 0.5
_LEAST_SIMILARITY = 0.15
# Shown with a refusal: a sentence that shares a word with the question, or is this close in meaning.
_CLOSE = 0.3
# A sentence nearly as good as the best one is quoted too.
_MARGIN = 0.12
# An article is on a follow-up's subject when it holds this share of the weight that was lent.
_ON_THE_SUBJECT = 0.5
# A sentence that begins so does not say of whom it speaks.
_LEANS = re.compile(r"[\"“‘']?(?:He|She|They|His|Her|Their)\b")
# Words the best sentence leaves out are looked for this many sentences around it.
_NEAR = 2
# The model reads every sentence of so many passages; further down those alone that hold this share of the question's
# weight. It spares two fifths of the time and changed no answer (`bench/README.md`).
_READ_WHOLE = 3
_WORTH_READING = 0.2


@dataclass(frozen=True, slots=True)
class _Candidate:
    passage: Passage
    place: int  # which sentence of its passage
    terms: frozenset[str]
    asked_for: bool  # it is in the words of whom the question asks for
    similarity: float  # cosine, -1 to 1; -1 for one that was not worth reading
    own_coverage: float  # share of the question's weight that its words hold, 0 to 1
    coverage: float  # the same, with the sentence before, the one after and the heading

    @property
    def span(self) -> Span:
        return self.passage.sentences[self.place]

    @property
    def text(self) -> str:
        return self.span.cut(self.passage.article.text)

    @property
    def weight(self) -> float:
        return self.similarity + _COVERAGE_WEIGHT * self.coverage

    @property
    def answers(self) -> bool:
        return self.weight >= _ENOUGH or (
            self.coverage >= _ENOUGH_WORDS
            and self.own_coverage >= _LEAST_OWN_WORDS
            and self.similarity >= _LEAST_SIMILARITY
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, and the terms that it has itself and that an earlier one lent to it."""

    question: str
    bare: str  # without what was lent
    own: tuple[str, ...]
    lent: tuple[str, ...]
    speaker: str  # whose words it asks for; "": nobody's


def answer(
    question: str,
    passages: Sequence[Passage],
    *,
    reading: Reading,
    sentence_model: Embedder,
    bare: str = "",
    subject: str = "",
    passed_over: Callable[[str], bool] | None = None,
) -> tuple[tuple[Statement, ...] | Refusal, tuple[Weighed, ...]]:
    """Quote the one to four sentences that answer, article by article in reading order, or refuse.

    Beside it come the sentences that weigh most, best first, whether they are quoted or not.

    Where an earlier question lent its `subject`, `bare` is the question without it: the subject
    says which article to read, the bare question which sentence. Where the question asks what
    somebody said and some of their words answer, only theirs are quoted.  `sentence_model` is the built-in MiniLM
    whatever embedded the shelf: the weights are calibrated for it, and no sentence leaves the machine to
    be weighed. A sentence that is `passed_over` is not quoted; it still says what the ones beside it are about.
    """
    asked = _split(question, bare, subject)
    candidates = _weigh(asked, passages, reading=reading, sentence_model=sentence_model)
    if passed_over:
        candidates = [candidate for candidate in candidates if not passed_over(candidate.text)]
    ranked = _without_copies(sorted(candidates, key=lambda candidate: -candidate.weight))
    nearest = tuple(_told(candidate) for candidate in ranked[:MOST_NEAREST])
    if any(candidate.asked_for and candidate.answers for candidate in ranked):
        ranked = [candidate for candidate in ranked if candidate.asked_for]
        candidates = ranked
    if not any(candidate.answers for candidate in ranked):
        close = [c for c in ranked if c.own_coverage > 0 or c.similarity >= _CLOSE]
        return Refusal(tuple(_cite(candidate) for candidate in close[:MOST_CLOSEST])), nearest
    # The best sentence is the best of those that answer: one that holds the asked-for words
    # may be long and so less similar than a short one that does not.
    best = next(candidate for candidate in ranked if candidate.answers)
    # Where the best one answers by its words alone, its neighbours share its weight without having said a thing.
    alike = [c for c in ranked if c.weight >= best.weight - _MARGIN and (c.answers or best.weight >= _ENOUGH)]
    chosen = [best, *_complement(asked, best, ranked), *(c for c in alike if c is not best)]
    chosen = list(dict.fromkeys(_with_who(chosen, candidates)))[:MOST_QUOTES]
    order = list(dict.fromkeys(candidate.passage.article.id for candidate in chosen))
    chosen.sort(key=lambda candidate: (order.index(candidate.passage.article.id), candidate.span))
    return tuple(Statement(candidate.text, (_cite(candidate),), "supported") for candidate in chosen), nearest


def find_all(
    question: str,
    passages: Sequence[Passage],
    *,
    reading: Reading,
    sentence_model: Embedder,
    bare: str = "",
    subject: str = "",
) -> tuple[Citation, ...]:
    """Return every sentence that answers, or that holds most of what is asked for, best first; see `answer`."""
    asked = _split(question, bare, subject)
    candidates = _weigh(asked, passages, reading=reading, sentence_model=sentence_model)
    ranked = _without_copies(sorted(candidates, key=lambda candidate: -candidate.weight))
    if any(candidate.asked_for for candidate in ranked):
        ranked = [candidate for candidate in ranked if candidate.asked_for]
    return tuple(_cite(one) for one in ranked if one.answers or one.own_coverage >= _HOLDS_MOST)


def _split(question: str, bare: str, subject: str) -> _Asked:
    own = content_terms(bare if subject else question)
    lent = [term for term in content_terms(subject) if term not in own]
    if subject:
        own = [term for term in own if term not in FILLER_TERMS]
    return _Asked(question, bare if subject else question, tuple(own), tuple(lent), asked_speaker(bare or question))


def _weigh(
    asked: _Asked, passages: Sequence[Passage], *, reading: Reading, sentence_model: Embedder
) -> list[_Candidate]:
    if not passages:
        return []
    rarity = term_rarity((*asked.own, *asked.lent), reading)
    own_rarity, lent_rarity = ({term: rarity[term] for term in some} for some in (asked.own, asked.lent))
    sentences = {
        (passage.number, place): sentence.cut(passage.article.text)
        for passage in passages
        for place, sentence in enumerate(passage.sentences)
    }
    held_by = {at: frozenset(terms(text)) for at, text in sentences.items()}
    spoken = _spoken(asked.speaker, passages) if asked.speaker else frozenset[tuple[int, int]]()
    # "He added" names nobody, and is Jaiswal's all the same.
    held_by |= {at: held_by[at] | frozenset(terms(asked.speaker)) for at in spoken}
    weighed = {
        at: text
        for at, text in sentences.items()
        if at[0] <= _READ_WHOLE or _coverage(rarity, held_by[at]) >= _WORTH_READING
    }
    similarities = dict(zip(weighed, _cosines(asked, list(weighed.values()), sentence_model), strict=True))
    held_by_article: dict[str, set[str]] = {}
    for passage in passages:
        held_by_article.setdefault(passage.article.id, set()).update(terms(f"{passage.article.heading} {passage.text}"))
    candidates: list[_Candidate] = []
    for passage in passages:
        heading = frozenset(terms(passage.article.heading))
        held = [held_by[passage.number, place] for place in range(len(passage.sentences))]
        told = _coverage(lent_rarity, frozenset(held_by_article[passage.article.id]))
        for place, own in enumerate(held):
            # News names a thing once and then says "it": what stands around a sentence counts too.
            around = heading.union(*held[max(0, place - 1) : place + 2])
            similarity, coverage = similarities.get((passage.number, place), -1.0), _coverage(own_rarity, around)
            if asked.lent:
                # Of another article, however close its words, the follow-up does not ask.
                similarity = similarity if told >= _ON_THE_SUBJECT else -1.0
                on_it = min(1.0, told / _ON_THE_SUBJECT)
                coverage = (coverage + on_it) / 2 if asked.own else on_it
            by_speaker = (passage.number, place) in spoken
            own_coverage = _coverage(own_rarity, own)
            candidates.append(_Candidate(passage, place, own, by_speaker, similarity, own_coverage, coverage))
    return candidates


def _spoken(speaker: str, passages: Sequence[Passage]) -> frozenset[tuple[int, int]]:
    """Return the passages' numbers and the places of the sentences that are in somebody's words."""
    return frozenset(
        (passage.number, place)
        for passage in passages
        for place, sentence in enumerate(passage.sentences)
        if speaks(speaker, speech_of(Citation(passage.article, sentence)))
    )


def _cosines(asked: _Asked, texts: Sequence[str], sentence_model: Embedder) -> list[float]:
    vectors = sentence_model.embed_articles(texts)
    # "When will that happen?" has no word that says what it is about: near is then what speaks of when.
    questions = dict.fromkeys((asked.question, asked.bare) if asked.own else (asked.bare,))
    means = np.mean([vectors @ sentence_model.embed_question(text) for text in questions], axis=0)
    return [float(mean) for mean in means]


def _coverage(rarity: Mapping[str, float], held: frozenset[str]) -> float:
    whole = sum(rarity.values())
    return sum(weight for term, weight in rarity.items() if term in held) / whole if whole else 0.0


def _complement(asked: _Asked, best: _Candidate, ranked: Sequence[_Candidate]) -> list[_Candidate]:
    """Find, close to the best sentence, the one that holds asked-for words it leaves out.

    News spreads a fact over neighbouring sentences: one names the drug, the next says what
    was agreed.
    """
    missing = set(asked.own) - best.terms
    near = [
        candidate
        for candidate in ranked
        if candidate.passage is best.passage
        and 0 < abs(candidate.place - best.place) <= _NEAR
        and candidate.terms & missing
    ]
    # Nearness before similarity: two similarities may differ by less than two processors' arithmetic does.
    near.sort(key=lambda c: (-len(c.terms & missing), abs(c.place - best.place), -c.similarity))
    return near[:1]


def _with_who(chosen: Sequence[_Candidate], candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Put behind a sentence that begins with "He" the one before it, which says who that is."""
    at = {(id(candidate.passage), candidate.place): candidate for candidate in candidates}
    for candidate in chosen:
        yield candidate
        before = at.get((id(candidate.passage), candidate.place - 1))
        if before and _LEANS.match(candidate.text):
            yield before


def _without_copies(ranked: Sequence[_Candidate]) -> list[_Candidate]:
    """Keep the first of sentences that say the same words: agencies' texts come in many copies."""
    first: dict[tuple[str, ...], _Candidate] = {}
    for candidate in ranked:
        first.setdefault(tuple(terms(candidate.text)), candidate)
    return list(first.values())


def _cite(candidate: _Candidate) -> Citation:
    return Citation(candidate.passage.article, candidate.span)


def _told(candidate: _Candidate) -> Weighed:
    weight, similarity, coverage = (
        round(number, 4) for number in (candidate.weight, candidate.similarity, candidate.coverage)
    )
    return Weighed(_cite(candidate), weight, similarity, coverage, candidate.answers)
