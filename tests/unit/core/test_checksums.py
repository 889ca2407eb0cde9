"""Checksums: changed files are recognised."""

import os
from pathlib import Path

import pytest

from index.core.checksums import digest_files, files_below, read_checksums, stamp, write_checksums


def test_a_checksum_file_returns_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "a.seal"
    assert read_checksums(file) == {}
    write_checksums(file, {"digest": "1"})
    write_checksums(file, {"digest": "2"})
    assert read_checksums(file) == {"digest": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.seal"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[1]", b"3", b"null"])
def test_an_unreadable_checksum_file_is_read_as_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.seal").write_bytes(content)
    assert read_checksums(tmp_path / "a.seal") == {}


def test_the_digest_of_a_folder_depends_on_names_and_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    seen = {digest_files(folder)}
    for name, content in (("a", b"12"), ("b/c", b""), ("a", b"13"), ("b/d", b"13"), ("a", b"1"), ("a", b"13")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        seen.add(digest_files(folder))
    assert len(seen) == 6, "the last state equals an earlier one"
    assert list(files_below(folder)) == ["a", "b/c", "b/d"]


def test_a_stamp_changes_when_a_file_is_written_to(tmp_path: Path) -> None:
    file = tmp_path / "a"
    nothing = stamp({"a": file})
    file.write_bytes(b"")
    assert stamp({"a": file}) == nothing == ()
    file.write_bytes(b"1")
    before = stamp({"a": file})
    assert before == stamp({"a": file})
    os.utime(file, ns=(0, 1))
    assert before != stamp({"a": file})
