"""Word differences: two texts compared word by word, with differing figures, days and names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.word_diff import differences, pieces, tokens

TEXTS = st.text("ab1 .,-—\"“’'…%é\u0301中*_[]()\n\u00adﬁ", max_size=60)


@given(TEXTS, TEXTS)
def test_the_pieces_joined_are_the_two_texts(said: str, written: str) -> None:
    compared = pieces(tokens(said), tokens(written))
    for text, joined in ((said, "".join(p.said for p in compared)), (written, "".join(p.written for p in compared))):
        keys = [key for key in tokens(text).keys if key != '"']
        assert [key for key in tokens(joined).keys if key != '"'] == keys or not keys


@given(TEXTS)
def test_every_token_is_cut_from_its_text(text: str) -> None:
    cut = tokens(text)
    assert all(0 <= start < end <= len(text) for start, end in zip(cut.starts, cut.ends, strict=True))
    assert list(cut.starts) == sorted(cut.starts)
    assert cut.find(cut) in (0, -1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“It’s done” — said she", '"It\'s done" -- said she'),
        ("caf\u00e9 in Z\u00fcrich", "cafe\u0301 in Zu\u0308rich"),
        ("*Both* countries [1] **agreed**", "Both\n  countries agreed"),
        ("[liaison officers](https://a.example/x) left", "liaison officers left"),
        ("pre\u00adcursors…", "precursors..."),
        ("The ofﬁ-\ncials left", "The officials left"),
        ("a long-\nterm plan", "a long-term plan"),
    ],
)
def test_typography_is_no_difference(one: str, other: str) -> None:
    assert tokens(one).keys == tokens(other).keys


@pytest.mark.parametrize(
    ("one", "other"), [("The deal", "the deal"), ("1,240", "1240"), ("a deal, he", "a deal he"), ("done?", "done.")]
)
def test_changed_words_and_punctuation_are_differences(one: str, other: str) -> None:
    assert tokens(one).keys != tokens(other).keys


def named(said: str, written: str, around: str = "") -> list[tuple[str, str, str]]:
    compared = pieces(tokens(said), tokens(written))
    return [(one.kind, one.said, one.written) for one in differences(said, written, compared, around=around)]


@pytest.mark.parametrize(
    ("said", "written", "found"),
    [
        ("Fares rose by 8 per cent.", "Fares rose by 7 per cent.", [("figure", "8 per cent", "7 per cent")]),
        ("Some 880,009 paid.", "Some 880,000 paid.", [("figure", "880,009", "880,000")]),
        ("Six officers left.", "6 officers left.", []),
        ("They met on Tuesday.", "They met on Monday.", [("day", "Tuesday", "Monday")]),
        ("They met Ajit Doval.", "They met Nathalie Drouin.", [("name", "Ajit Doval", "Nathalie Drouin")]),
        ("They left for Gull Island.", "They left for Seal Island.", [("name", "Gull Island", "Seal Island")]),
        ("They left with Mara Quill.", "They left.", [("name", "Mara Quill", "")]),
        ("It cost 40 crowns and hurt.", "It hurt.", [("figure", "40 crowns", "")]),
    ],
)
def test_figures_days_and_names_that_differ_are_named(
    said: str, written: str, found: list[tuple[str, str, str]]
) -> None:
    assert named(said, written) == found


def test_a_name_that_the_article_has_elsewhere_is_no_difference() -> None:
    assert named("They left with Mara Quill.", "They left.", around="By Mara Quill") == []
