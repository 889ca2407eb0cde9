"""ZIP files: each file in one is read by its kind, and hostile archives are refused or harmless."""

import io
import zipfile

import pytest

from index.core.errors import UnreadableArticle
from index.core.limits import Limits
from index.reading.readers import Read, read_articles
from tests.support.formats import HTML, make_zip

WEIR = b"Weir holds\n\nThe weir at Tarn held on Monday."


def read(content: bytes, max_bytes: int = 100_000) -> list[Read]:
    return list(read_articles("a.zip", io.BytesIO(content), max_bytes=max_bytes))


def test_each_file_is_read_by_its_kind() -> None:
    lines = b'{"text": "Snow fell."}\n{"text": "Rain fell."}\n'
    found = read(make_zip({"2026/05/04/weir.txt": WEIR, "page.html": HTML.encode(), "many.jsonl": lines}))
    assert [(one.path, one.article.title) for one in found if one.article] == [
        ("a.zip#2026/05/04/weir.txt", "Weir holds"),
        ("a.zip#page.html", "Ferry fares rise"),
        ("a.zip#many.jsonl#1", "Snow fell"),
        ("a.zip#many.jsonl#2", "Rain fell"),
    ]
    assert str(found[0].article and found[0].article.published) == "2026-05-04"


def test_what_cannot_be_read_is_named_and_the_rest_is_read() -> None:
    files = {
        "inner.zip": make_zip({"a.txt": WEIR}),
        "photo.gif": b"GIF89a",
        "large.txt": b"x" * 2_000,
        "../../etc/weir.txt": WEIR,
        ".hidden.txt": WEIR,
        "__MACOSX/weir.txt": WEIR,
        "folder/": b"",
    }
    found = read(make_zip(files), max_bytes=1_000)
    assert [(one.path, bool(one.article)) for one in found] == [
        ("a.zip#inner.zip", False),
        ("a.zip#photo.gif", False),
        ("a.zip#large.txt", False),
        ("a.zip#../../etc/weir.txt", True),
    ]
    for one, why in zip(found, ("an archive in an archive", "not supported", "larger than the limit"), strict=False):
        assert one.reason.startswith(f"{one.path}: ")
        assert why in one.reason


def test_a_damaged_or_locked_file_costs_only_itself() -> None:
    content = make_zip({"a.txt": WEIR * 9, "b.txt": WEIR})
    start = content.index(b"a.txt") + 8
    torn, weir = read(content[:start] + b"\xff\xff\xff" + content[start + 3 :])
    assert torn.reason.startswith("a.zip#a.txt: damaged")
    assert weir.article is not None
    central = content.index(b"PK\x01\x02") + 8
    locked, _ = read(content[:central] + b"\x01" + content[central + 1 :])
    assert "locked with a password" in locked.reason


def test_other_ways_to_compress_are_not_tried() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("a.txt", WEIR)
    (refused,) = read(made.getvalue())
    assert "compressed in an unusual way" in refused.reason


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.formats.packed.LIMITS", Limits(packed_entries=3, packed_bytes=1_000))
    for files in ({"a.txt": b"x" * 1_001}, {f"{number}.txt": b"x" for number in range(4)}):
        with pytest.raises(UnreadableArticle, match=r"a\.zip: unpacks to more than"):
            read(make_zip(files))


def test_the_second_of_two_files_with_one_name_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("a.txt", WEIR)
        with pytest.warns(UserWarning, match="Duplicate"):
            packed.writestr("a.txt", b"Snow fell.")
    first, second = read(made.getvalue())
    assert first.article is not None
    assert second.reason == "a.zip#a.txt: twice in the archive. Expected one file of this name. Rename one."
