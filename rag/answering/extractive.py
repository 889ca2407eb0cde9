"""Answer in quotes: the sentences of the articles that answer a question, word for word.

Each sentence of the passages is weighed against the question. The best ones are quoted; if none weighs enough, the
question is refused and the closest sentences are shown.
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
from rag.answering.query import Query
from rag.evidence.attribution import asked_speaker, speaks, speech_of
from rag.evidence.citations import Citation, Statement
from rag.language.lexicon import FILLER_TERMS
from rag.retrieval.passages import Passage
from rag.retrieval.term_weights import term_rarity

MOST_QUOTES = 4
MOST_CLOSEST = 3
MOST_NEAREST = 5  # sentences in a search report

# The numbers below were chosen on CLAP NQ with the built-in model (`bench/quoting.py`). The reasons are in
# docs/design/decisions: when-to-refuse.md, quotes-per-answer.md and sentences-the-model-reads.md.
_COVERAGE_WEIGHT = 0.25
# A sentence that weighs this much answers by its meaning.
_ENOUGH = 0.69
# Or by its words: it has some of the question's weight, with its neighbours and heading nearly all of it, and is
# not about something else.
_ENOUGH_WORDS = 0.8
_LEAST_OWN_WORDS = 0.3
_LEAST_SIMILARITY = 0.15
# A list of all sentences has those too that have this share of the question's weight themselves.
_HOLDS_MOST = 0.5
# Shown with a refusal: a sentence that shares a word with the question, or is this close in meaning.
_CLOSE = 0.3
# A sentence nearly as good as the best one is quoted too.
_MARGIN = 0.12
# An article is on a follow-up's subject if it has this share of the weight that was lent.
_ON_THE_SUBJECT = 0.5
# A sentence that begins so does not say who it is about.
_LEANS = re.compile(r"[\"“‘']?(?:He|She|They|His|Her|Their)\b")
# Words that the best sentence leaves out are looked for this many sentences around it.
_NEAR = 2
# The model reads every sentence of so many passages; further down only those that have this share of the question's
# weight. It saves two fifths of the time and changed no answer (`bench/README.md`).
_READ_WHOLE = 3
_WORTH_READING = 0.2
_UNREAD = -1.0  # the similarity of a sentence that was not worth reading


@dataclass(frozen=True, slots=True)
class _Asked:
    """What sentences are weighed against."""

    texts: tuple[str, ...]  # the question, and the question without what an earlier one lent
    own: tuple[str, ...]  # its own terms
    lent: tuple[str, ...]  # terms of the subject that an earlier question lent
    speaker: str  # whose words it asks for; "" if it does not say


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a passage, with all that can be said of it without the model."""

    passage: Passage
    place: int  # in its passage
    words: tuple[str, ...]  # its terms, in order
    terms: frozenset[str]  # the same, with the name of who says it if the question asks for them
    by_speaker: bool  # it is in the words of whom the question asks for

    @property
    def citation(self) -> Citation:
        return Citation(self.passage.article, self.passage.sentences[self.place])


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence and what it weighs."""

    sentence: _Sentence
    similarity: float  # cosine, -1 to 1
    own_coverage: float  # share of the question's weight that its words have, 0 to 1
    coverage: float  # the same, with the sentence before, the one after and the heading

    @property
    def passage(self) -> Passage:
        return self.sentence.passage

    @property
    def place(self) -> int:
        return self.sentence.place

    @property
    def span(self) -> Span:
        return self.sentence.citation.span

    @property
    def text(self) -> str:
        return self.sentence.citation.quote

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

    @property
    def weighed(self) -> Weighed:
        weight, similarity, coverage = (round(it, 4) for it in (self.weight, self.similarity, self.coverage))
        return Weighed(self.sentence.citation, weight, similarity, coverage, self.answers)


def answer(
    query: Query,
    passages: Sequence[Passage],
    *,
    reading: Reading,
    sentence_model: Embedder,
    passed_over: Callable[[str], bool] | None = None,
) -> tuple[tuple[Statement, ...] | Refusal, tuple[Weighed, ...]]:
    """Quote the one to four sentences that answer, article by article in reading order, or refuse.

    Also returns the sentences that weigh most, best first, whether they are quoted or not.

    If an earlier question lent its subject, the subject decides which article is read and the bare question which
    sentence. If the question asks what somebody said and some of their words answer, only theirs are quoted.
    `sentence_model` is the built-in MiniLM, whatever model embedded the shelf: the weights are calibrated for it, and
    no sentence leaves the machine to be weighed. A sentence that is `passed_over` is not quoted, but still counts as
    context of the sentences next to it.
    """
    asked = _split(query)
    candidates = _weigh(asked, passages, reading=reading, sentence_model=sentence_model)
    if passed_over:
        candidates = [candidate for candidate in candidates if not passed_over(candidate.text)]
    ranked = _rank(candidates)
    nearest = tuple(candidate.weighed for candidate in ranked[:MOST_NEAREST])
    if any(candidate.sentence.by_speaker and candidate.answers for candidate in ranked):
        candidates = ranked = [candidate for candidate in ranked if candidate.sentence.by_speaker]
    if not any(candidate.answers for candidate in ranked):
        close = [c for c in ranked if c.own_coverage > 0 or c.similarity >= _CLOSE]
        return Refusal(tuple(candidate.sentence.citation for candidate in close[:MOST_CLOSEST])), nearest
    chosen = list(dict.fromkeys(_with_who(_choose(asked, ranked), candidates)))[:MOST_QUOTES]
    order = list(dict.fromkeys(candidate.passage.article.id for candidate in chosen))
    chosen.sort(key=lambda candidate: (order.index(candidate.passage.article.id), candidate.span))
    return tuple(Statement(one.text, (one.sentence.citation,), "supported") for one in chosen), nearest


def find_all(
    query: Query, passages: Sequence[Passage], *, reading: Reading, sentence_model: Embedder
) -> tuple[Citation, ...]:
    """Return every sentence that answers, or that has most of what is asked for, best first; see `answer`."""
    ranked = _rank(_weigh(_split(query), passages, reading=reading, sentence_model=sentence_model))
    if any(candidate.sentence.by_speaker for candidate in ranked):
        ranked = [candidate for candidate in ranked if candidate.sentence.by_speaker]
    return tuple(one.sentence.citation for one in ranked if one.answers or one.own_coverage >= _HOLDS_MOST)


def _split(query: Query) -> _Asked:
    """Take the question's own terms and those that an earlier one lent apart."""
    bare = query.bare if query.subject else query.text
    own = content_terms(bare)
    lent = [term for term in content_terms(query.subject) if term not in own]
    if query.subject:
        own = [term for term in own if term not in FILLER_TERMS]
    # "When will that happen?" has no word that says what it is about: then what speaks of when is near.
    texts = dict.fromkeys((query.text, bare) if own else (bare,))
    return _Asked(tuple(texts), tuple(own), tuple(lent), asked_speaker(query.bare or query.text))


def _weigh(
    asked: _Asked, passages: Sequence[Passage], *, reading: Reading, sentence_model: Embedder
) -> list[_Candidate]:
    """Weigh every sentence of the passages, in their order."""
    rarity = term_rarity((*asked.own, *asked.lent), reading)
    own_rarity, lent_rarity = ({term: rarity[term] for term in some} for some in (asked.own, asked.lent))
    read = [_read(passage, asked.speaker) for passage in passages]
    similarities = iter(_similarities(asked, rarity, [one for some in read for one in some], sentence_model))
    on_subject = _on_subject(lent_rarity, passages)
    candidates: list[_Candidate] = []
    for passage, sentences in zip(passages, read, strict=True):
        heading, share = frozenset(terms(passage.article.heading)), on_subject[passage.article.id]
        for sentence, similarity in zip(sentences, similarities, strict=False):
            # News names a thing once and then says "it": the sentences on each side count too.
            near = sentences[max(0, sentence.place - 1) : sentence.place + 2]
            coverage = _coverage(own_rarity, heading.union(*(one.terms for one in near)))
            if asked.lent:
                # A follow-up does not ask about another article, however close its words are.
                similarity = similarity if share >= _ON_THE_SUBJECT else _UNREAD
                on_it = min(1.0, share / _ON_THE_SUBJECT)
                coverage = (coverage + on_it) / 2 if asked.own else on_it
            candidates.append(_Candidate(sentence, similarity, _coverage(own_rarity, sentence.terms), coverage))
    return candidates


def _read(passage: Passage, speaker: str) -> list[_Sentence]:
    """Return the sentences of a passage."""
    sentences: list[_Sentence] = []
    for place, span in enumerate(passage.sentences):
        words = tuple(terms(span.cut(passage.article.text)))
        by_speaker = bool(speaker) and speaks(speaker, speech_of(Citation(passage.article, span)))
        # "He added" has no name, and yet it is what Jaiswal said.
        own = frozenset(words).union(terms(speaker) if by_speaker else ())
        sentences.append(_Sentence(passage, place, words, own, by_speaker))
    return sentences


def _similarities(
    asked: _Asked, rarity: Mapping[str, float], sentences: Sequence[_Sentence], sentence_model: Embedder
) -> list[float]:
    """Return the cosine of each sentence to the question, for those that are worth reading."""
    read = [one.passage.number <= _READ_WHOLE or _coverage(rarity, one.terms) >= _WORTH_READING for one in sentences]
    texts = [one.citation.quote for one, is_read in zip(sentences, read, strict=True) if is_read]
    if not texts:
        return [_UNREAD] * len(sentences)
    vectors = sentence_model.embed_articles(texts)
    cosines = iter(np.mean([vectors @ sentence_model.embed_question(text) for text in asked.texts], axis=0))
    return [float(next(cosines)) if is_read else _UNREAD for is_read in read]


def _on_subject(lent_rarity: Mapping[str, float], passages: Sequence[Passage]) -> dict[str, float]:
    """Return what share of the lent weight each article has in its heading and passages, by its id."""
    held: dict[str, set[str]] = {}
    for passage in passages:
        words = terms(f"{passage.article.heading} {passage.text}") if lent_rarity else ()
        held.setdefault(passage.article.id, set()).update(words)
    return {id_: _coverage(lent_rarity, frozenset(words)) for id_, words in held.items()}


def _coverage(rarity: Mapping[str, float], held: frozenset[str]) -> float:
    whole = sum(rarity.values())
    return sum(weight for term, weight in rarity.items() if term in held) / whole if whole else 0.0


def _rank(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Put the best first; of sentences with the same words, as in copies of an agency's text, keep the first."""
    first: dict[tuple[str, ...], _Candidate] = {}
    for candidate in sorted(candidates, key=lambda candidate: -candidate.weight):
        first.setdefault(candidate.sentence.words, candidate)
    return list(first.values())


def _choose(asked: _Asked, ranked: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the sentences to quote, best first; one of the ranked answers at least."""
    # The best sentence is the best of those that answer: one that has the asked-for words may be long, and so less
    # similar than a short one that does not.
    best = next(candidate for candidate in ranked if candidate.answers)
    # If the best one answers by its words alone, its neighbours share its weight without having said a thing.
    alike = [c for c in ranked if c.weight >= best.weight - _MARGIN and (c.answers or best.weight >= _ENOUGH)]
    return [best, *_complement(asked, best, ranked), *(c for c in alike if c is not best)]


def _complement(asked: _Asked, best: _Candidate, ranked: Sequence[_Candidate]) -> list[_Candidate]:
    """Find, close to the best sentence, the one that has asked-for words it leaves out.

    News spreads a fact over neighbouring sentences: one names the drug, the next says what was agreed.
    """
    missing = set(asked.own) - best.sentence.terms
    near = [
        candidate
        for candidate in ranked
        if candidate.passage is best.passage
        and 0 < abs(candidate.place - best.place) <= _NEAR
        and candidate.sentence.terms & missing
    ]
    # Nearness before similarity: two similarities may differ by less than two processors' arithmetic does.
    near.sort(key=lambda c: (-len(c.sentence.terms & missing), abs(c.place - best.place), -c.similarity))
    return near[:1]


def _with_who(chosen: Sequence[_Candidate], candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Put behind a sentence that begins with "He" the one before it, which says who that is."""
    at = {(candidate.passage.number, candidate.place): candidate for candidate in candidates}
    for candidate in chosen:
        yield candidate
        before = at.get((candidate.passage.number, candidate.place - 1))
        if before and _LEANS.match(candidate.text):
            yield before
