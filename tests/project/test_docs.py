"""The documentation: generated pages are current, links resolve, commands run, schemas match the real output."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from docs.generate import SCHEMAS, pages, variable
from index.cli import event_json
from index.core.limits import LIMITS
from index.core.settings import Settings
from index.pipeline.events import BuiltAgain
from index.reading.readers import KINDS
from tests.conftest import FENTANYL, FICTION, OTTAWA, ROOT, SEED, CommandLine
from tests.support.chat_server import as_json, serve_chat

DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text()
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*/README.md"))]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DOCUMENTS = {path.stem: json.loads(path.read_text()) for path in sorted(SCHEMAS.glob("*.json"))}
REGISTRY: Registry[Any] = Registry().with_resources(
    (document["$id"], Resource.from_contents(document)) for document in DOCUMENTS.values()
)


def names_of(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_generated_pages_are_current() -> None:
    stale = names_of([path for path, text in pages().items() if path.read_text() != text])
    assert not stale, f"run make docs: {stale} do not match the code"


def test_every_setting_is_in_the_reference_and_in_the_example_file() -> None:
    reference, example = (DOCS / "reference" / "settings.md").read_text(), (ROOT / ".env.example").read_text()
    for name, field in Settings.model_fields.items():
        assert f"| `{variable(name, field)}` |" in reference
        assert re.search(rf"^#{variable(name, field)}=", example, re.MULTILINE)


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"NO_MKDOCS_2_WARNING": "1", "PATH": "", "PYTHONPATH": str(ROOT)},
        timeout=120,
    )
    assert build.returncode == 0, build.stderr
    page = (tmp_path / "site" / "guides" / "models" / "index.html").read_text()
    loaded = re.findall(r'<(?:script|img)[^>]* src="([^"]+)"|<link[^>]* rel="stylesheet"[^>]* href="([^"]+)"', page)
    assert loaded
    assert not [address for pair in loaded for address in pair if "//" in address]


@pytest.mark.parametrize("page", PAGES, ids=names_of(PAGES))
def test_links_to_files_resolve(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=names_of(PAGES))
def test_files_of_the_project_that_are_named_exist(page: Path) -> None:
    # `make serve` makes the store; its files come and go.
    folders = "|".join(re.escape(path.name) for path in ROOT.iterdir() if path.is_dir() and path.name != ".dateline")
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", page.read_text())
    assert [name for name in named if not (ROOT / name).exists() and name != "site/"] == []
    assert named or page.name != "SECURITY.md"


def test_the_readme_is_short() -> None:
    assert len(README.split()) <= 900
    assert len(README[: README.index("\n## More")].split()) <= 400


def test_the_figures_in_the_readme_are_measured() -> None:
    result = json.loads((ROOT / "bench" / "results" / "quoting.json").read_text())
    figures = {
        name: f"{value:.0%}".replace("%", " %") for name, value in result["halves"]["large shelf, held out"].items()
    }
    said = " ".join(README.split())
    assert f"a right sentence is shown for {figures['right sentence shown']} of the questions" in said
    assert f"{figures['answerable: answers']} are answered without reservation" in said
    assert f"{figures['answers though unanswerable']} of the questions are answered without reservation" in said
    assert f"{figures['right among answers']} of what is called an answer is right" in said


def test_the_readme_shows_real_output(dateline: CommandLine) -> None:
    session = README[README.index("```console\n") :].split("```")
    commands = [line.removeprefix("$ ") for line in session[1].splitlines()[1:]]
    shown = session[3].removeprefix("text\n")
    for command in commands:
        run = dateline(*shlex.split(command)[1:])
        assert run.returncode == 0, run.stderr
    assert run.stdout == shown


def test_file_types_and_the_limits_of_the_sandbox_are_documented() -> None:
    page = (DOCS / "guides" / "file-types.md").read_text()
    table = page[page.index("| file type |") :].split("\n\n")[0]
    assert set(re.findall(r"`(\.[a-z.]+)`", "".join(row.split("|")[1] for row in table.splitlines()))) == set(KINDS)
    said = " ".join(page.split())
    assert f"has {LIMITS.parser_megabytes / 1000:g} GB and {LIMITS.parser_seconds:g} seconds a file" in said


@pytest.mark.parametrize(
    ("heading", "requirements"),
    [
        ("Runtime", PYPROJECT["project"]["dependencies"]),
        ("Development", [one for group in PYPROJECT["dependency-groups"].values() for one in group]),
    ],
)
def test_every_dependency_has_a_reason(heading: str, requirements: list[str]) -> None:
    policy = (ROOT / "CONTRIBUTING.md").read_text()
    table = policy[policy.index(f"### {heading}") :].split("\n\n")[1]
    named = set(re.findall(r"`([A-Za-z0-9.-]+)`(?=[^|]*\|[^|]+\|$)", table, re.MULTILINE))
    assert named == {re.split(r"[\[<>=;]", requirement)[0] for requirement in requirements}


COMMANDS = [
    line
    for page in PAGES
    for block in re.findall(r"^```bash\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
    if line.startswith("dateline ")
]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The command line, in a folder whose shelf has the seed, for everything that guides show."""
    folder = tmp_path_factory.mktemp("shown")
    (folder / "seeds").mkdir()
    shutil.copy(SEED, folder / "seeds")
    made = CommandLine(folder)
    assert made("index").returncode == 0
    return made


@pytest.mark.parametrize("command", dict.fromkeys(COMMANDS))
def test_commands_shown_run(shown: CommandLine, command: str) -> None:
    run = shown(*shlex.split(command)[1:])
    assert run.returncode == 0, run.stderr
    assert run.stdout


PYTHON = re.findall(r"^```python\n(.*?)^```", (DOCS / "guides" / "python.md").read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("program", PYTHON)
def test_python_shown_runs(shown: CommandLine, program: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=shown.folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The command line, in a folder whose shelf has the seed and the fictional articles."""
    folder = tmp_path_factory.mktemp("documented")
    shutil.copytree(FICTION, folder / "seeds" / "fiction")
    shutil.copy(SEED, folder / "seeds")
    said = "It was agreed on fentanyl precursors that all is well."
    (folder / "draft.md").write_text(f"{said} The River Lind fell to 9 metres. “It was agreed that all would”")
    (folder / "batch.jsonl").write_text('{"id": 7, "question": "What sank?", "since": "2020-01-01"}\n')
    (folder / "truth.jsonl").write_text(f'{{"id": 1, "question": "{FENTANYL}", "paths": ["{SEED.name}"]}}\n')
    (folder / "new.txt").write_text(said)
    made = CommandLine(folder)
    run = made("alerts", FENTANYL)
    assert run.returncode == 0, run.stderr
    return made


def check(name: str, output: str) -> list[Any]:
    """Check each line of an output against its schema, and return what was checked."""
    validator = Draft202012Validator(DOCUMENTS[name], registry=REGISTRY, format_checker=FormatChecker())
    found = [json.loads(line) for line in output.splitlines()]
    assert found
    for one in found:
        validator.validate(one)
    return found


def test_schemas_are_valid_and_allow_no_other_field() -> None:
    for name, document in DOCUMENTS.items():
        Draft202012Validator.check_schema(document)
        for part in _objects(document):
            assert part["additionalProperties"] is False, name


def _objects(part: Any) -> Iterator[Any]:
    if isinstance(part, dict):
        if "properties" in part and "required" in part:
            yield part
        for one in part.values():
            yield from _objects(one)
    elif isinstance(part, list):
        for one in part:
            yield from _objects(one)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ask", ["ask", FENTANYL]),
        ("ask", ["ask", "What was published in February 2026 on liaison officers?"]),
        ("ask", ["ask", OTTAWA]),
        ("ask", ["ask", "--batch", "batch.jsonl"]),
        ("search", ["search", "liaison officers"]),
        ("search", ["search", "--batch", "batch.jsonl"]),
        ("timeline", ["timeline", "liaison officers"]),
        ("timeline", ["timeline", "What happened in February 2026?"]),
        ("changes", ["changes", FENTANYL, "--since", "2026-02-01"]),
        ("check", ["check", "draft.md"]),
        ("alerts", ["alerts"]),
        ("status", ["status"]),
        ("feeds", ["feeds"]),
        ("tokens", ["tokens", "add", "desk"]),
        ("tokens", ["tokens"]),
        ("list", ["list"]),
        ("show", ["show", SEED.name]),
        ("edit", ["edit", SEED.name, "--author", "Asha Rao"]),
        ("edit", ["edit", "--list"]),
        ("backup", ["backup", "whole.tar"]),
        ("restore", ["restore", "whole.tar", "--check"]),
        ("evaluate", ["evaluate", "truth.jsonl"]),
        ("doctor", ["doctor"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_output_matches_its_schema(indexed: CommandLine, name: str, arguments: list[str]) -> None:
    run = indexed(*arguments, "--json")
    assert run.returncode == 0, run.stderr
    check(name, run.stdout)


def test_an_answer_with_checked_prose_matches_its_schema(indexed: CommandLine) -> None:
    prose = [("It was agreed on fentanyl precursors by 900 people.", ["1.1"]), ("No one came.", []), ("He.", ["9.9"])]
    with serve_chat() as endpoint:
        endpoint.say = lambda _messages: as_json(*prose)
        run = indexed("ask", FENTANYL, "--json", **endpoint.environment)
    assert run.returncode == 0, run.stderr
    (answer,) = check("ask", run.stdout)
    assert {statement["verdict"] for statement in answer["statements"]} == {"unclear", "uncited"}


def test_events_and_new_quotes_match_their_schemas(indexed: CommandLine) -> None:
    (added,) = check("add", indexed("add", "new.txt", "--json").stdout)
    (indexed.folder / "seeds" / "scan.pdf").write_bytes(b"%PDF")
    (indexed.folder / "seeds" / "fiction" / "strike.txt").unlink()
    events = check("index", indexed("index", "--json").stdout)
    # Events that do not occur with a sound shelf, and the names of the others.
    check("index", event_json(BuiltAgain("a page is damaged")))
    assert {"visible", "removed", "rejected", "done"} < {event["event"] for event in events}
    assert events[-1]["event"] not in ("visible", "removed", "rejected", "done")
    assert check("alerts", indexed("alerts", "--json").stdout)[0][0]["new"]
    assert added["new"]


def test_the_locks_name_hashes_and_no_addresses() -> None:
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert len(locks) == 6
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text
        assert not re.search(r"^(torch|nvidia|triton)", text, re.MULTILINE)
        assert text.count("==") <= text.count("--hash=sha256:")


def test_nothing_committed_names_this_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.split("\0")[:-1]:
        assert str(ROOT).encode() not in (ROOT / name).read_bytes(), name
