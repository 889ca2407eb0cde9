"""Shelf questions: they are answered exactly, and no question about the news is taken for one."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from index.core.scope import WHOLE, Scope
from index.vectors.embedders import Embedder
from rag.catalogue.answers import MOST_LISTED, ShelfAnswer, answer_shelf_question
from rag.catalogue.questions import read_shelf_question
from tests.conftest import ROOT, Newsroom, make_newsroom

TODAY = date(2026, 3, 10)  # a Tuesday
REPRINT = (
    "The Marl quarry was closed on Monday after inspectors had found cracks above the northern gallery. The county "
    "said that forty workers would be moved to the works in Tamber until the autumn, and that nobody was in danger."
)
ARTICLES = (
    ("a", "Marl quarry closes", "2026-03-09", "The Lamp", "Ann Birk", REPRINT),
    ("b", "Quarry of Marl shut", "2026-03-10", "Lesk Post", None, REPRINT),
    ("c", "Marl quarry: owner fined", "2026-02-20", "The Lamp", "Jo Lind and Ann Birk", "The fine is the first. Rain."),
    (
        "d",
        "Bishop of Lesk installed",
        "2026-03-03",
        "Lesk Post",
        "Jo Lind",
        "Ida Holm bought a bell. The Marl is wide.",
    ),
    ("e", "A quarry reopens", "2026-02-11", None, None, "A quarry near Tamber reopens. A Marl farmer protests."),
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, model: Embedder) -> Iterator[Newsroom]:
    made = make_newsroom(tmp_path_factory.mktemp("shelf"), model)
    write(made)
    made.indexed()
    yield made
    made.library.index.release()


def write(newsroom: Newsroom) -> None:
    for name, title, day, outlet, author, text in ARTICLES:
        head = f"title: '{title}'\ndate: {day}\n" + (f"outlet: {outlet}\n" if outlet else "")
        head += f"author: {author}\n" if author else ""
        newsroom.write(f"{name}.md", f"---\n{head}---\n\n{text}")


def ask(newsroom: Newsroom, text: str, scope: Scope = WHOLE) -> ShelfAnswer | None:
    with newsroom.library.shelf.read() as reading:
        question = read_shelf_question(text, reading, today=TODAY)
        return answer_shelf_question(question, reading, scope=scope) if question else None


ALL = "5 articles are on the shelf."


@pytest.mark.parametrize(
    ("text", "said", "paths"),
    [
        ("How many articles are there?", ALL, "badce"),
        ("how many articles do you have", ALL, "badce"),
        ("How many articles are on the shelf?", ALL, "badce"),
        ("list all articles", ALL, "badce"),
        (
            "How many articles mention the Marl quarry?",
            "3 articles mention the Marl quarry, 1 of them a copy of another.",
            "bac",
        ),
        (
            "Can you please list all articles about the Marl quarry?",
            "3 articles mention the Marl quarry, 1 of them a copy of another.",
            "bac",
        ),
        ("Which articles mention farmers?", "1 article mentions farmers.", "e"),
        ("Are there any articles about buying bells?", "1 article mentions buying bells.", "d"),
        ("How many articles mention “northern gallery”?", None, "ba"),
        ("How many articles mention “gallery northern”?", "No article mentions “gallery northern”.", ""),
        ("I want to know how many articles mention Quarrow", "No article mentions Quarrow.", ""),
        ("how many articles about bells are there", "1 article mentions bells.", "d"),
        ("How many articles mention the quarry since March?", None, "ba"),
        ("How many articles did the Lamp publish?", "2 articles from The Lamp are on the shelf.", "ac"),
        ("articles from Lesk Post", "2 articles from Lesk Post are on the shelf.", "bd"),
        ("How many articles from The Lamp mention the fine?", "1 article from The Lamp mentions the fine.", "c"),
        ("Which articles did Ann Birk write?", "2 articles by Ann Birk are on the shelf.", "ac"),
        ("What did Lind write?", "2 articles by Lind are on the shelf.", "dc"),
        ("articles by Jo Lind about a bell", "1 article by Jo Lind mentions a bell.", "d"),
        ("Which articles did Bo Eriksen write?", "No article by Bo Eriksen is on the shelf.", ""),
        ("How many articles were published on 9 March 2026?", None, "a"),
        ("What are the headlines of 9 March 2026?", "1 article was published on 9 Mar 2026.", "a"),
        ("news from 2026-02-20", "1 article was published on 20 Feb 2026.", "c"),
        ("What happened on 9 March 2026?", "2 articles were published on 9 Mar 2026 or the day after.", "ba"),
        ("headlines of 19 February 2026", "1 article was published on 19 Feb 2026 or the day after.", "c"),
        (
            "What happened on 1 January 2020?",
            "No article was published on 1 Jan 2020 or the day after. The newest is of 10 Mar 2026.",
            "",
        ),
        ("What happened since 3 March 2026?", "3 articles were published since 3 Mar 2026.", "bad"),
        ("What is the newest article about Quarrow?", "No article mentions Quarrow.", ""),
        ("What's new this week?", "2 articles were published from 9 Mar to 15 Mar 2026.", "ba"),
        ("today's headlines", "1 article was published on 10 Mar 2026.", "b"),
        ("What is new since 3 March 2026?", "3 articles were published since 3 Mar 2026.", "bad"),
        ("What's new?", "The newest of 5 articles.", "badce"),
        ("What is the newest article?", "The newest article is “Quarry of Marl shut”, of 10 Mar 2026.", "b"),
        ("show me the oldest article", "The oldest article is “A quarry reopens”, of 11 Feb 2026.", "e"),
        (
            "What is the latest article about the bishop?",
            "The newest article that mentions the bishop is “Bishop of Lesk installed”, of 3 Mar 2026.",
            "d",
        ),
        ("Who wrote the article about the bishop?", "Jo Lind wrote “Bishop of Lesk installed”.", "d"),
        (
            "Which paper published the story about the owner fined?",
            "The Lamp published “Marl quarry: owner fined”.",
            "c",
        ),
    ],
)
def test_a_question_about_the_shelf_is_answered_from_it(
    shelf: Newsroom, text: str, said: str | None, paths: str
) -> None:
    answer = ask(shelf, text)
    assert answer is not None
    assert said is None or answer.text == said
    assert "".join(listing.path[0] for listing in answer.articles) == paths
    assert [citation.article.id for citation in answer.citations] == [listing.id for listing in answer.articles]
    assert answer.more == 0


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("hi", "hello", "Hello."),
        ("Good morning!", "hello", "Hello."),
        ("Thanks a lot!", "thanks", "You are welcome."),
        ("What can you do?", "help", "count and list articles"),
        ("Who are you?", "help", "Dateline answers"),
        ("Which newspapers do you have?", "outlets", "2 outlets named: Lesk Post (2), The Lamp (2)."),
        ("list all authors", "authors", "3 authors named: Ann Birk (1)"),
        ("What topics do you have articles on?", "topics", "5 articles, published 11 Feb to 10 Mar 2026, are on"),
    ],
)
def test_talk_cites_nothing(shelf: Newsroom, text: str, kind: str, words: str) -> None:
    answer = ask(shelf, text)
    assert answer is not None
    assert (answer.kind, answer.citations) == (kind, ())
    assert words in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "How many articles does the treaty have?",
        "How many articles are in the treaty?",
        "How many articles of the constitution mention olives?",
        "How many articles about olives does the constitution have?",
        "How many articles did the court strike down?",
        "How many articles did the magazine publish?",
        "How many articles were stolen from the museum?",
        "How many articles did the thieves take on Monday?",
        "How many stories does the tower have?",
        "How many stories are there?",
        "How many reports did the inquiry publish?",
        "Which articles of the treaty cover fish?",
        "Which reports did the minister reject?",
        "What did the minister write?",
        "What did Lind write in her letter?",
        "What happened to the ferry on 9 March?",
        "What happened in Lesk on 3 March 2026?",
        "What is the latest report on unemployment?",
        "What is new in the bill?",
        "What is new about the quarry?",
        "Who wrote the letter about the quarry?",
        "Which newspapers reported the strike?",
        "What topics were discussed in Lesk?",
        "Who helped the bishop?",
        "What can you see from the tower?",
        "Who are the owners?",
        "What is the oldest quarry?",
        "hello world festival",
        "thanks to whom was the bell bought?",
        "Marl quarry",
        "How many articles mention " + "bells " * 100,
        "",
    ],
)
def test_a_question_about_the_news_is_not_taken(shelf: Newsroom, text: str) -> None:
    assert ask(shelf, text) is None


def test_natural_questions_are_not_taken(shelf: Newsroom) -> None:
    for line in (ROOT / "bench" / "natural.jsonl").read_text().splitlines():
        assert ask(shelf, json.loads(line)["question"]) is None, line


def test_the_sentence_that_mentions_it_is_cited(shelf: Newsroom) -> None:
    answer = ask(shelf, "Which articles mention Tamber?")
    assert answer is not None
    assert [citation.quote.split()[0] for citation in answer.citations] == ["The", "The", "A"]
    assert all("Tamber" in citation.quote for citation in answer.citations)


def test_only_the_scope_is_counted(shelf: Newsroom) -> None:
    march = Scope(since=date(2026, 3, 1))
    answer = ask(shelf, "How many articles mention the quarry?", march)
    assert answer is not None
    assert [listing.path for listing in answer.articles] == ["b.md", "a.md"]
    whole = ask(shelf, "How many articles are there?", march)
    assert whole is not None
    assert whole.text == "3 articles are in scope (since 1 Mar 2026)."
    other = ask(shelf, "articles from The Lamp", Scope(outlets=frozenset({"Lesk Post"})))
    assert other is not None
    assert other.text == "No article from The Lamp is in scope (Lesk Post)."


@pytest.mark.parametrize(
    ("text", "said", "paths"),
    [
        ("What happened on 9 March 2026?", "1 article{} was published on 9 Mar 2026.", "a"),
        ("headlines of 8 March 2026", "1 article{} was published on 8 Mar 2026 or the day after.", "a"),
        ("What happened today?", "No article{} was published on 10 Mar 2026. The newest is of 9 Mar 2026.", ""),
        ("today's headlines", "No article{} was published on 10 Mar 2026. The newest is of 9 Mar 2026.", ""),
    ],
)
def test_no_article_after_the_scope_is_shown(shelf: Newsroom, text: str, said: str, paths: str) -> None:
    answer = ask(shelf, text, Scope(until=date(2026, 3, 9)))
    assert answer is not None
    assert answer.text == said.format(" in scope (up to 9 Mar 2026)")
    assert "".join(listing.path[0] for listing in answer.articles) == paths


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("What's new?", "The newest of 2 articles in scope (The Lamp)."),
        ("How many articles mention bells?", "No article in scope (The Lamp) mentions bells."),
        ("What is the newest article about bells?", "No article in scope (The Lamp) mentions bells."),
        (
            "show me the oldest article",
            "The oldest article in scope (The Lamp) is “Marl quarry: owner fined”, of 20 Feb",
        ),
        ("Which newspapers do you have?", "2 articles are in scope (The Lamp); 1 outlet named: The Lamp (2)."),
        ("What topics are there?", "2 articles, published 20 Feb to 9 Mar 2026, are in scope (The Lamp)."),
        ("Who wrote the article about the bishop?", "No headline in scope (The Lamp) has the words “the bishop”."),
    ],
)
def test_a_narrower_scope_is_named(shelf: Newsroom, text: str, said: str) -> None:
    answer = ask(shelf, text, Scope(outlets=frozenset({"The Lamp"})))
    assert answer is not None
    assert answer.text.startswith(said)


def test_a_scope_of_some_articles_or_none_is_named(shelf: Newsroom) -> None:
    for scope, where in ((Scope(articles=frozenset()), ""), (Scope(until=date(2020, 1, 1)), " (up to 1 Jan 2020)")):
        for text in ("What's new?", "newest article", "How many articles are there?"):
            answer = ask(shelf, text, scope)
            assert answer is not None
            assert answer.text == f"No article is in scope{where}."


def test_undated_articles_have_no_newest(tmp_path: Path, model: Embedder) -> None:
    newsroom = make_newsroom(tmp_path, model)
    newsroom.write("a.md", "---\ntitle: Bell\n---\n\nA bell rang in Lesk.")
    newsroom.indexed()
    for text, said in (
        ("newest article about bells", "No article that mentions bells has a day of publication."),
        ("newest article about olives", "No article mentions olives."),
        ("newest article", "No article has a day of publication."),
    ):
        answer = ask(newsroom, text)
        assert answer is not None
        assert answer.text == said
    newsroom.library.index.release()


def test_a_long_list_is_cut_and_the_rest_counted(tmp_path: Path, model: Embedder) -> None:
    newsroom = make_newsroom(tmp_path, model)
    for number in range(MOST_LISTED + 3):
        newsroom.write(f"{number:02}.md", f"---\ntitle: Bell {number}\n---\n\nBell number {number} rang in Lesk.")
    newsroom.indexed()
    answer = ask(newsroom, "How many articles mention Lesk?")
    assert answer is not None
    assert (answer.text, answer.more) == (f"{MOST_LISTED + 3} articles mention Lesk.", 3)
    assert len(answer.articles) == len(answer.citations) == MOST_LISTED
    newsroom.library.index.release()


def test_an_empty_shelf_says_so(newsroom: Newsroom) -> None:
    for text, said in (
        ("How many articles are there?", "No article is on the shelf."),
        ("what's new", "No article is on the shelf."),
        ("newest article", "No article is on the shelf."),
        ("what happened today", "No article was published on 10 Mar 2026 or the day after."),
    ):
        answer = ask(newsroom, text)
        assert answer is not None
        assert (answer.text, answer.articles) == (said, ())
