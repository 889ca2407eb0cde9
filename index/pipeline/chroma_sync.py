"""Chroma sync: bring Chroma in line with the vectors on the shelf, and rebuild it if it cannot be trusted.

The shelf (SQLite) holds every vector. Chroma is an index over them: losing it costs time, never an article.
"""

import logging

from index.core.errors import VectorsDamaged
from index.shelf.shelf import Shelf
from index.vectors.chroma import VectorIndex

logger = logging.getLogger(__name__)

_BATCH = 1000
_SAMPLED = 40
_SAME = 0.999  # cosine similarity


def sync_chroma(shelf: Shelf, index: VectorIndex) -> bool:
    """Bring Chroma in line with the vectors on the shelf, unless another process owns it.

    Returns True if this process owns it. Damaged files are rebuilt; if the new ones fail the check too, they are not
    used.
    """
    if not index.acquire():
        logger.debug("Chroma is owned by another process")
        return False
    try:
        index.check()
        with index.saved_on_interrupt():
            _copy_vectors(shelf, index)
    except VectorsDamaged as error:
        with shelf.read() as reading:
            is_first = not reading.record("collection")
        logger.log(logging.DEBUG if is_first else logging.WARNING, "Chroma is rebuilt from the shelf: %s", error)
        collection = index.start_over()
        with index.saved_on_interrupt():
            _record_collection(shelf, collection)
            # New files can fail too: among a thousand equal passages, Chroma's graph loses the other ones. They get no
            # checksum, so the shelf is searched exactly instead.
            try:
                _copy_vectors(shelf, index)
            except VectorsDamaged as still:
                logger.warning(
                    "The rebuilt Chroma fails its check too; the shelf is searched without it", exc_info=still
                )
    return True


def _copy_vectors(shelf: Shelf, index: VectorIndex) -> None:
    with shelf.read() as reading:
        collection = reading.record("collection")
    if collection not in index.collection_names():
        collection = _record_collection(shelf, index.make_collection())
    while True:
        with shelf.read() as reading:
            removed, new = reading.removed_but_in_chroma(_BATCH), reading.not_in_chroma(_BATCH)
        if not removed and not new:
            break
        logger.debug("Chroma: %d vectors to remove, %d to add", len(removed), len(new))
        index.remove(collection, removed)
        index.add(collection, [id_ for _, id_, _ in new], [vector for _, _, vector in new])
        with shelf.write() as writing:
            writing.mark_gone_from_chroma(removed)
            writing.mark_in_chroma([number for number, _, _ in new])
    with shelf.read() as reading:
        expected = reading.count_in_chroma()
    if (found := index.count(collection)) != expected:
        raise VectorsDamaged(
            f"Chroma has {found} vectors. Expected {expected}. "
            "Run `dateline index`: they are copied again from the shelf, without embedding."
        )
    if index.changed:
        _check_neighbours(shelf, index, collection)
        index.save_checksum()


def _check_neighbours(shelf: Shelf, index: VectorIndex, collection: str) -> None:
    """Check that a search for vectors from all over the shelf finds them, or equal ones, before Chroma is trusted.

    A graph search misses one now and then; in a damaged graph it misses most.
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
        raise VectorsDamaged(
            f"A search in Chroma misses {missed} of {len(sample)} vectors. Expected it to find nearly all. "
            "Run `dateline index`: they are copied again from the shelf, without embedding."
        )


def _record_collection(shelf: Shelf, collection: str) -> str:
    with shelf.write() as writing:
        writing.mark_chroma_empty()
        writing.set_record("collection", collection)
    return collection
