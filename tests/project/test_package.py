"""The wheel: installed into an empty environment, it has everything that a checkout has."""

import os
import shutil
import subprocess
import sys
import time
import tomllib
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

import dateline
from tests.conftest import ROOT, SEED
from tests.support.ports import free_port

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
OURS = ("api", "dateline", "index", "rag", "ui")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in (*OURS, ".streamlit"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("app.py", "pyproject.toml", "README.md", "docs/reference/openapi.json"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, source],
        check=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INDEX": "1"},
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel installed. It finds all other packages in the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    (own,) = {path for path in sys.path if path.endswith("site-packages")}
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", folder, "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    # Added last to the path. Its .pth files are not read, so the checkout is not found.
    (packages / "others.pth").write_text(f"{own}\n")
    return folder / "bin" / "python"


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DATELINE_"))}
    return {**kept, "HOME": str(folder)}


def test_every_exported_name_is_there() -> None:
    assert [name for name in dateline.__all__ if not hasattr(dateline, name)] == []


def test_the_wheel_has_every_file_of_the_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = {
        file.relative_to(ROOT).as_posix()
        for package in OURS
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert names == files | {"dateline/app.py", "dateline/.streamlit/config.toml", "api/http/openapi.json"}
    assert {f"{package}/py.typed" for package in OURS} <= files


def test_the_installed_library_answers(python: Path, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEED, tmp_path / "seeds")
    code = (
        "import dateline; from dateline import Shelf\n"
        "with Shelf(seeds='seeds') as shelf:\n"
        "    print(dateline.__file__, shelf.index().articles, len(shelf.ask('What was agreed?').quotes) > 0)"
    )
    run = subprocess.run([python, "-c", code], cwd=tmp_path, env=_environment(tmp_path), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    where, articles, quoted = run.stdout.split()
    assert Path(where).is_relative_to(python.parents[1])
    assert (articles, quoted) == ("1", "True")


def test_the_installed_page_is_served_from_an_empty_folder(python: Path, tmp_path: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        [python.with_name("dateline"), "serve", "--port", str(port)],
        cwd=tmp_path,
        env=_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            page = _get(f"http://127.0.0.1:{port}/", server)
            health = httpx.get(f"http://127.0.0.1:{port}/_stcore/health")
            stranger = httpx.get(f"http://127.0.0.1:{port}/", headers={"Host": "stranger.example"})
        finally:
            server.terminate()
            _, complaint = server.communicate(timeout=30)
    assert (health.status_code, health.text) == (200, "ok")
    assert "frame-ancestors" in page.headers["content-security-policy"]
    assert stranger.status_code == 400, "the settings' server.allowedHosts are in force"
    assert f"There is no folder {tmp_path / 'seeds'} yet" in complaint
    assert "Traceback" not in complaint


def _get(address: str, server: subprocess.Popen[str]) -> httpx.Response:
    deadline = time.monotonic() + 60
    while True:
        try:
            return httpx.get(address)
        except httpx.TransportError:
            assert server.poll() is None, "ended early"
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_the_version_is_shown(python: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [python.with_name("dateline"), "--version"],
        cwd=tmp_path,
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert (run.stdout, run.stderr) == (f"Dateline {VERSION}\n", "")
