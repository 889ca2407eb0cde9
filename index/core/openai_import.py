"""The `openai` package, loaded so that any thread may use it."""

from importlib import import_module


def load_openai() -> None:
    """Import the client and what it would import later; takes a second the first time, nothing after.

    The client (2.x) looks among the loaded modules for `httpx` and uses what it finds. Chroma imports
    `httpx` too, in another thread, and half of it fails the question. To import it here waits for the whole.
    """
    for name in ("httpx", "openai", "openai.resources.chat", "openai.resources.embeddings"):
        import_module(name)
