"""The file of alerts: it is ours, private, and read under its former name."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.core.errors import StoreMismatch
from index.core.scope import WHOLE
from index.pipeline.library import set_damaged_aside
from rag.answering.models import Standalone
from rag.storage.alerts import FILE_NAME, Alert, AlertStore, has_alerts_file, plain
from tests.conftest import Newsroom


def keep(alerts: AlertStore, newsroom: Newsroom) -> Alert:
    asked = Standalone("What do the ferries cost?", "")
    return alerts.keep(asked.question, asked, scope=WHOLE, shelf=newsroom.library.shelf)


def test_a_foreign_file_is_left_alone_and_ours_is_private(newsroom: Newsroom) -> None:
    store = newsroom.library.settings.store
    assert AlertStore(store).path.stat().st_mode & 0o077 == 0
    for file in store.glob(f"{FILE_NAME}*"):
        file.unlink()
    (store / FILE_NAME).write_text("Somebody's notes, and no database.")
    with pytest.raises(StoreMismatch, match="Move this file away"):
        AlertStore(store)
    assert (store / FILE_NAME).read_text() == "Somebody's notes, and no database."
    assert set_damaged_aside(store) == [(store / FILE_NAME, store / f"{FILE_NAME}.aside-1")]
    assert AlertStore(store).listings() == []


def test_typography_is_ignored_and_figures_are_not() -> None:
    assert plain("“It’s on – NOW”, he said.") == plain('"It\'s on - now",  he\nsaid')
    assert (
        len({plain(text) for text in ("It cost $5.", "It cost €5.", "It cost 5.", "It cost 0.5.", "It costs 5.")}) == 5
    )


def test_the_store_may_be_a_folder_that_does_not_exist_yet(tmp_path: Path) -> None:
    assert AlertStore(tmp_path / "store").listings() == []


def test_alerts_kept_under_the_former_file_name_are_read(newsroom: Newsroom) -> None:
    store = newsroom.library.settings.store
    asked = keep(AlertStore(store), newsroom)
    give_former_name(store)
    assert has_alerts_file(store)
    assert list(store.glob("standing.db*")), "a look at the store renames nothing"
    assert [listing.asked.question for listing in AlertStore(store).listings()] == [asked.question]
    assert not list(store.glob("standing.db*"))
    assert has_alerts_file(store)


def give_former_name(store: Path) -> None:
    for file in store.glob("alerts.db*"):
        file.rename(store / file.name.replace("alerts", "standing"))


def test_a_file_of_the_former_name_is_renamed_once_if_many_threads_open_the_store(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = newsroom.library.settings.store
    number = keep(AlertStore(store), newsroom).number
    give_former_name(store)
    rename, renamed = Path.rename, list[str]()

    def rename_late(file: Path, target: str) -> Path:
        renamed.append(file.name)
        time.sleep(0.2)  # the other threads look for the file meanwhile
        return rename(file, target)

    monkeypatch.setattr(Path, "rename", rename_late)
    start = threading.Barrier(8)

    def open_store(_: int) -> list[int]:
        start.wait()
        return [listing.asked.number for listing in AlertStore(store).listings()]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(open_store, range(8)))
    assert found == [[number]] * 8
    assert renamed.count("standing.db") == 1


def test_a_file_of_the_former_name_next_to_the_new_one_is_reported_and_left_alone(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    store = newsroom.library.settings.store
    keep(AlertStore(store), newsroom)
    give_former_name(store)
    (store / FILE_NAME).touch()
    assert AlertStore(store).listings() == []
    assert (store / "standing.db").stat().st_size > 0
    assert "standing.db, the file of an earlier version, is left alone" in caplog.text
