"""Removal: no word of a removed article is left in any file of the store, except in saved chats."""

import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing

import pytest

from rag.storage.chats import Chats, KeptTurn
from tests.conftest import Newsroom

# Words that occur nowhere else, each with a different first letter.
_LETTERS = random.Random(4)
WORDS = ["".join(_LETTERS.choices("bcdfghjklmnpqrstvwxz", k=12)) for _ in range(24)]


def article(number: int) -> str:
    own = WORDS[number]
    said = f"The {own} ferry of {own.title()} sank in March, the {own} council said. It had carried {own}s for years. "
    head = f"Title: The {own} inquiry\nOutlet: {own} Times\nPlace: {own.title()}\nAuthor: {own}\nURL: https://{own}.example"
    return f"{head}\n\n{said * (1 + number % 7)}"


def left(newsroom: Newsroom, words: Iterable[str]) -> set[str]:
    """Return the names of the store's files that have a word, or all of it except its first letters.

    Two of Chroma's files are left out: Chroma writes unused space with whatever is in this process's memory.
    """
    # The keyword index stores a word without the prefix that it shares with the previous word.
    pieces = [word[4:].encode() for word in words]
    return {
        file.name
        for file in newsroom.library.settings.store.rglob("*")
        if file.is_file()
        and file.name not in {"data_level0.bin", "length.bin"}
        and any(piece in file.read_bytes().lower() for piece in pieces)
    }


@pytest.fixture
def full(newsroom: Newsroom) -> Newsroom:
    for number in range(len(WORDS)):
        newsroom.write(f"{number:02}.txt", article(number))
    assert newsroom.indexed().articles == len(WORDS)
    return newsroom


def test_no_word_of_a_removed_or_edited_article_is_left(full: Newsroom) -> None:
    assert left(full, WORDS[:12]) >= {"articles.db"}
    for number in range(0, 11, 2):
        (full.seeds / f"{number:02}.txt").unlink()
    full.write("11.txt", "Somebody has thought better of it.")
    gone = [*WORDS[0:11:2], WORDS[11]]
    # A page sometimes has a connection open. SQLite removes its log when the last one closes.
    with closing(sqlite3.connect(full.library.shelf.path)) as page:
        assert page.execute("SELECT count(*) FROM articles").fetchone()
        done = full.indexed()
        assert (done.removed, done.visible) == (6, 1)
        assert left(full, gone) == set()
    with full.library.shelf.read() as reading:
        terms = {term for (term,) in reading._connection.execute("SELECT term FROM vocabulary")}
        assert not any(word[:8] in term for word in gone for term in terms)
    assert full.library.shelf.damage() == ""
    # The other articles are still found.
    for number in (1, 15):
        assert full.ask(f"What did the {WORDS[number]} council say?").statements
    assert left(full, [WORDS[1]]) == {"articles.db"}


def test_an_open_reader_delays_the_cleanup_until_the_next_run(full: Newsroom) -> None:
    (full.seeds / "00.txt").unlink()
    with full.library.shelf.read() as reading:
        assert reading.counts().articles == len(WORDS)
        full.indexed()
        assert left(full, WORDS[:1]) != set()
    full.indexed()
    assert left(full, WORDS[:1]) == set()


def test_a_store_from_before_deleted_text_was_overwritten_is_rewritten(full: Newsroom) -> None:
    old = "grtzpqkwvnxd"
    with closing(sqlite3.connect(full.library.shelf.path)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE old (text TEXT)")
        connection.executemany("INSERT INTO old VALUES (?)", [(f"The {old} ferry sank. " * 500,)] * 50)
        connection.execute("DELETE FROM record WHERE name = 'left_of_deleted'")
        connection.commit()
        connection.execute("DROP TABLE old")
    assert left(full, [old]) == {"articles.db"}
    (full.seeds / "00.txt").unlink()
    assert full.indexed().removed == 1
    assert left(full, [old, WORDS[0]]) == set()
    assert full.library.shelf.damage() == ""


def test_a_rebuilt_shelf_has_nothing_of_the_old_one(full: Newsroom) -> None:
    for number in range(1, len(WORDS)):
        (full.seeds / f"{number:02}.txt").unlink()
    full.library.shelf.start_over()
    assert full.indexed().articles == 1
    assert left(full, WORDS[1:]) == set()


def test_a_kept_chat_keeps_what_was_quoted_until_it_is_deleted(full: Newsroom) -> None:
    chats = Chats(full.library.settings.store)
    answer = full.ask(f"What did the {WORDS[3]} council say?")
    assert answer.statements
    chats.keep("c", 0, KeptTurn("t", answer.question, answer, "", None))
    (full.seeds / "03.txt").unlink()
    full.indexed()
    assert left(full, [WORDS[3]]) == {"chats.db"}
    assert chats.chat("c").answers[0].statements
    chats.delete("c")
    assert left(full, [WORDS[3]]) == set()
