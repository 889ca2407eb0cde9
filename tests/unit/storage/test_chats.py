"""Chats: questions and answers are read back as saved, quote for quote."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index.core.errors import StoreMismatch, UnknownChat
from index.text.articles import Article
from index.text.spans import Span
from rag.answering.models import Answer, Prose, Quoted
from rag.evidence.citations import Citation, Doubt, Statement
from rag.llm.client import Usage
from rag.output.answer_text import answer_text
from rag.output.search_report import report_text
from rag.retrieval.passages import Passage
from rag.storage.answer_codec import put_together, take_apart
from rag.storage.chats import BROKEN_OFF, FILE_NAME, LONGEST_TITLE, Chats, KeptTurn
from tests.conftest import FENTANYL, OTTAWA, Newsroom
from tests.support.levels import at_level


@pytest.fixture
def chats(tmp_path: Path) -> Chats:
    return Chats(tmp_path / "kept")


def turn(answer: Answer | None, question: str = FENTANYL, problem: str = "") -> KeptTurn:
    return KeptTurn("t1", question, answer, problem, None)


def kept_articles(chats: Chats) -> list[str]:
    with closing(sqlite3.connect(chats.path)) as connection:
        return [json.loads(row[0])["path"] for row in connection.execute("SELECT article FROM articles ORDER BY id")]


def test_answers_come_back_as_they_were(chats: Chats, archive: Newsroom) -> None:
    turns = (turn(archive.ask(FENTANYL)), KeptTurn("t2", OTTAWA, archive.ask(OTTAWA), "", Usage(10, 2, True, None)))
    for place, kept in enumerate(turns):
        chats.keep("c", place, kept)
    assert Chats(chats.path.parent).chat("c").turns == turns


def test_prose_comes_back_with_its_verdicts(chats: Chats, archive: Newsroom) -> None:
    answer = archive.ask(FENTANYL)
    cited = answer.quotes[0]
    statements = (
        Statement("They agreed.", (cited,), "supported", new_line=True),
        Statement("Tomorrow.", (cited,), "unclear", Doubt("dates", "The quote has no day."), ("9.9",)),
    )
    prose = Prose("m", "stopped", statements, refused=False, problem="", usage=Usage(5, 6, False, 0.25), seconds=1.5)
    written = replace(answer, prose=prose)
    chats.keep("c", 0, turn(written))
    assert chats.chat("c").turns[0].answer == written


@pytest.mark.parametrize(
    ("kept", "doubt"),
    [
        ({"rule": "The quote has no day."}, Doubt("", "The quote has no day.")),  # as saved before doubts had a rule
        ({"rule": ""}, None),
        ({"doubt": {"rule": "hedges", "message": "No."}}, Doubt("hedges", "No.")),  # of a rule that was removed
        ({"doubt": {"rule": "dates", "message": "No."}}, Doubt("dates", "No.")),
    ],
)
def test_statements_kept_by_another_version_are_read(
    kept: dict[str, object], doubt: Doubt | None, archive: Newsroom
) -> None:
    answer = archive.ask(FENTANYL)
    statement = Statement("Tomorrow.", (answer.quotes[0],), "unclear", Doubt("dates", "x"))
    prose = Prose("m", "whole", (statement,), refused=False, problem="", usage=None, seconds=1.5)
    written, articles = take_apart(replace(answer, prose=prose))
    now = '"doubt": {"rule": "dates", "message": "x"}'
    then = json.dumps(written).replace(now, json.dumps(kept)[1:-1])
    assert now not in then
    read = put_together(json.loads(then), articles)
    assert read == replace(answer, prose=replace(prose, statements=(replace(statement, doubt=doubt),)))


def test_a_statement_that_was_saved_as_doubtful_is_unclear(archive: Newsroom) -> None:
    answer = archive.ask(FENTANYL)
    statement = Statement("Tomorrow.", (answer.quotes[0],), "unclear", Doubt("dates", "No."))
    prose = Prose("m", "whole", (statement,), refused=False, problem="", usage=None, seconds=1.5)
    written, articles = take_apart(replace(answer, prose=prose))
    then = json.dumps(written).replace('"verdict": "unclear"', '"verdict": "doubtful"')
    assert "doubtful" in then
    assert put_together(json.loads(then), articles) == replace(answer, prose=prose)


def test_an_answer_saved_before_there_were_levels_is_read(archive: Newsroom) -> None:
    answer = at_level(archive.ask(FENTANYL), "answers", 2)
    written, articles = take_apart(answer)
    assert isinstance(written, dict)
    quoted, searched = written["quoted"], written["searched"]
    for weighed in searched["nearest"]:
        weighed["answers"] = weighed.pop("chance") > 0.5
    then = written | {"quoted": quoted["statements"]}
    read = put_together(json.loads(json.dumps(then)), articles)
    assert read.quoted == Quoted("answers", answer.quoted.statements, None)
    assert [one.weight for one in read.searched.nearest] == [one.weight for one in answer.searched.nearest]
    assert answer_text(read) == answer_text(answer)
    assert "Outcome: answers, 2 sentences found without a model" in report_text(read)


def test_a_refusal_saved_before_there_were_levels_may_answer(archive: Newsroom) -> None:
    answer = archive.ask(FENTANYL)
    written, articles = take_apart(answer)
    assert isinstance(written, dict)
    closest = [statement["citations"][0] for statement in written["quoted"]["statements"]]
    read = put_together(json.loads(json.dumps(written | {"quoted": {"closest": closest}})), articles)
    assert read.quoted == Quoted("may_answer", answer.quoted.statements, None)
    none = put_together(json.loads(json.dumps(written | {"quoted": {"closest": []}})), articles)
    assert none.quoted == Quoted("nothing", (), None)
    assert (none.level, none.quotes) == ("nothing", ())


def test_a_kept_quote_outlives_its_article(chats: Chats, newsroom: Newsroom) -> None:
    seed = newsroom.write("deal.txt", "Oslo and Bergen agreed on a ferry line for 40 million crowns on Monday.")
    newsroom.indexed()
    answer = newsroom.ask("What did Oslo and Bergen agree on?")
    chats.keep("c", 0, turn(answer))
    seed.unlink()
    newsroom.indexed()
    kept = chats.chat("c").turns[0].answer
    assert kept is not None
    assert [quote.quote for quote in kept.quotes] == [quote.quote for quote in answer.quotes]
    assert kept.quotes[0].quote in kept.quotes[0].article.text


def test_articles_are_stored_once_and_removed_with_the_last_chat_that_cites_them(
    chats: Chats, archive: Newsroom
) -> None:
    answer = archive.ask(FENTANYL)
    for chat in ("a", "b"):
        for place in range(3):
            chats.keep(chat, place, turn(answer))
    articles = kept_articles(chats)
    assert len(articles) == len(set(articles)) > 0
    chats.delete("a")
    assert kept_articles(chats) == articles
    chats.delete("b")
    assert kept_articles(chats) == []
    for file in chats.path.parent.iterdir():
        assert b"precursors" not in file.read_bytes() or file.suffix == ".db-wal"


def test_an_article_whose_text_or_facts_changed_is_kept_as_each_answer_quoted_it(
    chats: Chats, newsroom: Newsroom
) -> None:
    """Its id stays the same: it is a digest of the file."""
    newsroom.write("fare.txt", "The fare of the Wittenhof ferry is nine crowns.")
    newsroom.indexed()
    answer = newsroom.ask("What is the fare of the Wittenhof ferry?")
    (quote,) = answer.quotes
    reread = replace(quote.article, text=f"News. {quote.article.text}")
    corrected = quote.article.corrected_by({"outlet": "The Lamp"})
    answers = [answer]
    for article in (reread, corrected):
        statement = Statement("Nine.", (replace(quote, article=article),), "supported")
        answers.append(replace(answer, quoted=Quoted("answers", (statement,), 0.9)))
    for chat, one in zip("abc", answers, strict=True):
        chats.keep(chat, 0, turn(one))
    assert [chats.chat(chat).turns for chat in "abc"] == [(turn(one),) for one in answers]
    kept = chats.articles("fare.txt", quote.article.id[:8])
    assert sorted(kept, key=str) == sorted([quote.article, reread, corrected], key=str)


def test_a_turn_is_replaced_in_its_place(chats: Chats, archive: Newsroom) -> None:
    chats.keep("c", 0, turn(None))
    chats.keep("c", 1, turn(archive.ask(OTTAWA), OTTAWA))
    chats.keep("c", 0, turn(archive.ask(FENTANYL)))
    assert [kept.question for kept in chats.chat("c").turns] == [FENTANYL, OTTAWA]
    assert all(kept.answer for kept in chats.chat("c").turns)


def test_a_question_without_an_answer_is_marked_unfinished(chats: Chats) -> None:
    chats.keep("c", 0, turn(None))
    chats.keep("c", 1, turn(None, problem="The shelf is busy."))
    assert [kept.problem for kept in chats.chat("c").turns] == [BROKEN_OFF, "The shelf is busy."]


def test_an_answer_of_another_version_is_reported(chats: Chats, archive: Newsroom) -> None:
    chats.keep("c", 0, turn(archive.ask(FENTANYL)))
    with closing(sqlite3.connect(chats.path)) as connection:
        connection.execute("UPDATE turns SET turn = json_remove(replace(turn, '\"quoted\"', '\"cited\"'), '$.digest')")
        connection.commit()
    kept = chats.chat("c").turns[0]
    assert kept.answer is None
    assert "another version" in kept.problem
    assert kept.question == FENTANYL


@pytest.mark.slow
def test_chats_are_listed_by_last_use_and_found_by_what_was_said(chats: Chats, archive: Newsroom) -> None:
    chats.keep("a", 0, turn(archive.ask(FENTANYL)))
    chats.keep("b", 0, turn(archive.ask(OTTAWA), "Wie heißt Ottawa's %_ STRASSE?"))
    assert [(listing.id, listing.turns) for listing in chats.listings()] == [("b", 1), ("a", 1)]
    chats.keep("a", 1, turn(archive.ask(OTTAWA), OTTAWA))
    assert [listing.id for listing in chats.listings()] == ["a", "b"]
    assert [listing.id for listing in chats.listings(1)] == ["a"]
    for holding, found in (
        ("Fentanyl PRECURSORS, and", ["a"]),  # in an answer
        ("heisst", ["b"]),
        ("%_", ["b"]),
        ("_%", []),
        ("ottawa", ["a", "b"]),
        ("'; DROP TABLE chats", []),
    ):
        assert [listing.id for listing in chats.listings(holding=holding)] == found, holding


def test_a_chat_is_renamed(chats: Chats) -> None:
    chats.keep("c", 0, turn(None))
    assert chats.chat("c").title == FENTANYL
    chats.rename("c", "  Drugs\n talks ")
    chats.rename("c", "   ")
    chats.keep("c", 1, turn(None, "And then?"))
    assert chats.chat("c").title == "Drugs talks"
    chats.rename("c", "x" * 500)
    assert len(chats.chat("c").title) == LONGEST_TITLE


def test_a_deleted_chat_is_unknown_and_stays_deleted(chats: Chats) -> None:
    chats.keep("c", 0, turn(None))
    chats.delete("c")
    with pytest.raises(UnknownChat, match="Start a new chat"):
        chats.chat("c")
    chats.keep("c", 1, turn(None))  # an answer that was under way
    assert chats.listings() == []


def test_a_foreign_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("Somebody's notes, and no database.")
    with pytest.raises(StoreMismatch, match="Move this file away"):
        Chats(tmp_path)
    assert (tmp_path / FILE_NAME).read_text() == "Somebody's notes, and no database."


def test_chats_survive_a_rebuilt_shelf(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", "Oslo agreed on a ferry line.")
    newsroom.indexed()
    chats = Chats(newsroom.library.settings.store)
    answer = newsroom.ask("What did Oslo agree on?")
    chats.keep("c", 0, turn(answer, "What did Oslo agree on?"))
    newsroom.library.shelf.path.unlink()
    newsroom.indexed()
    assert newsroom.paths() == ["a.txt"]
    assert chats.chat("c").turns[0].answer == answer


def test_any_characters_are_kept(chats: Chats, archive: Newsroom) -> None:
    article = Article("i", "p", "\u202eT", "“Ünï”\u0000\n\ud7ff𝕏 said so.", Span(0, 5), None, None, None, None, None)
    answer = archive.ask(FENTANYL)
    odd = replace(
        answer,
        question="\u0000𝕏 ?",
        passages=(Passage(1, article, (Span(0, 5),)),),
        quoted=Quoted("answers", (Statement("x", (Citation(article, Span(0, 5)),), "supported"),), 0.5),
    )
    chats.keep("c", 0, turn(odd, "\u0000𝕏 ?"))
    assert chats.chat("c").turns[0].answer == odd
