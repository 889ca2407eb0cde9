"""The shelf: each change is stored completely or not at all."""

import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.core.errors import ShelfDamaged, StoreMismatch, UnknownArticle
from index.core.scope import Scope
from index.reading.readers import read_article
from index.shelf.queries import Order, Reach
from index.shelf.shelf import Shelf, size_on_disk
from index.text.articles import Article
from index.text.chunks import Chunk, chunk_article
from index.text.day_origins import UNKNOWN
from index.text.spans import Span
from index.text.terms import folded, terms
from tests.conftest import SEED, Newsroom


def made(text: str, path: str = "a.txt") -> tuple[Article, tuple[Chunk, ...]]:
    article = read_article(path, text.encode())
    return article, chunk_article(article, max_tokens=200)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "store")


def test_an_article_is_returned_as_it_was_stored(shelf: Shelf) -> None:
    article = read_article(SEED.name, SEED.read_bytes())
    chunks = chunk_article(article, max_tokens=200)
    with shelf.write() as writing:
        writing.put_file(SEED.name, b"hash", [(article, chunks)])
    with Shelf(shelf.path.parent).read() as reading:
        assert reading.article(SEED.name) == article
        assert reading.chunks([chunk.id for chunk in chunks]) == {chunk.id: chunk for chunk in chunks}
        assert reading.counts().chunks == len(chunks)
        assert reading.reach() == Reach(1, 0, date(2026, 2, 12), date(2026, 2, 12))
        assert reading.reach(scope=Scope(until=date(2026, 2, 11))) == Reach(0, 0, None, None)


def test_the_newest_day_is_not_one_in_the_future(shelf: Shelf) -> None:
    today = date(2026, 2, 12)
    with shelf.write() as writing:
        for path, day in [("a.txt", date(2026, 2, 9)), ("b.txt", date(2026, 12, 2)), ("c.txt", None)]:
            article, chunks = made(f"Officials met on {path}.", path=path)
            writing.put_file(path, b"hash", [(replace(article, published=day), chunks)])
    with shelf.read() as reading:
        assert reading.newest_day(until=today) == date(2026, 2, 9)
        assert reading.newest_day(until=date(2026, 2, 8)) is None


def test_a_failed_change_leaves_nothing_behind(shelf: Shelf) -> None:
    def put_and_fail() -> None:
        with shelf.write() as writing:
            writing.put_file("a.txt", b"hash", [made("Officials met.")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        put_and_fail()
    with shelf.read() as reading:
        assert reading.listings() == []
        assert reading.keyword_ranking(["offici"], 10) == {}
        assert reading.files() == {}


def test_a_question_sees_one_moment(shelf: Shelf) -> None:
    with shelf.write() as writing:
        writing.put_file("a.txt", b"1", [made("Officials met.")])
    with shelf.read() as reading:
        assert len(reading.keyword_ranking(["offici"], 10)) == 1
        with shelf.write() as writing:
            writing.remove_file("a.txt")
        assert len(reading.keyword_ranking(["offici"], 10)) == 1
    with shelf.read() as reading:
        assert reading.keyword_ranking(["offici"], 10) == {}


def test_chunks_whose_cosines_differ_in_the_last_bits_are_ordered_by_id(shelf: Shelf) -> None:
    paths = [f"{name}.txt" for name in "abcdef"]
    chunks = [made("Officials met.", path)[1][0].id for path in paths]
    with shelf.write() as writing:
        for path in paths:
            writing.put_file(path, b"hash", [made("Officials met.", path)])
        numbers = [number for number, _ in writing.unembedded(100)]
        last_bits = np.linspace(0.6, 0.6000002, len(numbers), dtype=np.float32)
        writing.put_vectors(numbers, np.column_stack([last_bits, np.sqrt(1 - last_bits**2)]))
    with shelf.read() as reading:
        assert list(reading.vector_ranking(np.array([1, 0], np.float32), 100)) == sorted(chunks)


def test_a_removed_article_is_no_longer_found(shelf: Shelf) -> None:
    with shelf.write() as writing:
        writing.put_file("a.txt", b"1", [made("Fentanyl was seized.")])
        writing.put_file("a.txt", b"2", [made("Heroin was seized.")])
    with shelf.read() as reading:
        assert reading.keyword_ranking(["fentanyl"], 10) == {}
        assert reading.count_chunks_with("fentanyl") == 0
        assert len(reading.keyword_ranking(["heroin"], 10)) == 1
        with pytest.raises(UnknownArticle, match=r"No article 'b\.txt' is on the shelf"):
            reading.article("b.txt")


@given(question=st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_question_is_a_safe_query(shelf: Shelf, question: str) -> None:
    with shelf.read() as reading:
        assert reading.keyword_ranking(terms(question), 5) == {}


@pytest.mark.parametrize(
    ("words", "finds"),
    [
        ("NEAR(officials met)", 0),  # as text: three words in a row
        ("officials NOT met", 0),
        ('nothing" OR "met', 0),
        ("heading:officials", 0),
        ("offic*", 0),
        ("*", 0),
        ('"', 0),
        ("'; DROP TABLE articles; --", 0),
        ("met -and", 1),  # signs separate words and have no other meaning
        ("^met", 1),
    ],
)
def test_query_syntax_in_a_question_is_text(shelf: Shelf, words: str, finds: int) -> None:
    with shelf.write() as writing:
        writing.put_file("a.txt", b"1", [made("Officials met. And then they near left.")])
    with shelf.read() as reading:
        assert len(reading.keyword_ranking([words], 5)) == finds
        assert reading.counts().articles == 1


def test_a_last_day_excludes_later_and_undated_articles_which_can_be_listed(shelf: Shelf) -> None:
    with shelf.write() as writing:
        for day in ("2026-02-01", "2026-03-01"):
            name = f"{day}.txt"
            writing.put_file(name, b"1", [made("Officials met.", name)])
        writing.put_file("undated.txt", b"1", [made("Officials met.", "undated.txt")])
    with shelf.read() as reading:
        assert len(reading.keyword_ranking(["offici"], 10)) == 3
        found = reading.keyword_ranking(["offici"], 10, scope=Scope(until=date(2026, 2, 15)))
        assert [chunk.heading for chunk in reading.chunks(list(found)).values()] == ["Officials met · 2026-02-01"]
        undated = Scope(undated=True)
        assert [listing.path for listing in reading.listings(scope=undated)] == ["undated.txt"]
        assert reading.count(scope=replace(undated, until=date(2026, 2, 15))) == 0


def test_a_scope_may_be_the_articles_of_a_language(shelf: Shelf) -> None:
    german = [f"{number}.txt" for number in range(2)]
    with shelf.write() as writing:
        for name in german:
            writing.put_file(
                name, b"1", [made(f"Der Hafen {name} ist am Montag wegen der Risse gesperrt worden.", name)]
            )
        writing.put_file("en.txt", b"1", [made("The harbour was closed on Monday because of the cracks.", "en.txt")])
        writing.put_file("no.txt", b"1", [made("12 | 30 | 7", "no.txt")])
    with shelf.read() as reading:
        assert reading.languages() == ["de", "", "en"]
        assert reading.article("en.txt").language == "en"
        listed = reading.listings(scope=Scope(languages=frozenset({"de"})))
        assert sorted((one.path, one.language) for one in listed) == [(name, "de") for name in german]
        assert reading.count(scope=Scope(languages=frozenset({"", "en"}))) == 2
        assert len(reading.keyword_ranking(["haf"], 10)) == 2  # "Hafen" as German stems it


DAYS = [None, date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1), date(2026, 10, 5)]
NAMES = [None, "Reuters", "reuters", "AP", "Æther % Post", "O'Hare\"; --", "Zürcher Zeitung"]
TITLES = ["Officials met", "Öl % Gas", "ÖL_GAS", "Straße gesperrt", "İzmir", "“Zebra”", "zebra", "ΣΊΣΥΦΟΣ"]
FILTERS = ["", "öl", "OL", "%", "_", "STRASSE", "izm", "ZEBRA", "σίσυφος", "s m", "'", "\x00", "nowhere"]


def stated(number: int, facts: tuple[str, date | None, str | None, str | None]) -> Article:
    title, published, place, outlet = facts
    text = f"Officials met for the {number}th time."
    return Article(f"a{number}", f"{number}.txt", title, text, Span(0, len(text)), published, place, outlet, None, None)


articles = st.lists(
    st.tuples(st.sampled_from(TITLES), st.sampled_from(DAYS), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    max_size=8,
).map(lambda facts: [stated(number, fact) for number, fact in enumerate(facts)])
scopes = st.builds(
    Scope,
    since=st.sampled_from(DAYS),
    until=st.sampled_from(DAYS),
    outlets=st.frozensets(st.sampled_from([name or "" for name in NAMES] + ["nobody"]), max_size=3),
)


def counts(article: Article, scope: Scope) -> bool:
    """Return True if an article is in the scope, computed without SQL."""
    if scope.outlets and (article.outlet or "") not in scope.outlets:
        return False
    if article.published is None:
        return scope.since is None and scope.until is None
    return (scope.since or date.min) <= article.published <= (scope.until or date.max)


def put(shelf: Shelf, given_articles: Sequence[Article]) -> None:
    """Put these articles on the shelf, each with a vector, and no others."""
    with shelf.write() as writing:
        cut = [(article, chunk_article(article, max_tokens=200)) for article in given_articles]
        writing.put_file("all.txt", b"hash", cut)
        numbers = [number for number, _ in writing.unembedded(100)]
        writing.put_vectors(numbers, np.eye(len(numbers), 8, dtype=np.float32))


@pytest.mark.slow
@given(given_articles=articles, scope=scopes, titled=st.sampled_from(FILTERS))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_a_scope_selects_what_it_says(shelf: Shelf, given_articles: list[Article], scope: Scope, titled: str) -> None:
    put(shelf, given_articles)
    within = [article for article in given_articles if counts(article, scope)]
    dated = [article.published for article in within if article.published]
    named = [article for article in within if folded(titled) in folded(article.title)]
    with shelf.read() as reading:
        assert reading.reach(scope=scope) == Reach(
            len(within), len(within) - len(dated), min(dated, default=None), max(dated, default=None)
        )
        ids = {article.id for article in within}
        everywhere = [chunk.id for article in given_articles for chunk in chunk_article(article, max_tokens=200)]
        for ranking in (
            everywhere,
            list(reading.keyword_ranking(["offici"], 100, scope=scope)),
            list(reading.vector_ranking(np.ones(8, np.float32), 100, scope=scope)),
        ):
            chunks = reading.chunks(ranking, scope=scope)
            assert {chunk.article_id for chunk in chunks.values()} == ids
            assert len(chunks) == len(ranking) or ranking is everywhere
        assert {listing.id for listing in reading.listings(scope=scope, titled=titled)} == {a.id for a in named}
        assert reading.count(scope=scope, titled=titled) == len(named)
        months = Counter(article.published.isoformat()[:7] for article in named if article.published)
        assert reading.months(scope=scope, titled=titled) == sorted(months.items())
        outlets = Counter(article.outlet or "" for article in given_articles)
        assert reading.outlets() == sorted(outlets.items(), key=lambda entry: (-entry[1], entry[0]))


@pytest.mark.slow
@given(
    given_articles=articles, order=st.sampled_from(get_args(Order)), limit=st.integers(0, 9), offset=st.integers(0, 9)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_list_is_ordered_with_missing_values_last(
    shelf: Shelf, given_articles: list[Article], order: Order, limit: int, offset: int
) -> None:
    put(shelf, given_articles)
    with shelf.read() as reading:
        listings = reading.listings(order=order)
        assert reading.listings(limit, offset=offset, order=order) == listings[offset : offset + limit]
        assert reading.listings(offset=offset, order=order) == listings[offset:]
    keys: list[tuple[bool, str | int, str]] = []
    for listing in listings:
        day = listing.published.toordinal() if listing.published else 0
        said: str | int
        match order:
            case "newest":
                said = -day
            case "oldest":
                said = day
            case "title":
                said = folded(listing.title)
            case "outlet":
                said = folded(listing.outlet or "")
            case "place":
                said = folded(listing.place or "")
        missing = order != "title" and not said
        keys.append((missing, said, listing.path))
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("titled", "finds"),
    [
        ("öl", ["ÖL_GAS", "Öl % Gas"]),
        ("OL_", ["ÖL_GAS"]),
        ("l %", ["Öl % Gas"]),
        ("strasse", ["Straße gesperrt"]),
        ("STRASSE", ["Straße gesperrt"]),
        ("σισυφοσ", ["ΣΊΣΥΦΟΣ"]),
        ("IZM", ["İzmir"]),
        ("%", ["Öl % Gas"]),
        ("' OR '1'='1", []),
    ],
)
def test_a_title_is_filtered_by_text_in_any_case(shelf: Shelf, titled: str, finds: list[str]) -> None:
    put(shelf, [stated(number, (title, None, None, None)) for number, title in enumerate(TITLES)])
    with shelf.read() as reading:
        assert [listing.title for listing in reading.listings(titled=titled, order="title")] == sorted(
            finds, key=folded
        )


@given(titled=st.text(), outlet=st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_text_is_a_safe_filter(shelf: Shelf, titled: str, outlet: str) -> None:
    with shelf.read() as reading:
        assert reading.count(titled=titled, scope=Scope(outlets=frozenset({outlet}))) == 0


def test_a_file_that_is_not_a_shelf_is_refused_and_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "articles.db"
    path.write_bytes(b"These are the notes of somebody, and no database at all.")
    with pytest.raises(StoreMismatch, match="damaged or not an SQLite file"):
        Shelf(tmp_path)
    assert path.read_bytes().startswith(b"These are the notes")

    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(StoreMismatch, match="not a shelf of ours"):
        Shelf(tmp_path)


def test_a_shelf_of_another_version_is_refused(shelf: Shelf) -> None:
    with sqlite3.connect(shelf.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreMismatch, match="a shelf of version 99; this Dateline reads version 6"):
        Shelf(shelf.path.parent)


def test_a_shelf_of_an_older_version_is_migrated(shelf: Shelf) -> None:
    with shelf.write() as writing:
        writing.put_file("a.txt", b"1", [made("Officials met.")])
    with closing(sqlite3.connect(shelf.path)) as connection:
        connection.execute("ALTER TABLE articles DROP COLUMN pages")
        connection.execute("ALTER TABLE articles DROP COLUMN day")
        connection.execute("DROP INDEX articles_listed")
        connection.execute("DROP INDEX articles_by_language")
        connection.execute("ALTER TABLE articles DROP COLUMN language")
        connection.execute("ALTER TABLE articles DROP COLUMN corrected")
        connection.execute("DROP TABLE prints")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    again = Shelf(shelf.path.parent)
    with again.read() as reading:
        assert reading.article("a.txt").text == "Officials met."
        assert (reading.article("a.txt").pages, reading.article("a.txt").day) == ((), UNKNOWN)
    with again.write() as writing:
        writing.put_file("b.txt", b"1", [made("They met.", "b.txt")])


def test_a_store_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreMismatch, match="cannot be opened"):
        Shelf(tmp_path / "file" / "store")


@pytest.mark.slow
def test_many_may_open_a_new_shelf_at_once(tmp_path: Path) -> None:
    for number in range(10):
        with ThreadPoolExecutor(8) as pool:
            shelves = list(pool.map(Shelf, [tmp_path / str(number)] * 8))
        with shelves[0].write() as writing:
            writing.put_file("a.txt", b"1", [made("Officials met.")])
        with shelves[-1].read() as reading:
            assert reading.counts().articles == 1


def test_a_deleted_store_is_created_again(shelf: Shelf) -> None:
    with shelf.write() as writing:
        writing.put_file("a.txt", b"1", [made("Officials met.")])
    shutil.rmtree(shelf.path.parent)
    with shelf.read() as reading:
        assert reading.counts().articles == 0


def test_damage_found_while_reading_is_reported(shelf: Shelf) -> None:
    with shelf.write() as writing:
        writing.put_file("a.txt", b"1", [made("Officials met.")])
    with sqlite3.connect(shelf.path) as connection:
        connection.execute("DROP TABLE articles")
    connection.close()
    with pytest.raises(ShelfDamaged, match=r"is damaged .* Run `dateline index --rebuild`"), shelf.read() as reading:
        reading.listings()


def test_the_store_is_for_its_owner_only(archive: Newsroom) -> None:
    store = archive.library.settings.store
    assert store.stat().st_mode & 0o077 == 0
    assert (store / "articles.db").stat().st_mode & 0o077 == 0


def test_the_size_counts_no_file_that_vanishes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = os.walk
    (tmp_path / "articles.db").write_bytes(b"x" * 7)

    def and_one_more(store: Path) -> Iterator[tuple[str, list[str], list[str]]]:
        for folder, folders, names in walk(store):
            yield folder, folders, [*names, "articles.db-wal"]

    monkeypatch.setattr(os, "walk", and_one_more)
    assert size_on_disk(tmp_path) == 7
