"""Citations and language rules load no vector index, no model and no page."""

import subprocess
import sys

from tests.conftest import ROOT

HEAVY = ("chromadb", "onnxruntime", "openai", "streamlit", "tokenizers", "numpy")
LIGHT = (
    "index.text.articles",
    "index.text.spans",
    "rag.evidence.citations",
    *(f"rag.language.{file.stem}" for file in (ROOT / "rag" / "language").glob("*.py") if file.stem != "__init__"),
)


def loaded_by(*modules: str) -> set[str]:
    """Import the modules in a new interpreter, and return all packages that were loaded."""
    code = f"import {', '.join(modules)}, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in run.stdout.split()}


def test_citations_and_the_rules_of_language_load_nothing_heavy() -> None:
    assert loaded_by(*LIGHT) & set(HEAVY) == set()


def test_heavy_imports_are_detected() -> None:
    assert "numpy" in loaded_by("rag.answering.extractive")
