"""Fixtures for the tests of the page in this process."""

import shutil
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT, SEED, Newsroom
from ui.server import services


@pytest.fixture
def page(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The page's script, run in this process."""
    shutil.copy(SEED, newsroom.seeds)
    newsroom.indexed()
    newsroom.library.index.release()
    monkeypatch.setenv("DATELINE_SEEDS", str(newsroom.seeds))
    monkeypatch.setenv("DATELINE_STORE", str(newsroom.library.settings.store))
    services._build.cache_clear()
    yield AppTest.from_file(str(ROOT / "ui" / "app" / "script.py"), default_timeout=60).run()
    services.get_services().indexer.stop()
    services._build.cache_clear()
