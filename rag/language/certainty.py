"""Certainty: how firm a quote is: agreed, pledged, planned, only considered.

People take "considering" for "agreed" easily, and so do language models. The checks of statements use the same
words.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Certainty = Literal["agreed", "pledged", "planned", "considered", "alleged", "denied", "refused", "reported"]

# Before a word: it is denied, or what it says is given up.
_NOT = re.compile(
    r"(?:\b(?:not|never|no|nor|without|cannot)|n['’]t)(?:\s(?:yet|been|be|have|has|an?|any|the|to)){0,3}\s*$"
    r"|\b(?:no|any)\s\w+\s$|\b(?:to|will|would|could|may|might|must|should|can)\s(?:be\s)?$|\bneither\b.{0,60}$"
    r"|\b(?:if|back|off|abandon\w*|scrap\w*|drop\w*|cancel\w*|shelv\w*)\s(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
# What is done on a day that was set. "Will get 90 per cent of the vote" is a forecast.
_SET = r"""(?:be\s)?(?:open|clos|begin|begun|start|launch|hold|held|host|meet|vote|visit|sign(?!al|if)|publish|announc
    |releas|resum|build|built|appear|testif|travel|replac|debut|premier|deliver|introduc|sail|arriv|reopen|return)
    \w*(?<!ly)(?!\w)"""
_WORDS: Mapping[Certainty, str] = MappingProxyType(
    {
        "agreed": r"""agree[sd]?\s(?:to|on)|agreed\sthat(?=[^.]{0,60}\b(?:will|would|shall)\b)
            |approved?|signed(?!\sover|\sup|\sby|\san?\sstatement)|ratif(?:y|ied)|decided\sto|voted\s(?:to|for|in\sfavour)
            |finali[sz]ed|struck\sa\sdeal|reach(?:ed)?\s(?:an?|the)\s(?:\w+\s)?(?:agreement|deal|accord)|authori[sz]ed""",
        "pledged": r"""pledg(?:es|ed|ing)|promis(?:ed|ing)\s(?:to|that)|vow(?:s|ed|ing)|commit(?:s|ted)?\sto
            |(?:we|i)\s(?:will|shall)(?!\s(?:not|never|be|have|see|find|know|say)\b)""",
        "planned": rf"""(?:plans|planned|intends?|proposes|aims)\sto|(?:is|are)\s(?:planning|hoping|preparing)\sto
            |(?:they|we|officials)\splan\sto|(?:scheduled|slated)\s(?:to|for)
            |(?:will|(?:is|are)\s(?:going|expected|set|due)\sto)\s{_SET}""",
        "considered": r"""(?:is|are|was|were|been)\s(?:\w+\s)?(?:considering|weighing|mulling|exploring)|in\stalks
            |(?:is|are|was|were|been)\snegotiating|undecided|under\sconsideration""",
        "alleged": r"""alleged(?:ly)?|(?:accused|suspected)\sof|accus(?:es?|ed|ing)\s(?:[\w'’-]+\s){1,4}of
            |on\ssuspicion\sof|allegations?\s(?:of|that)|charged\swith|indicted\s(?:for|on)|suspected(?!\sof)
            |reportedly(?!\s(?:told|said))|(?:is|are|was|were)\s(?:believed|thought)\sto""",
        "denied": r"""den(?:ies|ied|ying)(?!\s(?:us|them|him|her|entry|access|bail|the\sright))|reject(?:s|ed|ing)
            |rul(?:es|ed)\sout|dismiss(?:es|ed)\s(?:the|claims?|reports?|as|it)|plead(?:s|ed)?\snot\sguilty
            |disput(?:es|ed)""",
        "refused": r"(?:refus|declin)(?:es?|ed|ing)\sto|turn(?:s|ed)\sdown",
    }
)
# Before those of the same words that come later: "we will" pledges, and "pleaded not guilty" denies.
_PATTERNS = MappingProxyType(
    {name: re.compile(rf"(?<![\w-])(?:{words})(?!\w)", re.IGNORECASE | re.VERBOSE) for name, words in _WORDS.items()}
)


def read_certainty(quote: str) -> Certainty:
    """Return how firm a quote is.

    A quote without a word of certainty is "reported": it says that something happened or is so.

    >>> read_certainty("Both countries have agreed that there will be officers.")
    'agreed'
    >>> read_certainty("Fishermen are considering a lawsuit."), read_certainty("A lawsuit was filed.")
    ('considered', 'reported')
    """
    return find_certainty(quote)[0]


def find_certainty(quote: str) -> tuple[Certainty, str]:
    """Return how firm a quote is, and the first of its words that says so and is not denied.

    >>> find_certainty("They have not agreed, but are in talks.")
    ('considered', 'in talks')
    """
    found = (
        (match.start(), place, name, match.group())
        for place, (name, pattern) in enumerate(_PATTERNS.items())
        for match in pattern.finditer(quote)
        if not _NOT.search(quote[: match.start()])
    )
    _, _, certainty, words = min(found, default=(0, 0, "reported", ""))
    return certainty, words
