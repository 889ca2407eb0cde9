"""Messages: what a failed check says to the user.

Each message is one short sentence and names what is wrong: `The quote does not say "2027".`
"""

from collections.abc import Sized

LONGEST_SHOWN = 60  # characters of a statement or a quote


def does_not_say(said: str, quotes: Sized) -> str:
    """Say that a word, a number or an address is in no quote.

    >>> does_not_say("2027", ["…"])
    'The quote does not say "2027".'
    """
    return f'{_quotes_do(quotes)} not say "{_short(said)}".'


def does_not_name(name: str, quotes: Sized) -> str:
    """Say that a name is in no quote."""
    return f"{_quotes_do(quotes)} not name {_short(name)}."


def only_statement_has(word: str, quotes: Sized) -> str:
    """Say that the statement denies something and the quotes do not."""
    return f'The statement has "{_short(word)}", {_quotes_do(quotes).lower()} not.'


def only_quotes_have(word: str, quotes: Sized) -> str:
    """Say that the quotes deny something and the statement does not."""
    have = "The quote has" if len(quotes) == 1 else "The quotes have"
    return f'{have} "{_short(word)}", the statement does not.'


def says_otherwise(written: str, said: str, quotes: Sized) -> str:
    """Say that the quotes have one word and the statement another."""
    say = "The quote says" if len(quotes) == 1 else "The quotes say"
    return f'{say} "{_short(written)}", the statement "{_short(said)}".'


def has_unseen() -> str:
    """Say that the statement has invisible characters that change its order."""
    return "The statement has invisible characters that reverse its letters."


def _quotes_do(quotes: Sized) -> str:
    return "The quote does" if len(quotes) == 1 else "The quotes do"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"
