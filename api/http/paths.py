"""Paths: a route is for one path to its last character, and a path may have a line break in it."""

import re

from starlette.routing import Mount, Route
from starlette.types import ASGIApp


class ExactRoute(Route):
    """A route. In Starlette's own, no name has a line break, and one after the path is not part of it."""

    def __init__(self, path: str, endpoint: object, *, methods: list[str] | None = None) -> None:
        """Answer at `path` with `endpoint`, as Starlette does."""
        super().__init__(path, endpoint, methods=methods)  # type: ignore[arg-type]
        self.path_regex = re.compile(self.path_regex.pattern.removesuffix("$") + r"\Z", re.DOTALL)


class AllBelow(Mount):
    """All paths below one, also those with a line break, which Starlette would leave to the routes that follow."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        """Pass all requests below `path` to `app`."""
        super().__init__(path, app)
        self.path_regex = re.compile(self.path_regex.pattern.removesuffix("$") + r"\Z", re.DOTALL)
