"""Weigh sentences against a question: how near each is to it, and what chance it has to answer.

A weight orders the sentences of one question; a chance compares questions. Every number chosen for them is in the
table below, with the bench that chose it.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from statistics import mean

import numpy as np

from index.core.errors import RerankFailed
from index.shelf.queries import Reading
from index.text.articles import Article
from index.text.languages import is_english
from index.text.plain_text import plain
from index.text.spans import Span
from index.text.terms import content_terms, terms, terms_in
from index.vectors.embedders import Embedder
from rag.answering.models import Weighed
from rag.answering.query import Query
from rag.evidence.attribution import asked_speaker, speaks, speech_of
from rag.evidence.citations import Citation
from rag.language.lexicon import FILLER_TERMS, lines
from rag.language.matching import word_forms
from rag.language.question_type import NOTHING_ASKED, QuestionType, alike, read_question_type
from rag.llm.rerank import MOST_TEXTS, Reranker
from rag.retrieval.passages import Passage
from rag.retrieval.term_weights import term_rarity

logger = logging.getLogger(__name__)

# How much other evidence counts beside the similarity. On the even halves of CLAP NQ and XQuAD the right sentence is
# first in .787 and .757 (with coverage alone: .787 and .726), on the others in .693 and .784 (.720 and .756).
_COVERAGE_WEIGHT = 0.25
_OWN_COVERAGE_WEIGHT = 0.2
_LACKS_WEIGHT = -0.2
# What names the subject is often another sentence: on both halves it changes who is first in one question of 300, and
# of an article about something else nothing is first.
_PASSAGE_WEIGHT = 0.4
# The chance that a sentence answers: logistic regression of the evidence of the best sentence on whether a right one
# was quoted, on the even questions of CLAP NQ (a large shelf) and the even paragraphs of XQuAD (one article each).
# On a large shelf, a passage that is near as a whole speaks for its best sentence; an article that is alone always is.
_CHANCE_BASE = -4.03
_CHANCE: Mapping[str, float] = {
    "similarity": 4.62,
    "coverage": 2.59,
    "own_coverage": 1.96,
    "around": 6.66,
    "size": -3.37,
    "lacks": -1.73,
}
# The same if the question or the article is not in English, and the model knows nothing else: chosen on the first
# half of `bench.languages` in six languages. The area under the curve of the second half is .955.
_WEIGHT_BY_WORDS: Mapping[str, float] = {"own_coverage": 0.6, "coverage": 0.18, "passage_coverage": 0.36}
_CHANCE_BASE_BY_WORDS = -4.92
# Pairs of characters are rarely all found; the many small words of Hindi often are.
_CHANCE_OF_LANGUAGE: Mapping[str, float] = {**dict.fromkeys(("ja", "ko", "th", "zh"), 0.5), "hi": -0.4}
_CHANCE_BY_WORDS: Mapping[str, float] = {"own_coverage": 2.96, "coverage": 5.58, "passage_coverage": 4.41}
_SMALL, _LARGE = 10, 300  # articles: a shelf that counts like one article, and the size of the large shelf
# An article is on a follow-up's subject if it has this share of the weight that was lent.
_ON_THE_SUBJECT = 0.5
# The model reads every sentence of so many passages; further down only those that have this share of the question's
# weight (docs/design/decisions/sentences-the-model-reads.md; measured with the weights of 2026-11-26).
_READ_WHOLE = 3
_WORTH_READING = 0.2
_HEADLINE_STATES = 5  # words; a shorter headline is a title
_HEADLINE_AHEAD = 0.1  # by so much more must a headline weigh than every sentence
_UNREAD = -1.0  # the similarity of a sentence that was not worth reading

_LONGEST_GAP = 20  # characters of white space between a heading and the line above
# A line between empty lines, without a figure and without a mark at its end, above one that ends as sentences do.
_SUBHEAD = re.compile(r"[^\W\d_a-z][^\d\n]{0,118}[^\W\d]")
_NEXT_PARAGRAPH = re.compile(r"[^\S\n]*\n\s*\n[^\n]*[.!?。！？।][\"'”’」』)]*[^\S\n]*(?:\n|\Z)")
_LEANS = re.compile(r"(?:He|She|They|His|Her|Their)\b")
# A line that asks, points elsewhere or asks for consent states nothing.
_ASKS = re.compile(r"[?？؟]\W*$")
_POINTS_ELSEWHERE = re.compile(rf"\W*(?:{'|'.join(lines('not_statements'))})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What sentences are weighed against."""

    texts: tuple[str, ...]  # the question, and the question without what an earlier one lent
    own: tuple[str, ...]  # its own terms
    lent: tuple[str, ...]  # terms of the subject that an earlier question lent
    speaker: str  # whose words it asks for; "" if it does not say
    type: QuestionType
    language: str
    alike: Mapping[str, frozenset[str]]  # by each of its own terms, those that say the same


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, with all that can be said of it without the model."""

    passage: Passage
    place: int  # in its passage; -1 for the headline of its article
    span: Span
    words: tuple[str, ...]  # its terms, in order
    terms: frozenset[str]  # the same, with the name of who says it if the question asks for them
    by_speaker: bool  # it is in the words of whom the question asks for
    heading: frozenset[str]  # the terms of its article's heading

    @property
    def citation(self) -> Citation:
        """Its place in the article."""
        return Citation(self.passage.article, self.span)

    @property
    def is_heading(self) -> bool:
        """True for the headline, and for a line that is a heading inside the article."""
        text, span = self.passage.article.text, self.span
        if self.place < 0:
            return True
        before = text[max(0, span.start - _LONGEST_GAP) : span.start].rstrip(" \t")
        begins = before.endswith("\n\n") or span.start == self.passage.article.body.start
        is_line = begins and _NEXT_PARAGRAPH.match(text, span.end) is not None
        return is_line and _SUBHEAD.fullmatch(text, span.start, span.end) is not None

    @property
    def states(self) -> bool:
        """False for a line that asks, or that only points to another article."""
        return states(self.citation.quote)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against a sentence, each from 0 to 1, except the cosines (-1 to 1)."""

    similarity: float  # cosine to the question
    own_coverage: float  # share of the question's weight that its words have
    coverage: float  # the same, with the sentence before, the one after and the heading
    passage_coverage: float  # the same, with its whole passage and the heading
    around: float  # mean similarity of the sentences of its passage that were read, times the size
    size: float  # of the shelf: 0 for one article, 1 for a large shelf
    lacks: float  # 1 if the question asks for a number, a day or a person, and the sentence has none
    # The question's language if the model does not know it, or that of the article. None: it knows them.
    by_words: str | None = None
    score: float | None = None  # of a reranker, which then decides alone; None if there is none

    @property
    def weight(self) -> float:
        """How near a sentence is to the question, among the sentences of this question."""
        if self.score is not None:
            return self.score
        if self.by_words is not None:
            return float(sum(factor * getattr(self, name) for name, factor in _WEIGHT_BY_WORDS.items()))
        words = _COVERAGE_WEIGHT * self.coverage + _OWN_COVERAGE_WEIGHT * self.own_coverage
        words += _PASSAGE_WEIGHT * self.passage_coverage
        return self.similarity + words + _LACKS_WEIGHT * self.lacks

    @property
    def chance(self) -> float:
        """The chance that a sentence answers the question, 0 to 1."""
        if self.score is not None:
            return self.score
        base, factors = _CHANCE_BASE, _CHANCE
        if self.by_words is not None:
            base, factors = _CHANCE_BASE_BY_WORDS + _CHANCE_OF_LANGUAGE.get(self.by_words, 0.0), _CHANCE_BY_WORDS
        return 1 / (1 + exp(-base - sum(factor * getattr(self, name) for name, factor in factors.items())))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence and what it weighs."""

    sentence: Sentence
    evidence: Evidence

    @property
    def passage(self) -> Passage:
        """The passage it is in."""
        return self.sentence.passage

    @property
    def place(self) -> int:
        """Its place in the passage."""
        return self.sentence.place

    @property
    def span(self) -> Span:
        """Its range in the article."""
        return self.sentence.citation.span

    @property
    def text(self) -> str:
        """Its characters."""
        return self.sentence.citation.quote

    @property
    def leans(self) -> bool:
        """True if it begins with "He" or the like, and so does not say who it is about."""
        return _LEANS.match(self.text) is not None

    @property
    def weight(self) -> float:
        """See `Evidence`."""
        return self.evidence.weight

    @property
    def chance(self) -> float:
        """See `Evidence`."""
        return self.evidence.chance

    @property
    def weighed(self) -> Weighed:
        """The same, as it is shown in a search report."""
        own = self.evidence
        numbers = (round(it, 4) for it in (own.weight, own.similarity, own.coverage, own.chance))
        return Weighed(self.sentence.citation, *numbers)


def states(text: str) -> bool:
    """Return False for a line that asks, or that only points to another article.

    >>> states("Who was the captain of the Aster?"), states("READ MORE: The Aster sinks"), states("It sank.")
    (False, False, True)
    """
    return not (_ASKS.search(text) or _POINTS_ELSEWHERE.match(text))


def read_query(query: Query) -> Asked:
    """Take the question's own terms and those that an earlier one lent apart."""
    bare = query.bare if query.subject else query.text
    own = content_terms(bare, query.language)
    lent = [term for term in content_terms(query.subject, query.language) if term not in own]
    if query.subject:
        own = [term for term in own if term not in FILLER_TERMS]
    # "When will that happen?" has no word that says what it is about: then what speaks of when is near.
    texts = dict.fromkeys((query.text, bare) if own else (bare,))
    if not is_english(query.language):
        return Asked(tuple(texts), tuple(own), tuple(lent), "", NOTHING_ASKED, query.language, {})
    same = {term: word_forms(term) | alike(term) for term in own}
    speaker, kind = asked_speaker(bare), read_question_type(bare)
    return Asked(tuple(texts), tuple(own), tuple(lent), speaker, kind, query.language, same)


def weigh(asked: Asked, passages: Sequence[Passage], *, reading: Reading, sentence_model: Embedder) -> list[Candidate]:
    """Weigh every sentence of the passages, in their order."""
    asked = _in_languages_of(passages, asked)
    rarity = term_rarity((*asked.own, *asked.lent), reading)
    own_rarity, lent_rarity = ({term: rarity[term] for term in some} for some in (asked.own, asked.lent))
    first = {passage.article.id: passage for passage in reversed(passages)}
    read = [_read(one, asked, with_headline=first[one.article.id] is one) for one in passages]
    similarities = iter(_similarities(asked, rarity, [one for some in read for one in some], sentence_model))
    on_subject = share_by_article(lent_rarity, passages)
    size = min(1.0, max(0.0, log(max(1, reading.counts().articles) / _SMALL) / log(_LARGE / _SMALL)))
    candidates: list[Candidate] = []
    for passage, sentences in zip(passages, read, strict=True):
        article, by_words = passage.article, _is_by_words(passage, asked, sentence_model)
        heading, share = sentences[0].heading, on_subject[article.id]
        own = [next(similarities) for _ in sentences]
        if asked.lent and share < _ON_THE_SUBJECT:
            own = [_UNREAD] * len(own)  # a follow-up does not ask about another article, however close its words are
        near_ones = [it for one, it in zip(sentences, own, strict=True) if one.place >= 0 and it != _UNREAD]
        whole = share_of(own_rarity, heading.union(*(one.terms for one in sentences)))
        around = size * mean(near_ones or [0.0])
        for sentence, similarity in zip(sentences, own, strict=True):
            # News names a thing once and then says "it": the sentences on each side count too.
            near = [one for one in sentences if abs(one.place - sentence.place) <= 1 and one.place >= 0]
            coverage = share_of(own_rarity, heading.union(*(one.terms for one in near)))
            if asked.lent:
                on_it = min(1.0, share / _ON_THE_SUBJECT)
                coverage = (coverage + on_it) / 2 if asked.own else on_it
            mine, lacks = share_of(own_rarity, sentence.terms), float(asked.type.is_missing(sentence.citation.quote))
            language = asked.language if by_words else None
            evidence = Evidence(similarity, mine, coverage, whole, around, size, lacks, language)
            candidates.append(Candidate(sentence, evidence))
    return [candidate for candidate in candidates if candidate.sentence.states]


def rank(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Put the best first; of sentences with the same words, as in copies of an agency's text, keep the first.

    A heading says shorter what its article says: it is kept only if it is clearly nearer than any sentence, and has
    more of the question's words than each sentence of its article.
    """
    said = [one for one in candidates if not one.sentence.is_heading]
    nearest = max((one.weight for one in said), default=0.0)
    held: dict[str, float] = {}
    for one in said:
        held[one.passage.article.id] = max(held.get(one.passage.article.id, 0.0), one.evidence.own_coverage)
    first: dict[tuple[str, ...], Candidate] = {}
    for one in sorted(candidates, key=lambda candidate: -candidate.weight):
        more = one.evidence.own_coverage > held.get(one.passage.article.id, 0.0)
        if not one.sentence.is_heading or (more and one.weight >= nearest + _HEADLINE_AHEAD):
            first.setdefault(one.sentence.words, one)
    return list(first.values())


def rescore(question: str, ranked: Sequence[Candidate], reranker: Reranker) -> list[Candidate]:
    """Return the best sentences in the order of a reranker; as they were if it fails, which is logged."""
    best = ranked[:MOST_TEXTS]
    try:
        scores = reranker.scores(question, [f"{one.passage.article.title}. {one.text}" for one in best])
    except RerankFailed as error:
        logger.warning("The sentences were not reranked: %s", error)
        return list(ranked)
    scored = (replace(one, evidence=replace(one.evidence, score=it)) for one, it in zip(best, scores, strict=True))
    return sorted(scored, key=lambda candidate: -candidate.weight)


def share_of(rarity: Mapping[str, float], held: frozenset[str]) -> float:
    """Return the share of some terms' weight that is among the terms held, 0 to 1."""
    whole = sum(rarity.values())
    return sum(weight for term, weight in rarity.items() if term in held) / whole if whole else 0.0


def _in_languages_of(passages: Sequence[Passage], asked: Asked) -> Asked:
    """Return what is asked, with how articles of other languages write its words."""
    same = dict(asked.alike)
    for language in {passage.article.language for passage in passages} - {asked.language}:
        if not (is_english(language) and is_english(asked.language)):
            for mine, its in terms_in(language, asked.texts[0], asked.language).items():
                same[mine] = same.get(mine, frozenset({mine})) | {its}
    return replace(asked, alike=same)


def _is_by_words(passage: Passage, asked: Asked, sentence_model: Embedder) -> bool:
    """Return True if the model does not know the language of the question or the article."""
    both = is_english(asked.language) and is_english(passage.article.language)
    return sentence_model.only_english and not both


def _read(passage: Passage, asked: Asked, *, with_headline: bool) -> list[Sentence]:
    """Return the sentences of a passage, and the headline of its article behind them."""
    sentences, speaker, language = list[Sentence](), asked.speaker, passage.article.language
    heading = frozenset(terms(passage.article.heading, language))
    headline = _headline(passage.article) if with_headline else None
    placed = [*enumerate(passage.sentences), *([(-1, headline)] if headline else [])]
    for place, span in placed:
        words = tuple(terms(span.cut(passage.article.text), language))
        by_speaker = bool(speaker) and speaks(speaker, speech_of(Citation(passage.article, span)))
        # "He added" has no name, and yet it is what Jaiswal said.
        own = frozenset(words).union(terms(speaker) if by_speaker else ())
        own = own.union(term for term, same in asked.alike.items() if not own.isdisjoint(same))
        sentences.append(Sentence(passage, place, span, words, own, by_speaker, heading))
    return sentences


def _headline(article: Article) -> Span | None:
    """Return the line above an article's body that is its headline, if it is long enough to state something.

    The whole line must be the headline, with or without "Title:" before it: words of another line are no headline.
    """
    if len(article.title.split()) < _HEADLINE_STATES:
        return None
    line = re.compile(
        rf"^(?:\W*title\s*[:=])?\W*({re.escape(article.title)})[\"'”’]?[^\S\n]*$", re.IGNORECASE | re.MULTILINE
    )
    found = line.search(article.text, 0, article.body.start)
    return Span(*found.span(1)) if found else None


def _similarities(
    asked: Asked, rarity: Mapping[str, float], sentences: Sequence[Sentence], sentence_model: Embedder
) -> list[float]:
    """Return the cosine of each sentence to the question, for those that are worth reading."""
    read = [
        (one.passage.number <= _READ_WHOLE or share_of(rarity, one.terms) >= _WORTH_READING)
        and not _is_by_words(one.passage, asked, sentence_model)
        for one in sentences
    ]
    texts = [plain(one.citation.quote) for one, is_read in zip(sentences, read, strict=True) if is_read]
    if not texts:
        return [_UNREAD] * len(sentences)
    vectors = sentence_model.embed_articles(texts)
    cosines = iter(np.mean([vectors @ sentence_model.embed_question(text) for text in asked.texts], axis=0))
    return [float(next(cosines)) if is_read else _UNREAD for is_read in read]


def on_subject(asked: Asked, passages: Sequence[Passage], reading: Reading) -> list[Passage]:
    """Return the passages of articles on the subject that an earlier question lent; all if none was lent."""
    shares = share_by_article(term_rarity(asked.lent, reading), passages)
    return [one for one in passages if not asked.lent or shares[one.article.id] >= _ON_THE_SUBJECT]


def share_by_article(rarity: Mapping[str, float], passages: Sequence[Passage]) -> dict[str, float]:
    """Return what share of some terms' weight each article has in its heading and passages, by its id."""
    held: dict[str, set[str]] = {}
    for passage in passages:
        article = passage.article
        words = terms(f"{article.heading} {passage.text}", article.language) if rarity else ()
        held.setdefault(passage.article.id, set()).update(words)
    return {id_: share_of(rarity, frozenset(words)) for id_, words in held.items()}
