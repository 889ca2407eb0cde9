"""Imports: reading articles and the shelf loads no model, no Chroma and no HTTP client."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

HEAVY = "chromadb httpx httpx2 onnxruntime openai streamlit tokenizers trafilatura".split()


@pytest.mark.parametrize(
    "module", ["index.text.articles", "index.text.spans", "index.shelf.queries", "index.shelf.shelf"]
)
def test_reading_the_shelf_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*(name for name in {HEAVY} if name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


@pytest.mark.parametrize("package", ["index", "rag", "ui"])
def test_nothing_is_printed_without_logging_set_up(package: str) -> None:
    code = f"import logging, {package}; logging.getLogger('{package}.any.module').warning('The shelf is rebuilt')"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")
