"""What an editor would do with the sentences that answer.

The newest figure comes first, a correction before what it corrects, the other side beside a claim, and a list with
the line that announces it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.answering.weighing import Asked, Candidate
from rag.evidence.attribution import speech_of
from rag.evidence.citations import Citation
from rag.language.lexicon import words
from rag.language.numbers import read_numbers

# Sentences that weigh at most so much less than the best one answer equally: the newest leads.
_EQUAL = 0.05
# A figure is overtaken by a newer one from further down: reports of a later day use other words.
_OVERTAKEN = 0.3
_ABOUT_THE_SAME = 0.6  # of the best sentence's coverage
# A correction is shown if it has this share of the question's weight.
_CORRECTS_THIS = 0.15
_CORRECTION = re.compile(
    r"\W*(?:correct(?:ion|ed)|clarification|an earlier version of this\b|this (?:article|story|report)\b.*\b"
    r"(?:amended|corrected|updated to correct)\b)",
    re.IGNORECASE,
)
_CONTRAST = re.compile(rf"[\"“‘']?(?:the\s)?(?:{'|'.join(words('contrasts'))})\b", re.IGNORECASE)
_CONTRADICTS = re.compile(rf"\b(?:{'|'.join(words('contradicting'))})\b", re.IGNORECASE)
_OTHER_SIDE_WITHIN = 2  # sentences after the quote
_LIST_ITEMS = 12
_LONGEST_ITEM = 30  # words


def lead(asked: Asked, near: Sequence[Candidate]) -> Candidate:
    """Return the sentence that comes first: the nearest, or a newer one that answers equally.

    `near` are the sentences that may answer, best first. "first" and "originally" ask for the oldest instead.
    """
    with_figure = [one for one in near if _has_figure(asked, one) and _is_as_near(asked, near[0], one)]
    best, *others = with_figure or near
    wide = _OVERTAKEN if with_figure or asked.type.order else _EQUAL
    alike = [one for one in others if one.weight >= best.weight - wide or (with_figure and one in with_figure)]
    alike = [one for one in alike if _is_about_the_same(asked, best, one)]
    dated = [one for one in (best, *alike) if one.passage.article.published]
    if not best.passage.article.published:
        return best
    day = (min if asked.type.order == "earliest" else max)(_day(one) for one in dated)
    return next(one for one in dated if _day(one) == day)


def not_overtaken(asked: Asked, first: Candidate, near: Sequence[Candidate]) -> list[Candidate]:
    """Leave out older articles than the lead's if the question asks for the latest."""
    day = first.passage.article.published
    if asked.type.order != "latest" or day is None:
        return list(near)
    return [one for one in near if one.passage.article.published is None or one.passage.article.published >= day]


def corrections(candidates: Sequence[Candidate], near: Sequence[Candidate]) -> list[Candidate]:
    """Return the sentences that correct what near ones say, each with the one after it, in their order."""
    at = {(one.passage.number, one.place): one for one in candidates}
    articles = {one.passage.article.id for one in near}
    found: list[Candidate] = []
    for one in candidates:
        is_about = one.passage.article.id in articles and one.evidence.own_coverage >= _CORRECTS_THIS
        if is_about and _CORRECTION.match(one.text):
            after = at.get((one.passage.number, one.place + 1))
            found += [one, *([after] if after and _is_same_paragraph(one, after) else [])]
    return list(dict.fromkeys(found))


def corrected_first(candidates: Iterable[Candidate], corrected: Sequence[Candidate]) -> Iterator[Candidate]:
    """Put the sentences that correct an article before the first of its others."""
    for candidate in candidates:
        yield from (one for one in corrected if one.passage.article.id == candidate.passage.article.id)
        yield candidate


def that_fit(chosen: Sequence[Candidate], corrected: Sequence[Candidate], *, most: int) -> list[Candidate]:
    """Return at most `most` sentences: the first ones, each with the corrections of its article."""
    kept: list[Candidate] = []
    for candidate in chosen:
        more = [one for one in corrected_first([candidate], corrected) if one not in kept]
        if len(kept) + len(more) > most:
            break
        kept += dict.fromkeys(more)
    return kept


def other_side(asked: Asked, quoted: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the sentence just after a quote that answers the question otherwise, if there is one."""
    after = [one for one in candidates if one.passage is quoted.passage and one.place > quoted.place]
    near = [one for one in after if one.place - quoted.place <= _OTHER_SIDE_WITHIN]
    against = [one for one in near if _CONTRAST.match(one.text) or _CONTRADICTS.search(one.text)]
    return [one for one in against if _is_another_view(asked, quoted, one)][:1]


def with_list(citation: Citation) -> Citation:
    """Return a citation that ends with a colon, or is followed by "They are:", together with the list after it."""
    article, span = citation.article, citation.span
    after = [one for one in split_sentences(article.text, article.body) if one.start >= span.end]
    end, announced = span.end, citation.quote.rstrip().endswith(":")
    if not announced and after and _announces(after[0].cut(article.text)):
        end, announced, after = after[0].end, True, after[1:]
    if not announced:
        return citation
    for item in _items(article.text, after):
        end = item.end
    return Citation(article, Span(span.start, end)) if end > span.end else citation


def in_reading_order(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Put the lead first, then its article's other sentences in their order, then other articles, the newest first.

    A lead that begins with "He" stays behind the sentence that says who that is.
    """
    first = chosen[0]

    def place(candidate: Candidate) -> tuple[bool, bool, int, str, Span]:
        article = candidate.passage.article
        age = -(article.published or date.min).toordinal()
        leads = candidate is first and not first.leans
        return not leads, article.id != first.passage.article.id, age, article.id, candidate.span

    return sorted(chosen, key=place)


def _items(text: str, after: Sequence[Span]) -> list[Span]:
    """Return the lines of a list: all that begin with a bullet or a number, else the first line."""
    bulleted = re.compile(r"(?:[-–—•*·▪]|\(?\w{1,2}[.)])\s")
    items: list[Span] = []
    for place, sentence in enumerate(after[:_LIST_ITEMS]):
        line_start = text.rfind("\n", 0, sentence.start) + 1
        is_item = bool(bulleted.match(text[line_start : sentence.end].lstrip()))
        if len(sentence.cut(text).split()) > _LONGEST_ITEM or (place and not is_item):
            break
        items.append(sentence)
    return items


def _announces(text: str) -> bool:
    return text.rstrip().endswith(":") and len(text.split()) <= 4


def _day(candidate: Candidate) -> date:
    assert candidate.passage.article.published
    return candidate.passage.article.published


def _is_as_near(asked: Asked, best: Candidate, other: Candidate) -> bool:
    """Return True if a sentence is as near as a report of another day is: by its weight, or as one more toll."""
    return other.weight >= best.weight - _OVERTAKEN or (bool(asked.type.toll) and _covers(best, other))


def _is_about_the_same(asked: Asked, best: Candidate, other: Candidate) -> bool:
    """Return True if a sentence has most of the words that the best one has; a toll has few: "In all, 27 died"."""
    most = other.evidence.own_coverage >= _ABOUT_THE_SAME * best.evidence.own_coverage
    return most or (bool(asked.type.toll) and _covers(best, other))


def _covers(best: Candidate, other: Candidate) -> bool:
    return other.evidence.coverage >= _ABOUT_THE_SAME * best.evidence.coverage


def _has_figure(asked: Asked, candidate: Candidate) -> bool:
    """Return True if the question asks for a number, and a sentence has one that counts what is asked for."""
    return asked.type.expected == "number" and asked.type.is_counted_in(candidate.text)


def _is_another_view(asked: Asked, quoted: Candidate, other: Candidate) -> bool:
    if asked.type.expected == "number":
        return any(not asked.type.has(number) for number in read_numbers(other.text))
    mine, theirs = speech_of(quoted.sentence.citation).speaker, speech_of(other.sentence.citation).speaker
    return bool(theirs) and mine != theirs


def _is_same_paragraph(one: Candidate, after: Candidate) -> bool:
    return "\n" not in one.passage.article.text[one.span.end : after.span.start]
