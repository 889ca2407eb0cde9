"""Typing slips: the nearest word of the articles, and never one for a word that articles have."""

from collections.abc import Iterator

import pytest

from index.vectors.embedders import Embedder
from rag.retrieval.spelling import correct, correct_pair, transliterated, transliterations
from tests.conftest import Newsroom, make_newsroom

ARTICLE = """Title: Rates
Outlet: Pellworm Post

Minister Holt said the Marvik Central Bank raised rates on Monday. Jürgen Sæther and Bjørn Aastrup, both presidents of
the governments' council, criticised the decision. Holt's party will vote in Driport. Łukasz Voss agreed with Holt.
"""


@pytest.fixture(scope="module")
def rates(tmp_path_factory: pytest.TempPathFactory, model: Embedder) -> Iterator[Newsroom]:
    made = make_newsroom(tmp_path_factory.mktemp("rates"), model)
    made.write("rates.txt", ARTICLE)
    made.write("other.txt", "Title: Holm\n\nThe island of Holm has a lighthouse. Ships pass Holm.\n")
    made.indexed()
    yield made
    made.library.index.release()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Hollt", "Holt"),
        ("Hotl", "Holt"),
        ("Dirport", "Driport"),
        ("rDiport", "Driport"),
        ("Xriport", "Driport"),
        ("presidnets", "presidents"),
        ("presidetns", "presidents"),
        ("goverments", "governments"),
        ("critisised", "criticised"),
        ("Lukassz", "Łukasz"),
        ("ligthhuose", "lighthouse"),
        ("centralbank", "Central Bank"),
    ],
)
def test_a_slip_is_corrected_to_a_word_as_articles_write_it(rates: Newsroom, typed: str, meant: str) -> None:
    with rates.library.shelf.read() as reading:
        found = correct(typed, reading)
    assert found is not None
    assert (found.typed, found.meant, found.sure) == (typed, meant, True)


@pytest.mark.parametrize("typed", ["Kalorkan", "Xolt", "Hlt", "2031", "Gholtz", "zzzzzzzzzz", "москва", "Holt"])
def test_a_word_that_is_near_to_none_is_not_corrected(rates: Newsroom, typed: str) -> None:
    with rates.library.shelf.read() as reading:
        assert correct(typed, reading) is None


def test_a_correction_of_a_common_word_is_not_sure(rates: Newsroom) -> None:
    with rates.library.shelf.read() as reading:
        found = correct("shops", reading)
    assert found is not None
    assert (found.meant, found.sure) == ("Ships", False)


def test_of_equally_near_words_the_more_frequent_is_meant(newsroom: Newsroom) -> None:
    for number in range(3):
        newsroom.write(f"{number}.txt", "Title: Norden\n\nThe port of Norden is closed.\n")
    newsroom.write("b.txt", "Title: Morden\n\nThe port of Morden is open.\n")
    newsroom.indexed()
    with newsroom.library.shelf.read() as reading:
        found = correct("Borden", reading)
    assert found is not None
    assert found.meant == "Norden"


def test_two_words_are_joined_only_if_articles_write_one(rates: Newsroom) -> None:
    with rates.library.shelf.read() as reading:
        found = correct_pair("dri", "port", reading)
        assert found is not None
        assert (found.typed, found.meant) == ("dri port", "Driport")
        assert correct_pair("dry", "dock", reading) is None


@pytest.mark.parametrize(("typed", "meant"), [("Juergen", "Jürgen"), ("Bjoern", "Bjørn"), ("Åstrup", "Aastrup")])
def test_another_transliteration_is_found(rates: Newsroom, typed: str, meant: str) -> None:
    with rates.library.shelf.read() as reading:
        assert transliterated(typed, reading) == meant


def test_a_name_has_few_transliterations() -> None:
    assert list(transliterations("Holt")) == []
    assert "jorg muller" in list(transliterations("Joerg Mueller"))
    assert len(list(transliterations("ue" * 50))) == 7
