"""Acronyms: long and short names meet if an article says that they are one."""

from collections.abc import Iterator

import pytest

from index.vectors.embedders import Embedder
from rag.retrieval.acronyms import _names, expansions
from tests.conftest import Newsroom, make_newsroom


@pytest.fixture(scope="module")
def banks(tmp_path_factory: pytest.TempPathFactory, model: Embedder) -> Iterator[Newsroom]:
    made = make_newsroom(tmp_path_factory.mktemp("banks"), model)
    made.write(
        "a.txt",
        "Title: Rates\nOutlet: Coastal News Agency\n\nRates rose, the Marvik Central Bank (MCB) said. "
        "The ministry of external trade (MET) protested. The OPV (Order of Public Vets) agreed.\n",
    )
    made.write("b.txt", "Title: Roads\n\nThe Holm Road and Bridge Board closed a tunnel. The MCB paid.\n")
    made.indexed()
    yield made
    made.library.index.release()


@pytest.mark.parametrize(
    ("question", "pairs"),
    [
        ("What did the MCB say?", [("MCB", "Marvik Central Bank")]),
        ("What did the M.C.B. say?", [("M.C.B.", "Marvik Central Bank")]),
        ("Why did the MET protest?", [("MET", "ministry of external trade")]),
        ("Did OPV agree?", [("OPV", "Order of Public Vets")]),
        ("Which tunnel did the HRBB close?", [("HRBB", "Holm Road and Bridge Board")]),
        ("What does CNA report?", [("CNA", "Coastal News Agency")]),
        ("What did the Marvik Central Bank pay?", [("Marvik Central Bank", "MCB")]),
        ("Did Marvik Central Bank pay?", [("Marvik Central Bank", "MCB")]),
        ("What did the Holm Road and Bridge Board close?", []),  # no article has its acronym
        ("What did the Moss Coal Board pay?", []),  # the acronym of another
        ("What did the XYZ say on rates?", []),
        ("WHAT DID THE MCB SAY?", []),
        ("AA, BB, CC and DD: what did the MCB say?", []),  # the fifth
        ("AA, BB, CC: what did the MCB say?", [("MCB", "Marvik Central Bank")]),
        ("Bo Ek, Al Ek, Cy Ek, Di Ek: did the Marvik Central Bank pay?", []),
        ("Bo Ek, Al Ek, Cy Ek: did the Marvik Central Bank pay?", [("Marvik Central Bank", "MCB")]),
        ("", []),
    ],
)
def test_an_acronym_and_its_long_name_meet(banks: Newsroom, question: str, pairs: list[tuple[str, str]]) -> None:
    with banks.library.shelf.read() as reading:
        assert list(expansions(question, reading)) == pairs


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("что случилось вчера в москве", []),
        ("что сказал Центральный Банк вчера", ["Центральный Банк"]),
        ("Did Élodie Ørsted évidente étude vote?", ["Did Élodie Ørsted"]),
        ("昨日 東京 大阪", []),
    ],
)
def test_a_name_has_capitals_in_any_script(question: str, names: list[str]) -> None:
    assert _names(question) == names
