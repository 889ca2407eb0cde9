"""Articles that several outlets print."""

from tests.conftest import SEED


def reprint(outlet: str, day: str, text: str, title: str = "Liaison officers agreed") -> str:
    """Return an article file with this text, published by an outlet on a day."""
    return f"---\ntitle: {title}\noutlet: {outlet}\ndate: {day}\n---\n\n{text}"


def body() -> str:
    """Return the user's article without its headline."""
    return SEED.read_text(encoding="utf-8").split("\n", 1)[1].strip()
