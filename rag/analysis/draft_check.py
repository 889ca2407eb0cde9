"""Drafts: compare each sentence and each quotation of a draft with the articles.

Candidates come from the keyword index. Runs of words find what is on the shelf word for word, and the rarest words
find what was altered. Candidates are then compared word by word, and the differences are shown. No model is used.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from rapidfuzz.fuzz import partial_ratio_alignment

from index.core.errors import BadDraft
from index.core.scope import WHOLE, Scope
from index.shelf.queries import Reach, Reading
from index.text.articles import Article
from index.text.chunks import Chunk
from index.text.languages import is_english, nearest_language
from index.text.sentences import split_sentences
from index.text.spans import Span
from index.text.terms import content_terms, terms
from rag.evidence.citations import Citation
from rag.language.quotation_marks import draft_quotations, said_parts
from rag.language.word_diff import Difference, Piece, Tokens, differences, likeness, pieces, tokens
from rag.retrieval.term_weights import term_rarity

Mark = Literal["verbatim", "altered", "similar", "absent"]
Form = Literal["sentence", "quotation"]
MARKS: tuple[Mark, ...] = ("verbatim", "altered", "similar", "absent")
LONGEST_DRAFT = 100_000  # characters
OTHER_ORDER = "The parts are in the article, but in another order or further apart than one passage."

# The numbers below were set by hand and then measured (`bench/drafts.py`, `docs/design/decisions/drafts.md`).
# From this likeness on, a sentence is an altered sentence of the shelf.
ALTERED = 0.6
# Or if nearly all its words are in the same order in a longer sentence that was shortened.
_WITHIN = 0.9
_LEAST_WITHIN = 5  # words
# From this likeness on it is similar, or if it has this share of the weight of the draft's words.
SIMILAR = 0.45
_COVERED = 0.65
# From this likeness on, a quotation is an altered quote of one article.
_QUOTED_ALTERED = 0.75
# A sentence of such a quotation with less in the article was added.
_LEAST_OF_A_SENTENCE = 0.5
# How many passages are read: of those with long runs of the words, and of those with short runs or rare words.
_RUNS_READ = 10
_PASSAGES_READ = 12
_RUN = 6  # words
_SHORT_RUN = 3
_MOST_RUNS = 12
_RAREST = 10  # words
_ARTICLES_READ = 3  # whole, if no passage has the quotation
_WORDS_AROUND = 2
# What a line of Markdown may begin with.
_LEAD = re.compile(r"(?:(?:[#>+*|-]+|\d{1,3}[.)])\s+)+")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence or a quotation of a draft, and what the shelf has of it."""

    span: Span  # in the draft
    form: Form
    mark: Mark
    places: tuple[Citation, ...]  # where it was found, each part of a quotation by itself; or the closest; or empty
    likeness: float  # to the sentence found, 0 to 1
    pieces: tuple[Piece, ...] = ()  # word by word, if it is altered
    differences: tuple[Difference, ...] = ()  # the figures, days and names among them
    note: str = ""  # what the pieces do not show


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft, and each sentence and quotation of it in order."""

    text: str  # every span refers to it
    parts: tuple[Checked, ...]
    scope: Scope
    reach: Reach  # of the articles that were compared

    def counts(self, form: Form) -> dict[Mark, int]:
        """Return the number of sentences, or of quotations, for each mark."""
        counted = Counter(part.mark for part in self.parts if part.form == form)
        return {mark: counted[mark] for mark in MARKS}


def clean_draft(text: str) -> str:
    """Return a draft as it is checked, with composed accents and one kind of line end.

    Raises BadDraft if there is nothing to check, or too much.
    """
    draft = unicodedata.normalize("NFC", text.encode(errors="replace").decode())
    draft = re.sub(r"\r\n?|\x00", "\n", draft)
    if not _LETTER.search(draft):
        raise BadDraft("The draft has no words. Expected some sentences. Paste the text or name its file.")
    if len(draft) > LONGEST_DRAFT:
        raise BadDraft(
            f"The draft has {len(draft):,} characters. Expected at most {LONGEST_DRAFT:,}. Check it in parts."
        )
    return draft


def check_draft(text: str, *, reading: Reading, scope: Scope = WHOLE) -> CheckedDraft:
    """Compare every sentence and quotation of a draft with the articles of the scope.

    A sentence is verbatim if it is one or more whole sentences of an article. A quotation is verbatim if its parts
    are in one article, in order. Raises BadDraft.
    """
    draft = clean_draft(text)
    shelf = _Shelf(reading, scope, nearest_language(draft, reading.languages()))
    body = _body(draft)
    quotations = [span for span in draft_quotations(draft) if span.start >= body.start]
    checked: list[Checked] = []
    for sentence in _sentences(draft, body):
        said = tokens(draft, sentence).trimmed()
        if not any(one.start <= said.starts[0] and said.ends[-1] <= one.end for one in quotations):
            checked.append(_check_sentence(draft, sentence, shelf))
    for quotation in quotations:
        near = next((one for one in checked if one.form == "sentence" and one.span.overlaps(quotation)), None)
        checked.append(_check_quotation(draft, quotation, near.places if near else (), shelf))
    checked.sort(key=lambda one: (one.span.start, -one.span.end))
    return CheckedDraft(draft, tuple(checked), scope, reading.reach(scope=scope))


def _body(draft: str) -> Span:
    front = _FRONT_MATTER.match(draft)
    return Span(front.end() if front else 0, len(draft))


def _sentences(draft: str, body: Span) -> Iterator[Span]:
    for sentence in split_sentences(draft, body):
        lead = _LEAD.match(draft, sentence.start, sentence.end)
        start = lead.end() if lead else sentence.start
        if _LETTER.search(draft, start, sentence.end) and tokens(draft, Span(start, sentence.end)).words:
            yield Span(start, sentence.end)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence of the shelf, in its article."""

    article: Article
    span: Span
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class _Passage:
    """A chunk of the shelf, its words and its sentences."""

    article: Article
    tokens: Tokens
    sentences: tuple[_Candidate, ...]

    @classmethod
    def cut(cls, article: Article, chunk: Chunk) -> Self:
        """Cut a chunk of an article into words."""
        whole = tokens(article.text, chunk.span)
        sentences = (_Candidate(article, span, whole.within(span).trimmed()) for span in chunk.sentences)
        return cls(article, whole, tuple(sentences))

    def whole_sentences(self, span: Span) -> Span | None:
        """Return the sentences that a span covers, except for the marks at their ends; None if it cuts one."""
        covered = [one for one in self.sentences if one.span.overlaps(span) and one.tokens.keys]
        if not covered or covered[0].tokens.starts[0] != span.start or covered[-1].tokens.ends[-1] != span.end:
            return None
        return Span(covered[0].span.start, covered[-1].span.end)


class _Shelf:
    """The articles of a scope, with what was read for earlier sentences."""

    def __init__(self, reading: Reading, scope: Scope, language: str) -> None:
        self.reading, self.scope, self.language = reading, scope, language
        self._articles: dict[str, Article] = {}
        self._words: dict[str, Tokens] = {}
        self._passages: dict[str, _Passage] = {}
        self._rarity: dict[str, float] = {}

    def with_run(self, text: str) -> list[_Passage]:
        """Return passages with a run of the text's first, middle or last words."""
        all_terms = terms(text, self.language)
        places = {0, max(0, len(all_terms) - _RUN), max(0, (len(all_terms) - _RUN) // 2)}
        return self._rank([all_terms[place : place + _RUN] for place in sorted(places)], _RUNS_READ)

    def with_short_runs(self, text: str) -> list[_Passage]:
        """Return passages with most of the text's runs of three words."""
        all_terms = terms(text, self.language)
        step = max(1, len(all_terms) // _MOST_RUNS)
        last = max(1, len(all_terms) - _SHORT_RUN + 1)
        return self._rank([all_terms[place : place + _SHORT_RUN] for place in range(0, last, step)], _PASSAGES_READ)

    def with_rarest(self, text: str) -> list[_Passage]:
        """Return passages with the rarest words of the text."""
        asked = content_terms(text, self.language) or list(dict.fromkeys(terms(text, self.language)))
        rarity = {term: weight for term, weight in self.rarity(asked).items() if self.reading.count_chunks_with(term)}
        rarest = sorted(rarity, key=lambda term: -rarity[term])[:_RAREST]
        return self._rank([[term] for term in rarest], _PASSAGES_READ)

    def words(self, article: Article) -> Tokens:
        """Return the words of a whole article."""
        if article.id not in self._words:
            self._words[article.id] = tokens(article.text)
        return self._words[article.id]

    def rarity(self, asked: Iterable[str]) -> Mapping[str, float]:
        """Return the weight of each term on the shelf."""
        asked = list(asked)
        if strange := [term for term in asked if term not in self._rarity]:
            self._rarity.update(term_rarity(strange, self.reading))
        return {term: self._rarity[term] for term in asked}

    def _rank(self, runs: Iterable[Sequence[str]], k: int) -> list[_Passage]:
        """Return the passages with these runs of words, best first; each run is a phrase of the query."""
        phrases = dict.fromkeys(" ".join(run) for run in runs if run)
        ranking = self.reading.keyword_ranking(list(phrases), k, scope=self.scope)
        if missing := [id_ for id_ in ranking if id_ not in self._passages]:
            chunks = self.reading.chunks(missing)
            unread = {chunk.article_id for chunk in chunks.values()} - self._articles.keys()
            self._articles.update(self.reading.articles(sorted(unread)))
            for id_, chunk in chunks.items():
                self._passages[id_] = _Passage.cut(self._articles[chunk.article_id], chunk)
        return [self._passages[id_] for id_ in ranking]


def _check_sentence(draft: str, sentence: Span, shelf: _Shelf) -> Checked:
    said = tokens(draft, sentence).trimmed()
    text = sentence.cut(draft)
    passages = shelf.with_run(text)
    for passage in passages:
        for place in _all_places(passage.tokens, said):
            if whole := passage.whole_sentences(passage.tokens.span(place, place + len(said.keys))):
                return Checked(sentence, "sentence", "verbatim", (Citation(passage.article, whole),), 1.0)
    passages = list(dict.fromkeys([*passages, *shelf.with_rarest(text)]))
    candidates = [one for passage in passages for one in passage.sentences]
    alike = [likeness(said.words, one.tokens.words) for one in candidates]
    if not candidates:
        return Checked(sentence, "sentence", "absent", (), 0.0)
    best = max(range(len(candidates)), key=lambda place: (alike[place], _within(said, candidates[place])))
    held = max(range(len(candidates)), key=lambda place: _within(said, candidates[place]))
    if alike[best] >= ALTERED:
        return _altered(sentence, said, candidates[best], alike[best])
    if len(said.words) >= _LEAST_WITHIN and _within(said, candidates[held]) >= _WITHIN:
        return _altered(sentence, said, candidates[held], alike[held])
    weights = shelf.rarity(content_terms(text, shelf.language))
    heaviest = sum(weights.values())
    covered = [_covered(weights, one) / heaviest if heaviest else 0.0 for one in candidates]
    most = max(range(len(candidates)), key=lambda place: (covered[place], alike[place]))
    nearest = candidates[most] if covered[most] >= _COVERED else candidates[best]
    mark: Mark = "similar" if alike[best] >= SIMILAR or covered[most] >= _COVERED else "absent"
    if mark == "absent":
        return Checked(sentence, "sentence", "absent", (), alike[best])
    return Checked(
        sentence,
        "sentence",
        mark,
        (Citation(nearest.article, nearest.span),),
        likeness(said.words, nearest.tokens.words),
        (),
        _named(said, nearest, ()),
    )


def _all_places(among: Tokens, said: Tokens) -> Iterator[int]:
    place = among.find(said) if said.keys else -1
    while place >= 0:
        yield place
        place = among.find(said, place + 1)


def _within(said: Tokens, candidate: _Candidate) -> float:
    """Return the share of the draft's words that are in the sentence in the same order."""
    both = len(said.words) + len(candidate.tokens.words)
    shared = likeness(said.words, candidate.tokens.words) * both / 2
    return shared / len(said.words) if said.words else 0.0


def _covered(weights: Mapping[str, float], candidate: _Candidate) -> float:
    held = frozenset(terms(candidate.span.cut(candidate.tokens.text), candidate.article.language))
    return sum(weight for term, weight in weights.items() if term in held)


def _altered(sentence: Span, said: Tokens, nearest: _Candidate, alike: float) -> Checked:
    shown = pieces(said, nearest.tokens)
    place = Citation(nearest.article, nearest.span)
    return Checked(sentence, "sentence", "altered", (place,), alike, shown, _named(said, nearest, shown))


def _named(said: Tokens, nearest: _Candidate, shown: Sequence[Piece]) -> tuple[Difference, ...]:
    if not is_english(nearest.article.language):
        return ()
    around = f"{nearest.article.heading}\n{nearest.article.text}"
    return differences(_text(said), nearest.span.cut(nearest.article.text), shown, around=around)


def _check_quotation(draft: str, quotation: Span, near: Sequence[Citation], shelf: _Shelf) -> Checked:
    parts = [tokens(draft, part).trimmed() for part in said_parts(draft, quotation)]
    parts = [part for part in parts if part.words]
    if not parts:
        return Checked(quotation, "quotation", "absent", (), 0.0)
    longest = max(parts, key=lambda part: len(part.keys))
    passages = shelf.with_run(_text(longest))
    # A quotation may continue after the end of a passage.
    holding = [passage for passage in passages if passage.tokens.find(longest) >= 0] or passages[:_ARTICLES_READ]
    # The article with the rest of the sentence comes first: many articles have the same two words.
    for article in dict.fromkeys([*(place.article for place in near), *(passage.article for passage in holding)]):
        if spans := _places_in_order(shelf.words(article), parts):
            places = tuple(Citation(article, span) for span in spans)
            return Checked(quotation, "quotation", "verbatim", places, 1.0)
    return _nearest_quotation(quotation, parts, [*passages, *shelf.with_short_runs(_text(longest))])


def _nearest_quotation(quotation: Span, parts: Sequence[Tokens], passages: Sequence[_Passage]) -> Checked:
    """Return the article with most of a quotation that is nowhere word for word, and what differs."""
    # Sentence by sentence: a long quotation may continue after the end of a passage.
    said = [(sentence, not place) for part in parts for place, sentence in enumerate(_by_sentence(part))]
    words = sum(len(sentence.words) for sentence, _ in said)
    by_article = defaultdict[Article, list[Tokens]](list)
    for passage in dict.fromkeys(passages):
        by_article[passage.article].append(passage.tokens)
    best, found, article = 0.0, list[_Run](), None
    for one, among in by_article.items():
        runs = [max((_closest_run(sentence, of) for of in among), key=lambda run: run.likeness) for sentence, _ in said]
        alike = sum(run.likeness * len(sentence.words) for run, (sentence, _) in zip(runs, said, strict=True)) / words
        if alike > best:
            best, found, article = alike, runs, one
    if article is None or best < _QUOTED_ALTERED:
        return Checked(quotation, "quotation", "absent", (), best)
    shown, named, places = list[Piece](), list[Difference](), list[Citation]()
    for (sentence, begins_part), run in zip(said, found, strict=True):
        if shown:
            between = " … " if begins_part else " "
            shown.append(Piece(between, between, same=True))
        if run.likeness < _LEAST_OF_A_SENTENCE:
            shown.append(Piece(_text(sentence), "", same=False))
            continue
        here = pieces(sentence, tokens(article.text, run.span))
        shown += here
        if is_english(article.language):
            named += differences(_text(sentence), run.span.cut(article.text), here)
        places.append(Citation(article, run.span))
    note = OTHER_ORDER if all(piece.same for piece in shown) else ""
    return Checked(quotation, "quotation", "altered", tuple(places), best, tuple(shown), tuple(named), note)


def _by_sentence(part: Tokens) -> list[Tokens]:
    whole = part.span(0, len(part.keys))
    cut = [part.within(sentence).trimmed() for sentence in split_sentences(part.text, whole)]
    return [sentence for sentence in cut if sentence.words]


def _text(of: Tokens) -> str:
    return of.span(0, len(of.keys)).cut(of.text)


def _places_in_order(among: Tokens, parts: Sequence[Tokens]) -> list[Span]:
    """Return the spans of the parts, one after the other; nothing if one is missing."""
    spans, place = list[Span](), 0
    for part in parts:
        place = among.find(part, place)
        if place < 0:
            return []
        spans.append(among.span(place, place + len(part.keys)))
        place += len(part.keys)
    return spans


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of an article's words, and its likeness to the text searched for."""

    likeness: float
    span: Span


def _closest_run(said: Tokens, among: Tokens) -> _Run:
    """Return the run of words that is most like the text."""
    place = among.find(said)
    if place >= 0:
        return _Run(1.0, among.span(place, place + len(said.keys)))
    quoted, line = (" ".join(of.keys).casefold() for of in (said, among))
    found = partial_ratio_alignment(quoted, line)
    if found is None or found.dest_end <= found.dest_start:
        return _Run(0.0, Span(0, 0))
    first, last = line.count(" ", 0, found.dest_start), line.count(" ", 0, found.dest_end - 1) + 1
    # A word more or less at either end may fit better than the letters do.
    words, keys = [key.casefold() for key in said.keys], [key.casefold() for key in among.keys]
    runs = [
        (likeness(words, keys[start:end]), start, end)
        for start in range(max(0, first - _WORDS_AROUND), first + _WORDS_AROUND + 1)
        for end in range(last - _WORDS_AROUND, min(len(keys), last + _WORDS_AROUND) + 1)
        if start < end
    ]
    alike, start, end = max(runs, key=lambda run: (run[0], run[1] - run[2]))
    # A changed word at either end belongs to the run.
    if keys[end - 1] != words[-1] and end - start < len(words) and end < len(keys):
        end += 1
    if keys[start] != words[0] and end - start < len(words) and start:
        start -= 1
    return _Run(alike, among.span(start, end))
