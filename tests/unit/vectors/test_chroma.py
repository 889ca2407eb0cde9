"""Vectors: a real Chroma, with one owner."""

from pathlib import Path

import numpy as np
import pytest

from index.core.errors import DamagedVectors
from index.vectors.chroma import VectorIndex
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


def test_adding_twice_and_removing_what_is_not_there_change_nothing(index: VectorIndex) -> None:
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


def test_a_collection_that_is_gone_is_named_damage(index: VectorIndex) -> None:
    index.make_collection()
    with pytest.raises(DamagedVectors, match="Chroma cannot use its files"):
        index.count("chunks-that-never-were")
