"""A guard that stops this process from connecting to any other machine.

Run as a program it guards a command: `python -m tests.support.loopback ask "…"` is `dateline ask "…"`.
"""

import ipaddress
import sys

LOOKED_UP = ("localhost", "127.0.0.1", "::1", "", None, b"localhost")


class OutsideRequestError(BaseException):
    """Not an Exception, so that no `except Exception` catches it."""


def _check(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo" and arguments[0] not in LOOKED_UP:
        raise OutsideRequestError(f"looked up {arguments[0]!r}")
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise OutsideRequestError(f"{event} to {host}")


def guard() -> None:
    """Set the guard. It cannot be removed."""
    sys.addaudithook(_check)


if __name__ == "__main__":
    guard()
    from dateline.__main__ import main

    sys.argv[0] = "dateline"
    main()
