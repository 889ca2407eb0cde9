"""Runs: one system, one shelf, in a process of its own.

Not in `__main__.py`, which a process that is started anew does not import.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.quality.peers import SYSTEMS
from bench.quality.sets import Article, Place


@dataclass(frozen=True, slots=True)
class Run:
    """What a system found for each question, and what it took."""

    found: list[list[Place]]
    passages: int
    index_seconds: float
    query_seconds: list[float]
    mebibytes: float


def run_system(name: str, articles: Sequence[Article], questions: Sequence[str], k: int) -> Run:
    """Index and ask; for a process that does nothing else, since its peak of memory is read at the end."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["LOGFIRE_IGNORE_NO_CONFIG"] = "1"
    os.environ["TRANSFORMERS_NO_ADVISORY_WARNINGS"] = "1"  # that there is no PyTorch
    for variable in [name for name in os.environ if name.startswith(("DATELINE_", "OPENAI_"))]:
        del os.environ[variable]
    with tempfile.TemporaryDirectory() as folder:
        system = SYSTEMS[name](Path(folder))
        started = time.perf_counter()
        passages = system.index(articles)
        index_seconds = time.perf_counter() - started
        system.search(questions[0], k)
        found, seconds = list[list[Place]](), list[float]()
        for question in questions:
            started = time.perf_counter()
            found.append(system.search(question, k))
            seconds.append(time.perf_counter() - started)
    # Not getrusage(): its peak is handed down by the process that started this one.
    status = Path("/proc/self/status").read_text()
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
    return Run(found, passages, index_seconds, seconds, peak)
