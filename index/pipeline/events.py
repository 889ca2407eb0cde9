"""Events: what an indexing run reports, each after it is committed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """Another process is indexing; this run starts when that one has finished."""

    process: str


@dataclass(frozen=True, slots=True)
class BuiltAgain:
    """The shelf was emptied and is rebuilt from the seeds folder."""

    reason: str


@dataclass(frozen=True, slots=True)
class Visible:
    """An article can be found by keyword search from now on."""

    path: str
    title: str
    chunks: int
    note: str = ""  # what was guessed, such as the encoding


@dataclass(frozen=True, slots=True)
class Removed:
    """A file was deleted, and its article left the shelf."""

    path: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file is not on the shelf. The reason says what to do about it."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """The number of chunks that semantic search can find."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Done:
    """The shelf matches the seeds folder: what this run did, and what is on the shelf now."""

    visible: int
    removed: int
    rejected: int
    unchanged: int
    embedded: int
    articles: int
    undated: int  # articles on the shelf without a day of publication
    chunks: int
    seconds: float
    ended: str  # ISO 8601, UTC; also the shelf's record "last_run"


Event = Waiting | BuiltAgain | Visible | Removed | Rejected | Embedded | Done
