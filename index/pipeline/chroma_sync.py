"""Chroma sync: bring Chroma in line with the vectors on the shelf, and rebuild it if it cannot be trusted.

The shelf (SQLite) holds every vector. Chroma is an index over them: losing it costs time, never an article.
"""

from contextlib import suppress

from index.core.errors import DamagedVectors
from index.shelf.shelf import Shelf
from index.vectors.chroma import VectorIndex

_BATCH = 1000
_SAMPLED = 40
_SAME = 0.999  # cosine similarity


def sync_chroma(shelf: Shelf, index: VectorIndex) -> bool:
    """Bring Chroma in line with the vectors on the shelf, if this process can own it.

    Returns whether it does. Where Chroma's files are damaged, they are made again; should they be no better then, they
    are not used.
    """
    if not index.acquire():
        return False
    try:
        index.check()
        with index.saved_on_interrupt():
            _place(shelf, index)
    except DamagedVectors:
        collection = index.start_over()
        with index.saved_on_interrupt():
            _note_collection(shelf, collection)
            # Made anew and still not to be believed: a thousand equal passages are a knot in which its graph loses the
            # others. It is left without a seal, so the shelf is searched exactly.
            with suppress(DamagedVectors):
                _place(shelf, index)
    return True


def _place(shelf: Shelf, index: VectorIndex) -> None:
    with shelf.read() as reading:
        collection = reading.record("collection")
    if collection not in index.collection_names():
        collection = _note_collection(shelf, index.make_collection())
    while True:
        with shelf.read() as reading:
            leavers, unplaced = reading.removed_but_in_chroma(_BATCH), reading.not_in_chroma(_BATCH)
        if not leavers and not unplaced:
            break
        index.remove(collection, leavers)
        index.add(collection, [id_ for _, id_, _ in unplaced], [vector for _, _, vector in unplaced])
        with shelf.write() as writing:
            writing.mark_gone_from_chroma(leavers)
            writing.mark_in_chroma([number for number, _, _ in unplaced])
    with shelf.read() as reading:
        expected = reading.count_in_chroma()
    if (held := index.count(collection)) != expected:
        raise DamagedVectors(
            f"Chroma holds {held} vectors. Expected {expected}. "
            "Run `dateline index`: they are placed again from the shelf, without embedding."
        )
    if index.changed:
        _check_neighbours(shelf, index, collection)
        index.save_checksum()


def _check_neighbours(shelf: Shelf, index: VectorIndex, collection: str) -> None:
    """Have vectors from all over the shelf find themselves, or their equals, before Chroma is believed.

    A search in a graph misses one now and then; of a damaged one most are missed.
    """
    with shelf.read() as reading:
        sample = reading.sample(_SAMPLED)
        found = [index.ranking(collection, vector, 1) for vector in sample.values()]
        nearest = reading.vectors([id_ for ids in found for id_ in ids])
    missed = sum(
        not any(id_ in nearest and float(nearest[id_] @ vector) > _SAME for id_ in ids)
        for ids, vector in zip(found, sample.values(), strict=True)
    )
    if missed * 10 > len(sample):
        raise DamagedVectors(
            f"In Chroma {missed} of {len(sample)} vectors do not find themselves. Expected nearly all to. "
            "Run `dateline index`: they are placed again from the shelf, without embedding."
        )


def _note_collection(shelf: Shelf, collection: str) -> str:
    with shelf.write() as writing:
        writing.mark_chroma_empty()
        writing.set_record("collection", collection)
    return collection
