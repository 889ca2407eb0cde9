"""The functions that compute the figures of the comparison with other systems."""

import doctest

import pytest

from bench.quality import __main__, peers, sets
from bench.quality.__main__ import score
from bench.quality.runs import Run
from bench.quality.sets import Article, Place, Question, QuestionSet

ARTICLES = (Article("a.txt", "Ferry", "The ferry sank. All lived."), Article("b.txt", "Mine", "The mine has closed."))


@pytest.mark.parametrize("module", [__main__, peers, sets])
def test_doctests_pass(module: object) -> None:
    ran = doctest.testmod(module)  # type: ignore[arg-type]
    assert ran.attempted
    assert not ran.failed


def test_a_range_of_the_file_becomes_a_range_of_the_text() -> None:
    article = Article("a.txt", "Ferry", "The ferry sank.", published="2023-09-28")
    start = article.file.index("ferry sank")
    place = article.place(start, start + len("ferry sank"))
    assert article.text[place.start : place.end] == "ferry sank"
    assert article.place(0, len(article.file)) == Place("a.txt", 0, len(article.text))


def test_pieces_joined_are_the_file() -> None:
    article = Article("a.txt", "Ferry", "The ferry sank. " * 200)
    pieces = [piece for _, _, piece in peers.cut([article])]
    assert len(pieces) > 2
    assert "".join(pieces) == article.file


def test_a_system_is_installed_if_all_its_packages_are() -> None:
    class Partly(peers.System):
        packages = ("numpy", "no-such-package")

    class Wholly(peers.System):
        packages = ("numpy",)

    assert not Partly.is_installed()
    assert Wholly.is_installed()


def test_a_second_passage_of_an_article_does_not_lower_the_rank_of_the_next_article() -> None:
    asked = QuestionSet("", "", "article", ARTICLES, (Question("What closed?", (Place("b.txt", 0, 20),)),))
    found = [Place("a.txt", 0, 15), Place("a.txt", 16, 26), Place("b.txt", 0, 20)]
    figures = score(asked, Run([found], 3, 1.0, [0.1], 1.0))
    assert figures == {"hits@1": [0.0], "hits@4": [1.0], "hits@10": [1.0], "MRR@10": [0.5]}


def test_a_passage_hits_only_at_the_right_range() -> None:
    asked = QuestionSet("", "", "span", ARTICLES, (Question("What closed?", (Place("b.txt", 4, 8),)),))
    figures = score(asked, Run([[Place("a.txt", 4, 8), Place("b.txt", 0, 8)]], 2, 1.0, [0.1], 1.0))
    assert figures["MRR@10"] == [0.5]
    assert figures["recall of 5"] == [1.0]
    assert figures["precision of 5"] == [4 / 11]  # "ferr", "The" and "mine"
