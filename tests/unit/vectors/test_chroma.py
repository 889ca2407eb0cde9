"""The vector index: a real Chroma, owned by one process."""

from importlib.metadata import version
from pathlib import Path
from typing import cast

import chromadb
import chromadb.errors
import numpy as np
import pytest
from chromadb.api.client import Client
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings

from index.core.errors import VectorsDamaged
from index.vectors.chroma import VectorIndex, _clear_systems
from tests.conftest import ids_in_chroma


def unit_rows(count: int) -> list[np.ndarray]:
    rows = np.random.default_rng(1).normal(size=(count, 24)).astype(np.float32)
    return list(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.fixture
def index(tmp_path: Path) -> VectorIndex:
    made = VectorIndex(tmp_path)
    assert made.acquire()
    return made


def test_the_nearest_vector_comes_first(index: VectorIndex) -> None:
    rows = unit_rows(450)
    name = index.make_collection()
    index.add(name, [f"c{number}" for number in range(450)], rows)
    assert index.count(name) == 450
    exact = np.argsort(-(np.stack(rows) @ rows[7]))[:5]
    found = index.ranking(name, rows[7], 5)
    assert list(found) == [f"c{number}" for number in exact]
    assert list(found.values()) == pytest.approx([rows[number] @ rows[7] for number in exact], abs=1e-5)
    assert ids_in_chroma(index, name) == sorted(f"c{number}" for number in range(450))


def test_adding_twice_or_removing_unknown_ids_changes_nothing(index: VectorIndex) -> None:
    name = index.make_collection()
    rows = unit_rows(3)
    index.add(name, ["a", "b", "c"], rows)
    index.add(name, ["a", "b"], rows[:2])
    index.remove(name, ["c", "never"])
    index.remove(name, [])
    assert ids_in_chroma(index, name) == ["a", "b"]


def test_one_process_owns_chroma_at_a_time(index: VectorIndex, tmp_path: Path) -> None:
    name = index.make_collection()
    index.add(name, ["a"], unit_rows(1))
    other = VectorIndex(tmp_path)
    assert not other.acquire()
    index.release()
    assert other.acquire()
    assert ids_in_chroma(other, name) == ["a"]
    other.release()


def test_starting_over_leaves_one_empty_collection(index: VectorIndex) -> None:
    index.add(index.make_collection(), ["a"], unit_rows(1))
    name = index.start_over()
    assert index.collection_names() == [name]
    assert index.count(name) == 0


def test_a_missing_collection_is_reported_as_damage_and_its_cause_is_logged(
    index: VectorIndex, caplog: pytest.LogCaptureFixture
) -> None:
    index.make_collection()
    with pytest.raises(VectorsDamaged, match="Chroma cannot use its files") as raised:
        index.count("chunks-that-never-were")
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[1] is raised.value.__cause__


def test_the_private_parts_of_chroma_were_checked_for_this_version() -> None:
    # After an upgrade: run this folder's tests, see if the patches are still needed, then change the version here.
    assert version("chromadb") == "1.5.9"


def test_chroma_cannot_open_a_folder_again_until_its_systems_are_cleared(tmp_path: Path) -> None:
    """If opening again succeeds, Chroma no longer keeps a failed system, and `_clear_systems` can be removed."""
    folder = tmp_path / "chroma"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"not a database " * 100)
    settings = Settings(anonymized_telemetry=False, chroma_api_impl="chromadb.api.rust.RustBindingsAPI")
    with pytest.raises(chromadb.errors.InternalError):
        chromadb.PersistentClient(str(folder), settings=settings)
    (folder / "chroma.sqlite3").unlink()
    with pytest.raises(AttributeError):
        chromadb.PersistentClient(str(folder), settings=settings)
    _clear_systems()
    client = cast("Client", chromadb.PersistentClient(str(folder), settings=settings))
    assert client.list_collections() == []
    client.close()


def test_a_chroma_whose_systems_cannot_be_cleared_is_reported_and_used(
    index: VectorIndex, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(SharedSystemClient, "clear_system_cache")
    name = index.start_over()
    assert "Chroma may not open its rebuilt files" in caplog.text
    assert index.count(name) == 0
