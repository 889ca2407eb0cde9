"""Claim rules: checks of what a statement makes of its quotes: denied, reversed or decided.

Each rule returns a message if the statement fails it, else None.
"""

import re
from collections.abc import Sequence

from index.text.terms import STOP_WORDS, content_terms, terms
from rag.language.certainty import find_certainty
from rag.language.matching import (
    all_terms,
    as_written,
    content_sequence,
    forms,
    is_irregular,
    meets,
    nearest,
    negated,
    sides,
    synonyms,
    term_set,
)
from rag.language.negation import denial, is_softly_denied
from rag.verification.claim import Claim, Text
from rag.verification.messages import only_quotes_have, only_statement_has, says_otherwise

# The numbers below were chosen on halves of SummEdits and FaithBench (`docs/design/decisions/checks.md`).
# A quote's clause is in the statement when the statement has this share of its content words.
_SAME_CLAUSE = 0.8
# A statement's clause is about the same as a quote's when that has this share of its content words.
_SIMILAR_CLAUSE = 0.4
# How many words on each side of a word are its context.
_CONTEXT = 2

_DENIED_WORD = re.compile(
    r"(?:\bnot|n['’]t|\bnever|\bno longer|\bwithout)\s(?:(?:be|been|being|yet|to|any|an?)\s)*(\w+)"
)
_ORDER = re.compile(r"\b(?P<order>before|after)\b(?P<follows>[^,.;]*)", re.IGNORECASE)
# "Never-before-seen" does not say "before".
_INSIDE_COMPOUND = re.compile(r"(?<=\w-)\w+(?=-\w)")

# How firm a word is: only thought about, meant, or binding.
# What is thought about, what is meant to be done, what one tries for, what one is bound to.
_THOUGHT = r"""may|might|could|consider(?:s|ed|ing)?|weigh(?:s|ed|ing)|mull(?:s|ed|ing)?|explor(?:es|ed|ing)
    |discuss(?:es|ed|ing)"""
_AIMED = r"(?:plan|intend|aim|hope|want|propose|expect|offer|threaten|prepare)(?:s|d|ed|ing|ning|ned)?|hoping|likely"
_TRIED = r"(?:seek|ask|try|attempt)(?:s|d|ed|ing)?|sought|tried|tries"
_BOUND = r"will|would|shall|must|(?:pledge|promise|vow|agree|schedule)(?:s|d|ed|ing)?\sto|(?:set|due)\sto"
_MEANT = f"(?:{_AIMED}|{_TRIED})"
_UNDONE = re.compile(
    rf"""\b(?:(?P<thought>{_THOUGHT})|(?P<meant>{_MEANT}\s(?:to|on))|(?P<bound>{_BOUND}))
    (?:\s(?:to|on|whether|not|also|soon|be|being|been|have|a|an|the|of|that|for|by|about|possibly|again)){{0,4}}
    \s(?P<verb>[a-z]{{3,}})""",
    re.VERBOSE,
)
# The same words and some more, anywhere in a statement.
_WAVERS = re.compile(
    rf"""\b(?:(?P<thought>{_THOUGHT}|possibl[ey]|perhaps|maybe|no\sdecision|n[o']t\s(?:\w+\s){{0,3}}deci\w+
        |potential\w*|suggest\w*|urg(?:e|es|ed|ing)|debat\w+)
    |(?P<meant>{_MEANT}|should|plan\w*|inten[dt]\w*|propos\w+|anticipat\w*|prepar\w+|draft\w*|estimat\w*
        |forecast\w*|call\w*\s(?:on|for))
    |(?P<bound>{_BOUND}))\b""",
    re.VERBOSE,
)
_BINDING, _DONE = 3, 4
_DECIDED = frozenset(terms("agree decide approve adopt sign finalise complete conclude confirm ratify enact will must"))
_INFINITIVE = re.compile(r"\b(?:to|for|of)\s+(?:be\s+)?(\w+)")
# "Still recovering" has not recovered, and "a deal" is no deed.
_NO_DEED = re.compile(r"\b(?:(?<=\ba\s)|(?<=\ban\s))\w+|\w+ing\b")
_DENYING = re.compile(r"\bnot\b")


def negation(claim: Claim) -> str | None:
    """Check, clause by clause, that the statement denies what the quotes deny and nothing else."""
    quoted = [clause for quote in claim.quotes for clause in quote.clauses]
    said, matched = claim.statement.clauses, set[str]()
    for clause in said:
        if found := denial(clause):
            closest = nearest(clause, quoted)
            matched.add(closest)
            # "Failed to host" is denied in "failed in its bid".
            failed = found.group().lower().startswith("fail") and "fail" in term_set(closest)
            denied_there = failed or bool(denial(closest)) or any(_is_denied_in(other, clause) for other in quoted)
            about = _denied(clause, found)
            alike = sum(meets(term, term_set(closest)) for term in about) >= _SIMILAR_CLAUSE * len(about)
            if alike and not denied_there and not is_softly_denied(closest, clause):
                return only_statement_has(found.group(), claim.quotes)
    affirmed = [quote for quote in claim.quotes if not denial(quote.text)]
    for clause in quoted:
        if not (found := denial(clause)) or clause in matched:
            continue
        denied = _denied(clause, found)
        shared = [term for term in denied if not forms(term).isdisjoint(claim.statement.terms)]
        if any(frozenset(shared) <= frozenset().union(*map(forms, quote.terms)) for quote in affirmed):
            continue
        if len(shared) >= max(2, _SAME_CLAUSE * len(denied)) and not is_softly_denied(nearest(clause, said), clause):
            return only_quotes_have(found.group(), claim.quotes)
    return None


def _denied(clause: str, found: re.Match[str]) -> list[str]:
    """Return the content words of a clause without its "not"."""
    return [term for term in content_terms(clause) if term not in terms(found.group())]


def _is_denied_in(other: str, clause: str) -> bool:
    """Return True if a clause of a quote denies something that is in this clause."""
    about = content_terms(other) if denial(other) else []
    return sum(meets(term, term_set(clause)) for term in about) > _SAME_CLAUSE * len(about)


def opposites(claim: Claim) -> str | None:
    """Check that no word of the statement is the opposite of what the quotes say.

    It is if the quotes have its opposite and not the word itself, in all of their text or in each clause that has a
    word from its context.
    """
    plain = _INSIDE_COMPOUND.sub("", claim.statement.text)
    if order := _reversed_order(plain, claim):
        return order
    have, said = claim.quoted_terms, term_set(claim.statement.text)
    denied, denied_there = (
        all_terms(_DENIED_WORD.findall(plain)),
        all_terms(_DENIED_WORD.findall(" ".join(claim.quoted))),
    )
    sequence = content_sequence(plain)
    for term in terms(plain):
        found = set[str]()
        for near, far in sides(term):
            if not near & have:
                # "Fell" and "rose" are everywhere in news: they count only in the same context.
                found |= {other for other in far & have if not is_irregular(other)}
            if term in sequence:
                found |= _opposed_in_context(sequence.index(term), sequence, near, far, claim.quotes)
        if term not in have and not synonyms(term) & have:
            found.update(other for other in negated(term) if other in have)
        # Not to allow is to ban.
        found = {other for other in found if (term in denied) == (other in denied_there)}
        if opposed := found - said:
            written, shown = as_written(min(opposed), " ".join(claim.quoted)), as_written(term, claim.statement.text)
            return says_otherwise(written, shown, claim.quotes)
    return None


def _opposed_in_context(
    place: int, sequence: list[str], near: frozenset[str], far: frozenset[str], quotes: Sequence[Text]
) -> frozenset[str]:
    context = {*sequence[max(0, place - _CONTEXT) : place], *sequence[place + 1 : place + 1 + _CONTEXT]}
    found = [terms_of for quote in quotes for clause in quote.clauses if (terms_of := term_set(clause)) & context]
    return frozenset() if any(clause & near for clause in found) else frozenset().union(*(one & far for one in found))


def _reversed_order(statement: str, claim: Claim) -> str | None:
    """Find a "before" that is "after" in the quotes, with the same words behind it, or the other way round."""
    for found in _ORDER.finditer(statement):
        follows = set(content_terms(found["follows"]))
        there = [one for quote in claim.quoted for one in _ORDER.finditer(quote) if follows & term_set(one["follows"])]
        orders = {other["order"].lower() for other in there}
        if orders and found["order"].lower() not in orders:
            return says_otherwise(min(orders), found["order"], claim.quotes)
    return None


def commitment(claim: Claim) -> str | None:
    """Check that what is only considered, planned or promised has not become firmer."""
    statement, quotes = claim.statement.text, claim.quoted
    said, closest = terms(statement), nearest(statement, quotes)
    certainty = min(map(_level, _WAVERS.finditer(statement)), default=_DONE)
    decided = [term for term in said if term in _DECIDED and not claim.quoted_terms & {term, *synonyms(term)}]
    if decided and certainty >= _BINDING:
        undecided = [found["thought"] or found["meant"] for found in _UNDONE.finditer(closest) if not found["bound"]]
        held, word = find_certainty(closest)
        if undecided or held == "considered":
            return says_otherwise([*undecided, word][0], as_written(decided[0], statement), quotes)
    left_open = all_terms([*_INFINITIVE.findall(statement), *_NO_DEED.findall(statement)])
    for place, quote in enumerate(quotes):
        elsewhere = all_terms([*quotes[:place], *quotes[place + 1 :]]) | STOP_WORDS
        for found in (one for one in _UNDONE.finditer(quote) if not _DENYING.search(one.group())):
            verb = terms(found["verb"])[0]
            if _level(found) < certainty and verb not in elsewhere and terms(quote).count(verb) == 1:
                done = [form for form in said if form in forms(verb) - left_open]
                if done:
                    return says_otherwise(found.group(), as_written(done[0], statement), quotes)
    return None


def _level(found: re.Match[str]) -> int:
    """Return 1 for what is thought about, 2 for what is meant, 3 for what is binding."""
    return 1 if found["thought"] else 2 if found["meant"] else _BINDING
