"""Hedges: what the quotes say is alleged, hearsay, wished for or conditional is not told as a fact."""

# All rules have one signature.
# ruff: noqa: ARG001

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.text.terms import content_terms
from rag.language.certainty import ALLEGED
from rag.language.matching import clauses, meets, term_set
from rag.verification.messages import drops_hedge

# What is hedged is in the statement when the statement has this share of its first content words.
_TOLD = 0.75
_FIRST_WORDS = 4


@dataclass(frozen=True, slots=True)
class _Hedge:
    """One way to say that something is not a fact: the words for it, and the words that keep it."""

    words: re.Pattern[str]
    kept: re.Pattern[str]


_SAYS_SO = r"""sa(?:y|ys|id|ying)|according|tell|told|stat(?:e|es|ed|ing)|report\w*|claim\w*|argu\w+|belie[fv]\w*
    |think\w*|thought|describ\w+|call(?:s|ed|ing)?|view\w*|assert\w*|den(?:y|ies|ied|ying|ial)"""
# "May" is a month.
_UNSURE = r"""(?-i:may)|might|could|would|should|must|possib\w+|perhaps|maybe|potential\w*|likely|unlikely|unclear
    |whether|seem\w*|appear(?:s|ed)?\sto|apparent\w*|suspect(?:s?\sof|ed|ing)|suspici\w+|alleg\w+|accus\w+|rumou?r\w*
    |suppos\w+|purport\w*|understood|expect\w*|consider\w*|plan(?:s|ned|ning)?"""
_COURT = r"""charg\w+|indict\w*|prosecut\w+|trial|tried|face[sd]?|facing|complain\w*|investigat\w*|probe\w*
    |su(?:ed|es|ing)|arrest\w*\s(?:over|for|on|in\sconnection)"""
_WISHES = r"""call(?:s|ed|ing)?|appeal\w*|urg(?:e|es|ed|ing)|demand\w*|want\w*|ask\w*|plea\w*|propos\w+|suggest\w*
    |request\w*|s(?:eek|ought)\w*|hop(?:e|es|ed|ing)|press\w*|push\w*|need\w*|campaign\w*|wish\w*|insist\w*|advocat\w+
    |back\w*|support\w*|favou?r\w*"""
_TALKS = r"""talk\w*|negotiat\w*|discuss\w*|weigh\w*|explor\w*|mull\w*|plan\w*|want\w*|seek\w*|bid\w*|hop(?:e|es|ing)
    |near\w*|close"""
_IF = r"""if|unless|provided|providing|condition\w*|depend\w*|until|till|once|when|subject|as\slong\sas|contingent
    |otherwise|without|threat\w*|pending|require\w*"""


def _hedge(words: str, *kept: str) -> _Hedge:
    flags = re.IGNORECASE | re.VERBOSE
    return _Hedge(re.compile(rf"\b(?:{words})\b", flags), re.compile(rf"\b(?:{'|'.join(kept)})\b", flags))


# Only words that come before what they hedge.
_HEDGES = (
    _hedge(
        ALLEGED,
        _SAYS_SO,
        _UNSURE,
        _COURT,
    ),
    _hedge(
        r"""reportedly|apparently|supposedly|purportedly|seemingly|rumou?red\sto
        |(?:claims?|appears?|seems?)\sto(?:\shave)?
        |(?:believed|thought|understood)\sto|said\sto\s(?=be\b|have\b)""",
        _SAYS_SO,
        _UNSURE,
    ),
    _hedge(r"(?:call|appeal|plead|press|push)(?:ed|ing)\sfor|demand(?:ed|ing)", _WISHES, _UNSURE),
    _hedge(r"(?:in|holding|held)\stalks\s(?:to|on|about|over)|negotiating\s(?:to|over)", _TALKS, _UNSURE),
)
# "Asked if" and "even if" set no condition.
_CONDITION = re.compile(
    r"""(?<!\beven\s)(?<!\bas\s)(?<!\bonly\s)(?<!\b(?:ask|see)\s)
    \b(?P<word>unless|provided(?=\s(?:that|the|it|they|he|she|a|an|we)\b)|if(?!\s(?:not|any|only|anything)\b))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_INDIRECT = re.compile(
    r"\b(?:ask\w*|know\w*|see|seen|sees|wonder\w*|deci\w+|sure|clear|unclear|check\w*|determin\w+|doubt\w*|learn\w*|say|said"
    r"|question\w*|consider\w*|find out|told|tell|\w+ed|what)\s(?:\w+\s)?$",
    re.IGNORECASE,
)
_CONDITION_KEPT = re.compile(rf"\b(?:{_IF}|{_UNSURE})\b", re.IGNORECASE | re.VERBOSE)
_SENTENCE_END = re.compile(r"[.;!?\n]")
_MAIN_CLAUSE = 2  # content words, at least


def hedges(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """What is alleged, hearsay, called for, talked about or conditional in the quotes is not told as a fact."""
    told = term_set(statement)
    for place, quote in enumerate(quotes):
        elsewhere = [term_set(other) for at, other in enumerate(quotes) if at != place]
        for word, hedged in _hedged(statement, quote):
            terms_told = [term for term in hedged if meets(term, told)]
            if len(terms_told) < max(1, _TOLD * len(hedged)):
                continue
            if not any(all(term in other for term in terms_told) for other in elsewhere):
                return drops_hedge(word, quotes)
    return ""


def _hedged(statement: str, quote: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each hedge of the quote that the statement does not keep, and the content terms it is said of."""
    for hedge in _HEDGES:
        if not hedge.kept.search(statement):
            for found in hedge.words.finditer(quote):
                follows = next(iter(clauses(quote[found.end() :])), "")
                if hedged := content_terms(follows)[:_FIRST_WORDS]:
                    yield found.group(), hedged
    if not _CONDITION_KEPT.search(statement):
        for found in _CONDITION.finditer(quote):
            before = _SENTENCE_END.split(quote[: found.start()])[-1]
            if _INDIRECT.search(before):
                continue
            # A condition that opens a sentence ends at the next comma.
            main = before if content_terms(before) else quote[found.end() :].partition(",")[2]
            main = _SENTENCE_END.split(main)[0]
            if len(hedged := content_terms(main)) >= _MAIN_CLAUSE:
                yield found["word"], hedged
