"""Full, read-only and failing disks: the problem is reported, and nothing is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import FENTANYL, ROOT, CommandLine

# The system stops a file from growing beyond this size. To a program, this looks like a full disk.
_LIMITED = """
import resource, signal, sys
from index.text.tokens import count_tokens
count_tokens("its table is unpacked")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.argv = ["dateline", "index"]
from dateline.__main__ import main
main()
"""


def on_a_disk_of(size: int, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _LIMITED, str(size)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )


# With these sizes it fills up while the store is made, while articles are written, and in Chroma.
@pytest.mark.parametrize("size", [40_000, 130_000, 175_000])
def test_a_full_disk_is_reported_and_the_next_run_continues(dateline: CommandLine, size: int) -> None:
    for number in range(12):
        (dateline.folder / "seeds" / f"{number}.txt").write_text(f"Report {number}. " + f"Barge {number} sank. " * 100)
    full = on_a_disk_of(size, dateline.folder)
    assert full.returncode == 1, full.stdout
    assert "full disk" in full.stderr
    assert "Traceback" not in full.stderr
    assert "rejected" not in full.stdout, "the articles are not at fault"
    visible = [line.split()[1] for line in full.stdout.splitlines() if line.startswith("visible")]
    if size > 40_000:
        listed = dateline("list").stdout
        assert all(path in listed for path in visible), "what was reported as visible is"

    room = dateline("index")
    assert room.returncode == 0, room.stderr
    assert "13 articles on the shelf" in room.stdout
    assert "fentanyl" in dateline("ask", FENTANYL).stdout


def without_rights(folder: Path) -> subprocess.CompletedProcess[str]:
    """Index as a user who is bound by permissions: root gives up the right to ignore them."""
    bound = [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    return subprocess.run(
        [*bound, sys.executable, "-m", "dateline", "index"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_read_only_store_is_reported_and_unchanged(dateline: CommandLine) -> None:
    assert dateline("index").returncode == 0
    store = dateline.folder / ".dateline"
    before = {file: file.read_bytes() for file in store.rglob("*") if file.is_file()}
    for place in (*store.rglob("*"), store):
        place.chmod(0o500 if place.is_dir() else 0o400)
    try:
        run = without_rights(dateline.folder)
    finally:
        for place in (store, *store.rglob("*")):
            place.chmod(0o700 if place.is_dir() else 0o600)
    assert run.returncode == 1
    assert f"The store {store} cannot be opened" in run.stderr
    assert "Fix its permissions, check for a full disk, or choose another folder with DATELINE_STORE." in run.stderr
    assert {file: file.read_bytes() for file in before} == before


def test_an_article_stays_if_its_file_becomes_unreadable(dateline: CommandLine) -> None:
    river = dateline.folder / "seeds" / "river.txt"
    river.write_text("The River Lind fell to 4.1 metres.")
    assert dateline("index").returncode == 0
    river.write_text("The River Lind rose to 5.2 metres.")
    river.chmod(0)
    reason = (
        "river.txt: cannot be read (Permission denied). Its known articles stay on the shelf. Fix that and index again."
    )
    for _ in range(2):
        run = without_rights(dateline.folder)
        assert run.returncode == 0, run.stderr
        assert f"rejected {reason}\n" in run.stdout
        assert "2 articles on the shelf" in run.stdout
    assert "river.txt" in dateline("list").stdout
    river.chmod(0o600)
    assert "1 new or changed" in dateline("index").stdout
    assert "5.2 metres" in dateline("ask", "How far did the River Lind rise?").stdout


def test_no_article_is_rejected_if_there_is_no_room_to_unpack(dateline: CommandLine) -> None:
    nowhere = dateline.folder / "full"
    script = _LIMITED.replace('count_tokens("its table is unpacked")', "")
    nowhere.mkdir()
    run = subprocess.run(
        [sys.executable, "-c", script, "1000000"],
        cwd=dateline.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(nowhere)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 1
    assert f"The token table cannot be unpacked in {nowhere}" in run.stderr
    assert "rejected" not in run.stdout
    assert list(nowhere.iterdir()) == []
