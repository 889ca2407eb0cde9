"""Ports for the servers of tests, which may run side by side."""

import itertools
import os
import socket
from contextlib import closing

# Below those that the system hands out by itself; each worker of a run draws from a thousand of its own.
_PORTS = itertools.count(20_000 + 1_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")))


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens, another one each time."""
    while True:
        port = next(_PORTS)
        with closing(socket.socket()) as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
