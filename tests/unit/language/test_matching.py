"""Matching: one word in its irregular forms and spellings."""

import pytest

from index.text.terms import terms
from rag.language.matching import with_forms, word_forms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("steal", "stolen"),
        ("winning", "won"),
        ("sank", "sink"),
        ("break", "broken"),
        ("a child", "the children"),
        ("gunmen", "gunman"),
        ("a policewoman", "two policewomen"),
        ("crisis", "crises"),
        ("organised", "organizing"),
        ("recognise", "recognized"),
        ("the harbour", "harbors"),
        ("centre", "center"),
    ],
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert terms(one)[-1] in with_forms(terms(other))
    assert terms(other)[-1] in with_forms(terms(one))


@pytest.mark.parametrize(("one", "other"), [("Oman", "omen"), ("Roman", "remen"), ("left", "right"), ("live", "life")])
def test_other_words_do_not_meet(one: str, other: str) -> None:
    assert terms(other)[0] not in word_forms(terms(one)[0])
