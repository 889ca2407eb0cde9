"""Answers in quotes: the sentences that answer, word for word, and how sure they are."""

import pytest

from rag.answering.extractive import MOST_MAY_ANSWER, MOST_QUOTES
from rag.retrieval.term_weights import term_rarity
from tests.conftest import FENTANYL, OTTAWA, SEED, Newsroom


def quotes(newsroom: Newsroom, question: str) -> list[str]:
    return [statement.text for statement in newsroom.ask(question).statements]


@pytest.mark.slow
def test_the_users_question_is_answered_with_both_sentences(archive: Newsroom, newsroom: Newsroom) -> None:
    newsroom.write(SEED.name, SEED.read_bytes())
    newsroom.index()
    for room in (archive, newsroom):  # among others, and alone
        purpose, agreed, *_ = quotes(room, FENTANYL)
        assert purpose.startswith("As per the statement, the establishment of liaison officers")
        assert "particularly fentanyl precursors, and transnational" in purpose
        assert agreed.startswith('"During the meeting, it was agreed that each country would establish')


def test_a_sentence_that_begins_with_he_brings_the_one_that_says_who(newsroom: Newsroom) -> None:
    who, what = "Harbour master Tom Reyes spoke on Friday.", "He promised that the dredging of Port Ellery ends in May."
    newsroom.write("a.txt", f"The council met at noon. {who} {what} Rain is expected tomorrow.")
    newsroom.indexed()
    assert quotes(newsroom, "When does the dredging of Port Ellery end?") == [who, what]


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        (
            "How high did the River Lind rise?",
            "The River Lind fell to 4.1 metres on Monday after it had peaked at 6.32",
        ),
        ("What pay rise did the train drivers accept?", "Train drivers in Castlemere went back to work on Monday"),
        ("Which bronze figure is still missing?", "The fifth figure, a heron of the 14th century, is still missing."),
        ("Will fares rise on the ferries?", "Fares will not rise before 2029"),
        ("Is there a timeline for appointing the liaison officers?", "However, Jaiswal noted that there is no set"),
    ],
)
def test_a_question_is_answered_with_the_sentence_that_says_it(archive: Newsroom, question: str, begins: str) -> None:
    assert any(quote.startswith(begins) for quote in quotes(archive, question))


@pytest.mark.parametrize(
    "question",
    [
        OTTAWA,
        "Who won the cricket match between India and Canada?",
        "What did the president of Peru say?",
        "How much fentanyl was seized?",
        "When was Ajit Doval born?",
        "banana bread recipe",
    ],
)
def test_a_question_the_shelf_does_not_answer_is_not_answered(archive: Newsroom, question: str) -> None:
    answer = archive.ask(question)
    assert answer.level != "answers"
    assert len(answer.statements) <= MOST_MAY_ANSWER


def test_what_may_answer_shares_words_with_the_question(archive: Newsroom) -> None:
    answer = archive.ask(OTTAWA)
    assert answer.level == "may_answer"
    assert 0 < len(answer.quotes) <= MOST_MAY_ANSWER
    assert any("Ottawa" in quote.quote for quote in answer.quotes)


def test_nothing_is_shown_if_nothing_is_near(archive: Newsroom) -> None:
    answer = archive.ask("banana bread recipe")
    assert (answer.level, answer.quotes, answer.statements) == ("nothing", (), ())
    assert not answer.quoted.is_likely


def test_a_quote_is_cut_from_its_article(archive: Newsroom) -> None:
    for question in (FENTANYL, OTTAWA, "What did India and Canada agree?"):
        answer = archive.ask(question)
        assert answer.quotes
        for citation in answer.quotes:
            with archive.library.shelf.read() as reading:
                text = reading.article(citation.article.path).text
            assert citation.quote == text[citation.span.start : citation.span.end] != ""


def test_quotes_are_in_reading_order_grouped_by_article(newsroom: Newsroom) -> None:
    newsroom.write("one.txt", "Ferry fares in Port Ellery rose. The mayor sleeps. Ferry fares in Port Ellery may fall.")
    newsroom.write("two.txt", "Nobody knows why. Ferry fares in Port Ellery are the highest.")
    newsroom.index()
    cited = [statement.citations[0] for statement in newsroom.ask("ferry fares in Port Ellery").statements]
    assert len(cited) == 3 <= MOST_QUOTES
    paths = [citation.article.path for citation in cited]
    assert paths in (["one.txt", "one.txt", "two.txt"], ["two.txt", "one.txt", "one.txt"])
    spans = [citation.span for citation in cited if citation.article.path == "one.txt"]
    assert spans == sorted(spans)


def test_a_syndicated_copy_is_not_quoted_twice(newsroom: Newsroom) -> None:
    text = "Train drivers in Castlemere accepted a pay rise of 4.2 per cent. They went back to work."
    newsroom.write("one.txt", f"Strike ends\n\n{text}")
    newsroom.write("two.txt", f"Drivers return\n\n{text}")
    newsroom.index()
    found = quotes(newsroom, "What pay rise did the train drivers accept?")
    assert found.count("Train drivers in Castlemere accepted a pay rise of 4.2 per cent.") == 1


def test_a_word_that_no_article_has_weighs_most(archive: Newsroom) -> None:
    with archive.library.shelf.read() as reading:
        rarity = term_rarity(["popul", "ottawa", "said"], reading)
    assert rarity["popul"] > rarity["ottawa"] > 0


def test_on_an_empty_shelf_there_is_nothing(newsroom: Newsroom) -> None:
    newsroom.index()
    answer = newsroom.ask("Anything?")
    assert (answer.level, answer.quotes) == ("nothing", ())
    assert answer.quoted.chance == 0


SUBHEAD = "Repairs are paid for by drivers of lorries alone"
COST = "Engineer Ada Penrose said the repairs of the pier would cost 2.4 million crowns."


def test_a_heading_is_not_quoted_with_what_it_stands_above(newsroom: Newsroom) -> None:
    closed = "The bridge of Quarrow was closed on Monday after cracks were found in a pier."
    newsroom.write("a.txt", f"Bridge closed\n\n{closed}\n\n{SUBHEAD}\n\n{COST} The county said so.\n")
    newsroom.indexed()
    found = quotes(newsroom, "What will repairs of the bridge cost?")
    assert COST in found
    assert SUBHEAD not in found


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("The mill at Tarn opens at 9 in the morning", "Tickets are sold at the gate."),  # a figure
        ("The mill at Tarn opens on Sundays only.", "Tickets are sold at the gate."),
        ("The mill at Tarn opens on Sundays only", "Tickets are sold at the gate"),  # one of several notes
    ],
)
def test_a_line_that_may_be_more_than_a_heading_is_quoted(newsroom: Newsroom, line: str, after: str) -> None:
    newsroom.write("a.txt", f"Mill restored\n\nThe council paid for the mill.\n\n{line}\n\n{after}\n")
    newsroom.indexed()
    assert line in quotes(newsroom, "When does the mill at Tarn open?")


def test_what_was_said_of_a_thing_is_quoted_with_it(newsroom: Newsroom) -> None:
    sold = "The lighthouse of Tern Island was sold to a trust for 310,000 crowns."
    said = "The trust said on Saturday that it would admit visitors in summer."
    newsroom.write("a.txt", f"Lighthouse sold\n\n{sold} {said} Rain fell all week.\n")
    newsroom.indexed()
    assert quotes(newsroom, "What was said about the lighthouse of Tern Island?") == [sold, said]
