"""Evaluation: the figures of a shelf, compared with figures counted by hand."""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import log2
from pathlib import Path

import pytest

from index.core.errors import BadQuestion, ResultUnwritable
from index.core.scope import WHOLE, Scope
from rag.answering.batch_file import Line
from rag.answering.models import Level
from rag.evaluation.evaluate import (
    FIGURES,
    KIND,
    Case,
    Evaluation,
    Outcome,
    check_place,
    check_truth,
    commit_of,
    evaluation_json,
    evaluation_lines,
    read_cases,
    run_cases,
    save,
    sum_up,
)
from tests.conftest import FENTANYL, OTTAWA, ROOT, SEED, CommandLine, Newsroom
from tests.support.embedding_server import serve_embeddings

FERRIES = "What will the new ferries cost?"
COST = "The vessels will cost 48.5 million crowns, of which the province pays 30 million."
# Two articles have these dates, so the wrong one comes second.
LATE = {"since": "2026-02-20"}
QUESTIONS: tuple[Mapping[str, object], ...] = (
    {"id": "a", "question": FENTANYL, "paths": [SEED.name]},
    {"question": FERRIES, "paths": ["fiction/ferries.txt"], "quotes": [COST.replace(" crowns", "\n  crowns")]},
    {"question": FERRIES, "paths": ["fiction/turbines.txt"], **LATE},
    {"question": OTTAWA, "paths": [SEED.name], "as_of": "2026-02-12", "since": "2026-02-12"},  # found, and not answered
    {"question": OTTAWA, "answerable": False},
    {"question": FERRIES, "answerable": False},  # not so
    {"question": "Tell me something"},
)


def write(folder: Path, *lines: Mapping[str, object] | str) -> Path:
    file = folder / "questions.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return file


def evaluate(file: Path, newsroom: Newsroom, scope: Scope = WHOLE) -> Evaluation:
    cases = read_cases(file, scope)
    check_truth(cases, newsroom.library)
    return sum_up(list(run_cases(cases, newsroom.library)), newsroom.library)


def rejected(file: Path, newsroom: Newsroom, scope: Scope = WHOLE) -> str:
    """Return the message that stops an evaluation before anything is asked."""
    with pytest.raises(BadQuestion) as caught:
        check_truth(read_cases(file, scope), newsroom.library)
    return str(caught.value)


@pytest.fixture(scope="module")
def evaluated(archive: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluate(write(tmp_path_factory.mktemp("questions"), *QUESTIONS), archive)


@pytest.mark.slow
def test_the_figures_are_those_counted_by_hand(evaluated: Evaluation) -> None:
    quoted = len(evaluated.outcomes[1].quotes)  # the expected sentence, and its context
    levels = [outcome.level for outcome in evaluated.outcomes]
    assert levels[3] == levels[4] != "answers"
    by_hand = {
        "hits@1": (3 / 4, 4),
        "hits@4": (1, 4),
        "hits@10": (1, 4),
        "MRR@10": ((1 + 1 + 1 / 2 + 1) / 4, 4),
        "nDCG@10": ((1 + 1 + 1 / log2(3) + 1) / 4, 4),
        "answered when answerable": (levels[:4].count("answers") / 4, 4),
        "not answered when unanswerable": ((2 - levels[4:6].count("answers")) / 2, 2),
        "right sentence shown": (1, 1),
        "sentence precision": (1 / quoted, 1),
        "sentence recall": (1, 1),
        "sentence F1": (2 / (quoted + 1), 1),
    }
    assert tuple(evaluated.figures) == FIGURES
    assert {name: it.n for name, it in evaluated.figures.items()} == {name: n for name, (_, n) in by_hand.items()}
    for name, (value, _) in by_hand.items():
        assert evaluated.figures[name].value == pytest.approx(value), name
    assert all(it.low <= it.value <= it.high for it in evaluated.figures.values())
    assert 0 < evaluated.median <= evaluated.p95


def test_a_question_is_scored_by_what_was_found_first_and_what_was_quoted() -> None:
    line = Line("here", {}, "x", WHOLE)
    case = Case(line, paths=("c", "l"), quotes=("One  said\nso.", "Two did."), answerable=True)
    quotes = (("c", "One said so."), ("a", "Three fell."), ("a", "Four rose."))
    outcome = Outcome(case, found=tuple("abcdefghijkl"), level="answers", quotes=quotes, milliseconds=1, problem="")
    assert outcome.scores() == {
        "hits@1": 0,
        "hits@4": 1,
        "hits@10": 1,
        "MRR@10": pytest.approx(1 / 3),
        # They are third of ten, and twelfth, which is too late. At best they would be first and second.
        "nDCG@10": pytest.approx((1 / log2(4)) / (1 + 1 / log2(3))),
        "answered when answerable": 1,
        "right sentence shown": 1,
        "sentence precision": pytest.approx(1 / 3),
        "sentence recall": 1 / 2,
        "sentence F1": pytest.approx(2 / 5),
    }
    unsure = replace(outcome, level="may_answer")
    assert unsure.scores() == outcome.scores() | {"answered when answerable": 0}
    assert replace(unsure, quotes=quotes[1:]).scores()["right sentence shown"] == 0
    unanswerable = Case(line, paths=(), quotes=(), answerable=False)
    rights: dict[Level, int] = {"answers": 0, "may_answer": 1, "nothing": 1}
    for level, right in rights.items():
        one = replace(outcome, case=unanswerable, level=level)
        assert one.scores() == {"not answered when unanswerable": right}


@pytest.mark.slow
def test_the_table_has_each_figure_and_how_it_was_measured(evaluated: Evaluation) -> None:
    lines = list(evaluation_lines(evaluated))
    assert lines[:3] == [
        "| figure | value | 95 % | questions |",
        "|---|---|---|---|",
        "| hits@1 | 0.750 | 0.250 to 1.000 | 4 |",
    ]
    table = lines[: lines.index("")]
    assert len(table) == 2 + len(FIGURES) + 2
    assert all(line.count("|") == 5 for line in table)
    assert lines[-1].startswith(
        "7 articles, 10 passages of at most 200 tokens, 10 of them embedded with all-MiniLM-L6-v2"
    )


@pytest.mark.slow
def test_a_figure_without_a_question_for_it_is_left_out(archive: Newsroom, tmp_path: Path) -> None:
    scored = evaluate(write(tmp_path, {"question": OTTAWA, "answerable": False}), archive)
    assert list(scored.figures) == ["not answered when unanswerable"]
    false = {
        "question": "What pay rise did the train drivers accept?",
        "paths": "fiction/strike.txt",
        "answerable": False,
    }
    scored = evaluate(write(tmp_path, false), archive)
    assert scored.figures["hits@1"].value == 1
    assert scored.figures["not answered when unanswerable"].value == 0


def test_a_question_for_which_nothing_is_found_quotes_none_of_its_sentences(archive: Newsroom, tmp_path: Path) -> None:
    lost = {"question": "Which goose laid the golden egg?", "quotes": [COST]}
    scored = evaluate(write(tmp_path, lost), archive)
    assert scored.outcomes[0].level != "answers"
    names = ("answered when answerable", "right sentence shown", "sentence precision", "sentence recall", "sentence F1")
    assert [scored.figures[name].value for name in names] == [0] * 5


@pytest.mark.slow
def test_a_question_is_asked_of_its_days_and_outlets_only(archive: Newsroom, tmp_path: Path) -> None:
    asked = {"question": FERRIES, "paths": ["fiction/ferries.txt"]}
    narrow = {**asked, "since": "2026-03-01", "as_of": "2026-03-05"}
    outcome = evaluate(write(tmp_path, narrow), archive).outcomes[0]
    assert "fiction/strike.txt" not in outcome.found
    outcome = evaluate(write(tmp_path, asked), archive, Scope(since=date(2026, 3, 1))).outcomes[0]
    assert "fiction/strike.txt" not in outcome.found
    early = Scope(until=date(2026, 2, 28))
    assert "line 1: the article 'fiction/ferries.txt' is outside the days or outlets" in rejected(
        write(tmp_path, asked), archive, early
    )
    assert "is in no such article" in rejected(write(tmp_path, {"question": "?", "quotes": [COST]}), archive, early)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"question": "x", "paths": ["gone.txt"]}, "line 2: no article 'gone.txt' is on the shelf. Expected a path as"),
        (
            {"question": "x", "quotes": ["Nobody said so."]},
            "line 2: the quote 'Nobody said so.' is in no such article.",
        ),
        ({"question": "x", "quotes": [COST[:30]]}, "is not one whole sentence of its article. Expected"),
        ({"question": "x", "quotes": [COST], "paths": [SEED.name]}, "is in no such article. Expected"),
        ({"question": "x", "quotes": ["y" * 500]}, f"the quote '{'y' * 80}…' is in no"),
    ],
)
def test_an_answer_that_cannot_be_found_is_reported_before_anything_is_asked(
    archive: Newsroom, tmp_path: Path, line: Mapping[str, object], says: str
) -> None:
    assert says in rejected(write(tmp_path, QUESTIONS[0], line), archive)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "expected {"),
        ("[]", "expected {"),
        ({"paths": ["a"]}, "expected {"),
        ({"question": "x", "paths": [1]}, "expected {"),
        ({"question": "x", "paths": {"a": 1}}, "expected {"),
        ({"question": "x", "quotes": ["  "]}, "expected {"),
        ({"question": "x", "answerable": "no"}, "expected {"),
        ({"question": "x", "answerable": 0}, "expected {"),
        ({"question": "x", "since": "soon"}, "expected {"),
        ({"question": " "}, "The question is empty."),
        ({"question": "x", "path": "a", "note": 1}, "a question has no field 'note', 'path'. Expected {"),
        ({"question": "x", "quotes": ["a"], "answerable": False}, 'there are quotes that answer, but "answerable" is'),
        ({"question": "x", "since": "2026-02-02", "as_of": "2026-02-01"}, "since (2026-02-02) is later"),
    ],
)
def test_a_bad_line_is_reported_with_its_number(tmp_path: Path, line: Mapping[str, object] | str, says: str) -> None:
    file = write(tmp_path, QUESTIONS[0], "", line)
    with pytest.raises(BadQuestion) as caught:
        read_cases(file, WHOLE)
    assert str(caught.value).startswith(f"{file}, line 3: {says}")


def test_a_missing_field_is_no_answer(tmp_path: Path) -> None:
    nothing: Mapping[str, object] = {"question": "x", "paths": [], "quotes": None, "answerable": None}
    (case, _) = read_cases(write(tmp_path, nothing, QUESTIONS[0]), WHOLE)
    assert case == Case(case.line, (), (), answerable=None)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "has no question. Expected a line such as {"),
        (["", " "], "has no question. Expected a line such as {"),
        ([{"question": "x"}, {"question": "y"}], "no line has an answer. Expected"),
    ],
)
def test_a_file_without_answers_is_not_asked(
    tmp_path: Path, lines: list[Mapping[str, object] | str], says: str
) -> None:
    with pytest.raises(BadQuestion, match=re.escape(says)):
        read_cases(write(tmp_path, *lines), WHOLE)


def test_the_json_says_what_it_is(evaluated: Evaluation) -> None:
    assert evaluation_json(evaluated)["kind"] == KIND == "dateline evaluation"


def test_each_question_has_its_own_scores(evaluated: Evaluation) -> None:
    result = json.loads(json.dumps(evaluation_json(evaluated)))
    rows = result["questions"]
    assert [row.get("id") for row in rows] == ["a", *[None] * 6]
    assert (rows[2]["since"], rows[2]["as_of"], rows[2]["found"]) == (
        "2026-02-20",
        None,
        ["fiction/ferries.txt", "fiction/turbines.txt"],
    )
    assert rows[3]["level"] != "answers"
    assert [row["refusal"] for row in rows] == [row["level"] == "nothing" for row in rows]
    assert rows[2]["scores"] == {
        "hits@1": 0,
        "hits@4": 1,
        "hits@10": 1,
        "MRR@10": 0.5,
        "nDCG@10": 0.6309,
        "answered when answerable": float(rows[2]["level"] == "answers"),
    }
    assert rows[-1]["scores"] == {}
    assert {"path": "fiction/ferries.txt", "quote": COST} in rows[1]["quotes"]
    for name, figure in result["figures"].items():
        scores = [row["scores"][name] for row in rows if name in row["scores"]]
        assert (figure["value"], figure["n"]) == (pytest.approx(sum(scores) / len(scores), abs=1e-4), len(scores))


def test_a_result_replaces_a_result_and_nothing_else(evaluated: Evaluation, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    for _ in range(2):
        save(evaluated, kept)
        assert json.loads(kept.read_text()) == json.loads(json.dumps(evaluation_json(evaluated)))
    assert [file.name for file in tmp_path.iterdir()] == ["kept.json"]
    for number, content in enumerate((b"", b"{}", b"[]", b'{"kind": "letter"}', b"\xff\xfe", b"My notes", b"[" * 9999)):
        other = tmp_path / f"other-{number}"
        other.write_bytes(content)
        for writing in (lambda file: save(evaluated, file), check_place):
            with pytest.raises(ResultUnwritable, match="is not a result of `dateline evaluate`"):
                writing(other)
        assert other.read_bytes() == content
    with pytest.raises(ResultUnwritable, match="is not a result"):
        check_place(tmp_path)
    with pytest.raises(ResultUnwritable, match="nowhere is not a folder"):
        check_place(tmp_path / "nowhere" / "kept.json")


def test_the_commit_is_datelines_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=n", "-c", "user.email=n@localhost", "-c", "commit.gpgsign=false")
        run = subprocess.run(["git", *identity, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True)
        return run.stdout.strip()

    assert commit_of(tmp_path) is None
    git("init", "--quiet")
    assert commit_of(tmp_path) is None, "nothing is committed yet"
    file = tmp_path / "file"
    file.write_text("one")
    git("add", "file")
    git("commit", "--quiet", "--message", "one")
    git("tag", "v1")
    head = git("rev-parse", "HEAD")
    assert commit_of(tmp_path) == head
    file.write_text("two")
    assert commit_of(tmp_path) == f"{head}-dirty"
    (tmp_path / "site-packages").mkdir()
    assert commit_of(tmp_path / "site-packages") is None, "a checkout that Dateline is only installed in"
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    assert commit_of(tmp_path / "site-packages") is None
    monkeypatch.setenv("PATH", "")
    assert commit_of(tmp_path) is None


@pytest.mark.slow
def test_the_command_evaluates_the_questions_of_the_guide_and_keeps_the_result(dateline: CommandLine) -> None:
    guide = (ROOT / "docs" / "guides" / "evaluation.md").read_text()
    questions = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)[0]
    write(dateline.folder, questions)
    table = dateline("evaluate", "questions.jsonl", "--save", "kept.json")
    assert table.returncode == 0, table.stderr
    assert table.stdout.startswith("| figure | value | 95 % | questions |\n|---|---|---|---|\n| hits@1 | 1.000 |")
    assert "| answered when answerable | 1.000 | 1.000 to 1.000 | 2 |" in table.stdout
    again = dateline("evaluate", "questions.jsonl", "--json", "--save", "kept.json")
    assert again.returncode == 0, again.stderr
    result = json.loads(again.stdout)
    assert result == json.loads((dateline.folder / "kept.json").read_text())
    assert result["figures"]["sentence recall"]["value"] == 1
    assert [row["id"] for row in result["questions"]] == [1, 2, 3]
    assert str(dateline.folder) not in again.stdout
    over = dateline("evaluate", "questions.jsonl", "--save", "questions.jsonl")
    assert (over.returncode, over.stdout) == (1, "")
    assert over.stderr.startswith("questions.jsonl exists and is not a result of `dateline evaluate`.")
    assert (dateline.folder / "questions.jsonl").read_text() == questions
    missing = dateline("evaluate", "nowhere.jsonl")
    assert (missing.returncode, missing.stderr.startswith("nowhere.jsonl: cannot be read")) == (1, True)
    assert dateline("evaluate").returncode == 2


@pytest.mark.slow
def test_a_long_evaluation_shows_its_progress(dateline: CommandLine) -> None:
    write(dateline.folder, *[{"question": OTTAWA, "answerable": False}] * 60)
    dateline("index")
    run = dateline("evaluate", "questions.jsonl")
    assert run.stderr.splitlines() == [f"asked {done} of 60 questions" for done in range(6, 61, 6)]
    assert "| not answered when unanswerable | 1.000 | 1.000 to 1.000 | 60 |" in run.stdout


@pytest.mark.slow
def test_questions_with_keyword_search_only_are_reported(dateline: CommandLine) -> None:
    write(dateline.folder, QUESTIONS[0])
    with serve_embeddings() as server:
        environment = {"DATELINE_EMBEDDING_MODEL": "words", "DATELINE_EMBEDDING_BASE_URL": server.base_url}
        dateline("index", **environment)
        server.fault = "login page"
        run = dateline("evaluate", "questions.jsonl", "--save", "kept.json", **environment)
    assert run.returncode == 0, run.stderr
    assert "Keyword search only: 1 question. The embedding endpoint" in run.stdout
    (row,) = json.loads((dateline.folder / "kept.json").read_text())["questions"]
    assert row["problem"].startswith("The embedding endpoint")


@pytest.mark.slow
def test_a_shelf_without_vectors_says_so(dateline: CommandLine) -> None:
    write(dateline.folder, QUESTIONS[0])
    nowhere = {"DATELINE_EMBEDDING_MODEL": "m", "DATELINE_EMBEDDING_BASE_URL": "http://127.0.0.1:9/v1"}
    dateline("index", **nowhere)
    run = dateline("evaluate", "questions.jsonl", **nowhere)
    assert run.returncode == 0, run.stderr
    assert "4 passages of at most 200 tokens, none of them embedded." in run.stdout
