"""Locked packages have the fixes of the advisories in `floors.toml`."""

import os
import re
import tomllib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from packaging.version import Version

from tests.conftest import ROOT

FLOORS: dict[str, Any] = tomllib.loads((ROOT / "floors.toml").read_text())


def locked(lock: str) -> dict[str, set[Version]]:
    """Return the versions of each package in a lock file. There may be one for each Python version."""
    found: dict[str, set[Version]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(Version(version))
    return found


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_every_locked_package_is_at_or_above_its_floor(lock: str) -> None:
    versions = locked(lock)
    below = [
        f"{name} {version} in {lock} is below {floor['lowest']} ({floor['advisory']}). Run `make lock`."
        for name, floor in FLOORS["packages"].items()
        for version in versions.get(name, ())
        if version < Version(floor["lowest"])
    ]
    assert below == []


def test_every_floor_is_of_a_locked_package() -> None:
    assert {*FLOORS["packages"], *FLOORS["open"]} <= locked("requirements.lock").keys()


def test_a_package_without_a_fix_is_reviewed_again_with_each_version() -> None:
    versions = locked("requirements.lock")
    for name, row in FLOORS["open"].items():
        assert versions[name] == {Version(row["at"])}, f"{name}: is there a fix of {row['advisory']}?"
        assert row["because"]


def test_each_floor_names_an_advisory_and_the_file_expires() -> None:
    for row in (*FLOORS["packages"].values(), *FLOORS["open"].values()):
        assert re.match(r"(CVE|PYSEC|GHSA)-\d{4}-\d+", row["advisory"])
    assert isinstance(FLOORS["read"], date)
    assert FLOORS["read"] < FLOORS["until"]


@pytest.mark.skipif(not os.environ.get("CI"), reason="advisories are looked up by maintainers")
def test_the_floors_have_not_expired() -> None:
    assert datetime.now(UTC).date() <= FLOORS["until"], "look up the advisories again and set both days"
