"""Timelines: quotes in the order in which things happened."""

import json
from datetime import date

from rag.answers import find_quotes
from rag.rendering import REFUSED, timeline_json, timeline_lines
from rag.timelines import make_timeline
from tests.conftest import OTTAWA, Newsroom

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
    quotes, problem = find_quotes(FERRY, parts=newsroom.parts)
    events = make_timeline(quotes)
    assert problem == ""
    assert [(event.first, event.phrase) for event in events] == [
        (date(2026, 2, 7), "Saturday"),
        (date(2026, 3, 3), "Tuesday"),
        (date(2026, 6, 1), "June"),
        (None, ""),
    ]
    assert list(timeline_lines(events, problem)) == [
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
    got = json.loads(json.dumps(timeline_json(FERRY, events, problem)))
    assert set(got) == {"question", "events"}
    first = got["events"][0]
    assert (first["first"], first["last"], first["phrase"], first["published"]) == (
        "2026-02-07",
        "2026-02-07",
        "Saturday",
        "2026-02-12",
    )
    assert got["events"][3]["first"] is got["events"][3]["phrase"] is None


def test_what_the_shelf_does_not_say_has_no_timeline(archive: Newsroom) -> None:
    assert find_quotes(OTTAWA, parts=archive.parts)[0] == ()
    assert list(timeline_lines((), "")) == [REFUSED]


def test_a_timeline_of_one_persons_words_has_only_theirs(archive: Newsroom) -> None:
    quotes, _ = find_quotes("What did Ines Okafor say about the ferries?", parts=archive.parts)
    lines = [line for line in timeline_lines(make_timeline(quotes), "") if line.startswith("  ") and line[2] != " "]
    assert lines
    assert all("(Ines Okafor, " in line for line in lines)
