"""Source addresses: a fetched file has its address, and is otherwise read as before."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.core.errors import UnreadableArticle
from index.inbox.source_urls import add_source_url
from index.reading.readers import read_article
from tests.conftest import FICTION, SEED
from tests.support.web_server import PAGE

ADDRESS = "https://news.example/2026/02/lind?day=1&page=2"


@pytest.mark.parametrize("file", [SEED, *sorted(FICTION.iterdir())], ids=lambda file: file.name)
def test_only_the_address_of_the_article_changes(file: Path) -> None:
    name, content = file.name, file.read_bytes()
    before, (marked, url) = read_article(name, content), add_source_url(name, content, ADDRESS)
    after = read_article(name, marked)
    assert after.url == url == ADDRESS
    assert len(marked) > len(content)
    for fact in ("title", "published", "place", "outlet", "author"):
        assert getattr(after, fact) == getattr(before, fact)
    assert after.body.cut(after.text) == before.body.cut(before.text)


@pytest.mark.parametrize(
    ("name", "content", "marked"),
    [
        ("a.txt", b"The river fell.", b"URL: %s\n\nThe river fell."),
        ("a.txt", b"\xef\xbb\xbfThe river fell.", b"\xef\xbb\xbfURL: %s\n\nThe river fell."),
        ("a.txt", b"By Mara Quill\r\n\r\nThe river fell.", b"URL: %s\n\nBy Mara Quill\r\n\r\nThe river fell."),
        ("a.md", b"# Lind\n\nThe river fell.", b"---\nurl: %s\n---\n\n# Lind\n\nThe river fell."),
        ("a.md", b"---\ntitle: Lind\n---\nThe river fell.", b"---\nurl: %s\ntitle: Lind\n---\nThe river fell."),
        ("a.md", b"---\r\ntitle: Lind\r\n---\r\nIt fell.", b"---\r\nurl: %s\ntitle: Lind\r\n---\r\nIt fell."),
    ],
)
def test_the_address_is_where_that_kind_of_file_has_it(name: str, content: bytes, marked: bytes) -> None:
    assert add_source_url(name, content, ADDRESS) == (marked.replace(b"%s", ADDRESS.encode()), ADDRESS)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_file_in_utf16_or_utf32_keeps_its_encoding(encoding: str) -> None:
    marked, url = add_source_url("a.txt", "\ufeffThe river fell.".encode(encoding), ADDRESS)
    assert url == ADDRESS
    assert marked.decode(encoding) == f"\ufeffURL: {ADDRESS}\n\nThe river fell."


def test_an_address_that_would_change_the_article_is_not_written() -> None:
    # After such a line, the first line would be read as another field and not as the headline.
    content = b"Exclusive: Lind falls\n\nThe river fell."
    assert add_source_url("a.txt", content, ADDRESS) == (content, None)


def test_a_kind_of_file_without_a_place_for_an_address_is_unchanged() -> None:
    assert add_source_url("a.pdf", b"%PDF", ADDRESS) == (b"%PDF", None)


def test_an_address_stated_by_the_article_is_kept() -> None:
    content = b"URL: https://other.example/lind\n\nThe river fell."
    assert add_source_url("a.txt", content, ADDRESS) == (content, "https://other.example/lind")


def test_a_file_without_an_article_is_refused() -> None:
    with pytest.raises(UnreadableArticle):
        add_source_url("a.txt", b" \n", ADDRESS)


@pytest.mark.slow
@given(st.binary() | st.text().map(str.encode), st.sampled_from(["a.txt", "a.md"]))
def test_the_address_changes_no_text(content: bytes, name: str) -> None:
    try:
        before = read_article(name, content)
    except UnreadableArticle:
        return
    marked, url = add_source_url(name, content, ADDRESS)
    after = read_article(name, marked)
    assert after.url == url
    assert (after.title, after.body.cut(after.text)) == (before.title, before.body.cut(before.text))


@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        PAGE.replace(b"<head>", b'<HEAD lang="en">'),
        PAGE.replace(b"<head>", b"<!-- <head> --><head>"),
        PAGE.replace(b"<head>", b"").replace(b"</head>", b""),
    ],
)
def test_a_web_page_has_the_address_in_a_link(page: bytes) -> None:
    page = page.replace(
        b"The River Lind fell.", b"The River Lind fell to 4.1 metres on Tuesday, its lowest since 1976. " * 5
    )
    marked, url = add_source_url("a.html", page, ADDRESS)
    assert url == ADDRESS
    assert b'<link rel="canonical" href="https://news.example/2026/02/lind?day=1&amp;page=2">' in marked
