"""Answer in quotes: the sentences of the articles that answer a question, word for word.

Each sentence of the passages is weighed against the question. If the best ones surely answer, they are quoted. If they
may answer, the nearest are shown as such. If nothing is near, nothing is shown.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from index.shelf.queries import Reading
from index.text.articles import Article
from index.text.sentences import split_sentences
from index.text.spans import Span
from index.vectors.embedders import Embedder
from rag.answering.models import NOTHING, Quoted, Weighed
from rag.answering.news_judgement import (
    corrected_first,
    corrections,
    in_reading_order,
    lead,
    not_overtaken,
    other_side,
    that_fit,
    with_list,
)
from rag.answering.query import Query
from rag.answering.weighing import (
    Asked,
    Candidate,
    on_subject,
    rank,
    read_query,
    rescore,
    share_by_article,
    states,
    weigh,
)
from rag.evidence.attribution import speech_of
from rag.evidence.citations import Citation, Statement
from rag.llm.rerank import Reranker
from rag.retrieval.passages import Passage
from rag.retrieval.term_weights import term_rarity

MOST_QUOTES = 4
MOST_MAY_ANSWER = 5
MOST_NEAREST = 5  # sentences in a search report
_MOST_CORRECTIONS = 2  # sentences

# Chosen with `bench/levels.py`, see docs/design/decisions/levels.md.
# With this chance, sentences are right often enough to be called an answer.
_ANSWERS = 0.75
# The same by words alone: `bench/languages.py`.
_ANSWERS_BY_WORDS = 0.45
_LEAST_BY_WORDS = 0.3
# Near enough to be shown: a sentence that has a word of the question, or is this close in meaning.
_NEAR_MEANING = 0.3
_NEAR_COVERAGE = 0.5  # or whose neighbours and headline have this share of the question's weight
# With less chance than this, sentences are not shown.
_LEAST_CHANCE = 0.02
# A sentence nearly as good as the best one is quoted too, and more freely one of the same passage; `bench/quoting.py`
# measures the F1 of both together.
_MARGIN = 0.08
_MARGIN_SAME_PASSAGE = 0.3
_LEAST_SHARE = 0.2  # of the question's weight, that such a sentence has itself
# A list of all sentences has those that have this chance, or this share of the question's weight.
_LISTED = 0.35
_HOLDS_MOST = 0.5
_HEADLINES_ALONE = 0.5  # the chance if only headlines are near
# If a sentence of whom the question asks for has this chance, only theirs are quoted.
_THEIRS = 0.5
# An article is on a subject if it has this share of its words by weight; surely, if it has the second share.
_ON_IT = 0.6
_SURELY_ON_IT = 0.8
_MOST_IN_FORM: Mapping[str, int] = {"timeline": 12, "list": 12, "brief": 5}
_ASKS_WHAT_WAS_SAID = re.compile(r"\bwhat\b.*\b(?:said|say|says|saying)\b.*\b(?:about|of|on)\b", re.IGNORECASE)
# Words that the best sentence leaves out are looked for this many sentences around it.
_NEAR = 2


def answer(
    query: Query,
    passages: Sequence[Passage],
    *,
    reading: Reading,
    sentence_model: Embedder,
    passed_over: Callable[[str], bool] | None = None,
    reranker: Reranker | None = None,
) -> tuple[Quoted, tuple[Weighed, ...]]:
    """Quote the sentences that answer, or show those that may answer, or nothing.

    Answers are one to four sentences, article by article, the newest first after the lead. What may answer are up to
    five, best first.
    Also returns the sentences that weigh most, best first, whether they are quoted or not.

    If an earlier question lent its subject, the subject decides which article is read and the bare question which
    sentence. If the question asks what somebody said and some of their words may answer, only theirs are quoted.
    `sentence_model` is the built-in MiniLM, whatever model embedded the shelf: the weights are calibrated for it. No
    sentence leaves the machine to be weighed, unless there is a `reranker`, which then orders them and decides. A
    sentence that is `passed_over` is not quoted, but still counts as context of the sentences next to it.
    """
    asked = read_query(query)
    candidates = weigh(asked, passages, reading=reading, sentence_model=sentence_model)
    if passed_over:
        candidates = [one for one in candidates if one.place >= 0 and not passed_over(one.text)]
    ranked = rank(candidates)
    if reranker and ranked:
        ranked = rescore(query.text, ranked, reranker)
    nearest = tuple(candidate.weighed for candidate in ranked[:MOST_NEAREST])
    near = [candidate for candidate in ranked if _is_near(candidate)]
    theirs = [candidate for candidate in near if candidate.sentence.by_speaker]
    if any(candidate.chance >= _THEIRS for candidate in theirs):
        candidates = near = theirs
    if not near:
        return NOTHING, nearest
    # A heading is short, and so looks surer than it is.
    chance = max((one.chance for one in near if not one.sentence.is_heading), default=_HEADLINES_ALONE)
    is_sure = any(_is_sure(one) for one in near if not one.sentence.is_heading)
    first = lead(asked, near)
    near = [first, *(one for one in not_overtaken(asked, first, near) if one is not first)]
    if not is_sure:
        corrected = corrections(candidates, near[:MOST_QUOTES])[:_MOST_CORRECTIONS]
        shown = _once(corrected_first(near, corrected))[:MOST_MAY_ANSWER]
        return Quoted("may_answer", _statements(shown), round(chance, 4)), nearest
    chosen = _once(_with_who(choose(asked, near, candidates), candidates))
    corrected = corrections(candidates, chosen[:MOST_QUOTES])[:_MOST_CORRECTIONS]
    kept = that_fit(chosen, corrected, most=MOST_QUOTES)
    others = in_reading_order([one for one in kept if one not in corrected] or kept)
    return Quoted("answers", _statements(_once(corrected_first(others, corrected))), round(chance, 4)), nearest


def find_all(
    query: Query, passages: Sequence[Passage], *, reading: Reading, sentence_model: Embedder
) -> tuple[Citation, ...]:
    """Return every sentence that answers, or that has most of what is asked for, best first; see `answer`.

    If an earlier question lent its subject, only articles on it are read.
    """
    asked = read_query(query)
    read = on_subject(asked, passages, reading)
    ranked = rank(weigh(asked, read, reading=reading, sentence_model=sentence_model))
    if any(candidate.sentence.by_speaker for candidate in ranked):
        ranked = [candidate for candidate in ranked if candidate.sentence.by_speaker]
    return tuple(
        one.sentence.citation for one in ranked if one.chance >= _LISTED or one.evidence.own_coverage >= _HOLDS_MOST
    )


def outline(query: Query, passages: Sequence[Passage], reading: Reading) -> Quoted | None:
    """Return the first sentences of the articles on a subject: for a timeline, a list or a brief.

    News says first what matters most. A timeline has the oldest article first, the others the newest; of one article
    alone, its first sentences are returned. None if no article is on the subject.
    """
    asked = read_query(query)
    rarity = term_rarity((*asked.own, *asked.lent), reading)
    shares = share_by_article(rarity, passages)
    articles = {passage.article.id: passage.article for passage in passages if shares[passage.article.id] >= _ON_IT}
    if not articles:
        return None
    by_day = sorted(articles.values(), key=lambda article: (article.published or date.min, article.path))
    in_order = by_day if query.form == "timeline" else by_day[::-1]
    most = query.how_many or _MOST_IN_FORM[query.form]
    each = most if len(in_order) == 1 else 1
    leads = [lead for article in in_order for lead in _first_sentences(article, each)]
    first = {" ".join(citation.quote.split()): citation for citation in leads}
    statements = tuple(Statement(one.quote, (one,), "supported") for one in list(first.values())[:most])
    if not statements:
        return None
    best = max(shares.values())
    return Quoted("answers" if best >= _SURELY_ON_IT else "may_answer", statements, round(best, 4))


def _first_sentences(article: Article, count: int) -> list[Citation]:
    sentences = split_sentences(article.text, article.body)
    return [Citation(article, sentence) for sentence in sentences if states(sentence.cut(article.text))][:count]


def _is_sure(candidate: Candidate) -> bool:
    """Return True if a sentence surely answers. What a reranker says counts alone."""
    own = candidate.evidence
    return own.chance >= (_ANSWERS if own.by_words is None or own.score is not None else _ANSWERS_BY_WORDS)


def _is_near(candidate: Candidate) -> bool:
    """Return True if a sentence is near enough to the question to be shown."""
    own = candidate.evidence
    if own.by_words is not None and own.score is None:
        return candidate.chance >= _LEAST_BY_WORDS
    shares = own.own_coverage > 0 or own.coverage >= _NEAR_COVERAGE or own.similarity >= _NEAR_MEANING
    return shares and candidate.chance >= _LEAST_CHANCE


def _once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Keep each sentence once: one that was reranked and one that was not are the same."""
    first: dict[tuple[int, Span], Candidate] = {}
    for one in candidates:
        first.setdefault((one.passage.number, one.span), one)
    return list(first.values())


def _statements(candidates: Sequence[Candidate]) -> tuple[Statement, ...]:
    citations = (with_list(one.sentence.citation) for one in candidates)
    return tuple(Statement(citation.quote, (citation,), "supported") for citation in citations)


def choose(asked: Asked, near: Sequence[Candidate], candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the sentences to quote, in order of importance; the first of the near ones leads."""
    first = near[0]
    # The lead may be a newer sentence that weighs less than the best one.
    best = max(candidate.weight for candidate in near)
    same = [c for c in near[1:] if c.passage is first.passage and c.weight >= first.weight - _MARGIN_SAME_PASSAGE]
    same = [c for c in same if c.evidence.own_coverage >= _LEAST_SHARE]
    if asked.type.expected == "number":
        same = [c for c in same if not c.evidence.lacks]
    alike = [c for c in near[1:] if c.weight >= best - _MARGIN]
    if first.sentence.is_heading:  # it leaves out what its article says
        alike = [one for one in near[1:] if one.passage.article.id == first.passage.article.id][:1] + alike
    around = (*_complement(asked, first, near), *_said_near(asked, first, near))
    chosen = [first, *around, *other_side(asked, first, candidates), *alike, *same]
    return list(dict.fromkeys(chosen))


def _complement(asked: Asked, best: Candidate, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Find, close to the best sentence, the one that has asked-for words it leaves out.

    News spreads a fact over neighbouring sentences: one names the drug, the next says what was agreed.
    """
    missing = set(asked.own) - best.sentence.terms
    # By words alone, a name of the headline would call for any sentence that repeats it.
    if best.evidence.by_words is not None:
        missing -= best.sentence.heading
    near = [
        candidate
        for candidate in ranked
        if candidate.passage is best.passage
        and 0 < abs(candidate.place - best.place) <= _NEAR
        and candidate.sentence.terms & missing
    ]
    # Nearness before similarity: two similarities may differ by less than two processors' arithmetic does.
    near.sort(key=lambda c: (-len(c.sentence.terms & missing), abs(c.place - best.place), -c.evidence.similarity))
    return near[:1]


def _said_near(asked: Asked, best: Candidate, near: Sequence[Candidate]) -> list[Candidate]:
    """Find, close to the best sentence, what somebody says, if the question asks what was said and names no speaker."""
    if asked.speaker or not _ASKS_WHAT_WAS_SAID.search(asked.texts[0]):
        return []
    close = (one for one in near if one.passage is best.passage and 0 < abs(one.place - best.place) <= _NEAR)
    return [one for one in close if speech_of(one.sentence.citation).kind != "own"]


def _with_who(chosen: Sequence[Candidate], candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Put behind a sentence that begins with "He" the one before it, which says who that is."""
    at = {(candidate.passage.number, candidate.place): candidate for candidate in candidates}
    for candidate in chosen:
        yield candidate
        before = at.get((candidate.passage.number, candidate.place - 1))
        if before and candidate.leans:
            yield before
