"""The search report shows what was searched."""

from datetime import date

from index.core.formatting import counted
from index.core.scope import Scope
from rag.output.answer_json import answer_json
from rag.output.search_report import report_text
from tests.conftest import FENTANYL, OTTAWA, Newsroom
from tests.support.levels import at_level

NOTHING = "Outcome: nothing found, 0 sentences found without a model, chance 0.00"
OTHERS = "Castlemere Courier (fictional) (1), The Lindenau Post (fictional) (1)"


def test_a_report_shows_what_was_searched_and_the_closest_sentences(archive: Newsroom) -> None:
    answer = archive.ask(OTTAWA)
    lines = report_text(answer).splitlines()
    assert lines[:6] == [
        f"Question: {OTTAWA}",
        f"Searched for: {OTTAWA}",
        "In no article: population",
        "Searched in: 7 of 7 articles, published 19 Jan 2026 to 3 Mar 2026, 1 undated",
        f"Outlets: Fictional Wire (3), not named (2), {OTHERS}",
        "Semantic search: 10 of 10 passages. Keyword search: 10 of 10.",
    ]
    found = f"{counted(len(answer.quotes), 'sentence')} found without a model, chance {answer.quoted.chance:.2f}"
    assert lines[-1] == f"Outcome: may answer, {found}"
    nearest = answer.searched.nearest
    assert [one.weight for one in nearest] == sorted((one.weight for one in nearest), reverse=True)
    assert all(one.chance is not None and f", chance {one.chance:.2f})" in report_text(answer) for one in nearest)
    assert answer.quotes[0] in [one.citation for one in nearest]
    for one, line in zip(nearest, lines[-1 - len(nearest) :], strict=False):
        assert one.citation.quote in line
        assert line.endswith(f"[{one.citation.article.path}, characters {one.citation.span.start} to "
                             f"{one.citation.span.end}]")  # fmt: skip


def test_the_report_shows_the_scope(archive: Newsroom) -> None:
    answer = at_level(archive.ask(FENTANYL, Scope(since=date(2026, 2, 1), outlets=frozenset({""}))), "answers", 2)
    text = report_text(answer)
    assert "Searched in: 2 of 7 articles (unnamed outlets, since 1 Feb 2026), published 12 Feb 2026 to 20 Feb" in text
    assert "\nOutlets: not named (2)\n" in text
    assert "Outcome: answers, 2 sentences found without a model, chance 0." in text
    searched = answer_json(answer)["searched"]
    assert isinstance(searched, dict)
    assert searched["by_outlet"] == {"": 2}
    assert searched["nearest"][0]["chance"] == round(answer.searched.nearest[0].chance or 0, 2) > 0


def test_text_of_an_article_stays_on_its_line(newsroom: Newsroom) -> None:
    newsroom.write(
        "a.txt", "Title: A \x1b[31m red\nOutlet: Wire\x07\n\nThe minister said the\x1b[2J ferry cost 4 crowns.\n"
    )
    newsroom.indexed()
    text = report_text(newsroom.ask("What did the ferry cost the minister?\x1b[2J"))
    assert "\x1b" not in text
    assert "\x07" not in text


def test_an_empty_shelf_is_reported(newsroom: Newsroom) -> None:
    lines = report_text(newsroom.ask(OTTAWA)).splitlines()
    assert lines[2] == "Searched in: 0 of 0 articles"
    assert lines[-2:] == ["Read: 0 passages from 0 articles", NOTHING]
