"""Tokens: the keys of programs that use the API. Only their hashes are stored."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from secrets import token_urlsafe
from typing import Literal

from index.core.errors import BadToken
from index.shelf.database import Database, FileFormat

Scope = Literal["read", "write"]

FILE_NAME = "tokens.db"
_FORMAT = FileFormat(
    schema="""
CREATE TABLE tokens (
    name TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, scope TEXT NOT NULL, made TEXT NOT NULL, used TEXT
) WITHOUT ROWID;
""",
    application_id=0x444C544B,  # "DLTK"
    version=1,
    name="a file of tokens",
    remedy="Move this file away and make new tokens.",
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
# Shows in a file or a log what kind of key was leaked.
_PREFIX = "dateline_"
# With so many random bytes, a hash without a salt cannot be reversed.
_RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is stored, without what opens the API."""

    name: str
    scope: Scope
    made: date
    used: date | None  # the last day, UTC

    @property
    def may_write(self) -> bool:
        """Return True if articles may be added and removed with it; every token may read."""
        return self.scope == "write"


class TokenStore:
    """The tokens of one store. Safe to share between threads and processes."""

    def __init__(self, store: Path) -> None:
        """Prepare; the file is made with the first token."""
        self.path = store / FILE_NAME
        self._opened: Database | None = None

    def add(self, name: str, scope: Scope) -> str:
        """Make a token and return it; it cannot be shown again.

        Args:
            name: What it is for; no other token has it.
            scope: "read", or "write" to add and remove articles too.

        Raises:
            BadToken: The name cannot be used or is taken.
        """
        if not _NAME.fullmatch(name):
            raise BadToken(
                f"{name!r} cannot be the name of a token. Expected at most 60 letters, digits, dots, hyphens and "
                "underscores, such as newsroom-cms. Choose another."
            )
        made = _PREFIX + token_urlsafe(_RANDOM_BYTES)
        with self._database().writing() as connection:
            if connection.execute("SELECT 1 FROM tokens WHERE name = ?", (name,)).fetchone():
                raise BadToken(
                    f"There is a token {name!r} already. Expected a new name. Choose another, or remove that token."
                )
            connection.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, NULL)", (name, _hash(made), scope, _today()))
        return made

    def all(self) -> list[Token]:
        """Return the tokens by name."""
        if not self.path.exists():
            return []
        with self._database().reading() as connection:
            rows = connection.execute("SELECT name, scope, made, used FROM tokens ORDER BY name").fetchall()
        return [_token(*row) for row in rows]

    def remove(self, name: str) -> None:
        """Delete a token, which opens nothing from then on. Raises BadToken if there is none of that name."""
        removed = 0
        if self.path.exists():
            with self._database().writing() as connection:
                removed = connection.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount
        if not removed:
            raise BadToken(
                f"There is no token {name!r}. Expected a name that `dateline tokens` lists. Check its spelling."
            )

    def find(self, given: str) -> Token | None:
        """Return the token that was given, or None, and note that it was used today.

        It is read from the file each time, so a token that was removed is not found any more.
        """
        if not self.path.exists():
            return None
        wanted, found = _hash(given), None
        with self._database().reading() as connection:
            for hash_, *row in connection.execute("SELECT hash, name, scope, made, used FROM tokens"):
                if compare_digest(hash_, wanted):
                    found = _token(*row)
        if found and (today := _today()) != str(found.used):
            with self._database().writing() as connection:
                connection.execute(
                    "UPDATE tokens SET used = ? WHERE name = ? AND hash = ?", (today, found.name, wanted)
                )
        return found

    def _database(self) -> Database:
        if self._opened is None or not self.path.exists():
            self._opened = Database(self.path, _FORMAT)
        return self._opened


def _hash(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _token(name: str, scope: Scope, made: str, used: str | None) -> Token:
    return Token(name, scope, date.fromisoformat(made), date.fromisoformat(used) if used else None)
