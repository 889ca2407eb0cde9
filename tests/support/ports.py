"""Ports for the servers of tests. Several test processes may run at the same time."""

import itertools
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from filelock import FileLock, Timeout

# Below the ports that the system assigns. Each process takes ports from a block that no other process has.
_FIRST, _BLOCK, _BLOCKS = 20_000, 1_000, 12


def _ports() -> Iterator[int]:
    for block in range(_BLOCKS):
        lock = FileLock(Path(tempfile.gettempdir()) / f"dateline-test-ports-{block}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        first = _FIRST + block * _BLOCK
        yield from itertools.cycle(range(first, first + _BLOCK))
    raise RuntimeError(f"All {_BLOCKS} blocks of ports are taken. Expected fewer test processes. End some of them.")


_PORTS = _ports()


def free_port() -> int:
    """Return a port of 127.0.0.1 on which no process listens. It differs from call to call."""
    while True:
        port = next(_PORTS)
        with closing(socket.socket()) as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
