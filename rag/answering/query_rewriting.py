"""A language model rewrites a follow-up as a question that stands alone."""

import re
from collections.abc import Sequence

from index.text.terms import content_terms, terms
from rag.answering.followups import MOST_EARLIER, Earlier, is_asking, is_follow_up
from rag.language.lexicon import FILLER_TERMS
from rag.llm.client import without_thoughts
from rag.llm.messages import Message

_LONGEST_STANDALONE = 300  # characters

_INSTRUCTION = """\
You prepare questions for a search in news articles.
Rewrite the last question of a chat so that it can be understood without the chat: put in what "it", "that", "they", \
"there" and the like stand for, and what was left out.
Use only words of the chat. Keep the language of the last question. Do not answer it, do not add facts.
If the last question can be understood by itself, repeat it unchanged.
Reply with the question alone, on one line."""

# One pronoun, one omission, one new topic. The names are unlikely to be asked about.
_EXAMPLES = (
    (
        ["Who leads the lighthouse museum of Quarrow?"],
        "When was she appointed?",
        "When was the leader of the lighthouse museum of Quarrow appointed?",
    ),
    (
        [
            "How many olives were harvested in Tamber last year?",
            "Why were so few olives harvested in Tamber last year?",
        ],
        "And in Lesk?",
        "Why were so few olives harvested in Lesk last year?",
    ),
    (["Which chess club won the Marrow Cup?"], "What does a tram ticket cost?", "What does a tram ticket cost?"),
)

_LABEL = re.compile(
    r"""^(?:(?:sure|certainly|of\ course|okay|ok)\b[^\n:?]*[:!.,]\s*)?
    (?:(?:here(?:\ is|'s|’s)\ )?(?:the\ |a\ |my\ )?
    (?:(?:rewritten|rephrased|standalone|stand-alone|self-contained|revised|last|final|search)\ )*
    (?:question|query|answer|output|rewrite|reply|q)[^\n:?]{0,40}:)?""",
    re.VERBOSE | re.IGNORECASE,
)

_REFUSING = re.compile(
    r"""i(?:['’]|\ a)?m\ (?:sorry|afraid|unable|not)\b|sorry\b|i\ (?:can|do)(?:\ ?not|n?['’]t)\b|as\ an\ ai\b
    |unfortunately\b
    |(?:can|could|would)\ you\ (?:please\ )?(?:clarify|provide|specify|give\ me|tell\ me\ (?:more|which))\b
    |please\ (?:clarify|provide|specify)\b|what\ do\ you\ mean\b|how\ (?:can|may)\ i\ (?:help|assist)\b""",
    re.VERBOSE | re.IGNORECASE,
)

_PAIRS = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“", "`": "`", "*": "*", "_": "_", "[": "]"}


def followup_messages(question: str, before: Sequence[Earlier]) -> list[Message]:
    """Return the messages that ask a model for the standalone question.

    They have the last three questions as they were searched for, and no article: the model cannot put into the
    question what it has not read.
    """
    shown = [message for chat, asked, alone in _EXAMPLES for message in _turn(chat, asked, alone)]
    chat = [earlier.searched_as for earlier in before[-MOST_EARLIER:]]
    return [{"role": "system", "content": _INSTRUCTION}, *shown, *_turn(chat, question)]


def read_standalone(reply: str, question: str, before: Sequence[Earlier]) -> str | None:
    """Return the question in a model's reply, or None if there is no usable one.

    >>> asked = Earlier("Which bridge was closed?", "", frozenset())
    >>> read_standalone('Standalone question: "Why was the bridge closed?"', "Why?", [asked])
    'Why was the bridge closed?'
    >>> read_standalone("Because of a crack.", "Why?", [asked])
    """
    written = _without_wrapping(reply)
    if len(written.splitlines()) != 1 or len(written) > _LONGEST_STANDALONE:
        return None
    if _REFUSING.match(written) or (is_asking(question) and not is_asking(written)):
        return None
    return written if _keeps_to_the_chat(written, question, before[-MOST_EARLIER:]) else None


def _keeps_to_the_chat(written: str, question: str, before: Sequence[Earlier]) -> bool:
    """Return True if a model has added what was left out, and nothing else.

    Small models echo the question, repeat an earlier one, or copy our examples. They have seen only these questions,
    so a number that is in none of them is invented.
    """
    said, own = _content(written), _content(question)
    earlier = frozenset(term for one in before for term in _content(one.searched_as))
    new = said - own - earlier
    if not said & (own | earlier) or 2 * len(new) > len(said) or any(term[0].isdecimal() for term in new):
        return False
    if 2 * len(said & own) < len(own) or any(terms(written) == terms(one.searched_as) for one in before):
        return False
    needed = any(is_follow_up(question, one) for one in before)
    return not needed or bool(said & (earlier - own))


def _turn(chat: Sequence[str], question: str, alone: str | None = None) -> list[Message]:
    earlier = "\n".join(f"- {' '.join(asked.split())}" for asked in chat) or "- (none)"
    message = f"Earlier questions:\n{earlier}\n\nLast question: {' '.join(question.split())}"
    reply: list[Message] = [{"role": "assistant", "content": alone}] if alone is not None else []
    return [{"role": "user", "content": message}, *reply]


def _without_wrapping(reply: str) -> str:
    """Remove thoughts, code fences, labels, bullets and quotation marks, however they are nested."""
    written = without_thoughts(reply).strip()
    written = re.sub(r"^```\w*\n|\n?```$", "", written).strip()
    while True:
        bare = _LABEL.sub("", re.sub(r"^(?:[-*•>]\s+|\d+[.)]\s+|#+\s+)", "", written), count=1).strip()
        if len(bare) > 1 and _PAIRS.get(bare[0]) == bare[-1]:
            bare = bare[1:-1].strip()
        bare = re.sub(r"^\*\*(.*?)\*\*", r"\1", bare)
        if bare == written:
            return bare
        written = bare


def _content(text: str) -> frozenset[str]:
    return frozenset(content_terms(text)) - FILLER_TERMS
