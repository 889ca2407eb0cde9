"""Tables: each row of a CSV or TSV file is an article with the facts of its columns."""

import io
from datetime import date

import pytest

from index.core.errors import UnreadableArticle
from index.reading.readers import Read, read_articles

HEAD = "id,Title,Publication,Date,Content\n"
ROWS = (
    '7,Weir holds,The Tarn Letter,2026-05-04,"The weir at Tarn held on Monday, divers said.\n\nIt is ""sound""."\n'
    "8,Snow,The Tarn Letter,2026-05-05,Snow fell on Tarn.\n"
)


def read(content: str | bytes, name: str = "a.csv", max_bytes: int = 10_000) -> list[Read]:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return list(read_articles(name, file, max_bytes=max_bytes))


def test_each_row_is_an_article() -> None:
    weir, snow = [found.article for found in read(HEAD + ROWS)]
    assert weir is not None
    assert snow is not None
    assert (weir.path, weir.title, weir.outlet, weir.published) == (
        "a.csv#1", "Weir holds", "The Tarn Letter", date(2026, 5, 4),
    )  # fmt: skip
    assert weir.text == 'The weir at Tarn held on Monday, divers said.\n\nIt is "sound".'
    assert (snow.path, snow.published, snow.text) == ("a.csv#2", date(2026, 5, 5), "Snow fell on Tarn.")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", b'title\ttext\nWeir\t"Held, they\nsaid."\n'),
        ("a.csv", b'title;text\r\nWeir;"Held, they\r\nsaid."\r\n'),
        ("a.csv", b'sep=;\ntitle;text\nWeir;"Held, they\nsaid."\n'),
        ("a.csv", '\ufefftitle,Full text\n\nWeir,"Held, they\nsaid."'.encode()),
        ("a.CSV", 'title\ttext\nWeir\t"Held, they\nsaid."\n'.encode("utf-16")),
    ],
)
def test_separators_line_ends_and_encodings_of_spreadsheets_are_known(name: str, content: bytes) -> None:
    (found,) = read(content, name)
    assert found.article is not None
    assert (found.path, found.article.title) == (f"{name}#1", "Weir")
    assert found.article.text == "Held, they\nsaid."


def test_an_unchanged_row_is_not_read_again() -> None:
    first, _ = read(HEAD + ROWS)
    assert first.article is not None
    again = list(read_articles("a.csv", io.BytesIO((HEAD + ROWS).encode()), max_bytes=999, known={first.article.id}))
    assert [found.article is None for found in again] == [True, False]


def test_a_table_without_a_text_is_refused_with_its_columns() -> None:
    with pytest.raises(UnreadableArticle, match=r"Expected one of text, body, .* which has id, price\."):
        read("id,price\n1,2\n")
    with pytest.raises(UnreadableArticle, match="no column with an article's text"):
        read("")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("1,A,B,2026-05-04,The weir, which is old, held.\n", "7 fields. Expected at most 5"),
        ('1,A,B,2026-05-04,"The "old" weir, it held."\n', "its quotation marks are not clear"),
        ("1,A,B,2026-05-04,\n", "no field with an article's text"),
    ],
)
def test_an_unclear_row_is_refused_and_the_next_is_read(row: str, why: str) -> None:
    refused, *others = read(HEAD + row + ROWS)
    assert refused.reason.startswith("a.csv#1: ")
    assert why in refused.reason
    assert [found.path for found in others if found.article] == ["a.csv#2", "a.csv#3"]


@pytest.mark.parametrize("long", ['"It held. ' + "It held.\n" * 200, "It held. " * 200])
def test_a_row_that_is_too_long_is_refused(long: str) -> None:
    *first, refused = read(f"{HEAD}{ROWS}9,A,B,2026-05-04,{long}", max_bytes=600)
    assert len(first) == 2
    assert refused.reason.startswith("a.csv#3: a row longer than the limit")


def test_a_wide_table_that_is_too_large_is_refused() -> None:
    with pytest.raises(UnreadableArticle, match="an unusual encoding or with old line ends, larger than the limit"):
        read((HEAD + ROWS).encode("utf-16"), max_bytes=100)
