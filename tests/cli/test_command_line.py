"""The command line: each command runs in a separate process and without a network."""

import json
import shutil
import signal
import socket
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest

from index.cli import run
from index.core.logs import log_path, set_up_logging, stop_logging
from tests.conftest import FENTANYL, FICTION, OTTAWA, SEED, CommandLine
from tests.support.embedding_server import FAULTS, serve_embeddings


def test_ask_quotes_the_stored_text_at_its_offsets(dateline: CommandLine) -> None:
    """The first question indexes the shelf, and `show` has each quote at its offsets."""
    asked = dateline("ask", FENTANYL, "--json")
    assert asked.returncode == 0, asked.stderr
    assert f"visible  {SEED.name}" in asked.stderr
    answer = json.loads(asked.stdout)
    article = json.loads(dateline("show", SEED.name, "--json").stdout)
    assert article["text"] == SEED.read_text()
    assert article["copies"] == []
    assert (article["published"], article["place"]) == ("2026-02-12", "New Delhi")
    assert article["day"]["from"] == "dateline"
    assert dateline("show", SEED.name).stderr == "language: English\nday: 2026-02-12, from the dateline\n"
    quotes = []
    for statement in answer["statements"]:
        for citation in statement["citations"]:
            quotes.append(citation["quote"])
            assert citation["quote"] == article["text"][citation["start"] : citation["end"]]
    assert quotes[0].startswith("As per the statement")
    assert "fentanyl precursors" in quotes[0]
    assert quotes[1].startswith('"During the meeting, it was agreed')
    assert json.loads(dateline("ask", OTTAWA, "--json").stdout)["level"] != "answers"


def test_index_prints_each_event_as_a_line_of_json(dateline: CommandLine) -> None:
    seeds = dateline.folder / "seeds"
    (seeds / "scan.pdf").write_bytes(b"%PDF")
    events = [json.loads(line) for line in dateline("index", "--json").stdout.splitlines()]
    assert [event["event"] for event in events] == ["visible", "rejected", "done"]
    assert events[0]["path"] == SEED.name
    assert events[1]["path"] == "scan.pdf"
    assert events[1]["reason"].startswith("scan.pdf: the PDF is damaged")
    assert (events[2]["articles"], events[2]["embedded"]) == (1, 4)
    (seeds / SEED.name).unlink()
    (seeds / "scan.pdf").unlink()  # was never on the shelf, so it does not leave it
    events = [json.loads(line) for line in dateline("index", "--json").stdout.splitlines()]
    assert [event["event"] for event in events] == ["removed", "done"]
    assert events[-1]["articles"] == 0


def test_a_second_run_of_index_embeds_nothing(dateline: CommandLine) -> None:
    first, second = dateline("index").stdout, dateline("index").stdout
    assert "embedded 4 of 4 passages" in first
    assert "1 new or changed, 0 removed, 0 rejected, 0 unchanged, 4 embedded" in first
    assert second.startswith("1 article on the shelf, 4 passages: 0 new or changed")
    assert "1 unchanged, 0 embedded" in second


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_watch_indexes_now_and_after_each_change_until_a_signal(dateline: CommandLine, ending: signal.Signals) -> None:
    seeds = dateline.folder / "seeds"
    with dateline.running("watch") as watch:
        assert watch.stdout is not None
        assert watch.stderr is not None
        assert _lines_until("article on the shelf", watch.stdout)[0].startswith(f"visible  {SEED.name}")
        assert watch.stderr.readline() == f"Watching {seeds} (Ctrl-C ends it)\n"
        (seeds / "river.txt").write_text("The River Lind fell to 4.1 metres.")
        assert _lines_until("articles on the shelf", watch.stdout)[0].startswith("visible  river.txt")
        seeds.rename(seeds.with_name("away"))
        assert watch.stderr.readline().startswith("There is no folder")
        seeds.with_name("away").rename(seeds)
        (seeds / "river.txt").unlink()
        assert "removed  river.txt\n" in _lines_until("1 article on the shelf", watch.stdout)
        watch.send_signal(ending)
        assert watch.wait(timeout=60) == 0
        # A folder that is removed and restored may be noticed more than once.
        *others, last = watch.stderr.read().splitlines()
        assert last == "Watching ended. What was indexed stays."
        assert all(line.startswith("There is no folder") for line in others)


def test_alerts_are_added_run_read_and_removed(dateline: CommandLine) -> None:
    article = dateline.folder / "seeds" / "more.txt"
    said = "It was agreed on fentanyl precursors that all is well."
    kept = dateline("alerts", f" {FENTANYL}\n")
    assert kept.stdout.startswith(f"1. {FENTANYL} (since "), kept.stderr
    assert f"visible  {SEED.name}" in kept.stderr, "the first use of an empty store indexes first"
    assert dateline("alerts", FENTANYL, "--since", "2026-01-05", "--outlet", "The Lamp").returncode == 0
    article.write_text(f"{said}\n")
    with dateline.running("index") as other:  # if two runs overlap, only one prints
        runs = [dateline("index").stdout, other.communicate(timeout=60)[0]]
    (printed,) = (run for run in runs if "new quote" in run)
    assert printed.endswith(
        f"1 new quote on “{FENTANYL}”\n"
        "  It was agreed on fentanyl precursors that all is well\n"
        f"    [1] {said} (Agreed)\n"
    )
    first, second = json.loads(dateline("alerts", "--json").stdout)
    assert set(first) == {"number", "question", "searched_as", "since", "as_of", "outlets", "languages", "kept", "new"}
    (result,) = first["new"]
    assert set(result) == {"found", "quotes", "problem"}
    (quote,) = result["quotes"]
    assert article.read_text()[quote["start"] : quote["end"]] == quote["quote"] == said
    assert (second["number"], second["since"], second["outlets"], second["new"]) == (2, "2026-01-05", ["The Lamp"], [])
    assert said in dateline("alerts", "--read", "1").stdout
    assert said.encode() in (dateline.folder / ".dateline" / "alerts.db").read_bytes()
    listed = dateline("alerts", "--forget", "1").stdout
    assert said not in listed
    assert said.encode() not in (dateline.folder / ".dateline" / "alerts.db").read_bytes()
    assert "; only The Lamp, since 5 Jan 2026): nothing new" in listed
    assert "1. " not in dateline("alerts", "--remove", "1").stdout
    for wrong, code, says in (
        (("--read", "1"), 1, "There is no alert 1."),
        (("--forget", "1"), 1, "There is no alert 1."),
        (("--read", "2", "--remove", "2"), 2, "Give a question"),
        (("--read", "2", "--forget", "2"), 2, "Give a question"),
        (("--outlet", "The Lamp"), 2, "Give a question"),
    ):
        run = dateline("alerts", *wrong)
        assert (run.returncode, says in run.stderr) == (code, True), run.stderr


def test_watch_prints_the_events_of_index_and_what_alerts_find_as_json(
    dateline: CommandLine,
) -> None:
    assert dateline("alerts", FENTANYL).returncode == 0
    with dateline.running("watch", "--json") as watch:
        assert watch.stdout is not None
        assert [json.loads(line)["event"] for line in _lines_until('"done"', watch.stdout)] == ["done"]
        said = "It was agreed on fentanyl precursors that all is well."
        (dateline.folder / "seeds" / "more.txt").write_text(said)
        *before, result = (json.loads(line) for line in _lines_until('"alert"', watch.stdout))
        assert [line["event"] for line in before] == ["visible", "done"]
        assert (result["number"], [quote["quote"] for quote in result["quotes"]]) == (1, [said])
        (dateline.folder / "seeds" / SEED.name).unlink()
        assert [json.loads(line)["event"] for line in _lines_until('"done"', watch.stdout)] == ["removed", "done"]
        watch.send_signal(signal.SIGINT)
        assert watch.wait(timeout=60) == 0


def _lines_until(last: str, lines: IO[str]) -> list[str]:
    read = []
    while last not in (line := lines.readline()):
        assert line, "ended early"
        read.append(line)
    return [*read, line]


def test_add_reports_each_file_and_skips_those_it_cannot_add(dateline: CommandLine) -> None:
    folder = dateline.folder
    (folder / "river.txt").write_text("The River Lind fell to 4.1 metres.")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    good, bad = ("river.txt", f"seeds/{SEED.name}"), ("nowhere.txt", "picture.png", "seeds", "http://localhost/a.txt")
    run = dateline("add", *bad[:2], *good, *bad[2:])
    assert run.returncode == 1
    added, present, following = run.stdout.splitlines()
    assert (added, present) == ("added    river.txt", f"present  {SEED.name}, nothing to add")
    assert following.startswith("Run `dateline index` to put what is new on the shelf.")
    refused = run.stderr.splitlines()
    assert [line.partition(": ")[0] for line in refused] == [f"refused  {given}" for given in bad]
    assert "leads to " in refused[-1]
    assert "which is not on the public internet" in refused[-1]
    again = [json.loads(line) for line in dateline("add", *good, "nowhere.txt", "--json").stdout.splitlines()]
    assert [(line["given"], line["path"], line["new"], line["url"]) for line in again] == [
        ("river.txt", "river.txt", False, None),
        (good[1], SEED.name, False, None),
        ("nowhere.txt", None, False, None),
    ]
    assert again[2]["reason"].startswith("nowhere.txt: there is no such file")
    all_in = dateline("add", *good)
    assert (all_in.returncode, all_in.stderr) == (0, "")
    assert "`dateline index`" not in all_in.stdout, "nothing is new"
    assert not (folder / ".dateline").exists()
    assert "2 articles on the shelf" in dateline("index").stdout


def test_status_and_list_show_what_is_on_the_shelf(dateline: CommandLine) -> None:
    empty = json.loads(dateline("status", "--json").stdout)
    assert (empty["articles"], empty["last_run"]) == (0, None)
    dateline("index")
    status = json.loads(dateline("status", "--json").stdout)
    assert {name: status[name] for name in ("articles", "chunks", "embedded", "rejected")} == {
        "articles": 1,
        "chunks": 4,
        "embedded": 4,
        "rejected": 0,
    }
    assert status["bytes"] > 10_000
    assert status["embedding_model"] == "all-MiniLM-L6-v2@8199be6f-98cb0e3b"
    assert status["chat_model"] is None
    assert status["last_run"].startswith("20")
    (listed,) = json.loads(dateline("list", "--json").stdout)
    assert {name: listed[name] for name in ("path", "published", "place", "chunks")} == {
        "path": SEED.name,
        "published": "2026-02-12",
        "place": "New Delhi",
        "chunks": 4,
    }
    assert dateline("list").stdout.startswith(f"2026-02-12  {SEED.name}  India and Canada")
    assert "embedding model  all-MiniLM" in dateline("status").stdout
    assert dateline("list", "--undated").stdout == (
        "The article on the shelf is not in scope (without a date). Choose articles with a date too.\n"
    )
    (dateline.folder / "seeds" / "undated.txt").write_text("The harbour was closed.")
    assert "2 articles on the shelf (1 without a date), 5 passages" in dateline("index").stdout
    assert dateline("list", "--undated").stdout.split()[:3] == ["no", "date", "undated.txt"]


def test_a_batch_is_answered_in_order(dateline: CommandLine) -> None:
    lines = [
        {"id": 7, "question": OTTAWA},
        {"id": "b", "question": FENTANYL, "as_of": "2026-02-15"},
        {"question": FENTANYL, "as_of": "2026-02-01"},
    ]
    batch = dateline.folder / "batch.jsonl"
    batch.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n")
    answers = [json.loads(line) for line in dateline("ask", "--batch", str(batch)).stdout.splitlines()]
    sure = [(answer.get("id"), answer["level"] == "answers") for answer in answers]
    assert sure == [(7, False), ("b", True), (None, False)]
    assert answers[2]["refusal"] is True
    found = [json.loads(line) for line in dateline("search", "-k", "2", "--batch", str(batch)).stdout.splitlines()]
    assert [(line.get("id"), len(line["hits"])) for line in found] == [(7, 2), ("b", 2), (None, 0)]


def test_list_search_and_ask_respect_days_and_outlets(dateline: CommandLine) -> None:
    shutil.copytree(FICTION, dateline.folder / "seeds" / "fiction")
    dateline("index")
    wire = ("--outlet", "Fictional Wire")

    def listed(*arguments: str) -> list[str]:
        return [article["path"] for article in json.loads(dateline("list", "--json", *arguments).stdout)]

    assert listed(*wire) == ["fiction/ferries.txt", "fiction/bronzes.txt", "fiction/lunches.txt"]
    assert listed(*wire, "--since", "2026-02-01") == ["fiction/ferries.txt"]
    both = ("--outlet", "", "--outlet", "Castlemere Courier (fictional)")
    assert listed(*both, "--as-of", "2026-02-12") == [SEED.name, "fiction/strike.txt"]
    none = dateline("list", "--outlet", "No Such Paper")
    assert none.stdout.startswith("None of the 7 articles on the shelf is in scope (No Such Paper).")

    hits = json.loads(dateline("search", "ferries", "--json", *wire, "--as-of", "2026-02-01").stdout)["hits"]
    assert {hit["path"] for hit in hits} == {"fiction/bronzes.txt"}
    assert (
        "Nothing in scope (No Such Paper) matches." in dateline("search", "ferries", "--outlet", "No Such Paper").stdout
    )
    follow_up = ("ask", "when will that happen?", "--after", FENTANYL, "--json", "--outlet", "")
    answer = json.loads(dateline(*follow_up, "--since", "2026-02-01", "--as-of", "2026-02-15").stdout)
    assert answer["searched_as"].endswith(", on fentanyl precursors?")
    assert {passage["path"] for passage in answer["passages"]} == {SEED.name}
    assert answer["searched"]["outlets"] == [""]
    assert (answer["searched"]["since"], answer["searched"]["as_of"]) == ("2026-02-01", "2026-02-15")

    batch = dateline.folder / "batch.jsonl"
    lines = [
        {"question": OTTAWA},
        {"question": OTTAWA, "outlet": ["Fictional Wire", ""], "since": None},
        {"question": OTTAWA, "outlet": "", "since": "2026-02-20", "as_of": "2026-02-20"},
    ]
    batch.write_text("\n".join(json.dumps(line) for line in lines))
    found = dateline("search", "-k", "100", "--since", "2026-02-01", *wire, "--batch", str(batch)).stdout.splitlines()
    paths = [{hit["path"] for hit in json.loads(line)["hits"]} for line in found]
    assert paths == [
        {"fiction/ferries.txt"},
        {"fiction/ferries.txt", SEED.name, "fiction/turbines.txt"},
        {"fiction/turbines.txt"},
    ]


@pytest.mark.parametrize("command", [["list"], ["search", "x"], ["ask", "x"], ["ask", "--batch", "nowhere.jsonl"]])
def test_a_first_day_after_the_last_is_refused(dateline: CommandLine, command: list[str]) -> None:
    run = dateline(*command, "--since", "2026-02-16", "--as-of", "2026-02-15")
    assert (run.returncode, run.stdout) == (2, "")
    assert "--since 2026-02-16 is later than --as-of 2026-02-15" in " ".join(run.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"id": 1}',
        '{"question": " "}',
        '{"question": "x", "as_of": "May"}',
        '{"question": "x", "since": 20260215}',
        '{"question": "x", "outlet": 7}',
        '{"question": "x", "outlet": ["Reuters", null]}',
        '{"question": "x", "since": "2026-02-16", "as_of": "2026-02-15"}',
        "[1]",
    ],
)
def test_a_bad_line_stops_a_batch_before_it_starts(dateline: CommandLine, line: str) -> None:
    batch = dateline.folder / "batch.jsonl"
    batch.write_text(json.dumps({"question": FENTANYL}) + "\n" + line + "\n")
    run = dateline("search", "--batch", str(batch))
    assert (run.returncode, run.stdout) == (1, "")
    assert "batch.jsonl, line 2: " in run.stderr.splitlines()[-1]


def test_options_take_precedence_over_the_environment(dateline: CommandLine) -> None:
    other = dateline.folder / "other"
    other.mkdir()
    (other / "lunch.txt").write_text("Oakhaven offers every pupil a free lunch.")
    run = dateline(
        "search", "lunch", "--seeds", "other", "--store", "kept", "--json", DATELINE_SEEDS="seeds", DATELINE_STORE="no"
    )
    assert json.loads(run.stdout)["hits"][0]["path"] == "lunch.txt"
    assert (dateline.folder / "kept" / "articles.db").exists()
    assert not (dateline.folder / "no").exists()


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["show", "nowhere.txt"], {}, "No article 'nowhere.txt' is on the shelf."),
        (["index", "--seeds", "nowhere"], {}, "There is no folder"),
        (["watch", "--seeds", "nowhere"], {}, "There is no folder"),
        (["add", "file", "--seeds", "nowhere"], {}, "There is no folder"),
        (["ask", " "], {}, "The question is empty."),
        (["ask", "--batch", "nowhere.jsonl"], {}, "nowhere.jsonl: cannot be read"),
        (["index"], {"DATELINE_EMBEDDING_MODEL": "m"}, "there is no OPENAI_API_KEY"),
        (["index"], {"DATELINE_CHUNK_TOKENS": "few"}, "A setting cannot be used (DATELINE_CHUNK_TOKENS: "),
        (["index", "--store", "seeds/" + SEED.name], {}, "is in the seeds folder"),
        (["index", "--store", "file"], {}, "cannot be opened"),
        (["index", "--store", "seeds"], {}, "is the seeds folder or contains it"),
        (["index", "--store", "."], {}, "is the seeds folder or contains it"),
        (["serve", "--port", "$TAKEN"], {}, "is taken on this machine"),
        (["status"], {"DATELINE_EMBEDDING_BASE_URL": "http://localhost:port/v1"}, "DATELINE_EMBEDDING_BASE_URL: "),
        (["status"], {"DATELINE_EMBEDDING_BASE_URL": "localhost:11434"}, "expected an address such as http://"),
        (["status"], {"OPENAI_API_KEY": "sk-ключ"}, "OPENAI_API_KEY: "),
        (["status"], {"DATELINE_EMBEDDING_FOLDER": "seeds"}, "model.onnx is missing"),
    ],
)
def test_a_problem_the_user_can_fix_is_one_message_and_exit_code_1(
    dateline: CommandLine, arguments: list[str], environment: dict[str, str], says: str
) -> None:
    (dateline.folder / "file").touch()
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        run = dateline(*(port if argument == "$TAKEN" else argument for argument in arguments), **environment)
    assert run.returncode == 1
    assert says in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""


@pytest.mark.parametrize(
    "arguments", [["add"], ["ask"], ["ask", "x", "--batch", "y"], ["nothing"], ["search", "x", "-k", "0"]]
)
def test_wrong_use_is_exit_code_2(dateline: CommandLine, arguments: list[str]) -> None:
    run = dateline(*arguments)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_the_embedding_endpoint_is_used_and_none_of_its_faults_shows_the_key(dateline: CommandLine) -> None:
    with serve_embeddings() as server:
        environment = {
            "DATELINE_EMBEDDING_MODEL": "words",
            "DATELINE_EMBEDDING_BASE_URL": server.base_url,
            "OPENAI_API_KEY": "sk-secret",
        }
        assert "4 embedded" in dateline("index", **environment).stdout
        assert dateline("ask", FENTANYL, **environment).stdout.count("fentanyl precursors") == 1
        mixed = dateline("search", FENTANYL)
        assert mixed.returncode == 1
        assert "The shelf was embedded with 'words at http://127.0.0.1" in mixed.stderr
        (dateline.folder / "seeds" / "new.txt").write_text("Something new happened.")
        for server.fault in FAULTS:
            failed = dateline("index", **environment)
            assert failed.returncode == 1
            assert "embed" in failed.stderr
            assert "sk-secret" not in failed.stdout + failed.stderr
        asked = dateline("ask", FENTANYL, **environment)
        assert "sk-secret" not in asked.stdout + asked.stderr
        assert "sk-secret" not in _everything_in(dateline.folder)
        assert json.loads(dateline("list", "--json").stdout)[0]["path"] == SEED.name


def test_an_interrupt_ends_a_question_that_no_model_answers(dateline: CommandLine) -> None:
    with serve_embeddings() as server:
        environment = {"DATELINE_EMBEDDING_MODEL": "words", "DATELINE_EMBEDDING_BASE_URL": server.base_url}
        assert "4 embedded" in dateline("index", **environment).stdout
    with (
        socket.create_server(("127.0.0.1", server.port)) as silent,
        dateline.running("ask", FENTANYL, **environment) as asking,
    ):
        silent.settimeout(60)
        with silent.accept()[0] as connection:
            assert connection.recv(4) == b"POST", "the question is being embedded"
            asking.send_signal(signal.SIGINT)
            output, _ = asking.communicate(timeout=30)
    assert (asking.returncode, output) == (130, "")


def test_a_failing_endpoint_drops_no_vectors_and_leaves_keyword_search(dateline: CommandLine) -> None:
    dateline("index")
    nowhere = {"DATELINE_EMBEDDING_MODEL": "m", "DATELINE_EMBEDDING_BASE_URL": "http://127.0.0.1:9/v1"}
    failed = dateline("index", **nowhere)
    assert (failed.returncode, "cannot be reached" in failed.stderr) == (1, True)
    assert "fentanyl precursors" in dateline("ask", FENTANYL).stdout, "a mistake in the settings drops nothing"
    new = dateline("index", "--store", "new", **nowhere)
    assert (new.returncode, f"visible  {SEED.name}" in new.stdout) == (1, True)
    with serve_embeddings() as server:
        environment = {**nowhere, "DATELINE_EMBEDDING_BASE_URL": server.base_url}
        assert "4 embedded" in dateline("index", **environment).stdout
        server.fault = "login page"
        asked = dateline("ask", FENTANYL, **environment)
        assert asked.stdout.startswith("Keyword search only. The embedding endpoint")
        assert asked.stdout.count("fentanyl precursors") == 1
        found = json.loads(dateline("search", FENTANYL, "--json", **environment).stdout)
        assert found["problem"].startswith("The embedding endpoint")
        assert found["hits"][0]["found_by"] == {"keyword": 1}


def test_an_env_file_that_is_not_utf8_is_reported(dateline: CommandLine) -> None:
    (dateline.folder / ".env").write_text("DATELINE_SEEDS=seeds\n", encoding="utf-16")
    run = dateline("status")
    assert (run.returncode, run.stderr.startswith(".env is not UTF-8 text.")) == (1, True)


def test_a_batch_may_have_a_byte_order_mark_and_any_line_ending(dateline: CommandLine) -> None:
    batch = dateline.folder / "batch.jsonl"
    batch.write_bytes(b"\xef\xbb\xbf" + '{"question": "fentanyl\u2028precursors"}\r\n'.encode())
    (line,) = dateline("search", "--batch", str(batch)).stdout.splitlines()
    assert json.loads(line)["hits"][0]["path"] == SEED.name


def test_control_characters_of_an_article_are_not_printed(dateline: CommandLine) -> None:
    seeds = dateline.folder / "seeds"
    (seeds / "a\x1b[2J.md").write_text('---\ntitle: "\\e[31mRed\\u0007"\n---\nThe mayor said so.')
    written = [dateline(*arguments).stdout for arguments in (["index"], ["list"], ["ask", "What did the mayor say?"])]
    assert "Red" in written[0]
    assert not any("\x1b" in text or "\x07" in text for text in written)


def test_letters_that_the_terminal_lacks_are_escaped(dateline: CommandLine) -> None:
    run = dateline("index", PYTHONIOENCODING="ascii")
    assert run.returncode == 0, run.stderr
    assert "countries\\u2026" in run.stdout


def test_a_question_that_is_not_valid_text_is_still_asked(dateline: CommandLine) -> None:
    run = dateline("ask", "fentanyl \udce9 precursors", "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["question"] == "fentanyl ? precursors"


def test_an_unexpected_error_is_one_sentence_with_the_path_of_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "The mayor said so"

    def fail() -> None:
        set_up_logging(tmp_path, level="warning")
        raise LookupError(text)

    try:
        with pytest.raises(SystemExit, match="1"):
            run(fail)
    finally:
        stop_logging()
    said = capsys.readouterr()
    log = log_path(tmp_path)
    assert said == ("", f"An unexpected error ended this command (LookupError): the details are in {log}.\n")
    assert f'{__file__}", line' in log.read_text()
    assert text not in log.read_text()


def test_verbose_is_taken_before_and_after_the_command(dateline: CommandLine) -> None:
    for arguments in (("--verbose", "list"), ("list", "--verbose")):
        assert dateline(*arguments).returncode == 0
    assert dateline("list", "--", "--verbose").returncode == 2


def _everything_in(folder: Path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())
