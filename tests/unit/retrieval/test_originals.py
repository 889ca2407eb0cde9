"""Of several copies, the agency's article is cited, or else the earliest."""

import pytest

from index.reading.readers import read_article
from rag.retrieval.originals import find_original


@pytest.mark.parametrize(
    ("outlet", "body", "original"),
    [
        ("Northern Wire", "VARNSTAD (Northern Wire) - The ferry sank.", "late.txt"),
        ("Northern Wire", "By Northern Wire. The ferry sank.", "late.txt"),
        ("Time", "For the first time in years the ferry sank.", "early.txt"),
        ("Wired", "A wired buoy was found where the ferry sank.", "early.txt"),
    ],
)
def test_a_credit_is_more_than_the_word(outlet: str, body: str, original: str) -> None:
    files = {"early.txt": ("Tarn Post", "2026-01-01"), "late.txt": (outlet, "2026-01-09")}
    copies = [
        read_article(name, f"Title: Ferry\nDate: {day}\nSource: {own}\n\n{body}\n".encode())
        for name, (own, day) in files.items()
    ]
    assert find_original(copies).path == original
