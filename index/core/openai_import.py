"""Import of the `openai` package, made safe for several threads."""

from importlib import import_module


def load_openai() -> None:
    """Import the client and what it would import later. The first call takes about a second.

    The client looks for `httpx` among the loaded modules. If another thread is importing `httpx` at that moment, as
    Chroma does, the client finds half a module and the question fails. Importing `httpx` here waits for all of it.
    """
    for name in ("httpx", "openai", "openai.resources.chat", "openai.resources.embeddings"):
        import_module(name)
