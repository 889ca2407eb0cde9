"""Output of an answer as text and as JSON."""

import json
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs

import pytest

from index.core.formatting import long_day, none_in_scope, one_line, scope_words
from index.core.scope import Scope
from index.pipeline.events import Visible
from index.pipeline.sync import sync_shelf
from index.text.spans import Span
from rag.answering.models import Prose
from rag.answering.pipeline import answer_question, find_passages
from rag.evidence.permalinks import Place
from rag.llm.client import ChatModel
from rag.output.answer_json import answer_json, hits_json
from rag.output.answer_text import MAY_ANSWER, answer_text, hit_lines, searched_line
from tests.conftest import FENTANYL, OTTAWA, SEED, Newsroom
from tests.support.chat_server import KEY, as_json, serve_chat
from tests.support.levels import at_level

LACKS = "No article mentions “population”. "


@pytest.mark.slow
def test_an_answer_is_shown_on_a_terminal(archive: Newsroom) -> None:
    lines = answer_text(at_level(archive.ask(FENTANYL), "answers", 2)).splitlines()
    assert lines[0] == (
        "India and Canada have agreed to establish liaison officers in each other's countries… (New Delhi, 12 Feb 2026)"
    )
    assert lines[1].startswith("  [1] As per the statement, ")
    assert lines[2].startswith('  [2] "During the meeting, it was agreed ')
    assert lines[2].endswith("the statement stated. (The statement, direct quote · agreed)")
    assert len(lines) == 3


@pytest.mark.slow
def test_what_may_answer_is_shown_with_numbers_and_what_was_searched(archive: Newsroom) -> None:
    sure = at_level(archive.ask(FENTANYL), "answers", 2)
    lines = answer_text(at_level(sure, "may_answer")).splitlines()
    assert lines[0] == "Closest on the shelf; these may answer:"
    assert lines[1:-1] == answer_text(sure).splitlines()
    searched = "Searched 7 articles, published 19 Jan 2026 to 3 Mar 2026, 1 undated, for: "
    assert lines[-1] == f"{searched}{FENTANYL}"
    absent = replace(sure.searched, absent_names=("population",))
    assert answer_text(replace(at_level(sure, "may_answer"), searched=absent)).startswith(f"{LACKS}{MAY_ANSWER}")
    assert len(searched_line(archive.ask("what " * 300))) < 250


def test_if_nothing_is_found_the_reason_comes_first_and_no_quote(archive: Newsroom) -> None:
    answer = archive.ask("banana bread recipe")
    assert answer_text(answer).splitlines() == [
        "No article mentions “banana” or “bread” or “recipe”. Nothing found on the shelf.",
        "Searched 7 articles, published 19 Jan 2026 to 3 Mar 2026, 1 undated, for: banana bread recipe",
    ]
    prose = Prose("m", "whole", (), refused=True, problem="", usage=None, seconds=1.0)
    by_model = answer_text(replace(answer, prose=prose)).splitlines()
    assert by_model[0].endswith("“bread” or “recipe”. The model finds no answer on the shelf.")
    known = at_level(archive.ask(FENTANYL), "nothing")
    assert answer_text(known).splitlines()[0] == "Nothing found on the shelf."


def test_what_was_searched_in_a_scope_shows_the_scope(archive: Newsroom) -> None:
    def searched(scope: Scope) -> str:
        return searched_line(at_level(archive.ask(OTTAWA, scope), "nothing"))

    wire = frozenset({"Fictional Wire"})
    earlier = searched(Scope(until=date(2026, 2, 1)))
    assert earlier == f"Searched 2 of 7 articles (up to 1 Feb 2026), for: {OTTAWA}"
    wired = searched(Scope(outlets=wire))
    days = "published 28 Jan 2026 to 3 Mar 2026, 1 undated"
    assert wired == f"Searched 3 of 7 articles (Fictional Wire), {days}, for: {OTTAWA}"
    both = searched(Scope(date(2026, 2, 1), date(2026, 3, 3), wire))
    assert both == f"Searched 1 of 7 articles (Fictional Wire, 1 Feb to 3 Mar 2026), for: {OTTAWA}"
    before = searched(Scope(until=date(2025, 1, 1)))
    assert before == (
        "None of the 7 articles on the shelf is in scope (up to 1 Jan 2025). "
        "Choose other days. Undated articles are in scope only if no day is set."
    )
    lines = list(hit_lines([], "", Scope(outlets=wire)))
    assert lines == ["Nothing in scope (Fictional Wire) matches."]


def test_a_scope_is_written_in_words() -> None:
    day = date(2026, 2, 1)
    assert scope_words(Scope()) == ""
    assert scope_words(Scope(since=day)) == "since 1 Feb 2026"
    assert scope_words(Scope(day, day)) == "1 Feb 2026"
    assert scope_words(Scope(date(2025, 12, 31), day)) == "31 Dec 2025 to 1 Feb 2026"
    assert scope_words(Scope(outlets=frozenset({"b", "A", "\x1b[2J\nC", ""}))) == "[2J C, A, b and unnamed outlets"
    many = Scope(until=day, outlets=frozenset(f"Outlet {number}" for number in range(1, 8)))
    assert scope_words(many) == "Outlet 1, Outlet 2, Outlet 3 and 4 others, up to 1 Feb 2026"
    for scope, advice in (
        (Scope(day, date(2026, 1, 1)), "The first day is later than the last day. Swap them."),
        (Scope(day, day, frozenset({"A"})), "Choose other days or outlets. Undated articles are in scope only if"),
    ):
        assert none_in_scope(scope, 1).startswith("The article on the shelf is not in scope (")
        assert f"). {advice}" in none_in_scope(scope, 1)


def test_an_answer_of_an_empty_shelf_says_what_to_do(newsroom: Newsroom) -> None:
    lines = answer_text(newsroom.ask(OTTAWA)).splitlines()
    assert lines[-1] == "The shelf is empty. Put articles into the seeds folder and index them."


def test_the_json_of_an_answer_matches_the_contract(archive: Newsroom) -> None:
    got = json.loads(json.dumps(answer_json(at_level(archive.ask(FENTANYL), "answers", 2))))
    assert set(got) == {
        "question",
        "searched_as",
        "sources",
        "level",
        "parts",
        "about_shelf",
        "chance",
        "refusal",
        "answer",
        "statements",
        "quotes",
        "passages",
        "searched",
        "model",
        "state",
        "problem",
        "usage",
        "copies",
        "days",
        "figures",
        "disagreements",
        "seconds",
    }
    assert (got["level"], got["refusal"]) == ("answers", False)
    assert 0.5 < got["chance"] <= 1
    assert got["model"] is None
    with archive.library.shelf.read() as reading:
        text = reading.article(SEED.name).text
    named = {"articles", "undated", "first", "last", "since", "as_of", "outlets", "chunks", "embedded", "problem"}
    named.add("languages")
    named |= {"by_outlet", "more_outlets", "absent", "absent_names", "corrections", "nearest"}
    assert set(got["searched"]) == named
    for statement in got["statements"]:
        assert set(statement) == {"text", "verdict", "citations"}
        for citation in statement["citations"]:
            assert set(citation) == {
                "language",
                "path",
                "title",
                "published",
                "start",
                "end",
                "quote",
                "link",
                "page",
                "ocr",
                "speaker",
                "kind",
                "certainty",
                "when",
            }
            assert citation["quote"] == text[citation["start"] : citation["end"]]
            place = Place.read(parse_qs(citation["link"].removeprefix("?"))["quote"][0])
            assert place is not None
            assert place.span == Span(citation["start"], citation["end"])
    for passage in got["passages"]:
        assert set(passage) == {"number", "path", "title", "published", "start", "end", "text", "page", "ocr"}


@pytest.mark.slow
def test_an_answer_shows_how_much_semantic_search_covered(newsroom: Newsroom) -> None:
    newsroom.write(SEED.name, SEED.read_bytes())
    notes = [
        answer_text(newsroom.ask(FENTANYL)).splitlines()[0]
        for event in sync_shelf(newsroom.library)
        if isinstance(event, Visible)
    ]
    assert notes == ["Semantic search: 0 of 4 passages so far, keyword search all of them."]
    assert "Semantic search" not in answer_text(newsroom.ask(FENTANYL))


def test_the_json_of_an_answer_has_its_scope(archive: Newsroom) -> None:
    scope = Scope(date(2026, 2, 1), date(2026, 3, 1), frozenset({"Fictional Wire", ""}))
    for asked, in_json in ((scope, ["2026-02-01", "2026-03-01", ["", "Fictional Wire"]]), (Scope(), [None, None, []])):
        searched = json.loads(json.dumps(answer_json(archive.ask(FENTANYL, asked))))["searched"]
        assert [searched[name] for name in ("since", "as_of", "outlets")] == in_json


def test_the_json_has_the_level_and_quotes_nothing_if_nothing_was_found(archive: Newsroom) -> None:
    sure = at_level(archive.ask(FENTANYL), "answers", 2)
    unsure, nothing = (answer_json(at_level(sure, level)) for level in ("may_answer", "nothing"))
    assert (unsure["level"], unsure["refusal"]) == ("may_answer", False)
    assert unsure["statements"] == answer_json(sure)["statements"] != []
    assert unsure["quotes"] == answer_json(sure)["quotes"]
    assert (nothing["level"], nothing["refusal"], nothing["chance"]) == ("nothing", True, 0)
    assert nothing["statements"] == nothing["quotes"] == []
    assert str(nothing["answer"]).startswith("Nothing found on the shelf.")


def test_the_json_of_hits_matches_the_contract(archive: Newsroom) -> None:
    hits, _ = find_passages("liaison officers", library=archive.library, k=3)
    got = json.loads(json.dumps(hits_json("liaison officers", hits, "")))
    assert got["question"] == "liaison officers"
    assert len(got["hits"]) == len(hits) == 3
    for hit in got["hits"]:
        assert set(hit) == {
            "rank",
            "score",
            "path",
            "title",
            "published",
            "start",
            "end",
            "text",
            "page",
            "ocr",
            "found_by",
        }
        assert set(hit["found_by"]) <= {"dense", "keyword"}
    assert next(iter(hit_lines(hits, ""))).startswith("1. India and Canada")
    assert list(hit_lines([], "")) == ["Nothing on the shelf matches."]


def test_a_hit_on_a_page_that_ocr_read_says_so(archive: Newsroom) -> None:
    ((hit, passage),), _ = find_passages("liaison officers", library=archive.library, k=1)
    scanned = replace(passage.article, pages=(0, passage.span.end - 5), ocr=(2,))
    hits = [(hit, replace(passage, article=scanned))]
    assert next(iter(hit_lines(hits, ""))).endswith("), pages 1 to 2, read by OCR")
    (got,) = json.loads(json.dumps(hits_json("liaison officers", hits, "")))["hits"]
    assert (got["page"], got["ocr"]) == (1, True)


def test_a_day_is_written_as_news_does() -> None:
    assert long_day(date(2026, 12, 31)) == "31 Dec 2026"
    assert long_day(None) == ""


def test_prose_is_shown_on_a_terminal(archive: Newsroom) -> None:
    with serve_chat() as server:
        server.say = lambda _: as_json(
            ("Liaison officers are expected to help on fentanyl precursors, the statement said.", ["1.1"]),
            ("No timeline is set.", []),
        )
        chat = ChatModel("m", base_url=server.base_url, key=KEY, seconds=20, answer_tokens=99, price=(1, 10))
        answer = at_level(answer_question(FENTANYL, library=archive.library, chat=chat), "answers", 2)
    passage = answer.passages[0]
    first = one_line(passage.sentences[0].cut(passage.article.text))
    purpose, agreed = (one_line(quote.quote) for quote in answer.quotes)
    title = "India and Canada have agreed to establish liaison officers in each other's countries…"
    source = f"{title} (New Delhi, 12 Feb 2026)"
    said = (
        "Liaison officers are expected to help on fentanyl precursors, the statement said. [1] "
        f"(unclear: {answer.statements[0].message}) "
        "No timeline is set. (uncited: No source cited.)"
    )
    assert answer_text(answer).splitlines() == [
        said,
        "",
        source,
        f"  [1] {first} (Ministry of External Affairs, statement · agreed · Thursday → 12 Feb 2026)",
        "Found without the model:",
        f"  - {purpose} (The statement)",
        f"    {source}",
        f"  - {agreed} (The statement, direct quote · agreed)",
        f"    {source}",
        "m: 1,234 tokens in, 56 out, $0.0018",
    ]
    got = json.loads(json.dumps(answer_json(answer)))
    assert got["usage"] == {"tokens_in": 1234, "tokens_out": 56, "counted_here": False, "dollars": 0.001794}
    assert [statement["verdict"] for statement in got["statements"]] == ["unclear", "uncited"]
    assert got["statements"][1]["rule"] == "no_source"
    assert got["statements"][1]["message"] == "No source cited."
    assert (got["model"], got["state"], got["refusal"]) == ("m", "whole", False)
