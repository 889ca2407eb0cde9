"""Fixtures of the system tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.config import get_config_options

from tests.conftest import ROOT
from ui.server.streamlit_patch import PATCHED

_PAGE = """
import streamlit as st

@st.fragment(run_every=3600)
def look():
    st.text("a part")

look()
for number in range(5):
    st.text(f"line {number} of run {st.session_state.setdefault('runs', 0)}")
st.session_state["runs"] += 1
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A page with the shipped settings. The patches of Streamlit are undone afterwards."""
    for owner, name, _ in PATCHED:
        monkeypatch.setattr(owner, name, getattr(owner, name))  # to be undone
    monkeypatch.chdir(ROOT)
    get_config_options(force_reparse=True)
    path = tmp_path / "page.py"
    path.write_text(_PAGE)
    yield path
    monkeypatch.undo()
    get_config_options(force_reparse=True)
