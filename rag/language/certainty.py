"""Certainty: how firm a quote is: agreed, pledged, planned, only considered.

People take "considering" for "agreed" easily, and so do language models. The checks of statements use the same
words.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Certainty = Literal["agreed", "pledged", "planned", "considered", "alleged", "denied", "refused", "reported"]

# What is thought about, what is meant to be done, what one tries for, what one is bound to.
THOUGHT = r"""may|might|could|consider(?:s|ed|ing)?|weigh(?:s|ed|ing)|mull(?:s|ed|ing)?|explor(?:es|ed|ing)
    |discuss(?:es|ed|ing)"""
MEANT = r"(?:plan|intend|aim|hope|want|propose|expect|offer|threaten|prepare)(?:s|d|ed|ing|ning|ned)?|hoping|likely"
TRIED = r"(?:seek|ask|try|attempt)(?:s|d|ed|ing)?|sought|tried|tries"
BOUND = r"will|would|shall|must|(?:pledge|promise|vow|agree|schedule)(?:s|d|ed|ing)?\sto|(?:set|due)\sto"

_NOT = re.compile(
    r"(?:\b(?:not|never|no|nor|without|cannot)|n['’]t)(?:\s(?:yet|been|be|have|has|an?|any|the|to)){0,3}\s*$"
)
# "How it will" leaves open what.
_ASKING = re.compile(r"\b(?:how|what|when|where|why|who)\s(?:[\w'’-]+\s){0,8}$", re.IGNORECASE)
_WORDS: Mapping[Certainty, str] = MappingProxyType(
    {
        "agreed": r"""agree[sd]?\b(?!\swith\s(?:that|this|it|him|her|them|the\s(?:view|idea))\b)
            |approved?|signed(?!\sover|\san?\sstatement)|ratif(?:y|ied)
            |adopted|decided(?!\sby)|voted\s(?:to|for|in\sfavour)|finali[sz]ed|struck\sa\sdeal
            |reach(?:ed)?\s(?:an?|the)\s(?:\w+\s)?(?:agreement|deal|accord)|accepted|authori[sz]ed|endorsed""",
        "pledged": r"""pledg(?:e|es|ed|ing)|promis(?:e|es|ed|ing)(?=\s)|vow(?:s|ed|ing)?|commit(?:s|ted)?\sto
            |committed|guarantee[sd]?|(?:we|i)(?:\swill|['’]ll|\sshall)|stands?\sready\sto""",
        "planned": rf"""(?<!\bi\s)(?:{MEANT})\s(?:to|on|that|it)|planned|intends?|hopes?|expects?|(?:is|are)\shoping
            |(?<!\bthe\s)will(?!ing|\sof\b)|['’]ll|won['’]t|would(?!\shave)|shall
            |(?:is|are)\sto\sbe\s\w+ed|going\sto|(?:is|are|was|were)\s(?:set|due)\sto(?!\s\w+ing)
            |scheduled|proposal|proposes|slated|forecast\w*|anticipat\w+|upcoming""",
        "considered": rf"""(?!may\b)(?:{THOUGHT})(?!\snot\b)|(?-i:may)(?=\s[a-z])|(?<!as\s)possib(?:le|ly|ility)|perhaps
            |maybe|(?<!of\s)whether(?!\sit['’]s)|in\stalks
            |negotiating|debat(?:es|ed|ing)|undecided|under\sconsideration|potential(?:ly)?""",
        "alleged": r"""alleged(?:ly)?|(?:accused|suspected)\sof|accus(?:es?|ed|ing)\s(?:[\w'’-]+\s){1,4}of
            |on\ssuspicion\sof|allegations?\s(?:of|that)|charged\swith|indicted\s(?:for|on)|suspected(?!\sof)
            |suspect(?:s|ing)|suspicions?|reportedly(?!\s(?:told|said))
            |(?:is|are|was|were)\s(?:believed|thought)\sto""",
        "denied": r"""den(?:y|ies|ied|ying)(?!\s(?:entry|access|bail))|reject(?:s|ed|ing)|rul(?:e|es|ed)\sout
            |dismiss(?:es|ed)\s(?:the|claims?|reports?|as|it)|plead(?:s|ed)?\snot\sguilty|disput(?:es|ed)""",
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
        and not (name == "planned" and _ASKING.search(quote[: match.start()]))
    )
    _, _, certainty, words = min(found, default=(0, 0, "reported", ""))
    return certainty, words
