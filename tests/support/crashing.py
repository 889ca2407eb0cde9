"""Invented articles, an indexer that can be killed at any moment, and the whole content of a store.

The indexer works in small steps: it commits and embeds a few articles at a time, and Chroma rewrites its files after
every few vectors instead of every thousand. So a short run can be killed at as many moments as a long one.
"""

import fnmatch
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from typing import Literal, cast

import numpy as np

from index.core.logs import log_path
from index.pipeline import chroma_sync, file_sync, sync
from index.pipeline.library import Library
from index.vectors import chroma as vectors
from tests.support.forked import run_main, start_forked

ROOT = Path(__file__).parents[2]
CHUNK_TOKENS = 60
PARTS_OF_A_STORY = 3  # head, middle, tail
_MOST = 99  # articles that can be made up
_NEIGHBOURS = 10
_SECONDS = 120  # after this, a run counts as hung

_COUNTERS = (
    "brewer forester harbourmaster jeweller librarian miller shepherd stationmaster tailor vintner warden".split()
)
_GOODS = (
    "anvils barrels candles drums eels figs goats herons lanterns mirrors pianos roses ships trees umbrellas".split()
)
_ASIDES = (
    "The mayor said the {thing} would be repaired before {month}, whatever it costs.",
    "Residents had complained about the {thing} since {month}.",
    "A report on the {thing} is expected in {month}, two officials said.",
    "Nobody was hurt when the {thing} was closed in {month}.",
    "In {month} the council will vote on the {thing} once more.",
)
_THINGS = "bridge ferry school library tramway museum quay station theatre orchard windmill canal stadium".split()
_MONTHS = "January February March April June July August September October November December".split()


@dataclass(frozen=True, slots=True)
class Story:
    """An invented article, with questions on its head, its middle and its tail."""

    text: str
    facts: tuple[tuple[str, str], ...]  # question, and the sentence that answers it


def invent(number: int, edition: int) -> Story:
    """Make the article of that number. Another edition answers the same questions with other numbers.

    Some of its other sentences change and some stay. Its length changes too.

    >>> invent(1, 0).facts[0]
    ('How many drums did the jeweller of Bavokur count?', 'The jeweller of Bavokur counted 20,000 drums.')
    """
    facts = []
    for part in range(PARTS_OF_A_STORY):
        fact = PARTS_OF_A_STORY * number + part
        who, goods = f"{_COUNTERS[fact % len(_COUNTERS)]} of {_place(fact)}", _GOODS[fact % len(_GOODS)]
        count = 10_000 + 10_000 * number + 100 * edition + part
        facts.append((f"How many {goods} did the {who} count?", f"The {who} counted {count:,} {goods}."))
    paragraphs = []
    for part, (_, sentence) in enumerate(facts):
        asides = [_aside(number, 10 * part + line, edition) for line in range(3 + (number + edition + part) % 4)]
        where = (0, len(asides) // 2, len(asides))[part]
        paragraphs.append(" ".join([*asides[:where], sentence, *asides[where:]]))
    return Story("\n\n".join(paragraphs), tuple(facts))


def _aside(number: int, line: int, edition: int) -> str:
    chance = Random(f"{number}/{line}/{edition if line % 3 == 0 else 'kept'}")
    return chance.choice(_ASIDES).format(thing=chance.choice(_THINGS), month=chance.choice(_MONTHS))


def _place(number: int) -> str:
    syllables = ("ba ce di fo gu ka le mi no pu".split(), "ra sel tim vok zun lap ner cel dof gim".split())
    return (syllables[0][number // 10 % 10] + syllables[1][number % 10] + "ur ost ik".split()[number // 100]).title()


Stories = dict[str, Story]  # by path


def change(stories: Stories, chance: Random) -> Stories:
    """Edit three articles, remove two, move two and add four."""
    after = dict(stories)
    numbers = {path: int(Path(path).stem.split("-")[0]) for path in stories}
    paths = chance.sample(sorted(after), k=len(after))
    for path in paths[:3]:
        after[path] = invent(numbers[path], chance.randrange(1, 90))
    for path in paths[3:5]:
        del after[path]
    for path in paths[5:7]:
        after[f"moved/{numbers[path]:02}-{chance.randrange(1000)}.txt"] = after.pop(path)
    free = [number for number in range(_MOST) if number not in numbers.values()]
    for number in chance.sample(free, k=4):
        after[f"{number:02}.txt"] = invent(number, chance.randrange(1, 90))
    return after


def write_stories(stories: Stories, seeds: Path) -> None:
    """Write these articles to the folder and remove all others."""
    for file in seeds.rglob("*.txt"):
        if file.relative_to(seeds).as_posix() not in stories:
            file.unlink()
    for path, story in stories.items():
        (seeds / path).parent.mkdir(parents=True, exist_ok=True)
        (seeds / path).write_text(story.text)


def take_small_steps(rewrite_after: int, put: Callable[[object, str, object], None] = setattr) -> None:
    """Make this process commit and embed a few at a time, and new collections rewrite their files that often."""
    put(file_sync, "_GROUP_STEPS", 6)
    put(sync, "_EMBEDDED_AT_ONCE", 8)
    put(chroma_sync, "_BATCH", 12)
    put(vectors, "BATCH", 5)
    put(vectors, "_HNSW", {**vectors._HNSW, "sync_threshold": rewrite_after, "batch_size": 2})


@dataclass(frozen=True, slots=True)
class Moment:
    """When a run is killed."""

    after: int  # lines printed, writes of Chroma's to its database, to its vector files, or milliseconds
    of: Literal["lines", "calls", "rewrites", "milliseconds"]
    delay: float = 0  # further seconds


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the indexer: what it printed, and how it ended."""

    lines: tuple[str, ...]
    complaint: str
    code: int

    def reported(self, kind: Literal["visible", "removed"]) -> set[str]:
        """Return the paths that it reported."""
        return {line.split()[1] for line in self.lines if line.startswith(kind)}


def run_index(
    seeds: Path, store: Path, *, rewrite_after: int, until: Moment | None = None, ending: int = signal.SIGKILL
) -> Run:
    """Run the indexer in a separate process. Send it the signal `ending` at that moment, unless it ends before."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "OPENAI_"))}
    output, complaints = (store.with_name(f"{store.name}-{kind}") for kind in ("output", "complaints"))
    for file in (output, complaints):
        file.write_bytes(b"")
    process = start_forked(
        ["index"],
        folder=seeds,
        environment={
            **kept,
            "PYTHONPATH": str(ROOT),
            "DATELINE_SEEDS": str(seeds),
            "DATELINE_STORE": str(store),
            "DATELINE_CHUNK_TOKENS": str(CHUNK_TOKENS),
        },
        said=output,
        complained=complaints,
        command=partial(_index_in_small_steps, rewrite_after),
    )
    try:
        if until:
            _await(until, process, output, store)
            with suppress(ProcessLookupError):  # it may end before its moment
                os.kill(cast("int", process.pid), ending)
        process.join(_SECONDS)
        code = process.exitcode
        assert code is not None, "the run hung"
    finally:
        process.kill()
    *lines, _unfinished = output.read_text().split("\n")
    return Run(tuple(lines), complaints.read_text(), code)


def _index_in_small_steps(rewrite_after: int) -> None:
    take_small_steps(rewrite_after)
    run_main()


def _await(moment: Moment, process: ForkServerProcess, output: Path, store: Path) -> None:
    """Watch the run without pauses, because a rewrite takes only milliseconds."""
    started = time.monotonic()
    look: Callable[[], object] = {
        "lines": lambda: output.read_bytes().count(b"\n"),
        "calls": lambda: _looked_at(store, "chroma.sqlite3*"),
        "rewrites": lambda: _looked_at(store, "*.bin"),
        "milliseconds": lambda: int((time.monotonic() - started) * 1000),
    }[moment.of]
    seen, reached = look(), 0
    while process.is_alive() and time.monotonic() - started < _SECONDS:
        now = look()
        if moment.of in ("lines", "milliseconds"):
            reached = cast("int", now)
        elif now != seen:
            reached += 1
            seen = now
        if reached >= moment.after:
            time.sleep(moment.delay)
            return


def is_marked(store: Path) -> bool:
    """Return True if Chroma's files are being written, or were when the writing process was killed."""
    return (store / "chroma").exists() and not (store / "chroma.seal").exists()


def _looked_at(store: Path, files: str) -> list[tuple[str, int, int]]:
    """Return name, modification time and size of Chroma's files that match the pattern."""
    found = list[tuple[str, int, int]]()
    folder = store / vectors.FOLDER_NAME
    for place, _, names in os.walk(folder):  # skips folders that are removed meanwhile
        for name in fnmatch.filter(names, files):
            with suppress(FileNotFoundError):
                looked_at = (Path(place) / name).stat()
                found.append((f"{place}/{name}", looked_at.st_mtime_ns, looked_at.st_size))
    return found


def everything(library: Library) -> dict[str, object]:
    """Return all that a store has, except its creation time and the numbers of its rows. Checks it as well.

    This process must be able to own Chroma. Chroma's content is part of the result, and the vectors
    that Chroma finds as the nearest must be the nearest.
    """
    with closing(sqlite3.connect(f"file:{library.shelf.path}", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.execute("CREATE VIRTUAL TABLE temp.spots USING fts5vocab (main, keywords, instance)")
        held: dict[str, object] = {
            name: connection.execute(query).fetchall()
            for name, query in {
                "files": "SELECT * FROM files ORDER BY path",
                "articles": "SELECT * FROM articles ORDER BY path",
                "chunks": "SELECT id, article_id, sentences, heading, digest FROM chunks ORDER BY id",
                "vectors": "SELECT id, vector, placed FROM vectors JOIN chunks ON number = chunk ORDER BY id",
                "keywords": "SELECT term, id, col, offset FROM spots LEFT JOIN chunks ON number = doc ORDER BY 1, 2, 4",
                "leavers": "SELECT * FROM leavers",
                "spare vectors": "SELECT * FROM spare_vectors",
                "records": "SELECT * FROM record WHERE name NOT IN "
                "('generation', 'last_run', 'last_found', 'last_change', 'collection', 'store') ORDER BY 1",
            }.items()
        }
        rows = connection.execute("SELECT id, vector FROM vectors JOIN chunks ON number = chunk ORDER BY id")
        ids, blobs = zip(*rows.fetchall(), strict=True)
        (collection,) = connection.execute("SELECT value FROM record WHERE name = 'collection'").fetchone()
    assert library.index.acquire()
    assert library.index.collection_names() == [collection]
    held["Chroma's ids"] = sorted(library.index._get(collection).get(include=[])["ids"])
    held["Chroma's count"] = library.index.count(collection)
    _check_neighbours(library, collection, ids, np.frombuffer(b"".join(blobs), np.float32).reshape(len(ids), -1))
    library.index.release()
    store = library.settings.store
    # A run that was killed leaves lines in the log, which a whole run does not.
    held["files of the store"] = sorted(file.name for file in store.iterdir() if file.name != log_path(store).name)
    held["folders of Chroma"] = len([folder for folder in (store / vectors.FOLDER_NAME).iterdir() if folder.is_dir()])
    return held


def _check_neighbours(library: Library, collection: str, ids: tuple[str, ...], stored: np.ndarray) -> None:
    similarities = stored @ stored.T
    row_of = {id_: row for row, id_ in enumerate(ids)}
    for row, vector in enumerate(stored):
        found = library.index.ranking(collection, vector, _NEIGHBOURS)
        nearest = np.sort(similarities[row])[::-1][:_NEIGHBOURS]
        # Distances are compared, because either of two equally near vectors may come first.
        assert np.allclose(similarities[row, [row_of[id_] for id_ in found]], nearest, atol=1e-5), (ids[row], found)
