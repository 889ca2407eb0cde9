"""Claims: the rules for what a statement makes of its quotes.

Is it denied, is it the opposite, is it done or only thought of, and who says so?
"""

# All rules have one signature.
# ruff: noqa: ARG001

import re
from collections.abc import Sequence

from index.text.terms import STOP_WORDS, content_terms, terms
from rag.language.certainty import BOUND, MEANT, THOUGHT, TRIED, find_certainty
from rag.language.lexicon import SAYING
from rag.language.matching import (
    all_terms,
    as_written,
    clauses,
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
from rag.verification.messages import drops_speaker, only_quotes_have, only_statement_has, says_otherwise

# The numbers below were chosen on half of the articles of SummEdits (`bench/checks.py`; README, "Checks").
# A quote's clause is in the statement when the statement has this share of its content words.
_SAME_CLAUSE = 0.6
# A speaker's words are in the statement when more than this share of its words is in no other quote.
_SPOKEN = 0.5
# How many words on each side stand beside a word.
_BESIDE = 2


_DENIED_WORD = re.compile(
    r"(?:\bnot|n['’]t|\bnever|\bno longer|\bwithout)\s(?:(?:be|been|being|yet|to|any|an?)\s)*(\w+)"
)
_ORDER = re.compile(r"\b(?P<order>before|after)\b(?P<follows>[^,.;]*)", re.IGNORECASE)
# "Never-before-seen" does not say "before".
_INSIDE_COMPOUND = re.compile(r"(?<=\w-)\w+(?=-\w)")

# How far a word binds whoever it is said of: what is thought about, what is meant, what one is bound to.
_MEANT = f"(?:{MEANT}|{TRIED})"
_UNDONE = re.compile(
    rf"""\b(?:(?P<thought>{THOUGHT})|(?P<meant>{_MEANT}\s(?:to|on))|(?P<bound>{BOUND}))
    (?:\s(?:to|on|whether|not|also|soon|be|being|been|have|a|an|the|of|that|for|by|about|possibly|again)){{0,4}}
    \s(?P<verb>[a-z]{{3,}})""",
    re.VERBOSE,
)
# The same words and some more, wherever they stand.
_WAVERS = re.compile(
    rf"""\b(?:(?P<thought>{THOUGHT}|possibl[ey]|perhaps|maybe|no\sdecision|n[o']t\s(?:\w+\s){{0,3}}deci\w+
        |potential\w*|suggest\w*|urg(?:e|es|ed|ing)|debat\w+)
    |(?P<meant>{_MEANT}|should|plan\w*|inten[dt]\w*|propos\w+|anticipat\w*|prepar\w+|draft\w*|estimat\w*
        |forecast\w*|call\w*\s(?:on|for))
    |(?P<bound>{BOUND}))\b""",
    re.VERBOSE,
)
_BINDING, _DONE = 3, 4
_DECIDED = frozenset(terms("agree decide approve adopt sign finalise complete conclude confirm ratify enact will must"))
_INFINITIVE = re.compile(r"\b(?:to|for|of)\s+(?:be\s+)?(\w+)")

# Words that keep a speaker though nobody is quoted with them.
_KEEPING = """saying telling according report reports reported reportedly allegedly announce announces announced
    announcement confirm confirms confirmed reveal reveals revealed accuse accuses accused accusation accusations
    allegation allegations acknowledge acknowledges acknowledged admit admits admitted admitting deny denies denied
    statement statements estimate estimates estimated view opinion quoted call calls called calling asked urged praised
    criticised criticized condemned blamed expressed pledged promised vowed think thinks thought emphasised emphasized
    stressed highlighted mentioned expects hopes fears predicts suspicion suspected arguing adding noting claiming
    insisting warning explaining alleging stating
    clarified affirmed reiterated predicted forecast disclosed informed communicated
    states notes add write writes""".split()
_SAYS = re.compile(rf"\b(?:{'|'.join(SAYING)}|media report(?:s|ed)|[Aa]ccording to|[Aa]s per)\b")
_KEEPS = re.compile(rf"\b(?:{'|'.join((*SAYING, *_KEEPING))}|According|[Aa]s per)\b|[\"“”]")
_SPOKEN_WORDS = re.compile(r"[\"“][^\"“”]{20,}[\"”]")
_SOMEBODY = r"(?:(?:[Tt]he|[Aa]n?)(?:\s[A-Z]{2,})?(?:\s[a-z-]+){1,3}|[^\W\d_a-z][\w'’.-]*\w)"
_SPEAKER = re.compile(
    rf"\b(?P<before>{_SOMEBODY})\)?(?:,[^,]{{1,60}},|,)?\s(?:has\s|had\s|also\s)?(?:{'|'.join(SAYING)})\b"
    rf"|\b(?:said|[Aa]ccording to|[Aa]s per)\s(?P<after>{_SOMEBODY})"
)
# What a body, not a person, agrees to or decides is a fact by its saying so.
_DONE_BYSAYING = frozenset(terms("agree announce decide sign pledge promise approve"))
_BODY = re.compile(
    r"(?i:statement|release|communique|ministry|government|office|department|committee|council|board|commission|company"
    r"|court)|[A-Z]{2,}"
)


def negation(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """What is denied on one side is denied on the other, clause by clause."""
    quoted = [clause for quote in quotes for clause in clauses(quote)]
    said, meant = clauses(statement), set[str]()
    for clause in said:
        if found := denial(clause):
            closest = nearest(clause, quoted)
            meant.add(closest)
            denied_there = bool(denial(closest)) or any(_is_denied_in(other, clause) for other in quoted)
            if not denied_there and not is_softly_denied(closest, clause):
                return only_statement_has(found.group(), quotes)
    told = term_set(statement)
    affirmed = [quote for quote in quotes if not denial(quote)]
    for clause in quoted:
        if not (found := denial(clause)) or clause in meant:
            continue
        denied = [term for term in content_terms(clause) if term not in terms(found.group())]
        shared = [term for term in denied if not forms(term).isdisjoint(told)]
        if any(frozenset(shared) <= frozenset().union(*map(forms, terms(other))) for other in affirmed):
            continue
        if len(shared) >= max(2, _SAME_CLAUSE * len(denied)) and not is_softly_denied(nearest(clause, said), clause):
            return only_quotes_have(found.group(), quotes)
    return ""


def _is_denied_in(other: str, clause: str) -> bool:
    """Tell whether a clause of a quote denies something that stands in this clause."""
    about = content_terms(other) if denial(other) else []
    return sum(meets(term, term_set(clause)) for term in about) > _SAME_CLAUSE * len(about)


def opposites(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """No word of the statement is turned round.

    It is when the quotes have its opposite and not it; or when each clause of theirs that has a
    word standing beside it has its opposite and not it.
    """
    plain = _INSIDE_COMPOUND.sub("", statement)
    if order := _turned_order(plain, quotes):
        return order
    have, said = all_terms(quotes), term_set(statement)
    denied, denied_there = all_terms(_DENIED_WORD.findall(plain)), all_terms(_DENIED_WORD.findall(" ".join(quotes)))
    sequence = content_sequence(plain)
    for term in terms(plain):
        turns = set[str]()
        for near, far in sides(term):
            if not near & have:
                # "Fell" and "rose" are everywhere in news: they count beside the same words only.
                turns |= {other for other in far & have if not is_irregular(other)}
            if term in sequence:
                turns |= _opposed_beside(sequence.index(term), sequence, near, far, quotes)
        if term not in have and not synonyms(term) & have:
            turns.update(other for other in negated(term) if other in have)
        # Not to allow is to ban.
        turns = {other for other in turns if (term in denied) == (other in denied_there)}
        if turns - said:
            return says_otherwise(as_written(min(turns - said), " ".join(quotes)), as_written(term, statement), quotes)
    return ""


def _opposed_beside(
    place: int, sequence: list[str], near: frozenset[str], far: frozenset[str], quotes: Sequence[str]
) -> frozenset[str]:
    beside = {*sequence[max(0, place - _BESIDE) : place], *sequence[place + 1 : place + 1 + _BESIDE]}
    about = [term_set(clause) & (near | far) for q in quotes for clause in clauses(q) if term_set(clause) & beside]
    return frozenset().union(*about) if not any(clause & near for clause in about) else frozenset()


def _turned_order(statement: str, quotes: Sequence[str]) -> str:
    """Find a "before" where the quotes have "after" with the same words behind it, or the other way round."""
    for found in _ORDER.finditer(statement):
        follows = set(content_terms(found["follows"]))
        there = [other for quote in quotes for other in _ORDER.finditer(quote) if follows & term_set(other["follows"])]
        orders = {other["order"].lower() for other in there}
        if orders and found["order"].lower() not in orders:
            return says_otherwise(min(orders), found["order"], quotes)
    return ""


def commitment(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """What is thought about, meant or promised has not become firmer."""
    said, have = terms(statement), all_terms(quotes)
    certainty = min(map(_level, _WAVERS.finditer(statement)), default=_DONE)
    undecided = [found for found in _UNDONE.finditer(nearest(statement, quotes)) if not found["bound"]]
    decided = [term for term in said if term in _DECIDED and not have & {term, *synonyms(term)}]
    if undecided and decided and certainty >= _BINDING:
        shown = undecided[0]["thought"] or undecided[0]["meant"]
        return says_otherwise(shown, as_written(decided[0], statement), quotes)
    held, word = find_certainty(nearest(statement, quotes))
    if held == "considered" and decided and certainty >= _BINDING:
        return says_otherwise(word, as_written(decided[0], statement), quotes)
    left_open = all_terms(_INFINITIVE.findall(statement))
    for place, quote in enumerate(quotes):
        elsewhere = all_terms([*quotes[:place], *quotes[place + 1 :]]) | STOP_WORDS
        for found in _UNDONE.finditer(quote):
            verb = terms(found["verb"])[0]
            if _level(found) < certainty and verb not in elsewhere and terms(quote).count(verb) == 1:
                done = [form for form in said if form in forms(verb) - left_open]
                if done:
                    return says_otherwise(found.group(), as_written(done[0], statement), quotes)
    return ""


def _level(found: re.Match[str]) -> int:
    """Return 1 for what is thought about, 2 for what is meant, 3 for what one is bound to."""
    return 1 if found["thought"] else 2 if found["meant"] else _BINDING


def speaker(statement: str, quotes: Sequence[str], *, around: str = "") -> str:
    """Who says so in the quotes is still said to say so."""
    if _KEEPS.search(statement):
        return ""
    spoken = [quote for quote in quotes if _SAYS.search(quote) or _SPOKEN_WORDS.search(quote)]
    told = all_terms(quotes).intersection(content_terms(statement))
    only_spoken = told - all_terms(quote for quote in quotes if quote not in spoken)
    if not spoken or len(only_spoken) <= _SPOKEN * len(told):
        return ""
    closest = nearest(statement, spoken)
    found = _SPEAKER.search(closest)
    who = (found["before"] or found["after"]) if found else ""
    if _BODY.search(who) and _DONE_BYSAYING & told & term_set(closest):
        return ""
    return drops_speaker(who)
