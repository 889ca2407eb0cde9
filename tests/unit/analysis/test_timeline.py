"""Timelines: quotes in the order of events."""

import csv
import io
import json
from dataclasses import replace
from datetime import date

import docx
import pytest
from typer.testing import CliRunner

from index.text.articles import Article
from index.text.spans import Span
from rag.analysis.timeline import find_timeline, make_timeline
from rag.answering.pipeline import answer_question
from rag.answering.query import make_query
from rag.cli import commands
from rag.evidence.citations import Citation
from rag.output.answer_text import NOTHING_FOUND
from rag.output.export import FORMS, export_timeline
from rag.output.timeline import timeline_json, timeline_lines
from tests.conftest import FENTANYL, OTTAWA, CommandLine, Newsroom

RAISED = "The ferry of Halden Ford was raised, the council said on Tuesday."
FERRY = "the ferry of Halden Ford"


def fill(newsroom: Newsroom) -> None:
    newsroom.write(
        "b.txt", "Title: Sunk\nDate: 2026-02-12\n\nThe ferry of Halden Ford sank on Saturday. Rain is expected."
    )
    newsroom.write(
        "a.txt",
        f"Title: Raised\nDate: 2026-03-04\n\n{RAISED} The ferry of Halden Ford will sail again in June.",
    )
    newsroom.write("c.txt", "Title: Undated\n\nThe ferry of Halden Ford is red.")
    newsroom.indexed()


def test_quotes_are_in_the_order_of_events(newsroom: Newsroom) -> None:
    fill(newsroom)
    timeline = find_timeline(FERRY, library=newsroom.library)
    assert (timeline.problem, timeline.dated) == ("", None)
    assert [(event.first, event.phrase) for event in timeline.events] == [
        (date(2026, 2, 7), "Saturday"),
        (date(2026, 3, 3), "Tuesday"),
        (date(2026, 6, 1), "June"),
        (None, ""),
    ]
    assert list(timeline_lines(timeline)) == [
        "7 Feb 2026",
        "  The ferry of Halden Ford sank on Saturday. (Saturday → 7 Feb 2026)",
        "    Sunk (12 Feb 2026)",
        "3 Mar 2026",
        f"  {RAISED} (The council, statement · Tuesday → 3 Mar 2026)",
        "    Raised (4 Mar 2026)",
        "Jun 2026",
        "  The ferry of Halden Ford will sail again in June. (Planned)",
        "    Raised (4 Mar 2026)",
        "No date",
        "  The ferry of Halden Ford is red.",
        "    Undated",
    ]
    got = json.loads(json.dumps(timeline_json(timeline)))
    assert set(got) == {"question", "days", "events"}
    first = got["events"][0]
    assert (first["first"], first["last"], first["phrase"], first["published"]) == (
        "2026-02-07",
        "2026-02-07",
        "Saturday",
        "2026-02-12",
    )
    assert got["events"][3]["first"] is got["events"][3]["phrase"] is None


def test_days_in_the_question_narrow_a_timeline_as_they_narrow_an_answer(newsroom: Newsroom) -> None:
    fill(newsroom)
    asked = "What happened to the ferry of Halden Ford in February?"
    today = date(2026, 3, 20)
    narrowed = find_timeline(make_query(asked, today=today), library=newsroom.library)
    assert [event.citation.article.path for event in narrowed.events] == ["b.txt"]
    assert next(timeline_lines(narrowed)) == "Published 1 Feb to 3 Mar 2026, for “February”."
    assert timeline_json(narrowed)["days"] == {
        "phrase": "February", "since": "2026-02-01", "until": "2026-03-03", "used": True
    }  # fmt: skip
    everything = find_timeline(make_query(asked, today=today, all_days=True), library=newsroom.library)
    assert {event.citation.article.path for event in everything.events} == {"a.txt", "b.txt", "c.txt"}
    # Nothing was published then: all days are searched, and the answer says so.
    in_january = make_query(asked.replace("February", "January"), today=today)
    given_way = find_timeline(in_january, library=newsroom.library)
    assert given_way.dated is not None
    assert not given_way.dated.used
    assert {event.citation.article.path for event in given_way.events} >= {"a.txt", "b.txt"}


@pytest.mark.slow
def test_a_question_with_only_days_shows_what_was_published_then(newsroom: Newsroom) -> None:
    fill(newsroom)
    newsroom.write("copy.txt", "Title: Copied\nDate: 2026-02-13\n\nThe ferry of Halden Ford sank on Saturday.")
    newsroom.indexed()
    today = date(2026, 2, 20)
    timeline = find_timeline(make_query("What happened in February?", today=today), library=newsroom.library)
    assert list(timeline_lines(timeline))[:4] == [
        "Published 1 Feb to 28 Feb 2026, for “February”.",
        "No subject given: the first sentence of 1 of 2 articles.",
        "7 Feb 2026",
        "  The ferry of Halden Ford sank on Saturday. (Saturday → 7 Feb 2026)",
    ]
    nothing = find_timeline(make_query("What happened in January?", today=today), library=newsroom.library)
    assert list(timeline_lines(nothing))[1:] == [NOTHING_FOUND]


def test_what_the_shelf_does_not_say_has_no_timeline(archive: Newsroom) -> None:
    timeline = find_timeline(OTTAWA, library=archive.library)
    assert list(timeline_lines(timeline)) == [NOTHING_FOUND]


def test_a_timeline_of_one_persons_words_has_only_theirs(archive: Newsroom) -> None:
    timeline = find_timeline("What did Ines Okafor say about the ferries?", library=archive.library)
    lines = [line for line in timeline_lines(timeline) if line.startswith("  ") and line[2] != " "]
    assert lines
    assert all("(Ines Okafor, " in line for line in lines)


@pytest.mark.slow
def test_a_follow_up_has_the_timeline_of_what_was_searched_for(archive: Newsroom) -> None:
    first = archive.ask(FENTANYL)
    follow_up = answer_question(make_query("when will that happen?", before=[first]), library=archive.library)
    query = make_query(follow_up.question, standalone=follow_up.standalone)
    timeline = find_timeline(query, library=archive.library)
    assert {event.citation.article.path for event in timeline.events} == {first.quotes[0].article.path}


def cite(text: str, *, title: str = "Sunk", outlet: str | None = "Wire", published: date | None = None) -> Citation:
    article = Article(title, "a.txt", title, text, Span(0, len(text)), published, None, outlet, None, None)
    return Citation(article, article.body)


def test_a_timeline_is_exported_in_every_format(newsroom: Newsroom) -> None:
    fill(newsroom)
    timeline = find_timeline(FERRY, library=newsroom.library)
    hostile = replace(timeline, events=make_timeline([cite("=1+1 <b> sank.", title="@x", published=date(2026, 1, 1))]))
    made = {form: export_timeline(timeline, form).content for form in FORMS}
    markdown = made["md"].decode()
    assert markdown.startswith(
        "# the ferry of Halden Ford\n\n## 7 Feb 2026\n\n> The ferry of Halden Ford sank on Saturday"
    )
    paragraphs = [paragraph.text for paragraph in docx.Document(io.BytesIO(made["docx"])).paragraphs]
    assert paragraphs[:3] == [FERRY, "7 Feb 2026", "“The ferry of Halden Ford sank on Saturday.”"]
    rows = list(csv.DictReader(io.StringIO(made["csv"].decode().removeprefix("\ufeff"))))
    assert [(row["first"], row["phrase"], row["date"]) for row in rows][:1] == [
        ("2026-02-07", "Saturday", "2026-02-12")
    ]
    assert (len(rows), rows[-1]["first"]) == (4, "")
    assert made["bibtex"].decode().count("@article") == 3
    (row,) = csv.DictReader(io.StringIO(export_timeline(hostile, "csv").content.decode().removeprefix("\ufeff")))
    assert (row["quote"], row["article"]) == ("'=1+1 <b> sank.", "'@x")


@pytest.mark.slow
def test_the_command_line_writes_a_timeline(dateline: CommandLine) -> None:
    run = dateline("timeline", "liaison officers", "--output", "officers.md")
    assert (run.returncode, "Written: officers.md" in run.stderr) == (0, True), run.stderr
    assert (dateline.folder / "officers.md").read_text().startswith("# liaison officers")


@pytest.mark.parametrize("wrong", [["--format", "pdf"], ["--output", "a.svg"], ["--format", "md", "--json"]])
def test_an_unknown_format_is_refused_before_anything_is_asked(wrong: list[str]) -> None:
    assert CliRunner().invoke(commands, ["timeline", FENTANYL, *wrong]).exit_code == 2
