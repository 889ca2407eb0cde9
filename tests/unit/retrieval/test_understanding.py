"""Understanding a question's words: what is searched for, what is offered, and what no article has."""

from collections.abc import Iterator

import pytest

from index.vectors.embedders import Embedder
from rag.retrieval.missing_terms import missing_names, missing_words
from rag.retrieval.understanding import Words, understand_words
from tests.conftest import Newsroom, make_newsroom


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, model: Embedder) -> Iterator[Newsroom]:
    made = make_newsroom(tmp_path_factory.mktemp("town"), model)
    made.write(
        "a.txt",
        "Title: Crown\nOutlet: Coastal News Agency\n\nTwo men stole the crown from Jürgen Holt in Driport. The "
        "organisation of the central bank said so. The Marvik Harbour Council (MHC) will cooperate with co-owners.\n",
    )
    made.indexed()
    yield made
    made.library.index.release()


def understood(town: Newsroom, question: str) -> Words:
    with town.library.shelf.read() as reading:
        return understand_words(question, reading)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who stole the crown of Hollt's?", "Who stole the crown of Holt's?"),
        ("what did juergen holt lose in dri port?", "what did Jürgen holt lose in Driport?"),
        ("Is the centralbank in Drieport?", "Is the central bank in Driport?"),
        ("What did the Marvik Harbour Council say?", "What did the Marvik Harbour Council (MHC) say?"),
        ("What did the MHC say?", "What did the MHC say?"),
        ("What does the CNA say?", "What does the Coastal News Agency say?"),
        ("Who is stealing the crown?", "Who is stealing the crown?"),
        ("Who mined cobalt?", "Who mined cobalt?"),
        ("", ""),
    ],
)
def test_the_text_has_the_words_of_the_articles(town: Newsroom, question: str, text: str) -> None:
    assert understood(town, question).text == text


def test_a_corrected_word_is_not_absent(town: Newsroom) -> None:
    words = understood(town, "Did Hollt's brother fly to Kalorkan?")
    assert [(one.typed, one.meant, one.sure) for one in words.corrections] == [("Hollt", "Holt", True)]
    assert words.absent == ("brother", "fly", "Kalorkan")
    assert words.absent_names == ("Kalorkan",)


def test_a_common_word_is_offered_and_not_replaced(town: Newsroom) -> None:
    words = understood(town, "Who wore the crowd?")
    assert [(one.typed, one.meant, one.sure) for one in words.corrections] == [("crowd", "Crown", False)]
    assert words.text == "Who wore the crowd?"
    assert "crowd" in words.absent


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Where is Kalorkan?", ("Kalorkan",)),
        ("where is kalorkan?", ("kalorkan",)),
        ("WHERE IS KALORKAN GOVERNED?", ("KALORKAN",)),
        ("Kalorkan: who governs it?", ("Kalorkan",)),
        ("Who Governed Kalorkan Wisely?", ("Kalorkan",)),
        ("Bridges of stone?", ()),
        ("which goverment bridges?", ()),
        ("Did Juergen steal crowns for an organization on monday?", ()),
        ("What does the CNA say of the MHC?", ()),
        ("", ()),
    ],
)
def test_names_that_no_article_has(town: Newsroom, question: str, names: tuple[str, ...]) -> None:
    with town.library.shelf.read() as reading:
        assert missing_names(question, reading) == names


def test_a_word_in_another_form_or_spelling_is_not_missing(town: Newsroom) -> None:
    question = "Which man is stealing for Juergen of the CNA, an organization on monday?"
    with town.library.shelf.read() as reading:
        assert missing_words(question, reading) == ()


def test_nothing_is_corrected_on_an_empty_shelf(newsroom: Newsroom) -> None:
    with newsroom.library.shelf.read() as reading:
        assert understand_words("Who is Hollt?", reading) == Words("Who is Hollt?", (), (), (), ())
