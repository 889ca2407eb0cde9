"""Draft checks: which sentences of a text are on the shelf, and what was changed."""

from datetime import date

import pytest

from index.core.errors import BadDraft
from index.core.scope import Scope
from rag.analysis.draft_check import LONGEST_DRAFT, OTHER_ORDER, Checked, CheckedDraft, check_draft, clean_draft
from rag.output.draft import draft_json, draft_lines
from tests.conftest import Newsroom

COST = "The vessels will cost 48.5 million crowns, of which the province pays 30 million."


def check(newsroom: Newsroom, text: str, scope: Scope = Scope()) -> CheckedDraft:  # noqa: B008 (frozen)
    with newsroom.library.shelf.read() as reading:
        return check_draft(text, reading=reading, scope=scope)


def check_one(newsroom: Newsroom, text: str, form: str = "sentence") -> Checked:
    (part,) = [part for part in check(newsroom, text).parts if part.form == form]
    return part


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        COST,
        f"- **{COST}**",
        COST.replace(" province", "\nprovince"),
        f"Front matter stays out.\n\n{COST}"[25:],
        "The vessels will cost 48.5 million crowns, of which the province pays 30 million",
    ],
)
def test_typography_does_not_change_that_a_sentence_is_verbatim(archive: Newsroom, text: str) -> None:
    part = check_one(archive, text)
    assert (part.mark, part.places[0].quote, part.places[0].article.path) == ("verbatim", COST, "fiction/ferries.txt")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "said", "written"),
    [
        (COST.replace("48.5", "84.5"), "84.5", "48.5"),
        (COST.replace("province", "city"), "city", "province"),
        (COST.replace(", of which the province pays 30 million", ""), "", ", of which the province pays 30 million"),
        (COST.replace("will cost", "will not cost"), "not", ""),
        (COST.replace("The vessels", "the vessels"), "the", "The"),
    ],
)
def test_what_was_changed_in_a_sentence_is_shown(archive: Newsroom, text: str, said: str, written: str) -> None:
    part = check_one(archive, text)
    assert (part.mark, part.places[0].quote) == ("altered", COST)
    changed = [(piece.said.strip(), piece.written.strip()) for piece in part.pieces if not piece.same]
    assert changed == [(said, written)]


def test_a_figure_that_differs_is_named(archive: Newsroom) -> None:
    (difference,) = check_one(archive, COST.replace("48.5", "84.5")).differences
    assert (difference.said, difference.written) == ("84.5 million crowns", "48.5 million crowns")


def test_a_reworded_sentence_is_similar_and_any_other_is_absent(archive: Newsroom) -> None:
    similar = check_one(archive, "No fare rises before 2029, the authority stated.")
    assert (similar.mark, similar.pieces) == ("similar", ())
    assert similar.places[0].quote.startswith("Fares will not rise before 2029")
    absent = check_one(archive, "Penguins were seen in the botanical garden of Zagreb.")
    assert (absent.mark, absent.places) == ("absent", ())


@pytest.mark.parametrize(
    ("quotation", "mark"),
    [
        ("We could not keep patching hulls from 1961", "verbatim"),
        ("could not keep patching hulls", "verbatim"),
        ("The new boats are quieter … they carry 40 more passengers", "verbatim"),
        ("The new boats [of the harbour] carry 40 more passengers", "verbatim"),
        ("[T]he new boats are quieter, and they carry 40 more [people]", "verbatim"),
        ("We can not keep patching hulls from 1961", "altered"),
        ("They carry 40 more passengers … the new boats are quieter", "altered"),
        ("We will build a bridge to Gull Island by next spring", "absent"),
    ],
)
@pytest.mark.parametrize("marks", ["“”", '""', "«»", "‘’"])
def test_a_quotation_is_checked_separately(archive: Newsroom, quotation: str, mark: str, marks: str) -> None:
    part = check_one(archive, f"A director of the harbour put it so: {marks[0]}{quotation}{marks[1]}.", "quotation")
    assert part.mark == mark
    for place in part.places if mark == "verbatim" else ():
        assert place.quote in place.article.text


def test_a_quotation_with_its_parts_in_another_order_is_reported(archive: Newsroom) -> None:
    part = check_one(archive, "“they carry 40 more passengers … new boats are quieter”, it says.", "quotation")
    assert (part.mark, part.note) == ("altered", OTHER_ORDER)


def test_a_quotation_may_span_several_sentences(archive: Newsroom) -> None:
    said = (
        "Both countries have agreed that there will be liaison officers on both sides. As to when it is going to "
        "happen, I don't have a time framework in mind with me at this point in time."
    )
    checked = check(archive, f"“{said}”")
    (part,) = checked.parts
    assert (part.form, part.mark, part.places[0].quote) == ("quotation", "verbatim", said.rstrip("."))


def test_each_sentence_of_a_long_quotation_has_its_place(archive: Newsroom) -> None:
    said = (
        "Both countries have agreed that there will be liaison officers on both ships. As to when it is going to "
        "happen, I don't have a time framework in mind with me at this point in time. Ducks swim."
    )
    (part,) = check(archive, f"“{said}”").parts
    changed = [(piece.said.strip(), piece.written.strip()) for piece in part.pieces if not piece.same]
    assert (part.mark, changed) == ("altered", [("ships", "sides"), ("Ducks swim", "")])
    assert len(part.places) == 2


def test_only_articles_of_the_scope_count(archive: Newsroom) -> None:
    checked = check(archive, COST, Scope(until=date(2026, 2, 15)))
    assert checked.parts[0].mark == "absent"
    assert checked.reach.last == date(2026, 2, 12)


def test_front_matter_and_lines_without_words_are_no_sentences(archive: Newsroom) -> None:
    checked = check(archive, f"---\ntitle: “A title”\n---\n\n***\n\n1. {COST}\n2. {COST}\n")
    assert [part.mark for part in checked.parts] == ["verbatim", "verbatim"]


def test_a_draft_has_nothing_on_an_empty_shelf(newsroom: Newsroom) -> None:
    checked = check(newsroom, f"{COST} “Nobody left”, he said.")
    assert {part.mark for part in checked.parts} == {"absent"}
    assert draft_json(checked)["searched"] == {
        "articles": 0, "undated": 0, "first": None, "last": None, "since": None, "as_of": None, "outlets": [],
        "languages": [],
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", " \n*** …", "x " * LONGEST_DRAFT])
def test_a_draft_that_cannot_be_checked_is_refused(text: str) -> None:
    with pytest.raises(BadDraft, match=r"has no words|has [\d,]+ characters"):
        clean_draft(text)


def test_a_checked_draft_is_shown_on_a_terminal(archive: Newsroom) -> None:
    lines = list(draft_lines(check(archive, f"{COST.replace('48.5', '84.5')} \u001b[31mPenguins were seen in Zagreb.")))
    assert lines[:3] == [
        "2 sentences: 1 altered, 1 not on the shelf.",
        "Looked for in 7 articles, published 19 Jan 2026 to 3 Mar 2026.",
        "",
    ]
    assert lines[3] == f"altered           {COST.replace('48.5', '84.5')}"
    assert lines[4].strip().startswith("The vessels will cost [-48.5-]{+84.5+} million crowns, of which")
    assert lines[5].strip() == "The article says “48.5 million crowns”, the draft “84.5 million crowns”."
    assert lines[6].strip().startswith("fiction/ferries.txt, characters 262 to 343: Port Ellery to replace its two")
    assert not any("\u001b" in line for line in lines)


def test_a_checked_draft_is_written_as_json(archive: Newsroom) -> None:
    written_json = draft_json(check(archive, f"{COST} It called them “quieter”."))
    assert written_json["sentences"] == {"verbatim": 1, "altered": 0, "similar": 0, "absent": 1}
    assert written_json["quotations"] == {"verbatim": 1, "altered": 0, "similar": 0, "absent": 0}
    text, parts = written_json["text"], written_json["parts"]
    assert isinstance(text, str)
    assert isinstance(parts, list)
    for part in parts:
        assert text[part["start"] : part["end"]] == part["text"]


def test_words_divided_by_the_stored_text_are_verbatim_as_they_are_typed(newsroom: Newsroom) -> None:
    written = "The ofﬁ-\ncials of Benmore ended the long-\nterm nego\u00adtiations with Pen-\nrose."
    newsroom.write("bill.txt", written)
    newsroom.index()
    part = check_one(newsroom, "The officials of Benmore ended the long-term negotiations with Penrose.")
    assert (part.mark, part.places[0].quote) == ("verbatim", written)
    assert newsroom.ask("Which negotiations did officials end?").level == "answers"
