"""Sources: an article is counted once, however many outlets print it."""

from dataclasses import replace
from itertools import permutations

import pytest

from rag.answering.models import Answer, Quoted
from rag.answering.pipeline import answer_question
from rag.answering.sources import Sources, count_sources
from rag.evidence.citations import Citation, Statement
from rag.output.answer_json import answer_json
from rag.output.answer_text import answer_text
from tests.conftest import FENTANYL, SEED, Newsroom
from tests.support.reprints import body, reprint


@pytest.mark.slow
def test_copies_are_one_source_and_listed_articles_are_counted_with_them(newsroom: Newsroom) -> None:
    newsroom.write("agency.md", reprint("The Wire", "2026-02-12", body()))
    newsroom.write("lamp.md", reprint("The Lamp", "2026-02-13", body(), title="Officers for two countries"))
    newsroom.index()
    answer = newsroom.ask(FENTANYL)
    assert {citation.article.path for said in answer.statements for citation in said.citations} == {"agency.md"}
    assert count_sources(answer) == Sources(articles=2, independent=1)
    assert "(2 articles, 1 source)" in answer_text(answer).splitlines()
    assert answer_json(answer)["sources"] == {"articles": 2, "independent": 1}


@pytest.mark.parametrize("others", list(permutations(["The Lamp", "The Post", "the lamp"])))
def test_articles_of_one_outlet_are_one_source(newsroom: Newsroom, others: tuple[str, ...]) -> None:
    newsroom.write("a.md", reprint(others[0], "2026-02-12", "The River Lind fell to 4.1 metres at Quarrow."))
    newsroom.write(
        "b.md", reprint(others[1], "2026-02-13", "At Quarrow the River Lind fell to 4.1 metres, officials said.")
    )
    newsroom.write("c.md", reprint(others[2], "2026-02-13", "The River Lind fell far at Quarrow, to 4.1 metres."))
    newsroom.index()
    answer = newsroom.ask("How far did the River Lind fall at Quarrow?")
    cited = [Citation(passage.article, passage.sentences[0]) for passage in answer.passages]
    assert len(cited) == 3
    said = tuple(Statement(citation.quote, (citation,), "supported") for citation in cited)
    answer = replace(answer, quoted=Quoted("answers", said, 1.0))
    assert count_sources(answer) == Sources(articles=3, independent=2)
    grouped = replace(answer, outlet_groups="The Post, the LAMP; The Bell")
    assert count_sources(grouped) == Sources(articles=3, independent=1), "one owner"


def test_outlets_of_one_owner_are_set_for_the_shelf(newsroom: Newsroom) -> None:
    settings = newsroom.library.settings.model_copy(update={"outlet_groups": "The Lamp, The Post"})
    newsroom.write(SEED.name, SEED.read_text())
    newsroom.index()
    answer = answer_question(FENTANYL, library=replace(newsroom.library, settings=settings))
    assert answer.outlet_groups == "The Lamp, The Post"


def test_nothing_has_no_source(archive: Newsroom) -> None:
    assert count_sources(archive.ask("banana bread recipe")) == Sources(0, 0)


def test_an_article_that_names_no_outlet_is_a_source(newsroom: Newsroom) -> None:
    newsroom.write(SEED.name, SEED.read_text())
    newsroom.index()
    answer: Answer = newsroom.ask(FENTANYL)
    assert count_sources(answer) == Sources(1, 1)


@pytest.mark.parametrize(
    ("copies", "cited"),
    [
        ((("a.md", "The Lamp", "2026-02-13", ""), ("z.md", "The Post", "2026-02-12", "")), "z.md"),
        (
            (("a.md", "The Lamp", "2026-02-12", "OTTAWA (Fjord) - "), ("z.md", "Fjord", "2026-02-13", "")),
            "z.md",
        ),
        ((("a.md", "The Lamp", "2026-02-12", ""), ("z.md", "The Post", "2026-02-12", "")), "a.md"),
    ],
)
def test_the_agency_or_the_earliest_copy_is_cited(
    newsroom: Newsroom, copies: tuple[tuple[str, str, str, str], ...], cited: str
) -> None:
    for path, outlet, day, credit in copies:
        newsroom.write(path, reprint(outlet, day, credit + body()))
    newsroom.index()
    answer = newsroom.ask(FENTANYL)
    assert {quote.article.path for quote in answer.quotes} == {cited}
    assert all(quote.quote in body() for quote in answer.quotes)
    assert {len(copies) for copies in answer.copies.values()} == {1}


def test_a_copy_with_another_number_is_cited_itself(newsroom: Newsroom) -> None:
    report = f"Officers have met 14 times at Ottawa since the visit. {body()}"
    newsroom.write("a.md", reprint("The Lamp", "2026-02-12", report))
    newsroom.write("z.md", reprint("The Post", "2026-02-13", report.replace("14", "16")))
    newsroom.index()
    quotes = newsroom.ask("How many times have officers met at Ottawa?").quotes
    assert {quote.article.path: quote.quote.split()[3] for quote in quotes if "times" in quote.quote} == {
        "a.md": "14",
        "z.md": "16",
    }
