"""Doubts: how a failed check is said to the reader.

Plain and short, and it names the thing: `The quote does not say "2027".`
"""

from collections.abc import Sequence

LONGEST_SHOWN = 60  # characters of a statement or a quote


def does_not_say(said: str, quotes: Sequence[str]) -> str:
    """Say that the quotes lack a word, a number, an address.

    >>> does_not_say("2027", ["…"])
    'The quote does not say "2027".'
    """
    return f'{_the_quotes(quotes)} {_do(quotes)} not say "{_short(said)}".'


def does_not_name(name: str, quotes: Sequence[str]) -> str:
    """Say that the quotes lack a name."""
    return f"{_the_quotes(quotes)} {_do(quotes)} not name {_short(name)}."


def only_statement_has(word: str, quotes: Sequence[str]) -> str:
    """Say that the statement denies what the quotes do not."""
    return f'The statement has "{_short(word)}", {_the_quotes(quotes).lower()} {_do(quotes)} not.'


def only_quotes_have(word: str, quotes: Sequence[str]) -> str:
    """Say that the quotes deny what the statement does not."""
    return f'{_the_quotes(quotes)} {"has" if len(quotes) == 1 else "have"} "{_short(word)}", the statement does not.'


def says_otherwise(written: str, said: str, quotes: Sequence[str]) -> str:
    """Say that the quotes have one word where the statement has another."""
    says = "says" if len(quotes) == 1 else "say"
    return f'{_the_quotes(quotes)} {says} "{_short(written)}", the statement "{_short(said)}".'


def drops_speaker(who: str) -> str:
    """Say that the statement gives as a fact what somebody says."""
    return f"The quote says who claims this{f' ({_short(who)})' if who else ''}; the statement does not."


def has_unseen() -> str:
    """Say that the statement is not what it looks like."""
    return "The statement has characters that turn its letters round unseen."


def _the_quotes(quotes: Sequence[str]) -> str:
    return "The quote" if len(quotes) == 1 else "The quotes"


def _do(quotes: Sequence[str]) -> str:
    return "does" if len(quotes) == 1 else "do"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"
