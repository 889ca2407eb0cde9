"""The container: its files follow the rules of Dockerfile linters, and copy nothing that is private.

No container is built here. The packages are installed by the same commands in other tests.
"""

import json
import re
import shlex
import tomllib
from pathlib import Path

import yaml

from index.core.settings import Settings
from tests.conftest import ROOT
from ui.server.headers import HEALTH

DOCKERFILE = (ROOT / "Dockerfile").read_text()
LINES = re.sub(r"\\\n\s*", "", DOCKERFILE).splitlines()
COMMANDS = [tuple(line.split(maxsplit=1)) for line in LINES if line and not line.startswith("#")]
LAST = COMMANDS[max(place for place, (name, _) in enumerate(COMMANDS) if name == "FROM") :]


def arguments(name: str, commands: list[tuple[str, ...]] = COMMANDS) -> list[str]:
    return [rest for found, rest in commands if found == name]


def test_the_images_are_pinned_and_the_last_has_only_what_was_built() -> None:
    images = [one.split()[0] for one in arguments("FROM")]
    assert len(images) == 2
    assert all(re.fullmatch(r"python:3\.\d+-slim", image) for image in images)
    assert len(set(images)) == 1, "packages are built for the Python that runs them"
    assert [one.split()[0] for one in arguments("COPY", LAST)] == ["--from=build"]
    assert not arguments("ADD")


def test_packages_are_installed_by_their_hashes_only() -> None:
    installs = [part for run in arguments("RUN") for part in run.split("&&") if "pip install" in part]
    assert len(installs) == 2
    assert "--require-hashes --requirement requirements.lock" in installs[0]
    assert "--no-index" in installs[1]
    assert all("--no-deps" in one for one in installs)


def test_it_runs_as_no_root_with_a_check_of_its_health() -> None:
    (user,) = arguments("USER", LAST)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    (check,) = arguments("HEALTHCHECK", LAST)
    program = json.loads(check[check.index("CMD [") + 4 :])
    assert program[:2] == ["python", "-c"]
    compile(program[2], "check", "exec")
    assert f"http://127.0.0.1:8501{HEALTH}" in program[2]
    assert json.loads(arguments("ENTRYPOINT", LAST)[0]) == ["dateline"]
    assert json.loads(arguments("CMD", LAST)[0]) == ["serve", "--host", "0.0.0.0"]
    set_ = dict(pair.split("=", 1) for pair in shlex.split(arguments("ENV", LAST)[0]))
    ours = {name.removeprefix("DATELINE_").lower() for name in set_ if name.startswith("DATELINE_")}
    assert ours == {"seeds", "store"}, "an image is not open by itself"


def test_what_is_copied_is_there_and_nothing_else_reaches_the_builder() -> None:
    copied = {source for one in arguments("COPY") if "--from" not in one for source in shlex.split(one)[:-1]}
    assert all((ROOT / source).exists() for source in copied)
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {Path(source).name for source in copied} >= set(wheel["packages"]), "all that the package is built of"
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied
    assert "seeds" not in copied


def test_compose_opens_the_page_to_this_machine_only() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["dateline"]
    assert service["ports"] == ["127.0.0.1:8501:8501"]
    assert service["extra_hosts"] == ["host.docker.internal:host-gateway"], "for a language model on the host"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    targets = [volume.split(":")[1] for volume in service["volumes"]]
    names = {f"DATELINE_{name.upper()}" for name in Settings.model_fields}
    assert set(service["environment"]) <= names
    assert targets == [service["environment"]["DATELINE_SEEDS"], service["environment"]["DATELINE_STORE"]]
    assert targets == json.loads(arguments("VOLUME", LAST)[0])
