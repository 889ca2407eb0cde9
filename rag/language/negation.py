"""Negation: is a statement denied?"""

import re

from index.text.terms import terms
from rag.language.matching import (
    meets,
    term_set,
)

_NOT = re.compile(
    r"(?P<twice>\b(?:not|never|\w{1,8}n['’]t)\s(?:fail|refuse) to\b)"
    r"|\b(?:not(?! only| just)|no(?!\.|-one| doubt| matter)|never(?!-)|none|nobody|no-one|nothing|neither|nor|cannot"
    r"|without|(?:fail|refuse)(?:s|d|ed)? to|unable to|(?:ha(?:s|ve|d)|is|are) yet to)\b|\b\w{0,8}n['’]t\b",
    re.IGNORECASE,
)

# Words that say "not" in another way. A clause with one raises no doubt.
_LIKE_NOT = re.compile(
    r"""\b(?:den(?:y|ies|ied|ying|ial)|refus\w+|reject\w*|fail\w*|lack\w*|unlikely|declin\w+\sto|hardly|barely|scarcely
    |rul\w+\sout|absen\w+|rather\sthan|instead\sof|far\sfrom|prevent\w*|avoid\w*|stop\w*|halt\w*|ban(?:s|ned|ning)?
    |prohibit\w*|forb[aio]d\w*|few|little|yet\sto|zero|exclud\w+|un(?!der|til|ion|it|ivers|ique|less)\w{4,}
    |in(?:ability|sufficient|complete|capable)|non-?\w+|dis(?:agree|approv|prov|put)\w*|doubt\w*|ended
    |away\sfrom|false\w*|contrary|abandon\w*|cancel\w*|scrap\w*|against|turned\sdown|oppos\w*|object\w*|block\w*
    |impossible|unless|los[et]\w*|loss\w*|free|missing|undecided|still\s(?:\w+ing|under|to\sbe)|same|unchanged|at\sodds)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def denial(clause: str) -> re.Match[str] | None:
    """Find the "not" of a clause; what is not refused is not denied."""
    return next((found for found in _NOT.finditer(clause) if not found["twice"]), None)


def is_softly_denied(clause: str, denied: str) -> bool:
    """Return True if a clause says "not" in another way, with a word that is not itself denied in the other clause."""
    return any(
        not all(meets(term, term_set(denied)) for term in terms(found.group())) for found in _LIKE_NOT.finditer(clause)
    )
