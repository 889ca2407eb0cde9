"""The README: what it says is there, and what is there is said."""

import json
import re
import shlex
import subprocess
import tomllib

import pytest

from bench.quality.__main__ import table
from bench.quality.sets import SETS
from index.core.settings import Settings
from index.reading import sandbox as cage
from index.reading.readers import KINDS
from tests.conftest import ROOT, CommandLine
from ui.cli import commands

README = (ROOT / "README.md").read_text()
FOLDERS = {folder: (ROOT / folder / "README.md").read_text() for folder in ("index", "rag", "bench")}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT, GROUPS = PYPROJECT["project"], PYPROJECT["dependency-groups"]


def test_every_kind_of_file_is_told_of_and_the_limits_of_its_parser() -> None:
    table = README[README.index("| kind of file |") :].split("\n\n")[0]
    assert set(re.findall(r"`(\.[a-z]+)`", "".join(row.split("|")[1] for row in table.splitlines()))) == set(KINDS)
    said = " ".join(README.split())
    assert f"has {cage.MEGABYTES / 1000:g} GB and {cage.SECONDS:g} seconds a file" in said


def test_every_setting_is_told_of() -> None:
    for name in Settings.model_fields:
        variable = "OPENAI_API_KEY" if name == "openai_api_key" else f"DATELINE_{name.upper()}"
        assert f"| `{variable}` |" in README


def test_every_command_is_told_of() -> None:
    from typer.main import get_command

    group = get_command(commands)
    names = set(group.commands)  # type: ignore[attr-defined]
    assert names == set(re.findall(r"^\| `dateline (\w+)", README, re.MULTILINE))


@pytest.mark.parametrize(
    ("table", "requirements"),
    [(0, PROJECT["dependencies"]), (1, [requirement for group in GROUPS.values() for requirement in group])],
)
def test_every_dependency_is_told_of_with_its_reason(table: int, requirements: list[str]) -> None:
    told = README.split("| package | why |")[1 + table].strip().split("\n\n")[0]
    named = {re.split(r"[\[<>=]", requirement)[0] for requirement in requirements}
    assert named == set(re.findall(r"`([a-z0-9.-]+)`(?=[^|]*\|[^|]+\|$)", told, re.MULTILINE))


def test_the_figures_are_the_benchs() -> None:
    figures = json.loads((ROOT / "bench" / "results" / "quoting.json").read_text())["figures"]
    table = README[README.index("| hits@1 |") :].split("\n\n")[0].splitlines()
    names, values = ([cell.strip() for cell in line.strip("|").split("|")] for line in (table[0], table[2]))
    assert {name: float(value) for name, value in zip(names, values, strict=True)} == {
        name: figures[name] for name in names
    }


def test_the_figures_beside_others_are_the_benchs() -> None:
    sets = json.loads((ROOT / "bench" / "results" / "quality.json").read_text())["sets"]
    head, _, *rows = README[README.index("| MRR@10 |") :].split("\n\n")[0].splitlines()
    systems = [cell.strip() for cell in head.strip("|").split("|")][1:]
    shown = [[float(cell) for cell in row.strip("|").split("|")[1:]] for row in rows]
    assert shown == [
        [measured["systems"][name]["figures"]["MRR@10"]["mean"] for name in systems] for measured in sets.values()
    ]


def test_the_times_of_a_question_are_the_benchs() -> None:
    for row in json.loads((ROOT / "bench" / "results" / "latency.json").read_text())["rows"]:
        times = [row[f"{stage} {name}"] for stage in ("search", "answer", "total") for name in ("p50", "p95")]
        shown = " | ".join(str(time) for time in [*times, row["cold start s"]])
        assert f"| {row['passages']:,} | {shown} |" in FOLDERS["bench"]


def test_the_figures_of_copies_are_the_benchs() -> None:
    measured = json.loads((ROOT / "bench" / "results" / "copies.json").read_text())["figures"]
    found = [f"{measured['found'][name]:.2f}".removeprefix("0") for name in list(measured["found"]) if "cut" in name]
    told = " ".join(FOLDERS["index"].split())
    pairs = f"{measured['pairs of different articles']:,} pairs"
    assert f"copies cut to 60 % {found[0]}, cut, edited and added to {found[1]}; of {pairs}" in told
    assert all(share == 1 for name, share in measured["found"].items() if "cut" not in name)


def test_the_curve_of_refusing_is_the_benchs() -> None:
    for row in json.loads((ROOT / "bench" / "results" / "quoting.json").read_text())["curve"]:
        figures = [row[name] for name in row if name != "threshold"]
        cells = " | ".join(f"{value:.3f}" for value in figures)
        assert re.search(
            rf"^\| {row['threshold']}( \(chosen\))? \| {re.escape(cells)} \|$", FOLDERS["bench"], re.MULTILINE
        )


def test_what_the_model_has_to_read_is_the_benchs() -> None:
    table = FOLDERS["bench"][FOLDERS["bench"].index("| passages read whole |") :].split("\n\n")[0].splitlines()[2:]
    shown = [[float(cell) for cell in row.split("|")[3:6]] for row in table]
    readings = json.loads((ROOT / "bench" / "results" / "quoting.json").read_text())["readings"]
    assert shown == [list(row.values())[2:] for row in readings]


def test_the_rows_of_the_ablation_are_the_benchs() -> None:
    measured = json.loads((ROOT / "bench" / "results" / "ablation.json").read_text())
    for design in measured["clapnq"]["designs"]:
        figures = [
            measured[name]["designs"][design][figure]
            for name in ("clapnq", "chunking", "timeqa", "multihoprag")
            for figure in ("hits@1", "MRR@10", "hits in 4,000 characters")
        ]
        assert f"| {design} | {' | '.join(f'{value:.3f}' for value in figures)} |" in FOLDERS["bench"]


def test_the_figures_of_the_checks_are_the_benchs() -> None:
    parts = json.loads((ROOT / "bench" / "results" / "checks.json").read_text())
    rows = dict(re.findall(r"^\| (all articles|articles that were not[^|]*) \| ([\d. |]+) \|$", README, re.MULTILINE))
    shown = {name.split()[0]: [float(cell) for cell in cells.split("|")] for name, cells in rows.items()}
    for name, part in (("all", "all"), ("articles", "check")):
        figures = parts["summedits"][part]["statements"]
        assert shown[name] == [figures["caught"], figures["alarms"]]


def test_the_figures_of_the_page_are_the_benchs() -> None:
    seconds = json.loads((ROOT / "bench" / "results" / "page.json").read_text())["seconds"]
    table = README[README.index("| | median | worst |") :].split("\n\n")[0].splitlines()[2:]
    shown = {name.strip(): [float(cell) for cell in cells] for _, name, *cells, _ in (row.split("|") for row in table)}
    paint, questions = seconds["first paint"], seconds["questions"]
    measured = {
        "first visit of a fresh server: something is painted": paint["dateline"]["painted"],
        "first visit of a fresh server: one can ask": paint["dateline"]["usable"],
        "a plain Streamlit page: one can ask": paint["streamlit"]["usable"],
        "a run of the page's script, 200 messages in the chat": seconds["script"]["200 messages"]["seconds"],
        "first quote, one reader": questions["one reader"],
        "first quote, ten readers at the same moment": questions["ten readers, each question for the first time"],
    }
    assert shown == {name: [figures["median"], figures["worst"]] for name, figures in measured.items()}


def test_the_tables_beside_others_are_the_benchs() -> None:
    sets = json.loads((ROOT / "bench" / "results" / "quality.json").read_text())["sets"]
    assert set(sets) == set(SETS)
    for name, measured in sets.items():
        assert table(measured["systems"]) in FOLDERS["bench"], name


def test_the_figures_of_indexing_are_the_benchs() -> None:
    result = json.loads((ROOT / "bench" / "results" / "indexing.json").read_text())
    rows = dict(re.findall(r"^\| (Dateline|Chroma's way) \| ([\d. |]+) MiB \|$", README, re.MULTILINE))
    for name, way in (("Dateline", "ours"), ("Chroma's way", "plain")):
        assert [float(cell) for cell in rows[name].split("|")] == [
            result["speed"][way]["passages a second"],
            result["found"][way]["hits@10"],
            result["peak memory, MiB"][way],
        ]
    said = " ".join(README.split())
    assert f"That is {result['speed']['ratio']['median']} times as fast" in said
    runs = result["runs, seconds"]
    assert (
        f"indexed in {runs['first run']} seconds, and looked through again, unchanged, in {runs['unchanged']}." in said
    )


def test_the_marks_of_drafts_are_the_benchs() -> None:
    result = json.loads((ROOT / "bench" / "results" / "drafts.json").read_text())
    assert result["data"] in FOLDERS["rag"]
    for row in result["marks"]["all"]:
        cells = [row[name] for name in ("n", "verbatim", "altered", "similar", "absent")]
        assert f"| {row['form']}: {row['kind']} | {' | '.join(map(str, cells))} |" in FOLDERS["rag"]
    for milliseconds in result["milliseconds a sentence"].values():
        assert f"{milliseconds:,} ms" in " ".join(FOLDERS["rag"].split())


def test_the_figures_of_disagreements_are_the_benchs() -> None:
    result = json.loads((ROOT / "bench" / "results" / "disagreements.json").read_text())
    for name, measured, counted, of in (
        ("PoisonedRAG: true answer beside the wrong one", "poisonedrag", "found", "true side made"),
        ("PoisonedRAG: alarms, answers", "poisonedrag", "of them with an alarm", "answers that agree"),
        ("PoisonedRAG: alarms, pairs", "poisonedrag", "of those with an alarm", "pairs that agree"),
        ("SummEdits: altered statements found", "summedits", "found", "altered"),
        ("SummEdits: alarms, true statements", "summedits", "alarms", "true"),
        ("MultiHop-RAG: answers with a disagreement", "multihoprag", "with a disagreement", "answered"),
    ):
        cells = [f"{result[measured][half][counted]} of {result[measured][half][of]}" for half in ("tune", "held out")]
        assert f"| {name} | {' | '.join(cells)} |" in FOLDERS["rag"]
    milliseconds = result["milliseconds of a processor"]
    assert (
        f"{milliseconds['median']} ms of a processor in the median, {milliseconds['95 %']} in the 95th"
        in FOLDERS["rag"]
    )


def test_no_figure_is_still_to_come() -> None:
    for text in (README, *FOLDERS.values()):
        assert not re.search(r"MEASURED|TODO|TBD|XXX", text)


def test_every_link_leads_somewhere() -> None:
    for text, folder in ((README, ROOT), *((text, ROOT / name) for name, text in FOLDERS.items())):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
            assert (folder / target).exists(), target


@pytest.mark.parametrize("command", re.findall(r"^dateline .*$", README[README.index("```bash") :], re.MULTILINE))
def test_the_commands_shown_run(dateline: CommandLine, command: str) -> None:
    if " show " in command:
        dateline("index")
    run = dateline(*shlex.split(command)[1:])
    assert run.returncode == 0, run.stderr
    assert run.stdout


def test_the_locks_name_hashes_and_no_addresses() -> None:
    for lock in (
        "requirements.lock",
        "requirements-dev.lock",
        "requirements-bench.lock",
        "requirements-model.lock",
    ):
        text = (ROOT / lock).read_text()
        assert "://" not in text
        assert not re.search(r"^(torch|nvidia|triton)", text, re.MULTILINE)
        assert text.count("==") <= text.count("--hash=sha256:")


def test_nothing_committed_names_this_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.split("\0")[:-1]:
        assert str(ROOT).encode() not in (ROOT / name).read_bytes(), name
