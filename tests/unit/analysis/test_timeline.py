"""Timelines: quotes in the order in which things happened."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from index.core.formatting import xml_line
from index.text.articles import Article
from index.text.spans import Span
from rag.analysis.timeline import Timeline, find_timeline, make_timeline
from rag.answering.pipeline import answer_question
from rag.cli import commands
from rag.evidence.citations import Citation
from rag.output.answer import REFUSED
from rag.output.export import TIMELINE_FORMS, export_timeline
from rag.output.timeline import timeline_json, timeline_lines
from rag.output.timeline_svg import timeline_image, wrap
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


def test_quotes_stand_in_the_order_of_what_they_tell(newsroom: Newsroom) -> None:
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
        "  The ferry of Halden Ford will sail again in June. (Planned · June → Jun 2026)",
        "    Raised (4 Mar 2026)",
        "No day is told",
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
    narrowed = find_timeline(asked, library=newsroom.library, today=today)
    assert [event.citation.article.path for event in narrowed.events] == ["b.txt"]
    assert next(timeline_lines(narrowed)) == "Published 1 Feb to 3 Mar 2026, for “February”."
    assert timeline_json(narrowed)["days"] == {
        "phrase": "February", "since": "2026-02-01", "until": "2026-03-03", "used": True
    }  # fmt: skip
    everything = find_timeline(asked, library=newsroom.library, today=today, all_days=True)
    assert {event.citation.article.path for event in everything.events} == {"a.txt", "b.txt", "c.txt"}
    # Nothing was published then: all days are searched, and that is said.
    given_way = find_timeline(asked.replace("February", "January"), library=newsroom.library, today=today)
    assert given_way.dated is not None
    assert not given_way.dated.used
    assert {event.citation.article.path for event in given_way.events} >= {"a.txt", "b.txt"}


def test_a_question_that_names_days_alone_is_told_what_was_published_then(newsroom: Newsroom) -> None:
    fill(newsroom)
    newsroom.write("copy.txt", "Title: Copied\nDate: 2026-02-13\n\nThe ferry of Halden Ford sank on Saturday.")
    newsroom.indexed()
    timeline = find_timeline("What happened in February?", library=newsroom.library, today=date(2026, 2, 20))
    assert list(timeline_lines(timeline))[:4] == [
        "Published 1 Feb to 28 Feb 2026, for “February”.",
        "No subject is named: the first sentence of 1 of 2 articles.",
        "7 Feb 2026",
        "  The ferry of Halden Ford sank on Saturday. (Saturday → 7 Feb 2026)",
    ]
    nothing = find_timeline("What happened in January?", library=newsroom.library, today=date(2026, 2, 20))
    assert list(timeline_lines(nothing))[1:] == [REFUSED]


def test_what_the_shelf_does_not_say_has_no_timeline(archive: Newsroom) -> None:
    timeline = find_timeline(OTTAWA, library=archive.library)
    assert list(timeline_lines(timeline)) == [REFUSED]
    assert REFUSED in timeline_image(timeline)


def test_a_timeline_of_one_persons_words_has_only_theirs(archive: Newsroom) -> None:
    timeline = find_timeline("What did Ines Okafor say about the ferries?", library=archive.library)
    lines = [line for line in timeline_lines(timeline) if line.startswith("  ") and line[2] != " "]
    assert lines
    assert all("(Ines Okafor, " in line for line in lines)


def test_a_follow_up_has_the_timeline_of_what_was_searched_for(archive: Newsroom) -> None:
    first = archive.ask(FENTANYL)
    follow_up = answer_question("when will that happen?", library=archive.library, before=[first])
    timeline = find_timeline(follow_up.question, library=archive.library, standalone=follow_up.standalone)
    assert {event.citation.article.path for event in timeline.events} == {first.quotes[0].article.path}


def cite(text: str, *, title: str = "Sunk", outlet: str | None = "Wire", published: date | None = None) -> Citation:
    article = Article(title, "a.txt", title, text, Span(0, len(text)), published, None, outlet, None, None)
    return Citation(article, article.body)


def drawn(timeline: Timeline) -> list[str]:
    """Return the lines of text in an image, which is well-formed and refers to nothing."""
    image = timeline_image(timeline)
    root = ElementTree.fromstring(image)
    for element in root.iter():
        assert element.tag.split("}")[1] in {"svg", "title", "style", "rect", "path", "circle", "text"}
        assert not any("href" in name or name.startswith("on") for name in element.attrib)
    assert image.count("http") == 1 + timeline.question.count("http") * 2 + image.count(">http"), "the namespace alone"
    assert "url(" not in image.split("</style>")[0]
    return ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]


TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
ANY = st.text(st.characters() | st.sampled_from("<>&\"'\u202e\u2066\u0000\ufffe \u0301שع日👩\u200d"), max_size=200)


@given(ANY, ANY, ANY, st.none() | st.dates())
def test_any_text_is_drawn_as_text(quote: str, title: str, outlet: str, published: date | None) -> None:
    citation = cite(quote, title=title, outlet=outlet, published=published)
    lines = drawn(Timeline(title, make_timeline([citation]), None, ""))
    shown = "".join("".join(lines).split())
    for text in (quote, title, outlet):
        assert "".join(xml_line(text).translate(TURNING).split()) in shown
    assert not set(shown) & set(map(chr, TURNING))


@given(ANY, st.floats(2, 60))
def test_lines_hold_every_word_and_break_no_sign_from_its_accent(text: str, width: float) -> None:
    lines = wrap(" ".join(text.split()), width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert not any(line[:1] in ("\u0301", "\u200d") for line in lines[1:])


def test_an_image_names_days_quotes_and_sources(newsroom: Newsroom) -> None:
    fill(newsroom)
    timeline = find_timeline(FERRY, library=newsroom.library)
    lines = drawn(timeline)
    assert lines[:3] == [FERRY, "4 quotes from 3 articles, by the day told of", "7 Feb 2026"]
    assert lines[3:6] == [
        "The ferry of Halden Ford sank on Saturday.",
        "Saturday → 7 Feb 2026",
        "Sunk",
    ]
    assert lines[6:8] == ["Reported 12 Feb 2026", "3 Mar 2026"]


def test_a_long_title_takes_one_line_of_an_image_and_a_quote_all_it_needs() -> None:
    words = "The council said that the ferry sank. " * 20
    lines = drawn(
        Timeline("What sank?", make_timeline([cite(words, title=words, published=date(2026, 1, 1))]), None, "")
    )
    (title,) = [line for line in lines if line.endswith("…")]
    assert words.startswith(title.removesuffix("…"))
    assert "".join("".join(lines).split()).count("ferrysank") >= 20


def test_a_timeline_is_taken_along_in_every_form(newsroom: Newsroom) -> None:
    fill(newsroom)
    timeline = find_timeline(FERRY, library=newsroom.library)
    hostile = replace(timeline, events=make_timeline([cite("=1+1 <b> sank.", title="@x", published=date(2026, 1, 1))]))
    made = {form: export_timeline(timeline, form).content for form in TIMELINE_FORMS}
    assert made["svg"] == timeline_image(timeline).encode()
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


def test_the_command_line_draws_a_timeline(dateline: CommandLine) -> None:
    run = dateline("timeline", "liaison officers", "--output", "officers.svg")
    assert (run.returncode, "Written: officers.svg" in run.stderr) == (0, True), run.stderr
    assert "liaison officers" in drawn_file((dateline.folder / "officers.svg").read_text())


def drawn_file(image: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(image).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("wrong", [["--format", "pdf"], ["--output", "a.png"], ["--format", "svg", "--json"]])
def test_what_cannot_be_drawn_is_refused_before_anything_is_asked(wrong: list[str]) -> None:
    assert CliRunner().invoke(commands, ["timeline", FENTANYL, *wrong]).exit_code == 2
