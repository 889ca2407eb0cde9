"""Disagreements: numbers and dates that contradict each other are shown, and nothing else is."""

import io
import json
from dataclasses import replace

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.readers import read_article
from index.text.sentences import split_sentences
from rag.analysis.disagreements import (
    ONE_TEXT,
    Disagreement,
    disagreements_of,
    find_disagreements,
)
from rag.analysis.figure_history import figure_history
from rag.analysis.sentence_context import _side
from rag.answering.models import Prose
from rag.evidence.citations import Citation
from rag.output.answer_json import answer_json
from rag.output.answer_text import answer_text, sides_words
from rag.output.export import export
from rag.retrieval.passages import Passage
from tests.conftest import FENTANYL, OTTAWA, Newsroom
from tests.support.ferry import ALSO_14, FOURTEEN, HOW_MANY, TWELVE, write_ferry
from tests.support.reprints import body, reprint


def passages(*texts: str, days: tuple[str, ...] = (), title: str = "The news") -> tuple[Passage, ...]:
    """Make an article of each text, each in another newspaper."""
    made = []
    for number, text in enumerate(texts, start=1):
        day = days[number - 1] if days else "2026-02-12"
        article = read_article(f"{number}.md", reprint(f"Paper {number}", day, text, title=title).encode())
        made.append(Passage(number, article, tuple(split_sentences(article.text, article.body))))
    return tuple(made)


def between(question: str, *texts: str, days: tuple[str, ...] = (), title: str = "News") -> tuple[Disagreement, ...]:
    """Compare the first text, as the quotes, with the others."""
    made = passages(*texts, days=days, title=title)
    return find_disagreements(question, tuple(Citation(made[0].article, span) for span in made[0].sentences), made)


def sides_of(found: tuple[Disagreement, ...]) -> list[tuple[str, list[str]]]:
    return [(one.kind, [side.words for side in one.sides]) for one in found]


DIFFER = [
    ("What happened to the Aster?", TWELVE, FOURTEEN, "number", ["Twelve", "Fourteen"]),
    (HOW_MANY, TWELVE, FOURTEEN, "number", ["Twelve", "Fourteen"]),
    (
        "What became of the passengers of the ferry?",
        "Twelve people died and 30 were injured when the ferry Aster sank.",
        "The ferry Aster sank; 12 people died and 40 were injured.",
        "number",
        ["30", "40"],
    ),
    (
        "How many people protested in Quarrow?",
        "About 20,000 people protested in Quarrow on Sunday, organisers said.",
        "Police said 8,000 people protested in Quarrow on Sunday.",
        "number",
        ["20,000", "8,000"],
    ),
    (
        "What was the company fined?",
        "The company was fined $5 million for the oil spill at Quarrow.",
        "The company was fined $7.5 million for the oil spill at Quarrow.",
        "number",
        ["$5 million", "$7.5 million"],
    ),
    (
        "When does the bridge at Quarrow open?",
        "The bridge at Quarrow will open on 3 March, the council said.",
        "Traffic will use the bridge at Quarrow from 10 March, when it is to open, the ministry said.",
        "date",
        ["3 March", "10 March"],
    ),
    (
        "What is known of the bridge?",
        "The new bridge at Quarrow will open to traffic on 3 March, the council said.",
        "The new bridge at Quarrow will open to traffic on 10 March, the ministry said.",
        "date",
        ["3 March", "10 March"],
    ),
    (
        "How many vehicles use the Quarrow tunnel?",
        "The Quarrow tunnel, opened in 1971, carries about 38,000 vehicles a day.",
        "About 42,000 vehicles a day use the Quarrow tunnel, the roads office said.",
        "number",
        ["38,000", "42,000"],
    ),
    (
        "How much is the Quarrow contract worth?",
        "The Quarrow contract is worth $2.4 billion, the minister said.",
        "The Quarrow contract is worth $2.1 billion, analysts said, not the $2.4 billion that the minister named.",
        "number",
        ["$2.4 billion", "$2.1 billion"],
    ),
    (
        "When will work on the Quarrow tunnel begin?",
        "Work on the Quarrow tunnel will begin in October, and the tunnel will open in late 2028.",
        "The council visited the Quarrow tunnel on Monday and said work on it would begin in spring 2027.",
        "date",
        ["October", "spring 2027"],
    ),
]
AGREE = [
    (
        "other places",
        "In Ontario 12 people were infected with measles.",
        "In Quebec 14 people were infected with measles.",
    ),
    ("a rounded figure", "About 20,000 people live in Quarrow.", "Quarrow has 20,312 people who live in it."),
    (
        "a rounded figure without about",
        "The mine at Quarrow cost 20,000 dollars.",
        "The mine at Quarrow cost 20,312 dollars.",
    ),
    ("more than", "More than 10 people died when the Aster sank.", "Fourteen people died when the Aster sank."),
    ("figure and word", "Twelve people died when the ferry Aster sank.", "When the ferry Aster sank, 12 people died."),
    (
        "other units",
        "The ferry sank in 30 minutes off Halden Ford.",
        "The ferry sank 40 kilometres off Halden Ford in fog.",
    ),
    (
        "other money",
        "The company was fined $5 million for the spill.",
        "The company was fined €6 million for the spill.",
    ),
    ("other things", "Twelve people died when the Aster sank.", "Thirty cars were lost when the Aster sank."),
    ("other years", "Twelve died in floods in Nordal in 2024.", "Fourteen died in floods in Nordal in 2026."),
    ("other matches", "India won against England by 5 wickets.", "India won against Australia by 7 wickets."),
    (
        "other ministers",
        "Minister Ines Okafor said the ferry was safe.",
        "Minister Tomas Brandt said the ferry was safe.",
    ),
    (
        "a deadline",
        "Work on the ferry will begin before the end of the year.",
        "Work on the ferry will begin in October.",
    ),
    ("roughly the same", "About 40,000 people live in Quarrow.", "Quarrow has 42,000 people who live in it."),
    ("the same day", "The bridge opens on Tuesday, 3 March.", "The bridge opens on 3 March 2026."),
    (
        "an addition",
        "Twelve people died when the Aster sank.",
        "Two more people died of what the Aster did when it sank.",
    ),
    (
        "a part",
        "Twelve people died when the Aster sank.",
        "Two of the people who died when the Aster sank were divers.",
    ),
    (
        "another name",
        "The inquiry into the disaster will be led by Judge Ines Okafor.",
        "The inquiry into the disaster will be led by Judge Tomas Brandt.",
    ),
    (
        "another outcome",
        "Unemployment in Halden rose in January, the statistics office said.",
        "Unemployment in Halden fell in January, the statistics office said.",
    ),
]


@pytest.mark.parametrize(("question", "one", "other", "kind", "words"), DIFFER)
def test_differing_words_are_marked_on_each_side(
    question: str, one: str, other: str, kind: str, words: list[str]
) -> None:
    assert sides_of(between(question, one, other)) == [(kind, words)]
    assert sides_of(between(question, other, one)) == [(kind, words[::-1])], "either of them is quoted"


@pytest.mark.parametrize(("_why", "one", "other"), AGREE)
@pytest.mark.parametrize("question", ["What happened?", "How many people died?", "How many people live in Quarrow?"])
def test_sentences_that_agree_raise_no_alarm(_why: str, one: str, other: str, question: str) -> None:
    assert sides_of(between(question, one, other)) == []
    assert sides_of(between(question, other, one)) == []


def test_the_day_of_another_verb_is_not_that_of_the_event() -> None:
    one = "The bridge at Quarrow collapsed on Monday, 9 March, police said."
    other = "The search for victims of the Quarrow bridge collapse ended on Thursday, 12 March, police said."
    assert sides_of(between("When did the bridge at Quarrow collapse?", one, other)) == []
    later = "The Quarrow bridge collapsed on Thursday, 12 March, police said."
    assert sides_of(between("When did the bridge at Quarrow collapse?", one, later)) != []


def test_articles_from_different_days_are_sorted() -> None:
    monday, tuesday = "2026-02-09", "2026-02-10"
    for texts, days in (((TWELVE, FOURTEEN), (monday, tuesday)), ((FOURTEEN, TWELVE), (tuesday, monday))):
        (found,) = between(HOW_MANY, *texts, days=days)
        assert [side.words for side in found.sides] == ["Twelve", "Fourteen"]
        assert found.note == ""


def test_articles_that_agree_are_one_side() -> None:
    (found,) = between(HOW_MANY, TWELVE, FOURTEEN, ALSO_14)
    assert [side.words for side in found.sides] == ["Twelve", "Fourteen"]
    assert [[other.quote for other in side.also] for side in found.sides] == [[], [ALSO_14]]
    assert [words for _, words in sides_words(found)] == [
        "Twelve (12 Feb, Paper 1)",
        "Fourteen (12 Feb, Paper 2 and 1 other article)",
    ]


def test_a_copy_does_not_count_but_a_later_edition_does() -> None:
    report = f"{TWELVE} {body()}"
    changed = report.replace("Twelve", "Fourteen")
    assert sides_of(between(HOW_MANY, report, changed)) == []
    (found,) = between(HOW_MANY, report, changed, days=("2026-02-12", "2026-02-13"))
    assert found.note == ONE_TEXT


def test_an_article_does_not_disagree_with_itself() -> None:
    silent = [text.partition(", ")[0] + "." for text in (TWELVE, FOURTEEN)]
    assert sides_of(between(HOW_MANY, " ".join(silent))) == []
    assert sides_of(between(HOW_MANY, f"{TWELVE} {FOURTEEN}", FOURTEEN)[1:]) == [], "the article says both"
    earlier = "The coastguard had previously said that fourteen people died when the ferry Aster sank."
    assert sides_of(between(HOW_MANY, f"{TWELVE} {earlier}")) == []


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        (HOW_MANY, f"{TWELVE} {FOURTEEN}", ["Twelve", "Fourteen"]),
        (
            "How much did the festival at Quarrow lose?",
            "The festival at Quarrow lost about 300,000 euros, its director said. Auditors put the loss at 410,000.",
            ["300,000 euros", "410,000"],
        ),
        (
            "How much will the Quarrow lock cost?",
            "Quarrow lock will cost 12 million crowns, the mayor said. Engineers said it would be 20 million crowns.",
            ["12 million crowns", "20 million crowns"],
        ),
        (
            "When will the Quarrow lock open?",
            "The mayor said Quarrow lock would open by the end of May. The trust said it would not open until June.",
            ["the end of May", "June"],
        ),
    ],
)
def test_two_people_may_differ_in_one_article(question: str, text: str, words: list[str]) -> None:
    (found,) = between(question, text)
    assert [side.words for side in found.sides] == words
    assert found.title.startswith("The sources of one article differ on a ")
    assert found.note == ""


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "How many jobs will the Quarrow mill cut?",
            "The Quarrow mill will cut 1,200 jobs, its director said. The union said 300 jobs in Quarrow are at risk.",
        ),
        (
            "How many houses did the Quarrow flood destroy?",
            "The Quarrow flood destroyed 90 houses, the mayor said. The insurers said 40 houses had no cover.",
        ),
    ],
)
def test_two_people_who_speak_of_two_things_do_not_differ(question: str, text: str) -> None:
    assert sides_of(between(question, text)) == []


WORDS = st.lists(
    st.sampled_from(
        "the ferry Aster sank 12 fourteen people died on Sunday Monday not agreed refused . Ines Okafor".split()
    ),
    min_size=1,
    max_size=30,
).map(" ".join)


@pytest.mark.slow
@given(WORDS, WORDS, st.sampled_from([HOW_MANY, "Who died on the ferry Aster?", "When did the ferry Aster sink?", "x"]))
def test_sides_are_from_different_articles_and_marked_inside_their_quotes(one: str, other: str, question: str) -> None:
    one, other = f"It is said: {one}", f"It is said: {other}"
    assert between(question, one, one) == ()
    for found in between(question, one, other):
        assert len({side.citation.article.id for side in found.sides}) > 1
        for side in found.sides:
            assert "".join(side.parts) == side.citation.quote
            assert side.words
            assert side.citation.span.start <= side.marked.start < side.marked.end <= side.citation.span.end


@pytest.fixture
def ferry(newsroom: Newsroom) -> Newsroom:
    write_ferry(newsroom.seeds)
    newsroom.indexed()
    return newsroom


def test_every_output_format_has_disagreements(ferry: Newsroom) -> None:
    answer = ferry.ask(HOW_MANY)
    lines = answer_text(answer).splitlines()
    strip = "Twelve (9 Feb, The Lamp) · 14 (10 Feb, Quarrow Times and 1 other article)"
    assert f"The articles differ on a number: {strip}" in lines
    assert sum(TWELVE in line for line in lines) == sum(ALSO_14 in line for line in lines) == 1, "shown once"
    (found,) = json.loads(json.dumps(answer_json(answer)))["disagreements"]
    assert set(found) == {"kind", "note", "sides"}
    assert (found["kind"], found["note"]) == ("number", None)
    first, second = found["sides"]
    assert (first["marked"], second["marked"]) == ("Twelve", "14")
    with ferry.library.shelf.read() as reading_:
        for side in found["sides"]:
            text = reading_.article(side["path"]).text
            assert text[side["marked_start"] : side["marked_end"]] == side["marked"]
            assert text[side["start"] : side["end"]] == side["quote"]
    assert second["also"] == [{"path": "b.md", "title": "Ferry b.md", "published": "2026-02-09"}]
    markdown = export("Ferry", [answer], "md").content.decode()
    assert markdown.count("people died when the ferry Aster sank off Halden Ford on") == 1, "shown once"
    assert markdown.count("**Twelve** people died") == 1
    assert "**The articles differ on a number:** Twelve \\(9 Feb, The Lamp\\) · 14" in markdown
    paragraphs = docx.Document(io.BytesIO(export("Ferry", [answer], "docx").content)).paragraphs
    bold = [run.text for paragraph in paragraphs for run in paragraph.runs if run.bold]
    assert bold == ["14", "Twelve"]


def test_a_later_figure_is_newer_and_not_different(newsroom: Newsroom) -> None:
    for name, day, text in (("a.md", "2026-02-09", TWELVE), ("b.md", "2026-02-10", FOURTEEN)):
        newsroom.write(name, reprint(f"Paper {name}", day, text))
    newsroom.indexed()
    answer = newsroom.ask(HOW_MANY)
    assert [figure.value for figure in figure_history(answer)] == ["12", "14"]
    assert disagreements_of(answer) == ()


def test_a_contradiction_below_the_quotes_is_found(newsroom: Newsroom) -> None:
    for number in range(5):
        newsroom.write(f"{number}.md", reprint(f"Paper {number}", "2026-02-09", f"{TWELVE} It was day {number}."))
    newsroom.write(
        "z.md", reprint("The Post", "2026-02-09", "Divers went on. When the Aster went down 14 people died.")
    )
    newsroom.indexed()
    answer = newsroom.ask(HOW_MANY)
    assert all("14" not in quote.quote for quote in answer.quotes)
    assert [[side.words for side in found.sides] for found in disagreements_of(answer)] == [["Twelve", "14"]]
    writing = Prose("m", "writing", (), refused=False, problem="", usage=None, seconds=0.1)
    assert disagreements_of(replace(answer, prose=writing)) == ()
    assert disagreements_of(replace(answer, prose=replace(writing, state="whole"))) == disagreements_of(answer)


@pytest.mark.slow
def test_refusals_and_agreeing_articles_have_no_disagreements(archive: Newsroom) -> None:
    for question in (FENTANYL, OTTAWA):
        assert disagreements_of(archive.ask(question)) == ()
        assert answer_json(archive.ask(question))["disagreements"] == []


def test_a_denied_deadline_is_the_other_side_of_its_day() -> None:
    said = ("will open by ", "will open after ", "will not open by ", "will not open before ")
    assert [_side(f"The bridge {words}") for words in said] == [-1, 1, 1, 1]
