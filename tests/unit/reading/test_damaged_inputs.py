"""Inputs that once cost more than themselves: each is read or rejected, and what is beside it is read."""

import io
import struct
import tracemalloc
import zipfile
from datetime import date

import pytest

from index.core.errors import UnreadableArticle
from index.pipeline.events import Rejected
from index.reading import readers
from index.reading.readers import Read, read_articles
from index.text.datelines import parse_date
from tests.conftest import Newsroom

TABLE = "title,text,publishedAt,source\nBridge,It is closed.,2025-03-04,Echo\nQuay,It is open.,2025-03-05,Echo\n"


def read(name: str, content: bytes) -> list[Read]:
    return list(read_articles(name, io.BytesIO(content), max_bytes=10_000_000))


def test_an_unexpected_error_costs_one_file(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ArithmeticError("a fault")

    monkeypatch.setitem(readers._TEXTS, ".md", fail)
    newsroom.write("a.md", "The bridge is closed.")
    newsroom.write("b.txt", "The quay is open.")
    (rejected,) = [event for event in newsroom.index() if isinstance(event, Rejected)]
    assert rejected.reason.startswith("a.md: an unexpected error stopped reading it.")
    assert newsroom.paths() == ["b.txt"]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_table_is_read_with_any_line_ends(ends: str) -> None:
    found = [one.article for one in read("table.csv", TABLE.replace("\n", ends).encode())]
    assert [article and (article.title, article.published, article.outlet) for article in found] == [
        ("Bridge", date(2025, 3, 4), "Echo"),
        ("Quay", date(2025, 3, 5), "Echo"),
    ]


def test_a_carriage_return_within_a_field_ends_no_row() -> None:
    first, second = read("table.csv", TABLE.replace("It is closed.", "It is\rclosed.").encode())
    assert first.article is not None
    assert first.article.text == "It is closed."
    assert second.article is not None


def test_the_name_of_a_column_may_have_several_lines() -> None:
    content = 'title,"text\n(full)",text\nBridge,x,It is closed.\n'
    assert [one.article is not None for one in read("table.csv", content.encode())] == [True]


def make_lying_zip(*, stated: int, unpacked: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("a.txt", "w") as entry:
        for _ in range(unpacked // 1_000_000):
            entry.write(bytes(1_000_000))
    content = file.getvalue()
    place = content.rindex(b"PK\x01\x02")
    return content[: place + 24] + struct.pack("<I", stated) + content[place + 28 :]


def test_a_zip_file_that_states_a_false_size_is_not_unpacked_further() -> None:
    content = make_lying_zip(stated=100, unpacked=100_000_000)
    tracemalloc.start()
    try:
        (one,) = read("bomb.zip", content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "damaged" in one.reason
    assert peak < 10_000_000


def test_the_day_in_the_name_of_a_file_with_several_articles_is_of_none_of_them() -> None:
    content = TABLE.replace("2025-03-04", "").replace("2025-03-05", "spring 2025").encode()
    assert [one.article and one.article.published for one in read("export-2026-11-30.csv", content)] == [None, None]


def test_a_stated_vague_day_is_not_replaced_by_that_of_the_files_name() -> None:
    (one,) = read("2026-11-30.eml", b"Subject: The bridge\nDate: Spring 2026\n\nThe bridge is closed.")
    assert one.article is not None
    assert one.article.published is None


@pytest.mark.parametrize(
    "written", ["0001-01-01T00:00:00", "0101-01-01", "10101010", "1970-01-01T00:00:00Z", "9" * 33 + "h"]
)
def test_what_programs_write_for_an_unknown_day_is_no_day(written: str) -> None:
    assert parse_date(written) is None


def test_a_line_that_cannot_be_mended_stays_as_it_is() -> None:
    line = "\u00e2\u20ac\u0153Yes\u00e2\u20ac? said the pilots of the caf\u00c3\u00a9."
    (one,) = read("a.txt", f"The quay is open.\n\n{line}".encode())
    assert one.article is not None
    assert "\ufffd" not in one.article.text


def test_fields_are_named_for_files_in_a_zip_file_too() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a.json", '{"verhaal": "The bridge is closed."}')
    (one,) = read_articles("a.zip", io.BytesIO(file.getvalue()), max_bytes=1000, names={"verhaal": "text"})
    assert one.article is not None


def test_a_file_whose_name_is_of_no_kind_is_refused() -> None:
    with pytest.raises(UnreadableArticle):
        read("a.png", b"x")
