"""Terms: a text and a question match in any spelling."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.terms import content_terms, folded, terms


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Zürich", "zurich"),
        ("ＮＡＴＯ １２", "NATO 12"),
        ("agreements", "agreement"),
        ("the U.S. Senate", "US senate"),
        ("1,240 officers", "1240 officer"),
        ("fenta\u00adnyl pre\u200bcursors", "fentanyl precursor"),
        ("Jaiswal’s", "Jaiswal"),
        ("re\u0301sume\u0301", "r\u00e9sum\u00e9"),
        ("Łukasz Wałek", "Lukasz Walek"),
        ("Đorđe Đurić", "dorde DURIC"),
        ("Þóra Ægisdóttir", "Thora Aegisdottir"),
        ("Søren Bjørk", "Soren Bjork"),
        ("Ayşe Işık", "AYSE ISIK"),
        ("Guðrún Weiß, Œuvray", "Gudrun Weiss, Oeuvray"),
        ("Ħamrun", "Hamrun"),
    ],
)
def test_two_spellings_give_one_term(written: str, asked: str) -> None:
    assert set(content_terms(asked)) <= set(terms(written))
    assert set(content_terms(written)) <= set(terms(asked))


@pytest.mark.parametrize("name", ["ŁÓDŹ", "ÐÞÆØŒ", "Đorđe", "IŞIK", "ǾǼ"])
def test_capitals_and_small_letters_fold_to_plain_ones(name: str) -> None:
    assert folded(name).isascii()
    assert folded(name) == folded(name.lower())


def test_a_question_keeps_what_it_is_about() -> None:
    assert content_terms("What was agreed on the fentanyl precursors, and why?") == ["agre", "fentanyl", "precursor"]
    assert content_terms("Did the US agree?") == ["us", "agre"]


@given(st.text(), st.integers(0, 20), st.integers(0, 20))
def test_a_part_of_a_text_is_found_in_it_however_both_are_written(text: str, start: int, end: int) -> None:
    part = text[start:end]
    for written in (part, unicodedata.normalize("NFC", part), unicodedata.normalize("NFD", part)):
        assert folded(written) in folded(text)


@given(st.text())
def test_any_text_has_terms_without_white_space(text: str) -> None:
    assert all(term and not any(character.isspace() for character in term) for term in terms(text))
    assert set(content_terms(text)) <= set(terms(text))
