"""What an editor would do with the sentences that answer."""

import pytest

from index.text.articles import Article
from index.text.spans import Span
from rag.answering.models import Answer
from rag.answering.news_judgement import corrected_first, that_fit
from rag.answering.weighing import Candidate, Evidence, Sentence
from rag.retrieval.passages import Passage
from tests.conftest import Newsroom

BROKE = "the dam broke above Tarn"
TOLLS = {
    "1.txt": ("2026-03-09", "Dam breaks", "A dam broke above Tarn on Monday, killing at least four people."),
    "2.txt": ("2026-03-10", "More victims", f"The number of people killed when {BROKE} is seven."),
    "3.txt": ("2026-06-30", "Victim dies", f"A man has died after {BROKE}, bringing the number of dead to ten."),
}


def tell(newsroom: Newsroom, articles: dict[str, tuple[str, str, str]]) -> Newsroom:
    for name, (day, title, text) in articles.items():
        newsroom.write(name, f"Title: {title}\nDate: {day}\n\n{text}\n")
    newsroom.indexed()
    return newsroom


def shown(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.statements]


def test_the_newest_figure_leads(newsroom: Newsroom) -> None:
    tell(newsroom, TOLLS)
    for question in ("How many people died when the dam broke above Tarn?", "What is the death toll of the Tarn dam?"):
        assert "to ten" in shown(newsroom.ask(question))[0], question


def test_the_latest_leaves_out_what_is_overtaken(newsroom: Newsroom) -> None:
    tell(newsroom, TOLLS)
    assert "to ten" in "".join(shown(newsroom.ask("What is the latest death toll of the Tarn dam?")))
    assert "four" not in "".join(shown(newsroom.ask("What is the latest death toll of the Tarn dam?")))


def test_first_asks_for_the_oldest(newsroom: Newsroom) -> None:
    tell(newsroom, TOLLS)
    first = shown(newsroom.ask("How many people were first said to be killed by the dam above Tarn?"))[0]
    assert "at least four" in first


def test_a_correction_comes_before_what_it_corrects(newsroom: Newsroom) -> None:
    text = (
        "Thirty-one boats were lost in the storm off Quarrow, the harbour office said.\n\n"
        "Correction, 4 March: An earlier version of this article said that thirty boats were lost. The number is 31."
    )
    tell(newsroom, {"a.txt": ("2026-03-03", "Storm off Quarrow", text)})
    first, second, *_ = shown(newsroom.ask("How many boats were lost in the storm off Quarrow?"))
    assert first.startswith("Correction, 4 March")
    assert second == "The number is 31."


MINE = (
    "An explosion in the Brenner mine killed 27 people, the county said.\n\n"
    "Correction, 4 March: An earlier version of this article said that 31 people had died. The number is 27."
)


def test_an_article_about_something_else_does_not_lead_nor_does_its_correction(newsroom: Newsroom) -> None:
    ferry = "The ferry Aster sank off Tarn before dawn. All 61 people on board were brought ashore by fishing boats."
    tell(
        newsroom,
        {"a.txt": ("2026-03-03", "Ferry sinks off Tarn", ferry), "b.txt": ("2026-03-02", "Explosion in mine", MINE)},
    )
    assert shown(newsroom.ask("Did anyone die on the Aster?"))[0].startswith("The ferry Aster sank")


def candidates(id_: str, count: int) -> list[Candidate]:
    article = Article(id_, f"{id_}.txt", id_, "It sank. " * count, Span(0, 9 * count), None, None, None, None, None)
    spans = tuple(Span(9 * place, 9 * place + 8) for place in range(count))
    evidence = Evidence(0.5, 0.5, 0.5, 0.5, 0.5, 0.0, 0.0)
    passage = Passage(1, article, spans)
    return [
        Candidate(Sentence(passage, place, span, (), frozenset(), False, frozenset()), evidence)
        for place, span in enumerate(spans)
    ]


def test_only_corrections_of_quoted_articles_take_places() -> None:
    ours, others = candidates("a", 5), candidates("b", 2)
    assert that_fit(ours, others, most=4) == ours[:4]
    assert that_fit(ours[:3], ours[3:], most=4) == [*ours[3:], *ours[:2]]
    assert that_fit([*ours[:3], others[0]], others[1:], most=4) == ours[:3], "not without its correction"
    assert list(corrected_first([ours[0], others[0]], others[1:])) == [ours[0], others[1], others[0]]


def test_the_other_side_is_quoted_beside_a_figure(newsroom: Newsroom) -> None:
    text = (
        "The strike at Lind Glass ended on Friday. The company said the strike had cost it 70 million crowns. "
        "The union put the figure at 95 million. Work begins again on Monday."
    )
    tell(newsroom, {"a.txt": ("2026-03-06", "Strike ends at Lind Glass", text)})
    quotes = shown(newsroom.ask("How much did the strike cost Lind Glass?"))
    assert "The company said the strike had cost it 70 million crowns." in quotes
    assert "The union put the figure at 95 million." in quotes


@pytest.mark.parametrize(
    ("text", "question", "held"),
    [
        (
            "The club has named its new board.\n\nThey are:\n\nInes Holm, Bo Ash and Lia Fern.\n\nRain is expected.",
            "Who is on the new board of the club?",
            "Lia Fern",
        ),
        (
            "Three towns will get a new bridge:\n\n- Tarn\n- Lindenau\n- Quarrow\n\nWork begins in May.",
            "Which towns will get a new bridge?",
            "Quarrow",
        ),
    ],
)
def test_a_line_that_announces_a_list_brings_it(newsroom: Newsroom, text: str, question: str, held: str) -> None:
    tell(newsroom, {"a.txt": ("2026-03-06", "News in brief", text)})
    (quote,) = [one for one in newsroom.ask(question).quotes if held in one.quote]
    assert quote.quote in quote.article.text
    assert "Rain" not in quote.quote
    assert "Work begins" not in quote.quote


def test_lines_that_state_nothing_are_not_shown(newsroom: Newsroom) -> None:
    text = (
        "Who was the captain of the Aster?\n\nREAD MORE: The captain of the Aster speaks\n\n"
        "The captain of the Aster, Tove Brand, has sailed since 1999.\n\nSign up for our letter about the Aster."
    )
    tell(newsroom, {"a.txt": ("2026-03-06", "The Aster", text)})
    assert shown(newsroom.ask("Who was the captain of the Aster?")) == [
        "The captain of the Aster, Tove Brand, has sailed since 1999."
    ]


def test_a_headline_answers_if_no_sentence_does(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", "Mara Quill wins the Lantern prize for reporting\n\nThe jury met for two days in Tarn.\n")
    newsroom.indexed()
    first = newsroom.ask("Who won the Lantern prize?").quotes[0]
    assert first.quote == "Mara Quill wins the Lantern prize for reporting"
    assert first.quote in first.article.text


def test_only_a_whole_line_above_the_body_is_a_headline(newsroom: Newsroom) -> None:
    title = "Mara Quill wins the Lantern prize"
    newsroom.write("a.txt", f"Source: They say {title} again\nTitle: {title}\n\nThe jury met for two days in Tarn.\n")
    newsroom.indexed()
    first = newsroom.ask("Who won the Lantern prize?").quotes[0]
    assert first.quote == title
    assert first.article.text[: first.span.start].endswith("Title: ")
