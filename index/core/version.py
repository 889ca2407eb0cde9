"""The version of Dateline that runs."""

from importlib.metadata import PackageNotFoundError, version


def own_version() -> str:
    """Return the installed version, or "unknown" for code that was never installed."""
    try:
        return version("dateline")
    except PackageNotFoundError:
        return "unknown"
